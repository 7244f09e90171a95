#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What taking memory away costs, in guest instructions, which repeat to the digit
# where QEMU counts them. How many there are, bench/run tells; here it is what
# they depend on.

setup_file() {
	local top=$BATS_TEST_DIRNAME/../../..
	export DIR=$BATS_FILE_TMPDIR
	# shellcheck disable=SC2046 # words
	make -s -C "$top/bench" $("$top/tests/lab/sdk" --user) O="$DIR"
	cat >"$DIR/script" <<-'EOF'
		set -eu
		parameters=/sys/module/kex/parameters
		[ ! -e $parameters/huge ] || echo N >$parameters/huge
		page=$(getconf PAGESIZE)
		for mib in 1 64; do
			kexctl region create bench --size "${mib}M" --populate lazy
			./hold "hold ${mib}M" /dev/kex/bench $((mib << 20)) "$page"
			kexctl region delete bench
		done
		# not fewer: a debug kernel spends on the call what 600 entries cost
		for mib in 16 64; do
			kexctl region create bench --size "${mib}M"
			./map "map ${mib}M" /dev/kex/bench 0 $((mib << 20)) /sys/class/kex/bench/evict "$page"
			kexctl region delete bench
		done
	EOF
	"$top/tests/lab/run" --kernel "${KEX_KERNEL:-7}" --icount --timeout 200 --add "$DIR/hold" \
		--add "$DIR/map" --add "$DIR/script" -- bash script >"$DIR/out"
}

# column LINE N: the Nth number of the line that starts with LINE
column() {
	awk -v line="$1" -v n="$2" 'index($0, line " ") == 1 { print $(2 + n); found = 1 }
		END { exit !found }' "$DIR/out"
}

# seed: 1.8
@test "a hold costs as much in a large region as in a small one when as much is mapped" {
	local small large
	small=$(column 'hold 1M' 1)
	large=$(column 'hold 64M' 1)
	echo "1M: $small, 64M: $large"
	((small > 100 && large < 2 * small))
}

# seed: 1.8
@test "an evict costs as much for each page that is mapped, however many there are" {
	local few many
	few=$(column 'map 16M' 6)
	many=$(column 'map 64M' 6)
	echo "an entry of 16M: $few, of 64M: $many"
	awk -v few="$few" -v many="$many" 'BEGIN { exit !(few > 1 && many < 1.5 * few && few < 1.5 * many) }'
}
