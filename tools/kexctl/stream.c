// SPDX-License-Identifier: GPL-2.0-only
/* Lines that come as things happen: their limits, and the wait for the next. */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "parse.h"
#include "stream.h"

/**
 * stream_now_us - a clock that nobody sets
 */
uint64_t stream_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/**
 * stream_later_us - a time after another
 * @now: the time
 * @us: how much later
 * Return: the later time, or the last there is.
 */
uint64_t stream_later_us(uint64_t now, uint64_t us)
{
	return us < UINT64_MAX - now ? now + us : UINT64_MAX;
}

/**
 * stream_wait_ms - a time as poll() takes it
 * @us: the time
 * Return: as long or a little longer, or as long as can be.
 */
int stream_wait_ms(uint64_t us)
{
	uint64_t ms = us / 1000 + !!(us % 1000);

	return ms < INT_MAX ? ms : INT_MAX;
}

/**
 * stream_count - read the option count
 * @args: what was typed
 * @who: the command, for a message
 * @count: out: unchanged without the option
 * Return: DONE, or USAGE after a message.
 */
enum status stream_count(const struct cmd_args *args, const char *who, uint64_t *count)
{
	const char *typed = option_value(args, "count"), *cause;

	cause = typed ? parse_uint(typed, count) : NULL;
	if (!cause && typed && !*count)
		cause = "at least 1";
	if (!cause)
		return DONE;
	return fail(USAGE, "%s: count %s%s%s", who, typed, *typed ? ": " : "", cause);
}

/**
 * stream_period - read an option that is a length of time
 * @args: what was typed
 * @who: the command, for a message
 * @option: its name
 * @us: out: unchanged without the option
 * Return: DONE, or USAGE after a message.
 */
enum status stream_period(const struct cmd_args *args, const char *who, const char *option,
			  uint64_t *us)
{
	const char *typed = option_value(args, option), *cause;

	cause = typed ? parse_period(typed, us) : NULL;
	if (!cause && typed && !*us)
		cause = "longer than 0";
	if (!cause)
		return DONE;
	return fail(USAGE, "%s: %s %s%s%s", who, option, typed, *typed ? ": " : "", cause);
}

/**
 * stream_stdout - refuse a stdout that was closed: not with the first line only
 * @who: the command, for a message
 * Return: DONE, or REFUSED after a message.
 */
enum status stream_stdout(const char *who)
{
	int mode = fcntl(STDOUT_FILENO, F_GETFL);

	/* By out_begin(), or by who starts the program */
	if (mode >= 0 && (mode & O_ACCMODE) != O_RDONLY)
		return DONE;
	return fail(REFUSED, "%s: stdout is closed", who);
}

/**
 * stream_wait - wait for the next line
 * @fd: what it comes from
 * @signals: from guard_fd(), to end the wait as well; -1: nothing
 * @ms: how long at most; -1: for ever
 *
 * stdout is looked at, too: a reader that has gone would be seen with the next line only.
 *
 * Return: false when nobody reads stdout any more.
 */
bool stream_wait(int fd, int signals, int ms)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	/* A pipe that nobody reads is POLLERR, a socket or terminal of nobody POLLHUP */
	return poll(fds, 3, ms) <= 0 || !(fds[2].revents & (POLLERR | POLLHUP));
}
