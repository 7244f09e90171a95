/* SPDX-License-Identifier: GPL-2.0-only */
/* What driver/policy.c takes from the kernel, for user space */
#ifndef KEX_UNIT_LINUX_TYPES_H
#define KEX_UNIT_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;

#endif /* KEX_UNIT_LINUX_TYPES_H */
