/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs of the noun page that have a file of their own, and what they share. */
#ifndef KEXCTL_PAGE_H
#define KEXCTL_PAGE_H

#include <stdint.h>

#include "cmd.h"
#include "out.h"

extern const struct cmd_option watch_options[];

enum status page_phys(const struct cmd_args *args);
enum status page_watch(const struct cmd_args *args);

#endif /* KEXCTL_PAGE_H */
