/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEX_UNIT_LINUX_MINMAX_H
#define KEX_UNIT_LINUX_MINMAX_H

#define max(a, b)	((a) > (b) ? (a) : (b))
#define min(a, b)	((a) < (b) ? (a) : (b))

#endif /* KEX_UNIT_LINUX_MINMAX_H */
