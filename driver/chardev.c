// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the nodes /dev/kex/<name>: what belongs to one open file
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "kex.h"

/* First published sizes: what every caller must at least know */
#define KEX_INFO_SIZE_V1	offsetofend(struct kex_info, name)
#define KEX_RANGE_SIZE_V1	offsetofend(struct kex_range, len)
#define KEX_SYNC_SIZE_V1	offsetofend(struct kex_sync, reserved)

static struct kex_region *kex_file_region(struct file *file)
{
	return to_kex_region(file->private_data);
}

static int kex_node_open(struct inode *inode, struct file *file)
{
	struct kex_object *obj = kex_object_open(iminor(inode));

	if (!obj)
		return -ENXIO;
	file->private_data = obj;
	replace_fops(file, fops_get(obj->ops->fops));
	file->f_mapping = obj->inode->i_mapping;
	return 0;
}

/* What chrdev_open() finds; open() replaces it by the object's own */
const struct file_operations kex_node_fops = {
	.owner	= THIS_MODULE,
	.open	= kex_node_open,
};

static int kex_region_file_release(struct inode *inode, struct file *file)
{
	struct kex_region *region = kex_file_region(file);

	kex_map_prune(region);
	kex_object_close(&region->obj);
	return 0;
}

static loff_t kex_region_llseek(struct file *file, loff_t off, int whence)
{
	struct kex_region *region = kex_file_region(file);

	if (READ_ONCE(region->revoked))
		return -ENODEV;
	return fixed_size_llseek(file, off, whence, region->size);
}

/* One page at most, between region and buffer, unless revoked */
static int kex_region_copy(struct kex_region *region, void *buf, u64 off,
			   size_t len, bool write)
{
	int ret = 0;

	down_read(&region->map_rwsem);
	if (region->revoked)
		ret = -ENODEV;
	else if (write)
		kex_region_write(region, off, buf, len);
	else
		kex_region_read(region, buf, off, len);
	up_read(&region->map_rwsem);
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

	count = min_t(u64, count, region->size - min_t(u64, *pos, region->size));
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

	if (count && *pos >= region->size && !READ_ONCE(region->revoked))
		return -ENOSPC;
	return kex_region_rw(file, (char __user *)ubuf, count, pos, true);
}

static int kex_region_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return kex_map_mmap(kex_file_region(file), vma);
}

/*
 * Copies a structure that starts with argsz and flags, of which none is known.
 * @known: size of @arg; @least: what every caller must give.
 */
static int kex_arg_read(void *arg, size_t known, size_t least,
			void __user *uarg, u32 *argsz)
{
	u32 head[2];
	int ret;

	if (get_user(*argsz, (u32 __user *)uarg))
		return -EFAULT;
	if (*argsz < least)
		return -EINVAL;
	/* As openat2() has it: the rest is looked through for zeroes */
	if (*argsz > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(arg, known, uarg, *argsz);
	if (ret)
		return ret;
	memcpy(head, arg, sizeof(head));
	return head[1] ? -EINVAL : 0;
}

static int kex_region_fill_info(struct kex_region *region, struct kex_info *info)
{
	int ret;

	ret = kex_inspect_resident(region, &info->resident);
	if (ret)
		return ret;
	info->kind = region->obj.kind;
	info->cache = region->cache;
	info->state = kex_map_state(region);
	info->size = region->size;
	if (ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN)) {
		info->phys = region->phys;
		info->valid = KEX_INFO_PHYS;
	}
	info->mappings = kex_inspect_mappings(region);
	info->opens = READ_ONCE(region->obj.opens);
	info->faults = atomic64_read(&region->faults);
	info->evictions = atomic64_read(&region->evictions);
	info->restores = atomic64_read(&region->restores);
	strscpy(info->name, region->obj.name, sizeof(info->name));
	return 0;
}

static long kex_region_info(struct kex_region *region, void __user *uarg)
{
	struct kex_info info;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&info, sizeof(info), KEX_INFO_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	memset(&info, 0, sizeof(info));
	info.argsz = argsz;
	ret = kex_region_fill_info(region, &info);
	if (ret)
		return ret;
	return copy_to_user(uarg, &info, min_t(size_t, argsz, sizeof(info))) ?
	       -EFAULT : 0;
}

static long kex_region_evict(struct file *file, void __user *uarg)
{
	struct kex_region *region = kex_file_region(file);
	struct kex_range range;
	u32 argsz;
	int ret;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = kex_arg_read(&range, sizeof(range), KEX_RANGE_SIZE_V1, uarg, &argsz);
	if (!ret)
		ret = kex_check_range(region->size, range.off, range.len);
	return ret ?: kex_map_evict(region, range.off, range.len);
}

static int kex_sync_check(struct file *file, const struct kex_sync *sync)
{
	u64 size = kex_file_region(file)->size;

	if (!sync->len || !sync->dir || sync->reserved ||
	    sync->dir & ~(KEX_SYNC_TO_DEVICE | KEX_SYNC_FROM_DEVICE))
		return -EINVAL;
	if ((sync->dir & KEX_SYNC_FROM_DEVICE) && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (sync->off > size || sync->len > size - sync->off)
		return -ERANGE;
	return 0;
}

static long kex_region_file_sync(struct file *file, void __user *uarg)
{
	struct kex_region *region = kex_file_region(file);
	struct kex_sync sync;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&sync, sizeof(sync), KEX_SYNC_SIZE_V1, uarg, &argsz);
	if (!ret)
		ret = kex_sync_check(file, &sync);
	if (ret)
		return ret;

	down_read(&region->map_rwsem);
	if (region->revoked)
		ret = -ENODEV;
	else
		kex_region_sync(region, sync.off, sync.len, sync.dir);
	up_read(&region->map_rwsem);
	return ret;
}

static long kex_region_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kex_region *region = kex_file_region(file);
	void __user *uarg = (void __user *)arg;

	if (READ_ONCE(region->revoked))
		return -ENODEV;
	switch (cmd) {
	case KEX_INFO:
		return kex_region_info(region, uarg);
	case KEX_SYNC:
		return kex_region_file_sync(file, uarg);
	case KEX_EVICT:
		return kex_region_evict(file, uarg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations kex_region_fops = {
	.owner		= THIS_MODULE,
	.release	= kex_region_file_release,
	.llseek		= kex_region_llseek,
	.read		= kex_region_file_read,
	.write		= kex_region_file_write,
	.unlocked_ioctl	= kex_region_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= kex_region_file_mmap,
};

const struct kex_object_ops kex_region_object_ops = {
	.fops	 = &kex_region_fops,
	.release = kex_map_release,
};
