/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verbs that mean the same for every kind of object that is made in configfs.
 * Which kind is meant, the noun says that was typed.
 */
#ifndef KEXCTL_VERB_H
#define KEXCTL_VERB_H

#include "cmd.h"

extern const struct cmd_option create_options[];
extern const struct cmd_option delete_options[];

enum status verb_list(const struct cmd_args *args);
enum status verb_create(const struct cmd_args *args);
enum status verb_show(const struct cmd_args *args);
enum status verb_set(const struct cmd_args *args);
enum status verb_delete(const struct cmd_args *args);
enum status verb_zap(const struct cmd_args *args);
enum status verb_acted(const struct cmd_args *args);

#endif /* KEXCTL_VERB_H */
