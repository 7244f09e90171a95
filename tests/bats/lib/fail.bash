# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Allocations that fail.

# Skips where the kernel cannot make them fail
needs_failslab() {
	if [ ! -e /proc/self/fail-nth ] || [ ! -d /sys/kernel/debug/failslab ]; then
		skip "the kernel has no CONFIG_FAILSLAB; that of make test-debug has"
	fi
}

# sweep LABEL READY... -- CALL -- UNDO...: see kexfail. What it found is told
# with the results.
sweep() {
	local label=$1
	shift
	exits 0 kexfail "$@"
	printf '# failslab: %s: %s\n' "$label" "$OUT" >&3
}
