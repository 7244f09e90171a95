// SPDX-License-Identifier: GPL-2.0-only
/* The verbs peek and poke: one load or store of one width for each value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "out.h"
#include "parse.h"
#include "span.h"

#define KIND	"region"

/* As many as memtool and hexdump put into a line */
#define PEEK_LINE	16

/* The widths by what memtool calls them */
const struct cmd_option width_options[] = {
	{ "byte", 'b', NULL, "8 bits at a time" },
	{ "word", 'w', NULL, "16 bits" },
	{ "long", 'l', NULL, "32 bits (default)" },
	{ "quad", 'q', NULL, "64 bits" },
	{ NULL, 0, NULL, NULL }
};

/* The last one typed counts, as with any option */
static unsigned int width_of(const struct cmd_args *args)
{
	size_t i = args->given_count;
	unsigned int shift;

	while (i--)
		for (shift = 0; width_options[shift].name; shift++)
			if (!strcmp(width_options[shift].name, args->given[i].name))
				return 1 << shift;
	return 4;
}

/* An access across two would be two, or none at all on device memory */
static enum status check_aligned(const char *name, const char *typed, uint64_t off,
				 unsigned int width)
{
	unsigned int fits = width;

	if (!(off % width))
		return DONE;
	while (off % fits)
		fits /= 2;
	return fail_on(REFUSED, KIND, name, "offset %s: not a multiple of the %u bytes of an access "
		       "(did you mean 0x%llx, or -%c?)", typed, width,
		       (unsigned long long)(off - off % width),
		       fits == 4 ? 'l' : fits == 2 ? 'w' : 'b');
}

static enum status take_offset(const char *name, const char *typed, unsigned int width,
			       uint64_t *off)
{
	const char *cause = parse_size(typed, off);

	if (cause)
		return fail_on(USAGE, KIND, name, "offset %s%s%s", typed, *typed ? ": " : "",
			       cause);
	return check_aligned(name, typed, *off, width);
}

static enum status take_count(const char *name, const char *typed, uint64_t *count)
{
	const char *cause = typed ? parse_uint(typed, count) : NULL;

	if (cause)
		return fail_on(USAGE, KIND, name, "count %s%s%s", typed, *typed ? ": " : "", cause);
	if (!typed)
		*count = 1;
	return *count ? DONE : fail_on(REFUSED, KIND, name, "count %s: at least 1", typed);
}

/* A line when it is full, and the last one */
static void print_peeked(uint64_t off, unsigned int width, uint64_t value, bool first, bool last)
{
	if (first)
		printf("0x%08llx:", (unsigned long long)off);
	printf(" 0x%0*llx%s", 2 * (int)width, (unsigned long long)value, last ? "\n" : "");
}

static int peek_lines(const struct span *span, const struct dev_map *map, unsigned int width)
{
	uint64_t at, value;
	bool first, last;
	int err;

	for (at = 0; at < span->len; at += width) {
		err = dev_peek(map, at, width, &value);
		first = !(at % PEEK_LINE);
		if (err && !first)
			putchar('\n');
		if (err)
			return err;
		last = at + width == span->len || !((at + width) % PEEK_LINE);
		print_peeked(span->off + at, width, value, first, last);
	}
	return 0;
}

static int peek_words(const struct span *span, const struct dev_map *map, unsigned int width,
		      struct strings *words)
{
	uint64_t at, value;
	char *text;
	int err = 0;

	for (at = 0; !err && at < span->len; at += width) {
		err = dev_peek(map, at, width, &value);
		if (err)
			break;
		text = xprintf("0x%0*llx", 2 * (int)width, (unsigned long long)value);
		strings_add(words, text);
		free(text);
	}
	return err;
}

static int peek_record(const struct span *span, const struct dev_map *map, unsigned int width)
{
	struct strings words = { 0 };
	struct records list = { 0 };
	struct record *record;
	int err;

	err = peek_words(span, map, width, &words);
	if (!err) {
		record = records_add(&list, KIND, span->item.name);
		record_number(record, "offset", span->off);
		record_number(record, "width", width);
		record_list(record, "values", &words);
		out_show(&list);
	}
	records_free(&list);
	strings_free(&words);
	return err;
}

static enum status peek_span(struct span *span, unsigned int width)
{
	struct dev_map map;
	int err;

	err = dev_map(&span->dev, false, span->off, span->len, &map);
	if (err)
		return refused_node(&span->item, "peek", err);
	if (globals.json || globals.names)
		err = peek_record(span, &map, width);
	else
		err = peek_lines(span, &map, width);
	dev_unmap(&map);
	return err ? refused_node(&span->item, "peek", err) : DONE;
}

/* More than 2^64 bytes end behind every region */
static uint64_t bytes_of(uint64_t count, unsigned int width)
{
	return count > UINT64_MAX / width ? UINT64_MAX : count * width;
}

/**
 * access_peek - region peek NAME OFF [COUNT] with a width
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status access_peek(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->names[1];
	unsigned int width = width_of(args);
	struct span span = { .dev.fd = -1 };
	enum status status;
	uint64_t count = 0;

	status = take_offset(name, typed, width, &span.off);
	if (!status)
		status = take_count(name, args->count > 2 ? args->names[2] : NULL, &count);
	if (status)
		return status;
	span.len = bytes_of(count, width);
	status = span_open(&span, name, "peek", false);
	if (!status)
		status = span_check(&span, "offset", typed);
	if (!status)
		status = peek_span(&span, width);
	span_shut(&span);
	return status;
}

static enum status take_value(const char *name, const char *typed, unsigned int width,
			      uint64_t *value)
{
	const char *cause = parse_uint(typed, value), *wider;

	if (cause)
		return fail_on(USAGE, KIND, name, "value %s%s%s", typed, *typed ? ": " : "", cause);
	if (width == 8 || !(*value >> (8 * width)))
		return DONE;
	wider = *value >> 32 ? "q" : *value >> 16 ? "l" : "w";
	return fail_on(REFUSED, KIND, name, "value %s: does not fit in %u bits (did you mean -%s?)",
		       typed, 8 * width, wider);
}

static enum status poke_span(struct span *span, uint64_t value)
{
	struct dev_map map;
	int err;

	/* There is no line of shell that keeps the width */
	if (globals.dry_run) {
		printf("# one %llu-bit store of 0x%0*llx at 0x%llx of /dev/kex/%s\n",
		       (unsigned long long)span->len * 8, 2 * (int)span->len,
		       (unsigned long long)value, (unsigned long long)span->off, span->item.name);
		return DONE;
	}
	err = dev_map(&span->dev, true, span->off, span->len, &map);
	if (!err) {
		err = dev_poke(&map, 0, span->len, value);
		dev_unmap(&map);
	}
	return err ? refused_node(&span->item, "poke", err) : DONE;
}

/**
 * access_poke - region poke NAME OFF VALUE with a width
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status access_poke(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->names[1];
	struct span span = { .dev.fd = -1, .len = width_of(args) };
	enum status status;
	uint64_t value = 0;

	status = take_offset(name, typed, span.len, &span.off);
	if (!status)
		status = take_value(name, args->names[2], span.len, &value);
	if (status)
		return status;
	status = span_open(&span, name, "poke", true);
	if (!status)
		status = span_check(&span, "offset", typed);
	if (!status)
		status = poke_span(&span, value);
	span_shut(&span);
	return status;
}
