# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A disk of the guest's memory, for what needs a block device.

# disk KIB: DISK is a block device of that size, or - where the kernel has none.
# no_disk in the teardown takes it away, whatever the test had come to.
disk() {
	DISK=-
	if modprobe -q brd rd_nr=1 rd_size="$1"; then
		DISK=/dev/ram0
		wait_until 10 test -b "$DISK" || fail "no $DISK"
	fi
}

no_disk() {
	[ -d /sys/module/brd ] || return 0
	! grep -q '^/dev/ram0 ' /proc/swaps || swapoff /dev/ram0 || return 1
	rmmod brd
}
