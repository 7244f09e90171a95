// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the node /dev/kex/_ctl: looking into the memory of any process
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ctl.h"

/* First published sizes: what every caller must at least know */
#define KEX_CTL_WALK_SIZE_V1	offsetofend(struct kex_ctl_walk, next)
#define KEX_CTL_PHYS_SIZE_V1	offsetofend(struct kex_ctl_phys, next)
#define KEX_CTL_WHERE_SIZE_V1	offsetofend(struct kex_ctl_where, name)
#define KEX_CTL_EVICT_SIZE_V1	offsetofend(struct kex_ctl_evict, len)
#define KEX_CTL_PROBE_SIZE_V1	offsetofend(struct kex_ctl_probe, why)
#define KEX_CTL_WATCH_SIZE_V1	offsetofend(struct kex_ctl_watch, len)

/* Most that one call answers: whoever wants more calls again */
#define KEX_CTL_ROOM		512

/* What tells of physical addresses, as /proc/PID/pagemap has it */
static struct mm_struct *kex_ctl_open_phys(pid_t pid, u64 addr, u64 len)
{
	return capable(CAP_SYS_ADMIN) ? kex_target_open(pid, addr, len) : ERR_PTR(-EPERM);
}

static int kex_ctl_walk_mm(struct mm_struct *mm, struct kex_ctl_walk *arg)
{
	unsigned int room = min(arg->nr, KEX_CTL_ROOM);
	struct kex_ctl_entry *entries;
	int ret;

	entries = kvmalloc_array(room, sizeof(*entries), GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	ret = kex_walk_range(mm, arg, entries, room);
	if (!ret && copy_to_user(u64_to_user_ptr(arg->entries), entries,
				 arg->nr * sizeof(*entries)))
		ret = -EFAULT;
	kvfree(entries);
	return ret;
}

static long kex_ctl_walk(void __user *uarg)
{
	struct kex_ctl_walk arg;
	struct mm_struct *mm;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_CTL_WALK_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.nr < KEX_CTL_WALK_MIN)
		return -EINVAL;
	mm = kex_ctl_open_phys(arg.pid, arg.addr, arg.len);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	ret = kex_ctl_walk_mm(mm, &arg);
	mmput(mm);
	if (!ret && copy_to_user(uarg, &arg, min_t(size_t, argsz, sizeof(arg))))
		ret = -EFAULT;
	return ret;
}

static int kex_ctl_phys_mm(struct mm_struct *mm, struct kex_ctl_phys *arg)
{
	unsigned int room = min(arg->nr, KEX_CTL_ROOM);
	struct kex_ctl_run *runs;
	int ret;

	runs = kvmalloc_array(room, sizeof(*runs), GFP_KERNEL_ACCOUNT);
	if (!runs)
		return -ENOMEM;
	ret = kex_phys_range(mm, arg, runs, room);
	if (!ret && copy_to_user(u64_to_user_ptr(arg->runs), runs, arg->nr * sizeof(*runs)))
		ret = -EFAULT;
	kvfree(runs);
	return ret;
}

static long kex_ctl_phys(void __user *uarg)
{
	struct kex_ctl_phys arg;
	struct mm_struct *mm;
	u32 argsz;
	u64 end;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_CTL_PHYS_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (!arg.nr || check_add_overflow(arg.only, arg.only_len, &end))
		return -EINVAL;
	mm = kex_ctl_open_phys(arg.pid, arg.addr, arg.len);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	ret = kex_ctl_phys_mm(mm, &arg);
	mmput(mm);
	if (!ret && copy_to_user(uarg, &arg, min_t(size_t, argsz, sizeof(arg))))
		ret = -EFAULT;
	return ret;
}

static long kex_ctl_where(void __user *uarg)
{
	struct kex_ctl_window *windows;
	struct kex_ctl_where arg;
	unsigned int room;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_CTL_WHERE_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	room = min(arg.nr, KEX_CTL_ROOM);
	memset(arg.carveout, 0, sizeof(arg.carveout));
	memset(arg.name, 0, sizeof(arg.name));
	arg.object_offset = 0;
	windows = kvcalloc(room, sizeof(*windows), GFP_KERNEL_ACCOUNT);
	if (!windows)
		return -ENOMEM;
	ret = kex_where_phys(&arg, windows, room);
	if (!ret && (copy_to_user(u64_to_user_ptr(arg.windows), windows,
				  min(arg.nr, room) * sizeof(*windows)) ||
		     copy_to_user(uarg, &arg, min_t(size_t, argsz, sizeof(arg)))))
		ret = -EFAULT;
	kvfree(windows);
	return ret;
}

static long kex_ctl_evict(void __user *uarg)
{
	struct kex_ctl_evict arg;
	struct mm_struct *mm;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_CTL_EVICT_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.reserved)
		return -EINVAL;
	mm = kex_target_open(arg.pid, arg.addr, arg.len);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	ret = kex_zap_mappings(mm, arg.addr, arg.len);
	mmput(mm);
	return ret;
}

static long kex_ctl_probe(void __user *uarg)
{
	struct kex_ctl_probe arg;
	struct mm_struct *mm;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_CTL_PROBE_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.addr >= TASK_SIZE_64)
		return -EFAULT;
	mm = kex_target_mm(arg.pid);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	ret = kex_probe_page(mm, &arg);
	mmput(mm);
	if (!ret && copy_to_user(uarg, &arg, min_t(size_t, argsz, sizeof(arg))))
		ret = -EFAULT;
	return ret;
}

static long kex_ctl_watch(void __user *uarg)
{
	struct kex_ctl_watch arg;
	struct mm_struct *mm;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_CTL_WATCH_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.reserved)
		return -EINVAL;
	mm = kex_target_open(arg.pid, arg.addr, arg.len);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	ret = kex_watch_open(mm, arg.addr, arg.len);
	mmput(mm);
	return ret;
}

static long kex_ctl_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case KEX_CTL_WALK:
		return kex_ctl_walk(uarg);
	case KEX_CTL_PHYS:
		return kex_ctl_phys(uarg);
	case KEX_CTL_WHERE:
		return kex_ctl_where(uarg);
	case KEX_CTL_EVICT:
		return kex_ctl_evict(uarg);
	case KEX_CTL_PROBE:
		return kex_ctl_probe(uarg);
	case KEX_CTL_WATCH:
		return kex_ctl_watch(uarg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations kex_ctl_fops = {
	.owner		= THIS_MODULE,
	.open		= nonseekable_open,
	.unlocked_ioctl	= kex_ctl_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

/* Of no class of kex's: it is no object, and has no facts */
static struct miscdevice kex_ctl_device = {
	.minor	  = MISC_DYNAMIC_MINOR,
	.name	  = "kex",
	.nodename = "kex/_ctl",
	.mode	  = 0666,
	.fops	  = &kex_ctl_fops,
};

/**
 * kex_ctl_init() - make the node
 *
 * Return: 0 or an errno.
 */
int kex_ctl_init(void)
{
	return misc_register(&kex_ctl_device);
}

/**
 * kex_ctl_exit() - undo kex_ctl_init(); nobody has the node open
 */
void kex_ctl_exit(void)
{
	misc_deregister(&kex_ctl_device);
}
