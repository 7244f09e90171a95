#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl region dump and load: the bytes as they are.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# bytes FILE LEN: LEN bytes that do not repeat within a page
bytes() {
	seq 100000 | head -c "$2" >"$1"
}

@test "load then dump gives back the bytes, whole or a range" {
	local in=$BATS_TEST_TMPDIR/in out=$BATS_TEST_TMPDIR/out.bin
	region r1 size=64K
	bytes "$in" 65536
	exits 0 kexctl region load r1 "$in"
	assert_eq "$OUT$ERR" ''
	cmp "$in" "$N"
	kexctl region dump r1 >"$out"
	cmp "$in" "$out"
	kexctl region dump r1 0x1001+5000 >"$out"
	cmp <(tail -c +4098 "$in" | head -c 5000) "$out"
	kexctl region dump r1 0xfff0-0xffff >"$out"
	cmp <(tail -c 16 "$in") "$out"
	# A short file changes its bytes alone, at any offset; stdin is a file like others
	printf HELLO | kexctl region load r1 - 0x8001
	exits 0 kexctl region load r1 - 65531 <<<LAST
	cmp <(head -c 32769 "$in" && printf HELLO && tail -c +32775 "$in" | head -c 32757 &&
		echo LAST) "$N"
}

@test "load of a file that is too long writes nothing; a longer pipe is an error" {
	local in=$BATS_TEST_TMPDIR/in
	region r1 size=64K
	bytes "$in" 65537
	exits 2 kexctl region load r1 "$in"
	assert_contains "$ERR" "kexctl: region 'r1': load: file '$in' has 65537 bytes, too many by 1"
	exits 2 kexctl region load r1 - 2 <"$in"
	exits 2 kexctl region load r1 "$in" 0x20000
	exits 1 kexctl region load r1 "$in" 0x1Q
	exits 3 kexctl region load r1 "$in.none"
	exits 2 kexctl region load r1 "$BATS_TEST_TMPDIR"
	exits 3 kexctl region load none "$in"
	cmp -n 65536 /dev/zero "$N"
	exits 2 kexctl region load r1 - 1 < <(head -c 65536 "$in")
	assert_contains "$ERR" '65535 bytes are written'
	exits 0 kexctl region load r1 - 1 < <(head -c 65535 "$in")
	exits 0 kexctl --dry-run region load r1 - 4K </dev/null
	assert_eq "$OUT" 'dd if=/dev/stdin of=/dev/kex/r1 bs=1M seek=4096 oflag=seek_bytes conv=notrunc'
}

@test "dump refuses a terminal, JSON, and what lies outside" {
	region r1 size=64K
	try bash -c 'kexctl region dump r1 >/dev/console'
	assert_eq "$STATUS" 2
	assert_contains "$ERR" '| xxd'
	exits 1 kexctl region dump r1 --json
	exits 1 kexctl region dump r1 1
	exits 1 kexctl region dump r1 0+64K+1
	exits 2 kexctl region dump r1 0x10001+0
	exits 2 kexctl region dump r1 0xfff0+17
	assert_contains "$ERR" "range 0xfff0+17: ends behind the region (size 64K)"
	assert_eq "$OUT" ''
	exits 2 bash -c 'kexctl region dump r1 >/dev/full'
	assert_contains "$ERR" 'No space left'
	put "$R/live" 0
	exits 2 kexctl region dump r1
	assert_contains "$ERR" 'not live'
}

@test "a copy that takes longer than a second shows its progress on a terminal, and clears it" {
	local late
	region r1 size=8M
	# A reader that is late, by what a person notices
	late='head -c 1M; read -r -t 1.2 <> <(:) || cat'
	exits 0 kexpty bash -c "kexctl region dump r1 | { $late; } >/dev/null"
	[[ $OUT =~ $'\r'"r1: "[1-8]"M of 8M ("[0-9]+"%)"$'\e[K' ]] || fail "$OUT"
	[[ $OUT == *$'\r\e[K' ]] || fail "not cleared: $OUT"
	exits 0 kexpty bash -c "{ $late; } <$N | kexctl region load r1 - "
	assert_contains "$OUT" $'\rr1: '
	# What is quick says nothing, and a file gets none of it
	exits 0 kexpty bash -c "kexctl region dump r1 0+64K | { $late; } >/dev/null"
	assert_eq "$OUT" ''
	exits 0 bash -c "kexctl region dump r1 | { $late; } >/dev/null"
	assert_eq "$OUT$ERR" ''
}

@test "a signal ends a dump and says how far it got; a revoke does, too" {
	region r1 size=8M
	stuck env --default-signal=INT kexctl region dump r1
	kill -INT "$STUCK"
	unstick
	assert_eq "$STATUS" 130
	[[ $ERR =~ "region 'r1': interrupted: "[1-9][0-9]*" of 8388608 bytes are written" ]] ||
		fail "$ERR"
	stuck kexctl region dump r1
	put "$R/revoke" 1
	unstick
	assert_eq "$STATUS" 2
	[[ $ERR =~ "the region was revoked; "[1-9][0-9]*" bytes are written" ]] || fail "$ERR"
}
