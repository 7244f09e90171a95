// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: huge pages that migrate as one, into a large device folio and home
 *
 * Where one half of the way has no room for that, the folio is split: by the
 * kernel, if an address space is known, else here.
 */
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>

#include "debug.h"
#include "pool.h"

#ifdef KEX_HAS_LARGE
/* Is a range what one PMD entry maps? */
static bool kex_large_is_range(const struct migrate_vma *args)
{
	return IS_ALIGNED(args->start, PMD_SIZE) && args->end - args->start == PMD_SIZE;
}

/**
 * kex_large_fits() - may a range go into a pool as one large folio?
 * @args: the range; mmap_lock held
 *
 * It has a huge page, or nothing yet and may have one.
 *
 * Return: whether, just now.
 */
bool kex_large_fits(const struct migrate_vma *args)
{
	return kex_large_is_range(args) && vma_is_anonymous(args->vma) &&
	       !(args->vma->vm_flags & VM_NOHUGEPAGE) &&
	       kex_pages_no_table(args->vma->vm_mm, args->start);
}

/**
 * kex_large_alloc() - get a huge page for a large folio
 * @must: try hard: else there are small ones
 * @vma: where the folio is; NULL if that is not known
 * @addr: its address there
 *
 * Return: the huge page, or NULL.
 */
struct folio *kex_large_alloc(bool must, struct vm_area_struct *vma, unsigned long addr)
{
	gfp_t gfp = GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM |
		    (must ? __GFP_RETRY_MAYFAIL : __GFP_NORETRY);

	if (kex_point_fails("large_home", 1))
		return NULL;
	return vma ? vma_alloc_folio(gfp, HPAGE_PMD_ORDER, vma, addr) :
		     folio_alloc(gfp, HPAGE_PMD_ORDER);
}

/**
 * kex_large_alloc_home() - the same for a range that is to go home, before it is unmapped
 * @args: the range; mmap_lock held
 *
 * A large folio that has been unmapped as one is split by the kernel (7.3) if it is
 * given small pages; who unmaps a part meanwhile has it lose a reference by that. What
 * is shared goes home in parts: the kernel forgets the others where one of them ends.
 *
 * Return: the huge page; NULL if there is none, or not one large folio that is
 * mapped here alone: without KEX_SELECT_LARGE it is split before it is unmapped.
 */
struct folio *kex_large_alloc_home(const struct migrate_vma *args)
{
	if (!kex_large_is_range(args) ||
	    kex_pages_huge(args->vma->vm_mm, args->start) != 1)
		return NULL;
	return kex_large_alloc(false, args->vma, args->start);
}

/*
 * The fault, which has the folio locked, ends, and lets go of mmap_lock: who comes again
 * with it held would keep the worker from it, if somebody waits for it for writing. Who
 * must keep it comes again all the same, unless that is so just now.
 */
static vm_fault_t kex_large_retry(const struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;

	if (vmf->flags & FAULT_FLAG_ALLOW_RETRY) {
		if (!(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
			mmap_read_unlock(mm);
		return VM_FAULT_RETRY;
	}
	if (!mmap_read_trylock(mm))
		return VM_FAULT_OOM;
	mmap_read_unlock(mm);
	return 0;
}

static bool kex_large_is_splitting(const struct kex_pool *pool, const struct vm_fault *vmf)
{
	return READ_ONCE(pool->split_mm) == vmf->vma->vm_mm &&
	       READ_ONCE(pool->split_addr) == ALIGN_DOWN(vmf->address, PMD_SIZE);
}

/* One at a time: whoever finds another under way comes again */
static void kex_large_split_later(struct kex_pool *pool, const struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;

	if (cmpxchg(&pool->split_mm, NULL, mm))
		return;
	mmgrab(mm);
	WRITE_ONCE(pool->split_addr, ALIGN_DOWN(vmf->address, PMD_SIZE));
	queue_work(system_dfl_wq, &pool->split_work);
}

/**
 * kex_large_alloc_fault() - the same for a CPU fault
 * @pool: the pool
 * @vmf: the fault
 * @ret: result, without a huge page: what the fault returns
 *
 * Its reference keeps the folio from being split: without a huge page a worker does
 * that, and where several processes have the folio: those who unmap it while it is on
 * its way take more references than there are (7.3).
 *
 * Return: the huge page, or NULL.
 */
struct folio *kex_large_alloc_fault(struct kex_pool *pool, const struct vm_fault *vmf,
				    vm_fault_t *ret)
{
	struct folio *folio = NULL;

	/* It is locked, and the mmap_lock held: no fork maps it once more */
	if (folio_mapcount(page_folio(vmf->page)) == 1 && !kex_large_is_splitting(pool, vmf))
		folio = kex_large_alloc(false, vmf->vma, vmf->address);
	if (folio)
		return folio;
	kex_large_split_later(pool, vmf);
	*ret = kex_large_retry(vmf);
	return NULL;
}

/**
 * kex_large_copy_home() - fill a huge page with the bytes of a large folio
 * @pool: the pool
 * @src: as migrate_vma has it, of the folio
 * @to: the huge page, which nobody has seen yet
 *
 * Return: it, locked, as migrate_vma has it.
 */
unsigned long kex_large_copy_home(struct kex_pool *pool, unsigned long src, struct folio *to)
{
	folio_lock(to);
	kex_pool_copy_out(pool, folio_page(to, 0), migrate_pfn_to_page(src), KEX_LARGE_NR);
	return migrate_pfn(folio_pfn(to)) | KEX_PFN_LARGE |
	       (src & MIGRATE_PFN_WRITE ? MIGRATE_PFN_WRITE : 0);
}

/* Page by page, by way of an address space; the arrays for evictions are used */
static unsigned long kex_large_home_of(struct kex_pool *pool, struct mm_struct *mm,
				       unsigned long start, unsigned long end,
				       bool *no_memory)
{
	struct migrate_vma args = {
		.src = pool->evict_src,
		.dst = pool->evict_dst,
		.start = start,
		.pgmap_owner = pool,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
	};
	unsigned long moved = 0;

	/* Whoever keeps it for long must not keep all evictions */
	if (!mmap_read_trylock(mm))
		return 0;
	args.vma = find_vma(mm, start);
	if (args.vma && args.vma->vm_start <= start) {
		args.end = min(end, args.vma->vm_end);
		if (!migrate_vma_setup(&args) && args.cpages) {
			if (!kex_migrate_fill(pool, args.src, args.dst, args.npages, false))
				*no_memory = true;
			migrate_vma_pages(&args);
			moved = kex_migrate_count(pool, args.src, args.dst,
						  args.npages);
			migrate_vma_finalize(&args);
		}
	}
	mmap_read_unlock(mm);
	return moved;
}

/**
 * kex_large_must_split() - is there a large folio that one entry is not all of?
 * @pool: the pool
 * @first: its first page
 *
 * Several processes may have it: where one of them unmaps it meanwhile, the kernel
 * (7.3) forgets the others'. See kex_pool_keep(). Or one has it page by page.
 *
 * Return: whether, just now.
 */
bool kex_large_must_split(struct kex_pool *pool, unsigned long first)
{
	struct folio *folio = page_folio(pfn_to_page(pool->pfn + first));
	bool must;

	if (!folio_try_get(folio))
		return false;
	must = folio_test_large(folio) &&
	       (folio_mapcount(folio) != 1 || folio_entire_mapcount(folio) != 1);
	folio_put(folio);
	return must;
}

/**
 * kex_large_split() - send the pages of a large folio home one by one
 * @pool: the pool, its evict_lock held
 * @first: first page of the folio
 * @evicted: result: what became of them is added
 *
 * For want of a huge page, or because it is not mapped as a whole. The kernel splits
 * device folios for those alone who come by an address space: so one is looked for
 * that has it.
 *
 * Context: may sleep; no mmap_lock held.
 */
void kex_large_split(struct kex_pool *pool, unsigned long first,
		     struct kex_evicted *evicted)
{
	struct folio *folio = page_folio(pfn_to_page(pool->pfn + first));
	unsigned long start, end, moved = 0;
	struct mm_struct *mm;
	unsigned int nth;

	lockdep_assert_held(&pool->evict_lock);
	for (nth = 0; !moved; nth++) {
		if (!folio_try_get(folio))
			break;
		mm = folio_test_large(folio) ? kex_rmap_mm(folio, nth, &start, &end) : NULL;
		folio_put(folio);
		if (!mm)
			break;
		moved = kex_large_home_of(pool, mm, start, end, &evicted->no_memory);
		/* Its last user would have all evictions wait for its end */
		mmput_async(mm);
	}
	evicted->moved += moved;
}

/*
 * A range that is less than the folio has the kernel split it, and leave its pages where
 * they are. Whether there is nothing to be split any more.
 */
static bool kex_large_split_once(struct kex_pool *pool, struct mm_struct *mm,
				 unsigned long addr)
{
	unsigned long src = 0, dst = 0;
	struct migrate_vma args = {
		.src = &src,
		.dst = &dst,
		.start = addr,
		.end = addr + PAGE_SIZE,
		.pgmap_owner = pool,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
	};
	bool done = true;

	/* Whoever keeps it for long must not keep the pool from being taken down */
	if (!mmap_read_trylock(mm))
		return false;
	args.vma = vma_lookup(mm, addr);
	if (args.vma && kex_pages_huge(mm, addr) && !migrate_vma_setup(&args)) {
		migrate_vma_pages(&args);
		migrate_vma_finalize(&args);
		done = !kex_pages_huge(mm, addr);
	}
	mmap_read_unlock(mm);
	return done;
}

/* For a CPU fault that could not; whoever touches the folio has it for a moment */
static void kex_large_split_work(struct work_struct *work)
{
	struct kex_pool *pool = container_of(work, struct kex_pool, split_work);
	struct mm_struct *mm = pool->split_mm;
	unsigned int turn = 0;

	KEX_POINT(large_split);
	if (mmget_not_zero(mm)) {
		while (!kex_large_split_once(pool, mm, pool->split_addr) &&
		       ++turn < KEX_SPLIT_TURNS)
			schedule_timeout_uninterruptible(1);
		mmput_async(mm);
	}
	WRITE_ONCE(pool->split_mm, NULL);
	mmdrop(mm);
}

/**
 * kex_large_init() - prepare for CPU faults on large folios
 * @pool: a pool that is being made
 */
void kex_large_init(struct kex_pool *pool)
{
	INIT_WORK(&pool->split_work, kex_large_split_work);
}

/**
 * kex_large_quiesce() - wait until nothing is done any more for past CPU faults
 * @pool: a pool without pages inside
 */
void kex_large_quiesce(struct kex_pool *pool)
{
	if (cancel_work_sync(&pool->split_work))
		mmdrop(pool->split_mm);
}
#endif
