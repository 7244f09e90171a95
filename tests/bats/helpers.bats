#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The suite's own tools: each check must be able to fail.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# refuses COMMAND...: the check fails, and says why on stderr
refuses() {
	try "$@"
	((STATUS != 0)) || fail "did not fail: $*"
	[ -n "$ERR" ] || fail "failed without a word: $*"
}

@test "each assertion fails when it should and passes when it should" {
	local file=$BATS_TEST_TMPDIR/file
	printf 'one\ntwo\n\n' >"$file"
	assert_eq a a
	refuses assert_eq a b
	refuses assert_eq '' b
	refuses assert_eq b ''
	assert_contains 'some text' 'me te'
	refuses assert_contains 'some text' other
	refuses assert_contains '' other
	assert_file "$file" $'one\ntwo\n'
	refuses assert_file "$file" one
	refuses assert_file "$file" ''
	refuses assert_file "$file.none" one
	refuses assert_file "$file.none" ''
	assert_missing "$file.none"
	refuses assert_missing "$file.none" "$file"
	exits 3 bash -c 'echo out; echo err >&2; exit 3'
	assert_eq "$OUT" out
	assert_eq "$ERR" err
	refuses exits 0 bash -c 'exit 3'
	refuses exits 3 bash -c 'exit 0'
	refuses exits 1 /no/such/command
}

@test "put knows the errno, and assert_refused wants exactly that one" {
	region t0 live=0
	put "$R/size" 64K
	assert_eq "$ERRNO" ''
	if put "$R/size" junk; then fail "took junk"; fi
	assert_eq "$ERRNO" EINVAL
	if put "$R/none" 1; then fail "wrote to nothing"; fi
	assert_eq "$ERRNO" EACCES
	if put /dev/full 1; then fail "wrote to a full device"; fi
	assert_eq "$ERRNO" ENOSPC
	assert_refused EINVAL "$R/size" junk
	refuses assert_refused ERANGE "$R/size" junk
	refuses assert_refused EINVAL "$R/size" 64K
	assert_file "$R/size" 65536
}

@test "kexmap fails for a reply that differs and names its line" {
	kexmap <<-EOF
		open /dev/zero
		map 0 64K private
		is 0 64K 0
		fill 0 64K 1
		check 0 64K 1
	EOF
	exits 1 kexmap 'open /dev/zero' 'map 0 64K private' 'check 0 64K 1'
	assert_contains "$ERR" 'line 3: check 0 64K 1: got BAD@0x0'
	exits 1 kexmap 'open /dev/zero -> ENOENT'
	exits 1 kexmap 'open /no/such/file'
	assert_contains "$ERR" 'got ENOENT'
	exits 1 kexmap 'open /dev/zero' 'map 0 64K private' 'fill 0 64K 1' 'check 0 64K 2'
	exits 1 kexmap 'open /dev/zero' 'map 0 2P private' 'touch 1P w' 'is 0 2P 1'
	# Anonymous memory costs a fault a page to read and another to write
	kexmap 'open /dev/zero' 'map 0 16P private' 'faults 0 16P -> 16' \
		'faults 0 16P w -> 16' 'faults 0 16P w -> 0'
	exits 1 kexmap 'open /dev/zero' 'map 0 16P private' 'faults 0 16P w -> 0'
	exits 2 kexmap 'no-such-command'
	exits 2 kexmap 'touch 0'
	exits 1 kexmap fork 'kid 1 open /no/such/file'
	kexmap fork 'kill 1' 'recv 1 -> DEAD'
	kexmap 'open /dev/zero' 'map 0 1P private' 'protect r' 'touch 0' 'touch 0 w -> SIGSEGV@0x0'
}

@test "kexmap takes an empty reply of a kid for one, and not for its death" {
	local empty=$BATS_TEST_TMPDIR/empty
	: >"$empty"
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/said"
		fork
		kid 1 get $empty -> ?
		kid 1 get /proc/self/comm -> kexmap
	EOF
	slurp OUT "$BATS_TEST_TMPDIR/said"
	assert_eq "$OUT" ''
}

@test "a page is the kernel's, in bash, in kexmap and where a region is made" {
	assert_eq "$PAGE" "$(getconf PAGESIZE)"
	assert_eq "$PAGE_TEXT" "$((PAGE / 1024))K"
	region t0 size=3P
	assert_file "$R/size" "$((3 * PAGE))"
	kexmap <<-EOF
		open $N
		pread 0 2P -> 2P
		pread 1P 3P -> $((2 * PAGE))
	EOF
	exits 1 kexmap "open $N" 'pread 0 2P -> 1P'
	exits 2 kexmap "open $N" 'pread 0 1PK'
}

@test "kexkmsg tells a splat from a line, and knows the lines that it has seen" {
	local log=$BATS_TEST_TMPDIR/log state=$BATS_TEST_TMPDIR/state
	printf '6,%d,0,-;quiet\n' 1 2 >"$log"
	exits 0 kexkmsg splat "$state" "$log"
	printf '4,3,0,-;WARNING: CPU: 0 PID: 1\n continued\n6,4,0,-;BUG: a bug\n6,5,0,-;fine\n' >>"$log"
	exits 1 kexkmsg splat "$state" "$log"
	assert_eq "$OUT" $'WARNING: CPU: 0 PID: 1\nBUG: a bug'
	exits 0 kexkmsg splat "$state" "$log"
	printf '6,6,0,-;more\n' >>"$log"
	exits 1 kexkmsg all "$state" "$log"
	assert_eq "$OUT" more
	exits 2 kexkmsg splat "$state" /no/such/file
	# Failed allocations are shown by a trace, which has no fault above it
	{
		printf '4,7,0,-;%s\n' 'kex-test: allocations are made to fail: begin'
		printf '4,%d,0,-;%s\n' 8 'x: vmalloc error: size 4096' 9 'Call trace:' \
			10 'Huh VM_FAULT_OOM leaked out' 11 'WARNING: CPU: 0'
		printf '4,12,0,-;%s\n' 'kex-test: allocations are made to fail: end'
	} >>"$log"
	exits 1 kexkmsg splat "$state" "$log"
	assert_eq "$OUT" 'WARNING: CPU: 0'
	printf '4,13,0,-;Call trace:\n' >>"$log"
	exits 1 kexkmsg splat "$state" "$log"
	assert_eq "$OUT" 'Call trace:'
	# The real log, with a harmless line of our own
	kmsg_mark
	kmsg_new
	assert_eq "$OUT" ''
	printf 'helpers.bats was here\n' >/dev/kmsg
	kmsg_new
	assert_contains "$OUT" 'helpers.bats was here'
}

@test "the teardown removes live, held and configured regions" {
	region t0 size=64K
	hold "$N" 64K
	region t1 carveout=sram size=64K live=0
	region t2 size=1P
	kex_remove_all
	assert_eq "${LEFT[*]-}" ''
	assert_missing "$FPGA/regions/t0" "$SRAM/regions/t1" "$FPGA/regions/t2"
	assert_file "$FPGA/free" "$FPGA_SIZE"
	ended "$HOLDER" || fail "the holder lives"
}

@test "the teardown fails while somebody keeps memory, and names what is left" {
	region t0 size=64K
	hold "$N" 64K
	HOLDERS=()
	KEX_PATIENCE=0
	kex_remove_all
	assert_contains "${LEFT[*]}" 'carve-out fpga misses memory'
	release "$HOLDER"
	KEX_PATIENCE=5
	kex_remove_all
	assert_eq "${LEFT[*]-}" ''
}

@test "wait_until gives up at its limit" {
	local start=$SECONDS
	refuses_quietly() { return 1; }
	if wait_until 1 refuses_quietly; then fail "waited for nothing"; fi
	((SECONDS - start < 5)) || fail "waited too long"
	wait_until 1 true
}

@test "a teardown fails for what the file's own part of it leaves" {
	kex_teardown true
	refuses kex_teardown false true
	assert_contains "$ERR" 'left behind: what false should have taken away'
}
