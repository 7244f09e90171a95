/* SPDX-License-Identifier: GPL-2.0-only */
/* What the helper programs of the bats suite share. */
#ifndef KEX_TEST_UTIL_H
#define KEX_TEST_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Where the driver's configfs tree and class are */
#define KEX_CONFIGFS "/sys/kernel/config/kex/carveouts"
#define KEX_CLASS "/sys/class/kex"
#define KEX_DEV "/dev/kex"

_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "EINVAL" for EINVAL; a number in a static buffer for what has no name */
const char *errno_name(int err);

/* [0x]digits with an optional K, M, G or P (pages); dies on anything else */
uint64_t parse_size(const char *text);

/* 0 or -errno; the text is written with one write() */
int write_text(const char *path, const char *text);

/*
 * Reads a file with one read() and cuts the trailing newlines.
 * Returns the length or -errno.
 */
long read_text(const char *path, char *buf, size_t size);

/* The number in a file; dies when there is none */
uint64_t read_number(const char *path);

/* The value of "KEY 123 kB" in /proc/meminfo; KEY ends with its colon */
long meminfo(const char *key);

/* KiB that are free, in the lists of each CPU too: MemFree lacks those */
long free_memory(void);

/* Milliseconds of the monotonic clock */
uint64_t now_ms(void);

#endif
