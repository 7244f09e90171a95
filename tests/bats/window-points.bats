#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Windows whose calls fail at any piece, and calls that are stopped in the middle
# while others act or the caller is killed. The places are those of
# driver/debug.h.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

STOP=/sys/module/kex/parameters/stop
FAIL=/sys/module/kex/parameters/fail

teardown() {
	echo none >"$STOP"
	echo none >"$FAIL"
	kex_remove_all
	kmsg_splats || LEFT+=("the kernel complained (above)")
	if ((${#LEFT[@]})); then
		printf 'left behind: %s\n' "${LEFT[@]}" >&2
		return 1
	fi
}

# stop_kid POINT COMMAND: lines for kexmap: kid 1 stops at the point in it
stop_kid() {
	cat <<-EOF
		put $STOP $1
		send 1 ${*:2}
		await $STOP $1
		asleep 1 kex_point
	EOF
}

# A named window over t0 and t1 (seeds 5 and 6), files 0, 1 and 2, mappings the
# same; two pieces are mapped; five more that would continue one of these, or
# each other, are in the list
BEGIN='open /dev/kex/t0
	map 0 16P
	fill 0 16P 5
	open /dev/kex/t1
	map 0 16P
	fill 0 16P 6
	open /dev/kex/w0
	map 0 16P
	file 0
	piece 0 0P 0P 2P
	piece 1 8P 8P 2P
	wmap 2
	piece 0 2P 2P 2P
	piece 1 10P 10P 1P
	piece 1 7P 7P 1P
	piece 0 4P 4P 2P
	piece 1 15P 15P 1P'
BEFORE='0P t0 0P 2P; 8P t1 8P 2P'
AFTER='0P t0 0P 6P; 7P t1 7P 4P; 15P t1 15P 1P'

# What mappings show BEFORE, for a window whose holes are of mode zero
SHOWS_BEFORE='use 2
	checkat 0 2P 0 5
	is 2P 6P 0
	checkat 8P 2P 8P 6
	is 10P 6P 0
	touch 2P w -> SIGBUS@2P'
SHOWS_AFTER='use 2
	checkat 0 6P 0 5
	is 6P 1P 0
	checkat 7P 4P 7P 6
	is 11P 4P 0
	checkat 15P 1P 15P 6'

begin() {
	region t0 size=16P
	region t1 size=16P
	window w0 size=16P hole="${1:-zero}"
}

# seed: 2.5
@test "whichever piece of a map cannot be had, none is mapped and nothing has changed" {
	local point i script=''
	begin
	for point in lend_new lend_link; do
		for i in 0 1 2 3 4; do
			script+="put $FAIL $point $i
				wmap 2 keep=1 -> $([ $point = lend_new ] && echo ENOMEM || echo EIO)
				lent $W/pieces -> $BEFORE
				faults 0 2P -> 0
				faults 8P 2P w -> 0
				$SHOWS_BEFORE
				file 2
				poll -> none
				file 0
				"
		done
	done
	kexmap <<-EOF
		$BEGIN
		$SHOWS_BEFORE
		file 2
		info kind -> 1
		file 0
		$script
		put $FAIL lend_link 5
		wmap 2
		lent $W/pieces -> $AFTER
		$SHOWS_AFTER
		put $FAIL none
		put $KEX_CLASS/t0/hold 1
		is 0 7P 0
		checkat 7P 4P 7P 6
		put ${R}/revoke 1
		is 0 16P 0
		lent $W/pieces -> 0P t0 0P 6P
		put $KEX_CLASS/t0/restore 1
		checkat 0 6P 0 5
	EOF
}

@test "a piece that could not be mapped keeps nothing of its region" {
	begin
	kexmap <<-EOF
		$BEGIN
		wunmap 2 0 16P
		use 1
		unmap
		put $FAIL lend_link 4
		wmap 2 -> EIO
		file 1
		close
		put $R/live 0
		get $FPGA/free -> $((FPGA_SIZE - 16 * PAGE))
	EOF
}

# seed: 2.6
@test "whoever is killed between two pieces has mapped none" {
	begin
	kexmap <<-EOF
		$BEGIN
		$SHOWS_BEFORE
		fork
		$(stop_kid lend_linked wmap 2)
		kill 1
		get $STOP -> none
		lent $W/pieces -> $BEFORE
		$SHOWS_BEFORE
		wmap 2
		lent $W/pieces -> $AFTER
		$SHOWS_AFTER
	EOF
}

@test "whoever is killed in the middle of an unmap has unmapped all" {
	begin
	kexmap <<-EOF
		$BEGIN
		$SHOWS_BEFORE
		fork
		$(stop_kid lend_unmapped wunmap 2 1P 8P)
		kill 1
		lent $W/pieces -> 0P t0 0P 1P; 9P t1 9P 1P
		checkat 0 1P 0 5
		is 1P 8P 0
		checkat 9P 1P 9P 6
	EOF
}

@test "whoever is killed while he waits for the window or a region has changed nothing" {
	begin
	kexmap <<-EOF
		$BEGIN
		fork
		fork
		fork
		$(stop_kid lend_linked wmap 2)
		pieces
		kid 2 pieces
		kid 2 piece 0 12P 12P 1P
		send 2 wmap 2
		asleep 2 kex_
		send 3 wunmap 2 0 16P
		asleep 3 kex_
		kill 2
		kill 3
		put $STOP none
		recv 1
		lent $W/pieces -> $AFTER
		$SHOWS_AFTER
	EOF
}

@test "two that map at once: one is first, and what the other wants is all there or all not" {
	begin
	kexmap <<-EOF
		$BEGIN
		fork
		fork
		fork
		$(stop_kid lend_linked wmap 2)
		kid 2 pieces
		kid 2 piece 0 12P 12P 1P
		kid 2 piece 0 5P 5P 1P
		send 2 wmap 2
		kid 3 pieces
		kid 3 piece 0 12P 12P 1P
		kid 3 piece 0 13P 13P 2P
		send 3 wmap 2
		asleep 2 kex_
		asleep 3 kex_
		put $STOP none
		recv 1
		recv 2 -> EBUSY
		recv 3
		lent $W/pieces -> 0P t0 0P 6P; 7P t1 7P 4P; 12P t0 12P 3P; 15P t1 15P 1P
	EOF
}

@test "a fault in the middle of a map or an unmap waits for its end" {
	begin
	kexmap <<-EOF
		$BEGIN
		fork
		fork
		kid 2 use 2
		$(stop_kid lend_linked wmap 2)
		send 2 checkat 2P 4P 2P 5
		asleep 2 kex_
		put $STOP none
		recv 1
		recv 2
		$(stop_kid lend_unmapped wunmap 2 0 16P)
		send 2 checkat 2P 1P 2P 5
		asleep 2 kex_
		put $STOP none
		recv 1
		recv 2 -> BAD@2P
		kid 2 is 0 16P 0
	EOF
}

@test "a hold of a region that is being lent from waits for nobody, and is seen at the end" {
	begin
	kexmap <<-EOF
		$BEGIN
		fork
		$(stop_kid lend_linked wmap 2)
		put $KEX_CLASS/t0/hold 1
		put $KEX_CLASS/t1/evict 1
		put $STOP none
		recv 1
		use 2
		is 0 7P 0
		checkat 7P 4P 7P 6
		put $KEX_CLASS/t0/restore 1
		$SHOWS_AFTER
	EOF
}

@test "a region that is revoked between two pieces of a map: none of its pieces stays" {
	begin
	kexmap <<-EOF
		$BEGIN
		fork
		fork
		$(stop_kid lend_linked wmap 2)
		send 2 put ${R%t1}t0/revoke 1
		asleep 2 kex_
		put $STOP none
		recv 1 -> ENODEV
		recv 2
		lent $W/pieces -> 8P t1 8P 2P
		use 2
		is 0 8P 0
		checkat 8P 2P 8P 6
		put $KEX_CLASS/t1/hold 1
		is 8P 2P 0
	EOF
}

@test "a window that is revoked in the middle of a map is without pieces" {
	begin sigbus
	kexmap <<-EOF
		$BEGIN
		fork
		fork
		$(stop_kid lend_linked wmap 2)
		send 2 put $W/revoke 1
		asleep 2 kex_
		put $STOP none
		recv 1
		recv 2
		use 2
		touch 0 -> SIGBUS@0P
		touch 15P -> SIGBUS@15P
		lent $W/pieces -> none
		use 0
		unmap
		use 1
		unmap
		file 0
		close
		file 1
		close
		reap 1
		reap 2
		put $R/live 0
		put ${R%t1}t0/live 0
		get $FPGA/free -> $FPGA_SIZE
	EOF
}

@test "a region that is being lent to an open window is not taken down" {
	begin
	kexmap <<-EOF
		open /dev/kex/t0
		open /dev/kex/t1
		open /dev/kex/w0
		fork
		kid 1 file 0
		kid 1 piece 1 0 0 1P
		kid 1 piece 0 0 1P 1P
		file 1
		close
		$(stop_kid lend_linked wmap 2)
		put $R/live 0 -> EBUSY
		put $STOP none
		recv 1
		kid 1 file 1
		kid 1 close
		put $R/live 0 -> EBUSY
	EOF
}

@test "a hold waits for a fault on a window that is stopped before it inserts, and then takes it" {
	begin sigbus
	kexmap <<-EOF
		$BEGIN
		fork
		fork
		kid 1 use 2
		$(stop_kid fault_found touch 8P)
		send 2 put $KEX_CLASS/t1/hold 1
		asleep 2 kex_
		use 0
		touch 0 w
		put $STOP none
		recv 1 -> ?
		recv 2
		kid 1 touch 8P -> SIGBUS@8P
		use 1
		touch 8P -> SIGBUS@8P
		put $KEX_CLASS/t1/restore 1
		kid 1 checkat 8P 2P 8P 6
	EOF
}

@test "an unmap, and a revoke of either, wait for a fault that is stopped before it inserts" {
	local what
	for what in "wunmap 2 0 16P" "put $FPGA/windows/w0/revoke 1" \
		"put $FPGA/regions/t1/revoke 1"; do
		begin sigbus
		kexmap <<-EOF
			$BEGIN
			fork
			fork
			kid 1 use 2
			$(stop_kid fault_found touch 8P w)
			send 2 $what
			asleep 2 kex_
			put $STOP none
			recv 1 -> ?
			recv 2
			kid 1 touch 8P -> SIGBUS@8P
		EOF
		kex_remove_all
	done
}

@test "a client that maps while the owner dies gets nothing" {
	begin
	kexmap <<-EOF
		fork
		kid 1 open /dev/kex/t0
		kid 1 window 16P
		kid 1 pass
		take 1
		map 0 8P
		kid 1 file 0
		kid 1 piece 0 0 0 16P
		kid 1 wmap 1
		touch 0
		kid 1 file 1
		kid 1 close
		kid 1 file 0
		put $STOP window_revoked
		send 1 close
		await $STOP window_revoked
		asleep 1 kex_point
		map 0 16P -> ENODEV
		touch 0 -> SIGBUS@0P
		info size -> ENODEV
		kill 1
		map 0 16P -> ENODEV
		touch 7P -> SIGBUS@7P
		put ${R%t1}t0/live 0
	EOF
}

# Both take the window from the file's list: whoever finds it taken must wait
@test "the close of an owner whose region is being revoked ends when its windows have ended" {
	begin
	kexmap <<-EOF
		fork
		kid 1 open /dev/kex/t0
		kid 1 window 16P
		kid 1 pass
		take 1
		map 0 16P
		kid 1 open /dev/kex/t1
		kid 1 map 0 16P
		kid 1 fill 0 16P 6
		kid 1 file 0
		kid 1 piece 2 0 0 16P
		kid 1 wmap 1
		checkat 0 16P 0 6
		fork
		put $STOP window_ending
		send 2 put ${R%t1}t0/revoke 1
		await $STOP window_ending
		send 1 close
		asleep 1 kex_
		put $STOP none
		recv 2
		recv 1
		touch 0 -> SIGBUS@0P
		map 0 16P -> ENODEV
	EOF
}

@test "the revoke of a region whose file is being closed ends when its windows have ended" {
	begin
	kexmap <<-EOF
		fork
		kid 1 open /dev/kex/t0
		kid 1 window 16P
		kid 1 pass
		take 1
		map 0 16P
		kid 1 open /dev/kex/t1
		kid 1 map 0 16P
		kid 1 fill 0 16P 6
		kid 1 file 0
		kid 1 piece 2 0 0 16P
		kid 1 wmap 1
		checkat 0 16P 0 6
		fork
		put $STOP window_ending
		send 1 close
		await $STOP window_ending
		send 2 put ${R%t1}t0/revoke 1
		asleep 2 kex_
		put $STOP none
		recv 1
		recv 2
		touch 0 -> SIGBUS@0P
		map 0 16P -> ENODEV
	EOF
}

@test "an owner that is killed in the middle of each call leaves nothing of his windows" {
	local point command
	for point in lend_linked lend_unmapped window_made; do
		case $point in
		lend_linked) command='wmap 1' ;;
		lend_unmapped) command='wunmap 1 1P 2P' ;;
		window_made) command='window 4P' ;;
		esac
		begin
		kexmap <<-EOF
			fork
			kid 1 open /dev/kex/t0
			kid 1 window 16P
			kid 1 pass
			take 1
			map 0 16P
			kid 1 file 0
			kid 1 piece 0 0 0 4P
			kid 1 wmap 1
			kid 1 piece 0 4P 4P 1P 4
			touch 0
			$(stop_kid $point "$command")
			kill 1
			touch 0 -> SIGBUS@0P
			touch 4P -> SIGBUS@4P
			info size -> ENODEV
			put ${R%t1}t0/live 0
		EOF
		kex_remove_all
	done
}

@test "a window that is made while its region is revoked is not made" {
	begin
	kexmap <<-EOF
		open /dev/kex/t0
		fork
		$(stop_kid window_made window 4P)
		put ${R%t1}t0/revoke 1
		put $STOP none
		recv 1 -> ENODEV
	EOF
}

@test "a fault stopped before it shows a hole in a window: a restore of the region waits, and finds it" {
	local hole
	for hole in zero scratch; do
		region "t-$hole" size=16P
		window "w-$hole" size=16P hole=$hole
		kexmap <<-EOF
			open /dev/kex/t-$hole
			pwrite 0 16P 5 -> 16P
			putp $W/map 0P t-$hole 0P 16P
			open /dev/kex/w-$hole
			map 0 16P
			fork
			fork
			file 0
			hold 0 16P
			$(stop_kid hole_found touch 0)
			send 2 put $KEX_CLASS/t-$hole/restore 1
			asleep 2 kex_zap_restore
			put $STOP none
			recv 1
			recv 2
			kid 1 check 0 16P 5
			check 0 16P 5
		EOF
	done
}

@test "a region is not taken down while what it had lent is being given back: its memory would not be free" {
	region t0 size=16P offset=0
	region t1 size=16P offset=1M
	kexmap <<-EOF
		open /dev/kex/t0
		window 16P
		open /dev/kex/t1
		file 0
		piece 2 0 0 16P
		wmap 1
		file 2
		close
		file 0
		fork
		$(stop_kid lend_freeing wunmap 1 0 16P)
		put $R/live 0 -> EBUSY
		put $STOP none
		recv 1
		put $R/live 0
		put $R/live 1
		get $R/offset -> 1048576
	EOF
}
