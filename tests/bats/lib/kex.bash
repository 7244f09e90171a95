# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # the tests use what is set here
# What every file of the suite sources: paths, regions made by key=value, and
# one teardown that removes everything and fails on what will not go away.
#
# The guest is emulated and a fork costs 10 ms there: helpers use builtins, and
# results come back in variables (ERRNO, STATUS, OUT, ERR, R, S, N), not through
# command substitution.

KEX=/sys/kernel/config/kex
KEX_CARVEOUTS=$KEX/carveouts
KEX_CLASS=/sys/class/kex
KEX_DRIVER=/sys/bus/platform/drivers/kex
# The two carve-outs of the lab's device tree, the first by address first
FPGA=$KEX_CARVEOUTS/fpga
FPGA_SIZE=$((64 << 20))
FPGA_PHYS=$((0x60000000))
SRAM=$KEX_CARVEOUTS/sram
SRAM_SIZE=$((16 << 20))
# Regions from the device tree: rmdir is refused, and a teardown takes them down
KEX_FIXED=()
# A node below the root that the tests of a file need
KEX_TREE=''
# A function that skips where the kernel has not what the tests of a file need
KEX_NEEDS=''
export LC_ALL=C

KEX_LIB=${BASH_SOURCE[0]%/*}
# shellcheck source=assert.bash
source "$KEX_LIB/assert.bash"
# shellcheck source=proc.bash
source "$KEX_LIB/proc.bash"
# shellcheck source=kmsg.bash
source "$KEX_LIB/kmsg.bash"

# page_size: PAGE is the bytes of a page, PAGE_TEXT how people write them
page_size() {
	local key
	while read -r key PAGE _; do
		[ "$key" != KernelPageSize: ] || break
	done </proc/self/smaps
	PAGE_TEXT=${PAGE}K
	PAGE=$((PAGE * 1024))
}
page_size

# paths NAME [CARVEOUT]: R its configfs folder, S its sysfs folder, N its node
paths() {
	R=$KEX_CARVEOUTS/${2:-fpga}/${ITEMS:-regions}/$1
	S=$KEX_CLASS/$1
	N=/dev/kex/$1
}

# region NAME [carveout=C] [KEY=VALUE]...: makes a region and sets R, S and N.
# It goes live unless live=0 is given. 16P as a VALUE are 16 pages.
region() {
	local name=$1 carveout=fpga live=1 pair
	shift
	for pair; do
		case $pair in
		carveout=*) carveout=${pair#*=} ;;
		live=*) live=${pair#*=} ;;
		esac
	done
	paths "$name" "$carveout"
	mkdir "$R"
	for pair; do
		case $pair in
		carveout=* | live=*) ;;
		*)
			[[ $pair != *=+([0-9])P ]] || pair=${pair%%=*}=$((${pair//[!0-9]/} * PAGE))
			put "$R/${pair%%=*}" "${pair#*=}" || fail "$name: $pair: $ERRNO"
			;;
		esac
	done
	[ "$live" = 0 ] || put "$R/live" "$live" || fail "$name: live=$live: $ERRNO"
}

# window NAME [carveout=C] [KEY=VALUE]...: the same for a window: W, S and N
window() {
	local region=${R-}
	ITEMS=windows region "$@"
	W=$R R=$region
}

# need_pools: skips the test on a kernel that cannot have pools
need_pools() {
	local word
	while read -r word; do
		[ "$word" != pool ] || return 0
	done <"$KEX/features"
	skip "this kernel was built without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR: no pools"
}

# pool NAME [carveout=C] [KEY=VALUE]...: the same for a pool: R, S and N. size=64P
# is room for 64 pages, and for more where they are small.
pool() {
	local -a pairs=("${@:2}")
	local i
	for i in "${!pairs[@]}"; do
		[[ ${pairs[i]} != size=+([0-9])P ]] ||
			pairs[i]=size=$(((${pairs[i]//[!0-9]/} * PAGE + 2097151) / 2097152 * 2097152))
	done
	ITEMS=pools region "$1" "${pairs[@]}"
}

# policy NAME [KEY=VALUE]...: makes an eviction policy
policy() {
	local name=$1 pair
	shift
	mkdir "$KEX/policies/$name"
	for pair; do
		put "$KEX/policies/$name/${pair%%=*}" "${pair#*=}" ||
			fail "policy $name: $pair: $ERRNO"
	done
}

# device CARVEOUT: DEVICE is the platform device with that label, or else name
device() {
	local node label
	for node in "$KEX_DRIVER"/*/of_node /sys/bus/platform/devices/*/of_node; do
		if [ -r "$node/label" ]; then
			slurp label "$node/label"
		elif [ -r "$node/name" ]; then
			slurp label "$node/name"
		else
			continue
		fi
		if [ "$label" = "$1" ]; then
			DEVICE=${node%/of_node}
			DEVICE=${DEVICE##*/}
			return 0
		fi
	done
	fail "no platform device has the label $1"
}

unbind() {
	device "$1"
	printf '%s' "$DEVICE" >"$KEX_DRIVER/unbind"
}

bind() {
	device "$1"
	printf '%s' "$DEVICE" >"$KEX_DRIVER/bind"
}

# free_is CARVEOUT BYTES: for wait_until
free_is() {
	local free
	read -r free <"$KEX_CARVEOUTS/$1/free"
	[ "$free" = "$2" ]
}

# Removes every region, window, pool and policy, by force; LEFT lists what is there all the same
kex_remove_all() {
	local dir live carveout size bound name
	local -a dirs=()
	LEFT=()
	release_all || LEFT+=("a process that would not end")
	if [ ! -d "$KEX_CARVEOUTS" ]; then
		LEFT+=("no module, or configfs not mounted")
		# For the tests that follow
		mountpoint -q "${KEX%/kex}" || mount -t configfs configfs "${KEX%/kex}"
		[ -d /sys/module/kex ] || insmod /kex/kex.ko
		return 0
	fi
	for dir in "$KEX_CARVEOUTS"/*/{regions,windows,pools}/*/; do
		[ -d "$dir" ] || continue
		read -r live <"$dir/live"
		if [ "$live" = 1 ] && ! put "$dir/revoke" 1; then
			LEFT+=("$dir: revoke: $ERRNO")
		fi
		name=${dir%/}
		[[ " ${KEX_FIXED[*]} " == *" ${name##*/} "* ]] || dirs+=("$dir")
	done
	if ((${#dirs[@]})) && ! rmdir "${dirs[@]}"; then
		LEFT+=("folders that cannot be removed")
	fi
	for dir in "$KEX"/policies/*/; do
		case $dir in
		*/fifo/ | */lru/ | */clock/ | */random/) ;;
		*) rmdir "$dir" || LEFT+=("policy $dir") ;;
		esac
	done
	for dir in "$KEX_CARVEOUTS"/*/; do
		carveout=${dir%/}
		carveout=${carveout##*/}
		read -r bound <"$dir/bound"
		if [ "$bound" != 1 ]; then
			LEFT+=("carve-out $carveout is not bound")
			bind "$carveout"
		fi
		read -r size <"$dir/size"
		wait_until "${KEX_PATIENCE:-5}" free_is "$carveout" "$size" ||
			LEFT+=("carve-out $carveout misses memory")
	done
	for name in "$KEX_CLASS"/* /dev/kex/*; do
		case ${name##*/} in
		'*' | _ctl) ;;
		*) LEFT+=("$name") ;;
		esac
	done
}

setup() {
	[ -z "$KEX_TREE" ] || [ -d "/proc/device-tree/$KEX_TREE" ] ||
		skip "the guest's device tree has no $KEX_TREE; tests/lab/suite gives it one that has"
	[ -z "$KEX_NEEDS" ] || "$KEX_NEEDS"
	ERRNO='' STATUS='' OUT='' ERR=''
	# bats traces every command, to name the line that failed: 5 ms each here.
	# The lines of the test itself are enough.
	set +T
	declare -ft "$BATS_TEST_NAME"
	kmsg_begin
}

# kex_teardown [COMMAND]...: for files whose teardown does something before: what
# COMMANDs could not take away is left, too
kex_teardown() {
	local command
	local -a failed=()
	for command; do
		"$command" || failed+=("what $command should have taken away")
	done
	kex_remove_all
	LEFT+=("${failed[@]}")
	kmsg_splats || LEFT+=("the kernel complained (above)")
	if ((${#LEFT[@]})); then
		printf 'left behind: %s\n' "${LEFT[@]}" >&2
		return 1
	fi
}

teardown() {
	kex_teardown
}
