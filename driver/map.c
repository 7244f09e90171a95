// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: mmap and fault: what fills page tables
 *
 * Entries are inserted with map_rwsem held for reading: see zap.c.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>

#include "compat.h"
#include "debug.h"
#include "kex.h"
#include "trace.h"

/* No more than a page of entries has with 4 KiB pages */
#define KEX_FAULT_AROUND_MAX	512

static unsigned int kex_fault_around = 64;

static int kex_fault_around_set(const char *text, const struct kernel_param *kp)
{
	return param_set_uint_minmax(text, kp, 1, KEX_FAULT_AROUND_MAX);
}

static const struct kernel_param_ops kex_fault_around_ops = {
	.set = kex_fault_around_set,
	.get = param_get_uint,
};
module_param_cb(fault_around, &kex_fault_around_ops, &kex_fault_around, 0644);
MODULE_PARM_DESC(fault_around, "Most pages that one fault on a region or window maps: 1..512 (64)");

static unsigned long kex_vma_addr(const struct vm_area_struct *vma, unsigned long page)
{
	return vma->vm_start + PFN_PHYS(page - vma->vm_pgoff);
}

static unsigned long kex_vma_page(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + PHYS_PFN(addr - vma->vm_start);
}

/* The part of a run that a VMA maps */
static void kex_run_clip(struct kex_run *run, unsigned long first, unsigned long end)
{
	unsigned long start = max(run->first, first);

	run->nr = min(run->first + run->nr, end) - start;
	run->pfn += start - run->first;
	run->first = start;
}

/* A run has been made reachable, in the space and, by a window, in the region */
static bool kex_run_touched(struct kex_space *space, const struct kex_run *run)
{
	struct kex_region *region = run->region;
	unsigned long page = run->pfn - PHYS_PFN(region->phys);
	bool back;

	back = kex_space_touched(space, run->first, run->first + run->nr - 1);
	if (space == &region->space)
		return back;
	if (!kex_space_touched(&region->space, page, page + run->nr - 1))
		return back;
	atomic64_inc(&region->space.restores);
	return true;
}

/**
 * kex_map_count() - count a fault that has made a run reachable, and trace it
 * @space: the space, map_rwsem held for reading
 * @run: the run
 * @start: when the fault began, for the trace
 */
void kex_map_count(struct kex_space *space, const struct kex_run *run, u64 start)
{
	bool back = kex_run_touched(space, run);

	atomic64_inc(&space->faults);
	if (back)
		atomic64_inc(&space->restores);
	trace_kex_fault(space, PFN_PHYS(run->first), PFN_PHYS(run->nr),
			back ? KEX_REASON_RESTORE : KEX_REASON_LAZY, run->nr, start);
}

/**
 * kex_map_page() - insert the entry of the page that a fault asks for
 * @vmf: the fault, mmap_lock held
 * @space: its space, map_rwsem held for reading
 * @pfn: page frame
 * @prot: protection
 *
 * To the core it is a bug if a page table is asked for where there is a PMD
 * entry, or comes while one is being inserted: see kex_huge_fault(). Once
 * there, a table stays as long as the VMA.
 *
 * Return: VM_FAULT_NOPAGE; VM_FAULT_FALLBACK if there is a PMD entry by now,
 * which does as well; or an error.
 */
vm_fault_t kex_map_page(struct vm_fault *vmf, struct kex_space *space,
			unsigned long pfn, pgprot_t prot)
{
	pmd_t pmd = READ_ONCE(*vmf->pmd);
	vm_fault_t ret = VM_FAULT_FALLBACK;

	if (!pmd_none(pmd) && !pmd_leaf(pmd))
		return vmf_insert_pfn_prot(vmf->vma, vmf->address, pfn, prot);
	down_write(&space->table_rwsem);
	if (!pmd_leaf(READ_ONCE(*vmf->pmd)))
		ret = vmf_insert_pfn_prot(vmf->vma, vmf->address, pfn, prot);
	up_write(&space->table_rwsem);
	return ret;
}

/* The part of a run to insert for a fault: its block, no farther than its table */
static void kex_map_clip(const struct vm_fault *vmf, struct kex_run *run)
{
	unsigned long around = READ_ONCE(kex_fault_around);
	unsigned long block = rounddown(vmf->pgoff, around);
	const struct vm_area_struct *vma = vmf->vma;
	unsigned long start = max(vma->vm_start, vmf->address & PMD_MASK);
	unsigned long last = min(vma->vm_end - 1, vmf->address | ~PMD_MASK);

	kex_run_clip(run, max(block, kex_vma_page(vma, start)),
		     min(block + around, kex_vma_page(vma, last) + 1));
}

/*
 * The page asked for, and its neighbours of the same block: the trap is most of
 * what a fault costs. A neighbour that has its entry keeps it.
 */
static vm_fault_t kex_map_insert(struct vm_fault *vmf, struct kex_space *space,
				 struct kex_run *run, u64 start)
{
	struct vm_area_struct *vma = vmf->vma;
	pgprot_t prot = kex_space_pgprot(space, vma->vm_flags);
	unsigned long i;
	vm_fault_t ret;

	KEX_POINT(fault_found);
	kex_map_clip(vmf, run);
	ret = kex_map_page(vmf, space, run->pfn + vmf->pgoff - run->first, prot);
	if (ret != VM_FAULT_NOPAGE)
		return ret;
	for (i = 0; i < run->nr; i++)
		if (run->first + i != vmf->pgoff &&
		    vmf_insert_pfn_prot(vma, kex_vma_addr(vma, run->first + i),
					run->pfn + i, prot) != VM_FAULT_NOPAGE)
			break;
	kex_map_count(space, run, start);
	return VM_FAULT_NOPAGE;
}

static vm_fault_t kex_map_fault(struct vm_fault *vmf)
{
	struct kex_space *space = kex_vma_file(vmf->vma)->space;
	u64 start = kex_trace_start(kex_fault);
	struct kex_run run;
	vm_fault_t ret;
	s64 changes;

	KEX_POINT(fault_begun);
	down_read(&space->map_rwsem);
	changes = atomic64_read(&space->changes);
	if (space->revoked) {
		ret = VM_FAULT_SIGBUS;
		trace_kex_fault(space, PFN_PHYS(vmf->pgoff), PAGE_SIZE,
				KEX_REASON_REVOKED, 0, start);
	} else {
		if (space->ops->find(space, vmf->pgoff, &run))
			ret = kex_map_insert(vmf, space, &run, start);
		else
			ret = kex_hole_insert(vmf, space, start);
		space->ops->done(&run);
	}
	up_read(&space->map_rwsem);
	if (ret == VM_FAULT_RETRY)
		return kex_hole_wait(vmf, changes, start);
	return ret == VM_FAULT_FALLBACK ? VM_FAULT_NOPAGE : ret;
}

/*
 * With this op there, an entry without write permission stays so until it is
 * asked for: that of a zero hole for ever, any other (mprotect made it) is
 * granted.
 */
static vm_fault_t kex_map_pfn_mkwrite(struct vm_fault *vmf)
{
	struct kex_space *space = kex_vma_file(vmf->vma)->space;
	u64 start = kex_trace_start(kex_fault);

	if (!kex_hole_is_zero(pte_pfn(vmf->orig_pte)))
		return 0;
	trace_kex_fault(space, PFN_PHYS(vmf->pgoff), PAGE_SIZE, KEX_REASON_SIGBUS, 0,
			start);
	return VM_FAULT_SIGBUS;
}

static int kex_map_access_run(const struct kex_run *run, u64 off, void *buf,
			      int len, int write)
{
	u64 at = off - PFN_PHYS(run->first) + PFN_PHYS(run->pfn) - run->region->phys;

	len = min_t(u64, len, PFN_PHYS(run->first + run->nr) - off);
	if (write)
		kex_region_write(run->region, at, buf, len);
	else
		kex_region_read(run->region, buf, at, len);
	return len;
}

/*
 * A debugger's look, with mmap_lock held: PFNMAP memory has no other. The core
 * checks neither the VMA's rights nor its end.
 */
static int kex_map_access(struct vm_area_struct *vma, unsigned long addr,
			  void *buf, int len, int write)
{
	struct kex_space *space = kex_vma_file(vma)->space;
	u64 off = PFN_PHYS(vma->vm_pgoff) + (addr - vma->vm_start);
	struct kex_run run;

	if (write && !(vma->vm_flags & VM_WRITE))
		return -EACCES;
	len = min_t(u64, len, vma->vm_end - addr);

	down_read(&space->map_rwsem);
	if (space->revoked) {
		len = -ENODEV;
	} else {
		if (space->ops->find(space, PHYS_PFN(off), &run))
			len = kex_map_access_run(&run, off, buf, len, write);
		else
			len = kex_hole_access(space, buf,
					      min_t(u64, len, PAGE_SIZE - offset_in_page(off)),
					      write);
		space->ops->done(&run);
	}
	up_read(&space->map_rwsem);
	return len;
}

static void kex_map_close(struct vm_area_struct *vma)
{
	kex_hole_unmapped(kex_vma_file(vma)->space);
}

static const struct vm_operations_struct kex_vm_ops = {
	.close		= kex_map_close,
	.fault		= kex_map_fault,
	.pfn_mkwrite	= kex_map_pfn_mkwrite,
	.access		= kex_map_access,
	KEX_HUGE_VM_OPS
};

/**
 * kex_map_is_ours() - does a VMA show a region or a window?
 * @vma: any VMA, its mmap_lock held
 *
 * Return: whether.
 */
bool kex_map_is_ours(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &kex_vm_ops;
}

/*
 * VM_MAYSHARE, since a file that is open for reading only loses VM_SHARED. A
 * private mapping would copy on write, which a PFNMAP VMA cannot.
 */
static int kex_map_check(const struct kex_space *space,
			 struct vm_area_struct *vma)
{
	unsigned long pages = kex_space_pages(space);

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;
	if ((vma->vm_flags & VM_EXEC) && space->cache != KEX_CACHE_WRITE_BACK)
		return -EPERM;
	return 0;
}

static int kex_map_fill_run(struct kex_space *space, struct vm_area_struct *vma,
			    struct kex_run *run)
{
	int ret;

	ret = io_remap_pfn_range(vma, kex_vma_addr(vma, run->first), run->pfn,
				 PFN_PHYS(run->nr),
				 kex_space_pgprot(space, vma->vm_flags));
	if (!ret)
		kex_run_touched(space, run);
	return ret;
}

/* All of a mapping but what is held, which faults meet */
static int kex_map_fill(struct kex_space *space, struct vm_area_struct *vma)
{
	unsigned long page = vma->vm_pgoff, end = page + vma_pages(vma), last;
	struct kex_run run;
	int ret = 0;

	while (!ret && page < end) {
		if (space->ops->find(space, page, &run)) {
			kex_run_clip(&run, page, end);
			ret = kex_map_fill_run(space, vma, &run);
			page = run.first + run.nr;
		} else {
			last = end - 1;
			kex_space_run(space, page, &last);
			page = last + 1;
		}
		space->ops->done(&run);
	}
	return ret;
}

/**
 * kex_map_mmap() - map a part of a space
 * @space: the space
 * @vma: the new VMA; its mmap_lock held for writing
 *
 * Return: 0, -EINVAL if private or out of the space, -EPERM if executable and
 * not write-back, -ENODEV if revoked, -ENOMEM.
 */
int kex_map_mmap(struct kex_space *space, struct vm_area_struct *vma)
{
	int ret;

	ret = kex_map_check(space, vma);
	if (ret)
		return ret;
	if (!space->lazy)
		ret = kex_mms_note(space, vma->vm_mm);
	if (ret)
		return ret;

	kex_vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP,
			 space->cache == KEX_CACHE_WRITE_BACK ? 0 : VM_MAYEXEC);
	/* mprotect() takes the memory type from here */
	vma->vm_page_prot = kex_space_pgprot(space, vma->vm_flags);
	vma->vm_ops = &kex_vm_ops;

	KEX_POINT(mmap_noted);
	down_read(&space->map_rwsem);
	if (space->revoked)
		ret = -ENODEV;
	else if (!space->lazy)
		ret = kex_map_fill(space, vma);
	up_read(&space->map_rwsem);
	KEX_POINT(mmap_filled);
	return ret;
}
