// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what a touch meets where a space has nothing to map
 */
#include <linux/file.h>
#include <linux/gfp.h>
#include <linux/libnvdimm.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "debug.h"
#include "kex.h"
#include "trace.h"

static struct page *kex_zero_page;

/*
 * Mapped with the space's cache attribute, so that the kernel's own, cached
 * view must leave no line behind that could be written back later.
 */
static struct page *kex_hole_page(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_ZERO);

	if (page) {
		arch_wb_cache_pmem(page_address(page), PAGE_SIZE);
		arch_invalidate_pmem(page_address(page), PAGE_SIZE);
	}
	return page;
}

/**
 * kex_hole_init() - get the page that zero holes show
 *
 * Return: 0 or -ENOMEM.
 */
int kex_hole_init(void)
{
	kex_zero_page = kex_hole_page(GFP_KERNEL);
	return kex_zero_page ? 0 : -ENOMEM;
}

/**
 * kex_hole_exit() - undo kex_hole_init(); no mapping is left
 */
void kex_hole_exit(void)
{
	__free_page(kex_zero_page);
}

/**
 * kex_hole_is_zero() - is this the page that zero holes show?
 * @pfn: page frame
 *
 * Return: whether.
 */
bool kex_hole_is_zero(unsigned long pfn)
{
	return pfn == page_to_pfn(kex_zero_page);
}

/**
 * kex_hole_shows() - is this a page that stands for one that is not there?
 * @vma: a VMA over a space
 * @pfn: page frame that it has an entry for
 *
 * Return: whether.
 */
bool kex_hole_shows(const struct vm_area_struct *vma, unsigned long pfn)
{
	const struct page *scratch = READ_ONCE(kex_vma_file(vma)->scratch);

	return kex_hole_is_zero(pfn) || (scratch && pfn == page_to_pfn(scratch));
}

/* The first touch makes it; whoever shares the file shares it */
static struct page *kex_hole_scratch(struct kex_file *file)
{
	struct page *page = READ_ONCE(file->scratch), *other;

	if (page)
		return page;
	page = kex_hole_page(GFP_KERNEL_ACCOUNT);
	if (!page)
		return NULL;
	other = cmpxchg(&file->scratch, NULL, page);
	if (other)
		__free_page(page);
	return other ?: page;
}

static vm_fault_t kex_hole_insert_page(struct vm_fault *vmf, struct kex_space *space,
				       struct page *page, vm_flags_t flags)
{
	vm_fault_t ret;

	if (!page)
		return VM_FAULT_OOM;
	ret = kex_map_page(vmf, space, page_to_pfn(page), kex_space_pgprot(space, flags));
	if (ret == VM_FAULT_NOPAGE)
		atomic64_inc(&space->faults);
	return ret;
}

/*
 * Only what comes from user mode waits: the kernel's own accesses may hold
 * locks, and get EFAULT.
 */
static bool kex_hole_may_wait(const struct vm_fault *vmf)
{
	return (vmf->flags & FAULT_FLAG_USER) &&
	       (vmf->flags & FAULT_FLAG_ALLOW_RETRY) &&
	       !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT);
}

static vm_fault_t kex_hole_answer(struct vm_fault *vmf, struct kex_space *space)
{
	vm_flags_t flags = vmf->vma->vm_flags;

	switch (space->hole) {
	case KEX_HOLE_ZERO:
		if (vmf->flags & FAULT_FLAG_WRITE)
			return VM_FAULT_SIGBUS;
		/* What may be written may be read, also where nobody asked for that */
		if (flags & VM_WRITE)
			flags = (flags & ~VM_WRITE) | VM_READ;
		return kex_hole_insert_page(vmf, space, kex_zero_page, flags);
	case KEX_HOLE_SCRATCH:
		return kex_hole_insert_page(vmf, space,
					    kex_hole_scratch(kex_vma_file(vmf->vma)),
					    flags);
	case KEX_HOLE_WAIT:
		return kex_hole_may_wait(vmf) ? VM_FAULT_RETRY : VM_FAULT_SIGBUS;
	default:
		return VM_FAULT_SIGBUS;
	}
}

static bool kex_hole_over(struct kex_space *space, s64 changes, int unmaps)
{
	return atomic64_read(&space->changes) != changes ||
	       atomic_read(&space->unmaps) != unmaps;
}

/* A hole's reason follows from its mode */
static_assert(KEX_REASON_WAIT - KEX_REASON_SIGBUS == KEX_HOLE_WAIT);

/**
 * kex_hole_insert() - answer a fault where there is nothing to map
 * @vmf: the fault
 * @space: its space, map_rwsem held for reading
 * @start: when the fault began, for the trace
 *
 * Return: as kex_map_page(), or VM_FAULT_SIGBUS; VM_FAULT_RETRY asks for
 * kex_hole_wait() after map_rwsem has been let go.
 */
vm_fault_t kex_hole_insert(struct vm_fault *vmf, struct kex_space *space, u64 start)
{
	vm_fault_t ret;

	KEX_POINT(hole_found);
	lockdep_assert_held_read(&space->map_rwsem);
	ret = kex_hole_answer(vmf, space);
	if (ret == VM_FAULT_NOPAGE)
		trace_kex_fault(space, PFN_PHYS(vmf->pgoff), PAGE_SIZE,
				KEX_REASON_SIGBUS + space->hole, 1, start);
	else if (ret == VM_FAULT_SIGBUS)
		trace_kex_fault(space, PFN_PHYS(vmf->pgoff), PAGE_SIZE,
				KEX_REASON_SIGBUS, 0, start);
	return ret;
}

/**
 * kex_hole_wait() - sleep until the space has changed
 * @vmf: the fault, which asked for it; its mmap_lock is let go
 * @changes: kex_space.changes when there was nothing to map
 * @start: when the fault began, for the trace
 *
 * As a userfaultfd does: signals end the sleep where the fault allows it, so
 * that the process can be killed, stopped and traced, and comes back after its
 * handlers. An munmap ends it, too: it may be that of the page waited for.
 *
 * Return: VM_FAULT_RETRY.
 */
vm_fault_t kex_hole_wait(struct vm_fault *vmf, s64 changes, u64 start)
{
	struct file *file = get_file(vmf->vma->vm_file);
	struct kex_space *space = kex_vma_file(vmf->vma)->space;
	int unmaps = atomic_read(&space->unmaps);

	mmap_read_unlock(vmf->vma->vm_mm);
	if (vmf->flags & FAULT_FLAG_INTERRUPTIBLE)
		wait_event_interruptible(space->wait,
					 kex_hole_over(space, changes, unmaps));
	else
		wait_event_killable(space->wait, kex_hole_over(space, changes, unmaps));
	trace_kex_fault(space, PFN_PHYS(vmf->pgoff), PAGE_SIZE, KEX_REASON_WAIT, 0,
			start);
	/* The last one may be ours, if it was unmapped meanwhile */
	fput(file);
	return VM_FAULT_RETRY;
}

/**
 * kex_hole_unmapped() - a mapping is gone
 * @space: the space; the process' mmap_lock is held, or it is ending
 */
void kex_hole_unmapped(struct kex_space *space)
{
	atomic_inc(&space->unmaps);
	if (space->hole == KEX_HOLE_WAIT)
		wake_up_all(&space->wait);
}

/**
 * kex_hole_access() - answer a debugger where there is nothing to map
 * @space: the space
 * @buf: buffer of the kernel's
 * @len: bytes
 * @write: from @buf, else into it
 *
 * Return: @len, or -EIO: only zero holes can be read.
 */
int kex_hole_access(struct kex_space *space, void *buf, int len, bool write)
{
	if (write || space->hole != KEX_HOLE_ZERO)
		return -EIO;
	memset(buf, 0, len);
	return len;
}

/**
 * kex_hole_release() - free what a file showed in holes
 * @file: a file that nothing maps
 */
void kex_hole_release(struct kex_file *file)
{
	if (file->scratch)
		__free_page(file->scratch);
}
