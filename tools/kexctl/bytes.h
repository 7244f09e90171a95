/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs that look at the bytes of a region, or change them. */
#ifndef KEXCTL_BYTES_H
#define KEXCTL_BYTES_H

#include "cmd.h"

extern const struct cmd_option width_options[];

enum status bytes_dump(const struct cmd_args *args);
enum status bytes_load(const struct cmd_args *args);
enum status bytes_peek(const struct cmd_args *args);
enum status bytes_poke(const struct cmd_args *args);

#endif /* KEXCTL_BYTES_H */
