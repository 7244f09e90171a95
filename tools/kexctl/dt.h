/* SPDX-License-Identifier: GPL-2.0-only */
/* The device tree, for what neither configfs nor sysfs tells. */
#ifndef KEXCTL_DT_H
#define KEXCTL_DT_H

#include <stdbool.h>
#include <stdint.h>

/* Sorts behind every carve-out whose address is known */
#define DT_NO_ADDRESS	UINT64_MAX

uint64_t dt_carveout_phys(const char *name);
bool dt_has_region(const char *carveout, const char *name);

#endif /* KEXCTL_DT_H */
