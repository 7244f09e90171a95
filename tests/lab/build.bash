# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds what a guest needs, when a source has changed since the last time.
# Nothing of it lies in the source folders: kernels build side by side.

# shellcheck source-path=SCRIPTDIR source=kernel.bash
. "${BASH_SOURCE[0]%/*}/kernel.bash"

lab_build_dir=$lab_repo/build

# lab_build NAME SOURCES -- MAKE-ARGUMENTS...: runs make with O=build/NAME,
# unless arguments and SOURCES (words, below the repo) are as they were when it
# last succeeded. Quiet then, and as long as nothing fails.
lab_build() {
	local name=$1 sources=$2 dir=$lab_build_dir/$1 now fd
	shift 3
	mkdir -p "$dir"
	exec {fd}>"$dir/.lock"
	flock "$fd"
	# shellcheck disable=SC2086 # words
	now=$(
		printf '%s\n' "$@"
		cd "$lab_repo" && find $sources -type f -printf '%p %T@ %s\n' | LC_ALL=C sort
	)
	if [[ ! -e $dir/.done || $now != "$(<"$dir/.done")" ]]; then
		# Not every Makefile notices another compiler.
		if [[ ! -e $dir/.args || "$*" != "$(<"$dir/.args")" ]]; then
			find "$dir" -mindepth 1 ! -name .lock -delete
			printf '%s' "$*" >"$dir/.args"
		fi
		rm -f "$dir/.done"
		lab_say "building $name"
		if ! make --no-print-directory "$@" O="$dir" >"$dir/.log" 2>&1 </dev/null; then
			sed 's/^/  /' "$dir/.log" >&2
			lab_die "building $name failed"
		fi
		printf '%s' "$now" >"$dir/.done"
	fi
	exec {fd}>&-
}

# Not empty: the module is to have driver/debug.h's points
lab_points=''

# The module for the kernel that lab_kernel_find chose, into $lab_ko, and the
# one that the tests look at page tables with, into $lab_kexpte_ko.
lab_build_module() {
	local sdk release kexpte=tests/bats/progs/kexpte module
	sdk=$(lab_sdk_kernel)
	release=$(<"$(lab_kernel_dir)/release")
	# shellcheck disable=SC2086 # words
	lab_build "kexpte-$release" $kexpte -- -C "$lab_repo/$kexpte" $sdk
	# shellcheck disable=SC2034 # for the caller
	lab_kexpte_ko=$lab_build_dir/kexpte-$release/kexpte.ko
	if [[ -n ${KEX_KO-} ]]; then
		[[ -r $KEX_KO ]] || lab_die "KEX_KO: no file '$KEX_KO'"
		lab_ko=$KEX_KO
		return
	fi
	module=module-$release${lab_points:+-points}
	# shellcheck disable=SC2086 # words
	lab_build "$module" driver -- -C "$lab_repo/driver" $sdk ${lab_points:+KEX_DEBUG_POINTS=1}
	# shellcheck disable=SC2034 # for the caller
	lab_ko=$lab_build_dir/$module/kex.ko
}

lab_build_user() {
	local sdk
	sdk=$(lab_sdk_user)
	# shellcheck disable=SC2086 # words
	lab_build kexctl "tools/kexctl driver/include" -- -C "$lab_repo/tools/kexctl" $sdk
	# shellcheck disable=SC2086 # words
	lab_build progs "tests/bats/progs driver/include" -- -C "$lab_repo/tests/bats/progs" $sdk
}
