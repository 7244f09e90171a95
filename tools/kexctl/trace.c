// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracefs. An instance has buffers, options and filters of its own. It is a
 * folder that outlives whoever made it, so that it is removed on every way out,
 * and the next kexctl removes what one that was killed left behind.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "trace.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCES	TRACEFS "/instances"
#define INSTANCE	"kexctl-"

#ifndef TRACEFS_MAGIC
#define TRACEFS_MAGIC	0x74726163
#endif

/* Not the one below debugfs: to look there mounts it, and the kernel warns of that */
static enum status find_tracefs(void)
{
	struct statfs fs;
	char *filesystems;
	bool known;

	if (statfs(TRACEFS, &fs) == 0 && fs.f_type == TRACEFS_MAGIC)
		return DONE;
	filesystems = read_text(AT_FDCWD, "/proc/filesystems");
	known = filesystems && strstr(filesystems, "\ttracefs");
	free(filesystems);
	if (known)
		return fail(REFUSED, "tracefs is not mounted on %s (mount -t tracefs none %s)",
			    TRACEFS, TRACEFS);
	return fail(UNSUPPORTED, "this kernel has no tracefs (its CONFIG_FTRACE is off)");
}

static enum status refused(const char *path, int err)
{
	if (err == EACCES || err == EPERM)
		return fail(REFUSED, "%s: only root may do that (try: sudo)", path);
	return fail(REFUSED, "%s: %s", path, strerror(err));
}

/* What is in use is EBUSY, and so is whatever is not empty of users */
static void remove_left_behind(void)
{
	DIR *dir = open_list(AT_FDCWD, INSTANCES);
	struct dirent *entry;
	char *process;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, INSTANCE, strlen(INSTANCE)) ||
		    !isdigit((unsigned char)entry->d_name[strlen(INSTANCE)]))
			continue;
		process = xprintf("/proc/%s", entry->d_name + strlen(INSTANCE));
		if (access(process, F_OK))
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
		free(process);
	}
	if (dir)
		closedir(dir);
}

static int make_instance(struct trace *trace)
{
	char *path = xstrdup(INSTANCES);

	remove_left_behind();
	xappend(&path, "/" INSTANCE "%d", getpid());
	/* A process of the same number may have left it */
	if (mkdir(path, 0700) && (errno != EEXIST || rmdir(path) || mkdir(path, 0700))) {
		int err = errno;

		free(path);
		return err;
	}
	trace->path = path;
	trace->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return trace->dir < 0 ? errno : 0;
}

/* A new instance has the options that somebody gave the first one */
static int set_options(const struct trace *trace)
{
	static const char * const options[][2] = {
		{ "options/context-info", "1" }, { "options/record-cmd", "1" },
		{ "options/overwrite", "1" }, { "options/raw", "0" }, { "options/hex", "0" },
		{ "options/bin", "0" }, { "options/fields", "0" }, { "options/verbose", "0" },
		{ "options/latency-format", "0" }, { "options/record-tgid", "0" },
		{ "options/stacktrace", "0" }, { "options/userstacktrace", "0" },
		{ "buffer_percent", "0" }, { "trace_clock", "mono" }, { "tracing_on", "1" },
	};
	size_t i;
	int err;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		err = write_text(trace->dir, options[i][0], options[i][1]);
		/* Not every kernel has each of them */
		if (err && err != ENOENT)
			return err;
	}
	return 0;
}

/**
 * trace_open - make an instance
 * @trace: out; to be closed whatever is returned
 * Return: DONE, or another status after a message.
 */
enum status trace_open(struct trace *trace)
{
	enum status status;
	int err;

	trace->path = NULL;
	trace->dir = -1;
	trace->pipe = -1;
	trace->at = 0;
	trace->have = 0;
	status = find_tracefs();
	if (status)
		return status;
	err = make_instance(trace);
	if (!err)
		err = set_options(trace);
	return err ? refused(trace->path ? trace->path : TRACEFS, err) : DONE;
}

/**
 * trace_select - listen to a tracepoint of kex
 * @trace: from trace_open()
 * @tracepoint: its name
 * @filter: which of its events count, in the kernel's words; or NULL for all
 * Return: 0, or the errno: ENOENT when there is no such tracepoint.
 */
int trace_select(const struct trace *trace, const char *tracepoint, const char *filter)
{
	char *path = xprintf("events/kex/%s/filter", tracepoint);
	int err = filter ? write_text(trace->dir, path, filter) : 0;

	free(path);
	path = xprintf("events/kex/%s/enable", tracepoint);
	if (!err)
		err = write_text(trace->dir, path, "1");
	free(path);
	return err;
}

/**
 * trace_begin - open what the events come out of
 * @trace: from trace_open()
 * Return: 0, or the errno.
 */
int trace_begin(struct trace *trace)
{
	trace->pipe = openat(trace->dir, "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return trace->pipe < 0 ? errno : 0;
}

/**
 * trace_fill - read what is there, after trace_line() gave all that was
 * @trace: from trace_begin()
 * Return: 0, or the errno: EAGAIN when there is nothing yet, EPIPE when somebody
 * switched the instance off.
 */
int trace_fill(struct trace *trace)
{
	ssize_t got;

	memmove(trace->buf, trace->buf + trace->at, trace->have - trace->at);
	trace->have -= trace->at;
	trace->at = 0;
	/* No line of the kernel's is that long */
	if (trace->have == sizeof(trace->buf))
		trace->have = 0;
	got = read(trace->pipe, trace->buf + trace->have, sizeof(trace->buf) - trace->have);
	if (got < 0)
		return errno == EINTR ? EAGAIN : errno;
	trace->have += got;
	return got ? 0 : EPIPE;
}

/**
 * trace_line - the next line that was read
 * @trace: from trace_begin()
 * Return: the line without newline, the caller's until the next trace_fill();
 * NULL when there is no whole one.
 */
char *trace_line(struct trace *trace)
{
	char *line = trace->buf + trace->at;
	char *end = memchr(line, '\n', trace->have - trace->at);

	if (!end)
		return NULL;
	*end = '\0';
	trace->at += end + 1 - line;
	return line;
}

/**
 * trace_comm - the name of a process whose event the kernel had no name for
 * @pid: its number
 * Return: the name, to be freed, or NULL.
 *
 * The kernel notes it when the process leaves the processor: too late for one
 * that goes on, in time for one that has ended.
 */
char *trace_comm(uint64_t pid)
{
	char *path = xprintf("/proc/%llu/comm", (unsigned long long)pid), *saved, *line, *save;
	char *comm = read_text(AT_FDCWD, path), *end;

	free(path);
	if (comm)
		return comm;
	saved = read_text(AT_FDCWD, TRACEFS "/saved_cmdlines");
	for (line = saved ? strtok_r(saved, "\n", &save) : NULL; line && !comm;
	     line = strtok_r(NULL, "\n", &save))
		if (strtoull(line, &end, 10) == pid && *end == ' ')
			comm = xstrdup(end + 1);
	free(saved);
	return comm;
}

/**
 * trace_close - remove the instance
 * @trace: from trace_open(), whatever came of it
 */
void trace_close(struct trace *trace)
{
	if (trace->pipe >= 0)
		close(trace->pipe);
	if (trace->dir >= 0)
		close(trace->dir);
	if (trace->path && rmdir(trace->path))
		fail(REFUSED, "%s: %s (rmdir it)", trace->path, strerror(errno));
	free(trace->path);
	trace->path = NULL;
}
