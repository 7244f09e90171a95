/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs that copy the bytes of a region. */
#ifndef KEXCTL_COPY_H
#define KEXCTL_COPY_H

#include "cmd.h"

enum status copy_dump(const struct cmd_args *args);
enum status copy_load(const struct cmd_args *args);

#endif /* KEXCTL_COPY_H */
