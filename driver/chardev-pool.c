// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what an open file of a pool can do
 */
#include <linux/fs.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ctl.h"
#include "debug.h"
#include "mirror.h"
#include "pool.h"

/* First published sizes: what every caller must at least know */
#define KEX_MIGRATE_SIZE_V1	offsetofend(struct kex_migrate, full)
#define KEX_PAGES_SIZE_V1	offsetofend(struct kex_pages, vec)
#define KEX_PEEK_SIZE_V1	offsetofend(struct kex_peek, done)
#define KEX_POOL_EVICT_SIZE_V1	offsetofend(struct kex_pool_evict, pages)

static struct kex_pool *kex_file_pool(struct file *file)
{
	return to_kex_pool(kex_file_space(file));
}

static long kex_pool_file_migrate(struct file *file, struct kex_migrate __user *uarg)
{
	struct kex_pool *pool = kex_file_pool(file);
	struct kex_migrate arg, out = {};
	struct mm_struct *mm;
	u32 argsz;
	int ret;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = kex_arg_read(&arg, sizeof(arg), KEX_MIGRATE_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.to > KEX_MIGRATE_TO_RAM)
		return -EINVAL;
	out.argsz = argsz;
	out.pid = arg.pid;
	out.to = arg.to;
	out.addr = arg.addr;
	out.len = arg.len;
	mm = kex_target_open(arg.pid, arg.addr, arg.len);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	ret = kex_migrate_range(pool, mm, &out);
	mmput(mm);
	if (copy_to_user(uarg, &out, min_t(size_t, argsz, sizeof(out))))
		return -EFAULT;
	return ret;
}

/* A part of the answer at a time, since mmap_lock is held meanwhile */
static int kex_pool_pages_part(struct kex_pool *pool, struct mm_struct *mm,
			       unsigned long addr, unsigned long nr, u8 *state,
			       u8 __user *vec)
{
	unsigned long i;

	if (fatal_signal_pending(current) || mmap_read_lock_killable(mm))
		return -EINTR;
	kex_pages_read(pool, mm, addr, nr, state);
	mmap_read_unlock(mm);
	/* Whoever holds it, it is in system memory */
	for (i = 0; i < nr; i++)
		if (state[i] >= KEX_PAGES_HELD)
			state[i] = KEX_PAGES_RAM;
	return copy_to_user(vec, state, nr) ? -EFAULT : 0;
}

static int kex_pool_pages(struct kex_pool *pool, struct mm_struct *mm,
			  const struct kex_pages *arg)
{
	u8 __user *vec = u64_to_user_ptr(arg->vec);
	unsigned long done, nr, all = PHYS_PFN(arg->len);
	int ret = 0;
	u8 *state;

	state = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	for (done = 0; !ret && done < all; done += nr) {
		KEX_POINT(pages_part);
		nr = min(all - done, PAGE_SIZE);
		ret = kex_pool_pages_part(pool, mm, arg->addr + PFN_PHYS(done), nr,
					  state, vec + done);
		cond_resched();
	}
	kfree(state);
	return ret;
}

static long kex_pool_file_pages(struct file *file, void __user *uarg)
{
	struct kex_pages arg;
	struct mm_struct *mm;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_PAGES_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.reserved)
		return -EINVAL;
	mm = kex_target_open(arg.pid, arg.addr, arg.len);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	ret = kex_pool_pages(kex_file_pool(file), mm, &arg);
	mmput(mm);
	return ret;
}

static long kex_pool_file_peek(struct file *file, unsigned int cmd,
			       struct kex_peek __user *uarg)
{
	unsigned int flags = KEX_MIRROR_POOL;
	struct kex_mirror *mirror;
	struct kex_peek arg;
	u32 argsz;
	u64 end;
	int ret;

	if (cmd == KEX_POKE)
		flags |= KEX_MIRROR_WRITE;
	if (cmd == KEX_POKE && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = kex_arg_read(&arg, sizeof(arg), KEX_PEEK_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (!arg.len || check_add_overflow(arg.addr, arg.len, &end))
		return -EINVAL;
	if (end > TASK_SIZE_MAX)
		return -EFAULT;
	mirror = kex_mirror_get(file->private_data);
	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	ret = kex_mirror_copy(mirror, arg.addr, arg.len, arg.buf, flags, &arg.done);
	if (!ret && put_user(arg.done, &uarg->done))
		ret = -EFAULT;
	return ret;
}

static long kex_pool_file_evict(struct file *file, struct kex_pool_evict __user *uarg)
{
	struct kex_pool_evict arg;
	u32 argsz;
	int ret;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = kex_arg_read(&arg, sizeof(arg), KEX_POOL_EVICT_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (!arg.pages)
		return -EINVAL;
	KEX_POINT(pool_evict_read);
	ret = kex_evict_pages(kex_file_pool(file), &arg.pages);
	if (!ret && put_user(arg.pages, &uarg->pages))
		ret = -EFAULT;
	return ret;
}

static long kex_pool_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	if (READ_ONCE(kex_file_space(file)->revoked))
		return -ENODEV;
	switch (cmd) {
	case KEX_MIGRATE:
		return kex_pool_file_migrate(file, uarg);
	case KEX_PAGES:
		return kex_pool_file_pages(file, uarg);
	case KEX_PEEK:
	case KEX_POKE:
		return kex_pool_file_peek(file, cmd, uarg);
	case KEX_POOL_EVICT:
		return kex_pool_file_evict(file, uarg);
	case KEX_EVICT:
		return kex_file_range(file, uarg, kex_evict_range);
	case KEX_INFO:
	case KEX_EVENTFD:
		return kex_file_ioctl(file, cmd, arg);
	default:
		return kex_dmirror_ioctl(file, cmd, uarg);
	}
}

/* What the mapping below may have: a test needs one page */
#define KEX_POOL_MMAP_PAGES	16

/*
 * Nothing of the pool can be mapped. A private mapping shows pages of zeroes of
 * its own, with struct pages but no files behind them, since the kernel's test
 * program wants a device's memory of that kind to look at.
 */
static int kex_pool_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long addr;
	struct page *page;
	int ret = 0;

	if (READ_ONCE(kex_file_space(file)->revoked))
		return -ENODEV;
	if ((vma->vm_flags & VM_MAYSHARE) || vma_pages(vma) > KEX_POOL_MMAP_PAGES)
		return -EINVAL;
	for (addr = vma->vm_start; !ret && addr < vma->vm_end; addr += PAGE_SIZE) {
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!page)
			return -ENOMEM;
		ret = vm_insert_page(vma, addr, page);
		put_page(page);
	}
	return ret;
}

static int kex_pool_file_release(struct inode *inode, struct file *file)
{
	kex_mirrors_free(file->private_data);
	return kex_file_release(inode, file);
}

static const struct file_operations kex_pool_fops = {
	.owner		= THIS_MODULE,
	.open		= kex_file_open,
	.release	= kex_pool_file_release,
	.poll		= kex_file_poll,
	.unlocked_ioctl	= kex_pool_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= kex_pool_file_mmap,
};

const struct kex_object_ops kex_pool_object_ops = {
	.fops	 = &kex_pool_fops,
	.groups	 = kex_pool_sysfs_groups,
	.empty	 = kex_pool_empty,
	.drop	 = kex_pool_drop,
	.release = kex_pool_release,
};
