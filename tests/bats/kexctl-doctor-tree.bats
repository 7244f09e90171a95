#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl doctor: device trees with faults that the driver does not see, or that
# keep it from seeing the node at all.
# lab: --overlay dts/overlays/kex-qemu-virt.dtso --overlay tests/bats/dt/doctor.dtso --append mem=768M

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/doctor.bash"

KEX_TREE=cupboard

@test "no-map is missing: a warning while write-back is all that is wanted" {
	doctor 2
	found WARN no-map '/reserved-memory/memory@6b000000: no-map is missing' 'add no-map to it'
	found OK carve-out '/mapped-carveout: bound'
	assert_file "$KEX_CARVEOUTS/mapped/bound" 1
}

@test "a region that was refused is not why its carve-out is not bound" {
	region t0 carveout=mapped size=64K cache=uncached live=0
	assert_refused EOPNOTSUPP "$R/live" 1
	unbind mapped
	doctor 2
	bind mapped
	found FAIL carve-out '/mapped-carveout: not bound' "echo $DEVICE > $KEX_DRIVER/bind"
}

@test "reserved memory that no node of memory has: a FAIL, though it is bound" {
	doctor 2
	found FAIL ram '/reserved-memory/memory@b0000000: 0xb0000000+0x100000 lies outside' \
		"name other memory by reg in the carve-out's node"
	found OK carve-out '/nowhere-carveout: bound'
}

@test "reserved memory above the kernel's limit: a warning" {
	doctor 2
	found WARN ram '/reserved-memory/memory@70000000: 0x70000000+0x100000 lies outside' 'correct the address'
	not_found FAIL ram /reserved-memory/memory@70000000
}

@test "reserved memory that the kernel did not take: a FAIL that names the boot" {
	doctor 2
	found FAIL reserved-memory '/reserved-memory/memory@40400000: the kernel uses this memory itself' \
		'memory is reserved when the kernel starts'
	found FAIL carve-out '/kernel-carveout: not bound, for what is said above' 'boot it'
}

@test "reserved nodes that overlap: separate them" {
	doctor 2
	found FAIL overlap '/left-carveout: /reserved-memory/memory@6c000000: 0x6c000000+0x100000 overlaps /reserved-memory/memory@6c080000' \
		'separate them'
}

@test "reserved memory that reg names: it works, and memory-region is better" {
	doctor 2
	found OK carve-out '/spare-carveout: bound'
	found WARN overlap '/spare-carveout: reg: 0x6d000000+0x100000 overlaps /reserved-memory/memory@6d000000' \
		'point memory-region to it instead of reg'
	not_found FAIL '' /spare-carveout
	unbind spare
	doctor 2
	bind spare
	found WARN overlap '/spare-carveout: reg:'
	found FAIL carve-out '/spare-carveout: not bound' "echo $DEVICE > $KEX_DRIVER/bind"
}

@test "what a carve-out lies in is not in its way, unless the driver says so" {
	unbind within
	doctor 2
	bind within
	not_found FAIL overlap /within-carveout
	found FAIL carve-out '/within-carveout: not bound' "echo $DEVICE > $KEX_DRIVER/bind"
	found FAIL overlap '/ecam-carveout: 0x4010000000+0x100000 is in use by PCI ECAM' 'separate them'
}

@test "a carve-out that is disabled: a warning" {
	doctor 2
	found WARN carve-out '/off-carveout: status is "disabled"' 'make it "okay"'
	not_found FAIL carve-out /off-carveout
}

@test "a carve-out below a bus that is disabled: a warning that names the bus" {
	doctor 2
	found WARN carve-out '/dark-bus/inner-bus/dark-carveout: status of /dark-bus is "disabled"' \
		'delete status of /dark-bus, or make it "okay"'
	not_found FAIL '' /dark-bus
}

@test "a node where the kernel makes no device: put it elsewhere" {
	doctor 2
	found FAIL carve-out '/cupboard/deep-carveout: there is no platform device' 'right below the root'
}

@test "reg is followed through a bus that moves addresses" {
	doctor 2
	found OK carve-out '/fabric@73000000/ocm@200000: bound'
	exits 0 kexctl map
	assert_contains "$OUT" 'ocm: 1M at 0x73100000-0x731fffff'
	slurp OUT /proc/iomem
	assert_contains "$OUT" '73100000-731fffff : ocm'
}

@test "reg that a bus has no way for: ranges" {
	doctor 2
	found FAIL cells '/fabric@73000000/beyond@900000: reg: no way from entry 0' ranges
	found FAIL carve-out '/fabric@73000000/beyond@900000: not bound' 'mend that'
}

@test "without the module, overlaps and missing no-map are found as well" {
	rmmod kex
	doctor 2
	modprobe kex
	found WARN no-map /reserved-memory/memory@6b000000
	found FAIL overlap /left-carveout
	found FAIL carve-out '/mapped-carveout: not bound: the module is not loaded'
}
