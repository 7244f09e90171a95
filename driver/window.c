// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the window: an address range whose pages are borrowed from regions
 */
#include <linux/slab.h>

#include "kex.h"

/* Room for a line: three numbers of 20 digits, a name, blanks and a newline */
#define KEX_PIECE_LINE	(3 * 20 + KEX_NAME_SIZE + 4)

/**
 * kex_window_piece() - what is lent for a page
 * @window: the window; map_rwsem held
 * @page: the page
 *
 * Return: the piece that shows it, or NULL.
 */
struct kex_piece *kex_window_piece(struct kex_window *window, unsigned long page)
{
	struct interval_tree_node *node;

	node = interval_tree_iter_first(&window->pieces, page, page);
	return node ? container_of(node, struct kex_piece, in_window) : NULL;
}

/* Narrows a range to the pages around one that are in its state; false if held */
static bool kex_window_clip(struct kex_space *space, unsigned long page,
			    unsigned long *first, unsigned long *last)
{
	unsigned long start, end;

	if (kex_space_page(space, page, &start, &end) == KEX_PAGE_HELD)
		return false;
	*first = max(*first, start);
	*last = min(*last, end);
	return true;
}

/*
 * A region that has what is asked for stays locked when it is held, too: its
 * restore would else not find the hole page that is about to be inserted.
 */
static bool kex_window_find(struct kex_space *space, unsigned long page,
			    struct kex_run *run)
{
	struct kex_piece *piece = kex_window_piece(to_kex_window(space), page);
	unsigned long first, last, shift;
	struct kex_space *lender;

	run->region = NULL;
	if (!piece)
		return false;
	first = piece->in_window.start;
	last = piece->in_window.last;
	if (!kex_window_clip(space, page, &first, &last))
		return false;

	/* From here on in the region's pages */
	shift = piece->in_region.start - piece->in_window.start;
	first += shift;
	last += shift;
	lender = &piece->region->space;
	down_read(&lender->map_rwsem);
	run->region = piece->region;
	if (lender->revoked || !kex_window_clip(lender, page + shift, &first, &last))
		return false;
	run->first = first - shift;
	run->nr = last - first + 1;
	run->pfn = PHYS_PFN(piece->region->phys) + first;
	return true;
}

static bool kex_window_find_all(struct kex_space *space, unsigned long first,
				unsigned long nr, bool wait, struct kex_run *run)
{
	struct kex_piece *piece = kex_window_piece(to_kex_window(space), first);
	struct kex_space *lender;
	unsigned long page;

	if (!piece || piece->in_window.last - first < nr - 1 ||
	    kex_space_any_held(space, first, first + nr - 1))
		return false;
	page = first + piece->in_region.start - piece->in_window.start;
	lender = &piece->region->space;
	if (!kex_lock_read(&lender->map_rwsem, wait))
		return false;
	if (lender->revoked || kex_space_any_held(lender, page, page + nr - 1)) {
		up_read(&lender->map_rwsem);
		return false;
	}
	run->region = piece->region;
	run->first = first;
	run->nr = nr;
	run->pfn = PHYS_PFN(piece->region->phys) + page;
	return true;
}

static void kex_window_done(struct kex_run *run)
{
	if (run->region)
		up_read(&run->region->space.map_rwsem);
}

static const struct kex_space_ops kex_window_space_ops = {
	.find		= kex_window_find,
	.find_all	= kex_window_find_all,
	.done		= kex_window_done,
};

/**
 * kex_window_new() - make a window that has no node
 * @co: its carve-out
 * @params: what it shall be; checked, but for the size
 * @obj_ops: its operations as an object
 *
 * Return: the window, with one reference; or -EINVAL without a size, -ENOMEM.
 */
struct kex_window *kex_window_new(struct kex_carveout *co,
				  const struct kex_window_params *params,
				  const struct kex_object_ops *obj_ops)
{
	struct kex_window *window;
	int ret;

	if (!params->size)
		return ERR_PTR(-EINVAL);
	window = kzalloc(sizeof(*window), GFP_KERNEL_ACCOUNT);
	if (!window)
		return ERR_PTR(-ENOMEM);
	window->space.co = co;
	window->space.size = params->size;
	window->space.cache = params->cache;
	window->space.hole = params->hole;
	/* An mmap that inserts nothing is no race to those who take away */
	window->space.lazy = true;
	ret = kex_space_init(&window->space, KEX_KIND_WINDOW, params->name,
			     params->mode, obj_ops, &kex_window_space_ops);
	if (ret) {
		kfree(window);
		return ERR_PTR(ret);
	}
	window->pieces = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&window->owned);
	mutex_init(&window->end_lock);
	return window;
}

/**
 * kex_window_create() - make a live window, to which nothing is lent yet
 * @co: its carve-out, lock held
 * @params: what it shall be; checked against the attributes' ranges
 * @obj_ops: its operations as an object
 * @maker: who is told when it is taken
 *
 * Return: the window, whose first reference kex_space_retire() or
 * kex_space_unlist() and a put give up; or -ENODEV if @co is not bound, -EINVAL
 * without a size, -ENOMEM, -EEXIST.
 */
struct kex_window *kex_window_create(struct kex_carveout *co,
				     const struct kex_window_params *params,
				     const struct kex_object_ops *obj_ops,
				     struct kex_maker *maker)
{
	struct kex_window *window;
	int ret;

	lockdep_assert_held(&co->lock);
	if (!co->dev)
		return ERR_PTR(-ENODEV);
	window = kex_window_new(co, params, obj_ops);
	if (IS_ERR(window))
		return window;
	ret = kex_space_publish(&window->space, maker);
	if (ret) {
		kex_object_put(&window->space.obj);
		return ERR_PTR(ret);
	}
	return window;
}

/**
 * kex_window_release() - free a window
 * @obj: the window's object, without references, and without pieces
 */
void kex_window_release(struct kex_object *obj)
{
	struct kex_window *window = to_kex_window(to_kex_space(obj));

	kex_space_destroy(&window->space);
	kfree(window);
}

/**
 * kex_window_print() - list what is lent
 * @window: the window
 * @text: result: a line for each piece, 'WOFF REGION ROFF LEN', sorted; or NULL
 * @size: room in @text
 *
 * Return: the length of the list; more than @size has been written in part.
 */
ssize_t kex_window_print(struct kex_window *window, char *text, size_t size)
{
	struct interval_tree_node *node;
	const struct kex_piece *piece;
	char line[KEX_PIECE_LINE];
	size_t len = 0, n;

	down_read(&window->space.map_rwsem);
	for (node = interval_tree_iter_first(&window->pieces, 0, ULONG_MAX); node;
	     node = interval_tree_iter_next(node, 0, ULONG_MAX)) {
		piece = container_of(node, struct kex_piece, in_window);
		n = scnprintf(line, sizeof(line), "%llu %s %llu %llu\n",
			      (u64)PFN_PHYS(node->start),
			      piece->region->space.obj.name,
			      (u64)PFN_PHYS(piece->in_region.start),
			      (u64)PFN_PHYS(node->last - node->start + 1));
		if (text && len + n <= size)
			memcpy(text + len, line, n);
		len += n;
	}
	up_read(&window->space.map_rwsem);
	return len;
}
