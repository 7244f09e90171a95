// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexpage: what /dev/kex/_ctl says of this program's own memory, held against what
 * the kernel says and does.
 *
 *   kexpage agree COUNT SEED [POOL]: so many pages, in random order, and a range of
 *           them by kexctl, against /proc/self/pagemap
 *   kexpage huge BYTES: large pages of the kernel's pool of them
 *   kexpage hugezero BYTES: a huge page of zeroes, or says that there is none
 *   kexpage high: addresses behind 48 bits, or says that there are none
 *   kexpage swap: memory that is swapped out
 *   kexpage probe BLOCK REGION [POOL]: probe against doing it
 *   kexpage errors REGION: what each call refuses
 *   kexpage rights PID: what nobody may ask
 *   kexpage race MS: walks while page tables come and go
 *   kexpage watches COUNT: so many watches of one range
 *   kexpage toomany: watches of its own, up to the limit of one without rights
 *   kexpage leaderless: its first thread ends, and another waits; says the address
 *	of a page that is filled
 *   kexpage lost COUNT: more events than a watch keeps
 *   kexpage again: a watch of what is unmapped and mapped again
 *   kexpage ends: a watch of a process that ends
 *
 * POOL, REGION and BLOCK are nodes; BLOCK may be "-". The last line says what was
 * found to be right; anything else ends the program with another status than 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/io_uring.h>
#include <linux/mman.h>
#include <linux/kex.h>

#include "util.h"

#define PAGEMAP_PRESENT	0x8000000000000000ULL
#define PAGEMAP_SWAPPED	0x4000000000000000ULL
#define PAGEMAP_FRAME	0x007fffffffffffffULL

/* Of an entry, with bits of other meaning below the page's size */
#define ENTRY_ADDR	0x0000ffffffffffffULL

static size_t page;
static int ctl = -1;
static int pagemap = -1;
static uint64_t seed;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void open_all(void)
{
	page = sysconf(_SC_PAGESIZE);
	ctl = open("/dev/kex/_ctl", O_RDWR | O_CLOEXEC);
	if (ctl < 0)
		die("/dev/kex/_ctl: %s", errno_name(errno));
}

static char *map_anon(size_t len, int prot)
{
	char *at = mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		die("no memory");
	return at;
}

/* Behind the end of a name there is nothing, least of all what was there before */
static void check_name(const void *at, const char name[KEX_NAME_SIZE])
{
	size_t i;

	for (i = strnlen(name, KEX_NAME_SIZE); i < KEX_NAME_SIZE; i++)
		if (name[i])
			die("%p: byte %zu of the name '%.*s' is %#x", at, i, KEX_NAME_SIZE, name,
			    (unsigned char)name[i]);
}

/* The run of one page */
static struct kex_ctl_run phys_of(const void *at)
{
	struct kex_ctl_run run = { 0 };
	struct kex_ctl_phys arg = {
		.argsz = sizeof(arg),
		.nr = 1,
		.addr = (uintptr_t)at,
		.len = page,
		.runs = (uintptr_t)&run,
	};

	if (ioctl(ctl, KEX_CTL_PHYS, &arg))
		die("CTL_PHYS of %p: %s", at, errno_name(errno));
	if (arg.nr != 1 || run.virt != (uintptr_t)at || run.len != page ||
	    arg.next != run.virt + page)
		die("CTL_PHYS of %p: %u runs, the first %llx+%llx", at, arg.nr,
		    (unsigned long long)run.virt, (unsigned long long)run.len);
	check_name(at, run.name);
	return run;
}

/* The last entry of the walk to a page */
static struct kex_ctl_entry entry_of(const void *at)
{
	struct kex_ctl_entry entries[KEX_CTL_WALK_MIN], *last;
	struct kex_ctl_walk arg = {
		.argsz = sizeof(arg),
		.nr = KEX_CTL_WALK_MIN,
		.addr = (uintptr_t)at,
		.len = page,
		.entries = (uintptr_t)entries,
	};

	if (ioctl(ctl, KEX_CTL_WALK, &arg))
		die("CTL_WALK of %p: %s", at, errno_name(errno));
	if (!arg.nr || arg.next != (uintptr_t)at + page)
		die("CTL_WALK of %p: %u entries, next %llx", at, arg.nr,
		    (unsigned long long)arg.next);
	for (last = &entries[arg.nr - 1]; last->flags & KEX_ENTRY_FOLDED && last != entries; last--)
		;
	if (last->virt > (uintptr_t)at || last->virt + last->len <= (uintptr_t)at)
		die("CTL_WALK of %p: the last is for %llx+%llx", at, (unsigned long long)last->virt,
		    (unsigned long long)last->len);
	check_name(at, last->pool);
	return *last;
}

/*
 * agree
 */

/* One page, if nothing happens to it meanwhile: asked before and after */
static bool agree_page(const char *at)
{
	uint64_t before, after, frame;
	struct kex_ctl_entry entry;
	struct kex_ctl_run run;
	off_t off = (uintptr_t)at / page * sizeof(before);

	if (pread(pagemap, &before, sizeof(before), off) != sizeof(before))
		die("pagemap: %s", errno_name(errno));
	run = phys_of(at);
	entry = entry_of(at);
	if (pread(pagemap, &after, sizeof(after), off) != sizeof(after))
		die("pagemap: %s", errno_name(errno));
	if (before != after)
		return false;
	frame = before & PAGEMAP_FRAME;
	if (before & PAGEMAP_PRESENT) {
		if (run.phys != frame * page)
			die("%p: pagemap has frame %llx, phys %llx", at, (unsigned long long)frame,
			    (unsigned long long)run.phys);
		if ((entry.value & ENTRY_ADDR & ~(page - 1)) + ((uintptr_t)at - entry.virt) !=
		    frame * page)
			die("%p: pagemap has frame %llx, the entry %llx", at,
			    (unsigned long long)frame, (unsigned long long)entry.value);
	} else if (before & PAGEMAP_SWAPPED) {
		if (run.frame < KEX_FRAME_DEVICE || entry.frame != run.frame)
			die("%p: pagemap says swapped, phys %u, walk %u", at, run.frame,
			    entry.frame);
	} else if (run.frame > KEX_FRAME_NONE || entry.frame != KEX_FRAME_NONE) {
		die("%p: pagemap says nothing, phys %u, walk %u", at, run.frame, entry.frame);
	}
	if (entry.frame != run.frame && run.frame != KEX_FRAME_HOLE)
		die("%p: phys says %u, walk %u", at, run.frame, entry.frame);
	return true;
}

static void open_pagemap(void)
{
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		die("pagemap: %s", errno_name(errno));
}

static void migrate_some(int pool, char *at, size_t pages)
{
	struct kex_migrate arg = { .argsz = sizeof(arg) };
	int i;

	for (i = 0; i < 64; i++) {
		arg.addr = (uintptr_t)at + rnd() % pages * page;
		arg.len = (1 + rnd() % 32) * page;
		if (arg.addr + arg.len > (uintptr_t)at + pages * page)
			arg.len = (uintptr_t)at + pages * page - arg.addr;
		if (ioctl(pool, KEX_MIGRATE, &arg))
			die("MIGRATE: %s", errno_name(errno));
	}
}

/* One page of a run that kexctl tells of */
static void agree_line(const char *at, uint64_t entry, uint64_t phys, uint64_t off,
		       const char *kind)
{
	uint64_t frame = (entry & PAGEMAP_FRAME) * page;

	if (entry & PAGEMAP_PRESENT) {
		/* All of a run of the zero page is one page, unless that is a huge one */
		if (frame != phys + off && (strcmp(kind, "zero") || frame != phys))
			die("%p: pagemap has %llx, kexctl %llx, %s", at, (unsigned long long)frame,
			    (unsigned long long)(phys + off), kind);
	} else if (entry & PAGEMAP_SWAPPED) {
		if (strcmp(kind, "device-private") && strcmp(kind, "swap") &&
		    strcmp(kind, "migration"))
			die("%p: pagemap says swapped, kexctl %s", at, kind);
	} else if (strcmp(kind, "none") && strcmp(kind, "hole")) {
		die("%p: pagemap says nothing, kexctl %s", at, kind);
	}
}

static uint64_t *read_pagemap(const char *at, size_t pages)
{
	ssize_t size = pages * sizeof(uint64_t);
	uint64_t *entries = malloc(size);

	if (!entries || pread(pagemap, entries, size, (uintptr_t)at / page * sizeof(*entries)) !=
	    size)
		die("pagemap: %s", errno_name(errno));
	return entries;
}

/* What kexctl says of a range: address, length, memory and kind in a line a run */
static char *kexctl_phys(const char *at, size_t pages)
{
	char command[256], *text = NULL;
	size_t size = 0;
	FILE *told;

	snprintf(command, sizeof(command), "kexctl page phys %d 0x%lx+%zu --json | "
		 "jq -r '.[] | \"\\(.virt) \\(.length) \\(.phys // 0) \\(.page)\"'", getpid(),
		 (unsigned long)at, pages * page);
	told = popen(command, "r");
	if (!told || getdelim(&text, &size, 0, told) <= 0 || pclose(told))
		die("kexctl said nothing");
	return text;
}

/*
 * Returns how many pages of the range nothing happened to meanwhile. Kinds are put
 * into seen, with blanks around them.
 */
static size_t agree_runs(const char *at, size_t pages, char *seen, size_t room)
{
	uint64_t *before = read_pagemap(at, pages), *after;
	unsigned long long virt, len, phys;
	size_t nr = 0, right = 0, off;
	char *text = kexctl_phys(at, pages);
	FILE *told = fmemopen(text, strlen(text), "r");
	char kind[32], word[40];

	after = read_pagemap(at, pages);
	while (told && fscanf(told, "%llx %llu %llx %31s", &virt, &len, &phys, kind) == 4) {
		if (virt != (uintptr_t)at + nr * page || !len || len % page ||
		    len > (pages - nr) * page)
			die("kexctl: %llx+%llx, want page %zu", virt, len, nr);
		for (off = 0; off < len; off += page, nr++) {
			if (before[nr] != after[nr])
				continue;
			agree_line(at + nr * page, before[nr], phys, off, kind);
			right++;
		}
		snprintf(word, sizeof(word), " %s ", kind);
		if (!strstr(seen, word) && strlen(seen) + strlen(word) < room)
			strcat(seen, word + 1);
	}
	if (nr != pages)
		die("kexctl told of %zu pages of %zu", nr, pages);
	fclose(told);
	free(text);
	free(before);
	free(after);
	return right;
}

/* The kernel may make a huge page of some meanwhile, but not for ever */
static void agree_kexctl(const char *at, size_t pages, const char * const *kinds)
{
	char seen[256] = " ", word[40];
	size_t right, tries = 0;

	do {
		right = agree_runs(at, pages, seen, sizeof(seen));
	} while (right < pages - pages / 100 && ++tries < 10);
	if (right < pages - pages / 100)
		die("only %zu of %zu pages stood still for kexctl", right, pages);
	for (; *kinds; kinds++) {
		snprintf(word, sizeof(word), " %s ", *kinds);
		if (!strstr(seen, word))
			die("kexctl says%sof no page, but%s", word, seen);
	}
	printf("kexctl agrees:%s\n", seen);
}

/* Each number below that one, in random order */
static size_t *random_order(size_t nr)
{
	size_t *order = malloc(nr * sizeof(*order)), i, other;

	if (!order)
		die("no memory");
	for (i = 0; i < nr; i++) {
		other = rnd() % (i + 1);
		order[i] = order[other];
		order[other] = i;
	}
	return order;
}

static void agree(unsigned long pages, const char *node)
{
	static const char * const words[] = { "device-private", "anon", "file", "none", "hole",
					      NULL };
	unsigned long kinds[KEX_FRAME_OTHER + 1] = { 0 }, right = 0, i;
	int pool = node ? open(node, O_RDWR | O_CLOEXEC) : -1;
	size_t *order;
	char *area;

	open_pagemap();
	if (node && pool < 0)
		die("%s: %s", node, errno_name(errno));
	area = map_anon(pages * page, PROT_READ | PROT_WRITE);
	if (mmap(area + pages / 2 * page, pages / 4 * page, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		die("no shared memory");
	/* Written, only read, never touched */
	for (i = 0; i < pages; i++) {
		if (rnd() % 4 < 2)
			area[i * page] = 1;
		else if (rnd() % 2)
			(void)*(volatile char *)&area[i * page];
	}
	munmap(area + 16 * page, 16 * page);
	mprotect(area + 64 * page, 16 * page, PROT_READ);
	mprotect(area + 128 * page, 16 * page, PROT_NONE);
	if (node)
		migrate_some(pool, area, pages);
	order = random_order(pages);
	for (i = 0; i < pages; i++) {
		char *at = area + order[i] * page;

		if (!agree_page(at))
			continue;
		right++;
		kinds[phys_of(at).frame]++;
	}
	if (right < pages - pages / 100)
		die("only %lu of %lu pages stood still", right, pages);
	printf("%lu pages agree:", right);
	for (i = 0; i <= KEX_FRAME_OTHER; i++)
		printf(" %lu", kinds[i]);
	printf("\n");
	if (!kinds[KEX_FRAME_ANON] || !kinds[KEX_FRAME_FILE] || !kinds[KEX_FRAME_NONE] ||
	    !kinds[KEX_FRAME_HOLE] || (node && !kinds[KEX_FRAME_DEVICE]))
		die("not every kind was among them");
	agree_kexctl(area, pages / 8 * 5, node ? words : words + 1);
}

/* One large page is an entry of a level above the last, or a set of contiguous ones */
static void huge(size_t size)
{
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
			MAP_HUGETLB | __builtin_ctzl(size) << MAP_HUGE_SHIFT, -1, 0);
	struct kex_ctl_entry entry;
	size_t off;

	if (at == MAP_FAILED)
		die("no page of %zu bytes: %s", size, errno_name(errno));
	open_pagemap();
	*at = 1;
	entry = entry_of(at);
	if (!(entry.flags & KEX_ENTRY_PRESENT) || entry.frame != KEX_FRAME_ANON ||
	    (entry.len == size ? !(entry.flags & KEX_ENTRY_BLOCK) :
				 !(entry.flags & KEX_ENTRY_CONT)))
		die("flags %x, frame %u, %llu bytes", entry.flags, entry.frame,
		    (unsigned long long)entry.len);
	for (off = 0; off < size; off += size / 16)
		if (!agree_page(at + off))
			die("%zu: it does not stand still", off);
	printf("%s\n", entry.flags & KEX_ENTRY_BLOCK ? "block" : "contiguous");
}

static void hugezero(size_t size)
{
	struct kex_ctl_probe arg = { .argsz = sizeof(arg) };
	/* One page is touched: as much room as that may be more than there is memory */
	char *at = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct kex_ctl_entry entry;
	unsigned int frame;

	if (at == MAP_FAILED)
		die("no room: %s", errno_name(errno));
	at = (char *)(((uintptr_t)at + size - 1) & ~(size - 1));
	if (madvise(at, size, MADV_HUGEPAGE) && errno != EINVAL)
		die("MADV_HUGEPAGE: %s", errno_name(errno));
	if (*(volatile char *)at)
		die("new memory is not zeroes");
	entry = entry_of(at);
	if (!(entry.flags & KEX_ENTRY_BLOCK)) {
		printf("none\n");
		return;
	}
	frame = phys_of(at + size - page).frame;
	arg.addr = (uintptr_t)at;
	if (ioctl(ctl, KEX_CTL_PROBE, &arg))
		die("CTL_PROBE: %s", errno_name(errno));
	if (entry.frame != KEX_FRAME_ZERO || frame != KEX_FRAME_ZERO || arg.frame != frame)
		die("walk says %u, phys %u, probe %u", entry.frame, frame, arg.frame);
	if (arg.why[KEX_PROBE_PIN] || arg.why[KEX_PROBE_LONGTERM] || arg.why[KEX_PROBE_READ] ||
	    (arg.why[KEX_PROBE_MIGRATE] && arg.why[KEX_PROBE_MIGRATE] != KEX_PROBE_KERNEL))
		die("probe: %u %u %u %u", arg.why[KEX_PROBE_PIN], arg.why[KEX_PROBE_LONGTERM],
		    arg.why[KEX_PROBE_READ], arg.why[KEX_PROBE_MIGRATE]);
	printf("zeroes\n");
}

static void high(void)
{
	char *at = mmap((void *)(1UL << 50), 4 * page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kex_ctl_entry entries[KEX_CTL_WALK_MIN];
	struct kex_ctl_walk arg = { .argsz = sizeof(arg), .nr = KEX_CTL_WALK_MIN, .len = page,
		.entries = (uintptr_t)entries };
	unsigned int i;

	if (at == MAP_FAILED)
		die("mmap: %s", errno_name(errno));
	if ((uintptr_t)at >> 48 == 0) {
		printf("48 bits\n");
		return;
	}
	open_pagemap();
	*at = 1;
	arg.addr = (uintptr_t)at;
	if (ioctl(ctl, KEX_CTL_WALK, &arg))
		die("CTL_WALK: %s", errno_name(errno));
	for (i = 0; i < arg.nr; i++)
		if (entries[i].virt > (uintptr_t)at || entries[i].len > 1ULL << 52 ||
		    entries[i].virt + entries[i].len <= (uintptr_t)at)
			die("level %u: %llx+%llx", entries[i].level,
			    (unsigned long long)entries[i].virt,
			    (unsigned long long)entries[i].len);
	for (i = 0; i < 4; i++)
		if (!agree_page(at + i * page))
			die("page %u does not stand still", i);
	printf("52 bits, %u levels\n", arg.nr);
}

static void swap(void)
{
	size_t pages = 64, i, out = 0;
	char *at = map_anon(pages * page, PROT_READ | PROT_WRITE);

	open_pagemap();
	for (i = 0; i < pages; i++)
		at[i * page] = i + 1;
	if (madvise(at, pages * page, MADV_PAGEOUT))
		die("madvise: %s", errno_name(errno));
	for (i = 0; i < pages; i++) {
		if (!agree_page(at + i * page))
			continue;
		out += phys_of(at + i * page).frame == KEX_FRAME_SWAP;
	}
	if (!out)
		die("nothing was swapped out");
	for (i = 0; i < pages; i++)
		if (at[i * page] != (char)(i + 1))
			die("page %zu came back wrong", i);
	printf("swap is swap\n");
}

/*
 * probe
 */

static int block = -1, region = -1, poolfd = -1, ring = -1;

static char *kind_anon(void)
{
	char *at = map_anon(page, PROT_READ | PROT_WRITE);

	*at = 1;
	return at;
}

static char *kind_untouched(void)
{
	return map_anon(page, PROT_READ | PROT_WRITE);
}

static char *kind_zero(void)
{
	char *at = map_anon(page, PROT_READ | PROT_WRITE);

	(void)*(volatile char *)at;
	return at;
}

static char *with_prot(char *at, int prot)
{
	if (mprotect(at, page, prot))
		die("mprotect: %s", errno_name(errno));
	return at;
}

static char *kind_readonly(void)
{
	return with_prot(kind_anon(), PROT_READ);
}

static char *kind_none(void)
{
	return with_prot(kind_anon(), PROT_NONE);
}

static char *kind_writeonly(void)
{
	return with_prot(kind_anon(), PROT_WRITE);
}

static char *kind_hole(void)
{
	char *at = kind_anon();

	munmap(at, page);
	return at;
}

static char *kind_shared(void)
{
	char *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		die("no shared memory");
	*at = 1;
	return at;
}

/* A page of a file of one page; behind is the page behind it */
static char *map_file(int prot, int flags, bool behind)
{
	char name[] = "/tmp/kexpage.XXXXXX";
	int file = mkstemp(name);
	char *at;

	if (file < 0 || ftruncate(file, page))
		die("%s: %s", name, errno_name(errno));
	unlink(name);
	at = mmap(NULL, 2 * page, prot, flags, file, 0);
	if (at == MAP_FAILED)
		die("mmap: %s", errno_name(errno));
	close(file);
	return behind ? at + page : at;
}

static char *kind_file(void)
{
	char *at = map_file(PROT_READ | PROT_WRITE, MAP_PRIVATE, false);

	(void)*(volatile char *)at;
	return at;
}

static char *kind_cow(void)
{
	char *at = map_file(PROT_READ | PROT_WRITE, MAP_PRIVATE, false);

	*at = 1;
	return at;
}

static char *kind_fileshared(void)
{
	char *at = map_file(PROT_READ | PROT_WRITE, MAP_SHARED, false);

	*at = 1;
	return at;
}

static char *kind_fileread(void)
{
	char *at = map_file(PROT_READ, MAP_SHARED, false);

	(void)*(volatile char *)at;
	return at;
}

static char *kind_behind(void)
{
	return map_file(PROT_READ | PROT_WRITE, MAP_SHARED, true);
}

static char *kind_region(void)
{
	char *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, region, 0);

	if (at == MAP_FAILED)
		die("region: %s", errno_name(errno));
	return at;
}

static char *kind_evicted(void)
{
	struct kex_ctl_evict arg = { .argsz = sizeof(arg), .len = page };
	char *at = kind_region();

	arg.addr = (uintptr_t)at;
	if (ioctl(ctl, KEX_CTL_EVICT, &arg))
		die("CTL_EVICT: %s", errno_name(errno));
	return at;
}

static char *kind_locked(void)
{
	char *at = kind_anon();

	if (mlock(at, page))
		die("mlock: %s", errno_name(errno));
	return at;
}

static int uring_register(unsigned int what, const struct iovec *buffer)
{
	return syscall(SYS_io_uring_register, ring, what, buffer, buffer ? 1 : 0);
}

static char *kind_pinned(void)
{
	char *at = kind_anon();
	struct iovec buffer = { at, page };

	if (uring_register(IORING_REGISTER_BUFFERS, &buffer))
		die("io_uring: %s", errno_name(errno));
	return at;
}

static char *kind_pooled(void)
{
	struct kex_migrate arg = { .argsz = sizeof(arg), .len = page };
	char *at = kind_anon();

	arg.addr = (uintptr_t)at;
	if (ioctl(poolfd, KEX_MIGRATE, &arg) || arg.moved != 1)
		die("MIGRATE: %llu pages, %s", (unsigned long long)arg.moved, errno_name(errno));
	return at;
}

/* Code and time that the kernel gives to every process */
static char *find_map(const char *name)
{
	unsigned long long start;
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof(line), maps)) {
		if (!strstr(line, name) || sscanf(line, "%llx-", &start) != 1)
			continue;
		fclose(maps);
		return (char *)(uintptr_t)start;
	}
	die("no %s", name);
}

static char *kind_vdso(void)
{
	return find_map("[vdso]");
}

static char *kind_vvar(void)
{
	return find_map("[vvar]");
}

/* Since 6.13; before, the same page as any other */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif

static char *kind_guard(void)
{
	char *at = kind_anon();

	if (madvise(at, page, MADV_GUARD_INSTALL) && errno != EINVAL)
		die("MADV_GUARD_INSTALL: %s", errno_name(errno));
	return at;
}

/* The device itself, not a file on it */
static char *kind_block(void)
{
	char *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, block, 0);

	if (at == MAP_FAILED)
		die("block: %s", errno_name(errno));
	*at = 1;
	return at;
}

static char *kind_blockend(void)
{
	uint64_t size = lseek(block, 0, SEEK_END);
	char *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, block, size - page);

	if (at == MAP_FAILED)
		die("block: %s", errno_name(errno));
	return at + page;
}

/* Held by a pipe, pinned by nobody */
static char *kind_spliced(void)
{
	char *at = kind_anon();
	struct iovec piece = { at, page };
	int ends[2];

	if (pipe(ends) || vmsplice(ends[1], &piece, 1, 0) != (ssize_t)page)
		die("vmsplice: %s", errno_name(errno));
	return at;
}

static const struct {
	const char *name;
	char *(*make)(void);
} kinds[] = {
	{ "guard", kind_guard }, { "block", kind_block }, { "block-end", kind_blockend },
	{ "spliced", kind_spliced },
	{ "anon", kind_anon }, { "untouched", kind_untouched }, { "zero", kind_zero },
	{ "read-only", kind_readonly }, { "none", kind_none }, { "write-only", kind_writeonly },
	{ "hole", kind_hole }, { "shared", kind_shared }, { "file", kind_file },
	{ "copied", kind_cow }, { "file-shared", kind_fileshared },
	{ "file-read", kind_fileread }, { "behind-end", kind_behind },
	{ "region", kind_region }, { "evicted", kind_evicted }, { "locked", kind_locked },
	{ "vdso", kind_vdso }, { "vvar", kind_vvar }, { "pinned", kind_pinned },
	{ "pooled", kind_pooled },
};

static bool do_pin(char *at)
{
	return pread(block, at, page, 0) == (ssize_t)page;
}

static bool do_longterm(char *at)
{
	struct iovec buffer = { at, page };
	bool done = !uring_register(IORING_REGISTER_BUFFERS, &buffer);

	if (done)
		uring_register(IORING_UNREGISTER_BUFFERS, NULL);
	return done;
}

/* Not mapped here: it would come to lie in the hole */
static char *to;

static bool do_read(char *at)
{
	struct iovec local = { to, page }, remote = { at, page };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)page;
}

static bool do_migrate(char *at)
{
	struct kex_migrate arg = { .argsz = sizeof(arg), .addr = (uintptr_t)at, .len = page };

	return !ioctl(poolfd, KEX_MIGRATE, &arg) && arg.moved == 1;
}

static bool (* const accesses[KEX_PROBES])(char *at) = {
	[KEX_PROBE_PIN] = do_pin,
	[KEX_PROBE_LONGTERM] = do_longterm,
	[KEX_PROBE_READ] = do_read,
	[KEX_PROBE_MIGRATE] = do_migrate,
};

/* What is mapped by frame number refuses every access from outside in one way */
static int must_fail_with(size_t kind, unsigned int access)
{
	bool pfn = kinds[kind].make == kind_region || kinds[kind].make == kind_evicted;

	return pfn && access != KEX_PROBE_MIGRATE ? EFAULT : 0;
}

/* A page of its own for each access: to do it is to change it */
static bool probe_kind(size_t kind, unsigned int access)
{
	struct kex_ctl_probe arg = { .argsz = sizeof(arg) };
	char *at = kinds[kind].make();
	int want = must_fail_with(kind, access), got;
	bool done;

	arg.addr = (uintptr_t)at;
	if (ioctl(ctl, KEX_CTL_PROBE, &arg))
		die("CTL_PROBE: %s", errno_name(errno));
	errno = 0;
	done = accesses[access](at);
	got = errno;
	if (kinds[kind].make == kind_pinned)
		uring_register(IORING_UNREGISTER_BUFFERS, NULL);
	printf("%s/%u: %u\n", kinds[kind].name, access, arg.why[access]);
	/* Before 6.5 io_uring takes no file's pages, whatever the kernel would pin */
	if (access == KEX_PROBE_LONGTERM && got == EOPNOTSUPP)
		return true;
	if (done != !arg.why[access]) {
		fprintf(stderr, "%s, access %u: probe says %u, but it %s\n", kinds[kind].name,
			access, arg.why[access], done ? "works" : "fails");
		return false;
	}
	if (want && (done || got != want)) {
		fprintf(stderr, "%s, access %u: %s, want %s\n", kinds[kind].name, access,
			done ? "it works" : errno_name(got), errno_name(want));
		return false;
	}
	return true;
}

/* Not every kernel has all that it takes */
static bool can_try(size_t kind, unsigned int access)
{
	if (kinds[kind].make == kind_pooled && poolfd < 0)
		return false;
	if ((kinds[kind].make == kind_block || kinds[kind].make == kind_blockend) &&
	    (block < 0 || access == KEX_PROBE_PIN))
		return false;
	/* The ring has one set of buffers */
	if (kinds[kind].make == kind_pinned && (ring < 0 || access == KEX_PROBE_LONGTERM))
		return false;
	return (access != KEX_PROBE_PIN || block >= 0) &&
	       (access != KEX_PROBE_LONGTERM || ring >= 0) &&
	       (access != KEX_PROBE_MIGRATE || poolfd >= 0);
}

static int probe(const char *blocknode, const char *regionnode, const char *poolnode)
{
	struct io_uring_params params = { 0 };
	unsigned int access, wrong = 0, right = 0;
	size_t kind;

	to = map_anon(page, PROT_READ | PROT_WRITE);
	if (strcmp(blocknode, "-"))
		block = open(blocknode, O_RDWR | O_DIRECT | O_CLOEXEC);
	region = open(regionnode, O_RDWR | O_CLOEXEC);
	poolfd = poolnode ? open(poolnode, O_RDWR | O_CLOEXEC) : -1;
	ring = syscall(SYS_io_uring_setup, 4, &params);
	if (region < 0 || (poolnode && poolfd < 0) || (block < 0 && strcmp(blocknode, "-")))
		die("%s, %s or %s: %s", blocknode, regionnode, poolnode ? poolnode : "no pool",
		    errno_name(errno));
	for (kind = 0; kind < sizeof(kinds) / sizeof(*kinds); kind++) {
		for (access = 0; access < KEX_PROBES; access++) {
			if (!can_try(kind, access))
				continue;
			if (probe_kind(kind, access))
				right++;
			else
				wrong++;
		}
	}
	if (!wrong)
		printf("%u answers are right\n", right);
	return wrong != 0;
}

/*
 * errors
 */

static void want(const char *what, long got, int err)
{
	if (got >= 0 ? err != 0 : errno != err)
		die("%s: %s, want %s", what, got >= 0 ? "ok" : errno_name(errno),
		    err ? errno_name(err) : "ok");
}

#define KERNEL_ADDR	0xffff800000000000ULL

/* What lies above at, where the kernel could have more bits than this CPU: no memory */
static uint64_t high_addr(const void *at)
{
	void *high = mmap((void *)(1UL << 50), page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (high == MAP_FAILED)
		die("mmap: %s", errno_name(errno));
	munmap(high, page);
	return ((uintptr_t)high >> 48 ? 1ULL << 52 : 1ULL << 48) + (uintptr_t)at;
}

/* What all calls on a range have in common: argsz, flags, pid, addr, len */
static void errors_range(const char *name, unsigned long number, void *arg, size_t size,
			 uint64_t *addr, uint64_t *len)
{
	uint32_t *head = arg;
	int32_t *pid = (int32_t *)arg + 2;
	uint64_t was = *addr, length = *len;

	printf("%s\n", name);
	want("NULL", ioctl(ctl, number, NULL), EFAULT);
	head[0] = size - 8;
	want("short", ioctl(ctl, number, arg), EINVAL);
	head[0] = 1 << 20;
	want("long", ioctl(ctl, number, arg), E2BIG);
	head[0] = size;
	head[1] = 1;
	want("flag", ioctl(ctl, number, arg), EINVAL);
	head[1] = 0;
	*pid = -1;
	want("pid -1", ioctl(ctl, number, arg), EINVAL);
	*pid = 2;
	want("kernel thread", ioctl(ctl, number, arg), ESRCH);
	*pid = 4194303;
	want("no pid", ioctl(ctl, number, arg), ESRCH);
	*pid = 0;
	*addr = was + 1;
	want("odd", ioctl(ctl, number, arg), EINVAL);
	*addr = KERNEL_ADDR;
	want("kernel", ioctl(ctl, number, arg), EFAULT);
	*addr = high_addr((void *)(uintptr_t)was);
	want("above this CPU's", ioctl(ctl, number, arg), EFAULT);
	*addr = was;
	*len = 0;
	want("length 0", ioctl(ctl, number, arg), EINVAL);
	*len = page / 2;
	want("half a page", ioctl(ctl, number, arg), EINVAL);
	*len = -page;
	want("wrap", ioctl(ctl, number, arg), EINVAL);
	*len = 1ULL << 60;
	want("behind user space", ioctl(ctl, number, arg), EFAULT);
	*len = length;
}

static void errors_evict(const char *node)
{
	struct kex_ctl_evict arg = { .argsz = sizeof(arg), .len = 2 * page };
	int fd = open(node, O_RDWR | O_CLOEXEC);
	char *at = map_anon(4 * page, PROT_READ | PROT_WRITE);

	if (fd < 0 || mmap(at + page, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			   0) == MAP_FAILED)
		die("%s: %s", node, errno_name(errno));
	arg.addr = (uintptr_t)at + page;
	errors_range("evict", KEX_CTL_EVICT, &arg, sizeof(arg), (uint64_t *)&arg.addr,
		     (uint64_t *)&arg.len);
	at[0] = 1;
	at[page] = 1;
	arg.addr = (uintptr_t)at;
	want("anon before", ioctl(ctl, KEX_CTL_EVICT, &arg), EINVAL);
	arg.addr = (uintptr_t)at + 2 * page;
	want("anon behind", ioctl(ctl, KEX_CTL_EVICT, &arg), EINVAL);
	munmap(at + 3 * page, page);
	want("hole behind", ioctl(ctl, KEX_CTL_EVICT, &arg), EINVAL);
	if (phys_of(at + page).frame != KEX_FRAME_PFN || phys_of(at).frame != KEX_FRAME_ANON)
		die("a refused evict took something");
	arg.addr = (uintptr_t)at + page;
	want("region", ioctl(ctl, KEX_CTL_EVICT, &arg), 0);
	if (phys_of(at + page).frame != KEX_FRAME_NONE)
		die("an evict took nothing");
	arg.reserved = 1;
	want("reserved", ioctl(ctl, KEX_CTL_EVICT, &arg), EINVAL);
}

static void errors(const char *node)
{
	struct kex_ctl_entry entries[KEX_CTL_WALK_MIN];
	struct kex_ctl_run runs[1];
	char *at = kind_anon();
	struct kex_ctl_walk walk = { .argsz = sizeof(walk), .addr = (uintptr_t)at, .len = page,
		.nr = KEX_CTL_WALK_MIN, .entries = (uintptr_t)entries };
	struct kex_ctl_phys phys = { .argsz = sizeof(phys), .addr = (uintptr_t)at, .len = page,
		.nr = 1, .runs = (uintptr_t)runs };
	struct kex_ctl_probe probe = { .argsz = sizeof(probe), .addr = (uintptr_t)at };
	struct kex_ctl_watch watch = { .argsz = sizeof(watch), .addr = (uintptr_t)at, .len = page };
	struct kex_ctl_where where = { .argsz = sizeof(where) };

	want("unknown number", ioctl(ctl, _IO(KEX_IOC_MAGIC, 0x2f), &walk), ENOTTY);
	errors_range("walk", KEX_CTL_WALK, &walk, sizeof(walk), (uint64_t *)&walk.addr,
		     (uint64_t *)&walk.len);
	walk.nr = KEX_CTL_WALK_MIN - 1;
	want("no room", ioctl(ctl, KEX_CTL_WALK, &walk), EINVAL);
	walk.nr = KEX_CTL_WALK_MIN;
	walk.entries = 8;
	want("bad entries", ioctl(ctl, KEX_CTL_WALK, &walk), EFAULT);
	errors_range("phys", KEX_CTL_PHYS, &phys, sizeof(phys), (uint64_t *)&phys.addr,
		     (uint64_t *)&phys.len);
	phys.nr = 0;
	want("no room", ioctl(ctl, KEX_CTL_PHYS, &phys), EINVAL);
	phys.nr = 1;
	phys.only = -1;
	phys.only_len = 2;
	want("only wraps", ioctl(ctl, KEX_CTL_PHYS, &phys), EINVAL);
	phys.only_len = 0;
	phys.runs = 8;
	want("bad runs", ioctl(ctl, KEX_CTL_PHYS, &phys), EFAULT);
	errors_range("watch", KEX_CTL_WATCH, &watch, sizeof(watch), (uint64_t *)&watch.addr,
		     (uint64_t *)&watch.len);
	watch.reserved = 1;
	want("reserved", ioctl(ctl, KEX_CTL_WATCH, &watch), EINVAL);
	probe.pid = 4194303;
	want("probe no pid", ioctl(ctl, KEX_CTL_PROBE, &probe), ESRCH);
	probe.pid = 0;
	probe.addr = KERNEL_ADDR;
	want("probe kernel", ioctl(ctl, KEX_CTL_PROBE, &probe), EFAULT);
	probe.addr = high_addr(at);
	want("probe above this CPU's", ioctl(ctl, KEX_CTL_PROBE, &probe), EFAULT);
	want("where nothing", ioctl(ctl, KEX_CTL_WHERE, &where), ENXIO);
	errors_evict(node);
	printf("all as they should be\n");
}

/*
 * rights
 */

static void rights(const char *pid)
{
	static const char fresh[sizeof(struct kex_ctl_entry) * KEX_CTL_WALK_MIN];
	char answer[sizeof(fresh)] = { 0 };
	char *at = kind_anon();
	struct kex_ctl_walk walk = { .argsz = sizeof(walk), .addr = (uintptr_t)at, .len = page,
		.nr = KEX_CTL_WALK_MIN, .entries = (uintptr_t)answer };
	struct kex_ctl_phys phys = { .argsz = sizeof(phys), .addr = (uintptr_t)at, .len = page,
		.nr = 1, .runs = (uintptr_t)answer };
	struct kex_ctl_where where = { .argsz = sizeof(where), .phys = 0x60000000 };
	struct kex_ctl_probe probe = { .argsz = sizeof(probe), .addr = (uintptr_t)at };
	struct kex_ctl_watch watch = { .argsz = sizeof(watch), .addr = (uintptr_t)at, .len = page };
	struct kex_ctl_evict evict = { .argsz = sizeof(evict), .addr = (uintptr_t)at, .len = page };

	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		die("setresuid: %s", errno_name(errno));
	/* Of itself: but for physical addresses */
	want("own walk", ioctl(ctl, KEX_CTL_WALK, &walk), EPERM);
	want("own phys", ioctl(ctl, KEX_CTL_PHYS, &phys), EPERM);
	want("where", ioctl(ctl, KEX_CTL_WHERE, &where), EPERM);
	want("own probe", ioctl(ctl, KEX_CTL_PROBE, &probe), 0);
	want("own watch", ioctl(ctl, KEX_CTL_WATCH, &watch), 0);
	want("own evict", ioctl(ctl, KEX_CTL_EVICT, &evict), EINVAL);
	/* Of another, who is there or not */
	memset(&probe.why, 0, sizeof(probe.why));
	probe.frame = 0;
	walk.pid = phys.pid = probe.pid = watch.pid = evict.pid = atoi(pid);
	want("walk", ioctl(ctl, KEX_CTL_WALK, &walk), EPERM);
	want("phys", ioctl(ctl, KEX_CTL_PHYS, &phys), EPERM);
	want("probe", ioctl(ctl, KEX_CTL_PROBE, &probe), EPERM);
	want("watch", ioctl(ctl, KEX_CTL_WATCH, &watch), EPERM);
	want("evict", ioctl(ctl, KEX_CTL_EVICT, &evict), EPERM);
	probe.pid = 4194303;
	want("probe of nobody", ioctl(ctl, KEX_CTL_PROBE, &probe), EPERM);
	if (memcmp(answer, fresh, sizeof(fresh)) || where.carveout[0] || probe.frame ||
	    walk.next || phys.next || walk.nr != KEX_CTL_WALK_MIN)
		die("a refusal told something");
	printf("nothing was told\n");
}

/*
 * race
 */

static volatile bool stop;
static char *arena;
#define ARENA	((size_t)64 << 20)

/* Makes page tables of each level come and go, in the ways that there are */
static void *churn(void *arg)
{
	unsigned int half = (uintptr_t)arg, round = 0;
	char *at;

	while (!stop) {
		size_t off = (round++ * 7919 % 8 + half * 8) * (ARENA / 16);

		at = mmap(arena + off, ARENA / 16, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (at == MAP_FAILED)
			continue;
		madvise(at, ARENA / 16, round % 3 ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
		at[0] = 1;
		at[ARENA / 32] = 1;
		at[ARENA / 16 - 1] = 1;
		if (round % 2)
			madvise(at, ARENA / 16, MADV_DONTNEED);
		else
			munmap(at, ARENA / 16);
	}
	return NULL;
}

static void race(unsigned long ms)
{
	static struct kex_ctl_entry entries[512];
	static struct kex_ctl_run runs[512];
	uint64_t end = now_ms() + ms;
	unsigned long walks = 0;
	pthread_t threads[2];
	unsigned int i;

	arena = map_anon(ARENA, PROT_NONE);
	for (i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, churn, (void *)(uintptr_t)i))
			die("no thread");
	for (; now_ms() < end; walks++) {
		struct kex_ctl_walk walk = { .argsz = sizeof(walk), .addr = (uintptr_t)arena,
			.len = ARENA, .nr = 512, .entries = (uintptr_t)entries };
		struct kex_ctl_phys phys = { .argsz = sizeof(phys), .addr = (uintptr_t)arena,
			.len = ARENA, .nr = 512, .runs = (uintptr_t)runs };

		if (ioctl(ctl, KEX_CTL_WALK, &walk) || ioctl(ctl, KEX_CTL_PHYS, &phys))
			die("%s", errno_name(errno));
		for (i = 0; i < walk.nr; i++)
			if (entries[i].flags & KEX_ENTRY_PRESENT &&
			    !(entries[i].flags & KEX_ENTRY_TABLE) &&
			    entries[i].frame != KEX_FRAME_ANON &&
			    entries[i].frame != KEX_FRAME_ZERO &&
			    entries[i].frame != KEX_FRAME_DRIVER)
				die("an entry of anonymous memory is %u: %llx", entries[i].frame,
				    (unsigned long long)entries[i].value);
	}
	stop = true;
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	if (!walks)
		die("no walk");
	printf("it stands\n");
}

/*
 * watches
 */

static int watch_of(pid_t pid, const void *at, size_t len)
{
	struct kex_ctl_watch arg = { .argsz = sizeof(arg), .pid = pid, .addr = (uintptr_t)at,
		.len = len };
	int fd = ioctl(ctl, KEX_CTL_WATCH, &arg);

	if (fd < 0)
		die("CTL_WATCH: %s", errno_name(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void watches(unsigned long count)
{
	struct rlimit limit = { count + 64, count + 64 };
	struct kex_ctl_event event;
	int *fds = calloc(count, sizeof(*fds));
	char *at = map_anon(4 * page, PROT_READ | PROT_WRITE);
	unsigned long i;

	if (!fds || setrlimit(RLIMIT_NOFILE, &limit))
		die("limit of descriptors: %s", errno_name(errno));
	memset(at, 1, 4 * page);
	for (i = 0; i < count; i++)
		fds[i] = watch_of(0, at, i % 2 ? page : 4 * page);
	if (munmap(at + page, page))
		die("munmap");
	for (i = 0; i < count; i++) {
		ssize_t got = read(fds[i], &event, sizeof(event));

		if (i % 2 ? got >= 0 || errno != EAGAIN : got != sizeof(event))
			die("watch %lu: %zd, %s", i, got, errno_name(errno));
		if (!(i % 2) && (event.cause != KEX_CAUSE_UNMAP ||
				 event.start > (uintptr_t)at + page || event.end <= event.start))
			die("watch %lu: cause %u, %llx-%llx", i, event.cause,
			    (unsigned long long)event.start, (unsigned long long)event.end);
		close(fds[i]);
	}
	printf("%lu watches saw it\n", count);
}

static int try_watch(const void *at)
{
	struct kex_ctl_watch arg = { .argsz = sizeof(arg), .addr = (uintptr_t)at, .len = page };

	return ioctl(ctl, KEX_CTL_WATCH, &arg);
}

static void toomany(void)
{
	char *at = map_anon(page, PROT_READ | PROT_WRITE);
	int fds[KEX_CTL_WATCHES], i;

	for (i = 0; i < KEX_CTL_WATCHES; i++) {
		fds[i] = try_watch(at);
		if (fds[i] < 0)
			die("watch %d: %s", i, errno_name(errno));
	}
	if (try_watch(at) >= 0 || errno != EMFILE)
		die("one more: %s", errno_name(errno));
	close(fds[7]);
	fds[7] = try_watch(at);
	if (fds[7] < 0)
		die("in place of another: %s", errno_name(errno));
	if (try_watch(at) >= 0 || errno != EMFILE)
		die("again one more: %s", errno_name(errno));
	printf("%d, and no more\n", KEX_CTL_WATCHES);
}

static void *live_on(void *leader)
{
	char *at = map_anon(page, PROT_READ | PROT_WRITE);

	pthread_join(*(pthread_t *)leader, NULL);
	*at = 1;
	printf("%p\n", (void *)at);
	fflush(stdout);
	pause();
	return NULL;
}

static void leaderless(void)
{
	static pthread_t leader;
	pthread_t thread;

	leader = pthread_self();
	if (pthread_create(&thread, NULL, live_on, &leader))
		die("pthread_create");
	pthread_exit(NULL);
}

static void lost(unsigned long count)
{
	char *at = map_anon(page, PROT_READ | PROT_WRITE);
	struct kex_ctl_event events[KEX_CTL_WATCH_EVENTS * 2];
	int fd = watch_of(0, at, page);
	unsigned long i, seen = 0, missed = 0, parts = 0;
	ssize_t got;

	*at = 1;
	for (i = 0; i < count; i++)
		if (mprotect(at, page, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ))
			die("mprotect");
	while ((got = read(fd, events, sizeof(events))) > 0) {
		for (i = 0; i < got / sizeof(*events); i++) {
			missed += events[i].lost;
			seen += events[i].cause == KEX_CAUSE_PROTECT_VMA;
			parts += events[i].cause == KEX_CAUSE_LOST;
		}
	}
	if (seen + missed != count || seen != KEX_CTL_WATCH_EVENTS || parts != 1)
		die("%lu seen, %lu lost, of %lu; %lu times said so", seen, missed, count, parts);
	mprotect(at, page, PROT_READ);
	if (read(fd, events, sizeof(events)) != sizeof(*events) || events[0].lost)
		die("the next one is not as new");
	printf("%lu seen and %lu counted\n", seen, missed);
}

static void again(void)
{
	static const uint32_t causes[] = { KEX_CAUSE_UNMAP, KEX_CAUSE_CLEAR };
	char *at = map_anon(page, PROT_READ | PROT_WRITE);
	struct kex_ctl_event event;
	int fd = watch_of(0, at, page);
	size_t i;

	*at = 1;
	munmap(at, page);
	if (mmap(at, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) != at)
		die("mmap");
	*at = 1;
	madvise(at, page, MADV_DONTNEED);
	for (i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if (read(fd, &event, sizeof(event)) != sizeof(event) || event.cause != causes[i] ||
		    event.start > (uintptr_t)at || event.end < (uintptr_t)at + page)
			die("event %zu: cause %u, %llx-%llx", i, event.cause,
			    (unsigned long long)event.start, (unsigned long long)event.end);
	if (read(fd, &event, sizeof(event)) >= 0)
		die("cause %u besides", event.cause);
	printf("both are seen\n");
}

static void ends(void)
{
	char *at = map_anon(page, PROT_READ | PROT_WRITE);
	struct kex_ctl_event event;
	struct pollfd poller = { .events = POLLIN };
	int to[2];
	pid_t pid;

	*at = 1;
	if (pipe(to))
		die("pipe");
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)!read(to[0], at, 1);
		_exit(0);
	}
	poller.fd = watch_of(pid, at, page);
	if (poll(&poller, 1, 0) || read(poller.fd, &event, sizeof(event)) >= 0 || errno != EAGAIN)
		die("something happened before anything did");
	if (read(poller.fd, &event, sizeof(event) - 1) >= 0 || errno != EINVAL)
		die("a part of an event can be read");
	if (write(to[1], "x", 1) != 1)
		die("write");
	for (;;) {
		if (poll(&poller, 1, 10000) != 1)
			die("no end");
		if (read(poller.fd, &event, sizeof(event)) != sizeof(event))
			die("read: %s", errno_name(errno));
		if (event.cause == KEX_CAUSE_EXIT)
			break;
		/* The copy on write of what the child reads into */
		if (event.cause != KEX_CAUSE_CLEAR)
			die("cause %u", event.cause);
	}
	if (read(poller.fd, &event, sizeof(event)))
		die("something behind the end");
	if (poll(&poller, 1, 0) != 1 || !(poller.revents & POLLHUP))
		die("no POLLHUP");
	waitpid(pid, NULL, 0);
	close(poller.fd);
	printf("it ends\n");
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	open_all();
	if (!strcmp(verb, "agree") && argc > 3) {
		seed = strtoull(argv[3], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
		agree(strtoul(argv[2], NULL, 0), argc > 4 ? argv[4] : NULL);
	} else if (!strcmp(verb, "huge") && argc > 2) {
		huge(strtoull(argv[2], NULL, 0));
	} else if (!strcmp(verb, "hugezero") && argc > 2) {
		hugezero(strtoull(argv[2], NULL, 0));
	} else if (!strcmp(verb, "high")) {
		high();
	} else if (!strcmp(verb, "swap")) {
		swap();
	} else if (!strcmp(verb, "probe") && argc > 3) {
		return probe(argv[2], argv[3], argc > 4 ? argv[4] : NULL);
	} else if (!strcmp(verb, "errors") && argc > 2) {
		errors(argv[2]);
	} else if (!strcmp(verb, "rights") && argc > 2) {
		rights(argv[2]);
	} else if (!strcmp(verb, "race") && argc > 2) {
		race(strtoul(argv[2], NULL, 0));
	} else if (!strcmp(verb, "watches") && argc > 2) {
		watches(strtoul(argv[2], NULL, 0));
	} else if (!strcmp(verb, "toomany")) {
		toomany();
	} else if (!strcmp(verb, "leaderless")) {
		leaderless();
	} else if (!strcmp(verb, "lost") && argc > 2) {
		lost(strtoul(argv[2], NULL, 0));
	} else if (!strcmp(verb, "again")) {
		again();
	} else if (!strcmp(verb, "ends")) {
		ends();
	} else {
		die("usage: kexpage VERB ... (see the head of kexpage.c)");
	}
	return 0;
}
