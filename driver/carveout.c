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
#include <linux/of_reserved_mem.h>
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

/**
 * kex_carveout_init() - prepare a carve-out that no device is bound to
 * @co: zeroed carve-out
 * @name: its name, at most KEX_NAME_SIZE - 1 bytes
 */
void kex_carveout_init(struct kex_carveout *co, const char *name)
{
	INIT_LIST_HEAD(&co->node);
	INIT_LIST_HEAD(&co->regions);
	mutex_init(&co->lock);
	mutex_init(&co->mem_lock);
	strscpy(co->name, name, sizeof(co->name));
}

/**
 * kex_carveout_dt_name() - the name that a device's carve-out shall have
 * @dev: platform device with a device-tree node
 *
 * Return: the label, else the node's name without its unit address, in memory
 * that lives as long as the binding; or -ENOMEM, or -EINVAL, logged.
 */
const char *kex_carveout_dt_name(struct device *dev)
{
	const char *name;

	if (of_property_read_string(dev->of_node, "label", &name)) {
		name = devm_kasprintf(dev, GFP_KERNEL, "%pOFn", dev->of_node);
		if (!name)
			return ERR_PTR(-ENOMEM);
	}
	if (!kex_name_valid(name)) {
		dev_err(dev, "%pOF: label '%s': want a-z 0-9 . _ - only, at most %d, a letter or digit first\n",
			dev->of_node, name, KEX_NAME_SIZE - 1);
		return ERR_PTR(-EINVAL);
	}
	return name;
}

static void kex_extent_exit(struct kex_extent *ext)
{
	gen_pool_destroy(ext->pool);
	release_mem_region(ext->start, ext->size);
}

static int kex_extent_check(const struct kex_extent *ext, struct device *dev,
			    const struct device_node *np)
{
	if (!ext->size || !PAGE_ALIGNED(ext->start) || !PAGE_ALIGNED(ext->size)) {
		dev_err(dev, "%pOF: reg: start and size must be multiples of the %lu byte page, and not 0\n",
			np, PAGE_SIZE);
		return -EINVAL;
	}
	if (pfn_is_map_memory(PHYS_PFN(ext->start))) {
		dev_err(dev, "%pOF: the kernel maps this memory: add no-map to the node\n",
			np);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int kex_extent_init(struct kex_extent *ext, struct kex_carveout *co,
			   struct device *dev, const struct device_node *np)
{
	int ret;

	ret = kex_extent_check(ext, dev, np);
	if (ret)
		return ret;
	if (!request_mem_region(ext->start, ext->size, co->name)) {
		dev_err(dev, "%pOF: reg: memory is in use by somebody else, see /proc/iomem\n",
			np);
		return -EBUSY;
	}
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
	release_mem_region(ext->start, ext->size);
	return ret;
}

/* Reads the index-th range; takes nothing */
static int kex_extent_read(struct kex_extent *ext, struct device *dev, int index)
{
	struct reserved_mem *rmem;
	struct device_node *np;

	np = of_parse_phandle(dev->of_node, "memory-region", index);
	if (!np) {
		dev_err(dev, "%pOF: memory-region: entry %d leads to no node\n",
			dev->of_node, index);
		return -EINVAL;
	}
	rmem = of_reserved_mem_lookup(np);
	if (!rmem)
		dev_err(dev, "%pOF: not reserved at boot: it must be a child of /reserved-memory with a valid reg\n",
			np);
	of_node_put(np);
	if (!rmem)
		return -ENODEV;
	ext->start = rmem->base;
	ext->size = rmem->size;
	return 0;
}

static void kex_memory_destroy(struct kex_memory *mem)
{
	while (mem->nr)
		kex_extent_exit(&mem->ext[--mem->nr]);
	kfree(mem);
}

static int kex_memory_claim(struct kex_memory *mem, struct device *dev, int count)
{
	struct device_node *np;
	int ret;

	while (mem->nr < count) {
		np = of_parse_phandle(dev->of_node, "memory-region", mem->nr);
		ret = kex_extent_init(&mem->ext[mem->nr], mem->co, dev, np);
		of_node_put(np);
		if (ret)
			return ret;
		mem->size += mem->ext[mem->nr++].size;
	}
	return 0;
}

static bool kex_memory_same(const struct kex_memory *a, const struct kex_memory *b,
			    unsigned int count)
{
	unsigned int i;

	if (a->nr != count)
		return false;
	for (i = 0; i < count; i++)
		if (a->ext[i].start != b->ext[i].start ||
		    a->ext[i].size != b->ext[i].size)
			return false;
	return true;
}

/* Reads all ranges of the device tree, claims none */
static struct kex_memory *kex_memory_read(struct kex_carveout *co,
					  struct device *dev, int count)
{
	struct kex_memory *mem;
	int i, ret;

	mem = kzalloc(struct_size(mem, ext, count), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	kref_init(&mem->ref);
	mem->co = co;
	for (i = 0; i < count; i++) {
		ret = kex_extent_read(&mem->ext[i], dev, i);
		if (ret) {
			kfree(mem);
			return ERR_PTR(ret);
		}
	}
	return mem;
}

/* Memory that quarantined regions still hold serves the next binding, too */
static int kex_memory_adopt(struct kex_carveout *co, struct kex_memory *mem,
			    struct device *dev, int count)
{
	int ret;

	if (co->mem && kex_memory_same(co->mem, mem, count) &&
	    kref_get_unless_zero(&co->mem->ref)) {
		kfree(mem);
		return 0;
	}
	ret = kex_memory_claim(mem, dev, count);
	if (ret) {
		kex_memory_destroy(mem);
		return ret;
	}
	co->mem = mem;
	return 0;
}

/**
 * kex_carveout_bind() - give a carve-out its memory
 * @co: a carve-out that no device is bound to
 * @dev: the platform device
 *
 * Context: kex_bind_lock held; takes @co's locks.
 * Return: 0, or an errno after a log line that names node, property, remedy.
 */
int kex_carveout_bind(struct kex_carveout *co, struct device *dev)
{
	struct kex_memory *mem;
	int count, ret;

	count = of_count_phandle_with_args(dev->of_node, "memory-region", NULL);
	if (count <= 0) {
		dev_err(dev, "%pOF: memory-region: missing; point it to a no-map child of /reserved-memory\n",
			dev->of_node);
		return -EINVAL;
	}
	mem = kex_memory_read(co, dev, count);
	if (IS_ERR(mem))
		return PTR_ERR(mem);

	mutex_lock(&co->lock);
	mutex_lock(&co->mem_lock);
	ret = kex_memory_adopt(co, mem, dev, count);
	mutex_unlock(&co->mem_lock);
	if (!ret)
		co->dev = dev;
	mutex_unlock(&co->lock);
	return ret;
}

/**
 * kex_carveout_unbind() - take the memory from a carve-out
 * @co: a bound carve-out without live regions
 *
 * The claim on the memory stays as long as revoked regions have open files.
 * Context: @co's lock held.
 */
void kex_carveout_unbind(struct kex_carveout *co)
{
	lockdep_assert_held(&co->lock);
	co->dev = NULL;
	kex_memory_put(co->mem);
}

static void kex_memory_release(struct kref *ref)
{
	struct kex_memory *mem = container_of(ref, struct kex_memory, ref);
	struct kex_carveout *co = mem->co;

	if (co->mem == mem)
		co->mem = NULL;
	kex_memory_destroy(mem);
	mutex_unlock(&co->mem_lock);
}

/**
 * kex_memory_put() - give up a reference to claimed memory
 * @mem: the memory; all that came from kex_memory_alloc() is freed before the
 *	 last reference goes
 *
 * Context: may sleep; takes the carve-out's mem_lock.
 */
void kex_memory_put(struct kex_memory *mem)
{
	kref_put_mutex(&mem->ref, kex_memory_release, &mem->co->mem_lock);
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
