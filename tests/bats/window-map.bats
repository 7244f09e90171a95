#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What map, unmap and pieces of a window in configfs take, refuse and show.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "pieces that continue each other in window and region are one, others are not" {
	region t0 size=16P
	region t1 size=16P
	window w0 size=16P
	kexmap <<-EOF
		putp $W/map 2P t0 2P 1P
		putp $W/map 3P t0 3P 1P
		lent $W/pieces -> 2P t0 2P 2P
		putp $W/map 1P t0 1P 1P
		lent $W/pieces -> 1P t0 1P 3P
		putp $W/map 5P t0 5P 2P
		lent $W/pieces -> 1P t0 1P 3P; 5P t0 5P 2P
		putp $W/map 4P t0 4P 1P
		lent $W/pieces -> 1P t0 1P 6P
		putp $W/map 7P t0 8P 1P
		lent $W/pieces -> 1P t0 1P 6P; 7P t0 8P 1P
		putp $W/map 0P t1 0P 1P
		lent $W/pieces -> 0P t1 0P 1P; 1P t0 1P 6P; 7P t0 8P 1P
		putp $W/map 10P t1 2P 1P; 9P t1 1P 1P; 12P t1 4P 4P; 11P t1 3P 1P
		lent $W/pieces -> 0P t1 0P 1P; 1P t0 1P 6P; 7P t0 8P 1P; 9P t1 1P 7P
		putp $W/map 8P t1 0P 1P
		lent $W/pieces -> 0P t1 0P 1P; 1P t0 1P 6P; 7P t0 8P 1P; 8P t1 0P 8P
	EOF
}

@test "an unmap takes any part: head, tail, middle, several pieces, holes too" {
	region t0 size=16P
	region t1 size=16P
	window w0 size=16P
	kexmap <<-EOF
		putp $W/map 0P t0 0P 8P; 8P t1 0P 4P; 14P t0 14P 2P
		putp $W/unmap 0P 1P
		lent $W/pieces -> 1P t0 1P 7P; 8P t1 0P 4P; 14P t0 14P 2P
		putp $W/unmap 7P 1P
		lent $W/pieces -> 1P t0 1P 6P; 8P t1 0P 4P; 14P t0 14P 2P
		putp $W/unmap 3P 2P
		lent $W/pieces -> 1P t0 1P 2P; 5P t0 5P 2P; 8P t1 0P 4P; 14P t0 14P 2P
		putp $W/unmap 3P 2P
		putp $W/unmap 7P 1P
		putp $W/unmap 12P 2P
		lent $W/pieces -> 1P t0 1P 2P; 5P t0 5P 2P; 8P t1 0P 4P; 14P t0 14P 2P
		putp $W/unmap 2P 8P
		lent $W/pieces -> 1P t0 1P 1P; 10P t1 2P 2P; 14P t0 14P 2P
		putp $W/map 2P t0 2P 1P
		lent $W/pieces -> 1P t0 1P 2P; 10P t1 2P 2P; 14P t0 14P 2P
		putp $W/unmap 0P 16P
		lent $W/pieces -> none
		putp $W/unmap 0P 16P
		putp $W/map 0P t0 0P 16P
		lent $W/pieces -> 0P t0 0P 16P
	EOF
}

@test "the bytes are right after each merge and each split" {
	region t0 size=16P
	window w0 size=16P
	kexmap <<-EOF
		open /dev/kex/t0
		map 0 16P
		fill 0 16P 5
		open $N
		map 0 16P
		putp $W/map 0P t0 0P 4P
		checkat 0 4P 0 5
		putp $W/map 4P t0 4P 4P
		checkat 0 8P 0 5
		putp $W/unmap 2P 3P
		checkat 0 2P 0 5
		checkat 5P 3P 5P 5
		touch 2P -> SIGBUS@2P
		touch 4P -> SIGBUS@4P
		putp $W/map 2P t0 10P 3P
		checkat 2P 3P 10P 5
		putp $W/unmap 3P 1P
		checkat 0 2P 0 5
		checkat 2P 1P 10P 5
		checkat 4P 1P 12P 5
		checkat 5P 3P 5P 5
		put $KEX_CLASS/t0/hold 1
		touch 0 -> SIGBUS@0P
		touch 2P -> SIGBUS@2P
		touch 4P -> SIGBUS@4P
		touch 7P -> SIGBUS@7P
		put $KEX_CLASS/t0/restore 1
		checkat 0 2P 0 5
		checkat 4P 1P 12P 5
		checkat 5P 3P 5P 5
	EOF
}

@test "what map cannot do it refuses, with every piece as it was" {
	local line text
	region dev0 size=64K cache=device
	region sram0 size=64K carveout=sram
	region down size=64K live=0
	region t0 size=64K
	window w0 size=128K
	put "$W/map" "0x10000 t0 0 64K"
	while IFS= read -r line; do
		text=${line#* }
		assert_refused "${line%% *}" "$W/map" "$text"
		# Neither alone nor behind a good one
		assert_refused "${line%% *}" "$W/map" "0 t0 0 64K; $text"
		[[ $line == *'; '* ]] || assert_refused "${line%% *}" "$W/map" "$text; 0 t0 0 64K"
		assert_file "$W/pieces" '65536 t0 0 65536'
	done <<-'EOF'
		EINVAL x
		EINVAL 0 t0 0
		EINVAL 0 t0 0 64K 0
		EINVAL 0  t0 0 64K
		EINVAL 0,t0,0,64K
		EINVAL -1 t0 0 64K
		EINVAL 0 t0 0 0
		EINVAL 0 t0 0 100
		EINVAL 0 t0 100 64K
		EINVAL 100 t0 0 64K
		EINVAL 0 t0 0 64K;
		EINVAL 0 T0 0 64K
		EINVAL 0 ../t0 0 64K
		ENOENT 0 t9 0 64K
		ENOENT 0 down 0 64K
		ENOENT 0 sram0 0 64K
		ENOENT 0 w0 0 64K
		EXDEV 0 dev0 0 64K
		ERANGE 128K t0 0 64K
		ERANGE 64K t0 0 128K
		ERANGE 0 t0 0 128K
		ERANGE 0 t0 64K 64K
		ERANGE 1G t0 0 64K
		ERANGE 0 t0 1G 64K
		ERANGE 18446744073709486080 t0 0 64K
		ERANGE 18446744073709486080 t0 0 128K
		ERANGE 0 t0 18446744073709486080 128K
		ERANGE 0 t0 0 18446744073709486080
		ERANGE 0 t0 0 18446744073709551616
		EBUSY 64K t0 0 64K
		EBUSY 0 t0 0 64K; 0 t0 0 64K
	EOF
	assert_file "$W/pieces" '65536 t0 0 65536'
	put "$W/map" "0 t0 0 64K"
	assert_file "$W/pieces" $'0 t0 0 65536\n65536 t0 0 65536'
}

@test "what unmap cannot do it refuses, with every piece as it was" {
	local line
	region t0 size=128K
	window w0 size=128K
	put "$W/map" "0 t0 0 128K"
	while IFS= read -r line; do
		assert_refused "${line%% *}" "$W/unmap" "${line#* }"
		assert_file "$W/pieces" '0 t0 0 131072'
	done <<-'EOF'
		EINVAL 
		EINVAL 1
		EINVAL x
		EINVAL 0 0
		EINVAL 0 100
		EINVAL 100 64K
		EINVAL 0 64K 0
		EINVAL 0 64Kx
		EINVAL 0  64K
		EINVAL 0 -64K
		EINVAL 0,64K
		ERANGE 0 192K
		ERANGE 128K 64K
		ERANGE 18446744073709486080 128K
		ERANGE 0 18446744073709551616
	EOF
}

@test "a window that is not live has no pieces, and lets none be mapped" {
	region t0 size=64K
	window w0 size=64K live=0
	assert_refused ENODEV "$W/map" "0 t0 0 64K"
	assert_refused ENODEV "$W/unmap" "0 64K"
	assert_refused EINVAL "$W/map" "0 t0 0 100"
	assert_file "$W/pieces" ''
	put "$W/live" 1
	put "$W/map" "0 t0 0 64K"
	put "$W/live" 0
	assert_file "$W/pieces" ''
	put "$W/live" 1
	assert_file "$W/pieces" ''
}

# write_whole TEXT: in one write, as it is
write_whole() {
	printf %s "$1" >"$BATS_TEST_TMPDIR/text"
	try dd if="$BATS_TEST_TMPDIR/text" of="$W/map" bs=8192 status=none
}

@test "a write of 4,095 bytes that end in a newline is taken, one that may be cut is E2BIG" {
	local i text=''
	region t0 size=64K
	window w0 size=64M
	for ((i = 0; i < 214; i++)); do
		printf -v text '%s0x%06x t0 0 64K; ' "$text" $((i << 16))
	done
	printf -v text '%s0x%017x t0 0 64K' "$text" $((i << 16))
	assert_eq "${#text}" 4094
	write_whole "${text}K"
	assert_eq "$STATUS" 1
	assert_contains "$ERR" 'Argument list too long'
	write_whole "$text; 0x1000000 t0 0 64K"
	assert_eq "$STATUS" 1
	assert_contains "$ERR" 'Argument list too long'
	write_whole "$text; 0x1000000 t0 0 64K"$'\n'
	assert_eq "$STATUS" 1
	assert_file "$W/pieces" ''
	write_whole "$text"$'\n'
	assert_eq "$STATUS" 0
	slurp text "$W/pieces"
	assert_contains "$text" $'\n14024704 t0 0 65536'
	put "$W/unmap" "0 64M"
	write_whole "${text:0:0}0 t0 0 64K"
	assert_eq "$STATUS" 0
	assert_file "$W/pieces" '0 t0 0 65536'
}

@test "pieces shows 10,000 lines, whole and sorted" {
	region t0 size=1P
	window w0 size=10000P
	kexmap <<-EOF
		open /dev/kex/t0
		open $N
		file 0
		piece 0 0 5000P 1P 5000 0
		piece 0 0 0P 1P 5000 0
		wmap 1
	EOF
	# shellcheck disable=SC2016 # awk's
	exits 0 awk -v page="$PAGE" '
		$0 != (NR - 1) * page " t0 0 " page { print NR ": " $0; exit 2 }
		END { print NR }' "$W/pieces"
	assert_eq "$OUT" 10000
	# By small reads, too
	exits 0 dd if="$W/pieces" of="$BATS_TEST_TMPDIR/pieces" bs=1000 status=none
	exits 0 cmp "$W/pieces" "$BATS_TEST_TMPDIR/pieces"
}
