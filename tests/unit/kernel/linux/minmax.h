/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEX_UNIT_LINUX_MINMAX_H
#define KEX_UNIT_LINUX_MINMAX_H

#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))

#endif /* KEX_UNIT_LINUX_MINMAX_H */
