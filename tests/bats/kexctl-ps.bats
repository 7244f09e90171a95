#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl ps: who has what mapped or open.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

@test "ps has a line for each mapping and each process that has it open alone" {
	local mapper opener
	local -a lines
	region a size=128K cache=uncached
	region b size=64K
	region c live=0
	exits 0 kexctl ps
	assert_eq "$OUT" ''
	exits 0 kexctl ps --json
	assert_eq "$OUT" '[]'
	hold /dev/kex/a 64K
	mapper=$HOLDER
	cp "$(type -P sleep)" "$BATS_TEST_TMPDIR/s l\\p"
	"$BATS_TEST_TMPDIR/s l\\p" 100 4</dev/kex/b 3>&- &
	opener=$!
	HOLDERS+=("$opener")
	exits 0 kexctl ps
	mapfile -t lines <<<"$OUT"
	assert_eq "${#lines[@]}" 3
	[[ ${lines[1]} =~ ^a\ +$mapper\ +kexmap\ +mapped\ +0x[0-9a-f]+\ +64K\ +0\ +uncached\ +64K\ +[0-9]+K$ ]] ||
		fail "$OUT"
	[[ ${lines[2]} =~ ^b\ +$opener\ +s\ l\\p\ +open\ +- ]] || fail "$OUT"
	exits 0 kexctl ps --json a b c
	jq -e --argjson mapper "$mapper" --argjson opener "$opener" '
		(.[0] | del(.virt, .entry)) == {name: "a", kind: "region", pid: $mapper, comm: "kexmap",
			use: "mapped", length: 65536, offset: 0, cache: "uncached", resident: 65536
			} and
		(.[0].virt | test("^0x[0-9a-f]+$")) and
		.[1:] == [{name: "b", kind: "region", pid: $opener, comm: "s l\\p", use: "open"}]' \
		<<<"$OUT" || fail "$OUT"
	exits 0 kexctl ps --names b
	assert_eq "$OUT" b
	exits 0 kexctl ps c
	assert_eq "$OUT" ''
	exits 3 kexctl ps d
}

@test "ps lists every mapping, however many pages of text they fill" {
	local line fd n i
	# Lines of 50 bytes and more, for over a page and a half
	local rows=$((PAGE / 32)) maps=1 holes
	local -a script=("open /dev/kex/a")
	((rows <= 512)) || maps=$((rows / 512))
	holes=$((rows / maps))
	region a size=$((holes << 17))
	for ((i = 0; i < maps; i++)); do
		script+=("map 0 $((holes << 17))")
		for ((n = 1; n < 2 * holes; n += 2)); do
			script+=("unmap $((n << 16)) 64K")
		done
	done
	exec {fd}< <(exec kexmap "${script[@]}" 'say ready' 'pause' 3>&-)
	HOLDERS+=("$!")
	read -r -t 20 -u "$fd" line
	exec {fd}<&-
	assert_eq "$line" ready
	slurp OUT "$KEX_CLASS/a/users"
	((${#OUT} > PAGE)) || fail "users fit in a page: ${#OUT} bytes"
	exits 0 kexctl ps --json
	jq -e --argjson rows "$rows" --argjson size $((holes << 17)) '
		length == $rows and all(.length == 65536) and
		(map(.offset) | unique) == [range(0; $size; 131072)]' <<<"$OUT"
}

@test "a process that is named by control bytes and half a character is named in ASCII" {
	local name=$'a\033[31m\n\xff' line fd
	region a size=16P
	region b size=16P
	cp "$(type -P kexmap)" "$BATS_TEST_TMPDIR/$name"
	exec {fd}< <(exec "$BATS_TEST_TMPDIR/$name" 'open /dev/kex/a' 'map 0 16P' 'open /dev/kex/b' \
		'say ready' pause 3>&-)
	HOLDERS+=("$!")
	read -r -t 20 -u "$fd" line
	exec {fd}<&-
	assert_eq "$line" ready
	for line in ps "page phys @$(<"$KEX_CLASS/a/phys")"; do
		# shellcheck disable=SC2086 # words
		exits 0 kexctl $line
		assert_contains "$OUT" 'a?[31m??'
		# shellcheck disable=SC2086 # words
		exits 0 kexctl $line --json
		[[ ! $OUT =~ [^[:print:][:space:]] ]] || fail "$OUT"
		jq -e 'any(.[]; .comm == "a?[31m??" or .name == "a?[31m??")' <<<"$OUT"
	done
	exits 0 kexctl page phys "@$(<"$KEX_CLASS/a/phys")" --names
	assert_eq "$OUT" $'fpga\na\na?[31m??'
	kexctl_refused 2 'a?[31m??' -- region delete b
}

@test "ps is for root, and says so" {
	region a size=64K
	exits 2 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl ps
	assert_contains "$ERR" "region 'a': users: only root may do that"
	assert_eq "$OUT" ''
}

@test "a pool is listed with who has it open, and hides nobody behind it" {
	local opener
	need_pools
	pool a size=2M
	region b size=64K
	hold /dev/kex/b 64K
	kexmap 'open /dev/kex/a' pause >/dev/null &
	opener=$!
	HOLDERS+=("$opener")
	opened() {
		local opens
		read -r opens <"$KEX_CLASS/a/opens"
		[ "$opens" = 1 ]
	}
	wait_until 20 opened
	exits 0 kexctl ps --json
	jq -e --argjson opener "$opener" --argjson mapper "$HOLDER" '
		map({name, pid, use}) == [{name: "a", pid: $opener, use: "open"},
			{name: "b", pid: $mapper, use: "mapped"}]' <<<"$OUT" || fail "$OUT"
	exits 0 kexctl ps a
	assert_contains "$OUT" open
}
