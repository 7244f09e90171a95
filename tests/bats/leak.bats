#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Nothing is lost over many lives.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "a thousand rounds of create, map, evict and delete leave memory where it was" {
	local word free memory slab
	# What lists and slabs of each CPU keep does not add up, and is whole pages
	local kept=$((64 * PAGE >> 10))
	exits 0 kexrounds fpga 100 1000
	printf '# %s\n' "$OUT" >&3
	read -r word free word memory word slab <<<"$OUT"
	assert_eq "$free" 0 "carve-out bytes lost"
	# KASAN keeps what is freed for a while, and kmemleak takes notes
	[ ! -e /sys/kernel/debug/kmemleak ] ||
		skip "free memory tells nothing on this kernel; its guests end with a search for leaks"
	((memory <= kept)) || fail "$memory KiB of memory lost"
	((slab <= kept)) || fail "slab has grown by $slab KiB"
}

@test "processes that map through one open file and end leave no address space behind" {
	region t0 size=64K
	exits 0 kexmap <<-END
		open $N
		mapkids 400 64K -> ?
	END
	((OUT < 100)) || fail "$OUT address spaces are kept"
}

@test "processes that have let go of a region when it ends, and live on, leave no address space behind" {
	region t0 size=64K
	exits 0 kexmap "visitors 300 64K $N $R/live -> ?"
	((OUT < 100)) || fail "$OUT address spaces are kept"
}
