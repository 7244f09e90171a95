// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: evict, hold, restore, revoke: what takes mapped memory away
 *
 * A zap changes the state with map_rwsem held for writing, and then clears the
 * entries; whoever inserts holds it for reading and looks at the state first,
 * as in vfio-pci with its memory_lock.
 */
#include <linux/fs.h>
#include <linux/mm.h>

#include "kex.h"

/* How often a zap looks for an mmap under way */
#define KEX_ZAP_PASSES	4

static void kex_zap(struct kex_space *space, u64 off, u64 len)
{
	lockdep_assert_held_write(&space->map_rwsem);
	unmap_mapping_range(space->obj.inode->i_mapping, off, len, 1);
}

/* Marks a range and takes its entries away. What fails has taken nothing */
static int kex_zap_mark(struct kex_space *space, u64 off, u64 len,
			enum kex_page_state state)
{
	int ret;

	if (space->revoked)
		return -ENODEV;
	ret = kex_space_mark(space, PHYS_PFN(off), PHYS_PFN(off + len) - 1, state);
	if (!ret)
		kex_zap(space, off, len);
	return ret;
}

/*
 * Waits until what an mmap under way inserted can be found, and takes that, too,
 * as often as there is one. Users who never stop to map do not keep us for ever:
 * then an evicted range does not count as such.
 */
static int kex_zap_late(struct kex_space *space, u64 off, u64 len,
			enum kex_page_state state)
{
	int passes, ret = 0;

	lockdep_assert_held(&space->zap_lock);
	for (passes = 0; !ret && passes < KEX_ZAP_PASSES && kex_mms_any(space); passes++) {
		ret = kex_mms_sync(space, true);
		if (ret)
			break;
		down_write(&space->map_rwsem);
		ret = kex_zap_mark(space, off, len, state);
		if (!ret && passes == KEX_ZAP_PASSES - 1 && kex_mms_any(space))
			ret = kex_space_mark(space, PHYS_PFN(off),
					     PHYS_PFN(off + len) - 1, 0);
		up_write(&space->map_rwsem);
	}
	return ret;
}

/* Both passes of an evict or a hold */
static int kex_zap_range(struct kex_space *space, u64 off, u64 len,
			 enum kex_page_state state)
{
	int ret;

	if (mutex_lock_killable(&space->zap_lock))
		return -EINTR;
	down_write(&space->map_rwsem);
	ret = kex_zap_mark(space, off, len, state);
	up_write(&space->map_rwsem);
	if (!ret) {
		kex_space_changed(space);
		ret = kex_zap_late(space, off, len, state);
	}
	mutex_unlock(&space->zap_lock);
	return ret;
}

/**
 * kex_zap_evict() - zap a range; the next touch of a page brings it back
 * @space: the space
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 *
 * What is held stays held.
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -ENOMEM, -EINTR on a fatal signal.
 */
int kex_zap_evict(struct kex_space *space, u64 off, u64 len)
{
	int ret;

	ret = kex_zap_range(space, off, len, KEX_PAGE_EVICTED);
	if (!ret)
		atomic64_inc(&space->evictions);
	return ret;
}

/**
 * kex_zap_hold() - zap a range; a touch meets the hole mode until a restore
 * @space: the space
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -ENOMEM, -EINTR on a fatal signal, with the
 * hold in force but for an mmap under way.
 */
int kex_zap_hold(struct kex_space *space, u64 off, u64 len)
{
	return kex_zap_range(space, off, len, KEX_PAGE_HELD);
}

/* What holes showed is zapped; what is not held keeps its entries */
static int kex_zap_release(struct kex_space *space, u64 off, u64 len)
{
	unsigned long page = PHYS_PFN(off), end = PHYS_PFN(off + len), last;

	if (space->revoked)
		return -ENODEV;
	for (; page < end; page = last + 1) {
		last = end - 1;
		if (kex_space_run(space, page, &last))
			kex_zap(space, PFN_PHYS(page), PFN_PHYS(last + 1 - page));
	}
	return kex_space_mark(space, PHYS_PFN(off), end - 1, KEX_PAGE_RESTORED);
}

/**
 * kex_zap_restore() - let go of what is held; the next touch brings it back
 * @space: the space
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 *
 * Evicted pages do not count as such any more. One pass is enough: only faults
 * fill holes, and their VMAs can be found.
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -ENOMEM, -EINTR on a fatal signal.
 */
int kex_zap_restore(struct kex_space *space, u64 off, u64 len)
{
	int ret;

	if (mutex_lock_killable(&space->zap_lock))
		return -EINTR;
	down_write(&space->map_rwsem);
	ret = kex_zap_release(space, off, len);
	up_write(&space->map_rwsem);
	mutex_unlock(&space->zap_lock);
	if (!ret)
		kex_space_changed(space);
	return ret;
}

/**
 * kex_zap_revoke() - take a space away from all its users, for good
 * @space: a live space; its carve-out's lock held
 *
 * On return it cannot be opened, no page-table entry leads to it, and none
 * will. What makes it live is left to the caller. Waits for the
 * mmap_lock of processes that mapped it since the last zap, and cannot be
 * killed: there is no way back.
 */
void kex_zap_revoke(struct kex_space *space)
{
	kex_object_hide(&space->obj, true);

	/* Before all that waits for others: the users lose it now */
	down_write(&space->map_rwsem);
	WRITE_ONCE(space->revoked, true);
	kex_zap(space, 0, space->size);
	up_write(&space->map_rwsem);
	kex_space_changed(space);

	mutex_lock(&space->zap_lock);
	kex_mms_sync(space, false);
	down_write(&space->map_rwsem);
	kex_zap(space, 0, space->size);
	up_write(&space->map_rwsem);
	mutex_unlock(&space->zap_lock);
}
