// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: regions of set-aside physical memory for user space
 *
 * The platform driver: bind and unbind, and the order in which parts of the
 * module start and stop.
 */
#include <linux/init.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "kex.h"

/* One bind or unbind at a time: a carve-out has one device */
static DEFINE_MUTEX(kex_bind_lock);

static void kex_unbind(void *data)
{
	struct kex_carveout *co = data;
	struct kex_region *region, *next;

	mutex_lock(&kex_bind_lock);
	mutex_lock(&co->lock);
	list_for_each_entry_safe(region, next, &co->regions, node) {
		kex_map_revoke(region);
		region->ops->revoked(region->owner);
	}
	kex_carveout_unbind(co);
	mutex_unlock(&co->lock);
	mutex_unlock(&kex_bind_lock);
}

static int kex_bind(struct device *dev, struct kex_carveout **bound)
{
	struct kex_carveout *co;
	const char *name;
	int ret;

	lockdep_assert_held(&kex_bind_lock);
	name = kex_carveout_dt_name(dev);
	if (IS_ERR(name))
		return PTR_ERR(name);
	co = kex_configfs_carveout(name);
	if (IS_ERR(co))
		return PTR_ERR(co);
	if (co->dev) {
		dev_err(dev, "%pOF: label '%s': %pOF has it: labels must differ\n",
			dev->of_node, name, co->dev->of_node);
		return -EEXIST;
	}
	ret = kex_carveout_bind(co, dev);
	if (!ret)
		*bound = co;
	return ret;
}

static int kex_probe(struct platform_device *pdev)
{
	struct kex_carveout *co;
	int ret;

	mutex_lock(&kex_bind_lock);
	ret = kex_bind(&pdev->dev, &co);
	mutex_unlock(&kex_bind_lock);
	if (ret)
		return ret;
	return devm_add_action_or_reset(&pdev->dev, kex_unbind, co);
}

static const struct of_device_id kex_of_match[] = {
	{ .compatible = "kex,carveout" },
	{ }
};
MODULE_DEVICE_TABLE(of, kex_of_match);

static struct platform_driver kex_driver = {
	.probe	= kex_probe,
	.driver	= {
		.name		= "kex",
		.of_match_table	= kex_of_match,
	},
};

static int __init kex_init(void)
{
	int ret;

	ret = kex_objects_init(&kex_node_fops, kex_sysfs_groups);
	if (ret)
		return ret;
	ret = kex_configfs_init();
	if (ret)
		goto err_objects;
	ret = platform_driver_register(&kex_driver);
	if (ret)
		goto err_configfs;
	return 0;

err_configfs:
	kex_configfs_exit();
err_objects:
	kex_objects_exit();
	return ret;
}
module_init(kex_init);

static void __exit kex_exit(void)
{
	platform_driver_unregister(&kex_driver);
	kex_configfs_exit();
	kex_objects_exit();
}
module_exit(kex_exit);

MODULE_DESCRIPTION("Regions of set-aside physical memory for user space");
MODULE_AUTHOR("kex developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
