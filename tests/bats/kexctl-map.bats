#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl map: a picture of the carve-outs, in characters, as SVG and as data.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# drawn: PICTURE is what kexctl map shows of the first carve-out, up to the table
drawn() {
	exits 0 kexctl map
	PICTURE=${OUT#*$'\n\n'}
	PICTURE=${PICTURE%%$'\n\n'*}
}

# some_parts: regions of 16 MiB at 0 and 32 MiB, in a carve-out of 64 MiB
some_parts() {
	region fb0 size=16M offset=0
	region cam size=16M offset=32M cache=write-combine
}

@test "a bar shows regions and what is free, true to scale" {
	some_parts
	drawn
	assert_eq "$PICTURE" "\
|fb0               |16M                |cam                |16M                |
|==================|...................|===================|...................|
0x0                                                                    0x4000000"
	[[ $OUT == 'fpga: 64M at 0x60000000-0x63ffffff, 32M free, 16M of it in one piece'$'\n'* ]] ||
		fail "$OUT"
	assert_contains "$OUT" 'sram: 16M at 0x68000000-0x68ffffff, 16M free'
	[[ ${OUT##*$'\n'} == '. free  = not mapped' ]] || fail "legend: ${OUT##*$'\n'}"
}

@test "the table below has offset, size, state and who lends to whom" {
	local -a lines
	some_parts
	window w0 size=1M cache=write-combine
	put "$W/map" '0 cam 65536 65536; 131072 cam 0 65536'
	drawn
	mapfile -t lines <<<"$OUT"
	[[ ${lines[*]} =~ OFFSET\ +PHYS\ +SIZE\ +KIND\ +NAME\ +CACHE\ +STATE\ +RESIDENT\ +USED\ +LENT ]] ||
		fail "$OUT"
	[[ $OUT =~ $'\n'0x0\ +0x60000000\ +16M\ +region\ +fb0\ +write-back\ +resident\ +0\ +-\ +-$'\n' ]] ||
		fail "$OUT"
	[[ $OUT =~ $'\n'0x1000000\ +0x61000000\ +16M\ +free\ +- ]] || fail "$OUT"
	[[ $OUT =~ $'\n'0x2000000\ +0x62000000\ +16M\ +region\ +cam\ +write-combine\ +resident\ +0\ +-\ +w0$'\n' ]] ||
		fail "$OUT"
	[[ ${lines[*]} =~ w0\ +1M\ +sigbus\ +resident\ +0\ +2 ]] || fail "$OUT"
	assert_contains "$PICTURE" '^ w0'
}

@test "the filled part of a region is what page tables lead to, and the state shows" {
	some_parts
	hold /dev/kex/fb0 8M
	drawn
	assert_contains "$PICTURE" '|#########=========|...'
	put "$KEX_CLASS/fb0/evict" 1
	drawn
	assert_contains "$PICTURE" '|------------------|...'
	put "$KEX_CLASS/fb0/hold" 1
	drawn
	assert_contains "$PICTURE" '|xxxxxxxxxxxxxxxxxx|...'
	assert_contains "$OUT" 'x held'
}

@test "the filled part of a pool is what it holds" {
	local line fd
	need_pools
	pool p0 size=32M
	exec {fd}< <(exec kexmap "open $N" 'anon 8M' 'fill 0 8M' 'migrate 0 8M' 'say ready' 'pause' 3>&-)
	HOLDERS+=("$!")
	read -r -t 20 -u "$fd" line
	exec {fd}<&-
	assert_eq "$line" ready
	drawn
	assert_contains "$PICTURE" "\
|p0                                    |32M                                    |
|@@@@@@@@@_____________________________|.......................................|"
	exits 0 kexctl map --json
	jq -e '.[0].parts[0] == {kind: "pool", name: "p0", offset: 0, phys: "0x60000000",
		size: 33554432, used: 8388608}' <<<"$OUT"
}

@test "a pool of system memory has no place in the bar, and is named all the same" {
	local line fd
	need_pools
	pool p0 size=2M
	pool p1 size=32M backing=system
	exec {fd}< <(exec kexmap "open $N" 'anon 8M' 'fill 0 8M' 'migrate 0 8M' 'say ready' 'pause' 3>&-)
	HOLDERS+=("$!")
	read -r -t 20 -u "$fd" line
	exec {fd}<&-
	assert_eq "$line" ready
	drawn
	[[ $PICTURE != *p1* ]] || fail "$PICTURE"
	assert_contains "$OUT" $'\nof system memory: pool p1, 8M used\n'
	exits 0 kexctl map --json
	jq -e '.[0].parts | map(select(has("offset") | not)) == [{kind: "pool", name: "p1",
		size: 33554432, used: 8388608, backing: "system"}]' <<<"$OUT"
	jq -e '.[0].parts | map(select(has("offset")).size) | add == 67108864' <<<"$OUT"
}

@test "a UTF-8 locale gets blocks, another one ASCII" {
	some_parts
	exits 0 env LC_ALL=C.UTF-8 kexctl map
	assert_contains "$OUT" '│▒▒▒▒'
	[[ $OUT != *$'\033'* ]] || fail 'colours for what is no terminal'
	exits 0 env LC_ALL=C kexctl map
	[[ ! $OUT =~ [^[:print:][:space:]] ]] || fail "$OUT"
	exits 0 env LC_ALL= LC_CTYPE=de_DE.utf8 LANG=C kexctl map
	assert_contains "$OUT" '│▒▒▒▒'
	exits 0 env LC_ALL= LC_CTYPE= LANG=de_DE kexctl map
	[[ ! $OUT =~ [^[:print:][:space:]] ]] || fail "$OUT"
}

# at_terminal SHELL_LINE: runs it with a terminal as stdout; OUT is what that got
at_terminal() {
	exits 0 kexpty bash -c "{ $1; } <&2 >&2"
	OUT=${OUT//$'\r'/}
}

@test "a terminal gets colours, unless NO_COLOR is set or it has none" {
	some_parts
	at_terminal "LC_ALL=C TERM=linux kexctl map"
	assert_contains "$OUT" $'|\033[32m===='
	at_terminal "LC_ALL=C TERM=linux NO_COLOR=1 kexctl map"
	[[ $OUT != *$'\033'* ]] || fail "$OUT"
	at_terminal "LC_ALL=C TERM=linux NO_COLOR= kexctl map"
	assert_contains "$OUT" $'\033[32m'
	at_terminal "LC_ALL=C TERM=dumb kexctl map"
	[[ $OUT != *$'\033'* ]] || fail "$OUT"
}

@test "a bar is as wide as the terminal, and has rows when labels need them" {
	local i
	at_terminal "stty cols 60; TERM=dumb kexctl map"
	assert_contains "$OUT" $'\n|64M'
	[[ $OUT =~ $'\n'(\|\.+\|)$'\n' ]] || fail "$OUT"
	assert_eq "${#BASH_REMATCH[1]}" 60
	for ((i = 0; i < 4; i++)); do
		region "$i-is-a-region-with-a-long-name" size=64K
	done
	drawn
	for ((i = 0; i < 4; i++)); do
		assert_contains "$PICTURE" "|$i-is-a-region-with-a-long-name"
	done
	assert_contains "$PICTURE" $'\n0x20000  '
}

@test "--json has the same as numbers, and bytes are all accounted for" {
	some_parts
	window w0 size=1M
	put "$W/map" '65536 fb0 131072 65536'
	region later live=0
	exits 0 kexctl map --json
	jq -e '
		map(.name) == ["fpga", "sram"] and all(.[]; .kind == "carveout" and .bound == 1) and
		(.[0] | .size == 67108864 and .free == 33554432 and .largest_free == 16777216 and
			.revoked == 0 and .ranges == [{offset: 0, phys: "0x60000000", size: 67108864}] and
			(.parts | map(.kind) == ["region", "free", "region", "free"] and
				(map(.size) | add) == 67108864 and
				.[2].name == "cam" and .[2].offset == 33554432 and
				.[2].phys == "0x62000000" and .[2].cache == "write-combine" and
				.[2].resident == 0 and .[0].lent == "w0") and
			.windows == [{kind: "window", name: "w0", size: 1048576, hole: "sigbus",
				state: "resident", resident: 0, pieces: [
				{woff: 65536, region: "fb0", roff: 131072, len: 65536}]}])' <<<"$OUT"
	exits 0 kexctl map --names
	assert_eq "$OUT" $'fpga\nsram'
}

@test "what has no place is named: configured objects, and memory that was revoked" {
	local fd
	region later live=0
	region gone size=1M
	exec {fd}<"$N"
	exits 0 kexctl region delete gone --force
	exits 0 kexctl map
	assert_contains "$OUT" 'configured only: region later'
	assert_contains "$OUT" '1M of what looks free was revoked, and is still open somewhere'
	exits 0 kexctl map --json
	exec {fd}<&-
	jq -e '.[0].revoked == 1048576' <<<"$OUT"
	wait_until 5 free_is fpga "$FPGA_SIZE"
	exits 0 kexctl map
	[[ $OUT != *revoked* ]] || fail "$OUT"
}

@test "what comes and goes while it is looked at is drawn or not, and never an error" {
	local i churn
	region stays size=64K offset=1M
	while :; do
		mkdir "$FPGA/regions/comes"
		echo 1M >"$FPGA/regions/comes/size"
		echo 1 >"$FPGA/regions/comes/live"
		echo 0 >"$FPGA/regions/comes/live"
		rmdir "$FPGA/regions/comes"
	done 3>&- &
	churn=$!
	HOLDERS+=("$churn")
	for ((i = 0; i < 8; i++)); do
		exits 0 kexctl map --json
		assert_eq "$ERR" ''
		jq -e '.[0].parts | (map(.size) | add) == 67108864 and any(.[]; .name == "stays")' <<<"$OUT" ||
			fail "$OUT"
	done
	if ended "$churn"; then fail 'what comes and goes did so no longer'; fi
	release "$churn"
}

@test "a carve-out that is not bound is shown as such" {
	unbind sram
	exits 0 kexctl map
	bind sram
	assert_contains "$OUT" $'\nsram: not bound\n'
	exits 0 kexctl map --svg -
	assert_contains "$OUT" '>sram</text>'
}

@test "physical addresses are for those alone who see them in /proc/iomem" {
	local form
	some_parts
	for form in '' --json '--svg -'; do
		# shellcheck disable=SC2086 # words
		exits 0 kexctl map $form
		assert_contains "$OUT" 0x60000000
		# shellcheck disable=SC2086 # words
		exits 0 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl map $form
		[[ $OUT != *0x6[0-9]* ]] || fail "$OUT"
		assert_contains "$OUT" cam
	done
}

@test "--svg writes a document into a file, all of it or none" {
	local out=$BATS_TEST_TMPDIR/map.svg
	some_parts
	window w0 size=1M
	put "$W/map" '0 fb0 65536 65536'
	exits 0 kexctl map --svg "$out"
	assert_eq "$OUT$ERR" ''
	slurp OUT "$out"
	[[ $OUT == '<svg xmlns="http://www.w3.org/2000/svg" '*'</svg>' ]] || fail "$OUT"
	assert_contains "$OUT" '>fb0</text>'
	assert_contains "$OUT" 'region cam: 16M at 0x2000000, physical 0x62000000, write-combine, resident, 0 mapped'
	assert_contains "$OUT" '>w0</text>'
	assert_contains "$OUT" 'class="band"'
	assert_eq "$(stat -c %a "$out")" 644
	exits 0 kexctl map --svg -
	assert_eq "$OUT" "$(<"$out")"
	chmod 600 "$out"
	ln -s map.svg "$BATS_TEST_TMPDIR/link"
	exits 0 kexctl region delete cam
	exits 0 kexctl map --svg "$BATS_TEST_TMPDIR/link"
	[ -L "$BATS_TEST_TMPDIR/link" ] || fail 'the link was replaced'
	[[ $(<"$out") != *cam* ]] || fail 'the old picture is still there'
	assert_eq "$(stat -c %a "$out")" 600
	chown 1000:1001 "$out"
	exits 0 kexctl map --svg "$out"
	assert_eq "$(stat -c %u:%g:%a "$out")" 1000:1001:600
	exits 0 kexctl map --svg /dev/stdout
	assert_eq "$OUT" "$(<"$out")"
}

@test "--svg that cannot be written is an error, and leaves what was there" {
	# Where another user gets, too
	local dir=/tmp/kexctl-map.$$
	# A kibibyte is all that a file may have
	local limited="ulimit -f 1; exec kexctl map --svg $dir/map.svg"
	mkdir "$dir"
	exits 2 bash -c "$limited"
	assert_contains "$ERR" "kexctl: --svg $dir/map.svg: File too large"
	assert_eq "$(ls -A "$dir")" ''
	echo old >"$dir/map.svg"
	exits 2 bash -c "$limited"
	assert_eq "$(<"$dir/map.svg")" old
	assert_eq "$(ls -A "$dir")" map.svg
	chmod 444 "$dir/map.svg"
	chmod 777 "$dir"
	exits 2 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl map --svg "$dir/map.svg"
	assert_contains "$ERR" 'Permission denied'
	assert_eq "$(<"$dir/map.svg")" old
	exits 0 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl map --svg "$dir/new.svg"
	rm -r "$dir"
	kexctl_refused 2 '/dev/full' 'No space left' -- map --svg /dev/full
	kexctl_refused 2 'No such file' -- map --svg "$BATS_TEST_TMPDIR/no/map.svg"
	kexctl_refused 2 'directory' -- map --svg "$BATS_TEST_TMPDIR"
	exits 2 bash -c 'kexctl map --svg - >/dev/full'
	exits 2 bash -c 'kexctl map >/dev/full'
}

@test "a wrong command line is usage, and --dry-run writes nothing" {
	exits 1 kexctl map --svg x --json
	assert_contains "$ERR" 'not with --json'
	exits 1 kexctl map --svg
	exits 1 kexctl map --svg ''
	exits 1 kexctl map fb0
	exits 0 kexctl map --svg "$BATS_TEST_TMPDIR/x.svg" --dry-run
	assert_missing "$BATS_TEST_TMPDIR/x.svg"
	bash -euc "$OUT"
	[ -s "$BATS_TEST_TMPDIR/x.svg" ] || fail 'the line does not do it'
	cd "$BATS_TEST_TMPDIR"
	exits 0 kexctl map --dry-run --svg "it's \$(touch run) a.svg"
	bash -euc "$OUT"
	[ -s "it's \$(touch run) a.svg" ] || fail "the line was: $OUT"
	assert_missing run
	exits 0 kexctl map --dry-run --svg -
	bash -euc "$OUT" >from-line
	exits 0 kexctl map --svg -
	assert_eq "$(<from-line)" "$OUT"
	assert_missing ./-
	exits 0 kexctl --complete map --svg ''
	assert_eq "$OUT" @file
}

@test "without the module map says what to do" {
	rmmod kex
	kexctl_refused 2 'the module kex is not loaded' 'modprobe kex' -- map
	insmod /kex/kex.ko
}
