#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a touch of a window meets where nothing is lent, or what is lent is held:
# the window's hole mode, whatever the region's is.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

TRACEFS=/sys/kernel/tracing

teardown() {
	[ ! -d "$TRACEFS/events/kprobes/kexprobe" ] || probe_end
	kex_teardown
}

# probe_begin FUNCTION: counts from here on how often the kernel calls it
probe_begin() {
	[ -e "$TRACEFS/README" ] || mount -t tracefs tracefs "$TRACEFS"
	[ -e "$TRACEFS/kprobe_events" ] ||
		skip 'no kprobe_events in tracefs: the kernel has no CONFIG_KPROBE_EVENTS'
	put "$TRACEFS/kprobe_events" "p:kexprobe $1"
	put "$TRACEFS/events/kprobes/kexprobe/enable" 1
}

# probe_end: OUT is how often that was
probe_end() {
	local name
	while read -r name OUT _; do
		[ "$name" != kexprobe ] || break
	done <"$TRACEFS/kprobe_profile"
	put "$TRACEFS/events/kprobes/kexprobe/enable" 0
	: >"$TRACEFS/kprobe_events"
}

# begin HOLE: a region t0 of another mode, filled with seed 5, and a window w0
begin() {
	local other=zero
	[ "$1" != zero ] || other=sigbus
	region t0 size=16P hole=$other
	window w0 size=8P hole="$1"
	BEGIN="open /dev/kex/t0
		map 0 16P
		fill 0 16P 5
		open /dev/kex/w0
		map 0 8P"
}

@test "sigbus: a hole is one, and so is a held piece" {
	begin sigbus
	kexmap <<-EOF
		$BEGIN
		touch 0 -> SIGBUS@0P
		touch 0 w -> SIGBUS@0P
		into 0 1P -> EFAULT
		from 0 1P -> EFAULT
		mem 0 1P -> EIO
		putp $W/map 0P t0 0P 4P
		checkat 0 4P 0 5
		put $KEX_CLASS/t0/hold 1
		touch 0 -> SIGBUS@0P
		mem 0 1P -> EIO
		use 0
		is 0 16P 0
		put $KEX_CLASS/t0/restore 1
		check 0 16P 5
		use 1
		checkat 0 4P 0 5
		mem 1P 1P -> 1P
		data 1P 5
	EOF
}

# seed: 1.7
@test "zero: a hole reads as zeroes that nobody can write, until a piece is there" {
	begin zero
	kexmap <<-EOF
		$BEGIN
		is 0 8P 0
		touch 1P w -> SIGBUS@1P
		mem 0 1P -> 1P
		datais 0
		memw 0 1P -> EIO
		into 0 1P -> EFAULT
		protect r
		protect rw
		touch 1P w -> SIGBUS@1P
		get $S/resident -> 0
		putp $W/map 2P t0 4P 2P
		is 0 2P 0
		checkat 2P 2P 4P 5
		is 4P 4P 0
		fillat 2P 1P 4P 7
		putp $KEX_CLASS/t0/hold 4P 1P
		is 2P 1P 0
		checkat 3P 1P 5P 5
		touch 2P w -> SIGBUS@2P
		put $KEX_CLASS/t0/restore 1
		checkat 2P 1P 4P 7
		putp $W/unmap 2P 2P
		is 0 8P 0
		touch 2P w -> SIGBUS@2P
		put ${R}/revoke 1
		is 0 8P 0
		map 0 1P
		is 0 1P 0
	EOF
}

# seed: 1.7
@test "scratch: a hole is the file's own page, which a piece hides and uncovers" {
	begin scratch
	kexmap <<-EOF
		$BEGIN
		is 0 8P 0
		fillat 0 1P 0 9
		checkat 5P 1P 0 9
		fork
		kid 1 checkat 3P 1P 0 9
		kid 1 fillat 3P 1P 0 8
		checkat 0 1P 0 8
		open $N
		map 0 8P
		is 0 8P 0
		use 1
		putp $W/map 3P t0 4P 2P
		kid 1 checkat 3P 2P 4P 5
		checkat 3P 2P 4P 5
		checkat 2P 1P 0 8
		use 2
		checkat 3P 2P 4P 5
		is 2P 1P 0
		putp $W/unmap 4P 1P
		use 1
		checkat 4P 1P 0 8
		checkat 3P 1P 4P 5
		putp $KEX_CLASS/t0/hold 4P 1P
		checkat 3P 1P 0 8
		fillat 3P 1P 0 3
		put $KEX_CLASS/t0/restore 1
		checkat 3P 1P 4P 5
		use 0
		check 0 16P 5
		get $S/resident -> ?
	EOF
}

@test "what holes showed is gone wherever pieces come, those that continue each other too" {
	local mode
	for mode in zero scratch; do
		begin $mode
		kexmap <<-EOF
			$BEGIN
			is 0 8P 0
			putp $W/map 2P t0 2P 2P; 7P t0 7P 1P; 4P t0 4P 2P; 1P t0 1P 1P; 6P t0 6P 1P
			lent $W/pieces -> 1P t0 1P 7P
			is 0 1P 0
			checkat 1P 7P 1P 5
		EOF
		kex_remove_all
	done
}

@test "wait: a touch of a hole sleeps until a piece is mapped there" {
	begin wait
	kexmap <<-EOF
		$BEGIN
		fork
		send 1 checkat 2P 1P 9P 5
		asleep 1 kex_hole_wait
		maps 1
		putp $W/map 0P t0 0P 2P
		putp $W/unmap 0P 1P
		busy 1 -> yes
		putp $W/map 2P t0 9P 1P
		recv 1
		into 3P 1P -> EFAULT
		mem 3P 1P -> EIO
	EOF
}

@test "wait: a touch of a held piece sleeps until its region is restored" {
	begin wait
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0P t0 8P 8P
		fork
		put $KEX_CLASS/t0/hold 1
		send 1 fillat 3P 1P 11P 4
		asleep 1 kex_hole_wait
		putp $KEX_CLASS/t0/restore 0P 8P
		busy 1 -> yes
		use 0
		is 11P 1P 0
		put $KEX_CLASS/t0/restore 1
		recv 1
		check 11P 1P 4
	EOF
}

@test "wait: whoever sleeps at a window is woken by its end, and killed as any other" {
	begin wait
	kexmap <<-EOF
		$BEGIN
		fork
		fork
		send 1 touch 0
		send 2 touch 1P
		asleep 1 kex_hole_wait
		asleep 2 kex_hole_wait
		kill 1
		put $W/revoke 1
		recv 2 -> SIGBUS@1P
	EOF
}

@test "wait: a sleeper stays asleep when the region that he would see is revoked" {
	begin wait
	region t1 size=16P
	kexmap <<-EOF
		$BEGIN
		putp $W/map 0P t0 8P 8P
		put $KEX_CLASS/t0/hold 1
		fork
		send 1 is 3P 1P 0
		asleep 1 kex_hole_wait
		put ${R%t1}t0/revoke 1
		lent $W/pieces -> none
		asleep 1 kex_hole_wait
		putp $W/map 0P t1 0P 8P
		recv 1
	EOF
}

@test "what thousands of pieces show is cleared by a few calls, and by none too few" {
	local script='' window
	region t1 size=16P
	region t0 size=16P populate=lazy
	window w0 size=4000P
	window w1 size=4000P
	# In both, what is asked for at each even page, and its neighbour's at each odd
	for window in 2 3; do
		script+="piece 0 0 0 1P 2000 0 2P
			piece 1 0 1P 1P 2000 0 2P
			wmap $window
			file $window
			map 0 4000P
			faults 0 4000P -> ?
			file 0
			"
	done
	probe_begin unmap_mapping_range
	kexmap >"$BATS_TEST_TMPDIR/faults" <<-EOF
		open /dev/kex/t0
		open /dev/kex/t1
		open /dev/kex/w0
		open /dev/kex/w1
		file 0
		pwrite 0 1P 5 -> 1P
		file 1
		pwrite 0 1P 6 -> 1P
		file 0
		$script
		get /sys/class/kex/t0/resident -> 1P
		hold 0 1P
		get /sys/class/kex/t0/resident -> 0
		touch 0 -> SIGBUS@0P
		touch 3998P -> SIGBUS@3998P
		checkat 3999P 1P 0 6
		use 0
		touch 2000P -> SIGBUS@2000P
		checkat 1P 1P 0 6
		restore 0 1P
		checkat 0 1P 0 5
		checkat 3998P 1P 0 5
		use 1
		checkat 2000P 1P 0 5
		evict 0 16P
		get /sys/class/kex/t0/resident -> 0
		checkat 0 1P 0 5
		put $FPGA/regions/t0/revoke 1
		touch 0 -> SIGBUS@0P
		checkat 1P 1P 0 6
		use 0
		touch 3998P -> SIGBUS@3998P
	EOF
	probe_end
	((OUT < 1000)) || fail "$OUT calls"
}
