#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What kexctl page phys says of a region, of ordinary memory and of what is in a pool,
# held against the guest's memory, which is a file of this machine.

RAM_BASE=$((0x40000000))
LEN=262144

# in_ram FILE FROM ADDRESS LENGTH: are these bytes of the file in the guest's memory
# there?
in_ram() {
	cmp <(dd if="$DIR/$1" bs=4K iflag=skip_bytes,count_bytes skip="$2" count="$4" status=none) \
		<(dd if="$DIR/seen" bs=4K iflag=skip_bytes,count_bytes skip="$(($3 - RAM_BASE))" \
			count="$4" status=none)
}

# all_in_ram FILE RUNS: each run of a kexmap's mapping of the file
all_in_ram() {
	local virt len phys page object offset first='' total=0
	while read -r virt len phys page object offset; do
		[ "$virt" != VIRT ] || continue
		[ -n "$first" ] || first=$((virt))
		[[ $len != *K ]] || len=$((${len%K} * 1024))
		in_ram "$1" $((virt - first)) $((phys)) "$len"
		total=$((total + len))
	done <"$DIR/$2"
	[ "$total" -eq "$LEN" ]
}

# The guest is looked at while the process that has the memory is there
setup_file() {
	local i fd guest line name=''
	export DIR=$BATS_FILE_TMPDIR
	export RAM=$DIR/ram
	for i in 0 1 2; do
		dd if=/dev/urandom of="$DIR/r$i" bs="$LEN" count=1 iflag=fullblock status=none
	done
	truncate -s 1G "$RAM"
	cat >"$DIR/script" <<-'EOF'
		set -eu
		kexctl region create fb0 --size 256K --offset 1M
		pooled=()
		if grep -qx pool /sys/kernel/config/kex/features; then
			kexctl pool create p0 --size 2M
			pooled=('open /dev/kex/p0' 'anon 256K' 'load 0 256K r2'
				"migrate 0 256K -> $((262144 / $(getconf PAGESIZE)))"
				'run echo pool; kexctl page phys $PID $ADDR+256K -> 0')
		fi
		kexmap 'open /dev/kex/fb0' 'map 0 256K' 'load 0 256K r0' 'anon 256K' 'load 0 256K r1' \
			'run echo anon; kexctl page phys $PID $ADDR+256K -> 0' 'use 0' \
			'run echo region; kexctl page phys $PID $ADDR+256K -> 0' \
			"${pooled[@]}" 'say ready' pause
	EOF
	exec {fd}< <(exec "$BATS_TEST_DIRNAME/../../lab/run" --kernel "${KEX_KERNEL:-7}" --timeout 200 \
		--ram "$RAM" --add "$DIR/script" --add "$DIR/r0" --add "$DIR/r1" \
		--add "$DIR/r2" -- bash script 3>&-)
	guest=$!
	while read -r line <&"$fd" && [ "$line" != ready ]; do
		case $line in
		anon | region | pool) name=$line ;;
		*) echo "$line" >>"$DIR/$name" ;;
		esac
	done
	cp --sparse=always "$RAM" "$DIR/seen"
	[ "$line" != ready ] || kill -TERM "$guest"
	wait "$guest" || [ $? -ge 120 ]
}

@test "a region's bytes are in the RAM where phys says, in one run" {
	[ "$(wc -l <"$DIR/region")" -eq 2 ]
	grep -q ' fb0 ' "$DIR/region"
	all_in_ram r0 region
}

@test "a process's own bytes are in the RAM where phys says, run by run" {
	grep -q ' anon ' "$DIR/anon"
	all_in_ram r1 anon
}

@test "what is in a pool has its bytes in the RAM where phys says, run by run" {
	[ -e "$DIR/pool" ] ||
		skip "kernel ${KEX_KERNEL:-7} was built without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR: no pools"
	[ "$(grep -c ' device-private *p0 ' "$DIR/pool")" -eq $(($(wc -l <"$DIR/pool") - 1)) ]
	all_in_ram r2 pool
}
