// SPDX-License-Identifier: GPL-2.0-only
/* What tenants ask of a pool, and what it may answer. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/kex.h>

#include "pool.h"

static void pool_close(struct tenant *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

bool pool_open(struct tenant *t)
{
	struct pool *pool = &shared->pool[draw(4) ? 0 : draw(NR_POOLS)];
	unsigned long life = pool->life;
	char path[64];

	pool_close(t);
	if (life & 1)
		return false;
	snprintf(path, sizeof(path), KEX_DEV "/%s", pool->name);
	t->fd = open(path, O_RDWR | O_CLOEXEC);
	if (!MAY(t->fd < 0 ? -errno : 0, "open", ENOENT, ENXIO))
		return false;
	t->pool = pool;
	t->life = life;
	atomic_thread_fence(memory_order_seq_cst);
	if (pool->life != life)
		pool_close(t);
	return t->fd >= 0;
}

int pool_call(struct tenant *t, unsigned long call, void *arg)
{
	int ret;

	if (t->fd < 0)
		return -ENODEV;
	ret = ioctl(t->fd, call, arg) ? -errno : 0;
	if (ret != -ENODEV)
		return ret;
	atomic_thread_fence(memory_order_seq_cst);
	if (!t->pool->unbinds && t->pool->life == t->life)
		wrong("%s: ENODEV, though it is up", t->pool->name);
	pool_close(t);
	return ret;
}

/* Each page has moved, or has one reason for that it has not */
static void check_fate(const struct kex_migrate *arg, unsigned int pages)
{
	const struct {
		const char *name;
		unsigned long long nr;
	} fates[] = {
		{ "moved", arg->moved }, { "there", arg->there }, { "hole", arg->hole },
		{ "file", arg->file }, { "pinned", arg->pinned }, { "busy", arg->busy },
		{ "foreign", arg->foreign }, { "special", arg->special }, { "full", arg->full },
	};
	unsigned long long sum = 0;
	char text[256] = "";
	size_t i;

	for (i = 0; i < sizeof(fates) / sizeof(*fates); i++) {
		sum += fates[i].nr;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %s %llu",
			 fates[i].name, fates[i].nr);
	}
	if (sum != pages)
		wrong("migrate to %s: %u pages at %#llx%s",
		      arg->to == KEX_MIGRATE_TO_POOL ? "the pool" : "RAM", pages,
		      (unsigned long long)arg->addr, text);
}

void pool_migrate(struct tenant *t, pid_t pid, const char *addr, unsigned int pages,
		  bool home)
{
	struct kex_migrate arg = {
		.argsz = sizeof(arg),
		.pid = pid,
		.to = home ? KEX_MIGRATE_TO_RAM : KEX_MIGRATE_TO_POOL,
		.addr = (uintptr_t)addr,
		.len = pages * page,
	};
	int ret = pool_call(t, KEX_MIGRATE, &arg);

	/* Others end as they like */
	if (!(pid ? MAY(ret, "migrate", ENODEV, ESRCH) : MAY(ret, "migrate", ENODEV)))
		return;
	check_fate(&arg, pages);
	did_many(home ? DID_POOL_PAGES_HOME : DID_POOL_PAGES_IN, arg.moved);
	did_many(DID_POOL_PAGES_FULL, arg.full);
	did_many(DID_POOL_PAGES_FOREIGN, arg.foreign);
}

long pool_device(struct tenant *t, const void *addr, void *buf, size_t len, bool write)
{
	struct kex_peek peek = {
		.argsz = sizeof(peek),
		.addr = (uintptr_t)addr,
		.len = len,
		.buf = (uintptr_t)buf,
	};
	int ret = pool_call(t, write ? KEX_POKE : KEX_PEEK, &peek);

	if (ret)
		return ret;
	if (!peek.done || peek.done > len)
		wrong("%s: %llu of %zu bytes at %p", write ? "poke" : "peek",
		      (unsigned long long)peek.done, len, addr);
	return peek.done;
}
