// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc: which processes have a node open or mapped, to name them when they are
 * in the way. A file under way in a socket belongs to no process and is not
 * seen; so the answer may be that nobody was found.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc.h"
#include "util.h"

/* So that one message stays a message */
#define USERS_SHOWN	8

static bool has_open(int proc, const struct stat *node)
{
	DIR *dir = open_list(proc, "fd");
	struct dirent *entry;
	bool found = false;
	struct stat st;

	while (dir && !found && (entry = readdir(dir)))
		found = fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
			S_ISCHR(st.st_mode) && st.st_rdev == node->st_rdev;
	if (dir)
		closedir(dir);
	return found;
}

/* A mapping outlives its file descriptor; its line ends with the path */
static bool has_mapped(int proc, const char *path)
{
	char *maps = read_text(proc, "maps"), *at;
	size_t len = strlen(path);
	bool found = false;

	for (at = maps; !found && at && (at = strstr(at, path)); at += len)
		found = at[-1] == ' ' && (!at[len] || at[len] == '\n' || at[len] == ' ');
	free(maps);
	return found;
}

static void add_process(struct processes *list, int proc, const char *pid)
{
	char *comm = read_text(proc, "comm");

	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] = (struct process){
		.pid = strtoul(pid, NULL, 10),
		.comm = comm ? comm : xstrdup("gone"),
	};
}

/**
 * processes_of - who has an object's node open or mapped
 * @name: of the object
 * @list: out, zeroed before; as far as it can be seen
 */
void processes_of(const char *name, struct processes *list)
{
	char *path = xprintf("/dev/kex/%s", name);
	struct dirent *entry;
	struct stat node;
	DIR *dir = NULL;
	int proc;

	if (stat(path, &node) == 0)
		dir = open_list(AT_FDCWD, "/proc");
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		proc = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc < 0)
			continue;
		if (has_open(proc, &node) || has_mapped(proc, path))
			add_process(list, proc, entry->d_name);
		close(proc);
	}
	if (dir)
		closedir(dir);
	free(path);
}

/**
 * processes_free - empty the list
 * @list: the list
 */
void processes_free(struct processes *list)
{
	while (list->count)
		free(list->items[--list->count].comm);
	free(list->items);
	list->items = NULL;
}

/**
 * proc_users - who uses an object's node, for a message
 * @name: of the object
 * Return: such as "pid 812 (cat), pid 815 (kexmap)", to be freed; NULL when nobody
 * was found.
 */
char *proc_users(const char *name)
{
	struct processes list = { 0 };
	char *users = NULL;
	size_t i;

	processes_of(name, &list);
	for (i = 0; i < list.count && i < USERS_SHOWN; i++)
		xappend(&users, "%spid %u (%s)", i ? ", " : "", list.items[i].pid,
			list.items[i].comm);
	if (i < list.count)
		xappend(&users, ", ...");
	processes_free(&list);
	return users;
}
