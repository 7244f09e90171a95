#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a full pool evicts, and when.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# A pool of 512 pages of 4 KiB, fewer of larger ones, whose granule is a sixteenth
small_pool() {
	PAGES=$((2097152 / PAGE))
	UNIT=$((PAGES / 16))
	pool p0 size=2M live=0 "$@"
}

# begin: 32 units of memory, one and a half of the pool more than fits
begin() {
	printf '%s\n' "open $N" "anon $((32 * UNIT))P" "fill 0 $((32 * UNIT))P"
}

in_unit() {
	printf 'migrate %dP %dP -> %d\n' $(($1 * UNIT)) "$UNIT" "$UNIT"
}

# where the unit is
unit_is() {
	printf 'where %dP %dP -> %s:%d\n' $(($1 * UNIT)) "$UNIT" "$2" "$UNIT"
}

@test "fifo: the first to come is the first to go, used or not" {
	local i
	need_pools
	policy t0 granule=$((2097152 / 16)) low=90
	small_pool policy=t0
	put "$R/live" 1
	kexmap <<-EOF
		$(begin)
		$(for i in {0..15}; do in_unit "$i"; done)
		get $S/used -> 2097152
		devread 0 ${UNIT}P -> ${UNIT}P
		$(in_unit 16)
		$(unit_is 0 ram)
		$(unit_is 1 ram)
		$(unit_is 2 pool)
		$(unit_is 16 pool)
		get $S/policy_evictions -> $((2 * UNIT))
		check 0 $((32 * UNIT))P
	EOF
}

@test "lru: what the device has read stays, what it has not goes" {
	local i
	need_pools
	policy t0 algorithm=lru granule=$((2097152 / 16)) low=90
	small_pool policy=t0
	put "$R/live" 1
	kexmap <<-EOF
		$(begin)
		$(for i in {0..15}; do in_unit "$i"; done)
		devread 0 ${UNIT}P -> ${UNIT}P
		devwrite $((2 * UNIT))P 8 -> 8
		$(in_unit 16)
		$(unit_is 0 pool)
		$(unit_is 1 ram)
		$(unit_is 2 pool)
		$(unit_is 3 ram)
		$(unit_is 4 pool)
		check 0 $((32 * UNIT))P
	EOF
}

@test "clock: what has been used since the hand was there is passed over once" {
	local i
	need_pools
	policy t0 algorithm=clock granule=$((2097152 / 16)) low=90
	small_pool policy=t0
	put "$R/live" 1
	# The first round finds all of it used, since it has just come, and takes the
	# first two; the hand is at the third then
	kexmap <<-EOF
		$(begin)
		$(for i in {0..15}; do in_unit "$i"; done)
		$(in_unit 16)
		$(unit_is 0 ram)
		$(unit_is 1 ram)
		$(in_unit 17)
		devread $((2 * UNIT))P 8 -> 8
		devread $((4 * UNIT))P 8 -> 8
		$(in_unit 18)
		$(unit_is 2 pool)
		$(unit_is 3 ram)
		$(unit_is 4 pool)
		$(unit_is 5 ram)
		check 0 $((32 * UNIT))P
	EOF
}

@test "random: goes on, and evicts down to the low mark" {
	local i
	need_pools
	small_pool policy=random
	put "$KEX/policies/random/granule" $((2097152 / 16))
	put "$R/live" 1
	kexmap <<-EOF
		$(begin)
		$(for i in {0..15}; do in_unit "$i"; done)
		$(in_unit 16)
		get $S/used -> $((15 * UNIT * PAGE))
		check 0 $((32 * UNIT))P
	EOF
	put "$KEX/policies/random/granule" 2M
}

@test "eviction starts above the high mark and stops at the low one, and marks may change live" {
	local i
	need_pools
	policy t0 granule=$((2097152 / 16)) low=25 high=50
	small_pool policy=t0
	put "$R/live" 1
	kexmap <<-EOF
		$(begin)
		$(for i in {0..7}; do in_unit "$i"; done)
		get $S/used -> 1048576
		get $S/policy_evictions -> 0
		$(in_unit 8)
		get $S/used -> $((5 * UNIT * PAGE))
		get $S/policy_evictions -> $((4 * UNIT))
		put $KEX/policies/t0/high 100
		put $KEX/policies/t0/low 100
		$(for i in {9..19}; do in_unit "$i"; done)
		get $S/used -> 2097152
		get $S/policy_evictions -> $((4 * UNIT))
		$(in_unit 20)
		get $S/used -> 2097152
		get $S/policy_evictions -> $((5 * UNIT))
		check 0 $((32 * UNIT))P
	EOF
}

@test "a granule goes as one" {
	local i
	need_pools
	policy t0 granule=1M low=99
	small_pool policy=t0
	put "$R/live" 1
	kexmap <<-EOF
		$(begin)
		$(for i in {0..15}; do in_unit "$i"; done)
		$(in_unit 16)
		get $S/policy_evictions -> $((8 * UNIT))
		$(unit_is 7 ram)
		$(unit_is 8 pool)
		put $KEX/policies/t0/granule $((2097152 / 16))
		$(for i in {17..23}; do in_unit "$i"; done)
		$(in_unit 24)
		get $S/policy_evictions -> $((9 * UNIT))
	EOF
}

@test "what came in less than min_resident_ms ago stays, and a full pool takes no more" {
	local i
	need_pools
	policy t0 granule=$((2097152 / 16)) min_resident_ms=86400000
	small_pool policy=t0
	put "$R/live" 1
	kexmap <<-EOF
		$(begin)
		$(for i in {0..15}; do in_unit "$i"; done)
		migrate $((16 * UNIT))P ${UNIT}P -> 0
		why -> full=$UNIT
		get $S/policy_evictions -> 0
		put $KEX/policies/t0/min_resident_ms 0
		$(in_unit 16)
		$(unit_is 0 ram)
	EOF
}

@test "a policy is chosen live, and its algorithm cannot change while a live pool has it" {
	local i
	need_pools
	policy t0 algorithm=lru granule=$((2097152 / 16))
	policy t1 algorithm=fifo granule=$((2097152 / 16))
	small_pool policy=t0
	put "$R/live" 1
	assert_refused EBUSY "$KEX/policies/t0/algorithm" fifo
	kexmap <<-EOF
		$(begin)
		$(for i in {0..15}; do in_unit "$i"; done)
		devread 0 ${UNIT}P -> ${UNIT}P
		put $R/policy t1
		$(in_unit 16)
		$(unit_is 0 ram)
		put $KEX/policies/t0/algorithm clock
		put $KEX/policies/t1/algorithm clock -> EBUSY
		rmdir $KEX/policies/t0
		rmdir $KEX/policies/t1 -> EBUSY
	EOF
	put "$R/revoke" 1
	put "$KEX/policies/t1/algorithm" clock
}

@test "so many pages as are asked for go by the policy" {
	local i
	need_pools
	policy t0 granule=$((2097152 / 16))
	small_pool policy=t0
	put "$R/live" 1
	kexmap <<-EOF
		$(begin)
		$(for i in {0..7}; do in_unit "$i"; done)
		poolevict 1 -> $UNIT
		$(unit_is 0 ram)
		$(unit_is 1 pool)
		poolevict $((2 * UNIT)) -> $((2 * UNIT))
		poolevict 1000000 -> $((5 * UNIT))
		get $S/used -> 0
		get $S/policy_evictions -> 0
		get $S/evictions -> 3
		poolevict 1 -> 0
		poolevict 0 -> EINVAL
		check 0 $((32 * UNIT))P
	EOF
}

@test "who migrates what is in a full pool already, or cannot come in, sends nobody home" {
	need_pools
	policy t0 granule=$((2097152 / 16)) low=90
	small_pool policy=t0
	put "$R/live" 1
	kexmap <<-EOF
		open $N
		anon 2M
		fill 0 2M
		migrate 0 2M -> $PAGES
		migrate 0 2M -> 0
		why -> there=$PAGES
		anon 2M shared
		fill 0 2M
		migrate 0 2M -> 0
		why -> file=$PAGES
		unmap
		migrate 0 2M -> 0
		why -> hole=$PAGES
		get $S/policy_evictions -> 0
		use 0
		where 0 2M -> pool:$PAGES
		home 0 1P -> 1
		migrate 0 2M -> 1
		why -> moved=1,there=$((PAGES - 1))
		get $S/policy_evictions -> 0
		check 0 2M
	EOF
}

@test "what a full pool has no room for is not touched" {
	local aligned=$((4 << 20))
	need_pools
	((PAGE == 4096)) || skip "huge pages are larger than the pool"
	policy t0 min_resident_ms=86400000
	pool p0 size=2M policy=t0
	kexmap <<-EOF
		open $N
		anon 2M
		fill 0 2M
		migrate 0 2M -> $((2097152 / PAGE))
		anon $aligned huge
		fill 0 $aligned
		smaps AnonHugePages -> $((aligned / 1024)),kB
		migrate 0 $aligned -> 0
		why -> full=$((aligned / PAGE))
		smaps AnonHugePages -> $((aligned / 1024)),kB
		check 0 $aligned
	EOF
}

@test "no page comes in above the high mark, however many are asked for at once" {
	need_pools
	policy t0 low=50 high=50 granule="$PAGE"
	small_pool policy=t0 live=1
	kexmap <<-EOF
		open $N
		anon 2M
		fill 0 2M
		migrate 0 2M -> $PAGES
		get $S/used -> 1048576
		get $S/policy_evictions -> $((PAGES / 2))
		migrate 0 1P -> 1
		get $S/used -> 1048576
		check 0 2M
	EOF
}

# A choice sorts all granules while others wait for it
@test "a pool of more pages than a policy looks at has larger granules" {
	need_pools
	[ "$PAGE" = 4096 ] || skip 'the memory of a guest has fewer pages than a policy looks at'
	policy t0 granule="$PAGE"
	pool p0 size=512M backing=system policy=t0
	kexmap <<-EOF
		open $N
		anon 8P
		fill 0 8P
		migrate 0 8P -> 8
		poolevict 1 -> 2
		poolevict 3 -> 4
		check 0 8P
	EOF
}
