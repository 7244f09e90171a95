/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: places where a test can stop the driver, or make it fail
 *
 * Only in a build with KEX_DEBUG_POINTS=1 (tests/lab/run --points): in any other
 * there is nothing of it. A test writes the name of a point to the module
 * parameter "stop", and the next task that gets there stops; what is written
 * next, "none" or another name, lets it go on. "stop" reads the point where
 * somebody stands now, else "none". "NAME N" in the parameter "fail" makes the
 * Nth of what is counted at that point fail, every time, until "none".
 */
#ifndef _KEX_DEBUG_H
#define _KEX_DEBUG_H

#include <linux/types.h>

#ifdef KEX_DEBUG_POINTS
void kex_point(const char *name);
bool kex_point_fails(const char *name, unsigned int n);
#else
static inline void kex_point(const char *name) { }
static inline bool kex_point_fails(const char *name, unsigned int n) { return false; }
#endif

/* Where a test may stop the caller, which may sleep, locks held or not */
#define KEX_POINT(name)	kex_point(#name)

#endif /* _KEX_DEBUG_H */
