#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Unbinding the platform device takes its regions away, as a revoke does.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "an unbind takes every mapping away at once, and binding again brings the carve-out back" {
	region t0 size=64K
	region t1 carveout=sram size=64K
	paths t0
	device fpga
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 map 0 64K
		kid 1 fill 0 64K
		open $N
		map 0 64K
		check 0 64K
		open /dev/kex/t1
		map 0 64K
		fill 0 64K 2
		put $KEX_DRIVER/unbind $DEVICE
		get $FPGA/bound -> 0
		use 0
		touch 0 -> SIGBUS@0x0
		kid 1 touch 4K w -> SIGBUS@0x1000
		kid 1 info size -> ENODEV
		file 0
		pread 0 4K -> ENODEV
		map 0 4K -> ENODEV
		evict 0 4K -> ENODEV
		exists $N -> no
		exists $S -> no
		get $R/live -> 0
		get $SRAM/bound -> 1
		use 1
		check 0 64K 2
		file 1
		evict 0 64K
		check 0 64K 2
		put $KEX_DRIVER/bind $DEVICE
		get $FPGA/bound -> 1
		get $R/live -> 0
		put $R/live 1
	EOF
}

@test "while unbound a region can be configured but not go live" {
	device fpga
	printf %s "$DEVICE" >"$KEX_DRIVER/unbind"
	region t0 size=64K live=0
	kexmap <<-EOF
		put $R/live 1 -> ENODEV
		get $R/live -> 0
		put $R/cache device
		put $R/live 1 -> ENODEV
		mkdir $FPGA/regions/t1
		put $R/live 0
		put $R/revoke 1
		rmdir $FPGA/regions/t1
		put $KEX_DRIVER/bind $DEVICE
		put $R/live 1
		get $S/cache -> device
	EOF
}

@test "memory that is still open is quarantined across unbind and bind" {
	region t0 offset=1M size=64K
	hold "$N" 64K
	unbind fpga
	assert_file "$FPGA/bound" 0
	bind fpga
	assert_file "$FPGA/bound" 1
	assert_file "$FPGA/size" "$FPGA_SIZE"
	assert_file "$FPGA/free" $((FPGA_SIZE - 65536))
	assert_refused EBUSY "$R/live" 1
	put "$R/offset" auto
	put "$R/size" 63M
	assert_refused ENOSPC "$R/live" 1
	release "$HOLDER"
	wait_until 5 free_is fpga "$FPGA_SIZE"
	put "$R/live" 1
}

@test "an unbind with the last close in between gives the memory back as well" {
	region t0 size=64K
	hold "$N" 64K
	unbind fpga
	release "$HOLDER"
	bind fpga
	wait_until 5 free_is fpga "$FPGA_SIZE"
	put "$R/live" 1
}

@test "a scrubbed region that is unbound is zero when its memory is free again" {
	region t0 offset=1M size=64K scrub=1
	kexmap "open $N" 'map 0 64K' 'fill 0 64K 3'
	unbind fpga
	bind fpga
	wait_until 5 free_is fpga "$FPGA_SIZE"
	put "$R/scrub" 0
	put "$R/live" 1
	kexmap "open $N" 'map 0 64K' 'is 0 64K 0'
}

@test "unbind and bind ten times over, with a user each time, lose nothing" {
	local i
	region t0 size=64K
	device fpga
	for i in 1 2 3 4 5 6 7 8 9 10; do
		cat <<-EOF
			open $N
			map 0 64K
			fill 0 64K $i
			put $KEX_DRIVER/unbind $DEVICE
			touch 0 -> SIGBUS@0x0
			put $KEX_DRIVER/bind $DEVICE
			put $R/live 1
			unmap
			close
		EOF
	done >"$BATS_TEST_TMPDIR/script"
	kexmap <"$BATS_TEST_TMPDIR/script"
	wait_until 5 free_is fpga $((FPGA_SIZE - 65536))
}

@test "a carve-out's folder is there from its first bind until the module goes, and empty while unbound" {
	local name auto=/sys/bus/platform/drivers_autoprobe
	device fpga
	exits 0 rmmod kex
	echo 0 >"$auto"
	try insmod /kex/kex.ko
	echo 1 >"$auto"
	assert_eq "$STATUS" 0
	assert_missing "$FPGA" "$SRAM"
	printf %s "$DEVICE" >"$KEX_DRIVER/bind"
	assert_file "$FPGA/bound" 1
	assert_missing "$SRAM"
	printf %s "$DEVICE" >"$KEX_DRIVER/unbind"
	assert_file "$FPGA/bound" 0
	for name in size free largest_free; do
		assert_file "$FPGA/$name" 0
	done
	exits 0 rmmod kex
	assert_missing "$KEX"
	exits 0 insmod /kex/kex.ko
	assert_file "$FPGA/free" "$FPGA_SIZE"
	assert_file "$SRAM/bound" 1
}
