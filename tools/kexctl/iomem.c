// SPDX-License-Identifier: GPL-2.0-only
/* /proc/iomem, line by line: each is inside the one before it that is less indented. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iomem.h"

#define PATH		"/proc/iomem"
#define RAM		"System RAM"
#define RESERVED	"reserved"

/**
 * iomem_parse - read the text
 * @text: lines "  START-END : NAME", two blanks of indent for each level; overwritten
 * @list: out, zeroed before
 * Return: false when it is something else.
 */
bool iomem_parse(char *text, struct iomem *list)
{
	unsigned long long start, end;
	struct iomem_line *line;
	char *at, *save;
	int indent, name;

	for (at = strtok_r(text, "\n", &save); at; at = strtok_r(NULL, "\n", &save)) {
		indent = strspn(at, " ");
		name = 0;
		if (sscanf(at + indent, "%llx-%llx : %n", &start, &end, &name) != 2 || !name ||
		    end < start)
			return false;
		list->lines = xrealloc(list->lines, (list->count + 1) * sizeof(*list->lines));
		line = &list->lines[list->count++];
		*line = (struct iomem_line){
			.extent = { start, end - start + 1 },
			.depth = indent / 2,
			.name = xstrdup(at + indent + name),
		};
	}
	return true;
}

/**
 * iomem_free - empty the list
 * @list: the list
 */
void iomem_free(struct iomem *list)
{
	while (list->count)
		free(list->lines[--list->count].name);
	free(list->lines);
	list->lines = NULL;
}

/**
 * iomem_blank - whether the addresses are not for this user: all of them are 0
 * @list: the list
 */
bool iomem_blank(const struct iomem *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->lines[i].extent.start || list->lines[i].extent.size > 1)
			return false;
	return true;
}

/**
 * iomem_is_ram - whether the kernel has memory as its own
 * @list: the list
 * @extent: the memory; one byte is enough
 */
bool iomem_is_ram(const struct iomem *list, const struct extent *extent)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!list->lines[i].depth && !strcmp(list->lines[i].name, RAM) &&
		    extents_meet(&list->lines[i].extent, extent))
			return true;
	return false;
}

static bool has(const struct extent *all, const struct extent *part)
{
	return all->start <= part->start && part->start - all->start < all->size &&
	       part->size <= all->size - (part->start - all->start);
}

/**
 * iomem_is_reserved - whether memory was set aside when the kernel started
 * @list: the list
 * @extent: the memory, all of it
 */
bool iomem_is_reserved(const struct iomem *list, const struct extent *extent)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!strcmp(list->lines[i].name, RESERVED) && has(&list->lines[i].extent, extent))
			return true;
	return false;
}

/**
 * iomem_holder - who has claimed memory
 * @list: the list
 * @extent: the memory; one byte is enough
 * @but: a name that does not count; or NULL
 * @around: whether a claim of more than that counts, too, of several the innermost, when
 * there is no other: a bus has one, and others may claim parts of it
 * Return: the name, or NULL when nobody has.
 */
const char *iomem_holder(const struct iomem *list, const struct extent *extent, const char *but,
			 bool around)
{
	const struct iomem_line *line;
	const char *outer = NULL;
	size_t i;

	for (i = 0; i < list->count; i++) {
		line = &list->lines[i];
		if (!strcmp(line->name, RAM) || !strcmp(line->name, RESERVED) ||
		    (but && !strcmp(line->name, but)) || !extents_meet(&line->extent, extent))
			continue;
		if (!has(&line->extent, extent) || line->extent.size == extent->size)
			return line->name;
		outer = line->name;
	}
	return around ? outer : NULL;
}

/**
 * iomem_read - read the file
 * @list: out, zeroed before
 * Return: false, with an empty list, when it cannot be read or its addresses are not for
 * this user.
 */
bool iomem_read(struct iomem *list)
{
	char *text = read_text(AT_FDCWD, PATH);
	bool good;

	good = text && iomem_parse(text, list) && !iomem_blank(list);
	if (!good)
		iomem_free(list);
	free(text);
	return good;
}

/**
 * iomem_is_hidden - whether physical addresses are not for this user
 */
bool iomem_is_hidden(void)
{
	struct iomem list = { 0 };
	bool hidden = !iomem_read(&list);

	iomem_free(&list);
	return hidden;
}
