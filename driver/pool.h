/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: private structures of pools
 *
 *	configfs-pool.c  configfs-policy.c  chardev-pool.c	entry points
 *	evict.c  policy.c  pages.c				decide, observe
 *	migrate.c  large.c  mirror.c				verbs
 *	rmap.c							whose pages they are
 *	pool.c							the object
 *
 * pool-none.c stands in for all but the entry points where the kernel has no
 * device-private memory.
 */
#ifndef _KEX_POOL_H
#define _KEX_POOL_H

#include <linux/memremap.h>
#include <linux/mmu_notifier.h>
#include <linux/xarray.h>

#include "compat.h"
#include "kex.h"
#include "policy.h"

/*
 * Lock order, continued from kex.h. What migrates holds, outermost first:
 *
 *	kex_pool.evict_lock		one eviction at a time, and its arrays
 *	mm.mmap_lock
 *	  kex_space.map_rwsem		read: while pages may come in; write: while
 *					an eviction unmaps some
 *	    folio locks, page-table locks
 *	      kex_mirror.lock		also from MMU notifiers: no allocation that
 *					may reclaim is made under it
 *	        kex_pool.sync_lock	the same; innermost
 *	    kex_pool.take_lock		spinlock
 *
 * A page may be freed under a page-table lock, and so takes no lock of the pool.
 * Eviction goes by page frame, and holds the mmap_lock of up to KEX_HOMES processes
 * that have the pages. These it tries only, with map_rwsem and the lock of an anon_vma
 * held, which is otherwise below them, above page-table locks. Who has an mmap_lock
 * never waits for evict_lock.
 */

/* Most pages that move at once: what a table has with 4 KiB pages */
#define KEX_BATCH	512

/* How often what is busy is tried, and a large folio split that is being touched */
#define KEX_BUSY_TURNS	4
#define KEX_SPLIT_TURNS	16

/* Of kex_pool_take_large(): there is none */
#define KEX_NO_PAGE	U32_MAX

/* Streams of CPU faults that are told apart: sets by address space, and ways */
#define KEX_STREAM_SETS	16
#define KEX_STREAM_WAYS	4

/**
 * struct kex_policy - an eviction policy under policies/
 * @group: its folder, which owns this structure
 * @lock: guards the rest
 * @params: its attributes
 * @live: live pools that use it
 */
struct kex_policy {
	struct config_group group;
	spinlock_t lock;
	struct kex_policy_params params;
	unsigned int live;
};

/**
 * struct kex_pool_page - what is known about a page of a pool
 * @in: when what is in it came, ns; 0 until it has, and when it has left. Written
 *	under the folio's lock
 * @used: when it was last used, ns
 *
 * With a bit in each of two bitmaps of the pool that is all that kex keeps of it.
 */
struct kex_pool_page {
	u64 in;
	u64 used;
};

/**
 * struct kex_stream - where a process's CPU faults lead
 * @mm: whose faults; only compared
 * @first: first page number of the last block that was brought back
 * @end: page number behind it
 * @pages: length of the next block, if it is the neighbour
 *
 * Guesses, read and written without a lock.
 */
struct kex_stream {
	const void *mm;
	unsigned long first;
	unsigned long end;
	unsigned int pages;
};

/**
 * struct kex_stream_set - the streams of a few address spaces
 * @way: the streams
 * @next: which is to be replaced next
 * @pages: length of the block with which a new stream starts
 */
struct kex_stream_set {
	struct kex_stream way[KEX_STREAM_WAYS];
	unsigned int next;
	unsigned int pages;
};

/**
 * enum kex_why - what becomes of a page that should move
 * @KEX_WHY_ASK: it was not collected, or not taken: where it is says why
 * @KEX_WHY_MOVES: it moves
 * @KEX_WHY_BUSY: it should have, and somebody came in between
 * @KEX_WHY_FULL: there is no room for it
 */
enum kex_why {
	KEX_WHY_ASK,
	KEX_WHY_MOVES,
	KEX_WHY_BUSY,
	KEX_WHY_FULL,
};

/*
 * Of kex_pages_read(), beside what the ABI has: in system memory, and pinned for
 * DMA, or locked, or held by a reference more, which new pages have for a moment
 */
#define KEX_PAGES_PINNED	0xff
#define KEX_PAGES_LOCKED	0xfe
#define KEX_PAGES_HELD		0xfd

/**
 * struct kex_batch - room to move pages
 * @src: as migrate_vma has it
 * @dst: the same
 * @index: pages of the pool that were taken and are to be used
 * @why: enum kex_why
 * @look: nothing can come in: what there is, is only counted
 */
struct kex_batch {
	unsigned long src[KEX_BATCH];
	unsigned long dst[KEX_BATCH];
	u32 index[KEX_BATCH];
	u8 why[KEX_BATCH];
	bool look;
};

/**
 * struct kex_evicted - what became of pages that should go home
 * @moved: how many went
 * @busy: a page was left because nobody could be kept who has it: each maps or unmaps
 *	  something, or is at its end; or it was on its way, or a large folio not split
 * @no_memory: there was no system memory for a page
 */
struct kex_evicted {
	unsigned long moved;
	bool busy;
	bool no_memory;
};

/* Address spaces that are kept at once */
#define KEX_HOMES	16

/**
 * struct kex_homes - address spaces that are kept as they are
 * @mapping: of the page that was kept last, as folio->mapping has it
 * @refused: the same of the last page that has an anon_vma but could not be kept
 * @busy: a page could not be kept
 * @nr: how many address spaces
 * @mm: these, each with a reference and its mmap_lock held for reading
 */
struct kex_homes {
	const struct address_space *mapping;
	const struct address_space *refused;
	bool busy;
	unsigned int nr;
	struct mm_struct *mm[KEX_HOMES];
};

/**
 * struct kex_pool_params - what a pool shall be
 * @name: see kex_name_valid()
 * @size: bytes, a multiple of 2 MiB
 * @system: backed by system memory, else by the carve-out
 * @mode: permission bits of the node
 * @policy: by which it evicts; the caller keeps it
 * @fault_around: most pages that a CPU fault brings back
 */
struct kex_pool_params {
	const char *name;
	u64 size;
	bool system;
	umode_t mode;
	struct kex_policy *policy;
	unsigned int fault_around;
};

/**
 * struct kex_pool - a live pool, or a revoked one that has open files
 * @space: name, node, size, files; nothing of it can be mapped
 * @mem: the memory that @phys is in; a reference; NULL if backed by the system
 * @offset: bytes from the carve-out's first, where @mem is
 * @phys: physical address of the first byte
 * @base: kernel's mapping of it; NULL if backed by the system
 * @sync: the device reads and writes past the CPU's caches, and @base is set
 * @sync_lock: with @sync: a copy and what it does to the caches are one
 * @pgmap: what the kernel knows as device memory
 * @res: the physical addresses, of nothing, that stand for it
 * @pfn: page frame of page 0, once @pgmap is set up, else 0
 * @nr: number of pages
 * @init_us: time that setting up @pgmap took
 * @page: per page; written while the page is being filled or used
 * @taken: bit per page: in use, or about to be
 * @touched: bit per page: used since the clock's hand was there
 * @used: number of bits in @taken
 * @take_lock: guards setting bits in @taken, and @cursor
 * @cursor: where the search for free pages goes on
 * @policy: by which it evicts; RCU, written under the carve-out's lock
 * @fault_around: most pages that a CPU fault brings back
 * @streams: where CPU faults lead
 * @evict_lock: guards the rest but for the counters
 * @sweep: what the policy keeps
 * @evict_src: arrays to evict with
 * @evict_dst: the same
 * @split_work: splits a large folio that a CPU fault could not
 * @split_mm: the address space of that fault; NULL: none
 * @split_addr: the folio's address there
 * @migrated_in: pages that came in
 * @migrated_out: pages that went back
 * @fault_pages: of them, for CPU faults
 * @policy_evictions: of them, to make room
 */
struct kex_pool {
	struct kex_space space;
	struct kex_memory *mem;
	u64 offset;
	phys_addr_t phys;
	void *base;
	bool sync;
	struct mutex sync_lock;

	struct dev_pagemap pgmap;
	struct resource *res;
	unsigned long pfn;
	unsigned long nr;
	u64 init_us;

	struct kex_pool_page *page;
	unsigned long *taken;
	unsigned long *touched;
	atomic_long_t used;
	spinlock_t take_lock;
	unsigned long cursor;

	struct kex_policy __rcu *policy;
	unsigned int fault_around;
	struct kex_stream_set streams[KEX_STREAM_SETS];

	struct mutex evict_lock;
	struct kex_sweep sweep;
	unsigned long evict_src[KEX_BATCH];
	unsigned long evict_dst[KEX_BATCH];
#ifdef KEX_HAS_LARGE
	struct work_struct split_work;
	struct mm_struct *split_mm;
	unsigned long split_addr;
#endif

	atomic64_t migrated_in;
	atomic64_t migrated_out;
	atomic64_t fault_pages;
	atomic64_t policy_evictions;
};

static inline struct kex_pool *to_kex_pool(struct kex_space *space)
{
	return container_of(space, struct kex_pool, space);
}

/* Page of the pool that a device page stands for */
static inline unsigned long kex_pool_index(const struct kex_pool *pool,
					   const struct page *page)
{
	return page_to_pfn(page) - pool->pfn;
}

struct kex_pool *kex_pool_create(struct kex_carveout *co,
				 const struct kex_pool_params *params,
				 const struct kex_object_ops *obj_ops,
				 struct kex_maker *maker);
int kex_pool_empty(struct kex_object *obj);
void kex_pool_drop(struct kex_object *obj);
void kex_pool_release(struct kex_object *obj);
void kex_pool_set_policy(struct kex_pool *pool, struct kex_policy *policy);
unsigned int kex_pool_take(struct kex_pool *pool, u32 *index, unsigned int want);
void kex_pool_untake(struct kex_pool *pool, const u32 *index, unsigned int nr);
u32 kex_pool_take_large(struct kex_pool *pool);
void kex_pool_untake_large(struct kex_pool *pool, u32 index);
struct page *kex_pool_fill_large(struct kex_pool *pool, u32 index,
				 struct page *from, u64 now);
struct page *kex_pool_fill(struct kex_pool *pool, u32 index, struct page *from,
			   u64 now);
void kex_pool_copy_out(struct kex_pool *pool, struct page *to, struct page *page,
		       unsigned long nr);
void *kex_pool_bytes(struct kex_pool *pool, struct page *page);
void kex_pool_touch(struct kex_pool *pool, struct page *page, u64 now);
void kex_pool_to_device(struct kex_pool *pool, void *addr, size_t len);
void kex_pool_from_device(struct kex_pool *pool, void *addr, size_t len);
struct kex_pool *kex_page_pool(const struct page *page);
bool kex_pool_phys(struct kex_space *space, u64 *phys);
void kex_pool_describe(struct page *page, char name[KEX_NAME_SIZE], u64 *phys,
		       u64 *offset);

int kex_evict_range(struct kex_space *space, u64 off, u64 len,
		    enum kex_reason reason);
bool kex_evict_fits(struct kex_pool *pool, unsigned long want);
int kex_evict_room(struct kex_pool *pool, unsigned long want);
int kex_evict_pages(struct kex_pool *pool, u64 *pages);
int kex_evict_all(struct kex_pool *pool, bool must);

int kex_migrate_range(struct kex_pool *pool, struct mm_struct *mm,
		      struct kex_migrate *arg);
void kex_migrate_evict(struct kex_pool *pool, unsigned long first, unsigned long nr,
		       bool must, struct kex_evicted *evicted);
vm_fault_t kex_migrate_fault(struct vm_fault *vmf);
bool kex_migrate_fill(struct kex_pool *pool, const unsigned long *src,
		      unsigned long *dst, unsigned long nr, bool must);
unsigned long kex_migrate_count(struct kex_pool *pool, const unsigned long *src,
				const unsigned long *dst, unsigned long nr);

unsigned long kex_homes_lock(struct kex_pool *pool, struct kex_homes *homes,
			     unsigned long *first, unsigned long nr);
void kex_homes_unlock(struct kex_homes *homes);

#ifdef KEX_HAS_LARGE
struct mm_struct *kex_rmap_mm(struct folio *folio, unsigned int nth,
			      unsigned long *start, unsigned long *end);
bool kex_large_fits(const struct migrate_vma *args);
struct folio *kex_large_alloc(bool must, struct vm_area_struct *vma, unsigned long addr);
struct folio *kex_large_alloc_home(const struct migrate_vma *args);
struct folio *kex_large_alloc_fault(struct kex_pool *pool, const struct vm_fault *vmf,
				    vm_fault_t *ret);
unsigned long kex_large_copy_home(struct kex_pool *pool, unsigned long src, struct folio *to);
void kex_large_split(struct kex_pool *pool, unsigned long first,
		     struct kex_evicted *evicted);
bool kex_large_must_split(struct kex_pool *pool, unsigned long first);
void kex_large_init(struct kex_pool *pool);
void kex_large_quiesce(struct kex_pool *pool);
#else
static inline bool kex_large_fits(const struct migrate_vma *args)
{
	return false;
}

static inline struct folio *kex_large_alloc(bool must, struct vm_area_struct *vma,
					    unsigned long addr)
{
	return NULL;
}

static inline struct folio *kex_large_alloc_home(const struct migrate_vma *args)
{
	return NULL;
}

static inline struct folio *kex_large_alloc_fault(struct kex_pool *pool,
						  const struct vm_fault *vmf,
						  vm_fault_t *ret)
{
	*ret = VM_FAULT_OOM;
	return NULL;
}

static inline unsigned long kex_large_copy_home(struct kex_pool *pool, unsigned long src,
						struct folio *to)
{
	return 0;
}

static inline void kex_large_split(struct kex_pool *pool, unsigned long first,
				   struct kex_evicted *evicted)
{
}

static inline void kex_large_init(struct kex_pool *pool)
{
}

static inline void kex_large_quiesce(struct kex_pool *pool)
{
}

static inline bool kex_large_must_split(struct kex_pool *pool, unsigned long first)
{
	return false;
}
#endif

/* How many entries of a batch one of them stands for */
static inline unsigned long kex_entry_pages(unsigned long entry)
{
	return entry & KEX_PFN_LARGE ? KEX_LARGE_NR : 1;
}

int kex_pages_read(struct kex_pool *pool, struct mm_struct *mm,
		   unsigned long addr, unsigned long nr, u8 *state);
bool kex_pages_no_table(struct mm_struct *mm, unsigned long addr);
#ifdef KEX_HAS_LARGE
unsigned int kex_pages_huge(struct mm_struct *mm, unsigned long addr);
bool kex_pages_has_large(struct mm_struct *mm, unsigned long addr,
			 const struct folio *folio);
#else
static inline bool kex_pages_has_large(struct mm_struct *mm, unsigned long addr,
				       const struct folio *folio)
{
	return false;
}
#endif

extern const struct kex_object_ops kex_pool_object_ops;

void kex_policies_init(struct config_group *root);
void kex_policy_read(struct kex_policy *policy, struct kex_policy_params *params);
struct kex_policy *kex_policy_get(const char *name);
void kex_policy_put(struct kex_policy *policy);
void kex_policy_live(struct kex_policy *policy, int change);
struct kex_policy *kex_policy_default(void);

#endif /* _KEX_POOL_H */
