// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexrounds: what is left after many regions have come and gone?
 *
 *   kexrounds CARVEOUT WARMUP ROUNDS
 *
 * A round makes a region through configfs, maps it, writes, evicts, reads back,
 * holds, restores and deletes it; size, cache attribute, populate and hole differ from round
 * to round. Prints the differences between after the warm-up and after the
 * rounds: "free BYTES memory KIB slab KIB". Memory is MemFree and the
 * per-CPU pages together: MemFree alone does not move when a few pages are
 * freed.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/kex.h>
#include <linux/membarrier.h>

#include "util.h"

#define NAME "round"

struct sums {
	long free;
	long memory;
	long slab;
};

static char dir[256];

static void must(int ret, const char *what, int round)
{
	if (ret < 0)
		die("round %d: %s: %s", round, what, errno_name(-ret));
}

static void set(const char *attr, const char *value, int round)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	must(write_text(path, value), attr, round);
}

/* What holes show is freed with the file */
static void hold_and_restore(int fd, volatile uint64_t *word, struct kex_range *range,
			     const char *hole, int round)
{
	must(ioctl(fd, KEX_HOLD, range) ? -errno : 0, "hold", round);
	if ((*hole == 'z' || !strcmp(hole, "scratch")) && word[0])
		die("round %d: the hole is not zero", round);
	if (!strcmp(hole, "scratch"))
		word[0] = 1;
	must(ioctl(fd, KEX_RESTORE, range) ? -errno : 0, "restore", round);
	if (word[0] != ~0ULL)
		die("round %d: lost the first word", round);
}

static void one_round(int round)
{
	static const char * const caches[] = {
		"write-back", "write-combine", "uncached", "device"
	};
	static const char * const holes[] = { "sigbus", "zero", "wait", "scratch" };
	size_t len = sysconf(_SC_PAGESIZE) << (round % 5), i;
	struct kex_range range = { .argsz = sizeof(range), .len = len };
	volatile uint64_t *word;
	char text[32];
	int fd;

	must(mkdir(dir, 0777) ? -errno : 0, "mkdir", round);
	snprintf(text, sizeof(text), "%zu\n", len);
	set("size", text, round);
	set("cache", caches[round % 4], round);
	set("populate", round & 1 ? "lazy" : "eager", round);
	set("hole", holes[round / 4 % 4], round);
	set("live", "1\n", round);
	fd = open(KEX_DEV "/" NAME, O_RDWR | O_CLOEXEC);
	must(fd < 0 ? -errno : 0, "open", round);
	word = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(word == MAP_FAILED ? -errno : 0, "mmap", round);
	for (i = 0; i < len / 8; i += 64) {
		if (word[i])
			die("round %d: not zero at %zu", round, i * 8);
		word[i] = ~i;
	}
	must(ioctl(fd, KEX_EVICT, &range) ? -errno : 0, "evict", round);
	for (i = 0; i < len / 8; i += 64)
		if (word[i] != ~i)
			die("round %d: lost the word at %zu", round, i * 8);
	hold_and_restore(fd, word, &range, holes[round / 4 % 4], round);
	munmap((void *)word, len);
	close(fd);
	set("live", "0\n", round);
	must(rmdir(dir) ? -errno : 0, "rmdir", round);
}

/* Give the slabs without objects back, those of each CPU too */
static void shrink_slabs(void)
{
	glob_t found;
	size_t i;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &found))
		die("no /sys/kernel/slab");
	for (i = 0; i < found.gl_pathc; i++)
		write_text(found.gl_pathv[i], "1\n");
	globfree(&found);
}

static struct sums measure_once(const char *carveout)
{
	struct sums sums;
	char path[300];

	shrink_slabs();
	snprintf(path, sizeof(path), "%s/%s/free", KEX_CONFIGFS, carveout);
	sums.free = read_number(path);
	sums.memory = free_memory();
	sums.slab = meminfo("SReclaimable:") + meminfo("SUnreclaim:");
	return sums;
}

/*
 * The kernel keeps what was freed: dentries and inodes in their caches,
 * objects until a grace period is over, empty slabs, and the addresses of
 * ended kernel mappings, one of which every region has, until they sum up to
 * 64 MiB. All of it is asked back, until two looks agree; the addresses by one
 * more region, as large as the carve-out. What stays then is what was lost.
 */
static struct sums measure(const char *carveout)
{
	uint64_t limit = now_ms() + 10000;
	struct sums sums, last = { 0 };
	char path[300], size[32];

	snprintf(path, sizeof(path), "%s/%s/size", KEX_CONFIGFS, carveout);
	must(read_text(path, size, sizeof(size)), "size of the carve-out", -1);
	must(mkdir(dir, 0777) ? -errno : 0, "mkdir", -1);
	set("size", size, -1);
	set("cache", "write-combine\n", -1);
	set("scrub", "0\n", -1);
	set("live", "1\n", -1);
	set("live", "0\n", -1);
	must(rmdir(dir) ? -errno : 0, "rmdir", -1);

	must(write_text("/proc/sys/vm/drop_caches", "3\n"), "drop_caches", -1);
	sums = measure_once(carveout);
	do {
		last = sums;
		if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
			die("membarrier: %s", errno_name(errno));
		sums = measure_once(carveout);
	} while (memcmp(&sums, &last, sizeof(sums)) && now_ms() < limit);
	return sums;
}

int main(int argc, char **argv)
{
	struct sums before, after;
	int round, warmup, rounds;

	if (argc != 4)
		die("usage: kexrounds CARVEOUT WARMUP ROUNDS");
	warmup = parse_size(argv[2]);
	rounds = parse_size(argv[3]);
	snprintf(dir, sizeof(dir), "%s/%s/regions/" NAME, KEX_CONFIGFS, argv[1]);
	for (round = 0; round < warmup; round++)
		one_round(round);
	before = measure(argv[1]);
	for (round = 0; round < rounds; round++)
		one_round(round);
	after = measure(argv[1]);
	printf("free %ld memory %ld slab %ld\n", before.free - after.free,
	       before.memory - after.memory, after.slab - before.slab);
	return 0;
}
