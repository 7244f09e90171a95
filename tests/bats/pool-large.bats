#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Huge pages that migrate as one, on kernels that can; and where it takes their
# pages one by one.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

STOP=/sys/module/kex/parameters/stop
FAIL=/sys/module/kex/parameters/fail
BIG=$((2 << 20))
NR=$((BIG / PAGE))

# Device folios of 2 MiB came with 6.19, and kex has room for those of 4K pages
KEX_NEEDS=need_large
need_large() {
	local release
	need_pools
	read -r release </proc/sys/kernel/osrelease
	((${release%%.*} >= 7)) || skip "Linux $release has no large device folios"
	[ "$PAGE" = 4096 ] || skip "huge pages are larger than a batch"
}

teardown() {
	echo none >"$STOP"
	echo none >"$FAIL"
	kex_teardown
}

# Lines for kexmap: a huge page of memory, filled and for sure one
huge_page() {
	printf '%s\n' "open $N" 'anon 2M huge' 'fill 0 2M' 'smaps AnonHugePages -> 2048,kB'
}

# seed: 3.6
@test "a huge page moves in as one, and one CPU fault brings it back as one" {
	pool p0 size=4M fault_around=1
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		where 0 2M -> pool:$NR
		get $S/used -> $BIG
		frame 0 -> swapped
		frame 2044K -> swapped
		check 1M 8
		get $S/faults -> 1
		get $S/fault_pages -> $NR
		get $S/used -> 0
		check 0 2M
		get $S/faults -> 1
		smaps AnonHugePages -> 2048,kB
		home 0 2M -> 0
		migrate 0 2M -> $NR
		home 0 2M -> $NR
		why -> moved=$NR
		smaps AnonHugePages -> 2048,kB
		check 0 2M
	EOF
}

@test "memory that was never touched becomes a huge page of zeroes, but not where it may not" {
	pool p0 size=4M
	kexmap <<-EOF
		open $N
		anon 2M huge
		fill 0 2M
		migrate 0 2M -> $NR
		unmap
		anon 2M huge
		migrate 0 2M -> $NR
		is 0 2M 0
		get $S/faults -> 1
		smaps AnonHugePages -> 2048,kB
		anon 2M
		migrate 0 2M -> $NR
		is 0 2M 0
		smaps AnonHugePages -> 0,kB
	EOF
}

@test "where the pool has no 2 MiB in one piece a huge page moves page by page" {
	pool p0 size=4M
	kexmap <<-EOF
		open $N
		anon 4M
		fill 0 4M
		migrate 0 4M -> $((2 * NR))
		home 4K 2M -> $NR
		anon 2M huge
		fill 0 2M 2
		migrate 0 2M -> $NR
		get $S/used -> $((2 * BIG))
		get $S/policy_evictions -> 0
		check 0 2M 2
		smaps AnonHugePages -> 0,kB
		use 0
		check 0 4M
	EOF
}

@test "a huge page in the pool that parent and child share is each's own after a write" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		fork
		kid 1 where 0 2M -> pool:$NR
		kid 1 fill 0 8 2
		check 0 2M
		kid 1 check 0 8 2
		kid 1 check 4K 2044K
		migrate 0 2M -> $NR
		check 0 2M
		kid 1 check 4K 2044K
	EOF
}

@test "a huge page in the pool of which a part is unmapped keeps the rest, and frees all in the end" {
	local backing
	for backing in carveout system; do
		pool "p$backing" size=4M backing="$backing"
		kexmap <<-EOF
			$(huge_page)
			migrate 0 2M -> $NR
			unmap 0 1M
			check 1M 1M
			anon 2M huge
			fill 0 2M
			migrate 0 2M -> $NR
			unmap 4K 4K
			put $S/evict 1
			check 0 4K
			check 8K 2040K
			get $S/used -> 0
		EOF
	done
}

@test "a huge page in the pool of which one small page is left goes home, by an eviction and a revoke" {
	local at
	for at in 0 $((BIG / 2)) $((BIG - PAGE)); do
		pool "p$at" size=2M
		kexmap <<-EOF
			$(huge_page)
			migrate 0 2M -> $NR
			$( ((at == 0)) || echo "unmap 0 $at")
			$( ((at + PAGE == BIG)) || echo "unmap $((at + PAGE)) $((BIG - at - PAGE))")
			put $S/evict 1
			get $S/used -> 0
			check $at 4K
			$(huge_page)
			migrate 0 2M -> $NR
			unmap 4K
			put $R/revoke 1
			check 0 4K
		EOF
	done
}

@test "a huge page in the pool that lies in two VMAs goes home with one eviction" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		protect r 0 1M
		put $S/evict 1
		get $S/used -> 0
		check 0 2M
	EOF
}

@test "the device reads and writes a huge page in the pool, at its end too" {
	local backing
	for backing in carveout system; do
		pool "p$backing" size=4M backing="$backing"
		kexmap <<-EOF
			$(huge_page)
			migrate 0 2M -> $NR
			devread 0 64K -> 65536
			data 0
			devread 1M 64K -> 65536
			data 1M
			devwrite 2044K 4K 7 -> 4096
			devread 2044K 4K -> 4096
			data 2044K 7
			where 0 2M -> pool:$NR
			check 2044K 4K 7
			check 0 2044K
			get $S/faults -> 1
		EOF
	done
}

@test "an eviction sends a huge page home as one, also when a part of it is asked for" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		put $S/evict 1
		get $S/used -> 0
		smaps AnonHugePages -> 2048,kB
		check 0 2M
		migrate 0 2M -> $NR
		put $S/evict 2M 2M
		put $S/evict 64K 64K
		get $S/used -> 0
		smaps AnonHugePages -> 2048,kB
		check 0 2M
	EOF
}

@test "without a huge page of memory a fault, a migrate and an eviction split it and lose nothing" {
	local backing
	for backing in carveout system; do
		pool "p$backing" size=4M backing="$backing"
		kexmap <<-EOF
			$(huge_page)
			migrate 0 2M -> $NR
			put $FAIL large_home 1
			check 1M 8
			smaps AnonHugePages -> 0,kB
			check 0 2M
			put $FAIL none
			anon 2M huge
			fill 0 2M
			migrate 0 2M -> $NR
			put $FAIL large_home 1
			home 0 2M -> $NR
			smaps AnonHugePages -> 0,kB
			check 0 2M
			put $FAIL none
			anon 2M huge
			fill 0 2M
			migrate 0 2M -> $NR
			put $FAIL large_home 1
			put $S/evict 1
			get $S/used -> 0
			smaps AnonHugePages -> 0,kB
			check 0 2M
			put $FAIL none
		EOF
	done
}

@test "a huge page goes home from behind many address spaces that might have it and do not" {
	pool p0 size=2M
	kexmap <<-EOF
		anon 4M huge
		fill 0 4K
		$(printf 'fork\n%.0s' {1..20})
		unmap 0 2M
		open $N
		fill 2M 2M
		run grep -q '^AnonHugePages: *2048 kB' /proc/\$PID/smaps_rollup -> 0
		migrate 2M 2M -> $NR
		put $S/evict 1
		get $S/used -> 0
		run grep -q '^AnonHugePages: *2048 kB' /proc/\$PID/smaps_rollup -> 0
		check 2M 2M
	EOF
}

@test "a huge page of private /dev/zero with an offset goes home, alone and shared" {
	pool p0 size=4M
	kexmap <<-EOF
		open /dev/zero
		map 16M 4M rw private
		advise huge
		fill 0 4M
		smaps AnonHugePages -> 4096,kB
		open $N
		migrate 0 4M -> $((2 * NR))
		put $S/evict 1
		get $S/used -> 0
		smaps AnonHugePages -> 4096,kB
		migrate 0 4M -> $((2 * NR))
		fork
		put $S/evict 1
		get $S/used -> 0
		check 0 4M
		kid 1 check 0 4M
	EOF
}

# Linux 7.3 splits it for one of them, and forgets the others where one unmaps it
@test "a huge page in the pool that parent and child share comes home in parts, for both" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		fork
		put $FAIL large_home 1
		home 0 2M -> $NR
		put $FAIL none
		check 0 2M
		kid 1 check 0 2M
		migrate 0 2M -> $NR
		unmap
		kid 1 unmap
		$(huge_page)
		migrate 0 2M -> $NR
		fork
		put $S/evict 1
		get $S/used -> 0
		smaps AnonHugePages -> 0,kB
		check 0 2M
		kid 2 check 0 2M
	EOF
}

# Linux 7.3 puts a device folio once more when its migration entry is unmapped
@test "a huge page that is given up while an eviction has it is not free before that ends" {
	local backing
	for backing in carveout system; do
		pool "p$backing" size=2M backing="$backing"
		kexmap <<-EOF
			fork
			$(huge_page)
			migrate 0 2M -> $NR
			put $STOP evict_run
			send 1 put $S/evict 1
			await $STOP evict_run
			asleep 1 kex_point
			advise dontneed
			get $S/used -> $BIG
			put $STOP none
			recv 1
			get $S/used -> 0
			is 0 2M 0
			unmap
			run grep '^AnonPages: *0 kB' /proc/meminfo -> 1
			$(huge_page)
			migrate 0 2M -> $NR
			check 0 2M
			anon 4M
			fill 0 4M
			migrate 0 2M -> $NR
			home 0 2M -> $NR
			check 0 4M
		EOF
	done
}

# Linux 7.3 splits a large folio that it has unmapped by its migration entry, and takes
# a reference that goes with that: who unmaps a part of it has split the entry before
@test "a part of a huge page that is given up while all of it goes home in parts takes nothing with it" {
	local way
	pool p0 size=4M
	for way in "migrate_home home 0 2M -> $NR" 'large_split check 0 8 -> ok'; do
		kexmap <<-EOF
			$(huge_page)
			migrate 0 2M -> $NR
			thread
			put $FAIL large_home 1
			put $STOP ${way%% *}
			send 1 $(cut -d " " -f 2-4 <<<"$way")
			await $STOP ${way%% *}
			advise dontneed 1M 4K
			put $STOP none
			recv 1 -> ${way##* }
			put $FAIL none
			check 0 1M
			is 1M 4K 0
			check 1028K 1020K
			get $S/used -> 0
			migrate 0 2M -> $NR
			put $S/evict 1
			get $S/used -> 0
			check 0 1M
		EOF
	done
}

@test "a process that ends while another, without a huge page of memory, touches what both have takes nothing along" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		fork
		thread
		put $FAIL large_home 1
		put $STOP large_split
		send 2 check 0 8
		await $STOP large_split
		kill 1
		put $STOP none
		recv 2 -> ok
		put $FAIL none
		check 0 2M
		get $S/used -> 0
	EOF
}

# get_user_pages() comes again with mmap_lock held, unless it is told to let it go: with
# somebody who waits for that lock for writing, nobody else would have it
@test "a split for who pins a huge page, while another thread of his maps, comes to an end" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		thread
		thread
		put $FAIL large_home 1
		put $STOP large_split
		send 1 pin 1M 4K
		await $STOP large_split
		send 2 anon 4K
		put $STOP none
		recv 1 -> ok
		recv 2 -> ok
		put $FAIL none
		use 0
		unpin
		check 0 2M
		get $S/used -> 0
	EOF
}

# As with a way home by command: of what several processes have, each that unmaps it on
# its way takes a reference which is not its own
@test "a huge page that three processes have outlives two of them amid a fault of the third" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		fork
		fork
		thread
		put $STOP fault_home
		send 3 check 0 8
		await $STOP fault_home
		kill 1
		kill 2
		put $STOP none
		recv 3 -> ok
		check 0 2M
		get $S/used -> 0
		migrate 0 2M -> $NR
		check 0 2M
	EOF
}

# What migrates around a fault holds the lock of the folio that the fault is about:
# when that is split under it, the first page has none, and is given back one too few
@test "a large folio of many entries is split before a reader in order brings its midst" {
	pool p0 size=4M fault_around=64
	kexmap <<-EOF
		open $N
		anon 1M
		fill 0 1M
		migrate 0 1M -> $((NR / 2))
		check 0 1M
		$(huge_page)
		migrate 0 2M -> $NR
		put $FAIL large_home 1
		check 12K 8
		put $FAIL none
		check 0 2M
		where 0 2M -> ram:$NR
		migrate 0 2M -> $NR
		put $S/evict 1
		get $S/used -> 0
		check 0 2M
		$(huge_page)
		migrate 0 2M -> $NR
		home 1M 4K -> 1
		check $((1024 * 1024 + 3 * 4096)) 8
		check 0 2M
		migrate 0 2M -> $NR
		check 0 2M
	EOF
}

@test "a revoke that has no huge page splits what parent and child have, a part of it moved elsewhere" {
	pool p0 size=4M
	kexmap <<-EOF
		$(huge_page)
		migrate 0 2M -> $NR
		fork
		unmap 0 1M
		kid 1 move
		put $FAIL large_home 1
		put $R/revoke 1
		put $FAIL none
		check 1M 1M
		kid 1 check 0 2M
		exists $S -> no
	EOF
}

@test "a pool of system memory takes a huge page in small ones when it has none" {
	pool p0 size=4M backing=system
	kexmap <<-EOF
		$(huge_page)
		put $FAIL large_back 1
		migrate 0 2M -> $NR
		where 0 2M -> pool:$NR
		get $S/used -> $BIG
		check 0 2M
		migrate 0 2M -> $NR
		home 0 2M -> $NR
		check 0 2M
		anon 2M huge
		migrate 0 2M -> $NR
		is 0 2M 0
		put $FAIL none
		get $S/used -> 0
	EOF
}

# The rmap by which its address space is looked for goes with the owner
@test "evictions that split the huge pages of processes that are just ending come to an end" {
	local i
	pool p0 size=4M
	kexmap <<-EOF
		fork
		$(for i in {2..9}; do
			cat <<-END
				fork
				kid $i open $N
				kid $i anon 2M huge
				kid $i fill 0 2M
				kid $i migrate 0 2M -> $NR
				put $FAIL large_home 1
				send 1 put $S/evict 1
				kill $i
				recv 1
				await $S/used 0
				put $FAIL none
			END
		done)
	EOF
}
