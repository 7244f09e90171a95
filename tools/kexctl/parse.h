/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text to values, and back. Nothing here touches the system, so that all of it
 * is tested on the host (tests/unit).
 *
 * Each parser returns NULL when it understood the text, or else the cause as
 * a phrase that fits behind "size 8Q: ".
 */
#ifndef KEXCTL_PARSE_H
#define KEXCTL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest name, as in the UAPI header's KEX_NAME_SIZE without the NUL */
#define NAME_LEN_MAX	31

/* Holds any size that format_size() writes */
#define SIZE_TEXT_MAX	24

const char *parse_size(const char *text, uint64_t *bytes);
const char *parse_uint(const char *text, uint64_t *number);
const char *parse_period(const char *text, uint64_t *us);
const char *parse_range(const char *text, uint64_t *off, uint64_t *len);
const char *parse_mode(const char *text, uint64_t *mode);
const char *parse_name(const char *text);
bool parse_pair(const char *text, char *key, size_t key_size, const char **value);

void unescape_octal(char *text);

const char *format_size(uint64_t bytes, char text[SIZE_TEXT_MAX]);
unsigned int edit_distance(const char *a, const char *b);

#endif /* KEXCTL_PARSE_H */
