/* SPDX-License-Identifier: GPL-2.0-only */
/* tracefs: an instance of kexctl's own, so that nobody else's tracing is touched. */
#ifndef KEXCTL_TRACE_H
#define KEXCTL_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

/* More than the kernel hands out in one read, so that lines stay whole */
#define TRACE_BUF	0x10000

struct trace {
	char *path;		/* the instance; NULL: there is none */
	int dir;
	int pipe;		/* readable when there are events */
	size_t at, have;
	char buf[TRACE_BUF];
};

enum status trace_open(struct trace *trace);
int trace_select(const struct trace *trace, const char *tracepoint, const char *filter);
int trace_begin(struct trace *trace);
int trace_fill(struct trace *trace);
char *trace_line(struct trace *trace);
char *trace_comm(uint64_t pid);
void trace_close(struct trace *trace);

#endif /* KEXCTL_TRACE_H */
