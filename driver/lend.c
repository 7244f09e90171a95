// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what regions lend to windows: given, and taken back
 *
 * A piece is in two trees, and changed with the map_rwsem of both, the window's
 * and then the region's, held for writing: faults on the window come by the one,
 * zaps of the region by the other. Its entries are gone before it leaves either.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "debug.h"
#include "kex.h"
#include "trace.h"

static void kex_lend_unmap_pages(struct kex_window *window, unsigned long first,
				 unsigned long last)
{
	unmap_mapping_range(window->space.obj.inode->i_mapping, PFN_PHYS(first),
			    PFN_PHYS(last - first + 1), 1);
}

static void kex_piece_insert(struct kex_piece *piece)
{
	lockdep_assert_held_write(&piece->window->space.map_rwsem);
	lockdep_assert_held_write(&piece->region->space.map_rwsem);
	interval_tree_insert(&piece->in_window, &piece->window->pieces);
	interval_tree_insert(&piece->in_region, &piece->region->lent);
}

static void kex_piece_remove(struct kex_piece *piece)
{
	lockdep_assert_held_write(&piece->window->space.map_rwsem);
	lockdep_assert_held_write(&piece->region->space.map_rwsem);
	interval_tree_remove(&piece->in_window, &piece->window->pieces);
	interval_tree_remove(&piece->in_region, &piece->region->lent);
}

/* Of a piece that is in no tree: other pages of the window, the same relation */
static void kex_piece_move(struct kex_piece *piece, unsigned long first,
			   unsigned long last)
{
	unsigned long shift = piece->in_region.start - piece->in_window.start;

	piece->in_window.start = first;
	piece->in_window.last = last;
	piece->in_region.start = first + shift;
	piece->in_region.last = last + shift;
}

static void kex_pieces_free(struct list_head *list)
{
	struct kex_piece *piece, *next;

	list_for_each_entry_safe(piece, next, list, node) {
		if (piece->region)
			kex_object_put(&piece->region->space.obj);
		kfree(piece);
		cond_resched();
	}
}

static struct kex_piece *kex_piece_new(struct kex_window *window)
{
	struct kex_piece *piece;

	piece = kzalloc(sizeof(*piece), GFP_KERNEL_ACCOUNT);
	if (piece) {
		INIT_LIST_HEAD(&piece->node);
		piece->window = window;
	}
	return piece;
}

static int kex_lend_check(const struct kex_window *window, const struct kex_lend *want)
{
	const struct kex_space *space = &window->space, *lender = &want->region->space;
	int ret;

	ret = kex_check_range(space->size, want->woff, want->len);
	if (!ret)
		ret = kex_check_range(lender->size, want->roff, want->len);
	if (!ret && (lender->co != space->co || lender->cache != space->cache))
		ret = -EXDEV;
	return ret;
}

/* A list of pieces in the order asked for. What fails is left to the caller */
static int kex_lend_prepare(struct kex_window *window, const struct kex_lend *want,
			    unsigned int nr, struct list_head *list)
{
	struct kex_piece *piece;
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++, want++) {
		ret = kex_lend_check(window, want);
		if (ret)
			return ret;
		piece = kex_point_fails("lend_new", i) ? NULL : kex_piece_new(window);
		if (!piece)
			return -ENOMEM;
		piece->in_window.start = PHYS_PFN(want->woff);
		piece->in_window.last = PHYS_PFN(want->woff + want->len) - 1;
		piece->in_region.start = PHYS_PFN(want->roff);
		piece->in_region.last = PHYS_PFN(want->roff + want->len) - 1;
		piece->region = want->region;
		kref_get(&want->region->space.obj.ref);
		list_add_tail(&piece->node, list);
		cond_resched();
	}
	return 0;
}

static int kex_lend_link(struct kex_piece *piece)
{
	struct kex_space *lender = &piece->region->space;
	int ret = 0;

	if (fatal_signal_pending(current))
		return -EINTR;

	if (interval_tree_iter_first(&piece->window->pieces, piece->in_window.start,
				     piece->in_window.last))
		return -EBUSY;
	if (down_write_killable(&lender->map_rwsem))
		return -EINTR;
	if (lender->revoked)
		ret = -ENODEV;
	else
		kex_piece_insert(piece);
	up_write(&lender->map_rwsem);
	return ret;
}

static void kex_lend_unlink(struct kex_piece *piece)
{
	down_write(&piece->region->space.map_rwsem);
	kex_piece_remove(piece);
	up_write(&piece->region->space.map_rwsem);
}

/* All or none. Nobody sees them before the window's lock is let go */
static int kex_lend_link_all(struct list_head *list)
{
	struct kex_piece *piece;
	unsigned int i = 0;
	int ret = 0;

	list_for_each_entry(piece, list, node) {
		ret = kex_point_fails("lend_link", i++) ? -EIO : kex_lend_link(piece);
		if (ret)
			break;
		KEX_POINT(lend_linked);
		cond_resched();
	}
	if (!ret)
		return 0;
	list_for_each_entry_continue_reverse(piece, list, node)
		kex_lend_unlink(piece);
	return ret;
}

/*
 * Makes one of two neighbours in the window that are neighbours in the region.
 * Returns whether they were: there may be another behind @other.
 */
static bool kex_lend_merge(struct kex_piece *piece, struct kex_piece *other,
			   struct list_head *gone)
{
	struct kex_space *lender = &piece->region->space;

	if (!other || other->region != piece->region ||
	    other->in_region.start - other->in_window.start !=
	    piece->in_region.start - piece->in_window.start)
		return false;
	down_write(&lender->map_rwsem);
	kex_piece_remove(other);
	kex_piece_remove(piece);
	kex_piece_move(piece, min(piece->in_window.start, other->in_window.start),
		       max(piece->in_window.last, other->in_window.last));
	kex_piece_insert(piece);
	up_write(&lender->map_rwsem);
	list_move(&other->node, gone);
	return true;
}

static void kex_lend_merge_all(struct kex_window *window, struct kex_piece *piece,
			       struct list_head *gone)
{
	while (piece->in_window.start &&
	       kex_lend_merge(piece, kex_window_piece(window, piece->in_window.start - 1), gone))
		;
	while (kex_lend_merge(piece, kex_window_piece(window, piece->in_window.last + 1), gone))
		;
}

/*
 * Linked pieces take the place of what holes showed there, before any is made one
 * with the next. Cannot fail.
 */
static void kex_lend_show(struct kex_window *window, struct list_head *fresh,
			  struct list_head *gone)
{
	struct kex_piece *piece;

	if (window->space.hole == KEX_HOLE_ZERO || window->space.hole == KEX_HOLE_SCRATCH)
		list_for_each_entry(piece, fresh, node)
			kex_lend_unmap_pages(window, piece->in_window.start,
					     piece->in_window.last);
	while (!list_empty(fresh)) {
		piece = list_first_entry(fresh, struct kex_piece, node);
		list_del_init(&piece->node);
		kex_lend_merge_all(window, piece, gone);
		cond_resched();
	}
}

static void kex_lend_trace(struct kex_window *window, const struct kex_lend *want,
			   unsigned int nr, enum kex_reason reason, u64 start)
{
	for (; nr && trace_kex_window_map_enabled(); nr--, want++)
		trace_kex_window_map(&window->space, want->woff, want->len, reason,
				     PHYS_PFN(want->len), start);
}

/**
 * kex_lend_map() - let a window show pieces of regions, all of them or none
 * @window: the window
 * @want: the pieces, in any order
 * @nr: how many
 * @reason: who asked, for the trace
 *
 * Return: 0, -EINVAL for a length of 0 or a misaligned piece, -ERANGE outside
 * window or region, -EXDEV for a region of another carve-out or cache attribute,
 * -EBUSY if a piece overlaps another, -ENODEV if the window or a region is
 * revoked, -ENOMEM, -EINTR on a fatal signal.
 */
int kex_lend_map(struct kex_window *window, const struct kex_lend *want, unsigned int nr,
		 enum kex_reason reason)
{
	u64 start = kex_trace_start(kex_window_map);
	LIST_HEAD(fresh);
	LIST_HEAD(gone);
	int ret;

	ret = kex_lend_prepare(window, want, nr, &fresh);
	if (ret)
		goto out;
	ret = -EINTR;
	if (down_write_killable(&window->space.map_rwsem))
		goto out;
	ret = window->space.revoked ? -ENODEV : kex_lend_link_all(&fresh);
	if (!ret)
		kex_lend_show(window, &fresh, &gone);
	up_write(&window->space.map_rwsem);
	if (!ret) {
		kex_space_changed(&window->space);
		kex_lend_trace(window, want, nr, reason, start);
	}
out:
	kex_pieces_free(&fresh);
	kex_pieces_free(&gone);
	return ret;
}

/*
 * Takes pages out of a piece. What is left on both sides needs a second piece:
 * @spare, which is then NULL. What has no page left goes to @gone.
 */
static void kex_lend_cut(struct kex_piece *piece, unsigned long first,
			 unsigned long last, struct kex_piece **spare,
			 struct list_head *gone)
{
	unsigned long start = piece->in_window.start, end = piece->in_window.last;
	struct kex_space *lender = &piece->region->space;

	down_write(&lender->map_rwsem);
	kex_piece_remove(piece);
	if (start < first && end > last) {
		(*spare)->in_window = piece->in_window;
		(*spare)->in_region = piece->in_region;
		(*spare)->region = piece->region;
		kref_get(&lender->obj.ref);
		kex_piece_move(*spare, last + 1, end);
		kex_piece_insert(*spare);
		*spare = NULL;
	}
	if (start < first)
		kex_piece_move(piece, start, first - 1);
	else if (end > last)
		kex_piece_move(piece, last + 1, end);
	if (start < first || end > last)
		kex_piece_insert(piece);
	else
		list_add_tail(&piece->node, gone);
	up_write(&lender->map_rwsem);
}

static void kex_lend_unmap_locked(struct kex_window *window, unsigned long first,
				  unsigned long last, struct kex_piece **spare,
				  struct list_head *gone)
{
	struct interval_tree_node *node;

	kex_lend_unmap_pages(window, first, last);
	KEX_POINT(lend_unmapped);
	while ((node = interval_tree_iter_first(&window->pieces, first, last))) {
		kex_lend_cut(container_of(node, struct kex_piece, in_window), first,
			     last, spare, gone);
		cond_resched();
	}
}

/**
 * kex_lend_unmap() - a part of a window shows nothing any more
 * @window: the window
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 * @reason: who asked, for the trace
 *
 * Pieces that lie there in part keep the rest.
 *
 * Return: 0, also if there was nothing; -ENODEV if the window is revoked,
 * -ENOMEM, -EINTR on a fatal signal.
 */
int kex_lend_unmap(struct kex_window *window, u64 off, u64 len, enum kex_reason reason)
{
	u64 start = kex_trace_start(kex_window_unmap);
	unsigned long first = PHYS_PFN(off), last = PHYS_PFN(off + len) - 1;
	struct kex_piece *spare = kex_piece_new(window);
	LIST_HEAD(gone);
	bool any;
	int ret = 0;

	if (!spare)
		return -ENOMEM;
	if (down_write_killable(&window->space.map_rwsem)) {
		kfree(spare);
		return -EINTR;
	}
	any = interval_tree_iter_first(&window->pieces, first, last);
	if (window->space.revoked)
		ret = -ENODEV;
	else if (any)
		kex_lend_unmap_locked(window, first, last, &spare, &gone);
	up_write(&window->space.map_rwsem);
	if (!ret && any) {
		kex_space_changed(&window->space);
		trace_kex_window_unmap(&window->space, off, len, reason, PHYS_PFN(len),
				       start);
	}
	KEX_POINT(lend_freeing);
	kex_pieces_free(&gone);
	kfree(spare);
	return ret;
}

/* Takes all that one region has lent to a window, or all (NULL), from it */
static void kex_lend_take(struct kex_window *window, const struct kex_region *region,
			  struct list_head *gone)
{
	struct interval_tree_node *node, *next;
	struct kex_piece *piece;

	lockdep_assert_held_write(&window->space.map_rwsem);
	for (node = interval_tree_iter_first(&window->pieces, 0, ULONG_MAX); node;
	     node = next) {
		next = interval_tree_iter_next(node, 0, ULONG_MAX);
		piece = container_of(node, struct kex_piece, in_window);
		if (region && piece->region != region)
			continue;
		kex_lend_unlink(piece);
		list_add_tail(&piece->node, gone);
		cond_resched();
	}
}

/**
 * kex_lend_end() - a window gives all back, and gets nothing any more
 * @window: a window that is revoked or that nobody has open
 *
 * The caller has a reference.
 */
void kex_lend_end(struct kex_window *window)
{
	LIST_HEAD(gone);

	down_write(&window->space.map_rwsem);
	WRITE_ONCE(window->space.revoked, true);
	kex_lend_take(window, NULL, &gone);
	up_write(&window->space.map_rwsem);
	kex_pieces_free(&gone);
}

/* A window that has something of a region, with a reference */
static struct kex_window *kex_lend_borrower(struct kex_region *region)
{
	struct kex_window *window = NULL;
	struct interval_tree_node *node;

	down_read(&region->space.map_rwsem);
	node = interval_tree_iter_first(&region->lent, 0, ULONG_MAX);
	if (node) {
		window = container_of(node, struct kex_piece, in_region)->window;
		kref_get(&window->space.obj.ref);
	}
	up_read(&region->space.map_rwsem);
	return window;
}

/**
 * kex_lend_recall() - take a region's pieces out of all windows
 * @region: a revoked region: no entry leads to it, and nothing more is lent
 *
 * What the pieces leave behind is a hole.
 */
void kex_lend_recall(struct kex_region *region)
{
	struct kex_window *window;
	LIST_HEAD(gone);

	while ((window = kex_lend_borrower(region))) {
		down_write(&window->space.map_rwsem);
		kex_lend_take(window, region, &gone);
		up_write(&window->space.map_rwsem);
		kex_space_changed(&window->space);
		kex_object_put(&window->space.obj);
	}
	kex_pieces_free(&gone);
}

/**
 * kex_lend_stop() - lend nothing more of a region that nobody sees
 * @region: a region that is not open; kex_nodes_lock held, so that no window is
 *	    opened meanwhile
 *
 * A piece that is being given back is in no tree any more, and its reference,
 * which keeps the region's memory, goes last: only the pieces that are counted
 * and the first reference may be left.
 *
 * Return: 0, and the region counts as revoked; -EBUSY if a window that is open
 * has a piece of it, or a piece of it is being given back.
 */
int kex_lend_stop(struct kex_region *region)
{
	struct interval_tree_node *node;
	struct kex_piece *piece;
	unsigned int refs = 1;
	int ret = 0;

	down_write(&region->space.map_rwsem);
	kex_for_each_lent(node, region, 0, ULONG_MAX) {
		refs++;
		piece = container_of(node, struct kex_piece, in_region);
		if (piece->window->space.obj.opens) {
			ret = -EBUSY;
			break;
		}
		cond_resched();
	}
	if (!ret && kref_read(&region->space.obj.ref) != refs)
		ret = -EBUSY;
	if (!ret)
		WRITE_ONCE(region->space.revoked, true);
	up_write(&region->space.map_rwsem);
	return ret;
}

/* Of a window, so many pieces are cleared one by one, and those behind in one go */
#define KEX_HULL_PIECES	64
/* Windows that are told apart; with more of them in turn, it is one by one */
#define KEX_HULLS	8

/**
 * struct kex_hull - what is left to clear of a window
 * @window: the window, or NULL
 * @nr: pieces met
 * @first: first page of those that are left
 * @last: last page of them
 */
struct kex_hull {
	struct kex_window *window;
	unsigned int nr;
	unsigned long first;
	unsigned long last;
};

static void kex_hull_clear(const struct kex_hull *hull)
{
	if (hull->nr > KEX_HULL_PIECES)
		kex_lend_unmap_pages(hull->window, hull->first, hull->last);
}

/* That of a window, in the place of the one that came first if it is new */
static struct kex_hull *kex_hull_of(struct kex_hull *hulls, unsigned int *next,
				    struct kex_window *window)
{
	struct kex_hull *hull;

	for (hull = hulls; hull < hulls + KEX_HULLS; hull++)
		if (hull->window == window)
			return hull;
	hull = &hulls[(*next)++ % KEX_HULLS];
	kex_hull_clear(hull);
	*hull = (struct kex_hull){ .window = window, .first = ULONG_MAX };
	return hull;
}

/**
 * kex_lend_zap() - clear the entries that windows have of a region
 * @region: the region; map_rwsem held for writing
 * @off: first byte
 * @len: bytes
 *
 * A walk of page tables for each piece would cost by the piece, mapped or not.
 * Of a window that has many, what lies between them is therefore cleared as
 * well: the next touch brings it back.
 */
void kex_lend_zap(struct kex_region *region, u64 off, u64 len)
{
	unsigned long first = PHYS_PFN(off), last = PHYS_PFN(off + len) - 1, shift;
	struct kex_hull hulls[KEX_HULLS] = {}, *hull;
	struct interval_tree_node *node;
	unsigned int next = 0, i;
	struct kex_piece *piece;

	lockdep_assert_held_write(&region->space.map_rwsem);
	kex_for_each_lent(node, region, first, last) {
		piece = container_of(node, struct kex_piece, in_region);
		hull = kex_hull_of(hulls, &next, piece->window);
		shift = piece->in_window.start - node->start;
		hull->first = min(hull->first, max(first, node->start) + shift);
		hull->last = max(hull->last, min(last, node->last) + shift);
		if (++hull->nr > KEX_HULL_PIECES)
			continue;
		kex_lend_unmap_pages(piece->window, hull->first, hull->last);
		hull->first = ULONG_MAX;
		hull->last = 0;
	}
	for (i = 0; i < KEX_HULLS; i++)
		kex_hull_clear(&hulls[i]);
}

/**
 * kex_lend_changed() - tell those who wait at windows of a region's change
 * @region: the region; map_rwsem not held
 * @off: first byte of what has changed
 * @len: bytes
 */
void kex_lend_changed(struct kex_region *region, u64 off, u64 len)
{
	const struct kex_window *told = NULL;
	struct interval_tree_node *node;
	struct kex_piece *piece;

	down_read(&region->space.map_rwsem);
	kex_for_each_lent(node, region, PHYS_PFN(off), PHYS_PFN(off + len) - 1) {
		piece = container_of(node, struct kex_piece, in_region);
		if (piece->window != told)
			kex_space_changed(&piece->window->space);
		told = piece->window;
	}
	up_read(&region->space.map_rwsem);
}
