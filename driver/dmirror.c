// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the calls of the kernel's own HMM test device, on a pool
 *
 * With them the kernel's test program (tools/testing/selftests/mm/hmm-tests.c)
 * runs unchanged on two pools, by links named /dev/hmm_dmirror0 and 1.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debug.h"
#include "mirror.h"

/* The ABI of lib/test_hmm_uapi.h, which is not among the kernel's headers */
struct kex_dmirror_cmd {
	__u64 addr;
	__u64 ptr;
	__u64 npages;
	__u64 cpages;
	__u64 faults;
};

#define KEX_DMIRROR(nr)			_IOWR('H', nr, struct kex_dmirror_cmd)
#define KEX_DMIRROR_READ		KEX_DMIRROR(0x00)
#define KEX_DMIRROR_WRITE		KEX_DMIRROR(0x01)
#define KEX_DMIRROR_TO_DEV		KEX_DMIRROR(0x02)
#define KEX_DMIRROR_TO_SYS		KEX_DMIRROR(0x03)
#define KEX_DMIRROR_SNAPSHOT		KEX_DMIRROR(0x04)
#define KEX_DMIRROR_EXCLUSIVE		KEX_DMIRROR(0x05)
#define KEX_DMIRROR_CHECK_EXCLUSIVE	KEX_DMIRROR(0x06)
#define KEX_DMIRROR_RELEASE		KEX_DMIRROR(0x07)
#define KEX_DMIRROR_FLAGS		KEX_DMIRROR(0x08)
#define KEX_DMIRROR_READ_UNLOCKED	KEX_DMIRROR(0x09)

/* A snapshot's bytes */
#define KEX_DMIRROR_PROT_ERROR		0xff
#define KEX_DMIRROR_PROT_NONE		0x00
#define KEX_DMIRROR_PROT_READ		0x01
#define KEX_DMIRROR_PROT_WRITE		0x02
#define KEX_DMIRROR_PROT_PMD		0x04
#define KEX_DMIRROR_PROT_PUD		0x08
#define KEX_DMIRROR_PROT_ZERO		0x10
#define KEX_DMIRROR_PROT_POOL		0x20

static u64 kex_dmirror_len(const struct kex_dmirror_cmd *cmd)
{
	return cmd->npages << PAGE_SHIFT;
}

static int kex_dmirror_copy(struct kex_mirror *mirror, struct kex_dmirror_cmd *cmd,
			    unsigned int flags)
{
	u64 len = kex_dmirror_len(cmd), done = 0, part;
	int ret;

	cmd->faults = 1;
	/* All or nothing: asked again from where it stopped, it says why */
	do {
		ret = kex_mirror_copy(mirror, cmd->addr + done, len - done, cmd->ptr + done,
				      flags, &part);
		done += part;
	} while (!ret && done < len);
	cmd->cpages = PHYS_PFN(done);
	return ret;
}

/* All of a range must be memory that may be read */
static int kex_dmirror_check(const struct kex_dmirror_cmd *cmd)
{
	unsigned long addr = cmd->addr, end = addr + kex_dmirror_len(cmd);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int ret = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	for (; !ret && addr < end; addr = vma->vm_end) {
		vma = vma_lookup(mm, addr);
		if (!vma || !(vma->vm_flags & VM_READ))
			ret = -EINVAL;
		if (ret)
			break;
	}
	mmap_read_unlock(mm);
	return ret;
}

static int kex_dmirror_migrate(struct kex_mirror *mirror, struct kex_dmirror_cmd *cmd,
			       u32 to)
{
	struct kex_migrate arg = {
		.to = to,
		.addr = cmd->addr,
		.len = kex_dmirror_len(cmd),
	};
	u64 done;
	int ret;

	ret = kex_dmirror_check(cmd);
	if (!ret)
		ret = kex_migrate_range(mirror->pool, current->mm, &arg);
	cmd->cpages = arg.moved;
	if (ret || to == KEX_MIGRATE_TO_RAM)
		return ret;
	/* What came in is read back for the caller to compare */
	ret = kex_mirror_copy(mirror, cmd->addr, arg.len, cmd->ptr, KEX_MIRROR_POOL, &done);
	cmd->cpages = PHYS_PFN(done);
	return !ret && done < arg.len ? -ENOENT : ret == -ENXIO ? -ENOENT : ret;
}

static u8 kex_dmirror_state(unsigned long pfn)
{
	struct page *page;
	u8 state;

	if (pfn & HMM_PFN_ERROR)
		return KEX_DMIRROR_PROT_ERROR;
	if (!(pfn & HMM_PFN_VALID))
		return KEX_DMIRROR_PROT_NONE;
	page = hmm_pfn_to_page(pfn);
	if (is_device_private_page(page))
		state = KEX_DMIRROR_PROT_POOL;
	else if (is_zero_pfn(page_to_pfn(page)))
		state = KEX_DMIRROR_PROT_ZERO;
	else
		state = KEX_DMIRROR_PROT_NONE;
	state |= pfn & HMM_PFN_WRITE ? KEX_DMIRROR_PROT_WRITE : KEX_DMIRROR_PROT_READ;
	if (hmm_pfn_to_map_order(pfn) + PAGE_SHIFT == PMD_SHIFT)
		state |= KEX_DMIRROR_PROT_PMD;
	else if (hmm_pfn_to_map_order(pfn) + PAGE_SHIFT == PUD_SHIFT)
		state |= KEX_DMIRROR_PROT_PUD;
	return state;
}

static int kex_dmirror_snapshot_run(struct kex_mirror *mirror, unsigned long addr,
				    unsigned long nr, u8 __user *ptr)
{
	unsigned long pfns[KEX_MIRROR_PAGES] = {}, i;
	u8 state[KEX_MIRROR_PAGES];
	int ret;

	ret = kex_mirror_find(mirror, addr, addr + PFN_PHYS(nr), 0, pfns);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++)
		state[i] = kex_dmirror_state(pfns[i]);
	mutex_unlock(&mirror->lock);
	return copy_to_user(ptr, state, nr) ? -EFAULT : 0;
}

static int kex_dmirror_snapshot(struct kex_mirror *mirror, struct kex_dmirror_cmd *cmd)
{
	u8 __user *ptr = u64_to_user_ptr(cmd->ptr);
	unsigned long nr;
	int ret = 0;

	while (!ret && cmd->cpages < cmd->npages) {
		nr = min_t(u64, cmd->npages - cmd->cpages, KEX_MIRROR_PAGES);
		ret = kex_dmirror_snapshot_run(mirror, cmd->addr + PFN_PHYS(cmd->cpages),
					       nr, ptr + cmd->cpages);
		if (!ret)
			cmd->cpages += nr;
		KEX_POINT(snapshot_run);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret;
}

static int kex_dmirror_exclusive(struct kex_mirror *mirror, struct kex_dmirror_cmd *cmd)
{
	int ret;

	ret = kex_mirror_own(mirror, cmd->addr, cmd->addr + kex_dmirror_len(cmd));
	return ret ?: kex_mirror_read_own(mirror, cmd->addr, cmd->npages, cmd->ptr,
					  &cmd->cpages);
}

static int kex_dmirror_do(struct kex_mirror *mirror, unsigned int nr,
			  struct kex_dmirror_cmd *cmd)
{
	u64 end = cmd->addr + kex_dmirror_len(cmd);

	switch (nr) {
	case KEX_DMIRROR_READ:
	case KEX_DMIRROR_READ_UNLOCKED:
		return kex_dmirror_copy(mirror, cmd, KEX_MIRROR_FAULT);
	case KEX_DMIRROR_WRITE:
		return kex_dmirror_copy(mirror, cmd, KEX_MIRROR_FAULT | KEX_MIRROR_WRITE);
	case KEX_DMIRROR_TO_DEV:
		return kex_dmirror_migrate(mirror, cmd, KEX_MIGRATE_TO_POOL);
	case KEX_DMIRROR_TO_SYS:
		return kex_dmirror_migrate(mirror, cmd, KEX_MIGRATE_TO_RAM);
	case KEX_DMIRROR_SNAPSHOT:
		return kex_dmirror_snapshot(mirror, cmd);
	case KEX_DMIRROR_EXCLUSIVE:
		return kex_dmirror_exclusive(mirror, cmd);
	case KEX_DMIRROR_CHECK_EXCLUSIVE:
		return kex_mirror_owns(mirror, cmd->addr, end) ? -EPERM : 0;
	case KEX_DMIRROR_RELEASE:
		return kex_evict_range(&mirror->pool->space, 0,
				       mirror->pool->space.size, KEX_REASON_IOCTL);
	case KEX_DMIRROR_FLAGS:
		/* Asks for the next allocation to fail: it can do without huge pages */
		return 0;
	default:
		return -ENOTTY;
	}
}

/**
 * kex_dmirror_ioctl() - a call of the HMM test device
 * @file: an open file of a pool
 * @cmd: its number
 * @uarg: its argument
 *
 * The file must be open for writing, whatever the call.
 *
 * Return: 0; -ENOTTY for an unknown number, -EBADF, -EINTR, -ENOMEM, and as there:
 * -EINVAL for a bad range or one without memory, -EFAULT, -EPERM, -ENOENT, -EBUSY.
 */
long kex_dmirror_ioctl(struct file *file, unsigned int cmd, void __user *uarg)
{
	struct kex_dmirror_cmd arg;
	struct kex_mirror *mirror;
	u64 end;
	int ret;

	if (_IOC_TYPE(cmd) != 'H' || _IOC_NR(cmd) > _IOC_NR(KEX_DMIRROR_READ_UNLOCKED) ||
	    cmd != KEX_DMIRROR(_IOC_NR(cmd)))
		return -ENOTTY;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (!PAGE_ALIGNED(arg.addr) || arg.npages > U64_MAX >> PAGE_SHIFT ||
	    check_add_overflow(arg.addr, kex_dmirror_len(&arg), &end) || end <= arg.addr ||
	    end > TASK_SIZE_MAX)
		return -EINVAL;
	arg.cpages = 0;
	arg.faults = 0;
	mirror = kex_mirror_get(file->private_data);
	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	ret = kex_dmirror_do(mirror, cmd, &arg);
	if (ret)
		return ret;
	return copy_to_user(uarg, &arg, sizeof(arg)) ? -EFAULT : 0;
}
