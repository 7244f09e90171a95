#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The guest's memory is a file of this machine: whether bytes are where the
# driver says that they are is seen here without asking it.

# What the guest's address space begins with, and where the carve-outs lie
RAM_BASE=$((0x40000000))
FPGA=$((0x60000000))
SRAM=$((0x68000000))

# At 1 MiB and on, a region of 256K for each cache attribute
CACHES=(write-back write-combine uncached device)
LEN=262144

lab() {
	"$BATS_TEST_DIRNAME/../../lab/run" --kernel "${KEX_KERNEL:-7}" --timeout 200 "$@"
}

# into_ram FILE ADDRESS
into_ram() {
	dd if="$1" of="$RAM" bs=64K oflag=seek_bytes seek=$(($2 - RAM_BASE)) conv=notrunc status=none
}

# in_ram FILE ADDRESS: are the file's bytes in the guest's memory there?
in_ram() {
	cmp "$1" <(dd if="$RAM" bs=64K iflag=skip_bytes,count_bytes skip=$(($2 - RAM_BASE)) \
		count="$LEN" status=none)
}

random() {
	dd if=/dev/urandom of="$1" bs="$LEN" count=1 iflag=fullblock status=none
}

# One guest for all tests but the last: it starts with dirty memory, writes
# through mappings, and what it leaves is looked at by the tests.
setup_file() {
	local i
	export DIR=$BATS_FILE_TMPDIR
	export RAM=$DIR/ram
	for i in 0 1 2 3 4 5 6 7; do
		random "$DIR/r$i"
	done
	head -c "$LEN" /dev/zero >"$DIR/zero"
	truncate -s 1G "$RAM"
	into_ram "$DIR/r6" $((FPGA + (8 << 20)))
	into_ram "$DIR/r7" $((FPGA + (9 << 20)))
	cat >"$DIR/script" <<-'EOF'
		set -eu
		source tests/bats/lib/kex.bash
		# Written through a mapping, and still live at the end
		i=0
		for cache in write-back write-combine uncached device; do
			region "live$i" offset="$((i + 1))M" size=256K cache="$cache"
			kexmap "open $N" 'map 0 256K' "load 0 256K r$i"
			read -r phys <"$S/phys"
			echo "live$i $phys"
			i=$((i + 1))
		done
		region sram carveout=sram offset=12M size=256K
		kexmap "open $N" 'map 0 256K' 'load 0 256K r0'
		read -r phys <"$S/phys"
		echo "sram $phys"
		# Written by write()
		region write offset=7M size=256K
		dd if=r1 of="$N" bs=64K status=none
		# Written and given back
		region scrubbed offset=5M size=256K scrub=1
		kexmap "open $N" 'map 0 256K' 'load 0 256K r4'
		put "$R/live" 0
		region kept offset=6M size=256K scrub=0
		kexmap "open $N" 'map 0 256K' 'load 0 256K r5'
		put "$R/live" 0
		# What the memory held before the kernel was booted
		region fresh offset=8M size=256K scrub=1
		kexmap "open $N" 'map 0 256K' 'is 0 256K 0'
		echo 'fresh zero'
		region old offset=9M size=256K scrub=0
		kexmap "open $N" 'map 0 256K' 'store 0 256K old'
		cmp old r7
		echo 'old same'
	EOF
	lab --ram "$RAM" --add "$DIR/script" --add "$DIR/r0" --add "$DIR/r1" --add "$DIR/r2" \
		--add "$DIR/r3" --add "$DIR/r4" --add "$DIR/r5" --add "$DIR/r7" -- \
		env BATS_TEST_TMPDIR=/tmp BATS_RUN_TMPDIR=/tmp bash script >"$DIR/out"
}

@test "bytes written through a mapping are in the RAM at the region's address, for each cache attribute" {
	local i
	for i in 0 1 2 3; do
		grep -qx "live$i $(printf '0x%x' $((FPGA + ((i + 1) << 20))))" "$DIR/out"
		in_ram "$DIR/r$i" $((FPGA + ((i + 1) << 20)))
	done
	grep -qx 'sram 0x68c00000' "$DIR/out"
	in_ram "$DIR/r0" $((SRAM + (12 << 20)))
	in_ram "$DIR/r1" $((FPGA + (7 << 20)))
}

@test "scrubbed bytes are gone from the RAM, and those that are kept are in it" {
	in_ram "$DIR/zero" $((FPGA + (5 << 20)))
	in_ram "$DIR/r5" $((FPGA + (6 << 20)))
}

@test "a fresh region is zero though the RAM was dirty, and scrub=0 shows what was in it" {
	grep -qx 'fresh zero' "$DIR/out"
	grep -qx 'old same' "$DIR/out"
	in_ram "$DIR/zero" $((FPGA + (8 << 20)))
	in_ram "$DIR/r7" $((FPGA + (9 << 20)))
}

@test "bytes that appear in the RAM are seen through a mapping, before and after an evict" {
	local line pid status=0
	RAM=$BATS_TEST_TMPDIR/ram
	mkfifo "$BATS_TEST_TMPDIR/out"
	lab --ram "$RAM" --add "$DIR/r0" --add "$DIR/r1" -- bash -euc '
		kexctl region create t0 --size 256K --offset 1M
		kexmap "open /dev/kex/t0" "map 0 256K" "is 0 256K 0" "say waiting" \
			"awaitfile 0 256K r0 60000" "say seen" "evict 0 256K" \
			"awaitfile 0 256K r1 60000" "faults 0 256K -> 0"
		cmp r1 /dev/kex/t0
		echo done
	' >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	exec 5<"$BATS_TEST_TMPDIR/out"
	read -r -t 100 line <&5
	[ "$line" = waiting ]
	into_ram "$DIR/r0" $((FPGA + (1 << 20)))
	read -r -t 70 line <&5
	[ "$line" = seen ]
	into_ram "$DIR/r1" $((FPGA + (1 << 20)))
	read -r -t 70 line <&5
	exec 5<&-
	wait "$pid" || status=$?
	[ "$status" -eq 0 ]
	[ "$line" = "done" ]
}
