#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Where bytes of processes are while they are in a pool, seen in the guest's
# memory, which is a file of this machine.

RAM_BASE=$((0x40000000))
FPGA=$((0x60000000))
LEN=262144
BIG=$((2 << 20))

# in_ram FILE OFFSET LENGTH: were the file's bytes in the guest's memory there?
in_ram() {
	cmp "$1" <(dd if="$DIR/pools" bs=64K iflag=skip_bytes,count_bytes skip="$2" \
		count="$3" status=none)
}

# One guest for all tests. Its pools lie side by side from the carve-out's first
# byte on: one has pages when its memory is looked at, the others had some.
setup_file() {
	local i fd guest line
	export DIR=$BATS_FILE_TMPDIR
	export RAM=$DIR/ram
	for i in 0 1 2 3; do
		dd if=/dev/urandom of="$DIR/r$i" bs="$LEN" count=1 iflag=fullblock status=none
	done
	head -c "$BIG" /dev/zero >"$DIR/zero"
	truncate -s 1G "$RAM"
	cat >"$DIR/script" <<-'EOF'
		set -eu
		source tests/bats/lib/kex.bash
		[[ " $(tr '\n' ' ' <"$KEX/features")" == *' pool '* ]] || {
			echo 'no pools'
			exit
		}
		for i in 0 1 2 3; do
			pool "p$i" size=2M
		done
		pages=$((262144 / PAGE))
		kexmap "open /dev/kex/p1" 'anon 256K' 'load 0 256K r1' "migrate 0 256K -> $pages" \
			"home 0 256K -> $pages"
		kexmap "open /dev/kex/p2" 'anon 256K' 'load 0 256K r2' "migrate 0 256K -> $pages" \
			'touch 0' 'unmap'
		kexmap "open /dev/kex/p3" 'anon 256K' 'load 0 256K r3' "migrate 0 256K -> $pages"
		exec {fd}< <(exec kexmap 'open /dev/kex/p0' 'anon 256K' 'load 0 256K r0' \
			"migrate 0 256K -> $pages" 'say ready' pause 2>/tmp/holder)
		read -r line <&"$fd"
		read -r used </sys/class/kex/p0/used
		echo "$line $used"
		# What ends the guest would end the process, too: until we are killed
		read -r line <&"$fd"
	EOF
	exec {fd}< <(exec "$BATS_TEST_DIRNAME/../../lab/run" --kernel "${KEX_KERNEL:-7}" --timeout 200 \
		--ram "$RAM" --add "$DIR/script" --add "$DIR/r0" --add "$DIR/r1" --add "$DIR/r2" \
		--add "$DIR/r3" -- \
		env BATS_TEST_TMPDIR=/tmp BATS_RUN_TMPDIR=/tmp bash script 3>&-)
	guest=$!
	read -r line <&"$fd"
	echo "$line" >"$DIR/out"
	dd if="$RAM" of="$DIR/pools" bs=64K iflag=skip_bytes,count_bytes \
		skip=$((FPGA - RAM_BASE)) count=$((4 * BIG)) status=none
	[[ $line != ready* ]] || kill -TERM "$guest"
	wait "$guest" || [ $? -ge 120 ]
}

setup() {
	! grep -qx 'no pools' "$DIR/out" ||
		skip "kernel ${KEX_KERNEL:-7} was built without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR: no pools"
}

# seed: 5.4
@test "bytes of a process that are in a pool lie in the carve-out, page by page" {
	grep -qx "ready $LEN" "$DIR/out"
	in_ram "$DIR/r0" 0 "$LEN"
}

@test "no byte is left in a pool whose pages went home, by a call or by a touch, or ended with their process" {
	local i
	for i in 1 2 3; do
		in_ram "$DIR/zero" $((i * BIG)) "$BIG"
	done
}
