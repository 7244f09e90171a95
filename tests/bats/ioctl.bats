#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# KEX_INFO (0xbe00), KEX_SYNC (0xbe01) and KEX_EVICT (0xbe02), as the header
# describes them.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# struct kex_info, kex_sync and kex_range have 120, 32 and 24 bytes
INFO=0xbe00
EVICT=0xbe02
SYNC=0xbe01

@test "INFO says what sysfs and configfs say" {
	region some.region-0 offset=1M size=192K cache=uncached populate=lazy
	kexmap <<-EOF
		open $N
		open $N r
		map 0 64K r
		file 0
		map 64K 128K
		faults 0 1P -> 1
		evict 0 192K
		info name -> some.region-0
		info kind -> 0
		info cache -> 2
		info state -> 1
		info size -> 196608
		info phys -> 0x60100000
		info valid -> 1
		info resident -> 0
		info mappings -> 2
		info opens -> 2
		info faults -> 1
		info evictions -> 1
		info restores -> 0
		touch 0
		info state -> 0
		info faults -> 2
		get $S/faults -> 2
		get $S/opens -> 2
		get $S/mappings -> 2
		get $S/evictions -> 1
		file 1
		info opens -> 2
	EOF
}

@test "the physical address is told to nobody without CAP_SYS_ADMIN" {
	region t0 size=64K mode=0666
	kexmap <<-EOF
		open $N
		info phys -> 0x60000000
		fork
		kid 1 setuid 1000
		kid 1 info phys -> 0x0
		kid 1 info valid -> 0
		kid 1 info size -> 65536
		kid 1 get $S/phys -> EACCES
		kid 1 open $N r
		kid 1 info phys -> 0x0
	EOF
	# Nor to root without it, to whom the file's mode says nothing
	exits 1 setpriv --bounding-set -sys_admin cat "$S/phys"
	assert_contains "$ERR" 'Operation not permitted'
	assert_eq "$OUT" ''
	exits 0 setpriv --bounding-set -sys_admin kexmap "open $N" 'info phys -> 0x0' 'info valid -> 0'
	exits 0 setpriv --bounding-set -sys_admin kexctl region show t0 -j
	jq -e '.[0] | .size == 65536 and (has("phys") | not)' <<<"$OUT"
}

@test "INFO refuses a wrong size, set bits and bad memory, and keeps within argsz" {
	region t0 size=64K
	kexmap <<-EOF
		open $N
		ioctl $INFO info
		ioctl $INFO info argsz=0 -> EINVAL
		ioctl $INFO info argsz=4 -> EINVAL
		ioctl $INFO info argsz=119 -> EINVAL
		ioctl $INFO info argsz=128
		ioctl $INFO info argsz=4096
		ioctl $INFO info argsz=128 tail=1 -> E2BIG
		ioctl $INFO info argsz=4096 tail=1 -> E2BIG
		ioctl $INFO info argsz=0xffffffff -> E2BIG
		ioctl $INFO info flags=1 -> EINVAL
		ioctl $INFO info flags=0x80000000 -> EINVAL
		ioctl $INFO info ro=1 -> EFAULT
		ioctl $INFO null -> EFAULT
		ioctl $INFO bad -> EFAULT
		ioctl $INFO info
	EOF
}

@test "EVICT refuses a wrong size, set bits, bad ranges and bad memory, and evicts nothing" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		ioctl $EVICT range argsz=0 len=1P -> EINVAL
		ioctl $EVICT range argsz=23 len=1P -> EINVAL
		ioctl $EVICT range argsz=32 tail=1 len=1P -> E2BIG
		ioctl $EVICT range argsz=0xffffffff len=1P -> E2BIG
		ioctl $EVICT range flags=1 len=1P -> EINVAL
		ioctl $EVICT range len=0 -> EINVAL
		ioctl $EVICT range off=16P len=0 -> EINVAL
		ioctl $EVICT range len=100 -> EINVAL
		ioctl $EVICT range off=100 len=1P -> EINVAL
		ioctl $EVICT range len=17P -> ERANGE
		ioctl $EVICT range off=16P len=1P -> ERANGE
		ioctl $EVICT range off=0xffffffffffff0000 len=64K -> ERANGE
		ioctl $EVICT range off=0xffffffffffff0000 len=128K -> ERANGE
		ioctl $EVICT range off=64K len=0xffffffffffff0000 -> ERANGE
		ioctl $EVICT null -> EFAULT
		ioctl $EVICT bad -> EFAULT
		get $S/evictions -> 0
		faults 0 16P -> 0
		open $N r
		ioctl $EVICT range len=1P -> EBADF
		get $S/evictions -> 0
		file 0
		ioctl $EVICT range argsz=32 off=15P len=1P
		ioctl $EVICT range ro=1 len=1P
		faults 0 1P -> 1
		get $S/evictions -> 2
	EOF
}

@test "SYNC takes any range and changes no byte, and refuses what it cannot mean" {
	local cache
	# What it does to caches cannot be seen here: emulation has none
	for cache in write-back write-combine uncached device; do
		region "r-$cache" size=64K cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 64K
			fill 0 64K 3
			ioctl $SYNC sync len=64K dir=1
			ioctl $SYNC sync len=64K dir=2
			ioctl $SYNC sync off=5 len=3 dir=3
			ioctl $SYNC sync off=65535 len=1 dir=2
			ioctl $SYNC sync argsz=40 len=64K dir=3
			check 0 64K 3
			faults 0 64K -> 0
		EOF
	done
	kexmap <<-EOF
		open $N
		ioctl $SYNC sync argsz=31 len=4K dir=1 -> EINVAL
		ioctl $SYNC sync argsz=40 tail=1 len=4K dir=1 -> E2BIG
		ioctl $SYNC sync flags=1 len=4K dir=1 -> EINVAL
		ioctl $SYNC sync reserved=1 len=4K dir=1 -> EINVAL
		ioctl $SYNC sync len=4K dir=0 -> EINVAL
		ioctl $SYNC sync len=4K dir=4 -> EINVAL
		ioctl $SYNC sync len=0 dir=1 -> EINVAL
		ioctl $SYNC sync off=1 len=64K dir=1 -> ERANGE
		ioctl $SYNC sync off=64K len=1 dir=1 -> ERANGE
		ioctl $SYNC sync off=0xffffffffffffffff len=2 dir=1 -> ERANGE
		ioctl $SYNC null -> EFAULT
		open $N r
		ioctl $SYNC sync len=4K dir=1
		ioctl $SYNC sync len=4K dir=2 -> EBADF
	EOF
}

@test "an unknown number is ENOTTY, whatever its argument" {
	local number
	region t0 size=64K
	for number in 0xbe40 0xbe7f 0xbeff 0x4b00 0x5401 0x541b 0 0xffffffff 0x8004be00 0xbd00; do
		printf 'ioctl %s null -> ENOTTY\nioctl %s info -> ENOTTY\n' "$number" "$number"
	done >"$BATS_TEST_TMPDIR/script"
	kexmap "open $N" 'map 0 4K'
	{
		printf 'open %s\n' "$N"
		cat "$BATS_TEST_TMPDIR/script"
	} >"$BATS_TEST_TMPDIR/all"
	kexmap <"$BATS_TEST_TMPDIR/all"
}
