// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: who has to go when a pool is full, and sending them home
 *
 * The choice is policy.c's, over a snapshot that is made here; the pages are
 * moved by page frame, in whatever process they are.
 */
#include <linux/bitmap.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "debug.h"
#include "pool.h"
#include "trace.h"

/* Granules that a policy looks at, at most: it sorts them, and all others wait */
#define KEX_GRANULES	65536UL

/* Rounds without a page moved before eviction gives up */
#define KEX_EVICT_IDLE	64

static void kex_evict_params(struct kex_pool *pool, struct kex_policy_params *params)
{
	rcu_read_lock();
	kex_policy_read(rcu_dereference(pool->policy), params);
	rcu_read_unlock();
}

static unsigned long kex_evict_used(const struct kex_pool *pool)
{
	return atomic_long_read(&pool->used);
}

/* What a granule is, as far as it can be seen while pages come and go */
static void kex_evict_look(const struct kex_pool *pool, unsigned long first,
			   unsigned long end, u64 now, struct kex_granule *granule)
{
	unsigned long at;
	u64 in, used;

	memset(granule, 0, sizeof(*granule));
	granule->in = U64_MAX;
	for (at = find_next_bit(pool->taken, end, first); at < end;
	     at = find_next_bit(pool->taken, end, at + 1)) {
		in = READ_ONCE(pool->page[at].in);
		used = READ_ONCE(pool->page[at].used);
		/* One that is just coming cannot go, and makes its granule young */
		granule->newest = max(granule->newest, in ?: now);
		if (!in)
			continue;
		granule->in = min(granule->in, in);
		granule->used = max(granule->used, used);
		granule->pages++;
	}
	granule->touched = find_next_bit(pool->touched, end, first) < end;
}

static void kex_evict_untouch(struct kex_pool *pool, unsigned long first,
			      unsigned long end)
{
	unsigned long at;

	for (at = find_next_bit(pool->touched, end, first); at < end;
	     at = find_next_bit(pool->touched, end, at + 1))
		clear_bit(at, pool->touched);
}

/**
 * struct kex_choice - a snapshot, and what was chosen from it
 * @pages: pages of a granule
 * @nr: number of granules
 * @granules: the snapshot
 * @victims: what is to go
 */
struct kex_choice {
	unsigned long pages;
	u32 nr;
	struct kex_granule *granules;
	struct kex_victim *victims;
};

static unsigned long kex_choice_end(const struct kex_pool *pool,
				    const struct kex_choice *choice, u32 index)
{
	return min((index + 1) * choice->pages, pool->nr);
}

static int kex_choice_alloc(const struct kex_pool *pool,
			    const struct kex_policy_params *params,
			    struct kex_choice *choice)
{
	unsigned long least = DIV_ROUND_UP(pool->nr, KEX_GRANULES);

	/* Whole huge pages, or whole parts of one */
	choice->pages = max(PHYS_PFN(params->granule), roundup_pow_of_two(least));
	choice->nr = DIV_ROUND_UP(pool->nr, choice->pages);
	choice->granules = kvmalloc_array(choice->nr, sizeof(*choice->granules),
					  GFP_KERNEL | __GFP_NOWARN);
	choice->victims = kvmalloc_array(choice->nr, sizeof(*choice->victims),
					 GFP_KERNEL | __GFP_NOWARN);
	return choice->granules && choice->victims ? 0 : -ENOMEM;
}

static void kex_choice_free(struct kex_choice *choice)
{
	kvfree(choice->victims);
	kvfree(choice->granules);
}

/* Takes the snapshot and lets the policy choose */
static u32 kex_choose(struct kex_pool *pool, const struct kex_policy_params *params,
		      u64 need, struct kex_choice *choice)
{
	u64 now = ktime_get_ns();
	u32 i, found;

	for (i = 0; i < choice->nr; i++) {
		kex_evict_look(pool, i * choice->pages, kex_choice_end(pool, choice, i),
			       now, &choice->granules[i]);
		cond_resched();
	}
	found = kex_policy_choose(params, now, need, choice->granules, choice->nr,
				  &pool->sweep, choice->victims);
	if (params->algorithm != KEX_ALGORITHM_CLOCK)
		return found;
	for (i = 0; i < choice->nr; i++)
		if (choice->granules[i].passed)
			kex_evict_untouch(pool, i * choice->pages,
					  kex_choice_end(pool, choice, i));
	return found;
}

/*
 * Sends home so many pages, by the policy; 0 or -ENOMEM. Where some are busy, those
 * behind them go: so the policy is asked for its whole order, and as much of that is
 * taken as is needed. Not so the clock, whose hand would pass all: the next turn goes
 * on from where it is. Without memory there is no use in going on.
 */
static int kex_evict_chosen(struct kex_pool *pool,
			    const struct kex_policy_params *params, u64 need,
			    struct kex_evicted *evicted)
{
	unsigned long first, before = evicted->moved;
	struct kex_choice choice;
	u64 ask = pool->nr;
	u32 found, i;
	int ret;

	lockdep_assert_held(&pool->evict_lock);
	ret = kex_choice_alloc(pool, params, &choice);
	if (ret)
		goto out;
	if (params->algorithm == KEX_ALGORITHM_CLOCK)
		ask = need;
	found = kex_choose(pool, params, ask, &choice);
	for (i = 0; i < found && !fatal_signal_pending(current); i++) {
		if (evicted->moved - before >= need || evicted->no_memory)
			break;
		first = choice.victims[i].index * choice.pages;
		kex_migrate_evict(pool, first,
				  kex_choice_end(pool, &choice, choice.victims[i].index) -
				  first, false, evicted);
	}
out:
	kex_choice_free(&choice);
	return ret;
}

/* With no lock held: shall what is busy be tried once more? After a moment, then. */
static bool kex_evict_again(struct kex_evicted *evicted, unsigned int *turn)
{
	if (!evicted->busy || evicted->no_memory || ++*turn >= KEX_BUSY_TURNS ||
	    fatal_signal_pending(current))
		return false;
	schedule_timeout_uninterruptible(1);
	evicted->busy = false;
	return true;
}

/**
 * kex_evict_fits() - can pages come in without anybody having to go?
 * @pool: the pool
 * @want: how many
 *
 * Return: whether, just now.
 */
bool kex_evict_fits(struct kex_pool *pool, unsigned long want)
{
	struct kex_policy_params params;

	kex_evict_params(pool, &params);
	return kex_policy_room(&params, pool->nr, kex_evict_used(pool), want) == want;
}

/**
 * kex_evict_room() - see to it that pages can come in
 * @pool: the pool
 * @want: how many
 *
 * Above the policy's high mark it evicts down to the low one.
 *
 * Context: no mmap_lock held.
 * Return: how many may come in now, @want at most and maybe 0; others may be
 * faster. -EINTR on a fatal signal.
 */
int kex_evict_room(struct kex_pool *pool, unsigned long want)
{
	u64 need, start = kex_trace_start(kex_evict);
	struct kex_policy_params params;
	struct kex_evicted evicted = {};
	unsigned int turn = 0;
	unsigned long before;

	kex_evict_params(pool, &params);
	if (!kex_policy_excess(&params, pool->nr, kex_evict_used(pool), want))
		goto out;
	do {
		before = evicted.moved;
		if (mutex_lock_killable(&pool->evict_lock))
			break;
		/* The one before us may have made enough */
		need = kex_policy_excess(&params, pool->nr, kex_evict_used(pool), want);
		if (need)
			kex_evict_chosen(pool, &params, need, &evicted);
		mutex_unlock(&pool->evict_lock);
	} while (evicted.moved - before < need && kex_evict_again(&evicted, &turn));
	if (evicted.moved) {
		atomic64_add(evicted.moved, &pool->policy_evictions);
		trace_kex_evict(&pool->space, 0, pool->space.size, KEX_REASON_POLICY,
				evicted.moved, start);
	}
	if (fatal_signal_pending(current))
		return -EINTR;
out:
	return kex_policy_room(&params, pool->nr, kex_evict_used(pool), want);
}

static int kex_evict_some(struct kex_pool *pool, u64 pages, struct kex_evicted *evicted)
{
	struct kex_policy_params params;
	int ret = -ENODEV;

	kex_evict_params(pool, &params);
	if (mutex_lock_killable(&pool->evict_lock))
		return -EINTR;
	if (pool->pfn)
		ret = kex_evict_chosen(pool, &params, pages, evicted);
	mutex_unlock(&pool->evict_lock);
	return ret;
}

/**
 * kex_evict_pages() - send home so many pages, by the policy
 * @pool: the pool
 * @pages: how many; on return how many went
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -ENOMEM, -EINTR on a fatal signal.
 */
int kex_evict_pages(struct kex_pool *pool, u64 *pages)
{
	u64 start = kex_trace_start(kex_evict);
	struct kex_evicted evicted = {};
	unsigned int turn = 0;
	int ret;

	do {
		ret = kex_evict_some(pool, *pages - evicted.moved, &evicted);
	} while (!ret && evicted.moved < *pages && kex_evict_again(&evicted, &turn));
	if (!ret && evicted.no_memory)
		ret = -ENOMEM;
	if (ret && !evicted.moved)
		return ret;
	atomic64_inc(&pool->space.evictions);
	trace_kex_evict(&pool->space, 0, pool->space.size, KEX_REASON_IOCTL, evicted.moved,
			start);
	kex_space_changed(&pool->space);
	*pages = evicted.moved;
	/* What memory there was has done something */
	if (ret == -ENOMEM)
		ret = 0;
	return fatal_signal_pending(current) ? -EINTR : ret;
}

/* All that is in use in a range, or what can be had of it; 0 or -ENODEV, -EINTR */
static int kex_evict_once(struct kex_pool *pool, unsigned long first,
			  unsigned long nr, bool must, struct kex_evicted *evicted)
{
	if (must)
		mutex_lock(&pool->evict_lock);
	else if (mutex_lock_killable(&pool->evict_lock))
		return -EINTR;
	kex_migrate_evict(pool, first, nr, must, evicted);
	mutex_unlock(&pool->evict_lock);
	return pool->pfn ? 0 : -ENODEV;
}

/**
 * kex_evict_range() - send home what is in a range of a pool
 * @space: the pool
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 * @reason: KEX_REASON_*, for the trace
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -ENOMEM if not even one page could go for that,
 * -EINTR on a fatal signal.
 */
int kex_evict_range(struct kex_space *space, u64 off, u64 len,
		    enum kex_reason reason)
{
	struct kex_pool *pool = to_kex_pool(space);
	u64 start = kex_trace_start(kex_evict);
	struct kex_evicted evicted = {};
	unsigned int turn = 0;
	int ret;

	do {
		ret = kex_evict_once(pool, PHYS_PFN(off), PHYS_PFN(len), false, &evicted);
	} while (!ret && kex_evict_again(&evicted, &turn));
	if (!ret && evicted.no_memory)
		ret = -ENOMEM;
	if (ret && !evicted.moved)
		return ret;
	atomic64_inc(&space->evictions);
	trace_kex_evict(space, off, len, reason, evicted.moved, start);
	kex_space_changed(space);
	/* What memory there was has done something */
	if (ret == -ENOMEM)
		ret = 0;
	return fatal_signal_pending(current) ? -EINTR : ret;
}

/*
 * All of a pool that nobody has open: who has may fill it as fast as it is
 * emptied, and finds it in use if he asks.
 */
static int kex_evict_unused(struct kex_pool *pool, struct kex_evicted *evicted)
{
	unsigned long first;
	int ret = 0;

	for (first = 0; !ret && !evicted->no_memory && first < pool->nr; first += KEX_BATCH) {
		KEX_POINT(evict_unused);
		if (READ_ONCE(pool->space.obj.opens))
			return -EBUSY;
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = kex_evict_once(pool, first, min(pool->nr - first, KEX_BATCH), false,
				     evicted);
	}
	return ret;
}

/*
 * Memory has to be found, though somebody be killed for it: so not amid an eviction,
 * which keeps processes from ending.
 */
static void kex_evict_await_memory(void)
{
	__free_page(alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_NOFAIL));
}

/**
 * kex_evict_all() - send home everything
 * @pool: a pool that is being taken down
 * @must: wait as long as it takes, also for memory
 *
 * A page that somebody is just moving, or faulting on, is busy for a moment and
 * tried again.
 *
 * Return: 0; or if not @must, -EBUSY if it is open or somebody keeps pages inside,
 * -ENOMEM or -EINTR.
 */
int kex_evict_all(struct kex_pool *pool, bool must)
{
	struct kex_evicted evicted;
	unsigned int idle = 0;
	int ret;

	while (kex_evict_used(pool)) {
		evicted = (struct kex_evicted){};
		ret = must ? kex_evict_once(pool, 0, pool->nr, true, &evicted) :
			     kex_evict_unused(pool, &evicted);
		if (ret)
			return ret;
		if (!kex_evict_used(pool))
			break;
		if (must && evicted.no_memory)
			kex_evict_await_memory();
		idle = evicted.moved ? 0 : idle + 1;
		if (!must && idle && evicted.no_memory)
			return -ENOMEM;
		if (!must && idle > KEX_EVICT_IDLE)
			return -EBUSY;
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}
