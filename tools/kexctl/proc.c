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

/* What the driver calls the file of a window that has no name */
#define ANONYMOUS	"anon_inode:[kex-window]"

/* Longer links lead elsewhere */
#define LINK_MAX_LEN	64

/* What a process may have open, and how its maps file calls that */
struct target {
	const char *path;
	dev_t node;		/* 0: has none, and goes by its path */
};

static bool is_node(int dir, const char *fd, dev_t node)
{
	struct stat st;

	return fstatat(dir, fd, &st, 0) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == node;
}

static bool is_link(int dir, const char *fd, const char *path)
{
	char text[LINK_MAX_LEN];
	ssize_t len = readlinkat(dir, fd, text, sizeof(text));

	return len > 0 && (size_t)len == strlen(path) && !memcmp(text, path, len);
}

static bool has_open(int proc, const struct target *target)
{
	DIR *dir = open_list(proc, "fd");
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = target->node ? is_node(dirfd(dir), entry->d_name, target->node) :
			is_link(dirfd(dir), entry->d_name, target->path);
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

static void add_users_of(const struct target *target, struct processes *list)
{
	DIR *dir = open_list(AT_FDCWD, "/proc");
	struct dirent *entry;
	int proc;

	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		proc = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc < 0)
			continue;
		if (has_open(proc, target) || has_mapped(proc, target->path))
			add_process(list, proc, entry->d_name);
		close(proc);
	}
	if (dir)
		closedir(dir);
}

/**
 * processes_of - who has an object's node open or mapped
 * @name: of the object; NULL: any window that has no name
 * @list: out, zeroed before; as far as it can be seen
 */
void processes_of(const char *name, struct processes *list)
{
	struct target target = { .path = ANONYMOUS };
	char *path = NULL;
	struct stat node;

	if (name) {
		path = xprintf("/dev/kex/%s", name);
		target.path = path;
		target.node = stat(path, &node) ? 0 : node.st_rdev;
	}
	if (!name || target.node)
		add_users_of(&target, list);
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
 * @name: of the object; NULL: any window that has no name
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
