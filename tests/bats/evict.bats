#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Evicting clears the page-table entries of every mapping; the next touch brings
# the same bytes back, at the price of one fault. The faults are those that the
# kernel counts for the process (getrusage), not the driver's.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# seed: 1.6
@test "before an evict a touch costs no fault, after it one, with the same bytes" {
	local cache populate i=0
	for cache in write-back write-combine uncached device; do
		for populate in eager lazy; do
			region "t$i" size=16P cache="$cache" populate="$populate"
			kexmap <<-EOF
				open $N
				map 0 16P
				fill 0 16P 7
				faults 0 16P -> 0
				evict 0 16P
				faults 2P 1P -> 1
				faults 2P 1P w -> 0
				check 0 16P 7
				faults 0 16P -> 0
				evict 0 16P
				faults 15P 1P w -> 1
				check 0 16P 7
			EOF
			i=$((i + 1))
		done
	done
}

@test "the first access after an evict may as well be the write" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		evict 0 16P
		fill 0 16P 2
		evict 0 16P
		check 0 16P 2
		map 0 16P r
		check 0 16P 2
		evict 0 16P
		faults 0 1P -> 1
		check 0 16P 2
	EOF
}

# seed: 2.3
@test "an evict of a range leaves its neighbours alone" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 3
		evict 4P 2P
		get $S/resident -> 14P
		faults 0 4P -> 0
		faults 6P 10P -> 0
		faults 4P 1P -> 1
		check 0 16P 3
		map 8P 8P
		evict 9P 1P
		faults 0 1P -> 0
		faults 2P 6P -> 0
		faults 1P 1P -> 1
		use 0
		faults 9P 1P -> 1
		check 0 16P 3
	EOF
}

@test "an evict reaches every mapping: other processes, forked children, moved and split ones" {
	region t0 size=16P
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 map 0 16P
		kid 1 fill 0 16P 4
		kid 1 faults 0 16P -> 0
		open $N
		map 0 16P
		fork
		kid 2 faults 0 16P w -> ?
		kid 2 faults 0 16P w -> 0
		map 0 16P r
		move
		unmap 4P 1P
		faults 0 4P -> 0
		evict 0 16P
		faults 0 1P -> 1
		faults 5P 1P -> 1
		use 0
		faults 0 1P -> 1
		kid 1 faults 0 1P -> 1
		kid 2 faults 0 1P -> 1
		kid 1 check 0 16P 4
		kid 2 check 0 16P 4
		check 0 16P 4
		faults 0 16P -> 0
		kid 1 faults 0 16P -> 0
		kid 2 faults 0 16P -> 0
	EOF
}

@test "sysfs evicts the whole region or a range of it" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 5
		put $S/evict 1
		get $S/resident -> 0
		faults 0 1P -> 1
		check 0 16P 5
		put $S/evict 0 $PAGE
		get $S/resident -> 15P
		faults 1P 15P -> 0
		faults 0 1P -> 1
		put $S/evict $(printf 0x%x $((4 * PAGE))) $((2 * PAGE >> 10))K
		faults 0 4P -> 0
		faults 6P 10P -> 0
		faults 4P 1P -> 1
		put $S/evict 0 $((16 * PAGE >> 10))k
		faults 15P 1P -> 1
		check 0 16P 5
		get $S/evictions -> 4
	EOF
}

@test "what sysfs cannot evict it refuses, and evicts nothing" {
	local line
	region t0 size=16P
	hold "$N" 16P
	while IFS= read -r line; do
		assert_refused "${line%% *}" "$S/evict" "${line#* }"
	done <<-EOF
		EINVAL 
		EINVAL 0
		EINVAL x
		EINVAL -1
		EINVAL 1x
		EINVAL 0 0
		EINVAL 0 100
		EINVAL 100 65536
		EINVAL 0 65536 1
		EINVAL 0 65536x
		EINVAL 0+65536
		EINVAL 0 -65536
		EINVAL 0,65536
		ERANGE 0 $((17 * PAGE))
		ERANGE $((16 * PAGE)) $PAGE
		ERANGE 1G 64K
		ERANGE 18446744073709486080 131072
		ERANGE 0 18446744073709551616
	EOF
	assert_file "$S/evictions" 0
	assert_file "$S/resident" $((16 * PAGE))
	assert_file "$S/state" resident
}

# seed: 1.6
@test "state, resident and the counters tell what happened" {
	region t0 size=16P
	kexmap <<-EOF
		get $S/state -> resident
		get $S/resident -> 0
		open $N
		map 0 16P
		get $S/resident -> 16P
		map 0 8P
		get $S/resident -> 16P
		evict 0 8P
		get $S/state -> resident
		get $S/resident -> 8P
		get $S/evictions -> 1
		get $S/restores -> 0
		evict 0 16P
		get $S/state -> evicted
		get $S/resident -> 0
		get $S/evictions -> 2
		get $S/restores -> 0
		get $S/faults -> 0
		use 0
		faults 0 1P -> 1
		get $S/state -> resident
		get $S/faults -> 1
		is 0 16P 0
		faults 0 16P -> 0
		get $S/resident -> 16P
		get $S/evictions -> 2
	EOF
}

@test "an evict of what nobody has mapped is done and counted" {
	region t0 size=16P populate=lazy
	kexmap <<-EOF
		put $S/evict 1
		get $S/state -> evicted
		open $N
		pread 0 16P -> 16P
		datais 0
		map 0 16P
		faults 0 1P -> 1
		is 0 16P 0
		get $S/state -> resident
		unmap
		evict 0 16P
		evict 0 16P
		get $S/evictions -> 3
		get $S/resident -> 0
	EOF
}

@test "read and write reach evicted memory, and the mapping finds what they wrote" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		evict 0 16P
		pread 0 16P -> 16P
		data 0 1
		pwrite 0 16P 2 -> 16P
		check 0 16P 2
		evict 0 16P
		unmap
		map 0 16P
		check 0 16P 2
	EOF
}

@test "a large region comes back whole, whatever was evicted of it" {
	region t0 size=8M
	kexmap <<-EOF
		open $N
		map 0 8M
		fill 0 8M 6
		evict 0 8M
		faults 0 1P -> 1
		check 0 8M 6
		evict 2M 2M
		check 0 8M 6
		evict 1M 4M
		evict $(((4 << 20) - PAGE)) 2P
		fill 4M 1P 7
		check 0 4M 6
		check 4M 1P 7
		check $(((4 << 20) + PAGE)) $(((4 << 20) - PAGE)) 6
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

@test "what was evicted page by page comes back by one fault" {
	local i
	region t0 size=64P
	{
		printf '%s\n' "open $N" 'map 0 64P' 'fill 0 64P 1'
		for ((i = 0; i < 64; i += 2)); do
			echo "evict ${i}P 1P"
		done
		for ((i = 63; i > 0; i -= 2)); do
			echo "evict ${i}P 1P"
		done
		printf '%s\n' "get $S/state -> evicted" 'faults 40P 1P -> 1' 'faults 0 64P -> 0' \
			"get $S/state -> resident" "get $S/restores -> 1" 'check 0 64P 1'
		for ((i = 0; i < 64; i++)); do
			echo "hold ${i}P 1P"
		done
		for ((i = 0; i < 64; i++)); do
			echo "restore ${i}P 1P"
		done
		printf '%s\n' 'faults 0 1P -> 1' 'faults 0 64P -> 0' 'check 0 64P 1'
	} | kexmap
}

@test "state is right however many pieces the pages' states lie in" {
	local i
	window w0 size=6000P
	{
		echo "open $N"
		for ((i = 0; i < 6000; i += 4)); do
			printf 'hold %dP 2P\nrestore %dP 1P\n' "$i" "$i"
		done
		printf '%s\n' "get $S/state -> held" 'info state -> 2' 'restore 0 5997P' \
			"get $S/state -> held" "restore 0 6000P" "get $S/state -> resident" \
			'hold 0 6000P' 'restore 0 6000P' 'evict 0 6000P' "get $S/state -> evicted"
	} | kexmap
}
