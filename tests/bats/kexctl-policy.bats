#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl policy: create, list, show, set, delete; on every kernel, since a policy
# is a wish like others.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "create makes a policy of what is given, with defaults for the rest" {
	exits 0 kexctl policy create cold --algorithm lru --high 80 --low 75
	assert_eq "$OUT$ERR" ''
	assert_file "$KEX/policies/cold/algorithm" lru
	assert_file "$KEX/policies/cold/high" 80
	assert_file "$KEX/policies/cold/low" 75
	assert_file "$KEX/policies/cold/granule" $((2 << 20))
	exits 0 kexctl policy create fine --granule 64K --min-resident-ms 10
	assert_file "$KEX/policies/fine/granule" 65536
	assert_file "$KEX/policies/fine/min_resident_ms" 10
	assert_file "$KEX/policies/fine/algorithm" fifo
}

@test "the four that are always there are listed, can be changed, and not removed" {
	local name
	exits 0 kexctl policy list --names
	assert_eq "$OUT" $'clock\nfifo\nlru\nrandom'
	exits 0 kexctl policy show lru --json
	jq -e '.[0] == {name: "lru", kind: "policy", algorithm: "lru", low: 90, high: 100,
		granule: 2097152, min_resident_ms: 0}' <<<"$OUT" || fail "$OUT"
	for name in fifo lru clock random; do
		exits 2 kexctl policy delete "$name"
		assert_contains "$ERR" 'always there'
	done
	exits 0 kexctl policy set random low=10 high=20
	assert_file "$KEX/policies/random/high" 20
	exits 0 kexctl policy set random high=100 low=90
	exits 2 kexctl policy delete random --dry-run
	assert_eq "$OUT" ''
}

@test "what a policy cannot be is refused, and nothing is left" {
	exits 2 kexctl policy create cold --high 50
	assert_contains "$ERR" "policy 'cold': high 50: below low, which is 90 (give --low 50 or less)"
	assert_missing "$KEX/policies/cold"
	exits 2 kexctl policy create cold --low 0
	assert_contains "$ERR" 'out of range (1 to 100)'
	exits 1 kexctl policy create cold --algorithm lur
	assert_contains "$ERR" 'did you mean lru?'
	exits 1 kexctl policy create Cold
	exits 2 kexctl policy create lru
	assert_contains "$ERR" 'there is one already'
	exits 3 kexctl policy show none
	exits 2 kexctl policy set fifo high=80
	assert_contains "$ERR" 'change that first'
	assert_file "$KEX/policies/fifo/high" 100
}

@test "a dry run foresees marks that cross, by what was given before and by what is there" {
	local run
	for run in '' --dry-run; do
		exits 2 kexctl policy create cold --high 50 $run
		assert_contains "$ERR" "policy 'cold': high 50: below low, which is 90 (give --low 50 or less)"
		exits 2 kexctl policy create cold --high 50 --low 60 $run
		assert_contains "$ERR" "high 50: below low, which is 60 (give --low 50 or less)"
		assert_missing "$KEX/policies/cold"
		exits 2 kexctl policy set fifo high=80 $run
		assert_contains "$ERR" 'high 80: below low, which is 90 (change that first)'
		exits 2 kexctl policy set fifo low=20 high=30 low=40 $run
		assert_contains "$ERR" 'low 40: above high, which is 30 (change that first)'
		assert_file "$KEX/policies/fifo/low" 90
		assert_file "$KEX/policies/fifo/high" 100
	done
	exits 0 kexctl policy create cold --high 50 --low 40 --dry-run
	assert_missing "$KEX/policies/cold"
	exits 0 kexctl policy create cold --high 50 --low 40
	assert_file "$KEX/policies/cold/high" 50
	exits 0 kexctl policy set cold low=10 high=20 --dry-run
	exits 0 kexctl policy set cold low=10 high=20
}

@test "both marks at once may be given in either order, down and up again" {
	local args
	kexctl policy create cold --high 90 --low 75
	for args in 'high=60 low=40' 'low=75 high=90' 'low=40 high=60' 'high=90 low=75' \
		'algorithm=lru high=10 granule=64K low=5' 'low=95 min_resident_ms=1 high=100'; do
		# shellcheck disable=SC2086 # words
		exits 0 kexctl policy set cold $args --dry-run
		assert_eq "$ERR" '' "$args"
		# shellcheck disable=SC2086 # words
		exits 0 kexctl policy set cold $args
		[[ $args =~ low=([0-9]+) ]]
		assert_file "$KEX/policies/cold/low" "${BASH_REMATCH[1]}"
		[[ $args =~ high=([0-9]+) ]]
		assert_file "$KEX/policies/cold/high" "${BASH_REMATCH[1]}"
	done
	exits 2 kexctl policy set cold high=50 low=60
	assert_file "$KEX/policies/cold/low" 95
	assert_file "$KEX/policies/cold/high" 100
}

@test "a policy that a pool names cannot be removed, and says which pool" {
	policy cold algorithm=lru
	pool p0 size=2M live=0 policy=cold
	exits 2 kexctl policy delete cold
	assert_contains "$ERR" "policy 'cold': in use by pool 'p0'"
	need_pools
	put "$R/live" 1
	exits 2 kexctl policy set cold algorithm=fifo
	assert_contains "$ERR" "a live pool uses it: 'p0'"
	exits 0 kexctl pool set p0 policy=fifo
	exits 0 kexctl policy delete cold
	assert_missing "$KEX/policies/cold"
}

@test "clear removes pools and then the policies that were made" {
	policy cold algorithm=lru
	pool p0 size=2M live=0 policy=cold
	exits 0 kexctl clear
	assert_contains "$ERR" 'cleared 1 pool'
	assert_missing "$R"
	assert_missing "$KEX/policies/cold"
	assert_file "$KEX/policies/fifo/algorithm" fifo
}

@test "where a kernel cannot have pools, create says which option it lacks" {
	local features
	slurp features "$KEX/features"
	[[ $'\n'$features$'\n' != *$'\npool\n'* ]] || skip "this kernel has CONFIG_DEVICE_PRIVATE"
	exits 4 kexctl pool create p0 --size 2M
	assert_contains "$ERR" 'without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR'
	assert_missing "$FPGA/pools/p0"
}
