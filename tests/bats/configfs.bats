#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Items under /sys/kernel/config/kex: the tree and its names. What holds for every
# attribute is in conformance.bats.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "both carve-outs are bound, and all of each is free in one piece" {
	local dir size
	for dir in "$FPGA:$FPGA_SIZE" "$SRAM:$SRAM_SIZE"; do
		size=${dir#*:}
		dir=${dir%:*}
		assert_file "$dir/bound" 1
		assert_file "$dir/size" "$size"
		assert_file "$dir/free" "$size"
		assert_file "$dir/largest_free" "$size"
	done
	set -- "$KEX_CARVEOUTS"/*
	assert_eq "$#" 2
}

@test "a name that matches the rule is taken and any other is EINVAL" {
	local name good=a234567890123456789012345678901
	assert_eq "${#good}" 31
	kexmap <<-EOF
		mkdir $FPGA/regions/a
		mkdir $FPGA/regions/0
		mkdir $FPGA/regions/a.b_c-d.
		mkdir $FPGA/regions/$good
		mkdir $FPGA/regions/${good}2 -> EINVAL
		mkdir $FPGA/regions/A -> EINVAL
		mkdir $FPGA/regions/aB -> EINVAL
		mkdir $FPGA/regions/.a -> EINVAL
		mkdir $FPGA/regions/-a -> EINVAL
		mkdir $FPGA/regions/_a -> EINVAL
		mkdir $FPGA/regions/_ctl -> EINVAL
		mkdir $FPGA/regions/... -> EINVAL
		mkdir $FPGA/regions/a+b -> EINVAL
		mkdir $FPGA/regions/a:b -> EINVAL
		mkdir $FPGA/regions/a*b -> EINVAL
		mkdir $FPGA/regions/bildspeicher-$(printf '\xc3\xa4') -> EINVAL
		mkdir $FPGA/regions/$(printf '\xff') -> EINVAL
		mkdir $FPGA/regions/.. -> EEXIST
		mkdir $FPGA/regions/. -> EEXIST
		mkdir $FPGA/regions/ -> EEXIST
		mkdir $FPGA/regions/no/b -> ENOENT
	EOF
	for name in 'a b' $'a\n' ' a'; do
		exits 1 mkdir "$FPGA/regions/$name"
		assert_contains "$ERR" 'Invalid argument'
	done
	printf -v name '%0250d' 0
	exits 1 mkdir "$FPGA/regions/$name"
	set -- "$FPGA"/regions/*
	assert_eq "${*##*/}" "0 a a.b_c-d. $good"
}

@test "a name is taken in every carve-out, configured or live, until it is removed" {
	region t0 size=64K live=0
	kexmap <<-EOF
		mkdir $R -> EEXIST
		mkdir $SRAM/regions/t0 -> EEXIST
		put $R/live 1
		mkdir $R -> EEXIST
		mkdir $SRAM/regions/t0 -> EEXIST
		put $R/live 0
		rmdir $R
		mkdir $SRAM/regions/t0
		mkdir $R -> EEXIST
		rmdir $SRAM/regions/t0
		mkdir $R
	EOF
}

@test "the tree itself cannot be added to or taken apart" {
	kexmap <<-EOF
		mkdir $KEX/more -> EPERM
		mkdir $KEX_CARVEOUTS/more -> EPERM
		mkdir $FPGA/more -> EPERM
		rmdir $FPGA/regions -> EPERM
		rmdir $FPGA -> EPERM
		rmdir $KEX_CARVEOUTS -> EPERM
		rmdir $KEX -> EPERM
	EOF
	region t0 live=0
	kexmap "mkdir $R/more -> EPERM"
}
