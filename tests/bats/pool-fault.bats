#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# CPU faults on pages in a pool, and the neighbours that come along.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# 1024 pages, all in the pool
begin() {
	printf '%s\n' "open $N" "anon 1024P" "fill 0 1024P" "migrate 0 1024P -> 1024"
}

# Page numbers that are no neighbours, in no order
jump() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf 'touch %dP\n' $((i * 389 % 1021))
	done
}

# seed: 5.5
@test "one who reads in order has fault_around pages a fault before long" {
	need_pools
	pool p0 size=1024P
	kexmap <<-EOF
		$(begin)
		check 0 1024P
		get $S/fault_pages -> 1024
		get $S/faults -> 22
	EOF
}

# seed: 5.3
@test "the minor faults of a process are those that it had, not its pages" {
	need_pools
	pool p0 size=1024P
	kexmap <<-EOF
		$(begin)
		faults 0 1024P -> 22
		get $S/faults -> 22
	EOF
}

@test "one who reads backwards has them, too" {
	local i
	need_pools
	pool p0 size=1024P
	kexmap <<-EOF
		$(begin)
		$(for ((i = 1023; i >= 0; i -= 1)); do echo "touch ${i}P"; done)
		get $S/fault_pages -> 1024
		get $S/faults -> 22
	EOF
}

# seed: 5.5
@test "one who jumps about has one page a fault" {
	need_pools
	pool p0 size=1024P
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/pages"
		$(begin)
		$(jump 200)
		get $S/faults -> 200
		get $S/fault_pages -> ?
		check 0 1024P
	EOF
	read -r pages <"$BATS_TEST_TMPDIR/pages"
	((pages <= 230)) || fail "$pages pages for 200 faults"
}

@test "after reading in order, jumping about soon brings one page a fault again" {
	local i pages
	need_pools
	pool p0 size=1024P
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/pages"
		$(begin)
		check 0 128P
		$(for ((i = 0; i < 20; i++)); do echo "touch $((128 + i * 389 % 883))P"; done)
		get $S/fault_pages -> ?
		$(for ((i = 20; i < 120; i++)); do echo "touch $((128 + i * 389 % 883))P"; done)
		get $S/fault_pages -> ?
	EOF
	mapfile -t pages <"$BATS_TEST_TMPDIR/pages"
	((pages[0] < 128 + 20 * 16)) || fail "${pages[0]} pages"
	((pages[1] - pages[0] < 200)) || fail "${pages[1]} pages after ${pages[0]}"
}

@test "two who read in order in one process do not spoil it for each other" {
	need_pools
	pool p0 size=1024P
	kexmap <<-EOF
		$(begin)
		$(for ((i = 0; i < 512; i++)); do printf 'touch %dP\n' "$i" $((i + 512)); done)
		get $S/fault_pages -> 1024
		await $S/faults 28
	EOF
}

@test "fault_around is the most that a fault brings, from 1 to 512, and may change live" {
	need_pools
	pool p0 size=1024P fault_around=1
	kexmap <<-EOF
		$(begin)
		check 0 256P
		get $S/faults -> 256
		put $R/fault_around 512
		check 256P 768P
		get $S/fault_pages -> 1024
		get $S/faults -> 265
	EOF
}

@test "the end of the VMA ends what comes along, and memory next to it stays" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		unmap 32P 8P
		check 0 32P
		where 0 64P -> ram:32,none:8,pool:24
		check 40P 24P
		get $S/used -> 0
	EOF
}

# seed: 3.2
@test "neighbours in another pool are left alone" {
	need_pools
	pool p1 size=64P
	pool p0 size=64P
	kexmap <<-EOF
		open /dev/kex/p1
		open $N
		anon 64P
		fill 0 64P
		migrate 0 16P -> 16
		migrate 32P 32P -> 32
		file 0
		migrate 16P 16P -> 16
		check 0 16P
		where 0 64P -> ram:16,pool:16,foreign:32
		check 0 64P
		get /sys/class/kex/p0/fault_pages -> 48
		get /sys/class/kex/p1/fault_pages -> 16
	EOF
}

@test "the kernel's own accesses bring pages home as well" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		from 0 8P -> 8P
		into 8P 8P -> 8P
		check 0 8P
		is 8P 8P 0
		migrate 0 16P -> 16
		mem 0 16P -> 16P
		migrate 0 16P -> 16
		fork
		kid 1 vmread 0 8P -> 8P
		kid 1 data 0
	EOF
}

@test "threads that fault on the same pages all go on, with the right bytes" {
	local i
	need_pools
	pool p0 size=4M
	kexmap <<-EOF
		open $N
		anon 256P
		fill 0 256P
		thread
		thread
		$(for ((i = 0; i < 20; i++)); do
			printf '%s\n' 'migrate 0 256P -> 256' 'send 1 check 0 256P' \
				'send 2 check 0 256P' 'check 0 256P' 'recv 1' 'recv 2'
		done)
		get $S/used -> 0
	EOF
}
