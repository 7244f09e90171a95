#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What make install brings beside kexctl: the completion and the udev rule.
# lab: --add tools/kexctl/completion.bash --add tools/udev/60-kex.rules

source "$BATS_TEST_DIRNAME/lib/kex.bash"

setup_file() {
	[[ -r /kex/completion.bash && -r /kex/60-kex.rules ]] ||
		skip "the guest lacks completion.bash and 60-kex.rules: tests/lab/suite puts them there"
}

teardown_file() {
	[ ! -e /run/udev/control ] || udevadm control --exit
}

# Bash's own works while it completes, and then alone
compopt() {
	COMPOPT+="$*;"
}

# offers LINE WORD...: what stands behind LINE can become these words. LINE is
# split as bash does; a blank at its end starts a new word.
offers() {
	local line=$1
	shift
	COMPOPT='' COMP_WORDBREAKS=$' \t\n=:'
	read -ra COMP_WORDS <<<"${line//=/ = }"
	[[ $line != *[\ =] ]] || COMP_WORDS+=('')
	# behind '=' without a value, bash has the '=' itself as the word
	[[ $line != *= ]] || unset 'COMP_WORDS[-1]'
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_kexctl
	[ "${COMPREPLY[*]}" = "$*" ] || fail "'$line': got '${COMPREPLY[*]}', want '$*'"
}

@test "bash completes nouns, verbs, options, words of enums and names that there are" {
	# shellcheck source=../../tools/kexctl/completion.bash
	source /kex/completion.bash
	assert_eq "$(complete -p kexctl)" 'complete -F _kexctl kexctl'
	region fb0 size=64K
	region fb1 carveout=sram live=0
	region cam live=0
	offers 'kexctl re' region
	offers 'kexctl region pe' peek
	offers 'kexctl region p' peek poke
	offers 'kexctl region ho' hold
	offers 'kexctl region restore f' fb0 fb1
	offers 'kexctl region create x --hole ' sigbus zero scratch wait
	offers 'kexctl -j region show ' cam fb0 fb1
	offers 'kexctl region show cam f' fb0 fb1
	offers 'kexctl region peek fb0 '
	offers 'kexctl region create f'
	offers 'kexctl region create x --c' --cache --carveout
	offers 'kexctl region create x --carveout ' fpga sram
	offers 'kexctl region create x --carveout=s' sram
	offers 'kexctl region create x --cache w' write-back write-combine
	offers 'kexctl region create x --cache=' write-back write-combine uncached device
	offers 'kexctl region create x --size 64K --populate l' lazy
	offers 'kexctl region set fb0 po' populate=
	assert_eq "$COMPOPT" '-o nospace;'
	offers 'kexctl region set fb0 populate=' eager lazy
	offers 'kexctl region set fb0 populate=l' lazy
	offers 'kexctl region set fb0 populate=lazy live=' 0 1
	offers 'kexctl region delete fb0 --f' --force
	offers 'kexctl carveout show ' fpga sram
	offers 'kexctl ps c' cam
	offers 'kexctl clear --dr' --dry-run
	window win size=1M live=0
	offers 'kexctl window show ' win
	offers 'kexctl window map ' win
	offers 'kexctl window map win '
	offers 'kexctl window map win 0 f' fb0 fb1
	offers 'kexctl window map win 0 fb0 0+4K 64K f' fb0 fb1
	offers 'kexctl window map win 0 fb0 0+4K 64K fb1 '
	offers 'kexctl window map win 0 fb0 0+4K 64K fb1 0+4K 1M c' cam
	offers 'kexctl window set win ho' hole=
	offers 'kexctl window create x --hole=sc' scratch
	offers 'kexctl ps w' win
	offers 'kexctl monitor f' fb0 fb1
	offers 'kexctl monitor --id' --idle-timeout
	offers 'kexctl monitor -e ' evict hold restore revoke fault migrate map unmap
	offers 'kexctl monitor fb0 -e evict,re' evict,restore evict,revoke
	offers 'kexctl monitor --events ho' hold
	offers 'kexctl monitor --events=hold,f' hold,fault
	offers 'kexctl monitor -e hold c' cam
	offers 'kexctl none '
	offers 'kexctl region load fb0 '
	assert_eq "$COMPOPT" '-o default;'
}

@test "bash completes in silence where there is no module" {
	# shellcheck source=../../tools/kexctl/completion.bash
	source /kex/completion.bash
	umount /sys/kernel/config
	offers 'kexctl region show ' 2>"$BATS_TEST_TMPDIR/said"
	offers 'kexctl reg' region 2>>"$BATS_TEST_TMPDIR/said"
	mount -t configfs none /sys/kernel/config
	assert_file "$BATS_TEST_TMPDIR/said" ''
}

# One program by two names; it goes on without bats' files
start_udev() {
	ln -sf "$(type -P udevadm)" "$BATS_FILE_TMPDIR/systemd-udevd"
	exits 0 "$BATS_FILE_TMPDIR/systemd-udevd" --daemon 3>&-
}

# node NAME: OUT is mode, owner and group once udev has seen the node
node() {
	exits 0 udevadm settle
	exits 0 stat -c '%a %U %G' "/dev/kex/$1"
}

@test "a node belongs to the group kex where it exists, and has the mode of its region either way" {
	mkdir -p /etc/udev/rules.d /run/udev
	cp /kex/60-kex.rules /etc/udev/rules.d
	start_udev
	region t0 size=64K mode=0640
	node t0
	assert_eq "$OUT" '640 root root'
	echo 'kex:x:900:' >>/etc/group
	# It looks groups up when it reads its rules
	exits 0 udevadm control --exit
	start_udev
	region t1 size=64K mode=0640
	node t1
	assert_eq "$OUT" '640 root kex'
	# devtmpfs would take a mode of 0 for none
	region t2 size=64K mode=0
	node t2
	assert_eq "$OUT" '0 root kex'
	kexmap <<-EOF
		fork
		kid 1 setuid 1000
		kid 1 open /dev/kex/t1 r -> EACCES
	EOF
}
