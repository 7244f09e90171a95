#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Memory of every kind that a device tree can name.
# lab: --overlay dts/overlays/kex-qemu-virt.dtso --overlay tests/bats/dt/memory.dtso --append mem=768M

source "$BATS_TEST_DIRNAME/lib/kex.bash"

KEX_TREE=split-carveout
# Not to be removed, only taken down
KEX_FIXED=(fb0 fb1)
SPLIT=$KEX_CARVEOUTS/split
SPLIT_SIZE=$((0x380000))
MAPPED=$KEX_CARVEOUTS/mapped
OCM=$KEX_CARVEOUTS/ocm
FIXED=$KEX_CARVEOUTS/fixed

# phys_is NAME ADDRESS
phys_is() {
	assert_file "$KEX_CLASS/$1/phys" "$2"
}

# The values of the nodes, as at the start
bring_back() {
	unbind fixed
	bind fixed
}

@test "regions from DT children are there after load, with the node's values" {
	paths fb0 fixed
	assert_file "$R/live" 1
	assert_file "$R/size" $((0x80000))
	assert_file "$R/offset" $((0x100000))
	assert_file "$R/cache" write-combine
	assert_file "$R/mode" 0660
	assert_file "$R/scrub" 1
	assert_file "$S/cache" write-combine
	assert_file "$S/carveout" fixed
	phys_is fb0 0x6c100000
	kexmap "open $N" 'map 0 512K' 'is 0 512K 0' 'fill 0 512K 1' 'check 0 512K 1'
	paths fb1 fixed
	assert_file "$R/live" 1
	assert_file "$R/cache" device
	assert_file "$R/size" $((0x200000))
	phys_is fb1 0x6c200000
	kexmap "open $N" 'map 0 64K' 'is 0 64K 0'
	assert_file "$FIXED/size" $((0x400000))
	assert_file "$FIXED/free" $((0x400000 - 0x280000))
	assert_file "$FIXED/largest_free" $((0x100000))
}

@test "a child that is disabled makes no region" {
	assert_missing "$FIXED/regions/off" /dev/kex/off
}

@test "a region from a DT child can be taken down and up, changed and revoked, but not removed" {
	bring_back
	paths fb0 fixed
	exits 1 rmdir "$R"
	put "$R/live" 0
	assert_missing "$N" "$S"
	exits 1 rmdir "$R"
	put "$R/cache" write-back
	put "$R/offset" auto
	put "$R/live" 1
	assert_file "$S/cache" write-back
	phys_is fb0 0x6c000000
	hold "$N" 64K
	assert_refused EBUSY "$R/live" 0
	put "$R/revoke" 1
	assert_file "$R/live" 0
	assert_missing "$N"
	release "$HOLDER"
	put "$R/live" 1
}

@test "a region from a DT child keeps its name to itself" {
	bring_back
	exits 1 mkdir "$FPGA/regions/fb0"
	assert_contains "$ERR" 'File exists'
}

@test "unbind and bind bring regions from DT children back with the node's values" {
	bring_back
	paths fb0 fixed
	put "$R/live" 0
	put "$R/size" 64K
	put "$R/offset" 0
	put "$R/cache" uncached
	put "$R/live" 1
	unbind fixed
	assert_missing "$N" /dev/kex/fb1
	assert_file "$R/live" 0
	assert_refused ENODEV "$R/live" 1
	bind fixed
	assert_file "$R/live" 1
	assert_file "$R/size" $((0x80000))
	assert_file "$R/offset" $((0x100000))
	assert_file "$R/cache" write-combine
	phys_is fb0 0x6c100000
	assert_file "$FIXED/regions/fb1/live" 1
}

@test "a region from a DT child whose memory is still open stays down at bind, and the log says so" {
	bring_back
	paths fb0 fixed
	hold "$N" 64K
	unbind fixed
	kmsg_mark
	bind fixed
	kmsg_new
	assert_contains "$OUT" "region 'fb0' stays down"
	assert_file "$FIXED/bound" 1
	assert_file "$FIXED/regions/fb1/live" 1
	assert_file "$R/live" 0
	assert_refused EBUSY "$R/live" 1
	release "$HOLDER"
	wait_until 5 free_is fixed $((0x400000 - 0x200000))
	put "$R/live" 1
	phys_is fb0 0x6c100000
}

@test "regions from DT children do not keep the module from being unloaded" {
	bring_back
	assert_file "$FIXED/regions/fb0/live" 1
	exits 0 rmmod kex
	assert_missing "$KEX" /dev/kex/fb0 /sys/class/kex
	exits 0 insmod /kex/kex.ko
	assert_file "$FIXED/regions/fb0/live" 1
	assert_file "$FIXED/regions/fb1/live" 1
}

@test "several ranges: the size is their sum, the largest free piece is in one of them" {
	assert_file "$SPLIT/size" $SPLIT_SIZE
	assert_file "$SPLIT/free" $SPLIT_SIZE
	assert_file "$SPLIT/largest_free" $((0x200000))
	region t0 carveout=split size=2M
	phys_is t0 0x6a000000
	assert_file "$R/offset" $((0x180000))
	assert_file "$SPLIT/free" $((0x180000))
	assert_file "$SPLIT/largest_free" $((0x100000))
	region t1 carveout=split size=1536K live=0
	assert_refused ENOSPC "$R/live" 1
	put "$R/size" 1M
	put "$R/live" 1
	phys_is t1 0x6a200000
	region t2 carveout=split size=512K
	phys_is t2 0x6a300000
	assert_file "$SPLIT/free" 0
	assert_file "$SPLIT/largest_free" 0
}

@test "several ranges: an offset counts over the ranges in the order of the tree" {
	region t0 carveout=split offset=0 size=64K
	phys_is t0 0x6a200000
	region t1 carveout=split offset=0xf0000 size=64K
	phys_is t1 0x6a2f0000
	region t2 carveout=split offset=1M size=64K
	phys_is t2 0x6a300000
	region t3 carveout=split offset=0x180000 size=64K
	phys_is t3 0x6a000000
	region t4 carveout=split offset=0x370000 size=64K
	phys_is t4 0x6a1f0000
	assert_file "$R/offset" $((0x370000))
	assert_file "$SPLIT/free" $((SPLIT_SIZE - 5 * 65536))
	kexmap "open $N" 'map 0 64K' 'fill 0 64K 5' 'check 0 64K 5' \
		'open /dev/kex/t0' 'map 0 64K' 'is 0 64K 0'
}

@test "several ranges: a region never spans two, not even where one follows the other" {
	region t0 carveout=split offset=0xf0000 size=128K live=0
	assert_refused ERANGE "$R/live" 1
	put "$R/offset" 0x170000
	assert_refused ERANGE "$R/live" 1
	put "$R/offset" 0x380000
	assert_refused ERANGE "$R/live" 1
	put "$R/offset" 0x160000
	put "$R/live" 1
	phys_is t0 0x6a360000
}

@test "several ranges: unbind and bind keep what is still open in each of them" {
	region t0 carveout=split offset=0 size=64K
	hold "$N" 64K
	local first=$HOLDER
	region t1 carveout=split offset=0x180000 size=64K
	hold "$N" 64K
	unbind split
	bind split
	assert_file "$SPLIT/free" $((SPLIT_SIZE - 131072))
	release "$first"
	wait_until 5 free_is split $((SPLIT_SIZE - 65536))
	release "$HOLDER"
	wait_until 5 free_is split $SPLIT_SIZE
}

@test "label and memory-region-names may be left out: the carve-out then has its node's name" {
	assert_missing "/proc/device-tree/ocm@70000000/label"
	assert_file "$OCM/bound" 1
	[ -e /proc/device-tree/split-carveout/memory-region-names ] || fail "the test's tree has no names"
	assert_missing /proc/device-tree/mapped-carveout/memory-region-names
	assert_file "$SPLIT/bound" 1
	assert_file "$MAPPED/bound" 1
}

@test "memory outside RAM: the ranges of reg, write-combine by default" {
	assert_file "$OCM/size" $((0x500000))
	region t0 carveout=ocm size=64K
	assert_file "$R/cache" write-combine
	assert_file "$S/cache" write-combine
	phys_is t0 0x70000000
	kexmap "open $N" 'map 0 64K' 'is 0 64K 0' 'fill 0 64K' 'check 0 64K' 'evict 0 64K' 'check 0 64K'
	region t1 carveout=ocm offset=4M size=1M
	phys_is t1 0x70800000
	region t2 carveout=ocm offset=0x3f0000 size=128K live=0
	assert_refused ERANGE "$R/live" 1
}

@test "memory outside RAM: every cache attribute works and keeps the bytes" {
	local cache
	region t0 carveout=ocm offset=1M size=64K scrub=0 live=0
	for cache in write-back write-combine uncached device; do
		put "$R/cache" "$cache"
		put "$R/live" 1
		assert_file "$S/cache" "$cache"
		kexmap "open $N" 'map 0 64K' 'fill 0 64K 7' 'check 0 64K 7'
		put "$R/live" 0
	done
}

@test "memory outside RAM: /proc/iomem names the carve-out while it is bound" {
	local text
	slurp text /proc/iomem
	assert_contains "$text" '70000000-703fffff : ocm'
	assert_contains "$text" '70800000-708fffff : ocm'
	unbind ocm
	slurp text /proc/iomem
	[[ $text != *': ocm'* ]] || fail "still claimed"
	bind ocm
	slurp text /proc/iomem
	assert_contains "$text" '70800000-708fffff : ocm'
}

@test "kex,cache is what a fresh region of that carve-out has" {
	region t0 carveout=bram size=64K
	assert_file "$S/cache" write-back
	region t1 carveout=cached size=64K
	assert_file "$S/cache" uncached
	region t2 carveout=fixed size=64K
	assert_file "$S/cache" write-combine
	region t3 carveout=split size=64K
	assert_file "$S/cache" write-back
	region t4 carveout=cached size=64K cache=write-back
	assert_file "$S/cache" write-back
}

@test "mapped reserved memory: write-back by default, and it works" {
	local text
	slurp text /proc/iomem
	[[ $text != *': mapped'* ]] || fail "claimed below System RAM"
	assert_file "$MAPPED/size" $((0x200000))
	region t0 carveout=mapped size=2M
	assert_file "$S/cache" write-back
	phys_is t0 0x6b000000
	kexmap "open $N" 'map 0 2M' 'is 0 2M 0' 'fill 0 2M' 'evict 0 2M' 'check 0 2M'
}

@test "mapped reserved memory: any other attribute is EOPNOTSUPP with one line that names the fix" {
	local cache
	region t0 carveout=mapped size=64K live=0
	for cache in write-combine uncached device; do
		put "$R/cache" "$cache"
		kmsg_mark
		assert_refused EOPNOTSUPP "$R/live" 1
		kmsg_new_kex
		assert_eq "${#LINES[@]}" 1 "lines in '$OUT'"
		assert_contains "${LINES[0]}" mapped-carveout
		assert_contains "${LINES[0]}" "region 't0'"
		assert_contains "${LINES[0]}" 'add no-map'
		assert_file "$R/live" 0
		assert_file "$MAPPED/free" $((0x200000))
	done
	put "$R/cache" write-back
	put "$R/live" 1
}

@test "kexctl exits with 4 where mapped memory cannot have the attribute, and leaves nothing" {
	exits 4 kexctl region create t0 --carveout mapped --size 64K --cache device
	assert_contains "$ERR" "region 't0'"
	assert_missing "$MAPPED/regions/t0"
}

@test "kexctl lists the carve-outs by physical address" {
	exits 0 kexctl carveout list --names
	assert_eq "$OUT" $'fpga\nsram\nsplit\nmapped\nfixed\ncached\nocm\nbram'
}
