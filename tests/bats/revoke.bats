#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# revoke takes a region away from whoever uses it: at once, without a hang, and
# its memory goes to nobody else before the last of them has closed it.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "a revoke takes every mapping away at once, in every process" {
	local populate
	for populate in eager lazy; do
		region "r-$populate" size=64K populate="$populate"
		kexmap <<-EOF
			fork
			kid 1 open $N
			kid 1 map 0 64K
			kid 1 fill 0 64K
			open $N
			map 0 64K
			check 0 64K
			fork
			kid 2 check 0 64K
			map 0 64K r
			move
			check 0 64K
			close
			put $R/revoke 1
			touch 0 -> SIGBUS@0x0
			touch 60K -> SIGBUS@0xf000
			use 0
			touch 0 -> SIGBUS@0x0
			touch 4K w -> SIGBUS@0x1000
			kid 1 touch 0 w -> SIGBUS@0x0
			kid 1 touch 60K -> SIGBUS@0xf000
			kid 2 touch 0 -> SIGBUS@0x0
			kid 2 check 0 64K -> SIGBUS@0x0
			unmap
			kid 1 unmap
			kid 1 close
		EOF
	done
}

@test "a process that catches no SIGBUS is killed by it, and by nothing else" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fork
		kid 1 touch 0
		put $R/revoke 1
		kid 1 protect r
		kid 1 touch 0 -> SIGBUS@0x0
		kid 1 remap 32K
		kid 1 touch 16K -> SIGBUS@0x4000
		kid 1 unmap
		reap 1
	EOF
}

@test "every call on a file of a revoked region is ENODEV" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		put $R/revoke 1
		read 4K -> ENODEV
		write 4K -> ENODEV
		pread 0 4K -> ENODEV
		pwrite 0 4K -> ENODEV
		pread 64K 4K -> ENODEV
		seek 0 -> ENODEV
		seek 0 end -> ENODEV
		map 0 64K -> ENODEV
		map 0 4K r -> ENODEV
		info size -> ENODEV
		evict 0 64K -> ENODEV
		ioctl 0xbe02 null -> ENODEV
		unmap
		close
	EOF
}

@test "after a revoke the item is configured, with its values, and its name and node are gone" {
	region t0 offset=2M size=64K cache=uncached mode=0600 scrub=0 populate=lazy
	kexmap <<-EOF
		open $N
		map 0 64K
		put $R/revoke 1
		get $R/live -> 0
		get $R/size -> 65536
		get $R/offset -> 2097152
		get $R/cache -> uncached
		get $R/mode -> 0600
		get $R/scrub -> 0
		get $R/populate -> lazy
		exists $N -> no
		exists $S -> no
		open $N -> ENOENT
		put $R/revoke 1
		put $R/cache device
		rmdir $R
		mkdir $SRAM/regions/t0
		touch 0 -> SIGBUS@0x0
	EOF
}

@test "the memory is nobody's until the last user has closed, then free" {
	region t0 offset=1M size=64K
	hold "$N" 64K
	kexmap <<-EOF
		open $N
		map 0 64K
		put $R/revoke 1
		get $FPGA/free -> $((FPGA_SIZE - 65536))
		put $R/live 1 -> EBUSY
		get $R/live -> 0
		close
		get $FPGA/free -> $((FPGA_SIZE - 65536))
		unmap
		get $FPGA/free -> $((FPGA_SIZE - 65536))
		put $R/live 1 -> EBUSY
		put $R/offset auto
		put $R/size 63M
		put $R/live 1 -> ENOSPC
	EOF
	assert_missing "$N" "$S"
	release "$HOLDER"
	wait_until 5 free_is fpga "$FPGA_SIZE"
	put "$R/offset" 1M
	put "$R/size" 64K
	put "$R/live" 1
}

@test "live again gets other memory, and old users never see it" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K 1
		get $R/offset -> 0
		put $R/revoke 1
		put $R/live 1
		get $R/offset -> 65536
		get $FPGA/free -> $((FPGA_SIZE - 131072))
		touch 0 -> SIGBUS@0x0
		info size -> ENODEV
		open $N
		info phys -> 0x60010000
		info opens -> 1
		map 0 64K
		is 0 64K 0
		fill 0 64K 2
		use 0
		touch 0 w -> SIGBUS@0x0
		put $R/live 0 -> EBUSY
		use 1
		check 0 64K 2
		get $S/mappings -> 1
		put $R/revoke 1
		touch 0 -> SIGBUS@0x0
		put $R/live 1
		get $R/offset -> 131072
		get $FPGA/free -> $((FPGA_SIZE - 196608))
	EOF
	wait_until 5 free_is fpga $((FPGA_SIZE - 65536))
	assert_file "$S/opens" 0
}

@test "a file that is open but not mapped keeps the memory too" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		put $R/revoke 1
		get $FPGA/free -> $((FPGA_SIZE - 65536))
		close
		await $FPGA/free $FPGA_SIZE
		put $R/live 1
		put $R/revoke 1
		await $FPGA/free $FPGA_SIZE
	EOF
}

@test "however late in its mmap a process is, nothing is reachable after a revoke" {
	exits 0 kexstorm revoke fpga 3 2500
	assert_contains "$OUT" ok:
}
