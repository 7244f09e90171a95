/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/class/kex: facts about live objects, and actions on them. */
#ifndef KEXCTL_SFS_H
#define KEXCTL_SFS_H

struct sysfs_class_device;

struct sysfs_class_device *sfs_open(const char *name);
void sfs_close(struct sysfs_class_device *object);
char *sfs_read(struct sysfs_class_device *object, const char *attr);
int sfs_read_table(const char *name, const char *attr, char **text);
int sfs_write(const char *name, const char *attr, const char *value);

#endif /* KEXCTL_SFS_H */
