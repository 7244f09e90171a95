// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what the device tree says, and what is wrong with it
 *
 * Every error is one line that names node, property and remedy.
 */
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_reserved_mem.h>
#include <linux/string.h>

#include "kex.h"
#include "attrs.gen.h"

/* Leaves @text alone where there is no such property */
static int kex_dt_string(struct device *dev, struct device_node *np,
			 const char *prop, const char **text)
{
	if (!of_property_present(np, prop) ||
	    !of_property_read_string(np, prop, text))
		return 0;
	dev_err(dev, "%pOF: %s: no string: write %s = \"...\"\n", np, prop, prop);
	return -EINVAL;
}

static int kex_dt_label(struct device *dev, struct device_node *np,
			const char **name)
{
	const char *label = NULL;
	int ret;

	ret = kex_dt_string(dev, np, "label", &label);
	if (ret)
		return ret;
	*name = label ?: devm_kasprintf(dev, GFP_KERNEL, "%pOFn", np);
	if (!*name)
		return -ENOMEM;
	if (kex_name_valid(*name))
		return 0;
	dev_err(dev, "%pOF: %s '%s' is no name: %s label of at most %d characters a-z 0-9 . _ - with a letter or digit first\n",
		np, label ? "label" : "node name", *name,
		label ? "want a" : "add a", KEX_NAME_SIZE - 1);
	return -EINVAL;
}

static int kex_dt_cache(struct device *dev, struct device_node *np,
			unsigned int *cache)
{
	const char *word = NULL;
	int i;

	i = kex_dt_string(dev, np, "kex,cache", &word);
	if (i || !word)
		return i;
	i = match_string(kex_region_cache_words, -1, word);
	if (i < 0) {
		dev_err(dev, "%pOF: kex,cache '%s': want write-back, write-combine, uncached or device\n",
			np, word);
		return -EINVAL;
	}
	*cache = i;
	return 0;
}

static int kex_dt_check_extent(struct device *dev, struct device_node *np,
			       const struct kex_extent *ext)
{
	if (ext->size && PAGE_ALIGNED(ext->start) && PAGE_ALIGNED(ext->size))
		return 0;
	dev_err(dev, "%pOF: reg: %pa+%#llx: make start and size multiples of the %lu byte page, and the size not 0\n",
		np, &ext->start, ext->size, PAGE_SIZE);
	return -EINVAL;
}

static int kex_dt_check_overlap(struct device *dev, const struct kex_dt *dt)
{
	const struct kex_extent *last = &dt->ext[dt->nr], *ext;

	for (ext = dt->ext; ext < last; ext++) {
		if (last->start >= ext->start + ext->size ||
		    ext->start >= last->start + last->size)
			continue;
		dev_err(dev, "%pOF: %s: range %u at %pa overlaps range %zd: separate them\n",
			dev->of_node, dt->prop, dt->nr, &last->start, ext - dt->ext);
		return -EINVAL;
	}
	return 0;
}

static int kex_dt_reserved(struct device *dev, struct device_node *np,
			   struct kex_dt *dt)
{
	struct kex_extent *ext = &dt->ext[dt->nr];
	struct reserved_mem *rmem;

	if (of_property_read_bool(np, "reusable")) {
		dev_err(dev, "%pOF: reusable: the kernel uses this memory itself: replace it by no-map\n",
			np);
		return -EINVAL;
	}
	rmem = of_reserved_mem_lookup(np);
	if (!rmem) {
		dev_err(dev, "%pOF: memory-region: %pOF was not reserved at boot: make it an enabled child of /reserved-memory, with a reg that fits #address-cells and #size-cells\n",
			dev->of_node, np);
		return -ENODEV;
	}
	ext->start = rmem->base;
	ext->size = rmem->size;
	ext->mapped = pfn_is_map_memory(PHYS_PFN(ext->start)) ||
		      pfn_is_map_memory(PHYS_PFN(ext->start + ext->size - 1));
	if (ext->mapped && of_property_read_bool(np, "no-map")) {
		dev_err(dev, "%pOF: no-map: the kernel maps this memory all the same: reserve it in the tree that the kernel boots with\n",
			np);
		return -EBUSY;
	}
	return kex_dt_check_extent(dev, np, ext);
}

static int kex_dt_memory_region(struct device *dev, struct kex_dt *dt)
{
	struct device_node *np;
	int ret;

	np = of_parse_phandle(dev->of_node, "memory-region", dt->nr);
	if (!np) {
		dev_err(dev, "%pOF: memory-region: entry %u leads to no node: point it to a child of /reserved-memory\n",
			dev->of_node, dt->nr);
		return -EINVAL;
	}
	ret = kex_dt_reserved(dev, np, dt);
	of_node_put(np);
	return ret;
}

static int kex_dt_reg(struct device *dev, struct kex_dt *dt)
{
	struct kex_extent *ext = &dt->ext[dt->nr];
	struct resource res;
	int ret;

	if (of_address_to_resource(dev->of_node, dt->nr, &res)) {
		dev_err(dev, "%pOF: reg: entry %u is no address: check #address-cells, #size-cells and ranges of the parent\n",
			dev->of_node, dt->nr);
		return -EINVAL;
	}
	ext->start = res.start;
	ext->size = resource_size(&res);
	ret = kex_dt_check_extent(dev, dev->of_node, ext);
	if (ret)
		return ret;
	if (region_intersects(ext->start, ext->size, IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) != REGION_DISJOINT) {
		dev_err(dev, "%pOF: reg: %pa+%#llx is System RAM: reserve it with no-map and point memory-region to it\n",
			dev->of_node, &ext->start, ext->size);
		return -EBUSY;
	}
	return 0;
}

/* Rounded up, so that cells that make no whole entry are complained of */
static int kex_dt_reg_count(struct device_node *np)
{
	int cells = of_n_addr_cells(np) + of_n_size_cells(np);

	return DIV_ROUND_UP(of_property_count_u32_elems(np, "reg"), max(cells, 1));
}

static int kex_dt_extents(struct device *dev, struct kex_dt *dt)
{
	int regions = of_count_phandle_with_args(dev->of_node, "memory-region", NULL);
	bool reg = of_property_present(dev->of_node, "reg");
	bool reserved = regions > 0;
	int count, ret;

	count = reserved ? regions : kex_dt_reg_count(dev->of_node);
	if (reg == reserved || count <= 0) {
		dev_err(dev, "%pOF: memory-region, reg: want one of the two, memory-region for reserved RAM or reg for other memory, with at least one whole entry\n",
			dev->of_node);
		return -EINVAL;
	}
	dt->prop = reserved ? "memory-region" : "reg";
	dt->ext = devm_kcalloc(dev, count, sizeof(*dt->ext), GFP_KERNEL);
	if (!dt->ext)
		return -ENOMEM;
	for (; dt->nr < count; dt->nr++) {
		ret = reserved ? kex_dt_memory_region(dev, dt) : kex_dt_reg(dev, dt);
		if (!ret)
			ret = kex_dt_check_overlap(dev, dt);
		if (ret)
			return ret;
		dt->size += dt->ext[dt->nr].size;
		dt->mapped |= dt->ext[dt->nr].mapped;
	}
	dt->cache = reserved ? KEX_CACHE_WRITE_BACK : KEX_CACHE_WRITE_COMBINE;
	return 0;
}

/* Mapped memory has the kernel's own cached alias: no other type beside it */
static int kex_dt_check_cache(struct device *dev, struct device_node *np,
			      const struct kex_dt *dt, unsigned int cache)
{
	if (!dt->mapped || cache == KEX_CACHE_WRITE_BACK)
		return 0;
	dev_err(dev, "%pOF: kex,cache '%s': the kernel maps this memory write-back: add no-map to the reserved memory\n",
		np, kex_region_cache_words[cache]);
	return -EOPNOTSUPP;
}

/* A region lies in one range */
static int kex_dt_check_span(struct device *dev, struct device_node *np,
			     const struct kex_dt *dt,
			     const struct kex_dt_region *region)
{
	const struct kex_extent *ext = dt->ext;
	u64 offset = region->offset;

	if (kex_check_range(dt->size, offset, region->size)) {
		dev_err(dev, "%pOF: reg: %#llx+%#llx: want multiples of the %lu byte page inside the carve-out's %#llx bytes\n",
			np, offset, region->size, PAGE_SIZE, dt->size);
		return -EINVAL;
	}
	while (offset >= ext->size)
		offset -= ext++->size;
	if (region->size <= ext->size - offset)
		return 0;
	dev_err(dev, "%pOF: reg: %#llx+%#llx: spans two ranges of the carve-out: split the region at %#llx\n",
		np, region->offset, region->size,
		region->offset + ext->size - offset);
	return -EINVAL;
}

static int kex_dt_check_others(struct device *dev, struct device_node *np,
			       const struct kex_dt *dt)
{
	const struct kex_dt_region *last = &dt->regions[dt->nr_regions], *region;

	for (region = dt->regions; region < last; region++) {
		if (!strcmp(region->name, last->name)) {
			dev_err(dev, "%pOF: label '%s': another child has it: labels must differ\n",
				np, last->name);
			return -EINVAL;
		}
		if (last->offset < region->offset + region->size &&
		    region->offset < last->offset + last->size) {
			dev_err(dev, "%pOF: reg: %#llx+%#llx: overlaps region '%s': separate them\n",
				np, last->offset, last->size, region->name);
			return -EINVAL;
		}
	}
	return 0;
}

static int kex_dt_region_reg(struct device *dev, struct device_node *np,
			     const struct kex_dt *dt, struct kex_dt_region *region)
{
	int ac = of_n_addr_cells(np), sc = of_n_size_cells(np), len;
	const __be32 *reg = of_get_property(np, "reg", &len);

	if (!reg || len != (ac + sc) * sizeof(*reg)) {
		dev_err(dev, "%pOF: reg: want <OFFSET SIZE>, %d and %d cells as the parent's #address-cells and #size-cells say\n",
			np, ac, sc);
		return -EINVAL;
	}
	region->offset = of_read_number(reg, ac);
	region->size = of_read_number(reg + ac, sc);
	return kex_dt_check_span(dev, np, dt, region);
}

static int kex_dt_region(struct device *dev, struct device_node *np,
			 struct kex_dt *dt, struct kex_dt_region *region)
{
	int ret;

	ret = kex_dt_region_reg(dev, np, dt, region);
	if (!ret)
		ret = kex_dt_label(dev, np, &region->name);
	if (!ret)
		ret = kex_dt_check_others(dev, np, dt);
	region->cache = dt->cache;
	if (!ret)
		ret = kex_dt_cache(dev, np, &region->cache);
	return ret ?: kex_dt_check_cache(dev, np, dt, region->cache);
}

static int kex_dt_regions(struct device *dev, struct kex_dt *dt)
{
	struct device_node *np;
	int ret;

	dt->regions = devm_kcalloc(dev, of_get_available_child_count(dev->of_node),
				   sizeof(*dt->regions), GFP_KERNEL);
	if (!dt->regions)
		return -ENOMEM;
	for_each_available_child_of_node(dev->of_node, np) {
		ret = kex_dt_region(dev, np, dt, &dt->regions[dt->nr_regions]);
		if (ret) {
			of_node_put(np);
			return ret;
		}
		dt->nr_regions++;
	}
	return 0;
}

/**
 * kex_dt_read() - read a carve-out's node
 * @dev: the platform device; what @dt points to lives as long as its binding
 * @dt: result
 *
 * Return: 0, or -EINVAL, -ENODEV, -EBUSY, -EOPNOTSUPP after a log line,
 * or -ENOMEM.
 */
int kex_dt_read(struct device *dev, struct kex_dt *dt)
{
	int ret;

	ret = kex_dt_label(dev, dev->of_node, &dt->name);
	if (!ret)
		ret = kex_dt_extents(dev, dt);
	if (!ret)
		ret = kex_dt_cache(dev, dev->of_node, &dt->cache);
	if (!ret)
		ret = kex_dt_check_cache(dev, dev->of_node, dt, dt->cache);
	return ret ?: kex_dt_regions(dev, dt);
}
