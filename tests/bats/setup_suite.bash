# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Before the first test: is this a guest of the lab, and is it ready?

setup_suite() {
	local carveout size expected
	if [ ! -d /sys/module/kex ]; then
		echo "setup: the kex module is not loaded" >&2
		return 1
	fi
	if [ ! -d /sys/kernel/config/kex ]; then
		echo "setup: configfs is not mounted, or has no kex in it" >&2
		return 1
	fi
	for carveout in fpga:67108864 sram:16777216; do
		expected=${carveout#*:}
		carveout=${carveout%:*}
		read -r size <"/sys/kernel/config/kex/carveouts/$carveout/size"
		if [ "$size" != "$expected" ]; then
			echo "setup: carve-out $carveout has $size bytes, not $expected" >&2
			return 1
		fi
	done
	printf '# kernel %s (%s)\n' "${KEX_KERNEL:-?}" "${KEX_RELEASE:-$(uname -r)}" >&3
}
