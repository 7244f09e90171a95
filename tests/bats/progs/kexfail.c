// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexfail: one call, with the 1st, 2nd, ... allocation in it failing
 *
 *   kexfail READY... -- CALL -- UNDO...
 *
 * The kernel's /proc/self/fail-nth makes the nth allocation (or copy from or to
 * user space) of this process fail, once. Each argument is one command. READY
 * is done before every try, CALL with the nth failing, and UNDO after each CALL
 * that succeeded; so do calls that get along without what they asked for. It
 * ends with the first n that CALL does not reach.
 *
 * A CALL that fails must have changed nothing, and one that succeeds must have
 * done all, as a look at the driver's files, its nodes and /proc/iomem tells.
 *
 *	may ERRNO		CALL may fail with it, beside ENOMEM and EFAULT
 *	only FIRST LAST		of all allocations those; from the end on where they
 *				are negative, LAST can be left out
 *	blind PATH		does not look there and below: the kernel's, not kex's
 *	show			the kernel logs from where each was asked for
 *	open PATH [r|w]		closed after the try
 *	map LEN			of what open has opened; unmapped after the try
 *	touch			a byte of the mapping
 *	read PATH		all that is there, with one read()
 *	write PATH TEXT		and a newline behind it
 *	get LEN | put LEN	pread(), pwrite() of what open has opened
 *	evict LEN | info	ioctls
 *	close			what open has opened
 *	anon LEN		memory of its own, filled; unmapped after the try
 *	moves			CALL may have moved pages when it fails
 *	migrate LEN | home LEN	the memory into the open pool, and back
 *	poolevict PAGES		out of the pool, by its policy
 *	pages LEN		where the memory is
 *	peek LEN | poke LEN	the memory as the pool's device sees it
 *	mread LEN | mwrite LEN	the same by the calls of the HMM test device
 *	ctl walk|phys|where|probe|watch|evict: of /dev/kex/_ctl, about the mapping
 *	mkdir PATH | rmdir PATH
 *	insmod FILE | rmmod MODULE
 *
 * Of open, read, write and insmod as CALL just the last system call may fail,
 * not the open() before it. Memory must have its bytes after each try, and when
 * it is gone no pool may have any. Prints how many failure points there were and how
 * many of them CALL got along with, and exits with 0; with 2 where it has
 * something to say. Where allocations fail, the kernel may show from where it
 * was called; lines in its log say from when to when that is no complaint.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/kex.h>

#include "util.h"

#define FAULTS		"/sys/kernel/debug/"
#define STATE_SIZE	(256 << 10)
#define BUF_SIZE	(64 << 10)
#define MAX_POINTS	5000
#define NEVER		1000000000
/* Far from everything, so that a mapping needs page tables of its own */
#define MAP_AT		((void *)0x100000000000)

struct command {
	const char *verb;
	char *arg;
	const char *text;
	int fd;
};

/* What the driver shows, in two parts: @facts may count what succeeded */
struct state {
	char things[STATE_SIZE];
	char facts[STATE_SIZE];
};

static struct state first, done, before, after;
static const char *call_name;
static long only_first = 1, only_last = -1;
static bool show, moves;
static const char *blind;
static int fail_nth, node = -1, also;
static char *mapping;
static size_t mapped;
static bool own;	/* the mapping is memory, not an object's */
static char buf[BUF_SIZE], device[BUF_SIZE];
static sigjmp_buf fault_jump;

/* State */

static char *at;
static size_t left;

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *fmt, ...)
{
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	len = vsnprintf(at, left, fmt, ap);
	va_end(ap);
	if (len >= left)
		die("more to see than %d bytes", STATE_SIZE);
	at += len;
	left -= len;
}

static void note_into(char *text)
{
	at = text;
	left = STATE_SIZE;
	*at = '\0';
}

/* Files that say the same as long as the object lives, or what others say */
static bool dull(const char *name)
{
	static const char * const names[] = {
		"features", "kind", "carveout", "phys", "uevent", "dev", "users",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void note_file(const char *path)
{
	long len = read_text(path, buf, sizeof(buf));

	note("%s: %s\n", path, len < 0 ? errno_name(-len) : buf);
}

/* Names, and what is in the files @depth folders deep; links are passed over */
static void note_folder(const char *path, int depth, bool files)
{
	struct dirent **entries;
	char below[512];
	int i, nr;

	nr = scandir(path, &entries, NULL, alphasort);
	for (i = 0; i < nr; i++) {
		snprintf(below, sizeof(below), "%s/%s", path, entries[i]->d_name);
		if (blind && !strncmp(below, blind, strlen(blind)))
			;
		else if (entries[i]->d_name[0] == '.' || (files && dull(entries[i]->d_name)))
			;
		else if (files && entries[i]->d_type == DT_REG)
			note_file(below);
		else
			note("%s\n", below);
		if (entries[i]->d_name[0] != '.' && entries[i]->d_type == DT_DIR && depth)
			note_folder(below, depth - 1, files);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

/* Devices and module; the driver core goes on without the files that it failed to make */
static void note_links(const char *path)
{
	struct dirent **entries;
	int i, nr;

	nr = scandir(path, &entries, NULL, alphasort);
	for (i = 0; i < nr; i++) {
		if (entries[i]->d_type == DT_LNK)
			note("%s/%s\n", path, entries[i]->d_name);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

/* Does each object's node lead to it? */
static void note_nodes(void)
{
	struct dirent **entries;
	char path[512];
	struct stat st;
	int i, nr;

	nr = scandir(KEX_CLASS, &entries, NULL, alphasort);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s/dev", KEX_CLASS, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && read_text(path, buf, sizeof(buf)) > 0) {
			snprintf(path, sizeof(path), "%s/%s", KEX_DEV, entries[i]->d_name);
			snprintf(buf + 64, 64, "%u:%u", stat(path, &st) ? 0 : major(st.st_rdev),
				 minor(st.st_rdev));
			note("%s: %s\n", path, strcmp(buf, buf + 64) ? "another's" : "its node");
		}
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

static void look(struct state *state)
{
	note_into(state->things);
	note_folder("/sys/kernel/config/kex", 5, true);
	note_folder(KEX_CLASS, 0, false);
	note_folder("/dev", 0, false);
	note_folder(KEX_DEV, 0, false);
	note_nodes();
	note_file("/sys/module/kex/initstate");
	note_links("/sys/bus/platform/drivers/kex");
	note_file("/proc/iomem");
	note_file("/proc/devices");
	note_into(state->facts);
	note_folder(KEX_CLASS, 0, false);
}

/* The facts of every object: what is behind the links of the class */
static void look_closely(struct state *state)
{
	struct dirent **entries;
	char path[512];
	int i, nr;

	look(state);
	nr = scandir(KEX_CLASS, &entries, NULL, alphasort);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", KEX_CLASS, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			note_folder(path, 0, true);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

/* The first line in which @is differs from @was */
static void compare_text(const char *was, const char *is, const char *when, unsigned int nth)
{
	const char *old = was, *new = is;

	if (!strcmp(was, is))
		return;
	while (*was && *was == *is) {
		if (*was == '\n') {
			old = was + 1;
			new = is + 1;
		}
		was++;
		is++;
	}
	die("%s, allocation %u: %s: '%.*s' was '%.*s'", call_name, nth, when,
	    (int)strcspn(new, "\n"), new, (int)strcspn(old, "\n"), old);
}

/* Faults */

static void fault_option(const char *name, const char *value)
{
	char path[128];
	int ret;

	snprintf(path, sizeof(path), FAULTS "%s", name);
	ret = write_text(path, value);
	if (ret)
		die("%s: %s", path, errno_name(-ret));
}

/* What kmemleak needs for itself comes beside each allocation, and can fail */
static void count_slabs(void)
{
	glob_t found;
	size_t i;

	if (glob("/sys/kernel/slab/*/failslab", 0, NULL, &found))
		die("no /sys/kernel/slab/*/failslab");
	for (i = 0; i < found.gl_pathc; i++)
		if (!strstr(found.gl_pathv[i], "/kmemleak_"))
			write_text(found.gl_pathv[i], "1");
	globfree(&found);
	fault_option("failslab/cache-filter", "Y");
}

/* Every allocation counts, and none is told of: that would look like a fault */
static void faults_begin(void)
{
	char set[8];

	if (read_text(FAULTS "failslab/cache-filter", set, sizeof(set)) > 0 && *set == 'N')
		count_slabs();
	fault_option("failslab/ignore-gfp-wait", "N");
	fault_option("fail_page_alloc/ignore-gfp-wait", "N");
	fault_option("fail_page_alloc/ignore-gfp-highmem", "N");
	fault_option("fail_page_alloc/min-order", "0");
	fault_option("failslab/verbose", show ? "2" : "0");
	fault_option("fail_page_alloc/verbose", show ? "2" : "0");
	fault_option("fail_usercopy/verbose", show ? "2" : "0");
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		die("/proc/self/fail-nth: %s", errno_name(errno));
}

static void arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, len, 0) != len)
		die("/proc/self/fail-nth: %s", errno_name(errno));
}

/*
 * What was left to count, 0 where something has failed. The copies of these two
 * calls count as well: with 1 left it is the read that fails.
 */
static unsigned int disarm(void)
{
	char text[16];
	ssize_t len = pread(fail_nth, text, sizeof(text) - 1, 0);

	while (pwrite(fail_nth, "0", 1, 0) != 1)
		;
	if (len < 0)
		return 1;
	text[len] = '\0';
	return strtoul(text, NULL, 10);
}

/* Commands */

static struct command parse(char *line)
{
	static const char * const verbs[] = {
		"may", "only", "blind", "show", "open", "map", "touch", "read", "write", "get",
		"put", "evict", "info", "ctl", "mkdir", "rmdir", "insmod", "rmmod", "close", "anon",
		"moves", "migrate", "home", "poolevict", "pages", "peek", "poke", "mread",
		"mwrite",
	};
	struct command c = { .fd = -1 };
	char *rest;
	size_t i;

	c.verb = strsep(&line, " ");
	c.arg = strsep(&line, " ");
	rest = line;
	if (!strcmp(c.verb, "write")) {
		if (asprintf(&rest, "%s\n", rest ?: "") < 0)
			die("no memory");
	}
	c.text = rest;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(c.verb, verbs[i]))
			return c;
	die("no command '%s'", c.verb);
}

static bool is(const struct command *c, const char *verb)
{
	return !strcmp(c->verb, verb);
}

static void open_before(struct command *c, const char *path, int flags)
{
	c->fd = open(path, flags | O_CLOEXEC);
	if (c->fd < 0)
		die("%s: %s", path, errno_name(errno));
}

static void prepare(struct command *c)
{
	if (is(c, "read") || is(c, "insmod"))
		open_before(c, c->arg, O_RDONLY);
	else if (is(c, "write"))
		open_before(c, c->arg, O_WRONLY);
	else if (is(c, "ctl"))
		open_before(c, "/dev/kex/_ctl", O_RDWR);
	else if (is(c, "put"))
		memset(buf, 0x5a, sizeof(buf));
	else if (is(c, "poke") || is(c, "mwrite"))
		memset(device, 0x5a, sizeof(device));
	else if (is(c, "peek") || is(c, "mread"))
		memset(device, 0, sizeof(device));
}

static void on_fault(int sig)
{
	siglongjmp(fault_jump, sig);
}

static long touch(void)
{
	if (sigsetjmp(fault_jump, 1)) {
		errno = EIO;
		return -1;
	}
	*(volatile char *)mapping = 1;
	return 0;
}

static long open_node(const struct command *c)
{
	int mode = !c->text ? O_RDWR : *c->text == 'r' ? O_RDONLY : O_WRONLY;

	node = open(c->arg, mode | O_CLOEXEC);
	return node;
}

static long map_node(size_t len)
{
	mapping = mmap(MAP_AT, len, PROT_READ | PROT_WRITE, MAP_SHARED, node, 0);
	if (mapping == MAP_FAILED) {
		mapping = NULL;
		return -1;
	}
	mapped = len;
	return 0;
}

/* Byte of the memory, as it was filled */
static unsigned char filled(size_t at)
{
	return at / 16 + at % 16 * 7 + 1;
}

static long map_own(size_t len)
{
	size_t i;

	mapping = mmap(MAP_AT, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (mapping == MAP_FAILED) {
		mapping = NULL;
		return -1;
	}
	madvise(mapping, len, MADV_NOHUGEPAGE);
	mapped = len;
	own = true;
	for (i = 0; i < len; i++)
		mapping[i] = filled(i);
	return 0;
}

static long close_node(void)
{
	int fd = node;

	node = -1;
	return close(fd);
}

/* Number of pages that moved */
static long migrate(size_t len, unsigned int to)
{
	struct kex_migrate arg = {
		.argsz = sizeof(arg), .addr = (uintptr_t)mapping, .len = len, .to = to,
	};

	return ioctl(node, KEX_MIGRATE, &arg) ? -1 : (long)arg.moved;
}

static long evict_pool(size_t pages)
{
	struct kex_pool_evict arg = { .argsz = sizeof(arg), .pages = pages };

	return ioctl(node, KEX_POOL_EVICT, &arg);
}

static long pages(size_t len)
{
	struct kex_pages arg = {
		.argsz = sizeof(arg), .addr = (uintptr_t)mapping, .len = len,
		.vec = (uintptr_t)buf,
	};

	return ioctl(node, KEX_PAGES, &arg);
}

static long peek(size_t len, unsigned long call)
{
	struct kex_peek arg = {
		.argsz = sizeof(arg), .addr = (uintptr_t)mapping, .len = len,
		.buf = (uintptr_t)device,
	};

	return ioctl(node, call, &arg) ? -1 : (long)arg.done;
}

/* As lib/test_hmm_uapi.h has it */
struct dmirror_cmd {
	__u64 addr, ptr, npages, cpages, faults;
};

#define DMIRROR_READ	_IOWR('H', 0, struct dmirror_cmd)
#define DMIRROR_WRITE	_IOWR('H', 1, struct dmirror_cmd)

static long mirror(size_t len, unsigned long call)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct dmirror_cmd arg = {
		.addr = (uintptr_t)mapping, .ptr = (uintptr_t)device, .npages = len / page,
	};

	return ioctl(node, call, &arg) ? -1 : (long)(arg.cpages * page);
}

static long evict_node(size_t len)
{
	struct kex_range range = { .argsz = sizeof(range), .len = len };

	return ioctl(node, KEX_EVICT, &range);
}

static long info_node(void)
{
	struct kex_info info = { .argsz = sizeof(info) };

	return ioctl(node, KEX_INFO, &info);
}

/* Those about memory and pools */
static bool perform_pool(const struct command *c, size_t len, long *ret)
{
	if (is(c, "close"))
		*ret = close_node();
	else if (is(c, "anon"))
		*ret = map_own(len);
	else if (is(c, "migrate"))
		*ret = migrate(len, KEX_MIGRATE_TO_POOL);
	else if (is(c, "home"))
		*ret = migrate(len, KEX_MIGRATE_TO_RAM);
	else if (is(c, "poolevict"))
		*ret = evict_pool(len);
	else if (is(c, "pages"))
		*ret = pages(len);
	else if (is(c, "peek"))
		*ret = peek(len, KEX_PEEK);
	else if (is(c, "poke"))
		*ret = peek(len, KEX_POKE);
	else if (is(c, "mread"))
		*ret = mirror(len, DMIRROR_READ);
	else if (is(c, "mwrite"))
		*ret = mirror(len, DMIRROR_WRITE);
	else
		return false;
	return true;
}

/* One of the calls that look at a process: this one */
static long ctl(const struct command *c)
{
	static struct kex_ctl_entry entries[KEX_CTL_WALK_MIN];
	static struct kex_ctl_run runs[16];
	struct kex_ctl_walk walk = { .argsz = sizeof(walk), .nr = KEX_CTL_WALK_MIN,
		.addr = (uintptr_t)mapping, .len = mapped, .entries = (uintptr_t)entries };
	struct kex_ctl_phys phys = { .argsz = sizeof(phys), .nr = 16,
		.addr = (uintptr_t)mapping, .len = mapped, .runs = (uintptr_t)runs };
	struct kex_ctl_where where = { .argsz = sizeof(where), .phys = 0x60000000 };
	struct kex_ctl_probe probe = { .argsz = sizeof(probe), .addr = (uintptr_t)mapping };
	struct kex_ctl_watch watch = { .argsz = sizeof(watch), .addr = (uintptr_t)mapping,
		.len = mapped };
	struct kex_ctl_evict evict = { .argsz = sizeof(evict), .addr = (uintptr_t)mapping,
		.len = mapped };
	int fd;

	if (!strcmp(c->arg, "walk"))
		return ioctl(c->fd, KEX_CTL_WALK, &walk);
	if (!strcmp(c->arg, "phys"))
		return ioctl(c->fd, KEX_CTL_PHYS, &phys);
	if (!strcmp(c->arg, "where"))
		return ioctl(c->fd, KEX_CTL_WHERE, &where);
	if (!strcmp(c->arg, "probe"))
		return ioctl(c->fd, KEX_CTL_PROBE, &probe);
	if (!strcmp(c->arg, "evict"))
		return ioctl(c->fd, KEX_CTL_EVICT, &evict);
	fd = ioctl(c->fd, KEX_CTL_WATCH, &watch);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

/* One system call, or one touch. Result as the call's, with -errno */
static long perform(const struct command *c, size_t len)
{
	long ret;

	if (perform_pool(c, len, &ret))
		;
	else if (is(c, "open"))
		ret = open_node(c);
	else if (is(c, "map"))
		ret = map_node(len);
	else if (is(c, "touch"))
		ret = touch();
	else if (is(c, "read"))
		ret = read(c->fd, buf, sizeof(buf));
	else if (is(c, "write"))
		ret = write(c->fd, c->text, len);
	else if (is(c, "get"))
		ret = pread(node, buf, len, 0);
	else if (is(c, "put"))
		ret = pwrite(node, buf, len, 0);
	else if (is(c, "evict"))
		ret = evict_node(len);
	else if (is(c, "info"))
		ret = info_node();
	else if (is(c, "ctl"))
		ret = ctl(c);
	else if (is(c, "mkdir"))
		ret = mkdir(c->arg, 0777);
	else if (is(c, "rmdir"))
		ret = rmdir(c->arg);
	else if (is(c, "insmod"))
		ret = syscall(SYS_finit_module, c->fd, "", 0);
	else
		ret = syscall(SYS_delete_module, c->arg, O_NONBLOCK);
	return ret < 0 ? -errno : ret;
}

/* Numbers are read before anything is armed */
static size_t length(const struct command *c)
{
	if (is(c, "write"))
		return strlen(c->text);
	if (c->arg && strchr("0123456789", *c->arg) && !is(c, "only"))
		return parse_size(c->arg);
	return 0;
}

static void finish(struct command *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* Without the memory of this program no pool has any */
static void check_empty(void)
{
	struct dirent **entries;
	char path[512];
	int i, nr;

	nr = scandir(KEX_CLASS, &entries, NULL, alphasort);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s/used", KEX_CLASS, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && read_text(path, buf, sizeof(buf)) > 0 &&
		    strcmp(buf, "0"))
			die("%s: %s is %s without any memory", call_name, path, buf);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

/* All that READY, or an open or map as CALL, has left */
static void settle(void)
{
	if (mapping)
		munmap(mapping, mapped);
	mapping = NULL;
	if (node >= 0)
		close(node);
	node = -1;
	if (own)
		check_empty();
	own = false;
}

/* A page that somebody looks at just now is not moved: all are, in the end */
static void migrate_all(size_t len)
{
	long all = len / sysconf(_SC_PAGESIZE), done = 0, ret;
	int tries;

	for (tries = 0; done < all && tries < 1000; tries++) {
		ret = migrate(len, KEX_MIGRATE_TO_POOL);
		if (ret < 0)
			die("migrate: %s", errno_name(errno));
		done += ret;
	}
	if (done < all)
		die("%ld of %ld pages are in the pool", done, all);
}

static void plainly(struct command *c, int nr)
{
	long ret;

	for (; nr; nr--, c++) {
		if (is(c, "may") || is(c, "only") || is(c, "show") || is(c, "moves") ||
		    is(c, "blind"))
			continue;
		if (is(c, "migrate")) {
			migrate_all(length(c));
			continue;
		}
		prepare(c);
		ret = perform(c, length(c));
		finish(c);
		if (ret < 0)
			die("%s %s: %s", c->verb, c->arg ?: "", errno_name(-ret));
	}
}

/* Bytes that were not written are as they were: zero */
static void check_put(const struct command *c, long ret, unsigned int nth)
{
	long len = length(c), i;

	if (pread(node, buf, len, 0) != len)
		die("%s, allocation %u: the region cannot be read", call_name, nth);
	for (i = 0; i < len; i++)
		if (buf[i] != (i < ret ? 0x5a : 0))
			die("%s, allocation %u: byte %ld of %ld is %d", call_name, nth,
			    i, ret, buf[i]);
	memset(buf, 0, len);
	if (pwrite(node, buf, len, 0) != len)
		die("%s: cannot write zeros", call_name);
}

/*
 * The memory has its bytes, but for those that CALL wrote: each may have been, when
 * it fails in the middle. And a look saw them.
 */
static void check_own(const struct command *c, long ret, unsigned int nth)
{
	bool wrote = is(c, "poke") || is(c, "mwrite");
	unsigned char want, got;
	size_t i;

	if (ret > 0 && (is(c, "peek") || is(c, "mread")))
		for (i = 0; i < (size_t)ret; i++)
			if ((unsigned char)device[i] != filled(i))
				die("%s, allocation %u: byte %zu was read as %d", call_name, nth,
				    i, device[i]);
	if (is(c, "touch"))
		mapping[0] = filled(0);
	for (i = 0; i < mapped; i++) {
		got = mapping[i];
		want = wrote && (long)i < ret ? 0x5a : filled(i);
		if (got != want && !(wrote && ret < 0 && got == 0x5a))
			die("%s, allocation %u: byte %zu is %d", call_name, nth, i, got);
	}
}

static void check_bytes(const struct command *c, long ret, unsigned int nth)
{
	if (is(c, "put"))
		check_put(c, ret, nth);
	if (own)
		check_own(c, ret, nth);
}

/* One try. Returns what was left to count; *ret is the call's result */
static unsigned int try(struct command *c, unsigned int nth, long *ret)
{
	unsigned int rest;
	size_t len = length(c);

	prepare(c);
	arm(nth);
	*ret = perform(c, len);
	rest = disarm();
	finish(c);
	return rest;
}

/* A try that ended: has it done nothing, or all? */
static void judge(long ret, bool failed, unsigned int nth)
{
	look_closely(&after);
	if (ret >= 0) {
		compare_text(done.things, after.things, "done, but", nth);
		return;
	}
	if (!failed)
		die("%s: %s, and nothing made it fail", call_name, errno_name(-ret));
	if (ret != -ENOMEM && ret != -EFAULT && ret != -also)
		die("%s, allocation %u: %s", call_name, nth, errno_name(-ret));
	compare_text(before.things, after.things, "not done, but", nth);
	if (!moves || ret != -EFAULT)
		compare_text(before.facts, after.facts, "not done, but", nth);
}

static void ready_to_try(struct command *ready, int nr, unsigned int nth)
{
	plainly(ready, nr);
	look_closely(&before);
	compare_text(first.things, before.things, "undone, but", nth);
}

/* Without a failure: what it leaves, and how many allocations there are */
static long count(struct command *ready, int nr_ready, struct command *c,
		  struct command *undo, int nr_undo)
{
	unsigned int rest;
	long ret;

	look(&first);
	ready_to_try(ready, nr_ready, 0);
	rest = try(c, NEVER, &ret);
	look_closely(&done);
	judge(ret, false, 0);
	check_bytes(c, ret, 0);
	settle();
	plainly(undo, nr_undo);
	return NEVER - rest;
}

static void sweep(struct command *ready, int nr_ready, struct command *c,
		  struct command *undo, int nr_undo)
{
	long all = count(ready, nr_ready, c, undo, nr_undo);
	unsigned int nth, last, rest = 0, tries = 0, absorbed = 0;
	long ret;

	nth = only_first > 0 ? only_first : all > -only_first ? all + 1 + only_first : 1;
	last = only_last > 0 ? only_last : MAX_POINTS;
	for (; nth <= last; nth++) {
		ready_to_try(ready, nr_ready, nth);
		rest = try(c, nth, &ret);
		judge(ret, !rest, nth);
		check_bytes(c, ret, nth);
		settle();
		if (ret >= 0)
			plainly(undo, nr_undo);
		/* Those behind the last one: they depend on what is cached */
		if (rest)
			break;
		tries++;
		absorbed += ret >= 0;
	}
	if (nth > MAX_POINTS)
		die("%s: no end after %d", call_name, MAX_POINTS);
	if (!tries)
		die("%s: no allocation of it failed", call_name);
	look(&after);
	compare_text(first.things, after.things, "undone, but", nth);
	printf("%u failure points", tries);
	if (only_first != 1 || only_last != -1)
		printf(" of %ld", all);
	printf(", got along with %u\n", absorbed);
}

static void log_line(const char *text)
{
	int ret = write_text("/dev/kmsg", text);

	if (ret)
		fprintf(stderr, "/dev/kmsg: %s\n", errno_name(-ret));
}

static void log_end(void)
{
	log_line("kex-test: allocations are made to fail: end\n");
}

static void log_begin(void)
{
	log_line("kex-test: allocations are made to fail: begin\n");
	atexit(log_end);
}

static int errno_by_name(const char *name)
{
	int err;

	for (err = 1; err < 200; err++)
		if (!strcmp(errno_name(err), name))
			return err;
	die("no errno '%s'", name);
}

static void set_option(const struct command *c)
{
	if (is(c, "may")) {
		also = errno_by_name(c->arg);
	} else if (is(c, "only")) {
		only_first = strtol(c->arg, NULL, 10);
		only_last = c->text ? strtol(c->text, NULL, 10) : -1;
	} else if (is(c, "blind")) {
		blind = c->arg;
	} else if (is(c, "show")) {
		show = true;
	} else if (is(c, "moves")) {
		moves = true;
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_fault };
	struct command commands[32];
	int i, nr = 0, part = 0, start[3] = { 0 };

	if (argc > 32)
		die("too many commands");
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--")) {
			if (part == 1)
				call_name = strdup(argv[i]);
			commands[nr++] = parse(argv[i]);
			set_option(&commands[nr - 1]);
		} else if (++part < 3) {
			start[part] = nr;
		}
	}
	if (part != 2 || start[2] - start[1] != 1)
		die("usage: kexfail READY... -- CALL -- UNDO...");

	sigaction(SIGBUS, &act, NULL);
	sigaction(SIGSEGV, &act, NULL);
	faults_begin();
	log_begin();
	/* Page faults of this program would count */
	if (mlockall(MCL_CURRENT))
		die("mlockall: %s", errno_name(errno));
	sweep(commands, start[1], &commands[start[1]], commands + start[2], nr - start[2]);
	return 0;
}
