// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: which process is meant, and which part of it
 */
#include <linux/capability.h>
#include <linux/overflow.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "ctl.h"
#include "debug.h"

/* Its first thread may have ended, and others live on */
static struct mm_struct *kex_target_mm_of(struct task_struct *process)
{
	struct mm_struct *mm = get_task_mm(process);
	struct task_struct *thread;

	if (mm)
		return mm;
	rcu_read_lock();
	for_each_thread(process, thread) {
		mm = get_task_mm(thread);
		if (mm)
			break;
	}
	rcu_read_unlock();
	return mm;
}

/**
 * kex_target_mm() - the address space of a process
 * @nr: its number, as the caller has it; 0 for the caller
 *
 * The privilege first, so that a refusal tells nothing of the process.
 *
 * Return: the address space, for mmput(); -EINVAL if the number is below 0, -EPERM if
 * it is another's and CAP_SYS_PTRACE is missing, -ESRCH.
 */
struct mm_struct *kex_target_mm(pid_t nr)
{
	struct task_struct *task;
	struct mm_struct *mm;
	struct pid *pid;

	if (nr < 0)
		return ERR_PTR(-EINVAL);
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
	mm = kex_target_mm_of(task);
	put_task_struct(task);
	KEX_POINT(target_found);
	return mm ?: ERR_PTR(-ESRCH);
}

/* Whole pages of user space: 0, -EINVAL, or -EFAULT if not all of it is there */
static int kex_target_range(u64 addr, u64 len)
{
	u64 end;

	/* Not TASK_SIZE_MAX: the CPU may have fewer bits than the kernel was built for */
	if (!len || !PAGE_ALIGNED(addr) || !PAGE_ALIGNED(len) ||
	    check_add_overflow(addr, len, &end))
		return -EINVAL;
	return end > TASK_SIZE_64 ? -EFAULT : 0;
}

/**
 * kex_target_open() - the address space of a process, for a part of it
 * @nr: its number, as the caller has it; 0 for the caller
 * @addr: first byte
 * @len: bytes: whole pages
 *
 * Return: the address space, for mmput(); -EINVAL, -EFAULT if not all of the range is
 * in user space, or as kex_target_mm() has it.
 */
struct mm_struct *kex_target_open(pid_t nr, u64 addr, u64 len)
{
	int ret = kex_target_range(addr, len);

	return ret ? ERR_PTR(ret) : kex_target_mm(nr);
}
