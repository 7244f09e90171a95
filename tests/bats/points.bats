#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Races, stopped in the middle: what one process is about to do when another
# takes the memory away. The places are those of driver/debug.h.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

STOP=/sys/module/kex/parameters/stop
FAIL=/sys/module/kex/parameters/fail
# Where a task that was stopped sleeps
STOPPED=kex_point

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
		asleep 1 $STOPPED
	EOF
}

@test "a point stops the first that comes, and lets it go" {
	region t0 size=16P
	assert_file "$STOP" none
	kexmap <<-EOF
		open $N
		fork
		$(stop_kid mmap_filled map 0 16P)
		map 0 16P
		busy 1 -> yes
		put $STOP none
		recv 1
		get $STOP -> none
		put $STOP mmap_filled
		put $STOP none
		map 0 16P
		$(stop_kid mmap_filled map 0 16P)
		kill 1
		get $STOP -> none
	EOF
}

@test "an eager mmap stopped with its entries in, before its VMA can be found: a hold takes them" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		pwrite 0 16P 1 -> 16P
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 hold 0 16P
		await $S/state held
		asleep 2 kex_mms_sync
		busy 2 -> yes
		put $STOP none
		recv 1
		recv 2
		kid 1 touch 0 -> SIGBUS@0x0
		kid 1 check 15P 1P 1 -> SIGBUS@$(printf 0x%x $((15 * PAGE)))
		get $S/resident -> 0
		restore 0 16P
		kid 1 check 0 16P 1
	EOF
}

@test "an eager mmap stopped with its entries in: an evict takes them, of the range and no other" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		pwrite 0 16P 1 -> 16P
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 evict 0 16P
		await $S/state evicted
		asleep 2 kex_mms_sync
		put $STOP none
		recv 1
		recv 2
		get $S/state -> evicted
		get $S/resident -> 0
		kid 1 faults 0 1P -> 1
		kid 1 check 0 16P 1
		$(stop_kid mmap_filled map 0 16P)
		send 2 evict 4P 4P
		asleep 2 kex_mms_sync
		put $STOP none
		recv 1
		recv 2
		get $S/resident -> 12P
		kid 1 use 1
		kid 1 faults 0 4P -> 0
		kid 1 faults 4P 1P -> 1
	EOF
}

@test "an eager mmap stopped with its entries in: a revoke takes them" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 put $R/revoke 1
		asleep 2 kex_mms_sync
		info size -> ENODEV
		busy 2 -> yes
		put $STOP none
		recv 1
		recv 2
		kid 1 touch 0 -> SIGBUS@0x0
		kid 1 touch 15P w -> SIGBUS@$(printf 0x%x $((15 * PAGE)))
	EOF
}

@test "an eager mmap stopped with its entries in: an unbind takes them" {
	region t0 size=16P
	device fpga
	kexmap <<-EOF
		open $N
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 put $KEX_DRIVER/unbind $DEVICE
		asleep 2 kex_mms_sync
		put $STOP none
		recv 1
		recv 2
		kid 1 touch 0 -> SIGBUS@0x0
		kid 2 put $KEX_DRIVER/bind $DEVICE
		kid 1 touch 0 -> SIGBUS@0x0
	EOF
}

@test "an eager mmap stopped before it fills meets what happened meanwhile" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		pwrite 0 16P 1 -> 16P
		fork
		fork
		$(stop_kid mmap_noted map 0 16P)
		send 2 hold 0 8P
		await $S/state held
		asleep 2 kex_mms_sync
		put $STOP none
		recv 1
		recv 2
		get $S/resident -> 8P
		kid 1 touch 0 -> SIGBUS@0x0
		kid 1 faults 8P 8P -> 0
		kid 1 check 8P 8P 1
		$(stop_kid mmap_noted map 0 16P)
		send 2 put $R/revoke 1
		asleep 2 kex_mms_sync
		put $STOP none
		recv 1 -> ENODEV
		recv 2
	EOF
}

@test "a process that is killed in its mmap keeps nobody waiting" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 hold 0 16P
		asleep 2 kex_mms_sync
		kill 1
		recv 2
		get $S/resident -> 0
		get $S/mappings -> 0
		restore 0 16P
		map 0 16P
		is 0 16P 0
	EOF
}

@test "a hold that waits for an mmap can be killed, and is in force" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 hold 0 16P
		asleep 2 kex_mms_sync
		kill 2
		touch 0 -> SIGBUS@0x0
		put $STOP none
		recv 1
		get $S/state -> held
		hold 0 16P
		kid 1 touch 0 -> SIGBUS@0x0
	EOF
}

@test "while an evict waits for an mmap, holds and restores of others take effect at once" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		fork
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 evict 8P 8P
		asleep 2 kex_mms_sync
		send 3 hold 0 4P
		await $S/state held
		asleep 3 kex_zap_
		touch 0 -> SIGBUS@0x0
		busy 3 -> yes
		restore 0 2P
		touch 0
		put $STOP none
		recv 1
		recv 2
		recv 3
		get $S/state -> held
		kid 1 touch 2P -> SIGBUS@$(printf 0x%x $((2 * PAGE)))
		check 0 2P 1
		touch 2P w -> SIGBUS@$(printf 0x%x $((2 * PAGE)))
		restore 2P 2P
		kid 1 check 0 16P 1
	EOF
}

@test "a hold whose notes an evict has taken finds the entries of the mmap all the same" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		fork
		fork
		fork
		$(stop_kid mmap_filled map 0 16P)
		send 2 evict 8P 4P
		asleep 2 kex_mms_sync
		send 3 hold 0 4P
		await $S/state held
		asleep 3 kex_zap_
		put $STOP none
		recv 1
		recv 2
		recv 3
		kid 1 touch 0 -> SIGBUS@0x0
		get $S/resident -> 8P
	EOF
}

@test "a fault stopped between finding the memory and inserting it makes a hold wait, and leaves no entry" {
	local populate
	for populate in eager lazy; do
		region "t-$populate" size=16P populate="$populate" hole=zero
		kexmap <<-EOF
			open $N
			pwrite 0 16P 1 -> 16P
			fork
			kid 1 map 0 16P
			evict 0 16P
			fork
			$(stop_kid fault_found touch 0)
			send 2 hold 0 16P
			asleep 2 kex_
			busy 2 -> yes
			get $S/state -> evicted
			put $STOP none
			recv 2
			recv 1
			get $S/state -> held
			get $S/resident -> 0
			kid 1 is 0 16P 0
			restore 0 16P
			kid 1 check 0 16P 1
		EOF
	done
}

@test "a fault stopped between finding the memory and inserting it makes a revoke wait, and leaves no entry" {
	region t0 size=16P populate=lazy
	kexmap <<-EOF
		open $N
		fork
		kid 1 map 0 16P
		fork
		$(stop_kid fault_found touch 0)
		send 2 put $R/revoke 1
		asleep 2 kex_
		busy 2 -> yes
		put $STOP none
		recv 2
		recv 1 -> ?
		kid 1 touch 0 -> SIGBUS@0x0
		kid 1 touch 8P w -> SIGBUS@$(printf 0x%x $((8 * PAGE)))
	EOF
}

@test "a hold stopped with its range marked and not yet zapped keeps faults out" {
	region t0 size=16P populate=lazy
	kexmap <<-EOF
		open $N
		pwrite 0 16P 1 -> 16P
		map 0 16P
		touch 0
		fork
		fork
		kid 2 map 0 16P
		$(stop_kid zap_marked hold 0 16P)
		send 2 touch 8P
		asleep 2 kex_map_fault
		busy 2 -> yes
		put $STOP none
		recv 1
		recv 2 -> SIGBUS@$(printf 0x%x $((8 * PAGE)))
		touch 0 -> SIGBUS@0x0
		get $S/resident -> 0
	EOF
}

@test "an evict, a hold or a restore that waits for a fault can be killed, and has changed nothing" {
	local verb state
	for verb in evict hold restore; do
		state=resident
		[ "$verb" != restore ] || state=held
		region "t-$verb" size=16P populate=lazy
		kexmap <<-EOF
			open $N
			pwrite 0 16P 1 -> 16P
			$([ "$state" = resident ] || echo 'hold 15P 1P')
			fork
			kid 1 map 0 16P
			fork
			poll -> $([ "$state" = resident ] && echo none || echo pri)
			info size -> 16P
			$(stop_kid fault_found touch 0)
			send 2 $verb 0 16P
			asleep 2 kex_
			kill 2
			busy 1 -> yes
			put $STOP none
			recv 1
			get $S/state -> $state
			get $S/evictions -> 0
			get $S/resident -> $([ "$state" = resident ] && echo 16P || echo 15P)
			poll -> none
			evict 0 16P
			kid 1 check 0 1P 1
		EOF
	done
}

@test "an evict for which there is no memory has changed nothing" {
	local populate i
	for populate in eager lazy; do
		region "t-$populate" size=16P populate="$populate"
		for i in 0 1; do
			kexmap <<-EOF
				open $N
				hold 7P 1P
				map 0 16P
				info size -> 16P
				poll -> none
				put $FAIL mark $i
				evict 0 16P -> ENOMEM
				put $FAIL none
				poll -> none
				get $S/evictions -> 0
				restore 7P 1P
				touch 0
				touch 8P
				get $S/restores -> 0
				touch 7P
				get $S/restores -> 1
			EOF
			put "$R/live" 0
			put "$R/live" 1
		done
	done
}

@test "an evict that runs out of memory after it has taken an mmap's entries is done, and counts" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		pwrite 0 16P 1 -> 16P
		hold 7P 1P
		fork
		fork
		info size -> 16P
		$(stop_kid mmap_filled map 0 16P)
		send 2 evict 0 16P
		asleep 2 kex_mms_sync
		put $FAIL mark 1
		put $STOP none
		recv 1
		recv 2
		put $FAIL none
		poll -> pri
		get $S/evictions -> 1
		get $S/resident -> 0
		restore 7P 1P
		kid 1 faults 0 1P -> 1
		kid 1 check 0 16P 1
	EOF
}

@test "a SYNC of many bytes lets others change the state, and ends when its region is revoked" {
	region t0 size=4M
	kexmap <<-EOF
		open $N
		map 0 1P
		fork
		fork
		$(stop_kid sync_step ioctl 0xbe01 sync len=4M dir=1)
		send 2 hold 0 4M
		recv 2
		touch 0 -> SIGBUS@0x0
		send 2 put $R/revoke 1
		recv 2
		busy 1 -> yes
		put $STOP none
		recv 1 -> ENODEV
	EOF
}
