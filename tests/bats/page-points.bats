#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl page, stopped in the middle of a look. The places are those of
# driver/debug.h.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

STOP=/sys/module/kex/parameters/stop

teardown() {
	echo none >"$STOP"
	kex_teardown
}

stop_is() {
	local stop
	read -r stop <"$STOP"
	[ "$stop" = "$1" ]
}

# overtaken VERB OPTION...: kexctl page VERB finds a process, which then ends
overtaken() {
	local looker status=0
	hold "$N" 64K
	put "$STOP" target_found
	kexctl page "$1" "$HOLDER" "${@:2}" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	looker=$!
	wait_until 20 stop_is target_found
	release "$HOLDER"
	put "$STOP" none
	wait "$looker" || status=$?
	assert_eq "$status" 3 "$1" || return 1
	assert_file "$BATS_TEST_TMPDIR/out" '' || return 1
	assert_contains "$(<"$BATS_TEST_TMPDIR/err")" 'there is no such process'
}

@test "a process that ends while it is looked into is not told of: its pid may be another's" {
	region fb0 size=64K
	overtaken walk 0x1000
	overtaken phys 0x1000
	overtaken probe 0x1000
	overtaken watch 0x10000+64K
}

@test "a process that is looked into and ends gives back all that it had of a region" {
	local looker
	region fb0 size=64K
	hold "$N" 64K
	put "$STOP" target_found
	kexctl page walk "$HOLDER" 0x1000 >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	looker=$!
	wait_until 20 stop_is target_found
	release "$HOLDER"
	put "$STOP" none
	wait "$looker" || [ $? = 3 ]
	put "$R/live" 0
}
