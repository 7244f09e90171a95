#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Anonymous windows: made by a call on a region's file, whose descriptor goes to
# whoever shall look through them, and which end with the file that made them.

# shellcheck disable=SC2119 # without arguments, they get none
source "$BATS_TEST_DIRNAME/lib/kex.bash"

CREATE=0xbe06
MAP=0xbe07
UNMAP=0xbe08

# A region t0 filled with seed 5, whose file, number 0, makes a window of 8
# pages, number 1; mappings 0 and 1
# shellcheck disable=SC2120 # few give it any
begin() {
	region t0 size=16P "$@"
	BEGIN="open /dev/kex/t0
		map 0 16P
		fill 0 16P 5
		window 8P
		map 0 8P
		file 0"
}

@test "a client that got the descriptor sees what its owner lends, and only that" {
	begin
	kexmap <<-EOF
		open /dev/kex/t0
		fork
		map 0 16P
		fill 0 16P 5
		window 8P
		pass 1
		kid 1 take
		kid 1 map 0 8P
		kid 1 touch 0 -> SIGBUS@0P
		file 0
		piece 0 9P 2P 2P
		piece 0 0P 6P 1P
		wmap 1
		kid 1 checkat 2P 2P 9P 5
		kid 1 checkat 6P 1P 0P 5
		kid 1 touch 4P -> SIGBUS@4P
		kid 1 fillat 2P 1P 9P 7
		check 9P 1P 7
		wunmap 1 3P 4P
		kid 1 checkat 2P 1P 9P 7
		kid 1 touch 3P -> SIGBUS@3P
		kid 1 touch 6P w -> SIGBUS@6P
		kid 1 map 0 8P
		kid 1 checkat 2P 1P 9P 7
	EOF
}

@test "pieces that are lent before the client maps are there when it does" {
	begin
	kexmap <<-EOF
		open /dev/kex/t0
		fork
		map 0 16P
		fill 0 16P 5
		window 8P
		pass 1
		file 0
		piece 0 0P 0P 8P
		wmap 1
		wunmap 1 3P 1P
		kid 1 take
		kid 1 map 2P 4P
		kid 1 checkat 0 1P 2P 5
		kid 1 touch 1P -> SIGBUS@1P
		kid 1 checkat 2P 2P 4P 5
	EOF
}

@test "one call takes pieces of several regions, whose files may be closed afterwards" {
	region t1 size=16P
	begin
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/t1
		map 0 16P
		fill 0 16P 6
		unmap
		file 0
		piece 2 4P 4P 4P
		piece 0 15P 0P 1P
		piece 2 0P 1P 1P
		wmap 1
		file 2
		close
		use 1
		checkat 0 1P 15P 5
		checkat 1P 1P 0P 6
		checkat 4P 4P 4P 6
		touch 2P -> SIGBUS@2P
	EOF
}

@test "the window's hole mode is the one that its maker asks for" {
	region t0 size=16P
	kexmap <<-EOF
		open /dev/kex/t0
		window 4P zero
		map 0 4P
		is 0 4P 0
		touch 0 w -> SIGBUS@0P
		file 0
		window 4P scratch
		map 0 4P
		fill 0 1P 3
		checkat 3P 1P 0 3
		file 0
		window 4P wait
		map 0 4P
		fork
		send 1 touch 0
		asleep 1 kex_hole_wait
		file 0
		piece 0 0 0 1P
		wmap 3
		recv 1
		window 4P nonsense -> EINVAL
	EOF
}

@test "INFO of an anonymous window names the region whose file made it" {
	begin
	kexmap <<-EOF
		$BEGIN
		file 1
		info kind -> 1
		info size -> 8P
		info opens -> 1
		info mappings -> 1
		info name -> ?
		window 1P -> ENOTTY
		piece 0 0 0 1P
		wmap 1 -> ENOTTY
		wunmap 1 0 1P -> ENOTTY
		read 1P -> EINVAL
		write 1P -> EINVAL
		seek 0 -> ESPIPE
		hold 0 1P
		restore 0 1P
		poll -> pri
	EOF
	assert_missing "$KEX_CLASS"/t0:*
}

@test "CREATE refuses a wrong size, hole, argsz, flag and file, and makes no descriptor" {
	begin
	kexmap <<-EOF
		open /dev/kex/t0
		raw $CREATE 24 65536 0
		raw $CREATE 0 65536 0 -> EINVAL
		raw $CREATE 16 65536 0 -> EINVAL
		raw $CREATE 23 65536 0 -> EINVAL
		raw $CREATE 32 65536 0 0
		raw $CREATE 32 65536 0 1 -> E2BIG
		raw $CREATE 0xffffffff 65536 0 -> E2BIG
		raw $CREATE 0x100000018 65536 0 -> EINVAL
		raw $CREATE 24 0 0 -> EINVAL
		raw $CREATE 24 100 0 -> EINVAL
		raw $CREATE 24 65537 0 -> EINVAL
		raw $CREATE 24 0x10000000000 0
		raw $CREATE 24 0x10000010000 0 -> ERANGE
		raw $CREATE 24 0xffffffffffff0000 0 -> ERANGE
		raw $CREATE 24 65536 4 -> EINVAL
		raw $CREATE 24 65536 0xffffffff -> EINVAL
		raw $CREATE 24 65536 0x100000000 -> EINVAL
		raw $CREATE 24 65536 -> EFAULT
		ioctl $CREATE null -> EFAULT
		ioctl $CREATE bad -> EFAULT
		open /dev/kex/t0 r
		window 8P -> EBADF
		nofile 4
		file 0
		window 8P -> EMFILE
	EOF
}

@test "MAP and UNMAP refuse a wrong argsz, flag, count and address" {
	begin
	kexmap <<-EOF
		$BEGIN
		piece 0 0 0 1P
		raw $MAP 24 fd1 0 -> EINVAL
		raw $MAP 0 fd1 0 -> EINVAL
		raw $MAP 23 fd1 0 -> EINVAL
		raw $MAP 0x100000018 fd1+1 0 -> EINVAL
		raw $MAP 32 fd1+1 0 1 -> E2BIG
		raw $MAP 24 fd1+1 -> EFAULT
		raw $MAP 24 fd1+1 0 -> EFAULT
		raw $MAP 24 fd1+1 0xfffffffffffff000 -> EFAULT
		raw $MAP 24 fd1+0xffffffff 0 -> E2BIG
		wmap 1 nr=0 keep=1 -> EINVAL
		wmap 1 nr=10001 keep=1 -> E2BIG
		wmap 1
		raw $UNMAP 32 fd1 0 8P
		raw $UNMAP 31 fd1 0 8P -> EINVAL
		raw $UNMAP 0x100000020 fd1 0 8P -> EINVAL
		raw $UNMAP 32 fd1+1 0 8P -> EINVAL
		raw $UNMAP 40 fd1 0 8P 1 -> E2BIG
		raw $UNMAP 32 fd1 0 -> EFAULT
		wunmap 1 0 0 -> EINVAL
		wunmap 1 1 1P -> EINVAL
		wunmap 1 0 1 -> EINVAL
		wunmap 1 0 9P -> ERANGE
		wunmap 1 8P 1P -> ERANGE
		wunmap 1 18446744073709486080 64K -> ERANGE
		wunmap 1 0 18446744073709486080 -> ERANGE
		ioctl $UNMAP null -> EFAULT
	EOF
}

@test "a piece that overlaps, lies outside or is empty is refused with every piece as it was" {
	local piece
	region t1 size=16P
	window w0 size=8P
	begin
	# Each behind a good one, and before one
	for piece in EINVAL:'0P 2P 0' EINVAL:'1 2P 1P' EINVAL:'0P 1 1P' EINVAL:'0P 2P 1' \
		ERANGE:'0P 8P 1P' ERANGE:'0P 7P 2P' ERANGE:'16P 2P 1P' ERANGE:'15P 2P 2P' \
		ERANGE:'0P 18446744073709486080 64K' ERANGE:'18446744073709486080 2P 64K' \
		ERANGE:'0P 2P 18446744073709486080' ERANGE:'18446744073709486080 2P 128K' \
		EBUSY:'0P 3P 2P' EBUSY:'0P 4P 1P' EBUSY:'9P 0P 1P' EBUSY:'0P 0P 8P' \
		EBUSY:'0P 1P 1P'; do
		printf 'piece 0 0P 1P 1P\npiece 0 %s\nwmap 2 -> %s\n' "${piece#*:}" "${piece%%:*}"
		printf 'piece 0 %s\npiece 0 0P 1P 1P\nwmap 2 -> %s\n' "${piece#*:}" "${piece%%:*}"
		printf 'lent %s -> 0P t0 0P 1P; 4P t1 0P 4P\n' "$W/pieces"
	done >"$BATS_TEST_TMPDIR/wrong"
	kexmap <<-EOF
		open /dev/kex/t0
		open /dev/kex/t1
		open /dev/kex/w0
		file 0
		piece 0 0 0 1P
		piece 1 0 4P 4P
		wmap 2
		$(<"$BATS_TEST_TMPDIR/wrong")
		piece 0 0 1P 1P
		wmap 2
		lent $W/pieces -> 0P t0 0P 1P; 1P t0 0P 1P; 4P t1 0P 4P
	EOF
}

@test "regions of another carve-out or cache attribute lend nothing" {
	region dev0 size=16P cache=device
	region sram0 size=16P carveout=sram
	window ws size=8P carveout=sram
	begin
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/dev0
		open /dev/kex/sram0
		open /dev/kex/ws
		file 0
		piece 0 0 0 1P
		piece 2 0 1P 1P
		wmap 1 -> EXDEV
		piece 3 0 1P 1P
		piece 0 0 0 1P
		wmap 1 -> EXDEV
		piece 0 0 0 1P
		wmap 4 -> EXDEV
		piece 3 0 0 1P
		wmap 4
		lent $W/pieces -> 0P sram0 0P 1P
		touch 0 -> SIGBUS@0P
		file 2
		window 4P
		map 0 4P
		file 2
		piece 2 0 0 1P
		wmap 5
		touch 0
	EOF
}

@test "a window over a window, a window that is none, and stale or foreign descriptors are refused" {
	window w0 size=8P
	begin
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/w0
		open /dev/null
		file 0
		piece 1 0 0 1P
		wmap 2 -> EINVAL
		piece 2 0 0 1P
		wmap 1 -> EINVAL
		piece 2 0 1P 1P
		wmap 2 -> EINVAL
		piece 3 0 0 1P
		wmap 1 -> EINVAL
		piece 0 0 0 1P
		wmap 0 -> EINVAL
		piece 0 0 0 1P
		wmap 3 -> EINVAL
		wunmap 0 0 1P -> EINVAL
		wunmap 3 0 1P -> EINVAL
		file 3
		close
		file 0
		piece 3 0 0 1P
		wmap 1 -> EBADF
		piece 0 0 0 1P
		wmap 3 -> EBADF
		wunmap 3 0 1P -> EBADF
		raw $UNMAP 32 0xffffffff 0 65536 -> EBADF
		raw $UNMAP 32 0x7fffffff 0 65536 -> EBADF
		open /dev/kex/t0 r
		file 0
		piece 3 0 0 1P
		wmap 1 -> EBADF
		piece 4 0 0 1P
		wmap 1 -> EBADF
		open /dev/kex/t0 w
		file 0
		piece 5 0 0 1P
		wmap 1 -> EBADF
		open /dev/kex/w0 r
		file 0
		piece 0 0 0 1P
		wmap 6 -> EBADF
		wunmap 6 0 1P -> EBADF
		use 1
		touch 0 -> SIGBUS@0P
		piece 0 0 0 1P
		wmap 1
		touch 0
	EOF
}

@test "only the file that made an anonymous window maps and unmaps; a named one any region's file" {
	region t1 size=16P
	window w0 size=8P
	begin
	kexmap <<-EOF
		$BEGIN
		piece 0 0 0 4P
		wmap 1
		open /dev/kex/t0
		piece 0 0 4P 1P
		wmap 1 -> EPERM
		wunmap 1 0 1P -> EPERM
		open /dev/kex/t1
		wunmap 1 0 1P -> EPERM
		open /dev/kex/w0
		file 2
		piece 0 0 0 4P
		wmap 4
		file 3
		wunmap 4 0 2P
		lent $W/pieces -> 2P t0 2P 2P
		use 1
		checkat 0 4P 0 5
		fork
		kid 1 file 0
		kid 1 wunmap 1 0 1P
		touch 0 -> SIGBUS@0P
		checkat 1P 3P 1P 5
	EOF
}

@test "what is revoked neither lends nor is lent to" {
	region t1 size=16P
	window w0 size=8P
	begin
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/t1
		open /dev/kex/w0
		put ${R%t0}t1/revoke 1
		file 0
		piece 0 0 0 1P
		piece 2 0 1P 1P
		wmap 1 -> ENODEV
		use 1
		touch 0 -> SIGBUS@0P
		put $W/revoke 1
		piece 0 0 0 1P
		wmap 3 -> ENODEV
		wunmap 3 0 1P -> ENODEV
		file 2
		window 4P -> ENODEV
		piece 0 0 0 1P
		wmap 1 -> ENODEV
		wunmap 1 0 1P -> ENODEV
	EOF
}

@test "10,000 pieces are mapped by one call, whatever their order, and one more is E2BIG" {
	begin
	kexmap <<-EOF
		open /dev/kex/t0
		map 0 16P
		fill 0 16P 5
		window 20000P
		map 0 20000P
		file 0
		piece 0 3P 19998P 1P 5000 0 18446744073709535232
		pieces
		piece 0 3P 10000P 1P 5000 0 2P
		piece 0 7P 0P 1P 5000 0 2P
		wmap 1
		use 1
		checkat 0P 1P 7P 5
		touch 1P -> SIGBUS@1P
		checkat 9998P 1P 7P 5
		checkat 10000P 1P 3P 5
		checkat 19998P 1P 3P 5
		touch 19999P -> SIGBUS@19999P
		put $S/hold 1
		touch 9998P -> SIGBUS@9998P
		touch 10000P -> SIGBUS@10000P
		put $S/restore 1
		checkat 9998P 1P 7P 5
		piece 0 0 1P 1P 10000 0 2P
		piece 0 0 0P 1P
		wmap 1 -> E2BIG
		touch 1P -> SIGBUS@1P
		piece 0 0 1P 1P 9999 0 2P
		piece 0 0 19998P 1P
		wmap 1 -> EBUSY
		touch 1P -> SIGBUS@1P
		piece 0 0 1P 1P 10000 0 2P
		wmap 1
		checkat 1P 1P 0P 5
		checkat 19999P 1P 0P 5
		wunmap 1 1P 19998P
		checkat 0 1P 7P 5
		touch 1P -> SIGBUS@1P
		touch 10000P -> SIGBUS@10000P
		checkat 19999P 1P 0P 5
	EOF
}

@test "a list that ends in memory that cannot be read is EFAULT, and nothing of it is mapped" {
	begin
	kexmap <<-EOF
		$BEGIN
		piece 0 0 0 1P 8
		wmap 1 cut=1 keep=1 -> EFAULT
		wmap 1 cut=32 keep=1 -> EFAULT
		use 1
		touch 0 -> SIGBUS@0P
		wmap 1 cut=0
		checkat 0 8P 0 5
	EOF
}

@test "the owner's last close revokes its windows, mapped or not" {
	region t0 size=16P
	kexmap <<-EOF
		open /dev/kex/t0
		window 8P
		map 0 8P
		file 0
		window 8P
		file 0
		window 8P wait
		map 0 8P
		thread
		kid 1 use 1
		send 1 touch 3P
		asleep 1 kex_hole_wait
		use 0
		file 0
		piece 0 0 0 8P
		wmap 1
		piece 0 0 0 8P
		wmap 2
		touch 0
		file 0
		close
		recv 1 -> SIGBUS@3P
		touch 0 -> SIGBUS@0P
		file 1
		info size -> ENODEV
		poll -> pri,err,hup
		map 0 1P -> ENODEV
		file 2
		map 0 8P -> ENODEV
		put $R/live 0
	EOF
}

# an_owner HOW: a client of two windows of another process, which ends by HOW
an_owner() {
	region t0 size=16P
	kexmap <<-EOF
		fork
		kid 1 open /dev/kex/t0
		kid 1 map 0 16P
		kid 1 fill 0 16P 5
		kid 1 window 8P
		kid 1 pass
		kid 1 file 0
		kid 1 window 8P
		kid 1 pass
		kid 1 file 0
		kid 1 piece 0 0 0 8P
		kid 1 wmap 1 keep=1
		kid 1 wmap 2
		take 1
		take 1
		file 0
		map 0 8P
		checkat 0 8P 0 5
		$1 1
		touch 0 -> SIGBUS@0P
		touch 7P w -> SIGBUS@7P
		map 0 8P -> ENODEV
		info size -> ENODEV
		file 1
		map 0 8P -> ENODEV
		put $R/live 0
		get $FPGA/free -> $FPGA_SIZE
	EOF
}

@test "an owner that exits takes its windows along" {
	an_owner reap
}

@test "an owner that is killed takes its windows along" {
	an_owner kill
}

@test "a window lives as long as its owner's file: by a mapping, by a forked child" {
	region t0 size=16P
	kexmap <<-EOF
		open /dev/kex/t0
		map 0 16P
		window 8P
		map 0 8P
		file 0
		piece 0 0 0 8P
		wmap 1
		fork
		file 0
		close
		touch 0
		unmap
		use 0
		unmap
		use 1
		map 0 1P -> EBADF
		file 1
		map 0 8P
		touch 0
		kid 1 use 0
		kid 1 unmap
		kid 1 file 0
		touch 1P
		kid 1 wunmap 1 0 1P
		touch 0 -> SIGBUS@0P
		kid 1 close
		touch 1P -> SIGBUS@1P
		kid 1 use 1
		kid 1 touch 1P -> SIGBUS@1P
	EOF
}

@test "a window that nobody can look through any more gives back what was lent to it" {
	region t1 size=16P
	begin
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/t1
		file 0
		piece 2 0 0 8P
		wmap 1
		file 2
		close
		use 1
		touch 0
		put ${R%t0}t1/live 0 -> EBUSY
		file 1
		close
		touch 0
		put ${R%t0}t1/live 0 -> EBUSY
		unmap
		put ${R%t0}t1/live 0
		get $FPGA/free -> $((FPGA_SIZE - 16 * PAGE))
	EOF
}

@test "revoking the region whose file made a window revokes the window, too" {
	region t1 size=16P
	begin
	kexmap <<-EOF
		$BEGIN
		open /dev/kex/t1
		file 0
		piece 2 0 0 8P
		wmap 1
		use 1
		touch 0
		put $R/revoke 1
		touch 0 -> SIGBUS@0P
		file 1
		info size -> ENODEV
		file 2
		close
		put ${R%t0}t1/live 0
	EOF
}

@test "unbind ends anonymous windows, and whoever waits there" {
	region t0 size=16P
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/out" &
		open /dev/kex/t0
		window 8P wait
		map 0 8P
		say ready
		touch 0 -> SIGBUS@0P
		info size -> ENODEV
		file 0
		window 8P -> ENODEV
	EOF
	HOLDERS+=("$!")
	wait_until 10 grep -q ready "$BATS_TEST_TMPDIR/out"
	unbind fpga
	wait "${HOLDERS[0]}"
	HOLDERS=()
	bind fpga
}
