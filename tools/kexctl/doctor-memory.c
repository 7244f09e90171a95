// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doctor's look at the memory of a carve-out: what its node says, what the
 * kernel made of it when it started, and who else wants the same bytes. Every
 * line says what the driver would refuse, or what would not work well.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "dt.h"

#define IN_THE_TREE	"in the tree that the kernel boots with"

static void claim(struct memory *memory, const char *node, const char *by,
		  const struct extent *extent)
{
	memory->claims = xrealloc(memory->claims,
				  (memory->count + 1) * sizeof(*memory->claims));
	memory->claims[memory->count++] = (struct claim){
		.node = xstrdup(node),
		.by = xstrdup(by),
		.extent = *extent,
		.bound = doctor_is_bound(node),
	};
}

/* Cells that make no whole number of entries: whoever wrote them counted otherwise */
static bool look_at_cells(struct memory *memory, const char *node)
{
	size_t entry = tree_reg_cells(node);
	struct cells reg;
	bool good;

	tree_cells(node, "reg", &reg);
	good = reg.whole && entry && reg.count && !(reg.count % entry);
	if (!good) {
		finding(memory->list, VERDICT_FAIL, "cells", node, NULL,
			"reg has %zu cells, and an entry is %zu: #address-cells %u and "
			"#size-cells %u of the node above", reg.count, entry,
			tree_width(node, "#address-cells"), tree_width(node, "#size-cells"));
		finding_fixed_by(memory->list, "write reg with %zu cells for each range (address "
				 "%u, size %u), " IN_THE_TREE, entry,
				 tree_width(node, "#address-cells"),
				 tree_width(node, "#size-cells"));
	}
	free(reg.items);
	return good;
}

static void look_at_alignment(struct memory *memory, const char *node,
			      const struct extent *extent)
{
	unsigned long page = sysconf(_SC_PAGESIZE);

	if (extent->size && !(extent->start % page) && !(extent->size % page))
		return;
	finding(memory->list, VERDICT_FAIL, "alignment", node, NULL,
		"reg: 0x%llx+0x%llx is not whole pages", (unsigned long long)extent->start,
		(unsigned long long)extent->size);
	finding_fixed_by(memory->list, "make start and size multiples of %lu, and the size not 0",
			 page);
}

static unsigned int first_cell(const char *node, const char *property, unsigned int none)
{
	struct cells cells;
	unsigned int first = none;

	if (tree_cells(node, property, &cells) && cells.count)
		first = cells.items[0];
	free(cells.items);
	return first;
}

/* The kernel looks at no child of it unless it counts as the root does */
static bool look_at_width(struct memory *memory, const char *property)
{
	unsigned int here = first_cell(TREE_RESERVED, property, 0);
	unsigned int root = first_cell("", property, 1);

	if (here == root)
		return true;
	finding(memory->list, VERDICT_FAIL, "cells", TREE_RESERVED, NULL,
		"%s is %u, and the root's is %u: the kernel reserves nothing of it", property, here,
		root);
	finding_fixed_by(memory->list, "write %s = <%u> there, and each reg below it so, "
			 IN_THE_TREE, property, root);
	return false;
}

/**
 * memory_look_at_root - look at what all reserved memory is below
 * @memory: gets findings
 */
void memory_look_at_root(struct memory *memory)
{
	bool good = look_at_width(memory, "#address-cells");

	good &= look_at_width(memory, "#size-cells");
	if (!tree_has(TREE_RESERVED, "ranges")) {
		good = false;
		finding(memory->list, VERDICT_FAIL, "cells", TREE_RESERVED,
			"write an empty ranges property there, " IN_THE_TREE,
			"there is no ranges: the kernel reserves nothing of it");
	}
	memory->root_wrong = !good;
}

/* Whether a carve-out, or a region of it, wants what only unmapped memory can be */
static bool wants_uncached(const char *node)
{
	char *cache = tree_text(node, "kex,cache");
	struct strings below = { 0 };
	bool wants = cache && strcmp(cache, "write-back");
	size_t i;

	free(cache);
	tree_children(node, &below);
	for (i = 0; !wants && i < below.count; i++)
		wants = tree_enabled(below.items[i]) && wants_uncached(below.items[i]);
	strings_free(&below);
	return wants;
}

static void look_at_mapped(struct memory *memory, const char *node, const char *reserved)
{
	bool uncached = wants_uncached(node);

	if (uncached)
		finding(memory->list, VERDICT_FAIL, "no-map", reserved,
			"add no-map to it, " IN_THE_TREE ", or take kex,cache away",
			"no-map is missing: the kernel maps this memory write-back, and %s wants "
			"another kex,cache", node);
	else
		finding(memory->list, VERDICT_WARN, "no-map", reserved,
			"for other cache attributes, add no-map to it, " IN_THE_TREE,
			"no-map is missing: the kernel maps this memory itself, so that regions "
			"can be write-back alone");
}

static bool is_memory(const char *node)
{
	char *type = tree_text(node, "device_type");
	bool is = type && !strcmp(type, "memory") && tree_enabled(node);

	free(type);
	return is;
}

/* Return: 1 when a node of memory has it, 0 when none has, -1 when there is none */
static int is_in_memory_nodes(const struct memory *memory, const struct extent *extent)
{
	struct extent ram;
	int found = -1;
	size_t i, j;

	for (i = 0; found != 1 && i < memory->nodes->count; i++) {
		if (!is_memory(memory->nodes->items[i]))
			continue;
		found = 0;
		for (j = 0; !found && tree_reg(memory->nodes->items[i], j, &ram); j++)
			found = ram.start <= extent->start &&
				extent->start - ram.start < ram.size &&
				extent->size <= ram.size - (extent->start - ram.start);
	}
	return found;
}

/* Reserved memory that is none of the kernel's: there may be nothing at all */
static void look_at_outside(struct memory *memory, const char *reserved,
			    const struct extent *extent)
{
	static const char * const notes[] = {
		"",
		", and no node of memory has it: a touch may stop the machine",
		", though a node of memory has it (mem= on the command line?)",
	};
	int known = is_in_memory_nodes(memory, extent);

	finding(memory->list, known ? VERDICT_WARN : VERDICT_FAIL, "ram", reserved,
		"if there is no RAM: correct the address, or name other memory by reg in the "
		"carve-out's node instead of memory-region",
		"0x%llx+0x%llx lies outside the kernel's RAM%s", (unsigned long long)extent->start,
		(unsigned long long)extent->size, notes[known + 1]);
}

/* What became of it when the kernel started; only root can see */
static void look_at_iomem(struct memory *memory, const char *node, const char *reserved,
			  const struct extent *extent)
{
	bool no_map = tree_has(reserved, "no-map");
	bool ram = iomem_is_ram(&memory->iomem, extent);
	bool set_aside = iomem_is_reserved(&memory->iomem, extent);

	if (!memory->iomem.count) {
		if (!no_map)
			look_at_mapped(memory, node, reserved);
		return;
	}
	if (ram && (no_map || !set_aside))
		finding(memory->list, VERDICT_FAIL, "reserved-memory", reserved,
			"have the bootloader apply the overlay: memory is reserved when the kernel "
			"starts, and not later",
			"the kernel uses this memory itself: the node was not there, or not taken, "
			"when it started");
	else if (!ram && !set_aside)
		look_at_outside(memory, reserved, extent);
	else if (!no_map)
		look_at_mapped(memory, node, reserved);
}

static void look_at_reserved(struct memory *memory, const char *node, const char *reserved)
{
	struct extent extent;

	if (tree_has(reserved, "reusable")) {
		finding(memory->list, VERDICT_FAIL, "reusable", reserved,
			"replace reusable by no-map, " IN_THE_TREE,
			"reusable: the kernel uses this memory itself until somebody asks for it");
		return;
	}
	if (!tree_enabled(reserved)) {
		finding(memory->list, VERDICT_FAIL, "reserved-memory", reserved,
			"delete status there, or make it \"okay\"",
			"it is disabled, so that nothing is reserved for it");
		return;
	}
	/* Without reg, the kernel has chosen the place, and does not tell */
	if (!tree_has(reserved, "reg")) {
		if (!tree_has(reserved, "no-map"))
			look_at_mapped(memory, node, reserved);
		return;
	}
	if (!look_at_cells(memory, reserved) || !tree_reg(reserved, 0, &extent))
		return;
	claim(memory, node, reserved, &extent);
	look_at_alignment(memory, reserved, &extent);
	look_at_iomem(memory, node, reserved, &extent);
}

static bool is_reserved_memory(const char *node)
{
	char *above = tree_parent(node);
	bool is = !strcmp(above, TREE_RESERVED);

	free(above);
	return is;
}

static void look_at_reference(struct memory *memory, const char *node, uint32_t phandle)
{
	char *reserved = tree_of_phandle(phandle, memory->nodes);

	if (!reserved)
		finding(memory->list, VERDICT_FAIL, "memory-region", node,
			"let it point to a child of /reserved-memory, by a label",
			"<0x%x> leads to no node", phandle);
	else if (!is_reserved_memory(reserved))
		finding(memory->list, VERDICT_FAIL, "memory-region", node,
			"put that node right below /reserved-memory",
			"leads to %s, which is not below " TREE_RESERVED, reserved);
	else
		look_at_reserved(memory, node, reserved);
	free(reserved);
}

static void look_at_references(struct memory *memory, const char *node)
{
	struct cells phandles;
	size_t i;

	tree_cells(node, "memory-region", &phandles);
	if (!phandles.count)
		finding(memory->list, VERDICT_FAIL, "memory-region", node,
			"let it point to a child of /reserved-memory, by a label", "it is empty");
	/* Nothing below a root that the kernel did not take can be judged */
	for (i = 0; !memory->root_wrong && i < phandles.count; i++)
		look_at_reference(memory, node, phandles.items[i]);
	free(phandles.items);
}

/* Memory of other kinds must not be the kernel's */
static void look_at_range(struct memory *memory, const char *node, const struct extent *extent)
{
	claim(memory, node, node, extent);
	look_at_alignment(memory, node, extent);
	if (iomem_is_ram(&memory->iomem, extent))
		finding(memory->list, VERDICT_FAIL, "ram", node,
			"make a child of /reserved-memory for it, with no-map, and let "
			"memory-region point to that instead of reg",
			"reg: 0x%llx+0x%llx is System RAM, which the kernel uses itself",
			(unsigned long long)extent->start, (unsigned long long)extent->size);
}

static void look_at_ranges(struct memory *memory, const char *node)
{
	size_t entry = tree_reg_cells(node), i;
	struct extent extent;
	struct cells reg;

	if (!look_at_cells(memory, node))
		return;
	tree_cells(node, "reg", &reg);
	for (i = 0; i < reg.count / entry; i++) {
		if (tree_reg(node, i, &extent))
			look_at_range(memory, node, &extent);
		else
			finding(memory->list, VERDICT_FAIL, "cells", node,
				"give each bus above it a ranges that has the address, or put the "
				"node below the root",
				"reg: no way from entry %zu to a physical address", i);
	}
	free(reg.items);
}

/**
 * memory_look - look at the memory of a carve-out
 * @memory: gets findings, and what the carve-out claims
 * @node: the carve-out
 */
void memory_look(struct memory *memory, const char *node)
{
	bool reference = tree_has(node, "memory-region"), reg = tree_has(node, "reg");

	if (reference == reg)
		finding(memory->list, VERDICT_FAIL, "memory-region", node,
			"memory-region for reserved RAM, reg for other memory: one of the two",
			reg ? "both memory-region and reg" : "neither memory-region nor reg");
	else if (reference)
		look_at_references(memory, node);
	else
		look_at_ranges(memory, node);
}

static void found_overlap(struct memory *memory, const struct claim *one, const char *with,
			  const struct extent *extent)
{
	finding(memory->list, VERDICT_FAIL, "overlap", one->node, "separate them, " IN_THE_TREE,
		"%s: 0x%llx+0x%llx overlaps %s: 0x%llx+0x%llx", one->by,
		(unsigned long long)one->extent.start, (unsigned long long)one->extent.size, with,
		(unsigned long long)extent->start, (unsigned long long)extent->size);
}

/* To the driver what is reserved with no-map is memory as any that reg may name */
static void found_by_reg(struct memory *memory, const struct claim *one, const char *reserved,
			 const struct extent *extent)
{
	finding(memory->list, VERDICT_WARN, "overlap", one->node,
		"point memory-region to it instead of reg, " IN_THE_TREE,
		"reg: 0x%llx+0x%llx overlaps %s: 0x%llx+0x%llx",
		(unsigned long long)one->extent.start, (unsigned long long)one->extent.size,
		reserved, (unsigned long long)extent->start, (unsigned long long)extent->size);
}

/* Nodes beside its own that reserve some of the same bytes */
static void overlaps_reserved(struct memory *memory, const struct claim *one)
{
	struct strings nodes = { 0 };
	struct extent extent;
	size_t i;

	tree_children(TREE_RESERVED, &nodes);
	for (i = 0; i < nodes.count; i++) {
		if (!strcmp(nodes.items[i], one->by) || !tree_enabled(nodes.items[i]) ||
		    !tree_reg(nodes.items[i], 0, &extent) || !extents_meet(&one->extent, &extent))
			continue;
		if (!strcmp(one->by, one->node) && tree_has(nodes.items[i], "no-map"))
			found_by_reg(memory, one, nodes.items[i], &extent);
		else
			found_overlap(memory, one, nodes.items[i], &extent);
	}
	strings_free(&nodes);
}

/*
 * The bytes that an earlier range of it has, or another carve-out that is bound;
 * where none is, for want of a driver, an earlier one. Return: whether there are any.
 */
static bool overlaps_claims(struct memory *memory, size_t at)
{
	const struct claim *one = &memory->claims[at], *other;
	bool loaded = doctor_module_loaded(), found = false, counts;
	size_t i;

	for (i = 0; i < memory->count; i++) {
		other = &memory->claims[i];
		if (strcmp(one->node, other->node))
			counts = other->bound || (!loaded && i < at);
		else
			counts = i < at;
		if (!counts || !extents_meet(&one->extent, &other->extent))
			continue;
		found_overlap(memory, one, other->node, &other->extent);
		found = true;
	}
	return found;
}

/*
 * The bytes that another driver has; what is in System RAM is no driver's, and what
 * revoked regions of its own still have serves the next binding
 */
static void overlaps_driver(struct memory *memory, const struct claim *one)
{
	const char *holder;
	char *own;

	if (iomem_is_ram(&memory->iomem, &one->extent))
		return;
	own = dt_name(one->node);
	holder = iomem_holder(&memory->iomem, &one->extent, own,
			      doctor_is_refused(one->node));
	if (holder)
		finding(memory->list, VERDICT_FAIL, "overlap", one->node,
			"separate them; /proc/iomem has both", "0x%llx+0x%llx is in use by %s",
			(unsigned long long)one->extent.start,
			(unsigned long long)one->extent.size, holder);
	free(own);
}

/**
 * memory_overlaps - look for others who want the memory of a carve-out
 * @memory: gets findings; all carve-outs have been looked at
 * @node: the carve-out
 *
 * Of two carve-outs with the same memory, one is bound: that is not at fault.
 */
void memory_overlaps(struct memory *memory, const char *node)
{
	size_t i;

	for (i = 0; i < memory->count; i++) {
		if (strcmp(memory->claims[i].node, node))
			continue;
		overlaps_reserved(memory, &memory->claims[i]);
		if (!memory->claims[i].bound && !overlaps_claims(memory, i))
			overlaps_driver(memory, &memory->claims[i]);
	}
}
