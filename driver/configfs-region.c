// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: carveouts/<carveout>/regions/ in configfs
 */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "kex.h"
#include "attrs.gen.h"

/**
 * struct kex_region_item - a region as configured
 * @group: configfs' part; of a made item just its config_item
 * @node: of a fixed item, in kex_carveout.fixed
 * @co: the carve-out, whose lock guards the rest
 * @region: the live region, or NULL; while there is one, a made item is pinned
 * @fixed: from the device tree: cannot be removed, and pins nothing
 * @val: wishes, by enum kex_region_attr
 */
struct kex_region_item {
	struct config_group group;
	struct list_head node;
	struct kex_carveout *co;
	struct kex_region *region;
	bool fixed;
	u64 val[KEX_REGION_NR_ATTRS];
};

static struct kex_region_item *to_kex_region_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct kex_region_item, group);
}

/* rmdir of a live item shall be EBUSY; nobody can remove a fixed one */
static int kex_region_item_pin(struct kex_region_item *item)
{
	if (item->fixed)
		return 0;
	return configfs_depend_item_unlocked(&kex_subsys, &item->group.cg_item);
}

static void kex_region_item_unpin(struct kex_region_item *item)
{
	if (!item->fixed)
		configfs_undepend_item(&item->group.cg_item);
}

/* The region is no longer the item's: it may be configured anew, or removed */
static void kex_region_item_lost(void *owner)
{
	struct kex_region_item *item = owner;
	struct kex_region *region = item->region;

	item->region = NULL;
	kex_region_item_unpin(item);
	kex_object_put(&region->space.obj);
}

static const struct kex_region_ops kex_region_item_ops = {
	.revoked = kex_region_item_lost,
};

static int kex_region_item_up(struct kex_region_item *item)
{
	struct kex_region_params params = {
		.name	= config_item_name(&item->group.cg_item),
		.size	= item->val[KEX_REGION_SIZE],
		.offset	= item->val[KEX_REGION_OFFSET],
		.cache	= item->val[KEX_REGION_CACHE],
		.mode	= item->val[KEX_REGION_MODE],
		.scrub	= item->val[KEX_REGION_SCRUB],
		.lazy	= item->val[KEX_REGION_POPULATE],
		.hole	= item->val[KEX_REGION_HOLE],
	};
	struct kex_region *region;
	int ret;

	if (item->region)
		return 0;
	ret = kex_region_item_pin(item);
	if (ret)
		return ret;
	region = kex_region_create(item->co, &params, &kex_region_object_ops,
				   &kex_region_item_ops, item);
	if (IS_ERR(region)) {
		kex_region_item_unpin(item);
		return PTR_ERR(region);
	}
	item->region = region;
	return 0;
}

static int kex_region_item_down(struct kex_region_item *item)
{
	int ret;

	if (!item->region)
		return 0;
	ret = kex_region_retire(item->region);
	if (!ret)
		kex_region_item_lost(item);
	return ret;
}

static int kex_region_item_revoke(struct kex_region_item *item)
{
	if (!item->region)
		return 0;
	kex_zap_revoke(&item->region->space, KEX_REASON_CONFIGFS);
	kex_region_unlist(item->region);
	kex_region_item_lost(item);
	return 0;
}

static int kex_region_item_set(struct kex_region_item *item,
			       enum kex_region_attr attr, u64 val)
{
	lockdep_assert_held(&item->co->lock);
	switch (attr) {
	case KEX_REGION_LIVE:
		if (!val)
			return kex_region_item_down(item);
		return item->co->ready ? kex_region_item_up(item) : -ENODEV;
	case KEX_REGION_REVOKE:
		return kex_region_item_revoke(item);
	default:
		if (item->region && !kex_region_attrs[attr].live)
			return -EBUSY;
		item->val[attr] = val;
		return 0;
	}
}

static u64 kex_region_item_get(struct kex_region_item *item,
			       enum kex_region_attr attr)
{
	lockdep_assert_held(&item->co->lock);
	if (attr == KEX_REGION_LIVE)
		return !!item->region;
	if (attr == KEX_REGION_OFFSET && item->region)
		return item->region->offset;
	return item->val[attr];
}

static ssize_t kex_region_attr_store(struct config_item *ci,
				     enum kex_region_attr attr, const char *page,
				     size_t count)
{
	struct kex_region_item *item = to_kex_region_item(ci);
	u64 val;
	int ret;

	ret = kex_attr_parse(&kex_region_attrs[attr], page, &val);
	if (ret)
		return ret;
	mutex_lock(&item->co->lock);
	ret = kex_region_item_set(item, attr, val);
	mutex_unlock(&item->co->lock);
	return ret ?: count;
}

static ssize_t kex_region_attr_show(struct config_item *ci,
				    enum kex_region_attr attr, char *page)
{
	struct kex_region_item *item = to_kex_region_item(ci);
	u64 val;

	mutex_lock(&item->co->lock);
	val = kex_region_item_get(item, attr);
	mutex_unlock(&item->co->lock);
	return kex_attr_show(&kex_region_attrs[attr], val, page);
}

#define KEX_REGION_SHOW(_name, _attr)						\
static ssize_t kex_region_##_name##_show(struct config_item *ci, char *page)	\
{										\
	return kex_region_attr_show(ci, KEX_REGION_##_attr, page);		\
}

#define KEX_REGION_STORE(_name, _attr)						\
static ssize_t kex_region_##_name##_store(struct config_item *ci,		\
					  const char *page, size_t count)	\
{										\
	return kex_region_attr_store(ci, KEX_REGION_##_attr, page, count);	\
}

#define KEX_REGION_RW(_name, _attr)						\
	KEX_REGION_SHOW(_name, _attr)						\
	KEX_REGION_STORE(_name, _attr)						\
	CONFIGFS_ATTR(kex_region_, _name);

#define KEX_REGION_WO(_name, _attr)						\
	KEX_REGION_STORE(_name, _attr)						\
	CONFIGFS_ATTR_WO(kex_region_, _name);

#define KEX_REGION_ATTR(_name, _attr, _access)	KEX_REGION_##_access(_name, _attr)
#define KEX_REGION_ENTRY(_name, _attr, _access)	&kex_region_attr_##_name,

KEX_REGION_CONFIGFS_ATTRS(KEX_REGION_ATTR)

static struct configfs_attribute *kex_region_item_attrs[] = {
	KEX_REGION_CONFIGFS_ATTRS(KEX_REGION_ENTRY)
	NULL
};

static void kex_region_item_release(struct config_item *ci)
{
	kfree(to_kex_region_item(ci));
}

static struct configfs_item_operations kex_region_item_item_ops = {
	.release = kex_region_item_release,
};

static const struct config_item_type kex_region_item_type = {
	.ct_item_ops	= &kex_region_item_item_ops,
	.ct_attrs	= kex_region_item_attrs,
	.ct_owner	= THIS_MODULE,
};

static struct kex_region_item *kex_region_item_new(struct kex_carveout *co)
{
	struct kex_region_item *item;
	unsigned int i;

	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item)
		return NULL;
	INIT_LIST_HEAD(&item->node);
	item->co = co;
	for (i = 0; i < KEX_REGION_NR_ATTRS; i++)
		item->val[i] = kex_region_attrs[i].def;
	item->val[KEX_REGION_CACHE] = READ_ONCE(co->cache);
	return item;
}

static struct config_item *kex_regions_make(struct config_group *group,
					    const char *name)
{
	struct kex_carveout *co = container_of(group, struct kex_carveout,
					       regions_group);
	struct kex_region_item *item;

	if (!kex_name_valid(name))
		return ERR_PTR(-EINVAL);
	if (kex_name_taken(name))
		return ERR_PTR(-EEXIST);
	item = kex_region_item_new(co);
	if (!item)
		return ERR_PTR(-ENOMEM);
	config_item_init_type_name(&item->group.cg_item, name,
				   &kex_region_item_type);
	return &item->group.cg_item;
}

static struct configfs_group_operations kex_regions_group_ops = {
	.make_item = kex_regions_make,
};

const struct config_item_type kex_regions_type = {
	.ct_group_ops	= &kex_regions_group_ops,
	.ct_owner	= THIS_MODULE,
};

static struct kex_region_item *kex_fixed_find(struct kex_carveout *co,
					      const char *name)
{
	struct kex_region_item *item;

	list_for_each_entry(item, &co->fixed, node)
		if (!strcmp(config_item_name(&item->group.cg_item), name))
			return item;
	return NULL;
}

/**
 * kex_configfs_fixed_taken() - is a region's name from the device tree taken?
 * @co: its carve-out; the same region of an earlier binding does not count
 * @name: its name
 *
 * Context: kex_bind_lock held.
 * Return: whether.
 */
bool kex_configfs_fixed_taken(struct kex_carveout *co, const char *name)
{
	bool taken;

	if (kex_fixed_find(co, name))
		return false;
	mutex_lock(&kex_subsys.su_mutex);
	taken = kex_name_taken(name);
	mutex_unlock(&kex_subsys.su_mutex);
	return taken;
}

static struct kex_region_item *kex_fixed_add(struct kex_carveout *co,
					     const char *name)
{
	struct kex_region_item *item;
	int ret;

	item = kex_region_item_new(co);
	if (!item)
		return ERR_PTR(-ENOMEM);
	item->fixed = true;
	config_group_init_type_name(&item->group, name, &kex_region_item_type);
	ret = kex_configfs_add_fixed(&co->regions_group, &item->group);
	if (ret) {
		config_group_put(&item->group);
		return ERR_PTR(ret);
	}
	list_add_tail(&item->node, &co->fixed);
	return item;
}

static int kex_fixed_up(struct kex_region_item *item,
			const struct kex_dt_region *dt)
{
	int ret;

	mutex_lock(&item->co->lock);
	item->val[KEX_REGION_SIZE] = dt->size;
	item->val[KEX_REGION_OFFSET] = dt->offset;
	item->val[KEX_REGION_CACHE] = dt->cache;
	ret = kex_region_item_up(item);
	mutex_unlock(&item->co->lock);
	return ret;
}

/**
 * kex_configfs_fixed() - bring up a region that the device tree asks for
 * @co: a bound carve-out
 * @dt: the region
 *
 * Its item appears beside the others and stays until module exit; what was
 * written to its size, offset and cache in an earlier binding is forgotten.
 *
 * Context: kex_bind_lock held.
 * Return: 0, -EEXIST if the name is taken, or as kex_region_create().
 */
int kex_configfs_fixed(struct kex_carveout *co, const struct kex_dt_region *dt)
{
	struct kex_region_item *item = kex_fixed_find(co, dt->name);

	if (!item)
		item = kex_fixed_add(co, dt->name);
	return IS_ERR(item) ? PTR_ERR(item) : kex_fixed_up(item, dt);
}

/**
 * kex_configfs_drop_fixed() - remove a carve-out's fixed items at module exit
 * @co: a carve-out that no device is bound to
 */
void kex_configfs_drop_fixed(struct kex_carveout *co)
{
	struct kex_region_item *item, *next;

	list_for_each_entry_safe(item, next, &co->fixed, node) {
		list_del(&item->node);
		configfs_unregister_group(&item->group);
		config_group_put(&item->group);
	}
}
