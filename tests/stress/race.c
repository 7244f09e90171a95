// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that move while threads write them. Each thread has a word of its own in
 * every page, and counts in it: so nothing that was written may be lost.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pool.h"

/* Rounds without a pause: all threads of all tenants share the processors */
#define ROUNDS	200

static char *area;
/* What is in the words, or is one more: written after them */
static atomic_ulong count[NR_RACERS][RACE_PAGES];
/* Of a child, which has no such threads: at least, and then just what is there */
static uint64_t least[NR_RACERS][RACE_PAGES];
static bool frozen;

static volatile uint64_t *word(unsigned int racer, unsigned int nr)
{
	return (volatile uint64_t *)(area + nr * page) + racer * 8 + nr;
}

static void *race(void *arg)
{
	unsigned int racer = (uintptr_t)arg, nr, round = 0;
	uint64_t mine[RACE_PAGES] = { 0 }, got;

	for (;;) {
		for (nr = 0; nr < RACE_PAGES; nr++) {
			got = *word(racer, nr);
			if (got != mine[nr])
				wrong("racer %u: page %u at %p has %llu, not %llu", racer, nr,
				      word(racer, nr), (unsigned long long)got,
				      (unsigned long long)mine[nr]);
			*word(racer, nr) = ++mine[nr];
			count[racer][nr] = mine[nr];
		}
		/* Lets the others in; nothing depends on it */
		if (++round % ROUNDS == 0)
			usleep(1000);
	}
	return NULL;
}

void race_start(void)
{
	pthread_t thread;
	uintptr_t i;

	area = mmap(NULL, RACE_PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	if (area == MAP_FAILED)
		wrong("no memory for racers");
	for (i = 0; i < NR_RACERS; i++)
		if (pthread_create(&thread, NULL, race, (void *)i))
			wrong("no racer");
}

static uint64_t read_word(struct tenant *t, unsigned int racer, unsigned int nr, bool device)
{
	uint64_t value;

	if (device && MAY(pool_device(t, (const void *)word(racer, nr), &value, sizeof(value),
				      false), "peek at a racer", ENXIO, EBUSY, ENODEV))
		return value;
	return *word(racer, nr);
}

static void look_one(struct tenant *t, unsigned int racer, unsigned int nr)
{
	uint64_t low = frozen ? least[racer][nr] : count[racer][nr], high, got;

	got = read_word(t, racer, nr, draw(2));
	high = frozen ? low : count[racer][nr] + 1;
	if (got < low || got > high)
		wrong("%s %u: page %u at %p has %llu, not %llu to %llu",
		      frozen ? "a child of racer" : "racer", racer, nr, word(racer, nr),
		      (unsigned long long)got, (unsigned long long)low,
		      (unsigned long long)high);
}

void race_look(struct tenant *t)
{
	unsigned int first, nr, i;

	if (!area)
		return;
	draw_pages(RACE_PAGES, &first, &nr);
	pool_migrate(t, 0, area + first * page, nr, !draw(4));
	for (i = 0; i < NR_RACERS * RACE_PAGES; i++)
		look_one(t, i % NR_RACERS, i / NR_RACERS);
	did(DID_POOL_RACE);
}

void race_before_fork(void)
{
	unsigned int i, nr;

	for (i = 0; i < NR_RACERS; i++)
		for (nr = 0; nr < RACE_PAGES; nr++)
			least[i][nr] = count[i][nr];
}

void race_in_child(void)
{
	unsigned int i, nr;

	frozen = true;
	for (i = 0; area && i < NR_RACERS; i++) {
		for (nr = 0; nr < RACE_PAGES; nr++) {
			uint64_t got = *word(i, nr);

			if (got < least[i][nr])
				wrong("a child of racer %u: page %u at %p has %llu, not %llu",
				      i, nr, word(i, nr), (unsigned long long)got,
				      (unsigned long long)least[i][nr]);
			least[i][nr] = got;
		}
	}
}
