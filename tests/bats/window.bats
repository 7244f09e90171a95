#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What mappings of a window show. Bytes are told from each other by the offset in
# their region and the region's seed, so that a page of another one is noticed.

# shellcheck disable=SC2119 # without arguments, they get none
source "$BATS_TEST_DIRNAME/lib/kex.bash"

# Two regions of 16 pages, filled with seeds 5 and 6, and a window of 8 pages:
# mappings 0, 1 and 2 of a script that begins with $BEGIN
# shellcheck disable=SC2120 # few give it any
two_regions() {
	region t0 size=16P "$@"
	region t1 size=16P "$@"
	window w0 size=8P
	BEGIN="open /dev/kex/t0
		map 0 16P
		fill 0 16P 5
		open /dev/kex/t1
		map 0 16P
		fill 0 16P 6
		open /dev/kex/w0
		map 0 8P"
}

@test "a window shows the bytes of a region, and nothing once they are unmapped" {
	two_regions
	kexmap <<-EOF
		$BEGIN
		touch 0 -> SIGBUS@0P
		putp $W/map 2P t0 4P 3P
		lent $W/pieces -> 2P t0 4P 3P
		checkat 2P 3P 4P 5
		touch 1P -> SIGBUS@1P
		touch 5P -> SIGBUS@5P
		fillat 2P 1P 4P 7
		use 0
		check 4P 1P 7
		check 5P 11P 5
		fill 4P 1P 8
		use 2
		checkat 2P 1P 4P 8
		putp $W/unmap 2P 3P
		lent $W/pieces -> none
		touch 2P -> SIGBUS@2P
		touch 4P -> SIGBUS@4P
		use 0
		check 4P 1P 8
	EOF
}

@test "one call maps pieces of several regions in any order, before or after the mmap" {
	two_regions
	kexmap <<-EOF
		$BEGIN
		putp $W/map 6P t1 0P 2P; 0P t0 9P 1P; 3P t1 15P 1P; 1P t0 2P 2P
		lent $W/pieces -> 0P t0 9P 1P; 1P t0 2P 2P; 3P t1 15P 1P; 6P t1 0P 2P
		map 0 8P
		map 3P 5P r
		use 2
		checkat 0P 1P 9P 5
		checkat 1P 2P 2P 5
		checkat 3P 1P 15P 6
		touch 4P -> SIGBUS@4P
		checkat 6P 2P 0P 6
		use 3
		checkat 0P 1P 9P 5
		checkat 6P 2P 0P 6
		touch 5P w -> SIGBUS@5P
		use 4
		checkat 0P 1P 15P 6
		checkat 3P 2P 0P 6
		touch 2P -> SIGBUS@2P
	EOF
}

@test "every cache attribute: what a window maps has the region's memory type" {
	local cache i=0
	for cache in write-back write-combine uncached device; do
		region "t$i" size=4P cache="$cache"
		window "w$i" size=4P cache="$cache"
		kexmap <<-EOF
			open /dev/kex/t$i
			map 0 4P
			fill 0 4P 3
			putp $W/map 1P t$i 2P 1P
			open /dev/kex/w$i
			map 0 4P
			checkat 1P 1P 2P 3
			fillat 1P 1P 2P 4
			use 0
			check 2P 1P 4
		EOF
		assert_file "$S/cache" "$cache"
		i=$((i + 1))
	done
}

@test "several, moved, cut, read-only and forked mappings lose a piece at once" {
	two_regions
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0P t0 0P 8P
		checkat 0 8P 0P 5
		fork
		kid 1 checkat 0 8P 0P 5
		map 0 8P
		checkat 0 8P 0P 5
		move
		map 2P 4P r
		checkat 0 4P 2P 5
		use 2
		unmap 3P 1P
		putp $W/unmap 2P 2P
		touch 2P -> SIGBUS@2P
		checkat 4P 4P 4P 5
		kid 1 touch 2P -> SIGBUS@2P
		kid 1 touch 3P w -> SIGBUS@3P
		kid 1 checkat 4P 4P 4P 5
		use 3
		touch 3P -> SIGBUS@3P
		use 4
		touch 0 -> SIGBUS@0P
		touch 1P -> SIGBUS@1P
		checkat 2P 2P 4P 5
		putp $W/map 2P t1 0P 2P
		checkat 0 2P 0P 6
		use 3
		checkat 2P 2P 0P 6
		kid 1 checkat 2P 2P 0P 6
		kid 1 checkat 0 2P 0P 5
	EOF
}

@test "one range is lent to several windows, and twice to one" {
	two_regions
	window w1 size=8P
	kexmap <<-EOF
		$BEGIN
		putp ${W%w1}w0/map 0P t0 4P 2P; 5P t0 4P 2P
		putp $W/map 3P t0 3P 4P
		open /dev/kex/w1
		map 0 8P
		checkat 3P 4P 3P 5
		use 2
		fillat 0 2P 4P 9
		checkat 5P 2P 4P 9
		use 3
		checkat 4P 2P 4P 9
		put $KEX_CLASS/t0/hold 1
		touch 4P -> SIGBUS@4P
		use 2
		touch 0 -> SIGBUS@0P
		touch 5P -> SIGBUS@5P
		put $KEX_CLASS/t0/restore 1
		checkat 5P 2P 4P 9
		putp $W/unmap 0P 8P
		use 3
		touch 4P -> SIGBUS@4P
		use 2
		checkat 5P 2P 4P 9
		checkat 0P 2P 4P 9
	EOF
}

@test "resident of the window and of the region count what windows show, each page once" {
	local pid
	two_regions
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0P t0 4P 4P; 4P t0 6P 4P
		put $KEX_CLASS/t0/evict 1
		get $S/resident -> 0
		get $KEX_CLASS/t0/resident -> 0
		checkat 0 4P 4P 5
		get $S/resident -> 4P
		get $KEX_CLASS/t0/resident -> 4P
		checkat 4P 4P 6P 5
		get $S/resident -> 8P
		get $KEX_CLASS/t0/resident -> 6P
		map 0 8P
		checkat 0 4P 4P 5
		get $S/resident -> 8P
		get $KEX_CLASS/t0/resident -> 6P
		get $S/mappings -> 2
		get $KEX_CLASS/t0/mappings -> 1
		use 0
		check 4P 1P 5
		get $KEX_CLASS/t0/resident -> ?
		putp $W/unmap 0P 8P
		get $S/resident -> 0
		get $KEX_CLASS/t1/resident -> 16P
	EOF
}

@test "users of a region lists the parts of windows' mappings that show it" {
	local pid comm range off cache bytes rest count=0
	region t0 size=16P
	window w0 size=8P
	hold "$N" $((8 * PAGE))
	put "$W/map" "$PAGE t0 $((4 * PAGE)) $((2 * PAGE)); $((5 * PAGE)) t0 0 $PAGE"
	while read -r pid comm range off cache bytes rest; do
		assert_eq "$pid" "$HOLDER"
		assert_eq "$comm" kexmap
		assert_eq "$cache" write-back
		range="$((0x${range#*-} - 0x${range%-*})) $off $bytes"
		count=$((count + 1))
		case $count in
		1) assert_eq "$range" "$PAGE 0 0" ;;
		2) assert_eq "$range" "$((2 * PAGE)) $((4 * PAGE)) 0" ;;
		esac
	done <"$KEX_CLASS/t0/users"
	assert_eq "$count" 2
	slurp rest "$S/users"
	assert_contains "$rest" "$HOLDER kexmap "
	assert_contains "$rest" " 0 write-back 0 "
}

@test "an evict of the window, or of the region, is undone by the next touch and counted" {
	two_regions
	kexmap <<-EOF
		$BEGIN
		get $S/state -> resident
		putp $W/map 0P t0 0P 4P; 4P t1 0P 4P
		checkat 0 4P 0P 5
		checkat 4P 4P 0P 6
		get $S/restores -> 0
		put $S/evict 1
		get $S/state -> evicted
		get $S/resident -> 0
		get $KEX_CLASS/t0/resident -> 16P
		faults 0 1P -> 1
		checkat 0 4P 0P 5
		get $S/state -> resident
		get $S/restores -> 1
		get $KEX_CLASS/t0/restores -> 0
		put $KEX_CLASS/t1/evict 1
		get $KEX_CLASS/t1/state -> evicted
		get $S/state -> resident
		faults 4P 1P w -> 1
		get $KEX_CLASS/t1/state -> resident
		get $KEX_CLASS/t1/restores -> 1
		checkat 4P 4P 0P 6
		get $S/evictions -> 1
		get $KEX_CLASS/t1/evictions -> 1
		get $KEX_CLASS/t0/evictions -> 0
		faults 0 8P -> 0
	EOF
}

@test "a hold of the window takes its bytes from nobody else" {
	two_regions
	window w1 size=8P
	kexmap <<-EOF
		$BEGIN
		putp ${W%w1}w0/map 0P t0 0P 8P
		putp $W/map 0P t0 0P 8P
		open /dev/kex/w1
		map 0 8P
		checkat 0 8P 0 5
		use 2
		checkat 0 8P 0 5
		file 2
		hold 2P 4P
		get ${S%w1}w0/state -> held
		get $S/state -> resident
		get ${S%w1}t0/state -> resident
		touch 2P -> SIGBUS@2P
		touch 5P -> SIGBUS@5P
		checkat 0 2P 0 5
		checkat 6P 2P 6P 5
		use 3
		checkat 0 8P 0 5
		use 0
		check 0 16P 5
		file 2
		restore 0 8P
		use 2
		checkat 0 8P 0 5
	EOF
}

@test "what is held of a window stays so while other pieces come and go" {
	two_regions
	kexmap <<-EOF
		$BEGIN
		hold 1P 2P
		putp $W/map 0P t0 0P 4P
		touch 1P -> SIGBUS@1P
		checkat 0 1P 0 5
		putp $W/unmap 0P 4P
		putp $W/map 0P t1 0P 4P
		touch 2P -> SIGBUS@2P
		checkat 3P 1P 3P 6
		restore 2P 1P
		checkat 2P 1P 2P 6
		touch 1P -> SIGBUS@1P
		get $S/state -> held
		restore 0 8P
		checkat 0 4P 0 6
	EOF
}

@test "a window's file has INFO, poll and mmap as a region's, and neither read nor write" {
	two_regions
	kexmap <<-EOF
		$BEGIN
		info name -> w0
		info kind -> 1
		info cache -> 0
		info state -> 0
		info size -> 8P
		info valid -> 0
		info phys -> 0x0
		info resident -> 0
		info mappings -> 1
		info opens -> 1
		putp $W/map 0P t0 0P 4P
		touch 0
		info resident -> 4P
		info faults -> 1
		pread 0 1P -> EINVAL
		pwrite 0 1P -> EINVAL
		read 1P -> EINVAL
		seek 0 -> ESPIPE
		ioctl 0xbe01 sync off=0 len=4096 dir=1 -> ENOTTY
		map 0 8P private -> EINVAL
		map 0 9P -> EINVAL
		map 8P 1P -> EINVAL
		map 7P 1P
		open /dev/kex/w0 r
		map 0 1P -> EACCES
		map 0 1P r
		checkat 0 1P 0 5
		evict 0 1P -> EBADF
	EOF
	assert_file "$S/kind" window
	assert_file "$S/carveout" fpga
	assert_file "$S/size" $((8 * PAGE))
	assert_missing "$S/phys"
}

@test "poll and eventfd tell of map, unmap and of what happens to regions under a window" {
	two_regions
	kexmap <<-EOF
		$BEGIN
		eventfd
		poll -> none
		putp $W/map 0P t0 0P 4P
		poll -> pri
		signals -> 1
		info kind -> 1
		poll -> none
		putp $W/unmap 4P 4P
		poll -> none
		put $KEX_CLASS/t1/hold 1
		put $KEX_CLASS/t0/hold 8P 8P -> EINVAL
		putp $KEX_CLASS/t0/hold 8P 8P
		poll -> none
		signals -> 0
		put $KEX_CLASS/t0/evict 1
		poll -> pri
		signals -> 1
		info kind -> 1
		putp $KEX_CLASS/t0/hold 3P 2P
		poll -> pri
		signals -> 1
		info kind -> 1
		put $KEX_CLASS/t0/restore 1
		poll -> pri
		signals -> 1
		info kind -> 1
		putp $W/unmap 0P 1P
		poll -> pri
		signals -> 1
		info kind -> 1
		put ${R%t1}t0/revoke 1
		poll -> pri
		signals -> ?
		info kind -> 1
		put $W/revoke 1
		poll -> pri,err,hup
		info kind -> ENODEV
	EOF
}

@test "a look at a region that thousands of pieces of a large mapping show ends soon" {
	region t0 size=16P
	window w0 size=1024G
	kexmap <<-EOF
		open /dev/kex/t0
		open $N
		map 0 1024G
		file 0
		piece 0 3P 0 1P 10000 0 2P
		wmap 1
		touch 0
		fork
		send 1 get /sys/class/kex/t0/resident
		recv 1 -> 1P
		send 1 info resident
		recv 1 -> 1P
		kill 1
	EOF
}
