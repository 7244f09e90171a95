// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the nodes /dev/kex/<name>: what an open file of any space can do
 */
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "kex.h"

/* First published sizes: what every caller must at least know */
#define KEX_INFO_SIZE_V1	offsetofend(struct kex_info, name)
#define KEX_RANGE_SIZE_V1	offsetofend(struct kex_range, len)
#define KEX_EVENTFD_SIZE_V1	offsetofend(struct kex_eventfd, fd)

/**
 * kex_file_space() - the space that a file is open on
 * @file: a file that kex_file_open() has set up
 *
 * Return: the space.
 */
struct kex_space *kex_file_space(struct file *file)
{
	return ((struct kex_file *)file->private_data)->space;
}

static int kex_node_open(struct inode *inode, struct file *file)
{
	struct kex_object *obj = kex_object_open(iminor(inode));
	int ret;

	if (!obj)
		return -ENXIO;
	file->private_data = obj;
	replace_fops(file, fops_get(obj->ops->fops));
	file->f_mapping = obj->inode->i_mapping;
	ret = file->f_op->open(inode, file);
	if (ret)
		kex_object_close(obj);
	return ret;
}

/* What chrdev_open() finds; open() replaces it by the object's own */
const struct file_operations kex_node_fops = {
	.owner	= THIS_MODULE,
	.open	= kex_node_open,
};

/**
 * kex_file_new() - what is an open file's own
 * @space: its space, which is counted as open by it
 *
 * Return: it, which takes over the reference; or NULL without memory.
 */
struct kex_file *kex_file_new(struct kex_space *space)
{
	struct kex_file *kf;

	kf = kzalloc(sizeof(*kf), GFP_KERNEL_ACCOUNT);
	if (!kf)
		return NULL;
	kf->space = space;
	mutex_init(&kf->mirrors_lock);
	INIT_LIST_HEAD(&kf->mirrors);
	kf->seen = atomic64_read(&space->changes);
	INIT_LIST_HEAD(&kf->windows);
	spin_lock(&space->files_lock);
	list_add_tail(&kf->node, &space->files);
	spin_unlock(&space->files_lock);
	return kf;
}

/**
 * kex_file_open() - give a file what is its own
 * @inode: not used
 * @file: private_data is the object, whose reference it takes over
 *
 * Return: 0, or -ENOMEM with the reference left to the caller.
 */
int kex_file_open(struct inode *inode, struct file *file)
{
	struct kex_file *kf = kex_file_new(to_kex_space(file->private_data));

	if (!kf)
		return -ENOMEM;
	file->private_data = kf;
	return 0;
}

/**
 * kex_file_free() - undo kex_file_new()
 * @kf: what was a file's own; nothing maps the file
 */
void kex_file_free(struct kex_file *kf)
{
	struct kex_space *space = kf->space;

	spin_lock(&space->files_lock);
	list_del(&kf->node);
	spin_unlock(&space->files_lock);
	if (kf->eventfd)
		eventfd_ctx_put(kf->eventfd);
	kex_hole_release(kf);
	kfree(kf);
	kex_mms_prune(space);
	kex_object_close(&space->obj);
}

/**
 * kex_file_release() - undo kex_file_open()
 * @inode: not used
 * @file: a file that nothing maps
 *
 * Return: 0.
 */
int kex_file_release(struct inode *inode, struct file *file)
{
	kex_file_free(file->private_data);
	return 0;
}

/**
 * kex_file_mmap() - ->mmap of any space
 * @file: the file
 * @vma: the new VMA
 *
 * Return: as kex_map_mmap().
 */
int kex_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return kex_map_mmap(kex_file_space(file), vma);
}

/**
 * kex_file_poll() - ->poll of any space
 * @file: the file
 * @wait: whom to wake
 *
 * Return: EPOLLPRI after a change of state until KEX_INFO is called on the file;
 * once revoked, EPOLLERR and EPOLLHUP; the rest as files without ->poll.
 */
__poll_t kex_file_poll(struct file *file, poll_table *wait)
{
	struct kex_file *kf = file->private_data;
	struct kex_space *space = kf->space;
	__poll_t mask = DEFAULT_POLLMASK;

	poll_wait(file, &space->wait, wait);
	if (READ_ONCE(space->revoked))
		mask |= EPOLLERR | EPOLLHUP;
	if (atomic64_read(&space->changes) != READ_ONCE(kf->seen))
		mask |= EPOLLPRI;
	return mask;
}

/**
 * kex_arg_read() - copy a structure that starts with argsz and flags
 * @arg: where to
 * @known: size of @arg
 * @least: what every caller must give
 * @uarg: where from
 * @argsz: result: the size that the caller gave
 *
 * No flag is known.
 *
 * Return: 0, -EFAULT, -EINVAL for a short argsz or a flag, -E2BIG for an argsz
 * above one page or bytes that are not known and not 0.
 */
int kex_arg_read(void *arg, size_t known, size_t least, void __user *uarg, u32 *argsz)
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

static void kex_file_fill_phys(struct kex_space *space, struct kex_info *info)
{
	if (space->obj.kind != KEX_KIND_REGION ||
	    !ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
		return;
	info->phys = to_kex_region(space)->phys;
	info->valid = KEX_INFO_PHYS;
}

static int kex_file_fill_info(struct kex_space *space, struct kex_info *info)
{
	int ret;

	ret = kex_inspect_resident(space, &info->resident);
	if (ret)
		return ret;
	info->kind = space->obj.kind;
	info->cache = space->cache;
	info->state = kex_space_state(space);
	info->size = space->size;
	kex_file_fill_phys(space, info);
	info->mappings = kex_inspect_mappings(space);
	info->opens = READ_ONCE(space->obj.opens);
	info->faults = atomic64_read(&space->faults);
	info->evictions = atomic64_read(&space->evictions);
	info->restores = atomic64_read(&space->restores);
	strscpy(info->name, space->obj.name, sizeof(info->name));
	return 0;
}

static long kex_file_info(struct kex_file *kf, void __user *uarg)
{
	s64 changes = atomic64_read(&kf->space->changes);
	struct kex_info info;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&info, sizeof(info), KEX_INFO_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	memset(&info, 0, sizeof(info));
	info.argsz = argsz;
	ret = kex_file_fill_info(kf->space, &info);
	if (ret)
		return ret;
	if (copy_to_user(uarg, &info, min_t(size_t, argsz, sizeof(info))))
		return -EFAULT;
	WRITE_ONCE(kf->seen, changes);
	return 0;
}

/**
 * kex_file_range() - a call that does something to a range of the object
 * @file: the file
 * @uarg: struct kex_range
 * @act: what to do; off and len have been checked
 *
 * Return: as the UAPI header says.
 */
long kex_file_range(struct file *file, void __user *uarg,
		    int (*act)(struct kex_space *space, u64 off, u64 len,
			       enum kex_reason reason))
{
	struct kex_space *space = kex_file_space(file);
	struct kex_range range;
	u32 argsz;
	int ret;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = kex_arg_read(&range, sizeof(range), KEX_RANGE_SIZE_V1, uarg, &argsz);
	if (!ret)
		ret = kex_check_range(space->size, range.off, range.len);
	return ret ?: act(space, range.off, range.len, KEX_REASON_IOCTL);
}

static long kex_file_eventfd(struct kex_file *kf, void __user *uarg)
{
	struct eventfd_ctx *ctx = NULL;
	struct kex_eventfd arg;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_EVENTFD_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.reserved || arg.fd < -1)
		return -EINVAL;
	if (arg.fd >= 0)
		ctx = eventfd_ctx_fdget(arg.fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);

	spin_lock(&kf->space->files_lock);
	swap(kf->eventfd, ctx);
	spin_unlock(&kf->space->files_lock);
	if (ctx)
		eventfd_ctx_put(ctx);
	return 0;
}

/**
 * kex_file_ioctl() - the calls that every space knows
 * @file: the file
 * @cmd: KEX_*
 * @arg: its argument
 *
 * Return: as the UAPI header says.
 */
long kex_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct kex_file *kf = file->private_data;
	void __user *uarg = (void __user *)arg;

	if (READ_ONCE(kf->space->revoked))
		return -ENODEV;
	switch (cmd) {
	case KEX_INFO:
		return kex_file_info(kf, uarg);
	case KEX_EVICT:
		return kex_file_range(file, uarg, kex_zap_evict);
	case KEX_HOLD:
		return kex_file_range(file, uarg, kex_zap_hold);
	case KEX_RESTORE:
		return kex_file_range(file, uarg, kex_zap_restore);
	case KEX_EVENTFD:
		return kex_file_eventfd(kf, uarg);
	default:
		return -ENOTTY;
	}
}
