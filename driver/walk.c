// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: a walk of page tables, entry by entry
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ctl.h"

/**
 * struct kex_walker - a walk, as far as one call goes
 * @look: what was read last
 * @out: the answer
 * @nr: how many entries there are in it
 * @room: how many there may be
 * @last: the last of them that is a leaf, or NULL
 * @told: of each level, where the entry of the present path begins that was told
 *	  last; ULONG_MAX: none
 */
struct kex_walker {
	struct kex_look look;
	struct kex_ctl_entry *out;
	unsigned int nr;
	unsigned int room;
	struct kex_ctl_entry *last;
	unsigned long told[KEX_LEVELS];
};

static struct kex_ctl_entry *kex_walk_add(struct kex_walker *walk, unsigned int level,
					  const struct kex_step *step)
{
	struct kex_ctl_entry *entry = &walk->out[walk->nr++];

	memset(entry, 0, sizeof(*entry));
	entry->virt = step->base;
	entry->len = step->span;
	entry->table = step->table;
	entry->value = step->value;
	entry->level = level;
	entry->frame = KEX_FRAME_NONE;
	return entry;
}

/* The level that the leaves have: of levels that are one, the first */
static unsigned int kex_walk_top(const struct kex_look *look)
{
	unsigned int level = look->last;

	while (look->step[level].folded)
		level--;
	return level;
}

/* The levels from @from to before @to, as far as their entries are new */
static void kex_walk_path(struct kex_walker *walk, unsigned int from, unsigned int to)
{
	const struct kex_step *step;
	struct kex_ctl_entry *entry;
	unsigned int level;

	for (level = from; level < to; level++) {
		step = &walk->look.step[level];
		if (walk->told[level] == step->base)
			continue;
		walk->told[level] = step->base;
		entry = kex_walk_add(walk, level, step);
		entry->flags = step->folded ? KEX_ENTRY_FOLDED :
					      kex_entry_flags(step->value, level);
	}
}

/* Empty entries side by side are one */
static bool kex_walk_joins(const struct kex_walker *walk, unsigned int level,
			   unsigned long addr, u64 value)
{
	const struct kex_ctl_entry *last = walk->last;

	return last && !value && !last->value && last->level == level &&
	       last->table == walk->look.step[walk->look.last].table &&
	       last->virt + last->len == addr;
}

static void kex_walk_leaf(struct kex_walker *walk, unsigned int level, unsigned int i)
{
	const struct kex_leaf *leaf = &walk->look.leaf[i];
	struct kex_step step = walk->look.step[walk->look.last];
	struct kex_ctl_entry *entry;

	step.base = kex_look_addr(&walk->look, i);
	step.value = leaf->value;
	if (kex_walk_joins(walk, level, step.base, leaf->value)) {
		walk->last->len += step.span;
		return;
	}
	entry = kex_walk_add(walk, level, &step);
	entry->flags = kex_entry_flags(leaf->value, level);
	entry->type = kex_entry_type(leaf->value, level);
	entry->frame = leaf->frame;
	memcpy(entry->pool, leaf->pool, sizeof(entry->pool));
	walk->last = entry;
}

/* Adds what was read, and tells how far that goes; 0 without room for any of it */
static unsigned long kex_walk_step(struct kex_walker *walk)
{
	const struct kex_look *look = &walk->look;
	unsigned int top = kex_walk_top(look), i;

	if (walk->room - walk->nr < KEX_LEVELS + 1)
		return 0;
	kex_walk_path(walk, 0, top);
	for (i = 0; i < look->nr; i++) {
		/* The levels that are one with the leaf's have an entry each */
		if (walk->room - walk->nr < KEX_LEVELS)
			break;
		kex_walk_leaf(walk, top, i);
		if (!i && walk->told[look->last] == ULONG_MAX) {
			walk->told[top] = look->step[top].base;
			kex_walk_path(walk, top + 1, look->last + 1);
		}
	}
	return i ? kex_look_addr(look, i) : 0;
}

/**
 * kex_walk_range() - walk the page tables of an address space
 * @mm: the address space; a reference of mm_users
 * @arg: the range, checked; gets nr and next
 * @entries: result
 * @room: how many there may be, at least KEX_CTL_WALK_MIN
 *
 * Return: 0, -EINTR on a fatal signal, or -ENOMEM.
 */
int kex_walk_range(struct mm_struct *mm, struct kex_ctl_walk *arg,
		   struct kex_ctl_entry *entries, unsigned int room)
{
	unsigned long addr = arg->addr, end = arg->addr + arg->len, next;
	struct kex_walker *walk;
	unsigned int looks;

	walk = kmalloc(sizeof(*walk), GFP_KERNEL_ACCOUNT);
	if (!walk)
		return -ENOMEM;
	walk->out = entries;
	walk->nr = 0;
	walk->last = NULL;
	walk->room = room;
	memset(walk->told, 0xff, sizeof(walk->told));
	for (looks = 0; looks < KEX_LOOKS && addr < end && !fatal_signal_pending(current);
	     looks++) {
		kex_table_look(mm, addr, end, &walk->look);
		next = kex_walk_step(walk);
		if (!next)
			break;
		addr = next;
		cond_resched();
	}
	arg->nr = walk->nr;
	arg->next = min(addr, end);
	kfree(walk);
	return fatal_signal_pending(current) ? -EINTR : 0;
}
