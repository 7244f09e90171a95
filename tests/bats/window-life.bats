#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Windows and regions come and go: live, revoke, delete, unbind.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "a window goes live without a region, and down unless it is open or mapped" {
	window w0 size=4P live=0
	kexmap <<-EOF
		exists $N -> no
		exists $S -> no
		put $W/live 1
		exists $N -> yes
		get $W/live -> 1
		put $W/live 1
		rmdir $W -> EBUSY
		open $N
		put $W/live 0 -> EBUSY
		map 0 4P
		close
		put $W/live 0 -> EBUSY
		get $W/live -> 1
		unmap
		put $W/live 0
		exists $N -> no
		exists $S -> no
		put $W/live 0
		put $W/revoke 1
		rmdir $W
	EOF
}

@test "live=1 without a size is EINVAL, and without a bound device ENODEV" {
	window w0 live=0
	assert_refused EINVAL "$W/live" 1
	put "$W/size" $((4 * PAGE))
	unbind fpga
	assert_refused ENODEV "$W/live" 1
	bind fpga
	put "$W/live" 1
	assert_file "$W/pieces" ''
}

@test "regions and windows share their names" {
	region t0 size=4P
	window w0 size=4P
	kexmap <<-EOF
		mkdir $FPGA/windows/t0 -> EEXIST
		mkdir $SRAM/windows/t0 -> EEXIST
		mkdir $FPGA/windows/w0 -> EEXIST
		mkdir $FPGA/regions/w0 -> EEXIST
		mkdir $SRAM/regions/w0 -> EEXIST
		mkdir $FPGA/windows/W -> EINVAL
		rmdir $FPGA/windows -> EPERM
	EOF
}

@test "revoking a window ends its mappings, and gives back what was lent" {
	region t0 size=8P
	window w0 size=8P
	kexmap <<-EOF
		putp $W/map 0P t0 0P 8P
		open $N
		map 0 8P
		touch 0 w
		fork
		put $W/revoke 1
		touch 0 -> SIGBUS@0P
		kid 1 touch 7P w -> SIGBUS@7P
		map 0 8P -> ENODEV
		info size -> ENODEV
		hold 0 1P -> ENODEV
		get $W/live -> 0
		lent $W/pieces -> none
		exists $N -> no
		put ${R}/live 0
		put $W/live 1
		touch 0 -> SIGBUS@0P
		open $N
		map 0 8P
		touch 0 -> SIGBUS@0P
		put $W/revoke 1
		rmdir $W
	EOF
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

@test "revoking a region makes a hole in every window over it, and in nothing else" {
	region t0 size=8P
	region t1 size=8P
	window w0 size=8P
	window w1 size=8P
	kexmap <<-EOF
		open /dev/kex/t1
		map 0 8P
		fill 0 8P 6
		putp ${W%w1}w0/map 0P t0 0P 2P; 2P t1 2P 2P; 4P t0 4P 4P
		putp $W/map 0P t1 0P 4P; 4P t0 4P 4P
		open /dev/kex/w0
		map 0 8P
		open /dev/kex/w1
		map 0 8P
		touch 7P w
		use 1
		touch 0
		put ${R%t1}t0/revoke 1
		lent ${W%w1}w0/pieces -> 2P t1 2P 2P
		lent $W/pieces -> 0P t1 0P 4P
		touch 1P -> SIGBUS@1P
		checkat 2P 2P 2P 6
		touch 4P -> SIGBUS@4P
		touch 7P w -> SIGBUS@7P
		use 2
		checkat 0 4P 0 6
		touch 4P -> SIGBUS@4P
		get $FPGA/free -> ?
		put ${R%t1}t0/live 1
		touch 4P -> SIGBUS@4P
		putp $W/map 4P t0 0P 1P
		is 4P 1P 0
	EOF
}

@test "a region that an open window shows is not taken down, else its pieces drop out" {
	region t0 size=8P
	region t1 size=8P
	window w0 size=8P
	kexmap <<-EOF
		putp $W/map 0P t0 0P 4P; 4P t1 0P 4P
		open /dev/kex/w0
		put ${R%t1}t0/live 0 -> EBUSY
		map 0 8P
		close
		put ${R%t1}t0/live 0 -> EBUSY
		touch 0 w
		putp $W/unmap 0P 4P
		touch 0 -> SIGBUS@0P
		put ${R%t1}t0/live 0
		put $R/live 0 -> EBUSY
		touch 4P
		unmap
		put $R/live 0
		lent $W/pieces -> none
		get $FPGA/free -> $FPGA_SIZE
	EOF
}

@test "memory that a window has shown is scrubbed and free once its region is down" {
	region t0 size=8P
	window w0 size=8P
	kexmap <<-EOF
		putp $W/map 0P t0 0P 8P
		open $N
		map 0 8P
		fillat 0 8P 0 5
		put $R/revoke 1
		get $FPGA/free -> $FPGA_SIZE
		put $R/live 1
		open /dev/kex/t0
		map 0 8P
		is 0 8P 0
		use 0
		touch 0 -> SIGBUS@0P
	EOF
}

@test "unbind takes windows and regions, and bind brings none of them back" {
	region t0 size=8P
	window w0 size=8P
	kexmap <<-EOF
		putp $W/map 0P t0 0P 8P
		open $N
		map 0 8P
		touch 0
	EOF
	hold "$N" $((8 * PAGE))
	unbind fpga
	assert_missing "$S" "$KEX_CLASS/t0" "$N"
	assert_file "$W/live" 0
	assert_file "$R/live" 0
	assert_file "$W/pieces" ''
	bind fpga
	assert_file "$W/live" 0
	put "$W/live" 1
	put "$R/live" 1
	assert_file "$W/pieces" ''
	put "$W/map" "0 t0 0 $PAGE"
	release "$HOLDER"
}

@test "a mapping of a revoked window of the same name shows nothing of the new one" {
	region t0 size=4P
	window w0 size=4P
	kexmap <<-EOF
		open $N
		map 0 4P
		put $W/revoke 1
		put $W/live 1
		putp $W/map 0P t0 0P 4P
		touch 0 -> SIGBUS@0P
		open $N
		map 0 4P
		touch 0
		use 0
		touch 0 -> SIGBUS@0P
		get $S/mappings -> 1
	EOF
}
