/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: what a full pool evicts, and in which order
 *
 * Pure functions over a snapshot: no locks, no pages; tests/unit compiles them
 * for user space.
 */
#ifndef _KEX_POLICY_H
#define _KEX_POLICY_H

#include <linux/types.h>

/* In the order of the configfs attribute's words */
enum kex_algorithm {
	KEX_ALGORITHM_FIFO,
	KEX_ALGORITHM_LRU,
	KEX_ALGORITHM_CLOCK,
	KEX_ALGORITHM_RANDOM,
};

/**
 * struct kex_policy_params - the wishes of a policy
 * @algorithm: in which order
 * @high: percent of the capacity above which eviction starts
 * @low: percent at which it stops
 * @granule: bytes evicted as one
 * @min_resident_ms: what came in less long ago stays; 0: nothing stays for that
 */
struct kex_policy_params {
	enum kex_algorithm algorithm;
	unsigned int high;
	unsigned int low;
	u64 granule;
	u64 min_resident_ms;
};

/**
 * struct kex_granule - pages of a pool that are evicted as one
 * @in: when the first of those that are in use came in, ns
 * @newest: when the last of them did
 * @used: when one of them was last used; coming in is a use
 * @pages: how many are in use; without any there is nothing to evict. The clock
 *	   sets it to 0 in its victims
 * @touched: one was used since the clock's hand was here; the clock clears it
 * @passed: result: the clock has cleared it
 */
struct kex_granule {
	u64 in;
	u64 newest;
	u64 used;
	u32 pages;
	bool touched;
	bool passed;
};

/**
 * struct kex_victim - a granule to be evicted
 * @key: what it was sorted by
 * @index: which granule
 */
struct kex_victim {
	u64 key;
	u32 index;
};

/**
 * struct kex_sweep - what a policy keeps from one choice to the next
 * @hand: the clock's: the granule that it looks at next
 * @seed: of the random order, never 0
 */
struct kex_sweep {
	u32 hand;
	u64 seed;
};

void kex_sweep_init(struct kex_sweep *sweep, u64 seed);
u64 kex_policy_mark(u64 capacity, unsigned int percent);
u64 kex_policy_excess(const struct kex_policy_params *params, u64 capacity,
		      u64 used, u64 want);
u64 kex_policy_room(const struct kex_policy_params *params, u64 capacity,
		    u64 used, u64 want);
u32 kex_policy_choose(const struct kex_policy_params *params, u64 now, u64 need,
		      struct kex_granule *granules, u32 nr,
		      struct kex_sweep *sweep, struct kex_victim *victims);

#endif /* _KEX_POLICY_H */
