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
#define NR_WINDOWS	3
#define MAX_PAGES	48
#define NR_POOLS	2
#define NR_TENANTS	6
#define NR_MAYFLIES	1

/* What is done, and counted: none may be missing in the end */
enum deed {
	DID_LIFE,
	DID_HOLD,
	DID_RESTORE,
	DID_EVICT,
	DID_LIVE_0,
	DID_REVOKE,
	DID_UNBIND,
	DID_RMDIR,
	DID_MAP,
	DID_MOVE,
	DID_CUT,
	DID_PROTECT,
	DID_FORK,
	DID_CLIENT_EVICT,
	DID_READ,
	DID_TOLD,
	DID_INSPECT,
	DID_WRITE,
	DID_LOOK,
	DID_LOOK_HELD,
	DID_SIGBUS,
	DID_KILL,
	DID_WINDOW_NAMED,
	DID_WINDOW_ANONYMOUS,
	DID_WINDOW_PASS,
	DID_WINDOW_MAP,
	DID_WINDOW_MAP_TEXT,
	DID_WINDOW_REFUSED,
	DID_WINDOW_UNMAP,
	DID_WINDOW_HOLD,
	DID_WINDOW_RESTORE,
	DID_WINDOW_EVICT,
	DID_WINDOW_MMAP,
	DID_WINDOW_FORK,
	DID_WINDOW_WRITE,
	DID_WINDOW_LOOK,
	DID_WINDOW_LOOK_LENT,
	DID_WINDOW_LOOK_HELD,
	DID_WINDOW_LOOK_GONE,
	DID_WINDOW_LOOK_NONE,
	DID_WINDOW_LIVE_0,
	DID_WINDOW_REVOKE,
	DID_WINDOW_KILL,
	NR_REGION_DEEDS,

	DID_POOL_LIFE = NR_REGION_DEEDS,
	DID_POOL_LIVE_0,
	DID_POOL_REVOKE,
	DID_POOL_LOST,
	DID_POOL_POLICY,
	DID_POOL_ALGORITHM,
	DID_POOL_MARKS,
	DID_POOL_EVICT,
	DID_POOL_TENANT,
	DID_POOL_PAGES_IN,
	DID_POOL_PAGES_HOME,
	DID_POOL_PAGES_FULL,
	DID_POOL_PAGES_FOREIGN,
	DID_POOL_OTHER,
	DID_POOL_LOOK,
	DID_POOL_WRITE,
	DID_POOL_PEEK,
	DID_POOL_POKE,
	DID_POOL_POKE_REFUSED,
	DID_POOL_MIRROR_READ,
	DID_POOL_MIRROR_WRITE,
	DID_POOL_OWN,
	DID_POOL_RACE,
	DID_POOL_DONTNEED,
	DID_POOL_MUNMAP,
	DID_POOL_MREMAP,
	DID_POOL_PROTECT,
	DID_POOL_PIPE,
	DID_POOL_FORK,
	DID_POOL_EXEC,
	DID_POOL_KILL,
	DID_POOL_MAYFLY,
	NR_DEEDS
};

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
	atomic_uint cache;		/* likewise, KEX_CACHE_* */
	atomic_ulong lent[NR_WINDOWS];	/* the last life lent to each window, or 0 */
	atomic_uint page[MAX_PAGES];	/* enum page_state, by page */
};

/* What a page of a window shows; while that changes, seq is odd */
struct slot {
	atomic_uint seq;
	atomic_uint region;		/* its number, or NR_REGIONS for nothing */
	atomic_ulong life;
	atomic_uint page;
	atomic_bool held;		/* in the window, whatever is lent */
};

/* A window, numbered as a region's lives are */
struct window {
	atomic_ulong life;
	atomic_ulong over;
	/* Whose file made it, and whose end is its own: number and life */
	atomic_uint owner;
	atomic_ulong owner_life;
	atomic_bool dying;		/* its owner is being killed */
	struct slot slot[MAX_PAGES];
};

/* A pool, numbered as a region's lives are; it may end before, with its carve-out */
struct pool {
	char name[16];
	char carveout[16];
	bool unbinds;
	atomic_ulong life;
};

/* Whose memory may be moved by others */
struct tenant_place {
	atomic_int pid;
	atomic_uintptr_t area;
};

struct shared {
	uint64_t seed;
	bool has_regions;
	struct region region[NR_REGIONS];
	struct window window[NR_WINDOWS];
	struct pool pool[NR_POOLS];
	struct tenant_place place[2 * NR_TENANTS];	/* children's in the second half */
	atomic_uint owners;
	atomic_bool stop;
	atomic_bool failed;
	atomic_ulong done[NR_DEEDS];
};

extern struct shared *shared;
extern size_t page;

/* A mapping of a part of a region */
struct view {
	struct region *region;
	unsigned long life;
	unsigned int hole;
	unsigned int cache;
	unsigned int first;		/* page of the region */
	unsigned int pages;
	bool writable;
	char *addr;
};

/* Something that must never be: says so, with the seed, and ends everything */
_Noreturn void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A number below a limit, or from a range of pages */
void draw_seed(uint64_t seed);
unsigned int draw(unsigned int limit);
void draw_pages(unsigned int pages, unsigned int *first, unsigned int *nr);

/* The word that belongs at an offset of a region in a life of it */
uint64_t pattern(unsigned long life, uint64_t off);
/*
 * Whether a word is the region's own: its pattern, what a client wrote there, or
 * who looked through a window that it was lent to.
 */
bool word_is_own(const struct region *region, unsigned long life, uint64_t off,
		 uint64_t value);
/* The offset of some word of a page that is for writes */
uint64_t draw_written(void);

/* What is written through a window, in some life of it */
uint64_t window_word(const struct window *window, unsigned long life);
bool word_is_window(const struct window *window, unsigned long life, uint64_t value);

/* What is known of an access: as seen before it, and again after it */
struct facts {
	bool over;	/* the life was over before */
	bool up;	/* it was up all the while */
	bool there;	/* the page was, all the while */
	bool held;	/* likewise */
};

/* Of the region and life of a view; the count is for facts_end() */
unsigned int facts_begin(const struct view *view, unsigned int nr, struct facts *facts);
void facts_end(const struct view *view, unsigned int nr, struct facts *facts,
	       unsigned int count);
/* Whether the access came through; a SIGBUS says no */
bool access_word(volatile uint64_t *at, uint64_t *value, bool write);

void look_init(void);
void look(const struct view *view, unsigned int nr);
void scribble(const struct view *view);

/* Counts */
void did(enum deed deed);
void did_many(enum deed deed, unsigned long times);

/* Dies unless the result is 0 or one of the errnos, between zeroes */
bool may(long ret, const char *what, const int *allowed);
#define MAY(ret, what, ...) may(ret, what, (const int[]){ 0, ##__VA_ARGS__, 0 })

/* ioctl() with a struct kex_range: 0 or -errno */
int range_call(int fd, unsigned long call, unsigned int first, unsigned int nr);

/* A region that is up, or -1: the view has its life then, and no mapping */
int open_region(struct view *view, bool writable);

/* Takes a carve-out's driver away, and gives it back; false if there is no such device */
bool rebind(const char *carveout);
void owner(struct region *region);
void client(void);
void window_owner(struct window *window);
/* Its owner is about to be killed; has ended, however; and will have no other */
void window_owner_dies(struct window *window);
void window_owner_ended(struct window *window);
void window_end(struct window *window);

/* Whether this kernel can have pools */
bool pools_possible(void);
/* Before anybody uses pools; what they leave when nobody does any more */
void pools_setup(void);
void pools_end(void);
/* Makes a pool, changes and ends it, again and again */
void keeper(struct pool *pool);
/* Moves memory of its own and looks at it, until it ends by chance */
void tenant(unsigned int nr);
/* Has many short lives beside them */
void mayfly(void);

#endif
