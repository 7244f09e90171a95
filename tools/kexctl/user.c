// SPDX-License-Identifier: GPL-2.0-only
/* Lines of the file users: who maps an object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "user.h"
#include "util.h"

/* Columns of a line; those added later stand behind these */
enum column {
	PID, COMM, RANGE, OFFSET, CACHE, RESIDENT, ENTRY,
	COLUMNS
};

static bool split(char *line, char *columns[COLUMNS])
{
	char *save, *word;
	int i = 0;

	for (word = strtok_r(line, " ", &save); word && i < COLUMNS;
	     word = strtok_r(NULL, " ", &save))
		columns[i++] = word;
	return i == COLUMNS;
}

/**
 * user_parse - read a line
 * @line: without newline; overwritten
 * @user: out: points into the line
 * Return: false when it is something else.
 */
bool user_parse(char *line, struct user *user)
{
	unsigned long long start, end;
	char *columns[COLUMNS];

	if (!split(line, columns) || sscanf(columns[RANGE], "%llx-%llx", &start, &end) != 2 ||
	    parse_uint(columns[PID], &user->pid) || parse_uint(columns[OFFSET], &user->offset) ||
	    parse_uint(columns[RESIDENT], &user->resident))
		return false;
	unescape_octal(columns[COMM]);
	user->comm = columns[COMM];
	user->start = start;
	user->end = end;
	user->cache = columns[CACHE];
	user->entry = columns[ENTRY];
	return true;
}

/**
 * users_entry - which size the page-table entries of all mappings have
 * @text: the whole file; overwritten
 * Return: such as 4K, 2M, or mixed, to be freed; NULL when there are none.
 */
char *users_entry(char *text)
{
	char *line, *save, *entry = NULL;
	struct user user;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!user_parse(line, &user) || !user.resident)
			continue;
		if (!entry) {
			entry = xstrdup(user.entry);
		} else if (strcmp(entry, user.entry)) {
			free(entry);
			return xstrdup("mixed");
		}
	}
	return entry;
}
