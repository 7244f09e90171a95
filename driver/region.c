// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: the region object: its pages and the kernel's view of them
 */
#include <linux/io.h>
#include <linux/libnvdimm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "kex.h"

/* A region's bytes have one attribute, in the kernel as in user space */
static int kex_region_kmap(struct kex_region *region)
{
	switch (region->space.cache) {
	case KEX_CACHE_WRITE_BACK:
		region->wb = memremap(region->phys, region->space.size, MEMREMAP_WB);
		break;
	case KEX_CACHE_WRITE_COMBINE:
		region->io = ioremap_wc(region->phys, region->space.size);
		break;
	case KEX_CACHE_UNCACHED:
		region->io = ioremap_np(region->phys, region->space.size);
		break;
	case KEX_CACHE_DEVICE:
		region->io = ioremap(region->phys, region->space.size);
		break;
	}
	return region->wb || region->io ? 0 : -ENOMEM;
}

static void kex_region_kunmap(struct kex_region *region)
{
	if (region->wb)
		memunmap(region->wb);
	if (region->io)
		iounmap(region->io);
}

/**
 * kex_region_sync() - cache maintenance to the point of coherency
 * @region: the region; nothing is done unless it is write-back
 * @off: first byte
 * @len: bytes; the caller has checked the range
 * @dir: KEX_SYNC_*
 *
 * By arm64's pmem helpers: the DMA API's need a linear map, which no-map
 * memory has not, and dcache_*_poc() is not exported.
 */
void kex_region_sync(struct kex_region *region, u64 off, u64 len, unsigned int dir)
{
	u64 end = off + len, step;

	for (; region->wb && off < end; off += step) {
		/* Ends in mid-line would be cleaned, so let steps be aligned */
		step = min_t(u64, end - off, KEX_STEP - (off & (KEX_STEP - 1)));
		if (dir & KEX_SYNC_TO_DEVICE)
			arch_wb_cache_pmem(region->wb + off, step);
		if (dir & KEX_SYNC_FROM_DEVICE)
			arch_invalidate_pmem(region->wb + off, step);
		cond_resched();
	}
}

static void kex_region_scrub(struct kex_region *region)
{
	u64 off, len;

	for (off = 0; region->scrub && off < region->space.size; off += len) {
		len = min_t(u64, region->space.size - off, KEX_STEP);
		if (region->wb)
			memset(region->wb + off, 0, len);
		else
			memset_io(region->io + off, 0, len);
		cond_resched();
	}
	/*
	 * The next user's attribute may differ: a line left in the cache could
	 * be written back over what he wrote past it.
	 */
	kex_region_sync(region, 0, region->space.size,
			KEX_SYNC_TO_DEVICE | KEX_SYNC_FROM_DEVICE);
}

/**
 * kex_region_read() - copy bytes out of a region
 * @region: the region
 * @to: buffer in kernel memory
 * @off: first byte
 * @len: bytes; the caller has checked the range
 */
void kex_region_read(struct kex_region *region, void *to, u64 off, size_t len)
{
	if (region->wb)
		memcpy(to, region->wb + off, len);
	else
		memcpy_fromio(to, region->io + off, len);
}

/**
 * kex_region_write() - copy bytes into a region
 * @region: the region
 * @off: first byte
 * @from: buffer in kernel memory
 * @len: bytes; the caller has checked the range
 */
void kex_region_write(struct kex_region *region, u64 off, const void *from,
		      size_t len)
{
	if (region->wb)
		memcpy(region->wb + off, from, len);
	else
		memcpy_toio(region->io + off, from, len);
}

static bool kex_region_find(struct kex_space *space, unsigned long page,
			    struct kex_run *run)
{
	unsigned long first, last;

	if (kex_space_page(space, page, &first, &last) == KEX_PAGE_HELD)
		return false;
	last = min(last, kex_space_pages(space) - 1);
	run->region = to_kex_region(space);
	run->first = first;
	run->nr = last - first + 1;
	run->pfn = PHYS_PFN(run->region->phys) + first;
	return true;
}

static bool kex_region_find_all(struct kex_space *space, unsigned long first,
				unsigned long nr, bool wait, struct kex_run *run)
{
	if (kex_space_any_held(space, first, first + nr - 1))
		return false;
	run->region = to_kex_region(space);
	run->first = first;
	run->nr = nr;
	run->pfn = PHYS_PFN(run->region->phys) + first;
	return true;
}

static void kex_region_done(struct kex_run *run)
{
}

static const struct kex_space_ops kex_region_space_ops = {
	.find		= kex_region_find,
	.find_all	= kex_region_find_all,
	.done		= kex_region_done,
};

static struct kex_region *kex_region_alloc(struct kex_carveout *co,
					   const struct kex_region_params *params,
					   const struct kex_object_ops *obj_ops)
{
	struct kex_region *region;
	int ret;

	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return ERR_PTR(-ENOMEM);
	region->space.co = co;
	region->space.size = params->size;
	region->space.cache = params->cache;
	region->space.hole = params->hole;
	region->space.lazy = params->lazy;
	ret = kex_space_init(&region->space, KEX_KIND_REGION, params->name,
			     params->mode, obj_ops, &kex_region_space_ops);
	if (ret) {
		kfree(region);
		return ERR_PTR(ret);
	}
	region->lent = RB_ROOT_CACHED;
	region->offset = params->offset;
	region->scrub = params->scrub;
	return region;
}

/* Everything but the node. What fails leaves the rest to kex_region_release() */
static int kex_region_build(struct kex_region *region)
{
	struct kex_memory *mem = region->space.co->mem;
	int ret;

	ret = kex_memory_alloc(mem, region->space.size, &region->offset, &region->phys);
	if (ret)
		return ret;
	kref_get(&mem->ref);
	region->mem = mem;

	ret = kex_region_kmap(region);
	if (ret)
		return ret;
	kex_region_scrub(region);
	return 0;
}

/**
 * kex_region_create() - make a live region
 * @co: its carve-out, lock held
 * @params: what it shall be; checked against the attributes' ranges
 * @obj_ops: its operations as an object
 * @maker: who is told when it is taken
 *
 * Return: the region, whose first reference kex_space_retire() or
 * kex_space_unlist() and a put give up; or -ENODEV if @co is not bound, -EINVAL
 * without a size, -EOPNOTSUPP for a cache attribute that mapped memory cannot
 * have (logged), -ENOSPC, -EBUSY, -ERANGE (see kex_memory_alloc()), -ENOMEM,
 * -EEXIST.
 */
struct kex_region *kex_region_create(struct kex_carveout *co,
				     const struct kex_region_params *params,
				     const struct kex_object_ops *obj_ops,
				     struct kex_maker *maker)
{
	struct kex_region *region;
	int ret;

	lockdep_assert_held(&co->lock);
	if (!co->dev)
		return ERR_PTR(-ENODEV);
	if (!params->size)
		return ERR_PTR(-EINVAL);
	if (co->mem->mapped && params->cache != KEX_CACHE_WRITE_BACK) {
		dev_err(co->dev, "%pOF: region '%s': the kernel maps this memory write-back: write-back only, or add no-map to the reserved memory\n",
			co->dev->of_node, params->name);
		return ERR_PTR(-EOPNOTSUPP);
	}

	region = kex_region_alloc(co, params, obj_ops);
	if (IS_ERR(region))
		return region;
	ret = kex_region_build(region);
	if (!ret)
		ret = kex_space_publish(&region->space, maker);
	if (ret) {
		kex_object_put(&region->space.obj);
		return ERR_PTR(ret);
	}
	return region;
}

/**
 * kex_region_release() - free a region and give its pages back
 * @obj: the region's object, without references
 */
void kex_region_release(struct kex_object *obj)
{
	struct kex_region *region = to_kex_region(to_kex_space(obj));

	kex_space_destroy(&region->space);
	/* One that never went live leaves the bytes as they are */
	if (region->space.obj.minor >= 0)
		kex_region_scrub(region);
	kex_region_kunmap(region);
	if (region->mem) {
		kex_memory_free(region->mem, region->phys, region->space.size);
		kex_memory_put(region->mem);
	}
	kfree(region);
}
