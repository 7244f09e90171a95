// SPDX-License-Identifier: GPL-2.0-only
/* Parts of a carve-out: in order, with what is free between them. */
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/**
 * parts_add - append a part
 * @parts: starts zeroed
 * @part: its texts are the list's from now on
 */
void parts_add(struct parts *parts, struct part part)
{
	parts->items = xrealloc(parts->items, (parts->count + 1) * sizeof(*parts->items));
	parts->items[parts->count++] = part;
}

static void part_clear(struct part *part)
{
	free(part->name);
	free(part->cache);
	free(part->state);
}

/**
 * parts_free - empty the list
 * @parts: the list
 */
void parts_free(struct parts *parts)
{
	while (parts->count)
		part_clear(&parts->items[--parts->count]);
	free(parts->items);
	*parts = (struct parts){ 0 };
}

static int by_offset(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	if (left->off != right->off)
		return left->off < right->off ? -1 : 1;
	return 0;
}

/* Where the range ends that a byte lies in; ranges that are not known are one */
static uint64_t end_of_range(uint64_t at, uint64_t size, const struct extent *extents,
			     size_t count)
{
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		end += extents[i].size;
		if (at < end)
			return end < size ? end : size;
	}
	return size;
}

/* What is free from one byte to another, by ranges */
static void add_free(struct parts *parts, uint64_t at, uint64_t to, const struct extent *extents,
		     size_t count)
{
	uint64_t end;

	for (; at < to; at = end) {
		end = end_of_range(at, to, extents, count);
		parts_add(parts, (struct part){ .off = at, .size = end - at });
	}
}

static void mark_ranges(struct parts *parts, const struct extent *extents, size_t count)
{
	uint64_t start = 0;
	size_t i, at = 0;

	for (i = 0; i < count; start += extents[i++].size) {
		while (at < parts->count && parts->items[at].off < start)
			at++;
		if (at < parts->count && parts->items[at].off == start)
			parts->items[at].extent = true;
	}
}

/**
 * parts_fill - put parts in order, and what is free between them
 * @parts: what is taken, in any order; what lies outside, or over another part, as it
 *	   may while things change, goes
 * @size: of the carve-out
 * @extents: its ranges
 * @count: how many; 0 when they are not known
 */
void parts_fill(struct parts *parts, uint64_t size, const struct extent *extents, size_t count)
{
	struct parts taken = *parts;
	uint64_t at = 0;
	size_t i;

	*parts = (struct parts){ 0 };
	if (taken.count)
		qsort(taken.items, taken.count, sizeof(*taken.items), by_offset);
	for (i = 0; i < taken.count; i++) {
		struct part *part = &taken.items[i];

		if (!part->size || part->off < at || part->off > size ||
		    part->size > size - part->off) {
			part_clear(part);
			continue;
		}
		add_free(parts, at, part->off, extents, count);
		parts_add(parts, *part);
		at = part->off + part->size;
	}
	add_free(parts, at, size, extents, count);
	free(taken.items);
	mark_ranges(parts, extents, count);
}

/**
 * view_clear - free what a window has
 * @view: the window
 */
void view_clear(struct view *view)
{
	free(view->name);
	free(view->hole);
	free(view->state);
	pieces_free(&view->pieces);
}

/**
 * scene_add_view - append a window
 * @scene: gets it
 * @view: its texts and pieces are the scene's from now on; one without a byte, as it
 *	  may be when it goes meanwhile, is not drawn
 */
void scene_add_view(struct scene *scene, struct view view)
{
	if (!view.size) {
		view_clear(&view);
		return;
	}
	scene->views = xrealloc(scene->views, (scene->view_count + 1) * sizeof(*scene->views));
	scene->views[scene->view_count++] = view;
}

/**
 * scene_part - look a region up
 * @scene: where
 * @region: its name
 * Return: its bytes, or NULL when it is elsewhere.
 */
const struct part *scene_part(const struct scene *scene, const char *region)
{
	size_t i;

	for (i = 0; i < scene->parts.count; i++)
		if (scene->parts.items[i].kind == PART_REGION &&
		    !strcmp(scene->parts.items[i].name, region))
			return &scene->parts.items[i];
	return NULL;
}

/**
 * scene_phys - the physical address of a byte
 * @scene: where
 * @off: the byte, counted over the ranges
 * @phys: out
 * Return: false when it is not known, or not to be told.
 */
bool scene_phys(const struct scene *scene, uint64_t off, uint64_t *phys)
{
	size_t i;

	for (i = 0; scene->extents && i < scene->extent_count; i++) {
		if (off < scene->extents[i].size) {
			*phys = scene->extents[i].start + off;
			return true;
		}
		off -= scene->extents[i].size;
	}
	return false;
}

/**
 * scene_taken - bytes that are not free though nothing has them
 * @scene: where
 * Return: bytes of what was revoked and is still open.
 */
uint64_t scene_taken(const struct scene *scene)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < scene->parts.count; i++)
		if (scene->parts.items[i].kind == PART_FREE)
			sum += scene->parts.items[i].size;
	return sum > scene->free ? sum - scene->free : 0;
}
