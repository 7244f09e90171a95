// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexmap: play a script of small acts on files and mappings.
 *
 *   kexmap [-i | COMMAND...] <SCRIPT
 *
 * A script has one command a line, with the reply that it must get:
 *
 *   open /dev/kex/fb0
 *   map 0 64K
 *   fill 0 64K 7
 *   faults 0 2P          -> 2
 *   map 64K 1P           -> EINVAL
 *   info resident        -> 2P
 *   info size            -> ?
 *
 * 2P are two pages, however large they are. Without an arrow the reply must be
 * "ok"; "?" prints it. Each reply that differs is reported on stderr, and the
 * exit status is then 1. With -i every reply is printed and none is judged. With
 * commands as arguments the script is not read from stdin.
 *
 * A reply is ok, a number, a word, the name of an errno, BAD@0x… (first byte
 * that differs) or SIGBUS@0x… (SIGSEGV@): offsets in the mapping. Kids are
 * processes (fork) or threads of this one (thread), which do as they are told.
 * COMMANDS below has every command with its arguments.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <grp.h>

#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/kex.h>

#include "util.h"

#define MAX_ARGS	40
#define MAX_SLOTS	32
#define REPLY_SIZE	512

/* A kid that has not answered by then hangs: nothing here takes long */
#define KID_LIMIT_MS	60000
/* What the kernel does on its own time is done by then */
#define AWAIT_MS	10000

struct mapping {
	char *addr;
	size_t len;
	uint64_t off;
};

struct kid {
	pid_t pid;	/* of a thread: its number as a thread */
	bool thread;
	int to;
	int from;
	int family;	/* socket that passes files */
};

static int files[MAX_SLOTS];
static int nr_files;
static struct mapping maps[MAX_SLOTS];
static int nr_maps;
static struct kid kids[MAX_SLOTS];
static int nr_kids;
static size_t page;

/* Each thread's own; files and mappings are the process' */
static __thread int file_index, map_index;
static __thread bool is_kid;
static __thread int family = -1;
static __thread char *data;
static __thread size_t data_len;
static __thread char reply[REPLY_SIZE];
static __thread sigjmp_buf fault_jump;
static __thread volatile sig_atomic_t fault_expected;
static __thread void *volatile fault_addr;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reply, sizeof(reply), fmt, ap);
	va_end(ap);
}

/* The result of a system call: "ok", or the errno */
static void say_ret(long ret)
{
	say("%s", ret < 0 ? errno_name(errno) : "ok");
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!fault_expected) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	fault_addr = info->si_addr;
	siglongjmp(fault_jump, sig);
}

static struct mapping *mapping(void)
{
	if (!nr_maps)
		die("no mapping yet");
	return &maps[map_index];
}

static int file(void)
{
	if (!nr_files)
		die("no open file yet");
	return files[file_index];
}

/* Run the statement; a fault in it becomes the reply, and "caught" is true */
#define GUARDED(caught, statement) do {					\
	int sig_ = sigsetjmp(fault_jump, 1);				\
									\
	(caught) = sig_ != 0;						\
	if (!sig_) {							\
		fault_expected = 1;					\
		statement;						\
	} else {							\
		say("SIG%s@0x%zx", sigabbrev_np(sig_),			\
		    (size_t)((char *)fault_addr - mapping()->addr));	\
	}								\
	fault_expected = 0;						\
} while (0)

/*
 * The word that belongs at an offset of the object: whichever mapping shows
 * it, and for two seeds never the same.
 */
static uint64_t pattern(uint64_t off, uint64_t seed)
{
	uint64_t x = off / 8 + 1 + (seed << 40);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* Aligned 64-bit accesses only: they are right for every cache attribute */
static void fill(char *addr, size_t len, uint64_t off, uint64_t seed)
{
	volatile uint64_t *word = (volatile uint64_t *)addr;
	size_t i;

	for (i = 0; i < len / 8; i++)
		word[i] = pattern(off + i * 8, seed);
}

/* Returns the first offset that differs, or -1 */
static long check(char *addr, size_t len, uint64_t off, uint64_t seed)
{
	volatile uint64_t *word = (volatile uint64_t *)addr;
	size_t i;

	for (i = 0; i < len / 8; i++)
		if (word[i] != pattern(off + i * 8, seed))
			return i * 8;
	return -1;
}

static long check_value(char *addr, size_t len, unsigned int value)
{
	uint64_t want = 0x0101010101010101ULL * (value & 0xff);
	volatile uint64_t *word = (volatile uint64_t *)addr;
	size_t i;

	for (i = 0; i < len / 8; i++)
		if (word[i] != want)
			return i * 8;
	return -1;
}

static void say_check(long bad)
{
	if (bad < 0)
		say("ok");
	else
		say("BAD@0x%lx", bad);
}

/*
 * Minor faults of one touch a page. The first pass, over memory that is
 * there, takes the faults of the code and of the stack (a forked child's is
 * still shared) out of the count.
 */
static long __attribute__((noinline)) touch_pages(char *addr, size_t len, bool write)
{
	struct rusage before, after;
	size_t i;

	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < len; i += page) {
		if (write)
			*(volatile char *)(addr + i) = *(volatile char *)(addr + i);
		else
			(void)*(volatile char *)(addr + i);
	}
	getrusage(RUSAGE_SELF, &after);
	return after.ru_minflt - before.ru_minflt;
}

static size_t arg_size(char **arg, int n, const char *otherwise)
{
	const char *text = arg[n] ? arg[n] : otherwise;

	if (!text)
		die("%s: too few arguments", arg[0]);
	return parse_size(text);
}

static char *arg_text(char **arg, int n)
{
	if (!arg[n])
		die("%s: too few arguments", arg[0]);
	return arg[n];
}

/* Files */

static void do_open(char **arg)
{
	const char *how = arg[2] ? arg[2] : "rw";
	int flags = !strcmp(how, "r") ? O_RDONLY : !strcmp(how, "w") ? O_WRONLY : O_RDWR;
	int fd = open(arg_text(arg, 1), flags | O_CLOEXEC);

	say_ret(fd);
	if (fd < 0)
		return;
	if (nr_files == MAX_SLOTS)
		die("too many open files");
	file_index = nr_files;
	files[nr_files++] = fd;
}

static void do_close(char **arg)
{
	(void)arg;
	say_ret(close(file()));
}

static void do_file(char **arg)
{
	file_index = arg_size(arg, 1, NULL);
	if (file_index >= nr_files)
		die("no file %d", file_index);
	say("ok");
}

static void room(size_t len)
{
	data = realloc(data, len ? len : 1);
	if (!data)
		die("no memory");
	data_len = 0;
}

static void do_pread(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	ssize_t ret;

	room(len);
	ret = pread(file(), data, len, off);
	data_len = ret < 0 ? 0 : ret;
	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
}

static void do_pwrite(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	ssize_t ret;

	room(len);
	fill(data, len, off, arg_size(arg, 3, "1"));
	ret = pwrite(file(), data, len, off);
	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
}

/* read() and write() move the file's own position, as dd and cat have it */
static void do_read(char **arg)
{
	size_t len = arg_size(arg, 1, NULL);
	ssize_t ret;

	room(len);
	ret = read(file(), data, len);
	data_len = ret < 0 ? 0 : ret;
	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
}

static void do_write(char **arg)
{
	size_t len = arg_size(arg, 1, NULL);
	off_t off = lseek(file(), 0, SEEK_CUR);
	ssize_t ret;

	room(len);
	fill(data, len, off, arg_size(arg, 2, "1"));
	ret = write(file(), data, len);
	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
}

/* An unreadable buffer: EFAULT must come back, and nothing else happen */
static void do_badread(char **arg)
{
	ssize_t ret = pread(file(), NULL, arg_size(arg, 1, "1P"), 0);

	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
}

static void do_badwrite(char **arg)
{
	ssize_t ret = pwrite(file(), NULL, arg_size(arg, 1, "1P"), 0);

	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
}

/* What the last read or pread brought: a pattern, or one value */
static void do_data(char **arg)
{
	size_t off = arg_size(arg, 1, NULL);

	say_check(check(data, data_len, off, arg_size(arg, 2, "1")));
}

static void do_datais(char **arg)
{
	say_check(check_value(data, data_len, arg_size(arg, 1, NULL)));
}

static void do_seek(char **arg)
{
	const char *how = arg[2] ? arg[2] : "set";
	int whence = !strcmp(how, "cur") ? SEEK_CUR : !strcmp(how, "end") ? SEEK_END : SEEK_SET;
	off_t ret = lseek(file(), strtoll(arg_text(arg, 1), NULL, 0), whence);

	if (ret < 0)
		say_ret(-1);
	else
		say("%lld", (long long)ret);
}

/* Mappings */

static void do_map(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED, i;
	char *addr;

	for (i = 3; arg[i]; i++) {
		if (!strcmp(arg[i], "private"))
			flags = MAP_PRIVATE;
		else if (!strcmp(arg[i], "populate"))
			flags |= MAP_POPULATE;
		else
			prot = (strchr(arg[i], 'r') ? PROT_READ : 0) |
			       (strchr(arg[i], 'w') ? PROT_WRITE : 0) |
			       (strchr(arg[i], 'x') ? PROT_EXEC : 0);
	}
	addr = mmap(NULL, len, prot, flags, file(), off);
	say_ret(addr == MAP_FAILED ? -1 : 0);
	if (addr == MAP_FAILED)
		return;
	if (nr_maps == MAX_SLOTS)
		die("too many mappings");
	map_index = nr_maps;
	maps[nr_maps++] = (struct mapping){ addr, len, off };
}

static void do_use(char **arg)
{
	map_index = arg_size(arg, 1, NULL);
	if (map_index >= nr_maps)
		die("no mapping %d", map_index);
	say("ok");
}

static void do_unmap(char **arg)
{
	struct mapping *map = mapping();
	size_t off = arg_size(arg, 1, "0");
	size_t len = arg[2] ? arg_size(arg, 2, NULL) : map->len - off;

	say_ret(munmap(map->addr + off, len));
}

static void do_remap(char **arg)
{
	struct mapping *map = mapping();
	size_t len = arg_size(arg, 1, NULL);
	char *addr = mremap(map->addr, map->len, len, MREMAP_MAYMOVE);

	say_ret(addr == MAP_FAILED ? -1 : 0);
	if (addr == MAP_FAILED)
		return;
	map->addr = addr;
	map->len = len;
}

static void do_move(char **arg)
{
	struct mapping *map = mapping();
	char *target, *addr;

	(void)arg;
	target = mmap(NULL, map->len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (target == MAP_FAILED)
		die("no room to move to");
	addr = mremap(map->addr, map->len, map->len, MREMAP_MAYMOVE | MREMAP_FIXED, target);
	say_ret(addr == MAP_FAILED ? -1 : 0);
	if (addr != MAP_FAILED)
		map->addr = addr;
}

static void do_protect(char **arg)
{
	struct mapping *map = mapping();
	const char *how = arg_text(arg, 1);
	size_t off = arg_size(arg, 2, "0");
	size_t len = arg[2] && arg[3] ? arg_size(arg, 3, NULL) : map->len - off;
	int prot = (strchr(how, 'r') ? PROT_READ : 0) | (strchr(how, 'w') ? PROT_WRITE : 0) |
		   (strchr(how, 'x') ? PROT_EXEC : 0);

	say_ret(mprotect(map->addr + off, len, prot));
}

static void do_fill(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	uint64_t seed = arg_size(arg, 3, "1");
	struct mapping *map = mapping();
	bool caught;

	GUARDED(caught, fill(map->addr + off, len, map->off + off, seed));
	if (!caught)
		say("ok");
}

static void do_check(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	uint64_t seed = arg_size(arg, 3, "1");
	struct mapping *map = mapping();
	volatile long bad = -1;
	bool caught;

	GUARDED(caught, bad = check(map->addr + off, len, map->off + off, seed));
	if (!caught)
		say_check(bad < 0 ? bad : bad + (long)off);
}

static void do_is(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	unsigned int value = arg_size(arg, 3, NULL);
	struct mapping *map = mapping();
	volatile long bad = -1;
	bool caught;

	GUARDED(caught, bad = check_value(map->addr + off, len, value));
	if (!caught)
		say_check(bad < 0 ? bad : bad + (long)off);
}

static void do_touch(char **arg)
{
	bool write = arg[2] && !strcmp(arg[2], "w");
	size_t off = arg_size(arg, 1, NULL);
	struct mapping *map = mapping();
	bool caught;

	GUARDED(caught, touch_pages(map->addr + off, 1, write));
	if (!caught)
		say("ok");
}

static void do_faults(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	bool write = arg[3] && !strcmp(arg[3], "w");
	struct mapping *map = mapping();
	volatile long count = 0;
	char warm[16];
	bool caught;

	touch_pages(warm, 1, true);
	GUARDED(caught, count = touch_pages(map->addr + off, len, write));
	if (!caught)
		say("%ld", count);
}

/* The mapping as a debugger sees it: the driver's own access, no page table's */
static void do_mem(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	bool write = !strcmp(arg[0], "memw");
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	struct mapping *map = mapping();
	ssize_t ret;

	if (fd < 0)
		die("no /proc/self/mem");
	room(len);
	if (write) {
		fill(data, len, map->off + off, arg_size(arg, 3, "1"));
		ret = pwrite(fd, data, len, (off_t)(uintptr_t)(map->addr + off));
	} else {
		ret = pread(fd, data, len, (off_t)(uintptr_t)(map->addr + off));
		data_len = ret < 0 ? 0 : ret;
	}
	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
	close(fd);
}

/* The kernel's own accesses to a mapping: by read(2), write(2) and futex(2) */
static void do_into(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	ssize_t ret = read(fd, mapping()->addr + off, len);

	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
	close(fd);
}

static void do_from(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	int fd = memfd_create("from", MFD_CLOEXEC);
	ssize_t ret = write(fd, mapping()->addr + off, len);

	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
	close(fd);
}

/* An atomic access by the kernel, which asks for the page when it is missing */
static void do_futex(char **arg)
{
	void *at = mapping()->addr + arg_size(arg, 1, NULL);
	static int here;
	long ret = syscall(SYS_futex, &here, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 0, 0UL, at,
			   FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, 0));

	if (ret < 0)
		say_ret(-1);
	else
		say("ok");
}

/* A parent's mapping of the same address, by process_vm_readv() and its like */
static void do_vm(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	bool write = !strcmp(arg[0], "vmwrite");
	struct iovec there = { mapping()->addr + off, len }, here = { NULL, len };
	ssize_t ret;

	room(len);
	here.iov_base = data;
	if (write)
		fill(data, len, mapping()->off + off, arg_size(arg, 3, "1"));
	ret = write ? process_vm_writev(getppid(), &here, 1, &there, 1, 0) :
		      process_vm_readv(getppid(), &here, 1, &there, 1, 0);
	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
	data_len = ret < 0 ? 0 : ret;
}

/* Bytes of a file into the mapping, and the reverse */
static void do_load(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	struct mapping *map = mapping();
	volatile uint64_t *to = (volatile uint64_t *)(map->addr + off);
	FILE *from = fopen(arg_text(arg, 3), "r");
	size_t i;

	room(len);
	if (!from || fread(data, 1, len, from) != len)
		die("%s: cannot read %zu bytes", arg[3], len);
	fclose(from);
	for (i = 0; i < len / 8; i++)
		to[i] = ((uint64_t *)data)[i];
	say("ok");
}

static void do_store(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	struct mapping *map = mapping();
	volatile uint64_t *from = (volatile uint64_t *)(map->addr + off);
	FILE *to = fopen(arg_text(arg, 3), "w");
	size_t i;

	room(len);
	for (i = 0; i < len / 8; i++)
		((uint64_t *)data)[i] = from[i];
	if (!to || fwrite(data, 1, len, to) != len || fclose(to))
		die("%s: cannot write %zu bytes", arg[3], len);
	say("ok");
}

/* Polls, with a limit, until the mapping shows the bytes of a file */
static void do_awaitfile(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	volatile uint64_t *at = (volatile uint64_t *)(mapping()->addr + off);
	FILE *file = fopen(arg_text(arg, 3), "r");
	uint64_t limit = now_ms() + arg_size(arg, 4, NULL);
	size_t i;

	room(len);
	if (!file || fread(data, 1, len, file) != len)
		die("%s: cannot read %zu bytes", arg[3], len);
	fclose(file);
	do {
		for (i = 0; i < len / 8 && at[i] == ((uint64_t *)data)[i]; i++)
			;
		if (i == len / 8) {
			say("ok");
			return;
		}
		usleep(1000);
	} while (now_ms() < limit);
	say("BAD@0x%zx", i * 8);
}

/* A value of the mapping's block in /proc/self/smaps; flags joined by commas */
static void do_smaps(char **arg)
{
	const char *field = arg_text(arg, 1);
	unsigned long start, end;
	char line[512];
	size_t len = strlen(field);
	bool inside = false;
	FILE *smaps = fopen("/proc/self/smaps", "r");

	if (!smaps)
		die("no /proc/self/smaps");
	say("none");
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start == (unsigned long)mapping()->addr;
		if (inside && !strncmp(line, field, len) && line[len] == ':') {
			char *value = line + len + 1 + strspn(line + len + 1, " ");
			char *c;

			value[strcspn(value, "\n")] = '\0';
			for (c = value + strlen(value); c > value && c[-1] == ' '; c--)
				c[-1] = '\0';
			for (c = value; *c; c++)
				if (*c == ' ')
					*c = ',';
			say("%s", value);
			break;
		}
	}
	fclose(smaps);
}

/*
 * The entry of a page, or one field of it, as the module kexpte sees it; the
 * kernel's of an address of its own
 */
static void do_pte(char **arg)
{
	off_t addr = *arg[0] == 'k' ? (off_t)(parse_size(arg_text(arg, 1)) & INT64_MAX) :
		     (off_t)(mapping()->addr + arg_size(arg, 1, NULL));
	int fd = open("/dev/kexpte", O_RDONLY | O_CLOEXEC);
	char line[REPLY_SIZE], *word, *save = NULL;
	ssize_t len;

	if (fd < 0)
		die("no module kexpte");
	len = pread(fd, line, sizeof(line) - 1, addr);
	close(fd);
	if (len < 0) {
		say_ret(-1);
		return;
	}
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	say("%s", line);
	if (!arg[2])
		return;
	len = strlen(arg[2]);
	for (word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save))
		if (!strncmp(word, arg[2], len) && word[len] == '=')
			say("%s", word + len + 1);
}

/* ioctls */

static void do_info(char **arg)
{
	struct kex_info info = { .argsz = sizeof(info) };
	const char *field = arg_text(arg, 1);
	int ret = ioctl(file(), KEX_INFO, &info);
	const struct {
		const char *name;
		__u64 value;
	} rows[] = {
		{ "argsz", info.argsz }, { "flags", info.flags }, { "kind", info.kind },
		{ "cache", info.cache }, { "state", info.state }, { "valid", info.valid },
		{ "size", info.size }, { "resident", info.resident },
		{ "mappings", info.mappings }, { "opens", info.opens },
		{ "faults", info.faults }, { "evictions", info.evictions },
		{ "restores", info.restores },
	};
	size_t i;

	if (ret < 0) {
		say_ret(-1);
		return;
	}
	if (!strcmp(field, "name")) {
		say("%.*s", KEX_NAME_SIZE, info.name);
		return;
	}
	if (!strcmp(field, "phys")) {
		say("0x%llx", (unsigned long long)info.phys);
		return;
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i].name, field)) {
			say("%llu", (unsigned long long)rows[i].value);
			return;
		}
	}
	die("info has no field %s", field);
}

static unsigned long range_ioctl(const char *name)
{
	if (!strcmp(name, "hold"))
		return KEX_HOLD;
	return strcmp(name, "restore") ? KEX_EVICT : KEX_RESTORE;
}

static void do_range(char **arg)
{
	struct kex_range range = {
		.argsz = sizeof(range),
		.off = arg_size(arg, 1, NULL),
		.len = arg_size(arg, 2, NULL),
	};

	say_ret(ioctl(file(), range_ioctl(arg[0]), &range));
}

/* Being told of changes */

static int events[MAX_SLOTS];
static int nr_events;

/* A new eventfd, an old one by number, any descriptor, or none */
static void do_eventfd(char **arg)
{
	struct kex_eventfd call = { .argsz = sizeof(call) };

	if (!arg[1]) {
		if (nr_events == MAX_SLOTS)
			die("too many eventfds");
		call.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (call.fd < 0)
			die("eventfd: %m");
		events[nr_events++] = call.fd;
	} else if (!strcmp(arg[1], "file")) {
		call.fd = file();
	} else if (!strcmp(arg[1], "fd")) {
		call.fd = strtol(arg_text(arg, 2), NULL, 0);
	} else {
		call.fd = events[arg_size(arg, 1, NULL) % MAX_SLOTS];
	}
	say_ret(ioctl(file(), KEX_EVENTFD, &call));
}

/* How often an eventfd was signalled since this was asked last */
static void do_signals(char **arg)
{
	int n = arg[1] ? (int)arg_size(arg, 1, NULL) : nr_events - 1;
	eventfd_t count = 0;

	if (n < 0 || n >= nr_events)
		die("no eventfd %d", n);
	if (eventfd_read(events[n], &count) && errno != EAGAIN)
		die("eventfd_read: %m");
	say("%llu", (unsigned long long)count);
}

static void do_poll(char **arg)
{
	struct pollfd what = { .fd = file(), .events = POLLPRI };
	char words[32] = "";

	if (poll(&what, 1, arg_size(arg, 1, "0")) < 0) {
		say_ret(-1);
		return;
	}
	if (what.revents & POLLPRI)
		strcat(words, ",pri");
	if (what.revents & POLLERR)
		strcat(words, ",err");
	if (what.revents & POLLHUP)
		strcat(words, ",hup");
	say("%s", *words ? words + 1 : "none");
}

/*
 * ioctl NUMBER null | bad | info|range|sync|eventfd KEY=VALUE...
 *
 * The structure ends where its page ends, and nothing is mapped behind it: a
 * driver that reads or writes one byte beyond argsz gets EFAULT. Keys: argsz,
 * flags, valid, off, len, dir, fd, reserved; tail (each byte behind the known structure);
 * ro (1: the page cannot be written).
 */
static void do_ioctl(char **arg)
{
	unsigned long number = arg_size(arg, 1, NULL);
	const char *what = arg_text(arg, 2);
	struct kex_range range = { .argsz = sizeof(range) };
	struct kex_info info = { .argsz = sizeof(info) };
	struct kex_sync sync = { .argsz = sizeof(sync) };
	struct kex_eventfd event = { .argsz = sizeof(event), .fd = -1 };
	size_t known, size;
	void *from;
	unsigned int tail = 0;
	bool ro = false;
	char *area, *at;
	int i;

	if (!strcmp(what, "null") || !strcmp(what, "bad")) {
		say_ret(ioctl(file(), number, *what == 'n' ? NULL : (void *)~4095UL));
		return;
	}
	if (!strcmp(what, "info")) {
		from = &info;
		known = sizeof(info);
	} else if (!strcmp(what, "sync")) {
		from = &sync;
		known = sizeof(sync);
	} else if (!strcmp(what, "eventfd")) {
		from = &event;
		known = sizeof(event);
	} else {
		from = &range;
		known = sizeof(range);
	}
	size = known;
	for (i = 3; arg[i]; i++) {
		char *value = strchr(arg[i], '=');
		uint64_t v;

		if (!value)
			die("ioctl: '%s' is not key=value", arg[i]);
		*value++ = '\0';
		v = parse_size(value);
		if (!strcmp(arg[i], "argsz"))
			range.argsz = info.argsz = sync.argsz = event.argsz = size = v;
		else if (!strcmp(arg[i], "flags"))
			range.flags = info.flags = sync.flags = event.flags = v;
		else if (!strcmp(arg[i], "valid"))
			info.valid = v;
		else if (!strcmp(arg[i], "off"))
			range.off = sync.off = v;
		else if (!strcmp(arg[i], "len"))
			range.len = sync.len = v;
		else if (!strcmp(arg[i], "dir"))
			sync.dir = v;
		else if (!strcmp(arg[i], "reserved"))
			sync.reserved = event.reserved = v;
		else if (!strcmp(arg[i], "fd"))
			event.fd = v;
		else if (!strcmp(arg[i], "tail"))
			tail = v;
		else if (!strcmp(arg[i], "ro"))
			ro = v;
		else
			die("ioctl: no key %s", arg[i]);
	}
	if (size > page)
		size = page;
	if (size < sizeof(range.argsz))
		size = sizeof(range.argsz);
	area = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		die("no memory");
	at = area + page - size;
	memset(at, tail, size);
	memcpy(at, from, size < known ? size : known);
	if (mprotect(area + page, page, PROT_NONE) || (ro && mprotect(area, page, PROT_READ)))
		die("mprotect: %m");
	say_ret(ioctl(file(), number, at));
	munmap(area, 2 * page);
}

/* Windows */

static struct kex_window_piece *pieces;
static unsigned int nr_pieces;

static int file_number(char **arg, int n)
{
	int index = arg_size(arg, n, NULL);

	if (index >= nr_files)
		die("no file %d", index);
	return files[index];
}

static void file_add(int fd)
{
	if (nr_files == MAX_SLOTS)
		die("too many open files");
	file_index = nr_files;
	files[nr_files++] = fd;
}

static void do_window(char **arg)
{
	static const char * const holes[] = { "sigbus", "zero", "scratch", "wait" };
	struct kex_window_create create = {
		.argsz = sizeof(create),
		.size = arg_size(arg, 1, NULL),
	};
	int fd;

	while (arg[2] && create.hole < 4 && strcmp(holes[create.hole], arg[2]))
		create.hole++;
	fd = ioctl(file(), KEX_WINDOW_CREATE, &create);
	say_ret(fd);
	if (fd < 0)
		return;
	file_add(fd);
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
		say("INHERITED");
}

/* The list that the next wmap maps: COUNT pieces, each a step behind the last */
static void do_piece(char **arg)
{
	struct kex_window_piece piece = {
		.region_fd = file_number(arg, 1),
		.roff = arg_size(arg, 2, NULL),
		.woff = arg_size(arg, 3, NULL),
		.len = arg_size(arg, 4, NULL),
	};
	size_t count = arg_size(arg, 5, "1");
	uint64_t rstep = arg[6] ? arg_size(arg, 6, NULL) : piece.len;
	uint64_t wstep = arg[7] ? arg_size(arg, 7, NULL) : piece.len;

	pieces = realloc(pieces, (nr_pieces + count) * sizeof(piece));
	if (!pieces)
		die("no memory");
	for (; count; count--) {
		pieces[nr_pieces++] = piece;
		piece.roff += rstep;
		piece.woff += wstep;
	}
	say("ok");
}

static void do_pieces(char **arg)
{
	(void)arg;
	nr_pieces = 0;
	say("ok");
}

/*
 * The list, or as many of it as nr= says, then empties it. cut=N: the last N
 * bytes of the list are in a page that cannot be read. keep=1: does not empty it.
 */
static void do_wmap(char **arg)
{
	struct kex_window_map map = { .argsz = sizeof(map) };
	size_t size, room, cut = 0;
	bool keep = false;
	char *area;
	int i, ret;

	map.window_fd = file_number(arg, 1);
	map.nr = nr_pieces;
	for (i = 2; arg[i]; i++) {
		if (!strncmp(arg[i], "nr=", 3))
			map.nr = parse_size(arg[i] + 3);
		else if (!strncmp(arg[i], "cut=", 4))
			cut = parse_size(arg[i] + 4);
		else if (!strcmp(arg[i], "keep=1"))
			keep = true;
		else
			die("wmap: '%s'?", arg[i]);
	}
	size = nr_pieces * sizeof(*pieces);
	room = (size + page) & ~(page - 1);
	area = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		die("no memory");
	map.pieces = (uintptr_t)(area + room - size + cut);
	memcpy(area + room - size + cut, pieces, size);
	if (mprotect(area + room, page, PROT_NONE))
		die("mprotect: %m");
	ret = ioctl(file(), KEX_WINDOW_MAP, &map);
	say_ret(ret);
	if (ret > 0)
		say("%d", ret);
	munmap(area, room + page);
	if (!keep)
		nr_pieces = 0;
}

static void do_wunmap(char **arg)
{
	struct kex_window_unmap unmap = {
		.argsz = sizeof(unmap),
		.window_fd = file_number(arg, 1),
		.woff = arg_size(arg, 2, NULL),
		.len = arg_size(arg, 3, NULL),
	};

	say_ret(ioctl(file(), KEX_WINDOW_UNMAP, &unmap));
}

/*
 * A number; fdN[+HIGH]: the descriptor, and what is in the upper half; or map[+OFF]:
 * the address of the mapping
 */
static uint64_t raw_word(const char *text)
{
	const char *plus = strchr(text, '+');

	if (!strncmp(text, "map", 3))
		return (uintptr_t)mapping()->addr + (plus ? parse_size(plus + 1) : 0);
	if (strncmp(text, "fd", 2))
		return parse_size(text);
	return (uint64_t)files[atoi(text + 2)] | (plus ? parse_size(plus + 1) << 32 : 0);
}

/* Any call with any 64-bit words, which end where their page ends */
static void do_raw(char **arg)
{
	uint64_t words[MAX_ARGS];
	unsigned int n = 0;
	char *area, *at;

	for (; arg[n + 2]; n++)
		words[n] = raw_word(arg[n + 2]);
	area = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED || mprotect(area + page, page, PROT_NONE))
		die("no memory");
	at = area + page - n * sizeof(*words);
	memcpy(at, words, n * sizeof(*words));
	say_ret(ioctl(file(), arg_size(arg, 1, NULL), at));
	munmap(area, 2 * page);
}

static void do_nofile(char **arg)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = arg_size(arg, 1, NULL);
	say_ret(setrlimit(RLIMIT_NOFILE, &limit));
}

/* The pattern that belongs at OFF2 of another object, at OFF of this mapping */
static void do_checkat(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	uint64_t at = arg_size(arg, 3, NULL), seed = arg_size(arg, 4, "1");
	struct mapping *map = mapping();
	volatile long bad = -1;
	bool caught;

	GUARDED(caught, bad = check(map->addr + off, len, at, seed));
	if (!caught)
		say_check(bad < 0 ? bad : bad + (long)off);
}

static void do_fillat(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	uint64_t at = arg_size(arg, 3, NULL), seed = arg_size(arg, 4, "1");
	struct mapping *map = mapping();
	bool caught;

	GUARDED(caught, fill(map->addr + off, len, at, seed));
	if (!caught)
		say("ok");
}

/* Memory of the process that pools take */

/* The result of the last migrate or home */
static struct kex_migrate moved;
static uint64_t kept_frame;

/* An offset in the mapping, or "at" and an address; @n moves behind it */
static uint64_t arg_addr(char **arg, int *n)
{
	if (!arg[*n] || strcmp(arg[*n], "at"))
		return (uintptr_t)mapping()->addr + arg_size(arg, (*n)++, NULL);
	*n += 2;
	return arg_size(arg, *n - 1, NULL);
}

static int arg_pid(char **arg, int n)
{
	int kid;

	if (!arg[n])
		return 0;
	if (strcmp(arg[n], "kid"))
		return strtol(arg[n], NULL, 0);
	kid = arg_size(arg, n + 1, NULL);
	if (kid < 1 || kid > nr_kids)
		die("no kid %d", kid);
	return kids[kid].pid;
}

/* Memory that no file is behind; aligned to 2 MiB, with no huge page unless wanted */
static void do_anon(char **arg)
{
	size_t len = arg_size(arg, 1, NULL), big = 2 << 20;
	int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE, i;
	bool huge = false;
	char *room_, *addr;

	for (i = 2; arg[i]; i++) {
		if (!strcmp(arg[i], "shared"))
			flags = MAP_SHARED;
		else if (!strcmp(arg[i], "huge"))
			huge = true;
		else
			prot = (strchr(arg[i], 'r') ? PROT_READ : 0) |
			       (strchr(arg[i], 'w') ? PROT_WRITE : 0);
	}
	room_ = mmap(NULL, len + big, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room_ == MAP_FAILED)
		die("no room for %zu bytes", len);
	addr = (char *)(((uintptr_t)room_ + big - 1) & ~(big - 1));
	munmap(room_, addr - room_);
	munmap(addr + len, room_ + big - addr);
	addr = mmap(addr, len, prot, flags | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	say_ret(addr == MAP_FAILED ? -1 : 0);
	if (addr == MAP_FAILED)
		return;
	madvise(addr, len, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	if (nr_maps == MAX_SLOTS)
		die("too many mappings");
	map_index = nr_maps;
	maps[nr_maps++] = (struct mapping){ addr, len, 0 };
}

static void do_advise(char **arg)
{
	size_t off = arg_size(arg, 2, "0");
	size_t len = arg[3] ? arg_size(arg, 3, NULL) : mapping()->len - off;
	const char *how = arg_text(arg, 1);
	int advice = !strcmp(how, "dontneed") ? MADV_DONTNEED :
		     !strcmp(how, "free") ? MADV_FREE :
		     !strcmp(how, "mergeable") ? MADV_MERGEABLE :
		     !strcmp(how, "huge") ? MADV_HUGEPAGE : MADV_NORMAL;

	say_ret(madvise(mapping()->addr + off, len, advice));
}

/* Pages that the kernel holds for I/O: the buffers of a ring, as if to be read into */
static int ring = -1;

static void do_pin(char **arg)
{
	struct iovec what = {
		.iov_base = mapping()->addr + arg_size(arg, 1, NULL),
		.iov_len = arg_size(arg, 2, NULL),
	};
	struct io_uring_params params = { 0 };

	if (ring < 0)
		ring = syscall(SYS_io_uring_setup, 1, &params);
	say_ret(ring < 0 ? -1 : syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS,
					&what, 1));
}

static void do_unpin(char **arg)
{
	(void)arg;
	say_ret(syscall(SYS_io_uring_register, ring, IORING_UNREGISTER_BUFFERS, NULL, 0));
}

/* Pages that wait in a pipe for who reads them; drain does */
static int splice_pipe[2] = { -1, -1 };

static void do_splice(char **arg)
{
	struct iovec what = {
		.iov_base = mapping()->addr + arg_size(arg, 1, NULL),
		.iov_len = arg_size(arg, 2, NULL),
	};
	ssize_t ret;

	if (pipe2(splice_pipe, O_CLOEXEC | O_NONBLOCK) ||
	    fcntl(splice_pipe[1], F_SETPIPE_SZ, (int)what.iov_len) < 0)
		die("pipe: %m");
	ret = vmsplice(splice_pipe[1], &what, 1, 0);
	if (ret < 0)
		say_ret(-1);
	else
		say("%zd", ret);
}

static void do_drain(char **arg)
{
	(void)arg;
	close(splice_pipe[0]);
	close(splice_pipe[1]);
	say("ok");
}

/* A page that the kernel has locked: by the module kexpte */
static int locker = -1;

static void do_lockpage(char **arg)
{
	locker = open("/dev/kexpte", O_RDWR | O_CLOEXEC);
	if (locker < 0)
		die("no module kexpte");
	say_ret(pwrite(locker, "", 1, (off_t)(mapping()->addr + arg_size(arg, 1, NULL))));
}

static void do_unlockpage(char **arg)
{
	(void)arg;
	say_ret(close(locker));
}

/*
 * How much more, or less, memory is free than when it was noted: ok, or the
 * difference if that is another. What is freed may wait for a moment.
 */
static long noted_memory;

static void do_memory(char **arg)
{
	uint64_t limit = now_ms() + AWAIT_MS;
	long want, slack, got;

	if (!strcmp(arg_text(arg, 1), "note")) {
		noted_memory = free_memory();
		say("ok");
		return;
	}
	want = arg_size(arg, 2, NULL) >> 10;
	slack = arg_size(arg, 3, NULL) >> 10;
	if (!strcmp(arg[1], "less"))
		want = -want;
	do {
		got = free_memory() - noted_memory;
		if (labs(got - want) <= slack) {
			say("ok");
			return;
		}
		usleep(1000);
	} while (now_ms() < limit);
	say("%ldK", got);
}

/* Takes memory until no more than this is free */
static void do_hog(char **arg)
{
	long margin = arg_size(arg, 1, NULL) >> 10, left = LONG_MAX;
	size_t all = 4UL << 30, at;
	char *addr = mmap(NULL, all, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (addr == MAP_FAILED)
		die("no room for %zu bytes", all);
	madvise(addr, all, MADV_NOHUGEPAGE);
	/* To look takes long: more often only when it matters */
	for (at = 0; at < all && left > margin; at += page) {
		addr[at] = 1;
		if (!(at % (left < margin + 8192 ? 16 * page : 2 << 20)))
			left = free_memory();
	}
	say("ok");
}

/* What a call that takes all memory leaves for others: it is given up with its end */
static char *spare;
static size_t spare_len;

static void do_spare(char **arg)
{
	spare_len = arg_size(arg, 1, NULL);
	spare = mmap(NULL, spare_len, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	say_ret(spare == MAP_FAILED ? -1 : 0);
}

static void give_up_spare(void)
{
	if (spare)
		munmap(spare, spare_len);
	spare = NULL;
}

static void do_lock(char **arg)
{
	(void)arg;
	say_ret(mlock(mapping()->addr, mapping()->len));
}

static void do_migrate(char **arg)
{
	int n = 1;

	memset(&moved, 0xff, sizeof(moved));
	moved = (struct kex_migrate){
		.argsz = sizeof(moved),
		.to = !strcmp(arg[0], "home") ? KEX_MIGRATE_TO_RAM : KEX_MIGRATE_TO_POOL,
		.addr = arg_addr(arg, &n),
	};
	moved.len = arg_size(arg, n, NULL);
	moved.pid = arg_pid(arg, n + 1);
	say_ret(ioctl(file(), KEX_MIGRATE, &moved));
	give_up_spare();
	if (!strcmp(reply, "ok"))
		say("%llu", (unsigned long long)moved.moved);
}

/* Until all of them are there: what somebody looks at just then does not move */
static void do_allin(char **arg)
{
	uint64_t limit = now_ms() + AWAIT_MS;

	do {
		arg[0] = "migrate";
		do_migrate(arg);
	} while (moved.moved + moved.there < moved.len / page && now_ms() < limit);
	if (moved.moved + moved.there == moved.len / page)
		say("ok");
}

/* What the last one counted, by reason: those that are not 0 */
static void do_why(char **arg)
{
	const struct {
		const char *name;
		__u64 value;
	} rows[] = {
		{ "moved", moved.moved }, { "there", moved.there }, { "hole", moved.hole },
		{ "file", moved.file }, { "pinned", moved.pinned }, { "busy", moved.busy },
		{ "foreign", moved.foreign }, { "special", moved.special },
		{ "full", moved.full },
	};
	size_t i, len = 0;
	char text[REPLY_SIZE] = "";

	(void)arg;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value)
			len += snprintf(text + len, sizeof(text) - len, "%s%s=%llu",
					len ? "," : "", rows[i].name,
					(unsigned long long)rows[i].value);
	say("%s", len ? text : "nothing");
}

/* Where the pages are, as runs: pool:16,ram:4 */
static void do_where(char **arg)
{
	static const char * const words[] = {
		"none", "ram", "zero", "file", "pool", "foreign", "busy", "special",
	};
	int at = 1;
	struct kex_pages pages = { .argsz = sizeof(pages), .addr = arg_addr(arg, &at) };
	size_t n, i, from = 0, len = 0;
	unsigned char *state;
	char text[REPLY_SIZE] = "";

	pages.len = arg_size(arg, at, NULL);
	pages.pid = arg_pid(arg, at + 1);
	n = pages.len / page;
	room(n);
	state = (unsigned char *)data;
	pages.vec = (uintptr_t)state;
	if (ioctl(file(), KEX_PAGES, &pages) < 0) {
		say_ret(-1);
		return;
	}
	for (i = 1; i <= n; i++) {
		if (i < n && state[i] == state[from])
			continue;
		len += snprintf(text + len, sizeof(text) - len, "%s%s:%zu", len ? "," : "",
				state[from] < 8 ? words[state[from]] : "?", i - from);
		if (len >= sizeof(text))
			break;
		from = i;
	}
	say("%s", text);
}

/* What /proc/PID/pagemap says of a page; keep and other compare its frame */
static void do_frame(char **arg)
{
	uint64_t entry = 0, at = (uintptr_t)(mapping()->addr + arg_size(arg, 1, NULL)) / page * 8;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool present, swapped;

	if (fd < 0 || pread(fd, &entry, sizeof(entry), at) != sizeof(entry))
		die("no /proc/self/pagemap");
	close(fd);
	present = entry >> 63;
	swapped = entry >> 62 & 1;
	if (arg[2] && !strcmp(arg[2], "keep"))
		kept_frame = entry & ((1ULL << 55) - 1);
	if (arg[2] && !strcmp(arg[2], "other") && present &&
	    (entry & ((1ULL << 55) - 1)) == kept_frame)
		say("same");
	else
		say("%s", present ? "present" : swapped ? "swapped" : "none");
}

/* The device's reads and writes of the mapping's bytes */
static void do_device(char **arg)
{
	bool write = !strcmp(arg[0], "devwrite");
	int n = 1;
	struct kex_peek peek = { .argsz = sizeof(peek), .addr = arg_addr(arg, &n) };
	size_t len = arg_size(arg, n, NULL);

	peek.len = len;
	room(len);
	if (write)
		fill(data, len, mapping()->off + (peek.addr - (uintptr_t)mapping()->addr),
		     arg_size(arg, n + 1, "1"));
	peek.buf = (uintptr_t)data;
	if (ioctl(file(), write ? KEX_POKE : KEX_PEEK, &peek) < 0) {
		say_ret(-1);
		return;
	}
	data_len = write ? 0 : peek.done;
	say("%llu", (unsigned long long)peek.done);
}

/* As the kernel's HMM test device has it; EPERM of 6 says that there are some */
struct dmirror_cmd {
	__u64 addr, ptr, npages, cpages, faults;
};

#define DMIRROR_WRITE		_IOWR('H', 1, struct dmirror_cmd)
#define DMIRROR_SNAPSHOT	_IOWR('H', 4, struct dmirror_cmd)
#define DMIRROR_EXCLUSIVE	_IOWR('H', 5, struct dmirror_cmd)
#define DMIRROR_CHECK_EXCLUSIVE	_IOWR('H', 6, struct dmirror_cmd)

static void do_exclusive(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	bool make = !strcmp(arg[0], "exclusive");
	struct dmirror_cmd cmd = {
		.addr = (uintptr_t)mapping()->addr + off,
		.npages = len / page,
	};

	room(len);
	cmd.ptr = (uintptr_t)data;
	say_ret(ioctl(file(), make ? DMIRROR_EXCLUSIVE : DMIRROR_CHECK_EXCLUSIVE, &cmd));
	data_len = make ? cmd.cpages * page : 0;
}

/* What the mirror has of each page is of no interest, but that it ends */
static void do_snapshot(char **arg)
{
	size_t len = arg_size(arg, 2, NULL);
	struct dmirror_cmd cmd = {
		.addr = (uintptr_t)mapping()->addr + arg_size(arg, 1, NULL),
		.npages = len / page,
	};

	room(len / page);
	cmd.ptr = (uintptr_t)data;
	say_ret(ioctl(file(), DMIRROR_SNAPSHOT, &cmd));
}

/* By the mirror, which fetches what is not there */
static void do_mirrorwrite(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	struct dmirror_cmd cmd = {
		.addr = (uintptr_t)mapping()->addr + off,
		.npages = len / page,
	};

	room(len);
	fill(data, len, mapping()->off + off, arg_size(arg, 3, "1"));
	cmd.ptr = (uintptr_t)data;
	say_ret(ioctl(file(), DMIRROR_WRITE, &cmd));
}

static void do_poolevict(char **arg)
{
	struct kex_pool_evict evict = {
		.argsz = sizeof(evict),
		.pages = arg_size(arg, 1, NULL),
	};

	say_ret(ioctl(file(), KEX_POOL_EVICT, &evict));
	give_up_spare();
	if (!strcmp(reply, "ok"))
		say("%llu", (unsigned long long)evict.pages);
}

/* Files of configfs and sysfs */

static void do_put(char **arg)
{
	char text[256];
	size_t len;
	int ret, i;

	len = snprintf(text, sizeof(text), "%s", arg_text(arg, 2));
	for (i = 3; arg[i] && len < sizeof(text); i++)
		len += snprintf(text + len, sizeof(text) - len, " %s", arg[i]);
	if (len > sizeof(text) - 2)
		die("put: too long");
	strcpy(text + len, "\n");
	ret = write_text(arg[1], text);
	say("%s", ret < 0 ? errno_name(-ret) : "ok");
}

/* Of "16P" or "16P;", the bytes; any other word as it is */
static int print_bytes(char *to, size_t size, const char *word)
{
	size_t digits = strspn(word, "0123456789");

	if (!digits || word[digits] != 'P')
		return snprintf(to, size, "%s", word);
	return snprintf(to, size, "%llu%s", strtoull(word, NULL, 10) * (unsigned long long)page,
			word + digits + 1);
}

/* As put, with pages made bytes */
static void do_putp(char **arg)
{
	char text[4096];
	size_t len = 0;
	int ret, i;

	for (i = 2; arg[i]; i++) {
		len += print_bytes(text + len, sizeof(text) - len, arg[i]);
		len += snprintf(text + len, sizeof(text) - len, arg[i + 1] ? " " : "\n");
	}
	ret = write_text(arg_text(arg, 1), text);
	say("%s", ret < 0 ? errno_name(-ret) : "ok");
}

/* The pieces of a window on one line, each number in pages; or none */
static void do_lent(char **arg)
{
	unsigned long long woff, roff, bytes;
	FILE *from = fopen(arg_text(arg, 1), "r");
	char name[64];
	size_t len = 0;

	if (!from)
		die("%s: %m", arg[1]);
	say("none");
	while (fscanf(from, "%llu %63s %llu %llu\n", &woff, name, &roff, &bytes) == 4)
		len += snprintf(reply + len, sizeof(reply) - len, "%s%lluP %s %lluP %lluP",
				len ? "; " : "", woff / page, name, roff / page, bytes / page);
	if (!feof(from))
		say("%s", ferror(from) ? errno_name(errno) : "JUNK");
	fclose(from);
}

static void do_get(char **arg)
{
	char text[REPLY_SIZE];
	long ret = read_text(arg_text(arg, 1), text, sizeof(text));

	if (ret < 0)
		say("%s", errno_name(-ret));
	else
		say("%s", text);
}

static void do_mkdir(char **arg)
{
	say_ret(mkdir(arg_text(arg, 1), 0777));
}

static void do_rmdir(char **arg)
{
	say_ret(rmdir(arg_text(arg, 1)));
}

static void do_exists(char **arg)
{
	say("%s", access(arg_text(arg, 1), F_OK) ? "no" : "yes");
}

/* Polls, with a limit, for what the kernel does on its own time */
static void do_await(char **arg)
{
	uint64_t limit = now_ms() + AWAIT_MS;
	char text[REPLY_SIZE];
	long ret;

	do {
		ret = read_text(arg_text(arg, 1), text, sizeof(text));
		if (ret >= 0 && !strcmp(text, arg_text(arg, 2))) {
			say("ok");
			return;
		}
		usleep(1000);
	} while (now_ms() < limit);
	say("%s", ret < 0 ? errno_name(-ret) : text);
}

/* Processes */

/* Another user without any capability or extra group */
static void do_setuid(char **arg)
{
	unsigned int id = arg_size(arg, 1, NULL);

	say_ret(setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id) ? -1 : 0);
}

/* All capabilities, but in a namespace of its own */
static void do_userns(char **arg)
{
	(void)arg;
	say_ret(unshare(CLONE_NEWUSER));
}

static void play(char *line);

static void kid_loop(int from, int to)
{
	FILE *in = fdopen(from, "r");
	char line[1024];

	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		play(line);
		dprintf(to, "%s\n", reply);
	}
	fclose(in);
	close(to);
}

/* How many address spaces the kernel keeps */
static long mm_count(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[512];
	long count = -1;

	while (file && count < 0 && fgets(line, sizeof(line), file))
		sscanf(line, "mm_struct %ld", &count);
	if (count < 0)
		die("/proc/slabinfo has no mm_struct");
	fclose(file);
	return count;
}

/*
 * One after the other, kids map through this file and end without a munmap:
 * how many address spaces are left of them while it is open
 */
static void do_mapkids(char **arg)
{
	size_t count = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	long before = mm_count();
	int status;
	pid_t pid;

	while (count--) {
		pid = fork();
		if (pid < 0)
			die("fork: %m");
		if (!pid)
			_exit(mmap(NULL, len, PROT_READ, MAP_SHARED, file(), 0) == MAP_FAILED);
		if (waitpid(pid, &status, 0) != pid || status)
			die("a kid could not map");
	}
	say("%ld", mm_count() - before);
}

/* In a kid: opens, maps, unmaps and closes a node, and stays until its pipe ends */
static void visit(const char *node, size_t len, int up, int down)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);
	char *addr, byte = 0;

	if (fd < 0)
		_exit(1);
	addr = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED || munmap(addr, len) || close(fd))
		_exit(1);
	_exit(write(up, &byte, 1) != 1 || read(down, &byte, 1) != 0);
}

/*
 * One after the other, kids have mapped an object and let it go when that is
 * taken down and up again, and end after it: how many address spaces are left
 */
static void do_visitors(char **arg)
{
	size_t count = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	const char *node = arg_text(arg, 3), *live = arg_text(arg, 4);
	int up[2], down[2], status;
	long before = mm_count();
	char byte;
	pid_t pid;

	while (count--) {
		if (pipe2(up, O_CLOEXEC) || pipe2(down, O_CLOEXEC))
			die("pipe: %m");
		pid = fork();
		if (pid < 0)
			die("fork: %m");
		if (!pid) {
			close(up[0]);
			close(down[1]);
			visit(node, len, up[1], down[0]);
		}
		close(up[1]);
		close(down[0]);
		if (read(up[0], &byte, 1) != 1)
			die("a kid could not map");
		if (write_text(live, "0\n") < 0 || write_text(live, "1\n") < 0)
			die("%s: cannot be taken down and up", live);
		close(up[0]);
		close(down[1]);
		if (waitpid(pid, &status, 0) != pid || status)
			die("a kid has failed");
	}
	say("%ld", mm_count() - before);
}

static struct kid *kid_of(char **arg)
{
	int n = arg_size(arg, 1, NULL);

	if (n < 1 || n > nr_kids)
		die("no kid %d", n);
	return &kids[n];
}

static void kid_reply(struct kid *kid)
{
	struct pollfd ready = { .fd = kid->from, .events = POLLIN };
	char buf[REPLY_SIZE];
	bool ended = false;
	size_t len = 0;
	int status;

	if (poll(&ready, 1, KID_LIMIT_MS) != 1) {
		say("HUNG");
		return;
	}
	while (!ended && len < sizeof(buf) - 1 && read(kid->from, buf + len, 1) == 1) {
		ended = buf[len] == '\n';
		len += !ended;
	}
	buf[len] = '\0';
	/* A file may be empty: only a line without an end is none */
	if (ended || len || kid->thread) {
		say("%s", ended || len ? buf : "DEAD");
		return;
	}
	if (waitpid(kid->pid, &status, 0) < 0)
		say("DEAD");
	else if (WIFSIGNALED(status))
		say("DEAD SIG%s", sigabbrev_np(WTERMSIG(status)));
	else
		say("DEAD %d", WEXITSTATUS(status));
}

struct birth {
	int down[2], up[2], family[2];
};

static void birth_begin(struct birth *birth)
{
	if (is_kid || nr_kids == MAX_SLOTS - 1)
		die("no more kids");
	if (pipe2(birth->down, O_CLOEXEC) || pipe2(birth->up, O_CLOEXEC) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, birth->family))
		die("pipe: %m");
}

static void do_fork(char **arg)
{
	struct birth birth;
	pid_t pid;

	(void)arg;
	birth_begin(&birth);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork: %m");
	if (!pid) {
		is_kid = true;
		family = birth.family[1];
		close(birth.down[1]);
		close(birth.up[0]);
		close(birth.family[0]);
		/* Else an older brother's pipe would never end */
		while (nr_kids) {
			close(kids[nr_kids].to);
			close(kids[nr_kids--].family);
		}
		kid_loop(birth.down[0], birth.up[1]);
		_exit(0);
	}
	close(birth.down[0]);
	close(birth.up[1]);
	close(birth.family[1]);
	kids[++nr_kids] = (struct kid){
		.pid = pid, .to = birth.down[1], .from = birth.up[0], .family = birth.family[0],
	};
	say("ok");
}

static void *thread_main(void *arg)
{
	struct birth birth = *(struct birth *)arg;

	is_kid = true;
	dprintf(birth.up[1], "%d\n", gettid());
	kid_loop(birth.down[0], birth.up[1]);
	return NULL;
}

/* A kid with the files and mappings of this process */
static void do_thread(char **arg)
{
	struct birth birth;
	struct kid *kid;
	pthread_t thread;

	(void)arg;
	birth_begin(&birth);
	errno = pthread_create(&thread, NULL, thread_main, &birth);
	if (errno)
		die("pthread_create: %m");
	pthread_detach(thread);
	kid = &kids[++nr_kids];
	*kid = (struct kid){
		.thread = true, .to = birth.down[1], .from = birth.up[0], .family = -1,
	};
	kid_reply(kid);
	kid->pid = atoi(reply);
	close(birth.family[0]);
	close(birth.family[1]);
	say("ok");
}

/* The open file itself goes to a kid, or from one to its parent; who takes it */
static void do_pass(char **arg)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {};
	struct iovec byte = { "", 1 };
	struct msghdr msg = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(head) = file();
	say_ret(sendmsg(arg[1] ? kid_of(arg)->family : family, &msg, 0));
}

static void do_take(char **arg)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};

	if (recvmsg(arg[1] ? kid_of(arg)->family : family, &msg, MSG_CMSG_CLOEXEC) < 0 ||
	    !CMSG_FIRSTHDR(&msg))
		die("no file came: %m");
	if (nr_files == MAX_SLOTS)
		die("too many open files");
	file_index = nr_files;
	files[nr_files++] = *(int *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
	say("ok");
}

static void kid_send(struct kid *kid, char **arg)
{
	int i;

	for (i = 2; arg[i]; i++)
		dprintf(kid->to, "%s%s", i > 2 ? " " : "", arg[i]);
	dprintf(kid->to, "\n");
}

static void do_kid(char **arg)
{
	struct kid *kid = kid_of(arg);

	kid_send(kid, arg);
	kid_reply(kid);
}

static void do_send(char **arg)
{
	kid_send(kid_of(arg), arg);
	say("ok");
}

static void do_recv(char **arg)
{
	kid_reply(kid_of(arg));
}

/* HUNG if it sleeps where a signal does not reach it */
static void do_kill(char **arg)
{
	uint64_t limit = now_ms() + AWAIT_MS;
	struct kid *kid = kid_of(arg);
	pid_t got;

	if (kid->thread)
		die("a thread cannot be killed");
	kill(kid->pid, SIGKILL);
	do {
		got = waitpid(kid->pid, NULL, WNOHANG);
		if (got) {
			say_ret(got);
			return;
		}
		usleep(1000);
	} while (now_ms() < limit);
	say("HUNG");
}

/* STOP, CONT or USR1, which is caught and counted */
static void do_signal(char **arg)
{
	struct kid *kid = kid_of(arg);
	const char *name = arg_text(arg, 2);
	int sig = !strcmp(name, "STOP") ? SIGSTOP : !strcmp(name, "CONT") ? SIGCONT : SIGUSR1;

	say_ret(syscall(SYS_tgkill, kid->thread ? getpid() : kid->pid, kid->pid, sig));
}

static volatile sig_atomic_t caught_count;

static void on_usr1(int sig)
{
	(void)sig;
	caught_count++;
}

static void do_caught(char **arg)
{
	(void)arg;
	say("%d", (int)caught_count);
}

static void kid_path(const struct kid *kid, char *path, size_t size, const char *name)
{
	snprintf(path, size, "/proc/%d/task/%d/%s", kid->thread ? getpid() : kid->pid,
		 kid->pid, name);
}

/* Whether it begins with one of the words that bars part */
static bool begins(const char *text, const char *words)
{
	size_t len;

	for (; *words; words += len + (words[len] == '|')) {
		len = strcspn(words, "|");
		if (!strncmp(text, words, len))
			return true;
	}
	return false;
}

/* Until a kid sleeps in a function of the kernel that begins so */
static void do_asleep(char **arg)
{
	uint64_t limit = now_ms() + AWAIT_MS;
	const char *where = arg_text(arg, 2);
	char path[64], text[REPLY_SIZE];
	long ret;

	kid_path(kid_of(arg), path, sizeof(path), "wchan");
	do {
		ret = read_text(path, text, sizeof(text));
		if (ret >= 0 && begins(text, where)) {
			say("ok");
			return;
		}
		usleep(1000);
	} while (now_ms() < limit);
	say("%s", ret < 0 ? errno_name(-ret) : text);
}

/* Whether a kid has still to answer */
static void do_busy(char **arg)
{
	struct pollfd ready = { .fd = kid_of(arg)->from, .events = POLLIN };

	say("%s", poll(&ready, 1, 0) == 1 ? "no" : "yes");
}

/* Whether its mappings can be listed, which takes its mmap_lock */
static void do_maps(char **arg)
{
	char path[64], buf[4096];
	ssize_t ret;
	int fd;

	kid_path(kid_of(arg), path, sizeof(path), "maps");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %m", path);
	do {
		ret = read(fd, buf, sizeof(buf));
	} while (ret > 0);
	say_ret(ret);
	close(fd);
}

/* A debugger's hands on a kid */
static void do_attach(char **arg)
{
	uint64_t limit = now_ms() + AWAIT_MS;
	pid_t pid = kid_of(arg)->pid, got;
	int status = 0;

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL)) {
		say_ret(-1);
		return;
	}
	do {
		got = waitpid(pid, &status, __WALL | WNOHANG);
		if (got)
			break;
		usleep(1000);
	} while (now_ms() < limit);
	say("%s", got == pid && WIFSTOPPED(status) ? "ok" : "HUNG");
}

static void do_peek(char **arg)
{
	size_t off = arg_size(arg, 2, NULL);
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, kid_of(arg)->pid, mapping()->addr + off, NULL);
	if (errno)
		say_ret(-1);
	else
		say("0x%lx", word);
}

static void do_detach(char **arg)
{
	say_ret(ptrace(PTRACE_DETACH, kid_of(arg)->pid, NULL, NULL));
}

/* The end of a kid, its files and mappings, is over when this returns */
static void do_reap(char **arg)
{
	struct kid *kid = kid_of(arg);

	close(kid->to);
	if (kid->thread) {
		/* Its pipe is closed when it ends */
		kid_reply(kid);
		say("ok");
		return;
	}
	say_ret(waitpid(kid->pid, NULL, 0));
}

/* Write ever new values and read each back, for a time: no byte may be lost */
static void do_spin(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	uint64_t limit = now_ms() + arg_size(arg, 3, NULL);
	uint64_t seed = arg_size(arg, 4, "1") << 8;
	struct mapping *map = mapping();
	volatile long bad = -1;
	bool caught = false;

	do {
		seed++;
		GUARDED(caught, {
			fill(map->addr + off, len, map->off + off, seed);
			bad = check(map->addr + off, len, map->off + off, seed);
		});
	} while (!caught && bad < 0 && now_ms() < limit);
	if (!caught)
		say_check(bad);
}

/* The same in ever new mappings, of the same place in the file as the present one */
static void do_spinmap(char **arg)
{
	size_t off = arg_size(arg, 1, NULL), len = arg_size(arg, 2, NULL);
	uint64_t limit = now_ms() + arg_size(arg, 3, NULL);
	uint64_t seed = arg_size(arg, 4, "1") << 8;
	struct mapping *map = mapping();
	long bad = -1;
	char *addr;

	do {
		seed++;
		addr = mmap(NULL, map->len, PROT_READ | PROT_WRITE, MAP_SHARED, file(), map->off);
		if (addr == MAP_FAILED) {
			say_ret(-1);
			return;
		}
		fill(addr + off, len, map->off + off, seed);
		bad = check(addr + off, len, map->off + off, seed);
		munmap(addr, map->len);
	} while (bad < 0 && now_ms() < limit);
	say_check(bad);
}

/* Evict again and again for a time */
static void do_evictfor(char **arg)
{
	struct kex_range range = {
		.argsz = sizeof(range),
		.off = arg_size(arg, 1, NULL),
		.len = arg_size(arg, 2, NULL),
	};
	uint64_t limit = now_ms() + arg_size(arg, 3, NULL);

	do {
		if (ioctl(file(), KEX_EVICT, &range) < 0) {
			say_ret(-1);
			return;
		}
	} while (now_ms() < limit);
	say("ok");
}

static void do_pause(char **arg)
{
	(void)arg;
	pause();
	say("ok");
}

/* A command of the shell, which has our PID and the ADDR of the mapping */
static void do_run(char **arg)
{
	char line[REPLY_SIZE] = "", number[32];
	size_t len = 0;
	int i, status;

	for (i = 1; arg[i]; i++) {
		len += snprintf(line + len, sizeof(line) - len, "%s ", arg[i]);
		if (len >= sizeof(line))
			die("run: too long");
	}
	snprintf(number, sizeof(number), "%d", getpid());
	setenv("PID", number, 1);
	snprintf(number, sizeof(number), "%p", (void *)mapping()->addr);
	setenv("ADDR", number, 1);
	fflush(stdout);
	status = system(line);
	if (status < 0 || !WIFEXITED(status))
		die("run: %s", line);
	say("%d", WEXITSTATUS(status));
}

/* Becomes another program, with the arguments that are given */
static void do_exec(char **arg)
{
	execv(arg_text(arg, 1), arg + 1);
	say_ret(-1);
}

static void do_exit(char **arg)
{
	_exit(arg_size(arg, 1, "0"));
}

static void do_say(char **arg)
{
	printf("%s\n", arg_text(arg, 1));
	fflush(stdout);
	say("ok");
}

/* COMMANDS */
static const struct {
	const char *name;
	void (*run)(char **arg);
} commands[] = {
	{ "open", do_open },		/* PATH [r|w|rw] */
	{ "close", do_close },
	{ "file", do_file },		/* N: this open file from now on */
	{ "pread", do_pread },		/* OFF LEN -> bytes */
	{ "pwrite", do_pwrite },	/* OFF LEN [SEED] -> bytes */
	{ "read", do_read },		/* LEN -> bytes */
	{ "write", do_write },		/* LEN [SEED] -> bytes */
	{ "badread", do_badread },	/* [LEN] */
	{ "badwrite", do_badwrite },	/* [LEN] */
	{ "data", do_data },		/* OFF [SEED]: of the last read */
	{ "datais", do_datais },	/* VALUE: of the last read */
	{ "seek", do_seek },		/* OFF [set|cur|end] -> position */
	{ "map", do_map },		/* OFF LEN [rwx] [private] [populate] */
	{ "use", do_use },		/* N: this mapping from now on */
	{ "unmap", do_unmap },		/* [OFF [LEN]] */
	{ "remap", do_remap },		/* LEN */
	{ "move", do_move },
	{ "protect", do_protect },	/* rwx [OFF [LEN]] */
	{ "fill", do_fill },		/* OFF LEN [SEED] */
	{ "check", do_check },		/* OFF LEN [SEED] */
	{ "is", do_is },		/* OFF LEN VALUE: each byte */
	{ "touch", do_touch },		/* OFF [w] */
	{ "faults", do_faults },	/* OFF LEN [w] -> count */
	{ "mem", do_mem },		/* OFF LEN -> bytes, through /proc/self/mem */
	{ "memw", do_mem },		/* OFF LEN [SEED] -> bytes */
	{ "into", do_into },		/* OFF LEN -> bytes: read(2) to there */
	{ "from", do_from },		/* OFF LEN -> bytes: write(2) from there */
	{ "futex", do_futex },		/* OFF: an atomic access by the kernel */
	{ "vmread", do_vm },		/* OFF LEN -> bytes: of the parent's mapping */
	{ "vmwrite", do_vm },		/* OFF LEN [SEED] -> bytes */
	{ "load", do_load },		/* OFF LEN FILE */
	{ "store", do_store },		/* OFF LEN FILE */
	{ "awaitfile", do_awaitfile },	/* OFF LEN FILE MS */
	{ "smaps", do_smaps },		/* FIELD */
	{ "pte", do_pte },		/* OFF [FIELD]: of the page-table entry */
	{ "kpte", do_pte },		/* ADDRESS [FIELD]: of the kernel's */
	{ "info", do_info },		/* FIELD */
	{ "evict", do_range },		/* OFF LEN */
	{ "hold", do_range },		/* OFF LEN */
	{ "restore", do_range },	/* OFF LEN */
	{ "poll", do_poll },		/* [MS] -> none or some of pri,err,hup */
	{ "eventfd", do_eventfd },	/* [N | file | fd N]: a new one, or which */
	{ "signals", do_signals },	/* [N] -> count, of the last eventfd or the Nth */
	{ "ioctl", do_ioctl },		/* NUMBER null|bad|info|range|sync|eventfd [KEY=VALUE]... */
	{ "window", do_window },	/* SIZE [HOLE]: a file more */
	{ "piece", do_piece },		/* FILE ROFF WOFF LEN [COUNT [RSTEP WSTEP]] */
	{ "pieces", do_pieces },	/* forgets them */
	{ "wmap", do_wmap },		/* FILE [nr=N] [cut=BYTES] [keep=1] */
	{ "wunmap", do_wunmap },	/* FILE WOFF LEN */
	{ "raw", do_raw },		/* NUMBER WORD|fdN[+HIGH]|map[+OFF]... */
	{ "nofile", do_nofile },	/* NUMBER: limit of descriptors */
	{ "checkat", do_checkat },	/* OFF LEN OFF2 [SEED] */
	{ "fillat", do_fillat },	/* OFF LEN OFF2 [SEED] */
	{ "anon", do_anon },		/* LEN [rw] [shared] [huge]: no file's memory */
	{ "advise", do_advise },	/* dontneed|free|mergeable|huge [OFF [LEN]] */
	{ "pin", do_pin },		/* OFF LEN: for I/O */
	{ "unpin", do_unpin },
	{ "splice", do_splice },	/* OFF LEN -> bytes that wait in a pipe */
	{ "drain", do_drain },
	{ "lockpage", do_lockpage },	/* OFF: as the kernel does while it works on it */
	{ "unlockpage", do_unlockpage },
	{ "memory", do_memory },	/* note | more|less LEN SLACK: free, since the note */
	{ "hog", do_hog },		/* LEN: takes memory until so much is free */
	{ "spare", do_spare },		/* LEN: memory that the next move of pages gives up */
	{ "lock", do_lock },
	{ "migrate", do_migrate },	/* OFF|at ADDR LEN [PID | kid N] -> pages that moved */
	{ "allin", do_allin },		/* the same, until all are there */
	{ "home", do_migrate },		/* the same, out of the pool */
	{ "why", do_why },		/* -> REASON=PAGES,... of the last of them */
	{ "where", do_where },		/* OFF|at ADDR LEN [PID | kid N] -> pool:16,ram:4 */
	{ "frame", do_frame },		/* OFF [keep|other] -> present|swapped|none|same */
	{ "devread", do_device },	/* OFF|at ADDR LEN -> bytes, for data */
	{ "devwrite", do_device },	/* OFF|at ADDR LEN [SEED] -> bytes */
	{ "exclusive", do_exclusive },	/* OFF LEN: for the device alone, and for data */
	{ "snapshot", do_snapshot },	/* OFF LEN, by the mirror */
	{ "mirrorwrite", do_mirrorwrite },	/* OFF LEN [SEED], by the mirror */
	{ "owned", do_exclusive },	/* OFF LEN -> ok, or EPERM if it has any so */
	{ "poolevict", do_poolevict },	/* PAGES -> pages */
	{ "put", do_put },		/* FILE VALUE... */
	{ "putp", do_putp },		/* FILE VALUE...: pages in bytes */
	{ "lent", do_lent },		/* FILE: pieces, in pages, or none */
	{ "get", do_get },		/* FILE */
	{ "await", do_await },		/* FILE VALUE */
	{ "mkdir", do_mkdir },		/* PATH */
	{ "rmdir", do_rmdir },		/* PATH */
	{ "exists", do_exists },	/* PATH -> yes|no */
	{ "setuid", do_setuid },	/* ID */
	{ "userns", do_userns },	/* in a user namespace of its own from now on */
	{ "mapkids", do_mapkids },	/* COUNT LEN -> address spaces left */
	{ "visitors", do_visitors },	/* COUNT LEN NODE LIVE -> address spaces left */
	{ "fork", do_fork },		/* the next kid: 1, 2, … */
	{ "thread", do_thread },	/* the next kid, a thread of this process */
	{ "pass", do_pass },		/* [N]: the open file to a forked kid, or to the parent */
	{ "take", do_take },		/* [N]: what was passed by a kid, or the parent */
	{ "kid", do_kid },		/* N COMMAND */
	{ "send", do_send },		/* N COMMAND: does not wait */
	{ "recv", do_recv },		/* N: the reply of what was sent */
	{ "kill", do_kill },		/* N */
	{ "reap", do_reap },		/* N */
	{ "signal", do_signal },	/* N STOP|CONT|USR1 */
	{ "caught", do_caught },	/* -> count of USR1 */
	{ "asleep", do_asleep },	/* N FUNCTION[|...]: until it sleeps there */
	{ "busy", do_busy },		/* N -> yes|no: it has not answered */
	{ "maps", do_maps },		/* N: /proc/PID/maps can be read */
	{ "attach", do_attach },	/* N: as a debugger, until it has stopped */
	{ "peek", do_peek },		/* N OFF -> word */
	{ "detach", do_detach },	/* N */
	{ "spin", do_spin },		/* OFF LEN MS [SEED] */
	{ "spinmap", do_spinmap },	/* OFF LEN MS [SEED] */
	{ "evictfor", do_evictfor },	/* OFF LEN MS */
	{ "pause", do_pause },
	{ "run", do_run },		/* COMMAND with $PID and $ADDR -> its exit status */
	{ "exec", do_exec },		/* PROGRAM ARGUMENT... */
	{ "exit", do_exit },		/* [STATUS] */
	{ "say", do_say },		/* WORD: at once, on stdout */
};

static void play(char *line)
{
	char *arg[MAX_ARGS + 1] = { NULL };
	char *save = NULL, *word;
	size_t i, n = 0;

	for (word = strtok_r(line, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
		if (n == MAX_ARGS)
			die("too many arguments");
		arg[n++] = word;
	}
	if (!n)
		die("an empty command");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(commands[i].name, arg[0])) {
			commands[i].run(arg);
			return;
		}
	}
	die("no command '%s'", arg[0]);
}

/* A reply that is asked for in pages, as the number that it must be */
static const char *in_bytes(const char *want)
{
	const char *at = strchr(want, '@');
	const char *number = at ? at + 1 : want;
	size_t digits = strspn(number, "0123456789");
	static char text[64];
	uint64_t bytes;

	if (!digits || strcmp(number + digits, "P"))
		return want;
	bytes = parse_size(number);
	if (at)
		snprintf(text, sizeof(text), "%.*s0x%llx", (int)(number - want), want,
			 (unsigned long long)bytes);
	else
		snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	return text;
}

/* Returns whether the reply was the one that the line asks for */
static bool play_judged(const char *line, int number)
{
	char copy[1024], *arrow;
	const char *want = "ok";

	snprintf(copy, sizeof(copy), "%s", line);
	arrow = strstr(copy, "->");
	if (arrow) {
		*arrow = '\0';
		want = arrow + 2;
		want += strspn(want, " \t");
	}
	play(copy);
	if (!strcmp(want, "?")) {
		printf("%s\n", reply);
		return true;
	}
	if (!strcmp(in_bytes(want), reply))
		return true;
	fprintf(stderr, "kexmap: line %d: %s: got %s\n", number, line, reply);
	return false;
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	bool show = argc > 1 && !strcmp(argv[1], "-i");
	bool good = true;
	char line[1024];
	int number = 0;

	page = sysconf(_SC_PAGESIZE);
	sigaction(SIGBUS, &act, NULL);
	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_usr1 }, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && !show) {
		for (number = 1; number < argc; number++)
			good &= play_judged(argv[number], number);
		return good ? 0 : 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		char *text = line + strspn(line, " \t");
		size_t len = strcspn(text, "\n");

		number++;
		while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
			len--;
		text[len] = '\0';
		if (!*text || *text == '#')
			continue;
		if (show) {
			play(text);
			printf("%s\n", reply);
			fflush(stdout);
		} else {
			good &= play_judged(text, number);
		}
	}
	return good ? 0 : 1;
}
