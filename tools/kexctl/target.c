// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that is looked into, and /dev/kex/_ctl, which is asked about it. A pid
 * that ends may be another process's before the call: a pidfd is held meanwhile,
 * and what came in for a process that has ended is not told.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "parse.h"
#include "proc.h"
#include "target.h"

#define KIND	"pid"
#define NODE	"/dev/kex/_ctl"
#define MODULE	"/sys/module/kex"

/**
 * ctl_open - open the node that knows of processes
 * @fd: out; -1 when it cannot be had
 * Return: DONE, or another status after a message.
 */
enum status ctl_open(int *fd)
{
	*fd = open(NODE, O_RDWR | O_CLOEXEC);
	if (*fd >= 0)
		return DONE;
	if (errno != ENOENT && errno != ENXIO)
		return fail(REFUSED, NODE ": %s", strerror(errno));
	if (access(MODULE, F_OK))
		return fail(REFUSED, "the module kex is not loaded (try: sudo modprobe kex)");
	return fail(REFUSED, "there is no " NODE " (is devtmpfs mounted, and the module as new as "
		    "kexctl?)");
}

/* ADDR, which stands for one byte, or a range */
static const char *parse_where(const char *typed, enum target_form form, uint64_t *addr,
			       uint64_t *len)
{
	bool is_range = *typed && strpbrk(typed + 1, "+-");

	if (form == FORM_RANGE || (is_range && form == FORM_EITHER))
		return parse_range(typed, addr, len);
	if (is_range)
		return "one address is asked for, not a range";
	*len = 1;
	return parse_size(typed, addr);
}

/**
 * target_parse - understand PID and ADDR[+LEN]
 * @target: out; to be closed whatever is returned
 * @who: the pid as it was typed
 * @typed: the address or range
 * @form: which of them the verb takes
 * Return: DONE, or USAGE after a message.
 */
enum status target_parse(struct target *target, const char *who, const char *typed,
			 enum target_form form)
{
	const char *cause;
	uint64_t pid;

	*target = (struct target){ .who = who, .typed = typed, .ctl = -1, .pidfd = -1 };
	cause = parse_uint(who, &pid);
	if (!cause && (!pid || pid > INT32_MAX))
		cause = "not the number of a process";
	if (cause)
		return fail_on(USAGE, KIND, who, "%s", cause);
	target->pid = pid;
	cause = parse_where(typed, form, &target->addr, &target->len);
	if (cause)
		return fail_on(USAGE, KIND, who, "address %s%s%s", typed, *typed ? ": " : "",
			       cause);
	return DONE;
}

/**
 * target_widen - whole pages around what was asked for
 * @target: from target_parse()
 */
void target_widen(struct target *target)
{
	uint64_t page = sysconf(_SC_PAGESIZE), first = target->addr & ~(page - 1);
	uint64_t last = target->addr + target->len - 1;

	if (!target->len)
		return;
	target->addr = first;
	/* The very last page has no end: the driver refuses it, and target_wraps() knows why */
	target->len = (last & ~(page - 1)) - first;
	target->len += target->len <= UINT64_MAX - page ? page : 0;
}

static enum status no_process(const struct target *target)
{
	return fail_on(NOT_FOUND, KIND, target->who, "there is no such process with memory of its "
		       "own (kernel threads and zombies have none)");
}

/**
 * target_hold - notice from now on when the process ends
 * @target: from target_parse()
 * Return: as process_hold().
 */
int target_hold(struct target *target)
{
	return process_hold(target->pid, &target->pidfd);
}

static enum status refused_hold(const struct target *target, int err)
{
	switch (err) {
	case ESRCH:
		return no_process(target);
	case ENOENT:
		return fail_on(NOT_FOUND, KIND, target->who, "is a thread; give its process (Tgid in "
			       "/proc/%s/status)", target->who);
	default:
		return fail_on(REFUSED, KIND, target->who, "pidfd_open: %s", strerror(err));
	}
}

/**
 * target_open - get hold of the process, and of the node
 * @target: from target_parse()
 * Return: DONE, or another status after a message.
 */
enum status target_open(struct target *target)
{
	enum status status = ctl_open(&target->ctl);
	int err;

	if (status)
		return status;
	err = target_hold(target);
	return err ? refused_hold(target, err) : DONE;
}

/**
 * target_close - undo target_open()
 * @target: from target_parse()
 */
void target_close(struct target *target)
{
	if (target->ctl >= 0)
		close(target->ctl);
	if (target->pidfd >= 0)
		close(target->pidfd);
}

/**
 * target_ended - whether the process has ended since target_open()
 * @target: open
 */
bool target_ended(const struct target *target)
{
	return process_ended(target->pidfd);
}

/**
 * target_call - ask the driver
 * @target: open
 * @number: KEX_CTL_*
 * @arg: its structure, with the pid filled in
 * Return: 0, or the errno; ESRCH, too, when the process ended meanwhile.
 */
int target_call(const struct target *target, unsigned long number, void *arg)
{
	int err = ioctl(target->ctl, number, arg) < 0 ? errno : 0;

	return !err && target_ended(target) ? ESRCH : err;
}

/**
 * target_wraps - whether the range ends where no address is any more
 * @target: from target_parse()
 *
 * To the driver that is EINVAL, as a length that is none.
 */
bool target_wraps(const struct target *target)
{
	return target->len && target->addr > UINT64_MAX - target->len;
}

static enum status not_in_user_space(const struct target *target)
{
	return fail_on(REFUSED, KIND, target->who, "address %s: not in user space (see: "
		       "/proc/%s/maps)", target->typed, target->who);
}

/**
 * target_old_module - say that the driver does not know a call
 * @verb: what was tried
 * Return: UNSUPPORTED.
 */
enum status target_old_module(const char *verb)
{
	return fail(UNSUPPORTED, "%s: the loaded module is older than kexctl (load its own)",
		    verb);
}

/**
 * target_refused - say why the driver refused
 * @target: open
 * @verb: what was tried
 * @err: the errno
 * Return: the status.
 */
enum status target_refused(const struct target *target, const char *verb, int err)
{
	char page[SIZE_TEXT_MAX];

	switch (err) {
	case ESRCH:
		return no_process(target);
	case EPERM:
		return fail_on(REFUSED, KIND, target->who, "%s: memory of another process needs "
			       "CAP_SYS_PTRACE, and physical addresses CAP_SYS_ADMIN: EPERM "
			       "(try: sudo)", verb);
	case EFAULT:
		return not_in_user_space(target);
	case EINVAL:
		if (target_wraps(target))
			return not_in_user_space(target);
		return fail_on(REFUSED, KIND, target->who, "address %s: start and length must be "
			       "multiples of the %s page, and the length not 0%s", target->typed,
			       format_size(sysconf(_SC_PAGESIZE), page),
			       strchr(target->typed, '-') ? " (END is inclusive)" : "");
	case ENOTTY:
		return target_old_module(verb);
	default:
		return fail_on(REFUSED, KIND, target->who, "%s: %s", verb, strerror(err));
	}
}
