#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Items and attributes under /sys/kernel/config/kex: names, defaults, values.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/attrs.gen.bash"

# The folder of what a key of the list belongs to
folder_of() {
	case $1 in
	root/*) FOLDER=$KEX ;;
	carveout/*) FOLDER=$FPGA ;;
	region/*) FOLDER=$R ;;
	window/*) FOLDER=$W ;;
	*) fail "the test knows no folder for $1" ;;
	esac
}

# For each attribute that is in none of the cases below, a word that the driver
# must take
value_for() {
	case $1 in
	size) VALUE=65536 ;;
	offset) VALUE=65536 ;;
	cache) VALUE=uncached ;;
	mode) VALUE=0600 ;;
	scrub) VALUE=0 ;;
	populate) VALUE=lazy ;;
	hole) VALUE=zero ;;
	*) fail "the test knows no value for $1" ;;
	esac
}

@test "both carve-outs are bound, and all of each is free in one piece" {
	local dir size
	for dir in "$FPGA:$FPGA_SIZE" "$SRAM:$SRAM_SIZE"; do
		size=${dir#*:}
		dir=${dir%:*}
		assert_file "$dir/bound" 1
		assert_file "$dir/size" "$size"
		assert_file "$dir/free" "$size"
		assert_file "$dir/largest_free" "$size"
	done
	set -- "$KEX_CARVEOUTS"/*
	assert_eq "$#" 2
}

@test "a name that matches the rule is taken and any other is EINVAL" {
	local name good=a234567890123456789012345678901
	assert_eq "${#good}" 31
	kexmap <<-EOF
		mkdir $FPGA/regions/a
		mkdir $FPGA/regions/0
		mkdir $FPGA/regions/a.b_c-d.
		mkdir $FPGA/regions/$good
		mkdir $FPGA/regions/${good}2 -> EINVAL
		mkdir $FPGA/regions/A -> EINVAL
		mkdir $FPGA/regions/aB -> EINVAL
		mkdir $FPGA/regions/.a -> EINVAL
		mkdir $FPGA/regions/-a -> EINVAL
		mkdir $FPGA/regions/_a -> EINVAL
		mkdir $FPGA/regions/_ctl -> EINVAL
		mkdir $FPGA/regions/... -> EINVAL
		mkdir $FPGA/regions/a+b -> EINVAL
		mkdir $FPGA/regions/a:b -> EINVAL
		mkdir $FPGA/regions/a*b -> EINVAL
		mkdir $FPGA/regions/bildspeicher-$(printf '\xc3\xa4') -> EINVAL
		mkdir $FPGA/regions/$(printf '\xff') -> EINVAL
		mkdir $FPGA/regions/.. -> EEXIST
		mkdir $FPGA/regions/. -> EEXIST
		mkdir $FPGA/regions/ -> EEXIST
		mkdir $FPGA/regions/no/b -> ENOENT
	EOF
	for name in 'a b' $'a\n' ' a'; do
		exits 1 mkdir "$FPGA/regions/$name"
		assert_contains "$ERR" 'Invalid argument'
	done
	printf -v name '%0250d' 0
	exits 1 mkdir "$FPGA/regions/$name"
	set -- "$FPGA"/regions/*
	assert_eq "${*##*/}" "0 a a.b_c-d. $good"
}

@test "a name is taken in every carve-out, configured or live, until it is removed" {
	region t0 size=64K live=0
	kexmap <<-EOF
		mkdir $R -> EEXIST
		mkdir $SRAM/regions/t0 -> EEXIST
		put $R/live 1
		mkdir $R -> EEXIST
		mkdir $SRAM/regions/t0 -> EEXIST
		put $R/live 0
		rmdir $R
		mkdir $SRAM/regions/t0
		mkdir $R -> EEXIST
		rmdir $SRAM/regions/t0
		mkdir $R
	EOF
}

@test "the tree itself cannot be added to or taken apart" {
	kexmap <<-EOF
		mkdir $KEX/more -> EPERM
		mkdir $KEX_CARVEOUTS/more -> EPERM
		mkdir $FPGA/more -> EPERM
		rmdir $FPGA/regions -> EPERM
		rmdir $FPGA -> EPERM
		rmdir $KEX_CARVEOUTS -> EPERM
		rmdir $KEX -> EPERM
	EOF
	region t0 live=0
	kexmap "mkdir $R/more -> EPERM"
}

@test "features has only words of the list, one a line, and all of this kernel's" {
	local word text
	slurp text "$KEX/features"
	for word in $text; do
		[[ " ${KEX_FEATURES[*]} " == *" $word "* ]] || fail "unknown word $word"
	done
	for word in region evict revoke scrub populate-lazy; do
		[[ $'\n'$text$'\n' == *$'\n'$word$'\n'* ]] || fail "no line $word"
	done
}

@test "an object has the listed attributes and no other" {
	local key path
	local -A seen=()
	region t0 live=0
	window w0 live=0
	for key in "${KEX_ATTRS[@]}"; do
		folder_of "$key"
		[ -f "$FOLDER/${key#*/}" ] || fail "$key is missing"
		seen[$FOLDER/${key#*/}]=1
	done
	for path in "$KEX"/* "$FPGA"/* "$R"/* "$W"/*; do
		[ -d "$path" ] || [ -n "${seen[$path]-}" ] || fail "$path is not in the list"
	done
}

@test "a fresh region and a fresh window show each default" {
	local key checked=0
	region t0 live=0
	window w0 live=0
	for key in "${!KEX_ATTR_DEFAULT[@]}"; do
		folder_of "$key"
		assert_file "$FOLDER/${key#*/}" "${KEX_ATTR_DEFAULT[$key]}"
		checked=$((checked + 1))
	done
	((checked >= 13)) || fail "only $checked defaults in the list"
}

@test "what is not for reading or not for writing is EACCES" {
	local key path script=''
	region t0 live=0
	window w0 live=0
	for key in "${KEX_ATTRS[@]}"; do
		folder_of "$key"
		path=$FOLDER/${key#*/}
		case ${KEX_ATTR_ACCESS[$key]} in
		ro) script+="put $path 1 -> EACCES"$'\n' ;;
		wo) script+="get $path -> EACCES"$'\n' ;;
		esac
	done
	assert_contains "$script" /revoke
	assert_contains "$script" /pieces
	assert_contains "$script" /features
	kexmap <<<"$script"
}

# Counts in CHECKED
check_good_values() {
	local key line file read_back
	CHECKED=0
	for key in "${!KEX_ATTR_GOOD[@]}"; do
		[ -n "${KEX_ATTR_GOOD[$key]}" ] || continue
		folder_of "$key"
		file=$FOLDER/${key#*/}
		while IFS= read -r line; do
			put "$file" "${line#* }" || fail "$key: '${line#* }': $ERRNO" || return
			CHECKED=$((CHECKED + 1))
			[ "${line%% *}" != - ] || continue
			read -r read_back <"$file"
			[ "$read_back" = "${line%% *}" ] ||
				fail "$key: wrote '${line#* }', reads '$read_back'" || return
		done <<<"${KEX_ATTR_GOOD[$key]}"
	done
}

@test "each good value is taken and reads back in the one plain form" {
	region t0 live=0
	window w0 live=0
	check_good_values
	((CHECKED >= 50)) || fail "only $CHECKED values in the list"
}

check_bad_values() {
	local key line file before
	CHECKED=0
	for key in "${!KEX_ATTR_BAD[@]}"; do
		folder_of "$key"
		file=$FOLDER/${key#*/}
		before=''
		[ "${KEX_ATTR_ACCESS[$key]}" = wo ] || read -r before <"$file"
		while IFS= read -r line; do
			assert_refused "${line%% *}" "$file" "${line#* }" || return
			CHECKED=$((CHECKED + 1))
		done <<<"${KEX_ATTR_BAD[$key]}"
		[ -z "$before" ] || assert_file "$file" "$before" || return
	done
}

@test "each bad value is refused with its errno and changes nothing" {
	region t0 live=0 size=128K offset=64K cache=device mode=0640 scrub=0 populate=lazy
	window w0 live=0 size=128K cache=device mode=0640 hole=wait
	check_bad_values
	((CHECKED >= 150)) || fail "only $CHECKED values in the list"
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

@test "one newline may end a value and nothing may follow it" {
	local name
	region t0 live=0
	printf 8K >"$R/size"
	assert_file "$R/size" 8192
	# bash writes line by line, dd the whole at once
	for name in size:12K cache:device mode:0600 scrub:0 offset:4K populate:lazy live:0; do
		printf '%s\n%s\n' "${name#*:}" "${name#*:}" >"$BATS_TEST_TMPDIR/two"
		exits 1 dd if="$BATS_TEST_TMPDIR/two" of="$R/${name%:*}" bs=64 status=none
		assert_contains "$ERR" 'Invalid argument'
	done
	assert_file "$R/size" 8192
	assert_file "$R/cache" write-back
	assert_file "$R/scrub" 1
}

@test "while live each attribute is EBUSY, even for the value that it has, and keeps it" {
	local key name before
	local -a checked=()
	region t0 size=64K
	window w0 size=64K
	for key in "${KEX_ATTRS[@]}"; do
		name=${key#*/}
		[ "${KEX_ATTR_LIVE[$key]-}" = 0 ] || continue
		folder_of "$key"
		read -r before <"$FOLDER/$name"
		value_for "$name"
		assert_refused EBUSY "$FOLDER/$name" "$VALUE"
		assert_refused EBUSY "$FOLDER/$name" "$before"
		assert_file "$FOLDER/$name" "$before"
		checked+=("$key")
	done
	assert_eq "${#checked[@]}" 11
	put "$R/live" 0
	put "$W/live" 0
	for key in "${checked[@]}"; do
		folder_of "$key"
		name=${key#*/}
		value_for "$name"
		put "$FOLDER/$name" "$VALUE"
		assert_file "$FOLDER/$name" "$VALUE"
	done
}
