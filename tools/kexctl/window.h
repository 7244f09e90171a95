/* SPDX-License-Identifier: GPL-2.0-only */
/* The noun window: what others need to know of it. */
#ifndef KEXCTL_WINDOW_H
#define KEXCTL_WINDOW_H

#include "item.h"
#include "piece.h"

int window_pieces(const struct item *item, struct pieces *list);
char *window_users(const struct item *region);

#endif /* KEXCTL_WINDOW_H */
