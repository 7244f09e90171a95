#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Windows against a model of them, with random calls.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "whatever is mapped, unmapped and held, list and bytes are what a table of pages says" {
	local seed=${KEX_SEED:-$SRANDOM} i
	# Asked for again with KEX_SEED
	echo "# seed $seed" >&3
	for i in 1 2 3; do
		region t0 size=24P
		region t1 size=9P
		region t2 size=40P populate=lazy
		window w0 size=32P hole=zero
		exits 0 kexpieces "$((seed + i))" 1500 fpga w0 t0 t1 t2
		assert_contains "$OUT" 'ok: '
		kex_remove_all
	done
}
