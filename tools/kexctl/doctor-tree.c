// SPDX-License-Identifier: GPL-2.0-only
/* The doctor's look at the device tree: each carve-out's node, and what became of it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "dt.h"

static size_t fails_of(const struct findings *list)
{
	size_t count = 0, i;

	for (i = 0; i < list->count; i++)
		count += list->items[i].verdict == VERDICT_FAIL;
	return count;
}

static void find_carveouts(const struct strings *nodes, struct strings *found)
{
	size_t i;

	for (i = 0; i < nodes->count; i++)
		if (tree_compatible(nodes->items[i], DT_COMPATIBLE))
			strings_add(found, nodes->items[i]);
}

static bool any_has(const struct strings *nodes, const char *property)
{
	size_t i;

	for (i = 0; i < nodes->count; i++)
		if (tree_has(nodes->items[i], property))
			return true;
	return false;
}

/*
 * The kernel makes no device of a node that is disabled, nor of any below it. Return:
 * the node itself, or the one of those above it that is nearest to the root; to be
 * freed; NULL: all are enabled.
 */
static char *disabled_at(const char *node)
{
	char *at = xstrdup(node), *found = NULL, *up;

	while (*at) {
		if (!tree_enabled(at)) {
			free(found);
			found = xstrdup(at);
		}
		up = tree_parent(at);
		free(at);
		at = up;
	}
	free(at);
	return found;
}

static void disabled(struct findings *list, const char *node, const char *at)
{
	char *status = tree_text(at, "status");

	if (!strcmp(node, at)) {
		finding(list, VERDICT_WARN, "carve-out", node,
			"delete status there, or make it \"okay\"",
			"status is \"%s\": the kernel leaves it alone", status ? status : "");
	} else {
		finding(list, VERDICT_WARN, "carve-out", node, NULL,
			"status of %s is \"%s\": the kernel leaves all below it alone", at,
			status ? status : "");
		finding_fixed_by(list, "delete status of %s, or make it \"okay\"", at);
	}
	free(status);
}

/* Return: whether a carve-out is one that the kernel looks at */
static bool look_at_one(struct memory *memory, const char *node)
{
	char *at = disabled_at(node);

	if (at)
		disabled(memory->list, node, at);
	else
		memory_look(memory, node);
	free(at);
	return !at;
}

/*
 * All are looked at before overlaps are looked for, and what is found of each
 * stays together.
 */
static void look_at_all(struct memory *memory, const struct strings *carveouts)
{
	struct findings *out = memory->list, *own;
	bool wrong, *enabled;
	size_t i, j;

	own = xrealloc(NULL, carveouts->count * sizeof(*own));
	enabled = xrealloc(NULL, carveouts->count * sizeof(*enabled));
	for (i = 0; i < carveouts->count; i++) {
		own[i] = (struct findings){ 0 };
		memory->list = &own[i];
		enabled[i] = look_at_one(memory, carveouts->items[i]);
	}
	for (i = 0; i < carveouts->count; i++) {
		memory->list = &own[i];
		memory_overlaps(memory, carveouts->items[i]);
		wrong = fails_of(&own[i]) || (memory->root_wrong &&
					      tree_has(carveouts->items[i], "memory-region"));
		if (enabled[i])
			doctor_bind(&own[i], carveouts->items[i], wrong);
		out->items = xrealloc(out->items,
				      (out->count + own[i].count) * sizeof(*out->items));
		for (j = 0; j < own[i].count; j++)
			out->items[out->count++] = own[i].items[j];
		free(own[i].items);
	}
	free(enabled);
	free(own);
	memory->list = out;
}

static void look_at_rights(struct memory *memory)
{
	if (iomem_read(&memory->iomem))
		return;
	finding(memory->list, VERDICT_WARN, "rights", "/proc/iomem", "sudo kexctl doctor",
		"physical addresses are not for this user: what the kernel made of the memory was "
		"not looked at");
}

static void memory_free(struct memory *memory)
{
	while (memory->count) {
		free(memory->claims[--memory->count].node);
		free(memory->claims[memory->count].by);
	}
	free(memory->claims);
	iomem_free(&memory->iomem);
}

/**
 * doctor_tree - look at the device tree
 * @list: gets the findings
 */
void doctor_tree(struct findings *list)
{
	struct strings nodes = { 0 }, carveouts = { 0 };
	struct memory memory = { .list = list, .nodes = &nodes };

	if (access(TREE_BASE, F_OK)) {
		finding(list, VERDICT_FAIL, "device-tree", TREE_BASE,
			"boot with a device tree; kex has no other way to memory",
			"this machine was started without one");
		return;
	}
	tree_all(&nodes);
	find_carveouts(&nodes, &carveouts);
	if (carveouts.count) {
		look_at_rights(&memory);
		if (any_has(&carveouts, "memory-region"))
			memory_look_at_root(&memory);
		look_at_all(&memory, &carveouts);
	} else {
		finding(list, VERDICT_FAIL, "carve-out", NULL,
			"add one as docs/board-guide.md says, and have the bootloader apply it",
			"no node of the device tree is compatible with \"" DT_COMPATIBLE "\"");
	}
	memory_free(&memory);
	strings_free(&carveouts);
	strings_free(&nodes);
}
