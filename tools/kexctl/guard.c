// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals: they wait while a change of several steps is under way, and stop a
 * long copy between two pieces.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "guard.h"

static sigset_t guarded, before;

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/**
 * guard_begin - let signals wait
 *
 * One that is ignored, as SIGINT is in a shell's background, stays out: it
 * would be seen as waiting, and never end the program.
 */
void guard_begin(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	size_t i;

	sigemptyset(&guarded);
	for (i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (!is_ignored(ending[i]))
			sigaddset(&guarded, ending[i]);
	sigprocmask(SIG_BLOCK, &guarded, &before);
}

/**
 * guard_hit - whether a signal waits
 */
bool guard_hit(void)
{
	sigset_t pending;
	int number;

	sigpending(&pending);
	for (number = 1; number < NSIG; number++)
		if (sigismember(&guarded, number) == 1 && sigismember(&pending, number) == 1)
			return true;
	return false;
}

/**
 * guard_fd - a descriptor that can be read from when guard_hit() is true
 *
 * For poll(); not to be read, since guard_end() shall find the signal.
 *
 * Return: the descriptor, or -1 with errno.
 */
int guard_fd(void)
{
	return signalfd(-1, &guarded, SFD_CLOEXEC | SFD_NONBLOCK);
}

/**
 * guard_end - let signals through; does not return when one waits
 */
void guard_end(void)
{
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
	stopping = number;
}

/**
 * stop_begin - let the first SIGINT or SIGTERM be seen by stop_asked()
 *
 * A call that waits then ends with EINTR. The second one ends the program.
 */
void stop_begin(void)
{
	struct sigaction action = { .sa_handler = on_stop, .sa_flags = SA_RESETHAND };

	if (!is_ignored(SIGINT))
		sigaction(SIGINT, &action, NULL);
	if (!is_ignored(SIGTERM))
		sigaction(SIGTERM, &action, NULL);
}

/**
 * stop_asked - whether there was a signal
 */
bool stop_asked(void)
{
	return stopping;
}

/**
 * stop_end - as before stop_begin(); does not return when there was a signal
 */
void stop_end(void)
{
	if (!is_ignored(SIGINT))
		signal(SIGINT, SIG_DFL);
	if (!is_ignored(SIGTERM))
		signal(SIGTERM, SIG_DFL);
	if (stopping)
		raise(stopping);
}
