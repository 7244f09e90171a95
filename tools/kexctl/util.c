// SPDX-License-Identifier: GPL-2.0-only
/* Messages, exit codes, and the few helpers that every file needs. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"
#include "util.h"

/* Two slips of the finger; more is another word */
#define NEAR_ENOUGH	2

/* So that a message stays a message, however many names there are */
#define JOINED_MAX	16

struct globals globals;

static void *must(void *memory)
{
	if (!memory) {
		fputs("kexctl: out of memory\n", stderr);
		exit(REFUSED);
	}
	return memory;
}

static char *vprint(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	return must(text);
}

/* One line, whatever names were typed: a control byte must not reach a terminal */
static void say(const char *prefix, const char *fmt, va_list args)
{
	char *text = vprint(fmt, args), *c;

	for (c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "kexctl: %s%s\n", prefix, text);
	free(text);
}

/**
 * fail - say on stderr why kexctl fails
 * @status: what to return
 * @fmt: as printf(), without newline
 * Return: @status.
 */
enum status fail(enum status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
	return status;
}

/**
 * fail_on - say on stderr why something cannot be done to an object
 * @status: what to return
 * @kind: of the object, such as "region"
 * @name: of the object
 * @fmt: attribute, value, cause and remedy, as "size 100K: too large (...)"
 * Return: @status.
 */
enum status fail_on(enum status status, const char *kind, const char *name,
		    const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = vprint(fmt, args);
	va_end(args);
	fail(status, "%s '%s': %s", kind, name, text);
	free(text);
	return status;
}

/**
 * note - tell on stderr what was done; not a failure
 * @fmt: as printf(), without newline
 */
void note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
}

/**
 * xrealloc - realloc() that ends the program where there is no memory
 * @old: as realloc()
 * @size: as realloc(), not 0
 * Return: the memory.
 */
void *xrealloc(void *old, size_t size)
{
	return must(realloc(old, size));
}

/**
 * xstrdup - strdup() that ends the program where there is no memory
 * @text: what to copy
 * Return: the copy, to be freed.
 */
char *xstrdup(const char *text)
{
	return must(strdup(text));
}

/**
 * xprintf - print into new memory
 * @fmt: as printf()
 * Return: the text, to be freed.
 */
char *xprintf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = vprint(fmt, args);
	va_end(args);
	return text;
}

/**
 * xappend - print behind a text
 * @text: the text, or NULL; replaced by the longer one
 * @fmt: as printf()
 */
void xappend(char **text, const char *fmt, ...)
{
	char *tail, *whole;
	va_list args;

	va_start(args, fmt);
	tail = vprint(fmt, args);
	va_end(args);
	whole = xprintf("%s%s", *text ? *text : "", tail);
	free(tail);
	free(*text);
	*text = whole;
}

/**
 * printable - make a text safe for a terminal, for JSON and for one line
 * @text: what anybody may have chosen, as a process its name; each byte outside
 *	  ' '..'~' becomes a '?'
 * Return: @text.
 */
char *printable(char *text)
{
	char *c;

	for (c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

/**
 * shell_quoted - a text as a shell reads it as one word
 * @text: the text
 * Return: the word, to be freed: as it is where that will do.
 */
char *shell_quoted(const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=@%+";
	char *word;
	size_t len;

	if (*text && !text[strspn(text, plain)])
		return xstrdup(text);
	word = xstrdup("'");
	for (; *text; text += len) {
		len = strcspn(text, "'");
		xappend(&word, "%.*s%s", (int)len, text, text[len] ? "'\\''" : "");
		len += text[len] == '\'';
	}
	xappend(&word, "'");
	return word;
}

/**
 * strings_add - append a copy
 * @list: starts zeroed
 * @text: what to copy
 */
void strings_add(struct strings *list, const char *text)
{
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] = xstrdup(text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

/**
 * strings_sort - sort by byte value, the same in every locale
 * @list: the list
 */
void strings_sort(struct strings *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), by_text);
}

/**
 * strings_free - free the texts and empty the list
 * @list: the list
 */
void strings_free(struct strings *list)
{
	while (list->count)
		free(list->items[--list->count]);
	free(list->items);
	list->items = NULL;
}

/**
 * strings_nearest - what was probably meant
 * @list: what there is
 * @wanted: what was typed
 * Return: the nearest of @list, or NULL when none is near.
 */
const char *strings_nearest(const struct strings *list, const char *wanted)
{
	unsigned int best = NEAR_ENOUGH + 1, distance;
	const char *nearest = NULL;
	size_t i;

	for (i = 0; i < list->count; i++) {
		distance = edit_distance(wanted, list->items[i]);
		if (distance < best && distance < strlen(wanted)) {
			best = distance;
			nearest = list->items[i];
		}
	}
	return nearest;
}

/**
 * strings_join - a list in one text, for a message
 * @list: the list
 * @sep: goes between two
 * Return: the text, to be freed.
 */
char *strings_join(const struct strings *list, const char *sep)
{
	char *text = xstrdup("");
	size_t i;

	for (i = 0; i < list->count && i < JOINED_MAX; i++)
		xappend(&text, "%s%s", i ? sep : "", list->items[i]);
	if (i < list->count)
		xappend(&text, "%sand %zu more", sep, list->count - i);
	return text;
}

/**
 * open_list - open a folder to list it
 * @dirfd: as openat()
 * @path: as openat()
 * Return: for readdir(), or NULL with errno.
 */
DIR *open_list(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? NULL : must(fdopendir(fd));
}

/**
 * read_bytes - the whole of a small file
 * @dirfd: as openat()
 * @path: as openat()
 * @len: out: how many
 * Return: the bytes with a NUL behind them, to be freed; NULL with errno.
 */
char *read_bytes(int dirfd, const char *path, size_t *len)
{
	size_t room = 4096;
	char *bytes = NULL;
	ssize_t got;
	int fd, err;

	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	*len = 0;
	do {
		bytes = xrealloc(bytes, *len + room + 1);
		got = read(fd, bytes + *len, room);
		if (got > 0)
			*len += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	err = errno;
	close(fd);
	if (got < 0) {
		free(bytes);
		errno = err;
		return NULL;
	}
	bytes[*len] = '\0';
	return bytes;
}

/**
 * read_text - the whole of a small file
 * @dirfd: as openat()
 * @path: as openat()
 * Return: the text without its last newline, to be freed; NULL with errno.
 */
char *read_text(int dirfd, const char *path)
{
	size_t len;
	char *text = read_bytes(dirfd, path, &len);

	if (text && len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	return text;
}

/**
 * write_text - write an attribute, in one write() as the kernel wants it
 * @dirfd: as openat()
 * @path: as openat()
 * @value: what to write
 * Return: 0, or the errno.
 */
int write_text(int dirfd, const char *path, const char *value)
{
	int fd, err = 0;
	ssize_t put;

	fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	put = write(fd, value, strlen(value));
	if (put < 0)
		err = errno;
	else if ((size_t)put != strlen(value))
		err = EIO;
	close(fd);
	return err;
}
