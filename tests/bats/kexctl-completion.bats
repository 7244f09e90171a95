#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What bash offers behind kexctl.
# lab: --add tools/kexctl/completion.bash

source "$BATS_TEST_DIRNAME/lib/kex.bash"

setup_file() {
	[ -r /kex/completion.bash ] ||
		skip "the guest lacks completion.bash: tests/lab/suite puts it there"
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
	offers 'kexctl region create x --size 4K --populate l' lazy
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
	offers 'kexctl monitor -e ' evict hold restore revoke fault map unmap
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
