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
}

/*
 * gen is read before the open and after it: when it is the same and even, the
 * file belongs to that life of the region. Once gen has moved on, the write to
 * revoke has returned.
 */
static void revoke_process(void)
{
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

static void revoke_start(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/storm0", regions);
	MAY(mkdir(path, 0777) ? -errno : 0, "mkdir", 0);
	MAY(set("storm0", "size", "64K\n"), "size", 0);
	MAY(set("storm0", "live", "1\n"), "live=1", 0);
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
	char path[300];

	snprintf(path, sizeof(path), "%s/storm0", regions);
	MAY(set("storm0", "live", "0\n"), "live=0", 0);
	MAY(rmdir(path) ? -errno : 0, "rmdir", 0);
	if (!shared->cut)
		die("no mapper ever met a revoke");
}

int main(int argc, char **argv)
{
	bool revoke = argc == 5 && !strcmp(argv[1], "revoke");
	int i, processes, status;
	struct sigaction act = { .sa_handler = on_sigbus };
	bool failed = false;
	uint64_t limit;

	if (argc != 5 || (!revoke && strcmp(argv[1], "names")))
		die("usage: kexstorm names|revoke CARVEOUT PROCESSES MS");
	processes = parse_size(argv[3]);
	snprintf(regions, sizeof(regions), "%s/%s/regions", KEX_CONFIGFS, argv[2]);
	sigaction(SIGBUS, &act, NULL);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("no memory");
	if (revoke)
		revoke_start();
	for (i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork: %s", errno_name(errno));
		if (!pid) {
			if (revoke)
				revoke_process();
			else
				names_process(i + 1);
			_exit(0);
		}
	}
	limit = now_ms() + parse_size(argv[4]);
	if (revoke)
		revoke_main(limit);
	while (now_ms() < limit)
		usleep(1000);
	shared->stop = true;
	while (wait(&status) > 0)
		failed |= status != 0;
	if (failed)
		return 1;
	if (revoke)
		revoke_end();
	else
		names_end();
	if (revoke)
		printf("ok: %lu lives, %lu mappings cut\n", shared->gen / 2, shared->cut);
	else
		printf("ok: %lu made live, %lu mapped\n", shared->created, shared->mapped);
	return 0;
}
