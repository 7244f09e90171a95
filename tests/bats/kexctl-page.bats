#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl page: its words, its refusals and what scripts get.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "a command line that cannot be read is 1, and says why" {
	try kexctl page walk 1
	assert_eq "$STATUS" 1
	assert_contains "$ERR" 'page walk: missing argument (PID ADDR[+LEN])'
	kexctl_refused 1 "pid 'x': not a number" -- page walk x 0
	kexctl_refused 1 "pid '0': not the number of a process" -- page probe 0 0
	kexctl_refused 1 "pid '1': address 12q:" -- page phys 1 12q
	kexctl_refused 1 "pid '1': address 0x1000+z:" -- page evict 1 0x1000+z
	kexctl_refused 1 "address '@z'" -- page phys @z
	kexctl_refused 1 'page phys: missing argument' -- page phys 1
	kexctl_refused 1 'count 0: at least 1' -- page watch 1 0+4K -c 0
	kexctl_refused 1 'timeout 5: not a time' -- page watch 1 0+4K --timeout 5
}

@test "an address where a range is wanted, and a range where one address is, are usage" {
	kexctl_refused 1 "pid '$$': address 0x1000+64K: one address is asked for, not a range" -- \
		page probe $$ 0x1000+64K
	kexctl_refused 1 'address 0x1000+0: one address' -- page probe $$ 0x1000+0
	kexctl_refused 1 'address 0x1000-0x1fff: one address' -- page probe $$ 0x1000-0x1fff
	kexctl_refused 1 'address 0x1000: not a range (such as' -- page watch $$ 0x1000
	kexctl_refused 1 'address 0x1000: not a range (such as' -- page evict $$ 0x1000
}

@test "a process that is not there is 3; kernel threads have no memory" {
	kexctl_refused 3 "pid '4194303': there is no such process" -- page walk 4194303 0
	kexctl_refused 3 "pid '2': there is no such process" 'kernel threads' -- page phys 2 0
	kexctl_refused 3 "pid '4194303'" -- page watch 4194303 0+64K
	kexctl_refused 3 "pid '4194303'" -- page evict 4194303 0+64K
}

@test "a thread is not taken for a process, nor that there are no files left for a good answer" {
	local tid task verb fd
	exec {fd}< <(exec kexmap 'anon 16P' thread 'say ready' pause 3>&-)
	HOLDER=$!
	HOLDERS+=("$HOLDER")
	read -r -t 20 -u "$fd" tid
	exec {fd}<&-
	assert_eq "$tid" ready
	tid=''
	for task in "/proc/$HOLDER/task"/*; do
		[ "${task##*/}" = "$HOLDER" ] || tid=${task##*/}
	done
	[ -n "$tid" ] || fail 'there is no thread'
	for verb in "walk $tid 0" "phys $tid 0" "probe $tid 0" "evict $tid 0+64K" "watch $tid 0+64K"; do
		# shellcheck disable=SC2086 # words
		kexctl_refused 3 "pid '$tid': is a thread; give its process" -- page $verb
	done
	exits 2 bash -c "exec 3>&-; ulimit -n 4; exec kexctl page walk $HOLDER 0"
	assert_eq "$ERR" "kexctl: pid '$HOLDER': pidfd_open: Too many open files"
}

@test "a process whose first thread has ended is looked into as any other, and found" {
	local at phys fd
	exec {fd}< <(exec kexpage leaderless 3>&-)
	HOLDER=$!
	HOLDERS+=("$HOLDER")
	read -r -t 20 -u "$fd" at
	exec {fd}<&-
	slurp OUT "/proc/$HOLDER/stat"
	assert_contains "$OUT" ') Z '
	exits 0 kexctl page phys "$HOLDER" "$at" -j
	assert_eq "$(jq -r '.[0].kind' <<<"$OUT")" anon
	phys=$(jq -r '.[0].phys' <<<"$OUT")
	exits 0 kexctl page probe "$HOLDER" "$at"
	exits 0 kexctl page walk "$HOLDER" "$at"
	exits 0 kexctl page phys "@$phys" -j
	assert_eq "$(jq -r '.[] | select(.kind == "process") | .pid' <<<"$OUT")" "$HOLDER"
}

@test "the last page of 64 bits is not in user space, whatever its end is" {
	local verb
	for verb in walk phys; do
		kexctl_refused 2 "pid '$$': address 0xffffffffffffffff: not in user space" -- \
			page "$verb" $$ 0xffffffffffffffff
	done
	for verb in walk phys evict watch; do
		kexctl_refused 2 'address 0xffffffffffff0000+64K: not in user space' -- \
			page "$verb" $$ 0xffffffffffff0000+64K
	done
}

@test "addresses of the kernel's, length 0 and halves of pages are 2, with the reason" {
	kexctl_refused 2 "pid '$$': address 0xffff000000000000: not in user space" -- \
		page walk $$ 0xffff000000000000
	kexctl_refused 2 "address 0xffffffffffffffff: not in user space" -- page probe $$ 0xffffffffffffffff
	kexctl_refused 2 'address 0x10000+0:' 'the length not 0' -- page phys $$ 0x10000+0
	kexctl_refused 2 'address 0x10001+64K:' "multiples of the $PAGE_TEXT page" -- \
		page evict $$ 0x10001+64K
	kexctl_refused 2 'not all of it is mapped from regions or windows: EINVAL' -- page evict $$ 0x10000+64K
}

@test "without the rights it is 2, says which, and shows nothing" {
	local verb
	for verb in 'walk 1 0' 'phys 1 0' 'phys @0x60000000' 'probe 1 0' 'evict 1 0+64K' 'watch 1 0+64K'; do
		# shellcheck disable=SC2086 # words
		try setpriv --reuid=65534 --regid=65534 --clear-groups kexctl page $verb
		assert_eq "$STATUS" 2 "$verb"
		assert_eq "$OUT" '' "$verb"
		assert_contains "$ERR" 'CAP_SYS_PTRACE'
		assert_contains "$ERR" 'EPERM'
	done
}

@test "--names, --json and --dry-run" {
	region fb0 size=1P
	exits 0 kexctl page walk $$ 0 --names
	assert_eq "${OUT//$'\n'/ }" 'pgd p4d pud pmd pte'
	exits 0 kexctl page walk $$ 0 --json
	jq -e 'length == 5 and all(.[]; .kind == "entry" and .level == .name and (.virt | startswith("0x")) and
		(.means | type) == "array" and (.length | type) == "number")' <<<"$OUT"
	exits 0 kexctl page probe $$ 0 --names
	assert_eq "${OUT//$'\n'/ }" 'o_direct rdma process_vm_readv migrate'
	kexmap <<-EOF
		open $N
		map 0 1P
		run kexctl page evict \$PID \$ADDR+$PAGE --dry-run >$BATS_TEST_TMPDIR/dry -> 0
		get $S/evictions -> 0
		run kexctl page evict \$PID \$ADDR+$PAGE --json >$BATS_TEST_TMPDIR/json -> 0
		get $S/evictions -> 1
	EOF
	[[ $(<"$BATS_TEST_TMPDIR/dry") == '# one ioctl KEX_CTL_EVICT of /dev/kex/_ctl: pid '* ]]
	jq -e ".[0].kind == \"process\" and .[0].length == $PAGE" "$BATS_TEST_TMPDIR/json"
}

@test "the verbs complete, and help says what each is" {
	local verb
	exits 0 kexctl --complete page ''
	for verb in walk phys probe evict watch; do
		[[ $'\n'$OUT$'\n' == *$'\n'$verb$'\n'* ]] || fail "$verb does not complete: $OUT"
	done
	for verb in walk phys probe evict watch; do
		exits 0 kexctl page "$verb" --help
		[[ $OUT == "Usage: kexctl page $verb PID ADDR"* ]] || fail "$OUT"
	done
}

@test "a full device is an error, and so is a module that is not there" {
	try bash -c 'kexctl page walk $$ 0 >/dev/full'
	assert_eq "$STATUS" 2
	assert_contains "$ERR" 'cannot write the output: No space left on device'
	rmmod kex
	try kexctl page walk $$ 0
	insmod /kex/kex.ko
	assert_eq "$STATUS" 2
	assert_contains "$ERR" 'the module kex is not loaded'
}

@test "the node is there while the module is, for everybody" {
	local mode
	mode=$(stat -c '%a %F' /dev/kex/_ctl)
	assert_eq "$mode" '666 character special file'
	rmmod kex
	assert_missing /dev/kex/_ctl
	insmod /kex/kex.ko
	wait_until 5 test -c /dev/kex/_ctl
}
