/* SPDX-License-Identifier: GPL-2.0-only */
/* What the processes of kexstress share. */
#ifndef KEX_STRESS_H
#define KEX_STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bats/progs/util.h"

#define NR_REGIONS	6
#define MAX_PAGES	48

/* Of a page's counter: what it is, or is about to become; it only grows */
enum page_state {
	PAGE_THERE,
	PAGE_GOING,
	PAGE_HELD,
	PAGE_COMING,
	PAGE_STATES
};

/*
 * A region, of which there is one life after the other. A life's number is even
 * while it is up, and grows before anything is done to end it.
 */
struct region {
	char name[16];
	char carveout[16];
	atomic_ulong life;
	atomic_ulong over;		/* lives up to this one: no byte is reachable */
	atomic_uint pages;		/* of the life that is up */
	atomic_uint hole;		/* likewise, KEX_HOLE_* */
	atomic_uint page[MAX_PAGES];	/* enum page_state, by page */
};

struct shared {
	struct region region[NR_REGIONS];
	atomic_bool stop;
	atomic_bool failed;
	/* What was done */
	atomic_ulong lives, holds, restores, evicts, looks, held_looks, sigbuses;
	atomic_ulong writes, forks, kills, unbinds;
};

extern struct shared *shared;
extern size_t page;

/* A mapping of a part of a region */
struct view {
	struct region *region;
	unsigned long life;
	unsigned int hole;
	unsigned int first;		/* page of the region */
	unsigned int pages;
	bool writable;
	char *addr;
};

/* Something that must never be: says so and ends everything */
_Noreturn void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A number below a limit, or from a range of pages */
void draw_seed(uint64_t seed);
unsigned int draw(unsigned int limit);
void draw_pages(unsigned int pages, unsigned int *first, unsigned int *nr);

/* The word that belongs at an offset of a region in a life of it */
uint64_t pattern(unsigned long life, uint64_t off);
/* Whether a word is the region's own: its pattern or what a client wrote there */
bool word_is_own(unsigned long life, uint64_t off, uint64_t value);

void look_init(void);
void look(const struct view *view, unsigned int nr);
void scribble(const struct view *view);

/* Dies unless the result is 0 or one of the errnos, between zeroes */
bool may(long ret, const char *what, const int *allowed);
#define MAY(ret, what, ...) may(ret, what, (const int[]){ 0, ##__VA_ARGS__, 0 })

/* ioctl() with a struct kex_range: 0 or -errno */
int range_call(int fd, unsigned long call, unsigned int first, unsigned int nr);

void owner(struct region *region);
void client(void);

#endif
