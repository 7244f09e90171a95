# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by the checks. A check is a program of this folder that is silent, or
# at least brief, when all is well; it exits 0 (fine), 77 (cannot be tried
# here, the last line of its output says why) or anything else (fault), and
# works alone as well as under tests/check/run.
#
# A tool that finds nothing may as well not have run. So every check first
# feeds it a planted fault, in a copy, and fails unless that is reported.

set -euo pipefail

# What a check compares is C's; a user's settings must not get in the way.
export LC_ALL=C.UTF-8
unset CDPATH GREP_OPTIONS MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

top=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
check_self=${0##*/}
cd "$top"

die() {
	printf '%s: %s\n' "$check_self" "$*"
	exit 1
}

skip() {
	printf '%s\n' "$*"
	exit 77
}

# Installs Debian packages that this machine lacks.
need() {
	tests/lab/install-deps "$@"
}

# A folder of one's own, gone at exit.
scratch() {
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
}

# Where things made from downloads are kept, beside the lab's own.
check_cache=${XDG_CACHE_HOME:-$HOME/.cache}/kex-lab/check

# files PATTERN...: what the repository consists of, files not yet committed
# included; PATTERNs as for git. Without git (a tarball), everything.
files() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard --deduplicate -- "$@" |
			while IFS= read -r f; do
				[[ ! -f $f || -L $f ]] || printf '%s\n' "$f"
			done
	else
		local args=() p
		for p; do
			args+=(-o -path "./$p")
		done
		find . -path ./build -prune -o -type f '(' -false "${args[@]}" ')' -printf '%P\n'
	fi | sort
}

# planted WHAT PATTERN COMMAND...: COMMAND's output must match PATTERN, or else
# the fault WHAT that was planted went unseen.
planted() {
	local what=$1 pattern=$2 out
	shift 2
	# Tools disagree on the status of a fault found: the output decides.
	out=$("$@" 2>&1) || out+=$'\n'"(exit status $?)"
	if ! grep -qE -- "$pattern" <<<"$out"; then
		die "planted fault not reported: $what"$'\n'"--- output was:"$'\n'"$out"
	fi
}

# kernel_source: sets ks to a folder with the few scripts that are needed of
# the newest kernel's source package: 160 MB packed, so only these are kept.
kernel_source() {
	local pkg tar
	pkg=$(tests/lab/fetch 'linux-source-[0-9]*/trixie-backports')
	ks=$check_cache/kernel-source-${pkg##*/}
	[[ ! -d $ks ]] || return 0
	mkdir -p "$check_cache"
	exec {ks_lock}>"$check_cache/lock"
	flock "$ks_lock"
	if [[ ! -d $ks ]]; then
		rm -rf "$check_cache"/kernel-source-*
		tar=$(echo "$pkg"/usr/src/linux-source-*.tar.xz)
		mkdir "$ks.tmp"
		tar -xJf "$tar" -C "$ks.tmp" --strip-components=1 --wildcards \
			'linux-source-*/scripts/checkpatch.pl' \
			'linux-source-*/scripts/spelling.txt' \
			'linux-source-*/scripts/const_structs.checkpatch' \
			'linux-source-*/scripts/checker-valid.sh' \
			'linux-source-*/tools/docs/kernel-doc' \
			'linux-source-*/tools/docs/get_abi.py' \
			'linux-source-*/tools/lib/python'
		mv "$ks.tmp" "$ks"
	fi
	exec {ks_lock}>&-
}

# kernel_args NAME: sets args to what make needs to build for that kernel, and
# kdir to the folder of its headers.
kernel_args() {
	read -ra args < <(tests/lab/sdk "$1")
	((${#args[@]})) || die "no tools to build for kernel $1"
	kdir=${args[0]#KDIR=}
	[[ -e $kdir/Makefile ]] || die "tests/lab/sdk $1: no headers in '$kdir'"
}

# plant_in_driver DIR: a copy of the driver in DIR, with what is read from
# stdin added to the end of attr.c.
plant_in_driver() {
	local f
	mkdir "$1"
	while IFS= read -r f; do
		mkdir -p "$1/$(dirname "${f#driver/}")"
		cp "$f" "$1/${f#driver/}"
	done < <(files 'driver/*')
	cat >>"$1/attr.c"
}
