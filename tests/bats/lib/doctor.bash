# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What kexctl doctor found.

# doctor STATUS: FINDINGS are the lines of kexctl doctor, which exits so
doctor() {
	exits "$1" kexctl doctor
	mapfile -t FINDINGS <<<"$OUT"
	[[ $ERR =~ ^kexctl:(\ [1-9][0-9]*\ FAIL,)?(\ [1-9][0-9]*\ WARN,)?\ [1-9][0-9]*\ OK$ ]] ||
		fail "stderr: '$ERR'"
	case $1-$ERR in
	2-*\ FAIL,*) ;;
	2-* | *\ FAIL,*) fail "status $1, and '$ERR'" ;;
	esac
}

# starts VERDICT CHECK: START is how the line of such a finding starts; CHECK may be ''
starts() {
	printf -v START '%-5s ' "$1"
	START+=${2:+$2: }
}

# found VERDICT CHECK [TEXT [FIX]]: there is such a finding, with the text in its
# line (subject included) and the words of the fix in the next one
found() {
	local i
	starts "$1" "$2"
	for ((i = 0; i < ${#FINDINGS[@]}; i++)); do
		[[ ${FINDINGS[i]} == "$START"*"${3-}"* ]] || continue
		[ -n "${4-}" ] || return 0
		[[ ${FINDINGS[i + 1]-} == '      fix: '*"$4"* ]] ||
			fail "${FINDINGS[i]}: the remedy is '${FINDINGS[i + 1]-}', want '$4'"
		return
	done
	printf '%s\n' "${FINDINGS[@]}" >&2
	fail "no finding '$START...${3-}'"
}

# not_found VERDICT CHECK [TEXT]: there is none
not_found() {
	local line
	starts "$1" "$2"
	for line in "${FINDINGS[@]}"; do
		[[ $line != "$START"*"${3-}"* ]] || fail "$line"
	done
}

# remedy VERDICT CHECK [TEXT]: REMEDY is what the finding says to do
remedy() {
	local i
	starts "$1" "$2"
	for ((i = 0; i < ${#FINDINGS[@]}; i++)); do
		[[ ${FINDINGS[i]} == "$START"*"${3-}"* ]] || continue
		REMEDY=${FINDINGS[i + 1]#      fix: }
		return
	done
	fail "no finding '$START'"
}

# over FILE TEXT: until covers_off, FILE has another text, or as much as a folder nothing
COVERS=()
over() {
	local cover=$BATS_TEST_TMPDIR/cover.${#COVERS[@]}
	if [ -d "$1" ]; then
		mount -t tmpfs none "$1"
	else
		printf '%s\n' "$2" >"$cover"
		mount --bind "$cover" "$1"
	fi
	COVERS+=("$1")
}

covers_off() {
	local i
	for ((i = ${#COVERS[@]} - 1; i >= 0; i--)); do
		umount "${COVERS[i]}" || return 1
	done
	COVERS=()
}
