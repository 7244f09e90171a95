/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEX_UNIT_LINUX_TIME64_H
#define KEX_UNIT_LINUX_TIME64_H

#define NSEC_PER_MSEC	1000000L

#endif /* KEX_UNIT_LINUX_TIME64_H */
