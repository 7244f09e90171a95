// SPDX-License-Identifier: GPL-2.0-only
/*
 * What lending costs: window FILE PIECES
 *
 * Maps PIECES pages of the region FILE into an anonymous window by one call,
 * every other page of it in reverse order, so that no two become one; touches
 * them, and unmaps them by one call. Prints a line with what was spent on map,
 * touch and unmap, in all and per piece. Of several rounds the least counts.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kex.h>

#include "cost.h"

enum step { MAP, TOUCH, UNMAP, NR_STEPS };

static struct kex_window_piece *pieces_of(int fd, unsigned int nr, size_t page)
{
	struct kex_window_piece *pieces = calloc(nr, sizeof(*pieces));
	unsigned int i;

	if (!pieces)
		err(1, "calloc");
	for (i = 0; i < nr; i++) {
		pieces[i].region_fd = fd;
		pieces[i].woff = 2 * i * page;
		pieces[i].roff = (nr - 1 - i) * page;
		pieces[i].len = page;
	}
	return pieces;
}

int main(int argc, char **argv)
{
	struct kex_window_create create = { .argsz = sizeof(create) };
	struct kex_window_unmap unmap = { .argsz = sizeof(unmap) };
	struct kex_window_map map = { .argsz = sizeof(map) };
	size_t page = sysconf(_SC_PAGESIZE);
	unsigned long long t[NR_STEPS + 1], spent[NR_STEPS];
	volatile char *p;
	unsigned int i;
	int fd, round;

	if (argc != 3)
		errx(1, "usage: window FILE PIECES");
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		err(1, "%s", argv[1]);
	map.nr = strtoul(argv[2], NULL, 0);
	map.pieces = (uintptr_t)pieces_of(fd, map.nr, page);
	create.size = 2 * map.nr * page;
	map.window_fd = ioctl(fd, KEX_WINDOW_CREATE, &create);
	if (map.window_fd < 0)
		err(1, "create");
	unmap.window_fd = map.window_fd;
	unmap.len = create.size;
	p = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, map.window_fd, 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	for (round = 0; round < ROUNDS; round++) {
		t[MAP] = now();
		if (ioctl(fd, KEX_WINDOW_MAP, &map))
			err(1, "map");
		t[TOUCH] = now();
		for (i = 0; i < map.nr; i++)
			p[2 * i * page] = 1;
		t[UNMAP] = now();
		if (ioctl(fd, KEX_WINDOW_UNMAP, &unmap))
			err(1, "unmap");
		t[NR_STEPS] = now();
		keep_least(spent, t, NR_STEPS, round);
	}
	printf("%6u", map.nr);
	for (i = 0; i < NR_STEPS; i++)
		printf(" %10llu %9.1f", spent[i], (double)spent[i] / map.nr);
	printf("\n");
	return 0;
}
