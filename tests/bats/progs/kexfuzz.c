// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexfuzz: what no program would write, into every file of the driver
 *
 *   kexfuzz SEED WRITES CALLS
 *
 * From several threads: random bytes, lengths and orders into each attribute
 * that is found in configfs and sysfs (WRITES of them), and each ioctl number
 * of the driver's with each kind of bad argument (CALLS of them), while others
 * create, use, revoke and delete the same regions, windows and pools, lend to windows
 * of their own, move their own memory, and unbind and bind the devices. Each thread
 * has its own random numbers, which follow from SEED.
 *
 * An errno that has no business there is a failure, and so is a success that
 * cannot be one. Leaves nothing. Prints "ok" and how much was done, and the names
 * of the attributes that were written to, or what went wrong (exit status 2).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/kex.h>

#include "util.h"

#define KEX_ROOT	"/sys/kernel/config/kex"
#define KEX_DRIVER	"/sys/bus/platform/drivers/kex"

#define NR_WRITERS	2
#define NR_CALLERS	2
#define NR_CHURNERS	2
#define NR_NAMES	4
#define NR_NUMBERS	24
#define FIRST_OF_POOLS	0x10
#define LEN		65536UL
#define PATH_SIZE	400
#define MAX_FILES	512
#define MAX_DEVICES	8
#define MAX_NAMES	128
#define TEXT_SIZE	(2 * page + 808)	/* above the page that an attribute takes */

/* Nothing here takes as long: whoever is still there then hangs */
#define LIMIT_S		250

struct random {
	uint64_t state;
};

static atomic_ulong written, accepted, called, answered, lives, mapped, lent, rebinds, moved;
static atomic_long writes_left, calls_left;
static atomic_bool stop;
static size_t page;
static char devices[MAX_DEVICES][256];
static int nr_devices;

/* Each attribute that was written to, once */
static char names[MAX_NAMES][64];
static int nr_names;
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;

static __thread sigjmp_buf fault_jump;
static __thread volatile sig_atomic_t fault_expected;

static void on_fault(int sig)
{
	if (fault_expected)
		siglongjmp(fault_jump, sig);
	signal(sig, SIG_DFL);
	raise(sig);
}

static uint64_t draw64(struct random *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static unsigned int draw(struct random *r, unsigned int below)
{
	return draw64(r) % below;
}

/* Dies unless the result is success or one of the errnos that may be */
static bool may(long ret, const char *what, const char *where, const int *allowed)
{
	if (ret >= 0)
		return true;
	for (; *allowed; allowed++)
		if (-ret == *allowed)
			return false;
	die("%s %s: %s", what, where, errno_name(-ret));
}

#define MAY(ret, what, where, ...) may(ret, what, where, (const int[]){ __VA_ARGS__, 0 })

/* Files: found anew each time, for they come and go */

struct files {
	char path[MAX_FILES][PATH_SIZE];
	int nr;
};

static bool skipped(const char *name)
{
	/* The core's own, in the folder of each device */
	return name[0] == '.' || !strcmp(name, "uevent") || !strcmp(name, "power");
}

static void find_files(struct files *files, const char *folder, int depth)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_SIZE];

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (skipped(entry->d_name) || files->nr == MAX_FILES)
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >=
		    (int)sizeof(path))
			die("%s: a long name", folder);
		if (entry->d_type == DT_DIR && depth)
			find_files(files, path, depth - 1);
		else if (entry->d_type == DT_REG)
			strcpy(files->path[files->nr++], path);
	}
	closedir(dir);
}

/* The class has symbolic links to where the devices are */
static void find_class(struct files *files)
{
	DIR *dir = opendir(KEX_CLASS);
	struct dirent *entry;
	char path[PATH_SIZE];

	if (!dir)
		die("no " KEX_CLASS);
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_LNK)
			continue;
		snprintf(path, sizeof(path), KEX_CLASS "/%s", entry->d_name);
		find_files(files, path, 0);
	}
	closedir(dir);
}

/* What to write */

static const char * const words[] = {
	"0", "1", "2", "-1", "64K", "65536", "0x10000", "4096", "1M", "64M", "4095", "auto",
	"18446744073709551615", "18446744073709551616", "0xffffffffffffffff",
	"write-back", "write-combine", "uncached", "device", "eager", "lazy", "0660", "0",
	"0777", "1000", "0 65536", "0 4096", "4096 0", "4096 1", "0 64M", "0xffffffffffff0000 64K",
	"-4096 4096", "1 1", "0 fuzz0 0 64K", "0 fuzz1 0 64K; 64K fuzz2 0 64K", "0 fuzz3 0 1",
	"64K fuzz0 64K 64K", "0 64K", "0 fuzz1 18446744073709486080 64K", "0 fuzz2 0 64K;",
	"fifo", "%s%n", "../..", "", " ", "\t1",
};

#define NR_WORDS	(sizeof(words) / sizeof(words[0]))

static size_t draw_text(struct random *r, char *text)
{
	size_t len, i;

	switch (draw(r, 8)) {
	case 0:		/* bytes of every kind */
	case 1:
		len = draw(r, draw(r, 8) ? 64 : TEXT_SIZE);
		for (i = 0; i < len; i++)
			text[i] = draw(r, 256);
		return len;
	case 2:		/* bytes that are nearly right */
		len = draw(r, 24);
		for (i = 0; i < len; i++)
			text[i] = "0123456789xXKMG-+ ;,\n"[draw(r, 21)];
		return len;
	case 3:		/* a good word, much too long */
		len = page - 2 + draw(r, 5);
		memset(text, '0', len);
		return len;
	case 4:		/* a good word with one byte wrong */
		len = sprintf(text, "%s\n", words[draw(r, NR_WORDS)]);
		text[draw(r, len)] = draw(r, 256);
		return len;
	default:
		return sprintf(text, "%s%s", words[draw(r, NR_WORDS)],
			       draw(r, 4) ? "\n" : draw(r, 2) ? "" : "\n\n");
	}
}

/* One write in one of the ways that there are; bad memory for every 16th */
static long write_somehow(struct random *r, int fd, const char *text, size_t len)
{
	ssize_t ret;

	switch (draw(r, 16)) {
	case 0:
		ret = write(fd, NULL, len);
		if (ret > 0)
			die("bytes were written from nowhere");
		break;
	case 1:
		ret = pwrite(fd, text, len, draw(r, 2) ? draw(r, 2 * page) : draw64(r) >> 1);
		break;
	case 2:
		ret = write(fd, text, len / 2);
		if (ret >= 0)
			ret = write(fd, text + len / 2, len - len / 2);
		break;
	default:
		ret = write(fd, text, len);
	}
	return ret < 0 ? -errno : ret;
}

/* The last part of a path, into the list */
static void note_name(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	int i;

	pthread_mutex_lock(&names_lock);
	for (i = 0; i < nr_names && strcmp(names[i], name); i++)
		;
	if (i == nr_names && i < MAX_NAMES) {
		snprintf(names[i], sizeof(names[i]), "%s", name);
		nr_names++;
	}
	pthread_mutex_unlock(&names_lock);
}

static void write_file(struct random *r, const char *path, char *text)
{
	struct stat st;
	size_t len;
	int fd;

	if (stat(path, &st))
		return;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && !(st.st_mode & 0222))
		die("%s: mode %04o, and opened for writing", path, st.st_mode & 07777);
	if (!MAY(fd < 0 ? -errno : 0, "open", path, ENOENT, ENODEV, EACCES, ENXIO))
		return;
	len = draw_text(r, text);
	written++;
	writes_left--;
	note_name(path);
	if (MAY(write_somehow(r, fd, text, len), "write", path, EINVAL, ERANGE, EBUSY, ENODEV,
		ENOENT, ENOSPC, EFAULT, E2BIG, EFBIG, EXDEV,
		strstr(path, "/pools/") ? EOPNOTSUPP : EXDEV))
		accepted++;
	close(fd);
}

static void read_file(struct random *r, const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	/* configfs itself answers a read of nothing with EFAULT */
	size_t len = 1 + draw(r, TEXT_SIZE - 1);

	if (!MAY(fd < 0 ? -errno : 0, "open to read", path, ENOENT, ENODEV, EACCES, ENXIO))
		return;
	if (draw(r, 4))
		MAY(read(fd, text, len) < 0 ? -errno : 0, "read", path, ENOENT, ENODEV, EAGAIN);
	else
		MAY(pread(fd, text, len, draw64(r) >> draw(r, 64) >> 1) < 0 ?
		    -errno : 0, "pread", path, ENOENT, ENODEV, EINVAL, EAGAIN);
	close(fd);
}

static int set(const char *folder, const char *attr, const char *value)
{
	char path[PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/%s", folder, attr);
	return write_text(path, value);
}

/* A name of random bytes: what is made of it must be one that can be removed */
static void make_folder(struct random *r)
{
	static const char * const carveouts[] = { "fpga", "sram" };
	static const char * const kinds[] = { "", "/regions", "/pools", "/windows" };
	char path[PATH_SIZE];
	size_t len, i, n;

	len = snprintf(path, sizeof(path), KEX_CONFIGFS "/%s%s/", carveouts[draw(r, 2)],
		       kinds[draw(r, 4)]);
	n = 1 + draw(r, draw(r, 4) ? 6 : 80);
	for (i = 0; i < n; i++) {
		path[len + i] = draw(r, 3) ? "abz09._-A /"[draw(r, 10)] : 1 + draw(r, 255);
		if (path[len + i] == '/')
			path[len + i] = '.';
	}
	path[len + n] = '\0';
	if (!MAY(mkdir(path, 0777) ? -errno : 0, "mkdir", path, EINVAL, EEXIST, EPERM,
		 ENAMETOOLONG, ENOENT))
		return;
	/* The other writers may have found it and made it live */
	while (!MAY(rmdir(path) ? -errno : 0, "rmdir", path, EBUSY))
		MAY(set(path, "revoke", "1\n"), "revoke", path, 0);
}

static void *writer(void *arg)
{
	struct files *files = malloc(sizeof(*files));
	struct random *r = arg;
	char *text = malloc(TEXT_SIZE + 2 * page);
	int i;

	if (!files || !text)
		die("no memory");
	while (writes_left > 0) {
		files->nr = 0;
		find_files(files, KEX_ROOT, 5);
		find_class(files);
		/* A folder is walked far more slowly than it is written to */
		for (i = 0; i < 60 && files->nr; i++) {
			write_file(r, files->path[draw(r, files->nr)], text);
			if (!draw(r, 4))
				read_file(r, files->path[draw(r, files->nr)], text);
		}
		make_folder(r);
	}
	free(files);
	free(text);
	return NULL;
}

/* ioctls */

enum bad {
	BAD_NULL, BAD_UNMAPPED, BAD_KERNEL, BAD_HALF,	/* cannot be read */
	BAD_READONLY, BAD_UNALIGNED, BAD_OWN, BAD_ARGSZ, BAD_FLAGS, BAD_VALUES, BAD_NOISE,
	NR_BAD,
};

struct caller {
	char *none;	/* an address where nothing is */
	char *edge;	/* a page, with nothing behind it */
	char *readonly;	/* a page */
	char *own;	/* a mapping of the region itself, or NULL */
	char *data;	/* two pages */
};

static uint64_t draw_value(struct random *r)
{
	switch (draw(r, 6)) {
	case 0:
		return draw(r, 4);
	case 1:
		return (uint64_t)draw(r, 40) * page;
	case 2:
		return -(uint64_t)draw(r, 3) * page - page;
	case 3:
		return 1ULL << draw(r, 64);
	default:
		return draw64(r) >> draw(r, 64);
	}
}

/* A range, an info or a sync as it should be, as far as size and flags go */
static void draw_argument(struct random *r, char *arg)
{
	static const uint32_t sizes[] = {
		sizeof(struct kex_range), sizeof(struct kex_sync), sizeof(struct kex_info),
	};
	uint32_t head[2] = { sizes[draw(r, 3)], 0 };
	/* Offset, length, direction */
	uint64_t good[] = { draw(r, 8) * page, (1 + draw(r, 8)) * page, 1 + draw(r, 3) };
	uint64_t value;
	size_t i;

	memset(arg, 0, sizeof(struct kex_info));
	memcpy(arg, head, sizeof(head));
	memcpy(arg + sizeof(head), good, sizeof(good));
	for (i = sizeof(head); i < sizeof(struct kex_sync); i += sizeof(value)) {
		value = draw_value(r);
		if (!draw(r, 4))
			memcpy(arg + i, &value, sizeof(value));
	}
}

/* A call about memory: pages of this program, into the pool or home; or a byte of it */
static void draw_memory(struct random *r, struct caller *c, unsigned int number, char *arg)
{
	struct kex_migrate migrate = {
		.argsz = sizeof(migrate), .to = draw(r, 2),
		.addr = (uintptr_t)c->data, .len = (1 + draw(r, 2)) * page,
	};
	struct kex_pages pages = {
		.argsz = sizeof(pages), .addr = (uintptr_t)c->data, .len = page,
		.vec = (uintptr_t)c->data,
	};
	struct kex_peek peek = {
		.argsz = sizeof(peek), .addr = (uintptr_t)c->data + draw(r, page),
		.len = 1 + draw(r, page), .buf = (uintptr_t)c->data + page,
	};

	if (draw(r, 2))
		return;
	memset(arg, 0, sizeof(struct kex_info));
	if (_IOC_NR(KEX_MIGRATE) == number)
		memcpy(arg, &migrate, sizeof(migrate));
	else if (_IOC_NR(KEX_PAGES) == number)
		memcpy(arg, &pages, sizeof(pages));
	else
		memcpy(arg, &peek, sizeof(peek));
}

static void *bad_argument(struct random *r, struct caller *c, unsigned int number, enum bad bad)
{
	const uint32_t odd[] = { 0, 1, 7, 8, 12, 23, 25, 200, page - 1, page, page + 1, ~0U };
	char *arg = c->data;
	uint32_t word;
	size_t i;

	draw_argument(r, arg);
	if (number >= FIRST_OF_POOLS)
		draw_memory(r, c, number, arg);
	switch (bad) {
	case BAD_NULL:
		return NULL;
	case BAD_UNMAPPED:
		return c->none + draw(r, 64);
	case BAD_KERNEL:
		return (void *)(0xffff000000000000UL + draw(r, 4096) * 8UL);
	case BAD_HALF:
		/* Shorter than any argument, argsz whole or cut */
		i = page - 1 - draw(r, 20);
		memcpy(c->edge + i, arg, page - i);
		return c->edge + i;
	case BAD_READONLY:
		return c->readonly;
	case BAD_UNALIGNED:
		return memmove(arg + 1 + draw(r, 7), arg, sizeof(struct kex_info));
	case BAD_OWN:
		return c->own ? c->own + draw(r, 2) * (LEN - 16) : NULL;
	case BAD_ARGSZ:
		word = draw(r, 4) ? odd[draw(r, sizeof(odd) / sizeof(odd[0]))] : draw64(r);
		memcpy(arg, &word, sizeof(word));
		return arg;
	case BAD_FLAGS:
		word = 1U << draw(r, 32);
		memcpy(arg + 4, &word, sizeof(word));
		return arg;
	case BAD_NOISE:
		for (i = 0; i < sizeof(struct kex_info); i++)
			arg[i] = draw(r, 256);
		return arg;
	default:
		return arg;
	}
}

static void call(struct random *r, struct caller *c, int fd, unsigned int number, enum bad bad)
{
	unsigned long request = _IO(KEX_IOC_MAGIC, number);
	void *arg = bad_argument(r, c, number, bad);
	char where[64];
	int ret;

	snprintf(where, sizeof(where), "0x%lx, argument of kind %d", request, bad);
	/* A size and a direction belong to no number of the driver's */
	if (!draw(r, 16))
		request = _IOC(draw(r, 4), KEX_IOC_MAGIC, number, 1 + draw(r, 4096));
	ret = ioctl(fd, request, arg);
	called++;
	if (!MAY(ret < 0 ? -errno : 0, "ioctl", where, EINVAL, ERANGE, E2BIG, EFAULT, EBADF, ENODEV,
		 ENOTTY, EPERM, EXDEV, EBUSY, number >= FIRST_OF_POOLS ? ENXIO : EBUSY,
		 number >= FIRST_OF_POOLS ? ESRCH : EBUSY))
		return;
	answered++;
	if (number >= FIRST_OF_POOLS && _IOC_NR(request) == number)
		moved++;
	if (_IOC_NR(request) == _IOC_NR(KEX_WINDOW_CREATE))
		close(ret);
	if (bad <= BAD_HALF || !arg)
		die("ioctl %s: done, from memory that cannot be read", where);
	if (bad == BAD_READONLY && number == 0)
		die("ioctl %s: done, into memory that cannot be written", where);
	if (bad == BAD_FLAGS)
		die("ioctl %s: done, with a flag that does not exist", where);
	if (_IOC_SIZE(request))
		die("ioctl %s: done, with a size in its number", where);
}

/* read() and write() from and to anywhere, the region's own memory too */
static void copy(struct random *r, struct caller *c, int fd, const char *name)
{
	char * const buf[] = { c->data, c->none, c->edge + page - 8, c->readonly, c->own };
	char *at = buf[draw(r, 5)];
	uint64_t off = draw_value(r) >> 1;
	size_t len = draw(r, 2 * page);
	ssize_t ret;

	ret = draw(r, 2) ? pread(fd, at, len, off) : pwrite(fd, at, len, off);
	MAY(ret < 0 ? -errno : 0, "copy", name, EFAULT, EBADF, ENODEV, ENOSPC, EINVAL);
	MAY(lseek(fd, draw_value(r), draw(r, 6)) < 0 ? -errno : 0, "lseek", name,
	    EINVAL, ENODEV, EOVERFLOW, ESPIPE);
}

static void touch(char *addr)
{
	if (sigsetjmp(fault_jump, 1)) {
		fault_expected = 0;
		return;
	}
	fault_expected = 1;
	*(volatile char *)addr = *(volatile char *)addr;
	fault_expected = 0;
	mapped++;
}

static void map(struct random *r, int fd, const char *name)
{
	size_t len = draw(r, 2) ? LEN : 1 + draw_value(r) % (1UL << 40);
	off_t off = draw(r, 2) ? 0 : draw_value(r) & ~(page - 1);
	char *addr;

	addr = mmap(NULL, len, draw(r, 4) ? PROT_READ | PROT_WRITE : draw(r, 8),
		    draw(r, 8) ? MAP_SHARED : MAP_PRIVATE, fd, off);
	if (!MAY(addr == MAP_FAILED ? -errno : 0, "mmap", name, EINVAL, ENODEV, EACCES, EPERM,
		 EOVERFLOW, ENOMEM))
		return;
	touch(addr);
	if (draw(r, 2) && len > page)
		munmap(addr + page, len - page);
	touch(addr);
	munmap(addr, len);
}

/* A few pieces, most of them good, for a window; now and then another file's */
static void lend(struct random *r, int fd, int window, const char *name)
{
	struct kex_window_piece pieces[8] = {};
	struct kex_window_map map = {
		.argsz = sizeof(map), .window_fd = draw(r, 16) ? window : (int)draw(r, 32),
		.nr = 1 + draw(r, 8), .pieces = (uintptr_t)pieces,
	};
	struct kex_window_unmap unmap = {
		.argsz = sizeof(unmap), .window_fd = window,
		.woff = draw(r, 16) * page, .len = (1 + draw(r, 16)) * page,
	};
	unsigned int i;

	for (i = 0; i < map.nr; i++) {
		pieces[i].region_fd = draw(r, 16) ? fd : (int)draw(r, 32);
		pieces[i].roff = draw(r, 32) ? draw(r, LEN / page) * page : draw_value(r);
		pieces[i].woff = draw(r, 32) ? draw(r, 16) * page : draw_value(r);
		pieces[i].len = draw(r, 32) ? page : draw_value(r);
	}
	if (MAY(ioctl(fd, KEX_WINDOW_MAP, &map) ? -errno : 0, "map", name, EINVAL, ERANGE, EBUSY,
		EXDEV, EPERM, EBADF, ENODEV, ENOTTY))
		lent++;
	MAY(ioctl(fd, KEX_WINDOW_UNMAP, &unmap) ? -errno : 0, "unmap", name, EINVAL, ERANGE,
	    EPERM, EBADF, ENODEV, ENOTTY);
}

static void window(struct random *r, int fd, const char *name)
{
	struct kex_window_create create = {
		.argsz = sizeof(create), .size = 16 * page, .hole = draw(r, 3),
	};
	int window = ioctl(fd, KEX_WINDOW_CREATE, &create);
	unsigned int i;

	if (!MAY(window < 0 ? -errno : 0, "window", name, EBADF, ENODEV, ENOTTY))
		return;
	for (i = 0; i < 4; i++) {
		lend(r, fd, window, name);
		map(r, window, name);
	}
	close(window);
}

static void draw_name(struct random *r, char *name)
{
	sprintf(name, "fuzz%u", draw(r, NR_NAMES));
}

static void *no_memory_at(void *addr)
{
	if (addr == MAP_FAILED)
		die("no memory");
	return addr;
}

static void caller_begin(struct caller *c)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS, prot = PROT_READ | PROT_WRITE;

	c->data = no_memory_at(mmap(NULL, 2 * page, prot, flags, -1, 0));
	c->edge = no_memory_at(mmap(NULL, 2 * page, prot, flags, -1, 0));
	/* Kept, so that no other thread's mapping comes to lie there */
	c->none = c->edge + page;
	mprotect(c->none, page, PROT_NONE);
	c->readonly = no_memory_at(mmap(NULL, page, prot, flags, -1, 0));
	c->own = NULL;
}

static void *caller(void *arg)
{
	struct random *r = arg;
	struct caller c;
	char name[16], path[32];
	unsigned int i;
	char *own;
	int fd;

	caller_begin(&c);
	while (calls_left > 0) {
		draw_name(r, name);
		snprintf(path, sizeof(path), KEX_DEV "/%s", name);
		fd = open(path, (draw(r, 4) ? O_RDWR : O_RDONLY) | O_CLOEXEC);
		if (!MAY(fd < 0 ? -errno : 0, "open", path, ENOENT, ENODEV, ENXIO)) {
			sched_yield();
			continue;
		}
		own = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		c.own = own == MAP_FAILED ? NULL : own;
		/* A revoke comes soon enough */
		for (i = 0; i < 64; i++) {
			enum bad bad = draw(r, NR_BAD);

			mprotect(c.readonly, page, PROT_READ | PROT_WRITE);
			draw_argument(r, c.readonly);
			mprotect(c.readonly, page, PROT_READ);
			/* The numbers that exist, and all of them */
			call(r, &c, fd, draw(r, 2) ? draw(r, 3) : draw(r, NR_NUMBERS), bad);
			call(r, &c, fd, FIRST_OF_POOLS + draw(r, 5), bad);
			calls_left--;
			if (!(i % 16)) {
				copy(r, &c, fd, name);
				map(r, fd, name);
				window(r, fd, name);
			}
		}
		if (c.own)
			munmap(c.own, LEN);
		close(fd);
	}
	return NULL;
}

/* Life and death */

static void *churner(void *arg)
{
	struct random *r = arg;
	static const char * const kinds[] = { "regions", "regions", "windows", "pools" };
	char name[16], folder[PATH_SIZE];
	unsigned int kind;

	while (!stop) {
		draw_name(r, name);
		kind = draw(r, 4);
		snprintf(folder, sizeof(folder), KEX_CONFIGFS "/%s/%s/%s",
			 draw(r, 2) ? "fpga" : "sram", kinds[kind], name);
		switch (draw(r, 8)) {
		case 0:
			MAY(set(folder, "revoke", "1\n"), "revoke", name, ENOENT);
			break;
		case 1:
			MAY(set(folder, "live", "0\n"), "live=0", name, ENOENT, EBUSY);
			break;
		case 2:
			MAY(rmdir(folder) ? -errno : 0, "rmdir", name, ENOENT, EBUSY);
			break;
		default:
			MAY(mkdir(folder, 0777) ? -errno : 0, "mkdir", name, EEXIST);
			MAY(set(folder, "size", kind < 3 ? "64K\n" : "2M\n"), "size", name,
			    ENOENT, EBUSY);
			MAY(set(folder, "offset", "auto\n"), "offset", name, ENOENT, EBUSY);
			if (MAY(set(folder, "live", "1\n"), "live=1", name, ENOENT, ENODEV,
				ENOSPC, ERANGE, EBUSY, EINVAL, EOPNOTSUPP))
				lives++;
		}
		sched_yield();
	}
	return NULL;
}

static void find_devices(void)
{
	DIR *dir = opendir(KEX_DRIVER);
	struct dirent *entry;

	if (!dir)
		die("no " KEX_DRIVER);
	while ((entry = readdir(dir)) && nr_devices < MAX_DEVICES) {
		if (entry->d_type != DT_LNK || !strcmp(entry->d_name, "module"))
			continue;
		snprintf(devices[nr_devices++], sizeof(devices[0]), "%s", entry->d_name);
	}
	closedir(dir);
	if (!nr_devices)
		die("no device is bound");
}

static void *binder(void *arg)
{
	struct random *r = arg;
	const char *device;

	while (!stop) {
		device = devices[draw(r, nr_devices)];
		MAY(set(KEX_DRIVER, "unbind", device), "unbind", device, 0);
		MAY(set(KEX_DRIVER, "unbind", device), "unbind again", device, ENODEV);
		sched_yield();
		MAY(set(KEX_DRIVER, "bind", device), "bind", device, 0);
		MAY(set(KEX_DRIVER, "bind", "no such device"), "bind", "nothing", ENODEV);
		rebinds++;
		usleep(20000);	/* lets the others live a little; nothing depends on it */
	}
	return NULL;
}

/* Every item can be taken down and removed */
static void end(void)
{
	static const char * const folders[] = {
		"fpga/windows", "fpga/regions", "fpga/pools",
		"sram/windows", "sram/regions", "sram/pools",
	};
	char folder[PATH_SIZE];
	int i, n;

	for (i = 0; i < 6; i++) {
		for (n = 0; n < NR_NAMES; n++) {
			snprintf(folder, sizeof(folder), KEX_CONFIGFS "/%s/fuzz%d",
				 folders[i], n);
			if (access(folder, F_OK))
				continue;
			MAY(set(folder, "revoke", "1\n"), "last revoke", folder, 0);
			MAY(rmdir(folder) ? -errno : 0, "last rmdir", folder, 0);
		}
	}
	if (!accepted || !answered || !lives || !mapped || !lent || !rebinds)
		die("%lu accepted, %lu answered, %lu lives, %lu mapped, %lu lent, %lu rebinds",
		    accepted, answered, lives, mapped, lent, rebinds);
}

static pthread_t start(void *(*run)(void *), uint64_t seed, unsigned int id)
{
	struct random *r = malloc(sizeof(*r));
	pthread_t thread;

	if (!r)
		die("no memory");
	r->state = seed * 64 + id;
	if (pthread_create(&thread, NULL, run, r))
		die("no thread");
	return thread;
}

int main(int argc, char **argv)
{
	pthread_t counted[NR_WRITERS + NR_CALLERS], others[NR_CHURNERS + 1];
	struct sigaction act = { .sa_handler = on_fault };
	unsigned int i;
	uint64_t seed;

	if (argc != 4)
		die("usage: kexfuzz SEED WRITES CALLS");
	seed = parse_size(argv[1]);
	writes_left = parse_size(argv[2]);
	calls_left = parse_size(argv[3]);
	page = sysconf(_SC_PAGESIZE);
	sigaction(SIGBUS, &act, NULL);
	sigaction(SIGSEGV, &act, NULL);
	alarm(LIMIT_S);
	find_devices();

	for (i = 0; i < NR_CHURNERS; i++)
		others[i] = start(churner, seed, i);
	others[i] = start(binder, seed, i);
	for (i = 0; i < NR_WRITERS + NR_CALLERS; i++)
		counted[i] = start(i < NR_WRITERS ? writer : caller, seed, 32 + i);
	for (i = 0; i < NR_WRITERS + NR_CALLERS; i++)
		pthread_join(counted[i], NULL);
	stop = true;
	for (i = 0; i < NR_CHURNERS + 1; i++)
		pthread_join(others[i], NULL);
	end();
	printf("ok: %lu writes (%lu accepted), %lu ioctls (%lu answered), ",
	       written, accepted, called, answered);
	printf("%lu made live, %lu touched, %lu lent, %lu calls of pools, %lu rebinds\nwritten to:",
	       lives, mapped, lent, moved, rebinds);
	for (i = 0; i < (unsigned int)nr_names; i++)
		printf(" %s", names[i]);
	printf(" .\n");
	return 0;
}
