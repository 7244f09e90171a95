// SPDX-License-Identifier: GPL-2.0-only
/* A carve-out as it is now, from configfs, sysfs and the device tree. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carveout.h"
#include "dt.h"
#include "iomem.h"
#include "item.h"
#include "parse.h"
#include "scene.h"
#include "sfs.h"
#include "window.h"

static uint64_t take_bytes(char *text)
{
	uint64_t bytes = 0;

	if (text && parse_size(text, &bytes))
		bytes = 0;
	free(text);
	return bytes;
}

static char *take_word(char *text)
{
	return text ? text : xstrdup("unknown");
}

/* "auto" once it is no longer live: nowhere */
static uint64_t take_offset(char *text)
{
	uint64_t off;

	if (!text || parse_size(text, &off))
		off = OFF_NOWHERE;
	free(text);
	return off;
}

static void add_view(struct scene *scene, const struct item *item,
		     struct sysfs_class_device *object)
{
	struct view view = {
		.name = xstrdup(item->name),
		.hole = take_word(cfs_read(&item->dir, "hole")),
		.state = take_word(sfs_read(object, "state")),
		.size = take_bytes(sfs_read(object, "size")),
		.resident = take_bytes(sfs_read(object, "resident")),
	};
	/* A list that cannot be read is as good as an empty one: there is no more to show */
	if (window_pieces(item, &view.pieces))
		pieces_free(&view.pieces);
	scene_add_view(scene, view);
}

static void add_region(struct scene *scene, const struct item *item,
		       struct sysfs_class_device *object)
{
	parts_add(&scene->parts, (struct part){
		.kind = PART_REGION,
		.name = xstrdup(item->name),
		.cache = take_word(sfs_read(object, "cache")),
		.state = take_word(sfs_read(object, "state")),
		.off = take_offset(cfs_read(&item->dir, "offset")),
		.size = take_bytes(sfs_read(object, "size")),
		.filled = take_bytes(sfs_read(object, "resident")),
	});
}

static void add_pool(struct scene *scene, const struct item *item,
		     struct sysfs_class_device *object)
{
	char *backing = cfs_read(&item->dir, "backing");
	bool away = backing && !strcmp(backing, "system");

	free(backing);
	parts_add(away ? &scene->away : &scene->parts, (struct part){
		.kind = PART_POOL,
		.name = xstrdup(item->name),
		.off = away ? OFF_NOWHERE : take_offset(sfs_read(object, "offset")),
		.size = take_bytes(sfs_read(object, "size")),
		.filled = take_bytes(sfs_read(object, "used")),
	});
}

static void add_item(struct scene *scene, const struct item *item)
{
	struct sysfs_class_device *object = item_is_live(item) ? sfs_open(item->name) : NULL;
	char *idle;

	if (!object) {
		idle = xprintf("%s %s", item->kind->schema->name, item->name);
		strings_add(&scene->idle, idle);
		free(idle);
	} else if (item->kind == &kind_region) {
		add_region(scene, item, object);
	} else if (item->kind == &kind_pool) {
		add_pool(scene, item, object);
	} else {
		add_view(scene, item, object);
	}
	sfs_close(object);
}

/* What has gone meanwhile is not there to be drawn */
static enum status add_items(struct scene *scene, struct items *items)
{
	enum status status = DONE;
	size_t i;
	int err;

	for (i = 0; !status && i < items->count; i++) {
		struct item *item = &items->items[i];

		if (strcmp(item->carveout, scene->name))
			continue;
		err = item_open(item);
		if (!err)
			add_item(scene, item);
		else if (err != ENOENT)
			status = refused_other(item, NULL, err);
		item_shut(item);
	}
	return status;
}

/* Ranges that do not add up to the carve-out are not those that the driver has */
static void take_extents(struct scene *scene)
{
	uint64_t sum = 0;
	size_t i;

	scene->extent_count = dt_carveout_extents(scene->name, &scene->extents);
	for (i = 0; i < scene->extent_count; i++)
		sum += scene->extents[i].size;
	if (sum == scene->size)
		return;
	free(scene->extents);
	scene->extents = NULL;
	scene->extent_count = 0;
}

/* Physical addresses are for those who may see them in /proc/iomem, too */
static void hide_extents(struct scene *scene)
{
	if (!iomem_is_hidden())
		return;
	free(scene->extents);
	scene->extents = NULL;
}

static enum status take_scene(struct scene *scene, struct items *items)
{
	struct cfs_dir dir = { .fd = -1 };
	char *bound;
	int err;

	err = carveout_open(scene->name, &dir);
	if (err) {
		cfs_close(&dir);
		return fail_on(REFUSED, "carveout", scene->name, "%s", strerror(err));
	}
	bound = cfs_read(&dir, "bound");
	scene->bound = bound && !strcmp(bound, "1");
	free(bound);
	scene->size = take_bytes(cfs_read(&dir, "size"));
	scene->free = take_bytes(cfs_read(&dir, "free"));
	scene->largest_free = take_bytes(cfs_read(&dir, "largest_free"));
	cfs_close(&dir);
	take_extents(scene);
	if (add_items(scene, items))
		return REFUSED;
	parts_fill(&scene->parts, scene->size, scene->extents, scene->extent_count);
	hide_extents(scene);
	return DONE;
}

/**
 * scenes_take - look at all carve-outs
 * @list: out, zeroed before; sorted by physical address
 * Return: DONE, or another status after a message.
 */
enum status scenes_take(struct scenes *list)
{
	struct strings names = { 0 };
	struct items items = { 0 };
	enum status status;
	size_t i;

	status = carveouts_by_address(&names);
	if (!status)
		status = items_list(NULL, &items);
	for (i = 0; !status && i < names.count; i++) {
		list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
		list->items[list->count] = (struct scene){ .name = xstrdup(names.items[i]) };
		status = take_scene(&list->items[list->count++], &items);
	}
	items_free(&items);
	strings_free(&names);
	return status;
}

static void scene_clear(struct scene *scene)
{
	while (scene->view_count)
		view_clear(&scene->views[--scene->view_count]);
	free(scene->views);
	parts_free(&scene->parts);
	parts_free(&scene->away);
	strings_free(&scene->idle);
	free(scene->extents);
	free(scene->name);
}

/**
 * scenes_free - empty the list
 * @list: the list
 */
void scenes_free(struct scenes *list)
{
	while (list->count)
		scene_clear(&list->items[--list->count]);
	free(list->items);
	list->items = NULL;
}
