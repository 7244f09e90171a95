#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# /dev/kex/<name>: mode, rights, read, write and lseek.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# seed: 2.1
@test "the node has the mode of the region, root's ownership, and goes with it" {
	local mode
	region t0 size=64K
	exits 0 stat -c '%F %a %U' "$N"
	assert_eq "$OUT" 'character special file 660 root'
	for mode in 0600 0666 0000; do
		put "$R/live" 0
		assert_missing "$N"
		put "$R/mode" "$mode"
		put "$R/live" 1
		exits 0 stat -c %a "$N"
		assert_eq "$((8#$OUT))" "$((8#$mode))"
	done
}

@test "another user is let in by the mode alone" {
	region t0 size=64K mode=0600
	region t1 size=64K mode=0666
	region t2 size=64K mode=0644
	kexmap <<-EOF
		fork
		kid 1 setuid 1000
		kid 1 open /dev/kex/t0 -> EACCES
		kid 1 open /dev/kex/t0 r -> EACCES
		kid 1 open /dev/kex/t2 -> EACCES
		kid 1 open /dev/kex/t2 r
		kid 1 map 0 64K r
		kid 1 is 0 64K 0
		kid 1 evict 0 64K -> EBADF
		kid 1 open /dev/kex/t1
		kid 1 map 0 64K
		kid 1 fill 0 64K
		kid 1 evict 0 64K
		kid 1 check 0 64K
		kid 1 put $R/live 0 -> EACCES
		kid 1 put $KEX_CLASS/t1/evict 1 -> EACCES
		kid 1 mkdir $FPGA/regions/t3 -> EACCES
	EOF
}

@test "read and write copy, are short at the end, and stop there" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		pwrite 0 16P 3 -> 16P
		check 0 16P 3
		fill 0 16P 4
		pread 0 16P -> 16P
		data 0 4
		pread 15P 2P -> 1P
		data 15P 4
		pread 16P 1P -> 0
		pread 1G 1P -> 0
		pwrite 15P 2P 5 -> 1P
		check 15P 1P 5
		check 0 15P 4
		pwrite 16P 1P -> ENOSPC
		pwrite 1G 1 -> ENOSPC
		pread 0 0 -> 0
		pwrite 0 0 -> 0
		badread -> EFAULT
		badwrite -> EFAULT
		check 0 15P 4
		open $N r
		pwrite 0 8 -> EBADF
		open $N w
		pread 0 8 -> EBADF
	EOF
}

@test "lseek knows the size and never leaves it" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		seek 0 end -> 16P
		read 1P -> 0
		write 8 -> ENOSPC
		seek -$PAGE end -> 15P
		write 2P 6 -> 1P
		seek 0 cur -> 16P
		seek $((15 * PAGE)) -> 15P
		read 2P -> 1P
		data 15P 6
		seek 1 end -> EINVAL
		seek $((16 * PAGE + 1)) -> EINVAL
		seek -1 -> EINVAL
		seek 0 cur -> 16P
	EOF
}

@test "odd offsets and lengths are exact for each cache attribute" {
	local cache
	for cache in write-back write-combine uncached device; do
		region "r-$cache" size=64K cache="$cache"
		printf 'three bytes at five' >"$BATS_TEST_TMPDIR/in"
		exits 0 dd if="$BATS_TEST_TMPDIR/in" of="$N" bs=3 seek=5 oflag=seek_bytes status=none
		exits 0 dd if="$N" bs=7 skip=4 count=21 iflag=skip_bytes,count_bytes status=none of="$BATS_TEST_TMPDIR/back"
		exits 0 cmp "$BATS_TEST_TMPDIR/back" - < <(printf '\0three bytes at five\0')
	done
}

@test "cat, dd, xxd and cmp see the same bytes as a mapping, and exactly the size" {
	region t0 size=50P
	local size=$((50 * PAGE))
	exits 0 dd if=/dev/urandom of="$BATS_TEST_TMPDIR/random" bs="$size" count=1 iflag=fullblock status=none
	kexmap <<-EOF
		open $N
		map 0 50P
		load 0 50P $BATS_TEST_TMPDIR/random
	EOF
	exits 0 cmp "$N" "$BATS_TEST_TMPDIR/random"
	cat "$N" >"$BATS_TEST_TMPDIR/cat"
	exits 0 cmp "$BATS_TEST_TMPDIR/cat" "$BATS_TEST_TMPDIR/random"
	xxd -p "$N" | xxd -r -p >"$BATS_TEST_TMPDIR/xxd"
	exits 0 cmp "$BATS_TEST_TMPDIR/xxd" "$BATS_TEST_TMPDIR/random"
	exits 1 dd if=/dev/zero of="$N" bs=$((16 * PAGE)) status=none
	assert_contains "$ERR" 'No space left on device'
	kexmap "open $N" 'map 0 50P' 'is 0 50P 0'
	exits 0 dd if="$BATS_TEST_TMPDIR/random" of="$N" bs="$size" status=none
	exits 0 cmp "$N" "$BATS_TEST_TMPDIR/random"
}

@test "the node, the folder in sysfs and what kexctl shows are one object" {
	local dev
	region t0 offset=2M size=64K cache=uncached
	region t1 size=64K
	paths t0
	slurp dev "$S/dev"
	exits 0 stat -c '%Hr:%Lr' "$N"
	assert_eq "$OUT" "$dev"
	kexmap "open $N" 'info name -> t0' 'info phys -> 0x60200000' 'info cache -> 2'
	assert_file "$S/phys" 0x60200000
	exits 0 kexctl region show t0 -j
	jq -e '.[0] | .name == "t0" and .phys == "0x60200000" and .cache == "uncached"' <<<"$OUT"
}

@test "each node shows its own region" {
	region t0 size=64K
	region t1 size=64K
	kexmap <<-EOF
		open /dev/kex/t0
		map 0 64K
		fill 0 64K 1
		open /dev/kex/t1
		map 0 64K
		is 0 64K 0
		fill 0 64K 2
		use 0
		check 0 64K 1
		file 0
		pread 0 64K -> 65536
		data 0 1
		file 1
		pread 0 64K -> 65536
		data 0 2
	EOF
}
