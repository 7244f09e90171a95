#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Several processes at once.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "processes that create, use, revoke and delete the same names get only the errnos of losers" {
	exits 0 kexstorm names fpga 4 3000
	assert_contains "$OUT" ok:
	wait_until 5 free_is fpga "$FPGA_SIZE"
}

@test "live=0 is EBUSY or takes it from nobody, however many open it at that moment" {
	exits 0 kexstorm down fpga 3 2000
	assert_contains "$OUT" ok:
	wait_until 5 free_is fpga "$FPGA_SIZE"
}

@test "a process that is killed at any moment leaves its region as if it had closed it" {
	local i
	region t0 size=64K populate=lazy
	for i in 1 2 3; do
		kexmap <<-EOF
			fork
			kid 1 open $N
			kid 1 map 0 64K
			send 1 spin 0 64K 60000 $i
			await $S/mappings 1
			kill 1
			await $S/opens 0
			get $S/mappings -> 0
		EOF
	done
	put "$R/live" 0
}
