// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexkmsg: what has the kernel logged since the last time?
 *
 *   kexkmsg splat|all STATE [KMSG]
 *
 * Prints the new records: those that report a kernel fault (splat), or every
 * one. STATE is a file that keeps the number of the last record seen; when it
 * does not exist yet, everything up to now counts as seen. KMSG, for the
 * tests of this program, is a file of records in the form of /dev/kmsg. That
 * an allocation has failed is no fault between the lines that kexfail logs.
 * Exit status: 0 nothing to print, 1 something printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

static const char splat[] =
	"WARNING:|BUG:|kernel BUG|Oops|Internal error|Unable to handle|"
	"Call trace:|possible (circular|recursive|irq)|inconsistent lock state|"
	"suspicious RCU|INFO: task .* blocked|self-detected stall|refcount_t:|"
	"UBSAN|KASAN|KCSAN|KFENCE|kmemleak: [0-9]|Bad page state|bad page map|"
	"Bad rss-counter|cannot create duplicate filename|kobject_add_internal failed|"
	"sleeping function called|scheduling while atomic|list_(add|del) corruption|"
	"VM_FAULT_OOM leaked";

static const char excused[] =
	"Call trace:|kobject_add_internal failed for .* [(]error: -12 |"
	"VM_FAULT_OOM leaked";

/* Whether allocations are being made to fail, from this record on */
static bool made_to_fail(const char *text, bool before)
{
	static const char mark[] = "kex-test: allocations are made to fail: ";

	if (strncmp(text, mark, strlen(mark)))
		return before;
	return !strcmp(text + strlen(mark), "begin");
}

/* Where the text of a record "prio,seq,time,flags;text" begins */
static char *record_text(char *record, unsigned long long *seq)
{
	char *text = strchr(record, ';');

	if (!text || sscanf(record, "%*u,%llu,", seq) != 1)
		return NULL;
	text++;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

int main(int argc, char **argv)
{
	unsigned long long seq, last = 0;
	bool first, all, forced = false, found = false;
	char record[8192], state[32];
	const char *path;
	FILE *lines = NULL;
	regex_t regex, excuse;
	int fd;

	if (argc < 3 || (strcmp(argv[1], "splat") && strcmp(argv[1], "all")))
		die("usage: kexkmsg splat|all STATE [KMSG]");
	all = !strcmp(argv[1], "all");
	path = argc > 3 ? argv[3] : "/dev/kmsg";
	first = read_text(argv[2], state, sizeof(state)) < 0;
	if (!first)
		last = strtoull(state, NULL, 10);
	if (regcomp(&regex, splat, REG_EXTENDED | REG_NOSUB) ||
	    regcomp(&excuse, excused, REG_EXTENDED | REG_NOSUB))
		die("bad expression");
	/* The real one hands out a record per read() and ends with EAGAIN */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, errno_name(errno));
	if (argc > 3)
		lines = fdopen(fd, "r");
	for (;;) {
		char *text;

		if (lines) {
			if (!fgets(record, sizeof(record), lines))
				break;
		} else {
			ssize_t len = read(fd, record, sizeof(record) - 1);

			if (len < 0 && errno == EPIPE)
				continue;	/* old records were overwritten meanwhile */
			if (len < 0 && errno == EAGAIN)
				break;
			if (len < 0)
				die("%s: %s", path, errno_name(errno));
			record[len] = '\0';
		}
		text = record_text(record, &seq);
		if (!text)
			continue;
		forced = made_to_fail(text, forced);
		if (!first && seq <= last)
			continue;
		last = seq;
		if (first || (!all && regexec(&regex, text, 0, NULL, 0)))
			continue;
		if (!all && forced && !regexec(&excuse, text, 0, NULL, 0))
			continue;
		printf("%s\n", text);
		found = true;
	}
	snprintf(state, sizeof(state), "%llu\n", last);
	close(open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666));
	if (write_text(argv[2], state) < 0)
		die("cannot write %s", argv[2]);
	return found ? 1 : 0;
}
