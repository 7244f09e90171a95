// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: carve-outs: physical ranges from the device tree, and who has which
 * pages of them
 */
#include <linux/bitmap.h>
#include <linux/find.h>
#include <linux/genalloc.h>
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "kex.h"

/*
 * gen_pool_alloc() says 0 for failure, and memory may start at address 0. The
 * pools therefore count from here; a multiple of every alignment asked for.
 */
#define KEX_POOL_BASE	SZ_2M

/* What one 2 MiB page-table entry needs */
#define KEX_BIG_ALIGN	SZ_2M

/* Guards the list, kex_carveout.mem of all, and what memory is claimed */
static DEFINE_MUTEX(kex_memory_lock);
static LIST_HEAD(kex_memories);

/**
 * kex_carveout_init() - prepare a carve-out that no device is bound to
 * @co: zeroed carve-out
 * @name: its name, at most KEX_NAME_SIZE - 1 bytes
 */
void kex_carveout_init(struct kex_carveout *co, const char *name)
{
	INIT_LIST_HEAD(&co->node);
	INIT_LIST_HEAD(&co->spaces);
	INIT_LIST_HEAD(&co->fixed);
	mutex_init(&co->lock);
	strscpy(co->name, name, sizeof(co->name));
}

/* Two extents of which one is claimed by kex */
static const struct kex_memory *kex_memory_overlapping(const struct kex_extent *ext)
{
	const struct kex_memory *mem;
	unsigned int i;

	list_for_each_entry(mem, &kex_memories, node)
		for (i = 0; i < mem->nr; i++)
			if (ext->start < mem->ext[i].start + mem->ext[i].size &&
			    mem->ext[i].start < ext->start + ext->size)
				return mem;
	return NULL;
}

static int kex_extent_claim(struct kex_extent *ext, struct kex_carveout *co,
			    struct device *dev, const char *prop)
{
	const struct kex_memory *other = kex_memory_overlapping(ext);

	if (other) {
		dev_err(dev, "%pOF: %s: range at %pa overlaps carve-out '%s': separate them%s\n",
			dev->of_node, prop, &ext->start, other->co->name,
			other->co->dev ? "" : ", or close its last revoked region");
		return -EBUSY;
	}
	/* Lies below the kernel's own busy System RAM: not to be had, nor needed */
	if (ext->mapped)
		return 0;
	if (!request_mem_region(ext->start, ext->size, co->name)) {
		dev_err(dev, "%pOF: %s: range at %pa is in use by somebody else: see /proc/iomem\n",
			dev->of_node, prop, &ext->start);
		return -EBUSY;
	}
	return 0;
}

static void kex_extent_release(struct kex_extent *ext)
{
	if (!ext->mapped)
		release_mem_region(ext->start, ext->size);
}

static int kex_extent_init(struct kex_extent *ext, struct kex_carveout *co,
			   struct device *dev, const char *prop)
{
	int ret;

	ret = kex_extent_claim(ext, co, dev, prop);
	if (ret)
		return ret;
	ret = -ENOMEM;
	ext->pool = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);
	if (!ext->pool)
		goto err_release;
	ret = gen_pool_add_virt(ext->pool, ext->start + KEX_POOL_BASE, ext->start,
				ext->size, NUMA_NO_NODE);
	if (ret)
		goto err_destroy;
	return 0;

err_destroy:
	gen_pool_destroy(ext->pool);
err_release:
	kex_extent_release(ext);
	return ret;
}

static void kex_memory_destroy(struct kex_memory *mem)
{
	list_del(&mem->node);
	while (mem->nr--) {
		gen_pool_destroy(mem->ext[mem->nr].pool);
		kex_extent_release(&mem->ext[mem->nr]);
	}
	config_group_put(&mem->co->group);
	kfree(mem);
}

static struct kex_memory *kex_memory_create(struct kex_carveout *co,
					    struct device *dev,
					    const struct kex_dt *dt)
{
	struct kex_memory *mem;
	int ret;

	mem = kzalloc(struct_size(mem, ext, dt->nr), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	kref_init(&mem->ref);
	config_group_get(&co->group);
	mem->co = co;
	mem->size = dt->size;
	mem->mapped = dt->mapped;
	list_add(&mem->node, &kex_memories);
	while (mem->nr < dt->nr) {
		mem->ext[mem->nr] = dt->ext[mem->nr];
		ret = kex_extent_init(&mem->ext[mem->nr], co, dev, dt->prop);
		if (ret) {
			kex_memory_destroy(mem);
			return ERR_PTR(ret);
		}
		mem->nr++;
	}
	return mem;
}

static bool kex_memory_is(const struct kex_memory *mem, const struct kex_dt *dt)
{
	unsigned int i;

	if (mem->nr != dt->nr)
		return false;
	for (i = 0; i < dt->nr; i++)
		if (mem->ext[i].start != dt->ext[i].start ||
		    mem->ext[i].size != dt->ext[i].size)
			return false;
	return true;
}

/* Memory that quarantined regions still hold serves the next binding, too */
static int kex_memory_adopt(struct kex_carveout *co, struct device *dev,
			    const struct kex_dt *dt)
{
	struct kex_memory *mem;

	lockdep_assert_held(&kex_memory_lock);
	list_for_each_entry(mem, &kex_memories, node) {
		if (mem->co == co && kex_memory_is(mem, dt)) {
			kref_get(&mem->ref);
			co->mem = mem;
			return 0;
		}
	}
	mem = kex_memory_create(co, dev, dt);
	if (IS_ERR(mem))
		return PTR_ERR(mem);
	co->mem = mem;
	return 0;
}

/**
 * kex_carveout_bind() - give a carve-out its memory
 * @co: the carve-out
 * @dev: the platform device
 * @dt: its node
 *
 * Context: kex_bind_lock held; takes @co's lock.
 * Return: 0, -EEXIST if another device is bound, -EBUSY if the memory is taken,
 * both logged, or -ENOMEM.
 */
int kex_carveout_bind(struct kex_carveout *co, struct device *dev,
		      const struct kex_dt *dt)
{
	int ret;

	mutex_lock(&co->lock);
	if (co->dev) {
		dev_err(dev, "%pOF: label '%s': %pOF has it: labels must differ\n",
			dev->of_node, dt->name, co->dev->of_node);
		ret = -EEXIST;
		goto out;
	}
	mutex_lock(&kex_memory_lock);
	ret = kex_memory_adopt(co, dev, dt);
	mutex_unlock(&kex_memory_lock);
	if (!ret) {
		co->dev = dev;
		co->cache = dt->cache;
	}
out:
	mutex_unlock(&co->lock);
	return ret;
}

/**
 * kex_carveout_unbind() - take the memory from a carve-out
 * @co: a bound carve-out without live regions and windows
 *
 * The claim on the memory stays as long as revoked regions have open files.
 * Context: @co's lock held.
 */
void kex_carveout_unbind(struct kex_carveout *co)
{
	lockdep_assert_held(&co->lock);
	co->dev = NULL;
	co->ready = false;
	kex_memory_put(co->mem);
}

static void kex_memory_release(struct kref *ref)
{
	struct kex_memory *mem = container_of(ref, struct kex_memory, ref);
	struct kex_carveout *co = mem->co;

	if (co->mem == mem)
		co->mem = NULL;
	kex_memory_destroy(mem);
	mutex_unlock(&kex_memory_lock);
}

/**
 * kex_memory_put() - give up a reference to claimed memory
 * @mem: the memory; all that came from kex_memory_alloc() is freed before the
 *	 last reference goes
 *
 * Context: may sleep; takes kex_memory_lock.
 */
void kex_memory_put(struct kex_memory *mem)
{
	kref_put_mutex(&mem->ref, kex_memory_release, &kex_memory_lock);
}

static unsigned long kex_extent_alloc_aligned(struct kex_extent *ext, u64 size,
					      int align)
{
	struct genpool_data_align data = { .align = align };

	return gen_pool_alloc_algo(ext->pool, size, gen_pool_first_fit_align,
				   &data);
}

static int kex_memory_alloc_auto(struct kex_memory *mem, u64 size, int align,
				 u64 *offset, phys_addr_t *phys)
{
	unsigned long addr;
	unsigned int i;
	u64 base = 0;

	for (i = 0; i < mem->nr; i++) {
		addr = kex_extent_alloc_aligned(&mem->ext[i], size, align);
		if (addr) {
			*phys = addr - KEX_POOL_BASE;
			*offset = base + *phys - mem->ext[i].start;
			return 0;
		}
		base += mem->ext[i].size;
	}
	return -ENOSPC;
}

static int kex_memory_alloc_fixed(struct kex_memory *mem, u64 size, u64 offset,
				  phys_addr_t *phys)
{
	struct genpool_data_fixed data = { .offset = offset };
	struct kex_extent *ext = mem->ext;
	unsigned long addr;

	while (ext < mem->ext + mem->nr && data.offset >= ext->size)
		data.offset -= ext++->size;
	if (ext == mem->ext + mem->nr || size > ext->size - data.offset)
		return -ERANGE;
	addr = gen_pool_alloc_algo(ext->pool, size, gen_pool_fixed_alloc, &data);
	if (!addr)
		return -EBUSY;
	*phys = addr - KEX_POOL_BASE;
	return 0;
}

/**
 * kex_memory_alloc() - take contiguous pages of a carve-out
 * @mem: its memory
 * @size: bytes, a multiple of the page and not 0
 * @offset: KEX_OFFSET_AUTO, or bytes counted over the extents in order; on
 *	    return where the pages are
 * @phys: result: physical address
 *
 * 2 MiB and more get 2 MiB alignment where there is room for it.
 *
 * Return: 0, -ENOSPC (auto: no gap is large enough), -EBUSY (fixed: taken),
 * -ERANGE (fixed: ends behind its extent).
 */
int kex_memory_alloc(struct kex_memory *mem, u64 size, u64 *offset,
		     phys_addr_t *phys)
{
	int ret = -ENOSPC;

	if (*offset != KEX_OFFSET_AUTO)
		return kex_memory_alloc_fixed(mem, size, *offset, phys);
	if (size >= KEX_BIG_ALIGN)
		ret = kex_memory_alloc_auto(mem, size, KEX_BIG_ALIGN, offset, phys);
	if (ret)
		ret = kex_memory_alloc_auto(mem, size, PAGE_SIZE, offset, phys);
	return ret;
}

/**
 * kex_memory_free() - give pages back
 * @mem: the memory they came from
 * @phys: physical address
 * @size: bytes
 */
void kex_memory_free(struct kex_memory *mem, phys_addr_t phys, u64 size)
{
	struct kex_extent *ext = mem->ext;

	while (phys < ext->start || phys - ext->start >= ext->size)
		ext++;
	gen_pool_free(ext->pool, phys + KEX_POOL_BASE, size);
}

/**
 * kex_carveout_size() - bytes of a carve-out
 * @co: the carve-out, its lock held
 *
 * Return: bytes, 0 while unbound.
 */
u64 kex_carveout_size(struct kex_carveout *co)
{
	lockdep_assert_held(&co->lock);
	return co->dev ? co->mem->size : 0;
}

/**
 * kex_carveout_at() - which carve-out has a physical address
 * @phys: the address
 * @offset: result: of it in the carve-out, over the ranges in order
 * @gap: result: bytes from there to the next range of any carve-out, U64_MAX if
 *	 there is none
 *
 * Return: the carve-out, for config_group_put() of its group; NULL if it is none's.
 */
struct kex_carveout *kex_carveout_at(u64 phys, u64 *offset, u64 *gap)
{
	struct kex_carveout *co = NULL;
	struct kex_memory *mem;
	unsigned int i;
	u64 before;

	*gap = U64_MAX;
	mutex_lock(&kex_memory_lock);
	list_for_each_entry(mem, &kex_memories, node) {
		for (i = 0, before = 0; i < mem->nr; before += mem->ext[i++].size) {
			if (mem->ext[i].start > phys) {
				*gap = min(*gap, mem->ext[i].start - phys);
			} else if (phys - mem->ext[i].start < mem->ext[i].size) {
				*offset = before + phys - mem->ext[i].start;
				co = mem->co;
			}
		}
	}
	if (co)
		config_group_get(&co->group);
	mutex_unlock(&kex_memory_lock);
	return co;
}

/**
 * kex_carveout_free() - bytes that nobody has
 * @co: the carve-out, its lock held
 *
 * Return: bytes, 0 while unbound.
 */
u64 kex_carveout_free(struct kex_carveout *co)
{
	u64 sum = 0;
	unsigned int i;

	lockdep_assert_held(&co->lock);
	for (i = 0; co->dev && i < co->mem->nr; i++)
		sum += gen_pool_avail(co->mem->ext[i].pool);
	return sum;
}

static void kex_chunk_largest(struct gen_pool *pool, struct gen_pool_chunk *chunk,
			      void *data)
{
	unsigned long bits = (chunk->end_addr - chunk->start_addr + 1) >> PAGE_SHIFT;
	unsigned long start, end;
	u64 *largest = data;

	for_each_clear_bitrange(start, end, chunk->bits, bits)
		*largest = max(*largest, (u64)(end - start) << PAGE_SHIFT);
}

/**
 * kex_carveout_largest_free() - the largest region that would fit now
 * @co: the carve-out, its lock held
 *
 * Return: bytes, 0 while unbound.
 */
u64 kex_carveout_largest_free(struct kex_carveout *co)
{
	u64 largest = 0;
	unsigned int i;

	lockdep_assert_held(&co->lock);
	for (i = 0; co->dev && i < co->mem->nr; i++)
		gen_pool_for_each_chunk(co->mem->ext[i].pool, kex_chunk_largest,
					&largest);
	return largest;
}
