// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: where the pages of a process are
 *
 * By reading its page tables, each entry under the lock of its table: what the
 * kernel's own walkers do, which are not exported.
 */
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>

#include "compat.h"
#include "pool.h"

static u8 kex_device_page_state(const struct kex_pool *pool, const struct page *page)
{
	return kex_page_pgmap(page)->owner == pool ? KEX_PAGES_POOL : KEX_PAGES_FOREIGN;
}

/*
 * More references than mappings: somebody holds it. What is on no list of the
 * kernel's is on its way there, or off: that is a reference, too.
 */
static bool kex_page_held(struct page *page)
{
	struct folio *folio = page_folio(page);
	int known = folio_mapcount(folio) + !folio_test_lru(folio);

	if (folio_test_swapcache(folio))
		known += folio_nr_pages(folio);
	return folio_ref_count(folio) > known;
}

static u8 kex_page_state(struct page *page)
{
	if (is_zone_device_page(page) || folio_test_hugetlb(page_folio(page)) ||
	    folio_test_ksm(page_folio(page)))
		return KEX_PAGES_SPECIAL;
	if (!PageAnon(page))
		return KEX_PAGES_FILE;
	/* Who locks it holds it, too */
	if (folio_test_locked(page_folio(page)))
		return KEX_PAGES_LOCKED;
	if (folio_maybe_dma_pinned(page_folio(page)))
		return KEX_PAGES_PINNED;
	return kex_page_held(page) ? KEX_PAGES_HELD : KEX_PAGES_RAM;
}

static u8 kex_pte_state(const struct kex_pool *pool, pte_t pte)
{
	struct page *page;

	if (pte_none(pte))
		return KEX_PAGES_NONE;
	if (pte_present(pte)) {
		if (is_zero_pfn(pte_pfn(pte)))
			return KEX_PAGES_ZERO;
		if (pte_special(pte) || !pfn_valid(pte_pfn(pte)))
			return KEX_PAGES_SPECIAL;
		return kex_page_state(pte_page(pte));
	}
	page = kex_pte_device_page(pte);
	if (page)
		return kex_device_page_state(pool, page);
	return kex_pte_is_migration(pte) ? KEX_PAGES_BUSY : KEX_PAGES_SPECIAL;
}

/* A whole 2 MiB entry, its lock held */
static u8 kex_pmd_state(const struct kex_pool *pool, pmd_t pmd, bool anon)
{
	struct page *page;

	if (pmd_none(pmd))
		return KEX_PAGES_NONE;
	if (!pmd_present(pmd)) {
		page = kex_pmd_device_page(pmd);
		return page ? kex_device_page_state(pool, page) : KEX_PAGES_BUSY;
	}
	if (pmd_special(pmd) && !anon)
		return KEX_PAGES_SPECIAL;
	page = pmd_page(pmd);
	/* The huge page of zeroes has no name that modules know, and is special since 6.18 */
	return anon && !PageAnon(page) ? KEX_PAGES_ZERO : kex_page_state(page);
}

static pmd_t *kex_pmd_of(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none(READ_ONCE(*pgd)))
		return NULL;
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(READ_ONCE(*p4d)))
		return NULL;
	pud = pud_offset(p4d, addr);
	if (pud_none(READ_ONCE(*pud)) || pud_leaf(READ_ONCE(*pud)))
		return NULL;
	return pmd_offset(pud, addr);
}

/**
 * kex_pages_no_table() - is there one entry, or none, for what a table maps?
 * @mm: the address space, its mmap_lock held
 * @addr: any address of these
 *
 * Return: whether, just now.
 */
bool kex_pages_no_table(struct mm_struct *mm, unsigned long addr)
{
	pmd_t *pmdp = kex_pmd_of(mm, addr), pmd;

	if (!pmdp)
		return true;
	pmd = pmdp_get_lockless(pmdp);
	return pmd_none(pmd) || !pmd_present(pmd) || pmd_leaf(pmd);
}

#ifdef KEX_HAS_LARGE
/**
 * kex_pages_huge() - how many mappings has the large device folio behind one entry?
 * @mm: the address space, its mmap_lock held
 * @addr: any address of the folio
 *
 * Return: how many, just now; as long as the lock is held, no more than then. 0 if there
 * is no such entry.
 */
unsigned int kex_pages_huge(struct mm_struct *mm, unsigned long addr)
{
	pmd_t *pmdp = kex_pmd_of(mm, addr), pmd;
	struct page *page = NULL;
	unsigned int mappings;
	spinlock_t *ptl;

	if (!pmdp)
		return 0;
	ptl = pmd_lock(mm, pmdp);
	pmd = pmdp_get(pmdp);
	if (!pmd_present(pmd) && !pmd_none(pmd))
		page = kex_pmd_device_page(pmd);
	mappings = page ? folio_mapcount(page_folio(page)) : 0;
	spin_unlock(ptl);
	return mappings;
}

/**
 * kex_pages_has_large() - is one entry all that stands for a large device folio?
 * @mm: the address space, its mmap_lock held
 * @addr: the address of the first page
 * @folio: the folio
 *
 * Return: whether, just now; as long as the lock is held, no other address space has
 * it then.
 */
bool kex_pages_has_large(struct mm_struct *mm, unsigned long addr,
			 const struct folio *folio)
{
	pmd_t *pmdp = kex_pmd_of(mm, addr), pmd;
	spinlock_t *ptl;
	bool has;

	if (!pmdp)
		return false;
	ptl = pmd_lock(mm, pmdp);
	pmd = pmdp_get(pmdp);
	has = !pmd_none(pmd) && !pmd_present(pmd) &&
	      kex_pmd_device_page(pmd) == folio_page(folio, 0) &&
	      folio_mapcount(folio) == 1;
	spin_unlock(ptl);
	return has;
}
#endif

/*
 * An empty table may be freed while mmap_lock is held for reading: by RCU, and
 * with its lock held when it is taken out, so that the entry above tells.
 */
static u8 kex_addr_state(const struct kex_pool *pool, struct vm_area_struct *vma,
			 unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pmd_t *pmdp = kex_pmd_of(mm, addr), pmd;
	u8 state = KEX_PAGES_BUSY;
	spinlock_t *ptl;

	if (!pmdp)
		return KEX_PAGES_NONE;
	rcu_read_lock();
	pmd = pmdp_get_lockless(pmdp);
	if (pmd_none(pmd) || !pmd_present(pmd) || pmd_leaf(pmd)) {
		ptl = pmd_lock(mm, pmdp);
		pmd = READ_ONCE(*pmdp);
		if (pmd_none(pmd) || !pmd_present(pmd) || pmd_leaf(pmd))
			state = kex_pmd_state(pool, pmd, vma_is_anonymous(vma));
		spin_unlock(ptl);
	} else {
		ptl = pte_lockptr(mm, &pmd);
		spin_lock(ptl);
		if (pmd_same(pmd, READ_ONCE(*pmdp)))
			state = kex_pte_state(pool,
					      ptep_get(pte_offset_kernel(pmdp, addr)));
		spin_unlock(ptl);
	}
	rcu_read_unlock();
	return state;
}

/**
 * kex_pages_read() - say where pages of an address space are
 * @pool: the pool that is meant by KEX_PAGES_POOL
 * @mm: the address space, its mmap_lock held
 * @addr: address of the first
 * @nr: how many
 * @state: result: a KEX_PAGES_* each
 *
 * Return: how many of them are in @pool.
 */
int kex_pages_read(struct kex_pool *pool, struct mm_struct *mm,
		   unsigned long addr, unsigned long nr, u8 *state)
{
	struct vm_area_struct *vma = NULL;
	unsigned long i;
	int inside = 0;

	mmap_assert_locked(mm);
	for (i = 0; i < nr; i++, addr += PAGE_SIZE) {
		if (!vma || addr >= vma->vm_end)
			vma = find_vma(mm, addr);
		if (!vma || addr < vma->vm_start)
			state[i] = KEX_PAGES_NONE;
		else if (is_vm_hugetlb_page(vma) || (vma->vm_flags & VM_SPECIAL))
			state[i] = KEX_PAGES_SPECIAL;
		else
			state[i] = kex_addr_state(pool, vma, addr);
		inside += state[i] == KEX_PAGES_POOL;
	}
	return inside;
}
