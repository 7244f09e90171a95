// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: no pools: the kernel was built without CONFIG_DEVICE_PRIVATE, or without
 * CONFIG_HMM_MIRROR
 */
#include "pool.h"

struct kex_pool *kex_pool_create(struct kex_carveout *co,
				 const struct kex_pool_params *params,
				 const struct kex_object_ops *obj_ops,
				 struct kex_maker *maker)
{
	lockdep_assert_held(&co->lock);
	if (!co->dev)
		return ERR_PTR(-ENODEV);
	if (!params->size)
		return ERR_PTR(-EINVAL);
	dev_err(co->dev, "%pOF: pool '%s': this kernel was built without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR: use one that has both\n",
		co->dev->of_node, params->name);
	return ERR_PTR(-EOPNOTSUPP);
}

/* What follows is never called: there is no pool */
void kex_pool_set_policy(struct kex_pool *pool, struct kex_policy *policy)
{
}

int kex_evict_range(struct kex_space *space, u64 off, u64 len,
		    enum kex_reason reason)
{
	return -EOPNOTSUPP;
}

bool kex_pool_phys(struct kex_space *space, u64 *phys)
{
	return false;
}

void kex_pool_describe(struct page *page, char name[KEX_NAME_SIZE], u64 *phys,
		       u64 *offset)
{
}

const struct kex_object_ops kex_pool_object_ops = {};
