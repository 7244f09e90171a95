#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What does not move into a pool, or out of it: each kind with its own reason,
# counted to the page, beside pages that do move.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

KEX_NEEDS=need_pools

setup_file() {
	insmod /kex/kexpte.ko
}

teardown_file() {
	rmmod kexpte
}

# ready: 64 pages of memory, filled
ready() {
	printf '%s\n' "open $N" 'anon 64P' 'fill 0 64P'
}

need_ring() {
	exits 0 kexmap 'anon 1P' 'pin 0 1P -> ?'
	[ "$OUT" != ENOSYS ] || skip "the kernel was built without CONFIG_IO_URING"
}

@test "pages that are buffers of a ring for I/O stay as pinned, until they are none" {
	need_ring
	pool p0 size=64P
	kexmap <<-EOF
		$(ready)
		pin 8P 16P
		migrate 0 64P -> 48
		why -> moved=48,pinned=16
		where 0 64P -> pool:8,ram:16,pool:40
		migrate 0 64P -> 0
		why -> there=48,pinned=16
		get $S/migrated_in -> 48
		home 0 64P -> 48
		why -> moved=48,there=16
		unpin
		migrate 0 64P -> 64
		why -> moved=64
		check 0 64P
	EOF
}

@test "pages that wait in a pipe stay as pinned, until it is drained" {
	pool p0 size=64P
	kexmap <<-EOF
		$(ready)
		splice 0 16P -> 16P
		migrate 0 64P -> 48
		why -> moved=48,pinned=16
		where 0 64P -> ram:16,pool:48
		drain
		migrate 0 64P -> 16
		why -> moved=16,there=48
		check 0 64P
	EOF
}

@test "pages in the pool that are wanted for I/O come home for it, and stay" {
	pool p0 size=64P fault_around=1
	kexmap <<-EOF
		$(ready)
		migrate 0 64P -> 64
		splice 8P 16P -> 16P
		where 0 64P -> pool:8,ram:16,pool:40
		get $S/fault_pages -> 16
		migrate 0 64P -> 0
		why -> there=48,pinned=16
		put $S/evict 1
		get $S/used -> 0
		check 0 64P
		drain
	EOF
}

@test "a page that the kernel has locked stays as busy, and is not said to be pinned" {
	pool p0 size=64P
	kexmap <<-EOF
		$(ready)
		lockpage 8P
		migrate 0 64P -> 63
		why -> moved=63,busy=1
		where 0 64P -> pool:8,ram:1,pool:55
		home 0 64P -> 63
		why -> moved=63,there=1
		unlockpage
		migrate 0 64P -> 64
		check 0 64P
	EOF
}

@test "memory that is locked against swapping moves, and is there when it is touched" {
	pool p0 size=64P
	kexmap <<-EOF
		$(ready)
		lock
		migrate 0 64P -> 64
		why -> moved=64
		where 0 64P -> pool:64
		check 0 64P
		where 0 64P -> ram:64
	EOF
}

@test "pages of a file, of shared memory and private copies of a file are told apart from one's own" {
	pool p0 size=64P
	dd if=/dev/zero of="$BATS_TEST_TMPDIR/file" bs="$PAGE" count=64 status=none
	kexmap <<-EOF
		open $N
		open $BATS_TEST_TMPDIR/file
		map 0 64P
		file 0
		fill 0 64P
		migrate 0 64P -> 0
		why -> file=64
		where 0 64P -> file:64
		home 0 64P -> 0
		why -> there=64
		check 0 64P
		file 1
		map 0 64P private
		file 0
		touch 0
		fill 16P 16P
		migrate 0 64P -> 16
		why -> moved=16,file=48
		where 16P 16P -> pool:16
		check 0 64P
		anon 64P shared
		fill 0 32P
		migrate 0 64P -> 0
		why -> file=64
		check 0 32P
		is 32P 32P 0
	EOF
}

@test "pages of another pool stay there, whichever way, and are counted beside one's own" {
	pool p1 size=64P
	pool p0 size=64P
	kexmap <<-EOF
		$(ready)
		open /dev/kex/p1
		migrate 0 16P -> 16
		file 0
		migrate 0 64P -> 48
		why -> moved=48,foreign=16
		where 0 64P -> foreign:16,pool:48
		home 0 64P -> 48
		why -> moved=48,foreign=16
		get /sys/class/kex/p0/used -> 0
		get /sys/class/kex/p1/used -> 16P
		file 1
		where 0 64P -> pool:16,ram:48
		home 0 64P -> 16
		why -> moved=16,there=48
		check 0 64P
	EOF
}

@test "a range of all kinds at once is counted to the page" {
	pool p1 size=64P
	pool p0 size=64P
	kexmap <<-EOF
		open /dev/kex/p1
		open $N
		anon 64P
		fill 0 64P
		unmap 60P 4P
		splice 8P 4P -> 4P
		file 0
		migrate 16P 8P -> 8
		file 1
		lockpage 24P
		migrate 32P 2P -> 2
		migrate 0 64P -> 45
		why -> moved=45,there=2,hole=4,pinned=4,busy=1,foreign=8
		where 0 64P -> pool:8,ram:4,pool:4,foreign:8,ram:1,pool:35,none:4
		get $S/used -> 47P
		home 0 64P -> 47
		why -> moved=47,there=5,hole=4,foreign=8
		unlockpage
		drain
		check 0 60P
	EOF
}

@test "who migrates what is pinned, into a full pool, sends nobody home" {
	local all=$((2097152 / PAGE))
	need_ring
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon ${all}P
		fill 0 ${all}P
		migrate 0 ${all}P -> $all
		anon 8P
		fill 0 8P
		pin 0 8P
		migrate 0 8P -> 0
		why -> pinned=8
		get $S/policy_evictions -> 0
		unpin
		migrate 0 8P -> 8
		check 0 8P
	EOF
}
