#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Evicting clears the page-table entries of every mapping; the next touch brings
# the same bytes back, at the price of one fault. The faults are those that the
# kernel counts for the process (getrusage), not the driver's.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "before an evict a touch costs no fault, after it one, with the same bytes" {
	local cache populate i=0
	for cache in write-back write-combine uncached device; do
		for populate in eager lazy; do
			region "t$i" size=64K cache="$cache" populate="$populate"
			kexmap <<-EOF
				open $N
				map 0 64K
				fill 0 64K 7
				faults 0 64K -> 0
				evict 0 64K
				faults 8K 4K -> 1
				faults 8K 4K w -> 0
				check 0 64K 7
				faults 0 64K -> 0
				evict 0 64K
				faults 60K 4K w -> 1
				check 0 64K 7
			EOF
			i=$((i + 1))
		done
	done
}

@test "the first access after an evict may as well be the write" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K 1
		evict 0 64K
		fill 0 64K 2
		evict 0 64K
		check 0 64K 2
		map 0 64K r
		check 0 64K 2
		evict 0 64K
		faults 0 4K -> 1
		check 0 64K 2
	EOF
}

@test "an evict of a range leaves its neighbours alone" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K 3
		evict 16K 8K
		get $S/resident -> 57344
		faults 0 16K -> 0
		faults 24K 40K -> 0
		faults 16K 4K -> 1
		check 0 64K 3
		map 32K 32K
		evict 36K 4K
		faults 0 4K -> 0
		faults 8K 24K -> 0
		faults 4K 4K -> 1
		use 0
		faults 36K 4K -> 1
		check 0 64K 3
	EOF
}

@test "an evict reaches every mapping: other processes, forked children, moved and split ones" {
	region t0 size=64K
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 map 0 64K
		kid 1 fill 0 64K 4
		kid 1 faults 0 64K -> 0
		open $N
		map 0 64K
		fork
		kid 2 faults 0 64K w -> ?
		kid 2 faults 0 64K w -> 0
		map 0 64K r
		move
		unmap 16K 4K
		faults 0 16K -> 0
		evict 0 64K
		faults 0 4K -> 1
		faults 20K 4K -> 1
		use 0
		faults 0 4K -> 1
		kid 1 faults 0 4K -> 1
		kid 2 faults 0 4K -> 1
		kid 1 check 0 64K 4
		kid 2 check 0 64K 4
		check 0 64K 4
		faults 0 64K -> 0
		kid 1 faults 0 64K -> 0
		kid 2 faults 0 64K -> 0
	EOF
}

@test "sysfs evicts the whole region or a range of it" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K 5
		put $S/evict 1
		get $S/resident -> 0
		faults 0 4K -> 1
		check 0 64K 5
		put $S/evict 0 4096
		get $S/resident -> 61440
		faults 4K 60K -> 0
		faults 0 4K -> 1
		put $S/evict 0x4000 8K
		faults 0 16K -> 0
		faults 24K 40K -> 0
		faults 16K 4K -> 1
		put $S/evict 0 64k
		faults 60K 4K -> 1
		check 0 64K 5
		get $S/evictions -> 4
	EOF
}

@test "what sysfs cannot evict it refuses, and evicts nothing" {
	local line
	region t0 size=64K
	hold "$N" 64K
	while IFS= read -r line; do
		assert_refused "${line%% *}" "$S/evict" "${line#* }"
	done <<-'EOF'
		EINVAL 
		EINVAL 0
		EINVAL x
		EINVAL -1
		EINVAL 1x
		EINVAL 0 0
		EINVAL 0 100
		EINVAL 100 4096
		EINVAL 0 4096 1
		EINVAL 0 4096x
		EINVAL 0+4096
		EINVAL 0 -4096
		EINVAL 0,4096
		ERANGE 0 68K
		ERANGE 64K 4K
		ERANGE 1G 4K
		ERANGE 18446744073709547520 8192
		ERANGE 0 18446744073709551616
	EOF
	assert_file "$S/evictions" 0
	assert_file "$S/resident" 65536
	assert_file "$S/state" resident
}

@test "state, resident and the counters tell what happened" {
	region t0 size=64K
	kexmap <<-EOF
		get $S/state -> resident
		get $S/resident -> 0
		open $N
		map 0 64K
		get $S/resident -> 65536
		map 0 32K
		get $S/resident -> 65536
		evict 0 32K
		get $S/state -> resident
		get $S/resident -> 32768
		get $S/evictions -> 1
		get $S/restores -> 0
		evict 0 64K
		get $S/state -> evicted
		get $S/resident -> 0
		get $S/evictions -> 2
		get $S/restores -> 0
		get $S/faults -> 0
		use 0
		faults 0 4K -> 1
		get $S/state -> resident
		get $S/faults -> 1
		is 0 64K 0
		faults 0 64K -> 0
		get $S/resident -> 65536
		get $S/evictions -> 2
	EOF
}

@test "an evict of what nobody has mapped is done and counted" {
	region t0 size=64K populate=lazy
	kexmap <<-EOF
		put $S/evict 1
		get $S/state -> evicted
		open $N
		pread 0 64K -> 65536
		datais 0
		map 0 64K
		faults 0 4K -> 1
		is 0 64K 0
		get $S/state -> resident
		unmap
		evict 0 64K
		evict 0 64K
		get $S/evictions -> 3
		get $S/resident -> 0
	EOF
}

@test "read and write reach evicted memory, and the mapping finds what they wrote" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K 1
		evict 0 64K
		pread 0 64K -> 65536
		data 0 1
		pwrite 0 64K 2 -> 65536
		check 0 64K 2
		evict 0 64K
		unmap
		map 0 64K
		check 0 64K 2
	EOF
}

@test "a large region comes back whole, whatever was evicted of it" {
	region t0 size=8M
	kexmap <<-EOF
		open $N
		map 0 8M
		fill 0 8M 6
		evict 0 8M
		faults 0 4K -> 1
		check 0 8M 6
		evict 2M 2M
		check 0 8M 6
		evict 1M 4M
		evict 4092K 8K
		fill 4M 4K 7
		check 0 4M 6
		check 4M 4K 7
		check 4100K 4092K 6
	EOF
}

@test "no written byte is lost while others evict all the time" {
	region t0 size=256K
	kexmap <<-EOF
		open $N
		map 0 256K
		fork
		fork
		fork
		send 1 spin 0 64K 1500 1
		send 2 spin 64K 64K 1500 2
		send 3 evictfor 0 256K 1500
		spin 128K 64K 1500 3
		recv 1
		recv 2
		recv 3
		is 192K 64K 0
	EOF
	read -r OUT <"$S/evictions"
	((OUT > 10)) || fail "only $OUT evictions"
	read -r OUT <"$S/restores"
	((OUT > 10)) || fail "only $OUT restores"
}
