#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Being told of changes: poll until INFO, and eventfds.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# Where a process in poll(2) sleeps, by kernel
POLL_SLEEPS='do_sys_poll|poll_schedule'

@test "each change is POLLPRI until INFO is called" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		poll -> none
		hold 0 1P
		poll -> pri
		poll -> pri
		info state -> 2
		poll -> none
		restore 0 1P
		poll -> pri
		info state -> 0
		poll -> none
		evict 0 16P
		poll -> pri
		info state -> 1
		poll -> none
		put $S/hold 1
		put $S/restore 1
		put $S/evict 1
		poll -> pri
		info state -> 1
		poll -> none
	EOF
}

@test "INFO is for the file that it is called on, and a new file has seen all" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		open $N r
		file 0
		hold 0 16P
		open $N w
		poll -> none
		file 1
		poll -> pri
		info state -> 2
		poll -> none
		file 0
		poll -> pri
		fork
		kid 1 poll -> pri
		kid 1 info state -> 2
		poll -> none
	EOF
}

@test "what changes nothing is not told" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		eventfd
		map 0 16P
		fill 0 16P 1
		unmap
		pread 0 1P -> 1P
		pwrite 0 1P -> 1P
		ioctl 0xbe01 sync len=1P dir=1
		hold 0 17P -> ERANGE
		restore 1 1P -> EINVAL
		evict 0 0 -> EINVAL
		put $S/hold x -> EINVAL
		open $N
		close
		file 0
		poll -> none
		signals -> 0
	EOF
}

@test "an INFO that fails has told nothing" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		hold 0 1P
		ioctl 0xbe00 bad -> EFAULT
		ioctl 0xbe00 info argsz=8 -> EINVAL
		ioctl 0xbe00 info ro=1 -> EFAULT
		poll -> pri
		info state -> 2
		poll -> none
	EOF
}

@test "a change wakes those who sleep in poll" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		fork
		kid 1 open $N r
		send 1 poll 60000
		busy 1 -> yes
		asleep 1 $POLL_SLEEPS
		hold 0 1P
		recv 1 -> pri
		kid 1 info state -> 2
		send 1 poll 60000
		asleep 1 $POLL_SLEEPS
		put $R/revoke 1
		recv 1 -> pri,err,hup
	EOF
}
@test "a revoked region is an error and a hangup, for good" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		put $R/revoke 1
		poll -> pri,err,hup
		info state -> ENODEV
		poll -> pri,err,hup
		put $R/live 1
		poll -> pri,err,hup
		open $N
		poll -> none
	EOF
	kexmap -i >"$BATS_TEST_TMPDIR/replies" <<-EOF
		open $N
		put $KEX_DRIVER/unbind $(device fpga && echo "$DEVICE")
		poll
	EOF
	assert_file "$BATS_TEST_TMPDIR/replies" $'ok\nok\npri,err,hup'
	bind fpga
}

@test "an eventfd is signalled once with each change" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		eventfd
		signals -> 0
		hold 0 1P
		signals -> 1
		signals -> 0
		hold 0 1P
		restore 0 1P
		evict 0 16P
		put $S/evict 1
		signals -> 4
		info state -> 1
		signals -> 0
		put $R/revoke 1
		signals -> 1
		eventfd -> ENODEV
		eventfd fd -1 -> ENODEV
	EOF
}

@test "a file has one eventfd: another takes its place, and -1 takes it away" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		eventfd
		eventfd
		hold 0 1P
		signals 0 -> 0
		signals 1 -> 1
		eventfd 0
		hold 0 1P
		signals 0 -> 1
		signals 1 -> 0
		eventfd 0
		eventfd fd -1
		eventfd fd -1
		hold 0 1P
		signals 0 -> 0
		signals 1 -> 0
		open $N r
		eventfd 0
		file 0
		eventfd 0
		hold 0 1P
		signals 0 -> 2
		close
		file 1
		put $S/hold 1
		signals 0 -> 1
		close
		await $S/opens 0
		put $S/hold 1
		signals 0 -> 0
	EOF
}

@test "an eventfd outlives its owner's descriptor, and a file that passes on keeps it" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		eventfd
		fork
		close
		kid 1 hold 0 1P
		signals -> 1
		kill 1
		await $S/opens 0
		put $S/restore 1
		signals -> 0
	EOF
}

@test "what is no eventfd is refused, and the old one stays" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		eventfd
		eventfd file -> EINVAL
		eventfd fd 0 -> EINVAL
		eventfd fd 999 -> EBADF
		eventfd fd 2147483647 -> EBADF
		eventfd fd -2 -> EINVAL
		eventfd fd -2147483648 -> EINVAL
		ioctl 0xbe05 bad -> EFAULT
		ioctl 0xbe05 null -> EFAULT
		ioctl 0xbe05 eventfd flags=1 -> EINVAL
		ioctl 0xbe05 eventfd reserved=1 -> EINVAL
		ioctl 0xbe05 eventfd argsz=0 -> EINVAL
		ioctl 0xbe05 eventfd argsz=8 -> EINVAL
		ioctl 0xbe05 eventfd argsz=11 -> EINVAL
		ioctl 0xbe05 eventfd argsz=32 tail=1 -> E2BIG
		ioctl 0xbe05 eventfd argsz=1M -> E2BIG
		hold 0 1P
		signals -> 1
		ioctl 0xbe05 eventfd argsz=12
		hold 0 1P
		signals -> 0
		eventfd 0
		ioctl 0xbe05 eventfd argsz=32
		hold 0 1P
		signals -> 0
	EOF
}

@test "an eviction of a pool is reported by poll and eventfd, whoever asks for it" {
	need_pools
	pool t0 size=2M
	kexmap <<-EOF
		open $N
		eventfd
		poll -> none
		evict 0 2M
		poll -> pri
		info state -> 0
		poll -> none
		poolevict 1 -> 0
		poll -> pri
		info state -> 0
		put $S/evict 1
		poll -> pri
		signals -> 3
	EOF
}
