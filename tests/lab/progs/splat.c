// SPDX-License-Identifier: GPL-2.0-only
/* A module that has a bug: tests see whether it is noticed. bug= says which. */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *bug = "warn";
module_param(bug, charp, 0);

static DEFINE_MUTEX(splat_one);
static DEFINE_MUTEX(splat_two);
static DEFINE_SPINLOCK(splat_spin);
/* What is behind is no memory of somebody else's: KASAN reports once, and not this */
static struct {
	unsigned char array[4];
	unsigned char behind[4];
} splat_bytes;
static unsigned int splat_index = 4;

static void splat_warn(void)
{
	WARN(1, "splat: on purpose\n");
}

/* Several: one may be pointed to by what is left on a stack */
static void splat_leak(void)
{
	void *lost;
	int i;

	for (i = 0; i < 8; i++) {
		lost = kmalloc(100, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(lost);
	}
}

static void splat_free(void)
{
	char *gone = kmalloc(100, GFP_KERNEL);

	kfree(gone);
	OPTIMIZER_HIDE_VAR(gone);
	if (gone)
		READ_ONCE(*gone);
}

static void splat_order(void)
{
	mutex_lock(&splat_one);
	mutex_lock(&splat_two);
	mutex_unlock(&splat_two);
	mutex_unlock(&splat_one);
	mutex_lock(&splat_two);
	mutex_lock(&splat_one);
	mutex_unlock(&splat_one);
	mutex_unlock(&splat_two);
}

static void splat_sleep(void)
{
	spin_lock(&splat_spin);
	might_sleep();
	spin_unlock(&splat_spin);
}

static void splat_list(void)
{
	LIST_HEAD(list);
	LIST_HEAD(entry);

	list_add(&entry, &list);
	list.next = &list;
	list_del(&entry);
}

static void splat_bounds(void)
{
	splat_bytes.array[READ_ONCE(splat_index)]++;
}

static const struct {
	const char *name;
	void (*make)(void);
} splat_bugs[] = {
	{ "warn", splat_warn },
	{ "leak", splat_leak },
	{ "free", splat_free },
	{ "order", splat_order },
	{ "sleep", splat_sleep },
	{ "list", splat_list },
	{ "bounds", splat_bounds },
};

static int __init splat_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(splat_bugs); i++) {
		if (strcmp(bug, splat_bugs[i].name))
			continue;
		splat_bugs[i].make();
		return 0;
	}
	return -EINVAL;
}
module_init(splat_init);

static void __exit splat_exit(void)
{
}
module_exit(splat_exit);

MODULE_DESCRIPTION("Has a bug");
MODULE_LICENSE("GPL");
