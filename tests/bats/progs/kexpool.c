// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexpool: threads that migrate the same memory both ways while others use it.
 *
 *   kexpool NODE THREADS PAGES ROUNDS SEED [EVICT-FILE]
 *
 * Each thread has a word of its own in every page, writes it in turn by the CPU
 * and by the device, and reads it back either way; between that it moves random
 * ranges in or home, evicts, or forks a child that looks at what its parent had. Any
 * byte that is not as it was left ends the program with status 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kex.h>

#include "util.h"

static char *area;
static size_t page, pages;
static int rounds, fd;
static const char *evict_file;
static unsigned long moved, pokes, peeks, forks;

struct thread {
	pthread_t id;
	unsigned int nr;
	uint64_t seed;
	uint64_t *want;		/* per page */
};

static uint64_t rnd(struct thread *t)
{
	t->seed ^= t->seed << 13;
	t->seed ^= t->seed >> 7;
	t->seed ^= t->seed << 17;
	return t->seed;
}

static volatile uint64_t *word(const struct thread *t, size_t n)
{
	return (volatile uint64_t *)(area + n * page) + t->nr;
}

static void wrong(const struct thread *t, size_t n, uint64_t got, const char *how)
{
	die("thread %u: page %zu by %s: %llx, left %llx", t->nr, n, how,
	    (unsigned long long)got, (unsigned long long)t->want[n]);
}

static bool device(const struct thread *t, size_t n, uint64_t *value, bool write)
{
	struct kex_peek peek = {
		.argsz = sizeof(peek),
		.addr = (uintptr_t)word(t, n),
		.len = sizeof(*value),
		.buf = (uintptr_t)value,
	};

	if (!ioctl(fd, write ? KEX_POKE : KEX_PEEK, &peek)) {
		__atomic_add_fetch(write ? &pokes : &peeks, 1, __ATOMIC_RELAXED);
		return true;
	}
	/* Not in the pool, or too restless; EPERM: shared with a child just now */
	if (errno != ENXIO && errno != EBUSY && errno != EPERM && errno != ENODEV)
		die("%s: %s", write ? "POKE" : "PEEK", errno_name(errno));
	return false;
}

static void use(struct thread *t)
{
	size_t n = rnd(t) % pages;
	uint64_t got, value = rnd(t);

	if (!device(t, n, &got, false))
		got = *word(t, n);
	if (got != t->want[n])
		wrong(t, n, got, "reading");
	if (rnd(t) % 2 || !device(t, n, &value, true))
		*word(t, n) = value;
	t->want[n] = value;
	got = *word(t, n);
	if (got != value)
		wrong(t, n, got, "writing");
}

static void move(struct thread *t)
{
	size_t n = rnd(t) % pages, len = 1 + rnd(t) % (pages - n);
	struct kex_migrate arg = {
		.argsz = sizeof(arg),
		.to = rnd(t) % 3 == 0,
		.addr = (uintptr_t)(area + n * page),
		.len = len * page,
	};

	if (!ioctl(fd, KEX_MIGRATE, &arg))
		__atomic_add_fetch(&moved, arg.moved, __ATOMIC_RELAXED);
	else if (errno != ENODEV)
		die("MIGRATE: %s", errno_name(errno));
	if (arg.moved + arg.there + arg.hole + arg.file + arg.pinned + arg.busy + arg.foreign +
	    arg.special + arg.full != len && !errno)
		die("MIGRATE: of %zu pages not all are accounted for", len);
}

/* A child has what the forking thread had, whatever the others do meanwhile */
static void child(struct thread *t)
{
	int status;
	size_t n;
	pid_t pid = fork();

	if (pid < 0)
		return;
	if (!pid) {
		for (n = 0; n < pages; n++)
			if (*word(t, n) != t->want[n])
				_exit(1);
		for (n = 0; n < pages; n += 7)
			*word(t, n) = 0;
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("thread %u: a child saw other bytes (status %x)", t->nr, status);
	__atomic_add_fetch(&forks, 1, __ATOMIC_RELAXED);
}

static void *run(void *arg)
{
	struct thread *t = arg;
	int round;
	size_t n;

	for (n = 0; n < pages; n++)
		t->want[n] = 0;
	for (round = 0; round < rounds; round++) {
		unsigned int what = rnd(t) % 16;

		errno = 0;
		if (what < 10)
			use(t);
		else if (what < 15)
			move(t);
		else if (evict_file && rnd(t) % 2)
			write_text(evict_file, "1");
		else if (rnd(t) % 4 == 0)
			child(t);
	}
	for (n = 0; n < pages; n++)
		if (*word(t, n) != t->want[n])
			wrong(t, n, *word(t, n), "the end");
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned int threads, i;
	struct thread *all;

	if (argc < 6)
		die("usage: kexpool NODE THREADS PAGES ROUNDS SEED [EVICT-FILE]");
	threads = strtoul(argv[2], NULL, 0);
	pages = strtoul(argv[3], NULL, 0);
	rounds = strtoul(argv[4], NULL, 0);
	evict_file = argc > 6 ? argv[6] : NULL;
	page = sysconf(_SC_PAGESIZE);
	if (!threads || threads * sizeof(uint64_t) > page || !pages)
		die("1 to %zu threads, and pages", page / sizeof(uint64_t));
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", argv[1], errno_name(errno));
	area = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	all = calloc(threads, sizeof(*all));
	if (area == MAP_FAILED || !all)
		die("no memory");
	for (i = 0; i < threads; i++) {
		all[i].nr = i;
		all[i].seed = strtoull(argv[5], NULL, 0) * 0x9e3779b97f4a7c15ULL + i + 1;
		all[i].want = calloc(pages, sizeof(uint64_t));
		if (!all[i].want || pthread_create(&all[i].id, NULL, run, &all[i]))
			die("no thread %u", i);
	}
	for (i = 0; i < threads; i++)
		pthread_join(all[i].id, NULL);
	printf("%lu pages moved, %lu peeks, %lu pokes, %lu forks\n", moved, peeks, pokes, forks);
	return 0;
}
