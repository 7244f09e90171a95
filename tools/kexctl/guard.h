/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change of several steps that ends whole or undone. Between guard_begin()
 * and guard_end(), signals that end a program wait; guard_hit() says that one
 * does, so that the steps can stop and be undone; guard_end() lets it through.
 * Without guard_end(), it never comes: the program ends by itself.
 *
 * A long copy is not undone: stop_begin() to stop_end() let it end between two
 * pieces, and say how far it got, before the signal has its way.
 */
#ifndef KEXCTL_GUARD_H
#define KEXCTL_GUARD_H

#include <stdbool.h>

void guard_begin(void);
bool guard_hit(void);
int guard_fd(void);
void guard_end(void);

void stop_begin(void);
bool stop_asked(void);
void stop_end(void);

#endif /* KEXCTL_GUARD_H */
