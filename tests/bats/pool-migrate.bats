#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What moves into a pool and back, and the reasons of what does not.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# The frames that are free since then others have before it comes back
# seed: 3.1 3.6 5.3
@test "a page in a pool has no frame, and comes back with its bytes in another" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		frame 0 keep -> present
		migrate 0 16P -> 16
		frame 0 -> swapped
		where 0 16P -> pool:16
		get $S/used -> 16P
		get $S/migrated_in -> 16
		anon 64P
		fill 0 64P 2
		use 0
		check 0 16P
		frame 0 other -> present
		where 0 16P -> ram:16
		get $S/used -> 0
		get $S/migrated_out -> 16
		get $S/fault_pages -> 16
	EOF
}

# seed: 3.4
@test "memory that was never touched is zeroes, whatever the pool held before" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		unmap
		anon 64P
		migrate 0 64P -> 64
		is 0 64P 0
		anon 64P
		is 0 64P 0
		where 0 64P -> zero:64
		migrate 0 64P -> 64
		is 0 64P 0
	EOF
}

@test "a range of several VMAs and holes moves as far as there is memory" {
	need_pools
	pool p0 size=4M
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		unmap 8P 8P
		migrate 0 64P -> 56
		why -> moved=56,hole=8
		where 0 64P -> pool:8,none:8,pool:48
		check 0 8P
		check 16P 48P
		migrate 0 64P -> 56
		home 0 64P -> 56
		why -> moved=56,hole=8
		home 0 64P -> 0
		why -> there=56,hole=8
	EOF
}

@test "a way home of many steps ends where it was to, and takes nothing else along" {
	local all=$((80 * 1024 * 1024 / PAGE))
	need_pools
	pool p0 size=8M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		anon 80M
		fill 0 16P
		fill 64M 16P
		migrate 0 16P -> 16
		migrate 64M 16P -> 16
		unmap 40M 1M
		home 0 80M -> 32
		why -> moved=32,there=$((all - 32 - 1048576 / PAGE)),hole=$((1048576 / PAGE))
		check 0 16P
		check 64M 16P
		use 0
		where 0 16P -> pool:16
		get $S/used -> 16P
		check 0 16P
	EOF
}

# seed: 3.5
@test "read-only memory moves and stays read-only" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		protect r
		migrate 0 16P -> 16
		check 0 16P
		fill 0 8 -> SIGSEGV@0x0
		migrate 0 16P -> 16
		protect rw
		fill 0 16P 2
		check 0 16P 2
	EOF
}

@test "memory that parent and child share moves for both, and each writes its own" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		fork
		migrate 0 16P -> 16
		get $S/used -> 16P
		where 0 16P -> pool:16
		kid 1 where 0 16P -> pool:16
		kid 1 fill 0 8P 2
		check 0 16P
		kid 1 check 0 8P 2
		kid 1 check 8P 8P
	EOF
}

@test "a page in a pool is copied on write, by either side" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		fork
		kid 1 fill 0 16P 2
		check 0 16P
		migrate 0 16P -> 16
		fill 0 16P 3
		kid 1 check 0 16P 2
		check 0 16P 3
	EOF
}

@test "another process's memory needs CAP_SYS_PTRACE, and one's own does not" {
	need_pools
	pool p0 size=2M mode=0666
	kexmap <<-EOF
		anon 16P
		fork
		kid 1 open $N
		kid 1 fill 0 16P
		open $N
		migrate 0 16P kid 1 -> 16
		where 0 16P kid 1 -> pool:16
		where 0 16P -> none:16
		home 0 16P kid 1 -> 16
		kid 1 check 0 16P
		migrate 0 16P 999999 -> ESRCH
		migrate 0 16P 2 -> ESRCH
		migrate 0 16P -1 -> EINVAL
		kid 1 setuid 1000
		kid 1 migrate 0 16P 1 -> EPERM
		kid 1 where 0 16P 1 -> EPERM
		kid 1 home 0 16P 1 -> EPERM
		kid 1 migrate 0 16P 999999 -> EPERM
		kid 1 migrate 0 16P -> 16
		kid 1 check 0 16P
	EOF
}

@test "what cannot move stays, with its reason" {
	need_pools
	pool p0 size=2M
	pool p1 size=2M
	kexmap <<-EOF
		open /dev/kex/p0
		open /dev/kex/p1
		anon 16P shared
		fill 0 16P
		migrate 0 16P -> 0
		why -> file=16
		where 0 16P -> file:16
		anon 16P
		fill 0 16P
		file 0
		migrate 0 16P -> 16
		file 1
		migrate 0 16P -> 0
		why -> foreign=16
		where 0 16P -> foreign:16
		home 0 16P -> 0
		why -> foreign=16
		check 0 16P
		lock
		migrate 0 16P -> 16
		migrate 0 16P -> 0
		why -> there=16
		check 0 16P
	EOF
}

@test "a mapping of a region does not move" {
	need_pools
	region t0 size=64P
	pool p0 size=64P
	kexmap <<-EOF
		open /dev/kex/t0
		map 0 64P
		fill 0 64P
		open $N
		migrate 0 64P -> 0
		why -> special=64
		where 0 64P -> special:64
		check 0 64P
	EOF
}

@test "huge pages move, whole or in part" {
	need_pools
	pool p0 size=8M
	kexmap <<-EOF
		open $N
		anon 4M huge
		fill 0 4M
		migrate 0 4M -> $((4194304 / PAGE))
		check 0 4M
		anon 4M huge
		fill 0 4M
		migrate 16P 1P -> 1
		where 16P 1P -> pool:1
		check 0 4M
		anon 4M huge
		migrate 0 4M -> $((4194304 / PAGE))
		is 0 4M 0
	EOF
}

@test "bad ranges are refused and change nothing" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 1 16P -> EINVAL
		migrate 0 100 -> EINVAL
		migrate 0 0 -> EINVAL
		migrate at 0xffffffffffff0000 128K -> EINVAL
		migrate at 0xffff000000000000 64K -> EFAULT
		migrate at 0xfffffffffff0000 64K -> EFAULT
		home at 0xffffffffffff0000 128K -> EINVAL
		home at 0xffff000000000000 64K -> EFAULT
		where 1 16P -> EINVAL
		where 0 0 -> EINVAL
		where at 0xffffffffffff0000 128K -> EINVAL
		where at 0xffff000000000000 64K -> EFAULT
		where at 0xfffffffffff0000 64K -> EFAULT
		devread at 0xffffffffffffff00 512 -> EINVAL
		devread at 0xffff000000000000 64K -> EFAULT
		devwrite at 0xffffffffffffff00 512 -> EINVAL
		devwrite at 0xffff000000000000 64K -> EFAULT
		devwrite at 0xfffffffffffff00 512 -> EFAULT
		migrate at 0x10000 64K -> 0
		ioctl 0xbe10 null -> EFAULT
		ioctl 0xbe11 null -> EFAULT
		close
		open $N r
		migrate 0 16P -> EBADF
		where 0 16P -> ram:16
	EOF
}

@test "what was never touched is not in the pool, and no hole, to one who wants it home" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 8P
		fill 0 2P
		migrate 0 2P -> 2
		unmap 6P 2P
		home 0 8P -> 2
		why -> moved=2,there=4,hole=2
	EOF
}

# Two parts of 8 MiB, 3 GiB apart
@test "a range of GiBs over a small pool goes through it, and all bytes are there" {
	local part=$((8388608 / PAGE)) all=$((3221225472 / PAGE))
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 3G
		unmap 8M 3056M
		fill 0 8M
		fill 3064M 8M
		migrate 0 3G -> $((2 * part))
		why -> moved=$((2 * part)),hole=$((all - 2 * part))
		get $S/migrated_in -> $((2 * part))
		get $S/used -> 2097152
		home 0 3G -> $((2097152 / PAGE))
		why -> moved=$((2097152 / PAGE)),there=$((2 * part - 2097152 / PAGE)),hole=$((all - 2 * part))
		get $S/used -> 0
		get $S/migrated_out -> $((2 * part))
		check 0 8M
		check 3064M 8M
		migrate at 0x1000000000 64G -> 0
	EOF
}

@test "an action on the pool sends all home, or a range of it" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		put $S/evict 0 $((16 * PAGE))
		get $S/used -> 48P
		evict 16P 16P
		get $S/used -> 32P
		put $S/evict 1
		get $S/used -> 0
		where 0 64P -> ram:64
		frame 0 -> present
		get $S/evictions -> 3
		check 0 64P
	EOF
}
