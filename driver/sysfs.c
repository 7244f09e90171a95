// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: /sys/class/kex/<name>/: facts about live objects, and actions on them
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "kex.h"
#include "pool.h"
#include "attrs.gen.h"

static const char * const kex_kind_words[] = {
	[KEX_KIND_REGION] = "region",
	[KEX_KIND_WINDOW] = "window",
	[KEX_KIND_POOL]	  = "pool",
};

static const char * const kex_state_words[] = {
	[KEX_STATE_RESIDENT] = "resident",
	[KEX_STATE_EVICTED]  = "evicted",
	[KEX_STATE_HELD]     = "held",
};

static struct kex_object *kex_dev_object(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static struct kex_space *kex_dev_space(struct device *dev)
{
	return to_kex_space(kex_dev_object(dev));
}

static ssize_t kind_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", kex_kind_words[kex_dev_object(dev)->kind]);
}

static ssize_t carveout_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%s\n", kex_dev_space(dev)->co->name);
}

static ssize_t size_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kex_dev_space(dev)->size);
}

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  kex_state_words[kex_space_state(kex_dev_space(dev))]);
}

static ssize_t opens_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(kex_dev_object(dev)->opens));
}

static ssize_t mappings_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%llu\n", kex_inspect_mappings(kex_dev_space(dev)));
}

static ssize_t resident_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	u64 bytes;
	int ret;

	ret = kex_inspect_resident(kex_dev_space(dev), &bytes);
	return ret ?: sysfs_emit(buf, "%llu\n", bytes);
}

static ssize_t faults_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kex_dev_space(dev)->faults));
}

static ssize_t evictions_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kex_dev_space(dev)->evictions));
}

static ssize_t restores_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kex_dev_space(dev)->restores));
}

static ssize_t cache_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  kex_region_cache_words[kex_dev_space(dev)->cache]);
}

static ssize_t phys_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return sysfs_emit(buf, "%#llx\n", (u64)to_kex_region(kex_dev_space(dev))->phys);
}

static struct kex_pool *kex_dev_pool(struct device *dev)
{
	return to_kex_pool(kex_dev_space(dev));
}

static ssize_t offset_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kex_dev_pool(dev)->offset);
}

static ssize_t capacity_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%llu\n", kex_dev_space(dev)->size);
}

static ssize_t used_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  (u64)atomic_long_read(&kex_dev_pool(dev)->used) << PAGE_SHIFT);
}

static ssize_t init_us_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kex_dev_pool(dev)->init_us);
}

static ssize_t migrated_in_show(struct device *dev, struct device_attribute *attr,
				char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kex_dev_pool(dev)->migrated_in));
}

static ssize_t migrated_out_show(struct device *dev, struct device_attribute *attr,
				 char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kex_dev_pool(dev)->migrated_out));
}

static ssize_t fault_pages_show(struct device *dev, struct device_attribute *attr,
				char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kex_dev_pool(dev)->fault_pages));
}

static ssize_t policy_evictions_show(struct device *dev, struct device_attribute *attr,
				     char *buf)
{
	return sysfs_emit(buf, "%lld\n",
			  atomic64_read(&kex_dev_pool(dev)->policy_evictions));
}

static ssize_t kex_range_store(struct device *dev, const char *buf, size_t count,
			       int (*act)(struct kex_space *space, u64 off, u64 len,
					  enum kex_reason reason))
{
	struct kex_space *space = kex_dev_space(dev);
	u64 off, len;
	int ret;

	ret = kex_parse_range(buf, space->size, &off, &len);
	if (!ret)
		ret = act(space, off, len, KEX_REASON_SYSFS);
	return ret ?: count;
}

static ssize_t evict_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	return kex_range_store(dev, buf, count,
			       kex_dev_object(dev)->kind == KEX_KIND_POOL ?
			       kex_evict_range : kex_zap_evict);
}

static ssize_t hold_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	return kex_range_store(dev, buf, count, kex_zap_hold);
}

static ssize_t restore_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return kex_range_store(dev, buf, count, kex_zap_restore);
}

/* Binary, since a text attribute ends at one page */
static ssize_t users_read(struct file *file, struct kobject *kobj,
			  KEX_BIN_CONST struct bin_attribute *attr, char *buf,
			  loff_t off, size_t count)
{
	return kex_inspect_users(kex_dev_space(kobj_to_dev(kobj)), file, buf, off, count);
}

/* By mode: facts for all, facts for root, actions */
#define KEX_SYSFS_0444(_name)	__ATTR(_name, 0444, _name##_show, NULL)
#define KEX_SYSFS_0400(_name)	__ATTR(_name, 0400, _name##_show, NULL)
#define KEX_SYSFS_0200(_name)	__ATTR(_name, 0200, NULL, _name##_store)

#define KEX_SYSFS_TABLE(_name, _mode) \
	static KEX_BIN_CONST struct bin_attribute bin_attr_##_name = \
		__BIN_ATTR(_name, _mode, _name##_read, NULL, 0);
#define KEX_SYSFS_TABLE_ENTRY(_name, _mode)	&bin_attr_##_name,

#define KEX_SYSFS_ATTR(_name, _mode) \
	static struct device_attribute dev_attr_##_name = KEX_SYSFS_##_mode(_name);
#define KEX_SYSFS_ENTRY(_name, _mode)	&dev_attr_##_name.attr,

KEX_SYSFS_ATTRS(KEX_SYSFS_ATTR)
KEX_SYSFS_TABLES(KEX_SYSFS_TABLE)

static struct attribute *kex_region_sysfs_attrs[] = {
	KEX_REGION_SYSFS_ATTRS(KEX_SYSFS_ENTRY)
	NULL
};

static KEX_BIN_CONST struct bin_attribute *KEX_BIN_CONST kex_region_sysfs_tables[] = {
	KEX_REGION_SYSFS_TABLES(KEX_SYSFS_TABLE_ENTRY)
	NULL
};

static const struct attribute_group kex_region_sysfs_group = {
	.attrs	   = kex_region_sysfs_attrs,
	.bin_attrs = kex_region_sysfs_tables,
};

const struct attribute_group *kex_region_sysfs_groups[] = {
	&kex_region_sysfs_group,
	NULL
};

static struct attribute *kex_window_sysfs_attrs[] = {
	KEX_WINDOW_SYSFS_ATTRS(KEX_SYSFS_ENTRY)
	NULL
};

static KEX_BIN_CONST struct bin_attribute *KEX_BIN_CONST kex_window_sysfs_tables[] = {
	KEX_WINDOW_SYSFS_TABLES(KEX_SYSFS_TABLE_ENTRY)
	NULL
};

static const struct attribute_group kex_window_sysfs_group = {
	.attrs	   = kex_window_sysfs_attrs,
	.bin_attrs = kex_window_sysfs_tables,
};

const struct attribute_group *kex_window_sysfs_groups[] = {
	&kex_window_sysfs_group,
	NULL
};

static struct attribute *kex_pool_sysfs_attrs[] = {
	KEX_POOL_SYSFS_ATTRS(KEX_SYSFS_ENTRY)
	NULL
};

/* System memory lies nowhere in the carve-out */
static umode_t kex_pool_sysfs_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	if (attr == &dev_attr_offset.attr && !kex_dev_pool(kobj_to_dev(kobj))->mem)
		return 0;
	return attr->mode;
}

static KEX_BIN_CONST struct bin_attribute *KEX_BIN_CONST kex_pool_sysfs_tables[] = {
	KEX_POOL_SYSFS_TABLES(KEX_SYSFS_TABLE_ENTRY)
	NULL
};

static const struct attribute_group kex_pool_sysfs_group = {
	.attrs	    = kex_pool_sysfs_attrs,
	.bin_attrs  = kex_pool_sysfs_tables,
	.is_visible = kex_pool_sysfs_visible,
};

const struct attribute_group *kex_pool_sysfs_groups[] = {
	&kex_pool_sysfs_group,
	NULL
};
