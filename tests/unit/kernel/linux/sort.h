/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEX_UNIT_LINUX_SORT_H
#define KEX_UNIT_LINUX_SORT_H

#include <stdlib.h>

#define sort(base, num, size, cmp, swap)	qsort(base, num, size, cmp)

#endif /* KEX_UNIT_LINUX_SORT_H */
