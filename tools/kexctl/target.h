/* SPDX-License-Identifier: GPL-2.0-only */
/* A process, a part of its address space, and the node that is asked about it. */
#ifndef KEXCTL_TARGET_H
#define KEXCTL_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "util.h"

/* What a verb can be about */
enum target_form {
	FORM_ADDR,
	FORM_RANGE,
	FORM_EITHER,
};

struct target {
	const char *who;	/* the pid as it was typed */
	const char *typed;	/* the range */
	int pid;
	uint64_t addr;
	uint64_t len;
	int ctl;		/* /dev/kex/_ctl */
	int pidfd;		/* or -1 where the kernel has none */
};

enum status ctl_open(int *fd);
enum status target_parse(struct target *target, const char *who, const char *typed,
			 enum target_form form);
void target_widen(struct target *target);
int target_hold(struct target *target);
enum status target_open(struct target *target);
void target_close(struct target *target);
bool target_ended(const struct target *target);
int target_call(const struct target *target, unsigned long number, void *arg);
bool target_wraps(const struct target *target);
enum status target_old_module(const char *verb);
enum status target_refused(const struct target *target, const char *verb, int err);

#endif /* KEXCTL_TARGET_H */
