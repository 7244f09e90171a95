// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: open files of windows, and the calls by which files of regions make
 * windows and lend to them
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debug.h"
#include "kex.h"

/* First published sizes: what every caller must at least know */
#define KEX_WINDOW_CREATE_SIZE_V1	offsetofend(struct kex_window_create, reserved)
#define KEX_WINDOW_MAP_SIZE_V1		offsetofend(struct kex_window_map, pieces)
#define KEX_WINDOW_UNMAP_SIZE_V1	offsetofend(struct kex_window_unmap, len)

/* Room for a number in an anonymous window's name, which only messages show */
#define KEX_WINDOW_NAME_FORMAT	"%.20s:%u"

/* Guards kex_file.windows of all files, and kex_window.owned of all windows */
static DEFINE_SPINLOCK(kex_owners_lock);

/* With a reference for the caller. It stays on the list until it has ended */
static struct kex_window *kex_owned_get(struct kex_file *owner)
{
	struct kex_window *window;

	spin_lock(&kex_owners_lock);
	window = list_first_entry_or_null(&owner->windows, struct kex_window, owned);
	if (window)
		kref_get(&window->space.obj.ref);
	spin_unlock(&kex_owners_lock);
	return window;
}

/* Takes it off the list, with the reference that the list had */
static void kex_owned_forget(struct kex_window *window)
{
	bool owned;

	spin_lock(&kex_owners_lock);
	owned = !list_empty(&window->owned);
	list_del_init(&window->owned);
	WRITE_ONCE(window->owner, NULL);
	spin_unlock(&kex_owners_lock);
	if (owned)
		kex_object_put(&window->space.obj);
}

/*
 * The end of an anonymous window, and of the caller's reference. Several may find
 * it on its owner's list: nobody sees anything through it when any of them is
 * through, and the owner is forgotten, in whose place another file may come to lie.
 */
static void kex_owned_end(struct kex_window *window)
{
	mutex_lock(&window->end_lock);
	if (!window->ended) {
		KEX_POINT(window_ending);
		kex_zap_revoke(&window->space, KEX_REASON_OWNER);
		KEX_POINT(window_revoked);
		kex_lend_end(window);
		window->ended = true;
	}
	mutex_unlock(&window->end_lock);
	kex_owned_forget(window);
	kex_object_put(&window->space.obj);
}

/**
 * kex_windows_disown() - revoke what a file made
 * @owner: a file of a region that is being closed
 */
void kex_windows_disown(struct kex_file *owner)
{
	struct kex_window *window;

	while ((window = kex_owned_get(owner)))
		kex_owned_end(window);
}

static struct kex_window *kex_owned_get_any(struct kex_space *space)
{
	struct kex_window *window = NULL;
	struct kex_file *kf;

	spin_lock(&space->files_lock);
	list_for_each_entry(kf, &space->files, node) {
		window = kex_owned_get(kf);
		if (window)
			break;
	}
	spin_unlock(&space->files_lock);
	return window;
}

/**
 * kex_windows_disown_all() - revoke what all files of a region made
 * @space: a region that is revoked
 */
void kex_windows_disown_all(struct kex_space *space)
{
	struct kex_window *window;

	while ((window = kex_owned_get_any(space)))
		kex_owned_end(window);
}

/* To a file of a region that is not revoked, which would not look again */
static int kex_window_own(struct kex_window *window, struct kex_file *owner)
{
	int ret = 0;

	down_read(&owner->space->map_rwsem);
	if (owner->space->revoked) {
		ret = -ENODEV;
	} else {
		spin_lock(&kex_owners_lock);
		window->owner = owner;
		list_add_tail(&window->owned, &owner->windows);
		spin_unlock(&kex_owners_lock);
	}
	up_read(&owner->space->map_rwsem);
	return ret;
}

/* Nobody else can map through an anonymous window any more */
static int kex_window_file_release(struct inode *inode, struct file *file)
{
	struct kex_window *window = to_kex_window(kex_file_space(file));
	bool owned;

	spin_lock(&kex_owners_lock);
	owned = !list_empty(&window->owned);
	if (owned)
		kref_get(&window->space.obj.ref);
	spin_unlock(&kex_owners_lock);
	if (owned)
		kex_owned_end(window);
	return kex_file_release(inode, file);
}

static const struct file_operations kex_window_fops = {
	.owner		= THIS_MODULE,
	.open		= kex_file_open,
	.release	= kex_window_file_release,
	.poll		= kex_file_poll,
	.unlocked_ioctl	= kex_file_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.mmap		= kex_file_mmap,
	KEX_HUGE_FILE_OPS
};

static void kex_window_drop(struct kex_object *obj)
{
	kex_lend_end(to_kex_window(to_kex_space(obj)));
}

const struct kex_object_ops kex_window_object_ops = {
	.fops	 = &kex_window_fops,
	.groups	 = kex_window_sysfs_groups,
	.drop	 = kex_window_drop,
	.release = kex_window_release,
};

/* A file without a node, which counts as open */
static struct file *kex_window_file(struct kex_window *window)
{
	struct kex_object *obj = &window->space.obj;
	struct kex_file *kf;
	struct file *file;

	kex_object_get_open(obj);
	kf = kex_file_new(&window->space);
	if (!kf) {
		kex_object_close(obj);
		return ERR_PTR(-ENOMEM);
	}
	file = anon_inode_getfile("[kex-window]", &kex_window_fops, kf, O_RDWR);
	if (IS_ERR(file)) {
		kex_file_free(kf);
		return file;
	}
	file->f_mapping = obj->inode->i_mapping;
	return file;
}

static struct kex_window *kex_window_of(struct kex_file *owner,
					const struct kex_window_create *arg)
{
	static atomic_t number = ATOMIC_INIT(0);
	char name[KEX_NAME_SIZE];
	const struct kex_window_params params = {
		.name	= name,
		.size	= arg->size,
		.cache	= owner->space->cache,
		.hole	= arg->hole,
	};
	struct kex_window *window;

	snprintf(name, sizeof(name), KEX_WINDOW_NAME_FORMAT, owner->space->obj.name,
		 (unsigned int)atomic_inc_return(&number));
	window = kex_window_new(owner->space->co, &params, &kex_window_object_ops);
	if (!IS_ERR(window))
		window->anonymous = true;
	return window;
}

/* The window's file; whoever closes it ends the window */
static struct file *kex_window_open(struct kex_file *owner,
				    const struct kex_window_create *arg)
{
	struct kex_window *window = kex_window_of(owner, arg);
	struct file *file;
	int ret;

	if (IS_ERR(window))
		return ERR_CAST(window);
	file = kex_window_file(window);
	if (IS_ERR(file)) {
		kex_object_put(&window->space.obj);
		return file;
	}
	KEX_POINT(window_made);
	ret = kex_window_own(window, owner);
	if (ret) {
		kex_object_put(&window->space.obj);
		fput(file);
		return ERR_PTR(ret);
	}
	return file;
}

static int kex_window_create_check(const struct kex_window_create *arg)
{
	if (arg->reserved || arg->hole > KEX_HOLE_WAIT)
		return -EINVAL;
	if (!arg->size || !PAGE_ALIGNED(arg->size))
		return -EINVAL;
	return arg->size > KEX_WINDOW_MAX_SIZE ? -ERANGE : 0;
}

static long kex_window_create_call(struct file *file, void __user *uarg)
{
	struct kex_window_create arg;
	struct file *made;
	int ret, fd;
	u32 argsz;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = kex_arg_read(&arg, sizeof(arg), KEX_WINDOW_CREATE_SIZE_V1, uarg, &argsz);
	if (!ret)
		ret = kex_window_create_check(&arg);
	if (ret)
		return ret;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	made = kex_window_open(file->private_data, &arg);
	if (IS_ERR(made)) {
		put_unused_fd(fd);
		return PTR_ERR(made);
	}
	fd_install(fd, made);
	return fd;
}

/*
 * The window behind a descriptor, if this file may change it: a named one that
 * is open for writing, or an anonymous one that the file made. @target keeps it.
 */
static struct kex_window *kex_window_get(struct file *file, int fd, struct file **target)
{
	const struct kex_file *owner;
	struct kex_window *window;
	int ret = -EINVAL;

	*target = fget(fd);
	if (!*target)
		return ERR_PTR(-EBADF);
	if ((*target)->f_op != &kex_window_fops)
		goto err_put;
	window = to_kex_window(kex_file_space(*target));
	ret = -EBADF;
	if (!((*target)->f_mode & FMODE_WRITE))
		goto err_put;
	owner = READ_ONCE(window->owner);
	if (!window->anonymous || owner == file->private_data)
		return window;
	/* It has none once it is being revoked */
	ret = owner ? -EPERM : -ENODEV;
err_put:
	fput(*target);
	return ERR_PTR(ret);
}

static void kex_lenders_put(struct file **lenders, unsigned int nr)
{
	while (nr--)
		fput(lenders[nr]);
}

static int kex_lender_get(const struct kex_window_piece *piece, struct file **lender)
{
	int ret = 0;

	if (piece->reserved)
		return -EINVAL;
	*lender = fget(piece->region_fd);
	if (!*lender)
		return -EBADF;
	if (!kex_file_is_region(*lender))
		ret = -EINVAL;
	else if (~(*lender)->f_mode & (FMODE_READ | FMODE_WRITE))
		ret = -EBADF;
	if (ret)
		fput(*lender);
	return ret;
}

/* Files, not regions, are kept meanwhile: their regions count as open */
static int kex_window_lend(struct kex_window *window,
			   const struct kex_window_piece *pieces, unsigned int nr,
			   struct kex_lend *want, struct file **lenders)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nr; i++) {
		ret = kex_lender_get(&pieces[i], &lenders[i]);
		if (ret)
			break;
		want[i].region = to_kex_region(kex_file_space(lenders[i]));
		want[i].woff = pieces[i].woff;
		want[i].roff = pieces[i].roff;
		want[i].len = pieces[i].len;
	}
	if (!ret)
		ret = kex_lend_map(window, want, nr, KEX_REASON_IOCTL);
	kex_lenders_put(lenders, i);
	return ret;
}

static int kex_window_lend_user(struct kex_window *window, void __user *upieces,
				unsigned int nr)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT;
	struct kex_window_piece *pieces = kvmalloc_array(nr, sizeof(*pieces), gfp);
	struct kex_lend *want = kvmalloc_array(nr, sizeof(*want), gfp);
	struct file **lenders = kvmalloc_array(nr, sizeof(*lenders), gfp);
	int ret = -ENOMEM;

	if (pieces && want && lenders)
		ret = copy_from_user(pieces, upieces, array_size(nr, sizeof(*pieces))) ?
			-EFAULT : kex_window_lend(window, pieces, nr, want, lenders);
	kvfree(lenders);
	kvfree(want);
	kvfree(pieces);
	return ret;
}

static long kex_window_map_call(struct file *file, void __user *uarg)
{
	struct kex_window_map arg;
	struct kex_window *window;
	struct file *target;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_WINDOW_MAP_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (!arg.nr)
		return -EINVAL;
	if (arg.nr > KEX_WINDOW_PIECES_MAX)
		return -E2BIG;
	window = kex_window_get(file, arg.window_fd, &target);
	if (IS_ERR(window))
		return PTR_ERR(window);
	ret = kex_window_lend_user(window, u64_to_user_ptr(arg.pieces), arg.nr);
	fput(target);
	return ret;
}

static long kex_window_unmap_call(struct file *file, void __user *uarg)
{
	struct kex_window_unmap arg;
	struct kex_window *window;
	struct file *target;
	u32 argsz;
	int ret;

	ret = kex_arg_read(&arg, sizeof(arg), KEX_WINDOW_UNMAP_SIZE_V1, uarg, &argsz);
	if (ret)
		return ret;
	if (arg.reserved)
		return -EINVAL;
	window = kex_window_get(file, arg.window_fd, &target);
	if (IS_ERR(window))
		return PTR_ERR(window);
	ret = kex_check_range(window->space.size, arg.woff, arg.len);
	if (!ret)
		ret = kex_lend_unmap(window, arg.woff, arg.len, KEX_REASON_IOCTL);
	fput(target);
	return ret;
}

/**
 * kex_window_ioctl() - the calls by which a region's file deals with windows
 * @file: a file of a region
 * @cmd: KEX_WINDOW_*
 * @uarg: its argument
 *
 * Return: as the UAPI header says; -ENOTTY for any other call.
 */
long kex_window_ioctl(struct file *file, unsigned int cmd, void __user *uarg)
{
	switch (cmd) {
	case KEX_WINDOW_CREATE:
		return kex_window_create_call(file, uarg);
	case KEX_WINDOW_MAP:
		return kex_window_map_call(file, uarg);
	case KEX_WINDOW_UNMAP:
		return kex_window_unmap_call(file, uarg);
	default:
		return -ENOTTY;
	}
}
