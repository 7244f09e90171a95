// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what the page tables of any process say
 *
 * The kernel's own walkers are not exported. This one takes no lock: it reads
 * as get_user_pages_fast() does, with interrupts off. Whoever frees a table waits
 * until all who may be reading it are through: by RCU, or, without memory for
 * that, by an interrupt to each CPU.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pgtable.h>

#include "ctl.h"

static const struct {
	unsigned long span;
	unsigned int nr;
} kex_levels[KEX_LEVELS] = {
	[KEX_LEVEL_PGD] = { PGDIR_SIZE, PTRS_PER_PGD },
	[KEX_LEVEL_P4D] = { P4D_SIZE, PTRS_PER_P4D },
	[KEX_LEVEL_PUD] = { PUD_SIZE, PTRS_PER_PUD },
	[KEX_LEVEL_PMD] = { PMD_SIZE, PTRS_PER_PMD },
	[KEX_LEVEL_PTE] = { PAGE_SIZE, PTRS_PER_PTE },
};

/**
 * struct kex_path - the way down to an address
 * @at: where the entry of each level is
 * @value: what was read there, once
 * @last: the level where it ends
 */
struct kex_path {
	const u64 *at[KEX_LEVELS];
	u64 value[KEX_LEVELS];
	unsigned int last;
};

static bool kex_path_add(struct kex_path *path, unsigned int level, const void *at,
			 u64 value)
{
	path->last = level;
	path->at[level] = at;
	path->value[level] = value;
	return kex_entry_is_table(value, level);
}

/*
 * The generic code would make of a level that the compiler knows to be folded a
 * copy of the one above, which has no place in a table. Some kernels fold levels
 * when they boot: these are never none, and lead to themselves.
 */
static void kex_path_find(struct mm_struct *mm, unsigned long addr,
			  struct kex_path *path)
{
	pgd_t *pgdp = pgd_offset(mm, addr), pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp = (p4d_t *)pgdp, p4d;
	pud_t *pudp, pud;
	pmd_t *pmdp, pmd;
	const u64 *ptep;

	kex_path_add(path, KEX_LEVEL_PGD, pgdp, pgd_val(pgd));
	if (pgd_none(pgd))
		return;
	if (!__is_defined(__PAGETABLE_P4D_FOLDED))
		p4dp = p4d_offset_lockless(pgdp, pgd, addr);
	p4d = READ_ONCE(*p4dp);
	kex_path_add(path, KEX_LEVEL_P4D, p4dp, p4d_val(p4d));
	if (p4d_none(p4d))
		return;
	pudp = (pud_t *)p4dp;
	if (!__is_defined(__PAGETABLE_PUD_FOLDED))
		pudp = pud_offset_lockless(p4dp, p4d, addr);
	pud = READ_ONCE(*pudp);
	if (!kex_path_add(path, KEX_LEVEL_PUD, pudp, pud_val(pud)))
		return;
	pmdp = (pmd_t *)pudp;
	if (!__is_defined(__PAGETABLE_PMD_FOLDED))
		pmdp = pmd_offset_lockless(pudp, pud, addr);
	pmd = READ_ONCE(*pmdp);
	if (!kex_path_add(path, KEX_LEVEL_PMD, pmdp, pmd_val(pmd)))
		return;
	ptep = (const u64 *)pte_offset_kernel(&pmd, addr);
	kex_path_add(path, KEX_LEVEL_PTE, ptep, READ_ONCE(*ptep));
}

/* One that lies in the table of the level above is that level */
static bool kex_path_folded(const struct kex_path *path, unsigned int level)
{
	return level && PTR_ALIGN_DOWN(path->at[level], PAGE_SIZE) ==
			PTR_ALIGN_DOWN(path->at[level - 1], PAGE_SIZE);
}

/*
 * Of levels that are one, the lowest knows the entry's place and length, and the
 * table may be longer than any of them thinks.
 */
static void kex_look_step(const struct kex_path *path, unsigned int level,
			  unsigned long addr, struct kex_step *step)
{
	unsigned int nr = kex_levels[level].nr, low = level, high = level;

	while (low < path->last && kex_path_folded(path, low + 1))
		nr = max(nr, kex_levels[++low].nr);
	while (kex_path_folded(path, high))
		nr = max(nr, kex_levels[--high].nr);
	step->folded = kex_path_folded(path, level);
	step->value = path->value[low];
	step->span = kex_levels[low].span;
	step->base = addr & ~(step->span - 1);
	step->table = __pa(path->at[low]) & ~(nr * sizeof(u64) - 1);
	step->nr = nr;
}

/* The entries from the one for the address on, up to one that leads to a table */
static void kex_look_leaves(const struct kex_path *path, unsigned long end,
			    struct kex_look *look)
{
	const struct kex_step *step = &look->step[look->last];
	const u64 *at = path->at[look->last];
	unsigned int left, i;
	u64 value = step->value;

	left = step->nr - ((unsigned long)at / sizeof(u64)) % step->nr;
	left = min_t(unsigned int, left, KEX_LOOK_ENTRIES);
	for (i = 0; i < left && kex_look_addr(look, i) < end; i++) {
		if (i)
			value = READ_ONCE(at[i]);
		if (i && kex_entry_is_table(value, look->last))
			break;
		kex_entry_read(value, look->last, &look->leaf[i]);
	}
	look->nr = i;
}

/**
 * kex_table_look() - read what page tables say around an address
 * @mm: the address space; a reference of mm_users
 * @addr: the address, in user space
 * @end: address behind the last that is of interest
 * @look: result
 *
 * Context: any; no lock is needed, though what is read may be old at once.
 */
void kex_table_look(struct mm_struct *mm, unsigned long addr, unsigned long end,
		    struct kex_look *look)
{
	struct kex_path path;
	unsigned long flags;
	unsigned int level;

	local_irq_save(flags);
	kex_path_find(mm, addr, &path);
	look->last = path.last;
	for (level = 0; level <= path.last; level++)
		kex_look_step(&path, level, addr, &look->step[level]);
	kex_look_leaves(&path, end, look);
	local_irq_restore(flags);
}
