#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The calls of a pool, with arguments as no program should give them.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

KEX_NEEDS=need_pools

MIGRATE=0xbe10 PAGES=0xbe11 PEEK=0xbe12 POKE=0xbe13 EVICT=0xbe14
FLAG=$((1 << 32))
# What MIGRATE answers with
OUT9='0 0 0 0 0 0 0 0 0'

ready() {
	printf '%s\n' "open $N" 'anon 16P' 'fill 0 16P'
}

# Nothing has moved, and nothing was written
untouched() {
	printf '%s\n' 'where 0 16P -> ram:16' 'check 0 16P' "get $S/used -> 0" \
		"get $S/migrated_in -> 0"
}

@test "MIGRATE wants its size, no flag, a process, and one of two ways" {
	pool p0 size=2M
	kexmap <<-EOF
		$(ready)
		raw $MIGRATE 96 0 map $PAGE 0 0 0 0 0 0 0 0 -> EINVAL
		raw $MIGRATE 0 0 map $PAGE $OUT9 -> EINVAL
		raw $MIGRATE 112 0 map $PAGE $OUT9 1 -> E2BIG
		raw $MIGRATE 0xffffffff 0 map $PAGE $OUT9 -> E2BIG
		raw $MIGRATE 112 0 map $PAGE $OUT9 -> EFAULT
		raw $MIGRATE $((FLAG + 104)) 0 map $PAGE $OUT9 -> EINVAL
		raw $MIGRATE 0x8000000000000068 0 map $PAGE $OUT9 -> EINVAL
		raw $MIGRATE 104 $((2 * FLAG)) map $PAGE $OUT9 -> EINVAL
		raw $MIGRATE 104 0xffffffff map $PAGE $OUT9 -> EINVAL
		raw $MIGRATE 104 0x7fffffff map $PAGE $OUT9 -> ESRCH
		raw $MIGRATE 104 0 map 0 $OUT9 -> EINVAL
		raw $MIGRATE 104 0 map+8 $PAGE $OUT9 -> EINVAL
		raw $MIGRATE 104 0 map $((PAGE - 1)) $OUT9 -> EINVAL
		raw $MIGRATE 104 0 map 0xffffffffffffffff $OUT9 -> EINVAL
		$(untouched)
		raw $MIGRATE 112 0 map $PAGE $OUT9 0
		where 0 16P -> pool:1,ram:15
	EOF
}

@test "PAGES wants its size, no flag, nothing reserved, and room for its answer" {
	pool p0 size=2M
	kexmap <<-EOF
		$(ready)
		raw $PAGES 32 0 map $PAGE 0 -> EINVAL
		raw $PAGES 48 0 map $PAGE 0 1 -> E2BIG
		raw $PAGES $((FLAG + 40)) 0 map $PAGE map -> EINVAL
		raw $PAGES 40 $FLAG map $PAGE map -> EINVAL
		raw $PAGES 40 0xffffffff map $PAGE map -> EINVAL
		raw $PAGES 40 0x7fffffff map $PAGE map -> ESRCH
		raw $PAGES 40 0 map $PAGE 0 -> EFAULT
		raw $PAGES 40 0 map $PAGE 0xffff000000000000 -> EFAULT
		raw $PAGES 40 0 map 0 map -> EINVAL
		raw $PAGES 40 0 map+8 $PAGE map -> EINVAL
		$(untouched)
		raw $PAGES 48 0 map+$((15 * PAGE)) $PAGE map 0
		check 8 8184
	EOF
}

@test "PEEK and POKE want their size, no flag, a length, and a buffer" {
	local call buf=map+$((8 * PAGE))
	pool p0 size=2M
	kexmap <<-EOF
		$(ready)
		migrate 0 8P -> 8
		$(for call in $PEEK $POKE; do
			cat <<-END
				raw $call 32 map 8 $buf 0 -> EINVAL
				raw $call 48 map 8 $buf 0 1 -> E2BIG
				raw $call $((FLAG + 40)) map 8 $buf 0 -> EINVAL
				raw $call 40 map 0 $buf 0 -> EINVAL
				raw $call 40 map 8 0 0 -> EFAULT
				raw $call 40 map 8 0xffff000000000000 0 -> EFAULT
				raw $call 40 0x10000 8 $buf 0 -> ENXIO
			END
		done)
		get $S/used -> 8P
		check 0 16P
	EOF
}

@test "a pool's EVICT wants its size, no flag and a number of pages" {
	pool p0 size=2M
	kexmap <<-EOF
		$(ready)
		migrate 0 16P -> 16
		raw $EVICT 8 1 -> EINVAL
		raw $EVICT 24 1 1 -> E2BIG
		raw $EVICT $((FLAG + 16)) 1 -> EINVAL
		raw $EVICT 16 0 -> EINVAL
		raw 0xbe15 16 1 -> ENOTTY
		raw 0xbe0f 16 1 -> ENOTTY
		get $S/used -> 16P
		get $S/evictions -> 0
		raw $EVICT 24 0xffffffffffffffff 0
		get $S/used -> 0
		check 0 16P
	EOF
}

# _IOWR('H', N, 40 bytes): address, buffer, pages, pages done, faults
hmm() {
	printf 'raw %#x %s\n' $((0xc0284800 + $1)) "${*:2}"
}

@test "the calls of the HMM test device want whole pages of memory, and a buffer" {
	local nr
	pool p0 size=2M
	kexmap <<-EOF
		$(ready)
		$(for nr in 0 1 2 3 4 5 7; do
			hmm "$nr" 'map+8 map 1 0 0 -> EINVAL'
			hmm "$nr" 'map map 0 0 0 -> EINVAL'
			hmm "$nr" 'map map 0x10000000000001 0 0 -> EINVAL'
			hmm "$nr" "0xffffffffffff0000 map $((131072 / PAGE)) 0 0 -> EINVAL"
			hmm "$nr" 'map map 1 0 -> EFAULT'
		done)
		$(for nr in 2 3; do hmm "$nr" '0x10000 map 1 0 0 -> EINVAL'; done)
		$(hmm 0 'map 0 1 0 0 -> EFAULT')
		$(hmm 1 'map 0 1 0 0 -> EFAULT')
		$(hmm 10 'map map 1 0 0 -> ENOTTY')
		raw 0x4800 map map 1 0 0 -> ENOTTY
		get $S/used -> 0
		check 0 16P
	EOF
}

@test "all capabilities of another user namespace are none over somebody else's memory" {
	pool p0 size=2M mode=0666
	exits 0 kexmap 'userns -> ?'
	[ "$OUT" = ok ] || skip "the kernel was built without CONFIG_USER_NS ($OUT)"
	kexmap <<-EOF
		anon 16P
		fill 0 16P
		fork
		kid 1 open $N
		kid 1 userns
		kid 1 migrate 0 16P 1 -> EPERM
		kid 1 home 0 16P 1 -> EPERM
		kid 1 where 0 16P 1 -> EPERM
		kid 1 migrate 0 16P 999999 -> EPERM
		kid 1 fill 0 16P
		kid 1 migrate 0 16P -> 16
		kid 1 check 0 16P
		check 0 16P
	EOF
}
