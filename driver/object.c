// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what regions, windows and pools have in common: a name, a node, a
 * device in class kex, an address_space, open files and references
 */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "compat.h"
#include "kex.h"

/* Many more than ever live, so that one is used again as late as can be */
#define KEX_MINORS	BIT(MINORBITS)
#define KEX_FS_MAGIC	0x6b657866	/* "kexf" */

static struct class *kex_class;
static dev_t kex_devt;
static struct cdev kex_cdev;

static DEFINE_MUTEX(kex_nodes_lock);
static DEFINE_XARRAY_ALLOC(kex_nodes);
static u32 kex_next_minor;

static int kex_fs_init_context(struct fs_context *fc)
{
	return init_pseudo(fc, KEX_FS_MAGIC) ? 0 : -ENOMEM;
}

/*
 * Only there for inodes, one per object, as vfio does it. No owner: the mount
 * lives as long as the module, and would otherwise pin it.
 */
static struct file_system_type kex_fs_type = {
	.name		 = "kex",
	.init_fs_context = kex_fs_init_context,
	.kill_sb	 = kill_anon_super,
};

static struct vfsmount *kex_fs_mount;

static char *kex_devnode(KEX_DEVNODE_CONST struct device *dev, umode_t *mode)
{
	struct kex_object *obj = dev_get_drvdata(dev);

	/* devtmpfs takes a mode of 0 for none */
	if (mode && obj)
		*mode = S_IFCHR | obj->mode;
	/*
	 * Without a name the node would be made in /dev itself, or there be
	 * looked for in vain when the device goes: nobody can be told of it.
	 */
	return kasprintf(GFP_KERNEL | __GFP_NOFAIL, "kex/%s", dev_name(dev));
}

/**
 * kex_objects_init() - set up class, node numbers and inodes
 * @fops: open() of every node; it finds the object by minor
 *
 * Return: 0 or an errno.
 */
int kex_objects_init(const struct file_operations *fops)
{
	int ret;

	kex_fs_mount = kern_mount(&kex_fs_type);
	if (IS_ERR(kex_fs_mount))
		return PTR_ERR(kex_fs_mount);
	ret = alloc_chrdev_region(&kex_devt, 0, KEX_MINORS, "kex");
	if (ret)
		goto err_unmount;
	kex_class = kex_class_create("kex");
	if (IS_ERR(kex_class)) {
		ret = PTR_ERR(kex_class);
		goto err_unregister;
	}
	kex_class->devnode = kex_devnode;

	cdev_init(&kex_cdev, fops);
	kex_cdev.owner = THIS_MODULE;
	ret = cdev_add(&kex_cdev, kex_devt, KEX_MINORS);
	if (ret)
		goto err_class;
	return 0;

err_class:
	class_destroy(kex_class);
err_unregister:
	unregister_chrdev_region(kex_devt, KEX_MINORS);
err_unmount:
	kern_unmount(kex_fs_mount);
	return ret;
}

/**
 * kex_objects_exit() - undo kex_objects_init(); no object is left
 */
void kex_objects_exit(void)
{
	cdev_del(&kex_cdev);
	class_destroy(kex_class);
	unregister_chrdev_region(kex_devt, KEX_MINORS);
	kern_unmount(kex_fs_mount);
}

/**
 * kex_object_init() - prepare an object with one reference
 * @obj: zeroed object
 * @kind: KEX_KIND_*
 * @name: a valid name
 * @mode: permission bits of its node
 * @ops: its kind's operations
 *
 * Return: 0 or -ENOMEM, after which the caller frees the object.
 */
int kex_object_init(struct kex_object *obj, unsigned int kind, const char *name,
		    umode_t mode, const struct kex_object_ops *ops)
{
	obj->inode = alloc_anon_inode(kex_fs_mount->mnt_sb);
	if (IS_ERR(obj->inode))
		return PTR_ERR(obj->inode);
	kref_init(&obj->ref);
	obj->ops = ops;
	obj->kind = kind;
	obj->mode = mode;
	obj->minor = -1;
	strscpy(obj->name, name, sizeof(obj->name));
	return 0;
}

/* A second device of one name would make sysfs complain loudly */
static bool kex_object_exists(const char *name)
{
	struct kex_object *obj;
	unsigned long minor;

	lockdep_assert_held(&kex_nodes_lock);
	xa_for_each(&kex_nodes, minor, obj)
		if (!obj->hidden && !strcmp(obj->name, name))
			return true;
	return false;
}

/**
 * kex_object_publish() - make node and sysfs folder: the object can be opened
 * @obj: a complete object
 * @parent: its platform device
 *
 * Return: 0, -EEXIST if another object of that name is live, -ENOMEM, -ENOSPC
 * without a free minor, or what device_create() says. After a failure the caller puts the object.
 */
int kex_object_publish(struct kex_object *obj, struct device *parent)
{
	struct device *dev;
	u32 minor;
	int ret;

	/* Held throughout, so that whoever opens the new node waits for the end */
	mutex_lock(&kex_nodes_lock);
	ret = -EEXIST;
	if (kex_object_exists(obj->name))
		goto out;
	ret = xa_alloc_cyclic(&kex_nodes, &minor, obj, XA_LIMIT(0, KEX_MINORS - 1),
			      &kex_next_minor, GFP_KERNEL);
	if (ret < 0) {
		ret = ret == -EBUSY ? -ENOSPC : ret;
		goto out;
	}
	ret = 0;
	dev = device_create_with_groups(kex_class, parent, MKDEV(MAJOR(kex_devt), minor),
					obj, obj->ops->groups, "%s", obj->name);
	if (IS_ERR(dev)) {
		ret = PTR_ERR(dev);
		xa_erase(&kex_nodes, minor);
		goto out;
	}
	obj->dev = dev;
	obj->minor = minor;
out:
	mutex_unlock(&kex_nodes_lock);
	return ret;
}

/**
 * kex_object_hide() - no more opens
 * @obj: the object
 * @force: hide it although it is open
 *
 * Return: 0, or -EBUSY while open, or used by way of another object, and not
 * @force.
 */
int kex_object_hide(struct kex_object *obj, bool force)
{
	int ret = 0;

	mutex_lock(&kex_nodes_lock);
	if (!force && obj->opens)
		ret = -EBUSY;
	else if (!force && obj->ops->stop)
		ret = obj->ops->stop(obj);
	if (!ret)
		obj->hidden = true;
	mutex_unlock(&kex_nodes_lock);
	return ret;
}

/**
 * kex_object_unpublish() - remove node and sysfs folder
 * @obj: a hidden object
 *
 * Waits for running sysfs callbacks of the object, so a caller holds no lock
 * that they take.
 */
void kex_object_unpublish(struct kex_object *obj)
{
	device_unregister(obj->dev);
	obj->dev = NULL;
}

/**
 * kex_object_open() - find an object for a file that is being opened
 * @minor: the node's minor
 *
 * Return: the object with a reference, counted as open; NULL if there is none.
 */
struct kex_object *kex_object_open(unsigned int minor)
{
	struct kex_object *obj;

	mutex_lock(&kex_nodes_lock);
	obj = xa_load(&kex_nodes, minor);
	if (obj && obj->hidden)
		obj = NULL;
	if (obj) {
		kref_get(&obj->ref);
		WRITE_ONCE(obj->opens, obj->opens + 1);
	}
	mutex_unlock(&kex_nodes_lock);
	return obj;
}

/**
 * kex_object_get_open() - count an open file that came by no node
 * @obj: an object that the caller has a reference of
 */
void kex_object_get_open(struct kex_object *obj)
{
	kref_get(&obj->ref);
	mutex_lock(&kex_nodes_lock);
	WRITE_ONCE(obj->opens, obj->opens + 1);
	mutex_unlock(&kex_nodes_lock);
}

static void kex_object_last(struct kref *ref)
{
}

static void kex_object_release(struct kref *ref)
{
	struct kex_object *obj = container_of(ref, struct kex_object, ref);

	/* An open that found the object before still reads it under the lock */
	mutex_lock(&kex_nodes_lock);
	if (obj->minor >= 0)
		xa_erase(&kex_nodes, obj->minor);
	mutex_unlock(&kex_nodes_lock);
	iput(obj->inode);
	obj->ops->release(obj);
}

/**
 * kex_object_close() - undo kex_object_open() or kex_object_get_open()
 * @obj: the object; the reference is consumed
 *
 * Both at once: who sees no opens left, and takes the object down, has the last
 * reference, and the memory is free when he is done.
 */
void kex_object_close(struct kex_object *obj)
{
	bool last;

	mutex_lock(&kex_nodes_lock);
	WRITE_ONCE(obj->opens, obj->opens - 1);
	last = kref_put(&obj->ref, kex_object_last);
	mutex_unlock(&kex_nodes_lock);
	if (last)
		kex_object_release(&obj->ref);
}

/**
 * kex_object_put() - give up a reference
 * @obj: a hidden or never published object if this may be the last reference
 *
 * Context: may sleep, may scrub.
 */
void kex_object_put(struct kex_object *obj)
{
	kref_put(&obj->ref, kex_object_release);
}
