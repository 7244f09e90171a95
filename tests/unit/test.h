/* SPDX-License-Identifier: GPL-2.0-only */
/* cmocka wants these before itself. */
#ifndef KEX_UNIT_TEST_H
#define KEX_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))

#endif /* KEX_UNIT_TEST_H */
