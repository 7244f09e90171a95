// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what could be done to a page of a process
 *
 * From what the kernel's own code would look at, in its order: get_user_pages() and
 * those who pin by it, process_vm_readv(), and migrate_vma_setup(). Nothing is
 * tried: to pin a page is to fault it in, to copy it, or to fetch it from a pool.
 */
#include <linux/backing-dev.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/slab.h>
#include <linux/userfaultfd_k.h>

#include "compat.h"
#include "ctl.h"
#include "pool.h"

static struct inode *kex_vma_inode(const struct vm_area_struct *vma)
{
	return vma->vm_file ? file_inode(vma->vm_file) : NULL;
}

/* A fault behind the end of a file is SIGBUS */
static bool kex_probe_behind_end(const struct vm_area_struct *vma, unsigned long addr)
{
	u64 off = PFN_PHYS(vma->vm_pgoff + PHYS_PFN(addr - vma->vm_start));
	const struct inode *inode;

	if (!vma->vm_file)
		return false;
	/* Of a block device, that of the device: the file's is the node's */
	inode = vma->vm_file->f_mapping->host;
	return (S_ISREG(inode->i_mode) || S_ISBLK(inode->i_mode)) && off >= i_size_read(inode);
}

/* What every get_user_pages() asks first */
static unsigned int kex_probe_gup(struct vm_area_struct *vma, unsigned long addr,
				  unsigned int frame)
{
	const struct inode *inode;

	if (!vma)
		return KEX_PROBE_HOLE;
	if (vma->vm_flags & (VM_IO | VM_PFNMAP) || frame == KEX_FRAME_PFN)
		return KEX_PROBE_PFN;
	inode = kex_vma_inode(vma);
	if (inode && inode->i_sb->s_magic == SECRETMEM_MAGIC)
		return KEX_PROBE_SPECIAL;
	if (frame == KEX_FRAME_POISON || frame == KEX_FRAME_GUARD)
		return KEX_PROBE_OTHER;
	return kex_probe_behind_end(vma, addr) ? KEX_PROBE_END : KEX_PROBE_YES;
}

static unsigned int kex_probe_read(struct vm_area_struct *vma, unsigned long addr,
				   unsigned int frame)
{
	unsigned int why = kex_probe_gup(vma, addr, frame);

	if (why == KEX_PROBE_HOLE || why == KEX_PROBE_PFN)
		return why;
	return vma->vm_flags & VM_READ ? why : KEX_PROBE_NO_READ;
}

static unsigned int kex_probe_pin(struct vm_area_struct *vma, unsigned long addr,
				  unsigned int frame)
{
	unsigned int why = kex_probe_gup(vma, addr, frame);

	if (why == KEX_PROBE_HOLE || why == KEX_PROBE_PFN)
		return why;
	if (vma->vm_flags & VM_SHADOW_STACK)
		return KEX_PROBE_SPECIAL;
	return vma->vm_flags & VM_WRITE ? why : KEX_PROBE_NO_WRITE;
}

/* Who writes to a file's pages behind its back for long would have it miss that */
static bool kex_probe_writeback(struct vm_area_struct *vma)
{
	if (!KEX_LONGTERM_NO_WRITEBACK || !vma->vm_file ||
	    (vma->vm_flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED))
		return false;
	if (vma->vm_ops && (vma->vm_ops->page_mkwrite || vma->vm_ops->pfn_mkwrite))
		return true;
	return mapping_can_writeback(vma->vm_file->f_mapping);
}

static unsigned int kex_probe_longterm(struct vm_area_struct *vma, unsigned long addr,
				       unsigned int frame)
{
	unsigned int why = kex_probe_pin(vma, addr, frame);

	if (why)
		return why;
	if (vma_is_dax(vma) && S_ISREG(file_inode(vma->vm_file)->i_mode))
		return KEX_PROBE_DAX;
	return kex_probe_writeback(vma) ? KEX_PROBE_WRITEBACK : KEX_PROBE_YES;
}

/* Of a VMA whose pages migrate one by one: where this one is */
static unsigned int kex_probe_migrate_page(struct vm_area_struct *vma, unsigned long addr,
					   unsigned int frame)
{
	u8 state;

	kex_pages_read(NULL, vma->vm_mm, addr, 1, &state);
	switch (state) {
	case KEX_PAGES_RAM:
		return KEX_PROBE_YES;
	case KEX_PAGES_NONE:
	case KEX_PAGES_ZERO:
		if (!vma_is_anonymous(vma))
			return KEX_PROBE_FILE;
		/* Its owner is to be asked what comes there */
		return userfaultfd_missing(vma) ? KEX_PROBE_SPECIAL : KEX_PROBE_YES;
	case KEX_PAGES_FILE:
		return KEX_PROBE_FILE;
	case KEX_PAGES_PINNED:
	case KEX_PAGES_HELD:
		return KEX_PROBE_PINNED;
	case KEX_PAGES_POOL:
	case KEX_PAGES_FOREIGN:
		return KEX_PROBE_THERE;
	case KEX_PAGES_BUSY:
	case KEX_PAGES_LOCKED:
		return KEX_PROBE_BUSY;
	default:
		return frame == KEX_FRAME_SWAP ? KEX_PROBE_SWAP : KEX_PROBE_OTHER;
	}
}

static unsigned int kex_probe_migrate(struct vm_area_struct *vma, unsigned long addr,
				      unsigned int frame)
{
	if (!IS_ENABLED(CONFIG_DEVICE_PRIVATE) || !IS_ENABLED(CONFIG_HMM_MIRROR))
		return KEX_PROBE_KERNEL;
	if (!vma)
		return KEX_PROBE_HOLE;
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return KEX_PROBE_PFN;
	if (is_vm_hugetlb_page(vma))
		return KEX_PROBE_HUGETLB;
	if (vma_is_dax(vma))
		return KEX_PROBE_DAX;
	if (vma->vm_flags & (VM_SPECIAL | VM_MTE))
		return KEX_PROBE_SPECIAL;
	return kex_probe_migrate_page(vma, addr, frame);
}

/* The frame at an address, and the other questions; mmap_lock held */
static void kex_probe_vma(struct mm_struct *mm, const struct kex_look *look,
			  struct kex_ctl_probe *probe)
{
	unsigned long addr = PAGE_ALIGN_DOWN(probe->addr);
	struct vm_area_struct *vma = vma_lookup(mm, addr);
	unsigned int frame = look->leaf[0].frame;

	if (!vma && frame == KEX_FRAME_NONE)
		frame = KEX_FRAME_HOLE;
	probe->frame = frame;
	probe->why[KEX_PROBE_PIN] = kex_probe_pin(vma, addr, frame);
	probe->why[KEX_PROBE_LONGTERM] = kex_probe_longterm(vma, addr, frame);
	probe->why[KEX_PROBE_READ] = kex_probe_read(vma, addr, frame);
	probe->why[KEX_PROBE_MIGRATE] = kex_probe_migrate(vma, addr, frame);
}

/**
 * kex_probe_page() - say what could be done to a page
 * @mm: the address space; a reference of mm_users
 * @probe: the address, in user space; gets frame and why
 *
 * Context: no mmap_lock held.
 * Return: 0, -EINTR on a fatal signal, or -ENOMEM.
 */
int kex_probe_page(struct mm_struct *mm, struct kex_ctl_probe *probe)
{
	struct kex_look *look;
	int ret = -EINTR;

	look = kmalloc(sizeof(*look), GFP_KERNEL_ACCOUNT);
	if (!look)
		return -ENOMEM;
	if (!mmap_read_lock_killable(mm)) {
		kex_table_look(mm, probe->addr, probe->addr + 1, look);
		kex_probe_vma(mm, look, probe);
		mmap_read_unlock(mm);
		ret = 0;
	}
	kfree(look);
	return ret;
}
