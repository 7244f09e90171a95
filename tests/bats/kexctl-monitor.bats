#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl monitor: what happens to mapped memory, as it happens.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

TRACING=/sys/kernel/tracing

setup_file() {
	local features
	features=$(<"$KEX/features")
	[[ $'\n'$features$'\n' == *$'\n'trace$'\n'* ]] ||
		skip "no tracepoints: 'trace' is not among the features (CONFIG_EVENT_TRACING)"
	mountpoint -q "$TRACING" || mount -t tracefs none "$TRACING"
}

is_listening() {
	[[ $(<"$SAID") == *listening* ]]
}

# watch ARGUMENTS...: starts kexctl monitor with them, and returns when it
# listens. MONITOR is its pid, LINES_FILE and SAID have its output. Signals end
# it as they would on a terminal.
watch() {
	LINES_FILE=$BATS_TEST_TMPDIR/lines SAID=$BATS_TEST_TMPDIR/said
	: >"$SAID"
	env --default-signal=INT,QUIT kexctl monitor "$@" >"$LINES_FILE" 2>"$SAID" 3>&- &
	MONITOR=$!
	HOLDERS+=("$MONITOR")
	wait_until 20 is_listening || fail "it does not listen: $(<"$SAID")"
}

# watched: waits for its end; STATUS, OUT and ERR are what came of it
watched() {
	STATUS=0
	wait "$MONITOR" || STATUS=$?
	slurp OUT "$LINES_FILE"
	slurp ERR "$SAID"
}

no_instance() {
	set -- "$TRACING"/instances/kexctl-*
	[ ! -e "$1" ] || fail "left behind: $*"
}

teardown() {
	local status=0
	kex_remove_all
	kmsg_splats || LEFT+=("the kernel complained (above)")
	no_instance || LEFT+=("an instance of tracefs")
	if ((${#LEFT[@]})); then
		printf 'left behind: %s\n' "${LEFT[@]}" >&2
		status=1
	fi
	return "$status"
}

@test "evict, hold, restore and revoke have a line each, with range, reason and process" {
	local -a lines
	local all=$((0x100000 / PAGE)) part=$((0x20000 / PAGE))
	local time='[0-9]+\.[0-9]{6}' took='[0-9.]+(n|u|m)?s'
	region r1 size=1M
	watch -n 4
	exits 0 kexctl region evict r1
	exits 0 kexctl region hold r1 256K+128K
	exits 0 kexctl region restore r1 0-0xfffff
	put "$R/revoke" 1
	watched
	assert_eq "$STATUS" 0 "$ERR"
	mapfile -t lines <<<"$OUT"
	assert_eq "${#lines[@]}" 4 "$OUT"
	[[ ${lines[0]} =~ ^$time\ evict\ +r1\ 0x0\+1M\ sysfs\ $all\ pages\ $took\ pid\ [0-9]+\ \(kexctl\)$ ]] ||
		fail "${lines[0]}"
	[[ ${lines[1]} =~ ^$time\ hold\ +r1\ 0x40000\+128K\ sysfs\ $part\ pages\ $took\ pid\ [0-9]+\ \(kexctl\)$ ]] ||
		fail "${lines[1]}"
	[[ ${lines[2]} =~ ^$time\ restore\ r1\ 0x0\+1M\ sysfs\ $all\ pages\ $took\ pid\ [0-9]+\ \(kexctl\)$ ]] ||
		fail "${lines[2]}"
	[[ ${lines[3]} =~ ^$time\ revoke\ +r1\ 0x0\+1M\ configfs\ $all\ pages\ $took\ pid\ $$\ \(.*\)$ ]] ||
		fail "${lines[3]}"
}

@test "a fault has a line with the page that was touched" {
	region r1 size=1M populate=lazy
	watch -e fault -n 2
	kexmap <<-EOF
		open $N
		map 0 1M
		is 0 64K 0
		hold 256K 64K
		check 256K 64K -> SIGBUS@0x40000
	EOF
	watched
	assert_eq "$STATUS" 0 "$ERR"
	[[ $OUT =~ \ fault\ +r1\ 0x0\+[0-9]+[KM]\ lazy\ [0-9]+\ pages?\ .*\(kexmap\)$'\n' ]] || fail "$OUT"
	[[ $OUT =~ \ fault\ +r1\ 0x40000\+$PAGE_TEXT\ sigbus\ 0\ pages\ .*\(kexmap\)$ ]] || fail "$OUT"
}

@test "a move into a pool and one home have a line each, with how many pages" {
	need_pools
	pool p0 size=2M
	watch p0 -e migrate -n 2
	kexmap <<-EOF
		open $N
		anon 4P
		fill 0 4P
		migrate 0 4P -> 4
		home 0 1P -> 1
	EOF
	watched
	assert_eq "$STATUS" 0 "$ERR"
	[[ $OUT =~ \ migrate\ +p0\ 0x0\+2M\ in\ 4\ pages\ .*\(kexmap\)$'\n' ]] || fail "$OUT"
	[[ $OUT =~ \ migrate\ +p0\ 0x0\+2M\ home\ 1\ page\ .*\(kexmap\)$ ]] || fail "$OUT"
}

@test "names and -e choose what is shown" {
	region r1 size=1M
	region r2 size=1M
	region r3 live=0 size=1M
	watch r2 r3 -e hold,revoke -n 2
	kexctl region hold r1
	kexctl region evict r2
	kexctl region hold r2
	kexctl region restore r2
	kexctl region set r3 live=1
	kexctl region hold r3
	watched
	assert_eq "$STATUS" 0 "$ERR"
	[[ $OUT =~ ^[^$'\n']*\ hold\ +r2\ [^$'\n']*$'\n'[^$'\n']*\ hold\ +r3\ [^$'\n']*$ ]] || fail "$OUT"
}

@test "with --json each line is an array of one object, as jq takes it, with --names a name" {
	region r1 size=1M
	watch --json -n 2
	kexctl region evict r1 64K+128K
	kexctl region hold r1
	watched
	assert_eq "$STATUS" 0 "$ERR"
	jq -es --argjson part $((0x20000 / PAGE)) 'all(length == 1) and (add | length == 2 and (.[0] | del(.time, .ns, .pid)) == {name: "r1", kind: "event",
		event: "evict", offset: 65536, length: 131072, reason: "sysfs",
		pages: $part, comm: "kexctl"} and all(.time > 0 and .ns > 0 and .pid > 1) and
		.[1].event == "hold" and .[1].time >= .[0].time)' <<<"$OUT" || fail "$OUT"
	mapfile -t lines <<<"$OUT"
	assert_eq "${#lines[@]}" 2
	watch --names -n 1
	kexctl region restore r1
	watched
	assert_eq "$OUT" r1
}

@test "each line is written when it happens, not when there are many" {
	local line fd
	region r1 size=1M
	SAID=$BATS_TEST_TMPDIR/said
	: >"$SAID"
	exec {fd}< <(exec kexctl monitor -e evict 2>"$SAID" 3>&-)
	MONITOR=$!
	HOLDERS+=("$MONITOR")
	wait_until 20 is_listening
	for _ in 1 2 3; do
		put "$S/evict" 1
		read -r -t 20 -u "$fd" line || fail "no line"
		[[ $line == *' evict '* ]] || fail "$line"
	done
	kill -TERM "$MONITOR"
	wait_until 20 ended "$MONITOR"
	exec {fd}<&-
}

@test "--idle-timeout ends it when there was nothing for so long, and -n does not wait for it" {
	region r1 size=1M
	exits 0 kexctl monitor --idle-timeout 200ms
	assert_eq "$OUT" ''
	watch --idle-timeout 1m -n 1
	kexctl region evict r1
	watched
	assert_eq "$STATUS" 0
}

@test "however it ends, it leaves no instance of tracefs" {
	local signal fd line
	region r1 size=1M
	for signal in INT TERM HUP QUIT; do
		watch
		kill -s "$signal" "$MONITOR"
		watched
		assert_eq "$STATUS" $((128 + $(kill -l "$signal"))) "$signal"
		no_instance
	done
	# Its reader goes away, which it need not wait for an event to see
	SAID=$BATS_TEST_TMPDIR/said
	: >"$SAID"
	exec {fd}< <(exec kexctl monitor 2>"$SAID" 3>&-)
	MONITOR=$!
	HOLDERS+=("$MONITOR")
	wait_until 20 is_listening
	exec {fd}<&-
	wait_until 20 ended "$MONITOR"
	no_instance
	# Its output is full
	: >"$SAID"
	kexctl monitor >/dev/full 2>"$SAID" 3>&- &
	MONITOR=$!
	HOLDERS+=("$MONITOR")
	wait_until 20 is_listening
	put "$S/evict" 1
	STATUS=0
	wait "$MONITOR" || STATUS=$?
	assert_eq "$STATUS" 2
	assert_contains "$(<"$SAID")" 'cannot write the output: No space left on device'
	no_instance
	exits 2 bash -c 'kexctl monitor >&-'
	assert_contains "$ERR" 'stdout is closed'
	no_instance
}

@test "a reader that stops reading does not keep it from being ended" {
	local fd
	region r1 size=1M
	SAID=$BATS_TEST_TMPDIR/said
	: >"$SAID"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	exec {fd}<>"$BATS_TEST_TMPDIR/fifo"
	kexctl monitor >"$BATS_TEST_TMPDIR/fifo" 2>"$SAID" 3>&- &
	MONITOR=$!
	HOLDERS+=("$MONITOR")
	wait_until 20 is_listening
	# More than a pipe holds
	kexmap <<-EOF
		open $N
		evictfor 0 64K 3000
	EOF
	kill -TERM "$MONITOR"
	wait_until 20 ended "$MONITOR" || fail "it goes on"
	exec {fd}>&-
	no_instance
}

@test "what one that was killed left behind, the next one removes" {
	watch
	[ -d "$TRACING/instances/kexctl-$MONITOR" ] || fail "no instance of its pid"
	kill -KILL "$MONITOR"
	watched
	assert_eq "$STATUS" 137
	[ -d "$TRACING/instances/kexctl-$MONITOR" ] || fail "who removed it?"
	exits 0 kexctl monitor --idle-timeout 10ms
	no_instance
}

@test "events that came faster than they were read are counted on stderr" {
	region r1 size=1M
	watch -e evict
	printf 4 >"$TRACING/instances/kexctl-$MONITOR/buffer_size_kb"
	kill -STOP "$MONITOR"
	kexmap <<-EOF
		open $N
		evictfor 0 64K 1500
	EOF
	kill -CONT "$MONITOR"
	saw_them() { [ -s "$LINES_FILE" ]; }
	wait_until 20 saw_them
	kill -TERM "$MONITOR"
	watched
	[[ $ERR =~ [0-9]+\ events\ lost ]] || fail "$ERR"
	[[ $OUT == *' evict '* ]] || fail "$OUT"
}

@test "two at once both see everything, and nobody else's tracing is touched" {
	local first other
	region r1 size=1M
	assert_file "$TRACING/events/kex/enable" 0
	watch -n 1
	first=$MONITOR
	SAID=$BATS_TEST_TMPDIR/said2
	: >"$SAID"
	kexctl monitor -n 1 >"$BATS_TEST_TMPDIR/lines2" 2>"$SAID" 3>&- &
	other=$!
	HOLDERS+=("$other")
	wait_until 20 is_listening
	assert_file "$TRACING/events/kex/enable" 0
	kexctl region evict r1
	wait "$first"
	wait "$other"
	slurp OUT "$LINES_FILE"
	slurp ERR "$BATS_TEST_TMPDIR/lines2"
	[[ $OUT == *' evict '* ]] || fail "$OUT"
	# Each looks at the clock by itself, for the time and for the duration
	[[ $OUT =~ ^[0-9.]+\ (.*\ pages)\ [0-9.a-z]+\ (pid\ [0-9]+\ .*)$ ]]
	[[ $ERR == *" ${BASH_REMATCH[1]} "*" ${BASH_REMATCH[2]}" ]] || fail "'$OUT' and '$ERR'"
}

@test "what cannot be monitored is refused with its cause" {
	local what
	region r1 size=1M
	exits 3 kexctl monitor r2
	assert_contains "$ERR" "object 'r2': not found (did you mean 'r1'?)"
	exits 1 kexctl monitor R1
	exits 1 kexctl monitor -e evict,hol
	assert_contains "$ERR" "unknown event 'hol' (did you mean 'hold'?"
	exits 1 kexctl monitor -e ''
	exits 1 kexctl monitor -e hold,
	exits 1 kexctl monitor -e
	assert_contains "$ERR" "option '-e' needs a EVENT,..."
	exits 1 kexctl monitor -n 0
	assert_contains "$ERR" 'count 0: at least 1'
	exits 1 kexctl monitor --count x
	exits 1 kexctl monitor --idle-timeout 5
	assert_contains "$ERR" 'idle-timeout 5: not a time with its unit (such as 5s'
	exits 1 kexctl monitor --idle-timeout 0s
	exits 2 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl monitor
	assert_contains "$ERR" 'only root may do that'
	umount "$TRACING"
	try kexctl monitor
	mount -t tracefs none "$TRACING"
	assert_eq "$STATUS" 2
	assert_contains "$ERR" "tracefs is not mounted on $TRACING (mount -t tracefs none $TRACING)"
	kexctl clear
	rmmod kex
	try kexctl monitor
	insmod /kex/kex.ko
	assert_eq "$STATUS" 2
	assert_contains "$ERR" 'the module kex is not loaded'
}

@test "it ends when the module goes" {
	watch
	rmmod kex
	watched
	insmod /kex/kex.ko
	assert_eq "$STATUS" 2
	assert_contains "$ERR" 'the module kex was unloaded'
}
