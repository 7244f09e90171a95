#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # scripts for guests
# A debug kernel is worth what it notices: a module with a bug of each kind
# must fail the run, and the log must name it.

bats_require_minimum_version 1.5.0

setup() {
	[[ ${KEX_KERNEL-} == *-debug ]] ||
		skip "kernel ${KEX_KERNEL:-7} is built without KASAN, lockdep and kmemleak; that of make test-debug has them"
}

setup_file() {
	local sdk kdir lab=$BATS_TEST_DIRNAME/../../lab
	[[ ${KEX_KERNEL-} == *-debug ]] || return 0
	cp "$lab"/progs/{splat.c,Kbuild} "$BATS_FILE_TMPDIR"
	sdk=$("$lab/sdk" "$KEX_KERNEL")
	kdir=${sdk#KDIR=}
	# shellcheck disable=SC2086 # words
	make -s -C "${kdir%% *}" M="$BATS_FILE_TMPDIR" $sdk modules
}

# The guest ends well, the run does not
with_bugs() {
	run -120 --separate-stderr "$BATS_TEST_DIRNAME/../../lab/run" --kernel "$KEX_KERNEL" --bare \
		--timeout 200 --add "$BATS_FILE_TMPDIR/splat.ko" -- "$@"
	echo "$output"
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *"run: failed for the kernel's complaint above; the command's own status was 0"* ]]
}

has() {
	if [[ $output != *"$1"* ]]; then
		echo "the log has no '$1'"
		return 1
	fi
}

@test "a planted leak is found when the guest ends, and its trace names the module" {
	with_bugs 'insmod splat.ko bug=leak'
	[[ $stderr == *"unreferenced object"* ]]
	[[ $stderr == *splat_leak* ]]
}

@test "a use after free, a sleep under a spinlock, a lock order, a list and a bound are each found" {
	# Lockdep switches itself off at the first report of KASAN
	with_bugs '
		for bug in sleep order list bounds free; do
			insmod splat.ko bug=$bug && rmmod splat || exit
		done
		dmesg'
	has 'BUG: sleeping function called from invalid context'
	has 'WARNING: possible circular locking dependency detected'
	has 'list_del corruption'
	has 'UBSAN: array-index-out-of-bounds'
	has 'BUG: KASAN: slab-use-after-free'
}
