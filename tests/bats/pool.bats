#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Pools in configfs and sysfs: names, values, life.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/attrs.gen.bash"

@test "without CONFIG_DEVICE_PRIVATE a pool can be configured, and live=1 is EOPNOTSUPP" {
	local word
	while read -r word; do
		[ "$word" != pool ] || skip "this kernel has CONFIG_DEVICE_PRIVATE"
	done <"$KEX/features"
	pool p0 size=2M live=0
	assert_refused EOPNOTSUPP "$R/live" 1
	assert_file "$R/live" 0
	assert_file "$FPGA/free" "$FPGA_SIZE"
	kexmap "exists $S -> no"
	exits 0 dmesg
	assert_contains "$OUT" 'without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR'
}

@test "a pool and a policy have the listed attributes with their defaults, and no other" {
	local key path checked=0
	local -A seen=()
	pool p0 live=0
	policy t0
	for key in "${KEX_ATTRS[@]}"; do
		case $key in
		pool/*) path=$R/${key#*/} ;;
		policy/*) path=$KEX/policies/t0/${key#*/} ;;
		*) continue ;;
		esac
		[ -f "$path" ] || fail "$key is missing"
		seen[$path]=1
		[ -n "${KEX_ATTR_DEFAULT[$key]-}" ] || continue
		assert_file "$path" "${KEX_ATTR_DEFAULT[$key]}"
		checked=$((checked + 1))
	done
	((checked >= 11)) || fail "only $checked defaults in the list"
	for path in "$R"/* "$KEX"/policies/t0/*; do
		[ -n "${seen[$path]-}" ] || fail "$path is not in the list"
	done
}

@test "each good value is taken and each bad one refused with its errno" {
	local key file line back checked=0
	pool p0 live=0
	policy t0
	for key in "${!KEX_ATTR_GOOD[@]}" "${!KEX_ATTR_BAD[@]}"; do
		case $key in
		pool/*) file=$R/${key#*/} ;;
		policy/*) file=$KEX/policies/t0/${key#*/} ;;
		*) continue ;;
		esac
		# The marks depend on each other: the next test has them
		case $key in
		*/high | */low) continue ;;
		esac
		while IFS= read -r line; do
			[ -n "$line" ] || continue
			put "$file" "${line#* }" || fail "$key: '${line#* }': $ERRNO"
			checked=$((checked + 1))
			[ "${line%% *}" != - ] || continue
			read -r back <"$file"
			[ "$back" = "${line%% *}" ] || fail "$key: wrote '${line#* }', reads '$back'"
		done <<<"${KEX_ATTR_GOOD[$key]-}"
		while IFS= read -r line; do
			[ -n "$line" ] || continue
			assert_refused "${line%% *}" "$file" "${line#* }"
			checked=$((checked + 1))
		done <<<"${KEX_ATTR_BAD[$key]-}"
	done
	((checked >= 100)) || fail "only $checked values in the list"
}

@test "the low mark is never above the high one, and none is 0" {
	policy t0
	local p=$KEX/policies/t0
	put "$p/low" 50
	put "$p/high" 50
	assert_refused EINVAL "$p/high" 49
	assert_refused EINVAL "$p/low" 51
	assert_refused ERANGE "$p/low" 0
	assert_refused ERANGE "$p/high" 0
	assert_refused ERANGE "$p/high" 101
	put "$p/high" 100
	put "$p/low" 100
	assert_file "$p/low" 100
}

@test "the four policies are always there, can be changed and not removed" {
	local name
	for name in fifo lru clock random; do
		assert_file "$KEX/policies/$name/algorithm" "$name"
		kexmap "rmdir $KEX/policies/$name -> EPERM" "mkdir $KEX/policies/$name -> EEXIST"
	done
	put "$KEX/policies/lru/low" 42
	assert_file "$KEX/policies/lru/low" 42
	put "$KEX/policies/lru/low" 90
	kexmap "mkdir $KEX/policies/A -> EINVAL" "mkdir $KEX/policies/-a -> EINVAL"
}

@test "a policy that a pool names cannot be removed, and one that does not exist not named" {
	policy t0
	policy t1
	pool p0 live=0 policy=t0
	kexmap <<-EOF
		rmdir $KEX/policies/t0 -> EBUSY
		put $R/policy t1
		rmdir $KEX/policies/t0
		put $R/policy t0 -> ENOENT
		get $R/policy -> t1
		rmdir $KEX/policies/t1 -> EBUSY
		rmdir $R
		rmdir $KEX/policies/t1
	EOF
}

@test "a name is taken whatever the kind of object" {
	pool p0 live=0
	region t0 live=0
	kexmap <<-EOF
		mkdir $FPGA/regions/p0 -> EEXIST
		mkdir $FPGA/pools/t0 -> EEXIST
		mkdir $SRAM/pools/p0 -> EEXIST
		mkdir $SRAM/pools/A -> EINVAL
	EOF
}

@test "live=1 takes the memory and makes the node, live=0 gives both back" {
	need_pools
	pool p0 size=4M live=0
	kexmap <<-EOF
		put $R/live 1
		get $R/live -> 1
		get $FPGA/free -> $((FPGA_SIZE - (4 << 20)))
		exists $N -> yes
		rmdir $R -> EBUSY
		put $R/live 1
		put $R/size 2M -> EBUSY
		put $R/backing system -> EBUSY
		put $R/mode 0600 -> EBUSY
		put $R/fault_around 8
		put $R/policy lru
		put $R/live 0
		get $FPGA/free -> $FPGA_SIZE
		exists $N -> no
		exists $S -> no
		put $R/live 0
		put $R/revoke 1
		rmdir $R
	EOF
}

@test "a pool that cannot be is refused with the real errno, and nothing is left" {
	need_pools
	pool p0 live=0
	assert_refused EINVAL "$R/live" 1
	put "$R/size" $((FPGA_SIZE + (2 << 20)))
	assert_refused ENOSPC "$R/live" 1
	put "$R/size" $((1 << 60))
	assert_refused ENOSPC "$R/live" 1
	put "$R/backing" system
	assert_refused ENOSPC "$R/live" 1
	put "$R/size" 2M
	put "$R/backing" carveout
	unbind fpga
	assert_refused ENODEV "$R/live" 1
	bind fpga
	put "$R/live" 1
	put "$R/live" 0
	assert_file "$FPGA/free" "$FPGA_SIZE"
	run ! grep -w p0 /proc/iomem
}

@test "live=0 is EBUSY while open, and leaves the pages where they are" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		put $R/live 0 -> EBUSY
		where 0 16P -> pool:16
		close
		put $R/live 0
		check 0 16P
	EOF
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

# seed: 3.7
@test "the facts of a live pool are those listed, and start at 0" {
	local key path name text
	local -A seen=()
	need_pools
	pool p0 size=6M
	for key in "${KEX_FACTS[@]}"; do
		[[ $key == pool/* ]] || continue
		seen[${key#*/}]=1
		[ "${KEX_FACT_MODE[$key]}" != 0200 ] || continue
		slurp text "$S/${key#*/}"
		case ${KEX_FACT_TYPE[$key]} in
		size | uint) [[ $text =~ ^[0-9]+$ ]] || fail "$key: '$text'" ;;
		esac
	done
	for path in "$S"/*; do
		name=${path##*/}
		case $name in
		dev | device | power | subsystem | uevent) continue ;;
		esac
		[ -n "${seen[$name]-}" ] || fail "$path is not in the list"
	done
	assert_file "$S/kind" pool
	assert_file "$S/carveout" fpga
	assert_file "$S/capacity" $((6 << 20))
	for name in used opens mappings resident faults evictions restores migrated_in \
		migrated_out fault_pages policy_evictions; do
		assert_file "$S/$name" 0
	done
}

@test "pools and regions share a carve-out, and two pools live side by side" {
	need_pools
	pool p0 size=2M
	region t0 size=4M
	pool p1 size=60M live=0
	assert_refused ENOSPC "$R/live" 1
	put "$R/size" 58M
	put "$R/live" 1
	assert_file "$FPGA/free" 0
}

@test "offset says where a pool lies among the regions" {
	need_pools
	region t0 size=4M offset=0
	pool p0 size=2M
	assert_file "$S/offset" $((4 << 20))
	pool p1 size=4M carveout=sram
	assert_file "$S/offset" 0
}

@test "a pool of system memory takes none of the carve-out" {
	need_pools
	pool p0 size=64P backing=system
	assert_file "$FPGA/free" "$FPGA_SIZE"
	assert_missing "$S/offset"
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		get $S/used -> 64P
		check 0 64P
		get $S/used -> 0
	EOF
}

@test "a pool's node cannot be mapped, read or written, and knows no call of regions" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		map 0 1P -> EINVAL
		map 0 17P private -> EINVAL
		pread 0 16 -> EINVAL
		pwrite 0 16 -> EINVAL
		hold 0 1P -> ENOTTY
		restore 0 1P -> ENOTTY
		info kind -> 2
		info size -> 2097152
		evict 0 1P
		evict 0 100 -> EINVAL
		evict 2M 1P -> ERANGE
		get $S/evictions -> 1
	EOF
}
