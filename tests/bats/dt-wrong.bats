#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Device trees that are wrong: each carve-out fails with one line that names
# node, property and remedy, leaves nothing behind, and the others work.
# lab: --overlay dts/overlays/kex-qemu-virt.dtso --overlay tests/bats/dt/wrong.dtso --append mem=768M

source "$BATS_TEST_DIRNAME/lib/kex.bash"

KEX_TREE=wrong-nothing
KEX_FIXED=(taken other)

# platform NODE: DEVICE is the platform device of that node below the root
platform() {
	local path
	for path in /sys/bus/platform/devices/"$1" /sys/bus/platform/devices/*."$1"; do
		if [ -e "$path" ]; then
			DEVICE=${path##*/}
			return 0
		fi
	done
	fail "no platform device for node $1"
}

# unbound NODE: no driver has the node's device
unbound() {
	platform "$1"
	assert_missing "/sys/bus/platform/devices/$DEVICE/driver"
}

# pair A B: of the two that cannot both be bound, WINNER and LOSER
pair() {
	WINNER=$1 LOSER=$2
	platform "$1"
	if [ ! -e "/sys/bus/platform/devices/$DEVICE/driver" ]; then
		WINNER=$2 LOSER=$1
	fi
}

# refused NODE PROPERTY REMEDY: the log had one line on the node when the
# module was loaded, and has one when a bind is tried
refused() {
	local line label before after
	unbound "$1"
	slurp before /proc/iomem
	kmsg_mark
	assert_refused ENODEV "$KEX_DRIVER/bind" "$DEVICE"
	kmsg_new_kex
	slurp after /proc/iomem
	assert_eq "$after" "$before" /proc/iomem
	assert_eq "${#LINES[@]}" 1 "lines in '$OUT'"
	line=${LINES[0]}
	# shellcheck disable=SC2053 # NODE may be a pattern
	[[ $line == *${NODE:-/$1}": "* ]] || fail "'$line' does not name the node"
	assert_contains "$line" "$2"
	[[ ${line#*"$2"} == *"$3"* ]] || fail "'$line' lacks the remedy '$3'"
	unbound "$1"
	for label in "$KEX_CARVEOUTS/${1#wrong-}" /dev/kex/r0 /dev/kex/r1; do
		assert_missing "$label"
	done
}

@test "when the module is loaded each wrong carve-out has one line, and the right ones are bound" {
	local path node want line taken twice
	rmmod kex
	kmsg_mark
	insmod /kex/kex.ko
	kmsg_new_kex
	want=0
	for path in /proc/device-tree/wrong-* /proc/device-tree/{twice,same-label,taken}-a; do
		node=${path##*/}
		[ -e "$path/compatible" ] || continue
		want=$((want + 1))
		[[ $node != wrong-* ]] || unbound "$node"
	done
	for line in "${LINES[@]}"; do
		[[ $line == 'kex '*': /'*': '*': '* ]] || fail "a line of another kind: $line"
	done
	assert_eq "${#LINES[@]}" $want "lines in '$OUT'"
	for node in fpga sram good zgood; do
		assert_file "$KEX_CARVEOUTS/$node/bound" 1
	done
	taken=$(echo "$KEX_CARVEOUTS"/taken-?)
	twice=$(echo "$KEX_CARVEOUTS"/twice-?)
	set -- "$KEX_CARVEOUTS"/*
	assert_eq "${*##*/}" "fpga good same-label sram ${taken##*/} ${twice##*/} zgood"
}

@test "no memory at all" {
	refused wrong-nothing 'memory-region, reg: ' 'want one of the two'
}

@test "memory-region and reg" {
	refused wrong-both 'memory-region, reg: ' 'want one of the two'
}

@test "memory-region that leads nowhere" {
	refused wrong-phandle 'memory-region: entry 0 leads to no node' 'point it to a child of /reserved-memory'
}

@test "memory-region that leads to a node which is not reserved memory" {
	refused wrong-stray 'memory-region: /wrong-stray-memory was not reserved' 'make it an enabled child of /reserved-memory'
}

@test "memory-region that leads to reserved memory which is disabled" {
	refused wrong-disabled 'memory-region: /reserved-memory/memory@6a400000 was not reserved' 'make it an enabled child'
}

@test "reserved memory with the wrong cells" {
	refused wrong-reserved-cells 'memory-region: /reserved-memory/memory@6a500000 was not reserved' 'fits #address-cells and #size-cells'
}

@test "reserved memory that is reusable" {
	NODE=/reserved-memory/memory@6a200000
	refused wrong-reusable 'reusable: ' 'replace it by no-map'
}

@test "reserved memory that is misaligned" {
	NODE=/reserved-memory/memory@6a300200
	refused wrong-reserved-odd 'reg: 0x000000006a300200+0x10000' 'make start and size multiples'
}

@test "the same reserved memory twice in one node" {
	refused wrong-same 'memory-region: range 1 at 0x000000006a000000 overlaps range 0' 'separate them'
}

@test "the same reserved memory in two nodes: one has it" {
	pair twice-a twice-b
	assert_file "$KEX_CARVEOUTS/$WINNER/bound" 1
	refused "$LOSER" "memory-region: range at 0x000000006a100000 overlaps carve-out '$WINNER'" 'separate them'
	# It is the memory, not the node, that is taken
	unbind "$WINNER"
	bind "$LOSER"
	assert_file "$KEX_CARVEOUTS/$LOSER/bound" 1
	unbind "$LOSER"
	bind "$WINNER"
	rmmod kex
	insmod /kex/kex.ko
}

@test "an attribute that mapped reserved memory cannot have" {
	refused wrong-mapped "kex,cache 'write-combine'" 'add no-map'
}

@test "a child with an attribute that mapped reserved memory cannot have" {
	NODE=/wrong-mapped-child/region@0
	refused wrong-mapped-child "kex,cache 'device'" 'add no-map'
}

@test "System RAM in reg" {
	refused wrong-ram 'reg: 0x0000000050000000+0x100000 is System RAM' 'reserve it with no-map and point memory-region to it'
}

@test "reg over what another driver has" {
	refused wrong-device 'reg: range at 0x0000000009000000 is in use' 'see /proc/iomem'
}

@test "ranges of one node that overlap" {
	refused wrong-overlap 'reg: range 1 at 0x0000000070080000 overlaps range 0' 'separate them'
}

@test "reg that starts inside a page" {
	refused wrong-odd-start 'reg: 0x0000000070000200+0x100000' 'make start and size multiples'
}

@test "reg that ends inside a page" {
	refused wrong-odd-size 'reg: 0x0000000070000000+0x10200' 'make start and size multiples'
}

@test "reg without bytes" {
	refused wrong-empty 'reg: ' 'the size not 0'
}

@test "reg with too few cells" {
	refused wrong-few-cells 'reg: entry 0' 'check #address-cells, #size-cells'
}

@test "reg with cells left over" {
	refused wrong-more-cells 'reg: entry 1' 'check #address-cells, #size-cells'
}

@test "reg without cells" {
	refused wrong-no-cells 'memory-region, reg: ' 'at least one whole entry'
}

@test "two carve-outs with one label: one has it" {
	pair same-label-a same-label-b
	refused "$LOSER" "label 'same-label': /$WINNER has it" 'labels must differ'
	assert_file "$KEX_CARVEOUTS/same-label/bound" 1
}

@test "a label that is no name" {
	refused wrong-label "label 'Frame Buffer' is no name" 'want a label of at most 31 characters'
}

@test "a label that is too long" {
	refused wrong-label-long "label 'a234567890123456789012345678901x' is no name" 'at most 31'
}

@test "a label that is no string" {
	refused wrong-label-bytes 'label: no string' 'write label = "..."'
}

@test "no label, and a node name that is none for a carve-out" {
	refused wrong-Name "node name 'wrong-Name' is no name" 'add a label'
}

@test "a cache attribute that there is not" {
	refused wrong-cache "kex,cache 'writecombine'" 'want write-back, write-combine, uncached or device'
}

@test "a cache attribute that is no string" {
	refused wrong-cache-bytes 'kex,cache: no string' 'write kex,cache = "..."'
}

@test "a child that ends behind the carve-out" {
	NODE=/wrong-child-outside/region@80000
	refused wrong-child-outside 'reg: 0x80000+0x90000' "inside the carve-out's 0x100000 bytes"
}

@test "a child that ends behind the end of all numbers" {
	NODE=/wrong-child-huge/region@10000
	refused wrong-child-huge 'reg: 0x10000+0xffffffffffff0000' 'inside the carve-out'
}

@test "children that overlap" {
	NODE='/wrong-child-overlap/region@*'
	refused wrong-child-overlap ': overlaps region' 'separate them'
}

@test "children with one label" {
	NODE='/wrong-child-same/region@*'
	refused wrong-child-same "label 'r0': another child has it" 'labels must differ'
}

@test "a child whose label another carve-out's region has" {
	pair taken-a taken-b
	refused "$LOSER" "child with label 'taken': " 'labels must differ'
	assert_file "$KEX_CARVEOUTS/$WINNER/bound" 1
	paths taken "$WINNER"
	unbind "$WINNER"
	bind "$WINNER"
	assert_file "$R/live" 1
}

@test "a child over two ranges" {
	NODE=/wrong-child-span/region@f0000
	refused wrong-child-span 'reg: 0xf0000+0x20000: spans two ranges' 'split the region at 0x100000'
}

@test "a child that starts inside a page" {
	NODE=/wrong-child-odd/region@200
	refused wrong-child-odd 'reg: 0x200+0x10000' 'want multiples of the'
}

@test "a child without bytes" {
	NODE=/wrong-child-empty/region@0
	refused wrong-child-empty 'reg: 0x0+0x0' 'want multiples of the'
}

@test "a child without reg" {
	NODE=/wrong-child-nowhere/region@0
	refused wrong-child-nowhere 'reg: want <OFFSET SIZE>' '1 and 1 cells'
}

@test "a child with the wrong cells" {
	NODE=/wrong-child-cells/region@0
	refused wrong-child-cells 'reg: want <OFFSET SIZE>' '1 and 1 cells'
}

@test "a child with a label that is no name" {
	NODE=/wrong-child-label/region@0
	refused wrong-child-label "label '.r0' is no name" 'want a label'
}

@test "a child with a cache attribute that there is not" {
	NODE=/wrong-child-cache/region@0
	refused wrong-child-cache "kex,cache 'cached'" 'want write-back'
}

@test "all that was refused has left nothing in the way of the carve-out that names the same bytes" {
	unbind zgood
	bind zgood
	region t0 carveout=zgood size=1M
	assert_file "$S/phys" 0x70000000
	kexmap "open $N" 'map 0 1M' 'fill 0 1M' 'check 0 1M'
}
