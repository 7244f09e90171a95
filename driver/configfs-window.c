// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: carveouts/<carveout>/windows/ in configfs
 */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "configfs-item.h"
#include "attrs.gen.h"

/* Configfs cuts what is longer, and does not say so */
#define KEX_TEXT_MAX	4095

static struct kex_space *kex_window_item_create(struct kex_item *item)
{
	const struct kex_window_params params = {
		.name	= config_item_name(&item->group.cg_item),
		.size	= item->val[KEX_WINDOW_ATTR_SIZE],
		.cache	= item->val[KEX_WINDOW_ATTR_CACHE],
		.mode	= item->val[KEX_WINDOW_ATTR_MODE],
		.hole	= item->val[KEX_WINDOW_ATTR_HOLE],
	};
	struct kex_window *window;

	window = kex_window_create(item->co, &params, &kex_window_object_ops,
				   &item->maker);
	return IS_ERR(window) ? ERR_CAST(window) : &window->space;
}

/**
 * struct kex_piece_text - a piece as it is written
 * @name: of the region
 * @lend: the numbers
 */
struct kex_piece_text {
	const char *name;
	struct kex_lend lend;
};

/* Cuts a text at its blanks; exactly as many parts as asked for */
static int kex_split(char *text, char **part, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		part[i] = strsep(&text, " ");
		if (!part[i])
			return -EINVAL;
	}
	return text ? -EINVAL : 0;
}

static int kex_piece_parse(char *text, struct kex_piece_text *piece)
{
	char *part[4];
	int ret;

	ret = kex_split(text, part, ARRAY_SIZE(part));
	if (!ret)
		ret = kex_parse_size(part[0], &piece->lend.woff);
	if (!ret)
		ret = kex_parse_size(part[2], &piece->lend.roff);
	if (!ret)
		ret = kex_parse_size(part[3], &piece->lend.len);
	if (ret)
		return ret;
	piece->name = part[1];
	/* What can never be right is so whether or not the window is live */
	if (!kex_name_valid(piece->name) || !piece->lend.len ||
	    !PAGE_ALIGNED(piece->lend.woff | piece->lend.roff | piece->lend.len))
		return -EINVAL;
	return 0;
}

static unsigned int kex_pieces_count(const char *text)
{
	unsigned int nr = 1;

	for (; *text; text++)
		nr += *text == ';';
	return nr;
}

static int kex_pieces_parse(char *text, struct kex_piece_text *pieces, unsigned int nr)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < nr; i++)
		ret = kex_piece_parse(strim(strsep(&text, ";")), &pieces[i]);
	return ret;
}

static struct kex_region *kex_region_named(struct kex_carveout *co, const char *name)
{
	struct kex_space *space;

	lockdep_assert_held(&co->lock);
	list_for_each_entry(space, &co->spaces, live)
		if (space->obj.kind == KEX_KIND_REGION &&
		    !strcmp(space->obj.name, name))
			return to_kex_region(space);
	return NULL;
}

static int kex_window_item_lend(struct kex_item *item, struct kex_piece_text *pieces,
				unsigned int nr)
{
	struct kex_lend *want;
	unsigned int i;
	int ret = 0;

	lockdep_assert_held(&item->co->lock);
	if (!item->space)
		return -ENODEV;
	want = kvmalloc_array(nr, sizeof(*want), GFP_KERNEL);
	if (!want)
		return -ENOMEM;
	for (i = 0; !ret && i < nr; i++) {
		want[i] = pieces[i].lend;
		want[i].region = kex_region_named(item->co, pieces[i].name);
		if (!want[i].region)
			ret = -ENOENT;
	}
	if (!ret)
		ret = kex_lend_map(to_kex_window(item->space), want, nr,
				   KEX_REASON_CONFIGFS);
	kvfree(want);
	return ret;
}

static int kex_window_item_map(struct kex_item *item, char *text)
{
	unsigned int nr = kex_pieces_count(text);
	struct kex_piece_text *pieces;
	int ret;

	pieces = kvmalloc_array(nr, sizeof(*pieces), GFP_KERNEL);
	if (!pieces)
		return -ENOMEM;
	ret = kex_pieces_parse(text, pieces, nr);
	if (!ret) {
		mutex_lock(&item->co->lock);
		ret = kex_window_item_lend(item, pieces, nr);
		mutex_unlock(&item->co->lock);
	}
	kvfree(pieces);
	return ret;
}

static int kex_window_item_unmap(struct kex_item *item, char *text)
{
	char *part[2];
	u64 off, len;
	int ret;

	ret = kex_split(text, part, ARRAY_SIZE(part));
	if (!ret)
		ret = kex_parse_size(part[0], &off);
	if (!ret)
		ret = kex_parse_size(part[1], &len);
	if (!ret && (!len || !PAGE_ALIGNED(off | len)))
		ret = -EINVAL;
	if (ret)
		return ret;

	mutex_lock(&item->co->lock);
	ret = item->space ? kex_check_range(item->space->size, off, len) : -ENODEV;
	if (!ret)
		ret = kex_lend_unmap(to_kex_window(item->space), off, len,
				     KEX_REASON_CONFIGFS);
	mutex_unlock(&item->co->lock);
	return ret;
}

static int kex_window_item_act(struct kex_item *item, unsigned int attr,
			       const char *text, size_t len)
{
	char *copy;
	int ret;

	if (len && text[len - 1] == '\n')
		len--;
	else if (len >= KEX_TEXT_MAX)
		return -E2BIG;
	if (memchr(text, '\n', len) || memchr(text, '\0', len))
		return -EINVAL;
	copy = kmemdup_nul(text, len, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	ret = attr == KEX_WINDOW_ATTR_MAP ? kex_window_item_map(item, copy) :
				       kex_window_item_unmap(item, copy);
	kfree(copy);
	return ret;
}

/*
 * Configfs asks for the length first, and then gives all of it to the reader: a
 * list that has changed in between would be cut, or have a tail of old bytes.
 */
static ssize_t kex_window_pieces_read(struct config_item *ci, void *buf, size_t size)
{
	struct kex_item *item = to_kex_item(ci);
	ssize_t len = 0;

	mutex_lock(&item->co->lock);
	if (item->space)
		len = kex_window_print(to_kex_window(item->space), buf, size);
	mutex_unlock(&item->co->lock);
	return buf && len != size ? -EAGAIN : len;
}

#define KEX_WINDOW_ATTR(_name, _attr, _access)					\
	KEX_ITEM_##_access(kex_window_, _name, KEX_WINDOW_ATTR_##_attr)
#define KEX_WINDOW_ENTRY(_name, _attr, _access)	&kex_window_attr_##_name,

#define KEX_WINDOW_TABLE(_name)		CONFIGFS_BIN_ATTR_RO(kex_window_, _name, NULL, 0);
#define KEX_WINDOW_TABLE_ENTRY(_name)	&kex_window_attr_##_name,

KEX_WINDOW_CONFIGFS_ATTRS(KEX_WINDOW_ATTR)
KEX_WINDOW_CONFIGFS_TABLES(KEX_WINDOW_TABLE)

static struct configfs_attribute *kex_window_item_attrs[] = {
	KEX_WINDOW_CONFIGFS_ATTRS(KEX_WINDOW_ENTRY)
	NULL
};

static struct configfs_bin_attribute *kex_window_item_tables[] = {
	KEX_WINDOW_CONFIGFS_TABLES(KEX_WINDOW_TABLE_ENTRY)
	NULL
};

static const struct config_item_type kex_window_item_type = {
	.ct_item_ops	= &kex_item_ops,
	.ct_attrs	= kex_window_item_attrs,
	.ct_bin_attrs	= kex_window_item_tables,
	.ct_owner	= THIS_MODULE,
};

static const struct kex_item_kind kex_window_item_kind = {
	.type		= &kex_window_item_type,
	.attrs		= kex_window_attrs,
	.nr_attrs	= KEX_WINDOW_NR_ATTRS,
	.cache		= KEX_WINDOW_ATTR_CACHE,
	.live		= KEX_WINDOW_ATTR_LIVE,
	.revoke		= KEX_WINDOW_ATTR_REVOKE,
	.create		= kex_window_item_create,
	.act		= kex_window_item_act,
};

static struct config_item *kex_windows_make(struct config_group *group,
					    const char *name)
{
	return kex_item_make(container_of(group, struct kex_carveout, windows_group),
			     &kex_window_item_kind, name);
}

static struct configfs_group_operations kex_windows_group_ops = {
	.make_item = kex_windows_make,
};

const struct config_item_type kex_windows_type = {
	.ct_group_ops	= &kex_windows_group_ops,
	.ct_owner	= THIS_MODULE,
};
