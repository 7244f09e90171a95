// SPDX-License-Identifier: GPL-2.0-only
/* page phys: from addresses of a process to memory, and from there to whoever has it. */
#include <errno.h>
#include <linux/kex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "entry.h"
#include "page.h"
#include "parse.h"
#include "proc.h"
#include "target.h"

/* Runs, and windows, that one call gives */
#define ROOM	512

/* How a verb calls itself in messages */
#define VERB	"phys"

static void add_run(struct records *records, const struct kex_ctl_run *run)
{
	struct record *record;
	char *name;

	name = xprintf("0x%llx", (unsigned long long)run->virt);
	record = records_add(records, frame_word(run->frame), name);
	record_text(record, "virt", name);
	free(name);
	record_size(record, "length", run->len);
	record_addr(record, "phys", run->phys);
	record_text(record, "page", frame_word(run->frame));
	if (!*run->name)
		return;
	record_text(record, run->frame == KEX_FRAME_DEVICE ? "pool" : "region", run->name);
	record_text(record, "object", run->name);
	record_size(record, "offset", run->offset);
}

static bool run_has_phys(const struct kex_ctl_run *run)
{
	return run->phys && run->frame != KEX_FRAME_ZERO;
}

/* Calls and tables end where they end: what goes on behind is one run */
static bool runs_join(const struct kex_ctl_run *run, const struct kex_ctl_run *next)
{
	return run->frame == next->frame && run->virt + run->len == next->virt &&
	       next->phys == run->phys + (run_has_phys(run) ? run->len : 0) &&
	       !strcmp(run->name, next->name) &&
	       (!*run->name || next->offset == run->offset + run->len);
}

/* What is done with each run, in the order of addresses */
typedef void (*run_fn)(void *arg, const struct kex_ctl_run *run);

/* All runs of a range; @run is the one that may go on in the next call */
static int each_run(const struct target *target, struct kex_ctl_phys *arg, run_fn take,
		    void *taker)
{
	struct kex_ctl_run runs[ROOM], run = { 0 };
	uint64_t end = arg->addr + arg->len;
	unsigned int i;
	int err;

	arg->runs = (uintptr_t)runs;
	do {
		arg->nr = ROOM;
		err = target_call(target, KEX_CTL_PHYS, arg);
		for (i = 0; !err && i < arg->nr; i++) {
			if (run.len && runs_join(&run, &runs[i])) {
				run.len += runs[i].len;
				continue;
			}
			if (run.len)
				take(taker, &run);
			run = runs[i];
		}
		arg->addr = arg->next;
		arg->len = end - arg->next;
	} while (!err && arg->len);
	if (!err && run.len)
		take(taker, &run);
	return err;
}

static void take_run(void *arg, const struct kex_ctl_run *run)
{
	add_run(arg, run);
}

static enum status forward(const char *who, const char *typed)
{
	static const char * const columns[] = { "virt", "length", "phys", "page", "object",
						"offset", NULL };
	struct records records = { 0 };
	struct target target;
	enum status status;
	int err;

	status = target_parse(&target, who, typed, FORM_EITHER);
	target_widen(&target);
	if (!status)
		status = target_open(&target);
	if (!status) {
		struct kex_ctl_phys arg = {
			.argsz = sizeof(arg),
			.pid = target.pid,
			.addr = target.addr,
			.len = target.len,
		};

		err = each_run(&target, &arg, take_run, &records);
		status = err ? target_refused(&target, VERB, err) : DONE;
	}
	if (!status)
		out_table(&records, columns);
	target_close(&target);
	records_free(&records);
	return status;
}

/* Who has a byte of memory */
struct search {
	const char *typed;
	uint64_t phys;
	int ctl;
	enum status status;
	struct records found;
	int pid;		/* of the process that is looked through */
	char *comm;
};

static void take_found(void *arg, const struct kex_ctl_run *run)
{
	struct search *search = arg;
	struct record *record = records_add(&search->found, "process", search->comm);

	record_number(record, "pid", search->pid);
	record_addr(record, "virt", run->virt);
	record_text(record, "page", frame_word(run->frame));
}

/* From the first address that is mapped to the last; or an errno, ESRCH when there is none */
static int mapped_range(int proc, __u64 *start, __u64 *end)
{
	char *maps = read_text(proc, "maps"), *last;
	unsigned long long from, to;
	bool any;

	if (!maps)
		return errno == ENOENT ? ESRCH : errno == EACCES ? EPERM : errno;
	any = sscanf(maps, "%llx-%llx", &from, &to) == 2;
	if (any) {
		*start = from;
		last = strrchr(maps, '\n');
		any = sscanf(last ? last + 1 : maps, "%llx-%llx", &from, &to) == 2;
		*end = to;
	}
	free(maps);
	return any ? 0 : ESRCH;
}

static int search_range(struct search *search, struct target *target, int proc)
{
	struct kex_ctl_phys arg = {
		.argsz = sizeof(arg),
		.pid = target->pid,
		.only = search->phys,
		.only_len = 1,
	};
	int err = target_hold(target);
	__u64 end = 0;

	/* One that is listed is no thread: it just goes */
	if (err == ENOENT)
		err = ESRCH;
	if (!err)
		err = mapped_range(proc, &arg.addr, &end);
	arg.len = end - arg.addr;
	return err ? err : each_run(target, &arg, take_found, search);
}

/* One that has gone, or has no memory, does not map it. Return: whether to go on */
static bool search_process(void *searching, int proc, const char *pid)
{
	struct search *search = searching;
	struct target target;
	int err = ESRCH;

	search->status = target_parse(&target, pid, search->typed + 1, FORM_ADDR);
	target.ctl = search->ctl;
	search->pid = target.pid;
	search->comm = proc_comm(proc);
	if (!search->status && search->comm)
		err = search_range(search, &target, proc);
	if (err && err != ESRCH)
		search->status = target_refused(&target, VERB, err);
	free(search->comm);
	target.ctl = -1;
	target_close(&target);
	return !search->status;
}

static enum status search_processes(struct search *search)
{
	int err = proc_each(search_process, search);

	if (err)
		return fail(REFUSED, "/proc: %s (try: mount -t proc none /proc)", strerror(err));
	return search->status;
}

static void add_place(struct search *search, const char *kind, const char *name, uint64_t offset)
{
	record_size(records_add(&search->found, kind, name), "offset", offset);
}

static enum status search_kex(struct search *search)
{
	static const char * const kinds[] = { "region", "window", "pool" };
	struct kex_ctl_window windows[ROOM];
	struct kex_ctl_where where = {
		.argsz = sizeof(where),
		.phys = search->phys,
		.nr = ROOM,
		.windows = (uintptr_t)windows,
	};
	unsigned int i;

	if (ioctl(search->ctl, KEX_CTL_WHERE, &where) < 0) {
		if (errno == ENXIO)
			return DONE;
		if (errno == EPERM)
			return fail_on(REFUSED, "address", search->typed, "physical addresses need "
				       "CAP_SYS_ADMIN, and memory of other processes CAP_SYS_PTRACE: "
				       "EPERM (try: sudo)");
		if (errno == ENOTTY)
			return target_old_module(VERB);
		return fail_on(REFUSED, "address", search->typed, "%s", strerror(errno));
	}
	add_place(search, "carveout", where.carveout, where.offset);
	if (where.kind < sizeof(kinds) / sizeof(*kinds))
		add_place(search, kinds[where.kind], where.name, where.object_offset);
	for (i = 0; i < where.nr && i < ROOM; i++)
		add_place(search, "window", windows[i].name, windows[i].offset);
	if (i < where.nr)
		note("address '%s': %u more windows show it", search->typed, where.nr - i);
	return DONE;
}

/* "@ADDR": the other way round */
static enum status reverse(const char *typed)
{
	static const char * const columns[] = { "kind", "name", "offset", "pid", "virt", "page",
						NULL };
	struct search search = { .typed = typed, .ctl = -1 };
	const char *cause = parse_size(typed + 1, &search.phys);
	enum status status;

	if (cause)
		return fail_on(USAGE, "address", typed, "%s", cause);
	status = ctl_open(&search.ctl);
	if (!status)
		status = search_kex(&search);
	if (!status)
		status = search_processes(&search);
	if (!status && !search.found.count)
		status = fail_on(NOT_FOUND, "address", typed, "no carve-out has it, and no process "
				 "maps it (see: kexctl carveout list, /proc/iomem)");
	if (!status)
		out_table(&search.found, columns);
	if (search.ctl >= 0)
		close(search.ctl);
	records_free(&search.found);
	return status;
}

/**
 * page_phys - page phys PID ADDR[+LEN], and page phys @ADDR
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status page_phys(const struct cmd_args *args)
{
	if (args->count == 2)
		return forward(args->names[0], args->names[1]);
	if (*args->names[0] == '@')
		return reverse(args->names[0]);
	return fail(USAGE, "page phys: missing argument (%s)", args->cmd->synopsis);
}
