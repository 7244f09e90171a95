// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: which address spaces may have entries of a space that no zap can find yet
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "kex.h"

/**
 * struct kex_mm - an address space that entered ->mmap
 * @node: in kex_space.mms
 * @mm: the address space; mmgrab()ed, which keeps its mmap_lock
 *
 * ->mmap inserts entries before its VMA is in the space's address_space, so a
 * zap in between would miss them. A zap therefore waits for the mmap_lock of
 * each of these, after which the VMA can be found, and zaps again. One that
 * comes later sees the new state.
 */
struct kex_mm {
	struct list_head node;
	struct mm_struct *mm;
};

static void kex_mms_free(struct list_head *list)
{
	struct kex_mm *entry, *next;

	list_for_each_entry_safe(entry, next, list, node) {
		mmdrop(entry->mm);
		kfree(entry);
	}
}

/* Is it noted? Moves what dead processes left to @dead on the way */
static bool kex_mm_noted(struct kex_space *space, const struct mm_struct *mm,
			 struct list_head *dead)
{
	struct kex_mm *entry, *next;
	bool noted = false;

	lockdep_assert_held(&space->mms_lock);
	list_for_each_entry_safe(entry, next, &space->mms, node) {
		if (entry->mm == mm)
			noted = true;
		else if (!atomic_read(&entry->mm->mm_users))
			list_move(&entry->node, dead);
	}
	return noted;
}

/**
 * kex_mms_prune() - forget address spaces whose processes are gone
 * @space: the space, of which a file is being closed
 */
void kex_mms_prune(struct kex_space *space)
{
	LIST_HEAD(dead);

	spin_lock(&space->mms_lock);
	kex_mm_noted(space, NULL, &dead);
	spin_unlock(&space->mms_lock);
	kex_mms_free(&dead);
}

/**
 * kex_mms_forget() - forget all address spaces, those of living processes, too
 * @space: a space without references: no mmap comes any more, and no zap
 */
void kex_mms_forget(struct kex_space *space)
{
	kex_mms_free(&space->mms);
}

/**
 * kex_mms_note() - an address space is about to insert entries in ->mmap
 * @space: the space
 * @mm: the address space, its mmap_lock held
 *
 * Return: 0 or -ENOMEM.
 */
int kex_mms_note(struct kex_space *space, struct mm_struct *mm)
{
	struct kex_mm *entry;
	LIST_HEAD(unused);

	entry = kmalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return -ENOMEM;
	mmgrab(mm);
	entry->mm = mm;

	spin_lock(&space->mms_lock);
	if (kex_mm_noted(space, mm, &unused))
		list_add(&entry->node, &unused);
	else
		list_add(&entry->node, &space->mms);
	spin_unlock(&space->mms_lock);
	kex_mms_free(&unused);
	return 0;
}

/**
 * kex_mms_sync() - wait until each mmap that was under way can be found
 * @space: the space; zap_lock held, map_rwsem not
 * @killable: a fatal signal ends the wait, and what was not waited for stays
 *	      noted
 *
 * Return: 0, or -EINTR on a fatal signal.
 */
int kex_mms_sync(struct kex_space *space, bool killable)
{
	struct kex_mm *entry, *next;
	LIST_HEAD(todo);
	LIST_HEAD(done);
	int ret = 0;

	spin_lock(&space->mms_lock);
	list_splice_init(&space->mms, &todo);
	spin_unlock(&space->mms_lock);

	list_for_each_entry_safe(entry, next, &todo, node) {
		if (!killable)
			mmap_read_lock(entry->mm);
		else if (mmap_read_lock_killable(entry->mm))
			ret = -EINTR;
		if (ret)
			break;
		mmap_read_unlock(entry->mm);
		list_move(&entry->node, &done);
	}

	spin_lock(&space->mms_lock);
	list_for_each_entry_safe(entry, next, &todo, node)
		list_move(&entry->node, kex_mm_noted(space, entry->mm, &done) ?
					&done : &space->mms);
	spin_unlock(&space->mms_lock);
	kex_mms_free(&done);
	return ret;
}

/**
 * kex_mms_any() - is there an mmap that may be under way?
 * @space: the space
 *
 * Return: whether.
 */
bool kex_mms_any(struct kex_space *space)
{
	bool any;

	spin_lock(&space->mms_lock);
	any = !list_empty(&space->mms);
	spin_unlock(&space->mms_lock);
	return any;
}
