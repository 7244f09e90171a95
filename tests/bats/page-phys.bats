#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl page phys: which memory addresses lead to, and who has that memory.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# lines FILE: its lines but the head, each with single blanks, in LINES_OF
lines() {
	local line
	local -a words
	LINES_OF=()
	while read -r line; do
		[[ $line != VIRT* && $line != KIND* ]] || continue
		read -ra words <<<"$line"
		LINES_OF+=("${words[*]}")
	done <"$1"
}

@test "seed 4.1: an address has the region's memory before an evict, and none after; pagemap has none ever" {
	local phys
	region fb0 size=16P
	phys=$(<"$S/phys")
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P
		frame 0 -> none
		frame 8P -> none
		run kexctl page phys \$PID \$ADDR+$((16 * PAGE)) -j >$BATS_TEST_TMPDIR/before -> 0
		evict 4P 8P
		frame 0 -> none
		frame 8P -> none
		run kexctl page phys \$PID \$ADDR+$((16 * PAGE)) -j >$BATS_TEST_TMPDIR/after -> 0
	EOF
	assert_eq "$(jq -c '[.[] | [.phys, .length, .page, .region, .offset]]' "$BATS_TEST_TMPDIR/before")" \
		"[[\"$phys\",$((16 * PAGE)),\"pfn\",\"fb0\",0]]"
	printf -v phys '0x%x' $((phys + 12 * PAGE))
	assert_eq "$(jq -c '[.[] | [.length, .page, .offset]]' "$BATS_TEST_TMPDIR/after")" \
		"[[$((4 * PAGE)),\"pfn\",0],[$((8 * PAGE)),\"none\",null],[$((4 * PAGE)),\"pfn\",$((12 * PAGE))]]"
	assert_eq "$(jq -r '.[] | .kind, .phys' "$BATS_TEST_TMPDIR/after" | paste -sd ' ')" \
		"pfn $(<"$S/phys") none 0x0 pfn $phys"
}

@test "regions side by side are told apart, and so are windows' pieces" {
	region fb0 size=2P offset=0
	region fb1 size=2P offset=$((2 * PAGE))
	window w0 size=8P
	put "$W/map" "0 fb0 0 $((2 * PAGE)); $((2 * PAGE)) fb1 0 $((2 * PAGE)); $((6 * PAGE)) fb1 $PAGE $PAGE"
	kexmap <<-EOF
		open $N
		map 0 8P
		touch 0
		touch 1P
		touch 2P
		touch 3P
		touch 6P
		run kexctl page phys \$PID \$ADDR+$((8 * PAGE)) -j >$BATS_TEST_TMPDIR/runs -> 0
	EOF
	assert_eq "$(jq -c "[.[] | [.length / $PAGE, .page, .region]]" "$BATS_TEST_TMPDIR/runs")" \
		'[[2,"pfn","fb0"],[2,"pfn","fb1"],[2,"none",null],[1,"pfn","fb1"],[1,"none",null]]'
}

@test "a page that a window shows 600 times is found 600 times" {
	local i piece
	local -a pieces=()
	region fb0 size=2P
	window w0 size=1200P
	# not side by side, so that no two are one run
	for ((i = 0; i < 600; i++)); do
		pieces+=($((2 * i * PAGE)) fb0 0 "$PAGE")
		if (((i + 1) % 100 == 0)); then
			piece=$(printf '; %s %s %s %s' "${pieces[@]}")
			put "$W/map" "${piece#; }"
			pieces=()
		fi
	done
	kexmap <<-EOF
		open $N
		map 0 1200P
		$(for ((i = 0; i < 600; i++)); do echo "touch $((2 * i))P"; done)
		run kexctl page phys @$(<"/sys/class/kex/fb0/phys") -j >$BATS_TEST_TMPDIR/found -> 0
	EOF
	assert_eq "$(jq '[.[] | select(.kind == "window")] | length' "$BATS_TEST_TMPDIR/found")" 512
	assert_eq "$(jq '[.[] | select(.kind == "process") | .virt] | unique | length' "$BATS_TEST_TMPDIR/found")" 600
}

@test "what is mapped nowhere is a hole, and as long as it is" {
	kexmap <<-EOF
		anon 8P
		fill 0 2P
		unmap 4P 2P
		run kexctl page phys \$PID \$ADDR+$((8 * PAGE)) -j >$BATS_TEST_TMPDIR/runs -> 0
		run kexctl page phys \$PID 0+1G -j >$BATS_TEST_TMPDIR/low -> 0
	EOF
	assert_eq "$(jq -c "[.[] | select(.page != \"anon\") | [.length / $PAGE, .page]]" "$BATS_TEST_TMPDIR/runs")" \
		'[[2,"none"],[2,"hole"],[2,"none"]]'
	assert_eq "$(jq -c "[.[] | select(.page == \"anon\") | .length / $PAGE] | add" "$BATS_TEST_TMPDIR/runs")" 2
	assert_eq "$(jq -c '[.[] | [.length, .page]]' "$BATS_TEST_TMPDIR/low")" "[[$((1 << 30)),\"hole\"]]"
}

@test "a page in a pool has the pool's name and the carve-out's address" {
	local off
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 4P
		fill 0 4P
		migrate 0 4P -> 4
		run kexctl page phys \$PID \$ADDR+$((4 * PAGE)) -j >$BATS_TEST_TMPDIR/runs -> 0
		run kexctl page phys @\$(jq -r .[0].phys $BATS_TEST_TMPDIR/runs) >$BATS_TEST_TMPDIR/who -> 0
		run kexctl page phys \$PID \$ADDR+$((4 * PAGE)) -j | cmp - $BATS_TEST_TMPDIR/runs -> 0
		where 0 4P -> pool:4
		say \$PID
	EOF
	assert_eq "$(jq -c "[.[] | .length / $PAGE] | add" "$BATS_TEST_TMPDIR/runs")" 4
	assert_eq "$(jq -r '.[0].page + .[0].pool' "$BATS_TEST_TMPDIR/runs")" device-privatep0
	off=$(jq -r '.[0].offset' "$BATS_TEST_TMPDIR/runs")
	lines "$BATS_TEST_TMPDIR/who"
	[[ ${LINES_OF[0]} == 'carveout fpga '* ]] || fail "${LINES_OF[0]}"
	[[ ${LINES_OF[1]} == 'pool p0 '* ]] || fail "${LINES_OF[1]}"
	[[ ${LINES_OF[2]} == 'process kexmap - '*' device-private' ]] || fail "${LINES_OF[2]}"
	((off < 2 << 20))
}

@test "a physical address leads to its carve-out, region, windows and processes" {
	local phys who
	region fb0 size=8P
	phys=$(<"$S/phys")
	window w0 size=4P
	put "$W/map" "$PAGE fb0 $((4 * PAGE)) $((2 * PAGE))"
	kexmap <<-EOF
		open /dev/kex/fb0
		map 0 8P
		open $N
		map 0 4P
		touch 2P
		run kexctl page phys @$((phys + 5 * PAGE + 8)) -j >$BATS_TEST_TMPDIR/who -> 0
		run kexctl page phys @$phys -j >$BATS_TEST_TMPDIR/first -> 0
		use 1
		run echo \$PID \$ADDR >$BATS_TEST_TMPDIR/window -> 0
		use 0
		run echo \$PID \$ADDR >$BATS_TEST_TMPDIR/region -> 0
	EOF
	who=$(jq -c '[.[] | [.kind, .name, .offset]]' "$BATS_TEST_TMPDIR/who")
	assert_contains "$who" "[[\"carveout\",\"fpga\",$((phys + 5 * PAGE + 8 - FPGA_PHYS))],[\"region\",\"fb0\",$((5 * PAGE + 8))],[\"window\",\"w0\",$((2 * PAGE + 8))]"
	read -r PID ADDR <"$BATS_TEST_TMPDIR/region"
	assert_eq "$(jq -c "[.[] | select(.pid == $PID)] | length" "$BATS_TEST_TMPDIR/who")" 2
	printf -v who '0x%x' $((ADDR + 5 * PAGE + 8))
	assert_contains "$(<"$BATS_TEST_TMPDIR/who")" "\"$who\""
	read -r PID ADDR <"$BATS_TEST_TMPDIR/window"
	printf -v who '0x%x' $((ADDR + 2 * PAGE + 8))
	assert_contains "$(<"$BATS_TEST_TMPDIR/who")" "\"$who\""
	assert_eq "$(jq -c '[.[] | .kind]' "$BATS_TEST_TMPDIR/first")" '["carveout","region","process"]'
}

@test "without /proc it is not said that no process maps it" {
	local hide
	region fb0 size=16P
	for hide in 'umount -l /proc' 'mount -t tmpfs none /proc'; do
		exits 2 unshare -m bash -c "$hide && exec kexctl page phys @$(<"$S/phys")"
		assert_eq "$OUT" ''
		assert_contains "$ERR" 'kexctl: /proc: No such file or directory (try: mount -t proc'
	done
}

@test "who may not look into processes is not told that none maps it" {
	region fb0 size=16P
	hold "$N" 16P
	# Somebody else, who before 7 cannot even read which addresses root's processes have
	exits 2 setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps +sys_admin \
		--ambient-caps +sys_admin kexctl page phys "@$(<"$S/phys")"
	assert_eq "$OUT" ''
	assert_contains "$ERR" 'CAP_SYS_PTRACE'
}

@test "memory that nothing has is not found, and what is free is the carve-out's alone" {
	exits 0 kexctl page phys "@$FPGA_PHYS" -j
	assert_eq "$(jq -c '[.[] | .kind]' <<<"$OUT")" '["carveout"]'
	exits 3 kexctl page phys @0x10
	assert_contains "$ERR" "address '@0x10': no carve-out has it, and no process maps it"
}
