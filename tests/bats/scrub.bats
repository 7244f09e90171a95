#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# scrub=1: zeroed when it goes live and when it is given back; scrub=0: kept.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# dirty OFFSET SIZE SEED: leaves a pattern in free memory of the carve-out
dirty() {
	region dirty offset="$1" size="$2" scrub=0
	kexmap "open $N" "map 0 $2" "fill 0 $2 $3"
	put "$R/live" 0
	rmdir "$R"
}

@test "a fresh region is zero though its memory was dirty, for each cache attribute" {
	local cache
	for cache in write-back write-combine uncached device; do
		dirty 1M 256K 3
		region "r-$cache" offset=1M size=256K cache="$cache" scrub=1
		kexmap <<-EOF
			open $N
			pread 0 256K -> 262144
			datais 0
			map 0 256K
			is 0 256K 0
			unmap
			close
			put $R/live 0
		EOF
	done
}

@test "scrub=0 shows the bytes of before" {
	dirty 1M 256K 3
	region t0 offset=1M size=256K scrub=0
	kexmap "open $N" 'map 0 256K' 'check 0 256K 3'
	# Nor are they wiped behind it
	put "$R/live" 0
	put "$R/live" 1
	kexmap "open $N" 'map 0 256K' 'check 0 256K 3'
}

@test "memory that a scrubbed region gives back is zero" {
	region t0 offset=1M size=256K scrub=1
	kexmap "open $N" 'map 0 256K' 'fill 0 256K 5'
	put "$R/live" 0
	region t1 offset=1M size=256K scrub=0
	kexmap "open $N" 'map 0 256K' 'is 0 256K 0'
}

@test "scrubbing stays within the region" {
	region low offset=0 size=1M scrub=0
	kexmap "open $N" 'map 0 1M' 'fill 0 1M 1'
	region high offset=$(((1 << 20) + PAGE)) size=1M scrub=0
	kexmap "open $N" 'map 0 1M' 'fill 0 1M 2'
	region mid offset=1M size=1P scrub=1
	kexmap "open $N" 'map 0 1P' 'is 0 1P 0' 'fill 0 1P 3'
	put "$R/live" 0
	put "$R/scrub" 0
	put "$R/live" 1
	kexmap <<-EOF
		open $N
		map 0 1P
		is 0 1P 0
		open /dev/kex/low
		map 0 1M
		check 0 1M 1
		open /dev/kex/high
		map 0 1M
		check 0 1M 2
	EOF
}

@test "memory that was taken from its users is zero when it is free again" {
	region t0 offset=1M size=256K scrub=1
	kexmap <<-EOF
		open $N
		map 0 256K
		fill 0 256K 5
		put $R/revoke 1
		touch 0 -> SIGBUS@0x0
	EOF
	wait_until 5 free_is fpga "$FPGA_SIZE"
	region t1 offset=1M size=256K scrub=0
	kexmap "open $N" 'map 0 256K' 'is 0 256K 0'
}

@test "an evict and a switch of populate do not scrub" {
	region t0 size=64K scrub=1
	kexmap "open $N" 'map 0 64K' 'fill 0 64K 5' 'evict 0 64K' 'unmap' 'map 0 64K' 'check 0 64K 5'
	put "$R/live" 1
	kexmap "open $N" 'map 0 64K' 'check 0 64K 5'
}
