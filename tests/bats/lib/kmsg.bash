# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # the tests use LINES
# What the kernel has to say about a test.

# One file for the whole run: a splat between two tests fails the later one
KMSG_STATE=$BATS_RUN_TMPDIR/kmsg

kmsg_begin() {
	[ -e "$KMSG_STATE" ] || kexkmsg splat "$KMSG_STATE"
}

# Prints the kernel's complaints since the last time; fails when there are any
kmsg_splats() {
	kexkmsg splat "$KMSG_STATE" >&2
}

# Everything that is logged from now on goes to kmsg_new
kmsg_mark() {
	rm -f "$BATS_TEST_TMPDIR/kmsg"
	kexkmsg all "$BATS_TEST_TMPDIR/kmsg"
}

# OUT is what was logged since kmsg_mark
kmsg_new() {
	try kexkmsg all "$BATS_TEST_TMPDIR/kmsg"
	((STATUS < 2)) || fail "kexkmsg: $ERR"
}

# kmsg_new_kex: LINES are those that were logged since kmsg_mark and name kex. A
# slow guest may have something to say of its own, on its timers.
kmsg_new_kex() {
	local line
	LINES=()
	kmsg_new
	while read -r line; do
		[[ $line != *kex* ]] || LINES+=("$line")
	done <<<"$OUT"
}
