#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Whole PMD entries (2 MiB where a page has 4 KiB) in lazy mappings, where
# addresses and memory are aligned alike and nothing of them is held. What there
# is in the page tables is seen by a module of the tests' own.
#
# H is the size of such an entry, F the faults that fill it page by page.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

THP=/sys/kernel/mm/transparent_hugepage
PARAMETERS=/sys/module/kex/parameters

setup_file() {
	insmod /kex/kexpte.ko
	if [ -r "$THP/enabled" ]; then
		THP_BEFORE=$(<"$THP/enabled")
		THP_BEFORE=${THP_BEFORE#*[}
		export THP_BEFORE=${THP_BEFORE%]*}
	fi
}

teardown_file() {
	rmmod kexpte
	[ -z "${THP_BEFORE-}" ] || put "$THP/enabled" "$THP_BEFORE"
	[ ! -e "$PARAMETERS/huge" ] || put "$PARAMETERS/huge" Y
}

# Half of the carve-out is what each test needs
huge() {
	local features around
	slurp features "$KEX/features"
	[[ $'\n'$features$'\n' == *$'\n'huge$'\n'* ]] ||
		skip 'no huge in features: the kernel has no CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP'
	read -r H <"$THP/hpage_pmd_size"
	((2 * H <= FPGA_SIZE)) || skip "the carve-out has no room for two entries of $((H >> 20)) MiB"
	put "$PARAMETERS/huge" Y
	read -r around <"$PARAMETERS/fault_around"
	F=$((H / PAGE / around))
	H_TEXT=$((H >> 20))M
}

# entry_is TEXT: what users says of the one mapping of S
entry_is() {
	local line
	read -r line <"$S/users"
	assert_eq "${line##* }" "$1"
}

@test "a large lazy mapping takes one fault for each entry, of the cache attribute's type, and all bytes" {
	local cache
	local -A type=([write-back]=MT_NORMAL [write-combine]=MT_NORMAL_NC
		[uncached]=MT_DEVICE_nGnRnE [device]=MT_DEVICE_nGnRE)
	huge
	for cache in "${!type[@]}"; do
		region "t-$cache" size="$FPGA_SIZE" populate=lazy cache="$cache"
		kexmap <<-EOF
			open $N
			pwrite 0 1P 3 -> 1P
			pwrite $((FPGA_SIZE - PAGE)) 1P 4 -> 1P
			map 0 $FPGA_SIZE
			pte 0 -> none
			faults 0 1P -> 1
			pte 0 level -> pmd
			pte 0 type -> ${type[$cache]}
			pte 0 access -> rw
			pte 0 age -> young
			pte 0 dirt -> dirty
			pte 0 exec -> no
			pte $((H - PAGE)) level -> pmd
			pte $H -> none
			get $S/resident -> $H
			faults 0 $FPGA_SIZE w -> $((FPGA_SIZE / H - 1))
			get $S/resident -> $FPGA_SIZE
			get $S/faults -> $((FPGA_SIZE / H))
			get $S/restores -> 0
			check 0 1P 3
			check $((FPGA_SIZE - PAGE)) 1P 4
			is 1P $((1 << 20)) 0
		EOF
		put "$R/live" 0
	done
}

@test "every mapping of a large lazy region is at an address that entries fit, wherever the region begins" {
	huge
	region t0 size=$((H + H / 2)) offset=$((H / 2)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((H + H / 2))
		faults 0 $((H / 2)) w -> $((F / 2))
		faults $((H / 2)) $H w -> 1
		pte $((H / 2 - PAGE)) level -> pte
		pte $((H / 2)) level -> pmd
		pte $((H + H / 2 - PAGE)) level -> pmd
		map $((H / 2)) $H
		touch 0
		pte 0 level -> pmd
		map 0 $((H / 2))
		faults 0 $((H / 2)) w -> $((F / 2))
		pte 0 level -> pte
		map $((H - PAGE)) 2P
		faults 0 2P -> ?
		pte 0 level -> pte
	EOF
}

@test "users and resident tell entries apart: pages, whole ones, both" {
	huge
	region t0 size=$((2 * H)) populate=lazy
	kexmap >"$BATS_TEST_TMPDIR/users" <<-EOF
		open $N
		map 0 $((2 * H))
		get $S/users -> ?
		touch 0
		get $S/users -> ?
		get $S/resident -> $H
		info resident -> $H
		hold $H 1P
		touch $((H + 1048576))
		get $S/users -> ?
		unmap
		map 0 $((2 * H))
		touch $((H + 1048576))
		get $S/users -> ?
	EOF
	local -a words=()
	local line
	while read -r line; do
		line=${line#* * }
		words+=("${line#* * * }")
	done <"$BATS_TEST_TMPDIR/users"
	assert_eq "${words[*]}" "0 $PAGE_TEXT $H $H_TEXT $((H + 64 * PAGE)) mixed $((64 * PAGE)) $PAGE_TEXT"
}

@test "an evict or a hold of one page takes its whole entry, no other, and no byte of it" {
	huge
	region t0 size=$((2 * H)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((2 * H))
		fill 0 1048576 5
		fill $((2 * H - 1048576)) 1048576 5
		evict 1P 1P
		pte 0 -> none
		pte $H level -> pmd
		get $S/resident -> $H
		faults 0 $((2 * H)) w -> 1
		pte 1P level -> pmd
		check 0 1048576 5
		get $S/restores -> 1
		evict 0 $((2 * H))
		get $S/state -> evicted
		get $S/resident -> 0
		faults $H 1P -> 1
		get $S/state -> resident
		get $S/restores -> 2
		check $((2 * H - 1048576)) 1048576 5
		evict $((H - PAGE)) 2P
		get $S/resident -> 0
		check 0 1048576 5
		check $((2 * H - 1048576)) 1048576 5
		pte 0 level -> pmd
		pte $H level -> pmd
	EOF
}

@test "next to a held page there are pages, and after a restore and another mmap whole entries again" {
	local hole touch
	huge
	for hole in sigbus zero scratch; do
		touch=ok
		[ "$hole" != sigbus ] || touch=SIGBUS@$(printf 0x%x $((3 * PAGE)))
		region "t-$hole" size="$H" populate=lazy hole=$hole
		kexmap <<-EOF
			open $N
			map 0 $H
			fill 0 1048576 6
			pte 0 level -> pmd
			hold 3P 1P
			pte 0 -> none
			get $S/resident -> 0
			touch 3P -> $touch
			check 0 3P 6
			check 4P 60P 6
			pte 0 level -> pte
			restore 3P 1P
			check 0 1048576 6
			pte 3P level -> pte
			faults 0 $H w -> $((F - 1048576 / PAGE / (H / PAGE / F)))
			unmap
			map 0 $H
			check 0 1048576 6
			pte 3P level -> pmd
		EOF
		put "$R/live" 0
	done
}

@test "mprotect takes write permission from whole entries and gives it back" {
	huge
	region t0 size=$((2 * H)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((2 * H))
		fill 0 1P 1
		protect r
		pte 0 access -> ro
		fill 0 1P 2 -> SIGSEGV@0x0
		touch $H
		pte $H access -> ro
		pte $H level -> pmd
		protect rw
		fill 0 1P 2
		fill $H 1P 2
		pte 0 level -> pmd
		pte $H level -> pmd
		pte $H access -> rw
		pte $H dirt -> dirty
		check 0 1P 2
		faults 0 $((2 * H)) w -> 0
		get $S/faults -> 2
		get $S/resident -> $((2 * H))
	EOF
}

@test "a mapping that may only be read has entries that can only be read" {
	huge
	region t0 size="$H" populate=lazy
	kexmap <<-EOF
		open $N
		pwrite 0 1P 1 -> 1P
		open $N r
		map 0 $H r
		faults 0 $H -> 1
		pte 0 level -> pmd
		pte 0 access -> ro
		check 0 1P 1
		protect rw -> EACCES
		fill 0 1P 2 -> SIGSEGV@0x0
	EOF
}

@test "whole entries move with the mapping, and are gone from a child until it touches" {
	huge
	region t0 size=$((2 * H)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((2 * H))
		fill 0 1048576 9
		fill $H 1048576 9
		fork
		kid 1 pte 0 -> none
		kid 1 faults 0 $H w -> 1
		kid 1 pte 0 level -> pmd
		kid 1 check 0 1048576 9
		pte 0 level -> pmd
		move
		check 0 1048576 9
		check $H 1048576 9
		evict 0 $((2 * H))
		kid 1 pte 0 -> none
		pte 0 -> none
		kid 1 fill 0 1P 10
		check 0 1P 10
		hold 0 $((2 * H))
		kid 1 touch $H -> SIGBUS@$(printf 0x%x "$H")
		touch $H -> SIGBUS@$(printf 0x%x "$H")
		put $R/revoke 1
		kid 1 touch 0 -> SIGBUS@0x0
		touch 0 -> SIGBUS@0x0
	EOF
}

@test "an munmap of a part leaves the rest, page by page where no whole entry fits any more" {
	huge
	region t0 size=$((2 * H)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((2 * H))
		fill 0 1048576 9
		fill $H 1048576 9
		unmap 1P 1P
		touch 1P -> SIGSEGV@$(printf 0x%x "$PAGE")
		check 0 1P 9
		check 2P $((1048576 - 2 * PAGE)) 9
		pte 0 level -> pte
		pte $H level -> pmd
		check $H 1048576 9
		evict 0 $((2 * H))
		get $S/resident -> 0
		check 0 1P 9
		check $H 1048576 9
	EOF
}

@test "an eager mapping has pages, at the first touch and after an evict" {
	huge
	region t0 size="$H"
	kexmap <<-EOF
		open $N
		map 0 $H
		faults 0 $H w -> 0
		pte 0 level -> pte
		evict 0 $H
		faults 0 $H w -> $F
		pte 0 level -> pte
	EOF
}

@test "the parameter huge turns whole entries off and on" {
	huge
	region t0 size="$H" populate=lazy
	put "$PARAMETERS/huge" N
	hold "$N" "$H"
	kexmap <<-EOF
		open $N
		map 0 $H
		faults 0 $H w -> $F
		pte 0 level -> pte
		put $PARAMETERS/huge Y
		map 0 $H
		faults 0 $H w -> 1
	EOF
}

@test "what transparent_hugepage says of other memory is no matter" {
	huge
	region t0 size="$H" populate=lazy
	put "$THP/enabled" never
	kexmap <<-EOF
		open $N
		map 0 $H
		touch 0 w
		pte 0 level -> pmd
	EOF
}

@test "where the kernel has no such entries for it, a lazy mapping has pages" {
	local features
	slurp features "$KEX/features"
	[[ $'\n'$features$'\n' != *$'\n'huge$'\n'* ]] || skip 'this kernel has them'
	region t0 size=4M populate=lazy
	kexmap <<-EOF
		open $N
		map 0 4M
		touch 0 w
		pte 0 level -> pte
	EOF
	hold "$N" 4M
	entry_is "$PAGE_TEXT"
}

@test "no byte is lost and nobody hangs while entries come whole, drop, and come as pages" {
	local i
	huge
	region t0 size=$((2 * H)) populate=lazy hole=wait
	kexmap <<-EOF
		open $N
		map 0 $((2 * H))
		fork
		fork
		fork
		send 1 spin 0 16P 4000 1
		send 2 spinmap $((H - 16 * PAGE)) 32P 4000 2
		send 3 evictfor $((H / 2)) $H 4000
		$(for ((i = 0; i < 60; i++)); do
			printf '%s\n' 'hold 32P 1P' 'touch 48P w' 'restore 0 64P' \
				"hold $((H + 64 * PAGE)) 1P" "touch $H w" "restore $H $H"
		done)
		recv 1
		recv 2
		recv 3
		is 48P 1P 0
	EOF
	read -r OUT <"$S/restores"
	((OUT > 10)) || fail "only $OUT restores"
}
