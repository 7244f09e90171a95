/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver's tracepoints tell, as lines of text from trace_pipe. */
#ifndef KEXCTL_EVENT_H
#define KEXCTL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* Holds any duration that format_ns() writes */
#define NS_TEXT_MAX	32

struct event_kind {
	const char *word;	/* what kexctl calls it; NULL ends the list */
	const char *tracepoint;
};

extern const struct event_kind event_kinds[];

/* The texts lie in the line that was parsed */
struct event {
	const char *word;
	const char *name;
	const char *reason;
	const char *time;	/* seconds since boot, with six decimals */
	char *comm;
	uint64_t pid;
	uint64_t off;
	uint64_t len;
	uint64_t pages;
	uint64_t ns;
};

bool event_parse(char *line, struct event *event);
bool event_lost(const char *line, uint64_t *count);
const char *format_ns(uint64_t ns, char text[NS_TEXT_MAX]);

#endif /* KEXCTL_EVENT_H */
