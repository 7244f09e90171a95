// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: eviction policies, as pure functions
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sort.h>
#include <linux/time64.h>

#include "policy.h"

/**
 * kex_sweep_init() - start a policy's memory
 * @sweep: the memory
 * @seed: any number; the same gives the same random order
 */
void kex_sweep_init(struct kex_sweep *sweep, u64 seed)
{
	sweep->hand = 0;
	/* xorshift would stay at 0 */
	sweep->seed = seed ?: 1;
}

/* xorshift64: an order that is hard to guess is not needed */
static u64 kex_sweep_random(struct kex_sweep *sweep)
{
	sweep->seed ^= sweep->seed << 13;
	sweep->seed ^= sweep->seed >> 7;
	sweep->seed ^= sweep->seed << 17;
	return sweep->seed;
}

/**
 * kex_policy_mark() - a mark in pages
 * @capacity: pages of the pool
 * @percent: the mark, 1 to 100
 *
 * Return: pages, at least 1.
 */
u64 kex_policy_mark(u64 capacity, unsigned int percent)
{
	return max_t(u64, div_u64(capacity * percent, 100), 1);
}

/**
 * kex_policy_excess() - how much must go before more comes in
 * @params: the policy
 * @capacity: pages of the pool
 * @used: pages in use
 * @want: pages that are to come in
 *
 * Return: 0 while all stays at or below the high mark; and at or below the low one
 * if there is no room for them in any case, since kex_policy_room() lets some in;
 * else the pages to evict to get
 * to the low mark before the new ones come, and more if these would not fit below
 * the high one then: each look at the pool shall be worth it.
 */
u64 kex_policy_excess(const struct kex_policy_params *params, u64 capacity,
		      u64 used, u64 want)
{
	u64 high = kex_policy_mark(capacity, params->high);
	u64 low = min(kex_policy_mark(capacity, params->low), high - 1);

	if (used + want <= high || (used <= low && want > high))
		return 0;
	return min(used, max(used - min(used, low), used + want - high));
}

/**
 * kex_policy_room() - how many pages may come in as it is
 * @params: the policy
 * @capacity: pages of the pool
 * @used: pages in use
 * @want: pages that are to come in
 *
 * Return: as many of them as there is room for up to the high mark.
 */
u64 kex_policy_room(const struct kex_policy_params *params, u64 capacity,
		    u64 used, u64 want)
{
	u64 high = kex_policy_mark(capacity, params->high);

	return used < high ? min(want, high - used) : 0;
}

static int kex_victim_cmp(const void *a, const void *b)
{
	const struct kex_victim *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* What has pages, and all of them for long enough */
static bool kex_granule_ripe(const struct kex_policy_params *params, u64 now,
			     const struct kex_granule *granule)
{
	u64 min = params->min_resident_ms * NSEC_PER_MSEC;

	if (!granule->pages)
		return false;
	/* The clocks of two processors may differ a little */
	return !min || (now >= granule->newest && now - granule->newest >= min);
}

/* All that may go, by age: @use: since the last use, else since it came */
static u32 kex_choose_sorted(const struct kex_policy_params *params, u64 now,
			     const struct kex_granule *granules, u32 nr,
			     struct kex_victim *victims)
{
	bool use = params->algorithm == KEX_ALGORITHM_LRU;
	u32 i, found = 0;

	for (i = 0; i < nr; i++) {
		if (!kex_granule_ripe(params, now, &granules[i]))
			continue;
		victims[found].key = use ? granules[i].used : granules[i].in;
		victims[found++].index = i;
	}
	sort(victims, found, sizeof(*victims), kex_victim_cmp, NULL);
	return found;
}

static u32 kex_choose_random(const struct kex_policy_params *params, u64 now,
			     const struct kex_granule *granules, u32 nr,
			     struct kex_sweep *sweep, struct kex_victim *victims)
{
	u32 i, found = 0;

	for (i = 0; i < nr; i++) {
		if (!kex_granule_ripe(params, now, &granules[i]))
			continue;
		victims[found].key = kex_sweep_random(sweep);
		victims[found++].index = i;
	}
	sort(victims, found, sizeof(*victims), kex_victim_cmp, NULL);
	return found;
}

/*
 * The hand passes what was used since it was there last, and takes what was
 * not. After two turns there is nothing left that it would take.
 */
static u32 kex_choose_clock(const struct kex_policy_params *params, u64 now,
			    u64 need, struct kex_granule *granules, u32 nr,
			    struct kex_sweep *sweep, struct kex_victim *victims)
{
	u64 step, pages = 0;
	u32 found = 0, at;

	for (step = 0; step < 2 * (u64)nr && pages < need; step++) {
		at = sweep->hand < nr ? sweep->hand : 0;
		sweep->hand = at + 1;
		if (!kex_granule_ripe(params, now, &granules[at]))
			continue;
		if (granules[at].touched) {
			granules[at].touched = false;
			granules[at].passed = true;
			continue;
		}
		victims[found].key = found;
		victims[found++].index = at;
		pages += granules[at].pages;
		/* So that the second turn does not take it again */
		granules[at].pages = 0;
	}
	return found;
}

static u32 kex_choose_enough(const struct kex_granule *granules, u64 need,
			     const struct kex_victim *victims, u32 found)
{
	u64 pages = 0;
	u32 i;

	for (i = 0; i < found && pages < need; i++)
		pages += granules[victims[i].index].pages;
	return i;
}

/**
 * kex_policy_choose() - what to evict now
 * @params: the policy
 * @now: the time, ns
 * @need: how many pages to choose
 * @granules: the pool; what the clock has passed gets its touched cleared
 * @nr: number of granules
 * @sweep: the policy's memory
 * @victims: result, in the order of eviction; room for @nr
 *
 * Return: number of victims. Their pages are @need or, with the last of them,
 * more; or fewer, because nothing else may go.
 */
u32 kex_policy_choose(const struct kex_policy_params *params, u64 now, u64 need,
		      struct kex_granule *granules, u32 nr,
		      struct kex_sweep *sweep, struct kex_victim *victims)
{
	u32 found;

	switch (params->algorithm) {
	case KEX_ALGORITHM_CLOCK:
		return kex_choose_clock(params, now, need, granules, nr, sweep,
					victims);
	case KEX_ALGORITHM_RANDOM:
		found = kex_choose_random(params, now, granules, nr, sweep, victims);
		break;
	default:
		found = kex_choose_sorted(params, now, granules, nr, victims);
		break;
	}
	return kex_choose_enough(granules, need, victims, found);
}
