// SPDX-License-Identifier: GPL-2.0-only
/* A region's owner: the only one that makes it, holds it and takes it down. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/kex.h>

#include "stress.h"

#define DRIVER "/sys/bus/platform/drivers/kex"

/* Of the life that is up, or being made */
static struct region *mine;
static int node = -1;
static char folder[128];

static int set(const char *attr, const char *value)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", folder, attr);
	return write_text(path, value);
}

static unsigned int state(unsigned int nr)
{
	return mine->page[nr] % PAGE_STATES;
}

/* What is held of a range is what a restore changes, the rest what a hold does */
static void step(unsigned int first, unsigned int nr, enum page_state from)
{
	unsigned int i;

	for (i = first; i < first + nr; i++)
		if (state(i) == from)
			mine->page[i]++;
}

static int act(const char *file, unsigned long call, unsigned int first, unsigned int nr)
{
	char path[64], text[48];

	if (draw(3))
		return range_call(node, call, first, nr);
	snprintf(path, sizeof(path), KEX_CLASS "/%s/%s", mine->name, file);
	snprintf(text, sizeof(text), "%zu %zu\n", first * page, nr * page);
	return write_text(path, text);
}

static void hold(void)
{
	unsigned int first, nr;

	draw_pages(mine->pages, &first, &nr);
	step(first, nr, PAGE_THERE);
	MAY(act("hold", KEX_HOLD, first, nr), "hold");
	step(first, nr, PAGE_GOING);
	did(DID_HOLD);
}

static void restore(void)
{
	unsigned int first, nr;

	draw_pages(mine->pages, &first, &nr);
	step(first, nr, PAGE_HELD);
	MAY(act("restore", KEX_RESTORE, first, nr), "restore");
	step(first, nr, PAGE_COMING);
	did(DID_RESTORE);
}

/* All bytes, which read() reaches held or not, are zeroes, or the life's own */
static void verify(bool zero)
{
	unsigned int nr = mine->pages, i, w;
	uint64_t *words = malloc(page), off;
	unsigned long life = mine->life & ~1UL;

	for (i = 0; i < nr; i++) {
		if (pread(node, words, page, i * page) != (ssize_t)page)
			wrong("%s: page %u cannot be read: %s", mine->name, i,
			      errno_name(errno));
		for (w = 0; w < page / 8; w++) {
			off = i * page + w * 8;
			if (zero ? words[w] : !word_is_own(mine, life, off, words[w]))
				wrong("%s, life %lu: %#llx at %#zx", mine->name, life,
				      (unsigned long long)words[w], (size_t)off);
		}
	}
	free(words);
}

static void fill(unsigned long life)
{
	uint64_t *words = malloc(page);
	unsigned int i, w;

	for (i = 0; i < mine->pages; i++) {
		for (w = 0; w < page / 8; w++)
			words[w] = pattern(life, i * page + w * 8);
		if (pwrite(node, words, page, i * page) != (ssize_t)page)
			wrong("%s: page %u cannot be written: %s", mine->name, i,
			      errno_name(errno));
	}
	free(words);
}

/* Memory of earlier lives is taken while their clients are there */
static bool go_live(void)
{
	while (!MAY(set("live", "1\n"), "live=1", ENOSPC)) {
		if (shared->stop)
			return false;
		usleep(2000);
	}
	return true;
}

static bool up(void)
{
	static const char * const caches[] = {
		"write-back", "write-combine", "uncached", "device", "write-back"
	};
	static const char * const holes[] = { "sigbus", "zero", "scratch", "wait" };
	static const char * const populates[] = { "eager", "lazy" };
	unsigned int hole = draw(4), cache = draw(5), i;
	char text[64];

	MAY(mkdir(folder, 0777) ? -errno : 0, "mkdir", EEXIST);
	mine->pages = draw(4) ? draw(MAX_PAGES) + 1 : 1;
	mine->hole = hole;
	mine->cache = cache % 4;
	snprintf(text, sizeof(text), "%zu\n", mine->pages * page);
	MAY(set("size", text), "size");
	MAY(set("cache", caches[cache]), "cache");
	MAY(set("hole", holes[hole]), "hole");
	MAY(set("populate", populates[draw(2)]), "populate");
	if (!go_live())
		return false;
	snprintf(text, sizeof(text), KEX_DEV "/%s", mine->name);
	node = open(text, O_RDWR | O_CLOEXEC);
	MAY(node < 0 ? -errno : 0, "open");
	verify(true);
	fill(mine->life + 1);
	/* Whatever was held in the last life is not in this one */
	for (i = 0; i < MAX_PAGES; i++)
		while (state(i) != PAGE_THERE)
			mine->page[i]++;
	mine->life++;
	did(DID_LIFE);
	return true;
}

static void check_state(void)
{
	struct kex_info info = { .argsz = sizeof(info) };
	bool held = false;
	unsigned int i;

	MAY(ioctl(node, KEX_INFO, &info) ? -errno : 0, "info");
	for (i = 0; i < mine->pages; i++)
		held |= state(i) == PAGE_HELD;
	if (held ? info.state != KEX_STATE_HELD : info.state == KEX_STATE_HELD)
		wrong("%s: state %u, though %s is held", mine->name, info.state,
		      held ? "some" : "nothing");
}

static void live(void)
{
	unsigned int turns = 10 + draw(60), first, nr;

	while (turns-- && !shared->stop) {
		switch (draw(12)) {
		case 0 ... 2:
			hold();
			break;
		case 3 ... 6:
			restore();
			break;
		case 7:
			draw_pages(mine->pages, &first, &nr);
			MAY(act("evict", KEX_EVICT, first, nr), "evict");
			did(DID_EVICT);
			break;
		case 8:
			verify(false);
			break;
		case 9:
			check_state();
			break;
		default:
			/* Lets the others in; nothing depends on it */
			usleep(draw(4000));
		}
	}
}

/* The platform device of a carve-out: its label is in the tree */
static bool find_device(const char *carveout, char *name, size_t size)
{
	DIR *dir = opendir(DRIVER);
	char path[400], label[64];
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), DRIVER "/%s/of_node/label", entry->d_name);
		found = read_text(path, label, sizeof(label)) > 0 &&
			!strcmp(label, carveout);
		if (found)
			snprintf(name, size, "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

bool rebind(const char *carveout)
{
	char device[256];

	if (!find_device(carveout, device, sizeof(device)))
		return false;
	MAY(write_text(DRIVER "/unbind", device), "unbind");
	MAY(write_text(DRIVER "/bind", device), "bind");
	did(DID_UNBIND);
	return true;
}

/* Who is the only one to take a region from the carve-out can take that away */
static bool unbind_and_bind(void)
{
	return !strcmp(mine->carveout, "sram") && rebind(mine->carveout);
}

/* live=0 ends only what nobody has open, or sees through a window */
static void end_life(void)
{
	if (draw(2) && MAY(set("live", "0\n"), "live=0", EBUSY)) {
		did(DID_LIVE_0);
		return;
	}
	MAY(set("revoke", "1\n"), "revoke");
	did(DID_REVOKE);
}

static void down(void)
{
	unsigned long life = mine->life;

	verify(false);
	mine->life++;
	close(node);
	node = -1;
	if (draw(2) || !unbind_and_bind())
		end_life();
	mine->over = life;
	if (draw(2)) {
		MAY(rmdir(folder) ? -errno : 0, "rmdir");
		did(DID_RMDIR);
	}
}

void owner(struct region *region)
{
	mine = region;
	snprintf(folder, sizeof(folder), KEX_CONFIGFS "/%s/regions/%s", region->carveout,
		 region->name);
	while (!shared->stop && up()) {
		live();
		down();
	}
	MAY(rmdir(folder) ? -errno : 0, "last rmdir", ENOENT);
}
