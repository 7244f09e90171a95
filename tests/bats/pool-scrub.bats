#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What was in a pool is in no region of the same memory, and the reverse.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# whole KEY=VALUE...: a region over all of a carve-out, wherever a pool is put
whole() {
	region all carveout=sram size="$SRAM_SIZE" "$@"
}

gone() {
	put "$R/live" 0
	rmdir "$R"
}

# left_behind COMMAND: after it, in a process with 128 pages in the pool
left_behind() {
	need_pools
	whole scrub=1
	gone
	pool p0 carveout=sram size=4M
	kexmap <<-EOF
		open $N
		anon 128P
		fill 0 128P 5
		migrate 0 128P -> 128
		$1
		get $S/used -> 0
	EOF
	gone
	whole scrub=0
	kexmap "open $N" "pread 0 $SRAM_SIZE -> $SRAM_SIZE" 'datais 0'
}

@test "pages that a CPU has touched leave no byte in a pool's memory" {
	left_behind 'check 0 128P 5'
}

@test "pages that went home by a call leave no byte in a pool's memory" {
	left_behind 'home 0 128P -> 128'
}

@test "pages that were evicted leave no byte in a pool's memory" {
	left_behind 'poolevict 128 -> 128'
}

@test "pages that ended in a pool leave no byte in its memory" {
	left_behind 'unmap'
}

# dirty_pool BYTES [huge]: memory that was never touched, in a pool of dirty memory
dirty_pool() {
	need_pools
	whole scrub=0
	kexmap "open $N" "map 0 $SRAM_SIZE" "fill 0 $SRAM_SIZE 3"
	gone
	pool p0 carveout=sram size=4M
	kexmap <<-EOF
		open $N
		anon $1 rw ${2-}
		migrate 0 $1 -> $(($1 / PAGE))
		devread 0 $1 -> $1
		datais 0
		is 0 $1 0
	EOF
}

@test "memory that was never touched is zeroes in a pool of dirty memory" {
	dirty_pool 1048576
}

@test "a huge page that was never touched is zeroes in a pool of dirty memory" {
	dirty_pool 2097152 huge
}
