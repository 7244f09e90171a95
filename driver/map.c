// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: mmap, fault, evict, revoke
 *
 * Entries are inserted with map_rwsem held for reading and zapped with it held
 * for writing, as vfio-pci does with its memory_lock.
 */
#include <linux/bitmap.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "compat.h"
#include "kex.h"

/* How often an evict looks for an mmap under way */
#define KEX_EVICT_PASSES	4

/**
 * struct kex_mm - an address space that entered ->mmap
 * @node: in kex_region.mms
 * @mm: the address space; mmgrab()ed, which keeps its mmap_lock
 *
 * ->mmap inserts entries before its VMA is in the region's address_space, so a
 * zap in between would miss them. A zap therefore waits for the mmap_lock of
 * each of these, after which the VMA can be found, and zaps again. One that
 * comes later sees the new state.
 */
struct kex_mm {
	struct list_head node;
	struct mm_struct *mm;
};

static void kex_mms_free(struct list_head *list)
{
	struct kex_mm *entry, *next;

	list_for_each_entry_safe(entry, next, list, node) {
		mmdrop(entry->mm);
		kfree(entry);
	}
}

/* Is it noted? Moves what dead processes left to @dead on the way */
static bool kex_mm_noted(struct kex_region *region, const struct mm_struct *mm,
			 struct list_head *dead)
{
	struct kex_mm *entry, *next;
	bool noted = false;

	lockdep_assert_held(&region->mms_lock);
	list_for_each_entry_safe(entry, next, &region->mms, node) {
		if (entry->mm == mm)
			noted = true;
		else if (!atomic_read(&entry->mm->mm_users))
			list_move(&entry->node, dead);
	}
	return noted;
}

/**
 * kex_map_prune() - forget address spaces whose processes are gone
 * @region: the region, of which a file is being closed
 */
void kex_map_prune(struct kex_region *region)
{
	LIST_HEAD(dead);

	spin_lock(&region->mms_lock);
	kex_mm_noted(region, NULL, &dead);
	spin_unlock(&region->mms_lock);
	kex_mms_free(&dead);
}

static int kex_mm_note(struct kex_region *region, struct mm_struct *mm)
{
	struct kex_mm *entry;
	LIST_HEAD(unused);

	entry = kmalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return -ENOMEM;
	mmgrab(mm);
	entry->mm = mm;

	spin_lock(&region->mms_lock);
	if (kex_mm_noted(region, mm, &unused))
		list_add(&entry->node, &unused);
	else
		list_add(&entry->node, &region->mms);
	spin_unlock(&region->mms_lock);
	kex_mms_free(&unused);
	return 0;
}

/*
 * Waits until each mmap that was under way is linked. @killable: a fatal
 * signal ends the wait, and what was not waited for stays noted.
 */
static int kex_mms_sync(struct kex_region *region, bool killable)
{
	struct kex_mm *entry, *next;
	LIST_HEAD(todo);
	LIST_HEAD(done);
	int ret = 0;

	spin_lock(&region->mms_lock);
	list_splice_init(&region->mms, &todo);
	spin_unlock(&region->mms_lock);

	list_for_each_entry_safe(entry, next, &todo, node) {
		if (!killable)
			mmap_read_lock(entry->mm);
		else if (mmap_read_lock_killable(entry->mm))
			ret = -EINTR;
		if (ret)
			break;
		mmap_read_unlock(entry->mm);
		list_move(&entry->node, &done);
	}

	spin_lock(&region->mms_lock);
	list_for_each_entry_safe(entry, next, &todo, node)
		list_move(&entry->node, kex_mm_noted(region, entry->mm, &done) ?
					&done : &region->mms);
	spin_unlock(&region->mms_lock);
	kex_mms_free(&done);
	return ret;
}

static void kex_zap(struct kex_region *region, u64 off, u64 len)
{
	lockdep_assert_held_write(&region->map_rwsem);
	unmap_mapping_range(region->obj.inode->i_mapping, off, len, 1);
}

static bool kex_mms_any(struct kex_region *region)
{
	bool any;

	spin_lock(&region->mms_lock);
	any = !list_empty(&region->mms);
	spin_unlock(&region->mms_lock);
	return any;
}

static void kex_evict_range(struct kex_region *region, u64 off, u64 len)
{
	bitmap_set(region->evicted, off >> PAGE_SHIFT, len >> PAGE_SHIFT);
	kex_zap(region, off, len);
}

/*
 * Further passes, as long as there is an mmap that may have inserted entries
 * and is not linked yet. Users who never stop to map do not keep us for ever:
 * then the range does not count as evicted.
 */
static int kex_evict_late(struct kex_region *region, u64 off, u64 len)
{
	int passes, ret;

	lockdep_assert_held(&region->zap_lock);
	for (passes = 0; kex_mms_any(region); passes++) {
		ret = kex_mms_sync(region, true);
		if (ret)
			return ret;
		down_write(&region->map_rwsem);
		kex_evict_range(region, off, len);
		if (passes == KEX_EVICT_PASSES && kex_mms_any(region))
			bitmap_clear(region->evicted, off >> PAGE_SHIFT,
				     len >> PAGE_SHIFT);
		up_write(&region->map_rwsem);
		if (passes == KEX_EVICT_PASSES)
			break;
	}
	return 0;
}

/**
 * kex_map_evict() - zap a range; the next touch of a page brings it back
 * @region: the region
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -EINTR on a fatal signal.
 */
int kex_map_evict(struct kex_region *region, u64 off, u64 len)
{
	int ret = 0;

	if (mutex_lock_killable(&region->zap_lock))
		return -EINTR;
	down_write(&region->map_rwsem);
	if (region->revoked) {
		ret = -ENODEV;
	} else {
		kex_evict_range(region, off, len);
		atomic64_inc(&region->evictions);
	}
	up_write(&region->map_rwsem);
	if (!ret)
		ret = kex_evict_late(region, off, len);
	mutex_unlock(&region->zap_lock);
	return ret;
}

/**
 * kex_map_revoke() - take a live region away from all its users
 * @region: the region; its carve-out's lock held
 *
 * On return it is not live, and no page-table entry leads to it. The caller
 * gives up the first reference. Waits for the mmap_lock of processes that
 * mapped it since the last zap, and cannot be killed: there is no way back.
 */
void kex_map_revoke(struct kex_region *region)
{
	kex_object_hide(&region->obj, true);

	/* Before all that waits for others: the users lose it now */
	down_write(&region->map_rwsem);
	WRITE_ONCE(region->revoked, true);
	kex_zap(region, 0, region->size);
	up_write(&region->map_rwsem);

	mutex_lock(&region->zap_lock);
	kex_mms_sync(region, false);
	down_write(&region->map_rwsem);
	kex_zap(region, 0, region->size);
	up_write(&region->map_rwsem);
	mutex_unlock(&region->zap_lock);

	kex_region_unlist(region);
}

/*
 * Young and dirty from the start: cores without hardware access and dirty bits
 * would else trap on the first write to each page, and nobody needs the bits,
 * since nothing is ever written back.
 */
static pgprot_t kex_pgprot(const struct kex_region *region,
			   const struct vm_area_struct *vma)
{
	pgprot_t prot = vm_get_page_prot(vma->vm_flags);
	pte_t pte;

	switch (region->cache) {
	case KEX_CACHE_WRITE_COMBINE:
		prot = pgprot_writecombine(prot);
		break;
	case KEX_CACHE_UNCACHED:
		prot = pgprot_noncached(prot);
		break;
	case KEX_CACHE_DEVICE:
		prot = pgprot_device(prot);
		break;
	}
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED))
		return prot;
	pte = pte_mkyoung(pte_mkdirty(pfn_pte(0, prot)));
	return __pgprot(pte_val(pte));
}

/* Pages of a range that come back from an evict */
static unsigned long kex_map_restored(struct kex_region *region,
				      unsigned long first, unsigned long nr)
{
	unsigned long end = first + nr, restored = 0;

	for_each_set_bit_from(first, region->evicted, end)
		restored += test_and_clear_bit(first, region->evicted);
	return restored;
}

static vm_fault_t kex_map_insert(struct kex_region *region, struct vm_fault *vmf)
{
	vm_fault_t ret;

	lockdep_assert_held(&region->map_rwsem);
	if (region->revoked)
		return VM_FAULT_SIGBUS;
	ret = vmf_insert_pfn_prot(vmf->vma, vmf->address,
				  PHYS_PFN(region->phys) + vmf->pgoff,
				  kex_pgprot(region, vmf->vma));
	if (ret != VM_FAULT_NOPAGE)
		return ret;
	atomic64_inc(&region->faults);
	atomic64_add(kex_map_restored(region, vmf->pgoff, 1), &region->restores);
	return ret;
}

static vm_fault_t kex_map_fault(struct vm_fault *vmf)
{
	struct kex_region *region = to_kex_region(vmf->vma->vm_file->private_data);
	vm_fault_t ret;

	down_read(&region->map_rwsem);
	ret = kex_map_insert(region, vmf);
	up_read(&region->map_rwsem);
	return ret;
}

/*
 * A debugger's look, with mmap_lock held: PFNMAP memory has no other. The core
 * checks neither the VMA's rights nor its end.
 */
static int kex_map_access(struct vm_area_struct *vma, unsigned long addr,
			  void *buf, int len, int write)
{
	struct kex_region *region = to_kex_region(vma->vm_file->private_data);
	u64 off = ((u64)vma->vm_pgoff << PAGE_SHIFT) + (addr - vma->vm_start);

	if (write && !(vma->vm_flags & VM_WRITE))
		return -EACCES;
	len = min_t(u64, len, vma->vm_end - addr);

	down_read(&region->map_rwsem);
	if (region->revoked)
		len = -ENODEV;
	else if (write)
		kex_region_write(region, off, buf, len);
	else
		kex_region_read(region, buf, off, len);
	up_read(&region->map_rwsem);
	return len;
}

static const struct vm_operations_struct kex_vm_ops = {
	.fault	= kex_map_fault,
	.access	= kex_map_access,
};

/*
 * VM_MAYSHARE, since a file that is open for reading only loses VM_SHARED. A
 * private mapping would copy on write, which a PFNMAP VMA cannot.
 */
static int kex_map_check(const struct kex_region *region,
			 struct vm_area_struct *vma)
{
	unsigned long pages = kex_region_pages(region);

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;
	if ((vma->vm_flags & VM_EXEC) && region->cache != KEX_CACHE_WRITE_BACK)
		return -EPERM;
	return 0;
}

static int kex_map_fill(struct kex_region *region, struct vm_area_struct *vma)
{
	int ret;

	ret = io_remap_pfn_range(vma, vma->vm_start,
				 PHYS_PFN(region->phys) + vma->vm_pgoff,
				 vma->vm_end - vma->vm_start,
				 kex_pgprot(region, vma));
	if (!ret)
		kex_map_restored(region, vma->vm_pgoff, vma_pages(vma));
	return ret;
}

/**
 * kex_map_mmap() - map a part of a region
 * @region: the region
 * @vma: the new VMA; its mmap_lock held for writing
 *
 * Return: 0, -EINVAL if private or out of the region, -EPERM if executable and
 * not write-back, -ENODEV if revoked, -ENOMEM.
 */
int kex_map_mmap(struct kex_region *region, struct vm_area_struct *vma)
{
	int ret;

	ret = kex_map_check(region, vma);
	if (ret)
		return ret;
	if (!region->lazy)
		ret = kex_mm_note(region, vma->vm_mm);
	if (ret)
		return ret;

	kex_vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP,
			 region->cache == KEX_CACHE_WRITE_BACK ? 0 : VM_MAYEXEC);
	/* mprotect() takes the memory type from here */
	vma->vm_page_prot = kex_pgprot(region, vma);
	vma->vm_ops = &kex_vm_ops;

	down_read(&region->map_rwsem);
	if (region->revoked)
		ret = -ENODEV;
	else if (!region->lazy)
		ret = kex_map_fill(region, vma);
	up_read(&region->map_rwsem);
	return ret;
}

/**
 * kex_map_state() - how a region fares
 * @region: the region
 *
 * Return: KEX_STATE_EVICTED if all of it was evicted and nothing of it has
 * been touched since, else KEX_STATE_RESIDENT.
 */
unsigned int kex_map_state(struct kex_region *region)
{
	return bitmap_full(region->evicted, kex_region_pages(region)) ?
	       KEX_STATE_EVICTED : KEX_STATE_RESIDENT;
}

/**
 * kex_map_release() - free a region that nothing maps
 * @obj: the region's object, without references
 */
void kex_map_release(struct kex_object *obj)
{
	kex_mms_free(&to_kex_region(obj)->mms);
	kex_region_release(obj);
}
