#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl region peek and poke: values, by accesses of one width.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "poke changes the bytes of its width alone, and peek reads them back" {
	region r1 size=64K cache=device
	exits 0 kexctl region poke r1 0x40 0x11223344
	assert_eq "$OUT$ERR" ''
	exits 0 kexctl region poke r1 0x48 0x1122334455667788 -q
	exits 0 kexctl region poke r1 0x52 0xabcd -w
	exits 0 kexctl region poke r1 0x57 255 -b
	exits 0 kexctl region poke r1 0xfffc 0xffffffff --long
	assert_eq "$(xxd -s 0x40 -l 24 -c 24 -p "$N")" \
		"4433221100000000""8877665544332211""0000cdab000000ff"
	assert_eq "$(xxd -s 0xfff8 -p "$N")" "00000000ffffffff"
	exits 0 kexctl region peek r1 0x40
	assert_eq "$OUT" '0x00000040: 0x11223344'
	exits 0 kexctl region peek r1 0x40 5
	assert_eq "$OUT" "\
0x00000040: 0x11223344 0x00000000 0x55667788 0x11223344
0x00000050: 0xabcd0000"
	exits 0 kexctl region peek r1 0x48 -q
	assert_eq "$OUT" '0x00000048: 0x1122334455667788'
	exits 0 kexctl region peek r1 0x52 -w
	assert_eq "$OUT" '0x00000052: 0xabcd'
	exits 0 kexctl region peek r1 0xffff -b
	assert_eq "$OUT" '0x0000ffff: 0xff'
	exits 0 kexctl region peek r1 0x40 2 --json
	jq -e '. == [{name: "r1", kind: "region", offset: 64, width: 4,
		values: ["0x11223344", "0x00000000"]}]' <<<"$OUT"
}

@test "poke faults in its own page alone" {
	region r1 size=128K populate=lazy
	exits 0 kexctl region poke r1 0x10000 1
	assert_file "$S/faults" 1
}

@test "peek and poke refuse what would not be one access inside the region" {
	region r1 size=64K
	exits 2 kexctl region peek r1 0x42
	assert_contains "$ERR" "offset 0x42: not a multiple of the 4 bytes"
	assert_contains "$ERR" "did you mean 0x40, or -w?"
	exits 2 kexctl region poke r1 0x41 1
	assert_contains "$ERR" "or -b?"
	exits 2 kexctl region poke r1 0 0x100 -b
	assert_contains "$ERR" "value 0x100: does not fit in 8 bits (did you mean -w?)"
	exits 2 kexctl region poke r1 0 0x100000000
	assert_contains "$ERR" 'did you mean -q?'
	exits 1 kexctl region poke r1 0 0x10000000000000000 -q
	exits 1 kexctl region poke r1 0 junk
	exits 1 kexctl region poke r1 0
	exits 1 kexctl region peek r1 0 1 -x
	exits 2 kexctl region poke r1 64K 1
	exits 2 kexctl region peek r1 0xfffc 2
	assert_contains "$ERR" 'ends behind the region (size 64K)'
	exits 2 kexctl region peek r1 0 0
	exits 2 kexctl region peek r1 8 0xffffffffffffffff -q
	exits 3 kexctl region poke none 0 1
	exits 0 kexctl --dry-run region poke r1 4 1
	cmp -n 65536 /dev/zero "$N"
	put "$R/live" 0
	exits 2 kexctl region poke r1 0 1
	assert_contains "$ERR" 'not live'
}

@test "a revoke in the middle of a long peek is an error message, not a crash" {
	region r1 size=1M
	stuck kexctl region peek r1 0 0x40000
	put "$R/revoke" 1
	unstick
	assert_eq "$STATUS" 2
	assert_eq "$ERR" "kexctl: region 'r1': peek: revoked meanwhile, or its device unbound"
}
