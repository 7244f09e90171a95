// SPDX-License-Identifier: GPL-2.0-only
/* Sizes, ranges, modes and names: text to values, and back. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse.h"

#define TOO_LARGE	"does not fit in 64 bits"
#define NOT_A_SIZE	"not a size (such as 4096, 0x1000, 64K, 8M or 1G)"

/* Longest text of a number that anybody writes; what is longer is no number */
#define NUMBER_TEXT_MAX	64

/* The digits only; strtoull() alone would take blanks, '+' and '-' as well */
static const char *parse_digits(const char *text, uint64_t *number, const char **rest)
{
	char *end;

	if (!*text)
		return "missing";
	if (*text == '-')
		return "negative";
	*rest = text;
	if (!isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	*number = strtoull(text, &end, 0);
	if (errno == ERANGE)
		return TOO_LARGE;
	*rest = end;
	return NULL;
}

/* How far a suffix shifts, or -1 when it is none: K, M, G, T, and KiB and so on */
static int suffix_shift(const char *suffix)
{
	static const char letters[] = "KMGT";
	const char *letter;

	if (!*suffix)
		return 0;
	letter = strchr(letters, toupper((unsigned char)*suffix));
	if (!letter || (suffix[1] && strcasecmp(suffix + 1, "iB")))
		return -1;
	return 10 * (int)(letter - letters + 1);
}

/**
 * parse_size - bytes from text such as 4096, 0x1000, 64K, 8MiB
 * @text: the whole of it must be the size
 * @bytes: out
 * Return: NULL, or the cause.
 */
const char *parse_size(const char *text, uint64_t *bytes)
{
	const char *cause, *rest;
	uint64_t number = 0;
	int shift;

	cause = parse_digits(text, &number, &rest);
	if (cause)
		return cause;
	shift = suffix_shift(rest);
	if (rest == text || shift < 0)
		return NOT_A_SIZE;
	if (number > UINT64_MAX >> shift)
		return TOO_LARGE;
	*bytes = number << shift;
	return NULL;
}

/**
 * parse_uint - a plain number
 * @text: the whole of it must be the number
 * @number: out
 * Return: NULL, or the cause.
 */
const char *parse_uint(const char *text, uint64_t *number)
{
	const char *cause, *rest;
	uint64_t value = 0;

	cause = parse_digits(text, &value, &rest);
	if (cause)
		return cause;
	if (rest == text || *rest)
		return "not a number";
	*number = value;
	return NULL;
}

/**
 * parse_period - a length of time, such as 5s or 200ms
 * @text: the whole of it must be the period; a number without unit is none
 * @us: out: microseconds
 * Return: NULL, or the cause.
 */
const char *parse_period(const char *text, uint64_t *us)
{
	static const struct {
		const char *unit;
		uint64_t us;
	} units[] = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 }, { "m", 60000000 },
		      { "h", 3600000000 } };
	const char *cause, *rest;
	uint64_t number = 0;
	size_t i;

	cause = parse_digits(text, &number, &rest);
	if (cause)
		return cause;
	for (i = 0; rest != text && i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(units[i].unit, rest))
			continue;
		if (number > UINT64_MAX / units[i].us)
			return TOO_LARGE;
		*us = number * units[i].us;
		return NULL;
	}
	return "not a time with its unit (such as 5s, 200ms or 1m)";
}

/* OFF-END, whose end is inclusive */
static const char *range_to_end(uint64_t off, uint64_t end, uint64_t *len)
{
	if (end < off)
		return "ends before it starts";
	if (end - off == UINT64_MAX)
		return TOO_LARGE;
	*len = end - off + 1;
	return NULL;
}

/**
 * parse_range - OFF+LEN, or OFF-END with the end inclusive
 * @text: the whole of it must be the range
 * @off: out: first byte
 * @len: out: bytes
 * Return: NULL, or the cause. A range that passes 2^64 is refused; whether it
 * fits in its object is for the kernel to say.
 */
const char *parse_range(const char *text, uint64_t *off, uint64_t *len)
{
	const char *cause, *sep = strpbrk(text, "+-");
	char first[NUMBER_TEXT_MAX];
	uint64_t second;

	if (!*text)
		return "missing";
	if (*text == '-')
		return "negative";
	if (!sep || (size_t)(sep - text) >= sizeof(first))
		return "not a range (such as 0x1000+64K, or 0x1000-0x1fff)";
	memcpy(first, text, sep - text);
	first[sep - text] = '\0';
	cause = parse_size(first, off);
	if (!cause)
		cause = parse_size(sep + 1, &second);
	if (cause)
		return cause;
	if (*sep == '-')
		return range_to_end(*off, second, len);
	if (second && *off > UINT64_MAX - (second - 1))
		return TOO_LARGE;
	*len = second;
	return NULL;
}

/**
 * parse_mode - a file mode in octal, with or without leading 0
 * @text: the whole of it must be the mode
 * @mode: out; whether it is one that a node may have is for the kernel to say
 * Return: NULL, or the cause.
 */
const char *parse_mode(const char *text, uint64_t *mode)
{
	if (!*text)
		return "missing";
	if (*text == '-')
		return "negative";
	if (text[strspn(text, "01234567")])
		return "not an octal mode (such as 0660)";
	errno = 0;
	*mode = strtoull(text, NULL, 8);
	return errno == ERANGE ? TOO_LARGE : NULL;
}

/**
 * parse_name - whether an object may have this name
 * @text: the name
 * Return: NULL, or the cause.
 */
const char *parse_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

	if (!*text)
		return "a name cannot be empty";
	if (text[strspn(text, allowed)] || strchr("._-", *text))
		return "not a name (a-z, 0-9, '.', '_' and '-', first a letter or digit)";
	if (strlen(text) > NAME_LEN_MAX)
		return "a name has at most 31 characters";
	return NULL;
}

/**
 * parse_pair - split KEY=VALUE at the first '='
 * @text: the pair
 * @key: out
 * @key_size: room in @key
 * @value: out: the part of @text behind the '='
 * Return: false when there is no '=', no key, or a key that no attribute has.
 */
bool parse_pair(const char *text, char *key, size_t key_size, const char **value)
{
	size_t len = strcspn(text, "=");

	if (!len || !text[len] || len >= key_size)
		return false;
	memcpy(key, text, len);
	key[len] = '\0';
	*value = text + len + 1;
	return true;
}

/* \\040 and the like; three digits that make a byte */
static bool is_escape(const char *text)
{
	return text[0] == '\\' && text[1] >= '0' && text[1] <= '3' &&
	       text[2] >= '0' && text[2] <= '7' && text[3] >= '0' && text[3] <= '7';
}

/**
 * unescape_octal - undo what the kernel does to bytes that separate columns
 * @text: changed in place, as "a\\040b" to "a b"
 */
void unescape_octal(char *text)
{
	char *to = text;

	while (*text) {
		if (is_escape(text)) {
			*to++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/**
 * format_size - the shortest text that parse_size() reads back as the same
 * @bytes: the size
 * @text: room for it
 * Return: @text.
 */
const char *format_size(uint64_t bytes, char text[SIZE_TEXT_MAX])
{
	static const char suffixes[] = "\0KMGT";
	size_t i = 0;

	while (bytes && !(bytes & 1023) && i + 2 < sizeof(suffixes)) {
		bytes >>= 10;
		i++;
	}
	snprintf(text, SIZE_TEXT_MAX, "%llu%s", (unsigned long long)bytes,
		 (char[]){ suffixes[i], '\0' });
	return text;
}

/**
 * edit_distance - how many characters to add, drop or change to get b from a
 * @a: a word
 * @b: another one
 * Return: the count; words of more than 63 characters are far from all others.
 */
unsigned int edit_distance(const char *a, const char *b)
{
	size_t len_b = strlen(b), i, j;
	unsigned int row[64];

	if (len_b >= 64 || strlen(a) >= 64)
		return 64;
	for (j = 0; j <= len_b; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= len_b; j++) {
			unsigned int change = diagonal + (a[i - 1] != b[j - 1]);
			unsigned int move = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = change < move ? change : move;
		}
	}
	return row[len_b];
}
