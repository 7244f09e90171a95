// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mapping costs: map NAME FILE OFFSET SIZE [EVICT ENTRY]
 *
 * Prints a line with NAME and what was spent on mmap, first and second write of
 * a byte a page (per page), munmap, and on mmap, first write and munmap in all;
 * with EVICT (the file to write 1 to) and ENTRY (the bytes of a page-table entry)
 * also on an evict (per entry) and on the refault (per page). With the lab's
 * --icount a guest nanosecond is a guest instruction. Of several rounds the least
 * counts.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cost.h"

enum step { MMAP, FIRST, SECOND, EVICT, REFAULT, MUNMAP, NR_STEPS };

static void touch(volatile char *p, size_t size, size_t page)
{
	size_t off;

	for (off = 0; off < size; off += page)
		p[off] = 1;
}

static void evict(int fd)
{
	if (pwrite(fd, "1", 1, 0) != 1)
		err(1, "evict");
}

/* Leaves in t when each step began, and when the last one ended */
static void one_round(int fd, off_t offset, size_t size, int evict_fd, unsigned long long *t)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *p;

	t[MMAP] = now();
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	t[FIRST] = now();
	if (p == MAP_FAILED)
		err(1, "mmap");
	touch(p, size, page);
	t[SECOND] = now();
	touch(p, size, page);
	t[EVICT] = now();
	if (evict_fd >= 0)
		evict(evict_fd);
	t[REFAULT] = now();
	if (evict_fd >= 0)
		touch(p, size, page);
	t[MUNMAP] = now();
	munmap(p, size);
	t[NR_STEPS] = now();
}

int main(int argc, char **argv)
{
	unsigned long long t[NR_STEPS + 1], spent[NR_STEPS];
	int fd, evict_fd = -1, i;
	size_t size, pages;

	if (argc != 5 && argc != 7)
		errx(1, "usage: map NAME FILE OFFSET SIZE [EVICT ENTRY]");
	fd = open(argv[2], O_RDWR | O_SYNC);
	if (fd < 0)
		err(1, "%s", argv[2]);
	if (argc > 5)
		evict_fd = open(argv[5], O_WRONLY);
	size = strtoull(argv[4], NULL, 0);
	pages = size / sysconf(_SC_PAGESIZE);
	for (i = 0; i < ROUNDS; i++) {
		one_round(fd, strtoull(argv[3], NULL, 0), size, evict_fd, t);
		keep_least(spent, t, NR_STEPS, i);
	}
	printf("%-14s %10llu %10.1f %10.1f %10llu %12llu", argv[1], spent[MMAP],
	       (double)spent[FIRST] / pages, (double)spent[SECOND] / pages, spent[MUNMAP],
	       spent[MMAP] + spent[FIRST] + spent[MUNMAP]);
	if (evict_fd >= 0)
		printf(" %10.1f %10.1f",
		       (double)spent[EVICT] / ((double)size / strtoull(argv[6], NULL, 0)),
		       (double)spent[REFAULT] / pages);
	printf("\n");
	return 0;
}
