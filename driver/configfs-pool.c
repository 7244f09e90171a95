// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: carveouts/<carveout>/pools/ in configfs
 */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/string.h>

#include "configfs-item.h"
#include "pool.h"
#include "attrs.gen.h"

/* The policy that an item names is its value, and is kept; none yet is fifo */
static struct kex_policy *kex_pool_item_policy(const struct kex_item *item)
{
	unsigned long policy = item->val[KEX_POOL_ATTR_POLICY];

	return policy ? (struct kex_policy *)policy : kex_policy_default();
}

static struct kex_space *kex_pool_item_create(struct kex_item *item)
{
	const struct kex_pool_params params = {
		.name		= config_item_name(&item->group.cg_item),
		.size		= item->val[KEX_POOL_ATTR_SIZE],
		.system		= item->val[KEX_POOL_ATTR_BACKING],
		.mode		= item->val[KEX_POOL_ATTR_MODE],
		.policy		= kex_pool_item_policy(item),
		.fault_around	= item->val[KEX_POOL_ATTR_FAULT_AROUND],
	};
	struct kex_pool *pool;

	pool = kex_pool_create(item->co, &params, &kex_pool_object_ops, &item->maker);
	return IS_ERR(pool) ? ERR_CAST(pool) : &pool->space;
}

static void kex_pool_item_apply(struct kex_item *item, unsigned int attr)
{
	if (attr == KEX_POOL_ATTR_FAULT_AROUND)
		WRITE_ONCE(to_kex_pool(item->space)->fault_around, item->val[attr]);
}

static void kex_pool_item_release(struct kex_item *item)
{
	kex_policy_put(kex_pool_item_policy(item));
}

static ssize_t kex_pool_policy_show(struct config_item *ci, char *page)
{
	struct kex_item *item = to_kex_item(ci);
	ssize_t len;

	mutex_lock(&item->co->lock);
	len = sysfs_emit(page, "%s\n",
			 config_item_name(&kex_pool_item_policy(item)->group.cg_item));
	mutex_unlock(&item->co->lock);
	return len;
}

/* Another policy, from now on */
static int kex_pool_item_act(struct kex_item *item, unsigned int attr,
			     const char *text, size_t len)
{
	struct kex_policy *policy, *old;
	char name[KEX_NAME_SIZE + 1];

	if (len && text[len - 1] == '\n')
		len--;
	if (len >= sizeof(name))
		return -EINVAL;
	memcpy(name, text, len);
	name[len] = '\0';
	if (strlen(name) != len || !kex_name_valid(name))
		return -EINVAL;
	policy = kex_policy_get(name);
	if (IS_ERR(policy))
		return PTR_ERR(policy);

	mutex_lock(&item->co->lock);
	old = kex_pool_item_policy(item);
	if (item->space)
		kex_pool_set_policy(to_kex_pool(item->space), policy);
	item->val[KEX_POOL_ATTR_POLICY] = (unsigned long)policy;
	mutex_unlock(&item->co->lock);
	kex_policy_put(old);
	return 0;
}

static ssize_t kex_pool_policy_store(struct config_item *ci, const char *page,
				     size_t count)
{
	return kex_item_store(ci, KEX_POOL_ATTR_POLICY, page, count);
}

#define KEX_POOL_RW(_name, _attr)	KEX_ITEM_RW(kex_pool_, _name, KEX_POOL_ATTR_##_attr)
#define KEX_POOL_WO(_name, _attr)	KEX_ITEM_WO(kex_pool_, _name, KEX_POOL_ATTR_##_attr)

/* By hand, for one of them shows a name: what is missing does not compile below */
KEX_POOL_RW(size, SIZE)
KEX_POOL_RW(backing, BACKING)
KEX_POOL_RW(mode, MODE)
CONFIGFS_ATTR(kex_pool_, policy);
KEX_POOL_RW(fault_around, FAULT_AROUND)
KEX_POOL_RW(live, LIVE)
KEX_POOL_WO(revoke, REVOKE)

#define KEX_POOL_ENTRY(_name, _attr, _access)	&kex_pool_attr_##_name,

static struct configfs_attribute *kex_pool_item_attrs[] = {
	KEX_POOL_CONFIGFS_ATTRS(KEX_POOL_ENTRY)
	NULL
};

static const struct config_item_type kex_pool_item_type = {
	.ct_item_ops	= &kex_item_ops,
	.ct_attrs	= kex_pool_item_attrs,
	.ct_owner	= THIS_MODULE,
};

static const struct kex_item_kind kex_pool_item_kind = {
	.type		= &kex_pool_item_type,
	.attrs		= kex_pool_attrs,
	.nr_attrs	= KEX_POOL_NR_ATTRS,
	.cache		= KEX_POOL_NR_ATTRS,
	.live		= KEX_POOL_ATTR_LIVE,
	.revoke		= KEX_POOL_ATTR_REVOKE,
	.create		= kex_pool_item_create,
	.apply		= kex_pool_item_apply,
	.release	= kex_pool_item_release,
	.act		= kex_pool_item_act,
};

static struct config_item *kex_pools_make(struct config_group *group, const char *name)
{
	return kex_item_make(container_of(group, struct kex_carveout, pools_group),
			     &kex_pool_item_kind, name);
}

static struct configfs_group_operations kex_pools_group_ops = {
	.make_item = kex_pools_make,
};

const struct config_item_type kex_pools_type = {
	.ct_group_ops	= &kex_pools_group_ops,
	.ct_owner	= THIS_MODULE,
};
