/* SPDX-License-Identifier: GPL-2.0-only */
/* A region whose node is open, and which part of its bytes is meant. */
#ifndef KEXCTL_SPAN_H
#define KEXCTL_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "dev.h"
#include "item.h"

struct span {
	struct item item;
	struct dev dev;
	uint64_t off;
	uint64_t len;
};

enum status span_open(struct span *span, const char *name, const char *verb, bool write);
void span_shut(struct span *span);
enum status span_check(const struct span *span, const char *what, const char *typed);

#endif /* KEXCTL_SPAN_H */
