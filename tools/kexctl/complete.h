/* SPDX-License-Identifier: GPL-2.0-only */
/* What may stand where the cursor is, for a shell. */
#ifndef KEXCTL_COMPLETE_H
#define KEXCTL_COMPLETE_H

void complete(int count, char **words);

#endif /* KEXCTL_COMPLETE_H */
