// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the device's view of a process: by its addresses, without a CPU fault
 *
 * hmm_range_fault() says which pages there are, and an MMU notifier when that is
 * no longer so. The notifier waits for the mirror's lock, so what was found, and
 * is still so once the lock is held, can be used until it is let go.
 */
#include <linux/hmm.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "debug.h"
#include "mirror.h"

/* How long pages may change under us before it is given up */
#define KEX_MIRROR_TIMEOUT	HZ

static bool kex_mirror_invalidate(struct mmu_interval_notifier *notifier,
				  const struct mmu_notifier_range *range,
				  unsigned long seq)
{
	struct kex_mirror *mirror = container_of(notifier, struct kex_mirror, notifier);
	unsigned long page;
	void *entry;

	if (mmu_notifier_range_blockable(range))
		mutex_lock(&mirror->lock);
	else if (!mutex_trylock(&mirror->lock))
		return false;
	/* What the mirror itself makes exclusive is not taken away from it */
	if (range->event != MMU_NOTIFY_EXCLUSIVE || range->owner != mirror)
		mmu_interval_set_seq(notifier, seq);
	xa_for_each_range(&mirror->exclusive, page, entry, PHYS_PFN(range->start),
			  PHYS_PFN(range->end - 1))
		xa_erase(&mirror->exclusive, page);
	mutex_unlock(&mirror->lock);
	return true;
}

static const struct mmu_interval_notifier_ops kex_mirror_ops = {
	.invalidate = kex_mirror_invalidate,
};

static void kex_mirror_free(struct kex_mirror *mirror)
{
	mmu_interval_notifier_remove(&mirror->notifier);
	xa_destroy(&mirror->exclusive);
	kfree(mirror);
}

static struct kex_mirror *kex_mirror_new(struct kex_pool *pool)
{
	struct kex_mirror *mirror;
	int ret;

	mirror = kzalloc(sizeof(*mirror), GFP_KERNEL_ACCOUNT);
	if (!mirror)
		return ERR_PTR(-ENOMEM);
	mirror->pool = pool;
	mutex_init(&mirror->lock);
	xa_init(&mirror->exclusive);
	ret = mmu_interval_notifier_insert(&mirror->notifier, current->mm, 0,
					   ULONG_MAX & PAGE_MASK, &kex_mirror_ops);
	if (ret) {
		kfree(mirror);
		return ERR_PTR(ret);
	}
	return mirror;
}

/* The caller's; those of dead processes go to @dead on the way */
static struct kex_mirror *kex_mirror_search(struct kex_file *file,
					    struct list_head *dead)
{
	struct kex_mirror *mirror, *next, *found = NULL;

	lockdep_assert_held(&file->mirrors_lock);
	list_for_each_entry_safe(mirror, next, &file->mirrors, node) {
		if (mirror->notifier.mm == current->mm)
			found = mirror;
		else if (!atomic_read(&mirror->notifier.mm->mm_users))
			list_move(&mirror->node, dead);
	}
	return found;
}

/**
 * kex_mirror_get() - the mirror of the caller's memory
 * @file: an open file of a pool, to which it belongs
 *
 * Made by the first call, so that who only migrates pays nothing for it.
 *
 * Return: the mirror, until the file is closed; or -ENOMEM, -EINTR.
 */
struct kex_mirror *kex_mirror_get(struct kex_file *file)
{
	struct kex_mirror *mirror, *other, *next;
	LIST_HEAD(dead);

	if (mutex_lock_killable(&file->mirrors_lock))
		return ERR_PTR(-EINTR);
	mirror = kex_mirror_search(file, &dead);
	if (!mirror) {
		mirror = kex_mirror_new(to_kex_pool(file->space));
		if (!IS_ERR(mirror))
			list_add(&mirror->node, &file->mirrors);
	}
	mutex_unlock(&file->mirrors_lock);
	list_for_each_entry_safe(other, next, &dead, node)
		kex_mirror_free(other);
	return mirror;
}

/**
 * kex_mirrors_free() - undo all kex_mirror_get() of a file
 * @file: a file that is being closed
 */
void kex_mirrors_free(struct kex_file *file)
{
	struct kex_mirror *mirror, *next;

	list_for_each_entry_safe(mirror, next, &file->mirrors, node)
		kex_mirror_free(mirror);
}

/*
 * Makes pages writable for the process, which may write them: hmm_range_fault()
 * takes the pool's own as they are, and they may be shared since a fork. The CPU's
 * way is a copy, in system memory.
 *
 * Returns 0 if there were none, -EBUSY if so, or another errno.
 */
static int kex_mirror_unshare(const struct hmm_range *range)
{
	struct mm_struct *mm = range->notifier->mm;
	unsigned long addr = range->start, i;
	struct vm_area_struct *vma;
	int ret = 0, err;

	for (i = 0; addr < range->end; i++, addr += PAGE_SIZE) {
		if (range->hmm_pfns[i] & HMM_PFN_WRITE)
			continue;
		vma = vma_lookup(mm, addr);
		if (!vma || !(vma->vm_flags & VM_WRITE))
			continue;
		err = fixup_user_fault(mm, addr, FAULT_FLAG_WRITE, NULL);
		if (err)
			return err;
		ret = -EBUSY;
	}
	return ret;
}

/**
 * kex_mirror_find() - find out what pages there are, and take the lock on it
 * @mirror: the caller's
 * @start: first address, at most KEX_MIRROR_PAGES before
 * @end: the one behind the last
 * @flags: KEX_MIRROR_*
 * @pfns: result, as of hmm_range_fault()
 *
 * Context: no mmap_lock held. With 0, @mirror's lock is held on return.
 * Return: 0; -EBUSY if they would not stand still; -EINTR; what hmm_range_fault()
 * says: -EFAULT where there is no memory, -EPERM where the right to it is missing.
 */
int kex_mirror_find(struct kex_mirror *mirror, unsigned long start,
		    unsigned long end, unsigned int flags, unsigned long *pfns)
{
	unsigned long timeout = jiffies + KEX_MIRROR_TIMEOUT;
	struct hmm_range range = {
		.notifier = &mirror->notifier,
		.start = start,
		.end = end,
		.hmm_pfns = pfns,
		.dev_private_owner = mirror->pool,
	};
	int ret;

	if (flags & KEX_MIRROR_FAULT)
		range.default_flags = HMM_PFN_REQ_FAULT |
			(flags & KEX_MIRROR_WRITE ? HMM_PFN_REQ_WRITE : 0);
	do {
		if (time_after(jiffies, timeout))
			return -EBUSY;
		range.notifier_seq = mmu_interval_read_begin(range.notifier);
		if (mmap_read_lock_killable(current->mm))
			return -EINTR;
		ret = hmm_range_fault(&range);
		if (!ret && (range.default_flags & HMM_PFN_REQ_WRITE))
			ret = kex_mirror_unshare(&range);
		mmap_read_unlock(current->mm);
		if (ret == -EBUSY)
			continue;
		if (ret)
			return ret;
		KEX_POINT(mirror_found);
		mutex_lock(&mirror->lock);
		ret = mmu_interval_read_retry(range.notifier, range.notifier_seq);
		if (ret)
			mutex_unlock(&mirror->lock);
	} while (ret);
	return 0;
}

/* Of the pool's bytes; a file has a mirror of its own, so its lock is not enough */
static void kex_mirror_copy_inside(struct kex_pool *pool, void *at, void *buf, size_t len,
				   unsigned int flags)
{
	if (pool->sync)
		mutex_lock(&pool->sync_lock);
	kex_pool_from_device(pool, at, len);
	if (flags & KEX_MIRROR_WRITE) {
		memcpy(at, buf, len);
		kex_pool_to_device(pool, at, len);
	} else {
		memcpy(buf, at, len);
	}
	if (pool->sync)
		mutex_unlock(&pool->sync_lock);
}

/* Copies one page's part; the mirror's lock keeps the page */
static void kex_mirror_copy_page(struct kex_mirror *mirror, struct page *page,
				 unsigned long off, void *buf, size_t len,
				 unsigned int flags)
{
	struct kex_pool *pool = mirror->pool;
	void *at;

	if (is_device_private_page(page)) {
		kex_mirror_copy_inside(pool, kex_pool_bytes(pool, page) + off, buf, len,
				       flags);
		kex_pool_touch(pool, page, ktime_get_ns());
	} else {
		at = kmap_local_page(page);
		if (flags & KEX_MIRROR_WRITE)
			memcpy(at + off, buf, len);
		else
			memcpy(buf, at + off, len);
		kunmap_local(at);
	}
	if (flags & KEX_MIRROR_WRITE)
		set_page_dirty(page);
}

/* May a page be used that was found? 0 or an errno */
static int kex_mirror_check(unsigned long pfn, unsigned int flags)
{
	if (!(pfn & HMM_PFN_VALID) || (pfn & HMM_PFN_ERROR))
		return -ENXIO;
	if ((flags & KEX_MIRROR_POOL) && !is_device_private_page(hmm_pfn_to_page(pfn)))
		return -ENXIO;
	return (flags & KEX_MIRROR_WRITE) && !(pfn & HMM_PFN_WRITE) ? -EPERM : 0;
}

/*
 * The page that was found at an address. Of a large device folio 7.x gives the
 * first pages, wherever the range begins that was asked for.
 */
static struct page *kex_mirror_page(unsigned long pfn, unsigned long addr)
{
	struct page *page = hmm_pfn_to_page(pfn);

	if (KEX_LARGE_NR == 1 || !is_device_private_page(page) ||
	    hmm_pfn_to_map_order(pfn) != PMD_SHIFT - PAGE_SHIFT)
		return page;
	return compound_head(page) + PHYS_PFN(addr & ~PMD_MASK);
}

/* A run of pages, between them and a buffer of the kernel's */
static int kex_mirror_copy_run(struct kex_mirror *mirror, unsigned long addr,
			       size_t len, void *buf, unsigned int flags, size_t *done)
{
	unsigned long first = PAGE_ALIGN_DOWN(addr), end = PAGE_ALIGN(addr + len);
	unsigned long pfns[KEX_MIRROR_PAGES] = {}, i;
	size_t part;
	int ret;

	*done = 0;
	ret = kex_mirror_find(mirror, first, end, flags, pfns);
	if (ret)
		return ret;
	for (i = 0; !ret && *done < len; i++) {
		part = min(len - *done, PAGE_SIZE - offset_in_page(addr + *done));
		ret = kex_mirror_check(pfns[i], flags);
		if (ret)
			break;
		kex_mirror_copy_page(mirror, kex_mirror_page(pfns[i], addr + *done),
				     offset_in_page(addr + *done), buf + *done,
				     part, flags);
		*done += part;
	}
	mutex_unlock(&mirror->lock);
	return ret;
}

static int kex_mirror_chunk(struct kex_mirror *mirror, u64 addr, size_t len,
			    void __user *ubuf, void *bounce, unsigned int flags,
			    size_t *done)
{
	int ret;

	*done = 0;
	/* Never under the lock: user memory may fault, and the notifier want it */
	if ((flags & KEX_MIRROR_WRITE) && copy_from_user(bounce, ubuf, len))
		return -EFAULT;
	ret = kex_mirror_copy_run(mirror, addr, len, bounce, flags, done);
	if (!(flags & KEX_MIRROR_WRITE) && copy_to_user(ubuf, bounce, *done))
		return -EFAULT;
	return ret;
}

/**
 * kex_mirror_copy() - the device reads or writes memory of the caller
 * @mirror: the caller's
 * @addr: first byte
 * @len: how many; the range has been checked
 * @buf: user address of a buffer
 * @flags: KEX_MIRROR_*
 * @done: result: bytes copied; pages behind one that cannot be had are not
 *
 * Return: 0, also if some are missing; for the first of them -ENXIO (not there, or
 * not in the pool), -EPERM, -EFAULT, -EBUSY, -EINTR, -ENOMEM.
 */
int kex_mirror_copy(struct kex_mirror *mirror, u64 addr, u64 len, u64 buf,
		    unsigned int flags, u64 *done)
{
	size_t part, copied;
	void *bounce;
	int ret = 0;

	*done = 0;
	bounce = kvmalloc(KEX_MIRROR_PAGES * PAGE_SIZE, GFP_KERNEL_ACCOUNT);
	if (!bounce)
		return -ENOMEM;
	while (!ret && *done < len) {
		part = min_t(u64, len - *done, KEX_MIRROR_PAGES * PAGE_SIZE -
			     offset_in_page(addr + *done));
		ret = kex_mirror_chunk(mirror, addr + *done, part,
				       u64_to_user_ptr(buf + *done), bounce, flags,
				       &copied);
		*done += copied;
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	kvfree(bounce);
	return *done && ret != -EFAULT ? 0 : ret;
}

/*
 * Once: 1 if the page has been taken away again meanwhile. Its lock keeps a CPU
 * from having it back, but not an munmap, or the like, from freeing it.
 */
static int kex_mirror_try_own(struct kex_mirror *mirror, unsigned long addr)
{
	unsigned long seq;
	struct page *page;
	int ret;

	/* Before the look at the notifier, which faults call, too */
	ret = fixup_user_fault(current->mm, addr, FAULT_FLAG_WRITE, NULL);
	if (ret)
		return ret;
	/* Room for it now, since nothing may reclaim under the mirror's lock */
	ret = xa_reserve(&mirror->exclusive, PHYS_PFN(addr), GFP_KERNEL_ACCOUNT);
	if (ret)
		return ret;
	seq = mmu_interval_read_begin(&mirror->notifier);
	page = kex_make_exclusive(current->mm, addr, mirror);
	if (IS_ERR(page)) {
		ret = PTR_ERR(page);
		goto out;
	}
	KEX_POINT(exclusive_made);
	mutex_lock(&mirror->lock);
	ret = mmu_interval_read_retry(&mirror->notifier, seq);
	if (!ret)
		ret = xa_err(xa_store(&mirror->exclusive, PHYS_PFN(addr), page,
				      GFP_NOWAIT | __GFP_NOWARN));
	mutex_unlock(&mirror->lock);
	unlock_page(page);
	put_page(page);
out:
	/* Does nothing where the page was noted */
	xa_release(&mirror->exclusive, PHYS_PFN(addr));
	return ret;
}

/* One page for the device alone: no CPU may touch it until it is given back */
static int kex_mirror_own_page(struct kex_mirror *mirror, unsigned long addr)
{
	unsigned long timeout = jiffies + KEX_MIRROR_TIMEOUT;
	int ret;

	do {
		ret = kex_mirror_try_own(mirror, addr);
	} while (ret > 0 && time_before(jiffies, timeout));
	return ret > 0 ? -EBUSY : ret;
}

/**
 * kex_mirror_own() - let the device have pages of the caller for itself
 * @mirror: the caller's
 * @start: address of the first page
 * @end: the one behind the last
 *
 * Until a CPU touches one, or anything else happens to it.
 *
 * Return: 0, -EBUSY if a page cannot be had, -ENOMEM, -EINTR.
 */
int kex_mirror_own(struct kex_mirror *mirror, unsigned long start, unsigned long end)
{
	unsigned long addr = start, part;
	int ret = 0;

	/* In parts, since whoever wants to write the lock makes others wait, too */
	while (!ret && addr < end) {
		part = min(end, addr + PFN_PHYS(KEX_MIRROR_PAGES));
		if (fatal_signal_pending(current) || mmap_read_lock_killable(current->mm))
			return -EINTR;
		for (; !ret && addr < part; addr += PAGE_SIZE)
			ret = kex_mirror_own_page(mirror, addr);
		mmap_read_unlock(current->mm);
		cond_resched();
	}
	return ret;
}

/* One page to a buffer of the kernel's, if the device still has it for itself */
static int kex_mirror_read_page(struct kex_mirror *mirror, unsigned long addr, void *buf)
{
	struct page *page;
	void *from;

	mutex_lock(&mirror->lock);
	page = xa_load(&mirror->exclusive, PHYS_PFN(addr));
	if (page) {
		from = kmap_local_page(page);
		copy_page(buf, from);
		kunmap_local(from);
	}
	mutex_unlock(&mirror->lock);
	return page ? 0 : -ENOENT;
}

/**
 * kex_mirror_read_own() - read what the device has for itself
 * @mirror: the caller's
 * @addr: address of the first page
 * @nr: how many
 * @buf: user address of a buffer
 * @done: result: pages copied
 *
 * Return: 0, -ENOENT at the first that it does not have, -EFAULT, -ENOMEM, -EINTR.
 */
int kex_mirror_read_own(struct kex_mirror *mirror, u64 addr, u64 nr, u64 buf, u64 *done)
{
	void *bounce;
	int ret = 0;

	bounce = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!bounce)
		return -ENOMEM;
	for (*done = 0; !ret && *done < nr; *done += !ret) {
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = kex_mirror_read_page(mirror, addr + PFN_PHYS(*done), bounce);
		if (!ret && copy_to_user(u64_to_user_ptr(buf + PFN_PHYS(*done)), bounce,
					 PAGE_SIZE))
			ret = -EFAULT;
	}
	free_page((unsigned long)bounce);
	return ret;
}

/**
 * kex_mirror_owns() - does the device have any of these pages for itself?
 * @mirror: the caller's
 * @start: address of the first page
 * @end: the one behind the last
 *
 * Return: whether.
 */
bool kex_mirror_owns(struct kex_mirror *mirror, unsigned long start, unsigned long end)
{
	unsigned long page = PHYS_PFN(start);
	bool any;

	mutex_lock(&mirror->lock);
	any = xa_find(&mirror->exclusive, &page, PHYS_PFN(end) - 1, XA_PRESENT);
	mutex_unlock(&mirror->lock);
	return any;
}
