#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl carveout, kexctl features, and what holds for every command.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "carve-outs are listed by physical address with what is free" {
	local lines
	region r1 size=8M
	exits 0 kexctl carveout
	mapfile -t lines <<<"$OUT"
	assert_eq "${#lines[@]}" 3
	[[ ${lines[1]} =~ ^fpga\ +1\ +64M\ +56M\ +56M$ ]] || fail "${lines[1]}"
	[[ ${lines[2]} =~ ^sram\ +1\ +16M\ +16M\ +16M$ ]] || fail "${lines[2]}"
	exits 0 kexctl carveout list --names
	assert_eq "$OUT" $'fpga\nsram'
	exits 0 kexctl carveout show sram
	assert_contains "$OUT" "$SRAM_SIZE"
	[[ $OUT != *fpga* ]] || fail "show sram shows fpga"
}

@test "an unbound carve-out is still listed, as unbound" {
	unbind sram
	exits 0 kexctl carveout -j
	bind sram
	jq -e '.[1].name == "sram" and .[1].bound == 0 and .[0].bound == 1' <<<"$OUT"
}

@test "features are the words of the file" {
	local text
	exits 0 kexctl features
	slurp text "$KEX/features"
	assert_eq "$OUT" "$text"
}

@test "--json is an array of objects with name and kind, numbers as numbers, addresses as text" {
	region r1 size=8M cache=device mode=0640 populate=lazy scrub=0
	region r2 carveout=sram size=64K live=0
	exits 0 kexctl -j region
	jq -e '
		type == "array" and length == 2
		and (map(.name) == ["r1", "r2"]) and all(.[]; .kind == "region")
		and (.[0] | .size == 8388608 and .offset == 0 and .cache == "device"
			and .mode == "0640" and .scrub == 0 and .populate == "lazy" and .live == 1
			and .carveout == "fpga" and .state == "resident" and .phys == "0x60000000"
			and ([.opens, .mappings, .resident, .faults, .evictions, .restores] == [0, 0, 0, 0, 0, 0]))
		and (.[1] | .live == 0 and .carveout == "sram" and .size == 65536 and .offset == "auto"
			and (has("phys") | not))
	' <<<"$OUT"
	exits 0 kexctl region show r1 --json
	jq -e 'length == 1 and .[0].name == "r1" and .[0].kind == "region"' <<<"$OUT"
	exits 0 kexctl carveout list -j
	jq -e '
		map(.name) == ["fpga", "sram"] and all(.[]; .kind == "carveout" and .bound == 1)
		and (.[0] | .size == 67108864 and .free == 58720256 and .largest_free == 58720256)
	' <<<"$OUT"
	exits 0 kexctl features --json
	jq -e 'type == "array" and any(.[]; .name == "evict") and all(.[]; has("kind"))' <<<"$OUT"
}

@test "--json of nothing is an empty array and a plain list of nothing is empty" {
	exits 0 kexctl region list -j
	jq -e '. == []' <<<"$OUT"
	exits 0 kexctl region list --names
	assert_eq "$OUT" ''
}

@test "--dry-run prints lines that do, when run, what the command would have done" {
	exits 0 kexctl region create r1 --size 192K --cache device --mode 0600 --no-scrub \
		--populate lazy --offset 1M --dry-run
	assert_missing "$FPGA/regions/r1"
	assert_eq "$ERR" ''
	bash -euc "$OUT"
	paths r1
	assert_file "$S/phys" 0x60100000
	assert_file "$S/size" 196608
	assert_file "$S/cache" device
	assert_file "$R/mode" 0600
	assert_file "$R/scrub" 0
	assert_file "$R/populate" lazy
	printf 'twelve bytes' >"$BATS_TEST_TMPDIR/in"
	exits 0 kexctl region load r1 "$BATS_TEST_TMPDIR/in" 0x1001 --dry-run
	cmp -n 8192 /dev/zero "$N"
	bash -euc "$OUT" 2>"$BATS_TEST_TMPDIR/dd"
	assert_eq "$(xxd -s 0x1000 -l 16 -p "$N")" "00$(printf 'twelve bytes' | xxd -p)000000"
	exits 0 kexctl region poke r1 0 1 --dry-run
	assert_eq "$OUT" '# one 32-bit store of 0x00000001 at 0x0 of /dev/kex/r1'
	cmp -n 4096 /dev/zero "$N"
	exits 0 kexctl --dry-run region evict r1 0x10000+64K
	assert_file "$S/evictions" 0
	bash -euc "$OUT"
	assert_file "$S/evictions" 1
	exits 0 kexctl region set r1 live=0 size=64K --dry-run
	assert_file "$R/live" 1
	bash -euc "$OUT"
	assert_file "$R/live" 0
	assert_file "$R/size" 65536
	put "$R/live" 1
	exits 0 kexctl region delete r1 --force --dry-run
	assert_file "$R/live" 1
	bash -euc "$OUT"
	assert_missing "$R"
	region r1 size=64K
	exits 0 kexctl region delete r1 --dry-run
	assert_file "$R/live" 1
	bash -euc "$OUT"
	assert_missing "$R"
	region r2 size=64K
	region r3 carveout=sram live=0
	exits 0 kexctl clear --dry-run
	assert_file "$FPGA/regions/r2/live" 1
	bash -euc "$OUT"
	assert_missing "$FPGA/regions/r2" "$SRAM/regions/r3"
}

@test "a verb that acts names what it acted on for --names and --json, and else says nothing" {
	exits 0 kexctl region create r1 --size 64K --names
	assert_eq "$OUT" r1
	exits 0 kexctl region create r2 --size 64K -j
	jq -e 'map(.name) == ["r2"] and .[0].kind == "region" and .[0].live == 1' <<<"$OUT"
	exits 0 kexctl region set r1 live=0 mode=0600 live=1 -j
	jq -e 'map(.name) == ["r1"] and .[0].mode == "0600"' <<<"$OUT"
	exits 0 kexctl region evict r1 -j
	jq -e '.[0].name == "r1" and .[0].state == "evicted"' <<<"$OUT"
	exits 0 kexctl region poke r1 0 1 --names
	assert_eq "$OUT" r1
	exits 0 kexctl region load r1 - --names <<<text
	assert_eq "$OUT" r1
	exits 0 kexctl region delete r2 r1 --names
	assert_eq "$OUT" $'r2\nr1'
	region r3 size=64K
	exits 0 kexctl clear -j
	jq -e '. == [{name: "r3", kind: "region"}]' <<<"$OUT"
	exits 0 kexctl region create r1 --size 64K
	assert_eq "$OUT$ERR" ''
}

@test "help goes to stdout for every noun and verb, and the version names module and ABI" {
	local line what nouns=' '
	local -a all=('')
	exits 0 kexctl --help
	while IFS= read -r line; do
		[[ $line =~ ^\ \ ([a-z]+)(\ [a-z]+)?(\ |$) && $line != '  kexctl '* ]] || continue
		all+=("${BASH_REMATCH[1]}${BASH_REMATCH[2]}")
		nouns+="${BASH_REMATCH[1]} "
	done <<<"$OUT"
	for what in carveout region clear ps features; do
		assert_contains "$nouns" " $what "
		all+=("$what")
	done
	((${#all[@]} >= 20)) || fail "only these: ${all[*]}"
	for what in "${all[@]}"; do
		# shellcheck disable=SC2086 # words
		exits 0 kexctl $what --help
		assert_contains "$OUT" "Usage: kexctl${what:+ }$what"
		assert_eq "$ERR" ''
	done
	exits 0 kexctl region create -h
	assert_contains "$OUT" '--no-scrub'
	exits 0 kexctl --version
	[[ $OUT =~ ^kexctl\ [0-9] ]] || fail "$OUT"
	assert_contains "$OUT" 'ABI 1'
	assert_contains "$OUT" 'module '
	exits 0 kexctl --version --json
	jq -e 'map([.name, .kind]) == [["kexctl", "tool"], ["kex", "module"]] and .[0].abi == 1' <<<"$OUT"
}
