// SPDX-License-Identifier: GPL-2.0-only
/* Pieces of windows: as they are typed, as the kernel has them, as people see them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "piece.h"

static struct piece *add(struct pieces *list, const char *region)
{
	struct piece *piece;

	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	piece = &list->items[list->count++];
	*piece = (struct piece){ .region = xstrdup(region) };
	return piece;
}

static bool read_line(char *line, struct pieces *list)
{
	char *words[4], *save, text[SIZE_TEXT_MAX];
	struct piece *piece;
	int i;

	for (i = 0; i < 4; i++) {
		words[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!words[i])
			return false;
	}
	piece = add(list, words[1]);
	if (parse_uint(words[0], &piece->woff) || parse_uint(words[2], &piece->roff) ||
	    parse_uint(words[3], &piece->len))
		return false;
	piece->typed = xprintf("0x%llx %s 0x%llx+%s", (unsigned long long)piece->woff, words[1],
			       (unsigned long long)piece->roff, format_size(piece->len, text));
	return true;
}

/**
 * pieces_read - what the kernel has
 * @text: lines 'WOFF REGION ROFF LEN'; overwritten
 * @list: out, zeroed before
 * Return: false when it is something else.
 */
bool pieces_read(char *text, struct pieces *list)
{
	char *line, *save;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (!read_line(line, list))
			return false;
	return true;
}

/**
 * pieces_take - a piece as it is typed
 * @words: WOFF, REGION and OFF+LEN
 * @list: gets the piece
 * @what: out, when it cannot be read: such as "offset 8Q", to be freed
 * Return: NULL, or the cause.
 */
const char *pieces_take(char **words, struct pieces *list, char **what)
{
	struct piece *piece = add(list, words[1]);
	const char *cause;

	piece->typed = xprintf("%s %s %s", words[0], words[1], words[2]);
	cause = parse_size(words[0], &piece->woff);
	if (cause) {
		*what = xprintf("offset %s", words[0]);
		return cause;
	}
	cause = parse_name(words[1]);
	if (cause) {
		*what = xprintf("region '%s'", words[1]);
		return cause;
	}
	cause = parse_range(words[2], &piece->roff, &piece->len);
	if (cause)
		*what = xprintf("range %s", words[2]);
	return cause;
}

/**
 * pieces_write - what the kernel takes
 * @list: the pieces
 * Return: 'WOFF REGION ROFF LEN', with semicolons between, to be freed.
 */
char *pieces_write(const struct pieces *list)
{
	char *text = NULL;
	size_t i;

	for (i = 0; i < list->count; i++)
		xappend(&text, "%s%llu %s %llu %llu", i ? "; " : "",
			(unsigned long long)list->items[i].woff, list->items[i].region,
			(unsigned long long)list->items[i].roff,
			(unsigned long long)list->items[i].len);
	return text;
}

/**
 * pieces_free - empty the list
 * @list: the list
 */
void pieces_free(struct pieces *list)
{
	while (list->count) {
		free(list->items[--list->count].region);
		free(list->items[list->count].typed);
	}
	free(list->items);
	list->items = NULL;
}

/**
 * pieces_meet - whether two pieces want the same place in a window
 * @a: one, of a length that is not 0
 * @b: the other
 */
bool pieces_meet(const struct piece *a, const struct piece *b)
{
	return a->woff <= b->woff ? b->woff - a->woff < a->len : a->woff - b->woff < b->len;
}

/**
 * pieces_record - add a field with all pieces to a record
 * @list: the pieces
 * @record: gets the field
 * @key: of the field
 */
void pieces_record(const struct pieces *list, struct record *record, const char *key)
{
	struct field *field = record_table(record, key);
	struct record *row;
	size_t i;

	for (i = 0; i < list->count; i++) {
		row = table_add(field, list->items[i].typed);
		record_size(row, "woff", list->items[i].woff);
		record_text(row, "region", list->items[i].region);
		record_size(row, "roff", list->items[i].roff);
		record_size(row, "len", list->items[i].len);
	}
}
