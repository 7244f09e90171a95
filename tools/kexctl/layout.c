// SPDX-License-Identifier: GPL-2.0-only
/* Rows of a picture: how wide each thing is, and where it starts. */
#include <stdbool.h>

#include "layout.h"

/* A product of a length and a width may be larger than any number of 64 bits */
static unsigned int scale(uint64_t part, uint64_t whole, unsigned int width)
{
	return (__uint128_t)part * width / whole;
}

static bool is_narrow(const struct slot *slot, uint64_t len, unsigned int room)
{
	return (__uint128_t)slot->len * room < (__uint128_t)slot->min * len;
}

/* As many as have room for what they need at least; one always has */
static size_t fitting(struct slot *slots, size_t count, unsigned int width)
{
	unsigned int room = width;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!i && slots[i].min > width)
			slots[i].min = width;
		if (slots[i].min > room)
			break;
		room -= slots[i].min;
	}
	return i;
}

/* Those that a true scale would make too narrow get what they need, 0 is the others' */
static void widen(struct slot *slots, size_t count, unsigned int *room, uint64_t *len)
{
	bool again = true;
	size_t i;

	while (again) {
		again = false;
		for (i = 0; i < count; i++) {
			if (slots[i].width || !is_narrow(&slots[i], *len, *room))
				continue;
			slots[i].width = slots[i].min;
			*room -= slots[i].min;
			*len -= slots[i].len;
			again = true;
		}
	}
}

/**
 * layout_row - fill a row
 * @slots: what there is, in order; lengths together fit in 64 bits, none is 0
 * @count: how many, not 0
 * @width: of the row, not 0
 * Return: how many of them are in this row; those have their place.
 */
size_t layout_row(struct slot *slots, size_t count, unsigned int width)
{
	unsigned int room = width, at = 0;
	uint64_t len = 0, before = 0;
	size_t n, i;

	n = fitting(slots, count, width);
	for (i = 0; i < n; i++) {
		slots[i].width = 0;
		len += slots[i].len;
	}
	widen(slots, n, &room, &len);
	for (i = 0; i < n; i++) {
		slots[i].at = at;
		/* Rounded by where it ends, so that a row is full */
		if (!slots[i].width) {
			slots[i].width = scale(before + slots[i].len, len, room) -
					 scale(before, len, room);
			before += slots[i].len;
		}
		at += slots[i].width;
	}
	return n;
}

/**
 * layout_at - where a byte of something is in its row
 * @slot: placed by layout_row()
 * @off: the byte; its length for where it ends
 * Return: from the start of the row.
 */
unsigned int layout_at(const struct slot *slot, uint64_t off)
{
	return slot->at + scale(off, slot->len, slot->width);
}

/**
 * layout_share - how much of a width stands for a part
 * @part: bytes, at most @whole
 * @whole: bytes, not 0
 * @width: for all of it
 * Return: 0 for nothing alone, and @width for all of it alone, where there is room for that.
 */
unsigned int layout_share(uint64_t part, uint64_t whole, unsigned int width)
{
	unsigned int share = scale(part, whole, width);

	if (part && !share && width)
		share = 1;
	if (part < whole && share == width && width > 1)
		share--;
	return share;
}
