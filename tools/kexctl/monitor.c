// SPDX-License-Identifier: GPL-2.0-only
/* The command monitor: what happens to mapped memory, as it happens. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cfs.h"
#include "cmd.h"
#include "event.h"
#include "guard.h"
#include "item.h"
#include "out.h"
#include "parse.h"
#include "stream.h"
#include "trace.h"

#define MODULE		"/sys/module/kex"

/* What the kernel writes for a process that it has no name of */
#define NO_COMM		"<...>"

/* A filter is written in one piece, of less than a page */
#define FILTER_MAX	4095

/* How often to look whether the module is there, and to tell of what was lost */
#define LOOK_EVERY_US	1000000

struct monitor {
	struct trace trace;
	struct strings events;		/* words that were asked for; none: all */
	char *filter;			/* NULL: all objects */
	uint64_t left;			/* events still to be printed; 0: no limit */
	uint64_t idle_us;		/* end after so long without one; 0: never */
	uint64_t idle_since;
	uint64_t lost, lost_told;
	bool broken;			/* nobody reads stdout any more */
	bool done;
	int signals;
};

static const struct event_kind *find_kind(const char *word)
{
	const struct event_kind *kind;

	for (kind = event_kinds; kind->word; kind++)
		if (!strcmp(kind->word, word))
			return kind;
	return NULL;
}

static enum status unknown_event(const char *word)
{
	const struct event_kind *kind;
	struct strings known = { 0 };
	const char *near;
	char *all;

	for (kind = event_kinds; kind->word; kind++)
		strings_add(&known, kind->word);
	near = strings_nearest(&known, word);
	all = strings_join(&known, ", ");
	if (near)
		fail(USAGE, "monitor: unknown event '%s' (did you mean '%s'?; events: %s)", word,
		     near, all);
	else
		fail(USAGE, "monitor: unknown event '%s' (events: %s)", word, all);
	free(all);
	strings_free(&known);
	return USAGE;
}

static enum status take_events(struct monitor *monitor, const char *typed)
{
	enum status status = DONE;
	size_t len;
	char *word;

	for (; typed && !status; typed = typed[len] ? typed + len + 1 : NULL) {
		len = strcspn(typed, ",");
		word = xprintf("%.*s", (int)len, typed);
		if (find_kind(word))
			strings_add(&monitor->events, word);
		else
			status = unknown_event(word);
		free(word);
	}
	return status;
}

static enum status take_limits(struct monitor *monitor, const struct cmd_args *args)
{
	enum status status = stream_count(args, "monitor", &monitor->left);

	return status ? status : stream_period(args, "monitor", "idle-timeout", &monitor->idle_us);
}

/* A name may be configured only: what is monitored may begin with live=1 */
static enum status take_name(const struct cmd_args *args, const char *name, struct records *known)
{
	enum status status;
	struct item item;

	(void)args;
	status = item_find(NULL, name, &item);
	if (!status)
		records_add(known, item.kind->schema->name, name);
	item_close(&item);
	return status;
}

static enum status take_names(struct monitor *monitor, const struct cmd_args *args)
{
	struct records known = { 0 };
	const struct cfs_dir *root;
	enum status status;
	int i;

	/* Says what lacks when the module does */
	status = cfs_open_root(&root);
	if (!status)
		status = each_name(args, &known, take_name);
	for (i = 0; !status && i < args->count; i++)
		xappend(&monitor->filter, "%sname == \"%s\"", i ? " || " : "", args->names[i]);
	if (!status && args->count && strlen(monitor->filter) > FILTER_MAX)
		status = fail(REFUSED, "monitor: %d names are too many for the kernel's filter "
			      "(without names all are shown)", args->count);
	records_free(&known);
	return status;
}

static enum status refused_select(const struct event_kind *kind, int err)
{
	if (err == ENOENT)
		return fail(UNSUPPORTED, "monitor: no tracepoint %s (the kernel's "
			    "CONFIG_EVENT_TRACING is off, or the module is older than kexctl)",
			    kind->tracepoint);
	return fail(REFUSED, "monitor: tracepoint %s: %s", kind->tracepoint, strerror(err));
}

/* Of all that there may be, an older module has but some */
static enum status select_all(const struct monitor *monitor)
{
	const struct event_kind *kind;
	int err, some = 0;

	for (kind = event_kinds; kind->word; kind++) {
		err = trace_select(&monitor->trace, kind->tracepoint, monitor->filter);
		if (err && err != ENOENT)
			return refused_select(kind, err);
		some += !err;
	}
	return some ? DONE : refused_select(event_kinds, ENOENT);
}

static enum status select_events(const struct monitor *monitor)
{
	const struct event_kind *kind;
	size_t i;
	int err;

	if (!monitor->events.count)
		return select_all(monitor);
	for (i = 0; i < monitor->events.count; i++) {
		kind = find_kind(monitor->events.items[i]);
		err = trace_select(&monitor->trace, kind->tracepoint, monitor->filter);
		if (err)
			return refused_select(kind, err);
	}
	return DONE;
}

static char *event_text(const struct event *event)
{
	char len[SIZE_TEXT_MAX], ns[NS_TEXT_MAX];

	return xprintf("%s %-7s %s 0x%llx+%s %s %llu page%s %s pid %llu (%s)", event->time,
		       event->word, event->name, (unsigned long long)event->off,
		       format_size(event->len, len), event->reason,
		       (unsigned long long)event->pages, event->pages == 1 ? "" : "s",
		       format_ns(event->ns, ns), (unsigned long long)event->pid, event->comm);
}

static void event_record(const struct event *event, struct records *list)
{
	struct record *record = records_add(list, "event", event->name);

	record_text(record, "event", event->word);
	record_decimal(record, "time", event->time);
	record_size(record, "offset", event->off);
	record_size(record, "length", event->len);
	record_text(record, "reason", event->reason);
	record_number(record, "pages", event->pages);
	record_number(record, "ns", event->ns);
	record_number(record, "pid", event->pid);
	record_text(record, "comm", event->comm);
}

/*
 * Wait until a line can be written without waiting, since signals that end the
 * program are blocked. Return: false when one came, or nobody will read it.
 */
static bool can_write(struct monitor *monitor)
{
	struct pollfd fds[] = {
		{ .fd = STDOUT_FILENO, .events = POLLOUT },
		{ .fd = monitor->signals, .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (fds[0].revents & POLLERR)
		monitor->broken = true;
	return !monitor->broken && !fds[1].revents;
}

static void print_event(struct monitor *monitor, struct event *event)
{
	struct records list = { 0 };
	char *text;

	if (!can_write(monitor)) {
		monitor->done = true;
		return;
	}
	event_record(event, &list);
	text = event_text(event);
	if (!out_stream(&list, text)) {
		monitor->broken = errno == EPIPE;
		monitor->done = true;
	}
	free(text);
	records_free(&list);
	if (monitor->left && !--monitor->left)
		monitor->done = true;
	monitor->idle_since = stream_now_us();
}

static void take_line(struct monitor *monitor, char *line)
{
	char *comm = NULL;
	struct event event;
	uint64_t count;

	if (event_lost(line, &count)) {
		monitor->lost += count ? count : 1;
		return;
	}
	if (!event_parse(line, &event))
		return;
	if (!strcmp(event.comm, NO_COMM))
		comm = trace_comm(event.pid);
	if (comm)
		event.comm = comm;
	printable(event.comm);
	print_event(monitor, &event);
	free(comm);
}

static void tell_lost(struct monitor *monitor)
{
	uint64_t lost = monitor->lost - monitor->lost_told;

	if (lost)
		note("%llu event%s lost", (unsigned long long)lost, lost == 1 ? "" : "s");
	monitor->lost_told = monitor->lost;
}

static bool idle_too_long(const struct monitor *monitor)
{
	return monitor->idle_us && stream_now_us() - monitor->idle_since >= monitor->idle_us;
}

static int wait_ms(const struct monitor *monitor)
{
	uint64_t us = LOOK_EVERY_US, idle;

	if (monitor->idle_us) {
		idle = stream_now_us() - monitor->idle_since;
		idle = idle < monitor->idle_us ? monitor->idle_us - idle : 0;
		if (idle < us)
			us = idle;
	}
	return stream_wait_ms(us);
}

static void wait_for_events(struct monitor *monitor)
{
	if (!stream_wait(monitor->trace.pipe, monitor->signals, wait_ms(monitor)))
		monitor->broken = true;
	if (monitor->broken || guard_hit())
		monitor->done = true;
}

/* Return: DONE with nothing more to read for now */
static enum status drain(struct monitor *monitor)
{
	char *line;
	int err;

	do {
		err = trace_fill(&monitor->trace);
		while (!err && !monitor->done && (line = trace_line(&monitor->trace)))
			take_line(monitor, line);
	} while (!err && !monitor->done && !guard_hit());
	if (!err || err == EAGAIN)
		return DONE;
	return fail(REFUSED, "monitor: %s", err == EPIPE ? "somebody switched the tracing off" :
		    strerror(err));
}

static enum status follow(struct monitor *monitor)
{
	uint64_t looked = stream_now_us();
	enum status status;

	monitor->idle_since = looked;
	for (;;) {
		status = drain(monitor);
		if (status || monitor->done || idle_too_long(monitor))
			return status;
		if (stream_now_us() - looked >= LOOK_EVERY_US) {
			looked = stream_now_us();
			tell_lost(monitor);
			if (access(MODULE, F_OK))
				return fail(REFUSED, "monitor: the module kex was unloaded");
		}
		wait_for_events(monitor);
		if (monitor->done)
			return DONE;
	}
}

static enum status listen(struct monitor *monitor)
{
	enum status status;
	int err;

	status = trace_open(&monitor->trace);
	if (!status)
		status = select_events(monitor);
	if (status)
		return status;
	err = trace_begin(&monitor->trace);
	if (err)
		return fail(REFUSED, "monitor: trace_pipe: %s", strerror(err));
	monitor->signals = guard_fd();
	if (monitor->signals < 0)
		return fail(REFUSED, "monitor: signalfd: %s", strerror(errno));
	note("listening (Ctrl-C ends it)");
	status = follow(monitor);
	tell_lost(monitor);
	return status;
}

/* Signals wait, SIGPIPE included, until the instance is gone */
static enum status listen_guarded(struct monitor *monitor)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	enum status status;

	sigaction(SIGPIPE, &ignore, &before);
	guard_begin();
	status = listen(monitor);
	trace_close(&monitor->trace);
	if (monitor->signals >= 0)
		close(monitor->signals);
	guard_end();
	sigaction(SIGPIPE, &before, NULL);
	if (monitor->broken)
		raise(SIGPIPE);
	return status;
}

static enum status monitor(const struct cmd_args *args)
{
	static struct monitor monitor = { .signals = -1 };
	enum status status;

	status = stream_stdout("monitor");
	if (!status)
		status = take_events(&monitor, option_value(args, "events"));
	if (!status)
		status = take_limits(&monitor, args);
	if (!status)
		status = take_names(&monitor, args);
	if (!status)
		status = listen_guarded(&monitor);
	strings_free(&monitor.events);
	free(monitor.filter);
	return status;
}

static const struct cmd_option options[] = {
	{ "events", 'e', "EVENT,...", "evict, hold, restore, revoke, fault, migrate, map, unmap; "
	  "default: all" },
	{ "count", 'n', "N", "end after N events" },
	{ "idle-timeout", 0, "TIME", "end when so long (5s, 200ms) there was none" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd cmds[] = {
	{
		.verb = "",
		.run = monitor,
		.synopsis = "[NAME]...",
		.summary = "what happens to mapped memory, a line for each event",
		.help = "For root: it reads the tracepoints kex:*, in an instance of tracefs of its\n"
			"own. A line has the seconds since boot, event, object, range, reason, pages,\n"
			"how long it took, and the process. fault is a touch that brought pages back,\n"
			"or met a hole; migrate a call that moved pages into a pool (in) or out of it\n"
			"(home); map and unmap are pieces of windows.\n"
			"\n"
			"Each line is written at once. With --json it is an array of one object; time is\n"
			"in seconds, ns how long it took.\n"
			"Events that came faster than they were read are counted on stderr.\n"
			"\n"
			"Examples:\n"
			"  kexctl monitor fb0 -e evict,fault\n"
			"  kexctl monitor -n 1 -e revoke --idle-timeout 5s\n"
			"  kexctl monitor --json | jq -c '.[] | select(.ns > 1000000)'",
		.min = 0,
		.max = -1,
		.options = options,
	},
	{ .verb = NULL }
};

const struct noun noun_monitor = {
	.name = "monitor",
	.cmds = cmds,
};
