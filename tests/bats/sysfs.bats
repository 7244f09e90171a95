#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# /sys/class/kex/<name>: facts and actions.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/attrs.gen.bash"

# has_listed KIND: the object that S is of has the files that its kind has
has_listed() {
	local key name path
	local -A seen=()
	local -a files=() modes=() got
	for key in "${KEX_FACTS[@]}"; do
		[[ $key == "$1"/* ]] || continue
		files+=("$S/${key#*/}")
		modes+=("$((8#${KEX_FACT_MODE[$key]}))")
		seen[${key#*/}]=1
	done
	((${#files[@]} >= 13)) || fail "only ${#files[@]} facts in the list"
	exits 0 stat -L -c %a "${files[@]}"
	mapfile -t got <<<"$OUT"
	for name in "${!files[@]}"; do
		assert_eq "$((8#${got[$name]}))" "${modes[$name]}" "${files[$name]}"
	done
	for path in "$S"/*; do
		name=${path##*/}
		case $name in
		# What every device of every class has
		dev | device | power | subsystem | uevent) continue ;;
		esac
		[ -n "${seen[$name]-}" ] || fail "$path is not in the list"
	done
}

@test "a live region and a live window have the listed files with their modes, and no other" {
	region t0 size=64K
	has_listed region
	window w0 size=64K
	has_listed window
}

# has_forms KIND: each fact of the object that S is of has the form of its type
has_forms() {
	local key text word found
	for key in "${KEX_FACTS[@]}"; do
		[[ $key == "$1"/* ]] || continue
		[ "${KEX_FACT_MODE[$key]}" != 0200 ] || continue
		slurp text "$S/${key#*/}"
		case ${KEX_FACT_TYPE[$key]} in
		size | uint) [[ $text =~ ^[0-9]+$ ]] || fail "$key: '$text'" ;;
		address) [[ $text =~ ^0x[0-9a-f]+$ ]] || fail "$key: '$text'" ;;
		table) assert_eq "$text" '' "$key" ;;
		word) [[ $text =~ ^[a-z0-9._-]+$ ]] || fail "$key: '$text'" ;;
		enum)
			found=0
			for word in ${KEX_FACT_WORDS[$key]}; do
				[ "$word" != "$text" ] || found=1
			done
			((found)) || fail "$key: '$text'"
			;;
		*) fail "the test knows no form for ${KEX_FACT_TYPE[$key]}" ;;
		esac
	done
}

@test "each fact of a fresh object has the value and the form that its type asks for" {
	local name
	window w0 size=192K cache=write-combine carveout=sram
	assert_file "$S/kind" window
	assert_file "$S/carveout" sram
	assert_file "$S/size" 196608
	assert_file "$S/state" resident
	assert_file "$S/cache" write-combine
	for name in opens mappings resident faults evictions restores; do
		assert_file "$S/$name" 0
	done
	has_forms window
	region t0 offset=3M size=192K cache=write-combine
	assert_file "$S/kind" region
	assert_file "$S/carveout" fpga
	assert_file "$S/size" 196608
	assert_file "$S/state" resident
	assert_file "$S/cache" write-combine
	assert_file "$S/phys" 0x60300000
	for name in opens mappings resident faults evictions restores; do
		assert_file "$S/$name" 0
	done
	has_forms region
}

@test "facts cannot be written and the action cannot be read, by root neither" {
	local key
	region t0 size=64K
	for key in "${KEX_FACTS[@]}"; do
		[[ $key == region/* ]] || continue
		case ${KEX_FACT_MODE[$key]} in
		0200) printf 'get %s -> EACCES\n' "$S/${key#*/}" ;;
		*) printf 'put %s 1 -> EACCES\n' "$S/${key#*/}" ;;
		esac
	done >"$BATS_TEST_TMPDIR/script"
	kexmap <"$BATS_TEST_TMPDIR/script"
}

@test "only root reads phys and writes evict, everybody reads the rest" {
	region t0 size=64K
	kexmap <<-EOF
		fork
		kid 1 setuid 1000
		kid 1 get $S/size -> 65536
		kid 1 get $S/state -> resident
		kid 1 get $S/mappings -> 0
		kid 1 get $S/phys -> EACCES
		kid 1 put $S/evict 1 -> EACCES
		get $S/phys -> 0x60000000
		get $S/evictions -> 0
	EOF
}

@test "the device link leads to the carve-out's platform device" {
	local label
	region t0 size=64K
	region t1 carveout=sram size=64K
	slurp label "$KEX_CLASS/t0/device/of_node/label"
	assert_eq "$label" fpga
	slurp label "$KEX_CLASS/t1/device/of_node/label"
	assert_eq "$label" sram
}

@test "no counter goes backwards while live, and each starts at 0 in the next life" {
	region t0 size=64K populate=lazy
	kexmap <<-EOF
		open $N
		map 0 64K
		touch 0
		evict 0 64K
		touch 0
		unmap
		close
		get $S/faults -> 2
		get $S/evictions -> 1
		open $N
		map 0 64K
		touch 0
		get $S/faults -> 3
		get $S/evictions -> 1
		unmap
		close
		put $R/live 0
		put $R/live 1
		get $S/faults -> 0
		get $S/evictions -> 0
		get $S/restores -> 0
	EOF
}

@test "users has a line for each mapping: who, where, what and how much of it" {
	local at='[0-9a-f]+-[0-9a-f]+' line
	local -a lines
	region t0 size=64K cache=uncached
	hold "$N" 64K
	slurp OUT "$S/users"
	line="^$HOLDER kexmap $at 0 uncached 65536 4K\$"
	[[ $OUT =~ $line ]] || fail "$OUT"
	kexmap <<-EOF >"$BATS_TEST_TMPDIR/users"
		open $N
		map 16K 32K
		fork
		evict 0 64K
		touch 0
		get $S/mappings -> 3
		get $S/users -> ?
		fork
		kid 2 setuid 1000
		kid 2 get $S/users -> EACCES
	EOF
	mapfile -t lines <"$BATS_TEST_TMPDIR/users"
	assert_eq "${#lines[@]}" 3
	slurp OUT "$BATS_TEST_TMPDIR/users"
	for line in "$HOLDER kexmap $at 0 uncached 0 4K" "[0-9]+ kexmap $at 16384 uncached 4096 4K" \
		"[0-9]+ kexmap $at 16384 uncached 0 4K"; do
		[[ $OUT =~ $line ]] || fail "no '$line' in $OUT"
	done
	release "$HOLDER"
	slurp OUT "$S/users"
	assert_eq "$OUT" ''
}
