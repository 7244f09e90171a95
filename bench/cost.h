/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of the benchmarks, and what they keep of several rounds. With the
 * lab's --icount a guest nanosecond is a guest instruction.
 */
#ifndef COST_H
#define COST_H

#include <time.h>

/* Rounds of a measurement: the first one pays for page tables and caches */
#define ROUNDS	8

/**
 * now() - the time, in nanoseconds, from some start
 */
static inline unsigned long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/**
 * keep_least() - keeps what each step of a round took, if no round before took less
 * @least: per step, the least of the rounds
 * @t: when each step began, and when the last one ended
 * @nr: steps
 * @round: rounds before this one
 *
 * What else the kernel does amid a step (RCU callbacks, work of its detectors on
 * a debug kernel) only adds to it, in about every fourth round of a short step.
 */
static inline void keep_least(unsigned long long *least, const unsigned long long *t, int nr,
			      int round)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!round || t[i + 1] - t[i] < least[i])
			least[i] = t[i + 1] - t[i];
}

#endif
