// SPDX-License-Identifier: GPL-2.0-only
/* The noun pool: device memory that pages of processes migrate into and out of. */
#include <errno.h>
#include <linux/kex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"
#include "item.h"
#include "parse.h"
#include "proc.h"
#include "sfs.h"
#include "verb.h"

#define KIND		"pool"

static const char * const columns[] = {
	"name", "carveout", "size", "used", "policy", "fault_around", "opens", "migrated_in",
	"migrated_out", NULL
};

const struct kind kind_pool = {
	.schema = &schema_pool,
	.folder = "pools",
	.columns = columns,
};

/* A live pool, its node open to write */
struct opened {
	struct item item;
	struct dev dev;
};

static enum status open_pool(struct opened *pool, const char *name, const char *verb)
{
	enum status status;
	int err;

	*pool = (struct opened){ .dev.fd = -1 };
	status = item_find(&kind_pool, name, &pool->item);
	if (!status)
		status = must_be_live(&pool->item, verb);
	if (status)
		return status;
	err = dev_open(name, true, &pool->dev);
	return err ? refused_node(&pool->item, verb, err) : DONE;
}

static void shut_pool(struct opened *pool)
{
	dev_close(&pool->dev);
	item_close(&pool->item);
}

/* What of a range, by whom, and as it was typed */
struct move {
	const char *name;
	const char *typed;		/* the range */
	struct kex_migrate arg;
	int pidfd;			/* or -1 */
};

static enum status no_process(const struct move *move)
{
	return fail_on(NOT_FOUND, KIND, move->name, "migrate: there is no process %d",
		       move->arg.pid);
}

/* Held meanwhile: a pid that ends may be another process's before the call */
static enum status hold_process(struct move *move)
{
	int err = process_hold(move->arg.pid, &move->pidfd);

	switch (err) {
	case 0:
		return DONE;
	case ESRCH:
		return no_process(move);
	case ENOENT:
		return fail_on(NOT_FOUND, KIND, move->name, "migrate: %d is a thread; give its "
			       "process (Tgid in /proc/%d/status)", move->arg.pid, move->arg.pid);
	default:
		return fail_on(REFUSED, KIND, move->name, "migrate: process %d: pidfd_open: %s",
			       move->arg.pid, strerror(err));
	}
}

static enum status no_memory_of_its_own(const struct move *move)
{
	return fail_on(REFUSED, KIND, move->name, "migrate: process %d has no memory of its own: "
		       "it is the kernel's", move->arg.pid);
}

static bool has_ended(const struct move *move)
{
	return process_ended(move->pidfd);
}

static enum status not_in_user_space(const struct move *move)
{
	return fail_on(REFUSED, KIND, move->name, "range %s: not all of it is in user space",
		       move->typed);
}

static enum status refused_move(const struct opened *pool, const struct move *move, int err)
{
	switch (err) {
	case ESRCH:
		if (!has_ended(move))
			return no_memory_of_its_own(move);
		return no_process(move);
	case EPERM:
		return fail_on(REFUSED, KIND, move->name, "migrate: memory of another process "
			       "needs CAP_SYS_PTRACE: EPERM (try: sudo)");
	case EFAULT:
		return not_in_user_space(move);
	case EINVAL:
		if (move->arg.len && move->arg.addr > UINT64_MAX - move->arg.len)
			return not_in_user_space(move);
		return refused_range(&pool->item, "range", move->typed, err);
	default:
		return refused_node(&pool->item, "migrate", err);
	}
}

static void add_reason(char **text, uint64_t pages, const char *reason)
{
	if (pages)
		xappend(text, "%s%llu %s", *text ? ", " : "", (unsigned long long)pages, reason);
}

/* "1 of a file, 2 pinned"; NULL where all moved */
static char *reasons(const struct kex_migrate *arg)
{
	bool in = arg->to == KEX_MIGRATE_TO_POOL;
	char *text = NULL;

	add_reason(&text, arg->there, in ? "in the pool already" : "not in the pool");
	add_reason(&text, arg->hole, "not mapped");
	add_reason(&text, arg->file, "of a file or shared");
	add_reason(&text, arg->pinned, "pinned");
	add_reason(&text, arg->busy, "busy or locked");
	add_reason(&text, arg->foreign, "in another pool");
	add_reason(&text, arg->special, "of another kind");
	add_reason(&text, arg->full, in ? "without room in the pool" : "without room in memory");
	return text;
}

/* What moved and what did not goes to stderr; that nothing did is a refusal */
static enum status tell_move(const struct move *move)
{
	unsigned long long moved = move->arg.moved;
	char *why = reasons(&move->arg);
	enum status status = DONE;

	if (!moved)
		status = fail_on(REFUSED, KIND, move->name, "range %s: nothing moved: %s",
				 move->typed, why ? why : "the range is empty");
	else
		note("%s '%s': %llu page%s moved%s%s", KIND, move->name, moved,
		     moved == 1 ? "" : "s", why ? "; not: " : "", why ? why : "");
	free(why);
	return status;
}

static enum status move_pages(const struct opened *pool, struct move *move)
{
	int err;

	if (globals.dry_run) {
		printf("# one ioctl KEX_MIGRATE of /dev/kex/%s: pid %d, 0x%llx+%llu, to %s\n",
		       move->name, move->arg.pid, (unsigned long long)move->arg.addr,
		       (unsigned long long)move->arg.len,
		       move->arg.to == KEX_MIGRATE_TO_POOL ? "the pool" : "memory");
		return DONE;
	}
	err = dev_migrate(&pool->dev, &move->arg);
	if (err && move->arg.moved)
		note("%s '%s': %llu pages moved before it ended", KIND, move->name,
		     (unsigned long long)move->arg.moved);
	if (!err && has_ended(move))
		err = ESRCH;
	return err ? refused_move(pool, move, err) : tell_move(move);
}

static enum status parse_pid(const struct cmd_args *args, struct move *move)
{
	const char *typed = option_value(args, "pid"), *cause;
	uint64_t pid;

	if (!typed)
		return fail_on(USAGE, KIND, move->name, "pid missing (--pid PID)");
	cause = parse_uint(typed, &pid);
	if (!cause && (!pid || pid > INT32_MAX))
		cause = "not the number of a process";
	if (cause)
		return fail_on(USAGE, KIND, move->name, "pid %s%s%s", typed, *typed ? ": " : "",
			       cause);
	move->arg.pid = pid;
	return DONE;
}

static enum status parse_move(const struct cmd_args *args, struct move *move)
{
	uint64_t addr = 0, len = 0;
	const char *cause;

	*move = (struct move){ .name = args->names[0], .typed = args->names[1], .pidfd = -1 };
	cause = parse_range(move->typed, &addr, &len);
	if (cause)
		return fail_on(USAGE, KIND, move->name, "range %s%s%s", move->typed,
			       *move->typed ? ": " : "", cause);
	move->arg.addr = addr;
	move->arg.len = len;
	move->arg.to = option_value(args, "to-ram") ? KEX_MIGRATE_TO_RAM : KEX_MIGRATE_TO_POOL;
	return parse_pid(args, move);
}

static enum status migrate(const struct cmd_args *args)
{
	struct opened pool = { .dev.fd = -1 };
	enum status status;
	struct move move;

	status = parse_move(args, &move);
	if (!status)
		status = open_pool(&pool, move.name, "migrate");
	if (!status)
		status = hold_process(&move);
	if (!status)
		status = move_pages(&pool, &move);
	shut_pool(&pool);
	if (move.pidfd >= 0)
		close(move.pidfd);
	return status ? status : verb_acted(args);
}

static enum status evict_pages(const struct cmd_args *args, const char *typed)
{
	const char *name = args->names[0], *cause;
	struct opened pool = { .dev.fd = -1 };
	uint64_t pages = 0;
	enum status status;
	int err;

	cause = parse_uint(typed, &pages);
	if (!cause && !pages)
		cause = "at least 1";
	if (!cause && args->count > 1)
		cause = "not with a range: the policy chooses";
	if (cause)
		return fail_on(USAGE, KIND, name, "pages %s%s%s", typed, *typed ? ": " : "", cause);
	status = open_pool(&pool, name, "evict");
	if (!status && globals.dry_run) {
		printf("# one ioctl KEX_POOL_EVICT of /dev/kex/%s: %llu pages\n", name,
		       (unsigned long long)pages);
	} else if (!status) {
		err = dev_evict_pages(&pool.dev, &pages);
		if (err)
			status = refused_node(&pool.item, "evict", err);
		else
			note("%s '%s': %llu page%s went back", KIND, name,
			     (unsigned long long)pages, pages == 1 ? "" : "s");
	}
	shut_pool(&pool);
	return status ? status : verb_acted(args);
}

/* An eviction passes what is busy: it is no failure, but one should know */
static void note_left(const char *name)
{
	struct sysfs_class_device *object = sfs_open(name);
	char *used = object ? sfs_read(object, "used") : NULL, size[SIZE_TEXT_MAX];
	uint64_t left;

	if (used && !parse_uint(used, &left) && left)
		note("%s '%s': %s in it still, or again: busy just now, or no memory for it (try "
		     "once more)", KIND, name, format_size(left, size));
	free(used);
	sfs_close(object);
}

static enum status evict(const struct cmd_args *args)
{
	const char *pages = option_value(args, "pages");
	enum status status = pages ? evict_pages(args, pages) : verb_zap(args);

	if (!status && !pages && args->count == 1 && !globals.dry_run)
		note_left(args->names[0]);
	return status;
}

static const struct cmd_option migrate_options[] = {
	{ "pid", 0, "PID", "whose memory; required" },
	{ "to-ram", 0, NULL, "back to system memory, not into the pool" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd_option evict_options[] = {
	{ "pages", 0, "N", "so many, chosen by the pool's policy" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd_option pool_delete_options[] = {
	{ "force", 0, NULL, "revoke it first: calls of its users get ENODEV" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd cmds[] = {
	{
		.verb = "list",
		.run = verb_list,
		.synopsis = "",
		.summary = "all pools, live or only configured, by name",
	},
	{
		.verb = "create",
		.run = verb_create,
		.synopsis = "NAME --size SIZE",
		.summary = "make a pool and bring it up as /dev/kex/NAME",
		.help = "Needs a kernel with CONFIG_DEVICE_PRIVATE and CONFIG_HMM_MIRROR. When a step is\n"
			"refused, nothing is left behind.\n"
			"\n"
			"Examples:\n"
			"  kexctl pool create p0 --size 64M\n"
			"  kexctl pool create p1 --size 16M --policy lru --fault-around 512\n"
			"  kexctl pool create p2 --size 1G --backing system   no carve-out memory",
		.min = 1,
		.max = 1,
		.changes = true,
		.options = create_options,
		.creates = &schema_pool,
	},
	{
		.verb = "show",
		.run = verb_show,
		.synopsis = "NAME...",
		.summary = "all that is known of some pools",
		.min = 1,
		.max = -1,
	},
	{
		.verb = "set",
		.run = verb_set,
		.synopsis = "NAME KEY=VALUE...",
		.summary = "change attributes, in the order given",
		.help = "policy and fault_around of a live pool too; for the others live=0 first, which\n"
			"sends all pages back. When one is refused, those before it get their old values\n"
			"back.\n"
			"\n"
			"Examples:\n"
			"  kexctl pool set p0 policy=clock\n"
			"  kexctl pool set p0 live=0 size=32M live=1",
		.min = 2,
		.max = -1,
		.changes = true,
	},
	{
		.verb = "migrate",
		.run = migrate,
		.synopsis = "NAME ADDR+LEN",
		.summary = "move memory of a process into the pool, or back",
		.help = "The process notices nothing: what its CPU touches comes back by itself. How many\n"
			"pages moved, and why others did not, goes to stderr. It fails when none did.\n"
			"\n"
			"Examples:\n"
			"  kexctl pool migrate p0 --pid 812 0xffff80000000+4M\n"
			"  kexctl pool migrate p0 --pid 812 0xffff80000000+4M --to-ram",
		.min = 2,
		.max = 2,
		.changes = true,
		.options = migrate_options,
	},
	{
		.verb = "evict",
		.run = evict,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "send pages back to system memory, whoever they belong to",
		.help = "All of them, those in a range of the pool, or so many as --pages says.\n"
			"\n"
			"Examples:\n"
			"  kexctl pool evict p0\n"
			"  kexctl pool evict p0 --pages 512",
		.min = 1,
		.max = 2,
		.changes = true,
		.options = evict_options,
	},
	{
		.verb = "delete",
		.run = verb_delete,
		.synopsis = "NAME...",
		.summary = "send the pages of pools back, and remove the pools",
		.help = "One that is open stays as it was, unless --force is given. No byte is lost in\n"
			"either case.",
		.min = 1,
		.max = -1,
		.changes = true,
		.options = pool_delete_options,
	},
	{ .verb = NULL }
};

const struct noun noun_pool = {
	.name = KIND,
	.summary = "Pools: device memory that pages of processes migrate into and come back from.",
	.kind = &kind_pool,
	.cmds = cmds,
};
