// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: /sys/kernel/config/kex/: what an administrator wishes
 *
 * An item is plain data until 1 is written to its live attribute, which makes
 * the object that the data describes. Which attributes there are, and their
 * ranges, is in attrs.gen.h.
 */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "kex.h"
#include "attrs.gen.h"

/* One word a line in the file features */
static const char * const kex_feature_words[] = {
	"region",
	"evict",
	"revoke",
	"scrub",
	"populate-lazy",
};

/**
 * struct kex_region_item - a region as configured
 * @item: configfs' part
 * @co: the carve-out, whose lock guards the rest
 * @region: the live region, or NULL; while there is one, @item is pinned
 * @val: wishes, by enum kex_region_attr
 */
struct kex_region_item {
	struct config_item item;
	struct kex_carveout *co;
	struct kex_region *region;
	u64 val[KEX_REGION_NR_ATTRS];
};

static struct configfs_subsystem kex_subsys;
static struct config_group kex_carveouts_group;

/* Guards the list: carve-outs are added by probe and freed at module exit */
static DEFINE_MUTEX(kex_carveouts_lock);
static LIST_HEAD(kex_carveouts);

static struct kex_region_item *to_kex_region_item(struct config_item *item)
{
	return container_of(item, struct kex_region_item, item);
}

static struct kex_carveout *to_kex_carveout(struct config_item *item)
{
	return container_of(to_config_group(item), struct kex_carveout, group);
}

/* The region is no longer the item's: it may be configured anew, or removed */
static void kex_region_item_lost(void *owner)
{
	struct kex_region_item *item = owner;
	struct kex_region *region = item->region;

	item->region = NULL;
	configfs_undepend_item(&item->item);
	kex_object_put(&region->obj);
}

static const struct kex_region_ops kex_region_item_ops = {
	.revoked = kex_region_item_lost,
};

static int kex_region_item_up(struct kex_region_item *item)
{
	struct kex_region_params params = {
		.name	= config_item_name(&item->item),
		.size	= item->val[KEX_REGION_SIZE],
		.offset	= item->val[KEX_REGION_OFFSET],
		.cache	= item->val[KEX_REGION_CACHE],
		.mode	= item->val[KEX_REGION_MODE],
		.scrub	= item->val[KEX_REGION_SCRUB],
		.lazy	= item->val[KEX_REGION_POPULATE],
	};
	struct kex_region *region;
	int ret;

	if (item->region)
		return 0;
	/* rmdir of a live item shall be EBUSY */
	ret = configfs_depend_item_unlocked(&kex_subsys, &item->item);
	if (ret)
		return ret;
	region = kex_region_create(item->co, &params, &kex_region_object_ops,
				   &kex_region_item_ops, item);
	if (IS_ERR(region)) {
		configfs_undepend_item(&item->item);
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
	ret = kex_region_retire(item->region, false);
	if (!ret)
		kex_region_item_lost(item);
	return ret;
}

static int kex_region_item_revoke(struct kex_region_item *item)
{
	if (!item->region)
		return 0;
	kex_map_revoke(item->region);
	kex_region_item_lost(item);
	return 0;
}

static int kex_region_item_set(struct kex_region_item *item,
			       enum kex_region_attr attr, u64 val)
{
	lockdep_assert_held(&item->co->lock);
	switch (attr) {
	case KEX_REGION_LIVE:
		return val ? kex_region_item_up(item) : kex_region_item_down(item);
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

/* Names are unique over all carve-outs. Called from mkdir, under su_mutex. */
static bool kex_name_taken(const char *name)
{
	struct config_item *item = NULL;
	struct kex_carveout *co;

	mutex_lock(&kex_carveouts_lock);
	list_for_each_entry(co, &kex_carveouts, node) {
		item = config_group_find_item(&co->regions_group, name);
		if (item)
			break;
	}
	mutex_unlock(&kex_carveouts_lock);
	if (item)
		config_item_put(item);
	return item;
}

static struct config_item *kex_regions_make(struct config_group *group,
					    const char *name)
{
	struct kex_region_item *item;
	unsigned int i;

	if (!kex_name_valid(name))
		return ERR_PTR(-EINVAL);
	if (kex_name_taken(name))
		return ERR_PTR(-EEXIST);
	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item)
		return ERR_PTR(-ENOMEM);
	item->co = container_of(group, struct kex_carveout, regions_group);
	for (i = 0; i < KEX_REGION_NR_ATTRS; i++)
		item->val[i] = kex_region_attrs[i].def;
	config_item_init_type_name(&item->item, name, &kex_region_item_type);
	return &item->item;
}

static struct configfs_group_operations kex_regions_group_ops = {
	.make_item = kex_regions_make,
};

static const struct config_item_type kex_regions_type = {
	.ct_group_ops	= &kex_regions_group_ops,
	.ct_owner	= THIS_MODULE,
};

static u64 kex_carveout_attr_get(struct kex_carveout *co,
				 enum kex_carveout_attr attr)
{
	switch (attr) {
	case KEX_CARVEOUT_BOUND:
		return !!co->dev;
	case KEX_CARVEOUT_SIZE:
		return kex_carveout_size(co);
	case KEX_CARVEOUT_FREE:
		return kex_carveout_free(co);
	case KEX_CARVEOUT_LARGEST_FREE:
		return kex_carveout_largest_free(co);
	default:
		return 0;
	}
}

static ssize_t kex_carveout_attr_show(struct config_item *ci,
				      enum kex_carveout_attr attr, char *page)
{
	struct kex_carveout *co = to_kex_carveout(ci);
	u64 val;

	mutex_lock(&co->lock);
	val = kex_carveout_attr_get(co, attr);
	mutex_unlock(&co->lock);
	return kex_attr_show(&kex_carveout_attrs[attr], val, page);
}

#define KEX_CARVEOUT_ATTR(_name, _attr, _access)				\
static ssize_t kex_carveout_##_name##_show(struct config_item *ci, char *page)	\
{										\
	return kex_carveout_attr_show(ci, KEX_CARVEOUT_##_attr, page);		\
}										\
CONFIGFS_ATTR_RO(kex_carveout_, _name);

#define KEX_CARVEOUT_ENTRY(_name, _attr, _access)	&kex_carveout_attr_##_name,

KEX_CARVEOUT_CONFIGFS_ATTRS(KEX_CARVEOUT_ATTR)

static struct configfs_attribute *kex_carveout_group_attrs[] = {
	KEX_CARVEOUT_CONFIGFS_ATTRS(KEX_CARVEOUT_ENTRY)
	NULL
};

static void kex_carveout_release(struct config_item *ci)
{
	kfree(to_kex_carveout(ci));
}

static struct configfs_item_operations kex_carveout_item_ops = {
	.release = kex_carveout_release,
};

static const struct config_item_type kex_carveout_type = {
	.ct_item_ops	= &kex_carveout_item_ops,
	.ct_attrs	= kex_carveout_group_attrs,
	.ct_owner	= THIS_MODULE,
};

static struct kex_carveout *kex_carveout_find(const char *name)
{
	struct kex_carveout *co, *found = NULL;

	mutex_lock(&kex_carveouts_lock);
	list_for_each_entry(co, &kex_carveouts, node)
		if (!strcmp(co->name, name))
			found = co;
	mutex_unlock(&kex_carveouts_lock);
	return found;
}

static int kex_carveout_register(struct kex_carveout *co)
{
	int ret;

	config_group_init_type_name(&co->group, co->name, &kex_carveout_type);
	config_group_init_type_name(&co->regions_group, "regions",
				    &kex_regions_type);
	configfs_add_default_group(&co->regions_group, &co->group);

	/* Listed first, so that no name can be taken there unseen */
	mutex_lock(&kex_carveouts_lock);
	list_add_tail(&co->node, &kex_carveouts);
	mutex_unlock(&kex_carveouts_lock);
	ret = configfs_register_group(&kex_carveouts_group, &co->group);
	if (!ret)
		return 0;

	mutex_lock(&kex_carveouts_lock);
	list_del(&co->node);
	mutex_unlock(&kex_carveouts_lock);
	return ret;
}

/**
 * kex_configfs_carveout() - find a carve-out, or make its folder
 * @name: its name
 *
 * A carve-out stays until module exit: its folder may hold what users made.
 *
 * Context: kex_bind_lock held; called from probe, never from configfs.
 * Return: the carve-out, or -ENOMEM, or what configfs says.
 */
struct kex_carveout *kex_configfs_carveout(const char *name)
{
	struct kex_carveout *co = kex_carveout_find(name);
	int ret;

	if (co)
		return co;
	co = kzalloc(sizeof(*co), GFP_KERNEL);
	if (!co)
		return ERR_PTR(-ENOMEM);
	kex_carveout_init(co, name);
	ret = kex_carveout_register(co);
	if (ret) {
		config_group_put(&co->group);
		return ERR_PTR(ret);
	}
	return co;
}

static ssize_t kex_root_features_show(struct config_item *ci, char *page)
{
	ssize_t len = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kex_feature_words); i++)
		len += sysfs_emit_at(page, len, "%s\n", kex_feature_words[i]);
	return len;
}

CONFIGFS_ATTR_RO(kex_root_, features);

#define KEX_ROOT_ENTRY(_name, _attr, _access)	&kex_root_attr_##_name,

static struct configfs_attribute *kex_root_attr_list[] = {
	KEX_ROOT_CONFIGFS_ATTRS(KEX_ROOT_ENTRY)
	NULL
};

static const struct config_item_type kex_root_type = {
	.ct_attrs = kex_root_attr_list,
	.ct_owner = THIS_MODULE,
};

static const struct config_item_type kex_carveouts_type = {
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem kex_subsys = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "kex",
			.ci_type    = &kex_root_type,
		},
	},
};

/**
 * kex_configfs_init() - make the folder kex/ in configfs
 *
 * Return: 0 or an errno.
 */
int kex_configfs_init(void)
{
	mutex_init(&kex_subsys.su_mutex);
	config_group_init(&kex_subsys.su_group);
	config_group_init_type_name(&kex_carveouts_group, "carveouts",
				    &kex_carveouts_type);
	configfs_add_default_group(&kex_carveouts_group, &kex_subsys.su_group);
	return configfs_register_subsystem(&kex_subsys);
}

/**
 * kex_configfs_exit() - remove kex/ from configfs; no device is bound, and no
 * item is left, since each pins the module
 */
void kex_configfs_exit(void)
{
	struct kex_carveout *co, *next;

	list_for_each_entry_safe(co, next, &kex_carveouts, node) {
		list_del(&co->node);
		configfs_unregister_group(&co->group);
		config_group_put(&co->group);
	}
	configfs_unregister_subsystem(&kex_subsys);
}
