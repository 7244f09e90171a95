// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keepers of pools: they make and end them, choose and change how they evict, and
 * see in the end that nothing is left inside, and no memory lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/kex.h>

#include "pool.h"

#define FEATURES	"/sys/kernel/config/kex/features"
#define POLICIES	"/sys/kernel/config/kex/policies"
#define NR_POLICIES	2

/* How much memory the kernel may keep for itself, of GiBs that have passed through */
#define KEPT_KIB	8192

/* How long what is freed behind our back may take */
#define PATIENCE_MS	10000

/* In the end */
#define COUNTED_PAGES	64

/* Of the pool that is up, or being made */
static struct pool *mine;
static char folder[128];

/* KiB that were free before */
static long free_before;

static int set(const char *attr, const char *value)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", folder, attr);
	return write_text(path, value);
}

static int set_policy(unsigned int nr, const char *attr, unsigned long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), POLICIES "/stress%u/%s", nr, attr);
	snprintf(text, sizeof(text), "%lu\n", value);
	return write_text(path, text);
}

static void set_paths(struct pool *pool)
{
	mine = pool;
	snprintf(folder, sizeof(folder), KEX_CONFIGFS "/%s/pools/%s", pool->carveout,
		 pool->name);
}

bool pools_possible(void)
{
	char words[1024], *word, *rest = words;
	long ret = read_text(FEATURES, words, sizeof(words));

	if (ret < 0)
		die(FEATURES ": %s", errno_name(-ret));
	while ((word = strsep(&rest, "\n")))
		if (!strcmp(word, "pool"))
			return true;
	return false;
}

/* KiB that are free, or would be if they were wanted */
static long free_kib(void)
{
	static const char * const keys[] = { "MemFree:", "Cached:", "Buffers:", "Slab:" };
	long sum = 0, pages = 0, value;
	char line[256], *at;
	unsigned int i;
	FILE *file;

	file = fopen("/proc/meminfo", "r");
	while (file && fgets(line, sizeof(line), file))
		for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			if (!strncmp(line, keys[i], strlen(keys[i])))
				sum += strtol(line + strlen(keys[i]), NULL, 10);
	if (file)
		fclose(file);
	file = fopen("/proc/zoneinfo", "r");
	while (file && fgets(line, sizeof(line), file)) {
		at = strstr(line, " count:");
		value = at ? strtol(at + 7, NULL, 10) : 0;
		pages += value;
	}
	if (!file || !sum)
		die("no /proc/meminfo, or no /proc/zoneinfo");
	fclose(file);
	return sum + pages * (long)(page / 1024);
}

static void check_free(void)
{
	uint64_t limit = now_ms() + PATIENCE_MS;
	long lost;

	if (!access("/sys/kernel/debug/kmemleak", F_OK)) {
		printf("free memory tells nothing on this kernel, which looks for leaks itself\n");
		return;
	}
	while ((lost = free_before - free_kib()) > KEPT_KIB && now_ms() < limit)
		usleep(100000);
	printf("%ld KiB less are free than before\n", lost);
	if (lost > KEPT_KIB)
		die("%ld KiB of memory lost", lost);
}

/*
 * Who makes huge pages of small ones does so under a table's lock and RCU's, and
 * at his own nice 19 would stand there for half a minute while all others run.
 */
static void hurry_khugepaged(void)
{
	char name[32];
	glob_t found;
	size_t i;

	/* Often, too; there is none without huge pages */
	write_text("/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs", "1000");
	if (glob("/proc/[0-9]*/comm", 0, NULL, &found))
		die("no /proc");
	for (i = 0; i < found.gl_pathc; i++)
		if (read_text(found.gl_pathv[i], name, sizeof(name)) > 0 &&
		    !strcmp(name, "khugepaged"))
			MAY(setpriority(PRIO_PROCESS, strtoul(found.gl_pathv[i] + 6, NULL, 10), 0) ?
			    -errno : 0, "setpriority");
	globfree(&found);
}

void pools_setup(void)
{
	static const char * const carveouts[NR_POOLS] = { "fpga", "sram" };
	char path[64];
	unsigned int i;

	hurry_khugepaged();
	free_before = free_kib();
	for (i = 0; i < NR_POOLS; i++) {
		struct pool *pool = &shared->pool[i];

		snprintf(pool->name, sizeof(pool->name), "stressp%u", i);
		strcpy(pool->carveout, carveouts[i]);
		/* By the owner of the last region */
		pool->unbinds = i;
		pool->life = 1;
	}
	for (i = 0; i < NR_POLICIES; i++) {
		snprintf(path, sizeof(path), POLICIES "/stress%u", i);
		MAY(mkdir(path, 0777) ? -errno : 0, path);
	}
}

/* By which: one of those that are always there, or one of ours */
static void choose_policy(void)
{
	static const char * const policies[] = {
		"fifo", "lru", "clock", "random", "stress0", "stress1"
	};

	MAY(set("policy", policies[draw(6)]), "policy");
	did(DID_POOL_POLICY);
}

/* A policy that another pool may use: what it does is seen at once */
static void change_policy(void)
{
	static const char * const algorithms[] = { "fifo", "lru", "clock", "random" };
	unsigned int nr = draw(NR_POLICIES), high = 30 + draw(71);
	unsigned long granules[] = { page, 65536, 262144, 2097152 };
	char path[64];

	switch (draw(6)) {
	case 0:
		snprintf(path, sizeof(path), POLICIES "/stress%u/algorithm", nr);
		if (MAY(write_text(path, algorithms[draw(4)]), "algorithm", EBUSY))
			did(DID_POOL_ALGORITHM);
		break;
	case 1:
		MAY(set_policy(nr, "granule", granules[draw(4)]), "granule");
		break;
	case 2:
		MAY(set_policy(nr, "min_resident_ms", draw(3) ? 0 : draw(50)), "min_resident_ms");
		break;
	default:
		/* Another keeper may do the same */
		MAY(set_policy(nr, "low", 1), "low");
		if (MAY(set_policy(nr, "high", high), "high", EINVAL) &&
		    MAY(set_policy(nr, "low", 1 + draw(high)), "low", EINVAL))
			did(DID_POOL_MARKS);
	}
}

static void choose_fault_around(void)
{
	char text[16];

	snprintf(text, sizeof(text), "%u\n", 1 + draw(draw(2) ? 512 : 16));
	MAY(set("fault_around", text), "fault_around");
}

static bool up(void)
{
	MAY(mkdir(folder, 0777) ? -errno : 0, "mkdir", EEXIST);
	MAY(set("size", mine->unbinds || !draw(4) ? "2M" : "4M"), "size");
	MAY(set("backing", draw(4) ? "carveout" : "system"), "backing");
	choose_fault_around();
	choose_policy();
	/* Memory of earlier lives is taken while they are open; the carve-out may be gone */
	while (!MAY(set("live", "1\n"), "live=1", ENOSPC, ENODEV)) {
		if (shared->stop)
			return false;
		usleep(2000);
	}
	mine->life++;
	did(DID_POOL_LIFE);
	return true;
}

/* A count of the life that is up; false if it is not any more */
static bool fact(const char *name, unsigned long *value)
{
	char path[64], text[32];
	long ret;

	snprintf(path, sizeof(path), KEX_CLASS "/%s/%s", mine->name, name);
	ret = read_text(path, text, sizeof(text));
	if (mine->unbinds ? !MAY(ret < 0 ? ret : 0, path, ENOENT, ENODEV) :
			    !MAY(ret < 0 ? ret : 0, path))
		return false;
	*value = strtoul(text, NULL, 10);
	return true;
}

struct counts {
	unsigned long in, out, fault, policy;
};

/* What has been counted stays counted */
static bool check_facts(struct counts *last)
{
	unsigned long used, capacity;
	struct counts now;

	if (!fact("capacity", &capacity) || !fact("used", &used) ||
	    !fact("policy_evictions", &now.policy) || !fact("fault_pages", &now.fault) ||
	    !fact("migrated_out", &now.out) || !fact("migrated_in", &now.in))
		return false;
	if (used > capacity)
		wrong("%s: %lu of %lu bytes used", mine->name, used, capacity);
	if (now.fault > now.out || now.policy > now.out)
		wrong("%s: %lu out, %lu by faults, %lu by policy", mine->name, now.out,
		      now.fault, now.policy);
	if (now.in < last->in || now.out < last->out || now.fault < last->fault ||
	    now.policy < last->policy)
		wrong("%s: in %lu, %lu; out %lu, %lu; by faults %lu, %lu; by policy %lu, %lu",
		      mine->name, last->in, now.in, last->out, now.out, last->fault,
		      now.fault, last->policy, now.policy);
	*last = now;
	return true;
}

/* By sysfs, for which nothing has to be open */
static void evict(void)
{
	unsigned int pages = (2UL << 20) / page, first = draw(pages);
	char path[64], text[48] = "1\n";
	int ret;

	snprintf(path, sizeof(path), KEX_CLASS "/%s/evict", mine->name);
	if (draw(2))
		snprintf(text, sizeof(text), "%zu %zu\n", first * page,
			 (1 + draw(pages - first)) * page);
	ret = write_text(path, text);
	if (mine->unbinds ? MAY(ret, "evict", ENOENT, ENODEV) : MAY(ret, "evict"))
		did(DID_POOL_EVICT);
}

static void live(void)
{
	unsigned int turns = 50 + draw(250);
	struct counts counts = { 0 };

	while (turns-- && !shared->stop) {
		switch (draw(10)) {
		case 0:
			choose_policy();
			break;
		case 1 ... 2:
			change_policy();
			break;
		case 3:
			choose_fault_around();
			break;
		case 4:
			evict();
			break;
		case 5:
			/* Else the owner of the region there does */
			if (mine->unbinds && !shared->has_regions && !draw(16))
				rebind(mine->carveout);
			if (!check_facts(&counts)) {
				did(DID_POOL_LOST);
				return;
			}
			break;
		default:
			/* Lets the others in; nothing depends on it */
			usleep(draw(20000));
		}
	}
}

static void down(void)
{
	unsigned int tries = draw(2) * 100;

	mine->life++;
	/* Nobody opens it anew; who has it open may keep it so */
	while (tries--) {
		if (MAY(set("live", "0\n"), "live=0", EBUSY)) {
			did(DID_POOL_LIVE_0);
			return;
		}
		usleep(2000);
	}
	MAY(set("revoke", "1\n"), "revoke");
	did(DID_POOL_REVOKE);
	if (!draw(4))
		MAY(rmdir(folder) ? -errno : 0, "rmdir");
}

void keeper(struct pool *pool)
{
	set_paths(pool);
	while (up()) {
		live();
		/* What is inside in the end is for pools_end() to see */
		if (shared->stop)
			return;
		down();
	}
}

static bool is_live(void)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/live", folder);
	return !access(path, F_OK) && read_number(path);
}

/* Of a process that is alone all is known */
static void check_counts(void)
{
	struct kex_migrate arg = { .argsz = sizeof(arg), .len = COUNTED_PAGES * page };
	struct counts before = { 0 }, after;
	char path[64], *area;
	unsigned int i;
	int fd;

	snprintf(path, sizeof(path), KEX_DEV "/%s", mine->name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	area = mmap(NULL, arg.len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || area == MAP_FAILED)
		die("%s: %s", path, errno_name(errno));
	for (i = 0; i < COUNTED_PAGES; i++)
		area[i * page] = i + 1;
	check_facts(&before);
	after = before;
	arg.addr = (uintptr_t)area;
	MAY(ioctl(fd, KEX_MIGRATE, &arg) ? -errno : 0, "last migrate");
	for (i = 0; i < COUNTED_PAGES; i++)
		if (area[i * page] != (char)(i + 1))
			die("in the end, page %u has %d", i, area[i * page]);
	check_facts(&after);
	if (arg.moved < COUNTED_PAGES / 2 || after.in - before.in != arg.moved ||
	    after.out - before.out != arg.moved)
		die("in the end, %llu of %u pages moved, %lu counted in, %lu out",
		    (unsigned long long)arg.moved, COUNTED_PAGES, after.in - before.in,
		    after.out - before.out);
	munmap(area, arg.len);
	close(fd);
}

/* Ended processes may have memory that somebody else is just looking at */
static void check_empty(void)
{
	uint64_t limit = now_ms() + PATIENCE_MS;
	unsigned long used = 1;

	while (fact("used", &used) && used && now_ms() < limit)
		usleep(10000);
	if (used)
		die("%s: %lu bytes are used in the end", mine->name, used);
}

void pools_end(void)
{
	char path[64];
	unsigned int i;

	for (i = 0; i < NR_POOLS; i++) {
		struct counts counts = { 0 };

		set_paths(&shared->pool[i]);
		draw_seed(i);
		if (!is_live() && !up())
			die("%s does not come up again", mine->name);
		MAY(set("policy", "fifo"), "last policy");
		check_empty();
		check_facts(&counts);
		if (counts.in < counts.out)
			die("%s: %lu pages in, %lu out", mine->name, counts.in, counts.out);
		check_counts();
		check_empty();
		MAY(set("live", "0\n"), "last live=0");
		MAY(rmdir(folder) ? -errno : 0, "last rmdir");
	}
	for (i = 0; i < NR_POLICIES; i++) {
		snprintf(path, sizeof(path), POLICIES "/stress%u", i);
		MAY(rmdir(path) ? -errno : 0, path);
	}
	check_free();
}
