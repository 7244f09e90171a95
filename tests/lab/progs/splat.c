// SPDX-License-Identifier: GPL-2.0-only
/* A module that only complains: the lab's tests see whether the lab notices. */
#include <linux/module.h>

static int __init splat_init(void)
{
	WARN(1, "splat: on purpose\n");
	return 0;
}
module_init(splat_init);

static void __exit splat_exit(void)
{
}
module_exit(splat_exit);

MODULE_DESCRIPTION("Complains once");
MODULE_LICENSE("GPL");
