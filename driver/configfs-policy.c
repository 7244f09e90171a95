// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: policies/ in configfs: by what full pools evict
 */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "debug.h"
#include "pool.h"
#include "attrs.gen.h"

static struct config_group kex_policies_group;

/* Always there, one per algorithm */
static struct kex_policy kex_builtin[4];

static struct kex_policy *to_kex_policy(struct config_item *ci)
{
	return container_of(to_config_group(ci), struct kex_policy, group);
}

static bool kex_policy_is_builtin(const struct kex_policy *policy)
{
	return policy >= kex_builtin && policy < kex_builtin + ARRAY_SIZE(kex_builtin);
}

/**
 * kex_policy_read() - copy what a policy says now
 * @policy: the policy, which the caller keeps
 * @params: result
 */
void kex_policy_read(struct kex_policy *policy, struct kex_policy_params *params)
{
	spin_lock(&policy->lock);
	*params = policy->params;
	spin_unlock(&policy->lock);
}

/**
 * kex_policy_live() - count the live pools that use a policy
 * @policy: the policy, which the caller keeps
 * @change: 1 or -1
 */
void kex_policy_live(struct kex_policy *policy, int change)
{
	spin_lock(&policy->lock);
	policy->live += change;
	spin_unlock(&policy->lock);
}

/**
 * kex_policy_default() - the policy of a pool that names none
 *
 * Return: the policy, as of kex_policy_get().
 */
struct kex_policy *kex_policy_default(void)
{
	return &kex_builtin[KEX_ALGORITHM_FIFO];
}

/**
 * kex_policy_get() - find a policy and keep it from being removed
 * @name: its name
 *
 * Context: in a configfs callback, without a lock that mkdir or rmdir take.
 * Return: the policy, for kex_policy_put(); -ENOENT if there is none.
 */
struct kex_policy *kex_policy_get(const char *name)
{
	struct config_item *ci;
	int ret = 0;

	/* An rmdir unlinks the item under it, and what is unlinked has no parent */
	mutex_lock(&kex_subsys.su_mutex);
	ci = config_group_find_item(&kex_policies_group, name);
	KEX_POINT(policy_found);
	if (ci && !kex_policy_is_builtin(to_kex_policy(ci)))
		ret = configfs_depend_item_unlocked(&kex_subsys, ci);
	mutex_unlock(&kex_subsys.su_mutex);
	if (!ci)
		return ERR_PTR(-ENOENT);
	config_item_put(ci);
	/* It is being removed */
	return ret ? ERR_PTR(-ENOENT) : to_kex_policy(ci);
}

/**
 * kex_policy_put() - undo kex_policy_get()
 * @policy: the policy
 */
void kex_policy_put(struct kex_policy *policy)
{
	if (!kex_policy_is_builtin(policy))
		configfs_undepend_item(&policy->group.cg_item);
}

static int kex_policy_set(struct kex_policy *policy, enum kex_policy_attr attr, u64 val)
{
	struct kex_policy_params *params = &policy->params;

	lockdep_assert_held(&policy->lock);
	if (policy->live && !kex_policy_attrs[attr].live)
		return -EBUSY;
	switch (attr) {
	case KEX_POLICY_ATTR_ALGORITHM:
		params->algorithm = val;
		return 0;
	case KEX_POLICY_ATTR_HIGH:
		if (val < params->low)
			return -EINVAL;
		params->high = val;
		return 0;
	case KEX_POLICY_ATTR_LOW:
		if (val > params->high)
			return -EINVAL;
		params->low = val;
		return 0;
	case KEX_POLICY_ATTR_GRANULE:
		params->granule = val;
		return 0;
	case KEX_POLICY_ATTR_MIN_RESIDENT_MS:
		params->min_resident_ms = val;
		return 0;
	default:
		return -EINVAL;
	}
}

static u64 kex_policy_value(const struct kex_policy_params *params,
			    enum kex_policy_attr attr)
{
	switch (attr) {
	case KEX_POLICY_ATTR_ALGORITHM:
		return params->algorithm;
	case KEX_POLICY_ATTR_HIGH:
		return params->high;
	case KEX_POLICY_ATTR_LOW:
		return params->low;
	case KEX_POLICY_ATTR_GRANULE:
		return params->granule;
	case KEX_POLICY_ATTR_MIN_RESIDENT_MS:
		return params->min_resident_ms;
	default:
		return 0;
	}
}

static ssize_t kex_policy_attr_store(struct config_item *ci,
				     enum kex_policy_attr attr, const char *page,
				     size_t count)
{
	struct kex_policy *policy = to_kex_policy(ci);
	u64 val;
	int ret;

	ret = kex_attr_parse(&kex_policy_attrs[attr], page, &val);
	if (ret)
		return ret;
	spin_lock(&policy->lock);
	ret = kex_policy_set(policy, attr, val);
	spin_unlock(&policy->lock);
	return ret ?: count;
}

static ssize_t kex_policy_attr_show(struct config_item *ci,
				    enum kex_policy_attr attr, char *page)
{
	struct kex_policy_params params;

	kex_policy_read(to_kex_policy(ci), &params);
	return kex_attr_show(&kex_policy_attrs[attr], kex_policy_value(&params, attr),
			     page);
}

#define KEX_POLICY_FILE(_name, _attr, _access)					\
static ssize_t kex_policy_##_name##_show(struct config_item *ci, char *page)	\
{										\
	return kex_policy_attr_show(ci, KEX_POLICY_ATTR_##_attr, page);		\
}										\
static ssize_t kex_policy_##_name##_store(struct config_item *ci,		\
					  const char *page, size_t count)	\
{										\
	return kex_policy_attr_store(ci, KEX_POLICY_ATTR_##_attr, page, count);	\
}										\
CONFIGFS_ATTR(kex_policy_, _name);

#define KEX_POLICY_ENTRY(_name, _attr, _access)	&kex_policy_attr_##_name,

KEX_POLICY_CONFIGFS_ATTRS(KEX_POLICY_FILE)

static struct configfs_attribute *kex_policy_item_attrs[] = {
	KEX_POLICY_CONFIGFS_ATTRS(KEX_POLICY_ENTRY)
	NULL
};

static void kex_policy_release(struct config_item *ci)
{
	if (!kex_policy_is_builtin(to_kex_policy(ci)))
		kfree(to_kex_policy(ci));
}

static struct configfs_item_operations kex_policy_item_ops = {
	.release = kex_policy_release,
};

static const struct config_item_type kex_policy_type = {
	.ct_item_ops	= &kex_policy_item_ops,
	.ct_attrs	= kex_policy_item_attrs,
	.ct_owner	= THIS_MODULE,
};

static void kex_policy_init(struct kex_policy *policy)
{
	unsigned int i;

	spin_lock_init(&policy->lock);
	/* The low mark's default fits that of the high one only in this order */
	policy->params.high = 100;
	for (i = 0; i < KEX_POLICY_NR_ATTRS; i++) {
		spin_lock(&policy->lock);
		kex_policy_set(policy, i, kex_policy_attrs[i].def);
		spin_unlock(&policy->lock);
	}
}

static struct config_item *kex_policies_make(struct config_group *group,
					     const char *name)
{
	struct kex_policy *policy;

	if (!kex_name_valid(name))
		return ERR_PTR(-EINVAL);
	policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy)
		return ERR_PTR(-ENOMEM);
	kex_policy_init(policy);
	config_item_init_type_name(&policy->group.cg_item, name, &kex_policy_type);
	return &policy->group.cg_item;
}

static struct configfs_group_operations kex_policies_group_ops = {
	.make_item = kex_policies_make,
};

static const struct config_item_type kex_policies_type = {
	.ct_group_ops	= &kex_policies_group_ops,
	.ct_owner	= THIS_MODULE,
};

/**
 * kex_policies_init() - add policies/ with those that are always there
 * @root: the folder kex/, not yet registered
 */
void kex_policies_init(struct config_group *root)
{
	struct kex_policy *policy;
	unsigned int i;

	config_group_init_type_name(&kex_policies_group, "policies", &kex_policies_type);
	for (i = 0; i < ARRAY_SIZE(kex_builtin); i++) {
		policy = &kex_builtin[i];
		kex_policy_init(policy);
		policy->params.algorithm = i;
		config_group_init_type_name(&policy->group,
					    kex_policy_algorithm_words[i],
					    &kex_policy_type);
		configfs_add_default_group(&policy->group, &kex_policies_group);
	}
	configfs_add_default_group(&kex_policies_group, root);
}
