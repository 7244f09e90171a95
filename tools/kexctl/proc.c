// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc: which processes have a node open or mapped, to name them when they are
 * in the way. A file under way in a socket belongs to no process and is not
 * seen; so the answer may be that nobody was found.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proc.h"
#include "util.h"

#define PROC		"/proc"

/* So that one message stays a message */
#define USERS_SHOWN	8

/* A node whose region is no longer live keeps its path, with this behind it */
#define NODES		"/dev/kex/"
#define GONE		" (deleted)"

/* What the driver calls the file of a window that has no name */
#define ANONYMOUS	"anon_inode:[kex-window]"

/* What a process may have open, and how its maps file calls that */
struct wanted {
	enum proc_what what;
	const char *path;
	struct stat node;
};

static bool is_gone(const char *path)
{
	size_t len = strlen(path);

	return !strncmp(path, NODES, strlen(NODES)) && len > strlen(GONE) &&
	       !strcmp(path + len - strlen(GONE), GONE);
}

static bool is_wanted_path(const char *path, const struct wanted *wanted)
{
	return wanted->what == PROC_GONE ? is_gone(path) : !strcmp(path, wanted->path);
}

static bool is_wanted_fd(int fds, const char *fd, const struct wanted *wanted)
{
	char path[PATH_MAX];
	struct stat st;
	ssize_t len;

	if (wanted->what == PROC_NODE)
		return fstatat(fds, fd, &st, 0) == 0 && S_ISCHR(st.st_mode) &&
		       st.st_rdev == wanted->node.st_rdev;
	len = readlinkat(fds, fd, path, sizeof(path) - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	return is_wanted_path(path, wanted);
}

static bool has_open(int proc, const struct wanted *wanted)
{
	DIR *dir = open_list(proc, "fd");
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = is_wanted_fd(dirfd(dir), entry->d_name, wanted);
	if (dir)
		closedir(dir);
	return found;
}

/* A mapping outlives its file descriptor; its line ends with the path */
static bool has_mapped(int proc, const struct wanted *wanted)
{
	char *maps = read_text(proc, "maps"), *line, *save, *path;
	bool found = false;

	for (line = maps ? strtok_r(maps, "\n", &save) : NULL; !found && line;
	     line = strtok_r(NULL, "\n", &save)) {
		path = strstr(line, wanted->what == PROC_ANONYMOUS ? ANONYMOUS : NODES);
		if (path)
			found = is_wanted_path(path, wanted);
	}
	free(maps);
	return found;
}

/**
 * proc_comm - the name of a process
 * @proc: its folder
 * Return: the name, printable, to be freed; NULL when the process has gone.
 */
char *proc_comm(int proc)
{
	char *comm = read_text(proc, "comm");

	return comm ? printable(comm) : NULL;
}

/* Whether a thread has ended and only waits to be forgotten, as its first does for the others */
static bool has_ended(int task)
{
	char *stat = read_text(task, "stat"), *state = stat ? strrchr(stat, ')') : NULL;
	bool ended = state && !strncmp(state, ") Z", strlen(") Z"));

	free(stat);
	return ended;
}

static int open_task(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The first thread of a process that lives on, instead of its own folder; takes that */
static int open_living(int proc)
{
	DIR *tasks = open_list(proc, "task");
	struct dirent *entry;
	int task = -1;

	while (tasks && task < 0 && (entry = readdir(tasks))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		task = open_task(dirfd(tasks), entry->d_name);
		if (task >= 0 && has_ended(task)) {
			close(task);
			task = -1;
		}
	}
	if (tasks)
		closedir(tasks);
	if (task < 0)
		return proc;
	close(proc);
	return task;
}

/**
 * proc_each - look at every process
 * @take: is given one; returns whether to go on
 * @arg: for it
 * Return: 0, or ENOENT when /proc is not mounted, or another errno.
 */
int proc_each(proc_fn take, void *arg)
{
	DIR *dir = open_list(AT_FDCWD, PROC);
	struct dirent *entry;
	bool more = true;
	int proc;

	if (!dir)
		return errno;
	if (faccessat(dirfd(dir), "self", F_OK, AT_SYMLINK_NOFOLLOW)) {
		closedir(dir);
		return ENOENT;
	}
	while (more && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		proc = open_task(dirfd(dir), entry->d_name);
		if (proc < 0)
			continue;
		if (has_ended(proc))
			proc = open_living(proc);
		more = take(arg, proc, entry->d_name);
		close(proc);
	}
	closedir(dir);
	return 0;
}

struct finder {
	const struct wanted *wanted;
	struct processes *list;
};

static bool find_process(void *arg, int proc, const char *pid)
{
	const struct finder *finder = arg;
	struct processes *list = finder->list;
	char *comm;

	if (!has_open(proc, finder->wanted) && !has_mapped(proc, finder->wanted))
		return true;
	comm = proc_comm(proc);
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] = (struct process){
		.pid = strtoul(pid, NULL, 10),
		.comm = comm ? comm : xstrdup("gone"),
	};
	return true;
}

/**
 * processes_of - who has an object open or mapped
 * @what: which
 * @name: of a PROC_NODE, else NULL
 * @list: out, zeroed before; as far as it can be seen
 */
void processes_of(enum proc_what what, const char *name, struct processes *list)
{
	char *path = name ? xprintf(NODES "%s", name) : NULL;
	struct wanted wanted = { .what = what, .path = path ? path : ANONYMOUS };

	/* Without /proc nobody can be seen: nothing more than that is told of users here */
	if (!path || stat(path, &wanted.node) == 0)
		proc_each(find_process, &(struct finder){ .wanted = &wanted, .list = list });
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
 * process_hold - notice from now on when a process ends
 * @pid: which
 * @pidfd: result, to be closed; -1 after an error
 * Return: 0, or the errno: ESRCH: there is none; ENOENT: a thread (older kernels call
 * that EINVAL).
 */
int process_hold(pid_t pid, int *pidfd)
{
	*pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (*pidfd >= 0)
		return 0;
	return errno == EINVAL ? ENOENT : errno;
}

/**
 * process_ended - whether a process has ended since process_hold()
 * @pidfd: of process_hold(); -1: not known
 */
bool process_ended(int pidfd)
{
	struct pollfd poller = { .fd = pidfd, .events = POLLIN };

	return pidfd >= 0 && poll(&poller, 1, 0) > 0;
}

/**
 * proc_users - who uses an object, for a message
 * @what: which
 * @name: of a PROC_NODE, else NULL
 * Return: such as "pid 812 (cat), pid 815 (kexmap)", to be freed; NULL when nobody
 * was found.
 */
char *proc_users(enum proc_what what, const char *name)
{
	struct processes list = { 0 };
	char *users = NULL;
	size_t i;

	processes_of(what, name, &list);
	for (i = 0; i < list.count && i < USERS_SHOWN; i++)
		xappend(&users, "%spid %u (%s)", i ? ", " : "", list.items[i].pid,
			list.items[i].comm);
	if (i < list.count)
		xappend(&users, ", ...");
	processes_free(&list);
	return users;
}
