// SPDX-License-Identifier: GPL-2.0-only
/* Signals while a change is under way. Each case is a process of its own. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard.h"
#include "test.h"

/* What a child exits with when something was not as it must be */
#define WRONG	99

/* Return: the wait status of a child that ran @body */
static int child(void (*body)(void))
{
	int status = 0;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		/* Whoever started this may ignore some, as nohup does */
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void undo_then_die(void)
{
	guard_begin();
	if (guard_hit())
		_exit(WRONG);
	raise(SIGTERM);
	if (!guard_hit())
		_exit(WRONG);
	guard_end();
	_exit(WRONG);
}

static void a_signal_waits_and_then_ends_the_program(void **state)
{
	int status = child(undo_then_die);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

static bool can_be_read(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

static void poll_then_die(void)
{
	int fd;

	guard_begin();
	fd = guard_fd();
	if (fd < 0 || can_be_read(fd))
		_exit(WRONG);
	raise(SIGHUP);
	if (!can_be_read(fd) || !guard_hit())
		_exit(WRONG);
	guard_end();
	_exit(WRONG);
}

static void a_signal_that_waits_is_seen_by_poll(void **state)
{
	int status = child(poll_then_die);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGHUP);
}

static void done_before_the_signal(void)
{
	guard_begin();
	raise(SIGINT);
	_exit(7);
}

static void without_an_end_the_program_exits_by_itself(void **state)
{
	int status = child(done_before_the_signal);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void ignored(void)
{
	signal(SIGINT, SIG_IGN);
	guard_begin();
	raise(SIGINT);
	if (guard_hit())
		_exit(WRONG);
	guard_end();
}

static void an_ignored_signal_stays_ignored(void **state)
{
	(void)state;
	assert_int_equal(child(ignored), 0);
}

static void stopped_and_said_so(void)
{
	stop_begin();
	if (stop_asked())
		_exit(WRONG);
	raise(SIGINT);
	if (!stop_asked())
		_exit(WRONG);
	stop_end();
	_exit(WRONG);
}

static void not_stopped(void)
{
	stop_begin();
	stop_end();
	if (stop_asked())
		_exit(WRONG);
}

static void ignored_stop(void)
{
	signal(SIGINT, SIG_IGN);
	stop_begin();
	raise(SIGINT);
	if (stop_asked())
		_exit(WRONG);
	stop_end();
	raise(SIGINT);
}

/* A shell's job in the background has it ignored from the start */
static void a_stop_is_seen_and_ends_the_program_later(void **state)
{
	struct sigaction normal = { .sa_handler = SIG_DFL }, before;
	int status;

	(void)state;
	sigaction(SIGINT, &normal, &before);
	status = child(stopped_and_said_so);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
	assert_int_equal(child(not_stopped), 0);
	assert_int_equal(child(ignored_stop), 0);
	sigaction(SIGINT, &before, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_waits_and_then_ends_the_program),
		cmocka_unit_test(a_signal_that_waits_is_seen_by_poll),
		cmocka_unit_test(without_an_end_the_program_exits_by_itself),
		cmocka_unit_test(an_ignored_signal_stays_ignored),
		cmocka_unit_test(a_stop_is_seen_and_ends_the_program_later),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
