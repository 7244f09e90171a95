/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * configfs: wishes. Every file is reached from the descriptor of its folder, so
 * that no path is built twice; the path beside it is for people and --dry-run.
 */
#ifndef KEXCTL_CFS_H
#define KEXCTL_CFS_H

#include "util.h"

#define CFS_MOUNTPOINT	"/sys/kernel/config"
#define CFS_KEX		CFS_MOUNTPOINT "/kex"
#define CFS_MOUNT	"mount -t configfs none " CFS_MOUNTPOINT

struct cfs_dir {
	int fd;			/* -1: not there, as --dry-run has not made it */
	char *path;
};

bool cfs_mounted(void);
enum status cfs_open_root(const struct cfs_dir **root);
int cfs_open(const struct cfs_dir *at, const char *name, struct cfs_dir *dir);
void cfs_close(struct cfs_dir *dir);
int cfs_list(const struct cfs_dir *dir, struct strings *names);

char *cfs_read(const struct cfs_dir *dir, const char *attr);
int cfs_write(const struct cfs_dir *dir, const char *attr, const char *value);
int cfs_mkdir(const struct cfs_dir *at, const char *name, struct cfs_dir *dir);
int cfs_rmdir(const struct cfs_dir *at, const char *name);

#endif /* KEXCTL_CFS_H */
