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
#include "pool.h"
#include "attrs.gen.h"

static struct config_group kex_carveouts_group;

/* Guards the list: carve-outs are added by probe and freed at module exit */
static DEFINE_MUTEX(kex_carveouts_lock);
static LIST_HEAD(kex_carveouts);

static struct kex_carveout *to_kex_carveout(struct config_item *item)
{
	return container_of(to_config_group(item), struct kex_carveout, group);
}

/**
 * kex_name_taken() - does an object have this name, in whichever carve-out?
 * @name: the name
 *
 * Context: configfs' su_mutex held, as it is in mkdir.
 * Return: whether.
 */
bool kex_name_taken(const char *name)
{
	struct config_item *item = NULL;
	struct kex_carveout *co;

	mutex_lock(&kex_carveouts_lock);
	list_for_each_entry(co, &kex_carveouts, node) {
		item = config_group_find_item(&co->regions_group, name) ?:
		       config_group_find_item(&co->windows_group, name) ?:
		       config_group_find_item(&co->pools_group, name);
		if (item)
			break;
	}
	mutex_unlock(&kex_carveouts_lock);
	if (item)
		config_item_put(item);
	return item;
}

/**
 * kex_configfs_add_fixed() - add an item that user space cannot remove
 * @parent: its folder
 * @group: the item
 *
 * Return: 0, -EEXIST if the name is taken, or what configfs says.
 */
int kex_configfs_add_fixed(struct config_group *parent, struct config_group *group)
{
	bool taken;

	mutex_lock(&kex_subsys.su_mutex);
	taken = kex_name_taken(config_item_name(&group->cg_item));
	mutex_unlock(&kex_subsys.su_mutex);
	return taken ? -EEXIST : configfs_register_group(parent, group);
}

static u64 kex_carveout_attr_get(struct kex_carveout *co,
				 enum kex_carveout_attr attr)
{
	switch (attr) {
	case KEX_CARVEOUT_ATTR_BOUND:
		return !!co->dev;
	case KEX_CARVEOUT_ATTR_SIZE:
		return kex_carveout_size(co);
	case KEX_CARVEOUT_ATTR_FREE:
		return kex_carveout_free(co);
	case KEX_CARVEOUT_ATTR_LARGEST_FREE:
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
	return kex_carveout_attr_show(ci, KEX_CARVEOUT_ATTR_##_attr, page);		\
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

/**
 * kex_configfs_carveout() - find a carve-out, or make one
 * @name: its name
 *
 * Context: kex_bind_lock held.
 * Return: the carve-out, without a folder if it is new; NULL without memory.
 */
struct kex_carveout *kex_configfs_carveout(const char *name)
{
	struct kex_carveout *co = kex_carveout_find(name);

	if (co)
		return co;
	co = kzalloc(sizeof(*co), GFP_KERNEL);
	if (!co)
		return NULL;
	kex_carveout_init(co, name);
	config_group_init_type_name(&co->group, co->name, &kex_carveout_type);
	config_group_init_type_name(&co->regions_group, "regions",
				    &kex_regions_type);
	configfs_add_default_group(&co->regions_group, &co->group);
	config_group_init_type_name(&co->windows_group, "windows",
				    &kex_windows_type);
	configfs_add_default_group(&co->windows_group, &co->group);
	config_group_init_type_name(&co->pools_group, "pools", &kex_pools_type);
	configfs_add_default_group(&co->pools_group, &co->group);
	return co;
}

static void kex_carveout_unlist(struct kex_carveout *co)
{
	mutex_lock(&kex_carveouts_lock);
	list_del_init(&co->node);
	mutex_unlock(&kex_carveouts_lock);
}

/**
 * kex_configfs_add() - make the folder of a carve-out if it has none
 * @co: a bound carve-out
 *
 * Users can make nothing in it before kex_configfs_keep(), so that
 * kex_configfs_drop() can take it away again.
 *
 * Context: kex_bind_lock held; called from probe, never from configfs.
 * Return: 0 or what configfs says.
 */
int kex_configfs_add(struct kex_carveout *co)
{
	int ret;

	if (!list_empty(&co->node))
		return 0;
	/* Listed first, so that no name can be taken there unseen */
	mutex_lock(&kex_carveouts_lock);
	list_add_tail(&co->node, &kex_carveouts);
	mutex_unlock(&kex_carveouts_lock);
	ret = configfs_register_group(&kex_carveouts_group, &co->group);
	if (ret)
		kex_carveout_unlist(co);
	return ret;
}

/**
 * kex_configfs_keep() - the folder of a carve-out stays until module exit
 * @co: a bound carve-out with a folder
 *
 * Context: kex_bind_lock held.
 */
void kex_configfs_keep(struct kex_carveout *co)
{
	WRITE_ONCE(co->kept, true);
}

/* No item of a user's is left in the folder: each pins the module */
static void kex_configfs_remove(struct kex_carveout *co)
{
	kex_configfs_drop_fixed(co);
	configfs_unregister_group(&co->group);
	kex_carveout_unlist(co);
	config_group_put(&co->group);
}

/**
 * kex_configfs_drop() - forget a carve-out whose first bind has failed
 * @co: an unbound carve-out; one that was bound before is left alone
 *
 * Context: kex_bind_lock held.
 */
void kex_configfs_drop(struct kex_carveout *co)
{
	if (co->kept)
		return;
	if (list_empty(&co->node))
		config_group_put(&co->group);
	else
		kex_configfs_remove(co);
}

/* Of the words, those that some kernels lack */
static bool kex_feature(const char *word)
{
	if (!strcmp(word, "trace"))
		return IS_ENABLED(CONFIG_EVENT_TRACING);
	if (!strcmp(word, "huge"))
		return IS_ENABLED(CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP);
	if (!strcmp(word, "pool"))
		return IS_ENABLED(CONFIG_DEVICE_PRIVATE) &&
		       IS_ENABLED(CONFIG_HMM_MIRROR);
	return true;
}

static ssize_t kex_root_features_show(struct config_item *ci, char *page)
{
	ssize_t len = 0;
	unsigned int i;

	for (i = 0; kex_root_features_words[i]; i++)
		if (kex_feature(kex_root_features_words[i]))
			len += sysfs_emit_at(page, len, "%s\n",
					     kex_root_features_words[i]);
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

struct configfs_subsystem kex_subsys = {
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
	kex_policies_init(&kex_subsys.su_group);
	return configfs_register_subsystem(&kex_subsys);
}

/**
 * kex_configfs_exit() - remove kex/ from configfs; no device is bound, and no
 * item is left, since each pins the module
 */
void kex_configfs_exit(void)
{
	struct kex_carveout *co, *next;

	list_for_each_entry_safe(co, next, &kex_carveouts, node)
		kex_configfs_remove(co);
	configfs_unregister_subsystem(&kex_subsys);
}
