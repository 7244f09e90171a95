/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the file users: who maps an object. */
#ifndef KEXCTL_USER_H
#define KEXCTL_USER_H

#include <stdbool.h>
#include <stdint.h>

#define USERS		"users"

/* The texts lie in the line that was parsed */
struct user {
	uint64_t pid;
	char *comm;
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	const char *cache;
	uint64_t resident;
	const char *entry;	/* such as 4K, 2M, mixed */
};

bool user_parse(char *line, struct user *user);
char *users_entry(char *text);

#endif /* KEXCTL_USER_H */
