# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2016 # scripts for guests and subshells
#
# The lab is what all other tests are believed through, so it has tests of its
# own. They run on this machine and boot the kernel that boots fastest, or the
# one that KEX_KERNEL names: KEX_KERNEL=64k-lab bats tests/lab/selftest.bats

bats_require_minimum_version 1.5.0

setup() {
	LAB=$BATS_TEST_DIRNAME
	KERNEL=${KEX_KERNEL:-6.1}
	# What a test leaves behind is seen here.
	export TMPDIR=$BATS_TEST_TMPDIR
}

# A guest without the module: nothing here is about it.
guest() {
	"$LAB/run" --kernel "$KERNEL" --bare --timeout 100 "$@"
}

in_stderr() {
	if [[ $stderr != *"$1"* ]]; then
		printf 'no "%s" in stderr:\n%s\n' "$1" "$stderr"
		return 1
	fi
}

# The lab's functions, with a cache of the test's own.
library() {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	lab_script=$BATS_TEST_TMPDIR/script
	{
		printf 'set -euo pipefail\nshopt -s extglob\n. %q\n' "$LAB/kernel.bash"
		cat
	} >"$lab_script"
	bash "$lab_script"
}

@test "the command's exit status passes through: 0, 1, 37 and 255" {
	for code in 0 1 37 255; do
		run -"$code" --separate-stderr guest -- bash -c "exit $code"
		[ -z "$output" ]
	done
}

@test "stdout and stderr come out apart and to the byte" {
	head -c 700001 /dev/urandom >"$TMPDIR/a"
	head -c 300007 /dev/urandom >"$TMPDIR/b"
	guest --add "$TMPDIR/a" --add "$TMPDIR/b" -- bash -c 'cat b >/dev/stderr; cat a; exit 0' \
		>"$TMPDIR/out" 2>"$TMPDIR/err"
	cmp "$TMPDIR/a" "$TMPDIR/out"
	cmp "$TMPDIR/b" "$TMPDIR/err"
}

@test "output streams while the command runs" {
	mkfifo "$TMPDIR/fifo"
	"$LAB/run" --kernel "$KERNEL" --bare -- bash -c 'echo first; sleep 1000' >"$TMPDIR/fifo" 3>&- &
	pid=$!
	read -r -t 60 line <"$TMPDIR/fifo"
	kill "$pid"
	rc=0
	wait "$pid" || rc=$?
	[ $rc = 143 ]
	[ "$line" = first ]
}

@test "words reach the command as they are, a single one with blanks goes to bash" {
	run -0 --separate-stderr guest -- printf '<%s>' 'a  b' '' '*' "it's" $'n\nl'
	[ "$output" = $'<a  b><><*><it\'s><n\nl>' ]
	run -3 --separate-stderr guest 'for i in 1 2; do echo $i; done; exit 3'
	[ "$output" = $'1\n2' ]
}

@test "a panic is a failure that shows it" {
	# More than the pipe to the port holds, or a quick panic would leave it there
	run -121 --separate-stderr guest -- bash -c 'seq 400000; echo c >/proc/sysrq-trigger'
	[[ $output == $'1\n2\n3\n'* ]]
	in_stderr "Kernel panic"
	in_stderr "run: the guest died"
}

@test "a guest that switches itself off early is a failure" {
	run -121 --separate-stderr guest -- bash -c 'echo o >/proc/sysrq-trigger; sleep 100'
	in_stderr "run: the guest died before the command ended"
}

@test "a hang is killed with a message" {
	run -124 --separate-stderr "$LAB/run" --kernel "$KERNEL" --bare --timeout 10 -- sleep 1000
	in_stderr "run: no end after 10 seconds, killed"
}

@test "a complaint of the kernel fails a command that succeeded, and is shown" {
	cp "$LAB"/progs/{splat.c,Kbuild} "$TMPDIR"
	sdk=$("$LAB/sdk" "$KERNEL")
	kdir=${sdk#KDIR=}
	# shellcheck disable=SC2086 # words
	make -s -C "${kdir%% *}" M="$TMPDIR" $sdk modules
	run -120 --separate-stderr guest --add "$TMPDIR/splat.ko" -- bash -c 'insmod splat.ko && echo loaded'
	[ "$output" = loaded ]
	in_stderr "splat: on purpose"
	in_stderr "run: failed for the kernel's complaint above; the command's own status was 0"
}

@test "a call trace or a fault without memory is no complaint while a test makes allocations fail, and is one after that" {
	local mark='kex-test: allocations are made to fail'
	run -0 --separate-stderr guest -- bash -c "
		for line in '$mark: begin' 'Call trace:' 'Huh VM_FAULT_OOM leaked' '$mark: end'; do echo \"\$line\" >/dev/kmsg; done"
	run -120 --separate-stderr guest -- bash -c "
		for line in '$mark: begin' '$mark: end' 'Call trace:'; do echo \"\$line\" >/dev/kmsg; done"
	in_stderr "complained"
}

@test "a kernel that is not in the list is refused, and the list is told" {
	run -125 --separate-stderr "$LAB/run" --kernel 5.99 -- true
	in_stderr "run: no kernel '5.99'; there are: 6.1 6.12 7"
	run -125 --separate-stderr "$LAB/suite" --kernels 5.99
	in_stderr "no kernel '5.99'"
	run -125 --separate-stderr "$LAB/sdk" 5.99
	in_stderr "no kernel '5.99'"
}

@test "wrong usage is refused before anything is done" {
	run -125 --separate-stderr "$LAB/run" --frobnicate -- true
	in_stderr "unknown option '--frobnicate'"
	run -125 --separate-stderr "$LAB/run" --timeout never -- true
	in_stderr "--timeout 'never': want a number of seconds"
	run -125 --separate-stderr "$LAB/run" --kernel
	in_stderr "option '--kernel' needs a value"
	run -125 --separate-stderr "$LAB/run" --add "$TMPDIR/none" -- true
	in_stderr "/none': no such file"
	run -125 --separate-stderr "$LAB/fetch" hello
	in_stderr "want PACKAGE[:ARCH]/SUITE"
	run -125 --separate-stderr "$LAB/suite" "$TMPDIR/none.bats"
	in_stderr "no file"
}

@test "a module that does not load is a failure of the lab, with the reason" {
	echo junk >"$TMPDIR/kex.ko"
	KEX_KO=$TMPDIR/kex.ko run -125 --separate-stderr \
		"$LAB/run" --kernel "$KERNEL" --timeout 100 -- true
	in_stderr "run: the module does not load"
}

@test "two runs at once do not disturb each other" {
	guest -- bash -c 'echo one; exit 11' >"$TMPDIR/one" &
	one=$!
	guest -- bash -c 'echo two; exit 12' >"$TMPDIR/two" &
	two=$!
	rc=0
	wait $one || rc=$?
	[ $rc = 11 ]
	wait $two || rc=$?
	[ $rc = 12 ]
	[ "$(<"$TMPDIR/one")" = one ]
	[ "$(<"$TMPDIR/two")" = two ]
}

@test "a run that is killed takes its guest along and leaves no files" {
	mkfifo "$TMPDIR/fifo"
	"$LAB/run" --kernel "$KERNEL" --bare -- bash -c 'echo up; sleep 1000' >"$TMPDIR/fifo" 3>&- &
	pid=$!
	read -r -t 100 _ <"$TMPDIR/fifo"
	work=$(echo "$TMPDIR"/kex-lab.*)
	[ -d "$work" ]
	pgrep -f "$work/initrd"
	kill "$pid"
	rc=0
	wait "$pid" || rc=$?
	[ $rc = 143 ]
	run ! pgrep -f "$work/initrd"
	[ ! -e "$work" ]
}

@test "files are added with their mode, stdin is empty, nothing is loaded with --bare" {
	printf '#!/bin/sh\necho "args: $*"\n' >"$TMPDIR/script"
	chmod 750 "$TMPDIR/script"
	run -0 --separate-stderr guest --add "$TMPDIR/script" -- bash -c '
		pwd; ./script 1 2; stat -c %a script; cat
		grep -e ^configfs -e ^kex /proc/modules; grep " configfs " /proc/mounts
		true' <<<"not for the guest"
	[ "$output" = $'/kex\nargs: 1 2\n750' ]
}

@test "without a command the commands come from stdin" {
	run -9 --separate-stderr guest <<<'echo "$((6 * 7)) $KEX_KERNEL"; exit 9'
	[ "$output" = "42 $KERNEL" ]
}

@test "the guest has the two carve-outs and what the tests use" {
	run -0 --separate-stderr guest -- bash -c '
		grep -c -e "^60000000-63ffffff : reserved" -e "^68000000-68ffffff : reserved" /proc/iomem
		type -p bats jq cmp find grep awk ps kmod mount kexctl xxd setpriv >/dev/null && uname -m'
	[ "$output" = $'2\naarch64' ]
}

@test "--overlay takes other device trees and --append ends the kernel's command line" {
	local i
	for i in 1 2; do
		cat >"$BATS_TEST_TMPDIR/$i.dtso" <<-END
			/dts-v1/;
			/plugin/;
			&{/} {
				lab-$i { value = "$BATS_TEST_TMPDIR"; };
			};
		END
	done
	run --separate-stderr -0 guest --overlay "$BATS_TEST_TMPDIR/1.dtso" \
		--overlay="$BATS_TEST_TMPDIR/2.dtso" --append mem=512M --append=lab.key=5 \
		'cd /proc/device-tree; echo lab-* *-carveout; cat /proc/cmdline'
	[[ ${lines[0]} == "lab-1 lab-2 *-carveout" ]]
	[[ ${lines[1]} == *" mem=512M lab.key=5" ]]
	run --separate-stderr -125 guest --overlay "$BATS_TEST_TMPDIR/3.dtso" true
	in_stderr "3.dtso': no such file"
	echo '&{/} { lab-3 = ;' >>"$BATS_TEST_TMPDIR/2.dtso"
	run --separate-stderr -125 guest --overlay "$BATS_TEST_TMPDIR/2.dtso" true
	in_stderr "syntax error"
}

@test "--ram keeps the guest's memory in a file" {
	# A secret that no file of the guest holds in one piece.
	cd "$TMPDIR"
	guest --ram ram -- bash -c 'a=kex-; for b in 1 2; do a+=$a; done; s=$a; echo "$s" >/tmp/secret'
	[ "$(stat -c %s "$TMPDIR/ram")" = $((1 << 30)) ]
	grep -qam1 kex-kex-kex-kex- "$TMPDIR/ram"
}

@test "with --icount the same run takes the same time to the nanosecond" {
	figures() {
		"$LAB/run" --kernel "$KERNEL" --bare --icount --timeout 200 -- bash -c '
			for ((i = 0; i < 2; i++)); do
				a=$EPOCHREALTIME
				for ((j = 0; j < 20000; j++)); do :; done
				b=$EPOCHREALTIME
				# a kernel without RTC starts in 1970
				echo $((10#${b/./} - 10#${a/./}))
			done; head -1 /proc/timer_list >/dev/null; cat /proc/uptime'
	}
	first=$(figures)
	second=$(figures)
	echo "$first"
	[ "$first" = "$second" ]
}

@test "the suite counts what a dead guest did not run as failed" {
	# A repository with other tests, and a build folder of its own: what is
	# built for another path would throw away what guests are being made of.
	mkdir -p "$TMPDIR/repo/tests/bats"
	ln -s "$LAB" "$TMPDIR/repo/tests/lab"
	for d in driver tools dts; do
		ln -s "$LAB/../../$d" "$TMPDIR/repo/$d"
	done
	ln -s "$LAB/../bats/progs" "$TMPDIR/repo/tests/bats/progs"
	# bats would take a line that begins with the word for a test of this file.
	sed 's/^/@test /' >"$TMPDIR/repo/tests/bats/x.bats" <<-'END'
	"passes" { echo "# note: so many" >&3; }
	"skips" { skip "a reason"; }
	"fails" { echo why; false; }
	"dies" { echo b >/proc/sysrq-trigger; sleep 100; }
	"never runs" { true; }
	END
	run -1 --separate-stderr "$TMPDIR/repo/tests/lab/suite" --kernels "$KERNEL" "$TMPDIR/repo/tests/bats/x.bats"
	echo "$output"
	[ "${lines[-1]}" = "1 passed, 3 failed, 1 skipped" ]
	[[ $output == *"not ok 3 fails"*"why"* ]]
	[[ $output == *"2 tests did not run (status 121)"* ]]
	[[ $output == *$'\n    so many\n'* ]]
	[[ $output == *"$KERNEL  skips: a reason"* ]]
	# the failures stand at the end as well, where no long list hides them
	[[ ${output##*$'\nfailed:\n'} == "  $KERNEL  x:"*"not ok 3 fails"*"why"*"2 tests did not run"* ]]
	[[ $output == *"kernel $KERNEL ("[6-9].*")"* ]]
}

@test "mirrors are found in both formats of apt's sources" {
	cat >"$TMPDIR/a.list" <<-'END'
	# deb http://no.example/debian bookworm main
	deb-src http://src.example/debian bookworm main
	deb [arch=amd64 signed-by=/x y=z]  http://one.example/debian/ bookworm main contrib # why
	deb	http://sec.example/debian-security	bookworm-security	main
	END
	cat >"$TMPDIR/b.sources" <<-'END'
	# comment
	Types: deb-src
	URIs: http://src.example/debian
	Suites: trixie

	Types: deb deb-src
	URIs: http://two.example/debian http://three.example/debian
	Suites: trixie
	 trixie-updates
	Components: main

	Enabled: no
	Types: deb
	URIs: http://off.example/debian
	Suites: trixie
	END
	run -0 library <<-END
	lab_sources "$TMPDIR/a.list" "$TMPDIR/b.sources" | sort
	END
	diff <(echo "$output") - <<-'END'
	bookworm http://one.example/debian/
	bookworm-security http://sec.example/debian-security
	trixie http://three.example/debian
	trixie http://two.example/debian
	trixie-updates http://three.example/debian
	trixie-updates http://two.example/debian
	END
}

@test "the mirror is the one of this machine's suite, also through a list of mirrors" {
	printf '# best first\nhttp://best.example/debian\nhttp://next.example/debian\n' >"$TMPDIR/mirrors"
	run -0 library <<-END
	printf '%s\n' 'tool http://tool.example' 'bookworm http://one.example/debian/' | lab_pick_mirror bookworm
	printf '%s\n' 'bookworm cdrom:[x]/' "bookworm mirror+file:$TMPDIR/mirrors" | lab_pick_mirror bookworm
	printf '%s\n' 'bookworm-security http://s.example/' | lab_pick_mirror '*-security'
	printf '%s\n' 'tool http://tool.example' | lab_pick_mirror bookworm || echo none
	END
	[ "$output" = $'http://one.example/debian\nhttp://best.example/debian\nhttp://s.example\nnone' ]
}

# A package for a set of one, and an answer that names it.
make_answer() {
	asked=$(sha256sum </dev/null | cut -c 1-8) # by a function that there is not
	mkdir -p "$TMPDIR/p/DEBIAN" "$TMPDIR/p/usr/share" "$TMPDIR/cache/kex-lab/answers"
	printf 'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >"$TMPDIR/p/DEBIAN/control"
	echo hello >"$TMPDIR/p/usr/share/hello"
	dpkg-deb -b "$TMPDIR/p" "$TMPDIR/p.deb" >/dev/null
	sha=$(sha256sum <"$TMPDIR/p.deb")
	printf 'file:%s %s %s p_1_all p 1\n' "$TMPDIR/p.deb" "${sha%% *}" "$(stat -c %s "$TMPDIR/p.deb")" \
		>"$TMPDIR/cache/kex-lab/answers/p.$asked"
}

@test "a cut download is not taken, and what it left is not either" {
	make_answer
	debs=$TMPDIR/cache/kex-lab/debs
	mkdir -p "$debs"
	cp "$TMPDIR/p.deb" "$TMPDIR/whole.deb"
	head -c 300 "$TMPDIR/whole.deb" >"$TMPDIR/p.deb"
	head -c 300 "$TMPDIR/whole.deb" >"$debs/p_1_all.deb.1234.part"
	run -125 --separate-stderr library <<<'lab_set p none lab_no_finish'
	in_stderr "p: download failed"
	[ ! -e "$debs/p_1_all.deb" ]
	[ -z "$(find "$TMPDIR/cache/kex-lab/sets" -name hello)" ]

	cp "$TMPDIR/whole.deb" "$TMPDIR/p.deb"
	run -0 --separate-stderr library <<<'lab_set p none lab_no_finish'
	[ "$(<"$output/usr/share/hello")" = hello ]
}

@test "a run that was killed while unpacking leaves nothing that is taken for whole" {
	make_answer
	library <<<'dir=$(lab_set_dir p lab_no_finish "$(lab_answer p none)"); mkdir -p "$dir.99.tmp/usr/share"; echo half >"$dir.99.tmp/usr/share/hello"'
	run -0 --separate-stderr library <<<'lab_set p none lab_no_finish'
	[ "$(<"$output/usr/share/hello")" = hello ]
	[ -z "$(find "$TMPDIR/cache/kex-lab/sets" -name '*.tmp')" ]
}

@test "with a full cache no network is needed, whatever its age" {
	make_answer
	run -0 --separate-stderr library <<<'lab_set p none lab_no_finish'
	first=$output
	rm "$TMPDIR/p.deb"
	# fresh: nobody is asked
	KEX_MIRROR=http://127.0.0.1:9/debian run -0 --separate-stderr library <<<'lab_set p none lab_no_finish'
	[ "$output" = "$first" ]
	[ -z "$stderr" ]
	# old: the mirror is tried, in vain, and not again at once
	touch -d '3 days ago' "$TMPDIR/cache/kex-lab/answers/p.$asked"
	KEX_MIRROR=http://127.0.0.1:9/debian run -0 --separate-stderr library <<<'lab_set p none lab_no_finish'
	[ "$output" = "$first" ]
	in_stderr "using what was fetched before"
	KEX_MIRROR=http://127.0.0.1:9/debian run -0 --separate-stderr library <<<'lab_set p none lab_no_finish'
	[ "$output" = "$first" ]
	[ -z "$stderr" ]
}

@test "a list of packages that has changed is asked for at once, and that of before is still known" {
	make_answer
	run -0 --separate-stderr library <<'END'
more() { echo asked for more >&2; false; }
lab_update_lists() { :; }
lab_set p none lab_no_finish
echo changed >&2
lab_set p more lab_no_finish
echo changed back >&2
lab_set p none lab_no_finish
END
	[[ $stderr == *$'\nchanged\nasked for more\nkex-lab: p: cannot ask'*$'\nchanged back' ]]
	[ "${lines[0]}" = "${lines[1]}" ]
	[ "${lines[0]}" = "${lines[2]}" ]
	[ "$(<"${lines[0]}/usr/share/hello")" = hello ]
}

@test "names with stars are asked for as they are, also by the suite, which has nullglob" {
	run -125 --separate-stderr library <<-'END'
	shopt -s nullglob
	lab_update_lists() { :; }
	lab_resolve() { printf 'asked for %s\n' "$@" >&2; return 1; }
	want() { printf '%s\n' 'linux-source-6.12*/trixie' 'p/trixie'; }
	lab_set p want lab_no_finish
	END
	in_stderr 'asked for linux-source-6.12*/trixie'
	in_stderr 'asked for p/trixie'
}

@test "with an empty cache and no mirror the failure says so" {
	KEX_MIRROR=http://127.0.0.1:9/debian run -125 --separate-stderr library <<<'lab_set p none lab_no_finish'
	in_stderr "p: cannot be fetched, and there is no former copy"
}

@test "of several versions the newest is taken, and names match whole" {
	cat >"$TMPDIR/Packages" <<-'END'
	Package: linux-image-6.1.0-9-arm64
	Version: 6.1.9-1
	Architecture: arm64
	Filename: pool/9.deb
	Size: 1
	SHA256: a

	Package: linux-image-6.1.0-10-arm64
	Version: 6.1.10-1
	Architecture: arm64
	Filename: pool/10.deb
	Size: 2
	SHA256: b

	Package: linux-image-6.1.0-11-cloud-arm64
	Version: 6.1.11-1
	Architecture: arm64
	Filename: pool/11.deb
	Size: 3
	SHA256: c
	END
	run -0 library <<<'lab_newest "linux-image-6.1.*[0-9]-arm64" "$TMPDIR/Packages|http://m.example/"'
	[ "$output" = "http://m.example/pool/10.deb b 2 linux-image-6.1.0-10-arm64_6.1.10-1_arm64 linux-image-6.1.0-10-arm64 6.1.10-1" ]
}

# Packages as "SUITE/NAME VERSION" lines, for what a kernel consists of.
kernel_packages() { # KERNEL
	{
		cat <<-'END'
		lab_resolve() {
			local spec name best=
			for spec; do
				name=${spec%:*}
				while read -r pkg version; do
					[[ $pkg == $name ]] && best="uri sha 1 file $pkg $version"
				done <"$TMPDIR/list"
				[[ -n $best ]] || return 1
				echo "$best"
			done
		}
		END
		printf 'lab_kernel_find %s\nlab_arch=amd64\nlab_kernel_want | cut -d: -f1 | paste -sd" "\n' "$1"
	} | library
}

@test "a kernel is found in each of Debian's packagings, unsigned where it is the newest" {
	cat >"$TMPDIR/list" <<-'END'
	linux-image-6.1.0-56-arm64 6.1.192-2
	linux-headers-6.1.0-56-arm64 6.1.192-2
	linux-kbuild-6.1 6.1.192-2
	linux-image-6.12.117+deb13-arm64 6.12.117-1
	linux-kbuild-6.12.117+deb13 6.12.117-1
	linux-image-7.2.12+deb13-arm64 7.2.12-1
	linux-binary-7.2.12+deb13-arm64 7.2.12-1
	linux-binary-7.2.12+deb13-arm64-unsigned 7.2.12-1
	linux-kbuild-7.2.12+deb13 7.2.12-1
	END
	run -0 kernel_packages 6.1
	[ "$output" = "linux-image-6.1.0-56-arm64 linux-headers-6.1.0-56-arm64 linux-headers-6.1.0-56-common linux-kbuild-6.1" ]
	run -0 kernel_packages 6.12
	v=6.12.117+deb13
	[ "$output" = "linux-image-$v-arm64 linux-headers-$v-arm64 linux-headers-$v-common linux-kbuild-$v" ]
	run -0 kernel_packages 7
	v=7.2.12+deb13
	[ "$output" = "linux-binary-$v-arm64 linux-headers-$v-arm64 linux-headers-$v-common linux-kbuild-$v linux-modules-$v-arm64 linux-base-$v-arm64" ]

	echo 'linux-binary-7.3.4+deb13-arm64-unsigned 7.3.4-1' >>"$TMPDIR/list"
	echo 'linux-kbuild-7.3.4+deb13 7.3.4-1' >>"$TMPDIR/list"
	run -0 kernel_packages 7
	v=7.3.4+deb13
	[ "$output" = "linux-binary-$v-arm64-unsigned linux-headers-$v-arm64 linux-headers-$v-common linux-kbuild-$v linux-modules-$v-arm64 linux-base-$v-arm64" ]
}

@test "packages that are there are not installed again, missing ones are named with the reason" {
	mkdir "$TMPDIR/bin"
	printf '#!/bin/sh\necho "$@" >>"%s"\n' "$TMPDIR/apt" >"$TMPDIR/bin/apt-get"
	printf '#!/bin/sh\nwhile [ "${1#*=}" != "$1" ]; do shift; done\nexec "$@"\n' >"$TMPDIR/bin/sudo"
	chmod +x "$TMPDIR"/bin/*
	PATH=$TMPDIR/bin:$PATH run -0 --separate-stderr "$LAB/install-deps" dpkg bash
	[ ! -e "$TMPDIR/apt" ]
	[ -z "$stderr" ]
	PATH=$TMPDIR/bin:$PATH run -0 --separate-stderr "$LAB/install-deps" dpkg kex-no-such-package
	in_stderr "kex-no-such-package    asked for by name"
	[[ $(<"$TMPDIR/apt") == *"install kex-no-such-package" ]]
}

@test "an option that a built kernel did not get is named, the last line for it counts" {
	printf 'CONFIG_A=y\nCONFIG_B=y\n# comment\nCONFIG_B=n\nCONFIG_C=n\nCONFIG_D=16\nCONFIG_E="x"\n' >"$TMPDIR/options"
	printf 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_D=16\nCONFIG_E="x"\n' >"$TMPDIR/config"
	run -0 library <<<'kernel_name=k; lab_built_check "$TMPDIR/options" "$TMPDIR/config"'
	[ -z "$output" ]
	printf 'CONFIG_C=y\nCONFIG_D=17\nCONFIG_E="x"\n' >"$TMPDIR/config"
	run -1 --separate-stderr library <<<'kernel_name=k; lab_built_check "$TMPDIR/options" "$TMPDIR/config"'
	[ "$stderr" = $'kex-lab: k cannot have these options:\n CONFIG_A=y\n CONFIG_C=n\n CONFIG_D=16' ]
}

@test "a built kernel's key changes with its options, and its release tells it from others" {
	run -0 library <<-'END'
	lab_kernel_find 6.12-debug
	lab_built_options | grep -xe CONFIG_KASAN=y -e CONFIG_VIRTIO_CONSOLE=y -e 'CONFIG_LOCALVERSION=.*'
	touch "$TMPDIR/answer"
	lab_set_dir k lab_built_finish "$TMPDIR/answer"; echo
	lab_set_extra=x
	lab_set_dir k lab_built_finish "$TMPDIR/answer"
	END
	[ "${lines[0]}" = CONFIG_VIRTIO_CONSOLE=y ]
	[ "${lines[1]}" = CONFIG_KASAN=y ]
	[ "${lines[2]}" = 'CONFIG_LOCALVERSION="-debug"' ]
	[ -n "${lines[3]}" ]
	[ "${lines[3]}" != "${lines[4]}" ]
}

@test "the suite takes the stock kernels of each series, and others for pools and pages, unless they are named" {
	run -0 library <<-'END'
	for f in tests/bats/evict.bats tests/bats/kexctl-pool.bats tests/bats/host/pool-ram.bats \
		tests/bats/host/pool-hmm.bats tests/bats/kexctl-page.bats; do
		for k in $(lab_kernel_marked '*+pgh'); do
			! lab_kernel_takes "$k" "$f" || printf '%s ' "$k"
		done
		echo
	done
	END
	[ "${lines[0]}" = "6.1 6.12 7 " ]
	[ "${lines[1]}" = "6.1 6.12 7 6.12-lab " ]
	[ "${lines[2]}" = "${lines[1]}" ]
	[ "${lines[3]}" = "6.1 6.12 7 6.12-lab 7-lab " ]
	[ "${lines[4]}" = "6.1 6.12 7 7-16k " ]
}

@test "a module of a kernel is found by its name, and what it has not is nothing" {
	mkdir -p "$TMPDIR/k/lib/modules"
	touch "$TMPDIR/k/lib/modules/"{a,b_a}.ko
	run -0 library <<-'END'
	lab_kernel_dir() { echo "$TMPDIR/k"; }
	lab_kernel_module a
	lab_kernel_module c
	END
	[ "$output" = "$TMPDIR/k/lib/modules/a.ko" ]
}
