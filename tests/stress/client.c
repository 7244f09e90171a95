// SPDX-License-Identifier: GPL-2.0-only
/* Clients: whoever opens and maps what there is, and may be killed any time. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kex.h>

#include "stress.h"

/* A call on a region that has come to its end may say so, and no other may */
static bool gone_or(const struct view *view, long ret, const char *what)
{
	if (ret != -ENODEV)
		return MAY(ret, what);
	if (view->region->life == view->life)
		wrong("%s, life %lu: %s: ENODEV, though it is up", view->region->name,
		      view->life, what);
	return false;
}

/*
 * A region that is up: the file belongs to the life whose number is the same
 * before and after.
 */
int open_region(struct view *view, bool writable)
{
	struct region *region = &shared->region[draw(NR_REGIONS)];
	unsigned long life = region->life;
	char path[64];
	int fd;

	if (life & 1)
		return -1;
	view->writable = writable;
	snprintf(path, sizeof(path), KEX_DEV "/%s", region->name);
	fd = open(path, (view->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (!MAY(fd < 0 ? -errno : 0, "open", ENOENT, ENXIO))
		return -1;
	view->region = region;
	view->life = life;
	view->hole = region->hole;
	view->cache = region->cache;
	view->pages = region->pages;
	atomic_thread_fence(memory_order_seq_cst);
	if (region->life == life)
		return fd;
	close(fd);
	return -1;
}

static int prot(const struct view *view)
{
	return PROT_READ | (view->writable ? PROT_WRITE : 0);
}

static bool map_view(struct view *view, int fd)
{
	unsigned int first, nr;

	draw_pages(view->pages, &first, &nr);
	view->addr = mmap(NULL, nr * page, prot(view), MAP_SHARED, fd, first * page);
	if (!gone_or(view, view->addr == MAP_FAILED ? -errno : 0, "mmap"))
		return false;
	view->first = first;
	view->pages = nr;
	did(DID_MAP);
	return true;
}

static void move_view(struct view *view)
{
	size_t len = view->pages * page;
	char *to = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (to == MAP_FAILED)
		wrong("no room to move to: %s", errno_name(errno));
	to = mremap(view->addr, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	if (to == MAP_FAILED)
		wrong("%s: mremap: %s", view->region->name, errno_name(errno));
	view->addr = to;
	did(DID_MOVE);
}

/* One end or the other is cut off */
static void shrink_view(struct view *view)
{
	unsigned int cut;

	if (view->pages < 2)
		return;
	did(DID_CUT);
	cut = draw(view->pages - 1) + 1;
	view->pages -= cut;
	if (draw(2)) {
		munmap(view->addr + view->pages * page, cut * page);
		return;
	}
	munmap(view->addr, cut * page);
	view->addr += cut * page;
	view->first += cut;
}

static void protect_view(const struct view *view)
{
	size_t len = view->pages * page;

	if (mprotect(view->addr, len, draw(2) ? PROT_READ : PROT_NONE) ||
	    mprotect(view->addr, len, prot(view)))
		wrong("%s: mprotect: %s", view->region->name, errno_name(errno));
	did(DID_PROTECT);
}

/* The child sees what its parent sees, and may outlive it */
static void fork_view(const struct view *view)
{
	unsigned int turns = draw(60);
	uint64_t seed = (uint64_t)draw(1U << 31) << 32 | draw(1U << 31);
	pid_t pid = fork();

	if (pid < 0)
		wrong("fork: %s", errno_name(errno));
	did(DID_FORK);
	if (pid)
		return;
	draw_seed(seed);
	while (turns-- && !shared->stop) {
		look(view, 8);
		if (view->writable)
			scribble(view);
	}
	_exit(0);
}

static void evict(const struct view *view, int fd)
{
	unsigned int first, nr;

	draw_pages(view->pages, &first, &nr);
	if (view->writable &&
	    gone_or(view, range_call(fd, KEX_EVICT, view->first + first, nr), "evict"))
		did(DID_CLIENT_EVICT);
}

/* A page by read(), which neither hold nor evict keeps from its bytes */
static void read_page(const struct view *view, int fd)
{
	unsigned int at = view->first + draw(view->pages), w;
	uint64_t *words = malloc(page), off;
	ssize_t ret = pread(fd, words, page, at * page);

	if (gone_or(view, ret < 0 ? -errno : 0, "read")) {
		did(DID_READ);
		for (w = 0; w < page / 8; w++) {
			off = (uint64_t)at * page + w * 8;
			if (!word_is_own(view->region, view->life, off, words[w]))
				wrong("%s, life %lu: read() has %#llx at %#zx",
				      view->region->name, view->life,
				      (unsigned long long)words[w], (size_t)off);
		}
	}
	free(words);
}

static void be_told(const struct view *view, int fd)
{
	struct kex_eventfd event = { .argsz = sizeof(event), .fd = -1 };
	struct pollfd what = { .fd = fd, .events = POLLPRI };
	struct kex_info info = { .argsz = sizeof(info) };
	int events = draw(2) ? eventfd(0, EFD_CLOEXEC) : -1;

	event.fd = events;
	gone_or(view, ioctl(fd, KEX_EVENTFD, &event) ? -errno : 0, "eventfd");
	if (events >= 0)
		close(events);
	poll(&what, 1, draw(10));
	if (gone_or(view, ioctl(fd, KEX_INFO, &info) ? -errno : 0, "info"))
		did(DID_TOLD);
}

/* What anybody may look at, gone or not */
static void inspect(const struct view *view)
{
	static const char * const files[] = { "users", "resident", "mappings", "state" };
	char path[64], text[4096];
	long ret;

	snprintf(path, sizeof(path), KEX_CLASS "/%s/%s", view->region->name, files[draw(4)]);
	ret = read_text(path, text, sizeof(text));
	if (MAY(ret < 0 ? ret : 0, path, ENOENT, ENODEV))
		did(DID_INSPECT);
}

static void one_act(struct view *view, int fd)
{
	switch (draw(24)) {
	case 0:
		move_view(view);
		break;
	case 1:
		shrink_view(view);
		break;
	case 2:
		protect_view(view);
		break;
	case 3:
		fork_view(view);
		break;
	case 4:
	case 5:
		evict(view, fd);
		break;
	case 6:
		read_page(view, fd);
		break;
	case 7:
		be_told(view, fd);
		break;
	case 8:
		inspect(view);
		break;
	case 9 ... 12:
		if (view->writable)
			scribble(view);
		break;
	default:
		look(view, 1 + draw(16));
	}
}

void client(void)
{
	unsigned int turns;
	struct view view;
	int fd;

	while (!shared->stop) {
		fd = open_region(&view, draw(4));
		if (fd < 0) {
			usleep(500);
			continue;
		}
		if (map_view(&view, fd)) {
			turns = draw(200);
			while (turns-- && !shared->stop)
				one_act(&view, fd);
			munmap(view.addr, view.pages * page);
		}
		close(fd);
	}
}
