#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl pool: create, list, show, set, migrate, evict, delete.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

KEX_NEEDS=need_pools

# said TEXT...: each stands in what the last command of a kexmap script wrote
said() {
	local text word
	slurp text "$BATS_TEST_TMPDIR/said"
	for word; do
		assert_contains "$text" "$word"
	done
}

pool_paths() {
	R=$FPGA/pools/$1 S=$KEX_CLASS/$1 N=/dev/kex/$1
}

@test "create brings a pool up, and hands every option to its attribute" {
	exits 0 kexctl pool create p0 --size 8M
	assert_eq "$OUT$ERR" ''
	pool_paths p0
	assert_file "$R/live" 1
	assert_file "$R/policy" fifo
	assert_file "$R/fault_around" 64
	assert_file "$S/capacity" $((8 << 20))
	policy cold algorithm=lru
	exits 0 kexctl pool create p1 --size=2M --carveout sram --policy cold --fault-around 512 \
		--mode 0604 --backing system
	R=$SRAM/pools/p1
	assert_file "$R/live" 1
	assert_file "$R/policy" cold
	assert_file "$R/fault_around" 512
	assert_file "$R/mode" 0604
	assert_file "$R/backing" system
	assert_file "$SRAM/free" "$SRAM_SIZE"
	exits 0 kexctl pool create p2 --size 2M --no-live
	assert_file "$FPGA/pools/p2/live" 0
	assert_missing /dev/kex/p2
}

@test "migrate moves memory of a process in and back, and says how much and why not more" {
	pool p0 size=4M
	kexmap <<-EOF
		anon 16P
		fill 0 16P
		run kexctl pool migrate p0 --pid \$PID \$ADDR+$((16 * PAGE)) 2>$BATS_TEST_TMPDIR/said -> 0
		get $S/used -> 16P
		frame 0 -> swapped
		check 0 4P
		unmap 8P 4P
		run kexctl pool migrate p0 --pid \$PID \$ADDR+$((16 * PAGE)) --to-ram 2>$BATS_TEST_TMPDIR/back -> 0
		get $S/used -> 0
		check 4P 4P
		check 12P 4P
	EOF
	said "pool 'p0': 16 pages moved"
	slurp OUT "$BATS_TEST_TMPDIR/back"
	assert_contains "$OUT" '4 not mapped'
}

@test "a migrate that moves nothing is refused, and says the reasons" {
	pool p0 size=2M
	kexmap <<-EOF
		anon 16P shared
		fill 0 16P
		run kexctl pool migrate p0 --pid \$PID \$ADDR+$((16 * PAGE)) 2>$BATS_TEST_TMPDIR/said -> 2
		check 0 16P
	EOF
	said "kexctl: pool 'p0': range 0x" 'nothing moved' '16 of a file or shared'
}

@test "what cannot be migrated says why: no such process or pool, no range of pages, no privilege" {
	pool p0 size=2M mode=0666 live=0
	kexctl_refused 2 "pool 'p0'" 'not live' -- pool migrate p0 --pid $$ 0x10000+64K
	put "$R/live" 1
	kexctl_refused 3 "pool 'p0'" 'no process 999999' -- pool migrate p0 --pid 999999 0x10000+64K
	kexctl_refused 3 "pool 'none'" p0 -- pool migrate none --pid $$ 0x10000+64K
	kexctl_refused 2 'range 1+64K' multiples -- pool migrate p0 --pid $$ 1+64K
	kexctl_refused 2 'range 0xffff000000000000+64K' 'user space' -- \
		pool migrate p0 --pid $$ 0xffff000000000000+64K
	exits 2 setpriv --reuid 1000 --regid 1000 --clear-groups \
		kexctl pool migrate p0 --pid $$ 0x10000+64K
	assert_contains "$ERR" 'needs CAP_SYS_PTRACE: EPERM'
	kexctl_refused 1 'pid missing' -- pool migrate p0 0x10000+64K
	kexctl_refused 1 'pid junk' -- pool migrate p0 --pid junk 0x10000+64K
	kexctl_refused 1 'pid 0' -- pool migrate p0 --pid 0 0x10000+64K
	kexctl_refused 1 'pid 99999999999' -- pool migrate p0 --pid 99999999999 0x10000+64K
	kexctl_refused 1 'range junk' -- pool migrate p0 --pid $$ junk
	exits 0 kexctl pool migrate p0 --pid $$ 0x10000+64K --dry-run
	assert_contains "$OUT" "/dev/kex/p0: pid $$, 0x10000+65536, to the pool"
}

@test "evict sends back all, a range, or so many pages by the policy" {
	pool p0 size=2M
	put "$KEX/policies/fifo/granule" "$PAGE"
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		run kexctl pool evict p0 --pages 4 2>$BATS_TEST_TMPDIR/said -> 0
		get $S/used -> 12P
		where 0 16P -> ram:4,pool:12
		run kexctl pool evict p0 $((4 * PAGE))+$((4 * PAGE)) -> 0
		get $S/used -> 8P
		run kexctl pool evict p0 -> 0
		get $S/used -> 0
		check 0 16P
	EOF
	put "$KEX/policies/fifo/granule" 2M
	said "pool 'p0': 4 pages went back"
	kexctl_refused 1 'pages 0' -- pool evict p0 --pages 0
	kexctl_refused 1 'pages 4' -- pool evict p0 0+64K --pages 4
	kexctl_refused 2 'range 0+1G' -- pool evict p0 0+1G
}

@test "list shows every pool by name, and show all of one" {
	local -a lines
	pool b size=4M policy=lru
	pool a2 size=2M live=0
	exits 0 kexctl pool
	mapfile -t lines <<<"$OUT"
	assert_eq "${#lines[@]}" 3
	[[ ${lines[0]} =~ ^NAME\ +CARVEOUT\ +SIZE\ +USED\ +POLICY\ +FAULT_AROUND\ +OPENS\ +MIGRATED_IN\ +MIGRATED_OUT$ ]] ||
		fail "${lines[0]}"
	[[ ${lines[1]} =~ ^a2\ +fpga\ +2M\ +-\ +fifo\ +64\ +-\ +-\ +-$ ]] || fail "${lines[1]}"
	[[ ${lines[2]} =~ ^b\ +fpga\ +4M\ +0\ +lru\ +64\ +0\ +0\ +0$ ]] || fail "${lines[2]}"
	exits 0 kexctl pool show b --json
	jq -e '.[0] | .name == "b" and .kind == "pool" and .policy == "lru" and .used == 0 and
		.capacity == 4194304 and .fault_around == 64 and .state == "resident"' <<<"$OUT" ||
		fail "$OUT"
}

@test "set changes a live pool where it may, and says what it refuses" {
	pool p0 size=2M
	policy cold algorithm=lru
	exits 0 kexctl pool set p0 policy=cold fault_around=1
	assert_file "$R/policy" cold
	assert_file "$R/fault_around" 1
	kexctl_refused 3 "pool 'p0': policy nope: no such policy" cold fifo -- pool set p0 policy=nope
	kexctl_refused 1 "pool 'p0': policy A" -- pool set p0 policy=A
	kexctl_refused 2 "pool 'p0': size 4M" live=0 -- pool set p0 fault_around=8 size=4M
	assert_file "$R/fault_around" 1
	kexctl_refused 2 'size 3M' '4M' -- pool create p1 --size 3M
	assert_missing "$FPGA/pools/p1"
	kexctl_refused 2 'size 1G' 'largest piece' -- pool create p1 --size 1G
	kexctl_refused 1 '--size' -- pool create p1
	kexctl_refused 2 "name is taken by a pool" -- region create p0 --size 64K
}

@test "delete sends the pages back first, and a pool that is open needs --force" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		run kexctl pool delete p0 2>$BATS_TEST_TMPDIR/said -> 2
		where 0 16P -> pool:16
		close
		run kexctl pool delete p0 -> 0
		exists $R -> no
		frame 0 -> present
		check 0 16P
	EOF
	said "pool 'p0': live 0: in use by pid " kexmap --force
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		run kexctl pool delete p0 --force -> 0
		frame 0 -> present
		check 0 16P
		migrate 0 16P -> ENODEV
	EOF
}

@test "a region that wants a pool's place is told which pool has it" {
	pool p0 size=2M
	kexctl_refused 2 'offset 0' "taken by pool 'p0'" -- region create r0 --size 64K --offset 0
	[ ! -e "$KEX_CARVEOUTS/fpga/regions/r0" ]
}

@test "a thread of the kernel is no process that has gone" {
	local pid comm
	for pid in /proc/[0-9]*; do
		read -r comm <"$pid/comm"
		[ "$comm" != kthreadd ] || break
	done
	assert_eq "$comm" kthreadd
	pool p0 size=2M
	kexctl_refused 2 "process ${pid##*/} has no memory" -- \
		pool migrate p0 --pid "${pid##*/}" 0x10000+64K
}

@test "a range that ends behind the last address is not in user space, and is no odd length" {
	pool p0 size=2M
	kexctl_refused 2 'not all of it is in user space' -- \
		pool migrate p0 --pid $$ 0xffffffffffff0000+64K
}

@test "a thread is not taken for a process" {
	local fd tid='' task ready
	pool p0 size=2M
	exec {fd}< <(exec kexmap 'anon 16P' thread 'say ready' pause 3>&-)
	HOLDERS+=("$!")
	read -r -t 20 -u "$fd" ready
	exec {fd}<&-
	assert_eq "$ready" ready
	for task in "/proc/${HOLDERS[-1]}/task"/*; do
		[ "${task##*/}" = "${HOLDERS[-1]}" ] || tid=${task##*/}
	done
	[ -n "$tid" ] || fail 'there is no thread'
	kexctl_refused 3 "$tid is a thread; give its process" -- \
		pool migrate p0 --pid "$tid" 0x10000+64K
}
