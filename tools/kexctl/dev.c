// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes /dev/kex/NAME: the only file that opens them, calls their ioctls or
 * maps them. A region can be revoked at any time: calls are then ENODEV, and a
 * touch of a mapping is SIGBUS, which is ENODEV here, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dev.h"
#include "util.h"

static sigjmp_buf touch_failed;

/**
 * dev_open - open the node of a live object
 * @name: of the object
 * @write: whether to write, too
 * @dev: out; to be closed whatever is returned
 * Return: 0, or the errno.
 */
int dev_open(const char *name, bool write, struct dev *dev)
{
	struct kex_info info = { .argsz = sizeof(info) };
	char *path = xprintf("/dev/kex/%s", name);

	dev->fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	free(path);
	if (dev->fd < 0 || ioctl(dev->fd, KEX_INFO, &info))
		return errno;
	dev->size = info.size;
	return 0;
}

/**
 * dev_close - close a node
 * @dev: from dev_open()
 */
void dev_close(struct dev *dev)
{
	if (dev->fd >= 0)
		close(dev->fd);
	dev->fd = -1;
}

/**
 * dev_migrate - move memory of a process into a pool, or back
 * @dev: of a pool, from dev_open() to write
 * @move: what to move; out: how it went
 * Return: 0, or the errno.
 */
int dev_migrate(const struct dev *dev, struct kex_migrate *move)
{
	move->argsz = sizeof(*move);
	return ioctl(dev->fd, KEX_MIGRATE, move) ? errno : 0;
}

/**
 * dev_evict_pages - send pages of a pool back, chosen by its policy
 * @dev: of a pool, from dev_open() to write
 * @pages: how many; out: how many it was
 * Return: 0, or the errno.
 */
int dev_evict_pages(const struct dev *dev, uint64_t *pages)
{
	struct kex_pool_evict evict = { .argsz = sizeof(evict), .pages = *pages };

	if (ioctl(dev->fd, KEX_POOL_EVICT, &evict))
		return errno;
	*pages = evict.pages;
	return 0;
}

/**
 * dev_read - copy bytes out, as pread()
 * @dev: from dev_open()
 * @buf: where to
 * @len: at most
 * @off: of the first
 * Return: how many; -1 with errno.
 */
ssize_t dev_read(const struct dev *dev, void *buf, size_t len, uint64_t off)
{
	return pread(dev->fd, buf, len, off);
}

/**
 * dev_write - copy bytes in, as pwrite()
 * @dev: from dev_open()
 * @buf: where from
 * @len: at most
 * @off: of the first
 * Return: how many; -1 with errno.
 */
ssize_t dev_write(const struct dev *dev, const void *buf, size_t len, uint64_t off)
{
	return pwrite(dev->fd, buf, len, off);
}

/**
 * dev_map - map bytes of a node
 * @dev: from dev_open()
 * @write: whether to write, too; dev_open() was told the same
 * @off: of the first byte
 * @len: not 0, inside the object
 * @map: out
 * Return: 0, or the errno.
 */
int dev_map(const struct dev *dev, bool write, uint64_t off, uint64_t len, struct dev_map *map)
{
	size_t before = off % sysconf(_SC_PAGESIZE);

	map->len = before + len;
	map->pages = mmap(NULL, map->len, PROT_READ | (write ? PROT_WRITE : 0), MAP_SHARED,
			  dev->fd, off - before);
	if (map->pages == MAP_FAILED)
		return errno;
	map->at = map->pages + before;
	return 0;
}

/**
 * dev_unmap - end a mapping
 * @map: from dev_map()
 */
void dev_unmap(struct dev_map *map)
{
	munmap(map->pages, map->len);
}

static void on_sigbus(int number)
{
	(void)number;
	siglongjmp(touch_failed, 1);
}

/* volatile: each is one load of exactly that width */
static uint64_t load(const volatile char *at, unsigned int width)
{
	switch (width) {
	case 1:
		return *(const volatile uint8_t *)at;
	case 2:
		return *(const volatile uint16_t *)at;
	case 4:
		return *(const volatile uint32_t *)at;
	default:
		return *(const volatile uint64_t *)at;
	}
}

/* As load() */
static void store(volatile char *at, unsigned int width, uint64_t value)
{
	switch (width) {
	case 1:
		*(volatile uint8_t *)at = value;
		break;
	case 2:
		*(volatile uint16_t *)at = value;
		break;
	case 4:
		*(volatile uint32_t *)at = value;
		break;
	default:
		*(volatile uint64_t *)at = value;
	}
}

static void catch_sigbus(struct sigaction *before)
{
	struct sigaction action = { .sa_handler = on_sigbus };

	sigaction(SIGBUS, &action, before);
}

/**
 * dev_peek - one load of exactly that width
 * @map: from dev_map()
 * @at: offset in what was mapped, so that it is aligned to the width
 * @width: 1, 2, 4 or 8 bytes
 * @value: out
 * Return: 0, or ENODEV when the memory was taken away.
 */
int dev_peek(const struct dev_map *map, uint64_t at, unsigned int width, uint64_t *value)
{
	struct sigaction before;
	int err = ENODEV;

	catch_sigbus(&before);
	if (!sigsetjmp(touch_failed, 1)) {
		*value = load(map->at + at, width);
		err = 0;
	}
	sigaction(SIGBUS, &before, NULL);
	return err;
}

/**
 * dev_poke - one store of exactly that width, and no load
 * @map: from dev_map(), to write
 * @at: offset in what was mapped, so that it is aligned to the width
 * @width: 1, 2, 4 or 8 bytes
 * @value: fits in the width
 * Return: 0, or ENODEV when the memory was taken away.
 */
int dev_poke(const struct dev_map *map, uint64_t at, unsigned int width, uint64_t value)
{
	struct sigaction before;
	int err = ENODEV;

	catch_sigbus(&before);
	if (!sigsetjmp(touch_failed, 1)) {
		store(map->at + at, width, value);
		err = 0;
	}
	sigaction(SIGBUS, &before, NULL);
	return err;
}
