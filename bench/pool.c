// SPDX-License-Identifier: GPL-2.0-only
/*
 * pool: what migration costs, per page, under --icount
 *
 *   pool NAME /dev/kex/POOL | /dev/hmm_dmirror0 [huge]
 *
 * Prints nanoseconds, which are instructions there: a page in, a page home by a
 * CPU fault in order and at random, a page home in bulk. Of three rounds the last.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kex.h>

#include "cost.h"

#define SIZE	(16UL << 20)
#define BIG	(2UL << 20)

/* lib/test_hmm_uapi.h */
struct hmm_cmd {
	uint64_t addr, ptr, npages, cpages, faults;
};

#define HMM_TO_DEV	_IOWR('H', 0x02, struct hmm_cmd)
#define HMM_TO_SYS	_IOWR('H', 0x03, struct hmm_cmd)

static char *area, *copy;
static size_t page;
static int fd, is_kex;

static void migrate(int home)
{
	struct hmm_cmd cmd = { .addr = (uintptr_t)area, .ptr = (uintptr_t)copy,
			       .npages = SIZE / page };
	struct kex_migrate arg = { .argsz = sizeof(arg), .to = home, .addr = (uintptr_t)area,
				   .len = SIZE };
	uint64_t moved;
	int ret;

	ret = is_kex ? ioctl(fd, KEX_MIGRATE, &arg) :
		       ioctl(fd, home ? HMM_TO_SYS : HMM_TO_DEV, &cmd);
	if (ret) {
		perror("migrate");
		exit(1);
	}
	moved = is_kex ? arg.moved : cmd.cpages;
	if (moved != SIZE / page && !(home && !is_kex && moved))
		fprintf(stderr, "%s: %lu of %lu pages\n", home ? "home" : "in",
			(unsigned long)moved, (unsigned long)(SIZE / page));
}

static uint64_t in(void)
{
	uint64_t start = now();

	migrate(0);
	return now() - start;
}

static uint64_t in_order(void)
{
	uint64_t start = now();
	size_t i;

	for (i = 0; i < SIZE; i += page)
		(void)*(volatile char *)(area + i);
	return now() - start;
}

/* Every page once, and no two in a row that are neighbours */
static uint64_t at_random(void)
{
	uint64_t start = now();
	size_t i, n = SIZE / page;

	for (i = 0; i < n; i++)
		(void)*(volatile char *)(area + i * 1237 % n * page);
	return now() - start;
}

static uint64_t bulk(void)
{
	uint64_t start = now();

	migrate(1);
	return now() - start;
}

int main(int argc, char **argv)
{
	uint64_t cost[4];
	int round;

	if (argc < 3)
		return 1;
	page = sysconf(_SC_PAGESIZE);
	is_kex = !strstr(argv[2], "hmm_dmirror");
	fd = open(argv[2], O_RDWR);
	area = mmap(NULL, SIZE + BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	copy = malloc(SIZE);
	if (fd < 0 || area == MAP_FAILED || !copy) {
		perror(argv[2]);
		return 1;
	}
	area = (char *)(((uintptr_t)area + BIG - 1) & ~(BIG - 1));
	madvise(area, SIZE, argc > 3 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	memset(area, 1, SIZE);
	memset(copy, 1, SIZE);
	for (round = 0; round < 3; round++) {
		cost[0] = in();
		cost[1] = in_order();
		migrate(0);
		cost[2] = at_random();
		migrate(0);
		cost[3] = bulk();
		if (argc > 3) {
			/* What came home page by page is no huge page any more */
			madvise(area, SIZE, MADV_DONTNEED);
			memset(area, 1, SIZE);
		}
	}
	printf("%-16s %8lu %8lu %9lu %8lu\n", argv[1], (unsigned long)(cost[0] * page / SIZE),
	       (unsigned long)(cost[1] * page / SIZE), (unsigned long)(cost[2] * page / SIZE),
	       (unsigned long)(cost[3] * page / SIZE));
	return 0;
}
