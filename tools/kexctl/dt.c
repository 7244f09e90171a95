// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carve-outs in the device tree: a platform device leads to its node, whose
 * memory-region leads to nodes under /reserved-memory, or whose reg names the
 * memory. A device that is not bound is found as well. A child of the node is a
 * region that the driver makes by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "dt.h"

#define DEVICES		"/sys/bus/platform/devices"

/**
 * dt_name - what the driver calls a carve-out, or a region of its
 * @node: the node
 * Return: its label, or else its name without an address; to be freed.
 */
char *dt_name(const char *node)
{
	char *label = tree_text(node, "label");

	return label ? label : tree_name(node);
}

static bool has_name(const char *node, const char *wanted)
{
	char *name = dt_name(node);
	bool same = !strcmp(name, wanted);

	free(name);
	return same;
}

/* Return: the node of a carve-out, to be freed, or NULL */
static char *carveout_node(const char *name)
{
	DIR *dir = open_list(AT_FDCWD, DEVICES);
	struct dirent *entry;
	char *node = NULL;

	while (dir && !node && (entry = readdir(dir))) {
		node = *entry->d_name == '.' ? NULL : tree_of_device(entry->d_name);
		if (node && tree_compatible(node, DT_COMPATIBLE) && has_name(node, name))
			break;
		free(node);
		node = NULL;
	}
	if (dir)
		closedir(dir);
	return node;
}

static bool extents_add(struct extent **extents, size_t *count, const char *node, size_t index)
{
	struct extent extent;

	if (!tree_reg(node, index, &extent))
		return false;
	*extents = xrealloc(*extents, (*count + 1) * sizeof(extent));
	(*extents)[(*count)++] = extent;
	return true;
}

/* Memory that a carve-out has by reference; what was reserved is the first of a reg */
static bool extents_reserved(struct extent **extents, size_t *count, const struct cells *phandles)
{
	struct strings nodes = { 0 };
	bool good = true;
	char *node;
	size_t i;

	tree_children(TREE_RESERVED, &nodes);
	for (i = 0; good && i < phandles->count; i++) {
		node = tree_of_phandle(phandles->items[i], &nodes);
		good = node && extents_add(extents, count, node, 0);
		free(node);
	}
	strings_free(&nodes);
	return good;
}

static bool extents_of(const char *node, struct extent **extents, size_t *count)
{
	struct cells cells;
	size_t entry, i;
	bool good;

	if (tree_cells(node, "memory-region", &cells)) {
		good = extents_reserved(extents, count, &cells);
	} else {
		free(cells.items);
		entry = tree_reg_cells(node);
		good = tree_cells(node, "reg", &cells) && entry;
		for (i = 0; good && i < cells.count / entry; i++)
			good = extents_add(extents, count, node, i);
	}
	free(cells.items);
	return good;
}

/**
 * dt_carveout_extents - which memory a carve-out has
 * @name: of the carve-out
 * @extents: out: to be freed; in the order that offsets are counted in
 * Return: how many, of which each is known; 0 where one is not.
 */
size_t dt_carveout_extents(const char *name, struct extent **extents)
{
	char *node = carveout_node(name);
	size_t count = 0;

	*extents = NULL;
	if (!node || !extents_of(node, extents, &count))
		count = 0;
	free(node);
	return count;
}

/**
 * dt_carveout_phys - where a carve-out lies
 * @name: of the carve-out
 * Return: the physical address of its first byte, or DT_NO_ADDRESS.
 */
uint64_t dt_carveout_phys(const char *name)
{
	struct extent *extents;
	uint64_t phys = DT_NO_ADDRESS;

	if (dt_carveout_extents(name, &extents))
		phys = extents->start;
	free(extents);
	return phys;
}

/**
 * dt_has_region - whether the device tree asks for a region
 * @carveout: its carve-out
 * @name: of the region
 */
bool dt_has_region(const char *carveout, const char *name)
{
	char *node = carveout_node(carveout);
	struct strings nodes = { 0 };
	bool found = false;
	size_t i;

	if (node)
		tree_children(node, &nodes);
	for (i = 0; !found && i < nodes.count; i++)
		found = tree_enabled(nodes.items[i]) && has_name(nodes.items[i], name);
	strings_free(&nodes);
	free(node);
	return found;
}
