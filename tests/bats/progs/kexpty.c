// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexpty: run a command whose stderr is a terminal, and copy what arrives there
 * to stdout.
 *
 *   kexpty COMMAND [ARGUMENT...]
 *
 * Exits with the command's status, or 125 when it did not end by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util.h"

static int open_terminal(int *command_side)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
		die("no terminal: %s", errno_name(errno));
	*command_side = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*command_side < 0)
		die("no terminal: %s", errno_name(errno));
	return terminal;
}

/* EIO when the last one has closed the other side */
static void copy_out(int terminal)
{
	char buf[4096];
	ssize_t got;

	while ((got = read(terminal, buf, sizeof(buf))) > 0)
		if (fwrite(buf, 1, got, stdout) != (size_t)got)
			die("cannot write");
	if (fflush(stdout))
		die("cannot write");
}

int main(int argc, char **argv)
{
	int terminal, command_side, status;
	pid_t pid;

	if (argc < 2)
		die("usage: kexpty COMMAND [ARGUMENT...]");
	terminal = open_terminal(&command_side);
	pid = fork();
	if (!pid) {
		dup2(command_side, STDERR_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	close(command_side);
	copy_out(terminal);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 125;
	return WEXITSTATUS(status);
}
