#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# /sys/class/kex/<name>: what facts say. That each is there, with its mode and
# form, is in conformance.bats.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "each fact of a fresh region has its value" {
	local name
	region t0 offset=3M size=192K cache=write-combine
	assert_file "$S/kind" region
	assert_file "$S/carveout" fpga
	assert_file "$S/size" 196608
	assert_file "$S/state" resident
	assert_file "$S/cache" write-combine
	assert_file "$S/phys" 0x60300000
	for name in opens mappings resident faults evictions restores; do
		assert_file "$S/$name" 0
	done
}

@test "the device link leads to the carve-out's platform device" {
	local label
	region t0 size=64K
	region t1 carveout=sram size=64K
	slurp label "$KEX_CLASS/t0/device/of_node/label"
	assert_eq "$label" fpga
	slurp label "$KEX_CLASS/t1/device/of_node/label"
	assert_eq "$label" sram
}

@test "faults, evictions and restores go on counting when a file is closed, until live=0" {
	region t0 size=64K populate=lazy
	kexmap <<-EOF
		open $N
		map 0 64K
		touch 0
		evict 0 64K
		touch 0
		unmap
		close
		get $S/faults -> 2
		get $S/evictions -> 1
		open $N
		map 0 64K
		touch 0
		get $S/faults -> 3
		get $S/evictions -> 1
		unmap
		close
		put $R/live 0
		put $R/live 1
		get $S/faults -> 0
		get $S/evictions -> 0
		get $S/restores -> 0
	EOF
}

@test "users has a line for each mapping: who, where, what and how much of it" {
	local at='[0-9a-f]+-[0-9a-f]+' line
	local -a lines
	region t0 size=16P cache=uncached
	hold "$N" 16P
	slurp OUT "$S/users"
	line="^$HOLDER kexmap $at 0 uncached $((16 * PAGE)) $PAGE_TEXT\$"
	[[ $OUT =~ $line ]] || fail "$OUT"
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/users"
		open $N
		map 4P 8P
		fork
		evict 0 16P
		touch 0
		get $S/mappings -> 3
		get $S/users -> ?
		fork
		kid 2 setuid 1000
		kid 2 get $S/users -> EACCES
	EOF
	mapfile -t lines <"$BATS_TEST_TMPDIR/users"
	assert_eq "${#lines[@]}" 3
	slurp OUT "$BATS_TEST_TMPDIR/users"
	for line in "$HOLDER kexmap $at 0 uncached 0" \
		"[0-9]+ kexmap $at $((4 * PAGE)) uncached $((8 * PAGE))" \
		"[0-9]+ kexmap $at $((4 * PAGE)) uncached 0"; do
		line+=" $PAGE_TEXT"
		[[ $OUT =~ $line ]] || fail "no '$line' in $OUT"
	done
	release "$HOLDER"
	slurp OUT "$S/users"
	assert_eq "$OUT" ''
}

@test "users reads the same whole and in pieces, however long it is" {
	local n line fd
	local -a script=("open /dev/kex/t0" 'map 0 16M')
	region t0 size=16M scrub=0
	for ((n = 1; n < 256; n += 2)); do
		script+=("unmap $((n << 16)) 64K")
	done
	exec {fd}< <(exec kexmap "${script[@]}" 'say ready' 'pause' 3>&-)
	HOLDERS+=("$!")
	read -r -t 20 -u "$fd" line
	exec {fd}<&-
	assert_eq "$line" ready
	cat "$S/users" >"$BATS_TEST_TMPDIR/whole"
	mapfile -t lines <"$BATS_TEST_TMPDIR/whole"
	assert_eq "${#lines[@]}" 128
	dd if="$S/users" bs=101 status=none >"$BATS_TEST_TMPDIR/pieces"
	exits 0 cmp "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/pieces"
}

@test "who reads users in pieces reads one list, whatever is mapped and unmapped meanwhile" {
	local i fd
	local -a script=("open /dev/kex/t0")
	region t0 size=1024P
	for ((i = 1; i < 1024; i += 2)); do
		script+=("unmap ${i}P 1P")
	done
	script[0]="open $N"
	exec {fd}< <(exec kexmap "open $N" 'map 0 1024P' "${script[@]:1}" 'say ready' 'pause' 3>&-)
	HOLDERS+=("$!")
	read -r -t 20 -u "$fd" OUT
	exec {fd}<&-
	assert_eq "$OUT" ready
	cat "$S/users" >"$BATS_TEST_TMPDIR/whole"
	{
		dd bs=4096 count=1 status=none
		release "${HOLDERS[-1]}"
		hold "$N" 1P
		cat
	} <"$S/users" >"$BATS_TEST_TMPDIR/users"
	exits 0 cmp "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/users"
	slurp OUT "$BATS_TEST_TMPDIR/whole"
	((${#OUT} > 3 * 4096)) || fail "users fit in ${#OUT} bytes"
	slurp OUT "$S/users"
	assert_eq "${OUT%% *}" "$HOLDER"
}
