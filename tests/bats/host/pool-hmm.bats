#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own test program for device-private memory, hmm-tests.c of the same
# source, on two pools and on the kernel's own module, in one guest.

LAB=$BATS_TEST_DIRNAME/../../lab

# Uses more memory than the guest has, on whatever device
TOO_LARGE=benchmark_thp_migration

# hmm_tests SUITE PACKAGE: builds the program, as its Makefile does
hmm_tests() {
	local package src=$BATS_TEST_TMPDIR/src sdk file
	local -a files=()
	package=$("$LAB/fetch" "$2/$1")
	mkdir "$src"
	tar -xJf "$package"/usr/src/linux-source-*.tar.xz -C "$src" --strip-components=1 --wildcards \
		'*/lib/test_hmm_uapi.h' '*/mm/gup_test.h' '*/tools/testing/selftests/mm/*.[ch]' \
		'*/tools/testing/selftests/*.h' '*/tools/include/uapi/*'
	for file in hmm-tests vm_util hugepage_settings; do
		file=$src/tools/testing/selftests/mm/$file.c
		[ ! -e "$file" ] || files+=("$file")
	done
	sdk=$("$LAB/sdk" --user)
	"${sdk##*CC=}" -D_GNU_SOURCE -O2 -w -isystem "$src/tools/include/uapi" -I"$src" \
		-I"$src/tools/testing/selftests" -o "$BATS_TEST_TMPDIR/hmm-tests" "${files[@]}" -lpthread
}

# passed DEVICE: the names of what passed on it
passed() {
	sed -n "s/^$1: ok [0-9]* //p" "$BATS_TEST_TMPDIR/out" | grep -v '# SKIP' | sort
}

# seed: 5.1
@test "every hmm-test that passes on the kernel's own device passes on pools" {
	local KERNEL=${KEX_KERNEL:-7} module lost thp=never
	module=$("$LAB/sdk" --module "$KERNEL" test_hmm)
	[ -n "$module" ] || skip "kernel $KERNEL has no test_hmm.ko: CONFIG_TEST_HMM is off"
	case $KERNEL in
	6.12*) hmm_tests trixie 'linux-source-6.12*' ;;
	7*) hmm_tests trixie-backports 'linux-source-7*' ;;
	*) skip "no source is named for kernel $KERNEL" ;;
	esac
	# 6.12 has no huge device pages, and its tests of exclusive access want none
	[[ $KERNEL != 7* ]] || thp=always
	cat >"$BATS_TEST_TMPDIR/script" <<-EOF
		set -eu
		pools=/sys/kernel/config/kex/carveouts/fpga/pools
		echo $thp >/sys/kernel/mm/transparent_hugepage/enabled
		hmm() {
			status=0
			./hmm-tests -T $TOO_LARGE >"\$1" 2>&1 || status=\$?
			[ "\$status" -le 1 ]
			sed "s/^/\$1: /" "\$1"
		}
		insmod ./test_hmm.ko
		hmm test_hmm
		# It stays, since it leaks its devices' names when it goes
		rm -f /dev/hmm_dmirror*
		for i in 0 1; do
			mkdir "\$pools/p\$i"
			echo 24M >"\$pools/p\$i/size"
			echo 1 >"\$pools/p\$i/live"
			ln -s "kex/p\$i" "/dev/hmm_dmirror\$i"
		done
		hmm kex
		for i in 0 1; do
			read -r used <"/sys/class/kex/p\$i/used"
			[ "\$used" = 0 ]
			echo 0 >"\$pools/p\$i/live"
			rmdir "\$pools/p\$i"
		done
	EOF
	"$LAB/run" --kernel "$KERNEL" --timeout 500 --add "$BATS_TEST_TMPDIR/hmm-tests" \
		--add "$module" --add "$BATS_TEST_TMPDIR/script" -- bash script >"$BATS_TEST_TMPDIR/out"
	grep Totals "$BATS_TEST_TMPDIR/out" | sed 's/: # /: /; s/^/# note: /' >&3
	[ "$(passed test_hmm | wc -l)" -ge 20 ]
	lost=$(comm -23 <(passed test_hmm) <(passed kex))
	[ -z "$lost" ] || {
		printf 'passes on test_hmm, and not on kex: %s\n' "$lost" >&2
		return 1
	}
}
