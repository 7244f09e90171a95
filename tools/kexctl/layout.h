/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things of very different sizes go in a picture of a limited width. True
 * to scale as far as that goes: nothing gets too narrow for its label, and what
 * does not fit in a row goes to the next one. Nothing here touches the system.
 *
 * Widths are cells of a terminal, or pixels.
 */
#ifndef KEXCTL_LAYOUT_H
#define KEXCTL_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

struct slot {
	uint64_t len;		/* bytes */
	unsigned int min;	/* what its label needs */
	unsigned int at;	/* out: from the start of its row */
	unsigned int width;	/* out */
};

size_t layout_row(struct slot *slots, size_t count, unsigned int width);
unsigned int layout_at(const struct slot *slot, uint64_t off);
unsigned int layout_share(uint64_t part, uint64_t whole, unsigned int width);

#endif /* KEXCTL_LAYOUT_H */
