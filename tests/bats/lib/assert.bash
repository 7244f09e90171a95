# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Checks. Each one fails the test with what was got and what was wanted;
# helpers.bats shows that each of them can fail.

fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# slurp VARIABLE FILE: the whole text without its last newline or NUL
slurp() {
	local -a parts
	mapfile -d '' -t parts <"$2" || return 1
	printf -v "$1" %s "${parts[0]-}"
	printf -v "$1" %s "${!1%$'\n'}"
}

# The name of the errno whose text bash has printed
errno_from_text() {
	case $1 in
	'Operation not permitted') ERRNO=EPERM ;;
	'No such file or directory') ERRNO=ENOENT ;;
	'Input/output error') ERRNO=EIO ;;
	'No such device or address') ERRNO=ENXIO ;;
	'Cannot allocate memory') ERRNO=ENOMEM ;;
	'Permission denied') ERRNO=EACCES ;;
	'Device or resource busy') ERRNO=EBUSY ;;
	'File exists') ERRNO=EEXIST ;;
	'Invalid cross-device link') ERRNO=EXDEV ;;
	'No such device') ERRNO=ENODEV ;;
	'Is a directory') ERRNO=EISDIR ;;
	'Invalid argument') ERRNO=EINVAL ;;
	'No space left on device') ERRNO=ENOSPC ;;
	'Numerical result out of range') ERRNO=ERANGE ;;
	'File name too long') ERRNO=ENAMETOOLONG ;;
	'Argument list too long') ERRNO=E2BIG ;;
	'Operation not supported') ERRNO=EOPNOTSUPP ;;
	*) ERRNO="'$1'" ;;
	esac
}

# A bare "return" in a teardown would give the status of the test that failed,
# hence the numbers.

# put FILE VALUE: writes the value and a newline; on failure ERRNO names why
put() {
	local message
	ERRNO=''
	{ printf '%s\n' "$2" >"$1"; } 2>"$BATS_TEST_TMPDIR/put" && return 0
	IFS= read -r message <"$BATS_TEST_TMPDIR/put"
	errno_from_text "${message##*: }"
	return 1
}

assert_eq() {
	[ "$1" = "$2" ] || fail "${3:+$3: }got '$1', want '$2'"
}

# assert_contains TEXT PART
assert_contains() {
	[[ $1 == *"$2"* ]] || fail "'$2' is not in '$1'"
}

# assert_file FILE TEXT
assert_file() {
	local text
	slurp text "$1" || return 1
	[ "$text" = "$2" ] || fail "$1: got '$text', want '$2'"
}

# assert_refused ERRNO FILE VALUE: the write fails with that errno
assert_refused() {
	if put "$2" "$3"; then
		fail "$2 took '$3', want $1"
		return 1
	fi
	[ "$ERRNO" = "$1" ] || fail "$2: '$3': got $ERRNO, want $1"
}

# kexctl_refused STATUS WORDS... -- ARGUMENTS...: kexctl exits so and says one line
# with all the words; of a wrong command line, where to read on in a second one
kexctl_refused() {
	local want=$1 word text more=$'\nkexctl: try: kexctl [^\n]*'
	local -a words=()
	shift
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	exits "$want" kexctl "$@" || return 1
	assert_eq "$OUT" '' "stdout of $*" || return 1
	text=$ERR
	if [[ $want == 1 && $text =~ ^(.*)$more$ ]]; then
		text=${BASH_REMATCH[1]}
	fi
	[[ $text == 'kexctl: '* && $text != *$'\n'* ]] || fail "$*: '$ERR'" || return 1
	for word in "${words[@]}"; do
		assert_contains "$ERR" "$word" || return 1
	done
}

# assert_missing PATH...
assert_missing() {
	local path
	for path; do
		[ ! -e "$path" ] || fail "$path exists"
	done
}

# try COMMAND...: runs it; STATUS, OUT and ERR are what came of it
try() {
	STATUS=0
	"$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || STATUS=$?
	slurp OUT "$BATS_TEST_TMPDIR/out"
	slurp ERR "$BATS_TEST_TMPDIR/err"
}

# exits STATUS COMMAND...: the command ends with exactly that status
exits() {
	local want=$1
	shift
	try "$@"
	[ "$STATUS" = "$want" ] ||
		fail "$*: status $STATUS, want $want"$'\n'"stdout: $OUT"$'\n'"stderr: $ERR"
}
