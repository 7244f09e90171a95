// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes by a pool's device through its mirror of a process: by the
 * calls of the kernel's test device, whose header is not installed.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "pool.h"

struct mirror_call {
	uint64_t addr;
	uint64_t ptr;
	uint64_t npages;
	uint64_t cpages;
	uint64_t faults;
};

#define MIRROR_READ	_IOWR('H', 0x00, struct mirror_call)
#define MIRROR_WRITE	_IOWR('H', 0x01, struct mirror_call)
#define MIRROR_OWN	_IOWR('H', 0x05, struct mirror_call)

static int call(struct tenant *t, unsigned long cmd, unsigned int first, unsigned int nr)
{
	struct mirror_call arg = {
		.addr = (uintptr_t)(t->area + first * page),
		.ptr = (uintptr_t)t->buffer,
		.npages = nr,
	};

	return pool_call(t, cmd, &arg);
}

/* All of it or nothing: EBUSY, if somebody moves it all the time */
void mirror_read(struct tenant *t, unsigned int first, unsigned int nr)
{
	unsigned int i;

	memset(t->buffer, 0xff, nr * page);
	if (!MAY(call(t, MIRROR_READ, first, nr), "mirror read", EBUSY, ENODEV))
		return;
	for (i = 0; i < nr; i++)
		stamp_check(t, first + i, t->buffer + i * (page / 8), "a mirror read");
	did(DID_POOL_MIRROR_READ);
}

/* What was refused may have been written in part, by whole pages */
static void see_what_it_is(struct tenant *t, unsigned int nr, uint64_t stamp)
{
	uint64_t word = *(volatile uint64_t *)(t->area + nr * page);

	if (word == stamp)
		t->stamp[nr] = stamp;
	stamp_check(t, nr, (const uint64_t *)(t->area + nr * page), "a mirror write");
}

void mirror_write(struct tenant *t, unsigned int first, unsigned int nr)
{
	uint64_t stamps[FEW_PAGES];
	unsigned int i;
	bool done;

	for (i = 0; i < nr; i++)
		stamps[i] = stamp_make(t, first + i, i);
	done = MAY(call(t, MIRROR_WRITE, first, nr), "mirror write", EBUSY, ENODEV);
	for (i = 0; i < nr; i++) {
		if (done)
			t->stamp[first + i] = stamps[i];
		else
			see_what_it_is(t, first + i, stamps[i]);
	}
	if (done)
		did(DID_POOL_MIRROR_WRITE);
}

/* Until anybody touches it */
void mirror_own(struct tenant *t, unsigned int nr)
{
	memset(t->buffer, 0xff, page);
	if (!MAY(call(t, MIRROR_OWN, nr, 1), "mirror own", EBUSY, ENOENT, ENODEV))
		return;
	stamp_check(t, nr, t->buffer, "what the device owns");
	did(DID_POOL_OWN);
}
