#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# System memory: what a pool frees of it, and what happens when there is none.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

KEX_NEEDS=need_pools

# How much the kernel keeps for each CPU, as a fraction; 0: what it likes
KEPT=/proc/sys/vm/percpu_pagelist_high_fraction

teardown() {
	echo 0 >"$KEPT"
	kex_teardown
}

@test "as much memory is free as has moved, and no more once it is back" {
	pool p0 size=32M
	kexmap <<-EOF
		open $N
		anon 24M
		fill 0 24M
		memory note
		allin 0 24M
		memory more 24M 2M
		check 0 24M
		memory more 0 2M
		allin 0 24M
		memory more 24M 2M
		put $S/evict 1
		memory more 0 2M
		allin 0 24M
		home 0 24M -> ?
		memory more 0 2M
		check 0 24M
		allin 0 24M
		memory more 24M 2M
		unmap
		memory more 24M 2M
	EOF
}

MIB=60
PAGES=$((MIB * 1048576 / PAGE))

# hog [LINE]: lines for kexmap: so much is in the pool, and less than that is free.
# Kid 1 has the rest, and is the one to be killed for it. Of what is free the kernel
# keeps up to 48 MiB for itself, which must be left to it.
hog() {
	cat <<-EOF
		put $KEPT 1000
		fork
		kid 1 put /proc/self/oom_score_adj 1000
		open $N
		anon ${MIB}M
		fill 0 ${MIB}M
		allin 0 ${MIB}M
		${1-}
		kid 1 hog 56M
	EOF
}

# failslab-pool.bats has allocations that fail there
need_quick() {
	[ ! -e /sys/kernel/debug/kmemleak ] || skip "to fill the memory of this kernel takes minutes"
}

# starved begin|end: a line for kexmap on each side of what runs out of memory: what the kernel
# prints then is no complaint
starved() {
	echo "put /dev/kmsg kex-test: allocations are made to fail: $1"
}

# Others, who need a page just then, may have somebody killed; we have not
nobody_killed() {
	local line
	kmsg_new
	while read -r line; do
		[[ $line != *kexmap*invoked*oom-killer* ]] || fail "$line"
	done <<<"$OUT"
}

# How often somebody had to look for memory himself, since the last time
STALLS=0
stalls() {
	local key value was=$STALLS
	STALLS=0
	while read -r key value; do
		[[ $key != allocstall_* ]] || STALLS=$((STALLS + value))
	done </proc/vmstat
	NEW_STALLS=$((STALLS - was))
}

@test "CPU faults that find no memory have the kernel make some, and no byte is lost" {
	need_quick
	pool p0 size=${MIB}M
	kexmap <<-EOF
		$(hog)
		$(starved begin)
		check 0 ${MIB}M
		$(starved end)
		get $S/used -> 0
		recv 1 -> DEAD SIGKILL
	EOF
}

@test "a move home that finds no memory leaves pages in the pool, and has nobody killed" {
	need_quick
	local out home why used
	pool p0 size=${MIB}M
	kmsg_mark
	stalls
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/out"
		$(hog 'spare 8M')
		$(starved begin)
		home 0 ${MIB}M -> ?
		$(starved end)
		kid 1 exit -> ?
		why -> ?
		get $S/used -> ?
		check 0 ${MIB}M
		get $S/used -> 0
	EOF
	mapfile -t out <"$BATS_TEST_TMPDIR/out"
	home=${out[0]} why=${out[2]} used=${out[3]}
	((home > 0 && home < PAGES)) || fail "$home of $PAGES pages went home"
	assert_eq "$why" "moved=$home,full=$((PAGES - home))"
	assert_eq "$used" $(((PAGES - home) * PAGE))
	nobody_killed
	stalls
	((NEW_STALLS < PAGES / 4)) || fail "memory was looked for $NEW_STALLS times"
}

@test "an eviction that finds no memory leaves pages in the pool, and has nobody killed" {
	need_quick
	local out
	pool p0 size=${MIB}M
	kmsg_mark
	stalls
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/out"
		$(hog 'spare 8M')
		$(starved begin)
		poolevict $PAGES -> ?
		$(starved end)
		kid 1 exit -> ?
		get $S/used -> ?
		check 0 ${MIB}M
		get $S/used -> 0
	EOF
	mapfile -t out <"$BATS_TEST_TMPDIR/out"
	((out[0] > 0 && out[0] < PAGES)) || fail "${out[0]} of $PAGES pages went home"
	assert_eq "${out[2]}" $(((PAGES - out[0]) * PAGE))
	nobody_killed
	stalls
	((NEW_STALLS < PAGES / 4)) || fail "memory was looked for $NEW_STALLS times"
}
