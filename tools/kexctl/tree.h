/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live device tree. A node is its path, "/fpga-carveout"; the root is "".
 * What a property holds is read anew at each call: no tree is kept.
 */
#ifndef KEXCTL_TREE_H
#define KEXCTL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

/* Tests have trees of their own */
#ifndef TREE_BASE
#define TREE_BASE	"/sys/firmware/devicetree/base"
#endif
#define TREE_RESERVED	"/reserved-memory"

/* Numbers of a property, in the machine's byte order */
struct cells {
	uint32_t *items;
	size_t count;
	bool whole;		/* false: bytes were left over */
};

/* Physical memory */
struct extent {
	uint64_t start;
	uint64_t size;
};

bool tree_has(const char *node, const char *property);
bool tree_cells(const char *node, const char *property, struct cells *cells);
char *tree_text(const char *node, const char *property);
char *tree_name(const char *node);
bool tree_compatible(const char *node, const char *with);
bool tree_enabled(const char *node);

char *tree_parent(const char *node);
void tree_children(const char *node, struct strings *nodes);
void tree_all(struct strings *nodes);
char *tree_of_phandle(uint32_t phandle, const struct strings *nodes);
char *tree_of_device(const char *device);

unsigned int tree_width(const char *node, const char *property);
size_t tree_reg_cells(const char *node);
bool tree_reg(const char *node, size_t index, struct extent *extent);

bool extents_meet(const struct extent *a, const struct extent *b);

#endif /* KEXCTL_TREE_H */
