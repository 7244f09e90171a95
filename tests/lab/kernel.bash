# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernels of tests/lab/kernels and the tools to build for them.

# shellcheck source-path=SCRIPTDIR source=lib.bash
. "${BASH_SOURCE[0]%/*}/lib.bash"

lab_kernel_names() {
	awk '!/^#/ && NF { print $1 }' "$lab_dir/kernels"
}

# lab_kernel_marked MARKS: those with one of them in the table
lab_kernel_marked() {
	awk -v marks="$1" '!/^#/ && NF && index(marks, $2) { print $1 }' "$lab_dir/kernels"
}

# lab_kernel_takes NAME FILE: are the file's tests for a kernel that nobody named?
lab_kernel_takes() {
	case $(awk -v name="$1" '$1 == name { print $2 }' "$lab_dir/kernels") in
	[*+]) ;;
	p) [[ ${2##*/} == *pool*.bats ]] ;;
	g) [[ ${2##*/} == *page*.bats ]] ;;
	h) [[ ${2##*/} == *hmm*.bats ]] ;;
	*) false ;;
	esac
}

# Sets kernel_{name,suite,kind,series,flavour,cpu} from the table.
# shellcheck disable=SC2034 # not every caller needs all of them
lab_kernel_find() {
	local name default suite kind series flavour cpu
	while read -r name default suite kind series flavour cpu; do
		[[ $name != '#'* && -n $cpu ]] || continue
		if [[ $name == "${1-}" || (-z ${1-} && $default == '*') ]]; then
			kernel_name=$name kernel_suite=$suite kernel_kind=$kind
			kernel_series=$series kernel_flavour=$flavour kernel_cpu=$cpu
			return
		fi
	done <"$lab_dir/kernels"
	lab_die "no kernel '$1'; there are: $(lab_kernel_names | paste -sd' ')"
}

# What the newest kernel of the series consists of. From 6.19 on the image is
# split in three, and a new version may exist for a while with only the
# unsigned half of the signed pair; it boots the same.
lab_kernel_want() {
	local s=$kernel_suite hit v='' version=0 image glob kbuild
	local -a line
	for glob in "linux-binary-$kernel_series.*[0-9]-$kernel_flavour" \
		"linux-image-$kernel_series.*[0-9]-$kernel_flavour" \
		"linux-binary-$kernel_series.*[0-9]-$kernel_flavour-unsigned"; do
		hit=$(lab_resolve "$glob:arm64/$s" 2>/dev/null) || continue
		read -ra line <<<"$hit"
		if dpkg --compare-versions "${line[5]}" gt "$version"; then
			version=${line[5]} image=${line[4]}
		fi
	done
	if [[ -z ${image-} ]]; then
		lab_say "$s has no kernel $kernel_series for $kernel_flavour"
		return 1
	fi
	v=${image#linux-*-}
	v=${v%-unsigned}
	# Bookworm has one kbuild for all of a series.
	for kbuild in "linux-kbuild-${v%-"$kernel_flavour"}" "linux-kbuild-$kernel_series"; do
		kbuild+=:$lab_arch/$s
		! lab_resolve "$kbuild" >/dev/null 2>&1 || break
	done
	printf '%s\n' "$image:arm64/$s" "linux-headers-$v:arm64/$s" \
		"linux-headers-${v%-"$kernel_flavour"}-common:arm64/$s" "$kbuild"
	if [[ $image == linux-binary-* ]]; then
		printf '%s\n' "linux-modules-$v:arm64/$s" "linux-base-$v:arm64/$s"
	fi
}

# One place for what boots and what builds, whatever the packaging: vmlinuz,
# release, hdr (the headers' folder), and modules.dep.
lab_kernel_finish() {
	local d=$1 final=$2 hdr f v
	hdr=$(echo "$d"/usr/src/linux-headers-*-"$kernel_flavour")
	v=${hdr##*/linux-headers-}
	for f in "$d/usr/lib/modules/$v/vmlinuz" "$d/usr/lib/modules/$v/vmlinuz.unsigned" "$d/boot/vmlinuz-$v"; do
		[[ ! -e $f ]] || mv "$f" "$d/vmlinuz"
	done
	[[ -e $d/vmlinuz ]] || return 1
	echo "$v" >"$d/release"
	ln -s "usr/src/${hdr##*/}" "$d/hdr"
	depmod -b "$d" "$v" || return 1

	# The Makefiles name each other by absolute path.
	# shellcheck disable=SC2016 # for make
	sed -i -e '1i labhdr := $(patsubst %/,%,$(dir $(realpath $(lastword $(MAKEFILE_LIST)))))' \
		-e 's#^KBUILD_OUTPUT=/usr/src/[^ ]*#KBUILD_OUTPUT=$(labhdr)#' \
		-e 's#/usr/src/\(linux-headers-[^ ]*-common\)#$(labhdr)/../\1#' "$hdr/Makefile" || return 1
	# They insist on a cross compiler that is found through PATH.
	sed -i -e '/^override CROSS_COMPILE = /d' "$hdr/.kernelvariables" || return 1
	lab_wrap_for_libc "$d"/usr/lib/linux-kbuild-*
}

# --- kernels that are built ------------------------------------------------------

lab_built_want() {
	echo "linux-source-$kernel_series*/$kernel_suite"
}

# Configures and compiles, then leaves the same places as a stock kernel's set.
# In the source folder itself, not with O=: then nothing names it by its path,
# and what modules need of it can be moved. Neither time nor machine get into
# the image, so that --icount figures are the same wherever it was built.
lab_built_finish() {
	local d=$1 src=$1/src f v
	# not what an outer make was told, or -j
	local -a make=(env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u KBUILD_OUTPUT make -C "$src" ARCH=arm64
		CROSS_COMPILE="$lab_built_gcc/usr/bin/aarch64-linux-gnu-"
		CC="$lab_built_gcc/usr/bin/aarch64-linux-gnu-gcc-14" LOCALVERSION=
		KBUILD_BUILD_TIMESTAMP=2020-01-01 KBUILD_BUILD_USER=kex KBUILD_BUILD_HOST=lab)

	"$lab_dir/install-deps" kernel || return 1
	lab_say "  sources"
	mkdir "$src" || return 1
	tar -x -C "$src" --strip-components=1 -f "$d"/usr/src/linux-source-*.tar.xz || return 1
	rm -rf "$d/usr/src"

	lab_built_options >"$d/options" || return 1
	"${make[@]}" KCONFIG_ALLCONFIG="$d/options" allnoconfig >"$d/log" 2>&1 || lab_built_log "$d/log" || return 1
	lab_built_check "$d/options" "$src/.config" || return 1
	lab_say "  compiling with $(nproc) processors, about ten minutes on two"
	"${make[@]}" -j "$(nproc)" Image modules 2>&1 </dev/null | lab_built_progress >"$d/log" ||
		lab_built_log "$d/log" || return 1
	"${make[@]}" INSTALL_MOD_PATH="$d/usr" INSTALL_MOD_STRIP=1 modules_install >"$d/log" 2>&1 ||
		lab_built_log "$d/log" || return 1

	v=$(<"$src/include/config/kernel.release") || return 1
	echo "$v" >"$d/release"
	mv "$src/arch/arm64/boot/Image" "$d/vmlinuz" || return 1
	rm -f "$d/usr/lib/modules/$v/build" "$d/usr/lib/modules/$v/source"
	depmod -b "$d" "$v" || return 1

	mkdir -p "$d/hdr/arch/arm64" || return 1
	for f in Makefile .config Module.symvers include scripts arch/arm64/{Makefile,include}; do
		mv "$src/$f" "$d/hdr/$f" || return 1
	done
	rm -rf "$src" "$d/log"
	lab_say "  done"
}

# The options of kernel $kernel_name. Its release has the name's end, or
# modules for several kernels of one source would be taken for each other's.
lab_built_options() {
	local f
	for f in ${kernel_flavour//+/ }; do
		cat "$lab_dir/config/$f.config" || return 1
	done
	printf 'CONFIG_LOCALVERSION="-%s"\n' "${kernel_name#"$kernel_series"-}"
}

# Of two lines for one option the last counts. None may be missing without
# notice in what came of them: a detector that is off finds nothing.
lab_built_check() {
	local lost
	lost=$(awk -F = '
		/^#/ || !NF { next }
		NR == FNR { want[$1] = $2; next }
		{ got[$1] = $2 }
		END {
			for (o in want)
				if (want[o] != (o in got ? got[o] : "n"))
					print " " o "=" want[o]
		}' "$1" "$2" | sort)
	[[ -z $lost ]] || {
		lab_say "$kernel_name cannot have these options:"$'\n'"$lost"
		return 1
	}
}

# Copies make's output and tells now and then how far it has got.
lab_built_progress() {
	local line n=0 next=$((EPOCHSECONDS + 30))
	while IFS= read -r line; do
		printf '%s\n' "$line"
		n=$((n + 1))
		if ((EPOCHSECONDS >= next)); then
			lab_say "  $n files: ${line##* }"
			next=$((EPOCHSECONDS + 30))
		fi
	done
}

lab_built_log() {
	tail -n 30 "$1" | sed 's/^/kex-lab:   /' >&2
	return 1
}

# A set like others, whose key has all that the kernel is made of.
lab_built() {
	local lab_built_gcc lab_set_extra
	lab_built_gcc=$(lab_gcc) || exit
	lab_set_extra=$(
		lab_built_options || exit
		printf '%s\n' "$lab_built_gcc"
		declare -f lab_built_options
	) || lab_die "no options for kernel '$kernel_name'"
	lab_set "kernel-$kernel_name" lab_built_want lab_built_finish
}

# --- tools that run on this machine -------------------------------------------

# Programs of a newer Debian want a newer C library than this machine may have.
# They get trixie's by name; nothing is installed.
lab_libc_want() {
	echo "libc6:$lab_arch/trixie"
}

lab_no_finish() {
	:
}

lab_libc() {
	lab_set "libc-$lab_arch" lab_libc_want lab_no_finish
}

lab_multiarch() {
	case $lab_arch in
	amd64) echo x86_64-linux-gnu ld-linux-x86-64.so.2 ;;
	arm64) echo aarch64-linux-gnu ld-linux-aarch64.so.1 ;;
	*) lab_die "this machine is $lab_arch; the lab runs on amd64 and arm64" ;;
	esac
}

lab_is_elf_program() {
	local magic
	LC_ALL=C read -rN4 magic <"$1" 2>/dev/null || return 1
	[[ $magic == $'\177ELF' ]] && head -c 4096 "$1" | grep -qa '/ld-linux-'
}

lab_wrap_for_libc() {
	local f m here libc triplet ld path
	here=$(dpkg-query -W -f '${Version}' libc6)
	read -r triplet ld < <(lab_multiarch)
	while read -r -d '' f; do
		lab_is_elf_program "$f" || continue
		m=$(grep -aoE 'GLIBC_2\.[0-9]+' "$f" | sort -uV | tail -n 1)
		dpkg --compare-versions "${m#GLIBC_}" gt "$here" || continue
		libc=${libc-$(lab_libc)}
		path=$libc/usr/lib/$triplet
		mv "$f" "$f.elf" || return 1
		# shellcheck disable=SC2016 # for sh
		printf '#!/bin/sh\nexec %s --library-path %s:/lib/%s:/usr/lib/%s "$0.elf" "$@"\n' \
			"$path/$ld" "$path" "$triplet" "$triplet" >"$f" || return 1
		chmod +x "$f"
	done < <(find "$@" -type f -perm -100 -print0)
}

# Trixie's compiler, the oldest that builds modules for all kernels which load
# and can be traced: from 6.12 on functions must be aligned in a way that
# gcc-12 cannot.
lab_gcc_want() {
	local p cross=-aarch64-linux-gnu devs=libgcc-14-dev-arm64-cross
	if [[ $lab_arch == arm64 ]]; then
		devs=libgcc-14-dev
	fi
	for p in "gcc-14$cross" "cpp-14$cross" "binutils$cross" "$devs" libbinutils libgmp10 libisl23 libmpc3 \
		libmpfr6 libzstd1 zlib1g libjansson4 libsframe1 libstdc++6 libgcc-s1 libc6; do
		echo "$p:$lab_arch/trixie"
	done
}

lab_gcc_finish() {
	local d=$1 final=$2 f triplet ld lib p
	read -r triplet ld < <(lab_multiarch)
	lib=$final/usr/lib/$triplet
	while read -r -d '' f; do
		lab_is_elf_program "$f" || continue
		p=$final${f#"$d"}
		mv "$f" "$f.elf" || return 1
		# gcc finds its parts relative to argv[0]
		# shellcheck disable=SC2016 # for sh
		printf '#!/bin/sh\nexec %s/%s --argv0 "$0" --library-path %s %s.elf "$@"\n' \
			"$lib" "$ld" "$lib" "$p" >"$f" || return 1
		chmod +x "$f"
	done < <(find "$d"/usr/bin "$d"/usr/libexec "$d"/usr/aarch64-linux-gnu/bin -type f -perm -100 -print0 2>/dev/null)
}

lab_gcc() {
	lab_set "gcc14-$lab_arch" lab_gcc_want lab_gcc_finish
}

# What user space in the guest is built against and runs on: bookworm's.
lab_sysroot_want() {
	local p
	for p in libc6-dev libc6 linux-libc-dev libgcc-s1 libsysfs-dev libsysfs2 libjson-c-dev libjson-c5; do
		echo "$p:arm64/bookworm"
	done
}

lab_sysroot() {
	lab_set sysroot-arm64 lab_sysroot_want lab_no_finish
}

# --- make arguments -----------------------------------------------------------

# Module builds for the kernel that lab_kernel_find chose. Without BTF: pahole
# would have to be as new as the kernel; nor need its version be compared then.
lab_kernel_dir() {
	case $kernel_kind in
	stock) lab_set "kernel-$kernel_name" lab_kernel_want lab_kernel_finish ;;
	built) lab_built ;;
	*) lab_die "kernel '$kernel_name' is of no known kind" ;;
	esac
}

lab_sdk_kernel() {
	local k g
	k=$(lab_kernel_dir)
	g=$(lab_gcc)
	printf 'KDIR=%s ARCH=arm64 CROSS_COMPILE=%s CC=%s %s\n' \
		"$k/hdr" "$g/usr/bin/aarch64-linux-gnu-" "$g/usr/bin/aarch64-linux-gnu-gcc-14" \
		'CONFIG_DEBUG_INFO_BTF_MODULES= PAHOLE_VERSION=0 CONFIG_PAHOLE_VERSION=0'
}

# lab_kernel_module NAME: the path of NAME.ko of the kernel that was found, or nothing
lab_kernel_module() {
	local k
	k=$(lab_kernel_dir)
	find "$k/" -name "$1.ko"
}

# User space: a compiler that needs no further flags, as one word.
lab_sdk_user() {
	local g s dir tmp
	g=$(lab_gcc)
	s=$(lab_sysroot)
	dir=$(sha256sum <<<"$g $s")
	dir=$lab_cache/user/${dir:0:16}
	if [[ ! -x $dir/cc ]]; then
		tmp=$dir.$BASHPID.tmp
		mkdir -p "$tmp"
		printf '#!/bin/sh\nexec %s --sysroot=%s "$@"\n' "$g/usr/bin/aarch64-linux-gnu-gcc-14" "$s" >"$tmp/cc"
		chmod +x "$tmp/cc"
		# Somebody else may have been faster with the same.
		mv -T "$tmp" "$dir" 2>/dev/null || rm -rf "$tmp"
	fi
	printf 'CROSS_COMPILE=%s CC=%s\n' "$g/usr/bin/aarch64-linux-gnu-" "$dir/cc"
}
