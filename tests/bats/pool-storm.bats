#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Many threads on the same pages at once: every byte is where it was left.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# storm THREADS PAGES ROUNDS SEED: and the pool is empty afterwards
storm() {
	exits 0 kexpool "$N" "$@" "$S/evict"
	echo "# seed $4: $OUT" >&3
	[[ $OUT =~ ^[1-9][0-9]*\ pages ]] || fail "nothing moved: $OUT"
	assert_file "$S/used" 0
	none_twice
}

# No page went home that had not come in: one that is between a table and its last
# reference is not evicted once more
none_twice() {
	local in out
	read -r in <"$S/migrated_in"
	read -r out <"$S/migrated_out"
	((in >= out)) || fail "$in pages came in, and $out went home"
}

@test "64 threads move the same range both ways while they write it" {
	need_pools
	pool p0 size=4M
	storm 64 64 60 1
}

@test "a pool a quarter of the memory evicts all the time and loses nothing" {
	need_pools
	policy t0 algorithm=lru granule=64K low=80
	pool p0 size=2M policy=t0
	storm 8 $((4 * 2097152 / PAGE)) 150 2
}

@test "policies that change, and a pool of system memory" {
	local name
	need_pools
	pool p0 size=2M backing=system policy=clock
	put "$KEX/policies/clock/granule" 64K
	storm 8 $((3 * 2097152 / PAGE)) 100 3
	put "$R/policy" random
	storm 4 $((3 * 2097152 / PAGE)) 100 4
	put "$KEX/policies/clock/granule" 2M
}

opened() {
	local opens
	read -r opens <"$S/opens"
	[ "$opens" = 1 ]
}

@test "a pool that is taken away and comes back under a storm" {
	need_pools
	pool p0 size=2M
	kexpool "$N" 8 256 200 5 >"$BATS_TEST_TMPDIR/out" 2>&1 &
	local pid=$! i
	wait_until 20 opened
	for i in {1..10}; do
		put "$R/revoke" 1
		put "$R/live" 1
	done
	wait "$pid" || fail "$(<"$BATS_TEST_TMPDIR/out")"
	assert_file "$S/used" 0
}

# An eviction may find a page that is just being made, or that was just sent home
@test "a pool of system memory that is emptied page by page while it fills" {
	need_pools
	policy t0 granule="$PAGE" low=90
	pool p0 size=2M backing=system policy=t0
	storm 8 $((2 * 2097152 / PAGE)) 100 6
}

evict_all_the_time() {
	while [ ! -e "$BATS_TEST_TMPDIR/stop" ]; do
		put "$S/evict" 1 || return
	done
}

# An eviction goes by page frame, and finds a page that is just about to be freed
@test "a page that has gone home by a touch is not sent home once more by an eviction" {
	local evictor in out i
	need_pools
	pool p0 size=2M
	evict_all_the_time &
	evictor=$!
	for i in {1..4}; do
		kexmap <<-EOF
			open $N
			anon 256P
			fill 0 256P
			$(printf 'migrate 0 256P -> ?\ncheck 0 256P\n%.0s' {1..30})
		EOF
	done
	: >"$BATS_TEST_TMPDIR/stop"
	wait "$evictor"
	assert_file "$S/used" 0
	read -r in <"$S/migrated_in"
	read -r out <"$S/migrated_out"
	echo "# $in pages in, $out out" >&3
	((in >= 256 && in == out)) || fail "$in pages came in, $out went home"
}
