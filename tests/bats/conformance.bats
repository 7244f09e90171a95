#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What kex.yaml declares is what driver and kexctl do: each test loops over the
# generated list, so that an object, attribute, fact or action is tested by being
# declared. It goes on past what is wrong, and names all of it.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/attrs.gen.bash"

FAULTS=()

wrong() {
	FAULTS+=("$*")
}

nothing_wrong() {
	((${#FAULTS[@]} == 0)) || {
		printf '%s\n' "${FAULTS[@]}" >&2
		return 1
	}
}

# names OBJECT KEY...: NAMES are those of the keys that belong to the object
names() {
	local object=$1 key
	shift
	NAMES=()
	for key; do
		[[ $key != "$object"/* ]] || NAMES+=("${key#*/}")
	done
}

# there FOLDER: what is missing of NAMES is left out; the tests of what there is
# name it
there() {
	local i
	for i in "${!NAMES[@]}"; do
		[ -e "$1/${NAMES[i]}" ] || unset "NAMES[i]"
	done
}

# object OBJECT: O is the folder of one; what gets its name by mkdir is made as
# c0, with C and N when it is live. ATTRS are its attributes.
object() {
	O=${KEX_OBJECT_PATH[$1]/'<carveout>'/fpga}
	if [[ $O == *'>' ]]; then
		O=${O%/*}/c0
		mkdir "$O"
	fi
	C=$KEX_CLASS/c0 N=/dev/kex/c0
	names "$1" "${KEX_ATTRS[@]}"
	there "$O"
	ATTRS=("${NAMES[@]}") FACTS=()
}

# gone: what object() made is removed again
gone() {
	[[ $O == */c0 ]] || return 0
	[ ! -e "$O/live" ] || put "$O/live" 0
	rmdir "$O"
}

# with_life: LIVING are the objects that can go live on this kernel
with_life() {
	local object features
	LIVING=()
	slurp features "$KEX/features"
	for object in "${KEX_OBJECTS[@]}"; do
		[ -n "${KEX_ATTR_TYPE[$object/live]-}" ] || continue
		[[ $object != pool || $'\n'$features$'\n' == *$'\npool\n'* ]] || continue
		LIVING+=("$object")
	done
	((${#LIVING[@]}))
}

# first_good KEY: VALUE is the first of its good values
first_good() {
	VALUE=${KEX_ATTR_GOOD[$1]%%$'\n'*}
	VALUE=${VALUE#* }
}

# fill OBJECT [BUT]: what it requires has a value, BUT left out
fill() {
	local name
	for name in "${ATTRS[@]}"; do
		[[ ${KEX_ATTR_REQUIRED[$1/$name]} == 1 && $name != "${2-}" ]] || continue
		first_good "$1/$name"
		put "$O/$name" "$VALUE" || fail "$1/$name: $ERRNO"
	done
}

# up OBJECT: makes one and brings it up; FACTS are its facts and actions
up() {
	object "$1"
	fill "$1"
	put "$O/live" 1 || fail "$1: live=1: $ERRNO"
	names "$1" "${KEX_FACTS[@]}"
	there "$C"
	FACTS=("${NAMES[@]}")
}

# tells_all KEY: what it takes is in the list, and does not depend on what else
# there is, as a window's map and unmap do
tells_all() {
	case ${KEX_ATTR_TYPE[$1]} in
	pieces | range | table) return 1 ;;
	esac
}

# takes KEY FILE: it takes each good value, and reads it back in the plain form
takes() {
	local line text
	tells_all "$1" || return 0
	[ -n "${KEX_ATTR_GOOD[$1]}" ] || wrong "$1: no value to try"
	while IFS= read -r line; do
		if ! put "$2" "${line#* }"; then
			wrong "$1: '${line#* }': $ERRNO"
		elif [ "${line%% *}" != - ]; then
			read -r text <"$2"
			[ "$text" = "${line%% *}" ] || wrong "$1: wrote '${line#* }', reads '$text'"
		fi
		TRIED=$((TRIED + 1))
	done <<<"${KEX_ATTR_GOOD[$1]}"
}

# refuses KEY FILE ERRNO VALUE: the write fails so, and what was there stays
refuses() {
	local before='' after=''
	[ "${KEX_ATTR_ACCESS[$1]-wo}" = wo ] || read -r before <"$2"
	if put "$2" "$4"; then
		wrong "$1: took '$4', want $3"
	elif [ "$ERRNO" != "$3" ]; then
		wrong "$1: '$4': $ERRNO, want $3"
	fi
	[ -z "$before" ] || read -r after <"$2"
	[ "$after" = "$before" ] || wrong "$1: '$4' was refused, and $before became $after"
	TRIED=$((TRIED + 1))
}

# refuses_bad KEY FILE LINES
refuses_bad() {
	local line
	while IFS= read -r line; do
		refuses "$1" "$2" "${line%% *}" "${line#* }"
	done <<<"$3"
}

# expect SCRIPT: every reply of kexmap is the one wanted
expect() {
	try kexmap <<<"$1"
	[ "$STATUS" = 0 ] || wrong "${ERR:-kexmap: status $STATUS}"
}

# files_are FOLDER WHAT NAME:MODE...: it has these files and no other
files_are() {
	local folder=$1 what=$2 mode kind path pair
	local -A want=()
	shift 2
	for pair; do
		want[${pair%:*}]=${pair#*:}
	done
	exits 0 stat -L -c '%a:%F:%n' "$folder"/*
	while IFS=: read -r mode kind path; do
		[ "$kind" != directory ] || continue
		path=${path##*/}
		if [ -z "${want[$path]-}" ]; then
			wrong "$what/$path: not declared"
		elif ((8#$mode != 8#${want[$path]})); then
			wrong "$what/$path: mode $mode, want ${want[$path]}"
		fi
		unset "want[$path]"
	done <<<"$OUT"
	for path in "${!want[@]}"; do
		wrong "$what/$path: missing"
	done
}

@test "each object has the attributes that are declared, by their access, and no other" {
	local object name
	local -A mode=([ro]=0444 [rw]=0644 [wo]=0200)
	local -a files
	for object in "${KEX_OBJECTS[@]}"; do
		object "$object"
		files=()
		names "$object" "${KEX_ATTRS[@]}"
		for name in "${NAMES[@]}"; do
			files+=("$name:${mode[${KEX_ATTR_ACCESS[$object/$name]}]}")
		done
		files_are "$O" "$object" "${files[@]}"
		gone
	done
	nothing_wrong
}

@test "what is declared as not for reading or not for writing is EACCES, to root too" {
	local object name script all=''
	for object in "${KEX_OBJECTS[@]}"; do
		object "$object"
		script=''
		for name in "${ATTRS[@]}"; do
			case ${KEX_ATTR_ACCESS[$object/$name]} in
			ro) script+="put $O/$name 1 -> EACCES"$'\n' ;;
			wo) script+="get $O/$name -> EACCES"$'\n' ;;
			esac
		done
		expect "$script"
		all+=$script
		gone
	done
	assert_contains "$all" /revoke
	nothing_wrong
}

@test "a fresh object shows each default" {
	local object name text
	for object in "${KEX_OBJECTS[@]}"; do
		object "$object"
		for name in "${ATTRS[@]}"; do
			[ -n "${KEX_ATTR_DEFAULT[$object/$name]-}" ] || continue
			slurp text "$O/$name"
			[ "$text" = "${KEX_ATTR_DEFAULT[$object/$name]}" ] ||
				wrong "$object/$name: '$text', want '${KEX_ATTR_DEFAULT[$object/$name]}'"
		done
		gone
	done
	nothing_wrong
}

@test "each good value is taken and reads back in the one plain form, bytes for sizes and words for enums" {
	local object name
	TRIED=0
	for object in "${KEX_OBJECTS[@]}"; do
		object "$object"
		for name in "${ATTRS[@]}"; do
			[ "${KEX_ATTR_ACCESS[$object/$name]}" = ro ] || takes "$object/$name" "$O/$name"
		done
		gone
	done
	((TRIED >= 30)) || wrong "only $TRIED values tried"
	nothing_wrong
}

@test "each malformed value is EINVAL, each out of range ERANGE, and changes nothing" {
	local object name
	TRIED=0
	for object in "${KEX_OBJECTS[@]}"; do
		object "$object"
		for name in "${ATTRS[@]}"; do
			[ "${KEX_ATTR_ACCESS[$object/$name]}" != ro ] || continue
			tells_all "$object/$name" || continue
			refuses_bad "$object/$name" "$O/$name" "${KEX_ATTR_BAD[$object/$name]}"
		done
		gone
	done
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		for name in "${ATTRS[@]}"; do
			[ "${KEX_ATTR_ACCESS[$object/$name]}" != ro ] || continue
			! tells_all "$object/$name" || continue
			refuses_bad "$object/$name" "$O/$name" "${KEX_ATTR_BAD[$object/$name]}"
		done
		gone
	done
	((TRIED >= 80)) || wrong "only $TRIED values tried"
	nothing_wrong
}

@test "one newline may end a value, and nothing may follow it" {
	local object name
	for object in "${KEX_OBJECTS[@]}"; do
		object "$object"
		for name in "${ATTRS[@]}"; do
			[ "${KEX_ATTR_ACCESS[$object/$name]}" != ro ] || continue
			tells_all "$object/$name" || continue
			first_good "$object/$name"
			{ printf %s "$VALUE" >"$O/$name"; } 2>"$BATS_TEST_TMPDIR/put" ||
				wrong "$object/$name: '$VALUE' without newline"
			# bash writes line by line, dd the whole at once
			printf '%s\n%s\n' "$VALUE" "$VALUE" >"$BATS_TEST_TMPDIR/two"
			try dd if="$BATS_TEST_TMPDIR/two" of="$O/$name" bs=256 status=none
			[[ $STATUS == 1 && $ERR == *'Invalid argument' ]] ||
				wrong "$object/$name: '$VALUE' twice: status $STATUS, $ERR"
		done
		gone
	done
	nothing_wrong
}

@test "live=1 without what is required is EINVAL and changes nothing, and with that alone it works" {
	local object name
	TRIED=0
	with_life
	for object in "${LIVING[@]}"; do
		object "$object"
		for name in "${ATTRS[@]}"; do
			[ "${KEX_ATTR_REQUIRED[$object/$name]}" = 1 ] || continue
			fill "$object" "$name"
			refuses "$object/live" "$O/live" EINVAL 1
			gone
			mkdir "$O"
		done
		fill "$object"
		put "$O/live" 1 || wrong "$object: with all that is required: $ERRNO"
		gone
	done
	((TRIED)) || wrong "nothing is required"
	nothing_wrong
}

# Its value or another: both are EBUSY
frozen() {
	local text line
	read -r text <"$2"
	refuses "$1" "$2" EBUSY "$text"
	while IFS= read -r line; do
		[ "${line%% *}" = "$text" ] || break
	done <<<"${KEX_ATTR_GOOD[$1]}"
	[ "${line%% *}" != "$text" ] || wrong "$1: only one value to try"
	refuses "$1" "$2" EBUSY "${line#* }"
}

@test "while live an attribute is EBUSY and keeps its value, unless it is declared to apply live" {
	local object name key
	TRIED=0
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		for name in "${ATTRS[@]}"; do
			key=$object/$name
			[ "${KEX_ATTR_ACCESS[$key]}" != ro ] || continue
			case ${KEX_ATTR_LIVE[$key]}${KEX_ATTR_ACTS[$key]} in
			0*) frozen "$key" "$O/$name" ;;
			10)
				takes "$key" "$O/$name"
				refuses_bad "$key" "$O/$name" "${KEX_ATTR_BAD[$key]}"
				;;
			esac
		done
		put "$O/live" 0
		for name in "${ATTRS[@]}"; do
			key=$object/$name
			[[ ${KEX_ATTR_ACCESS[$key]} == ro || ${KEX_ATTR_LIVE[$key]} == 1 ]] ||
				takes "$key" "$O/$name"
		done
		gone
	done
	((TRIED >= 40)) || wrong "only $TRIED values tried"
	nothing_wrong
}

@test "a live object has the facts and actions that are declared, with their modes, and no other" {
	local object name
	local -a files
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		# What every device of every class has
		files=(dev:0444 uevent:0644)
		names "$object" "${KEX_FACTS[@]}"
		for name in "${NAMES[@]}"; do
			files+=("$name:${KEX_FACT_MODE[$object/$name]}")
		done
		files_are "$C" "$object" "${files[@]}"
		gone
	done
	nothing_wrong
}

# form KEY TEXT: as a fact of its type is written
form() {
	case ${KEX_FACT_TYPE[$1]} in
	size | uint) [[ $2 =~ ^(0|[1-9][0-9]*)$ ]] ;;
	address) [[ $2 =~ ^0x[0-9a-f]+$ ]] ;;
	word) [[ $2 =~ ^[a-z0-9._-]+$ ]] ;;
	enum) [[ -n $2 && " ${KEX_FACT_WORDS[$1]} " == *" $2 "* ]] ;;
	# Of an object that nobody uses
	table) [ -z "$2" ] ;;
	*) fail "the test knows no form for ${KEX_FACT_TYPE[$1]}" ;;
	esac
}

@test "each fact has the form of its type: bytes and counts in decimal, addresses with 0x, one of its words" {
	local object name text
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		for name in "${FACTS[@]}"; do
			[ "${KEX_FACT_MODE[$object/$name]}" != 0200 ] || continue
			slurp text "$C/$name"
			form "$object/$name" "$text" ||
				wrong "$object/$name: '$text' is no ${KEX_FACT_TYPE[$object/$name]}"
		done
		gone
	done
	nothing_wrong
}

@test "facts cannot be written and actions cannot be read, by root neither" {
	local object name script
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		script=''
		for name in "${FACTS[@]}"; do
			case ${KEX_FACT_MODE[$object/$name]} in
			0200) script+="get $C/$name -> EACCES"$'\n' ;;
			*) script+="put $C/$name 1 -> EACCES"$'\n' ;;
			esac
		done
		expect "$script"
		gone
	done
	nothing_wrong
}

# reads_as_declared KEY REPLY: of another user
reads_as_declared() {
	local declared=${KEX_FACT_MODE[$1]-0444}
	if [ "$declared" = 0444 ]; then
		[[ $2 != E[A-Z]* ]] || wrong "$1: another user cannot read it: $2"
	else
		[ "$2" = EACCES ] || wrong "$1: another user read '$2', mode $declared"
	fi
}

@test "another user reads what the modes let others read, and writes nothing" {
	local object name script
	local -a keys paths replies
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		keys=() paths=()
		script=$'fork\nkid 1 setuid 1000\n'
		for name in "${ATTRS[@]}"; do
			script+="kid 1 put $O/$name 1 -> EACCES"$'\n'
			[ "${KEX_ATTR_ACCESS[$object/$name]}" != wo ] || continue
			keys+=("$object/$name") paths+=("$O/$name")
		done
		# A name of both is a fact here, where the mode counts
		for name in "${FACTS[@]}"; do
			script+="kid 1 put $C/$name 1 -> EACCES"$'\n'
			keys+=("$object/$name") paths+=("$C/$name")
		done
		for name in "${paths[@]}"; do
			script+="kid 1 get $name -> ?"$'\n'
		done
		expect "$script"
		mapfile -t replies <<<"$OUT"
		assert_eq "${#replies[@]}" "${#keys[@]}" replies
		for name in "${!keys[@]}"; do
			reads_as_declared "${keys[$name]}" "${replies[$name]}"
		done
		gone
	done
	nothing_wrong
}

# counters OBJECT: COUNTS is what all of its counters read
counters() {
	local name text
	COUNTS=''
	for name in "${FACTS[@]}"; do
		[ "${KEX_FACT_COUNTER[$1/$name]}" = 1 ] || continue
		slurp text "$C/$name"
		COUNTS+=" $name=$text"
	done
}

@test "each action refuses what it is not declared to take, and then has done nothing" {
	local object name counted line
	TRIED=0
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		counters "$object"
		counted=$COUNTS
		for name in "${FACTS[@]}"; do
			[ "${KEX_FACT_MODE[$object/$name]}" = 0200 ] || continue
			refuses_bad "$object/$name" "$C/$name" "${KEX_FACT_BAD[$object/$name]}"
		done
		counters "$object"
		[ "$COUNTS" = "$counted" ] || wrong "$object: counted what was refused:$counted,$COUNTS"
		for name in "${FACTS[@]}"; do
			[ "${KEX_FACT_MODE[$object/$name]}" = 0200 ] || continue
			while IFS= read -r line; do
				put "$C/$name" "${line#* }" ||
					wrong "$object/$name: '${line#* }': $ERRNO"
			done <<<"${KEX_FACT_GOOD[$object/$name]}"
		done
		gone
	done
	((TRIED >= 15)) || wrong "only $TRIED values tried"
	nothing_wrong
}

# work OBJECT: STEPS are lines for kexmap that use the object; what they do to
# the counters is not said here, nor what a touch meets after an action
work() {
	local name node=$N
	# A window has no memory of its own
	if [ "$1" = window ]; then
		region lender size=64K
		N=$node
		put "$O/map" '0 lender 0 64K'
	fi
	if [ "$1" = pool ]; then
		name="migrate 0 64K -> $((65536 / PAGE))"
		STEPS=("open $N" 'anon 64K' 'fill 0 64K' "$name" 'check 0 64K' "$name")
		STEPS+=("put $C/evict 1" "$name" unmap close)
		return
	fi
	STEPS=("open $N" 'map 0 64K' 'touch 0 w -> ?')
	for name in "${FACTS[@]}"; do
		[ "${KEX_FACT_MODE[$1/$name]}" != 0200 ] || STEPS+=("put $C/$name 1" 'touch 0 -> ?')
	done
	STEPS+=(unmap close "open $N r" 'map 0 64K r' 'touch 0 -> ?' unmap close)
}

@test "no counter goes backwards while live, and each starts at 0 in the next life" {
	local object name step script i
	local -a replies names
	local -A last
	with_life
	for object in "${LIVING[@]}"; do
		up "$object"
		work "$object"
		names=() last=()
		for name in "${FACTS[@]}"; do
			[ "${KEX_FACT_COUNTER[$object/$name]}" != 1 ] || names+=("$name")
		done
		script=''
		for step in "${STEPS[@]}"; do
			script+=$step$'\n'
			for name in "${names[@]}"; do
				script+="get $C/$name -> ?"$'\n'
			done
		done
		expect "$script"
		mapfile -t replies < <(grep -E '^[0-9]+$' <<<"$OUT")
		assert_eq "${#replies[@]}" $((${#STEPS[@]} * ${#names[@]})) replies
		for i in "${!replies[@]}"; do
			name=${names[i % ${#names[@]}]}
			((replies[i] >= ${last[$name]-0})) ||
				wrong "$object/$name: ${last[$name]} became ${replies[i]}"
			last[$name]=${replies[i]}
		done
		counters "$object"
		[[ ${COUNTS//[!0-9]/} =~ [1-9] ]] || wrong "$object: nothing was counted:$COUNTS"
		put "$O/live" 0
		put "$O/live" 1
		for name in "${names[@]}"; do
			read -r i <"$C/$name"
			[ "$i" = 0 ] || wrong "$object/$name: $i in a new life"
		done
		gone
	done
	nothing_wrong
}

# keys_are WHAT NAME:TYPE...: the one object of OUT has these keys, beside name
# and kind, and no other
keys_are() {
	local what=$1
	shift
	# shellcheck disable=SC2016 # variables of jq
	exits 0 jq -r --args '.[0] as $o | [$ARGS.positional[] | split(":") | {key: .[0], value: .[1]}]
		| from_entries as $want
		| ($want | to_entries[] | select(($o[.key] | type) != .value)
			| "\(.key): \($o[.key] | type), want \(.value)"),
		($o | keys[] | select(in($want) | not) | "\(.): not declared")' "$@" <"$BATS_TEST_TMPDIR/json"
	[ -z "$OUT" ] || wrong "$what: in JSON: ${OUT//$'\n'/, }"
}

# json_types OBJECT: TYPES of what can be read, for keys_are
json_types() {
	local name text
	TYPES=(name:string kind:string)
	for name in "${ATTRS[@]}"; do
		[ "${KEX_ATTR_ACCESS[$1/$name]}" != wo ] || continue
		slurp text "$O/$name"
		case ${KEX_ATTR_TYPE[$1/$name]}=$text in
		offset=auto) TYPES+=("$name:string") ;;
		size=* | offset=* | uint=* | bool=*) TYPES+=("$name:number") ;;
		table=*) TYPES+=("$name:array") ;;
		*) TYPES+=("$name:string") ;;
		esac
	done
	for name in "${FACTS[@]}"; do
		case ${KEX_FACT_MODE[$1/$name]}-${KEX_FACT_TYPE[$1/$name]} in
		0200-* | *-table) ;;
		*-size | *-uint) TYPES+=("$name:number") ;;
		*) TYPES+=("$name:string") ;;
		esac
	done
}

@test "kexctl show --json has each attribute and fact by its name, numbers as numbers, and no other key" {
	local object
	with_life
	for object in "${KEX_OBJECTS[@]}"; do
		[ "$object" != root ] || continue
		if [[ " ${LIVING[*]} " == *" $object "* ]]; then
			up "$object"
		elif [ -n "${KEX_ATTR_TYPE[$object/live]-}" ]; then
			continue
		else
			object "$object"
		fi
		json_types "$object"
		kexctl "$object" show "${O##*/}" --json >"$BATS_TEST_TMPDIR/json"
		keys_are "$object" "${TYPES[@]}"
		gone
	done
	nothing_wrong
}

# other_good KEY: VALUE is a good value that is not the default, and reads WANT
other_good() {
	local line
	while IFS= read -r line; do
		VALUE=${line#* } WANT=${line%% *}
		[ "$WANT" = "${KEX_ATTR_DEFAULT[$1]-}" ] || return 0
	done <<<"${KEX_ATTR_GOOD[$1]}"
	wrong "$1: no value but the default"
}

@test "kexctl create has an option for each attribute that declares one, and what is left out has its default" {
	local object name option text
	local -a args least
	local -A want
	with_life
	for object in "${LIVING[@]}"; do
		object "$object"
		gone
		args=() least=() want=()
		for name in "${ATTRS[@]}"; do
			option=${KEX_ATTR_OPTION[$object/$name]-}
			[ -n "$option" ] || continue
			if [[ $option == *=* ]]; then
				args+=("--${option%%=*}") want[$name]=${option#*=}
				continue
			fi
			other_good "$object/$name"
			args+=("--$option=$VALUE") want[$name]=$WANT
			[ "${KEX_ATTR_REQUIRED[$object/$name]}" = 0 ] || least+=("--$option" "$VALUE")
		done
		exits 0 kexctl "$object" create c0 "${args[@]}"
		for name in "${!want[@]}"; do
			slurp text "$O/$name"
			[ "$text" = "${want[$name]}" ] || wrong "$object/$name: '$text' of ${args[*]}"
		done
		gone
		exits 0 kexctl "$object" create c0 "${least[@]}"
		assert_file "$O/live" 1
		for name in "${ATTRS[@]}"; do
			[[ -n ${KEX_ATTR_DEFAULT[$object/$name]-} && ${KEX_ATTR_REQUIRED[$object/$name]} == 0 ]] ||
				continue
			# Live, these say what came of it
			[[ $name != live && ${KEX_ATTR_TYPE[$object/$name]} != offset ]] || continue
			slurp text "$O/$name"
			[ "$text" = "${KEX_ATTR_DEFAULT[$object/$name]}" ] ||
				wrong "$object/$name: '$text' of ${least[*]}"
		done
		gone
	done
	nothing_wrong
}

@test "kexctl set takes each good value, and says attribute and value of what it refuses" {
	local object name line text
	local -a pairs bad
	with_life
	for object in "${LIVING[@]}"; do
		object "$object"
		pairs=()
		for name in "${ATTRS[@]}"; do
			[ "${KEX_ATTR_ACCESS[$object/$name]}" != ro ] || continue
			tells_all "$object/$name" || continue
			while IFS= read -r line; do
				pairs+=("$name=${line#* }")
			done <<<"${KEX_ATTR_GOOD[$object/$name]}"
		done
		exits 0 kexctl "$object" set c0 "${pairs[@]}"
		for name in "${ATTRS[@]}"; do
			[ "${KEX_ATTR_ACCESS[$object/$name]}" != ro ] || continue
			tells_all "$object/$name" || continue
			line=${KEX_ATTR_GOOD[$object/$name]##*$'\n'}
			text=-
			[ "${KEX_ATTR_ACCESS[$object/$name]}" = wo ] || slurp text "$O/$name"
			[ "$text" = "${line%% *}" ] || wrong "$object/$name: '$text', want '${line%% *}'"
			# All of them would take long
			mapfile -t bad <<<"${KEX_ATTR_BAD[$object/$name]}"
			for line in "${bad[2]}" "${bad[-1]}"; do
				try kexctl "$object" set c0 "$name=${line#* }"
				[[ $STATUS == [123] && $ERR == "kexctl: $object 'c0': $name ${line#* }: "* ]] ||
					wrong "$object/$name: '${line#* }': exit $STATUS, $ERR"
			done
		done
		gone
	done
	nothing_wrong
}

@test "features has the words that are declared, one a line, and all but those that only some kernels have" {
	local word text
	slurp text "$KEX/features"
	for word in $text; do
		[[ " ${KEX_FEATURES[*]} " == *" $word "* ]] || wrong "$word: not declared"
	done
	for word in "${KEX_FEATURES[@]}"; do
		[[ $'\n'$text$'\n' == *$'\n'"$word"$'\n'* || " ${KEX_FEATURES_OPTIONAL[*]} " == *" $word "* ]] ||
			wrong "$word: missing"
	done
	nothing_wrong
}
