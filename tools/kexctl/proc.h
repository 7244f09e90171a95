/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc: which processes use a node. */
#ifndef KEXCTL_PROC_H
#define KEXCTL_PROC_H

#include <stddef.h>

struct process {
	unsigned int pid;
	char *comm;
};

struct processes {
	struct process *items;
	size_t count;
};

void processes_of(const char *name, struct processes *list);
void processes_free(struct processes *list);
char *proc_users(const char *name);

#endif /* KEXCTL_PROC_H */
