#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl page watch: what is invalidated of a range, and why.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# watch OPTION...: WATCH is a line of a kexmap script that starts a watch of the
# first 16 pages of the last mapping, and goes on when it has begun
watch() {
	: >"$BATS_TEST_TMPDIR/err"
	printf -v WATCH "%s" "run kexctl page watch \$PID \$ADDR+$((16 * PAGE)) $*" \
		" >$BATS_TEST_TMPDIR/out 2>$BATS_TEST_TMPDIR/err &" \
		" timeout 20 sh -c 'until grep -q watching $BATS_TEST_TMPDIR/err; do :; done' -> 0"
}

# causes: CAUSES are the second words of what the watch has said, when it has ended
causes() {
	local cause
	wait_until 10 grep -q "${1:-exit}" "$BATS_TEST_TMPDIR/out"
	CAUSES=''
	while read -r _ cause _; do
		CAUSES+=${CAUSES:+ }$cause
	done <"$BATS_TEST_TMPDIR/out"
}

@test "seed 4.2: munmap, mprotect, fork, copy on write and the end each say their cause" {
	watch
	kexmap <<-EOF
		anon 16P
		fill 0 16P
		$WATCH
		protect r
		protect rw
		fork
		fill 0 1P 2
		unmap 8P 4P
	EOF
	causes
	[[ $CAUSES =~ ^protect-vma\ protect-vma\ protect-page\ clear\ unmap(\ (clear|unmap))*\ exit$ ]] ||
		fail "$CAUSES"
}

@test "seed 4.2: a zap says clear, with the range that was evicted" {
	local line
	region fb0 size=16P
	watch -c 1
	kexmap <<-EOF
		open $N
		map 0 16P
		$WATCH
		run echo \$ADDR >$BATS_TEST_TMPDIR/addr -> 0
		run kexctl region evict fb0 $((4 * PAGE))+$((8 * PAGE)) -> 0
	EOF
	causes clear
	assert_eq "$CAUSES" clear
	line=$(<"$BATS_TEST_TMPDIR/out")
	printf -v line '0x%x+%dK' $(($(<"$BATS_TEST_TMPDIR/addr") + 4 * PAGE)) $((8 * PAGE / 1024))
	assert_contains "$(<"$BATS_TEST_TMPDIR/out")" " clear $line"
}

@test "seed 4.2: an evict of one process is seen by it, and not by the other" {
	region fb0 size=16P
	watch -c 1
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P
		$WATCH
		run kexctl page evict \$PID \$ADDR+$((16 * PAGE)) -> 0
		check 0 16P
	EOF
	causes clear
	assert_eq "$CAUSES" clear
}

@test "a migration into a pool says so" {
	need_pools
	pool p0 size=2M
	watch -c 1
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		$WATCH
		migrate 0 16P -> 16
	EOF
	causes migrate
	assert_eq "$CAUSES" migrate
}

@test "each event is a JSON array of one object, with time, cause and range" {
	watch -j -c 1
	kexmap <<-EOF
		anon 16P
		fill 0 16P
		$WATCH
		unmap
	EOF
	wait_until 10 grep -q unmap "$BATS_TEST_TMPDIR/out"
	jq -e 'length == 1 and (.[0] | .name == "unmap" and .cause == "unmap" and
		.kind == "event" and .time > 0 and (.virt | startswith("0x")) and
		.length > 0)' "$BATS_TEST_TMPDIR/out"
}

@test "a watch ends when its time is over, though nothing has happened" {
	try kexctl page watch $$ 0x10000+64K --timeout 100ms
	assert_eq "$STATUS $OUT" '0 '
	assert_eq "$ERR" 'kexctl: watching (Ctrl-C ends it)'
}

@test "a stdout that is closed is not that of the next file, and told at once" {
	exits 2 bash -c 'kexctl page watch $$ 0x10000+64K >&-'
	assert_eq "$ERR" 'kexctl: page watch: stdout is closed'
	exits 2 bash -c 'kexctl page probe $$ 0x10000 >&-'
	assert_eq "$ERR" 'kexctl: cannot write the output: Bad file descriptor'
	region r1 size=64K
	exits 2 bash -c 'kexctl region load r1 - <&-'
	assert_contains "$ERR" 'Bad file descriptor'
}

@test "a watch that nobody reads any more ends, though nothing has happened" {
	# shellcheck disable=SC2016 # for the other shell
	try timeout 60 bash -c 'kexctl page watch $$ 0x10000+64K | true; exit "${PIPESTATUS[0]}"'
	assert_eq "$STATUS" 141 "$ERR"
}

@test "the longest time that there is does not end a watch at once" {
	try timeout 3 kexctl page watch $$ 0x10000+64K --timeout 18446744073709551615us
	assert_eq "$STATUS" 124 "$ERR"
}

@test "what is unmapped and mapped again is watched on" {
	exits 0 kexpage again
}

@test "a thousand watches each see what is theirs, and nothing else" {
	exits 0 kexpage watches 1000
	assert_eq "$OUT" '1000 watches saw it'
}

@test "one without rights has so many watches of its own that nobody waits long for them" {
	exits 0 setpriv --reuid 1000 --regid 1000 --clear-groups kexpage toomany
	assert_eq "$OUT" '64, and no more'
}

@test "what nobody reads in time is counted, to the last one" {
	exits 0 kexpage lost 1000
	assert_eq "$OUT" '256 seen and 744 counted'
}

@test "a watch ends with its process, behind all that happened before" {
	exits 0 kexpage ends
	assert_eq "$OUT" 'it ends'
}

@test "a module with an open watch stays, and goes when that is closed" {
	exits 0 kexpage watches 1
	rmmod kex
	insmod /kex/kex.ko
}
