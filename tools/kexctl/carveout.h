/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEXCTL_CARVEOUT_H
#define KEXCTL_CARVEOUT_H

#include "cfs.h"

enum status carveouts_by_name(struct strings *names);
enum status carveouts_by_address(struct strings *names);
int carveout_open(const char *name, struct cfs_dir *dir);
enum status carveout_choose(const char *wanted, char **name);

#endif /* KEXCTL_CARVEOUT_H */
