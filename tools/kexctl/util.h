/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages, exit codes, and the few helpers that every file needs. */
#ifndef KEXCTL_UTIL_H
#define KEXCTL_UTIL_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

/* What kexctl exits with, and what every verb returns */
enum status {
	DONE = 0,
	USAGE = 1,		/* cannot be parsed */
	REFUSED = 2,		/* by the kernel, the device or their state */
	NOT_FOUND = 3,
	UNSUPPORTED = 4,	/* by this kernel */
};

/* The global options */
struct globals {
	bool json;
	bool names;
	bool dry_run;
};

extern struct globals globals;

struct strings {
	char **items;
	size_t count;
};

#define PRINTF(fmt, args)	__attribute__((format(printf, fmt, args)))

enum status fail(enum status status, const char *fmt, ...) PRINTF(2, 3);
enum status fail_on(enum status status, const char *kind, const char *name,
		    const char *fmt, ...) PRINTF(4, 5);
void note(const char *fmt, ...) PRINTF(1, 2);

void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xprintf(const char *fmt, ...) PRINTF(1, 2);
void xappend(char **text, const char *fmt, ...) PRINTF(2, 3);
char *printable(char *text);
char *shell_quoted(const char *text);

void strings_add(struct strings *list, const char *text);
void strings_sort(struct strings *list);
void strings_free(struct strings *list);
const char *strings_nearest(const struct strings *list, const char *wanted);
char *strings_join(const struct strings *list, const char *sep);

DIR *open_list(int dirfd, const char *path);
char *read_bytes(int dirfd, const char *path, size_t *len);
char *read_text(int dirfd, const char *path);
int write_text(int dirfd, const char *path, const char *value);

#endif /* KEXCTL_UTIL_H */
