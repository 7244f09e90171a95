#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What the driver's source shows, and no run of it can.

# uses PATTERN FILE...: lines of the driver's code, comments left out
uses() {
	local pattern=$1 top=$BATS_TEST_DIRNAME/../../../driver
	shift
	(cd "$top" && grep -nE "$pattern" "$@") | grep -v '^[^:]*:[0-9]*:[[:space:]]*\*' || [ $? = 1 ]
}

# seed: 5.6
@test "what fills pages of a pool and copies out of them is pool.c alone, where an engine could do it" {
	local copies='\<(copy_page|copy_highpage|copy_mc_highpage|clear_page|clear_highpage|kmap_local_page)\('
	run uses "$copies" migrate.c evict.c large.c huge.c policy.c mms.c
	printf '%s\n' "$output"
	[ -z "$output" ]
	[ -n "$(uses "$copies" pool.c)" ]
	# Nobody else knows where the bytes are mapped
	run uses 'pool->base' --include='*.c' -r .
	printf '%s\n' "$output"
	[ "$(cut -d: -f1 <<<"$output" | sort -u)" = ./pool.c ]
}
