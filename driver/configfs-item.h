/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: what the items of regions, windows and pools in configfs share
 */
#ifndef _KEX_CONFIGFS_ITEM_H
#define _KEX_CONFIGFS_ITEM_H

#include <linux/configfs.h>

#include "kex.h"

struct kex_item;

/**
 * struct kex_item_kind - what each kind of item brings
 * @type: of its items in configfs
 * @attrs: its attributes, as declared
 * @nr_attrs: how many
 * @cache: which of them is the cache attribute; @nr_attrs if none is
 * @live: which is the switch
 * @revoke: and which the trigger
 * @create: makes the space that the wishes describe; the carve-out's lock held
 * @get: what a readable attribute is now, for those that are no wish only; may be
 *	 NULL
 * @apply: a wish has changed while the space is live; may be NULL
 * @release: the item goes; may be NULL
 * @act: does what a text that is no value asks for, without the lock; may be NULL
 */
struct kex_item_kind {
	const struct config_item_type *type;
	const struct kex_attr_desc *attrs;
	unsigned int nr_attrs;
	unsigned int cache;
	unsigned int live;
	unsigned int revoke;
	struct kex_space *(*create)(struct kex_item *item);
	u64 (*get)(struct kex_item *item, unsigned int attr);
	void (*apply)(struct kex_item *item, unsigned int attr);
	void (*release)(struct kex_item *item);
	int (*act)(struct kex_item *item, unsigned int attr, const char *text, size_t len);
};

/**
 * struct kex_item - a region, window or pool as configured
 * @group: configfs' part; of a made item just its config_item
 * @maker: told when the space is taken
 * @kind: see struct kex_item_kind
 * @node: of a fixed item, in kex_carveout.fixed
 * @co: the carve-out, whose lock guards the rest
 * @space: the live space, or NULL; while there is one, a made item is pinned
 * @fixed: from the device tree: cannot be removed, and pins nothing
 * @val: wishes, by attribute
 */
struct kex_item {
	struct config_group group;
	struct kex_maker maker;
	const struct kex_item_kind *kind;
	struct list_head node;
	struct kex_carveout *co;
	struct kex_space *space;
	bool fixed;
	u64 val[];
};

static inline struct kex_item *to_kex_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct kex_item, group);
}

struct kex_item *kex_item_new(struct kex_carveout *co, const struct kex_item_kind *kind);
struct config_item *kex_item_make(struct kex_carveout *co,
				  const struct kex_item_kind *kind, const char *name);
int kex_item_up(struct kex_item *item);
ssize_t kex_item_show(struct config_item *ci, unsigned int attr, char *page);
ssize_t kex_item_store(struct config_item *ci, unsigned int attr, const char *page,
		       size_t count);

extern struct configfs_item_operations kex_item_ops;

/* The attribute _name, whose callbacks know it by _index */
#define KEX_ITEM_SHOW(_prefix, _name, _index)					\
static ssize_t _prefix##_name##_show(struct config_item *ci, char *page)	\
{										\
	return kex_item_show(ci, _index, page);					\
}

#define KEX_ITEM_STORE(_prefix, _name, _index)					\
static ssize_t _prefix##_name##_store(struct config_item *ci,			\
				      const char *page, size_t count)		\
{										\
	return kex_item_store(ci, _index, page, count);				\
}

#define KEX_ITEM_RW(_prefix, _name, _index)					\
	KEX_ITEM_SHOW(_prefix, _name, _index)					\
	KEX_ITEM_STORE(_prefix, _name, _index)					\
	CONFIGFS_ATTR(_prefix, _name);

#define KEX_ITEM_WO(_prefix, _name, _index)					\
	KEX_ITEM_STORE(_prefix, _name, _index)					\
	CONFIGFS_ATTR_WO(_prefix, _name);

#endif /* _KEX_CONFIGFS_ITEM_H */
