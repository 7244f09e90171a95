#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl: hold and restore of regions, and what create --hole chooses.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "hold takes a whole region away until restore, and one restore undoes two holds" {
	region r1 size=1M
	exits 0 kexctl region hold r1
	assert_eq "$OUT$ERR" ''
	assert_file "$S/state" held
	kexmap <<-EOF
		open $N
		map 0 1M
		check 0 64K -> SIGBUS@0x0
	EOF
	exits 0 kexctl region hold r1
	exits 0 kexctl region restore r1
	assert_eq "$OUT$ERR" ''
	assert_file "$S/state" resident
	kexmap <<-EOF
		open $N
		map 0 1M
		is 0 1M 0
	EOF
}

@test "hold and restore take a range, given by length or by end" {
	region r1 size=1M populate=lazy
	exits 0 kexctl region hold r1 256K+128K
	exits 0 kexctl region hold r1 0x80000-0xbffff
	kexmap <<-EOF
		open $N
		map 0 1M
		is 0 256K 0
		check 256K 64K -> SIGBUS@0x40000
		check 320K 64K -> SIGBUS@0x50000
		is 384K 128K 0
		check 512K 64K -> SIGBUS@0x80000
		check 704K 64K -> SIGBUS@0xb0000
		is 768K 256K 0
	EOF
	exits 0 kexctl region restore r1 256K-0x5ffff
	assert_file "$S/state" held
	kexmap <<-EOF
		open $N
		map 0 1M
		is 0 512K 0
		check 704K 64K -> SIGBUS@0xb0000
	EOF
	exits 0 kexctl region restore r1
	assert_file "$S/state" resident
}

@test "create --hole chooses what a touch of held memory meets" {
	exits 0 kexctl region create r1 --size 1M --hole zero
	paths r1
	assert_file "$R/hole" zero
	exits 0 kexctl region hold r1
	kexmap <<-EOF
		open $N
		map 0 1M r
		is 0 1M 0
	EOF
	kexctl_refused 1 "region 'r2': hole zer:" 'did you mean zero?' -- region create r2 --size 64K --hole zer
	kexctl_refused 1 "region 'r2': hole none" sigbus scratch wait -- region create r2 --size 64K --hole=none
	assert_missing "$FPGA/regions/r2"
	kexctl_refused 2 "region 'r1': hole wait" live -- region set r1 hole=wait
	exits 0 kexctl region set r1 live=0 hole=wait live=1
	assert_file "$R/hole" wait
}

@test "list and show say that a region is held, and scripts get what was acted on" {
	region a size=1M
	region b size=1M
	exits 0 kexctl region hold b 0+64K
	exits 0 kexctl region list
	[[ $OUT == *$'\n'a\ *resident* ]] || fail "$OUT"
	[[ $OUT == *$'\n'b\ *held* ]] || fail "$OUT"
	exits 0 kexctl region show b
	[[ $OUT == *$'\n''state:'*held* && $OUT == *$'\n''hole:'*sigbus* ]] || fail "$OUT"
	exits 0 kexctl region restore b -j
	jq -e 'length == 1 and .[0].name == "b" and .[0].state == "resident"' <<<"$OUT" || fail "$OUT"
	exits 0 kexctl --names region hold a
	assert_eq "$OUT" a
}

@test "a dry run prints what would be written, and holds nothing" {
	region r1 size=1M
	exits 0 kexctl --dry-run region hold r1 0x10000+64K
	assert_eq "$OUT" "echo 65536 65536 > $S/hold"
	exits 0 kexctl region restore r1 --dry-run
	assert_eq "$OUT" "echo 1 > $S/restore"
	assert_file "$S/state" resident
}

@test "what cannot be held or restored is refused with its cause, and nothing is" {
	local verb
	region r1 size=1M
	region r2 size=1M live=0
	for verb in hold restore; do
		kexctl_refused 3 "region 'cam': not found (regions: r1, r2)" -- region "$verb" cam
		kexctl_refused 2 "region 'r2': $verb: it is not live" live=1 -- region "$verb" r2
		kexctl_refused 1 "region 'r1': range junk: not a range" -- region "$verb" r1 junk
		kexctl_refused 1 "region 'r1': range 128K-64K: ends before" -- region "$verb" r1 128K-64K
		kexctl_refused 2 "region 'r1': range 0+1088K: ends behind the region (size 1M)" -- \
			region "$verb" r1 0+1088K
		kexctl_refused 2 "region 'r1': range 1M+64K: ends behind" -- region "$verb" r1 1M+64K
		kexctl_refused 2 "region 'r1': range 1+64K: start and length must be multiples" -- \
			region "$verb" r1 1+64K
		kexctl_refused 2 "region 'r1': range 0-64K:" 'END is inclusive' -- region "$verb" r1 0-64K
		kexctl_refused 2 "region 'r1': range 0+0:" -- region "$verb" r1 0+0
		exits 2 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl region "$verb" r1
		assert_contains "$ERR" "region 'r1': $verb: only root may do that"
	done
	paths r1
	assert_file "$S/state" resident
}

@test "peek and poke at held memory say that it is held, dump still reads it" {
	region r1 size=1M
	exits 0 kexctl region poke r1 0 0x12345678
	exits 0 kexctl region hold r1
	kexctl_refused 2 "region 'r1': peek: that memory is held" 'kexctl region restore r1' -- region peek r1 0
	kexctl_refused 2 "region 'r1': poke: that memory is held" -- region poke r1 0 1
	exits 0 kexctl region dump r1 0+4
	assert_eq "$OUT" $'xV4\x12'
	exits 0 kexctl region restore r1
	exits 0 kexctl region peek r1 0
	assert_contains "$OUT" 0x12345678
}

@test "a held region can be deleted, its name says so no longer" {
	region r1 size=1M
	exits 0 kexctl region hold r1
	exits 0 kexctl region delete r1
	assert_missing "$R" "$S"
	exits 0 kexctl region create r1 --size 1M
	assert_file "$S/state" resident
}
