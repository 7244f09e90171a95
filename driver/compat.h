/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: what differs between the supported kernels
 *
 * The only file with version tests. Where a header tells by itself, its macro
 * is asked; else the first release with the new form is named.
 */
#ifndef _KEX_COMPAT_H
#define _KEX_COMPAT_H

#include <linux/device/class.h>
#include <linux/eventfd.h>
#include <linux/mempolicy.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include <linux/version.h>

#include <uapi/linux/kex.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#include <linux/leafops.h>
#include <linux/swap.h>
#else
#include <linux/swap.h>
#include <linux/swapops.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#include <linux/pfn_t.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "kex needs Linux 6.1 or later"
#endif

/* Without it arch_wb_cache_pmem() does nothing, and says nothing */
#ifndef CONFIG_ARCH_HAS_PMEM_API
#error "kex needs CONFIG_ARM64_PMEM, to clean caches"
#endif

/* class_create() lost its owner in 6.4 */
static inline struct class *kex_class_create(const char *name)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return class_create(name);
#else
	return class_create(THIS_MODULE, name);
#endif
}

/* class.devnode takes a const device since 6.2 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define KEX_DEVNODE_CONST const
#else
#define KEX_DEVNODE_CONST
#endif

/* Binary attributes are const since 6.17 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define KEX_BIN_CONST const
#else
#define KEX_BIN_CONST
#endif

/* eventfd_signal() lost its count in 6.8 */
static inline void kex_eventfd_signal(struct eventfd_ctx *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

/**
 * kex_vm_flags_mod() - set and clear flags of a VMA that is being mapped
 * @vma: the VMA, its mmap_lock held for writing
 * @set: flags to set
 * @clear: flags to clear
 *
 * vm_flags became read-only, with vm_flags_mod() to change it, in 6.3.
 */
static inline void kex_vm_flags_mod(struct vm_area_struct *vma,
				    unsigned long set, unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags |= set;
	vma->vm_flags &= ~clear;
#endif
}

/**
 * kex_pfn_mapped() - what a PFNMAP VMA's entry at an address leads to
 * @vma: the VMA; mmap_lock or the mapping's i_mmap_rwsem held
 * @addr: an address in it
 * @pfn: result: the page frame
 *
 * follow_pfnmap_start() replaced follow_pte() in 6.12.
 *
 * Return: true if there is an entry.
 */
static inline bool kex_pfn_mapped(struct vm_area_struct *vma, unsigned long addr,
				  unsigned long *pfn)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	struct follow_pfnmap_args args = { .vma = vma, .address = addr };

	if (follow_pfnmap_start(&args))
		return false;
	*pfn = args.pfn;
	follow_pfnmap_end(&args);
	return true;
#else
	spinlock_t *ptl;
	pte_t *ptep;

	if (follow_pte(vma->vm_mm, addr, &ptep, &ptl))
		return false;
	/* sparse does not know that follow_pte() took the lock */
	__acquire(ptl);
	*pfn = pte_pfn(*ptep);
	pte_unmap_unlock(ptep, ptl);
	return true;
#endif
}

#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
/**
 * kex_insert_pmd() - insert a PMD entry of a PFNMAP VMA, or make it writable
 * @vmf: the fault; its PMD must not become a page table meanwhile
 * @pfn: first page frame, aligned as the entry
 * @write: young, dirty and writable, if the VMA is
 *
 * pfn_t, a page frame with flags, went in 6.17.
 *
 * Return: VM_FAULT_NOPAGE.
 */
static inline vm_fault_t kex_insert_pmd(struct vm_fault *vmf, unsigned long pfn,
					bool write)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	return vmf_insert_pfn_pmd(vmf, pfn, write);
#else
	return vmf_insert_pfn_pmd(vmf, __pfn_to_pfn_t(pfn, PFN_DEV), write);
#endif
}
#endif

/**
 * kex_zap_vma() - clear the entries of a part of a PFNMAP VMA
 * @vma: the VMA, its mmap_lock held
 * @addr: first address
 * @len: bytes, all of them in the VMA
 *
 * zap_special_vma_range() replaced zap_vma_ptes() between 6.12 and 7.2.
 */
static inline void kex_zap_vma(struct vm_area_struct *vma, unsigned long addr,
			       unsigned long len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	zap_special_vma_range(vma, addr, len);
#else
	zap_vma_ptes(vma, addr, len);
#endif
}

/**
 * kex_pte_absent() - what an entry stands for that is neither present nor empty
 * @pte: the entry, of whatever level
 *
 * The kernel's words for it changed with 6.19.
 *
 * Return: KEX_FRAME_*.
 */
static inline unsigned int kex_pte_absent(pte_t pte)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	softleaf_t entry = softleaf_from_pte(pte);

	if (softleaf_is_swap(entry))
		return KEX_FRAME_SWAP;
	if (softleaf_is_migration(entry))
		return KEX_FRAME_MIGRATION;
	if (softleaf_is_device_private(entry))
		return KEX_FRAME_DEVICE;
	if (softleaf_is_device_exclusive(entry))
		return KEX_FRAME_EXCLUSIVE;
	/* A fault on any other marker than userfaultfd's is fatal */
	if (softleaf_is_marker(entry) && !softleaf_is_uffd_wp_marker(entry))
		return KEX_FRAME_GUARD;
	return softleaf_is_hwpoison(entry) ? KEX_FRAME_POISON : KEX_FRAME_OTHER;
#else
	swp_entry_t entry = pte_to_swp_entry(pte);

	if (!non_swap_entry(entry))
		return KEX_FRAME_SWAP;
	if (is_migration_entry(entry))
		return KEX_FRAME_MIGRATION;
	if (is_device_private_entry(entry))
		return KEX_FRAME_DEVICE;
	if (is_device_exclusive_entry(entry))
		return KEX_FRAME_EXCLUSIVE;
	/* A fault on any other marker than userfaultfd's is fatal */
	if (is_pte_marker_entry(entry) && !(pte_marker_get(entry) & PTE_MARKER_UFFD_WP))
		return KEX_FRAME_GUARD;
	return is_hwpoison_entry(entry) ? KEX_FRAME_POISON : KEX_FRAME_OTHER;
#endif
}

/* Pages of a shared file that is written back are not pinned for long since 6.5 */
#define KEX_LONGTERM_NO_WRITEBACK	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0))

/* Does the process, or the VMA, say where its memory shall be? */
static inline bool kex_has_mempolicy(const struct vm_area_struct *vma)
{
#ifdef CONFIG_NUMA
	return vma->vm_policy || current->mempolicy;
#else
	return false;
#endif
}

/* Since 6.6 */
#ifndef VM_SHADOW_STACK
#define VM_SHADOW_STACK	VM_NONE
#endif

/* Called so, and without a list, since 6.14 */
#ifndef alloc_pages_bulk
#define alloc_pages_bulk	alloc_pages_bulk_array
#endif

/* By what the page of a private mapping of a file is found: a number of its own since 7.3 */
static inline unsigned long kex_vma_anon_pgoff(const struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
	return vma_start_anon_pgoff(vma);
#else
	return vma->vm_pgoff;
#endif
}

/* Named so since 6.17 */
#ifndef FOLIO_MAPPING_ANON
#define FOLIO_MAPPING_ANON	PAGE_MAPPING_ANON
#define FOLIO_MAPPING_FLAGS	PAGE_MAPPING_FLAGS
#endif

#ifdef CONFIG_DEVICE_PRIVATE
/*
 * Device pages: what is freed is a folio since 6.19, and may be a large one; so
 * does a page have to be told its device memory and its order.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#define KEX_PAGE_FREE_OP	folio_free
#define KEX_PAGE_FREE_ARG	struct folio

static inline struct page *kex_free_arg_page(struct folio *folio)
{
	return folio_page(folio, 0);
}

static inline void kex_device_page_init(struct page *page, struct dev_pagemap *pgmap,
					unsigned int order)
{
	/* It may still look as a part of a larger one: no page_folio() before */
	zone_device_page_init(page, pgmap, order);
	if (order)
		folio_set_large_rmappable(page_folio(page));
}

/*
 * As page_pgmap(), read once: where somebody splits the folio, a page without a
 * reference has none for a moment, or there is what leads to its head.
 */
static inline struct dev_pagemap *kex_page_pgmap(const struct page *page)
{
	unsigned long pgmap = (unsigned long)READ_ONCE(page_folio(page)->pgmap);

	return pgmap & 1 ? NULL : (struct dev_pagemap *)pgmap;
}

/* The device page behind an entry that is not present, or NULL */
static inline struct page *kex_pte_device_page(pte_t pte)
{
	softleaf_t entry = softleaf_from_pte(pte);

	return softleaf_is_device_private(entry) ? softleaf_to_page(entry) : NULL;
}

static inline struct page *kex_pmd_device_page(pmd_t pmd)
{
	softleaf_t entry = softleaf_from_pmd(pmd);

	return softleaf_is_device_private(entry) ? softleaf_to_page(entry) : NULL;
}

/* A page that no CPU may touch, locked and with a reference */
static inline struct page *kex_make_exclusive(struct mm_struct *mm, unsigned long addr,
					      void *owner)
{
	struct folio *folio;

	return make_device_exclusive(mm, addr, owner, &folio);
}

/* Is somebody moving the page behind an entry that is not present? */
static inline bool kex_pte_is_migration(pte_t pte)
{
	return softleaf_is_migration(softleaf_from_pte(pte));
}
#else
#define KEX_PAGE_FREE_OP	page_free
#define KEX_PAGE_FREE_ARG	struct page

static inline struct page *kex_free_arg_page(struct page *page)
{
	return page;
}

static inline void kex_device_page_init(struct page *page, struct dev_pagemap *pgmap,
					unsigned int order)
{
	zone_device_page_init(page);
}

static inline struct dev_pagemap *kex_page_pgmap(const struct page *page)
{
	return page->pgmap;
}

static inline struct page *kex_pte_device_page(pte_t pte)
{
	swp_entry_t entry = pte_to_swp_entry(pte);

	return is_device_private_entry(entry) ? pfn_swap_entry_to_page(entry) : NULL;
}

static inline struct page *kex_pmd_device_page(pmd_t pmd)
{
	return NULL;
}

static inline struct page *kex_make_exclusive(struct mm_struct *mm, unsigned long addr,
					      void *owner)
{
	struct page *page = NULL;
	int ret;

	ret = make_device_exclusive_range(mm, addr, addr + PAGE_SIZE, &page, owner);
	if (ret < 0)
		return ERR_PTR(ret);
	return page ?: ERR_PTR(-EBUSY);
}

static inline bool kex_pte_is_migration(pte_t pte)
{
	return is_migration_entry(pte_to_swp_entry(pte));
}
#endif
#endif /* CONFIG_DEVICE_PRIVATE */

/*
 * Since 6.19 a device folio may be as large as a PMD entry, and migrate so. Used
 * where a batch has room for its pages, of which there are KEX_LARGE_NR.
 */
#if defined(MIGRATE_PFN_COMPOUND) && defined(CONFIG_ARCH_HAS_PMD_SOFTLEAVES) && \
	defined(CONFIG_TRANSPARENT_HUGEPAGE) && CONFIG_PAGE_SHIFT == 12
#define KEX_HAS_LARGE
#define KEX_LARGE_NR		((unsigned long)HPAGE_PMD_NR)
#define KEX_PFN_LARGE		MIGRATE_PFN_COMPOUND
#define KEX_SELECT_LARGE	MIGRATE_VMA_SELECT_COMPOUND
#else
#define KEX_LARGE_NR		1UL
#define KEX_PFN_LARGE		0UL
#define KEX_SELECT_LARGE	0
#endif

#endif /* _KEX_COMPAT_H */
