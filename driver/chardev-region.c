// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what only an open file of a region can do: read, write, seek, SYNC
 */
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debug.h"
#include "kex.h"

/* First published size: what every caller must at least know */
#define KEX_SYNC_SIZE_V1	offsetofend(struct kex_sync, reserved)

static struct kex_region *kex_file_region(struct file *file)
{
	return to_kex_region(kex_file_space(file));
}

static loff_t kex_region_llseek(struct file *file, loff_t off, int whence)
{
	struct kex_region *region = kex_file_region(file);

	if (READ_ONCE(region->space.revoked))
		return -ENODEV;
	return fixed_size_llseek(file, off, whence, region->space.size);
}

/* One page at most, between region and buffer, unless revoked */
static int kex_region_copy(struct kex_region *region, void *buf, u64 off,
			   size_t len, bool write)
{
	int ret = 0;

	down_read(&region->space.map_rwsem);
	if (region->space.revoked)
		ret = -ENODEV;
	else if (write)
		kex_region_write(region, off, buf, len);
	else
		kex_region_read(region, buf, off, len);
	up_read(&region->space.map_rwsem);
	return ret;
}

static ssize_t kex_region_chunk(struct kex_region *region, void *buf,
				char __user *ubuf, u64 off, size_t len, bool write)
{
	int ret;

	if (write && copy_from_user(buf, ubuf, len))
		return -EFAULT;
	ret = kex_region_copy(region, buf, off, len, write);
	if (ret)
		return ret;
	if (!write && copy_to_user(ubuf, buf, len))
		return -EFAULT;
	return len;
}

/*
 * By way of a page of the kernel's: user memory may itself be a mapping of the
 * region, whose fault takes map_rwsem.
 */
static ssize_t kex_region_rw(struct file *file, char __user *ubuf, size_t count,
			     loff_t *pos, bool write)
{
	struct kex_region *region = kex_file_region(file);
	size_t done = 0, len;
	ssize_t ret = 0;
	void *buf;

	count = min_t(u64, count, region->space.size - min_t(u64, *pos, region->space.size));
	buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	do {
		len = min_t(size_t, count - done, PAGE_SIZE);
		ret = kex_region_chunk(region, buf, ubuf + done, *pos + done, len,
				       write);
		if (ret < 0)
			break;
		done += len;
		cond_resched();
	} while (done < count && !fatal_signal_pending(current));
	kfree(buf);

	*pos += done;
	return done ?: ret;
}

static ssize_t kex_region_file_read(struct file *file, char __user *ubuf,
				    size_t count, loff_t *pos)
{
	return kex_region_rw(file, ubuf, count, pos, false);
}

static ssize_t kex_region_file_write(struct file *file, const char __user *ubuf,
				     size_t count, loff_t *pos)
{
	struct kex_region *region = kex_file_region(file);

	if (count && *pos >= region->space.size && !READ_ONCE(region->space.revoked))
		return -ENOSPC;
	return kex_region_rw(file, (char __user *)ubuf, count, pos, true);
}

static int kex_sync_check(struct file *file, const struct kex_sync *sync)
{
	u64 size = kex_file_space(file)->size;

	if (!sync->len || !sync->dir || sync->reserved ||
	    sync->dir & ~(KEX_SYNC_TO_DEVICE | KEX_SYNC_FROM_DEVICE))
		return -EINVAL;
	if ((sync->dir & KEX_SYNC_FROM_DEVICE) && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (sync->off > size || sync->len > size - sync->off)
		return -ERANGE;
	return 0;
}

/* No more than a step, unless revoked */
static int kex_region_sync_step(struct kex_region *region, u64 off, u64 len,
				unsigned int dir)
{
	int ret = 0;

	if (fatal_signal_pending(current) || down_read_killable(&region->space.map_rwsem))
		return -EINTR;
	if (region->space.revoked)
		ret = -ENODEV;
	else
		kex_region_sync(region, off, len, dir);
	up_read(&region->space.map_rwsem);
	return ret;
}

static long kex_region_file_sync(struct file *file, void __user *uarg)
{
	struct kex_region *region = kex_file_region(file);
	struct kex_sync sync;
	u64 end, step;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&sync, sizeof(sync), KEX_SYNC_SIZE_V1, uarg, &argsz);
	if (!ret)
		ret = kex_sync_check(file, &sync);
	if (ret)
		return ret;

	/* Who takes the region away waits for one step, not for all */
	for (end = sync.off + sync.len; !ret && sync.off < end; sync.off += step) {
		step = min_t(u64, end - sync.off, KEX_STEP - (sync.off & (KEX_STEP - 1)));
		ret = kex_region_sync_step(region, sync.off, step, sync.dir);
		KEX_POINT(sync_step);
	}
	return ret;
}

static long kex_region_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;
	long ret;

	if (READ_ONCE(kex_file_space(file)->revoked))
		return -ENODEV;
	if (cmd == KEX_SYNC)
		return kex_region_file_sync(file, uarg);
	ret = kex_window_ioctl(file, cmd, uarg);
	return ret == -ENOTTY ? kex_file_ioctl(file, cmd, arg) : ret;
}

static int kex_region_file_release(struct inode *inode, struct file *file)
{
	kex_windows_disown(file->private_data);
	return kex_file_release(inode, file);
}

static const struct file_operations kex_region_fops = {
	.owner		= THIS_MODULE,
	.open		= kex_file_open,
	.release	= kex_region_file_release,
	.llseek		= kex_region_llseek,
	.read		= kex_region_file_read,
	.write		= kex_region_file_write,
	.poll		= kex_file_poll,
	.unlocked_ioctl	= kex_region_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= kex_file_mmap,
	KEX_HUGE_FILE_OPS
};

/**
 * kex_file_is_region() - is this an open file of a region?
 * @file: any file
 *
 * Return: whether.
 */
bool kex_file_is_region(const struct file *file)
{
	return file->f_op == &kex_region_fops;
}

static int kex_region_stop(struct kex_object *obj)
{
	return kex_lend_stop(to_kex_region(to_kex_space(obj)));
}

/* What its files made goes with it, since nobody can manage that any more */
static void kex_region_drop(struct kex_object *obj)
{
	struct kex_space *space = to_kex_space(obj);

	kex_windows_disown_all(space);
	kex_lend_recall(to_kex_region(space));
}

const struct kex_object_ops kex_region_object_ops = {
	.fops	 = &kex_region_fops,
	.groups	 = kex_region_sysfs_groups,
	.stop	 = kex_region_stop,
	.drop	 = kex_region_drop,
	.release = kex_region_release,
};
