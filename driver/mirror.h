/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: what a pool's device sees of a process
 */
#ifndef _KEX_MIRROR_H
#define _KEX_MIRROR_H

#include <linux/hmm.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/xarray.h>

#include "pool.h"

/* Pages that are looked at, and copied, at a time */
#define KEX_MIRROR_PAGES	32

/**
 * struct kex_mirror - an address space as a pool's device sees it
 * @notifier: over all of it
 * @node: in kex_file.mirrors
 * @pool: the pool
 * @lock: held while pages are used that were found, and taken by @notifier: a
 *	  page cannot go while it is held
 * @exclusive: by page number, pages that the device has for itself; @lock
 */
struct kex_mirror {
	struct mmu_interval_notifier notifier;
	struct list_head node;
	struct kex_pool *pool;
	struct mutex lock;
	struct xarray exclusive;
};

/* What kex_mirror_copy() does with pages */
#define KEX_MIRROR_WRITE	BIT(0)	/* to them, else from them */
#define KEX_MIRROR_FAULT	BIT(1)	/* ask for what is not there, as the device would */
#define KEX_MIRROR_POOL		BIT(2)	/* only what is in the pool */

struct kex_mirror *kex_mirror_get(struct kex_file *file);
void kex_mirrors_free(struct kex_file *file);
int kex_mirror_copy(struct kex_mirror *mirror, u64 addr, u64 len, u64 buf,
		    unsigned int flags, u64 *done);
int kex_mirror_find(struct kex_mirror *mirror, unsigned long start,
		    unsigned long end, unsigned int flags, unsigned long *pfns);
int kex_mirror_own(struct kex_mirror *mirror, unsigned long start, unsigned long end);
int kex_mirror_read_own(struct kex_mirror *mirror, u64 addr, u64 nr, u64 buf, u64 *done);
bool kex_mirror_owns(struct kex_mirror *mirror, unsigned long start, unsigned long end);

long kex_dmirror_ioctl(struct file *file, unsigned int cmd, void __user *uarg);

#endif /* _KEX_MIRROR_H */
