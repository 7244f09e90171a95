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
#include <linux/mmap_lock.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "debug.h"
#include "kex.h"
#include "trace.h"

/* How often an evict looks for an mmap under way */
#define KEX_ZAP_PASSES	4

static void kex_zap(struct kex_space *space, u64 off, u64 len)
{
	lockdep_assert_held_write(&space->map_rwsem);
	unmap_mapping_range(space->obj.inode->i_mapping, off, len, 1);
	if (space->obj.kind == KEX_KIND_REGION)
		kex_lend_zap(to_kex_region(space), off, len);
}

static void kex_zap_changed(struct kex_space *space, u64 off, u64 len)
{
	kex_space_changed(space);
	if (space->obj.kind == KEX_KIND_REGION)
		kex_lend_changed(to_kex_region(space), off, len);
}

/* Marks a range and takes its entries away. What fails has taken nothing */
static int kex_zap_mark(struct kex_space *space, u64 off, u64 len,
			enum kex_page_state state)
{
	int ret;

	if (space->revoked)
		return -ENODEV;
	ret = kex_space_mark(space, PHYS_PFN(off), PHYS_PFN(off + len) - 1, state);
	KEX_POINT(zap_marked);
	if (!ret)
		kex_zap(space, off, len);
	return ret;
}

/* The entries that an mmap under way has inserted, once they can be found */
static int kex_zap_late_hold(struct kex_space *space, u64 off, u64 len)
{
	int ret;

	ret = kex_mms_sync(space, true);
	if (ret)
		return ret;
	if (down_write_killable(&space->map_rwsem))
		return -EINTR;
	if (space->revoked)
		ret = -ENODEV;
	else
		kex_zap(space, off, len);
	up_write(&space->map_rwsem);
	return ret;
}

/*
 * An mmap that begins after the evict is a touch, and may meanwhile have
 * inserted all of it again, which another pass then takes. Users who never stop
 * to map do not keep us for ever: then the range does not count as evicted.
 * Nor does it without memory for the marks, but it is, and others know by now.
 */
static int kex_zap_late_evict(struct kex_space *space, u64 off, u64 len)
{
	unsigned long first = PHYS_PFN(off), last = PHYS_PFN(off + len) - 1;
	bool again = true;
	int pass, ret = 0;

	for (pass = 1; !ret && again && pass <= KEX_ZAP_PASSES; pass++) {
		ret = kex_mms_sync(space, true);
		if (ret)
			break;
		if (down_write_killable(&space->map_rwsem))
			return -EINTR;
		if (space->revoked) {
			ret = -ENODEV;
		} else {
			kex_space_mark(space, first, last, KEX_PAGE_EVICTED);
			kex_zap(space, off, len);
		}
		again = kex_mms_any(space);
		if (!ret && again && pass == KEX_ZAP_PASSES)
			kex_space_mark(space, first, last, 0);
		up_write(&space->map_rwsem);
	}
	return ret;
}

static int kex_zap_first(struct kex_space *space, u64 off, u64 len,
			 enum kex_page_state state)
{
	int ret;

	if (down_write_killable(&space->map_rwsem))
		return -EINTR;
	ret = kex_zap_mark(space, off, len, state);
	up_write(&space->map_rwsem);
	return ret;
}

/*
 * Both passes of an evict or a hold. The first waits for faults only; @done tells
 * whether it was. If it ran beside another zap, that one may have taken the
 * notes of what this one missed, and the second pass is due without them.
 */
static int kex_zap_range(struct kex_space *space, u64 off, u64 len,
			 enum kex_page_state state, bool *done)
{
	bool alone = mutex_trylock(&space->zap_lock);
	int ret;

	ret = kex_zap_first(space, off, len, state);
	*done = !ret;
	if (!ret)
		kex_zap_changed(space, off, len);
	if (!alone && (ret || mutex_lock_killable(&space->zap_lock)))
		return ret ?: -EINTR;
	if (!ret && (!alone || kex_mms_any(space)))
		ret = state == KEX_PAGE_HELD ? kex_zap_late_hold(space, off, len) :
					       kex_zap_late_evict(space, off, len);
	mutex_unlock(&space->zap_lock);
	return ret;
}

/**
 * kex_zap_evict() - zap a range; the next touch of a page brings it back
 * @space: the space
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 * @reason: KEX_REASON_*, for the trace
 *
 * What is held stays held.
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -ENOMEM, -EINTR on a fatal signal.
 */
int kex_zap_evict(struct kex_space *space, u64 off, u64 len,
		  enum kex_reason reason)
{
	u64 start = kex_trace_start(kex_evict);
	bool done;
	int ret;

	ret = kex_zap_range(space, off, len, KEX_PAGE_EVICTED, &done);
	if (!ret)
		atomic64_inc(&space->evictions);
	if (done)
		trace_kex_evict(space, off, len, reason, PHYS_PFN(len), start);
	return ret;
}

/**
 * kex_zap_hold() - zap a range; a touch meets the hole mode until a restore
 * @space: the space
 * @off: first byte
 * @len: bytes; checked by kex_check_range()
 * @reason: KEX_REASON_*, for the trace
 *
 * In force before it waits for an mmap or another zap.
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -ENOMEM, -EINTR on a fatal signal, with nothing
 * changed, or the hold in force but for an mmap under way.
 */
int kex_zap_hold(struct kex_space *space, u64 off, u64 len,
		 enum kex_reason reason)
{
	u64 start = kex_trace_start(kex_hold);
	bool done;
	int ret;

	ret = kex_zap_range(space, off, len, KEX_PAGE_HELD, &done);
	if (done)
		trace_kex_hold(space, off, len, reason, PHYS_PFN(len), start);
	return ret;
}

/* What holes showed is zapped; what is not held keeps its entries */
static int kex_zap_release(struct kex_space *space, u64 off, u64 len)
{
	unsigned long page = PHYS_PFN(off), end = PHYS_PFN(off + len), last;

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
 * @reason: KEX_REASON_*, for the trace
 *
 * Evicted pages do not count as such any more. One pass is enough: only faults
 * fill holes, and their VMAs can be found. It waits for no other zap: what the
 * second pass of a hold takes is brought back by the next touch.
 *
 * Context: no mmap_lock held.
 * Return: 0, -ENODEV if revoked, -EINTR on a fatal signal, with nothing changed,
 * or -ENOMEM, with some of it let go.
 */
int kex_zap_restore(struct kex_space *space, u64 off, u64 len,
		    enum kex_reason reason)
{
	u64 start = kex_trace_start(kex_restore);
	int ret = -ENODEV;

	if (down_write_killable(&space->map_rwsem))
		return -EINTR;
	if (!space->revoked)
		ret = kex_zap_release(space, off, len);
	up_write(&space->map_rwsem);
	if (ret != -ENODEV) {
		kex_zap_changed(space, off, len);
		trace_kex_restore(space, off, len, reason, PHYS_PFN(len), start);
	}
	return ret;
}

/**
 * kex_zap_revoke() - take a space away from all its users, for good
 * @space: a live space; its carve-out's lock held, unless it is an anonymous
 *	   window, which its caller alone may revoke
 * @reason: KEX_REASON_*, for the trace
 *
 * On return it cannot be opened, no page-table entry leads to it, and none
 * will. What makes it live is left to the caller. Waits for the
 * mmap_lock of processes that mapped it since the last zap, and cannot be
 * killed: there is no way back.
 */
void kex_zap_revoke(struct kex_space *space, enum kex_reason reason)
{
	u64 start = kex_trace_start(kex_revoke);

	kex_object_hide(&space->obj, true);

	/* Before all that waits for others: the users lose it now */
	down_write(&space->map_rwsem);
	WRITE_ONCE(space->revoked, true);
	kex_zap(space, 0, space->size);
	up_write(&space->map_rwsem);
	kex_zap_changed(space, 0, space->size);

	mutex_lock(&space->zap_lock);
	kex_mms_sync(space, false);
	down_write(&space->map_rwsem);
	kex_zap(space, 0, space->size);
	up_write(&space->map_rwsem);
	mutex_unlock(&space->zap_lock);
	trace_kex_revoke(space, 0, space->size, reason, kex_space_pages(space), start);
}

/* Is all of a range mapped from regions and windows? mmap_lock held */
static bool kex_zap_all_ours(struct mm_struct *mm, unsigned long addr, unsigned long end)
{
	struct vm_area_struct *vma;

	for (; addr < end; addr = vma->vm_end) {
		vma = find_vma(mm, addr);
		if (!vma || addr < vma->vm_start || !kex_map_is_ours(vma))
			return false;
		cond_resched();
	}
	return true;
}

static void kex_zap_mapping(struct vm_area_struct *vma, unsigned long addr,
			    unsigned long len)
{
	struct kex_space *space = kex_vma_file(vma)->space;
	u64 off = PFN_PHYS(vma->vm_pgoff) + addr - vma->vm_start;
	u64 start = kex_trace_start(kex_evict);

	kex_zap_vma(vma, addr, len);
	atomic64_inc(&space->evictions);
	trace_kex_evict(space, off, len, KEX_REASON_IOCTL, PHYS_PFN(len), start);
}

/**
 * kex_zap_mappings() - clear the entries of one address space over a range
 * @mm: the address space; a reference of mm_users
 * @addr: first address
 * @len: bytes; whole pages of user space
 *
 * The state of what is mapped there is as before: others may have it. So this
 * needs none of the space's locks: a fault in between is one that comes after.
 *
 * Context: no mmap_lock held.
 * Return: 0; -EINVAL, with nothing changed, if any of it is not mapped from a
 * region or window; -EINTR on a fatal signal.
 */
int kex_zap_mappings(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	unsigned long end = addr + len, next;
	struct vm_area_struct *vma;
	int ret = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	if (!kex_zap_all_ours(mm, addr, end))
		ret = -EINVAL;
	for (; !ret && addr < end; addr = next) {
		vma = find_vma(mm, addr);
		next = min(vma->vm_end, end);
		kex_zap_mapping(vma, addr, next - addr);
		ret = fatal_signal_pending(current) ? -EINTR : 0;
	}
	mmap_read_unlock(mm);
	return ret;
}
