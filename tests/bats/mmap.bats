#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a mapping shows, and what mmap refuses.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# seed: 2.4
@test "bytes written through one mapping are read through another, for each cache attribute" {
	local cache i=0
	for cache in write-back write-combine uncached device; do
		region "t$i" size=256K cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 256K
			is 0 256K 0
			fill 0 256K 7
			fork
			kid 1 open $N
			kid 1 map 0 256K
			kid 1 check 0 256K 7
			kid 1 fill 64K 64K 8
			check 64K 64K 8
			check 0 64K 7
			check 128K 128K 7
		EOF
		i=$((i + 1))
	done
	assert_file "$KEX_CLASS/t1/cache" write-combine
}

@test "an offset and a length inside the region show that part of it" {
	region t0 size=64P
	kexmap <<-EOF
		open $N
		map 0 64P
		fill 0 64P 3
		map 16P 16P
		check 0 16P 3
		map 63P 1P
		check 0 1P 3
		fill 0 1P 4
		use 0
		check 63P 1P 4
		check 0 63P 3
	EOF
}

@test "mmap refuses what is not a shared, aligned part of the region" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 17P -> EINVAL
		map 16P 1P -> EINVAL
		map 15P 2P -> EINVAL
		map 0 128M -> EINVAL
		map 0xffffffffffff0000 64K -> EOVERFLOW
		map 0x7fffffffffff0000 128K -> EINVAL
		map 0 16P private -> EINVAL
		map 0 1P r private -> EINVAL
		map 1 1P -> EINVAL
		map 2048 1P -> EINVAL
		map $((PAGE / 2)) 1P -> EINVAL
		map 0 0 -> EINVAL
		get $S/mappings -> 0
		get $S/resident -> 0
		map 15P 1P
		map 0 100
		touch $((PAGE - 1))
	EOF
}

@test "code can be run from write-back memory only, by mmap and by mprotect" {
	local cache
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K rx
		map 0 64K rwx
		map 0 64K r
		protect rx
	EOF
	for cache in write-combine uncached device; do
		region "x-$cache" size=64K cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 64K rx -> EPERM
			map 0 64K rwx -> EPERM
			map 0 64K x -> EPERM
			map 0 64K rw
			protect rx -> EACCES
			touch 0 w
		EOF
	done
}

@test "a file that is open for reading maps for reading only" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K 2
		open $N r
		map 0 64K rw -> EACCES
		map 0 64K r
		check 0 64K 2
		protect rw -> EACCES
		touch 0 w -> SIGSEGV@0x0
		open $N w
		map 0 64K rw -> EACCES
	EOF
}

@test "a forked child shares the mapping, and it outlives its parent's" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		fork
		kid 1 check 0 16P 1
		kid 1 fill 0 1P 2
		check 0 1P 2
		unmap
		close
		get $S/mappings -> 1
		kid 1 check 0 1P 2
		kid 1 check 1P 15P 1
		put $R/live 0 -> EBUSY
		reap 1
		await $S/mappings 0
		put $R/live 0
	EOF
}

@test "a mapping may be split and moved but not grown" {
	region t0 size=256K
	kexmap <<-EOF
		open $N
		map 0 256K
		fill 0 256K 6
		remap 512K -> EFAULT
		check 0 256K 6
		move
		check 0 256K 6
		unmap 64K 64K
		check 0 64K 6
		touch 64K -> SIGSEGV@0x10000
		check 128K 128K 6
		get $S/mappings -> 2
		evict 0 256K
		check 0 64K 6
		check 128K 128K 6
		unmap 0 64K
		get $S/mappings -> 1
		unmap 128K 128K
		get $S/mappings -> 0
		get $S/resident -> 0
	EOF
}

@test "an eager mapping costs no fault at its first touch and a lazy one does, once" {
	region t0 size=16P populate=eager
	kexmap <<-EOF
		open $N
		map 0 16P
		get $S/resident -> 16P
		smaps Rss -> 0,kB
		faults 0 16P -> 0
		faults 0 16P w -> 0
		get $S/faults -> 0
	EOF
	region t1 size=16P populate=lazy
	kexmap <<-EOF
		open $N
		map 0 16P
		get $S/resident -> 0
		faults 1P 1P -> 1
		faults 1P 1P w -> 0
		get $S/faults -> 1
		is 0 16P 0
		get $S/resident -> 16P
		faults 0 16P w -> 0
		get $S/restores -> 0
	EOF
}

@test "a mapping keeps the region when its file is closed" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		get $S/opens -> 1
		map 0 64K
		close
		get $S/opens -> 1
		fill 0 64K 9
		open $N
		get $S/opens -> 2
		map 0 64K
		check 0 64K 9
		get $S/mappings -> 2
		use 0
		unmap
		get $S/opens -> 1
		get $S/mappings -> 1
	EOF
	wait_until 5 assert_file "$S/opens" 0
}

# seed: 2.2
@test "a mapping is neither grown, dumped nor copied as ordinary memory is" {
	local flags
	region t0 size=64K
	flags=$(kexmap "open $N" 'map 0 64K' 'smaps VmFlags -> ?')
	for flag in pf io de dd; do
		[[ ,$flags, == *,$flag,* ]] || fail "VmFlags $flags lack $flag"
	done
}

@test "a debugger reads and writes a mapping as far as it may itself, and not behind it" {
	local cache
	for cache in write-back device; do
		region "r-$cache" size=16P cache="$cache"
		kexmap <<-EOF
			open $N
			map 4P 8P
			unmap 4P 4P
			fill 0 4P 3
			mem 0 4P -> 4P
			data $((4 * PAGE)) 3
			memw 2P 1P 4 -> 1P
			check 2P 1P 4
			check 0 2P 3
			mem 3P 2P -> 1P
			memw 3P 2P -> 1P
			evict 0 16P
			mem 0 1P -> 1P
			data $((4 * PAGE)) 3
			open $N r
			map 0 16P r
			mem 4P 1P -> 1P
			data $((4 * PAGE)) 3
			memw 4P 1P 5 -> EIO
			check 4P 2P 3
			put $R/revoke 1
			mem 0 1P -> EIO
			use 0
			memw 0 1P -> EIO
		EOF
	done
}
