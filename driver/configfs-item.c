// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the life of an item in configfs: configured, live, revoked
 */
#include <linux/configfs.h>
#include <linux/slab.h>

#include "configfs-item.h"

/* rmdir of a live item shall be EBUSY; nobody can remove a fixed one */
static int kex_item_pin(struct kex_item *item)
{
	if (item->fixed)
		return 0;
	return configfs_depend_item_unlocked(&kex_subsys, &item->group.cg_item);
}

static void kex_item_unpin(struct kex_item *item)
{
	if (!item->fixed)
		configfs_undepend_item(&item->group.cg_item);
}

/* The space is no longer the item's: it may be configured anew, or removed */
static void kex_item_lost(struct kex_item *item)
{
	struct kex_space *space = item->space;

	item->space = NULL;
	kex_item_unpin(item);
	kex_object_put(&space->obj);
}

static void kex_item_revoked(struct kex_maker *maker)
{
	kex_item_lost(container_of(maker, struct kex_item, maker));
}

/**
 * kex_item_up() - make an item live
 * @item: the item; its carve-out's lock held
 *
 * Return: 0, also if it is live already, or an errno with nothing changed.
 */
int kex_item_up(struct kex_item *item)
{
	struct kex_space *space;
	int ret;

	lockdep_assert_held(&item->co->lock);
	if (item->space)
		return 0;
	ret = kex_item_pin(item);
	if (ret)
		return ret;
	space = item->kind->create(item);
	if (IS_ERR(space)) {
		kex_item_unpin(item);
		return PTR_ERR(space);
	}
	item->space = space;
	return 0;
}

static int kex_item_down(struct kex_item *item)
{
	int ret;

	if (!item->space)
		return 0;
	ret = kex_space_retire(item->space);
	if (!ret)
		kex_item_lost(item);
	return ret;
}

static int kex_item_revoke(struct kex_item *item)
{
	if (!item->space)
		return 0;
	kex_zap_revoke(item->space, KEX_REASON_CONFIGFS);
	kex_space_unlist(item->space);
	kex_item_lost(item);
	return 0;
}

static int kex_item_set(struct kex_item *item, unsigned int attr, u64 val)
{
	lockdep_assert_held(&item->co->lock);
	if (attr == item->kind->revoke)
		return kex_item_revoke(item);
	if (attr == item->kind->live && !val)
		return kex_item_down(item);
	if (attr == item->kind->live)
		return item->co->ready ? kex_item_up(item) : -ENODEV;
	if (item->space && !item->kind->attrs[attr].live)
		return -EBUSY;
	item->val[attr] = val;
	if (item->space && item->kind->apply)
		item->kind->apply(item, attr);
	return 0;
}

static u64 kex_item_get(struct kex_item *item, unsigned int attr)
{
	lockdep_assert_held(&item->co->lock);
	if (attr == item->kind->live)
		return !!item->space;
	return item->kind->get ? item->kind->get(item, attr) : item->val[attr];
}

/**
 * kex_item_store() - ->store of any attribute
 * @ci: the item
 * @attr: which attribute of its kind
 * @page: what was written
 * @count: its length
 *
 * Return: @count or an errno.
 */
ssize_t kex_item_store(struct config_item *ci, unsigned int attr, const char *page,
		       size_t count)
{
	struct kex_item *item = to_kex_item(ci);
	const struct kex_attr_desc *desc = &item->kind->attrs[attr];
	u64 val;
	int ret;

	if (desc->type == KEX_ATTR_RANGE || desc->type == KEX_ATTR_PIECES ||
	    desc->type == KEX_ATTR_WORD)
		return item->kind->act(item, attr, page, count) ?: count;
	ret = kex_attr_parse(desc, page, &val);
	if (ret)
		return ret;
	mutex_lock(&item->co->lock);
	ret = kex_item_set(item, attr, val);
	mutex_unlock(&item->co->lock);
	return ret ?: count;
}

/**
 * kex_item_show() - ->show of any attribute
 * @ci: the item
 * @attr: which attribute of its kind
 * @page: configfs' buffer
 *
 * Return: bytes printed.
 */
ssize_t kex_item_show(struct config_item *ci, unsigned int attr, char *page)
{
	struct kex_item *item = to_kex_item(ci);
	u64 val;

	mutex_lock(&item->co->lock);
	val = kex_item_get(item, attr);
	mutex_unlock(&item->co->lock);
	return kex_attr_show(&item->kind->attrs[attr], val, page);
}

static void kex_item_release(struct config_item *ci)
{
	struct kex_item *item = to_kex_item(ci);

	if (item->kind->release)
		item->kind->release(item);
	kfree(item);
}

struct configfs_item_operations kex_item_ops = {
	.release = kex_item_release,
};

/**
 * kex_item_new() - an item with the defaults, not yet in configfs
 * @co: its carve-out
 * @kind: its kind
 *
 * Return: the item, or NULL without memory.
 */
struct kex_item *kex_item_new(struct kex_carveout *co, const struct kex_item_kind *kind)
{
	struct kex_item *item;
	unsigned int i;

	item = kzalloc(struct_size(item, val, kind->nr_attrs), GFP_KERNEL);
	if (!item)
		return NULL;
	INIT_LIST_HEAD(&item->node);
	item->maker.revoked = kex_item_revoked;
	item->kind = kind;
	item->co = co;
	for (i = 0; i < kind->nr_attrs; i++)
		item->val[i] = kind->attrs[i].def;
	if (kind->cache < kind->nr_attrs)
		item->val[kind->cache] = READ_ONCE(co->cache);
	return item;
}

/**
 * kex_item_make() - what a mkdir makes
 * @co: the carve-out
 * @kind: what kind of item
 * @name: its name
 *
 * Context: configfs' su_mutex held.
 * Return: the item; -ENODEV during the first bind, -EINVAL for a bad name, -EEXIST
 * for a taken one, -ENOMEM.
 */
struct config_item *kex_item_make(struct kex_carveout *co,
				  const struct kex_item_kind *kind, const char *name)
{
	struct kex_item *item;

	if (!READ_ONCE(co->kept))
		return ERR_PTR(-ENODEV);
	if (!kex_name_valid(name))
		return ERR_PTR(-EINVAL);
	if (kex_name_taken(name))
		return ERR_PTR(-EEXIST);
	item = kex_item_new(co, kind);
	if (!item)
		return ERR_PTR(-ENOMEM);
	config_item_init_type_name(&item->group.cg_item, name, kind->type);
	return &item->group.cg_item;
}
