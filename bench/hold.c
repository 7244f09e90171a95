// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hold of a whole region costs: hold NAME FILE SIZE LENGTH
 *
 * Maps the first LENGTH bytes of the region FILE of SIZE bytes, touches the first
 * page, and prints a line with NAME and what was spent on hold, restore and
 * the touch after it. Of several rounds the least counts.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kex.h>

#include "cost.h"

enum step { HOLD, RESTORE, TOUCH, NR_STEPS };

int main(int argc, char **argv)
{
	unsigned long long t[NR_STEPS + 1], spent[NR_STEPS];
	struct kex_range range = { .argsz = sizeof(range) };
	volatile char *p;
	int fd, i;

	if (argc != 5)
		errx(1, "usage: hold NAME FILE SIZE LENGTH");
	fd = open(argv[2], O_RDWR);
	if (fd < 0)
		err(1, "%s", argv[2]);
	range.len = strtoull(argv[3], NULL, 0);
	p = mmap(NULL, strtoull(argv[4], NULL, 0), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	p[0] = 1;
	for (i = 0; i < ROUNDS; i++) {
		t[HOLD] = now();
		if (ioctl(fd, KEX_HOLD, &range))
			err(1, "hold");
		t[RESTORE] = now();
		if (ioctl(fd, KEX_RESTORE, &range))
			err(1, "restore");
		t[TOUCH] = now();
		p[0] = 1;
		t[NR_STEPS] = now();
		keep_least(spent, t, NR_STEPS, i);
	}
	printf("%-30s %8llu %8llu %8llu\n", argv[1], spent[HOLD], spent[RESTORE], spent[TOUCH]);
	return 0;
}
