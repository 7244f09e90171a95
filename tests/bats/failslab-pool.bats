#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Memory that runs out at the worst moment of what pools and policies do: see
# failslab.bats. No byte of a process is lost, and no page of a pool.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/fail.bash"

KEX_NEEDS=needs_both
needs_both() {
	needs_failslab
	need_pools
}

# Pages that are moved; their bytes go through a buffer of 64 KiB
LEN=64K

@test "whatever allocation of a create fails, there is no pool, no policy and no new value" {
	pool p0 live=0
	rmdir "$R"
	sweep 'mkdir of a pool' -- "mkdir $R" -- "rmdir $R"
	sweep 'mkdir of a policy' -- "mkdir $KEX/policies/t0" -- "rmdir $KEX/policies/t0"
	pool p0 size=4M live=0
	policy t0
	sweep size -- "write $R/size 2M" -- "write $R/size 4M"
	sweep policy -- "write $R/policy t0" -- "write $R/policy fifo"
	sweep algorithm -- "write $KEX/policies/t0/algorithm lru" -- \
		"write $KEX/policies/t0/algorithm fifo"
	sweep high -- "write $KEX/policies/t0/high 95" -- "write $KEX/policies/t0/high 100"
	sweep 'rmdir of a pool' -- "rmdir $R" -- "mkdir $R" "write $R/size 4M"
	sweep 'rmdir of a policy' -- "rmdir $KEX/policies/t0" -- "mkdir $KEX/policies/t0"
}

@test "whatever allocation of live=1 fails, no pool is live and nothing is taken" {
	pool p0 size=2M live=0
	sweep 'live pool' -- "write $R/live 1" -- "write $R/live 0"
	put "$R/backing" system
	sweep 'live pool of system memory' 'only 1 60' -- "write $R/live 1" -- "write $R/live 0"
}

@test "whatever allocation of a move in or home fails, each page is in one place and has its bytes" {
	pool p0 size=2M
	local has=("open $N" "anon $LEN")
	sweep 'open of a pool' -- "open $N" --
	sweep migrate moves "${has[@]}" -- "migrate $LEN" --
	sweep home moves "${has[@]}" "migrate $LEN" -- "home $LEN" --
	sweep pages moves "${has[@]}" "migrate $LEN" -- "pages $LEN" --
	put "$R/live" 0
	put "$R/backing" system
	put "$R/live" 1
	sweep 'migrate to system memory' moves "${has[@]}" -- "migrate $LEN" --
	assert_file "$S/used" 0
}

# The last 64 KiB are those that somebody has to go for
@test "whatever allocation of a move into a full pool fails, each page is in one place and has its bytes" {
	policy t0 granule=64K low=98
	pool p0 size=2M policy=t0
	sweep 'migrate into a full pool' moves 'only -30' "open $N" 'anon 2112K' -- 'migrate 2112K' --
	assert_file "$S/used" 0
}

@test "whatever allocation of a CPU fault fails, it is served in the end, with the right bytes" {
	pool p0 size=2M
	sweep 'fault-back' "open $N" "anon $LEN" "migrate $LEN" -- touch --
	put "$R/fault_around" 512
	sweep 'fault-back of all' "open $N" "anon $LEN" "migrate $LEN" -- touch --
	put "$R/fault_around" 1
	sweep 'fault-back of one' "open $N" "anon $LEN" "migrate $LEN" -- touch --
}

@test "whatever allocation of an eviction fails, pages stay or are home" {
	policy t0 granule=64K
	pool p0 size=2M policy=t0
	local full=("open $N" "anon $LEN" "migrate $LEN")
	sweep 'evict by policy' moves "${full[@]}" -- 'poolevict 4' --
	sweep 'evict of a range' moves "${full[@]}" -- 'evict 2M' --
	sweep 'evict by sysfs' moves "${full[@]}" -- "write $S/evict 1" --
}

@test "whatever allocation of the device's view fails, it reads and writes what is there, or nothing" {
	pool p0 size=2M
	local has=("open $N" "anon $LEN")
	sweep peek moves "${has[@]}" "migrate $LEN" -- "peek $LEN" --
	sweep poke moves "${has[@]}" "migrate $LEN" -- "poke $LEN" --
	sweep 'mirror read' moves "${has[@]}" "migrate $LEN" -- "mread $LEN" --
	sweep 'mirror write' moves "${has[@]}" "migrate $LEN" -- "mwrite $LEN" --
	sweep 'mirror read of RAM' moves "${has[@]}" -- "mread $LEN" --
	sweep 'mirror write of RAM' moves "${has[@]}" -- "mwrite $LEN" --
}

@test "whatever allocation of live=0, revoke or unbind with pages inside fails, they are home, or as before" {
	pool p0 size=2M
	device fpga
	local full=("open $N" "anon $LEN" "migrate $LEN")
	sweep 'live=0 with pages' "${full[@]}" close -- "write $R/live 0" -- "write $R/live 1"
	sweep 'revoke with pages' "${full[@]}" -- "write $R/revoke 1" -- "write $R/live 1"
	sweep 'unbind with pages' "${full[@]}" -- "write $KEX_DRIVER/unbind $DEVICE" -- \
		"write $KEX_DRIVER/bind $DEVICE" "write $R/live 1"
}
