#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl page probe: what could be done to a page, held against doing it.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/disk.bash"

teardown() {
	kex_teardown no_disk
}

@test "seed 1.4: a region cannot be pinned, nor read from outside, since it is PFNMAP" {
	region fb0 size=1P
	kexmap <<-EOF
		open $N
		map 0 1P
		run kexctl page probe \$PID \$ADDR -j >$BATS_TEST_TMPDIR/probe -> 0
	EOF
	assert_eq "$(jq -c '[.[] | select(.name != "migrate") | [.name, .answer]]' "$BATS_TEST_TMPDIR/probe")" \
		'[["o_direct","no"],["rdma","no"],["process_vm_readv","no"]]'
	assert_contains "$(<"$BATS_TEST_TMPDIR/probe")" PFNMAP
}

@test "seed 1.4: every answer is what comes of doing it: O_DIRECT, io_uring, process_vm_readv" {
	disk 1024
	[ "$DISK" != - ] || skip 'this kernel has no block device of memory (CONFIG_BLK_DEV_RAM)'
	region fb0 size=4P
	try kexpage probe "$DISK" "$N"
	[ "$STATUS" = 0 ] || fail "$OUT"$'\n'"$ERR"
	assert_contains "$OUT" 'answers are right'
}

@test "every answer is what comes of doing it, and migrating to a pool" {
	need_pools
	disk 1024
	pool p0 size=2M
	region fb0 size=4P
	try kexpage probe "$DISK" "$N" /dev/kex/p0
	[ "$STATUS" = 0 ] || fail "$OUT"$'\n'"$ERR"
	assert_contains "$OUT" 'answers are right'
}

@test "where the kernel has no device-private memory, nothing migrates, and that is why" {
	local word
	while read -r word; do
		[ "$word" != pool ] || skip 'this kernel has pools'
	done <"$KEX/features"
	exits 0 kexctl page probe $$ "0x$(head -c 12 /proc/$$/maps)" -j
	assert_eq "$(jq -r '.[] | select(.name == "migrate") | .answer + ": " + .reason' <<<"$OUT")" \
		'no: this kernel was built without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR'
}

@test "a probe touches nothing" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 2P
		fill 0 1P
		migrate 0 1P -> 1
		run kexctl page probe \$PID \$ADDR >$BATS_TEST_TMPDIR/in -> 0
		run kexctl page probe \$PID \$((ADDR + $PAGE)) >$BATS_TEST_TMPDIR/none -> 0
		where 0 2P -> pool:1,none:1
	EOF
	[[ $(<"$BATS_TEST_TMPDIR/in") == *migrate*no*device-private*'in a pool already'* ]] ||
		fail "$(<"$BATS_TEST_TMPDIR/in")"
}
