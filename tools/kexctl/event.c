// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver's tracepoints tell, as lines of text from trace_pipe:
 *
 *   kexctl-812   [001] .....   123.456789: kex_hold: name=fb0 off=0x0 ...
 *
 * A process may call itself whatever it likes, in 15 bytes: a line is read from
 * what the driver wrote, and one that lacks a field is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "parse.h"

#define TRACEPOINT	": kex_"

const struct event_kind event_kinds[] = {
	{ "evict", "kex_evict" },
	{ "hold", "kex_hold" },
	{ "restore", "kex_restore" },
	{ "revoke", "kex_revoke" },
	{ "fault", "kex_fault" },
	{ "migrate", "kex_migrate" },
	{ "map", "kex_window_map" },
	{ "unmap", "kex_window_unmap" },
	{ NULL, NULL }
};

static char *last_tracepoint(char *line)
{
	char *found = NULL, *at = line;

	while ((at = strstr(at, TRACEPOINT)))
		found = at++;
	return found;
}

/* Cut the last word off. Return: the word, or NULL when there is none */
static char *cut_last(char *text)
{
	size_t len = strlen(text);
	char *word;

	while (len && text[len - 1] == ' ')
		text[--len] = '\0';
	if (!len)
		return NULL;
	word = strrchr(text, ' ');
	if (!word)
		return NULL;
	*word = '\0';
	return word + 1;
}

/* "comm-pid", where comm may have blanks and dashes */
static bool parse_task(char *text, struct event *event)
{
	char *dash;

	text += strspn(text, " ");
	text[strcspn(text, "\n")] = '\0';
	dash = strrchr(text, '-');
	if (!dash)
		return false;
	event->pid = strtoull(dash + 1, NULL, 10);
	*dash = '\0';
	event->comm = text;
	return true;
}

/* What the kernel puts before an event: task, processor, flags, time */
static bool parse_context(char *text, struct event *event)
{
	char *cpu;

	event->time = cut_last(text);
	cpu = strrchr(text, '[');
	if (!event->time || !cpu)
		return false;
	*cpu = '\0';
	return parse_task(text, event);
}

static const char *word_of(const char *tracepoint)
{
	const struct event_kind *kind;

	for (kind = event_kinds; kind->word; kind++)
		if (!strcmp(kind->tracepoint, tracepoint))
			return kind->word;
	return NULL;
}

enum {
	HAS_NAME = 1, HAS_OFF = 2, HAS_LEN = 4, HAS_REASON = 8, HAS_PAGES = 16, HAS_NS = 32,
	HAS_ALL = 63
};

/* Return: which of them it was; 0 for a field of a newer driver, -1 for nonsense */
static int parse_field(char *field, struct event *event)
{
	const struct {
		const char *key;
		int bit;
		const char **text;
		uint64_t *number;
	} fields[] = {
		{ "name", HAS_NAME, &event->name, NULL },
		{ "off", HAS_OFF, NULL, &event->off },
		{ "len", HAS_LEN, NULL, &event->len },
		{ "reason", HAS_REASON, &event->reason, NULL },
		{ "pages", HAS_PAGES, NULL, &event->pages },
		{ "ns", HAS_NS, NULL, &event->ns },
	};
	char *value = strchr(field, '=');
	size_t i;

	if (!value)
		return -1;
	*value++ = '\0';
	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (strcmp(fields[i].key, field))
			continue;
		if (fields[i].text)
			*fields[i].text = value;
		else if (parse_uint(value, fields[i].number))
			return -1;
		return fields[i].bit;
	}
	return 0;
}

/**
 * event_parse - read an event from a line
 * @line: without newline; overwritten
 * @event: out: points into the line
 * Return: false when it is no event of kex.
 */
bool event_parse(char *line, struct event *event)
{
	char *tracepoint = last_tracepoint(line), *fields, *field, *save;
	int have = 0, bit;

	if (!tracepoint)
		return false;
	*tracepoint = '\0';
	tracepoint += strlen(": ");
	fields = strstr(tracepoint, ": ");
	if (!fields)
		return false;
	*fields = '\0';
	event->word = word_of(tracepoint);
	if (!event->word || !parse_context(line, event))
		return false;
	for (field = strtok_r(fields + strlen(": "), " ", &save); field;
	     field = strtok_r(NULL, " ", &save)) {
		bit = parse_field(field, event);
		if (bit < 0)
			return false;
		have |= bit;
	}
	return have == HAS_ALL;
}

/**
 * event_lost - whether a line tells of events that were overwritten unread
 * @line: without newline
 * @count: out: how many; 0 when the kernel does not know
 */
bool event_lost(const char *line, uint64_t *count)
{
	unsigned long long number = 0;
	unsigned int cpu;
	int end = 0;

	if (sscanf(line, "CPU:%u [LOST %llu EVENTS]%n", &cpu, &number, &end) == 2 && end) {
		*count = number;
		return true;
	}
	*count = 0;
	return sscanf(line, "CPU:%u [LOST EVENTS]%n", &cpu, &end) == 1 && end;
}

/**
 * format_ns - a duration with three digits or so, in the unit that fits
 * @ns: nanoseconds
 * @text: out
 * Return: @text.
 */
const char *format_ns(uint64_t ns, char text[NS_TEXT_MAX])
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" } };
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (ns < units[i].ns)
			continue;
		snprintf(text, NS_TEXT_MAX, "%llu.%llu%s", (unsigned long long)(ns / units[i].ns),
			 (unsigned long long)(ns % units[i].ns / (units[i].ns / 10)),
			 units[i].unit);
		return text;
	}
	snprintf(text, NS_TEXT_MAX, "%lluns", (unsigned long long)ns);
	return text;
}
