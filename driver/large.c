// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: huge pages that migrate as one, into a large device folio and home
 *
 * Where one half of the way has no room for that, the folio is split: by the
 * kernel, if an address space is known, else here.
 */
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/rbtree.h>
#include <linux/rmap.h>
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

/* Where a VMA has a folio, or would have it; false if it lies elsewhere */
static bool kex_large_place(const struct vm_area_struct *vma, const struct folio *folio,
			    unsigned long *start, unsigned long *end)
{
	unsigned long first = max(folio->index, vma->vm_pgoff);
	unsigned long last = min(folio->index + KEX_LARGE_NR,
				 vma->vm_pgoff + vma_pages(vma));

	if (first >= last)
		return false;
	*start = vma->vm_start + PFN_PHYS(first - vma->vm_pgoff);
	*end = vma->vm_start + PFN_PHYS(last - vma->vm_pgoff);
	return true;
}

/*
 * The anon_vma of a folio that is locked, with its root read-locked; NULL if it
 * cannot be had just now. The folio's lock keeps nobody from unmapping it, and
 * with that the anon_vma may go, whose memory RCU keeps one of its kind. A folio
 * that is mapped when the root is locked has it until the root is let go.
 */
static struct anon_vma *kex_large_lock_rmap(struct folio *folio, struct anon_vma **root)
{
	struct anon_vma *anon_vma = NULL;

	rcu_read_lock();
	if (!folio_mapped(folio) || !folio_test_anon(folio))
		goto out;
	anon_vma = (void *)((unsigned long)folio->mapping - FOLIO_MAPPING_ANON);
	*root = READ_ONCE(anon_vma->root);
	if (!down_read_trylock(&(*root)->rwsem)) {
		anon_vma = NULL;
	} else if (!folio_mapped(folio)) {
		up_read(&(*root)->rwsem);
		anon_vma = NULL;
	}
out:
	rcu_read_unlock();
	return anon_vma;
}

/* One of the address spaces that may have a folio, which is locked: the @nth */
static struct mm_struct *kex_large_mm(struct folio *folio, unsigned int nth,
				      unsigned long *start, unsigned long *end)
{
	struct anon_vma *anon_vma, *root;
	struct mm_struct *mm = NULL;
	struct vm_area_struct *vma;
	struct rb_node *node;

	anon_vma = kex_large_lock_rmap(folio, &root);
	if (!anon_vma)
		return NULL;
	for (node = rb_first_cached(&anon_vma->rb_root); node && !mm; node = rb_next(node)) {
		vma = rb_entry(node, struct anon_vma_chain, rb)->vma;
		if (kex_large_place(vma, folio, start, end) &&
		    mmget_not_zero(vma->vm_mm)) {
			if (!nth--)
				mm = vma->vm_mm;
			else
				mmput_async(vma->vm_mm);
		}
	}
	up_read(&root->rwsem);
	return mm;
}

/* Page by page, by way of an address space; the arrays for evictions are used */
static unsigned long kex_large_home_of(struct kex_pool *pool, struct mm_struct *mm,
				       unsigned long start, unsigned long end, gfp_t gfp)
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
			kex_migrate_fill(pool, args.src, args.dst, args.npages, gfp);
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
 * kex_large_is_shared() - is there a large folio that several entries map?
 * @pool: the pool
 * @first: its first page
 *
 * Such a one goes home in parts: where one of its processes unmaps it meanwhile, the
 * kernel (7.3) forgets the others'. See kex_pool_keep().
 *
 * Return: whether, just now.
 */
bool kex_large_is_shared(struct kex_pool *pool, unsigned long first)
{
	struct folio *folio = page_folio(pfn_to_page(pool->pfn + first));
	bool shared;

	if (!folio_try_get(folio))
		return false;
	shared = folio_test_large(folio) && folio_mapcount(folio) > 1;
	folio_put(folio);
	return shared;
}

/**
 * kex_large_split() - send the pages of a large folio home one by one
 * @pool: the pool, its evict_lock held
 * @first: first page of the folio
 * @gfp: for the memory that they get
 *
 * For want of a huge page. The kernel splits device folios for those alone who
 * come by an address space: so one is looked for that has it.
 *
 * Context: may sleep; no mmap_lock held.
 * Return: how many went.
 */
unsigned long kex_large_split(struct kex_pool *pool, unsigned long first, gfp_t gfp)
{
	struct folio *folio = page_folio(pfn_to_page(pool->pfn + first));
	unsigned long start, end, moved = 0;
	struct mm_struct *mm;
	unsigned int nth;

	lockdep_assert_held(&pool->evict_lock);
	for (nth = 0; !moved; nth++) {
		if (!folio_try_get(folio))
			break;
		mm = NULL;
		if (folio_test_large(folio) && folio_trylock(folio)) {
			mm = kex_large_mm(folio, nth, &start, &end);
			folio_unlock(folio);
		}
		folio_put(folio);
		if (!mm)
			break;
		moved = kex_large_home_of(pool, mm, start, end, gfp);
		/* Its last user would have all evictions wait for its end */
		mmput_async(mm);
	}
	return moved;
}
#endif
