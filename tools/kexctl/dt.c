// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device tree, for where a carve-out lies: its platform device leads to its
 * node, whose memory-region leads to nodes under /reserved-memory, whose reg
 * starts with the address. A device that is not bound is found as well. A child
 * of the node is a region that the driver makes by itself.
 */
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dt.h"
#include "util.h"

#define DEVICES		"/sys/bus/platform/devices"
#define RESERVED	"/sys/firmware/devicetree/base/reserved-memory"
#define COMPATIBLE	"kex,carveout"

/* A longer list of what a node is compatible with is read this far */
#define COMPATIBLE_MAX	256

/* memory-region of a carve-out with more ranges is read this far */
#define CELLS_MAX	64

static size_t read_property(int node, const char *property, void *value, size_t room)
{
	ssize_t got;
	int fd;

	fd = openat(node, property, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, value, room);
	close(fd);
	return got < 0 ? 0 : got;
}

/* Return: how many cells a property has; 0 when there is none */
static size_t read_cells(int node, const char *property, uint32_t cells[CELLS_MAX])
{
	size_t count, i;

	count = read_property(node, property, cells, CELLS_MAX * sizeof(*cells)) / sizeof(*cells);
	for (i = 0; i < count; i++)
		cells[i] = be32toh(cells[i]);
	return count;
}

/* Where the reg of a node starts */
static uint64_t node_phys(int node)
{
	uint32_t reg[CELLS_MAX], width[CELLS_MAX];
	size_t count = read_cells(node, "reg", reg);

	if (!read_cells(node, "../#address-cells", width) || !width[0] || width[0] > 2 ||
	    count < width[0])
		return DT_NO_ADDRESS;
	return width[0] == 1 ? reg[0] : (uint64_t)reg[0] << 32 | reg[1];
}

static int open_dir(int at, const char *path)
{
	return openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static uint64_t reserved_phys(uint32_t phandle)
{
	uint32_t cells[CELLS_MAX];
	uint64_t phys = DT_NO_ADDRESS;
	struct dirent *entry;
	DIR *dir;
	int node;

	dir = open_list(AT_FDCWD, RESERVED);
	while (dir && phys == DT_NO_ADDRESS && (entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		node = open_dir(dirfd(dir), entry->d_name);
		if (node < 0)
			continue;
		if (read_cells(node, "phandle", cells) && cells[0] == phandle)
			phys = node_phys(node);
		close(node);
	}
	if (dir)
		closedir(dir);
	return phys;
}

/* The first range counts: offsets are counted over the ranges in their order */
static uint64_t carveout_node_phys(int node)
{
	uint32_t phandles[CELLS_MAX];

	if (read_cells(node, "memory-region", phandles))
		return reserved_phys(phandles[0]);
	return node_phys(node);
}

/* The driver names a carve-out by its label, or else by its node */
static bool node_has_name(int node, const char *name)
{
	char *text;
	bool same;

	text = read_text(node, "label");
	if (!text)
		text = read_text(node, "name");
	same = text && !strcmp(text, name);
	free(text);
	return same;
}

/* compatible is a list of strings, each with its NUL */
static bool node_is_carveout(int node)
{
	char list[COMPATIBLE_MAX + 1];
	size_t len, at;

	len = read_property(node, "compatible", list, COMPATIBLE_MAX);
	list[len] = '\0';
	for (at = 0; at < len; at += strlen(list + at) + 1)
		if (!strcmp(list + at, COMPATIBLE))
			return true;
	return false;
}

/* Return: the node of a carve-out, or -1 */
static int carveout_node(const char *name)
{
	struct dirent *entry;
	int found = -1, node;
	char *path;
	DIR *dir;

	dir = open_list(AT_FDCWD, DEVICES);
	while (dir && found < 0 && (entry = readdir(dir))) {
		path = xprintf("%s/of_node", entry->d_name);
		node = open_dir(dirfd(dir), path);
		free(path);
		if (node < 0)
			continue;
		if (node_is_carveout(node) && node_has_name(node, name))
			found = node;
		else
			close(node);
	}
	if (dir)
		closedir(dir);
	return found;
}

/**
 * dt_carveout_phys - where a carve-out lies
 * @name: of the carve-out
 * Return: the physical address of its first byte, or DT_NO_ADDRESS.
 */
uint64_t dt_carveout_phys(const char *name)
{
	uint64_t phys;
	int node;

	node = carveout_node(name);
	if (node < 0)
		return DT_NO_ADDRESS;
	phys = carveout_node_phys(node);
	close(node);
	return phys;
}

/* The kernel's rule: a node without status is as good as one that says okay */
static bool node_is_enabled(int node)
{
	char *status = read_text(node, "status");
	bool enabled = !status || !strcmp(status, "okay") || !strcmp(status, "ok");

	free(status);
	return enabled;
}

/**
 * dt_has_region - whether the device tree asks for a region
 * @carveout: its carve-out
 * @name: of the region
 */
bool dt_has_region(const char *carveout, const char *name)
{
	struct dirent *entry;
	bool found = false;
	int node, child;
	DIR *dir;

	node = carveout_node(carveout);
	dir = node < 0 ? NULL : open_list(node, ".");
	while (dir && !found && (entry = readdir(dir))) {
		child = *entry->d_name == '.' ? -1 : open_dir(dirfd(dir), entry->d_name);
		if (child < 0)
			continue;
		found = node_is_enabled(child) && node_has_name(child, name);
		close(child);
	}
	if (dir)
		closedir(dir);
	if (node >= 0)
		close(node);
	return found;
}
