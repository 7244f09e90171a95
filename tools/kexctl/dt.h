/* SPDX-License-Identifier: GPL-2.0-only */
/* Carve-outs in the device tree, for what neither configfs nor sysfs tells. */
#ifndef KEXCTL_DT_H
#define KEXCTL_DT_H

#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

#define DT_COMPATIBLE	"kex,carveout"

/* Sorts behind every carve-out whose address is known */
#define DT_NO_ADDRESS	UINT64_MAX

uint64_t dt_carveout_phys(const char *name);
size_t dt_carveout_extents(const char *name, struct extent **extents);
bool dt_has_region(const char *carveout, const char *name);
char *dt_name(const char *node);

#endif /* KEXCTL_DT_H */
