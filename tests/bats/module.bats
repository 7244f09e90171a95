#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Loading and unloading.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "rmmod is refused while an item exists, configured or live" {
	region t0 size=64K live=0
	exits 1 rmmod kex
	assert_contains "$ERR" 'in use'
	put "$R/live" 1
	hold "$N" 64K
	exits 1 rmmod kex
	assert_contains "$ERR" 'in use'
	kexmap "open $N" 'map 0 64K' 'fill 0 64K' 'check 0 64K'
}

@test "an open file of a revoked region keeps the module, and its close lets it go" {
	region t0 size=64K
	hold "$N" 64K
	put "$R/revoke" 1
	rmdir "$R"
	exits 1 rmmod kex
	release "$HOLDER"
	wait_until 5 free_is fpga "$FPGA_SIZE"
	exits 0 rmmod kex
	exits 0 insmod /kex/kex.ko
}

@test "unloading leaves nothing, and loading again finds everything as at first" {
	local text
	region t0 size=64K
	put "$R/live" 0
	rmdir "$R"
	exits 0 rmmod kex
	assert_missing "$KEX" "$KEX_CLASS" "$KEX_DRIVER" /sys/module/kex /dev/kex/t0
	slurp text /proc/iomem
	[[ $text != *kex* ]] || fail "/proc/iomem still names kex"
	slurp text /proc/devices
	[[ $text$'\n' != *' kex'$'\n'* ]] || fail "/proc/devices still names kex"
	exits 0 insmod /kex/kex.ko
	assert_file "$FPGA/bound" 1
	assert_file "$FPGA/free" "$FPGA_SIZE"
	assert_file "$SRAM/free" "$SRAM_SIZE"
	region t0 size=64K
	kexmap "open $N" 'map 0 64K' 'is 0 64K 0'
}

@test "normal use logs nothing, and neither does what is refused" {
	kmsg_mark
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K
		evict 0 64K
		check 0 64K
		map 0 128K -> EINVAL
		put $R/live 0 -> EBUSY
		put $R/size 64K -> EBUSY
		put $R/revoke 1
		touch 0 -> SIGBUS@0x0
		put $R/size 1G
		put $R/live 1 -> ENOSPC
		rmdir $R
	EOF
	kmsg_new
	assert_eq "$OUT" ''
}
