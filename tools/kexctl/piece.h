/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pieces of windows: what regions lend, where it is seen. Nothing here touches
 * the system.
 */
#ifndef KEXCTL_PIECE_H
#define KEXCTL_PIECE_H

#include "out.h"

struct piece {
	char *region;
	uint64_t woff;
	uint64_t roff;
	uint64_t len;
	char *typed;		/* as it was typed, or could be */
};

struct pieces {
	struct piece *items;
	size_t count;
};

bool pieces_read(char *text, struct pieces *list);
const char *pieces_take(char **words, struct pieces *list, char **what);
char *pieces_write(const struct pieces *list);
void pieces_free(struct pieces *list);
bool pieces_meet(const struct piece *a, const struct piece *b);
void pieces_record(const struct pieces *list, struct record *record, const char *key);

#endif /* KEXCTL_PIECE_H */
