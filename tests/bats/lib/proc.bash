# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Other processes that hold a region, and waiting with a limit.

HOLDERS=()

# hold NODE LEN: a process that has the node open and LEN bytes of it mapped.
# HOLDER is its pid. It is there for sure when this returns.
hold() {
	local line fd
	# bats waits for whoever has its fd 3 open
	exec {fd}< <(exec kexmap "open $1" "map 0 $2" 'say ready' 'pause' 3>&-)
	HOLDER=$!
	HOLDERS+=("$HOLDER")
	read -r -t 20 -u "$fd" line || line=''
	exec {fd}<&-
	[ "$line" = ready ] || fail "nobody holds $1: '$line'"
}

# ended PID: a zombie counts, since its files are closed: when bash reaps what it
# has started in <( ) is bash's own affair
ended() {
	local stat=''
	# To the end, for a name may have newlines: what bash has read and cannot give
	# back, as of a process that has just gone, is what it reads next, wherever
	{ ! read -rd '' stat <"/proc/$1/stat"; } 2>"$BATS_TEST_TMPDIR/ended"
	[[ -z $stat || $stat == *') Z '* ]]
}

# release PID: kills a holder; its files are closed when this returns
release() {
	kill -KILL "$1" 2>"$BATS_TEST_TMPDIR/kill" || return 0
	wait_until 10 ended "$1"
}

release_all() {
	local pid
	for pid in "${HOLDERS[@]}"; do
		release "$pid" || return 1
	done
	HOLDERS=()
}

# wait_until SECONDS COMMAND...: polls; fails when the time is over
wait_until() {
	local limit=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS <= limit)) || return 1
		# A read from a pipe that nobody writes to: a pause without a fork
		[ -n "${NEVER-}" ] || exec {NEVER}<> <(:)
		if read -r -t 0.02 -u "$NEVER"; then
			return 1
		fi
	done
}

# blocked PID: it sleeps, which what writes all the time does at a full pipe alone
blocked() {
	local state
	read -r _ _ state _ <"/proc/$1/stat"
	[ "$state" = S ]
}

# stuck COMMAND...: it writes into a pipe that nobody reads, which is full when
# this returns. STUCK is its pid.
stuck() {
	exec {STUCK_FD}< <(exec "$@" 2>"$BATS_TEST_TMPDIR/stuck" 3>&-)
	STUCK=$!
	HOLDERS+=("$STUCK")
	wait_until 10 blocked "$STUCK"
}

# unstick: reads what it wrote until it ends; STATUS and ERR are what came of it
unstick() {
	head -c 8M <&"$STUCK_FD" >"$BATS_TEST_TMPDIR/drained"
	STATUS=0
	wait "$STUCK" || STATUS=$?
	exec {STUCK_FD}<&-
	slurp ERR "$BATS_TEST_TMPDIR/stuck"
}
