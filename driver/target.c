// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: which process is meant, and which part of it
 */
#include <linux/capability.h>
#include <linux/overflow.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#include "ctl.h"
#include "debug.h"

/**
 * kex_target_mm() - the address space of a process
 * @nr: its number, as the caller has it; 0 for the caller
 *
 * The privilege first, so that a refusal tells nothing of the process.
 *
 * Return: the address space, for mmput(); -EPERM if it is another's and
 * CAP_SYS_PTRACE is missing, -ESRCH.
 */
struct mm_struct *kex_target_mm(pid_t nr)
{
	struct task_struct *task;
	struct mm_struct *mm;
	struct pid *pid;

	if (!nr || nr == task_tgid_vnr(current)) {
		mmget(current->mm);
		return current->mm;
	}
	if (!capable(CAP_SYS_PTRACE))
		return ERR_PTR(-EPERM);
	pid = find_get_pid(nr);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!task)
		return ERR_PTR(-ESRCH);
	mm = get_task_mm(task);
	put_task_struct(task);
	KEX_POINT(target_found);
	return mm ?: ERR_PTR(-ESRCH);
}

/**
 * kex_target_range() - whole pages of user space?
 * @addr: first byte
 * @len: bytes
 *
 * Return: 0, -EINVAL, or -EFAULT if not all of it is in user space.
 */
int kex_target_range(u64 addr, u64 len)
{
	u64 end;

	/* Not TASK_SIZE_MAX: the CPU may have fewer bits than the kernel was built for */
	if (!len || !PAGE_ALIGNED(addr) || !PAGE_ALIGNED(len) ||
	    check_add_overflow(addr, len, &end))
		return -EINVAL;
	return end > TASK_SIZE_64 ? -EFAULT : 0;
}
