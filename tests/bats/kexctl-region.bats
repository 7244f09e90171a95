#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl region: create, list, show, set, evict, delete.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "create brings a region up in the first carve-out, ready to be mapped" {
	exits 0 kexctl region create fb0 --size 8M
	assert_eq "$OUT$ERR" ''
	paths fb0
	assert_file "$R/live" 1
	assert_file "$R/size" $((8 << 20))
	assert_file "$R/cache" write-back
	assert_file "$S/carveout" fpga
	kexmap <<-EOF
		open $N
		map 0 8M
		is 0 8M 0
		fill 0 64K
		check 0 64K
	EOF
}

@test "create hands every option to the attribute of its name" {
	exits 0 kexctl region create r1 --size 192K --carveout sram --offset 0x100000 \
		--cache write-combine --populate lazy --mode 0604 --no-scrub
	paths r1 sram
	assert_file "$R/live" 1
	assert_file "$R/size" 196608
	assert_file "$R/offset" 1048576
	assert_file "$R/cache" write-combine
	assert_file "$R/populate" lazy
	assert_file "$R/mode" 0604
	assert_file "$R/scrub" 0
	assert_file "$S/phys" 0x68100000
	exits 0 kexctl region create r2 --size=65536 --no-live --cache=device
	paths r2
	assert_file "$R/live" 0
	assert_file "$R/size" 65536
	assert_file "$R/cache" device
	assert_missing "$N"
}

@test "udev is told the mode of a region, so that a rule with a group alone leaves it" {
	region r1 size=64K mode=0604
	slurp OUT "$S/uevent"
	assert_contains "$OUT" $'\nDEVNAME=kex/r1\nDEVMODE=0604'
	region r2 size=64K mode=0
	slurp OUT "$S/uevent"
	assert_contains "$OUT" $'\nDEVNAME=kex/r2\nDEVMODE=0'
}

@test "without --carveout the first bound one is taken" {
	unbind fpga
	exits 0 kexctl region create r1 --size 64K
	paths r1 sram
	assert_file "$R/live" 1
	exits 2 kexctl region create r2 --size 64K --carveout fpga
	assert_contains "$ERR" "region 'r2'"
	assert_missing "$FPGA/regions/r2"
	bind fpga
}

@test "list shows every region by name, live or not, and list is the default" {
	local first second
	region b size=64K
	region a carveout=sram size=128K live=0
	region c size=2M
	exits 0 kexctl region list
	first=$OUT
	exits 0 kexctl region
	assert_eq "$OUT" "$first"
	exits 0 kexctl region --names
	assert_eq "$OUT" $'a\nb\nc'
	mapfile -t second <<<"$first"
	assert_eq "${#second[@]}" 4
	[[ ${second[1]} == a*sram*128K* ]] || fail "line 1: ${second[1]}"
	[[ ${second[2]} == b*fpga*64K*write-back*resident* ]] || fail "line 2: ${second[2]}"
	[[ ${second[3]} == c*2M* ]] || fail "line 3: ${second[3]}"
}

@test "show gives each attribute and fact as the files have it, in bytes" {
	local name text
	region r1 size=192K cache=uncached
	kexctl region evict r1
	exits 0 kexctl region show r1
	for name in size offset cache mode scrub populate live; do
		slurp text "$R/$name"
		[[ $'\n'$OUT$'\n' =~ $'\n'$name:\ *${text}[$' \n'] ]] || fail "no '$name: $text' in $OUT"
	done
	for name in state opens mappings resident faults evictions restores phys carveout; do
		slurp text "$S/$name"
		[[ $'\n'$OUT$'\n' =~ $'\n'$name:\ *${text}[$' \n'] ]] || fail "no '$name: $text' in $OUT"
	done
	assert_contains "$OUT" 'state:     evicted'
}

@test "show says which entry size mappings got, to root" {
	local text
	region r1 size=1M
	exits 0 kexctl region show r1
	[[ $OUT != *entry:* ]] || fail "$OUT"
	hold "$N" 64K
	exits 0 kexctl region show r1 -j
	read -r _ _ _ _ _ _ text <"$S/users"
	jq -e --arg entry "$text" '.[0].entry == $entry' <<<"$OUT" || fail "$OUT"
	exits 0 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl region show r1
	[[ $OUT != *entry:* ]] || fail "$OUT"
}

@test "set changes attributes in the order given, all of them or none" {
	region r1 size=64K live=0
	exits 0 kexctl region set r1 size=2M cache=device mode=600 scrub=0 live=1
	assert_file "$R/live" 1
	assert_file "$R/size" $((2 << 20))
	assert_file "$S/cache" device
	exits 2 kexctl region set r1 cache=uncached
	assert_contains "$ERR" "region 'r1': cache uncached:"
	assert_contains "$ERR" live
	assert_file "$R/cache" device
	exits 0 kexctl region set r1 live=0 cache=uncached offset=0x200000
	assert_file "$R/live" 0
	assert_file "$R/cache" uncached
	# What can be seen to be wrong stops it before anything is written
	exits 2 kexctl region set r1 populate=lazy size=1
	assert_file "$R/populate" eager
	# What only the kernel knows stops it there, and what was set is set back
	exits 2 kexctl region set r1 populate=lazy size=65M live=1 mode=0000
	assert_contains "$ERR" "region 'r1'"
	assert_file "$R/populate" eager
	assert_file "$R/size" $((2 << 20))
	assert_file "$R/live" 0
	assert_file "$R/mode" 0600
}

@test "evict takes the whole region or a range, given by length or by end" {
	region r1 size=16P
	hold "$N" 16P
	exits 0 kexctl region evict r1
	assert_file "$S/resident" 0
	assert_file "$S/evictions" 1
	release "$HOLDER"
	hold "$N" 16P
	exits 0 kexctl region evict r1 "$(printf 0x%x "$PAGE")+$((2 * PAGE >> 10))K"
	assert_file "$S/resident" $((14 * PAGE))
	exits 0 kexctl region evict r1 "$(printf '0x%x-0x%x' $((12 * PAGE)) $((16 * PAGE - 1)))"
	assert_file "$S/resident" $((10 * PAGE))
	assert_file "$S/evictions" 3
}

@test "delete takes a region down, names who is in the way, and --force takes it anyway" {
	region r1 size=64K
	exits 0 kexctl region delete r1
	assert_missing "$R" "$N" "$S"
	region r1 size=64K
	hold "$N" 64K
	exits 2 kexctl region delete r1
	assert_contains "$ERR" "region 'r1'"
	assert_contains "$ERR" "$HOLDER"
	assert_contains "$ERR" --force
	assert_file "$R/live" 1
	exits 0 kexctl region delete r1 --force
	assert_missing "$R" "$N" "$S"
	assert_file "$FPGA/free" $((FPGA_SIZE - 65536))
	region r2 live=0
	exits 0 kexctl region delete r2
	assert_missing "$R"
}

@test "clear removes every region, live ones too, and then the module goes" {
	region a size=64K
	region b carveout=sram size=64K
	region c live=0
	exits 0 kexctl clear
	assert_missing "$FPGA/regions/a" "$SRAM/regions/b" "$FPGA/regions/c" /dev/kex/a /dev/kex/b
	exits 0 kexctl clear
	exits 0 rmmod kex
	exits 0 insmod /kex/kex.ko
}

@test "clear names the users of what it cannot take" {
	region a size=64K
	region b size=64K
	hold /dev/kex/b 4K
	exits 2 kexctl clear
	assert_contains "$ERR" "region 'b'"
	assert_contains "$ERR" "$HOLDER"
	assert_file "$FPGA/regions/b/live" 1
	assert_missing "$FPGA/regions/a"
}

@test "of two that create the same name at once one wins, and the other is told" {
	local one=0 two=0 pid
	kexctl region create r1 --size 64K 2>"$BATS_TEST_TMPDIR/one" 3>&- &
	pid=$!
	kexctl region create r1 --size 64K --carveout sram 2>"$BATS_TEST_TMPDIR/two" || two=$?
	wait "$pid" || one=$?
	assert_eq $((one + two)) 2 "exit codes $one and $two"
	slurp ERR "$BATS_TEST_TMPDIR/one"
	slurp OUT "$BATS_TEST_TMPDIR/two"
	assert_contains "$ERR$OUT" "region 'r1'"
	[ -c /dev/kex/r1 ] || fail "no node"
}
