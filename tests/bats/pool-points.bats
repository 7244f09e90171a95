#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Races about pools, stopped in the middle. The places are those of driver/debug.h.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

STOP=/sys/module/kex/parameters/stop
FAIL=/sys/module/kex/parameters/fail
# Where a task that was stopped sleeps
STOPPED=kex_point
KEX_NEEDS=need_pools

teardown() {
	echo none >"$STOP"
	echo none >"$FAIL"
	kex_teardown
}

# stop_kid POINT COMMAND: lines for kexmap: kid 1 stops at the point in it
stop_kid() {
	cat <<-EOF
		put $STOP $1
		send 1 ${*:2}
		await $STOP $1
		asleep 1 $STOPPED
	EOF
}

@test "an eviction that a revoke and the end of its policy overtake finds no pool, and no policy that is gone" {
	policy t0 algorithm=lru
	pool p0 size=2M policy=t0
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		fork
		$(stop_kid pool_evict_read poolevict 1)
		put $R/revoke 1
		rmdir $R
		rmdir $KEX/policies/t0
		exists $KEX/policies/t0 -> no
		put $STOP none
		recv 1 -> ENODEV
		check 0 16P
		kid 1 check 0 16P
	EOF
}
