// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tenants: processes whose memory moves into pools and home, by their own doing
 * and by others', and which may be killed any time. Each knows of every page of
 * its own what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kex.h>

#include "pool.h"

#define HUGE_SIZE	(2UL << 20)

/* What says so */
static const char *text_of(uint64_t word, char *text, size_t size)
{
	if (!word)
		snprintf(text, size, "0");
	else
		snprintf(text, size, "%#llx (of %llu, page %llu, version %llu, word %llu)",
			 (unsigned long long)word, (unsigned long long)(word >> OWNER_SHIFT),
			 (unsigned long long)(word >> PAGE_SHIFT & 0x3fff),
			 (unsigned long long)(word >> VERSION_SHIFT & 0xffffff),
			 (unsigned long long)(word & 0x1fff));
	return text;
}

static uint64_t word_of(uint64_t stamp, unsigned int w)
{
	return stamp ? stamp | w : 0;
}

void stamp_check(const struct tenant *t, unsigned int nr, const uint64_t *words,
		 const char *how)
{
	char got[128], want[128];
	unsigned int w;

	for (w = 0; w < page / 8; w++) {
		uint64_t value = *(volatile const uint64_t *)(words + w);

		if (value != word_of(t->stamp[nr], w))
			wrong("tenant %u, owner %llu%s: page %u at %p by %s: word %u is %s, not %s",
			      t->nr, (unsigned long long)t->owner, t->child ? ", a child" : "",
			      nr, t->area + nr * page, how, w,
			      text_of(value, got, sizeof(got)),
			      text_of(word_of(t->stamp[nr], w), want, sizeof(want)));
	}
	did(DID_POOL_LOOK);
}

static uint64_t next_stamp(struct tenant *t, unsigned int nr)
{
	t->version = (t->version + 1) & 0xffffff;
	return t->owner << OWNER_SHIFT | (uint64_t)nr << PAGE_SHIFT |
	       t->version << VERSION_SHIFT;
}

uint64_t stamp_make(struct tenant *t, unsigned int nr, unsigned int at)
{
	uint64_t stamp = next_stamp(t, nr), *words = t->buffer + at * (page / 8);
	unsigned int w;

	for (w = 0; w < page / 8; w++)
		words[w] = stamp | w;
	return stamp;
}

/* A few pages, anywhere */
static void draw_few(const struct tenant *t, unsigned int *first, unsigned int *nr)
{
	unsigned int left;

	*first = draw(t->pages);
	left = t->pages - *first;
	*nr = 1 + draw(left < FEW_PAGES ? left : FEW_PAGES);
}

static void write_at(struct tenant *t, unsigned int first, unsigned int nr)
{
	volatile uint64_t *words;
	unsigned int i, w;

	for (i = first; i < first + nr; i++) {
		words = (volatile uint64_t *)(t->area + i * page);
		t->stamp[i] = next_stamp(t, i);
		for (w = 0; w < page / 8; w++)
			words[w] = t->stamp[i] | w;
		did(DID_POOL_WRITE);
	}
}

/* --- the pool ---------------------------------------------------------------- */

static void peek(struct tenant *t)
{
	unsigned int first, nr, i;
	long done;

	draw_few(t, &first, &nr);
	if (draw(2))
		pool_migrate(t, 0, t->area + first * page, nr, false);
	done = pool_device(t, t->area + first * page, t->buffer, nr * page, false);
	if (!MAY(done, "peek", ENXIO, EBUSY, ENODEV))
		return;
	for (i = 0; i < done / page; i++)
		stamp_check(t, first + i, t->buffer + i * (page / 8), "peek");
	did(DID_POOL_PEEK);
}

/* What is shared with a child since the fork may not be written: EPERM */
static void poke(struct tenant *t, unsigned int first, unsigned int nr, bool writable)
{
	uint64_t stamps[FEW_PAGES];
	unsigned int i;
	long done;

	for (i = 0; i < nr; i++)
		stamps[i] = stamp_make(t, first + i, i);
	done = pool_device(t, t->area + first * page, t->buffer, nr * page, true);
	if (done == -EPERM)
		did(DID_POOL_POKE_REFUSED);
	if (!MAY(done, "poke", ENXIO, EPERM, EBUSY, ENODEV))
		return;
	if (!writable || done % page)
		wrong("poke at %p: %ld bytes written, of %u pages%s", t->area + first * page,
		      done, nr, writable ? "" : " that may not be written");
	for (i = 0; i < done / page; i++)
		t->stamp[first + i] = stamps[i];
	did(DID_POOL_POKE);
}

static void poke_any(struct tenant *t)
{
	unsigned int first, nr;

	draw_few(t, &first, &nr);
	/* What was written since the last fork is its own, and the device may write it */
	if (draw(4)) {
		write_at(t, first, nr);
		pool_migrate(t, 0, t->area + first * page, nr, false);
	}
	poke(t, first, nr, true);
}

static void migrate(struct tenant *t, bool home)
{
	unsigned int first, nr;

	draw_pages(t->pages, &first, &nr);
	pool_migrate(t, 0, t->area + first * page, nr, home);
}

/* Another's memory, or a look at where it is */
static void meddle(struct tenant *t)
{
	struct tenant_place *place = &shared->place[draw(2 * NR_TENANTS)];
	unsigned int first, nr;
	pid_t pid = place->pid;

	if (!pid || pid == getpid())
		return;
	draw_pages(t->pages, &first, &nr);
	pool_migrate(t, pid, (const char *)place->area + first * page, nr, !draw(4));
	did(DID_POOL_OTHER);
}

/* What was written is somewhere */
static void where(struct tenant *t)
{
	struct kex_pages arg = {
		.argsz = sizeof(arg),
		.addr = (uintptr_t)t->area,
		.len = AREA_SIZE,
		.vec = (uintptr_t)t->buffer,
	};
	const unsigned char *state = (const unsigned char *)t->buffer;
	unsigned int i;

	if (!MAY(pool_call(t, KEX_PAGES, &arg), "pages", ENODEV))
		return;
	for (i = 0; i < t->pages; i++)
		if (state[i] > KEX_PAGES_SPECIAL || state[i] == KEX_PAGES_FILE ||
		    (t->stamp[i] && (state[i] == KEX_PAGES_NONE || state[i] == KEX_PAGES_ZERO)))
			wrong("pages: page %u, at %p, has bytes and state %u", i,
			      t->area + i * page, state[i]);
}

static void evict(struct tenant *t)
{
	struct kex_range range = { .argsz = sizeof(range) };
	struct kex_pool_evict some = { .argsz = sizeof(some), .pages = 1 + draw(256) };
	unsigned int first = draw((2UL << 20) / page);

	range.off = first * page;
	range.len = (2UL << 20) - range.off;
	if (draw(2) ? MAY(pool_call(t, KEX_EVICT, &range), "evict", ENODEV) :
		      MAY(pool_call(t, KEX_POOL_EVICT, &some), "pool evict", ENODEV))
		did(DID_POOL_EVICT);
}

/* --- the memory ---------------------------------------------------------------- */

static void look_at(const struct tenant *t, unsigned int first, unsigned int nr)
{
	unsigned int i;

	for (i = first; i < first + nr; i++)
		stamp_check(t, i, (const uint64_t *)(t->area + i * page), "reading");
}

static void look_some(const struct tenant *t)
{
	unsigned int first, nr;

	draw_few(t, &first, &nr);
	look_at(t, first, nr);
}

static void write_some(struct tenant *t)
{
	unsigned int first, nr;

	draw_few(t, &first, &nr);
	write_at(t, first, nr);
}

static void forget(struct tenant *t, unsigned int first, unsigned int nr)
{
	memset(t->stamp + first, 0, nr * sizeof(*t->stamp));
}

static void map_anew(struct tenant *t, unsigned int first, unsigned int nr)
{
	char *at = t->area + first * page;

	if (mmap(at, nr * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0) != at)
		wrong("mmap at %p: %s", at, errno_name(errno));
	forget(t, first, nr);
}

static void drop(struct tenant *t)
{
	unsigned int first, nr;

	draw_few(t, &first, &nr);
	if (madvise(t->area + first * page, nr * page, MADV_DONTNEED))
		wrong("MADV_DONTNEED: %s", errno_name(errno));
	forget(t, first, nr);
	look_at(t, first + draw(nr), 1);
	did(DID_POOL_DONTNEED);
}

/* A hole, for a while */
static void unmap(struct tenant *t)
{
	unsigned int first, nr;

	draw_few(t, &first, &nr);
	if (!draw(8))
		nr = t->pages - first;
	if (munmap(t->area + first * page, nr * page))
		wrong("munmap: %s", errno_name(errno));
	if (draw(2))
		migrate(t, false);
	map_anew(t, first, nr);
	did(DID_POOL_MUNMAP);
}

/* From one half to the other; where it came from is anew, or left without pages */
static void move(struct tenant *t)
{
	unsigned int half = t->pages / 2, from = draw(half), to, nr;
	bool keep = draw(2);

	nr = 1 + draw(half - from < FEW_PAGES ? half - from : FEW_PAGES);
	to = from + half;
	if (draw(2)) {
		to = from;
		from += half;
	}
	if (mremap(t->area + from * page, nr * page, nr * page,
		   MREMAP_MAYMOVE | MREMAP_FIXED | (keep ? MREMAP_DONTUNMAP : 0),
		   t->area + to * page) == MAP_FAILED) {
		/* Of several mappings, which not every kernel moves at once */
		if (errno != EFAULT && errno != EINVAL)
			wrong("mremap: %s", errno_name(errno));
		map_anew(t, to, nr);
		return;
	}
	memcpy(t->stamp + to, t->stamp + from, nr * sizeof(*t->stamp));
	if (keep)
		forget(t, from, nr);
	else
		map_anew(t, from, nr);
	did(DID_POOL_MREMAP);
}

/* Read-only for a while, in which not even the device may write */
static void protect(struct tenant *t)
{
	unsigned int first, nr;
	char *at;

	draw_few(t, &first, &nr);
	at = t->area + first * page;
	if (mprotect(at, nr * page, PROT_READ))
		wrong("mprotect: %s", errno_name(errno));
	pool_migrate(t, 0, at, nr, false);
	poke(t, first, nr, false);
	look_at(t, first, nr);
	pool_migrate(t, 0, at, nr, draw(2));
	if (mprotect(at, nr * page, PROT_READ | PROT_WRITE))
		wrong("mprotect: %s", errno_name(errno));
	did(DID_POOL_PROTECT);
}

static void advise(struct tenant *t)
{
	unsigned int nr = AREA_SIZE / HUGE_SIZE, first = draw(nr);

	/* EINVAL where there are no huge pages */
	MAY(madvise(t->area + first * HUGE_SIZE, (1 + draw(nr - first)) * HUGE_SIZE,
		    draw(3) ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) ? -errno : 0, "madvise", EINVAL);
}

/* The kernel reads a page, and writes another */
static void copy_by_pipe(struct tenant *t)
{
	unsigned int from = draw(t->pages), to = draw(t->pages);
	size_t done = 0;
	ssize_t ret;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		wrong("pipe: %s", errno_name(errno));
	ret = write(ends[1], t->area + from * page, page);
	if (ret != (ssize_t)page)
		wrong("write of page %u at %p: %zd", from, t->area + from * page, ret);
	while (done < page) {
		ret = read(ends[0], t->area + to * page + done, page - done);
		if (ret <= 0)
			wrong("read to page %u at %p: %zd", to, t->area + to * page, ret);
		done += ret;
	}
	t->stamp[to] = t->stamp[from];
	close(ends[0]);
	close(ends[1]);
	did(DID_POOL_PIPE);
}

/* --- processes ------------------------------------------------------------------- */

static void set_owner(struct tenant *t)
{
	t->owner = shared->owners++ % OWNERS + 1;
}

static void act(struct tenant *t);

static void show_place(const struct tenant *t)
{
	struct tenant_place *place = &shared->place[t->nr + (t->child ? NR_TENANTS : 0)];

	place->area = (uintptr_t)t->area;
	place->pid = getpid();
}

/* What its parent had it has, too, and then each writes its own; in the end maybe exec */
static void child(struct tenant *t, uint64_t seed)
{
	unsigned int turns;

	draw_seed(seed);
	turns = draw(60);
	t->child = true;
	set_owner(t);
	show_place(t);
	race_in_child();
	if (draw(2))
		look_at(t, 0, t->pages);
	while (turns-- && !shared->stop)
		act(t);
	if (!draw(3)) {
		did(DID_POOL_EXEC);
		migrate(t, false);
		execl("/proc/self/exe", "kexstress", "gone", NULL);
		wrong("exec: %s", errno_name(errno));
	}
	_exit(0);
}

static void fork_child(struct tenant *t)
{
	uint64_t seed = (uint64_t)draw(1U << 31) << 32 | draw(1U << 31);
	pid_t pid;

	if (t->child || t->kids > 1)
		return;
	race_before_fork();
	pid = fork();
	if (pid < 0)
		wrong("fork: %s", errno_name(errno));
	if (!pid)
		child(t, seed);
	t->kid = pid;
	t->kids++;
	did(DID_POOL_FORK);
}

static void reap_children(struct tenant *t)
{
	int status;

	/* By its pid it is known until then */
	if (t->kids && !draw(8) && !kill(t->kid, SIGKILL))
		did(DID_POOL_KILL);
	while (t->kids && waitpid(-1, &status, WNOHANG) > 0) {
		t->kids--;
		if (status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
			wrong("a child of tenant %u ended with %#x", t->nr, status);
	}
}

static void act_on_process(struct tenant *t)
{
	switch (draw(5)) {
	case 0:
		fork_child(t);
		break;
	case 1:
		reap_children(t);
		break;
	case 2:
		pool_open(t);
		break;
	case 3:
		where(t);
		break;
	default:
		evict(t);
	}
}

static void act_on_memory(struct tenant *t)
{
	switch (draw(6)) {
	case 0:
		drop(t);
		break;
	case 1:
		unmap(t);
		break;
	case 2:
		move(t);
		break;
	case 3:
		protect(t);
		break;
	case 4:
		copy_by_pipe(t);
		break;
	default:
		advise(t);
	}
}

static void act_by_device(struct tenant *t)
{
	unsigned int first, nr;

	draw_few(t, &first, &nr);
	switch (draw(8)) {
	case 0 ... 1:
		peek(t);
		break;
	case 2 ... 4:
		poke_any(t);
		break;
	case 5:
		mirror_read(t, first, nr);
		break;
	case 6:
		mirror_write(t, first, nr);
		break;
	default:
		mirror_own(t, first);
	}
}

static void act(struct tenant *t)
{
	if (t->fd < 0)
		pool_open(t);
	switch (draw(16)) {
	case 0 ... 2:
		migrate(t, false);
		break;
	case 3:
		migrate(t, true);
		break;
	case 4 ... 5:
		look_some(t);
		break;
	case 6 ... 8:
		write_some(t);
		break;
	case 9 ... 11:
		act_by_device(t);
		break;
	case 12:
		act_on_memory(t);
		break;
	case 13:
		act_on_process(t);
		break;
	case 14:
		meddle(t);
		break;
	default:
		race_look(t);
	}
}

static void settle(struct tenant *t)
{
	char *at = mmap(NULL, AREA_SIZE + HUGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	t->pages = AREA_SIZE / page;
	t->stamp = calloc(t->pages, sizeof(*t->stamp));
	t->buffer = aligned_alloc(page, FEW_PAGES * page);
	if (at == MAP_FAILED || !t->stamp || !t->buffer)
		wrong("no memory");
	t->area = (char *)(((uintptr_t)at + HUGE_SIZE - 1) & ~(HUGE_SIZE - 1));
	map_anew(t, 0, t->pages);
	if (draw(2))
		advise(t);
	set_owner(t);
	show_place(t);
}

void tenant(unsigned int nr)
{
	struct tenant t = { .nr = nr, .fd = -1 };
	unsigned int turns = 200 + draw(2000);

	settle(&t);
	if (!draw(3))
		race_start();
	write_at(&t, 0, t.pages);
	while (turns-- && !shared->stop)
		act(&t);
	look_at(&t, 0, t.pages);
	did(DID_POOL_TENANT);
}
