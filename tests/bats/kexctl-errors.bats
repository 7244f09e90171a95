#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What kexctl says and how it exits when it cannot: 1 usage, 2 refused, 3 not
# found; one line that names object, attribute, value, cause and remedy; and
# nothing left behind.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# refused STATUS WORDS... -- ARGUMENTS...: kexctl is, and leaves no region r1
refused() {
	kexctl_refused "$@" || return 1
	assert_missing "$FPGA/regions/r1" "$SRAM/regions/r1" /dev/kex/r1
}

# size_refused STATUS VALUE CAUSE
size_refused() {
	refused "$1" "region 'r1': size $2: " "$3" -- region create r1 "--size=$2"
}

@test "a size that cannot be read is a usage error, one that cannot be had is refused" {
	local up=$(((100000 + PAGE - 1) / PAGE * PAGE))
	refused 1 "region 'r1'" 'size' missing -- region create r1
	size_refused 1 junk 'not a size'
	size_refused 1 64Kx 'not a size'
	size_refused 1 64KK 'not a size'
	refused 1 "region 'r1'" size missing -- region create r1 --size=
	size_refused 1 -4096 negative
	size_refused 1 18446744073709551616 '64 bits'
	size_refused 1 17179869184G '64 bits'
	size_refused 2 0 'too small'
	size_refused 2 1 "multiple of the $PAGE_TEXT page (did you mean $PAGE_TEXT?)"
	refused 2 "size 100000: not a multiple of the $PAGE_TEXT page (did you mean $((up >> 10))K?)" -- \
		region create r1 --size 100000
	size_refused 2 65M free
	assert_contains "$ERR" 64M
	refused 2 "region 'r1': size" free -- region create r1 --size 18446744073709486080
	refused 2 "region 'r1': size 17M" "'sram'" 16M -- region create r1 --size 17M --carveout sram
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

@test "a bad offset is refused with its cause" {
	region r0 size=1M offset=1M
	refused 1 "region 'r1': offset junk" -- region create r1 --size 64K --offset junk
	refused 1 "region 'r1': offset -4K" -- region create r1 --size 64K --offset=-4K
	refused 2 "region 'r1': offset 2048: not a multiple" -- region create r1 --size 64K --offset 2048
	refused 2 "region 'r1': offset 1M:" "'r0'" -- region create r1 --size 64K --offset 1M
	refused 2 "region 'r1': offset 960K:" "'r0'" -- region create r1 --size 128K --offset 960K
	refused 2 "region 'r1': offset 64M:" -- region create r1 --size 64K --offset 64M
	refused 2 "region 'r1': offset 65472K:" -- region create r1 --size 128K --offset 65472K
	refused 1 "region 'r1': offset 18446744073709551616:" -- \
		region create r1 --size 64K --offset 18446744073709551616
	assert_file "$FPGA/free" $((FPGA_SIZE - (1 << 20)))
}

@test "a bad word or mode is refused before anything is made" {
	refused 1 "region 'r1': cache purple" write-back write-combine uncached device -- \
		region create r1 --size 64K --cache purple
	refused 1 "region 'r1': populate never" eager lazy -- region create r1 --size 64K --populate never
	refused 1 "region 'r1': mode 8" -- region create r1 --size 64K --mode 8
	refused 2 "region 'r1': mode 1000" -- region create r1 --size 64K --mode 1000
}

@test "a bad name is a usage error and a taken one is refused" {
	local name
	for name in A r1A .. . a/b /r1 '' 'r 1' ä a2345678901234567890123456789012 _ctl; do
		exits 1 kexctl region create --size 64K "$name"
		[[ $ERR == 'kexctl: '* ]] || fail "'$name': $ERR"
	done
	set -- "$FPGA"/regions/*
	[ ! -e "$1" ] || fail "something was made: $*"
	exits 0 kexctl region create a234567890123456789012345678901 --size 64K
	region r0 size=64K live=0
	refused 2 "region 'r0'" taken -- region create r0 --size 64K
	refused 2 "region 'r0'" taken -- region create r0 --size 64K --carveout sram
	refused 2 "region 'r0'" taken -- --dry-run region create r0 --size 64K
}

@test "what is not there is exit 3" {
	refused 3 "region 'r1'" 'not found' -- region show r1
	refused 3 "region 'r1'" 'not found' -- region delete r1
	refused 3 "region 'r1'" 'not found' -- region delete r1 --force
	refused 3 "region 'r1'" 'not found' -- region evict r1
	refused 3 "region 'r1'" 'not found' -- region set r1 size=64K
	refused 3 "carveout 'nope'" 'not found' fpga sram -- carveout show nope
	refused 3 "carveout 'nope'" 'not found' -- region create r1 --size 64K --carveout nope
	region r0 size=64K
	refused 3 "region 'r1'" r0 -- region show r1
}

@test "a command line that cannot be read is exit 1 and does nothing" {
	region r0 size=64K
	refused 1 noun -- --json
	refused 1 "'nope'" -- nope
	refused 1 "'nope'" -- region nope
	refused 1 'cre' -- region cre r1 --size 64K
	refused 1 'reg' -- reg list
	refused 1 'li' -- region li
	refused 1 "'--js'" -- region list --js
	refused 1 "'--siz'" -- region create r1 --siz 64K
	refused 1 -- region create
	refused 1 extra -- region create r1 extra --size 64K
	refused 1 -- region create r1 --size
	refused 1 -- region create r1 --size 64K --nope
	refused 1 -- region show
	refused 1 -- region delete
	refused 1 -- region evict
	refused 1 -- region set r0
	refused 1 nope -- region set r0 nope=1
	refused 1 -- region set r0 size
	refused 1 "region 'r0': range junk" -- region evict r0 junk
	refused 1 "region 'r0': range 0+" -- region evict r0 0+
	refused 1 "region 'r0': range 128K-64K" -- region evict r0 128K-64K
	refused 2 "region 'r0': range 0+128K" -- region evict r0 0+128K
	refused 2 "region 'r0': range 1+64K" -- region evict r0 1+64K
	refused 2 "region 'r0': range 0+0" -- region evict r0 0+0
	assert_file "$S/evictions" 0
}

@test "evict and delete of a region in the wrong state say what to do" {
	region r0 size=64K live=0
	refused 2 "region 'r0'" live -- region evict r0
	put "$R/live" 1
	hold "$N" 4K
	refused 2 "region 'r0': live 0" "$HOLDER" -- region set r0 live=0
	assert_file "$R/live" 1
}

@test "EBUSY comes with pids: of who keeps it live, and of who still has what was revoked" {
	local first
	region r0 offset=1M size=64K
	hold "$N" 1P
	first=$HOLDER
	refused 2 "region 'r0': live 0: in use by pid $first (kexmap)" -- region set r0 live=0
	refused 2 "region 'r0': live 0: in use by pid $first (kexmap)" -- region delete r0
	refused 2 "region 'r0': cache device: cannot be changed while live, and it is in use by pid $first (kexmap)" \
		'end them, then: kexctl region set r0 live=0' -- region set r0 cache=device
	put "$R/revoke" 1
	refused 2 "region 'r0': offset 1M: held until users of a revoked region close it: pid $first (kexmap)" \
		'or auto' -- region set r0 live=1
	# Whoever has what was revoked is no user of what came after it
	put "$R/offset" auto
	put "$R/live" 1
	hold "$N" 1P
	refused 2 "in use by pid $HOLDER (kexmap) (end them" -- region delete r0
	exits 0 kexctl ps --json
	jq -e --argjson pid "$HOLDER" 'map(.pid) == [$pid]' <<<"$OUT" || fail "$OUT"
}

@test "what was nearly right is told with what was meant" {
	region camera size=64K
	refused 1 "unknown noun 'regions' (did you mean 'region'?" -- regions list
	refused 1 "unknown verb 'delet' (did you mean 'delete'?" -- region delet camera
	refused 1 "unknown option '--sizes' (did you mean '--size'?" -- region create r1 --sizes 64K
	refused 1 "cache writeback: " '(did you mean write-back?)' -- \
		region create r1 --size 64K --cache writeback
	refused 1 "cach: no such attribute (did you mean cache?)" -- region set camera cach=device
	refused 3 "region 'camara': not found (did you mean 'camera'?)" -- region show camara
	refused 3 "carveout 'fgpa': not found (did you mean 'fpga'?)" -- carveout show fgpa
}

@test "create leaves nothing behind, whichever of its steps is refused" {
	local free
	region r0 offset=1M size=64K
	read -r free <"$FPGA/free"
	refused 2 'too small' -- region create r1 --size 0
	refused 2 'mode 1000' -- region create r1 --size 64K --cache device --mode 1000
	refused 2 "'r0'" -- region create r1 --size 64K --offset 1M
	refused 2 free -- region create r1 --size 64M
	unbind sram
	refused 2 "carve-out 'sram' is not bound" -- region create r1 --size 64K --carveout sram
	bind sram
	assert_file "$FPGA/free" "$free"
	exits 0 kexctl region create r1 --size 64K
}

@test "a full device is an error, whatever was printed" {
	local what status
	region r0 size=64K
	hold "$N" 1P
	for what in 'region list' 'region show r0' '-j region list' carveout features --help --version \
		'--dry-run region evict r0' '--names region evict r0' ps 'region peek r0 0' \
		'region dump r0' 'window create --help' '--dry-run region delete r0'; do
		status=0
		# shellcheck disable=SC2086 # words
		kexctl $what >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
		assert_eq "$status" 2 "$what"
		slurp ERR "$BATS_TEST_TMPDIR/err"
		assert_contains "$ERR" 'No space left on device'
	done
}

@test "another user is told that only root may, and reads all but the address" {
	local -a user=(setpriv --reuid 1000 --regid 1000 --clear-groups)
	region r0 size=64K
	local what
	for what in 'region create r1 --size 64K' 'region delete r0' 'region delete r0 --force' \
		'region set r0 live=0' 'region evict r0' clear; do
		# shellcheck disable=SC2086 # words
		exits 2 "${user[@]}" kexctl $what
		assert_contains "$ERR" root
		assert_eq "$OUT" ''
	done
	assert_missing "$FPGA/regions/r1"
	assert_file "$R/live" 1
	assert_file "$S/evictions" 0
	exits 0 "${user[@]}" kexctl region show r0 -j
	jq -e '.[0].size == 65536 and (.[0] | has("phys") | not)' <<<"$OUT"
	exits 0 "${user[@]}" kexctl carveout --names
	assert_eq "$OUT" $'fpga\nsram'
}

@test "without configfs every command says how to mount it, and exits 2" {
	local what
	umount "${KEX%/kex}"
	for what in 'region create r1 --size 64K' region carveout features clear 'region show r1' \
		window monitor ps; do
		# shellcheck disable=SC2086 # words
		try kexctl $what
		[ "$STATUS" = 2 ] || break
		[[ $ERR == *'configfs is not mounted'*mount* ]] || break
		what=''
	done
	mount -t configfs configfs "${KEX%/kex}"
	assert_eq "$what" '' "status $STATUS: $ERR"
}

@test "without the module every command says how to load it, and exits 2" {
	local what
	rmmod kex
	for what in 'region create r1 --size 64K' region carveout features clear 'region show r1' \
		window monitor ps; do
		# shellcheck disable=SC2086 # words
		try kexctl $what
		[ "$STATUS" = 2 ] || break
		[[ $ERR == *'not loaded'*modprobe* ]] || break
		what=''
	done
	insmod /kex/kex.ko
	assert_eq "$what" '' "status $STATUS: $ERR"
	exits 0 kexctl carveout --names
	assert_eq "$OUT" $'fpga\nsram'
}
