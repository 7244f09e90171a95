// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: which address spaces have a page of a pool, and keeping them as they are
 *
 * A page leads to its anon_vma, and that to the VMAs that may have it, as the
 * kernel's own walks of the reverse map go, which are not exported.
 */
#include <linux/mm.h>
#include <linux/rbtree.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>

#include "pool.h"

/*
 * The anon_vma of a folio, with its root read-locked; NULL if it cannot be had just
 * now. Until the root is locked the folio may be unmapped, and the anon_vma go, whose
 * memory RCU keeps one of its kind. A folio that is mapped when the root is locked has
 * its anon_vma until the root is let go.
 */
static struct anon_vma *kex_rmap_lock(struct folio *folio, struct anon_vma **root)
{
	struct anon_vma *anon_vma = NULL;
	unsigned long mapping;

	rcu_read_lock();
	mapping = (unsigned long)READ_ONCE(folio->mapping);
	if ((mapping & FOLIO_MAPPING_FLAGS) != FOLIO_MAPPING_ANON || !folio_mapped(folio))
		goto out;
	anon_vma = (void *)(mapping - FOLIO_MAPPING_ANON);
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

static struct rb_node *kex_rmap_first(struct anon_vma *anon_vma)
{
	return rb_first_cached(&anon_vma->rb_root);
}

static struct vm_area_struct *kex_rmap_vma(struct rb_node *node)
{
	return rb_entry(node, struct anon_vma_chain, rb)->vma;
}

/* Where a VMA has a folio, or would have it; false if it lies elsewhere */
static bool kex_rmap_place(const struct vm_area_struct *vma, const struct folio *folio,
			   unsigned long *start, unsigned long *end)
{
	unsigned long pgoff = kex_vma_anon_pgoff(vma);
	unsigned long first = max(folio->index, pgoff);
	unsigned long last = min(folio->index + folio_nr_pages(folio),
				 pgoff + vma_pages(vma));

	if (first >= last)
		return false;
	*start = vma->vm_start + PFN_PHYS(first - pgoff);
	*end = vma->vm_start + PFN_PHYS(last - pgoff);
	return true;
}

#ifdef KEX_HAS_LARGE
/**
 * kex_rmap_mm() - one of the address spaces that may have a folio
 * @folio: the folio; a reference
 * @nth: which of them
 * @start: result: its first address there
 * @end: result: behind its last
 *
 * Return: the address space, with a reference; NULL if there are no more, or they
 * cannot be found just now.
 */
struct mm_struct *kex_rmap_mm(struct folio *folio, unsigned int nth,
			      unsigned long *start, unsigned long *end)
{
	struct anon_vma *anon_vma, *root;
	struct mm_struct *mm = NULL;
	struct vm_area_struct *vma;
	struct rb_node *node;

	anon_vma = kex_rmap_lock(folio, &root);
	if (!anon_vma)
		return NULL;
	for (node = kex_rmap_first(anon_vma); node && !mm; node = rb_next(node)) {
		vma = kex_rmap_vma(node);
		if (kex_rmap_place(vma, folio, start, end) &&
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
#endif

static bool kex_homes_have(const struct kex_homes *homes, const struct mm_struct *mm)
{
	unsigned int i;

	for (i = 0; i < homes->nr; i++)
		if (homes->mm[i] == mm)
			return true;
	return false;
}

static bool kex_homes_lock_mm(struct kex_homes *homes, struct mm_struct *mm)
{
	if (homes->nr == KEX_HOMES || !mmget_not_zero(mm))
		return false;
	if (!mmap_read_trylock(mm)) {
		mmput_async(mm);
		return false;
	}
	homes->mm[homes->nr++] = mm;
	return true;
}

static void kex_homes_unlock_last(struct kex_homes *homes)
{
	struct mm_struct *mm = homes->mm[--homes->nr];

	mmap_read_unlock(mm);
	/* Its end, if this is its last user, would have all evictions wait */
	mmput_async(mm);
}

/*
 * Does a VMA keep a folio's anon_vma, its mmap_lock held? An munmap that has come
 * to the pages goes on with that lock held for reading, but has taken its VMAs out
 * by then. A large folio is kept from being mapped once more, too: by who has it.
 */
static bool kex_homes_suits(struct vm_area_struct *vma, struct folio *folio)
{
	unsigned long start, end;

	if (find_vma(vma->vm_mm, vma->vm_start) != vma)
		return false;
	return !folio_test_large(folio) ||
	       (kex_rmap_place(vma, folio, &start, &end) &&
		kex_pages_has_large(vma->vm_mm, start, folio));
}

/* Is a folio kept by a VMA's address space, or is it now? */
static bool kex_homes_try(struct kex_homes *homes, struct vm_area_struct *vma,
			  struct folio *folio)
{
	if (kex_homes_have(homes, vma->vm_mm))
		return kex_homes_suits(vma, folio);
	if (!kex_homes_lock_mm(homes, vma->vm_mm))
		return false;
	if (kex_homes_suits(vma, folio))
		return true;
	kex_homes_unlock_last(homes);
	return false;
}

/*
 * Where the anon_vma cannot be had, that says nothing of others: the page is on its
 * way, and mapped by nobody, or the root is locked just now.
 */
static bool kex_homes_add(struct kex_homes *homes, struct folio *folio)
{
	struct anon_vma *anon_vma, *root;
	struct rb_node *node;
	bool found = false;

	anon_vma = kex_rmap_lock(folio, &root);
	if (!anon_vma)
		return false;
	for (node = kex_rmap_first(anon_vma); node && !found; node = rb_next(node))
		found = kex_homes_try(homes, kex_rmap_vma(node), folio);
	up_read(&root->rwsem);
	*(found ? &homes->mapping : &homes->refused) = READ_ONCE(folio->mapping);
	return found;
}

/* Is a page kept, or free? @pages: result: how many it is of */
static bool kex_homes_find(struct kex_pool *pool, struct kex_homes *homes,
			   unsigned long index, unsigned long *pages)
{
	struct page *page = pfn_to_page(pool->pfn + index);
	struct folio *folio = page_folio(page);
	const struct address_space *mapping = READ_ONCE(folio->mapping);
	bool ok = false;

	*pages = 1;
	if (mapping && mapping == homes->refused)
		return false;
	if (mapping && mapping == homes->mapping && !folio_test_large(folio))
		return true;
	/* One that is free stays so; else its folio is just being split, or freed */
	if (!folio_try_get(folio))
		return !test_bit(index, pool->taken);
	if (page == folio_page(folio, 0)) {
		*pages = folio_nr_pages(folio);
		ok = kex_homes_add(homes, folio);
	}
	folio_put(folio);
	return ok;
}

/**
 * kex_homes_lock() - keep the address spaces of pages until they are home
 * @pool: the pool, its map_rwsem held for writing: no page comes in
 * @homes: result, for kex_homes_unlock()
 * @first: first page of the pool; on return the first that could be kept
 * @nr: how many; a large folio is alone, and as a whole
 *
 * migrate_device_range() unmaps pages, and what ends the migration looks for their
 * places by an anon_vma that it has no reference to. Where the last process that
 * had them ends or unmaps them meanwhile, that may be another's by then, and a lock
 * is taken that is never let go (6.12, 7.3). An anon_vma lives as long as a VMA
 * that leads to it; and a VMA that can be found stays as long as the mmap_lock is
 * held for reading, with a reference on the mm.
 *
 * Context: the lock is not waited for, since who has it may keep it for long.
 * Return: for how many pages from there on that was done, all of them side by side;
 * 0 if for none, and @first is behind the last.
 */
unsigned long kex_homes_lock(struct kex_pool *pool, struct kex_homes *homes,
			     unsigned long *first, unsigned long nr)
{
	unsigned long at = *first, end = at + nr, pages;

	lockdep_assert_held_write(&pool->space.map_rwsem);
	homes->nr = 0;
	homes->mapping = NULL;
	homes->refused = NULL;
	homes->busy = false;
	for (; at < end && !kex_homes_find(pool, homes, at, &pages); at += pages)
		if (READ_ONCE(pool->page[at].in))
			homes->busy = true;
	*first = min(at, end);
	if (at >= end)
		return 0;
	do
		at += pages;
	while (at < end && kex_homes_find(pool, homes, at, &pages));
	return min(at, end) - *first;
}

/**
 * kex_homes_unlock() - undo kex_homes_lock()
 * @homes: the address spaces
 */
void kex_homes_unlock(struct kex_homes *homes)
{
	while (homes->nr)
		kex_homes_unlock_last(homes);
}
