#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What no program would do, many times over and all at once.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/attrs.gen.bash"

@test "random writes to every file and bad ioctls, among unbinds and revokes, break nothing" {
	local seed=${KEX_SEED:-$SRANDOM} writes features key
	# Asked for again with KEX_SEED
	echo "# seed $seed" >&3
	exits 0 kexfuzz "$seed" 3000 8000
	echo "# ${OUT%%$'\n'*}" >&3
	[[ $OUT =~ ^'ok: '([0-9]+)' writes' ]] || fail "no count in '$OUT'"
	writes=${BASH_REMATCH[1]}
	((writes >= 2000)) || fail "only $writes writes reached a file"
	slurp features "$KEX/features"
	[[ $'\n'$features$'\n' != *$'\npool\n'* || $OUT =~ \ [1-9][0-9]*' calls of pools' ]] ||
		fail "no call of a pool was answered"
	for key in "${KEX_ATTRS[@]}"; do
		[[ $key != @(region|window|pool|policy)/* || ${KEX_ATTR_ACCESS[$key]} == ro ]] ||
			assert_contains "$OUT" " ${key#*/} "
	done
	for key in "${KEX_FACTS[@]}"; do
		[[ ${KEX_FACT_MODE[$key]} != 0200 ]] || assert_contains "$OUT" " ${key#*/} "
	done

	wait_until 5 free_is fpga "$FPGA_SIZE"
	wait_until 5 free_is sram "$SRAM_SIZE"
	assert_file "$FPGA/largest_free" "$FPGA_SIZE"
	assert_missing "$FPGA"/{regions,windows,pools}/* "$SRAM"/{regions,windows,pools}/* "$KEX_CLASS"/* /dev/kex/fuzz*
	exits 0 rmmod kex
	exits 0 insmod /kex/kex.ko
	assert_file "$FPGA/free" "$FPGA_SIZE"
	assert_file "$SRAM/free" "$SRAM_SIZE"
	region t0 size=64K
	kexmap "open $N" 'map 0 64K' 'is 0 64K 0' 'fill 0 64K' 'check 0 64K'
}
