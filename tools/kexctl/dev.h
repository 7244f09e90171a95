/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of an object, through its node. */
#ifndef KEXCTL_DEV_H
#define KEXCTL_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dev {
	int fd;
	uint64_t size;
};

struct kex_migrate;

/* A part of a node's bytes that is mapped */
struct dev_map {
	char *pages;
	size_t len;
	volatile char *at;	/* the first byte that was asked for */
};

int dev_open(const char *name, bool write, struct dev *dev);
void dev_close(struct dev *dev);
int dev_migrate(const struct dev *dev, struct kex_migrate *move);
int dev_evict_pages(const struct dev *dev, uint64_t *pages);
ssize_t dev_read(const struct dev *dev, void *buf, size_t len, uint64_t off);
ssize_t dev_write(const struct dev *dev, const void *buf, size_t len, uint64_t off);

int dev_map(const struct dev *dev, bool write, uint64_t off, uint64_t len, struct dev_map *map);
void dev_unmap(struct dev_map *map);
int dev_peek(const struct dev_map *map, uint64_t at, unsigned int width, uint64_t *value);
int dev_poke(const struct dev_map *map, uint64_t at, unsigned int width, uint64_t value);

#endif /* KEXCTL_DEV_H */
