// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexstress: owners, clients, evicters and a killer, all at once, and no client
 * may see a byte that was not lent to it.
 *
 *   kexstress SEED SECONDS [regions | pools]
 *
 * Each region has an owner, which makes it, fills it with a pattern of that life
 * of the region, holds, restores and evicts ranges of it, and takes it down
 * under its users, again and again. Clients open regions, map parts of them,
 * move, split and protect the mappings, fork, evict, and look at word after
 * word. Windows have an owner each, too, which lets them show pieces of whatever
 * regions there are. One in a while of those and of the clients is killed at
 * whatever it does.
 *
 * The owner says in shared memory what it is about to do to a page and what it
 * has done. A client asks before and after it looks: of what did not change
 * meanwhile it knows what it must have seen. In each page one word in eight is
 * for clients to write; these carry the number of the region's life.
 *
 * Beside them, where the kernel can have pools, tenants move their memory into
 * these and home, and look at all of it: see tenant.c, keeper.c and mayfly.c.
 *
 * Prints "ok" and what was done, or what went wrong (exit status 1). All choices
 * are the seed's; the order in which processes run is not.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kex.h>

#include "stress.h"

#define NR_CLIENTS	7
#define FIRST_WINDOW	(NR_REGIONS + NR_CLIENTS)
#define FIRST_TENANT	(FIRST_WINDOW + NR_WINDOWS)
#define FIRST_KEEPER	(FIRST_TENANT + NR_TENANTS)
#define FIRST_MAYFLY	(FIRST_KEEPER + NR_POOLS)
#define NR_PROCESSES	(FIRST_MAYFLY + NR_MAYFLIES)

/* So often that all get something done before, however slow the guest is */
#define LOOKS_A_KILL	2000
#define POOL_LOOKS_A_KILL	8000

/* All have an end when they are told to stop; who has none by then hangs */
#define END_MS		120000

struct shared *shared;
size_t page;

static uint64_t random_state;
static pid_t pids[NR_PROCESSES];
/* What there is of it: regions with their windows, pools */
static unsigned int first_process, end_process = NR_PROCESSES;

_Noreturn void wrong(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "kexstress: seed %llu, pid %d: %s\n", (unsigned long long)shared->seed,
		getpid(), text);
	shared->failed = true;
	_exit(1);
}

bool may(long ret, const char *what, const int *allowed)
{
	if (ret >= 0)
		return true;
	while (*++allowed)
		if (-ret == *allowed)
			return false;
	wrong("%s: %s", what, errno_name(-ret));
}

void did(enum deed deed)
{
	shared->done[deed]++;
}

void did_many(enum deed deed, unsigned long times)
{
	shared->done[deed] += times;
}

void draw_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

unsigned int draw(unsigned int limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 20) % limit;
}

/* All of it, one page, or anything */
void draw_pages(unsigned int pages, unsigned int *first, unsigned int *nr)
{
	*first = draw(4) ? draw(pages) : 0;
	*nr = draw(3) ? draw(pages - *first) + 1 : draw(2) ? 1 : pages - *first;
}

int range_call(int fd, unsigned long call, unsigned int first, unsigned int nr)
{
	struct kex_range range = {
		.argsz = sizeof(range), .off = first * page, .len = nr * page,
	};

	return ioctl(fd, call, &range) ? -errno : 0;
}

static void start(unsigned int index, uint64_t seed)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", errno_name(errno));
	if (pid) {
		pids[index] = pid;
		return;
	}
	draw_seed(seed);
	if (index < NR_REGIONS)
		owner(&shared->region[index]);
	else if (index < FIRST_WINDOW)
		client();
	else if (index < FIRST_TENANT)
		window_owner(&shared->window[index - FIRST_WINDOW]);
	else if (index < FIRST_KEEPER)
		tenant(index - FIRST_TENANT);
	else if (index < FIRST_MAYFLY)
		keeper(&shared->pool[index - FIRST_KEEPER]);
	else
		mayfly();
	_exit(0);
}

/* Only what was killed may have ended otherwise than by its own _exit(0) */
static void judge_end(pid_t pid, int status)
{
	if (!status || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		return;
	if (WIFSIGNALED(status))
		fprintf(stderr, "kexstress: pid %d: ended by SIG%s\n", pid,
			sigabbrev_np(WTERMSIG(status)));
	shared->failed = true;
}

static bool is_window_owner(unsigned int index)
{
	return index >= FIRST_WINDOW && index < FIRST_TENANT;
}

/* Grandchildren come to us, too. Returns whether there is any left. */
static bool reap(uint64_t *seed)
{
	unsigned int i;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		judge_end(pid, status);
		for (i = 0; i < NR_PROCESSES; i++) {
			if (pids[i] != pid)
				continue;
			pids[i] = 0;
			if (is_window_owner(i))
				window_owner_ended(&shared->window[i - FIRST_WINDOW]);
			if (!shared->stop && !shared->failed)
				start(i, (*seed)++);
			else if (is_window_owner(i))
				window_end(&shared->window[i - FIRST_WINDOW]);
		}
	}
	return !pid;
}

static void kill_one(void)
{
	unsigned int i = NR_REGIONS + draw(FIRST_TENANT - NR_REGIONS);

	if (!pids[i])
		return;
	if (is_window_owner(i))
		window_owner_dies(&shared->window[i - FIRST_WINDOW]);
	kill(pids[i], SIGKILL);
	did(i < FIRST_WINDOW ? DID_KILL : DID_WINDOW_KILL);
}

static void kill_tenant(void)
{
	unsigned int i = FIRST_TENANT + draw(NR_TENANTS);

	if (pids[i] && !kill(pids[i], SIGKILL))
		did(DID_POOL_KILL);
}

/* Whoever is still there holds something that never ends */
static void show_left(void)
{
	char command[128];

	fprintf(stderr, "kexstress: no end after %d seconds:\n", END_MS / 1000);
	snprintf(command, sizeof(command),
		 "ps -A -o pid,ppid,stat,wchan:30,args | grep '[k]exstress' >&2");
	if (system(command))
		fprintf(stderr, "kexstress: and no ps\n");
	if (write_text("/proc/sysrq-trigger", "w") < 0)
		fprintf(stderr, "kexstress: and no sysrq\n");
	shared->failed = true;
}

static void stop_all(uint64_t *seed)
{
	uint64_t limit = now_ms() + END_MS;

	shared->stop = true;
	while (reap(seed) && !shared->failed) {
		if (now_ms() > limit) {
			show_left();
			return;
		}
		usleep(2000);
	}
}

static void check_memory(const char *carveout)
{
	char path[128];
	uint64_t size;

	snprintf(path, sizeof(path), KEX_CONFIGFS "/%s/size", carveout);
	size = read_number(path);
	snprintf(path, sizeof(path), KEX_CONFIGFS "/%s/free", carveout);
	if (read_number(path) != size)
		die("%s: %llu of %llu bytes are free in the end", carveout,
		    (unsigned long long)read_number(path), (unsigned long long)size);
}

static const char * const deed_words[NR_DEEDS] = {
	[DID_LIFE] = "lives",
	[DID_HOLD] = "holds",
	[DID_RESTORE] = "restores",
	[DID_EVICT] = "evicts",
	[DID_LIVE_0] = "live=0",
	[DID_REVOKE] = "revokes",
	[DID_UNBIND] = "unbinds",
	[DID_RMDIR] = "rmdirs",
	[DID_MAP] = "mmaps",
	[DID_MOVE] = "moves",
	[DID_CUT] = "cuts",
	[DID_PROTECT] = "protects",
	[DID_FORK] = "forks",
	[DID_CLIENT_EVICT] = "evicts by clients",
	[DID_READ] = "read()s",
	[DID_TOLD] = "eventfds and polls",
	[DID_INSPECT] = "facts read",
	[DID_WRITE] = "writes",
	[DID_LOOK] = "looks",
	[DID_LOOK_HELD] = "at what is held",
	[DID_SIGBUS] = "SIGBUS",
	[DID_KILL] = "clients killed",
	[DID_WINDOW_NAMED] = "named windows",
	[DID_WINDOW_ANONYMOUS] = "anonymous windows",
	[DID_WINDOW_PASS] = "passed on",
	[DID_WINDOW_MAP] = "maps of pieces",
	[DID_WINDOW_MAP_TEXT] = "by name",
	[DID_WINDOW_REFUSED] = "refused",
	[DID_WINDOW_UNMAP] = "unmaps",
	[DID_WINDOW_HOLD] = "holds of windows",
	[DID_WINDOW_RESTORE] = "restores",
	[DID_WINDOW_EVICT] = "evicts",
	[DID_WINDOW_MMAP] = "mmaps of windows",
	[DID_WINDOW_FORK] = "forks",
	[DID_WINDOW_WRITE] = "writes",
	[DID_WINDOW_LOOK] = "looks through windows",
	[DID_WINDOW_LOOK_LENT] = "at what is lent",
	[DID_WINDOW_LOOK_HELD] = "at what is held",
	[DID_WINDOW_LOOK_GONE] = "at what is gone",
	[DID_WINDOW_LOOK_NONE] = "at nothing",
	[DID_WINDOW_LIVE_0] = "live=0",
	[DID_WINDOW_REVOKE] = "revokes",
	[DID_WINDOW_KILL] = "owners killed",
	[DID_POOL_LIFE] = "lives of pools",
	[DID_POOL_LIVE_0] = "live=0",
	[DID_POOL_REVOKE] = "revokes",
	[DID_POOL_LOST] = "lost with their carve-out",
	[DID_POOL_POLICY] = "other policies",
	[DID_POOL_ALGORITHM] = "algorithms",
	[DID_POOL_MARKS] = "marks",
	[DID_POOL_EVICT] = "evicts",
	[DID_POOL_TENANT] = "lives of tenants",
	[DID_POOL_PAGES_IN] = "pages in",
	[DID_POOL_PAGES_HOME] = "home by calls",
	[DID_POOL_PAGES_FULL] = "without room",
	[DID_POOL_PAGES_FOREIGN] = "in the other pool",
	[DID_POOL_OTHER] = "migrations of others",
	[DID_POOL_LOOK] = "looks at pages",
	[DID_POOL_WRITE] = "writes",
	[DID_POOL_PEEK] = "peeks",
	[DID_POOL_POKE] = "pokes",
	[DID_POOL_POKE_REFUSED] = "refused",
	[DID_POOL_MIRROR_READ] = "mirror reads",
	[DID_POOL_MIRROR_WRITE] = "writes",
	[DID_POOL_OWN] = "pages owned",
	[DID_POOL_RACE] = "looks at racers",
	[DID_POOL_DONTNEED] = "dontneeds",
	[DID_POOL_MUNMAP] = "munmaps",
	[DID_POOL_MREMAP] = "mremaps",
	[DID_POOL_PROTECT] = "protects",
	[DID_POOL_PIPE] = "pipes",
	[DID_POOL_FORK] = "forks",
	[DID_POOL_EXEC] = "execs",
	[DID_POOL_KILL] = "kills",
	[DID_POOL_MAYFLY] = "mayflies",
};

static void report(unsigned int first, unsigned int end)
{
	unsigned int i;

	printf("done:");
	for (i = first; i < end; i++)
		printf("%s %lu %s", i > first ? "," : "", shared->done[i],
		       deed_words[i]);
	printf("\n");
}

static void check_deeds(unsigned int first, unsigned int end)
{
	unsigned int i;

	for (i = first; i < end; i++)
		if (!shared->done[i])
			die("0 %s: too short a run to tell anything", deed_words[i]);
}

static void setup_regions(void)
{
	unsigned int i;

	for (i = 0; i < NR_REGIONS; i++) {
		struct region *region = &shared->region[i];

		snprintf(region->name, sizeof(region->name), "stress%u", i);
		/* The last has a carve-out of its own, and unbinds it */
		strcpy(region->carveout, i == NR_REGIONS - 1 ? "sram" : "fpga");
		/* No two lives of any regions have one number */
		region->life = (i << 24) + 1;
	}
	for (i = 0; i < NR_WINDOWS; i++)
		shared->window[i].life = 1;
}

static bool has_pools(void)
{
	return end_process == NR_PROCESSES;
}

static void choose_parts(const char *what)
{
	static const char none[] = "this kernel was built without CONFIG_DEVICE_PRIVATE "
				   "or CONFIG_HMM_MIRROR: no pools";
	bool pools = pools_possible();

	if (what && strcmp(what, "regions") && strcmp(what, "pools"))
		die("'%s' is neither regions nor pools", what);
	if (what && !strcmp(what, "pools")) {
		if (!pools)
			die(none);
		first_process = FIRST_TENANT;
		return;
	}
	if (!what && !pools)
		printf("%s\n", none);
	if (what || !pools)
		end_process = FIRST_TENANT;
}

/* Each part has its pace */
static void kill_some(void)
{
	static unsigned long kill_at, kill_tenant_at;

	if (shared->done[DID_LOOK] > kill_at) {
		kill_one();
		kill_at = shared->done[DID_LOOK] + draw(LOOKS_A_KILL * 2);
	}
	if (shared->done[DID_POOL_LOOK] > kill_tenant_at) {
		kill_tenant();
		kill_tenant_at = shared->done[DID_POOL_LOOK] + draw(POOL_LOOKS_A_KILL * 2);
	}
}

static void end_all(void)
{
	if (has_pools())
		pools_end();
	check_memory("fpga");
	check_memory("sram");
	if (shared->has_regions)
		report(0, NR_REGION_DEEDS);
	if (has_pools())
		report(NR_REGION_DEEDS, NR_DEEDS);
	if (shared->has_regions)
		check_deeds(0, NR_REGION_DEEDS);
	if (has_pools())
		check_deeds(NR_REGION_DEEDS, NR_DEEDS);
	printf("ok\n");
}

int main(int argc, char **argv)
{
	uint64_t seed, limit;
	unsigned int i;

	/* A tenant that has become another program */
	if (argc == 2 && !strcmp(argv[1], "gone"))
		return 0;
	if (argc != 3 && argc != 4)
		die("usage: kexstress SEED SECONDS [regions | pools]");
	page = sysconf(_SC_PAGESIZE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("no memory");
	shared->seed = parse_size(argv[1]);
	seed = shared->seed << 20;
	draw_seed(seed++);
	choose_parts(argv[3]);
	shared->has_regions = !first_process;
	setup_regions();
	if (has_pools())
		pools_setup();
	look_init();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (i = first_process; i < end_process; i++)
		start(i, seed++);
	limit = now_ms() + parse_size(argv[2]) * 1000;
	while (now_ms() < limit && !shared->failed) {
		usleep(1000);
		kill_some();
		reap(&seed);
	}
	stop_all(&seed);
	if (shared->failed)
		return 1;
	end_all();
	return 0;
}
