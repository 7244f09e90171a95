// SPDX-License-Identifier: GPL-2.0-only
/* The noun page: what there is at the addresses of a process. */
#include <errno.h>
#include <linux/kex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "page.h"
#include "target.h"

/* Entries that one call gives */
#define ENTRIES		512

/* What a walk has told already: each call begins with the way to its first address */
struct walk {
	struct kex_ctl_entry entries[ENTRIES];
	uint64_t told[KEX_LEVELS];	/* first address behind what each level has told */
	uint64_t end;			/* the same of all that leads no further */
	struct records records;
};

static void add_entry(struct records *records, const struct kex_ctl_entry *entry, bool table)
{
	struct record *record = records_add(records, "entry", level_word(entry->level));
	struct strings words = { 0 };

	record_text(record, "level", level_word(entry->level));
	record_addr(record, "virt", entry->virt);
	record_size(record, "length", entry->len);
	if (table)
		record_addr(record, "table", entry->table);
	record_addr(record, "value", entry->value);
	entry_words(entry, &words);
	record_list(record, "means", &words);
	if (entry->flags & KEX_ENTRY_PRESENT && !(entry->flags & KEX_ENTRY_TABLE))
		record_text(record, "type", type_word(entry->type));
	if (!(entry->flags & (KEX_ENTRY_TABLE | KEX_ENTRY_FOLDED)))
		record_text(record, "page", frame_word(entry->frame));
	if (*entry->pool)
		record_text(record, "pool", entry->pool);
	strings_free(&words);
}

static bool leads_on(const struct kex_ctl_entry *entry)
{
	return entry->flags & (KEX_ENTRY_TABLE | KEX_ENTRY_FOLDED);
}

/* Where a table was told, there may be a block by now: of that the rest is told */
static bool is_told(const struct walk *walk, const struct kex_ctl_entry *entry)
{
	return leads_on(entry) ? entry->virt < walk->told[entry->level] :
				 entry->virt + entry->len <= walk->end;
}

static void take_entries(struct walk *walk, unsigned int count)
{
	const struct kex_ctl_entry *entry;
	unsigned int i;

	for (i = 0; i < count; i++) {
		entry = &walk->entries[i];
		if (entry->level >= KEX_LEVELS || is_told(walk, entry))
			continue;
		walk->told[entry->level] = entry->virt + entry->len;
		if (!leads_on(entry))
			walk->end = entry->virt + entry->len;
		add_entry(&walk->records, entry, true);
	}
}

/* Of one address there is a line for each level, whatever is empty above it */
static void fill_levels(struct walk *walk, uint64_t addr)
{
	struct kex_ctl_entry entry = { .virt = addr, .frame = KEX_FRAME_NONE };
	unsigned int level;

	entry.len = sysconf(_SC_PAGESIZE);
	for (level = 0; level < KEX_LEVELS; level++) {
		entry.level = level;
		if (!walk->told[level])
			add_entry(&walk->records, &entry, false);
	}
}

static int walk_all(const struct target *target, struct walk *walk)
{
	struct kex_ctl_walk arg = {
		.argsz = sizeof(arg),
		.pid = target->pid,
		.addr = target->addr,
		.len = target->len,
		.entries = (uintptr_t)walk->entries,
	};
	uint64_t end = target->addr + target->len;
	int err;

	do {
		arg.nr = ENTRIES;
		err = target_call(target, KEX_CTL_WALK, &arg);
		if (err)
			return err;
		take_entries(walk, arg.nr);
		arg.addr = arg.next;
		arg.len = end - arg.next;
	} while (arg.len);
	return 0;
}

static enum status walk(const struct cmd_args *args)
{
	static const char * const columns[] = { "name", "virt", "length", "table", "value", "means",
						NULL };
	struct target target;
	struct walk *walk;
	enum status status;
	int err;

	walk = xrealloc(NULL, sizeof(*walk));
	memset(walk, 0, sizeof(*walk));
	status = target_parse(&target, args->names[0], args->names[1], FORM_EITHER);
	target_widen(&target);
	if (!status)
		status = target_open(&target);
	if (!status) {
		err = walk_all(&target, walk);
		status = err ? target_refused(&target, "walk", err) : DONE;
	}
	if (!status) {
		if (target.len == (uint64_t)sysconf(_SC_PAGESIZE))
			fill_levels(walk, target.addr);
		out_table(&walk->records, columns);
	}
	target_close(&target);
	records_free(&walk->records);
	free(walk);
	return status;
}

static enum status probe(const struct cmd_args *args)
{
	static const char * const columns[] = { "name", "answer", "page", "reason", NULL };
	struct kex_ctl_probe arg = { .argsz = sizeof(arg) };
	struct records records = { 0 };
	struct target target;
	struct record *record;
	enum status status;
	unsigned int i;
	int err;

	status = target_parse(&target, args->names[0], args->names[1], FORM_ADDR);
	if (!status)
		status = target_open(&target);
	if (!status) {
		arg.pid = target.pid;
		arg.addr = target.addr;
		err = target_call(&target, KEX_CTL_PROBE, &arg);
		status = err ? target_refused(&target, "probe", err) : DONE;
	}
	for (i = 0; !status && i < KEX_PROBES; i++) {
		record = records_add(&records, "probe", probe_word(i));
		record_text(record, "answer", arg.why[i] == KEX_PROBE_YES ? "yes" : "no");
		record_text(record, "page", frame_word(arg.frame));
		record_text(record, "reason", why_words(arg.why[i]));
	}
	if (!status)
		out_table(&records, columns);
	target_close(&target);
	records_free(&records);
	return status;
}

/* EINVAL may be the range's, or what is mapped there */
static enum status refused_evict(const struct target *target, int err)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	if (err != EINVAL || !target->len || target->addr % page || target->len % page ||
	    target_wraps(target))
		return target_refused(target, "evict", err);
	return fail_on(REFUSED, "pid", target->who, "address %s: not all of it is mapped from regions "
		       "or windows: EINVAL (kexctl ps lists what is; other memory cannot be "
		       "evicted)",
		       target->typed);
}

static enum status evict(const struct cmd_args *args)
{
	struct kex_ctl_evict arg = { .argsz = sizeof(arg) };
	struct records records = { 0 };
	struct target target;
	enum status status;
	int err;

	status = target_parse(&target, args->names[0], args->names[1], FORM_RANGE);
	if (!status)
		status = target_open(&target);
	arg.pid = target.pid;
	arg.addr = target.addr;
	arg.len = target.len;
	if (!status && globals.dry_run) {
		printf("# one ioctl KEX_CTL_EVICT of /dev/kex/_ctl: pid %d, 0x%llx+%llu\n", arg.pid,
		       (unsigned long long)arg.addr, (unsigned long long)arg.len);
	} else if (!status) {
		err = target_call(&target, KEX_CTL_EVICT, &arg);
		status = err ? refused_evict(&target, err) : DONE;
	}
	if (!status) {
		records_add(&records, "process", target.who);
		record_addr(&records.items[0], "virt", target.addr);
		record_size(&records.items[0], "length", target.len);
		out_acted(&records);
	}
	target_close(&target);
	records_free(&records);
	return status;
}

static const struct cmd cmds[] = {
	{
		.verb = "walk",
		.run = walk,
		.synopsis = "PID ADDR[+LEN]",
		.summary = "what the page tables say, entry by entry",
		.help = "For root. A line for each entry: the level, the first address and the length that\n"
			"it stands for, the physical address of its table, its value and what that\n"
			"means. Of one address there is a line for each level; of a range, empty\n"
			"entries side by side are one. A level that this machine has not is folded into\n"
			"the one above it. Below an empty entry there is no table: those levels are none,\n"
			"for the page alone.\n"
			"\n"
			"Nothing is touched, and the process is not stopped: it may change what is shown.\n"
			"All lines come at the end: of a long range that was touched they are many, and\n"
			"kexctl needs about 0.7 KB of memory for each.\n"
			"\n"
			"Examples:\n"
			"  kexctl page walk 812 0xffff80000000\n"
			"  kexctl page walk 812 0xffff80000000+2M --json",
		.min = 2,
		.max = 2,
	},
	{
		.verb = "phys",
		.run = page_phys,
		.synopsis = "PID ADDR[+LEN] | @PHYS",
		.summary = "which memory that is, or who has that memory",
		.help = "For root. Of a process's addresses: a line for each run of memory that lies side by\n"
			"side, with what it is and, for memory of kex's, the region or pool and the\n"
			"offset in it. hole is where nothing is mapped, none where nothing has come yet.\n"
			"\n"
			"Of a physical address, with an @ before it: the carve-out, region, windows and\n"
			"pool that have it, and every process that maps it. For that all page tables of\n"
			"all processes are read.\n"
			"\n"
			"All lines come at the end: of a long range whose pages lie apart they are many,\n"
			"and kexctl needs about 0.7 KB of memory for each.\n"
			"\n"
			"Examples:\n"
			"  kexctl page phys 812 0xffff80000000+4M\n"
			"  kexctl page phys @0x48000000",
		.min = 1,
		.max = 2,
	},
	{
		.verb = "probe",
		.run = probe,
		.synopsis = "PID ADDR",
		.summary = "whether a page can be pinned, read from outside, migrated; and why not",
		.help = "o_direct is a read() with O_DIRECT into the page, rdma the same for long, as RDMA\n"
			"and io_uring pin their buffers; process_vm_readv what it says, and migrate into\n"
			"a pool. Nothing is tried, and nothing touched.\n"
			"\n"
			"Example:\n"
			"  kexctl page probe 812 0xffff80000000",
		.min = 2,
		.max = 2,
	},
	{
		.verb = "evict",
		.run = evict,
		.synopsis = "PID ADDR+LEN",
		.summary = "take pages of regions and windows from that process alone",
		.help = "Its next touch brings them back. Other processes keep theirs; to take pages from all:\n"
			"kexctl region evict. Counted under evictions.\n"
			"\n"
			"Example:\n"
			"  kexctl page evict 812 0xffff80000000+64K",
		.min = 2,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "watch",
		.run = page_watch,
		.synopsis = "PID ADDR+LEN",
		.summary = "what is invalidated of a range, a line for each time",
		.help = "A line has the seconds since boot, the cause as the kernel gives it, and the range\n"
			"that it was for: unmap, clear (a zap, or copy on write), protect-vma (mprotect),\n"
			"protect-page (fork), soft-dirty, migrate, exclusive, exit. It ends with exit,\n"
			"which exec is, too. Nothing need be mapped there.\n"
			"\n"
			"Each line is written at once; with --json it is an array of one object. What\n"
			"came faster than it was read is counted on stderr.\n"
			"\n"
			"Examples:\n"
			"  kexctl page watch 812 0xffff80000000+4M -c 1\n"
			"  kexctl page watch 812 0xffff80000000+4M --timeout 5s",
		.min = 2,
		.max = 2,
		.options = watch_options,
	},
	{ .verb = NULL }
};

const struct noun noun_page = {
	.name = "page",
	.summary = "Pages: what there is at the addresses of a process.",
	.cmds = cmds,
};
