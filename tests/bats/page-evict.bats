#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl page evict: one process loses its entries, and gets them back by touching.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "seed 1.2: memory that is not kex's is refused and stays" {
	kexmap <<-EOF
		anon 4P
		fill 0 4P
		frame 0 keep -> present
		run kexctl page evict \$PID \$ADDR+$((4 * PAGE)) 2>$BATS_TEST_TMPDIR/err -> 2
		frame 0 other -> same
		faults 0 4P -> 0
		check 0 4P
	EOF
	assert_contains "$(<"$BATS_TEST_TMPDIR/err")" 'not all of it is mapped from regions or windows'
}

@test "seed 1.3: a region's entries go, and the next touch brings them back" {
	region fb0 size=8P
	kexmap <<-EOF
		open $N
		map 0 8P
		fill 0 8P
		faults 0 8P -> 0
		run kexctl page evict \$PID \$ADDR+$((8 * PAGE)) -> 0
		run kexctl page walk \$PID \$ADDR --json | jq -r '.[-1].value' >$BATS_TEST_TMPDIR/pte -> 0
		get $S/evictions -> 1
		get $S/resident -> 0
		check 0 8P
		get $S/resident -> 8P
	EOF
	assert_file "$BATS_TEST_TMPDIR/pte" 0x0
}

@test "seed 1.6: one process is evicted, and the others keep their entries" {
	region fb0 size=8P
	kexmap <<-EOF
		open $N
		map 0 8P
		fill 0 8P
		fork
		kid 1 check 0 8P
		kid 1 faults 0 8P -> 0
		run kexctl page evict \$PID \$ADDR+$((8 * PAGE)) -> 0
		kid 1 faults 0 8P -> 0
		run kexctl page phys \$PID \$ADDR+$((8 * PAGE)) --json | jq -r '.[].page' >$BATS_TEST_TMPDIR/page -> 0
		check 0 8P
		get $S/state -> resident
	EOF
	assert_file "$BATS_TEST_TMPDIR/page" none
}

@test "a part of a mapping is evicted, across regions and windows that lie side by side" {
	region fb0 size=8P
	window w0 size=4P
	put "$W/map" "0 fb0 0 $((4 * PAGE))"
	kexmap <<-EOF
		open /dev/kex/fb0
		map 0 8P
		fill 0 8P
		run kexctl page evict \$PID \$((ADDR + $((2 * PAGE))))+$((4 * PAGE)) -> 0
		get $KEX_CLASS/fb0/resident -> 4P
		run kexctl page phys \$PID \$ADDR+$((8 * PAGE)) -j >$BATS_TEST_TMPDIR/runs -> 0
		check 0 8P
		open $N
		map 0 4P
		check 0 4P
		run kexctl page evict \$PID \$ADDR+$((4 * PAGE)) -> 0
		get $S/evictions -> 1
		check 0 4P
	EOF
	assert_eq "$(jq -c "[.[] | [.length / $PAGE, .page]]" "$BATS_TEST_TMPDIR/runs")" \
		'[[2,"pfn"],[4,"none"],[2,"pfn"]]'
}

@test "a range that is only partly kex's is refused, and nothing of it goes" {
	region fb0 size=4P
	exits 0 kexpage errors "$N"
	assert_contains "$OUT" evict
}

@test "what is held stays a hole for whoever is evicted" {
	region fb0 size=4P hole=zero
	kexmap <<-EOF
		open $N
		map 0 4P
		fill 0 4P
		hold 0 4P
		is 0 4P 0
		run kexctl page evict \$PID \$ADDR+$((4 * PAGE)) -> 0
		is 0 4P 0
		restore 0 4P
		check 0 4P
	EOF
}
