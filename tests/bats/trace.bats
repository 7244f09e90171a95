#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The tracepoints kex:*, as tracefs shows them: one event for each thing that
# happens to mapped memory, with name, range, reason, pages and duration.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

TRACEFS=/sys/kernel/tracing
TRACE=$TRACEFS/instances/trace-bats

# An instance of the test's own, with all events of kex on
trace_begin() {
	local features
	slurp features "$KEX/features"
	[[ $'\n'$features$'\n' == *$'\n'trace$'\n'* ]] ||
		skip 'no trace in features: the kernel has no CONFIG_EVENT_TRACING'
	[ -d "$TRACEFS/instances" ] || mount -t tracefs tracefs "$TRACEFS"
	trace_end
	mkdir "$TRACE"
	put "$TRACE/events/kex/enable" 1
}

trace_end() {
	[ ! -d "$TRACE" ] || rmdir "$TRACE"
}

teardown_file() {
	trace_end
}

# trace_is [PART]: the events that have PART are these on stdin, each without
# its duration, which must be more than 0; off and len are in pages, as 2P
trace_is() {
	local line want got='' ns bytes
	while IFS= read -r line; do
		[[ $line == *": kex_"* && $line == *"${1-}"* ]] || continue
		line=kex_${line#*: kex_}
		ns=${line##* ns=}
		[[ $ns =~ ^[1-9][0-9]*$ ]] || fail "$line: a duration of '$ns'"
		got+=${line% ns=*}$'\n'
	done <"$TRACE/trace"
	IFS= read -r -d '' want || true
	while [[ $want =~ =([0-9]+)P ]]; do
		printf -v bytes '=0x%x' $((BASH_REMATCH[1] * PAGE))
		want=${want/"${BASH_REMATCH[0]}"/"$bytes"}
	done
	assert_eq "$got" "$want"
}

# The number in the name of the only anonymous window that has an event
anonymous_number() {
	sed -n 's/.* name=t0:\([0-9]*\) .*/\1/p' "$TRACE/trace"
}

@test "evict, hold and restore are traced with range, pages and who asked" {
	trace_begin
	region t0 size=16P
	kexmap <<-EOF
		open $N
		evict 1P 2P
		evict 0 16P
		put $S/evict 1
		put $S/hold 0 $PAGE
		put $S/hold $((8 * PAGE)) $((8 * PAGE))
		put $S/restore 1
		put $S/restore $((4 * PAGE)) $PAGE
	EOF
	trace_is <<-'EOF'
		kex_evict: name=t0 off=1P len=2P reason=ioctl pages=2
		kex_evict: name=t0 off=0P len=16P reason=ioctl pages=16
		kex_evict: name=t0 off=0P len=16P reason=sysfs pages=16
		kex_hold: name=t0 off=0P len=1P reason=sysfs pages=1
		kex_hold: name=t0 off=8P len=8P reason=sysfs pages=8
		kex_restore: name=t0 off=0P len=16P reason=sysfs pages=16
		kex_restore: name=t0 off=4P len=1P reason=sysfs pages=1
	EOF
}

@test "each piece that is mapped is traced, and each unmap of any" {
	trace_begin
	region t0 size=256P
	window w0 size=256P
	kexmap <<-EOF
		open /dev/kex/t0
		open $N
		putp $W/map 32P t0 0 16P; 0 t0 16P 32P
		putp $W/map 0 t0 0 16P -> EBUSY
		putp $W/unmap 48P 16P
		putp $W/unmap 16P 32P
		file 0
		piece 0 128P 64P 16P
		wmap 1
		wunmap 1 0 256P
		put $W/revoke 1
	EOF
	trace_is <<-'EOF'
		kex_window_map: name=w0 off=32P len=16P reason=configfs pages=16
		kex_window_map: name=w0 off=0P len=32P reason=configfs pages=32
		kex_window_unmap: name=w0 off=16P len=32P reason=configfs pages=32
		kex_window_map: name=w0 off=64P len=16P reason=ioctl pages=16
		kex_window_unmap: name=w0 off=0P len=256P reason=ioctl pages=256
		kex_revoke: name=w0 off=0P len=256P reason=configfs pages=256
	EOF
}

@test "an owner's end is the reason why its windows are revoked" {
	trace_begin
	region t0 size=16P
	kexmap <<-EOF
		open $N
		window 16P
		file 0
		close
	EOF
	trace_is <<-EOF
		kex_revoke: name=t0:$(anonymous_number) off=0P len=16P reason=owner pages=16
	EOF
}

@test "what is refused is not traced" {
	trace_begin
	region t0 size=16P
	kexmap <<-EOF
		open $N
		evict 0 17P -> ERANGE
		evict 0 0 -> EINVAL
		put $S/hold 1K 64K -> EINVAL
		put $R/revoke 1
		evict 0 16P -> ENODEV
	EOF
	trace_is <<-'EOF'
		kex_revoke: name=t0 off=0P len=16P reason=configfs pages=16
	EOF
}

@test "a fault is traced with the block that it mapped: first touch, or one after a restore" {
	trace_begin
	region t0 size=16P populate=lazy
	kexmap <<-EOF
		open $N
		map 1P 15P
		touch 2P
		touch 0
		evict 2P 1P
		touch 1P w
		put $S/hold $((4 * PAGE)) $((4 * PAGE))
		put $S/restore $((4 * PAGE)) $((4 * PAGE))
		touch 3P
	EOF
	trace_is kex_fault <<-'EOF'
		kex_fault: name=t0 off=1P len=15P reason=lazy pages=15
		kex_fault: name=t0 off=2P len=1P reason=restore pages=1
		kex_fault: name=t0 off=4P len=4P reason=restore pages=4
	EOF
}

@test "a touch of held memory is traced by what it met" {
	local hole
	trace_begin
	for hole in sigbus zero scratch; do
		region "$hole" size=16P hole=$hole
		put "$S/hold" 1
		kexmap >"$BATS_TEST_TMPDIR/reply" <<-EOF
			open $N
			map 0 16P
			touch 2P -> ?
			fill 3P 8 -> ?
			fill 2P 8 -> ?
		EOF
	done
	trace_is kex_fault <<-'EOF'
		kex_fault: name=sigbus off=2P len=1P reason=sigbus pages=0
		kex_fault: name=sigbus off=3P len=1P reason=sigbus pages=0
		kex_fault: name=sigbus off=2P len=1P reason=sigbus pages=0
		kex_fault: name=zero off=2P len=1P reason=zero pages=1
		kex_fault: name=zero off=3P len=1P reason=sigbus pages=0
		kex_fault: name=zero off=2P len=1P reason=sigbus pages=0
		kex_fault: name=scratch off=2P len=1P reason=scratch pages=1
		kex_fault: name=scratch off=3P len=1P reason=scratch pages=1
	EOF
}

@test "a wait on held memory is traced when it ends, then the fault that maps" {
	trace_begin
	region t0 size=16P hole=wait
	put "$S/hold" 1
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 map 0 16P
		send 1 touch 2P
		put $S/restore 1
		recv 1
	EOF
	# The touch may come after the restore, and need not wait then
	trace_is reason=restore <<-'EOF'
		kex_fault: name=t0 off=0P len=16P reason=restore pages=16
	EOF
}

@test "unbind revokes with a reason of its own, and a touch afterwards is traced" {
	trace_begin
	region t0 size=16P
	device fpga
	kexmap <<-EOF
		open $N
		map 0 16P
		put $KEX_DRIVER/unbind $DEVICE
		touch 1P -> SIGBUS@$(printf 0x%x "$PAGE")
		put $KEX_DRIVER/bind $DEVICE
	EOF
	trace_is <<-'EOF'
		kex_revoke: name=t0 off=0P len=16P reason=unbind pages=16
		kex_fault: name=t0 off=1P len=1P reason=revoked pages=0
	EOF
}

@test "a filter by name leaves the others out" {
	trace_begin
	put "$TRACE/events/kex/filter" 'name == "t1"'
	region t0 size=16P
	put "$S/evict" 1
	region t1 size=16P
	put "$S/evict" 1
	trace_is <<-'EOF'
		kex_evict: name=t1 off=0P len=16P reason=sysfs pages=16
	EOF
}

@test "a program that decodes events itself finds the reasons as numbers" {
	local format
	trace_begin
	slurp format "$TRACEFS/events/kex/kex_fault/format"
	[[ $format != *KEX_REASON_* ]] || fail "$format"
	assert_contains "$format" '{ 0, "ioctl" }'
}

@test "evictions of a pool are traced, whoever asks for them, and faults that bring pages back" {
	need_pools
	trace_begin
	policy p1 low=50 granule=2M
	pool t0 size=2M policy=p1 fault_around=4
	local all=$((2097152 / PAGE))
	kexmap <<-EOF
		open $N
		anon $((all + 4))P
		fill 0 $((all + 4))P
		migrate 0 ${all}P -> $all
		migrate ${all}P 4P -> 4
		evict 0 2M
		migrate 0 4P -> 4
		put $S/evict 1
		migrate 0 4P -> 4
		poolevict 4 -> 4
		migrate 0 4P -> 4
		touch 1P
		check 0 $((all + 4))P
	EOF
	grep -q ': kex_fault: name=t0 .* reason=restore pages=[1-4] ns=' "$TRACE/trace"
	trace_is kex_evict <<-EOF
		kex_evict: name=t0 off=0P len=${all}P reason=policy pages=$all
		kex_evict: name=t0 off=0P len=${all}P reason=ioctl pages=4
		kex_evict: name=t0 off=0P len=${all}P reason=sysfs pages=4
		kex_evict: name=t0 off=0P len=${all}P reason=ioctl pages=4
	EOF
}

@test "moves into a pool and home are traced, each with what moved, when nothing did too" {
	need_pools
	trace_begin
	pool t0 size=2M
	local all=$((2097152 / PAGE))
	kexmap <<-EOF
		open $N
		anon 8P
		fill 0 8P
		migrate 0 4P -> 4
		migrate 0 8P -> 4
		home 2P 2P -> 2
		home 2P 2P -> 0
	EOF
	trace_is kex_migrate <<-EOF
		kex_migrate: name=t0 off=0P len=${all}P reason=in pages=4
		kex_migrate: name=t0 off=0P len=${all}P reason=in pages=4
		kex_migrate: name=t0 off=0P len=${all}P reason=home pages=2
		kex_migrate: name=t0 off=0P len=${all}P reason=home pages=0
	EOF
}
