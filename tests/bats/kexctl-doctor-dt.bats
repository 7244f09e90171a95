#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl doctor: the device trees that the driver refuses, each diagnosed with
# the remedy; and doctor and driver agree on each of them.
# lab: --overlay dts/overlays/kex-qemu-virt.dtso --overlay tests/bats/dt/wrong.dtso --append mem=768M

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/doctor.bash"

KEX_TREE=wrong-nothing
KEX_FIXED=(taken other)

setup_file() {
	# The log has lines of this load, whatever other tests made the driver say
	rmmod kex
	modprobe kex
	kexctl doctor >"$BATS_FILE_TMPDIR/found" || [ $? = 2 ]
}

# seen: FINDINGS is what doctor said when the file began
seen() {
	mapfile -t FINDINGS <"$BATS_FILE_TMPDIR/found"
}

@test "doctor and driver agree on each carve-out: what is bound has no FAIL, all else has a reason" {
	local path node device checked=0
	seen
	for path in /proc/device-tree/*/compatible; do
		node=${path%/compatible}
		node=/${node##*/}
		slurp OUT "$path"
		[[ $OUT == kex,carveout* ]] || continue
		checked=$((checked + 1))
		device=(/sys/bus/platform/devices/"${node#/}" /sys/bus/platform/devices/*."${node#/}")
		if [ -e "${device[0]}/driver" ] || [ -e "${device[1]-}/driver" ]; then
			found OK carve-out "$node: bound"
			not_found FAIL '' ": $node:"
		else
			found FAIL carve-out "$node: not bound" ' '
		fi
	done
	((checked > 30)) || fail "only $checked carve-outs"
}

@test "reusable: replace it by no-map" {
	seen
	found FAIL reusable /reserved-memory/memory@6a200000 'replace reusable by no-map'
	found FAIL carve-out '/wrong-reusable: not bound, for what is said above'
}

@test "cells of reserved memory: how many reg wants" {
	seen
	found FAIL cells '/reserved-memory/memory@6a500000: reg has 2 cells, and an entry is 4' \
		'write reg with 4 cells for each range (address 2, size 2)'
}

@test "cells of reg: how many it wants" {
	seen
	found FAIL cells '/wrong-few-cells: reg has 2 cells, and an entry is 4' 'write reg with 4 cells'
	found FAIL cells '/wrong-more-cells: reg has 5 cells' 'write reg with 4 cells'
	found FAIL cells '/wrong-no-cells: reg has 0 cells' 'write reg with 4 cells'
}

@test "ranges of one node that overlap: separate them" {
	seen
	found FAIL overlap '/wrong-overlap: 0x70080000+0x100000 overlaps' 'separate them'
	found FAIL overlap /wrong-same: 'separate them'
}

@test "two carve-outs over one memory: the one that is not bound is told" {
	seen
	found FAIL overlap ': /reserved-memory/memory@6a100000: 0x6a100000+0x100000 overlaps /twice-' 'separate them'
}

@test "memory that another driver has: whose it is" {
	seen
	found FAIL overlap '/wrong-device: 0x9000000+0x10000 is in use by' 'separate them'
}

@test "no-map is missing where another cache attribute is wanted: a FAIL" {
	seen
	found FAIL no-map '/reserved-memory/memory@6a600000: no-map is missing: the kernel maps this memory write-back, and /wrong-mapped wants' 'add no-map'
	found FAIL no-map 'and /wrong-mapped-child wants' 'add no-map'
}

@test "System RAM in reg: reserve it" {
	seen
	found FAIL ram '/wrong-ram: reg: 0x50000000+0x100000 is System RAM' 'child of /reserved-memory'
}

@test "memory-region that leads nowhere, to the wrong place, or to a disabled node" {
	seen
	found FAIL memory-region '/wrong-phandle: <0xdead> leads to no node' 'child of /reserved-memory'
	found FAIL memory-region '/wrong-stray: leads to /wrong-stray-memory' 'right below /reserved-memory'
	found FAIL reserved-memory '/reserved-memory/memory@6a400000: it is disabled' 'delete status'
	found FAIL memory-region '/wrong-both: both memory-region and reg' 'one of the two'
	found FAIL memory-region '/wrong-nothing: neither' 'one of the two'
}

@test "memory that is not whole pages" {
	seen
	found FAIL alignment '/wrong-odd-start: reg: 0x70000200' 'multiples of'
	found FAIL alignment '/wrong-odd-size: reg: 0x70000000+0x10200' 'multiples of'
	found FAIL alignment /reserved-memory/memory@6a300200: 'multiples of'
	found FAIL alignment /wrong-empty: 'the size not 0'
}

@test "what only the driver knows is read from its line in the log, remedy and all" {
	seen
	found FAIL carve-out "/same-label-" 'labels must differ'
	found FAIL carve-out "not bound; the last line in the log is: /taken-" 'labels must differ'
	unbind zgood
	assert_refused ENODEV "$KEX_DRIVER/bind" 70000000.wrong-Name
	# Nor does a line on an object hide it
	printf '<3>kex 70000000.wrong-Name: /wrong-Name: pool '\''x0'\'': it cannot be had\n' >/dev/kmsg
	doctor 2
	bind zgood
	found FAIL carve-out "/wrong-Name: not bound; the last line in the log is: /wrong-Name: node name 'wrong-Name' is no name" \
		'add a label'
}

@test "a name gives a terminal no orders" {
	seen
	[[ $(<"$BATS_FILE_TMPDIR/found") != *[![:print:][:space:]]* ]] || fail 'a byte that is no character'
}
