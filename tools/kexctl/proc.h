/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc: which processes use a node. */
#ifndef KEXCTL_PROC_H
#define KEXCTL_PROC_H

char *proc_users(const char *name);

#endif /* KEXCTL_PROC_H */
