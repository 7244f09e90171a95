/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: tracepoints of what happens to mapped memory
 *
 * Switched off, an event costs a jump that is patched out, and its duration is
 * not measured.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kex

#if !defined(_KEX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _KEX_TRACE_H

#include <linux/ktime.h>
#include <linux/tracepoint.h>

#include "kex.h"

/* When what an event tells of began; 0 while nobody listens */
#define kex_trace_start(event)	(trace_##event##_enabled() ? ktime_get_ns() : 0)

#define KEX_REASONS(X, LAST)			\
	X(KEX_REASON_IOCTL, "ioctl")		\
	X(KEX_REASON_SYSFS, "sysfs")		\
	X(KEX_REASON_CONFIGFS, "configfs")	\
	X(KEX_REASON_UNBIND, "unbind")		\
	X(KEX_REASON_OWNER, "owner")		\
	X(KEX_REASON_POLICY, "policy")		\
	X(KEX_REASON_IN, "in")			\
	X(KEX_REASON_HOME, "home")		\
	X(KEX_REASON_LAZY, "lazy")		\
	X(KEX_REASON_RESTORE, "restore")	\
	X(KEX_REASON_SIGBUS, "sigbus")		\
	X(KEX_REASON_ZERO, "zero")		\
	X(KEX_REASON_SCRATCH, "scratch")	\
	X(KEX_REASON_WAIT, "wait")		\
	LAST(KEX_REASON_REVOKED, "revoked")

/* For programs that decode events themselves: they know no enum */
#define KEX_REASON_ENUM(reason, word)	TRACE_DEFINE_ENUM(reason);
KEX_REASONS(KEX_REASON_ENUM, KEX_REASON_ENUM)

#define KEX_REASON_WORD(reason, word)	{ reason, word },
#define KEX_REASON_LAST(reason, word)	{ reason, word }

DECLARE_EVENT_CLASS(kex_range,
	TP_PROTO(struct kex_space *space, u64 off, u64 len,
		 enum kex_reason reason, u64 pages, u64 start),
	TP_ARGS(space, off, len, reason, pages, start),
	TP_STRUCT__entry(
		__array(char, name, KEX_NAME_SIZE)
		__field(u64, off)
		__field(u64, len)
		__field(u32, reason)
		__field(u64, pages)
		__field(u64, ns)
	),
	TP_fast_assign(
		memcpy(__entry->name, space->obj.name, KEX_NAME_SIZE);
		__entry->off = off;
		__entry->len = len;
		__entry->reason = reason;
		__entry->pages = pages;
		__entry->ns = start ? ktime_get_ns() - start : 0;
	),
	TP_printk("name=%s off=0x%llx len=0x%llx reason=%s pages=%llu ns=%llu",
		  __entry->name, __entry->off, __entry->len,
		  __print_symbolic(__entry->reason,
				   KEX_REASONS(KEX_REASON_WORD, KEX_REASON_LAST)),
		  __entry->pages, __entry->ns)
);

#define KEX_RANGE_EVENT(name)							\
DEFINE_EVENT(kex_range, name,							\
	TP_PROTO(struct kex_space *space, u64 off, u64 len,			\
		 enum kex_reason reason, u64 pages, u64 start),			\
	TP_ARGS(space, off, len, reason, pages, start))

KEX_RANGE_EVENT(kex_evict);
KEX_RANGE_EVENT(kex_hold);
KEX_RANGE_EVENT(kex_restore);
KEX_RANGE_EVENT(kex_revoke);
KEX_RANGE_EVENT(kex_fault);
KEX_RANGE_EVENT(kex_migrate);
KEX_RANGE_EVENT(kex_window_map);
KEX_RANGE_EVENT(kex_window_unmap);

#endif /* _KEX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
