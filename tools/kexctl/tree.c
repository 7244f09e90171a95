// SPDX-License-Identifier: GPL-2.0-only
/* The live device tree, as the kernel shows it: a folder a node, a file a property. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tree.h"

#define DEVICES		"/sys/bus/platform/devices"

/* More than any bus between a node and the root */
#define DEPTH_MAX	32

static char *path_of(const char *node, const char *property)
{
	return xprintf(TREE_BASE "%s/%s", node, property);
}

/**
 * tree_has - whether a node has a property
 * @node: the node
 * @property: its name
 */
bool tree_has(const char *node, const char *property)
{
	char *path = path_of(node, property);
	bool has = access(path, F_OK) == 0;

	free(path);
	return has;
}

/* Return: the bytes, to be freed, with a NUL behind them; NULL: no such property */
static char *read_property(const char *node, const char *property, size_t *len)
{
	char *path = path_of(node, property), *bytes = read_bytes(AT_FDCWD, path, len);

	free(path);
	return bytes;
}

/**
 * tree_cells - the numbers that a property holds
 * @node: the node
 * @property: its name
 * @cells: out: items to be freed, whatever is returned
 * Return: whether there is such a property.
 */
bool tree_cells(const char *node, const char *property, struct cells *cells)
{
	size_t len, i;
	char *bytes = read_property(node, property, &len);

	*cells = (struct cells){ .whole = true };
	if (!bytes)
		return false;
	cells->items = (uint32_t *)bytes;
	cells->count = len / sizeof(*cells->items);
	cells->whole = !(len % sizeof(*cells->items));
	for (i = 0; i < cells->count; i++)
		cells->items[i] = be32toh(cells->items[i]);
	return true;
}

/**
 * tree_text - the string that a property holds
 * @node: the node
 * @property: its name
 * Return: the text, to be freed; the first of a list; NULL when there is none.
 */
char *tree_text(const char *node, const char *property)
{
	size_t len;
	char *bytes = read_property(node, property, &len);

	if (!bytes || (len && !bytes[len - 1]))
		return bytes;
	free(bytes);
	return NULL;
}

/**
 * tree_name - the name of a node, without its address
 * @node: the node
 * Return: the name, to be freed.
 */
char *tree_name(const char *node)
{
	const char *slash = strrchr(node, '/');
	char *name = xstrdup(slash ? slash + 1 : node);

	name[strcspn(name, "@")] = '\0';
	return name;
}

/**
 * tree_compatible - whether a node is of a kind
 * @node: the node
 * @with: the kind, such as "kex,carveout"
 */
bool tree_compatible(const char *node, const char *with)
{
	size_t len, at;
	char *list = read_property(node, "compatible", &len);
	bool found = false;

	/* A list of strings, each with its NUL */
	for (at = 0; list && !found && at < len; at += strlen(list + at) + 1)
		found = !strcmp(list + at, with);
	free(list);
	return found;
}

/**
 * tree_enabled - whether the kernel looks at a node
 * @node: the node
 *
 * The kernel's rule: one without status is as good as one that says okay.
 */
bool tree_enabled(const char *node)
{
	char *status = tree_text(node, "status");
	bool enabled = status ? !strcmp(status, "okay") || !strcmp(status, "ok") :
				!tree_has(node, "status");

	free(status);
	return enabled;
}

/**
 * tree_parent - the node above
 * @node: the node, not the root
 * Return: the node, to be freed.
 */
char *tree_parent(const char *node)
{
	const char *slash = strrchr(node, '/');

	return xprintf("%.*s", (int)(slash ? slash - node : 0), node);
}

/**
 * tree_children - the nodes right below one
 * @node: the node
 * @nodes: gets them, sorted
 */
void tree_children(const char *node, struct strings *nodes)
{
	char *path = path_of(node, "."), *child;
	struct dirent *entry;
	DIR *dir;

	dir = open_list(AT_FDCWD, path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || *entry->d_name == '.')
			continue;
		child = xprintf("%s/%s", node, entry->d_name);
		strings_add(nodes, child);
		free(child);
	}
	if (dir)
		closedir(dir);
	free(path);
	strings_sort(nodes);
}

/**
 * tree_all - all nodes, the root first
 * @nodes: gets them; one is behind that which it is below
 */
void tree_all(struct strings *nodes)
{
	struct strings below = { 0 };
	size_t i, j;

	strings_add(nodes, "");
	for (i = 0; i < nodes->count; i++) {
		tree_children(nodes->items[i], &below);
		for (j = 0; j < below.count; j++)
			strings_add(nodes, below.items[j]);
		strings_free(&below);
	}
}

/**
 * tree_of_phandle - the node that a reference leads to
 * @phandle: the reference
 * @nodes: where to look
 * Return: the node, to be freed, or NULL.
 */
char *tree_of_phandle(uint32_t phandle, const struct strings *nodes)
{
	struct cells cells;
	bool found = false;
	size_t i;

	for (i = 0; i < nodes->count; i++) {
		found = tree_cells(nodes->items[i], "phandle", &cells) && cells.count == 1 &&
			cells.items[0] == phandle;
		free(cells.items);
		if (found)
			return xstrdup(nodes->items[i]);
	}
	return NULL;
}

/**
 * tree_of_device - the node of a platform device
 * @device: the device
 * Return: the node, to be freed, or NULL.
 */
char *tree_of_device(const char *device)
{
	char *link = xprintf(DEVICES "/%s/of_node", device), *node = NULL;
	char path[PATH_MAX];

	if (realpath(link, path) && !strncmp(path, TREE_BASE, strlen(TREE_BASE)))
		node = xstrdup(path + strlen(TREE_BASE));
	free(link);
	return node;
}

/* How many cells a bus wants; the nearest node that says it counts, as for the kernel */
static unsigned int width_on(const char *bus, const char *property)
{
	char *at = xstrdup(bus), *up;
	unsigned int width = 1;
	struct cells cells;
	bool found;

	for (;;) {
		found = tree_cells(at, property, &cells) && cells.count == 1;
		if (found)
			width = cells.items[0];
		free(cells.items);
		if (found || !*at)
			break;
		up = tree_parent(at);
		free(at);
		at = up;
	}
	free(at);
	return width;
}

/**
 * tree_width - how many cells an address, or a size, of a node has
 * @node: the node, not the root
 * @property: "#address-cells" or "#size-cells"
 */
unsigned int tree_width(const char *node, const char *property)
{
	char *bus = tree_parent(node);
	unsigned int width = width_on(bus, property);

	free(bus);
	return width;
}

/* Numbers of more than two cells are no addresses of memory */
static bool take_number(const uint32_t *cells, size_t width, uint64_t *number)
{
	*number = 0;
	if (width > 2)
		return false;
	while (width--)
		*number = *number << 32 | *cells++;
	return true;
}

/**
 * tree_reg_cells - how many cells an entry of a node's reg has
 * @node: the node
 */
size_t tree_reg_cells(const char *node)
{
	return (size_t)tree_width(node, "#address-cells") + tree_width(node, "#size-cells");
}

/* One entry of ranges: what a bus calls "from" is "to" above it */
struct translation {
	size_t below, above, size;		/* cells */
};

static bool translate_by(const uint32_t *entry, const struct translation *t, uint64_t *start)
{
	uint64_t from, to, len;

	if (!take_number(entry, t->below, &from) ||
	    !take_number(entry + t->below, t->above, &to) ||
	    !take_number(entry + t->below + t->above, t->size, &len) ||
	    *start < from || *start - from >= len)
		return false;
	*start = to + (*start - from);
	return true;
}

/* From an address on a bus to one above the bus; an empty ranges changes nothing */
static bool translate(const char *bus, uint64_t *start)
{
	struct translation t;
	struct cells ranges;
	size_t entry, at;
	bool done;

	if (!tree_cells(bus, "ranges", &ranges)) {
		free(ranges.items);
		return false;
	}
	t.above = tree_width(bus, "#address-cells");
	done = !ranges.count;
	if (!done) {
		t.below = width_on(bus, "#address-cells");
		t.size = width_on(bus, "#size-cells");
		entry = t.below + t.above + t.size;
		for (at = 0; !done && entry && at + entry <= ranges.count; at += entry)
			done = translate_by(ranges.items + at, &t, start);
	}
	free(ranges.items);
	return done;
}

static bool to_physical(const char *node, uint64_t *start)
{
	char *bus = tree_parent(node), *up;
	int depth = 0;
	bool good = true;

	while (good && *bus && depth++ < DEPTH_MAX) {
		good = translate(bus, start);
		up = tree_parent(bus);
		free(bus);
		bus = up;
	}
	free(bus);
	return good;
}

/**
 * tree_reg - physical memory that a node's reg names
 * @node: the node
 * @index: which entry
 * @extent: out
 * Return: false where there is no such entry, or no way to a physical address.
 */
bool tree_reg(const char *node, size_t index, struct extent *extent)
{
	unsigned int width = tree_width(node, "#address-cells");
	size_t entry = tree_reg_cells(node);
	struct cells reg;
	bool good;

	good = tree_cells(node, "reg", &reg) && entry && width && index < reg.count / entry &&
	       take_number(reg.items + index * entry, width, &extent->start) &&
	       take_number(reg.items + index * entry + width, entry - width, &extent->size) &&
	       to_physical(node, &extent->start);
	free(reg.items);
	return good;
}

/**
 * extents_meet - whether two share a byte
 * @a: one
 * @b: the other
 */
bool extents_meet(const struct extent *a, const struct extent *b)
{
	if (!a->size || !b->size)
		return false;
	return a->start <= b->start ? b->start - a->start < a->size : a->start - b->start < b->size;
}
