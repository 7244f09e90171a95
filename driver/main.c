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

#include "ctl.h"
#include "kex.h"

/* One bind at a time: a carve-out has one device */
static DEFINE_MUTEX(kex_bind_lock);

static void kex_unbind(void *data)
{
	struct kex_carveout *co = data;
	struct kex_space *space, *next;

	mutex_lock(&co->lock);
	list_for_each_entry_safe(space, next, &co->spaces, live) {
		kex_zap_revoke(space, KEX_REASON_UNBIND);
		kex_space_unlist(space);
		space->maker->revoked(space->maker);
	}
	kex_carveout_unbind(co);
	mutex_unlock(&co->lock);
}

/* Before there is a folder, which could not be taken away again */
static int kex_bind_check(struct kex_carveout *co, struct device *dev,
			  const struct kex_dt *dt)
{
	unsigned int i;

	for (i = 0; i < dt->nr_regions; i++) {
		if (!kex_configfs_fixed_taken(co, dt->regions[i].name))
			continue;
		dev_err(dev, "%pOF: child with label '%s': a region elsewhere has it: labels must differ\n",
			dev->of_node, dt->regions[i].name);
		return -EEXIST;
	}
	return 0;
}

/*
 * One that cannot have its bytes yet, since those of its last life still have
 * an open file, does not keep the rest of the carve-out from users.
 */
static int kex_bind_regions(struct kex_carveout *co, struct device *dev,
			    const struct kex_dt *dt)
{
	const char *name;
	unsigned int i;
	int ret;

	for (i = 0; i < dt->nr_regions; i++) {
		name = dt->regions[i].name;
		ret = kex_configfs_fixed(co, &dt->regions[i]);
		if (ret == -EBUSY) {
			dev_warn(dev, "%pOF: region '%s' stays down: its memory is still open since it was revoked: close it, then write 1 to live\n",
				 dev->of_node, name);
		} else if (ret) {
			dev_err(dev, "%pOF: child with label '%s' cannot be made (%d)\n",
				dev->of_node, name, ret);
			return ret;
		}
	}
	return 0;
}

static int kex_bind(struct kex_carveout *co, struct device *dev,
		    const struct kex_dt *dt)
{
	int ret;

	ret = kex_bind_check(co, dev, dt);
	if (!ret)
		ret = kex_carveout_bind(co, dev, dt);
	if (!ret)
		ret = devm_add_action_or_reset(dev, kex_unbind, co);
	if (ret)
		return ret;
	ret = kex_configfs_add(co);
	if (ret)
		dev_err(dev, "%pOF: no folder '%s' in configfs (%d)\n",
			dev->of_node, co->name, ret);
	else
		ret = kex_bind_regions(co, dev, dt);
	if (ret) {
		devm_release_action(dev, kex_unbind, co);
		return ret;
	}
	/* Nothing can fail any more */
	kex_configfs_keep(co);
	mutex_lock(&co->lock);
	co->ready = true;
	mutex_unlock(&co->lock);
	return 0;
}

static int kex_probe_named(struct device *dev, const struct kex_dt *dt)
{
	struct kex_carveout *co;
	int ret;

	mutex_lock(&kex_bind_lock);
	co = kex_configfs_carveout(dt->name);
	ret = co ? kex_bind(co, dev, dt) : -ENOMEM;
	if (ret && co)
		kex_configfs_drop(co);
	mutex_unlock(&kex_bind_lock);
	return ret;
}

static int kex_probe(struct platform_device *pdev)
{
	struct kex_dt dt = {};
	int ret;

	ret = kex_dt_read(&pdev->dev, &dt);
	if (!ret)
		ret = kex_probe_named(&pdev->dev, &dt);
	/* The log has the cause; to -ENODEV the driver core adds no line */
	return ret && ret != -ENOMEM ? -ENODEV : ret;
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

	ret = kex_hole_init();
	if (ret)
		return ret;
	ret = kex_objects_init(&kex_node_fops);
	if (ret)
		goto err_hole;
	ret = kex_configfs_init();
	if (ret)
		goto err_objects;
	ret = platform_driver_register(&kex_driver);
	if (ret)
		goto err_configfs;
	/* Last what anybody may open: it cannot be taken back */
	ret = kex_ctl_init();
	if (ret)
		goto err_driver;
	return 0;

err_driver:
	platform_driver_unregister(&kex_driver);
err_configfs:
	kex_configfs_exit();
err_objects:
	kex_objects_exit();
err_hole:
	kex_hole_exit();
	return ret;
}
module_init(kex_init);

static void __exit kex_exit(void)
{
	kex_ctl_exit();
	platform_driver_unregister(&kex_driver);
	kex_configfs_exit();
	kex_objects_exit();
	kex_hole_exit();
}
module_exit(kex_exit);

MODULE_DESCRIPTION("Regions of set-aside physical memory for user space");
MODULE_AUTHOR("kex developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
