/* SPDX-License-Identifier: GPL-2.0-only */
/* What the processes of kexstress share about pools. */
#ifndef KEX_STRESS_POOL_H
#define KEX_STRESS_POOL_H

#include <sys/types.h>

#include "stress.h"

/* Four times as much as the pools have together, and the children's beside */
#define AREA_SIZE	(4UL << 20)
/* Most pages that the device, or a check, gets at once */
#define FEW_PAGES	16

#define RACE_PAGES	8
#define NR_RACERS	2

/* Memory of a process, and what it knows about it */
struct tenant {
	unsigned int nr;
	uint64_t owner;			/* no two live ones have the same */
	uint64_t version;		/* of the page that was written last */
	char *area;
	unsigned int pages;
	uint64_t *stamp;		/* of each page; 0 for zeroes */
	uint64_t *buffer;		/* for FEW_PAGES pages */
	struct pool *pool;		/* of which @fd is, if not -1 */
	unsigned long life;
	int fd;
	bool child;
	unsigned int kids;
	pid_t kid;			/* the last one */
};

/*
 * A word says whose it is, and of what: 13 bits of the owner's number, 14 of the
 * page's when it was written, 24 of its version, 13 of the word's.
 */
#define OWNER_SHIFT	51
#define PAGE_SHIFT	37
#define VERSION_SHIFT	13
#define OWNERS		((1U << (64 - OWNER_SHIFT)) - 1)

/* A new stamp for a page, in the buffer's page @at; what is written is the caller's */
uint64_t stamp_make(struct tenant *t, unsigned int nr, unsigned int at);
/* Dies unless the words are those of a page */
void stamp_check(const struct tenant *t, unsigned int nr, const uint64_t *words,
		 const char *how);

/* One of those that are up; the file belongs to the life that is the same after */
bool pool_open(struct tenant *t);
/* ioctl() on the pool that is open: 0 or -errno; it is closed after ENODEV */
int pool_call(struct tenant *t, unsigned long call, void *arg);
/* KEX_MIGRATE; of what others have done meanwhile nothing is known */
void pool_migrate(struct tenant *t, pid_t pid, const char *addr, unsigned int pages,
		  bool home);
/* KEX_PEEK, KEX_POKE: bytes done, or -errno */
long pool_device(struct tenant *t, const void *addr, void *buf, size_t len, bool write);

/* What the mirror does, by the calls of the kernel's test device */
void mirror_read(struct tenant *t, unsigned int first, unsigned int nr);
void mirror_write(struct tenant *t, unsigned int first, unsigned int nr);
void mirror_own(struct tenant *t, unsigned int nr);

/* Threads that count in pages which move meanwhile */
void race_start(void);
void race_look(struct tenant *t);
/* Around fork(), for the child, which has the pages and no threads */
void race_before_fork(void);
void race_in_child(void);

#endif
