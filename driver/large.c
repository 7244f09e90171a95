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

#include "debug.h"
#include "pool.h"

#ifdef KEX_HAS_LARGE
/**
 * kex_large_is_range() - is a range what one PMD entry maps?
 * @args: the range
 *
 * Return: whether.
 */
bool kex_large_is_range(const struct migrate_vma *args)
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
 * kex_large_home() - get a huge page with the bytes of a large folio
 * @pool: the pool
 * @src: as migrate_vma has it, of the folio
 * @dst: result
 * @gfp: how hard to try
 * @vma: where the folio is; NULL if that is not known
 * @addr: its address there
 *
 * Return: whether there was one.
 */
bool kex_large_home(struct kex_pool *pool, unsigned long src, unsigned long *dst,
		    gfp_t gfp, struct vm_area_struct *vma, unsigned long addr)
{
	struct folio *folio = NULL;

	if (!kex_point_fails("large_home", 1))
		folio = vma ? vma_alloc_folio(gfp, HPAGE_PMD_ORDER, vma, addr) :
			      folio_alloc(gfp, HPAGE_PMD_ORDER);
	if (!folio)
		return false;
	folio_lock(folio);
	kex_pool_copy_out(pool, folio_page(folio, 0), migrate_pfn_to_page(src), KEX_LARGE_NR);
	*dst = migrate_pfn(folio_pfn(folio)) | KEX_PFN_LARGE |
	       (src & MIGRATE_PFN_WRITE ? MIGRATE_PFN_WRITE : 0);
	return true;
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
#endif
