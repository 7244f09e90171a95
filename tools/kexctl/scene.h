/* SPDX-License-Identifier: GPL-2.0-only */
/* A carve-out as it is now: who has which bytes of it, and who sees them. */
#ifndef KEXCTL_SCENE_H
#define KEXCTL_SCENE_H

#include "out.h"
#include "piece.h"
#include "tree.h"

enum part_kind {
	PART_FREE,
	PART_REGION,
	PART_POOL,
};

/* Where a part is that has no place in the carve-out: behind its end, wherever that is */
#define OFF_NOWHERE	UINT64_MAX

/* Bytes that belong together; all parts side by side are the carve-out */
struct part {
	enum part_kind kind;
	char *name;			/* NULL when free */
	char *cache;			/* of a region */
	char *state;			/* of a region */
	uint64_t off;
	uint64_t size;
	uint64_t filled;		/* what page tables lead to, or what a pool holds */
	bool extent;			/* a range of memory starts here */
};

struct parts {
	struct part *items;
	size_t count;
};

struct view {
	char *name;
	char *hole;
	char *state;
	uint64_t size;
	uint64_t resident;
	struct pieces pieces;
};

struct scene {
	char *name;
	bool bound;
	uint64_t size;
	uint64_t free;
	uint64_t largest_free;
	struct extent *extents;		/* NULL: where they lie is not to be told */
	size_t extent_count;
	struct parts parts;
	struct parts away;		/* pools of system memory */
	struct view *views;		/* the windows that are live */
	size_t view_count;
	struct strings idle;		/* what is configured, and has no bytes */
};

struct scenes {
	struct scene *items;
	size_t count;
};

enum status scenes_take(struct scenes *list);
void scenes_free(struct scenes *list);

/* parts.c: nothing there touches the system */
const struct part *scene_part(const struct scene *scene, const char *region);
bool scene_phys(const struct scene *scene, uint64_t off, uint64_t *phys);
uint64_t scene_taken(const struct scene *scene);
void scene_add_view(struct scene *scene, struct view view);
void view_clear(struct view *view);
void parts_add(struct parts *parts, struct part part);
void parts_fill(struct parts *parts, uint64_t size, const struct extent *extents, size_t count);
void parts_free(struct parts *parts);

#endif /* KEXCTL_SCENE_H */
