#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl doctor where nothing of the usual set-up works, so that no other test
# could run in that guest.

# in_guest OVERLAY: what doctor says with OVERLAY over the usual one, then its status
in_guest() {
	"$BATS_TEST_DIRNAME/../../lab/run" --kernel "${KEX_KERNEL:-7}" --timeout 200 \
		--overlay "$BATS_TEST_DIRNAME/../../../dts/overlays/kex-qemu-virt.dtso" \
		--overlay "$BATS_TEST_DIRNAME/../dt/$1" -- 'kexctl doctor; echo "status $?"'
}

@test "/reserved-memory that counts other cells than the root: what to write there" {
	run in_guest cells.dtso
	printf '%s\n' "$output"
	[[ $output == *$'\nstatus 2'* ]]
	[[ $output == *'FAIL  cells: /reserved-memory: #address-cells is 1, and the root'*'s is 2'* ]]
	[[ $output == *$'\n      fix: write #address-cells = <2> there'* ]]
	[[ $output == *$'\n      fix: write #size-cells = <2> there'* ]]
	[[ $output == *'FAIL  carve-out: /fpga-carveout: not bound, for what is said above'* ]]
	# once, though two carve-outs have memory there
	[ "$(grep -c '#address-cells is 1' <<<"$output")" = 1 ]
}
