/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs that read and write values of one width. */
#ifndef KEXCTL_ACCESS_H
#define KEXCTL_ACCESS_H

#include "cmd.h"

extern const struct cmd_option width_options[];

enum status access_peek(const struct cmd_args *args);
enum status access_poke(const struct cmd_args *args);

#endif /* KEXCTL_ACCESS_H */
