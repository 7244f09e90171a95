// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the pool object: device-private pages, and the memory behind them
 *
 * Page i of the range that the kernel knows as device memory stands for page i
 * of the carve-out. No CPU has an entry for it: all access is by the pool's own
 * mapping, here. What copies goes through kex_pool_fill() and
 * kex_pool_copy_out(), which an engine could do as well.
 */
#include <linux/bitmap.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/ktime.h>
#include <linux/libnvdimm.h>
#include <linux/memremap.h>
#include <linux/property.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "debug.h"
#include "pool.h"

/**
 * kex_page_pool() - the pool of a device page
 * @page: a device page of kex's
 *
 * Return: the pool.
 */
struct kex_pool *kex_page_pool(const struct page *page)
{
	return container_of(kex_page_pgmap(page), struct kex_pool, pgmap);
}

/**
 * kex_pool_to_device() - let the device see what the CPU wrote
 * @pool: the pool
 * @addr: where, in the kernel's mapping of the pool
 * @len: bytes
 *
 * As KEX_SYNC_TO_DEVICE of a region. Nothing is done for a device that the
 * carve-out's node calls dma-coherent, and for a pool of system memory.
 */
void kex_pool_to_device(struct kex_pool *pool, void *addr, size_t len)
{
	if (pool->sync)
		arch_wb_cache_pmem(addr, len);
}

/**
 * kex_pool_from_device() - let the CPU see what the device wrote
 * @pool: the pool
 * @addr: where, in the kernel's mapping of the pool
 * @len: bytes; of lines that are there in part the CPU's own writes are kept, of
 *	 others not: nobody else may be writing them
 */
void kex_pool_from_device(struct kex_pool *pool, void *addr, size_t len)
{
	if (pool->sync)
		arch_invalidate_pmem(addr, len);
}

/* System memory behind a device page; what a folio has lies side by side */
static struct page *kex_pool_back(struct page *page)
{
	struct page *head = compound_head(page);

	return (struct page *)head->zone_device_data + (page - head);
}

/**
 * kex_pool_bytes() - what a device page stands for
 * @pool: the pool
 * @page: a page of it that is in use
 *
 * Return: kernel's address of the bytes.
 */
void *kex_pool_bytes(struct kex_pool *pool, struct page *page)
{
	if (pool->base)
		return pool->base + PFN_PHYS(kex_pool_index(pool, page));
	return page_address(kex_pool_back(page));
}

/**
 * kex_pool_take() - reserve free pages
 * @pool: the pool
 * @index: result: which
 * @want: how many at most
 *
 * Return: how many there are. Each is for kex_pool_fill() or kex_pool_untake().
 */
unsigned int kex_pool_take(struct kex_pool *pool, u32 *index, unsigned int want)
{
	unsigned int got = 0, turns = 0;
	unsigned long at;

	spin_lock(&pool->take_lock);
	at = pool->cursor;
	while (got < want) {
		at = find_next_zero_bit(pool->taken, pool->nr, at);
		if (at >= pool->nr) {
			if (turns++)
				break;
			at = 0;
			continue;
		}
		/* Atomic, since bits are cleared without the lock */
		set_bit(at, pool->taken);
		index[got++] = at++;
	}
	pool->cursor = at;
	atomic_long_add(got, &pool->used);
	spin_unlock(&pool->take_lock);
	/* What freed them has ended with their bytes */
	smp_mb();
	return got;
}

/**
 * kex_pool_untake() - undo kex_pool_take()
 * @pool: the pool
 * @index: which
 * @nr: how many
 */
void kex_pool_untake(struct kex_pool *pool, const u32 *index, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		clear_bit_unlock(index[i], pool->taken);
	atomic_long_sub(nr, &pool->used);
}

/**
 * kex_pool_fill() - make a device page of a page that was taken
 * @pool: the pool
 * @index: which
 * @from: whose bytes it gets; NULL for zeroes
 * @now: the time, ns
 *
 * Return: the device page, locked, with one reference; its last put frees it.
 * NULL without system memory behind it, and then it is not taken any more.
 */
struct page *kex_pool_fill(struct kex_pool *pool, u32 index, struct page *from,
			   u64 now)
{
	struct page *page = pfn_to_page(pool->pfn + index), *back = NULL;
	void *to, *src;

	if (pool->base) {
		to = pool->base + PFN_PHYS(index);
	} else {
		/* Nobody is killed for what can stay where it is */
		back = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
		if (!back) {
			kex_pool_untake(pool, &index, 1);
			return NULL;
		}
		to = page_address(back);
	}
	if (from) {
		src = kmap_local_page(from);
		copy_page(to, src);
		kunmap_local(src);
	} else {
		clear_page(to);
	}
	kex_pool_to_device(pool, to, PAGE_SIZE);
	WRITE_ONCE(pool->page[index].in, 0);
	pool->page[index].used = now;
	set_bit(index, pool->touched);

	/* Before its first reference, by which an eviction may find it */
	page->zone_device_data = back;
	kex_device_page_init(page, &pool->pgmap, 0);
	return page;
}

#ifdef KEX_HAS_LARGE
/**
 * kex_pool_take_large() - reserve free pages for a large folio
 * @pool: the pool
 *
 * Return: the first of KEX_LARGE_NR, aligned, for kex_pool_fill_large() or
 * kex_pool_untake_large(); KEX_NO_PAGE if there are none side by side.
 */
u32 kex_pool_take_large(struct kex_pool *pool)
{
	const unsigned long nr = KEX_LARGE_NR;
	unsigned long at;

	spin_lock(&pool->take_lock);
	at = bitmap_find_next_zero_area(pool->taken, pool->nr, pool->cursor, nr, nr - 1);
	if (at >= pool->nr)
		at = bitmap_find_next_zero_area(pool->taken, pool->nr, 0, nr, nr - 1);
	if (at < pool->nr) {
		/* Words of its own, with no bit that could be cleared meanwhile */
		bitmap_set(pool->taken, at, nr);
		pool->cursor = at + nr;
		atomic_long_add(nr, &pool->used);
	}
	spin_unlock(&pool->take_lock);
	/* As with kex_pool_take() */
	smp_mb();
	return at < pool->nr ? at : KEX_NO_PAGE;
}

/* All the words of their bits have no other: so no bit is lost between */
static void kex_pool_free_large(struct kex_pool *pool, unsigned long index)
{
	unsigned long *word = pool->taken + BIT_WORD(index);
	unsigned long *end = word + BITS_TO_LONGS(KEX_LARGE_NR);

	atomic_long_sub(KEX_LARGE_NR, &pool->used);
	for (; word < end; word++)
		/* Pairs with the barrier in kex_pool_take_large(): the bytes are gone */
		smp_store_release(word, 0);
}

/**
 * kex_pool_untake_large() - undo kex_pool_take_large()
 * @pool: the pool
 * @index: the first page
 */
void kex_pool_untake_large(struct kex_pool *pool, u32 index)
{
	kex_pool_free_large(pool, index);
}

/* As many pages of the system, side by side, but each on its own */
static struct page *kex_pool_alloc_back(void)
{
	struct page *back;

	if (kex_point_fails("large_back", 1))
		return NULL;
	back = alloc_pages(GFP_KERNEL_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN,
			   HPAGE_PMD_ORDER);
	if (back)
		split_page(back, HPAGE_PMD_ORDER);
	return back;
}

/**
 * kex_pool_fill_large() - make a large device folio of pages that were taken
 * @pool: the pool
 * @index: the first of them
 * @from: first page of those whose bytes it gets; NULL for zeroes
 * @now: the time, ns
 *
 * Return: its first page, locked, with one reference, as kex_pool_fill(). NULL
 * without system memory behind it, and then the pages are not taken any more.
 */
struct page *kex_pool_fill_large(struct kex_pool *pool, u32 index,
				 struct page *from, u64 now)
{
	struct page *page = pfn_to_page(pool->pfn + index), *back = NULL;
	unsigned long i;
	void *to;

	if (!pool->base) {
		back = kex_pool_alloc_back();
		if (!back) {
			kex_pool_untake_large(pool, index);
			return NULL;
		}
	}
	to = pool->base ? pool->base + PFN_PHYS(index) : page_address(back);
	for (i = 0; i < KEX_LARGE_NR; i++, to += PAGE_SIZE) {
		if (from)
			copy_page(to, page_address(from + i));
		else
			clear_page(to);
		WRITE_ONCE(pool->page[index + i].in, 0);
		pool->page[index + i].used = now;
	}
	if (pool->base)
		kex_pool_to_device(pool, pool->base + PFN_PHYS(index), PMD_SIZE);
	bitmap_set(pool->touched, index, KEX_LARGE_NR);
	/* As in kex_pool_fill() */
	page->zone_device_data = back;
	kex_device_page_init(page, &pool->pgmap, HPAGE_PMD_ORDER);
	return page;
}

/* A part of a folio is one of its own from now on; in the end for none */
static void kex_pool_split(struct folio *folio, struct folio *part)
{
	struct page *back = folio_page(folio, 0)->zone_device_data;

	if (!part)
		return;
	part->page.mapping = folio->page.mapping;
	part->page.zone_device_data = back ? back + (folio_pfn(part) - folio_pfn(folio)) :
					     NULL;
	/* Who finds the pool by a page, without a reference, finds the rest, too */
	smp_store_release(&part->pgmap, folio->pgmap);
}
#else
static void kex_pool_free_large(struct kex_pool *pool, unsigned long index)
{
}

u32 kex_pool_take_large(struct kex_pool *pool)
{
	return KEX_NO_PAGE;
}

void kex_pool_untake_large(struct kex_pool *pool, u32 index)
{
}

struct page *kex_pool_fill_large(struct kex_pool *pool, u32 index,
				 struct page *from, u64 now)
{
	return NULL;
}
#endif

/**
 * kex_pool_copy_out() - copy what device pages stand for
 * @pool: the pool
 * @to: first of as many pages of the system, side by side
 * @page: first of the pages of the pool, all of one folio, which is in use and
 *	  locked
 * @nr: how many
 */
void kex_pool_copy_out(struct kex_pool *pool, struct page *to, struct page *page,
		       unsigned long nr)
{
	void *src = kex_pool_bytes(pool, page), *dst = page_address(to);

	kex_pool_from_device(pool, src, PFN_PHYS(nr));
	for (; nr; nr--, src += PAGE_SIZE, dst += PAGE_SIZE)
		copy_page(dst, src);
}

/**
 * kex_pool_touch() - a page has been used
 * @pool: the pool
 * @page: a page of it that is in use
 * @now: the time, ns
 */
void kex_pool_touch(struct kex_pool *pool, struct page *page, u64 now)
{
	unsigned long index = kex_pool_index(pool, page);

	WRITE_ONCE(pool->page[index].used, now);
	set_bit(index, pool->touched);
}

#ifdef KEX_HAS_LARGE
/*
 * Where a huge page is unmapped while it is on its way, the kernel (7.3) takes the
 * migration entry for the mapping that it stands for, and puts a reference and a
 * map count that it does not have. Who moves the folio has its lock, and puts its
 * own reference later: it gets that back, and the folio is freed then. By the map
 * count the kernel sees that nothing is left to be moved. Whom else the folio was
 * mapped by would not be found any more: what is shared does not move as one.
 */
static bool kex_pool_keep(struct kex_pool *pool, struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_test_large(folio) || atomic_read(&folio->_entire_mapcount) >= -1)
		return false;
	atomic_set(&folio->_entire_mapcount, -1);
	/* Those are put when we return */
	percpu_ref_get_many(&pool->pgmap.ref, folio_nr_pages(folio));
	if (folio_ref_inc_return(folio))
		return true;
	/* Who moves it was faster */
	percpu_ref_put_many(&pool->pgmap.ref, folio_nr_pages(folio));
	return false;
}

/*
 * As it is where the kernel counted right: it took a folio that was mapped less than
 * not at all for so many pages more.
 */
static void kex_pool_unmapped(struct page *page)
{
	struct folio *folio = page_folio(page);
	long nr = folio_nr_pages(folio), less = -atomic_read(&folio->_nr_pages_mapped);

	if (less > 0) {
		mod_node_page_state(folio_pgdat(folio), NR_ANON_MAPPED, nr + less);
		mod_node_page_state(folio_pgdat(folio), NR_ANON_THPS, nr);
	}
	atomic_set(&folio->_entire_mapcount, -1);
	atomic_set(&folio->_large_mapcount, -1);
	atomic_set(&folio->_nr_pages_mapped, 0);
}
#else
static bool kex_pool_keep(struct kex_pool *pool, struct page *page)
{
	return false;
}

static void kex_pool_unmapped(struct page *page)
{
}
#endif

/*
 * The last reference is gone. Called under page-table locks, too, when memory is
 * unmapped: therefore no lock, and the bytes are gone at once, as a page's worth
 * of zeroes is soon written.
 */
static void kex_pool_page_free(KEX_PAGE_FREE_ARG *arg)
{
	struct page *page = kex_free_arg_page(arg);
	struct kex_pool *pool = kex_page_pool(page);
	unsigned long index = kex_pool_index(pool, page);
	unsigned long nr = compound_nr(page), i;

	if (kex_pool_keep(pool, page))
		return;
	if (!pool->base)
		for (i = 0; i < nr; i++)
			__free_page(kex_pool_back(page + i));
	if (nr > 1) {
		for (i = 0; i < nr; i++)
			WRITE_ONCE(pool->page[index + i].in, 0);
		if (pool->base)
			memset(pool->base + PFN_PHYS(index), 0, PFN_PHYS(nr));
		kex_pool_unmapped(page);
		kex_pool_free_large(pool, index);
		return;
	}
	WRITE_ONCE(pool->page[index].in, 0);
	if (pool->base)
		clear_page(pool->base + PFN_PHYS(index));
	clear_bit_unlock(index, pool->taken);
	atomic_long_dec(&pool->used);
}

static const struct dev_pagemap_ops kex_pool_pgmap_ops = {
	.KEX_PAGE_FREE_OP = kex_pool_page_free,
	.migrate_to_ram	  = kex_migrate_fault,
#ifdef KEX_HAS_LARGE
	.folio_split	  = kex_pool_split,
#endif
};

/**
 * kex_pool_phys() - where the data of a pool lies
 * @space: the pool
 * @phys: result: physical address of the first byte
 *
 * Return: false if it lies anywhere in system memory.
 */
bool kex_pool_phys(struct kex_space *space, u64 *phys)
{
	struct kex_pool *pool = to_kex_pool(space);

	*phys = pool->phys;
	return pool->base;
}

/**
 * kex_pool_describe() - say what a device page stands for
 * @page: any device page; if it is not of kex's, nothing is said
 * @name: result: name of the pool
 * @phys: result: physical address of the data
 * @offset: result: of the data in the pool
 *
 * Context: interrupts off since an entry was found that led to the page: who takes
 * a pool down waits for that. The page may be in other hands by now.
 */
void kex_pool_describe(struct page *page, char name[KEX_NAME_SIZE], u64 *phys,
		       u64 *offset)
{
	/* Once: its folio may just be split, whose head stays what it was */
	struct page *head = compound_head(page), *back;
	const struct dev_pagemap *pgmap = kex_page_pgmap(head);
	const struct kex_pool *pool;

	if (!pgmap || pgmap->ops != &kex_pool_pgmap_ops)
		return;
	pool = container_of(pgmap, struct kex_pool, pgmap);
	memcpy(name, pool->space.obj.name, KEX_NAME_SIZE);
	*offset = PFN_PHYS(kex_pool_index(pool, page));
	/* Pairs with the release in kex_pool_split() */
	smp_rmb();
	back = READ_ONCE(head->zone_device_data);
	if (pool->base)
		*phys = pool->phys + *offset;
	else if (back)
		*phys = page_to_phys(back + (page - head));
}

/* Arm64 has struct pages only for what the linear map could reach: so it is asked */
static int kex_pool_map_pages(struct kex_pool *pool, struct device *dev)
{
	ktime_t start;
	void *ret;

	pool->res = request_free_mem_region(&iomem_resource, pool->space.size,
					    pool->space.obj.name);
	if (IS_ERR(pool->res)) {
		int err = PTR_ERR(pool->res);

		pool->res = NULL;
		return err == -ERANGE ? -ENOSPC : err;
	}
	/* The region is a whole section; what is not asked for costs nothing */
	pool->pgmap.type = MEMORY_DEVICE_PRIVATE;
	pool->pgmap.nr_range = 1;
	pool->pgmap.range.start = pool->res->start;
	pool->pgmap.range.end = pool->res->start + pool->space.size - 1;
	pool->pgmap.ops = &kex_pool_pgmap_ops;
	pool->pgmap.owner = pool;

	start = ktime_get();
	ret = memremap_pages(&pool->pgmap, dev_to_node(dev));
	if (IS_ERR(ret))
		return PTR_ERR(ret);
	pool->init_us = ktime_us_delta(ktime_get(), start);
	pool->pfn = PHYS_PFN(pool->pgmap.range.start);
	return 0;
}

/*
 * The next user's attribute may differ, as kex_region_scrub() has it: no line of
 * what was here, and of the zeroes over it, is to be written back over his bytes.
 */
static void kex_pool_clean(struct kex_pool *pool)
{
	u64 off, len;

	for (off = 0; off < pool->space.size; off += len) {
		len = min_t(u64, pool->space.size - off, KEX_STEP);
		arch_wb_cache_pmem(pool->base + off, len);
		arch_invalidate_pmem(pool->base + off, len);
		cond_resched();
	}
}

static void kex_pool_unmap_pages(struct kex_pool *pool)
{
	kex_large_quiesce(pool);
	/* An eviction under way still looks at the pages */
	mutex_lock(&pool->evict_lock);
	if (pool->pfn)
		memunmap_pages(&pool->pgmap);
	pool->pfn = 0;
	mutex_unlock(&pool->evict_lock);
	if (pool->res)
		release_mem_region(pool->res->start, resource_size(pool->res));
	pool->res = NULL;
	if (!pool->base)
		return;
	kex_pool_clean(pool);
	memunmap(pool->base);
	pool->base = NULL;
}

static struct kex_pool *kex_pool_alloc(struct kex_carveout *co,
				       const struct kex_pool_params *params,
				       const struct kex_object_ops *obj_ops)
{
	struct kex_pool *pool;
	int ret;

	pool = kvzalloc(sizeof(*pool), GFP_KERNEL);
	if (!pool)
		return ERR_PTR(-ENOMEM);
	pool->space.co = co;
	pool->space.size = params->size;
	pool->space.cache = KEX_CACHE_WRITE_BACK;
	pool->space.lazy = true;
	ret = kex_space_init(&pool->space, KEX_KIND_POOL, params->name, params->mode,
			     obj_ops, NULL);
	if (ret) {
		kvfree(pool);
		return ERR_PTR(ret);
	}
	pool->nr = params->size >> PAGE_SHIFT;
	pool->fault_around = params->fault_around;
	spin_lock_init(&pool->take_lock);
	mutex_init(&pool->evict_lock);
	mutex_init(&pool->sync_lock);
	kex_large_init(pool);
	kex_sweep_init(&pool->sweep, ktime_get_ns());
	return pool;
}

/* What is known about each page: some 16 bytes and two bits */
static int kex_pool_alloc_pages(struct kex_pool *pool)
{
	pool->page = vcalloc(pool->nr, sizeof(*pool->page));
	pool->taken = vcalloc(BITS_TO_LONGS(pool->nr), sizeof(long));
	pool->touched = vcalloc(BITS_TO_LONGS(pool->nr), sizeof(long));
	return pool->page && pool->taken && pool->touched ? 0 : -ENOMEM;
}

/* Everything but the node. What fails leaves the rest to kex_pool_release() */
static int kex_pool_build(struct kex_pool *pool, bool system)
{
	struct kex_memory *mem = pool->space.co->mem;
	int ret;

	if (system) {
		if (pool->nr > totalram_pages())
			return -ENOSPC;
	} else {
		pool->offset = KEX_OFFSET_AUTO;
		ret = kex_memory_alloc(mem, pool->space.size, &pool->offset, &pool->phys);
		if (ret)
			return ret;
		kref_get(&mem->ref);
		pool->mem = mem;
		pool->base = memremap(pool->phys, pool->space.size, MEMREMAP_WB);
		if (!pool->base)
			return -ENOMEM;
		pool->sync = device_get_dma_attr(pool->space.co->dev) != DEV_DMA_COHERENT;
	}
	ret = kex_pool_alloc_pages(pool);
	if (ret)
		return ret;
	return kex_pool_map_pages(pool, pool->space.co->dev);
}

/**
 * kex_pool_create() - make a live pool
 * @co: its carve-out, lock held
 * @params: what it shall be; checked against the attributes' ranges
 * @obj_ops: file operations and release
 * @maker: who is told when it is taken
 *
 * Return: the pool, whose first reference kex_space_retire() or
 * kex_space_unlist() and a put give up; or -ENODEV if @co is not bound, -EINVAL without a size,
 * -ENOSPC, -ENOMEM, -EEXIST.
 */
struct kex_pool *kex_pool_create(struct kex_carveout *co,
				 const struct kex_pool_params *params,
				 const struct kex_object_ops *obj_ops,
				 struct kex_maker *maker)
{
	struct kex_pool *pool;
	int ret;

	lockdep_assert_held(&co->lock);
	if (!co->dev)
		return ERR_PTR(-ENODEV);
	if (!params->size)
		return ERR_PTR(-EINVAL);
	pool = kex_pool_alloc(co, params, obj_ops);
	if (IS_ERR(pool))
		return pool;
	ret = kex_pool_build(pool, params->system);
	rcu_assign_pointer(pool->policy, params->policy);
	if (!ret)
		ret = kex_space_publish(&pool->space, maker);
	if (ret) {
		kex_object_put(&pool->space.obj);
		return ERR_PTR(ret);
	}
	kex_policy_live(params->policy, 1);
	return pool;
}

/**
 * kex_pool_empty() - send the pages of a pool home that shall be taken down
 * @obj: the pool's object; its carve-out's lock held
 *
 * Return: 0; -EBUSY if it has been opened or somebody keeps a page busy, -ENOMEM or
 * -EINTR, with some of the pages inside.
 */
int kex_pool_empty(struct kex_object *obj)
{
	return kex_evict_all(to_kex_pool(to_kex_space(obj)), false);
}

/* Returns the one before, which nobody looks at any more by this pool */
static struct kex_policy *kex_pool_swap_policy(struct kex_pool *pool,
					       struct kex_policy *policy)
{
	policy = rcu_replace_pointer(pool->policy, policy,
				     lockdep_is_held(&pool->space.co->lock));
	synchronize_rcu();
	return policy;
}

/**
 * kex_pool_drop() - a pool is not live any more
 * @obj: the pool's object, hidden, and revoked if somebody has it open; its
 *	 carve-out's lock held
 *
 * Pages that are still inside go home first, which takes as long as it takes.
 */
void kex_pool_drop(struct kex_object *obj)
{
	struct kex_pool *pool = to_kex_pool(to_kex_space(obj));

	lockdep_assert_held(&pool->space.co->lock);
	kex_evict_all(pool, true);
	kex_pool_unmap_pages(pool);
	/* Calls that began before still look at it, and it may now be removed */
	kex_policy_live(kex_pool_swap_policy(pool, kex_policy_default()), -1);
}

/**
 * kex_pool_set_policy() - evict by another policy from now on
 * @pool: a live pool; its carve-out's lock held
 * @policy: the policy; the caller keeps it, and may drop the old one
 */
void kex_pool_set_policy(struct kex_pool *pool, struct kex_policy *policy)
{
	kex_policy_live(policy, 1);
	kex_policy_live(kex_pool_swap_policy(pool, policy), -1);
}

/**
 * kex_pool_release() - free a pool and give its memory back
 * @obj: the pool's object, without references
 */
void kex_pool_release(struct kex_object *obj)
{
	struct kex_pool *pool = to_kex_pool(to_kex_space(obj));

	kex_space_destroy(&pool->space);
	kex_pool_unmap_pages(pool);
	if (pool->mem) {
		kex_memory_free(pool->mem, pool->phys, pool->space.size);
		kex_memory_put(pool->mem);
	}
	vfree(pool->touched);
	vfree(pool->taken);
	vfree(pool->page);
	kvfree(pool);
}
