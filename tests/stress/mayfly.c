// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mayflies: processes with a few pages, which go into a pool and are given up soon
 * after, by parent and child in any order. So evictions meet memory that is just
 * ending.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"

/* Of one that is born by itself */
#define LIVES		4
#define MOST_PAGES	64
/* A child, and its child */
#define GENERATIONS	2

/* What a page begins with: whose it is, and which */
static uint64_t mark(pid_t owner, unsigned int nr)
{
	return (uint64_t)owner << 32 | nr;
}

static uint64_t *first_word(char *area, unsigned int nr)
{
	return (uint64_t *)(area + nr * page);
}

static void check(char *area, unsigned int pages, pid_t owner)
{
	unsigned int i;

	for (i = 0; i < pages; i++)
		if (*first_word(area, i) != mark(owner, i))
			wrong("a mayfly: page %u at %p has %#llx, not %#llx", i,
			      first_word(area, i), (unsigned long long)*first_word(area, i),
			      (unsigned long long)mark(owner, i));
}

/* Returns the owner of what is in the pages then */
static pid_t come_in(struct tenant *t, char *area, unsigned int pages)
{
	pid_t owner = getpid();
	unsigned int i;

	for (i = 0; i < pages; i++)
		*first_word(area, i) = mark(owner, i);
	pool_migrate(t, 0, area, pages, false);
	return owner;
}

static void hand_down(struct tenant *t, char *area, unsigned int pages, pid_t owner,
		      unsigned int generations);

static pid_t bear(struct tenant *t, char *area, unsigned int pages, pid_t owner,
		  unsigned int generations)
{
	uint64_t seed = draw(1U << 31);
	pid_t pid = fork();

	if (pid < 0)
		wrong("fork: %s", errno_name(errno));
	if (pid)
		return pid;
	draw_seed(seed);
	if (draw(2)) {
		check(area, pages, owner);
		owner = come_in(t, area, pages);
	}
	hand_down(t, area, pages, owner, generations - 1);
	_exit(0);
}

static void bury(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		wrong("a mayfly is gone");
	if (status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		wrong("a mayfly ended with %#x", status);
}

/* It may be that a child has it longer */
static void hand_down(struct tenant *t, char *area, unsigned int pages, pid_t owner,
		      unsigned int generations)
{
	pid_t pid = generations && !draw(3) ? bear(t, area, pages, owner, generations) : 0;

	if (!draw(4))
		check(area, pages, owner);
	munmap(area, pages * page);
	if (pid)
		bury(pid);
}

static void live(struct tenant *t)
{
	unsigned int pages = 1 + draw(MOST_PAGES);
	char *area = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		wrong("no memory for a mayfly");
	hand_down(t, area, pages, come_in(t, area, pages), GENERATIONS);
}

void mayfly(void)
{
	struct tenant t = { .fd = -1 };
	uint64_t seed;
	unsigned int i;
	bool open;
	pid_t pid;

	while (!shared->stop) {
		open = pool_open(&t);
		seed = draw(1U << 31);
		pid = fork();
		if (pid < 0)
			wrong("fork: %s", errno_name(errno));
		if (pid) {
			bury(pid);
			if (open)
				did(DID_POOL_MAYFLY);
			continue;
		}
		draw_seed(seed);
		for (i = 0; i < LIVES; i++)
			live(&t);
		_exit(0);
	}
}
