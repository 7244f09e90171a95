#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a pool's device sees: PEEK, POKE, and the calls of the HMM test device.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "the device reads and writes pages in the pool, and no CPU fault happens" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		devread 0 64P -> 64P
		data 0
		devwrite 0 64P 2 -> 64P
		where 0 64P -> pool:64
		get $S/faults -> 0
		devread 0 64P -> 64P
		data 0 2
		check 0 64P 2
		where 0 64P -> ram:64
	EOF
}

@test "an unaligned part of a page is read and written as any other" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 4P
		fill 0 4P
		migrate 0 4P -> 4
		devwrite 24 8 7 -> 8
		devwrite 4088 4096 7 -> 4096
		devread 16 5000 -> 5000
		check 0 24
		check 24 8 7
		check 32 4056
		check 4088 4096 7
	EOF
}

@test "the device sees as far as pages are in the pool" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		devread 0 64P -> ENXIO
		devwrite 0 64P -> ENXIO
		migrate 0 16P -> 16
		devread 0 64P -> 16P
		devread 8P 64 -> 64
		devread 16P 64 -> ENXIO
		migrate 48P 16P -> 16
		devread 48P 17P -> 16P
		devread 0 0 -> EINVAL
		unmap
		devread 0 64 -> ENXIO
	EOF
}

@test "the device writes only where the process may" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		protect r
		devread 0 16P -> 16P
		data 0
		devwrite 0 16P 2 -> EPERM
		check 0 16P
		file 0
		close
		open $N r
		migrate 0 16P -> EBADF
		devwrite 0 16P 2 -> EBADF
	EOF
}

@test "a child's device view is of the child's memory" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		devread 0 16P -> 16P
		fork
		kid 1 devread 0 16P -> 16P
		kid 1 data 0
		kid 1 fill 0 16P 2
		kid 1 migrate 0 16P -> 16
		kid 1 devread 0 16P -> 16P
		kid 1 data 0 2
		migrate 0 16P -> 16
		devread 0 16P -> 16P
		data 0
		kill 1
		fork
		kid 2 devread 0 16P -> 16P
		close
		kid 2 devread 0 16P -> 16P
		kid 2 close
		get $S/opens -> 0
	EOF
}

# The kernel takes pages of the device's own for good as they are
@test "the mirror writes what a fork shares in the pool, each side its own" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		fork
		devwrite 0 16P 2 -> EPERM
		mirrorwrite 0 8P 2
		check 0 8P 2
		kid 1 check 0 8P
		where 8P 8P -> pool:8
		kid 1 mirrorwrite 8P 8P 3
		kid 1 check 8P 8P 3
		check 8P 8P
		migrate 0 16P -> 16
		protect r
		mirrorwrite 0 16P 4 -> EPERM
		check 0 8P 2
	EOF
}

@test "what was revoked the device does not see any more" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		devread 0 16P -> 16P
		put $R/revoke 1
		devread 0 16P -> ENODEV
		migrate 0 16P -> ENODEV
		where 0 16P -> ENODEV
		poolevict 1 -> ENODEV
		map 0 1P private -> ENODEV
		check 0 16P
		put $R/live 1
		devread 0 16P -> ENODEV
	EOF
}
