// SPDX-License-Identifier: GPL-2.0-only
/* Signals wait while a change of several steps is under way. */
#include <signal.h>
#include <stddef.h>

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
 * guard_end - let signals through; does not return when one waits
 */
void guard_end(void)
{
	sigprocmask(SIG_SETMASK, &before, NULL);
}
