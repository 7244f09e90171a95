#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl window: create, list, show, set, map, unmap, delete, evict, hold, restore.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

setup_file() {
	local features
	features=$(<"$KEX/features")
	[[ $'\n'$features$'\n' == *$'\n'window$'\n'* ]] ||
		skip "no windows: 'window' is not among the features"
}

# filled NAME SIZE SEED [KEY=VALUE]...: a region with bytes that are its own
filled() {
	region "$1" size="$2" "${@:4}"
	printf '%s\n' "open $N" "map 0 $2" "fill 0 $2 $3" | kexmap
}

# W and N of a window
window_paths() {
	W=$FPGA/windows/$1 N=/dev/kex/$1 S=$KEX_CLASS/$1
}

@test "create brings an empty window up, and hands every option to its attribute" {
	exits 0 kexctl window create w0 --size 1M
	assert_eq "$OUT$ERR" ''
	window_paths w0
	assert_file "$W/live" 1
	assert_file "$W/size" $((1 << 20))
	assert_file "$W/cache" write-back
	assert_file "$W/pieces" ''
	assert_file "$S/kind" window
	exits 0 kexctl window create w1 --size=2M --carveout sram --cache device --hole zero \
		--mode 0604
	W=$SRAM/windows/w1
	assert_file "$W/live" 1
	assert_file "$W/cache" device
	assert_file "$W/hole" zero
	assert_file "$W/mode" 0604
	exits 0 kexctl window create w2 --size 1M --no-live
	assert_file "$FPGA/windows/w2/live" 0
	assert_missing /dev/kex/w2
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

@test "map shows pieces of regions where they are asked for, and unmap takes any part away" {
	filled a 4M 1
	filled b 4M 2
	exits 0 kexctl window create w0 --size 16M
	window_paths w0
	exits 0 kexctl window map w0 0x0 a 0x100000+1M
	assert_eq "$OUT$ERR" ''
	exits 0 kexctl window map w0 2M b 0-0xfffff 3M a 0+1M
	assert_file "$W/pieces" $'0 a 1048576 1048576\n2097152 b 0 1048576\n3145728 a 0 1048576'
	exits 0 kexctl window unmap w0 0x80000+2M
	assert_eq "$OUT$ERR" ''
	assert_file "$W/pieces" $'0 a 1048576 524288\n2621440 b 524288 524288\n3145728 a 0 1048576'
	exits 0 kexctl window unmap w0 8M+1M
	exits 0 kexctl window unmap w0 0+16M
	assert_file "$W/pieces" ''
}

@test "what a window shows are the bytes of the regions, at once in a mapping that is there" {
	filled a 1M 1
	exits 0 kexctl window create w0 --size 2M
	window_paths w0
	exits 0 kexctl region poke a 0x40000 0x600dcafe
	exits 0 kexctl window map w0 256K a 256K+768K
	kexmap <<-EOF
		open $N
		map 0 2M
		check 320K 704K 1
		check 0 64K 1 -> SIGBUS@0x0
		put $W/map 0 a 0 262144; 1048576 a 0 1048576
		check 0 256K 1
		put $W/unmap 0 1048576
		check 320K 64K 1 -> SIGBUS@0x50000
	EOF
}

@test "list shows every window by name, show its pieces as map takes them" {
	local -a lines
	region a size=1M
	window b size=16M hole=zero
	window a2 size=1M live=0
	kexctl window map b 0x0 a 0x10000+128K 1M a 0+64K
	exits 0 kexctl window list
	mapfile -t lines <<<"$OUT"
	assert_eq "${#lines[@]}" 3
	[[ ${lines[0]} =~ ^NAME\ +CARVEOUT\ +SIZE\ +CACHE\ +HOLE\ +PIECES\ +STATE\ +OPENS\ +MAPPINGS\ +RESIDENT$ ]]
	[[ ${lines[1]} =~ ^a2\ +fpga\ +1M\ +write-back\ +sigbus\ +0\ +configured\ +-\ +-\ +-$ ]] ||
		fail "${lines[1]}"
	[[ ${lines[2]} =~ ^b\ +fpga\ +16M\ +write-back\ +zero\ +2\ +resident\ +0\ +0\ +0$ ]] ||
		fail "${lines[2]}"
	exits 0 kexctl window --names
	assert_eq "$OUT" $'a2\nb'
	exits 0 kexctl window show b
	assert_contains "$OUT" $'\npieces:    0x0 a 0x10000+128K\n           0x100000 a 0x0+64K'
	exits 0 kexctl window show b --json
	jq -e '.[0] | .name == "b" and .kind == "window" and .size == 16777216 and .live == 1 and
		.pieces == [{woff: 0, region: "a", roff: 65536, len: 131072},
			{woff: 1048576, region: "a", roff: 0, len: 65536}]' <<<"$OUT" || fail "$OUT"
	exits 0 kexctl window show a2
	assert_contains "$OUT" $'\npieces:   none'
}

@test "a thousand pieces are listed, more than a page of text" {
	local n i text
	region a size=64K
	window w size=1G
	# A hundred in one write
	for ((n = 0; n < 1000; n += 100)); do
		text=''
		for ((i = n; i < n + 100; i++)); do
			text+="; $((i * 131072)) a 0 65536"
		done
		put "$W/map" "${text#; }"
	done
	exits 0 kexctl window show w -j
	jq -e '.[0].pieces | length == 1000 and .[999].woff == 999 * 131072' <<<"$OUT"
}

@test "set changes a window that is not live, and not one that is" {
	exits 0 kexctl window create w0 --size 1M
	window_paths w0
	kexctl_refused 2 "window 'w0': hole zero" 'kexctl window set w0 live=0' -- window set w0 hole=zero
	exits 0 kexctl window set w0 live=0 hole=zero size=2M live=1
	assert_file "$W/size" 2097152
	assert_file "$W/hole" zero
	kexctl_refused 1 "window 'w0': map: no attribute that can be set" size cache hole mode live revoke -- \
		window set w0 map=1
	kexctl_refused 1 "window 'w0': pieces:" -- window set w0 pieces=1
}

@test "delete takes a window down, names who is in the way, and --force takes it anyway" {
	region a size=1M
	exits 0 kexctl window create w0 --size 1M
	window_paths w0
	kexctl window map w0 0 a 0+1M
	exits 0 kexctl window delete w0
	assert_missing "$W" "$N" "$S"
	exits 0 kexctl window create w0 --size 1M
	kexctl window map w0 0 a 0+1M
	hold "$N" 1M
	kexctl_refused 2 "window 'w0': live 0: in use by pid $HOLDER (kexmap)" --force -- window delete w0
	assert_file "$W/pieces" '0 a 0 1048576'
	exits 0 kexctl window delete w0 --force
	assert_missing "$W" "$N" "$S"
}

@test "a region that an open window shows names the users of the window" {
	region a size=1M
	region b size=1M
	exits 0 kexctl window create w0 --size 1M
	kexctl window map w0 0 a 0+1M
	hold /dev/kex/w0 1M
	kexctl_refused 2 "region 'a': live 0: in use by pid $HOLDER (kexmap) through window 'w0'" \
		'kexctl region delete a --force' -- region delete a
	exits 0 kexctl region delete b
	exits 0 kexctl region delete a --force
	assert_file "$FPGA/windows/w0/pieces" ''
}

@test "a region that an anonymous window shows names who has one" {
	local fd line
	region a size=1M
	region b size=1M
	# The window is of b's file, and a's is closed again
	exec {fd}< <(exec kexmap 'open /dev/kex/b' 'window 1M' 'open /dev/kex/a' 'piece 2 0 0 1M' \
		'file 0' 'wmap 1' 'file 2' 'close' 'say ready' 'pause' 3>&-)
	HOLDER=$!
	HOLDERS+=("$HOLDER")
	read -r -t 20 -u "$fd" line
	exec {fd}<&-
	assert_eq "$line" ready
	kexctl_refused 2 "region 'a': live 0: in use through an anonymous window, of which pid $HOLDER (kexmap)" \
		'kexctl region delete a --force' -- region delete a
	exits 0 kexctl region delete a --force
}

@test "ps lists the mappings of windows, under the window and under what it shows" {
	region a size=1M
	exits 0 kexctl window create w0 --size 2M
	kexctl window map w0 1M a 0+1M
	hold /dev/kex/w0 2M
	exits 0 kexctl ps -j
	jq -e --argjson pid "$HOLDER" 'map({name, kind, pid, use}) == [
		{name: "a", kind: "region", pid: $pid, use: "mapped"},
		{name: "w0", kind: "window", pid: $pid, use: "mapped"}]' <<<"$OUT" || fail "$OUT"
	exits 0 kexctl ps w0 --names
	assert_eq "$OUT" w0
	exits 3 kexctl ps w1
	assert_contains "$ERR" "'w1': not found (did you mean 'w0'?)"
}

@test "evict, hold and restore act on what a window shows" {
	filled a 1M 1
	exits 0 kexctl window create w0 --size 1M --hole zero
	window_paths w0
	kexctl window map w0 0 a 0+1M
	hold "$N" 1M
	kexmap "open $N" 'map 0 1M' 'check 0 1M 1'
	exits 0 kexctl window evict w0 0+128K
	assert_file "$S/evictions" 1
	exits 0 kexctl window hold w0 128K-0x3ffff
	assert_file "$S/state" held
	kexmap "open $N" 'map 0 1M r' 'is 128K 128K 0' 'check 0 128K 1'
	exits 0 kexctl window restore w0
	assert_file "$S/state" resident
	kexmap "open $N" 'map 0 1M' 'check 0 1M 1'
	kexctl_refused 2 "window 'w0': range 0+1088K: ends behind the window (size 1M)" -- window hold w0 0+1088K
}

@test "clear removes windows before the regions that they show" {
	region a size=1M
	window w0 size=1M
	window w1 size=1M live=0
	kexctl window map w0 0 a 0+1M
	exits 0 kexctl clear
	assert_eq "$ERR" $'kexctl: cleared 2 windows\nkexctl: cleared 1 region'
	assert_missing "$FPGA/windows/w0" "$FPGA/regions/a"
	exits 0 rmmod kex
	exits 0 insmod /kex/kex.ko
}

@test "a piece that cannot be mapped is refused with its cause, and none of the call is" {
	region a size=1M
	region c size=1M cache=device
	region off size=1M live=0
	region s carveout=sram size=1M
	window v size=1M
	window w size=2M
	kexctl window map w 1M a 0+64K
	what() {
		# shellcheck disable=SC2068 # words
		kexctl_refused "${@:1:$#-1}" -- window map w 0 a 0+64K ${!#}
		assert_file "$W/pieces" '1048576 a 0 65536'
	}
	# Cannot be read
	kexctl_refused 1 'a piece is WOFF REGION OFF+LEN' "'a'" -- window map w 0 a 0+64K 128K a
	what 1 "window 'w': offset x: not a size" 'x a 0+64K'
	what 1 "window 'w': range 64K: not a range" '128K a 64K'
	what 1 "window 'w': region 'A': not a name" '128K A 0+64K'
	# Cannot be had
	what 2 "window 'w': piece 128K a 0+100: offsets and length must be multiples of the" '128K a 0+100'
	what 2 "piece 100 a 0+64K: offsets" '100 a 0+64K'
	what 2 "piece 128K a 0+0: offsets" '128K a 0+0'
	what 2 "piece 1984K a 0+128K: ends behind the window (size 2M)" '1984K a 0+128K'
	what 2 "piece 18446744073709486080 a 0+64K: ends behind the window" '18446744073709486080 a 0+64K'
	what 2 "piece 128K a 960K+128K: ends behind region 'a' (size 1M)" '128K a 960K+128K'
	what 2 "piece 0 a 64K+64K: overlaps piece 0 a 0+64K" '0 a 64K+64K'
	what 2 "piece 1M a 128K+64K: overlaps piece 0x100000 a 0x0+64K, which is there already" \
		'kexctl window unmap w 0x100000+64K' '1M a 128K+64K'
	what 2 "piece 128K c 0+64K: the region is device, the window write-back" '128K c 0+64K'
	what 2 "piece 128K off 0+64K: the region is not live" 'kexctl region set off live=1' '128K off 0+64K'
	what 2 "piece 128K s 0+64K: the region is of carve-out 'sram', the window of 'fpga'" '128K s 0+64K'
	what 2 "piece 128K v 0+64K: 'v' is a window, and regions alone lend" '128K v 0+64K'
	what 3 "region 'zz': not found" '128K zz 0+64K'
	kexctl_refused 3 "window 'x': not found" -- window map x 0 a 0+64K
	kexctl_refused 3 "window 'a': not found" -- window map a 0 a 0+64K
	exits 2 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl window map w 0 a 0+64K
	assert_contains "$ERR" 'only root may do that'
	kexctl window set w live=0
	kexctl_refused 2 "window 'w': map: it is not live" 'kexctl window set w live=1' -- window map w 0 a 0+64K
	kexctl_refused 2 "window 'w': unmap: it is not live" -- window unmap w 0+64K
}

@test "a part that cannot be unmapped is refused with its cause" {
	region a size=1M
	window w size=1M
	kexctl window map w 0 a 0+1M
	kexctl_refused 1 "window 'w': range 64K: not a range" -- window unmap w 64K
	kexctl_refused 2 "window 'w': range 0+100: start and length must be multiples" -- window unmap w 0+100
	kexctl_refused 2 "window 'w': range 0+1088K: ends behind the window (size 1M)" -- window unmap w 0+1088K
	kexctl_refused 3 "window 'x': not found" -- window unmap x 0+64K
	exits 1 kexctl window unmap w
	assert_file "$W/pieces" '0 a 0 1048576'
}

@test "more pieces than one write takes are refused as such, and none is mapped" {
	local -a words=()
	local i
	region a size=1M
	window w size=64M
	for ((i = 0; i < 400; i++)); do
		words+=("$((i * 128))K" a 0+64K)
	done
	kexctl_refused 2 "window 'w': 400 pieces are too long a list for one write" 'several commands' -- \
		window map w "${words[@]}"
	assert_file "$W/pieces" ''
	exits 0 kexctl window map w "${words[@]:0:300}"
	exits 0 kexctl window show w -j
	jq -e '.[0].pieces | length == 100' <<<"$OUT"
}

@test "a dry run prints lines that a shell takes, and refuses what the kernel would" {
	local script
	region a size=1M
	exits 0 kexctl --dry-run window create w0 --size 1M --hole zero
	script=$OUT
	assert_contains "$script" "mkdir $FPGA/windows/w0"
	assert_missing "$FPGA/windows/w0"
	bash -euc "$script"
	window_paths w0
	assert_file "$W/live" 1
	exits 0 kexctl --dry-run window map w0 0 a 0+64K 128K a 0+64K
	assert_eq "$OUT" "echo '0 a 0 65536; 131072 a 0 65536' > $W/map"
	assert_file "$W/pieces" ''
	bash -euc "$OUT"
	assert_file "$W/pieces" $'0 a 0 65536\n131072 a 0 65536'
	kexctl_refused 2 'overlaps' -- --dry-run window map w0 0 a 0+64K
	exits 0 kexctl --dry-run window unmap w0 0+256K
	bash -euc "$OUT"
	assert_file "$W/pieces" ''
	exits 0 kexctl --dry-run window delete w0
	bash -euc "$OUT"
	assert_missing "$W"
}

@test "names are unique across regions and windows, and a taken one says by what" {
	region a size=1M
	window w size=1M
	kexctl_refused 2 "window 'a': the name is taken by a region of carve-out 'fpga'" \
		'kexctl region delete a' -- window create a --size 1M
	kexctl_refused 2 "region 'w': the name is taken by a window of carve-out 'fpga'" \
		'kexctl window delete w' -- region create w --size 1M --carveout sram
	kexctl_refused 2 'the name is taken by a window' -- --dry-run region create w --size 1M
	assert_missing "$FPGA/windows/a" "$SRAM/regions/w"
}

@test "what was acted on is shown to scripts" {
	region a size=1M
	exits 0 kexctl window create w0 --size 1M -j
	jq -e '.[0].name == "w0" and .[0].live == 1' <<<"$OUT"
	exits 0 kexctl window map w0 0 a 0+64K --json
	jq -e '.[0].pieces == [{woff: 0, region: "a", roff: 0, len: 65536}]' <<<"$OUT"
	exits 0 kexctl window unmap w0 0+64K --names
	assert_eq "$OUT" w0
	exits 0 kexctl window delete w0 --names
	assert_eq "$OUT" w0
}
