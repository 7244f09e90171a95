#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Whole PMD entries in windows: where a piece is lent that holds all of one, and
# is aligned in memory as in the window. H is the size of such an entry.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

PARAMETERS=/sys/module/kex/parameters
STOP=$PARAMETERS/stop

setup_file() {
	insmod /kex/kexpte.ko
}

teardown_file() {
	rmmod kexpte
	echo none >"$STOP"
}

# A region t0 of two entries and a window w0 of as much, both open and mapped
# whole: BEGIN; the region's first and last MiB have seed 5
huge() {
	[ -e "$PARAMETERS/huge" ] ||
		skip 'no huge in features: the kernel has no CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP'
	echo none >"$STOP"
	read -r H </sys/kernel/mm/transparent_hugepage/hpage_pmd_size
	((2 * H <= FPGA_SIZE)) || skip "the carve-out has no room for two entries of $((H >> 20)) MiB"
	H_TEXT=$((H >> 20))M
	M=1048576
	region t0 size=$((2 * H)) populate=lazy
	window w0 size=$((2 * H)) hole=zero
	BEGIN="open /dev/kex/t0
		pwrite 0 $M 5 -> $M
		pwrite $((2 * H - M)) $M 5 -> $M
		open /dev/kex/w0
		map 0 $((2 * H))"
}

@test "a piece that holds an entry and is aligned like it is one entry, in any order" {
	huge
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0 t0 $H $H; $H t0 0 $H
		faults 0 $((2 * H)) w -> 2
		pte 0 level -> pmd
		pte $H level -> pmd
		checkat $H $M 0 5
		checkat $((H - M)) $M $((2 * H - M)) 5
		get $KEX_CLASS/w0/resident -> $((2 * H))
		get $KEX_CLASS/t0/resident -> $((2 * H))
		get $KEX_CLASS/w0/faults -> 2
	EOF
}

@test "a piece that is too small, or aligned otherwise, is pages, and no hole is in an entry" {
	huge
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0 t0 1P $H; $((H + PAGE)) t0 $((H + PAGE)) $((H - PAGE))
		touch 0
		pte 0 level -> pte
		checkat 0 $((M - PAGE)) 1P 5
		is $H 1P 0
		touch $H w -> SIGBUS@$(printf 0x%x "$H")
		checkat $((2 * H - M)) $M $((2 * H - M)) 5
		pte $((2 * H - M)) level -> pte
	EOF
}

@test "what takes a page from the region takes the window's entry, and it comes back" {
	huge
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0 t0 0 $((2 * H))
		touch 0
		touch $H
		put $KEX_CLASS/t0/evict $H $PAGE
		pte 0 level -> pmd
		pte $H -> none
		faults 0 $((2 * H)) w -> 1
		pte $H level -> pmd
		get $KEX_CLASS/t0/restores -> 1
		put $KEX_CLASS/t0/hold 0 $PAGE
		pte 0 -> none
		is 0 1P 0
		checkat 1P 15P 1P 5
		pte 1P level -> pte
		put $KEX_CLASS/t0/restore 1
		checkat 0 16P 0 5
		put $KEX_CLASS/w0/hold $H $PAGE
		is $H 1P 0
		put $KEX_CLASS/w0/restore 1
		checkat $((2 * H - M)) $M $((2 * H - M)) 5
		unmap
		map 0 $((2 * H))
		touch 0
		touch $H
		pte 0 level -> pmd
		pte $H level -> pmd
	EOF
}

@test "an unmap of a page from a window drops the entry, and the rest of the piece is pages" {
	huge
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0 t0 0 $((2 * H))
		touch 0
		touch $H
		putp $W/unmap 1P 1P
		pte 0 -> none
		pte $H level -> pmd
		checkat 0 1P 0 5
		is 1P 1P 0
		checkat 2P 14P 2P 5
		pte 0 level -> pte
		putp $W/map 1P t0 1P 1P
		checkat 0 16P 0 5
	EOF
}

@test "users of window and region say which entries a mapping got" {
	local line
	local -a words=()
	huge
	kexmap >"$BATS_TEST_TMPDIR/users" <<-EOF
		$BEGIN
		putp $W/map 0 t0 0 $((2 * H))
		touch 0
		get $KEX_CLASS/w0/users -> ?
		get $KEX_CLASS/t0/users -> ?
		putp $W/unmap $H 1P
		touch $((H + M))
		get $KEX_CLASS/w0/users -> ?
	EOF
	while read -r line; do
		words+=("${line##* }")
	done <"$BATS_TEST_TMPDIR/users"
	assert_eq "${words[*]}" "$H_TEXT $H_TEXT mixed"
}

@test "a zap of the region that is under way delays the window's entry, and does not cost it" {
	huge
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0 t0 0 $((2 * H))
		fork
		fork
		kid 1 file 0
		put $STOP zap_marked
		send 1 evict 0 1P
		await $STOP zap_marked
		send 2 touch $H
		asleep 2 kex_
		busy 2 -> yes
		put $STOP none
		recv 1
		recv 2
		kid 2 pte $H level -> pmd
	EOF
}

@test "a revoke of the region takes the window's entries, and its pieces with them" {
	huge
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0 t0 0 $((2 * H))
		touch 0
		touch $H w
		put $R/revoke 1
		pte 0 -> none
		pte $H -> none
		is 0 16P 0
		get $W/pieces ->
	EOF
}
