#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Memory that runs out at the worst moment: whichever allocation of a call
# fails, the call says so and has changed nothing, or gets along without it.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/fail.bash"

KEX_NEEDS=needs_failslab
AUTOPROBE=/sys/bus/platform/drivers_autoprobe

teardown() {
	printf 1 >"$AUTOPROBE"
	kex_teardown
}

@test "whatever allocation of a create fails, there is no item and no new value" {
	paths t0
	sweep mkdir -- "mkdir $R" -- "rmdir $R"
	region t0 size=128K live=0
	sweep 'open of an attribute' -- "open $R/size" --
	sweep size -- "write $R/size 64K" -- "write $R/size 128K"
	sweep offset -- "write $R/offset 1M" -- "write $R/offset auto"
	sweep cache -- "write $R/cache device" -- "write $R/cache write-back"
	sweep rmdir -- "rmdir $R" -- "mkdir $R" "write $R/size 128K"
}

@test "whatever allocation of live=1 fails, nothing is live and nothing is taken" {
	local cache live
	region t0 size=64K live=0
	live=(-- "write $R/live 1" -- "write $R/live 0")
	sweep live "${live[@]}"
	# What comes behind the first is the node's, whatever the memory
	for cache in write-combine uncached device; do
		put "$R/cache" "$cache"
		sweep "live $cache" 'only 1 30' "${live[@]}"
	done
	put "$R/size" 2M
	put "$R/populate" lazy
	put "$R/scrub" 0
	sweep 'live lazy 2M' 'only 1 30' "${live[@]}"
}

# seed: 2.6
@test "whatever allocation of open, mmap, a touch, read or write fails, counters are as before" {
	region t0 size=64K
	sweep open -- "open $N" --
	sweep mmap "open $N" -- "map 64K" --
	sweep 'read()' "open $N" -- "get 16K" --
	sweep 'write()' "open $N" -- "put 16K" --
	region t1 size=64K populate=lazy
	sweep 'mmap lazy' "open $N" -- "map 64K" --
	sweep 'touch lazy' "open $N" "map 64K" -- touch --
}

@test "whatever allocation of an evict or a look fails, nothing is evicted" {
	region t0 size=64K
	local use=("open $N" 'map 64K' touch)
	sweep evict "${use[@]}" -- 'evict 64K' --
	sweep 'evict by sysfs' "${use[@]}" -- "write $S/evict 1" --
	sweep 'open of evict' -- "open $S/evict w" --
	sweep info "${use[@]}" -- info --
	sweep resident "${use[@]}" -- "read $S/resident" --
	sweep users "${use[@]}" -- "read $S/users" --
}

@test "whatever allocation of a look into a process fails, it says so, and nothing is evicted" {
	region t0 size=64K
	local verb use=("open $N" 'map 64K' touch)
	for verb in walk phys where probe watch evict; do
		sweep "page $verb" "${use[@]}" -- "ctl $verb" --
	done
}

@test "whatever allocation of live=0 or revoke fails, the region lives on, or is gone for good" {
	region t0 size=64K
	sweep 'live=0' -- "write $R/live 0" -- "write $R/live 1"
	sweep revoke "open $N" 'map 64K' touch -- "write $R/revoke 1" -- "write $R/live 1"
}

@test "whatever allocation of unbind or bind fails, the carve-out is there as before, or is not" {
	region t0 size=64K
	device fpga
	sweep unbind "open $N" 'map 64K' touch -- "write $KEX_DRIVER/unbind $DEVICE" -- \
		"write $KEX_DRIVER/bind $DEVICE" "write $R/live 1"
	put "$R/live" 0
	unbind fpga
	sweep bind 'may ENODEV' -- "write $KEX_DRIVER/bind $DEVICE" -- "write $KEX_DRIVER/unbind $DEVICE"
	bind fpga
}

@test "a first bind that fails for lack of memory leaves no folder behind" {
	device fpga
	printf 0 >"$AUTOPROBE"
	exits 0 rmmod kex
	exits 0 insmod /kex/kex.ko
	assert_missing "$KEX_CARVEOUTS"/*
	sweep 'first bind' 'may ENODEV' -- "write $KEX_DRIVER/bind $DEVICE" -- \
		'rmmod kex' 'insmod /kex/kex.ko'
	printf 1 >"$AUTOPROBE"
	exits 0 rmmod kex
	exits 0 insmod /kex/kex.ko
}

@test "whatever allocation of insmod fails, there is no module, or one that works" {
	printf 0 >"$AUTOPROBE"
	exits 0 rmmod kex
	# Before the module's own come those of loading it. The kernel's own parts may
	# call theirs by another name
	# And the misc driver makes no node, or leaves it, without memory for its name
	sweep insmod 'may EINVAL' 'only -100' 'blind /dev/kex' -- 'insmod /kex/kex.ko' -- 'rmmod kex'
	printf 1 >"$AUTOPROBE"
	exits 0 insmod /kex/kex.ko
	sweep rmmod 'blind /dev/kex' -- 'rmmod kex' -- 'insmod /kex/kex.ko'
}
