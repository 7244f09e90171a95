// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexstorm: several processes at once, and what must hold all the same
 *
 *   kexstorm names CARVEOUT PROCESSES MS
 *	All of them create, use, revoke and delete the same few names. Any errno
 *	but those that a loser of a race may get is a failure. Leaves nothing.
 *
 *   kexstorm revoke CARVEOUT PROCESSES MS
 *	One revokes a region and makes it live again, the others open and map it
 *	all the while. Once the write to revoke has returned, no byte of the
 *	memory of before can be reached through any mapping, however late in its
 *	mmap call the mapper was.
 *
 *   kexstorm down CARVEOUT PROCESSES MS
 *	One takes a region down and brings it up again, the others open it all the
 *	while. live=0 may be EBUSY, and an open may fail; but who has it open keeps
 *	it live, and no call on his file and no touch of his mapping fails.
 *
 * Prints "ok" and how much was done, or what went wrong (exit status 1).
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util.h"

#define NR_NAMES	3
#define LEN		65536UL

/* Seen by all processes */
static struct shared {
	atomic_ulong created;	/* names: made live */
	atomic_ulong mapped;	/* both: mappings that were touched */
	atomic_ulong gen;	/* revoke: even while live, odd while revoked */
	atomic_ulong cut;	/* revoke: mappings found dead, as they must be */
	atomic_ulong downs;	/* down: live=0 that was done */
	atomic_ulong busy;	/* down: live=0 that was EBUSY */
	atomic_bool stop;
} *shared;

static char regions[256];
static sigjmp_buf fault_jump;

static void on_sigbus(int sig)
{
	siglongjmp(fault_jump, sig);
}

/* Whether the byte can be written and read; a SIGBUS says no */
static bool reachable(volatile char *byte)
{
	if (sigsetjmp(fault_jump, 1))
		return false;
	*byte = 1;
	return *byte == 1;
}

/* Dies unless the result is success or one of the errnos that may be */
static bool may(long ret, const char *what, const int *allowed)
{
	if (ret >= 0)
		return true;
	for (; *allowed; allowed++)
		if (-ret == *allowed)
			return false;
	die("%s: %s", what, errno_name(-ret));
}

#define MAY(ret, what, ...) may(ret, what, (const int[]){ __VA_ARGS__, 0 })

static int set(const char *name, const char *attr, const char *value)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s/%s", regions, name, attr);
	return write_text(path, value);
}

static void use(const char *name)
{
	char path[64];
	char *map;
	int fd;

	snprintf(path, sizeof(path), KEX_DEV "/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (!MAY(fd < 0 ? -errno : 0, "open", ENOENT, ENODEV, ENXIO))
		return;
	map = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (MAY(map == MAP_FAILED ? -errno : 0, "mmap", ENODEV)) {
		if (reachable(map + LEN - 1))
			shared->mapped++;
		munmap(map, LEN);
	}
	close(fd);
}

static void names_process(unsigned int seed)
{
	char name[8], path[300];

	while (!shared->stop) {
		snprintf(name, sizeof(name), "storm%d", rand_r(&seed) % NR_NAMES);
		snprintf(path, sizeof(path), "%s/%s", regions, name);
		switch (rand_r(&seed) % 6) {
		case 0:
		case 1:
			MAY(mkdir(path, 0777) ? -errno : 0, "mkdir", EEXIST);
			MAY(set(name, "size", "64K\n"), "size", ENOENT, EBUSY);
			if (MAY(set(name, "live", "1\n"), "live=1", ENOENT, EINVAL))
				shared->created++;
			break;
		case 2:
			MAY(set(name, "live", "0\n"), "live=0", ENOENT, EBUSY);
			break;
		case 3:
			MAY(set(name, "revoke", "1\n"), "revoke", ENOENT);
			break;
		case 4:
			MAY(rmdir(path) ? -errno : 0, "rmdir", ENOENT, EBUSY);
			break;
		default:
			use(name);
		}
	}
}

static void names_end(void)
{
	char name[8], path[300];
	int i;

	for (i = 0; i < NR_NAMES; i++) {
		snprintf(name, sizeof(name), "storm%d", i);
		snprintf(path, sizeof(path), "%s/%s", regions, name);
		MAY(set(name, "revoke", "1\n"), "last revoke", ENOENT);
		MAY(rmdir(path) ? -errno : 0, "last rmdir", ENOENT);
	}
	if (!shared->created || !shared->mapped)
		die("nothing was created or nothing mapped");
	printf("ok: %lu made live, %lu mapped\n", shared->created, shared->mapped);
}

/*
 * gen is read before the open and after it: when it is the same and even, the
 * file belongs to that life of the region. Once gen has moved on, the write to
 * revoke has returned.
 */
static void revoke_process(unsigned int seed)
{
	(void)seed;
	while (!shared->stop) {
		unsigned long gen = shared->gen;
		char *map = MAP_FAILED;
		int fd;

		if (gen & 1)
			continue;
		fd = open(KEX_DEV "/storm0", O_RDWR | O_CLOEXEC);
		if (!MAY(fd < 0 ? -errno : 0, "open", ENOENT, ENODEV, ENXIO))
			continue;
		if (shared->gen == gen) {
			/* Map until it is revoked: the last mapping is the latest */
			while (shared->gen == gen && !shared->stop) {
				char *next = mmap(NULL, LEN, PROT_READ | PROT_WRITE,
						  MAP_SHARED, fd, 0);

				if (!MAY(next == MAP_FAILED ? -errno : 0, "mmap", ENODEV))
					break;
				if (map != MAP_FAILED)
					munmap(map, LEN);
				map = next;
			}
			while (shared->gen == gen && !shared->stop)
				;
			if (map != MAP_FAILED && shared->gen != gen) {
				if (reachable(map) || reachable(map + LEN - 1))
					die("memory can be reached after revoke (life %lu)", gen);
				shared->cut++;
			}
		}
		if (map != MAP_FAILED)
			munmap(map, LEN);
		close(fd);
	}
}

/* storm0 is there for as long as the storm lasts */
static void one_start(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/storm0", regions);
	MAY(mkdir(path, 0777) ? -errno : 0, "mkdir", 0);
	MAY(set("storm0", "size", "64K\n"), "size", 0);
	MAY(set("storm0", "live", "1\n"), "live=1", 0);
}

static void one_end(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/storm0", regions);
	MAY(set("storm0", "live", "0\n"), "live=0", 0);
	MAY(rmdir(path) ? -errno : 0, "rmdir", 0);
}

static void revoke_main(uint64_t limit)
{
	while (now_ms() < limit) {
		MAY(set("storm0", "revoke", "1\n"), "revoke", 0);
		shared->gen++;
		MAY(set("storm0", "live", "1\n"), "live=1", 0);
		shared->gen++;
		usleep(1000);	/* lets the mappers in; nothing depends on it */
	}
}

static void revoke_end(void)
{
	one_end();
	if (!shared->cut)
		die("no mapper ever met a revoke");
	printf("ok: %lu lives, %lu mappings cut\n", shared->gen / 2, shared->cut);
}

/* A region that is made live again has another minor number */
static bool still_live(int fd)
{
	struct stat file, node;

	return !fstat(fd, &file) && !stat(KEX_DEV "/storm0", &node) &&
	       file.st_rdev == node.st_rdev;
}

static void down_process(unsigned int seed)
{
	char byte, *map;
	int fd;

	while (!shared->stop) {
		/* Else somebody would have it open all the time */
		usleep(rand_r(&seed) % 4000);
		fd = open(KEX_DEV "/storm0", O_RDWR | O_CLOEXEC);
		if (!MAY(fd < 0 ? -errno : 0, "open", ENOENT, ENODEV, ENXIO))
			continue;
		MAY(pread(fd, &byte, 1, 0) == 1 ? 0 : -errno, "read of an open region", 0);
		map = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		MAY(map == MAP_FAILED ? -errno : 0, "mmap of an open region", 0);
		if (!reachable(map) || !reachable(map + LEN - 1) || !still_live(fd))
			die("a region went down that is open and mapped");
		close(fd);
		shared->mapped++;
		munmap(map, LEN);
	}
}

static void down_main(uint64_t limit)
{
	while (now_ms() < limit) {
		if (!MAY(set("storm0", "live", "0\n"), "live=0", EBUSY)) {
			shared->busy++;
			continue;
		}
		shared->downs++;
		MAY(set("storm0", "live", "1\n"), "live=1", 0);
	}
}

static void down_end(void)
{
	one_end();
	if (!shared->mapped || !shared->downs || !shared->busy)
		die("%lu mapped, %lu times down, %lu times busy: not all of it was tried",
		    shared->mapped, shared->downs, shared->busy);
	printf("ok: %lu mapped, %lu times down, %lu times busy\n", shared->mapped,
	       shared->downs, shared->busy);
}

static const struct storm {
	const char *name;
	void (*start)(void);
	void (*process)(unsigned int seed);
	void (*main)(uint64_t limit);
	void (*end)(void);
} storms[] = {
	{ "names", NULL, names_process, NULL, names_end },
	{ "revoke", one_start, revoke_process, revoke_main, revoke_end },
	{ "down", one_start, down_process, down_main, down_end },
};

static const struct storm *storm_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(storms) / sizeof(storms[0]); i++)
		if (!strcmp(storms[i].name, name))
			return &storms[i];
	die("no storm '%s'", name);
}

static void rage(const struct storm *storm, int processes)
{
	int i;

	for (i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork: %s", errno_name(errno));
		if (!pid) {
			storm->process(i + 1);
			_exit(0);
		}
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_sigbus };
	const struct storm *storm;
	bool failed = false;
	uint64_t limit;
	int status;

	if (argc != 5)
		die("usage: kexstorm names|revoke|down CARVEOUT PROCESSES MS");
	storm = storm_of(argv[1]);
	snprintf(regions, sizeof(regions), "%s/%s/regions", KEX_CONFIGFS, argv[2]);
	sigaction(SIGBUS, &act, NULL);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("no memory");
	if (storm->start)
		storm->start();
	rage(storm, parse_size(argv[3]));
	limit = now_ms() + parse_size(argv[4]);
	if (storm->main)
		storm->main(limit);
	while (now_ms() < limit)
		usleep(1000);
	shared->stop = true;
	while (wait(&status) > 0)
		failed |= status != 0;
	if (failed)
		return 1;
	storm->end();
	return 0;
}
