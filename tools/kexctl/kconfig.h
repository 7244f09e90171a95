/* SPDX-License-Identifier: GPL-2.0-only */
/* How the kernel was configured. */
#ifndef KEXCTL_KCONFIG_H
#define KEXCTL_KCONFIG_H

/* What the kernel shows of itself */
#define KCONFIG_PACKED	"/proc/config.gz"

char kconfig_value(const char *config, const char *option);
char *kconfig_load(const char *path);
char *kconfig_find(char **path);

#endif /* KEXCTL_KCONFIG_H */
