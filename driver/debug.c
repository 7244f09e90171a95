// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: stop points and failure points, for tests only: see debug.h
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "debug.h"

#define KEX_POINT_NAME	32

/* Guards all below */
static DEFINE_SPINLOCK(kex_point_lock);

/* The point to stop at; who stands there; and how often this was written */
static char kex_stop_name[KEX_POINT_NAME] = "none";
static bool kex_stop_armed;
static bool kex_stop_reached;
static unsigned int kex_stop_writes;
static DECLARE_WAIT_QUEUE_HEAD(kex_stop_wait);

static char kex_fail_name[KEX_POINT_NAME] = "none";
static unsigned int kex_fail_n;

static unsigned int kex_stop_written(void)
{
	unsigned int writes;

	spin_lock(&kex_point_lock);
	writes = kex_stop_writes;
	spin_unlock(&kex_point_lock);
	return writes;
}

/**
 * kex_point() - stop if a test asked for it
 * @name: the point
 *
 * The first task that comes stops; those behind it do not.
 *
 * Context: may sleep, until a fatal signal or a test's word.
 */
void kex_point(const char *name)
{
	unsigned int writes;
	bool stop;

	spin_lock(&kex_point_lock);
	stop = kex_stop_armed && !strcmp(kex_stop_name, name);
	if (stop) {
		kex_stop_armed = false;
		kex_stop_reached = true;
	}
	writes = kex_stop_writes;
	spin_unlock(&kex_point_lock);
	if (!stop)
		return;

	wait_event_killable(kex_stop_wait, kex_stop_written() != writes);
	spin_lock(&kex_point_lock);
	if (kex_stop_writes == writes)
		kex_stop_reached = false;
	spin_unlock(&kex_point_lock);
}

/**
 * kex_point_fails() - has a test asked for a failure here?
 * @name: the point
 * @n: which of those that pass it in one call, from 0
 *
 * Return: whether.
 */
bool kex_point_fails(const char *name, unsigned int n)
{
	bool fails;

	spin_lock(&kex_point_lock);
	fails = kex_fail_n == n && !strcmp(kex_fail_name, name);
	spin_unlock(&kex_point_lock);
	return fails;
}

static int kex_stop_set(const char *text, const struct kernel_param *kp)
{
	char name[KEX_POINT_NAME];

	if (sscanf(text, "%31s", name) != 1)
		return -EINVAL;
	spin_lock(&kex_point_lock);
	strscpy(kex_stop_name, name, sizeof(kex_stop_name));
	kex_stop_armed = true;
	kex_stop_reached = false;
	kex_stop_writes++;
	spin_unlock(&kex_point_lock);
	wake_up_all(&kex_stop_wait);
	return 0;
}

static int kex_stop_get(char *page, const struct kernel_param *kp)
{
	int len;

	spin_lock(&kex_point_lock);
	len = sprintf(page, "%s\n", kex_stop_reached ? kex_stop_name : "none");
	spin_unlock(&kex_point_lock);
	return len;
}

static const struct kernel_param_ops kex_stop_ops = {
	.set = kex_stop_set,
	.get = kex_stop_get,
};
module_param_cb(stop, &kex_stop_ops, NULL, 0600);
MODULE_PARM_DESC(stop, "Point where the next task stops until this is written again (none)");

static int kex_fail_set(const char *text, const struct kernel_param *kp)
{
	char name[KEX_POINT_NAME];
	unsigned int n = 0;

	if (sscanf(text, "%31s %u", name, &n) < 1)
		return -EINVAL;
	spin_lock(&kex_point_lock);
	strscpy(kex_fail_name, name, sizeof(kex_fail_name));
	kex_fail_n = n;
	spin_unlock(&kex_point_lock);
	return 0;
}

static int kex_fail_get(char *page, const struct kernel_param *kp)
{
	int len;

	spin_lock(&kex_point_lock);
	len = sprintf(page, "%s %u\n", kex_fail_name, kex_fail_n);
	spin_unlock(&kex_point_lock);
	return len;
}

static const struct kernel_param_ops kex_fail_ops = {
	.set = kex_fail_set,
	.get = kex_fail_get,
};
module_param_cb(fail, &kex_fail_ops, NULL, 0600);
MODULE_PARM_DESC(fail, "Point and number of what fails there (none)");
