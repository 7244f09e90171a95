#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl on regions that the device tree asks for.
# lab: --overlay dts/overlays/kex-qemu-virt.dtso --overlay tests/bats/dt/memory.dtso --append mem=768M

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# Not to be removed, only taken down
KEX_FIXED=(fb0 fb1)
FIXED=$KEX_CARVEOUTS/fixed

setup_file() {
	[ -d /proc/device-tree/fixed-carveout ] ||
		skip "the guest has another device tree: tests/lab/suite gives it tests/bats/dt/memory.dtso"
}

# The values of the nodes, as at the start
bring_back() {
	unbind fixed
	bind fixed
}

@test "set takes a region of the device tree down and up, with other values" {
	bring_back
	paths fb0 fixed
	exits 0 kexctl region set fb0 live=0 cache=uncached size=64K live=1
	assert_file "$S/cache" uncached
	assert_file "$S/size" 65536
	exits 2 kexctl region set fb0 live=0 offset=0 size=65M live=1
	assert_file "$R/live" 1
	assert_file "$S/cache" uncached
	exits 0 kexctl region set fb0 live=0
	exits 2 kexctl region create fb0 --size 64K
	assert_contains "$ERR" "taken by a region of carve-out 'fixed'"
	bring_back
}

@test "delete leaves a region of the device tree as it is, and says why" {
	local force
	bring_back
	paths fb0 fixed
	hold "$N" 4K
	for force in '' --force --dry-run; do
		# shellcheck disable=SC2086 # empty is no argument
		exits 2 kexctl region delete fb0 $force
		assert_contains "$ERR" "region 'fb0': delete: it comes from the device tree"
		assert_contains "$ERR" 'kexctl region set fb0 live=0'
		assert_eq "$OUT" ''
		assert_file "$R/live" 1
	done
	release "$HOLDER"
}

@test "clear passes over regions of the device tree, and counts the others" {
	bring_back
	region a size=64K
	exits 0 kexctl --dry-run clear
	assert_eq "$OUT" "echo 0 > $R/live"$'\n'"rmdir $R"
	exits 0 kexctl clear
	assert_eq "$ERR" 'kexctl: cleared 1 region'
	assert_missing "$R"
	assert_file "$FIXED/regions/fb0/live" 1
	assert_file "$FIXED/regions/fb1/live" 1
	exits 0 kexctl clear --force --names
	assert_eq "$OUT" ''
	assert_eq "$ERR" 'kexctl: cleared 0 regions'
}
