/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver says of entries of page tables, pages and events, in words. */
#ifndef KEXCTL_ENTRY_H
#define KEXCTL_ENTRY_H

#include <linux/kex.h>

#include "util.h"

const char *level_word(unsigned int level);
const char *type_word(unsigned int type);
const char *frame_word(unsigned int frame);
const char *probe_word(unsigned int probe);
const char *why_words(unsigned int why);
const char *cause_word(unsigned int cause);
void entry_words(const struct kex_ctl_entry *entry, struct strings *words);

#endif /* KEXCTL_ENTRY_H */
