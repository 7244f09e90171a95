// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: whole PMD entries (2 MiB where pages have 4 KiB) in lazy mappings
 *
 * Only where nothing of such a block is held and address and memory are aligned
 * alike; else the core is told to fall back to ->fault. Built for kernels that
 * have CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/pgtable.h>

#include "compat.h"
#include "debug.h"
#include "kex.h"
#include "trace.h"

static bool kex_huge = true;
module_param_named(huge, kex_huge, bool, 0644);
MODULE_PARM_DESC(huge, "Map whole 2 MiB entries where they fit (Y)");

/* Is the whole block around a fault in its VMA? @first is its first page */
static bool kex_huge_fits(const struct vm_fault *vmf, unsigned long *first)
{
	unsigned long start = vmf->address & PMD_MASK;
	const struct vm_area_struct *vma = vmf->vma;

	*first = vmf->pgoff - PHYS_PFN(vmf->address - start);
	return start >= vma->vm_start && vma->vm_end - start >= PMD_SIZE;
}

static vm_fault_t kex_huge_insert(struct vm_fault *vmf, struct kex_space *space,
				  const struct kex_run *run, u64 start)
{
	pmd_t pmd = READ_ONCE(*vmf->pmd);
	vm_fault_t ret;

	if (!pmd_none(pmd) && !pmd_leaf(pmd))
		return VM_FAULT_FALLBACK;
	KEX_POINT(huge_found);
	/* As if for a write: young, dirty and writable as kex_space_pgprot() has it */
	ret = kex_insert_pmd(vmf, run->pfn, vmf->vma->vm_flags & VM_WRITE);
	/* What was there already has got back the permission that mprotect() took */
	if (ret == VM_FAULT_NOPAGE && pmd_none(pmd))
		kex_map_count(space, run, start);
	return ret;
}

/**
 * kex_huge_fault() - ->huge_fault: fill a PMD entry, or make it writable
 * @vmf: the fault
 * @order: of the entry
 *
 * Called with mmap_lock held or with the per-VMA lock alone. The latter makes
 * whoever changes the VMA wait with mmap_lock held, so nothing is waited for
 * under it: falling back leads to ->fault, for which the core takes mmap_lock
 * and begins again. Then a wait is as good as ->fault's own, and better than
 * falling back: that would make a page table, which keeps the larger entry away
 * until munmap, because of a zap that happened to be under way.
 *
 * Return: VM_FAULT_NOPAGE, or VM_FAULT_FALLBACK.
 */
vm_fault_t kex_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct kex_space *space = kex_vma_file(vmf->vma)->space;
	bool wait = !(vmf->flags & FAULT_FLAG_VMA_LOCK);
	u64 start = kex_trace_start(kex_fault);
	vm_fault_t ret = VM_FAULT_FALLBACK;
	unsigned long first;
	struct kex_run run;

	if (order != HPAGE_PMD_ORDER || !space->lazy || !READ_ONCE(kex_huge) ||
	    !kex_huge_fits(vmf, &first) || !kex_lock_read(&space->map_rwsem, wait))
		return ret;
	if (!space->revoked &&
	    space->ops->find_all(space, first, HPAGE_PMD_NR, wait, &run)) {
		if (IS_ALIGNED(run.pfn, HPAGE_PMD_NR) &&
		    kex_lock_read(&space->table_rwsem, wait)) {
			ret = kex_huge_insert(vmf, space, &run, start);
			up_read(&space->table_rwsem);
		}
		space->ops->done(&run);
	}
	up_read(&space->map_rwsem);
	return ret;
}

/**
 * kex_huge_open() - ->open: a VMA is split, moved or forked
 * @vma: the new VMA
 *
 * Fork copies a PMD entry that it has read without a lock, and so may give the
 * child one that a zap has just taken from the parent: the core counts on
 * mmap_lock, which unmap_mapping_range() does not take. Therefore it shall not
 * copy; the child's touches fill its mapping.
 */
void kex_huge_open(struct vm_area_struct *vma)
{
	if (kex_vma_file(vma)->space->lazy && vma->vm_mm != current->mm)
		kex_vm_flags_mod(vma, VM_WIPEONFORK, 0);
}

/**
 * kex_huge_area() - ->get_unmapped_area: addresses to which entries can be large
 * @file: the file
 * @addr: where the caller would like it
 * @len: bytes
 * @pgoff: first page
 * @flags: MAP_*
 *
 * Return: an address that is aligned as the memory is, or an errno.
 */
unsigned long kex_huge_area(struct file *file, unsigned long addr, unsigned long len,
			    unsigned long pgoff, unsigned long flags)
{
	struct kex_space *space = kex_file_space(file);

	/* The offset is used for nothing else, and a region may begin anywhere */
	if (space->obj.kind == KEX_KIND_REGION)
		pgoff += PHYS_PFN(to_kex_region(space)->phys);
	return thp_get_unmapped_area(file, addr, len, pgoff, flags);
}
