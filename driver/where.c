// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: which object has a physical address, and who shows it
 */
#include <linux/mutex.h>
#include <linux/string.h>

#include "ctl.h"
#include "pool.h"

/* Where an object's bytes begin, if they lie side by side in the carve-out */
static bool kex_space_phys(struct kex_space *space, u64 *phys)
{
	switch (space->obj.kind) {
	case KEX_KIND_REGION:
		*phys = to_kex_region(space)->phys;
		return true;
	case KEX_KIND_POOL:
		return kex_pool_phys(space, phys);
	default:
		return false;
	}
}

/* The live object at an address; the carve-out's lock held */
static struct kex_space *kex_carveout_space_at(struct kex_carveout *co, u64 phys,
					       u64 *offset)
{
	struct kex_space *space;
	u64 start;

	lockdep_assert_held(&co->lock);
	list_for_each_entry(space, &co->spaces, live) {
		if (!kex_space_phys(space, &start) || phys < start ||
		    phys - start >= space->size)
			continue;
		*offset = phys - start;
		return space;
	}
	return NULL;
}

/* Bytes up to the next live region of a carve-out; its lock held */
static u64 kex_carveout_gap(struct kex_carveout *co, u64 phys)
{
	struct kex_space *space;
	u64 start, gap = U64_MAX;

	lockdep_assert_held(&co->lock);
	list_for_each_entry(space, &co->spaces, live)
		if (kex_space_phys(space, &start) && start > phys)
			gap = min(gap, start - phys);
	return gap;
}

/**
 * kex_where_region() - which live region has a physical address
 * @phys: the address
 * @name: result: its name; as it was if there is none
 * @offset: result: of the address in it
 * @left: result: bytes from there to its end, or to where there may be another
 *
 * Return: 1, 0 if there is none, -EINTR on a fatal signal.
 */
int kex_where_region(u64 phys, char name[KEX_NAME_SIZE], u64 *offset, u64 *left)
{
	struct kex_carveout *co;
	struct kex_space *space;
	u64 unused;
	int ret;

	co = kex_carveout_at(phys, &unused, left);
	if (!co)
		return 0;
	ret = mutex_lock_killable(&co->lock) ? -EINTR : 0;
	if (!ret) {
		*left = min(*left, kex_carveout_gap(co, phys));
		space = kex_carveout_space_at(co, phys, offset);
		if (space && space->obj.kind == KEX_KIND_REGION) {
			memcpy(name, space->obj.name, KEX_NAME_SIZE);
			*left = space->size - *offset;
			ret = 1;
		}
		mutex_unlock(&co->lock);
	}
	config_group_put(&co->group);
	return ret;
}

/* Every window that shows a byte of a region, and where */
static void kex_where_windows(struct kex_region *region, u64 offset,
			      struct kex_ctl_window *windows, unsigned int room,
			      u32 *nr)
{
	unsigned long page = PHYS_PFN(offset);
	struct interval_tree_node *node;
	struct kex_piece *piece;

	down_read(&region->space.map_rwsem);
	kex_for_each_lent(node, region, page, page) {
		piece = container_of(node, struct kex_piece, in_region);
		if (*nr < room) {
			windows[*nr].offset = PFN_PHYS(piece->in_window.start - node->start) +
					      offset;
			memcpy(windows[*nr].name, piece->window->space.obj.name,
			       KEX_NAME_SIZE);
		}
		(*nr)++;
		cond_resched();
	}
	up_read(&region->space.map_rwsem);
}

/**
 * kex_where_phys() - say what a physical address is
 * @where: the address; gets all but what concerns the call itself
 * @windows: result, of the first that show it
 * @room: how many there may be
 *
 * Return: 0, -ENXIO if it is no carve-out's, -EINTR on a fatal signal.
 */
int kex_where_phys(struct kex_ctl_where *where, struct kex_ctl_window *windows,
		   unsigned int room)
{
	struct kex_carveout *co;
	struct kex_space *space;
	u64 unused;
	int ret = 0;

	where->nr = 0;
	where->kind = KEX_KIND_NONE;
	co = kex_carveout_at(where->phys, &where->offset, &unused);
	if (!co)
		return -ENXIO;
	strscpy(where->carveout, co->name, sizeof(where->carveout));
	if (mutex_lock_killable(&co->lock)) {
		ret = -EINTR;
	} else {
		space = kex_carveout_space_at(co, where->phys, &where->object_offset);
		if (space) {
			where->kind = space->obj.kind;
			memcpy(where->name, space->obj.name, KEX_NAME_SIZE);
		}
		if (space && space->obj.kind == KEX_KIND_REGION)
			kex_where_windows(to_kex_region(space), where->object_offset,
					  windows, room, &where->nr);
		mutex_unlock(&co->lock);
	}
	config_group_put(&co->group);
	return ret;
}
