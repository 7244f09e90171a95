// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: which memory the addresses of a process lead to
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ctl.h"

/**
 * struct kex_finder - a search, as far as one call goes
 * @look: what was read last
 * @mm: whose memory, its mmap_lock held
 * @runs: the answer
 * @nr: how many runs there are in it
 * @room: how many there may be
 * @only: physical address of the first byte that is of interest
 * @only_end: address behind the last; 0: all is
 */
struct kex_finder {
	struct kex_look look;
	struct mm_struct *mm;
	struct kex_ctl_run *runs;
	unsigned int nr;
	unsigned int room;
	u64 only;
	u64 only_end;
};

/* The page of zeroes is one page, wherever it is */
static bool kex_run_joins(const struct kex_ctl_run *run, const struct kex_ctl_run *next)
{
	u64 phys = run->phys;

	if (phys && run->frame != KEX_FRAME_ZERO)
		phys += run->len;
	return run->frame == next->frame && run->virt + run->len == next->virt &&
	       phys == next->phys && !strcmp(run->name, next->name) &&
	       (!run->name[0] || run->offset + run->len == next->offset);
}

/* Of a run, the part that is of interest; false if there is none */
static bool kex_finder_clip(const struct kex_finder *finder, struct kex_ctl_run *run)
{
	u64 from, end;

	if (!finder->only_end)
		return true;
	from = max(run->phys, finder->only);
	end = min(run->phys + run->len, finder->only_end);
	if (!run->phys || from >= end)
		return false;
	run->virt += from - run->phys;
	run->offset += from - run->phys;
	run->len = end - from;
	run->phys = from;
	return true;
}

static bool kex_finder_add(struct kex_finder *finder, struct kex_ctl_run *run)
{
	struct kex_ctl_run *last = &finder->runs[finder->nr];

	if (!kex_finder_clip(finder, run))
		return true;
	if (finder->nr && kex_run_joins(last - 1, run)) {
		last[-1].len += run->len;
		return true;
	}
	if (finder->nr == finder->room)
		return false;
	*last = *run;
	finder->nr++;
	return true;
}

/* Where no entry is, there may be a VMA; tells how far it was added */
static u64 kex_finder_add_none(struct kex_finder *finder, u64 addr, u64 end)
{
	struct vm_area_struct *vma;
	u64 next;

	/* Nothing of it can be of interest, however many VMAs there are */
	if (finder->only_end)
		return end;
	for (; addr < end; addr = next) {
		struct kex_ctl_run run = { .virt = addr, .frame = KEX_FRAME_HOLE };

		vma = find_vma(finder->mm, addr);
		if (!vma || vma->vm_start >= end) {
			next = end;
		} else if (vma->vm_start > addr) {
			next = vma->vm_start;
		} else {
			next = min_t(u64, vma->vm_end, end);
			run.frame = KEX_FRAME_NONE;
		}
		run.len = next - addr;
		if (!kex_finder_add(finder, &run) || fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return addr;
}

/* Adds what one entry says of a range; tells how far it was added */
static u64 kex_finder_add_leaf(struct kex_finder *finder, unsigned int i, u64 addr,
			       u64 end)
{
	const struct kex_leaf *leaf = &finder->look.leaf[i];
	u64 base = kex_look_addr(&finder->look, i);
	u64 from = max(base, addr);
	struct kex_ctl_run run = {
		.virt = from,
		.len = min(base + finder->look.step[finder->look.last].span, end) - from,
		.frame = leaf->frame,
	};
	u64 to = from + run.len;	/* of the run, less may be of interest */

	if (leaf->frame == KEX_FRAME_NONE)
		return kex_finder_add_none(finder, run.virt, run.virt + run.len);
	if (leaf->phys)
		run.phys = leaf->phys + (from - base);
	if (leaf->pool[0])
		run.offset = leaf->offset + (from - base);
	memcpy(run.name, leaf->pool, sizeof(run.name));
	return kex_finder_add(finder, &run) ? to : from;
}

/* Adds what was read, and tells how far that goes */
static u64 kex_finder_step(struct kex_finder *finder, u64 addr, u64 end)
{
	u64 from, to;
	unsigned int i;

	for (i = 0; i < finder->look.nr; i++) {
		to = min_t(u64, kex_look_addr(&finder->look, i + 1), end);
		from = kex_finder_add_leaf(finder, i, addr, end);
		if (from < to)
			return from;
	}
	return min_t(u64, kex_look_addr(&finder->look, i), end);
}

static int kex_finder_read(struct kex_finder *finder, struct kex_ctl_phys *arg)
{
	u64 addr = arg->addr, end = arg->addr + arg->len, next;
	unsigned int looks;

	if (mmap_read_lock_killable(finder->mm))
		return -EINTR;
	for (looks = 0; looks < KEX_LOOKS && addr < end && !fatal_signal_pending(current);
	     looks++) {
		kex_table_look(finder->mm, addr, end, &finder->look);
		next = kex_finder_step(finder, addr, end);
		if (next == addr || finder->nr == finder->room) {
			addr = next;
			break;
		}
		addr = next;
		cond_resched();
	}
	mmap_read_unlock(finder->mm);
	arg->next = addr;
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/*
 * Whose the memory is that runs lead to. One that goes on behind a region's end, or
 * into a region, is cut, and all behind it left to the next call.
 */
static int kex_finder_name(struct kex_finder *finder, struct kex_ctl_phys *arg)
{
	struct kex_ctl_run *run;
	unsigned int i;
	u64 left;
	int ret;

	for (i = 0; i < finder->nr; i++) {
		run = &finder->runs[i];
		if (run->frame != KEX_FRAME_PFN)
			continue;
		ret = kex_where_region(run->phys, run->name, &run->offset, &left);
		if (ret < 0)
			return ret;
		if (left >= run->len)
			continue;
		run->len = left;
		finder->nr = i + 1;
		arg->next = run->virt + left;
	}
	return 0;
}

/**
 * kex_phys_range() - say which memory a range of an address space leads to
 * @mm: the address space; a reference of mm_users
 * @arg: the range, checked, and what is of interest; gets nr and next
 * @runs: result
 * @room: how many there may be, not 0
 *
 * Context: no mmap_lock held.
 * Return: 0, -EINTR on a fatal signal, or -ENOMEM.
 */
int kex_phys_range(struct mm_struct *mm, struct kex_ctl_phys *arg,
		   struct kex_ctl_run *runs, unsigned int room)
{
	struct kex_finder *finder;
	int ret;

	finder = kmalloc(sizeof(*finder), GFP_KERNEL_ACCOUNT);
	if (!finder)
		return -ENOMEM;
	finder->mm = mm;
	finder->runs = runs;
	finder->nr = 0;
	finder->room = room;
	finder->only = arg->only;
	finder->only_end = arg->only_len ? arg->only + arg->only_len : 0;
	ret = kex_finder_read(finder, arg);
	if (!ret)
		ret = kex_finder_name(finder, arg);
	arg->nr = finder->nr;
	kfree(finder);
	return ret;
}
