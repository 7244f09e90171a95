// SPDX-License-Identifier: GPL-2.0-only
/* page watch: what is invalidated of a part of a process's memory, as it happens. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "entry.h"
#include "page.h"
#include "parse.h"
#include "stream.h"
#include "target.h"

#define VERB	"watch"
#define WHO	"page " VERB

struct watch {
	struct target target;
	int fd;
	uint64_t left;		/* events still to be printed; 0: no limit */
	uint64_t until_us;	/* when to end; 0: never */
	uint64_t lost;
};

static enum status take_limits(struct watch *watch, const struct cmd_args *args)
{
	enum status status;
	uint64_t us = 0;

	status = stream_count(args, WHO, &watch->left);
	if (!status)
		status = stream_period(args, WHO, "timeout", &us);
	watch->until_us = us ? stream_later_us(stream_now_us(), us) : 0;
	return status;
}

static char *event_text(const struct kex_ctl_event *event, const char *time)
{
	char len[SIZE_TEXT_MAX];

	if (event->cause == KEX_CAUSE_EXIT)
		return xprintf("%s %s", time, cause_word(event->cause));
	return xprintf("%s %s 0x%llx+%s", time, cause_word(event->cause),
		       (unsigned long long)event->start,
		       format_size(event->end - event->start, len));
}

/* Return: false when stdout did not take it */
static bool print_event(const struct kex_ctl_event *event)
{
	char *time = xprintf("%llu.%06llu", (unsigned long long)event->time / 1000000000,
			     (unsigned long long)event->time / 1000 % 1000000);
	char *text = event_text(event, time);
	struct records list = { 0 };
	struct record *record;
	bool written;

	record = records_add(&list, "event", cause_word(event->cause));
	record_decimal(record, "time", time);
	record_text(record, "cause", cause_word(event->cause));
	if (event->cause != KEX_CAUSE_EXIT) {
		record_addr(record, "virt", event->start);
		record_size(record, "length", event->end - event->start);
	}
	written = out_stream(&list, text);
	records_free(&list);
	free(text);
	free(time);
	return written;
}

/* Return: whether to go on */
static bool take_event(struct watch *watch, const struct kex_ctl_event *event)
{
	if (event->lost)
		note("%llu event%s lost", (unsigned long long)event->lost,
		     event->lost == 1 ? "" : "s");
	if (event->cause == KEX_CAUSE_LOST)
		return true;
	if (!print_event(event))
		return false;
	return !watch->left || --watch->left;
}

static int wait_ms(const struct watch *watch)
{
	uint64_t now;

	if (!watch->until_us)
		return -1;
	now = stream_now_us();
	return now < watch->until_us ? stream_wait_ms(watch->until_us - now) : 0;
}

/* As the next line would end it, unless SIGPIPE is ignored */
static enum status no_reader(void)
{
	raise(SIGPIPE);
	return fail(REFUSED, WHO ": nobody reads the output any more");
}

static enum status follow(struct watch *watch)
{
	struct kex_ctl_event event;
	ssize_t got;

	for (;;) {
		if (watch->until_us && stream_now_us() >= watch->until_us)
			return DONE;
		if (!stream_wait(watch->fd, -1, wait_ms(watch)))
			return no_reader();
		got = read(watch->fd, &event, sizeof(event));
		if (!got)
			return DONE;
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got != sizeof(event))
			return fail_on(REFUSED, "pid", watch->target.who, VERB ": %s",
				       strerror(errno));
		if (!take_event(watch, &event))
			return DONE;
	}
}

static enum status begin(struct watch *watch)
{
	struct kex_ctl_watch arg = {
		.argsz = sizeof(arg),
		.pid = watch->target.pid,
		.addr = watch->target.addr,
		.len = watch->target.len,
	};

	watch->fd = ioctl(watch->target.ctl, KEX_CTL_WATCH, &arg);
	if (watch->fd < 0)
		return target_refused(&watch->target, VERB, errno);
	if (target_ended(&watch->target))
		return target_refused(&watch->target, VERB, ESRCH);
	/* What there is to be read is seen by reading: the wait is for stdout, too */
	if (fcntl(watch->fd, F_SETFL, O_NONBLOCK))
		return fail(REFUSED, WHO ": %s", strerror(errno));
	note("watching (Ctrl-C ends it)");
	return DONE;
}

/**
 * page_watch - page watch PID ADDR+LEN: a line for each invalidation
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status page_watch(const struct cmd_args *args)
{
	struct watch watch = { .fd = -1 };
	enum status status;

	status = target_parse(&watch.target, args->names[0], args->names[1], FORM_RANGE);
	target_widen(&watch.target);
	if (!status)
		status = stream_stdout(WHO);
	if (!status)
		status = take_limits(&watch, args);
	if (!status)
		status = target_open(&watch.target);
	if (!status)
		status = begin(&watch);
	if (!status)
		status = follow(&watch);
	if (watch.fd >= 0)
		close(watch.fd);
	target_close(&watch.target);
	return status;
}

const struct cmd_option watch_options[] = {
	{ "count", 'c', "N", "end after N events" },
	{ "timeout", 0, "TIME", "end after so long (5s, 200ms)" },
	{ NULL, 0, NULL, NULL }
};
