/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc: which processes there are, and which of them use a node. */
#ifndef KEXCTL_PROC_H
#define KEXCTL_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
	unsigned int pid;
	char *comm;	/* printable */
};

struct processes {
	struct process *items;
	size_t count;
};

/* Whose users: those of a node, of all that was revoked, of windows without a name */
enum proc_what {
	PROC_NODE,
	PROC_GONE,
	PROC_ANONYMOUS,
};

/* @proc is the open folder of the process; Return: whether to go on */
typedef bool (*proc_fn)(void *arg, int proc, const char *pid);

int proc_each(proc_fn take, void *arg);
char *proc_comm(int proc);
void processes_of(enum proc_what what, const char *name, struct processes *list);
void processes_free(struct processes *list);
int process_hold(pid_t pid, int *pidfd);
bool process_ended(int pidfd);
char *proc_users(enum proc_what what, const char *name);

#endif /* KEXCTL_PROC_H */
