// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: carveouts/<carveout>/regions/ in configfs
 */
#include <linux/configfs.h>
#include <linux/module.h>

#include "configfs-item.h"
#include "attrs.gen.h"

static struct kex_space *kex_region_item_create(struct kex_item *item)
{
	const struct kex_region_params params = {
		.name	= config_item_name(&item->group.cg_item),
		.size	= item->val[KEX_REGION_ATTR_SIZE],
		.offset	= item->val[KEX_REGION_ATTR_OFFSET],
		.cache	= item->val[KEX_REGION_ATTR_CACHE],
		.mode	= item->val[KEX_REGION_ATTR_MODE],
		.scrub	= item->val[KEX_REGION_ATTR_SCRUB],
		.lazy	= item->val[KEX_REGION_ATTR_POPULATE],
		.hole	= item->val[KEX_REGION_ATTR_HOLE],
	};
	struct kex_region *region;

	region = kex_region_create(item->co, &params, &kex_region_object_ops,
				   &item->maker);
	return IS_ERR(region) ? ERR_CAST(region) : &region->space;
}

static u64 kex_region_item_get(struct kex_item *item, unsigned int attr)
{
	if (attr == KEX_REGION_ATTR_OFFSET && item->space)
		return to_kex_region(item->space)->offset;
	return item->val[attr];
}

#define KEX_REGION_ATTR(_name, _attr, _access)					\
	KEX_ITEM_##_access(kex_region_, _name, KEX_REGION_ATTR_##_attr)
#define KEX_REGION_ENTRY(_name, _attr, _access)	&kex_region_attr_##_name,

KEX_REGION_CONFIGFS_ATTRS(KEX_REGION_ATTR)

static struct configfs_attribute *kex_region_item_attrs[] = {
	KEX_REGION_CONFIGFS_ATTRS(KEX_REGION_ENTRY)
	NULL
};

static const struct config_item_type kex_region_item_type = {
	.ct_item_ops	= &kex_item_ops,
	.ct_attrs	= kex_region_item_attrs,
	.ct_owner	= THIS_MODULE,
};

static const struct kex_item_kind kex_region_item_kind = {
	.type		= &kex_region_item_type,
	.attrs		= kex_region_attrs,
	.nr_attrs	= KEX_REGION_NR_ATTRS,
	.cache		= KEX_REGION_ATTR_CACHE,
	.live		= KEX_REGION_ATTR_LIVE,
	.revoke		= KEX_REGION_ATTR_REVOKE,
	.create		= kex_region_item_create,
	.get		= kex_region_item_get,
};

static struct config_item *kex_regions_make(struct config_group *group,
					    const char *name)
{
	return kex_item_make(container_of(group, struct kex_carveout, regions_group),
			     &kex_region_item_kind, name);
}

static struct configfs_group_operations kex_regions_group_ops = {
	.make_item = kex_regions_make,
};

const struct config_item_type kex_regions_type = {
	.ct_group_ops	= &kex_regions_group_ops,
	.ct_owner	= THIS_MODULE,
};

static struct kex_item *kex_fixed_find(struct kex_carveout *co,
				       const char *name)
{
	struct kex_item *item;

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

static struct kex_item *kex_fixed_add(struct kex_carveout *co,
				      const char *name)
{
	struct kex_item *item;
	int ret;

	item = kex_item_new(co, &kex_region_item_kind);
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

static int kex_fixed_up(struct kex_item *item,
			const struct kex_dt_region *dt)
{
	int ret;

	mutex_lock(&item->co->lock);
	item->val[KEX_REGION_ATTR_SIZE] = dt->size;
	item->val[KEX_REGION_ATTR_OFFSET] = dt->offset;
	item->val[KEX_REGION_ATTR_CACHE] = dt->cache;
	ret = kex_item_up(item);
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
	struct kex_item *item = kex_fixed_find(co, dt->name);

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
	struct kex_item *item, *next;

	list_for_each_entry_safe(item, next, &co->fixed, node) {
		list_del(&item->node);
		configfs_unregister_group(&item->group);
		config_group_put(&item->group);
	}
}
