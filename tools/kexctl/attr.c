// SPDX-License-Identifier: GPL-2.0-only
/* Attributes as the schema describes them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "parse.h"

/**
 * attr_find - look an attribute up
 * @list: from the schema
 * @name: of the attribute
 * Return: the attribute, or NULL.
 */
const struct schema_attr *attr_find(const struct schema_attr *list, const char *name)
{
	for (; list->name; list++)
		if (!strcmp(list->name, name))
			return list;
	return NULL;
}

/**
 * attr_can_be_set - whether KEY=VALUE may name it
 * @attr: the attribute
 *
 * What takes more than one value has a verb of its own.
 */
bool attr_can_be_set(const struct schema_attr *attr)
{
	return attr->access != SCHEMA_RO && attr->type != SCHEMA_PIECES &&
	       attr->type != SCHEMA_RANGE;
}

static bool is_word_of(const struct schema_attr *attr, const char *text)
{
	const struct schema_word *word;

	for (word = attr->words; word->word; word++)
		if (!strcmp(word->word, text))
			return true;
	return false;
}

static char *not_a_word(const struct schema_attr *attr, const char *typed)
{
	const struct schema_word *word;
	struct strings known = { 0 };
	const char *near;
	char *all, *cause;

	for (word = attr->words; word->word; word++)
		strings_add(&known, word->word);
	near = strings_nearest(&known, typed);
	all = strings_join(&known, ", ");
	if (near)
		cause = xprintf("not one of %s (did you mean %s?)", all, near);
	else
		cause = xprintf("%s; one of: %s", *typed ? "not known" : "missing", all);
	strings_free(&known);
	free(all);
	return cause;
}

static const char *parse_number(const struct schema_attr *attr, const char *typed, uint64_t *number)
{
	switch (attr->type) {
	case SCHEMA_SIZE:
	case SCHEMA_OFFSET:
		return parse_size(typed, number);
	case SCHEMA_OCTAL:
		return parse_mode(typed, number);
	case SCHEMA_BOOL:
		return parse_uint(typed, number) ? "not 0 or 1" : NULL;
	default:
		return parse_uint(typed, number);
	}
}

/**
 * attr_parse - what was typed, as the kernel shall get it
 * @attr: the attribute
 * @typed: the text
 * @cause: out, when it cannot be parsed: why, to be freed
 * Return: the text for the kernel, to be freed, or NULL.
 */
char *attr_parse(const struct schema_attr *attr, const char *typed, char **cause)
{
	uint64_t number = 0;
	const char *why;

	if (attr->type == SCHEMA_ENUM) {
		if (is_word_of(attr, typed))
			return xstrdup(typed);
		*cause = not_a_word(attr, typed);
		return NULL;
	}
	if (attr->type == SCHEMA_OFFSET && !strcmp(typed, "auto"))
		return xstrdup(typed);
	if (attr->type == SCHEMA_WORD) {
		why = parse_name(typed);
		if (!why)
			return xstrdup(typed);
		*cause = xstrdup(why);
		return NULL;
	}
	why = parse_number(attr, typed, &number);
	if (why) {
		*cause = xstrdup(why);
		return NULL;
	}
	return xprintf(attr->type == SCHEMA_OCTAL ? "%04llo" : "%llu", (unsigned long long)number);
}

/**
 * attr_foresee - what the kernel will say to a value, for --dry-run
 * @wish: the attribute and the value
 * Return: 0, or the errno of a value that is out of range or no multiple.
 */
int attr_foresee(const struct wish *wish)
{
	const struct schema_attr *attr = wish->attr;
	uint64_t number, page = sysconf(_SC_PAGESIZE);

	if (attr->type == SCHEMA_ENUM || attr->type == SCHEMA_WORD ||
	    parse_number(attr, wish->written, &number))
		return 0;
	if (attr->type == SCHEMA_TRIGGER && !number)
		return EINVAL;
	if (number < attr->min || number > attr->max)
		return ERANGE;
	if (attr->page_multiple && number % page)
		return EINVAL;
	return attr->multiple && number % attr->multiple ? EINVAL : 0;
}

/**
 * attr_record - add an attribute that was read to a record
 * @record: gets the field
 * @attr: the attribute
 * @text: what the kernel wrote
 */
void attr_record(struct record *record, const struct schema_attr *attr, const char *text)
{
	uint64_t number;

	if (!attr->integer || parse_uint(text, &number))
		record_text(record, attr->name, text);
	else if (attr->type == SCHEMA_SIZE || attr->type == SCHEMA_OFFSET)
		record_size(record, attr->name, number);
	else
		record_number(record, attr->name, number);
}

/**
 * wishes_add - append a value that was typed
 * @list: starts zeroed
 * @kind: of the object, for messages
 * @name: of the object, for messages
 * @attr: the attribute
 * @typed: the text, not copied
 * Return: DONE, or USAGE after a message.
 */
enum status wishes_add(struct wishes *list, const char *kind, const char *name,
		       const struct schema_attr *attr, const char *typed)
{
	enum status status = USAGE;
	char *written, *cause;

	written = attr_parse(attr, typed, &cause);
	if (!written) {
		fail_on(USAGE, kind, name, "%s %s%s%s", attr->name, typed, *typed ? ": " : "",
			cause);
		free(cause);
		return status;
	}
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] = (struct wish){ attr, typed, written };
	return DONE;
}

/**
 * wishes_free - empty the list
 * @list: the list
 */
void wishes_free(struct wishes *list)
{
	while (list->count)
		free(list->items[--list->count].written);
	free(list->items);
	list->items = NULL;
}
