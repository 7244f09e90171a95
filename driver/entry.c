// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what an entry of a page table means
 *
 * An entry that leads to memory, or to nothing, has the same form at each level
 * on arm64, so that all are read as the last level's, but for whether it is there.
 */
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/string.h>

#include <asm/pgtable-hwdef.h>
#include <asm/sysreg.h>

#include "compat.h"
#include "ctl.h"
#include "pool.h"

/* Bits 1 and 0 of an entry above the last level: both set for a table */
#define KEX_ENTRY_TYPE	3

/**
 * kex_entry_is_table() - does an entry lead to a table of the next level?
 * @value: the entry
 * @level: KEX_LEVEL_*
 *
 * Return: whether.
 */
bool kex_entry_is_table(u64 value, unsigned int level)
{
	return level < KEX_LEVEL_PTE && (value & KEX_ENTRY_TYPE) == KEX_ENTRY_TYPE;
}

/* Before 6.9 that which is just being split is there by another bit than a page */
static bool kex_entry_is_present(u64 value, unsigned int level)
{
	return level < KEX_LEVEL_PTE ? pmd_present(__pmd(value)) : pte_present(__pte(value));
}

/**
 * kex_entry_flags() - what the bits of an entry mean
 * @value: the entry
 * @level: KEX_LEVEL_*
 *
 * Return: KEX_ENTRY_*.
 */
u32 kex_entry_flags(u64 value, unsigned int level)
{
	pte_t pte = __pte(value);
	u32 flags = KEX_ENTRY_PRESENT;

	if (kex_entry_is_table(value, level))
		return KEX_ENTRY_TABLE | KEX_ENTRY_PRESENT;
	if (!kex_entry_is_present(value, level))
		return 0;
	flags |= value & PTE_VALID ? 0 : KEX_ENTRY_PROTNONE;
	flags |= value & PTE_USER ? KEX_ENTRY_USER : 0;
	flags |= pte_write(pte) ? KEX_ENTRY_WRITE : 0;
	flags |= value & PTE_UXN ? 0 : KEX_ENTRY_EXEC;
	flags |= pte_young(pte) ? KEX_ENTRY_YOUNG : 0;
	flags |= pte_dirty(pte) ? KEX_ENTRY_DIRTY : 0;
	flags |= value & PTE_CONT ? KEX_ENTRY_CONT : 0;
	flags |= pte_special(pte) ? KEX_ENTRY_SPECIAL : 0;
	return flags | (level < KEX_LEVEL_PTE ? KEX_ENTRY_BLOCK : 0);
}

/**
 * kex_entry_type() - the memory type of an entry that leads to memory
 * @value: the entry
 * @level: KEX_LEVEL_*
 *
 * Not by the kernel's number for it, but by what the CPU has behind that.
 *
 * Return: KEX_TYPE_*; KEX_TYPE_NONE if the entry is not present.
 */
unsigned int kex_entry_type(u64 value, unsigned int level)
{
	unsigned int index = (value & PTE_ATTRINDX_MASK) >> 2;

	if (!kex_entry_is_present(value, level))
		return KEX_TYPE_NONE;
	switch ((read_sysreg(mair_el1) >> (index * 8)) & 0xff) {
	case MAIR_ATTR_NORMAL:
		return KEX_TYPE_NORMAL;
	case MAIR_ATTR_NORMAL_TAGGED:
		return KEX_TYPE_TAGGED;
	case MAIR_ATTR_NORMAL_NC:
		return KEX_TYPE_NORMAL_NC;
	case MAIR_ATTR_DEVICE_nGnRnE:
		return KEX_TYPE_DEVICE_NGNRNE;
	case MAIR_ATTR_DEVICE_nGnRE:
		return KEX_TYPE_DEVICE_NGNRE;
	default:
		return KEX_TYPE_OTHER;
	}
}

/* Without a reference: what it says may be old, but there is always a struct page */
static unsigned int kex_page_frame(struct page *page, unsigned int level)
{
	if (PageAnon(page))
		return KEX_FRAME_ANON;
	if (READ_ONCE(page_folio(page)->mapping))
		return KEX_FRAME_FILE;
	/* The huge page of zeroes has no name that modules know */
	return level < KEX_LEVEL_PTE ? KEX_FRAME_ZERO : KEX_FRAME_DRIVER;
}

/*
 * Nor can it be told by its entry, which is special since 6.18: but other memory that
 * is mapped so is reserved, of a file, or none of the kernel's.
 */
static bool kex_is_huge_zero(pte_t pte, unsigned int level)
{
	struct page *page;

	if (level == KEX_LEVEL_PTE || !pte_special(pte) || !pfn_valid(pte_pfn(pte)))
		return false;
	page = pfn_to_page(pte_pfn(pte));
	return PageCompound(page) && !PageReserved(page) &&
	       !READ_ONCE(page_folio(page)->mapping);
}

static unsigned int kex_present_frame(pte_t pte, unsigned int level)
{
	unsigned long pfn = pte_pfn(pte);

	if (is_zero_pfn(pfn) || kex_hole_is_zero(pfn) || kex_is_huge_zero(pte, level))
		return KEX_FRAME_ZERO;
	if (pte_special(pte) || !pfn_valid(pfn))
		return KEX_FRAME_PFN;
	return kex_page_frame(pfn_to_page(pfn), level);
}

#ifdef CONFIG_DEVICE_PRIVATE
static void kex_device_leaf(struct kex_leaf *leaf, unsigned int level)
{
	struct page *page = level < KEX_LEVEL_PTE ? kex_pmd_device_page(__pmd(leaf->value)) :
						    kex_pte_device_page(__pte(leaf->value));

	if (page)
		kex_pool_describe(page, leaf->pool, &leaf->phys, &leaf->offset);
}
#else
static void kex_device_leaf(struct kex_leaf *leaf, unsigned int level)
{
}
#endif

/**
 * kex_entry_read() - what an entry leads to
 * @value: the entry, which leads to no table
 * @level: KEX_LEVEL_*
 * @leaf: result
 *
 * Context: interrupts off since the entry was read: device memory that it leads to
 * does not go meanwhile.
 */
void kex_entry_read(u64 value, unsigned int level, struct kex_leaf *leaf)
{
	pte_t pte = __pte(value);

	leaf->value = value;
	leaf->phys = 0;
	leaf->offset = 0;
	memset(leaf->pool, 0, sizeof(leaf->pool));
	if (!value) {
		leaf->frame = KEX_FRAME_NONE;
	} else if (kex_entry_is_present(value, level)) {
		leaf->phys = PFN_PHYS(pte_pfn(pte));
		leaf->frame = kex_present_frame(pte, level);
	} else {
		leaf->frame = kex_pte_absent(pte);
		if (leaf->frame == KEX_FRAME_DEVICE)
			kex_device_leaf(leaf, level);
	}
}
