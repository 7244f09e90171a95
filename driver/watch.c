// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what is invalidated of a part of an address space, as it happens
 *
 * The kernel tells it to MMU notifiers, whoever the cause is. It waits for nobody
 * there: what a reader has not fetched in time is counted.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kfifo.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include "ctl.h"

/* How many there are by mm, of those that count; and whoever changes that */
static DEFINE_XARRAY(kex_watches);
static DEFINE_MUTEX(kex_watches_lock);

/**
 * struct kex_watch - an open watch
 * @notifier: over the range; keeps the mm_struct, but not the address space
 * @wait: readers
 * @lock: guards the rest
 * @events: what nobody has read yet
 * @lost: what there was no room for since the last of them
 * @end: the last event, which always has room
 * @ended: there is @end
 * @told: and it was read
 * @counted: it is one of those that are limited
 */
struct kex_watch {
	struct mmu_interval_notifier notifier;
	wait_queue_head_t wait;
	spinlock_t lock;
	DECLARE_KFIFO(events, struct kex_ctl_event, KEX_CTL_WATCH_EVENTS);
	u64 lost;
	struct kex_ctl_event end;
	bool ended;
	bool told;
	bool counted;
};

/* An invalidation goes through all watches: nobody shall make that long without a right to */
static int kex_watch_count(struct mm_struct *mm)
{
	unsigned long index = (unsigned long)mm, nr;
	int ret = -EMFILE;

	mutex_lock(&kex_watches_lock);
	nr = xa_to_value(xa_load(&kex_watches, index) ?: xa_mk_value(0));
	if (nr < KEX_CTL_WATCHES)
		ret = xa_err(xa_store(&kex_watches, index, xa_mk_value(nr + 1), GFP_KERNEL));
	mutex_unlock(&kex_watches_lock);
	return ret;
}

/* One less is stored where there was more: no memory is needed for that */
static void kex_watch_uncount(struct mm_struct *mm)
{
	unsigned long index = (unsigned long)mm, nr;

	mutex_lock(&kex_watches_lock);
	nr = xa_to_value(xa_load(&kex_watches, index)) - 1;
	xa_store(&kex_watches, index, nr ? xa_mk_value(nr) : NULL, GFP_KERNEL);
	mutex_unlock(&kex_watches_lock);
}

static u32 kex_watch_cause(enum mmu_notifier_event event)
{
	switch (event) {
	case MMU_NOTIFY_UNMAP:
		return KEX_CAUSE_UNMAP;
	case MMU_NOTIFY_CLEAR:
		return KEX_CAUSE_CLEAR;
	case MMU_NOTIFY_PROTECTION_VMA:
		return KEX_CAUSE_PROTECT_VMA;
	case MMU_NOTIFY_PROTECTION_PAGE:
		return KEX_CAUSE_PROTECT_PAGE;
	case MMU_NOTIFY_SOFT_DIRTY:
		return KEX_CAUSE_SOFT_DIRTY;
	case MMU_NOTIFY_RELEASE:
		return KEX_CAUSE_EXIT;
	case MMU_NOTIFY_MIGRATE:
		return KEX_CAUSE_MIGRATE;
	case MMU_NOTIFY_EXCLUSIVE:
		return KEX_CAUSE_EXCLUSIVE;
	default:
		return KEX_CAUSE_OTHER;
	}
}

static void kex_watch_add(struct kex_watch *watch, struct kex_ctl_event *event)
{
	lockdep_assert_held(&watch->lock);
	if (watch->ended)
		return;
	if (event->cause == KEX_CAUSE_EXIT) {
		watch->end = *event;
		WRITE_ONCE(watch->ended, true);
		return;
	}
	event->lost = watch->lost;
	if (kfifo_put(&watch->events, *event))
		watch->lost = 0;
	else
		watch->lost++;
}

static bool kex_watch_invalidate(struct mmu_interval_notifier *notifier,
				 const struct mmu_notifier_range *range,
				 unsigned long seq)
{
	struct kex_watch *watch = container_of(notifier, struct kex_watch, notifier);
	struct kex_ctl_event event = {
		.time = ktime_get_ns(),
		.start = range->start,
		.end = range->end,
		.cause = kex_watch_cause(range->event),
	};

	spin_lock(&watch->lock);
	mmu_interval_set_seq(notifier, seq);
	kex_watch_add(watch, &event);
	spin_unlock(&watch->lock);
	wake_up_interruptible(&watch->wait);
	return true;
}

static const struct mmu_interval_notifier_ops kex_watch_ops = {
	.invalidate = kex_watch_invalidate,
};

/* What is lost behind the last event is told with the end, or on its own */
static bool kex_watch_next(struct kex_watch *watch, struct kex_ctl_event *event)
{
	bool any;

	spin_lock(&watch->lock);
	any = kfifo_get(&watch->events, event);
	if (!any && (watch->lost || (watch->ended && !watch->told))) {
		*event = (struct kex_ctl_event){ .cause = KEX_CAUSE_LOST };
		if (watch->ended)
			*event = watch->end;
		else
			event->time = ktime_get_ns();
		event->lost = watch->lost;
		watch->lost = 0;
		watch->told = watch->ended;
		any = true;
	}
	spin_unlock(&watch->lock);
	return any;
}

/* One that could not be handed over */
static void kex_watch_drop(struct kex_watch *watch, const struct kex_ctl_event *event)
{
	spin_lock(&watch->lock);
	watch->lost += event->lost;
	if (event->cause == KEX_CAUSE_EXIT)
		watch->told = false;
	else if (event->cause != KEX_CAUSE_LOST)
		watch->lost++;
	spin_unlock(&watch->lock);
}

static bool kex_watch_ready(struct kex_watch *watch)
{
	return !kfifo_is_empty(&watch->events) || READ_ONCE(watch->lost) ||
	       READ_ONCE(watch->ended);
}

/* What there is, in whole events: bytes, or -EFAULT if not even one was handed over */
static ssize_t kex_watch_drain(struct kex_watch *watch, char __user *buf, size_t count)
{
	struct kex_ctl_event event;
	size_t done = 0;

	while (count - done >= sizeof(event) && kex_watch_next(watch, &event)) {
		if (copy_to_user(buf + done, &event, sizeof(event))) {
			kex_watch_drop(watch, &event);
			return done ?: -EFAULT;
		}
		done += sizeof(event);
	}
	return done;
}

/* Another reader may have been faster */
static ssize_t kex_watch_read(struct file *file, char __user *buf, size_t count,
			      loff_t *pos)
{
	struct kex_watch *watch = file->private_data;
	ssize_t done;
	bool ended;

	if (count < sizeof(struct kex_ctl_event))
		return -EINVAL;
	for (;;) {
		ended = READ_ONCE(watch->ended);
		done = kex_watch_drain(watch, buf, count);
		if (done || ended)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(watch->wait, kex_watch_ready(watch)))
			return -ERESTARTSYS;
	}
}

static __poll_t kex_watch_poll(struct file *file, poll_table *wait)
{
	struct kex_watch *watch = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &watch->wait, wait);
	if (!kfifo_is_empty(&watch->events) || READ_ONCE(watch->lost))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(watch->ended))
		mask |= EPOLLHUP | EPOLLIN;
	return mask;
}

static int kex_watch_release(struct inode *inode, struct file *file)
{
	struct kex_watch *watch = file->private_data;

	/* The notifier keeps the mm_struct, by which it was counted */
	if (watch->counted)
		kex_watch_uncount(watch->notifier.mm);
	mmu_interval_notifier_remove(&watch->notifier);
	kvfree(watch);
	return 0;
}

static const struct file_operations kex_watch_fops = {
	.owner		= THIS_MODULE,
	.read		= kex_watch_read,
	.poll		= kex_watch_poll,
	.release	= kex_watch_release,
};

/**
 * kex_watch_open() - watch a part of an address space
 * @mm: the address space; a reference of mm_users, which is not kept
 * @addr: first address
 * @len: bytes; whole pages of user space
 *
 * Context: no mmap_lock held.
 * Return: a descriptor; -ENOMEM, -EMFILE, -ENFILE, -EINTR.
 */
int kex_watch_open(struct mm_struct *mm, u64 addr, u64 len)
{
	struct kex_watch *watch;
	int ret;

	watch = kvzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);
	if (!watch)
		return -ENOMEM;
	init_waitqueue_head(&watch->wait);
	spin_lock_init(&watch->lock);
	INIT_KFIFO(watch->events);
	watch->counted = !capable(CAP_SYS_PTRACE);
	ret = watch->counted ? kex_watch_count(mm) : 0;
	if (ret)
		goto err_free;
	ret = -EINTR;
	if (mmap_write_lock_killable(mm))
		goto err_uncount;
	ret = mmu_interval_notifier_insert_locked(&watch->notifier, mm, addr, len,
						  &kex_watch_ops);
	mmap_write_unlock(mm);
	if (ret)
		goto err_uncount;
	/* One that came amid an invalidation sees others only when that has ended */
	mmu_interval_read_begin(&watch->notifier);
	ret = anon_inode_getfd("[kex-watch]", &kex_watch_fops, watch, O_RDONLY | O_CLOEXEC);
	if (ret < 0)
		goto err_remove;
	return ret;

err_remove:
	mmu_interval_notifier_remove(&watch->notifier);
err_uncount:
	if (watch->counted)
		kex_watch_uncount(mm);
err_free:
	kvfree(watch);
	return ret;
}
