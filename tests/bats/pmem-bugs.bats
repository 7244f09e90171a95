#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What went wrong in Android's pmem, whose windows these are: its slice is a
# region here, a master the file of a region that makes a window, a client whoever
# has the window's descriptor.
#
# lab: --append no_hash_pointers

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# A region of seed 5, file 0; a window of 16 pages, file 1. Mapping 0 is the
# region's
begin() {
	region t0 size=16P
	BEGIN="open /dev/kex/t0
		map 0 16P
		fill 0 16P 5
		window 16P ${1:-}
		file 0"
}

# aliases [PHYS]: the kernel's own mappings of the first carve-out, or at PHYS
aliases() {
	local start end
	printf -v start %x "${1-$FPGA_PHYS}"
	printf -v end %x "$((${1-$((FPGA_PHYS + FPGA_SIZE - 1))}))"
	awk -v start="$start" -v end="$end" '
		match($0, / phys=0x0*[0-9a-f]+ /) {
			phys = substr($0, RSTART + 8, RLENGTH - 9)
			sub(/^0+/, "", phys)
			if (length(phys) == length(start) && phys >= start && phys <= end)
				print
		}' /proc/vmallocinfo
}

@test "1: a window opened behind the end of a client's mapping wrote page tables outside of it" {
	begin
	kexmap <<-EOF
		$BEGIN
		file 1
		map 0 16P
		unmap 1P 15P
		file 0
		piece 0 0 0 16P
		wmap 1
		checkat 0 1P 0 5
		touch 1P -> SIGSEGV@1P
		touch 15P -> SIGSEGV@15P
		file 1
		info resident -> 1P
	EOF
}

@test "2: a client that had connected but not mapped was not revoked, and mapped the next owner's memory" {
	begin
	kexmap <<-EOF
		fork
		kid 1 open /dev/kex/t0
		kid 1 window 16P
		kid 1 piece 0 0 0 16P
		kid 1 file 0
		kid 1 wmap 1
		kid 1 file 1
		kid 1 pass
		take 1
		reap 1
		put $R/live 0
		put $R/live 1
		open /dev/kex/t0
		map 0 16P
		fill 0 16P 6
		file 0
		map 0 16P -> ENODEV
	EOF
}

@test "3: unmapping one of two windows that overlapped blanked the other, which stayed listed" {
	begin
	window w0 size=16P
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/w0
		map 0 16P
		file 0
		piece 0 0 0 4P
		wmap 2
		piece 0 2P 2P 4P
		wmap 2 -> EBUSY
		piece 0 2P 6P 4P
		wmap 2
		wunmap 2 0 4P
		lent $W/pieces -> 6P t0 2P 4P
		touch 2P -> SIGBUS@2P
		checkat 6P 4P 2P 5
	EOF
}

@test "4: a map that failed left its entry in the list, and a later mmap opened it" {
	begin
	window w0 size=16P
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/w0
		file 0
		piece 0 0 0 4P
		piece 0 0 14P 4P
		wmap 2 -> ERANGE
		piece 0 4P 4P 1P
		piece 2 0 5P 1P
		wmap 2 -> EINVAL
		lent $W/pieces -> none
		file 2
		map 0 16P
		touch 0 -> SIGBUS@0P
		touch 4P -> SIGBUS@4P
		touch 14P -> SIGBUS@14P
	EOF
}

@test "5: a forked child kept access after a revoke, or crashed the kernel" {
	begin
	kexmap <<-EOF
		$BEGIN
		file 1
		map 0 16P
		map 2P 3P
		file 0
		piece 0 0 0 16P
		wmap 1
		touch 0
		use 1
		touch 15P w
		fork
		kid 1 checkat 0 16P 0 5
		kid 1 use 2
		kid 1 checkat 0 3P 2P 5
		wunmap 1 2P 2P
		kid 1 touch 0 -> SIGBUS@0P
		kid 1 checkat 2P 1P 4P 5
		kid 1 use 1
		kid 1 touch 3P w -> SIGBUS@3P
		kid 1 checkat 4P 12P 4P 5
		put $R/revoke 1
		kid 1 touch 0 -> SIGBUS@0P
		kid 1 touch 15P w -> SIGBUS@15P
	EOF
}

@test "6: only the first VMA was known: one that was split, moved or came later kept access" {
	begin
	kexmap <<-EOF
		$BEGIN
		file 1
		map 0 16P
		map 0 16P
		map 0 16P
		file 0
		piece 0 0 0 16P
		wmap 1
		use 1
		unmap 4P 4P
		touch 0
		touch 15P
		use 2
		touch 0
		touch 15P
		move
		use 3
		touch 15P
		protect r
		checkat 0 16P 0 5
		protect rw
		wunmap 1 0 16P
		use 1
		touch 0 -> SIGBUS@0P
		touch 15P -> SIGBUS@15P
		use 2
		touch 0 -> SIGBUS@0P
		touch 15P -> SIGBUS@15P
		use 3
		touch 0 -> SIGBUS@0P
		touch 15P w -> SIGBUS@15P
	EOF
}

@test "7: memory came with old bytes, and one writable page stood for the holes of all clients" {
	begin scratch
	kexmap <<-EOF
		$BEGIN
		file 1
		map 0 16P
		fillat 3P 1P 0 8
		file 0
		window 16P scratch
		map 0 16P
		is 0 16P 0
		fillat 0 1P 0 9
		use 1
		checkat 7P 1P 0 8
		use 0
		check 0 16P 5
		put $R/revoke 1
	EOF
	region t1 size=16P offset=0
	kexmap <<-EOF
		open $N
		map 0 16P
		is 0 16P 0
		window 4P scratch
		map 0 4P
		is 0 4P 0
	EOF
}

@test "8: a master that connected to itself lost its slice for good" {
	begin
	kexmap <<-EOF
		$BEGIN
		piece 0 0 0 1P
		wmap 0 -> EINVAL
		piece 1 0 0 1P
		wmap 1 -> EINVAL
		wunmap 0 0 1P -> EINVAL
		piece 0 0 0 1P
		wmap 1
		check 0 16P 5
	EOF
	put "$R/live" 0
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

@test "9: a later file that lay where the master's had lain was taken for it" {
	local i script=''
	begin
	for i in {0..4}; do
		script+="open /dev/kex/t0
			window 1P
			file $((3 * i))
			close
			open /dev/kex/t0
			piece $((3 * i + 2)) 0 0 1P
			wmap $((3 * i + 1)) -> ENODEV
			wunmap $((3 * i + 1)) 0 1P -> ENODEV
			"
	done
	for i in {1..4}; do
		kexmap <<<"$script"
	done
}

@test "10: who met another left a lock taken or twice dropped, and a call's result was an address" {
	local i
	begin
	window w0 size=16P
	kexmap <<-EOF
		open /dev/kex/t0
		open /dev/kex/w0
		fork
		fork
		fork
		kid 1 file 0
		kid 2 file 0
		kid 3 file 0
		kid 1 piece 0 0 0 1P 8 0
		kid 2 piece 0 0 4P 1P 8 0
		kid 3 piece 0 0 8P 1P 8 0
		$(for i in {1..30}; do
			echo 'send 1 wmap 1 keep=1'
			echo 'send 2 wmap 1 keep=1'
			echo 'send 3 wmap 1 keep=1'
			echo 'recv 1 -> ?'
			echo 'recv 2 -> ?'
			echo 'recv 3 -> ?'
			echo 'send 1 wunmap 1 0 8P'
			echo 'send 2 wunmap 1 4P 8P'
			echo 'send 3 wunmap 1 8P 8P'
			echo 'recv 1'
			echo 'recv 2'
			echo 'recv 3'
		done)
		lent $W/pieces -> none
		file 0
		piece 0 0 0 1P
		wmap 1
		map 0 1P
		put $W/revoke 1
	EOF
}

@test "11: unbind freed the page of the holes under living mappings, and kept the kernel's own" {
	local before after i
	begin
	device fpga
	kexmap <<-EOF
		open /dev/kex/t0
		window 4P scratch
		map 0 4P
		file 0
		window 4P zero
		map 0 4P
		use 0
		fill 0 4P 3
		use 1
		is 0 4P 0
		fork
		put $KEX_DRIVER/unbind $DEVICE
		touch 0 -> SIGBUS@0P
		use 0
		touch 0 -> SIGBUS@0P
		kid 1 touch 3P w -> SIGBUS@3P
		put $KEX_DRIVER/bind $DEVICE
	EOF
	wait_until 5 free_is fpga "$FPGA_SIZE"
	before=$(aliases)
	assert_eq "$before" ''
	for i in 1 2 3; do
		put "$R/live" 1
		unbind fpga
		bind fpga
	done
	after=$(aliases)
	assert_eq "$after" ''
}

@test "12: what was no power of two in size ran over its table at the end" {
	region t0 size=7P
	region t1 size=$((FPGA_SIZE - 7 * PAGE)) offset=$((7 * PAGE)) scrub=0
	assert_file "$FPGA/free" 0
	window w0 size=13P
	kexmap <<-EOF
		open /dev/kex/t0
		map 0 7P
		fill 0 7P 5
		putp $W/map 12P t0 6P 1P; 5P t0 0P 7P
		putp $W/map 0P t0 7P 1P -> ERANGE
		putp $W/map 13P t0 0P 1P -> ERANGE
		putp $W/map 3P t0 6P 2P -> ERANGE
		open /dev/kex/w0
		map 0 13P
		checkat 12P 1P 6P 5
		checkat 5P 7P 0 5
		putp $KEX_CLASS/t0/hold 6P 1P
		touch 12P -> SIGBUS@12P
		touch 11P -> SIGBUS@11P
		checkat 5P 6P 0 5
		putp $KEX_CLASS/t0/restore 6P 1P
		putp $W/unmap 12P 1P
		lent $W/pieces -> 5P t0 0P 7P
	EOF
}

@test "13: the kernel's own mapping was cached beside users' that were not" {
	local cache address i=0 line
	local -A type=([write-back]=MT_NORMAL [write-combine]=MT_NORMAL_NC
		[uncached]=MT_DEVICE_nGnRnE [device]=MT_DEVICE_nGnRE)
	exits 0 insmod /kex/kexpte.ko
	for cache in "${!type[@]}"; do
		region "t$i" size=4P offset=$((i * 4 * PAGE)) cache="$cache"
		window "w$i" size=4P cache="$cache"
		line=$(aliases $((FPGA_PHYS + i * 4 * PAGE)))
		address=${line%%-*}
		[[ $address == 0xffff* ]] || fail "no address in '$line'"
		put "$W/map" "0 t$i 0 $PAGE"
		kexmap <<-EOF
			open /dev/kex/t$i
			map 0 4P
			pte 0 type -> ${type[$cache]}
			open /dev/kex/w$i
			map 0 4P
			touch 0
			pte 0 type -> ${type[$cache]}
			kpte $address type -> ${type[$cache]}
			kpte $address access -> kernel
		EOF
		i=$((i + 1))
	done
	assert_eq "$i" 4
	exits 0 rmmod kexpte
}

@test "14: a call on the window of a task that was gone did nothing, and said that it had" {
	begin
	kexmap <<-EOF
		fork
		fork
		kid 1 open /dev/kex/t0
		kid 1 map 0 16P
		kid 1 fill 0 16P 5
		kid 1 window 4P
		kid 1 pass
		kid 1 file 0
		kid 1 piece 0 8P 0 4P
		kid 1 wmap 1
		take 1
		pass 2
		kid 2 take
		kid 2 map 0 4P
		kid 2 touch 0
		kill 2
		kid 1 wunmap 1 0 1P
		kid 1 piece 0 0 0 1P
		kid 1 wmap 1
		map 0 4P
		checkat 0 1P 0 5
		checkat 1P 3P 9P 5
		kid 1 wunmap 1 1P 1P
		touch 1P -> SIGBUS@1P
		open /dev/kex/t0
		kill 1
		piece 1 0 1P 1P
		wmap 0 -> ENODEV
		wunmap 0 0 1P -> ENODEV
		touch 0 -> SIGBUS@0P
	EOF
}
