// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: migrating pages into a pool and home again
 *
 * In: kex_migrate_range(). Home: the same, CPU faults, and by page frame
 * whatever process has them, for eviction. All of it is best effort: a page that
 * somebody else holds stays where it is.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "debug.h"
#include "pool.h"
#include "trace.h"

/* Of a fault's pages, those that the stack has room for */
#define KEX_FAULT_STACK	64

/* System pages that are taken together */
#define KEX_STASH	16U

/*
 * How hard eviction tries for system memory: as reclaim does, but kills nobody, who
 * could not end before it does
 */
#define KEX_EVICT_GFP	(GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Of the pages that go home, none is more important than the others */
#define KEX_ALL		ULONG_MAX

/* --- in -------------------------------------------------------------------- */

/*
 * Anonymous memory, or none yet. What KSM shares is kept: its tree would point
 * to memory that no CPU can compare.
 */
static bool kex_may_come_in(unsigned long src)
{
	struct page *page = migrate_pfn_to_page(src);

	if (!(src & MIGRATE_PFN_MIGRATE))
		return false;
	return !page || (PageAnon(page) && !folio_test_ksm(page_folio(page)));
}

static unsigned int kex_count_in(const struct migrate_vma *args)
{
	unsigned int i, nr = 0;

	for (i = 0; i < args->npages; i++)
		nr += kex_may_come_in(args->src[i]);
	return nr;
}

/* Fills pages of the pool with what may come in, as far as there is room */
static void kex_fill_in(struct kex_pool *pool, struct migrate_vma *args,
			struct kex_batch *batch)
{
	unsigned int got, next = 0, i;
	u64 now = ktime_get_ns();

	got = kex_pool_take(pool, batch->index, kex_count_in(args));
	for (i = 0; i < args->npages; i++) {
		struct page *from = migrate_pfn_to_page(args->src[i]), *to = NULL;

		batch->why[i] = KEX_WHY_ASK;
		if (!kex_may_come_in(args->src[i]))
			continue;
		if (next < got)
			to = kex_pool_fill(pool, batch->index[next++], from, now);
		if (!to) {
			/* What one did not get, the others would look long for */
			kex_pool_untake(pool, batch->index + next, got - next);
			got = next;
			batch->why[i] = KEX_WHY_FULL;
			continue;
		}
		batch->why[i] = KEX_WHY_MOVES;
		args->dst[i] = migrate_pfn(page_to_pfn(to));
		if ((args->src[i] & MIGRATE_PFN_WRITE) ||
		    (!from && (args->vma->vm_flags & VM_WRITE)))
			args->dst[i] |= MIGRATE_PFN_WRITE;
	}
}

/*
 * Pages of the pool, of a folio that is locked, have come in, or at 0 left. By that
 * an eviction knows one that is in nobody's table any more, or not yet, and only
 * waits for its last reference to go: the kernel drops that after the lock.
 */
static void kex_set_in(struct kex_pool *pool, unsigned long entry, unsigned long nr,
		       u64 in)
{
	struct kex_pool_page *page;

	page = pool->page + ((entry >> MIGRATE_PFN_SHIFT) - pool->pfn);
	for (; nr; nr--, page++)
		WRITE_ONCE(page->in, in);
}

/* Pages that came in; those that were to and did not are marked */
static unsigned long kex_count_moved(struct kex_pool *pool, const struct migrate_vma *args,
				     u8 *why)
{
	unsigned long i, nr, moved = 0;
	u64 now = ktime_get_ns();

	for (i = 0; i < args->npages; i += nr) {
		nr = kex_entry_pages(args->src[i] & args->dst[i]);
		if (why[i] != KEX_WHY_MOVES)
			continue;
		if (args->src[i] & MIGRATE_PFN_MIGRATE) {
			kex_set_in(pool, args->dst[i], nr, now);
			moved += nr;
		} else {
			memset(why + i, KEX_WHY_BUSY, nr);
		}
	}
	return moved;
}

/* By where a page is that did not move */
static void kex_count_state(struct kex_migrate *arg, u8 state, bool anon)
{
	bool in = arg->to == KEX_MIGRATE_TO_POOL;

	switch (state) {
	case KEX_PAGES_POOL:
		in ? arg->there++ : arg->busy++;
		break;
	case KEX_PAGES_FOREIGN:
		arg->foreign++;
		break;
	case KEX_PAGES_FILE:
		in ? arg->file++ : arg->there++;
		break;
	case KEX_PAGES_SPECIAL:
		arg->special++;
		break;
	case KEX_PAGES_PINNED:
	case KEX_PAGES_HELD:
		in ? arg->pinned++ : arg->there++;
		break;
	case KEX_PAGES_RAM:
	case KEX_PAGES_ZERO:
	case KEX_PAGES_LOCKED:
		in ? arg->busy++ : arg->there++;
		break;
	case KEX_PAGES_NONE:
		if (!in)
			arg->there++;
		else if (!anon)
			arg->file++;
		else
			arg->busy++;
		break;
	default:
		arg->busy++;
		break;
	}
}

static void kex_explain(struct kex_pool *pool, const struct migrate_vma *args,
			const u8 *why, struct kex_migrate *arg)
{
	unsigned long i;
	u8 state;

	for (i = 0; i < args->npages; i++) {
		switch (why[i]) {
		case KEX_WHY_FULL:
			arg->full++;
			break;
		case KEX_WHY_BUSY:
			arg->busy++;
			break;
		case KEX_WHY_ASK:
			kex_pages_read(pool, args->vma->vm_mm,
				       args->start + PFN_PHYS(i), 1, &state);
			kex_count_state(arg, state, vma_is_anonymous(args->vma));
			break;
		}
	}
}

/* Undoes kex_pool_fill() of what the kernel has not seen yet */
static void kex_unfill_in(struct migrate_vma *args, u8 *why, unsigned int nr)
{
	struct page *page;

	while (nr--) {
		page = migrate_pfn_to_page(args->dst[nr]);
		args->dst[nr] = 0;
		why[nr] = KEX_WHY_FULL;
		unlock_page(page);
		put_page(page);
	}
}

/* A hole where a huge page fits, in small ones: as a whole, or not at all */
static void kex_fill_in_hole(struct kex_pool *pool, struct migrate_vma *args,
			     struct kex_batch *batch, unsigned long write)
{
	unsigned int got, i;
	u64 now = ktime_get_ns();
	struct page *to;

	got = kex_pool_take(pool, batch->index, args->npages);
	for (i = 0; i < got; i++) {
		to = kex_pool_fill(pool, batch->index[i], NULL, now);
		if (!to)
			break;
		args->dst[i] = migrate_pfn(page_to_pfn(to)) | write;
		batch->why[i] = KEX_WHY_MOVES;
	}
	/* The one that was not filled is not taken any more */
	if (i + 1 < got)
		kex_pool_untake(pool, batch->index + i + 1, got - i - 1);
	if (i < args->npages)
		kex_unfill_in(args, batch->why, i);
}

/* A huge page, or a hole where one fits: @index was taken for it */
static void kex_fill_in_large(struct kex_pool *pool, struct migrate_vma *args,
			      struct kex_batch *batch, u32 index)
{
	struct page *from = migrate_pfn_to_page(args->src[0]), *to;
	unsigned long write = 0;

	memset(batch->why, KEX_WHY_ASK, args->npages);
	if (!kex_may_come_in(args->src[0])) {
		kex_pool_untake_large(pool, index);
		return;
	}
	if ((args->src[0] & MIGRATE_PFN_WRITE) ||
	    (!from && (args->vma->vm_flags & VM_WRITE)))
		write = MIGRATE_PFN_WRITE;
	to = kex_pool_fill_large(pool, index, from, ktime_get_ns());
	memset(batch->why, to ? KEX_WHY_MOVES : KEX_WHY_FULL, args->npages);
	if (to)
		args->dst[0] = migrate_pfn(page_to_pfn(to)) | KEX_PFN_LARGE | write;
	else if (!from)
		kex_fill_in_hole(pool, args, batch, write);
}

/*
 * Does a huge page that was unmapped as one have nothing to go to? Linux 7.3 would
 * split it there, which others that unmap a part, or have it, too, must not meet: so
 * it goes back, and is split by the kernel before it is unmapped, in another go.
 */
static bool kex_large_is_stuck(const struct migrate_vma *args)
{
	return (args->src[0] & KEX_PFN_LARGE) && (args->src[0] & MIGRATE_PFN_MIGRATE) &&
	       migrate_pfn_to_page(args->src[0]) && !args->dst[0];
}

/* As migrate_vma_setup(); @large: KEX_NO_PAGE, or taken for what was found */
static int kex_setup_in(struct kex_pool *pool, struct migrate_vma *args, bool split,
			u32 *large)
{
	int ret;

	*large = KEX_NO_PAGE;
	if (!split && kex_large_fits(args))
		*large = kex_pool_take_large(pool);
	args->flags = MIGRATE_VMA_SELECT_SYSTEM;
	if (*large != KEX_NO_PAGE)
		args->flags |= KEX_SELECT_LARGE;
	ret = migrate_vma_setup(args);
	if (*large != KEX_NO_PAGE && (ret || !(args->src[0] & KEX_PFN_LARGE))) {
		kex_pool_untake_large(pool, *large);
		*large = KEX_NO_PAGE;
	}
	return ret;
}

/* Would a page come in, if there was room? What is held may be just new */
static bool kex_wanted(struct vm_area_struct *vma, u8 state)
{
	return state == KEX_PAGES_RAM || state == KEX_PAGES_ZERO ||
	       state == KEX_PAGES_HELD || state == KEX_PAGES_LOCKED ||
	       (state == KEX_PAGES_NONE && vma_is_anonymous(vma));
}

/* Without any room, the reasons are found out all the same, and nothing is touched */
static int kex_batch_look(struct kex_pool *pool, const struct migrate_vma *args,
			  struct kex_batch *batch, struct kex_migrate *arg)
{
	unsigned long nr = PHYS_PFN(args->end - args->start), i;

	kex_pages_read(pool, args->vma->vm_mm, args->start, nr, batch->why);
	for (i = 0; i < nr; i++) {
		if (kex_wanted(args->vma, batch->why[i]))
			arg->full++;
		else
			kex_count_state(arg, batch->why[i], vma_is_anonymous(args->vma));
	}
	return 0;
}

/* @stuck: shall a huge page be split; result: whether it must, and nothing moved */
static int kex_batch_in_once(struct kex_pool *pool, struct migrate_vma *args,
			     struct kex_batch *batch, bool *stuck, unsigned long *moved)
{
	u32 large;
	int ret;

	ret = kex_setup_in(pool, args, *stuck, &large);
	*stuck = false;
	if (ret)
		return ret;
	KEX_POINT(migrate_in);
	if (!args->cpages) {
		memset(batch->why, KEX_WHY_ASK, args->npages);
		return 0;
	}
	if (large != KEX_NO_PAGE)
		kex_fill_in_large(pool, args, batch, large);
	else
		kex_fill_in(pool, args, batch);
	*stuck = kex_large_is_stuck(args);
	migrate_vma_pages(args);
	*moved = kex_count_moved(pool, args, batch->why);
	migrate_vma_finalize(args);
	return 0;
}

static int kex_batch_in(struct kex_pool *pool, struct migrate_vma *args,
			struct kex_batch *batch, struct kex_migrate *arg)
{
	unsigned long moved = 0;
	bool stuck = false;
	int ret;

	ret = kex_batch_in_once(pool, args, batch, &stuck, &moved);
	if (stuck)
		ret = kex_batch_in_once(pool, args, batch, &stuck, &moved);
	if (ret)
		return ret;
	atomic64_add(moved, &pool->migrated_in);
	arg->moved += moved;
	if (moved < args->npages)
		kex_explain(pool, args, batch->why, arg);
	return 0;
}

/* --- home ------------------------------------------------------------------ */

/* A page of the system for one of the pool's, locked, with its bytes */
static unsigned long kex_copy_home(struct kex_pool *pool, unsigned long src,
				   struct page *to)
{
	/* Nobody has seen it yet */
	__folio_set_locked(page_folio(to));
	kex_pool_copy_out(pool, to, migrate_pfn_to_page(src), 1);
	return migrate_pfn(page_to_pfn(to)) |
	       (src & MIGRATE_PFN_WRITE ? MIGRATE_PFN_WRITE : 0);
}

/**
 * struct kex_stash - system pages that were taken together, which costs less
 * @nr: how many are left
 * @none: there was no memory, just now
 * @page: these
 */
struct kex_stash {
	unsigned int nr;
	bool none;
	struct page *page[KEX_STASH];
};

/*
 * How hard is tried for system memory. Nobody is killed for what was only asked
 * for; of a fault's neighbours none is worth much trouble.
 */
static gfp_t kex_home_gfp(unsigned long must, bool it)
{
	if (must == KEX_ALL)
		return GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	return it ? GFP_HIGHUSER_MOVABLE :
		    GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN;
}

/*
 * Without a policy of the process or the VMA any page near will do. Where it took
 * long to find that there is none, it is not looked for again for each page.
 */
static struct page *kex_stash_get(struct kex_stash *stash, struct vm_area_struct *vma,
				  unsigned long addr, gfp_t gfp, unsigned int want)
{
	struct page *page;

	if (stash->none && (gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL))) {
		gfp &= ~__GFP_DIRECT_RECLAIM;
	} else if (!stash->nr && want > 1 && !kex_has_mempolicy(vma)) {
		memset(stash->page, 0, sizeof(stash->page));
		stash->nr = alloc_pages_bulk(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY |
					     __GFP_NOWARN,
					     min(want, KEX_STASH), stash->page);
	}
	if (stash->nr)
		return stash->page[--stash->nr];
	page = alloc_page_vma(gfp, vma, addr);
	stash->none = !page;
	return page;
}

static void kex_stash_free(struct kex_stash *stash)
{
	while (stash->nr)
		__free_page(stash->page[--stash->nr]);
}

static bool kex_may_go_home(unsigned long src)
{
	return (src & MIGRATE_PFN_MIGRATE) && migrate_pfn_to_page(src);
}

/* The same of what was found by page frame: is it in somebody's table, too? */
static bool kex_may_be_sent_home(struct kex_pool *pool, unsigned long src)
{
	return kex_may_go_home(src) &&
	       READ_ONCE(pool->page[kex_pool_index(pool, migrate_pfn_to_page(src))].in);
}

/*
 * @large: a huge page, if one was asked for; given back if none is needed
 * @must: the one that a fault is about, whose neighbours do not try hard; or all
 */
static void kex_fill_home(struct kex_pool *pool, struct migrate_vma *args,
			  struct folio *large, unsigned long must)
{
	unsigned int left = args->cpages;
	struct kex_stash stash;
	struct page *to;
	unsigned long i;

	stash.nr = 0;
	stash.none = false;
	for (i = 0; i < args->npages; i += kex_entry_pages(args->src[i])) {
		if (!kex_may_go_home(args->src[i]))
			continue;
		if (args->src[i] & KEX_PFN_LARGE) {
			args->dst[i] = kex_large_copy_home(pool, args->src[i], large);
			large = NULL;
			continue;
		}
		to = kex_stash_get(&stash, args->vma, args->start + PFN_PHYS(i),
				   kex_home_gfp(must, i == must), left);
		left -= !!left;
		if (to)
			args->dst[i] = kex_copy_home(pool, args->src[i], to);
	}
	kex_stash_free(&stash);
	if (large)
		folio_put(large);
}

/**
 * kex_migrate_count() - note and count the pages that went home
 * @pool: the pool
 * @src: as migrate_vma has it, after the pages moved
 * @dst: the same
 * @nr: entries
 *
 * Return: how many.
 */
unsigned long kex_migrate_count(struct kex_pool *pool, const unsigned long *src,
				const unsigned long *dst, unsigned long nr)
{
	unsigned long i, pages, moved = 0;

	for (i = 0; i < nr; i += pages) {
		pages = kex_entry_pages(src[i] & dst[i]);
		if (!(src[i] & MIGRATE_PFN_MIGRATE) || !dst[i])
			continue;
		kex_set_in(pool, src[i], pages, 0);
		moved += pages;
	}
	return moved;
}

/* What became of each page, if not all moved */
static void kex_why_home(const struct migrate_vma *args, u8 *why)
{
	unsigned long i, nr;

	for (i = 0; i < args->npages; i += nr) {
		nr = kex_entry_pages(args->src[i] & args->dst[i]);
		if (!migrate_pfn_to_page(args->src[i]))
			why[i] = KEX_WHY_ASK;
		else if (!args->dst[i])
			why[i] = KEX_WHY_FULL;
		else
			memset(why + i, args->src[i] & MIGRATE_PFN_MIGRATE ?
			       KEX_WHY_MOVES : KEX_WHY_BUSY, nr);
	}
}

static int kex_batch_home(struct kex_pool *pool, struct migrate_vma *args,
			  struct kex_batch *batch, struct kex_migrate *arg)
{
	unsigned long moved = 0;
	struct folio *large;
	int ret;

	args->flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE;
	large = kex_large_alloc_home(args);
	if (large)
		args->flags |= KEX_SELECT_LARGE;
	ret = migrate_vma_setup(args);
	if (ret) {
		if (large)
			folio_put(large);
		return ret;
	}
	KEX_POINT(migrate_home);
	kex_fill_home(pool, args, large, KEX_ALL);
	if (args->cpages) {
		migrate_vma_pages(args);
		moved = kex_migrate_count(pool, args->src, args->dst, args->npages);
		migrate_vma_finalize(args);
	}
	atomic64_add(moved, &pool->migrated_out);
	arg->moved += moved;
	if (moved < args->npages) {
		kex_why_home(args, batch->why);
		kex_explain(pool, args, batch->why, arg);
	}
	return 0;
}

/* --- a range of an address space --------------------------------------------- */

/* Memory that migrate_vma_setup() takes, and whose tags are not lost */
static bool kex_vma_suits(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & (VM_SPECIAL | VM_HUGETLB | VM_MTE));
}

static int kex_batch_once(struct kex_pool *pool, struct migrate_vma *args,
			  struct kex_batch *batch, struct kex_migrate *arg)
{
	/* migrate_vma_setup() cuts it */
	unsigned long end = args->end;
	int ret;

	ret = arg->to == KEX_MIGRATE_TO_POOL ? kex_batch_in(pool, args, batch, arg) :
					       kex_batch_home(pool, args, batch, arg);
	args->end = end;
	return ret;
}

/*
 * Compaction, and whoever else looks through memory, holds a page for a moment: as
 * the kernel's own migration does, what is busy is tried again. What moved before is
 * found there then, if it did not come back meanwhile.
 */
static int kex_batch_move(struct kex_pool *pool, struct migrate_vma *args,
			  struct kex_batch *batch, struct kex_migrate *arg)
{
	const struct kex_migrate before = *arg;
	unsigned int turn = 1;
	u64 moved = 0, first, there;
	int ret;

	ret = kex_batch_once(pool, args, batch, arg);
	first = arg->there;
	while (!ret && arg->busy > before.busy && turn++ < KEX_BUSY_TURNS) {
		moved += arg->moved - before.moved;
		*arg = before;
		ret = kex_batch_once(pool, args, batch, arg);
	}
	there = min(moved, arg->there - min(arg->there, first));
	arg->there -= there;
	arg->moved += there;
	return ret;
}

/* As much of a VMA as one table has, and as there is room for */
static int kex_migrate_batch(struct kex_pool *pool, struct vm_area_struct *vma,
			     unsigned long addr, unsigned long end,
			     struct kex_batch *batch, struct kex_migrate *arg)
{
	struct migrate_vma args = {
		.vma = vma,
		.src = batch->src,
		.dst = batch->dst,
		.start = addr,
		.end = end,
		.pgmap_owner = pool,
	};
	int ret;

	down_read(&pool->space.map_rwsem);
	if (pool->space.revoked)
		ret = -ENODEV;
	else if (!kex_vma_suits(vma))
		ret = -EINVAL;
	else if (batch->look)
		ret = kex_batch_look(pool, &args, batch, arg);
	else
		ret = kex_batch_move(pool, &args, batch, arg);
	up_read(&pool->space.map_rwsem);
	if (ret != -EINVAL)
		return ret;
	arg->special += PHYS_PFN(end - addr);
	return 0;
}

/* How many pages from @addr on would come in, and which; or -EINTR */
static long kex_migrate_wanted(struct kex_pool *pool, struct mm_struct *mm,
			       unsigned long addr, unsigned long nr, u8 *which)
{
	struct vm_area_struct *vma;
	unsigned long i;
	long wanted = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	kex_pages_read(pool, mm, addr, nr, which);
	vma = find_vma(mm, addr);
	for (i = 0; i < nr; i++, addr += PAGE_SIZE) {
		/* A step ends with its VMA */
		which[i] = vma && addr >= vma->vm_start && addr < vma->vm_end &&
			   kex_vma_suits(vma) && kex_wanted(vma, which[i]);
		wanted += which[i];
	}
	mmap_read_unlock(mm);
	return wanted;
}

/*
 * Sees to it that there is room from @addr on; returns as far as there is, or an
 * errno. For what would not come in nobody has to go.
 */
static long kex_migrate_room(struct kex_pool *pool, struct mm_struct *mm,
			     unsigned long addr, unsigned long end,
			     struct kex_batch *batch)
{
	unsigned long nr = PHYS_PFN(end - addr), i;
	long room;

	batch->look = false;
	if (kex_evict_fits(pool, nr))
		return end;
	room = kex_migrate_wanted(pool, mm, addr, nr, batch->why);
	if (room > 0)
		room = kex_evict_room(pool, room);
	if (room < 0)
		return room;
	batch->look = !room;
	if (!room)
		return end;
	for (i = 0; i < nr && room >= batch->why[i]; i++)
		room -= batch->why[i];
	return addr + PFN_PHYS(i);
}

/* From @addr on; returns where to go on, or an errno */
static long kex_migrate_step(struct kex_pool *pool, struct mm_struct *mm,
			     unsigned long addr, unsigned long end,
			     struct kex_batch *batch, struct kex_migrate *arg)
{
	struct vm_area_struct *vma;
	unsigned long next;
	int ret = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start > addr) {
		next = vma ? min(vma->vm_start, arg->addr + arg->len) :
			     arg->addr + arg->len;
		arg->hole += PHYS_PFN(next - addr);
	} else {
		next = min(end, vma->vm_end);
		ret = kex_migrate_batch(pool, vma, addr, next, batch, arg);
	}
	mmap_read_unlock(mm);
	return ret ?: next;
}

/**
 * kex_migrate_range() - move a range of an address space in or home
 * @pool: the pool
 * @mm: the address space; a reference
 * @arg: what the call says, and how it went; the range is checked
 *
 * Context: no mmap_lock held.
 * Return: 0, -EINTR, -ENODEV, -ENOMEM; what has moved is counted all the same.
 */
int kex_migrate_range(struct kex_pool *pool, struct mm_struct *mm,
		      struct kex_migrate *arg)
{
	unsigned long addr = arg->addr, end = arg->addr + arg->len;
	u64 start = kex_trace_start(kex_migrate);
	struct kex_batch *batch;
	long ret = 0;

	batch = kvmalloc(sizeof(*batch), GFP_KERNEL);
	if (!batch)
		return -ENOMEM;
	batch->look = false;
	for (; addr < end; addr = ret) {
		KEX_POINT(migrate_step);
		ret = -EINTR;
		if (fatal_signal_pending(current))
			break;
		ret = min(end, ALIGN_DOWN(addr, KEX_BATCH << PAGE_SHIFT) +
			       (KEX_BATCH << PAGE_SHIFT));
		if (arg->to == KEX_MIGRATE_TO_POOL)
			ret = kex_migrate_room(pool, mm, addr, ret, batch);
		if (ret >= 0)
			ret = kex_migrate_step(pool, mm, addr, ret, batch, arg);
		if (ret < 0)
			break;
		cond_resched();
	}
	kvfree(batch);
	trace_kex_migrate(&pool->space, 0, pool->space.size,
			  arg->to == KEX_MIGRATE_TO_POOL ? KEX_REASON_IN : KEX_REASON_HOME,
			  arg->moved, start);
	return min(ret, 0L);
}

/* --- by page frame, for eviction --------------------------------------------- */

/**
 * kex_migrate_fill() - get system pages with the bytes of pages of a pool
 * @pool: the pool, its evict_lock held
 * @src: as migrate_vma has it; where one has no page, nothing is done
 * @dst: result
 * @nr: entries
 * @must: a large folio tries hard for a huge page
 *
 * A large folio gets a huge page, or none.
 *
 * Return: whether there was memory for all small ones.
 */
bool kex_migrate_fill(struct kex_pool *pool, const unsigned long *src,
		      unsigned long *dst, unsigned long nr, bool must)
{
	gfp_t gfp = KEX_EVICT_GFP;
	struct folio *large;
	struct page *to;
	bool all = true;
	unsigned long i;

	memset(dst, 0, nr * sizeof(*dst));
	for (i = 0; i < nr; i += kex_entry_pages(src[i])) {
		if (!kex_may_be_sent_home(pool, src[i]))
			continue;
		if (src[i] & KEX_PFN_LARGE) {
			large = kex_large_alloc(must, NULL, 0);
			if (large)
				dst[i] = kex_large_copy_home(pool, src[i], large);
			continue;
		}
		to = alloc_page(gfp);
		if (to) {
			dst[i] = kex_copy_home(pool, src[i], to);
		} else {
			all = false;
			/* As in kex_stash_get() */
			gfp &= ~__GFP_DIRECT_RECLAIM;
		}
	}
	return all;
}

/* Where a run ends that starts at @at, which may be moved to a folio's start */
static unsigned long kex_evict_run_end(struct kex_pool *pool, unsigned long *at,
				       unsigned long end)
{
	if (KEX_LARGE_NR > 1 && PageCompound(pfn_to_page(pool->pfn + *at))) {
		*at = ALIGN_DOWN(*at, KEX_LARGE_NR);
		return *at + KEX_LARGE_NR;
	}
	end = min(end, ALIGN_DOWN(*at, KEX_BATCH) + KEX_BATCH);
	return find_next_zero_bit(pool->taken, end, *at);
}

/* Takes pages out of the tables they are in; as kex_homes_lock(), but 0 when killed, too */
static unsigned long kex_evict_unmap(struct kex_pool *pool, struct kex_homes *homes,
				     unsigned long *first, unsigned long nr, bool must)
{
	homes->nr = 0;
	homes->busy = false;
	/* What came in meanwhile would be in a process that was not looked for */
	if (must)
		down_write(&pool->space.map_rwsem);
	else if (down_write_killable(&pool->space.map_rwsem))
		return 0;
	nr = kex_homes_lock(pool, homes, first, nr);
	if (nr)
		migrate_device_range(pool->evict_src, pool->pfn + *first, nr);
	up_write(&pool->space.map_rwsem);
	return nr;
}

/* A large folio in parts; returns where to go on: there again, if it has been split */
static unsigned long kex_evict_split(struct kex_pool *pool, unsigned long at,
				     struct kex_evicted *evicted)
{
	unsigned long before = evicted->moved;

	kex_large_split(pool, at, evicted);
	/* What is free may look as it did before */
	if (evicted->moved > before || !test_bit(at, pool->taken) ||
	    !PageCompound(pfn_to_page(pool->pfn + at)))
		return at;
	evicted->busy = true;
	return at + KEX_LARGE_NR;
}

/*
 * Small folios, or one large one: as many pages as the arrays have room for, at most.
 * Returns where to go on.
 */
static unsigned long kex_evict_run(struct kex_pool *pool, unsigned long at,
				   unsigned long end, bool must,
				   struct kex_evicted *evicted)
{
	unsigned long *src = pool->evict_src, *dst = pool->evict_dst, nr;
	struct kex_homes homes;
	bool stuck = false;

	nr = kex_evict_unmap(pool, &homes, &at, end - at, must);
	if (nr) {
		KEX_POINT(evict_run);
		if (!kex_migrate_fill(pool, src, dst, nr, must))
			evicted->no_memory = true;
		stuck = (src[0] & KEX_PFN_LARGE) && !dst[0] &&
			kex_may_be_sent_home(pool, src[0]);
		migrate_device_pages(src, dst, nr);
		evicted->moved += kex_migrate_count(pool, src, dst, nr);
		migrate_device_finalize(src, dst, nr);
	}
	kex_homes_unlock(&homes);
	evicted->busy |= homes.busy;
	return stuck ? kex_evict_split(pool, at, evicted) : at + nr;
}

/**
 * kex_migrate_evict() - send pages of a pool home, whoever has them
 * @pool: the pool, its evict_lock held
 * @first: first page of the pool
 * @nr: how many
 * @must: a fatal signal does not end it, and it tries harder
 * @evicted: result: what became of them is added
 *
 * It ends where there is no memory for a page.
 *
 * Context: may sleep; no mmap_lock held.
 */
void kex_migrate_evict(struct kex_pool *pool, unsigned long first, unsigned long nr,
		       bool must, struct kex_evicted *evicted)
{
	unsigned long end = first + nr, at = first, next, before = evicted->moved;

	lockdep_assert_held(&pool->evict_lock);
	while (pool->pfn) {
		at = find_next_bit(pool->taken, end, at);
		if (at >= end)
			break;
		KEX_POINT(evict_step);
		if (evicted->no_memory || (!must && fatal_signal_pending(current)))
			break;
		next = kex_evict_run_end(pool, &at, end);
		if (next - at == KEX_LARGE_NR && kex_large_must_split(pool, at))
			at = kex_evict_split(pool, at, evicted);
		else
			at = kex_evict_run(pool, at, next, must, evicted);
		cond_resched();
	}
	atomic64_add(evicted->moved - before, &pool->migrated_out);
}

/* --- CPU faults ---------------------------------------------------------------- */

static struct kex_stream_set *kex_streams_of(struct kex_pool *pool,
					     const struct mm_struct *mm)
{
	return &pool->streams[hash_ptr(mm, ilog2(KEX_STREAM_SETS))];
}

/* Does a fault lie beside the block that a stream brought last? */
static bool kex_stream_near(const struct kex_stream *stream, const void *mm,
			    unsigned long page)
{
	unsigned long first = READ_ONCE(stream->first), end = READ_ONCE(stream->end);
	/* A long stream may skip what somebody else brought home, or took in */
	unsigned int gap = READ_ONCE(stream->pages) / 16;

	if (READ_ONCE(stream->mm) != mm)
		return false;
	return (page < first && first - page <= gap + 1) ||
	       (page >= end && page - end <= gap);
}

/*
 * How many pages a fault shall bring. Beside the last block, twice as many as
 * then; elsewhere a new stream, which starts with half of what the last new
 * one, or the last that grew, had. So whoever goes through memory in order
 * soon has the most, and whoever jumps about has one at a time. Races spoil a
 * guess, no more.
 */
static unsigned int kex_stream_pages(struct kex_pool *pool,
				     const struct mm_struct *mm,
				     unsigned long page, struct kex_stream **found)
{
	unsigned int most = READ_ONCE(pool->fault_around), pages, i;
	struct kex_stream_set *set = kex_streams_of(pool, mm);
	struct kex_stream *stream;

	for (i = 0; i < KEX_STREAM_WAYS; i++) {
		stream = &set->way[i];
		if (!kex_stream_near(stream, mm, page))
			continue;
		pages = min(2 * READ_ONCE(stream->pages), most);
		goto out;
	}
	i = READ_ONCE(set->next) % KEX_STREAM_WAYS;
	WRITE_ONCE(set->next, i + 1);
	stream = &set->way[i];
	WRITE_ONCE(stream->mm, mm);
	pages = clamp(READ_ONCE(set->pages) / 2, 1U, most);
out:
	WRITE_ONCE(set->pages, pages);
	WRITE_ONCE(stream->pages, pages);
	*found = stream;
	return pages;
}

/*
 * The range that a fault brings: a block of so many pages, aligned, so that it
 * grows forwards and backwards alike, as far as the VMA goes.
 */
static void kex_fault_range(struct kex_pool *pool, const struct vm_fault *vmf,
			    unsigned long *start, unsigned long *end)
{
	unsigned long page = PHYS_PFN(vmf->address), first;
	struct kex_stream *stream;
	unsigned int pages;

	pages = kex_stream_pages(pool, vmf->vma->vm_mm, page, &stream);
	first = rounddown(page, (unsigned long)pages);
	WRITE_ONCE(stream->first, first);
	WRITE_ONCE(stream->end, first + pages);
	*start = max(PFN_PHYS(first), vmf->vma->vm_start);
	*end = min(PFN_PHYS(first + pages), vmf->vma->vm_end);
	/* No part of a large folio, which would be split */
	if (KEX_LARGE_NR > 1) {
		*start = max(*start, ALIGN_DOWN(vmf->address, PMD_SIZE));
		*end = min(*end, ALIGN_DOWN(vmf->address, PMD_SIZE) + PMD_SIZE);
	}
}

/* A fault on a large folio that has a PMD entry brings it as it is */
static bool kex_fault_is_large(const struct vm_fault *vmf)
{
	return KEX_LARGE_NR > 1 && !vmf->pte && PageCompound(vmf->page);
}

/*
 * One that has an entry for each page is only split: the kernel (7.3) goes on with
 * the first page's lock as the one of the fault, which the page that the fault is
 * about has by then. So that page is alone, and its next fault brings others, too.
 */
static bool kex_fault_splits(const struct vm_fault *vmf)
{
	return KEX_LARGE_NR > 1 && vmf->pte && PageCompound(vmf->page);
}

/*
 * Pages come home old, and a processor without hardware access flags traps on the
 * first touch of each, which costs more than to say at once that they are used.
 * As the kernel has it when it maps pages around a fault.
 *
 * Without FAULT_FLAG_USER, so that a page which has been taken in again
 * meanwhile, and is brought home by this, ends here. The process had one fault,
 * and no more are counted as its own; the system's count has them.
 */
static void kex_fault_touch(struct vm_fault *vmf, const struct migrate_vma *args)
{
	unsigned long minor = current->min_flt, major = current->maj_flt, i, nr;
	unsigned int write;

	if (arch_has_hw_pte_young() || !(vmf->flags & FAULT_FLAG_USER))
		return;
	for (i = 0; i < args->npages; i += nr) {
		nr = kex_entry_pages(args->src[i] & args->dst[i]);
		if (!args->dst[i] || !(args->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		write = args->src[i] & MIGRATE_PFN_WRITE ? vmf->flags & FAULT_FLAG_WRITE : 0;
		handle_mm_fault(vmf->vma, args->start + PFN_PHYS(i), write, NULL);
	}
	current->min_flt = minor;
	current->maj_flt = major;
}

/* @large: a huge page, which is used up; NULL if the folio is small */
static vm_fault_t kex_fault_home(struct kex_pool *pool, struct vm_fault *vmf,
				 struct migrate_vma *args, struct folio *large)
{
	unsigned long must = PHYS_PFN(vmf->address - args->start), moved, at;
	u64 off = PFN_PHYS(kex_pool_index(pool, vmf->page)), start;
	bool stuck;

	start = kex_trace_start(kex_fault);
	if (migrate_vma_setup(args)) {
		if (large)
			folio_put(large);
		return VM_FAULT_SIGBUS;
	}
	KEX_POINT(fault_home);
	at = args->src[0] & KEX_PFN_LARGE ? 0 : must;
	stuck = args->src[at] & MIGRATE_PFN_MIGRATE;
	kex_fill_home(pool, args, large, must);
	/* Somebody else is at it: the CPU tries again, and finds it done */
	if (!args->cpages)
		return 0;
	stuck = stuck && !args->dst[at];
	migrate_vma_pages(args);
	moved = kex_migrate_count(pool, args->src, args->dst, args->npages);
	migrate_vma_finalize(args);
	kex_fault_touch(vmf, args);
	if (moved) {
		atomic64_inc(&pool->space.faults);
		atomic64_inc(&pool->space.restores);
		atomic64_add(moved, &pool->migrated_out);
		atomic64_add(moved, &pool->fault_pages);
		trace_kex_fault(&pool->space, off, PAGE_SIZE, KEX_REASON_RESTORE, moved,
				start);
	}
	return stuck ? VM_FAULT_OOM : 0;
}

/**
 * kex_migrate_fault() - a CPU touches a page that is in a pool
 * @vmf: the fault; mmap_lock is held, and vmf->page has a reference
 *
 * That reference keeps the pool, too, however it is taken down meanwhile.
 *
 * Return: 0, VM_FAULT_OOM, VM_FAULT_RETRY, VM_FAULT_SIGBUS if the VMA is of no kind
 * that has such pages.
 */
vm_fault_t kex_migrate_fault(struct vm_fault *vmf)
{
	struct kex_pool *pool = kex_page_pool(vmf->page);
	unsigned long pfns[2 * KEX_FAULT_STACK], *more = NULL, nr;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.pgmap_owner = pool,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
		.fault_page = vmf->page,
		.start = vmf->address & PAGE_MASK,
		.end = (vmf->address & PAGE_MASK) + PAGE_SIZE,
	};
	struct folio *large = NULL;
	gfp_t gfp = GFP_NOWAIT;
	vm_fault_t ret;

	if (kex_fault_is_large(vmf)) {
		large = kex_large_alloc_fault(pool, vmf, &ret);
		if (!large)
			return ret;
		args.start = ALIGN_DOWN(vmf->address, PMD_SIZE);
		args.end = args.start + PMD_SIZE;
		args.flags |= KEX_SELECT_LARGE;
		/* Less than the whole cannot come home from here */
		gfp = GFP_KERNEL;
	} else if (!kex_fault_splits(vmf)) {
		kex_fault_range(pool, vmf, &args.start, &args.end);
	}
	nr = PHYS_PFN(args.end - args.start);
	if (nr > KEX_FAULT_STACK) {
		more = kmalloc_array(nr, 2 * sizeof(*more), gfp | __GFP_NOWARN);
		if (!more && large) {
			folio_put(large);
			return VM_FAULT_OOM;
		}
		if (!more) {
			args.start = vmf->address & PAGE_MASK;
			args.end = args.start + PAGE_SIZE;
			nr = 1;
		}
	}
	args.src = more ?: pfns;
	args.dst = args.src + nr;
	ret = kex_fault_home(pool, vmf, &args, large);
	kfree(more);
	return ret;
}
