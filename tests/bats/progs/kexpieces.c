// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexpieces: a window against a model of it
 *
 *   kexpieces SEED ROUNDS CARVEOUT WINDOW REGION...
 *
 * Random maps of a few pieces, unmaps, holds, restores and evicts, of a live
 * window with holes of mode zero and of the regions that lend to it. A table of
 * pages says what each must come to: which calls succeed, the list of pieces,
 * each as long as can be, and the bytes that two mappings of the window show.
 * Every page of a region carries a stamp of its own. Prints "ok" and how much
 * was done, or what went wrong (exit status 2).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kex.h>

#include "util.h"

#define MAX_REGIONS	4
#define MAX_PAGES	256
#define MAX_PIECES	6

struct space {
	const char *name;
	int fd;
	unsigned int pages;
	bool held[MAX_PAGES];
};

/* What the window has at a page: a region's number and page, or none */
struct shown {
	int region;
	unsigned int page;
};

static struct space regions[MAX_REGIONS], window;
static int nr_regions;
static struct shown shown[MAX_PAGES];
static volatile uint64_t *views[2];
static char pieces_path[256];
static size_t page;
static uint64_t seed;
static unsigned long mapped, refused, unmapped, held;

static unsigned int draw(unsigned int below)
{
	uint64_t x = seed += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (x ^ (x >> 31)) % below;
}

/* Never 0, which a hole shows */
static uint64_t stamp(int region, unsigned int number)
{
	return ((uint64_t)region + 1) << 32 | number;
}

static uint64_t expected(unsigned int at)
{
	const struct shown *s = &shown[at];

	if (s->region < 0 || window.held[at] || regions[s->region].held[s->page])
		return 0;
	return stamp(s->region, s->page);
}

static void check_bytes(unsigned long round)
{
	unsigned int i, v;
	uint64_t got;

	for (v = 0; v < 2; v++) {
		for (i = 0; i < window.pages; i++) {
			got = views[v][i * page / 8];
			if (got != expected(i))
				die("round %lu: mapping %u, page %u: got %#llx, want %#llx",
				    round, v, i, (unsigned long long)got,
				    (unsigned long long)expected(i));
		}
	}
}

/* The list that the table comes to */
static void check_list(unsigned long round)
{
	static char want[MAX_PAGES * 100], got[MAX_PAGES * 100];
	FILE *file = fopen(pieces_path, "r");
	unsigned int i, first;
	size_t len = 0;

	for (i = 0; i < window.pages; i++) {
		if (shown[i].region < 0)
			continue;
		for (first = i; i + 1 < window.pages && shown[i + 1].region == shown[i].region &&
		     shown[i + 1].page == shown[i].page + 1; i++)
			;
		len += sprintf(want + len, "%zu %s %zu %zu\n", first * page,
			       regions[shown[first].region].name, shown[first].page * page,
			       (i + 1 - first) * page);
	}
	want[len] = '\0';
	len = file ? fread(got, 1, sizeof(got) - 1, file) : 0;
	got[len] = '\0';
	if (!file || ferror(file) || strcmp(got, want))
		die("round %lu: pieces are\n%swant\n%s", round, got, want);
	fclose(file);
}

static unsigned int draw_range(unsigned int pages, unsigned int *len)
{
	unsigned int first = draw(pages);

	*len = 1 + draw(draw(4) ? 8 : pages);
	if (*len > pages - first)
		*len = pages - first;
	return first;
}

/* As they lie in the table, each continues another more often than not */
static void draw_piece(struct kex_window_piece *piece, struct shown *want, unsigned int *len)
{
	unsigned int woff = draw_range(window.pages, len), shift, i;
	int region = draw(nr_regions);
	const struct space *from = &regions[region];

	if (*len > from->pages)
		*len = from->pages;
	shift = draw(3) ? 0 : draw(4);
	want->region = region;
	want->page = (woff + shift) % (from->pages - *len + 1);
	*piece = (struct kex_window_piece){
		.region_fd = from->fd,
		.roff = want->page * page,
		.woff = woff * page,
		.len = *len * page,
	};
	for (i = 0; i < *len; i++)
		if (woff + i >= window.pages)
			die("a piece outside");
}

static void act_map(unsigned long round)
{
	struct kex_window_piece pieces[MAX_PIECES];
	struct shown after[MAX_PAGES], want;
	struct kex_window_map map = {
		.argsz = sizeof(map), .window_fd = window.fd, .nr = 1 + draw(MAX_PIECES),
		.pieces = (uintptr_t)pieces,
	};
	unsigned int i, n, len, at;
	bool overlap = false;
	int ret;

	memcpy(after, shown, sizeof(after));
	for (i = 0; i < map.nr; i++) {
		draw_piece(&pieces[i], &want, &len);
		at = pieces[i].woff / page;
		for (n = 0; n < len; n++) {
			overlap |= after[at + n].region >= 0;
			after[at + n] = (struct shown){ want.region, want.page + n };
		}
	}
	ret = ioctl(regions[0].fd, KEX_WINDOW_MAP, &map);
	if (overlap ? ret != -1 || errno != EBUSY : ret)
		die("round %lu: map: got %s", round, ret ? errno_name(errno) : "ok");
	if (overlap) {
		refused++;
		return;
	}
	memcpy(shown, after, sizeof(shown));
	mapped++;
}

static void act_unmap(unsigned long round)
{
	unsigned int len, first = draw_range(window.pages, &len);
	struct kex_window_unmap unmap = {
		.argsz = sizeof(unmap), .window_fd = window.fd,
		.woff = first * page, .len = len * page,
	};

	if (ioctl(regions[0].fd, KEX_WINDOW_UNMAP, &unmap))
		die("round %lu: unmap: got %s", round, errno_name(errno));
	while (len--)
		shown[first + len].region = -1;
	unmapped++;
}

static void act_range(unsigned long round)
{
	static const unsigned int calls[] = { KEX_EVICT, KEX_HOLD, KEX_RESTORE, KEX_RESTORE };
	struct space *space = draw(3) ? &regions[draw(nr_regions)] : &window;
	unsigned int call = calls[draw(4)], len, first = draw_range(space->pages, &len);
	struct kex_range range = {
		.argsz = sizeof(range), .off = first * page, .len = len * page,
	};

	if (ioctl(space->fd, call, &range))
		die("round %lu: %#x: got %s", round, call, errno_name(errno));
	while (call != KEX_EVICT && len--)
		space->held[first + len] = call == KEX_HOLD;
	held++;
}

static void open_space(struct space *space, const char *name)
{
	struct kex_info info = { .argsz = sizeof(info) };
	char path[128];

	snprintf(path, sizeof(path), KEX_DEV "/%s", name);
	space->name = name;
	space->fd = open(path, O_RDWR | O_CLOEXEC);
	if (space->fd < 0 || ioctl(space->fd, KEX_INFO, &info))
		die("%s: %m", path);
	space->pages = info.size / page;
	if (space->pages > MAX_PAGES)
		die("%s: more than %d pages", name, MAX_PAGES);
}

static volatile uint64_t *map_space(const struct space *space)
{
	void *addr = mmap(NULL, space->pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, space->fd,
			  0);

	if (addr == MAP_FAILED)
		die("%s: mmap: %m", space->name);
	return addr;
}

static void begin(char **argv)
{
	volatile uint64_t *bytes;
	unsigned int i;

	open_space(&window, argv[4]);
	snprintf(pieces_path, sizeof(pieces_path), KEX_CONFIGFS "/%s/windows/%s/pieces",
		 argv[3], argv[4]);
	for (argv += 5; *argv; argv++) {
		if (nr_regions == MAX_REGIONS)
			die("too many regions");
		open_space(&regions[nr_regions], *argv);
		bytes = map_space(&regions[nr_regions]);
		for (i = 0; i < regions[nr_regions].pages; i++)
			bytes[i * page / 8] = stamp(nr_regions, i);
		nr_regions++;
	}
	for (i = 0; i < window.pages; i++)
		shown[i].region = -1;
	views[0] = map_space(&window);
	views[1] = map_space(&window);
}

int main(int argc, char **argv)
{
	unsigned long round, rounds;

	if (argc < 6)
		die("usage: kexpieces SEED ROUNDS CARVEOUT WINDOW REGION...");
	seed = parse_size(argv[1]);
	rounds = parse_size(argv[2]);
	page = sysconf(_SC_PAGESIZE);
	begin(argv);
	for (round = 0; round < rounds; round++) {
		switch (draw(8)) {
		case 0 ... 3:
			act_map(round);
			break;
		case 4 ... 5:
			act_unmap(round);
			break;
		default:
			act_range(round);
		}
		check_list(round);
		/* What was touched stays in the page tables for later rounds */
		if (!draw(4))
			check_bytes(round);
	}
	if (!mapped || !refused || !unmapped || !held)
		die("%lu maps, %lu refused, %lu unmaps, %lu holds: too few", mapped, refused,
		    unmapped, held);
	printf("ok: %lu maps, %lu refused, %lu unmaps, %lu holds\n", mapped, refused, unmapped,
	       held);
	return 0;
}
