/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: private structures of what looks into other processes
 *
 *	chardev-ctl.c				entry point: /dev/kex/_ctl
 *	walk.c  phys.c  where.c  probe.c	observe
 *	watch.c					a verb, as kex_zap_mappings() of zap.c
 *	table.c  entry.c			reading page tables
 */
#ifndef _KEX_CTL_H
#define _KEX_CTL_H

#include <linux/mm.h>

#include "kex.h"

/* Most entries of a look, and most looks of a call */
#define KEX_LOOK_ENTRIES	64
#define KEX_LOOKS		1024

/**
 * struct kex_step - an entry on the way to an address
 * @value: the entry
 * @table: physical address of the table that it is in
 * @base: first address that it stands for
 * @span: bytes that it stands for
 * @nr: entries of the table
 * @folded: it is the entry of the level above
 */
struct kex_step {
	u64 value;
	u64 table;
	unsigned long base;
	unsigned long span;
	unsigned int nr;
	bool folded;
};

/**
 * struct kex_leaf - an entry that leads to no table
 * @value: the entry
 * @phys: physical address of what it leads to, of a pool's page that of its data;
 *	  else 0
 * @offset: of that in the pool
 * @frame: KEX_FRAME_*; never KEX_FRAME_HOLE
 * @pool: name of the pool, or empty
 */
struct kex_leaf {
	u64 value;
	u64 phys;
	u64 offset;
	unsigned int frame;
	char pool[KEX_NAME_SIZE];
};

/**
 * struct kex_look - what page tables say around an address
 * @step: the entries that lead there, @last + 1 of them
 * @last: level of the leaves
 * @nr: number of leaves
 * @leaf: what is there and behind it, as far as one table says
 */
struct kex_look {
	struct kex_step step[KEX_LEVELS];
	unsigned int last;
	unsigned int nr;
	struct kex_leaf leaf[KEX_LOOK_ENTRIES];
};

static inline unsigned long kex_look_addr(const struct kex_look *look, unsigned int i)
{
	return look->step[look->last].base + i * look->step[look->last].span;
}

void kex_table_look(struct mm_struct *mm, unsigned long addr, unsigned long end,
		    struct kex_look *look);
bool kex_entry_is_table(u64 value, unsigned int level);
u32 kex_entry_flags(u64 value, unsigned int level);
unsigned int kex_entry_type(u64 value, unsigned int level);
void kex_entry_read(u64 value, unsigned int level, struct kex_leaf *leaf);

struct mm_struct *kex_target_mm(pid_t nr);
struct mm_struct *kex_target_open(pid_t nr, u64 addr, u64 len);

int kex_walk_range(struct mm_struct *mm, struct kex_ctl_walk *arg,
		   struct kex_ctl_entry *entries, unsigned int room);
int kex_phys_range(struct mm_struct *mm, struct kex_ctl_phys *arg,
		   struct kex_ctl_run *runs, unsigned int room);
int kex_where_phys(struct kex_ctl_where *where, struct kex_ctl_window *windows,
		   unsigned int room);
int kex_where_region(u64 phys, char name[KEX_NAME_SIZE], u64 *offset, u64 *left);
int kex_probe_page(struct mm_struct *mm, struct kex_ctl_probe *probe);
int kex_watch_open(struct mm_struct *mm, u64 addr, u64 len);

int kex_ctl_init(void);
void kex_ctl_exit(void);

#endif /* _KEX_CTL_H */
