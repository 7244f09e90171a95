#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# live=1 takes memory and makes the node, or changes nothing; live=0 undoes it.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# The region of R, S, N is as if live had never been written
untouched() {
	assert_file "$R/live" 0
	assert_missing "$S" "$N"
	assert_file "$FPGA/free" "${1:-$FPGA_SIZE}"
}

@test "a configured region is plain data: no memory, no node, no folder in sysfs" {
	region t0 live=0
	put "$R/size" 64M
	put "$R/cache" device
	untouched
	region t1 size=64M live=0
	untouched
}

@test "a region without a size cannot go live" {
	region t0 live=0
	assert_refused EINVAL "$R/live" 1
	untouched
	assert_file "$R/size" 0
	assert_refused ERANGE "$R/size" 0
	put "$R/size" 64K
	put "$R/live" 1
	[ -c "$N" ] || fail "no node"
	assert_file "$FPGA/free" $((FPGA_SIZE - 65536))
}

@test "more than is free is ENOSPC, and exactly what is free works" {
	region t0 size=$((FPGA_SIZE + PAGE)) live=0
	assert_refused ENOSPC "$R/live" 1
	untouched
	put "$R/size" 18446744073709486080
	assert_refused ENOSPC "$R/live" 1
	untouched
	put "$R/size" "$FPGA_SIZE"
	put "$R/live" 1
	assert_file "$FPGA/free" 0
	assert_file "$FPGA/largest_free" 0
	assert_file "$R/offset" 0
	region t1 size=1P live=0
	assert_refused ENOSPC "$R/live" 1
	untouched 0
}

@test "free memory in pieces that are all too small is ENOSPC" {
	region t0 offset=32M size=1P scrub=0
	assert_file "$FPGA/largest_free" $((32 << 20))
	region t1 size=40M scrub=0 live=0
	assert_refused ENOSPC "$R/live" 1
	untouched $((FPGA_SIZE - PAGE))
	put "$R/size" 32M
	put "$R/live" 1
	assert_file "$R/offset" 0
	assert_file "$FPGA/largest_free" $(((32 << 20) - PAGE))
}

@test "an offset that is taken, whole or in part, is EBUSY and the others stay as they are" {
	local pages at=$((1 << 20))
	region t0 offset=1M size=32P
	region t1 size=16P live=0
	for pages in 0 17 -1 31; do
		put "$R/offset" $((at + pages * PAGE))
		assert_refused EBUSY "$R/live" 1
		untouched $((FPGA_SIZE - 32 * PAGE))
	done
	put "$R/offset" $((at - 16 * PAGE))
	put "$R/live" 1
	put "$R/live" 0
	put "$R/offset" $((at + 32 * PAGE))
	put "$R/live" 1
	assert_file "$R/offset" $((at + 32 * PAGE))
	assert_file "$KEX_CLASS/t0/size" $((32 * PAGE))
}

@test "an offset outside the carve-out is ERANGE" {
	local offset
	region t0 size=128K live=0
	for offset in 64M $((FPGA_SIZE - PAGE)) $((FPGA_SIZE - 65536)) 1G 18446744073709486080; do
		put "$R/offset" "$offset"
		assert_refused ERANGE "$R/live" 1
		untouched
	done
	assert_refused EINVAL "$R/offset" 2048
	put "$R/offset" $((FPGA_SIZE - 131072))
	put "$R/live" 1
}

@test "a failed live=1 leaves every attribute, and works once the cause is gone" {
	region t0 offset=0 size=4M scrub=0
	region t1 offset=2M size=64K cache=uncached mode=0604 scrub=0 populate=lazy live=0
	assert_refused EBUSY "$R/live" 1
	untouched $((FPGA_SIZE - (4 << 20)))
	assert_file "$R/offset" $((2 << 20))
	assert_file "$R/size" 65536
	assert_file "$R/cache" uncached
	assert_file "$R/mode" 0604
	assert_file "$R/scrub" 0
	assert_file "$R/populate" lazy
	put "$FPGA/regions/t0/live" 0
	put "$R/live" 1
	assert_file "$R/offset" $((2 << 20))
}

@test "an automatic offset shows while live, with 2 MiB alignment from 2 MiB on" {
	local offset
	region t0 size=1P
	assert_file "$R/offset" 0
	region t1 size=2M scrub=0
	read -r offset <"$R/offset"
	assert_eq $((offset % (2 << 20))) 0
	((offset > 0)) || fail "two regions at offset 0"
	region t2 size=$(((2 << 20) - 65536)) scrub=0
	read -r offset <"$R/offset"
	((offset % (2 << 20))) || fail "less than 2 MiB is at $offset"
	region t3 size=$(((2 << 20) + 65536)) scrub=0
	read -r offset <"$R/offset"
	assert_eq $((offset % (2 << 20))) 0
	put "$R/live" 0
	paths t1
	read -r offset <"$R/offset"
	assert_file "$S/phys" "$(printf '0x%x' $((FPGA_PHYS + offset)))"
	put "$R/live" 0
	assert_file "$R/offset" auto
	put "$R/offset" 6M
	put "$R/live" 1
	assert_file "$R/offset" $((6 << 20))
	put "$R/live" 0
	assert_file "$R/offset" $((6 << 20))
}

@test "live=0 is EBUSY while the node is open, and while it is only mapped" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		put $R/live 0 -> EBUSY
		map 0 4K
		close
		put $R/live 0 -> EBUSY
		fill 0 4K
		get $R/live -> 1
		unmap
		put $R/live 0
		exists $N -> no
		exists $S -> no
	EOF
	assert_file "$FPGA/free" "$FPGA_SIZE"
	put "$R/live" 1
	hold "$N" 64K
	assert_refused EBUSY "$R/live" 0
	release "$HOLDER"
	put "$R/live" 0
}

@test "rmdir of a live region is EBUSY and of a configured one frees its name" {
	region t0 size=64K
	kexmap <<-EOF
		rmdir $R -> EBUSY
		exists $N -> yes
		open $N
		put $R/live 0 -> EBUSY
		rmdir $R -> EBUSY
		close
		put $R/live 0
		rmdir $R
		exists $R -> no
		mkdir $R
		get $R/size -> 0
	EOF
}

@test "live=1 on a live region and live=0 on a configured one change nothing" {
	region t0 size=64K scrub=1
	kexmap <<-EOF
		open $N
		map 0 64K
		fill 0 64K 5
		put $R/live 1
		check 0 64K 5
		get $S/mappings -> 1
		unmap
		close
		put $R/live 0
		put $R/live 0
	EOF
	untouched
}

@test "regions fill a carve-out without overlap and give it back in any order" {
	local i
	for i in 0 1 2 3 4 5 6 7; do
		region "t$i" carveout=sram size=2M scrub=0
	done
	assert_file "$SRAM/free" 0
	region t8 carveout=sram size=1P live=0
	assert_refused ENOSPC "$R/live" 1
	kexmap <<-EOF
		$(for i in 0 1 2 3 4 5 6 7; do
			printf 'open /dev/kex/t%d\nmap 0 2M\nfill 0 2M %d\n' "$i" $((i + 1))
		done)
		$(for i in 0 1 2 3 4 5 6 7; do
			printf 'use %d\ncheck 0 2M %d\nunmap\nfile %d\nclose\n' "$i" $((i + 1)) "$i"
		done)
		$(for i in 3 0 7 5 6 1 2 4; do
			printf 'put %s/regions/t%d/live 0\n' "$SRAM" "$i"
		done)
	EOF
	assert_file "$SRAM/free" "$SRAM_SIZE"
	assert_file "$SRAM/largest_free" "$SRAM_SIZE"
}

@test "the same carve-out offset means the same memory, and the carve-outs are apart" {
	region t0 offset=64K size=64K
	assert_file "$S/phys" 0x60010000
	assert_file "$S/carveout" fpga
	region t1 carveout=sram offset=64K size=64K
	assert_file "$S/phys" 0x68010000
	assert_file "$S/carveout" sram
	assert_file "$FPGA/free" $((FPGA_SIZE - 65536))
	assert_file "$SRAM/free" $((SRAM_SIZE - 65536))
}
