#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Races about pools, stopped in the middle. The places are those of driver/debug.h.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

STOP=/sys/module/kex/parameters/stop
FAIL=/sys/module/kex/parameters/fail
# Where a task that was stopped sleeps
STOPPED=kex_point
KEX_NEEDS=need_pools

teardown() {
	echo none >"$STOP"
	echo none >"$FAIL"
	kex_teardown
	[ ! -d /sys/module/kexpte ] || rmmod kexpte
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

@test "an eviction that a revoke and the end of its policy overtake finds no pool, and no policy that is gone" {
	policy t0 algorithm=lru
	pool p0 size=2M policy=t0
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		fork
		$(stop_kid pool_evict_read poolevict 1)
		put $R/revoke 1
		rmdir $R
		rmdir $KEX/policies/t0
		exists $KEX/policies/t0 -> no
		put $STOP none
		recv 1 -> ENODEV
		check 0 16P
		kid 1 check 0 16P
	EOF
}

@test "a page that is busy for a moment moves all the same, and is counted once" {
	insmod /kex/kexpte.ko
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		thread
		kid 1 use 0
		lockpage 8P
		$(stop_kid migrate_in migrate 0 16P)
		unlockpage
		put $STOP none
		recv 1 -> 16
		kid 1 why -> moved=16
		migrate 0 16P -> 0
		why -> there=16
		home 0 16P -> 16
		why -> moved=16
		check 0 16P
	EOF
}

@test "a page that is given up just when the device gets it for itself is not read any more" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 4P
		fill 0 4P
		exclusive 0 4P
		data 0
		owned 0 4P -> EPERM
		check 0 4P
		owned 0 4P -> ok
		thread
		kid 1 use 0
		$(stop_kid exclusive_made exclusive 0 1P)
		advise dontneed 0 1P
		put $STOP none
		recv 1
		kid 1 datais 0
		kid 1 owned 0 1P -> EPERM
		is 0 1P 0
		owned 0 1P -> ok
		check 1P 3P
	EOF
}

@test "the neighbour of a page that is given up stays the device's" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 4P
		fill 0 4P
		exclusive 0 4P
		advise dontneed 0 2P
		owned 0 2P -> ok
		owned 2P 1P -> EPERM
		check 2P 2P
	EOF
}

@test "pages that leave the pool just when the device has found them are not written there" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 4P
		fill 0 4P
		migrate 0 4P -> 4
		thread
		kid 1 use 0
		$(stop_kid mirror_found devwrite 0 4P 2)
		poolevict 4 -> 4
		put $STOP none
		recv 1 -> ENXIO
		check 0 4P
		where 0 4P -> ram:4
	EOF
}

@test "a pool that is opened while live=0 empties it is busy, and keeps what it has" {
	pool p0 size=2M
	kexmap <<-EOF
		anon 16P
		fill 0 16P
		open $N
		migrate 0 16P -> 16
		close
		fork
		$(stop_kid evict_unused put "$R/live" 0)
		open $N
		put $STOP none
		recv 1 -> EBUSY
		where 0 16P -> pool:16
		get $R/live -> 1
		check 0 16P
		kid 1 check 0 16P
		close
		put $R/live 0
	EOF
}

@test "a migration of a TiB of nothing ends with its process" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 1024G r
		fork
		$(stop_kid migrate_step home 0 1024G)
		put $STOP none
		kill 1
		get $S/used -> 0
	EOF
}

@test "a question where a TiB of pages is ends with its process" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 1024G r
		fork
		$(stop_kid pages_part where 0 1024G)
		put $STOP none
		kill 1
		where 0 16P -> none:16
	EOF
}

@test "a pool cannot be removed in the middle of a migration, and one that is revoked takes no more" {
	pool p0 size=2M
	kexmap <<-EOF
		anon 16P
		fill 0 16P
		fork
		kid 1 open $N
		$(stop_kid migrate_step migrate 0 16P)
		put $R/live 0 -> EBUSY
		rmdir $R -> EBUSY
		get $R/live -> 1
		put $R/revoke 1
		rmdir $R
		exists $N -> no
		put $STOP none
		recv 1 -> ENODEV
		kid 1 why -> nothing
		kid 1 check 0 16P
		check 0 16P
		kid 1 close
		get $FPGA/free -> $FPGA_SIZE
	EOF
}

# taken_away POINT READY CALL REPLY: lines for kexmap: pages of kid 1 are on their way
# by CALL when kid 2 takes the pool away, which waits for them; by a revoke, and then
# by an unbind
taken_away() {
	local how
	for how in "$R/revoke 1" "$KEX_DRIVER/unbind $DEVICE"; do
		cat <<-EOF
			put $R/live 1
			kid 1 open $N
			kid 1 fill 0 16P
			kid 1 $2
			$(stop_kid "$1" "$3")
			send 2 put $how
			asleep 2 kex_
			busy 2 -> yes
			put $STOP none
			recv 1 -> $4
			recv 2
			get $R/live -> 0
			kid 1 where 0 16P -> ENODEV
			kid 1 frame 0 -> present
			kid 1 frame 15P -> present
			kid 1 check 0 16P
			kid 1 close
		EOF
	done
	echo "put $KEX_DRIVER/bind $DEVICE"
}

@test "a pool taken away while pages come in waits for them, and sends them home" {
	pool p0 size=2M live=0
	device fpga
	kexmap <<-EOF
		anon 16P
		fork
		fork
		$(taken_away migrate_in 'touch 0' 'migrate 0 16P' 16)
	EOF
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

@test "a pool taken away while pages go home, by a call or a CPU fault, waits for them" {
	pool p0 size=2M live=0
	device fpga
	kexmap <<-EOF
		anon 16P
		fork
		fork
		$(taken_away migrate_home 'migrate 0 16P -> 16' 'home 0 16P' 16)
		$(taken_away fault_home 'migrate 0 16P -> 16' 'check 0 16P' ok)
		$(taken_away evict_run 'migrate 0 16P -> 16' 'poolevict 16' 16)
	EOF
	assert_file "$FPGA/free" "$FPGA_SIZE"
}

@test "who touches, asks for or moves pages that are on their way waits, or finds them busy" {
	pool p1 size=2M
	pool p0 size=2M
	kexmap <<-EOF
		open /dev/kex/p1
		open $N
		anon 16P
		fill 0 16P
		thread
		thread
		kid 1 use 0
		kid 1 file 1
		kid 2 use 0
		$(stop_kid migrate_in migrate 0 16P)
		where 0 16P -> busy:16
		file 0
		migrate 0 16P -> 0
		why -> busy=16
		home 0 16P -> 0
		why -> busy=16
		send 2 check 0 16P
		asleep 2 migration_entry_wait|softleaf_entry_wait
		put $STOP none
		recv 1 -> 16
		recv 2
		check 0 16P
	EOF
}

@test "seed 1.5: a page on its way into a pool or home is a migration entry" {
	local walk
	# By another process: this one cannot start any while its pages are on their way
	walk="kid 2 run read -r pid at <$BATS_TEST_TMPDIR/at; kexctl page walk \$pid \$at"
	walk+=" | tail -n 1 >$BATS_TEST_TMPDIR"
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 1P
		run echo \$PID \$ADDR >$BATS_TEST_TMPDIR/at -> 0
		thread
		fork
		fill 0 1P
		kid 1 use 0
		$(stop_kid migrate_in migrate 0 1P)
		$walk/in -> 0
		put $STOP none
		recv 1 -> 1
		$(stop_kid migrate_home home 0 1P)
		$walk/home -> 0
		put $STOP none
		recv 1 -> 1
		check 0 1P
	EOF
	[[ $(<"$BATS_TEST_TMPDIR/in") == 'pte '*' migration' ]] || fail "$(<"$BATS_TEST_TMPDIR/in")"
	[[ $(<"$BATS_TEST_TMPDIR/home") == 'pte '*' migration' ]] || fail "$(<"$BATS_TEST_TMPDIR/home")"
}

@test "a process killed while its pages come in, go home or are touched leaves none" {
	local i=0 at
	pool p0 size=2M
	kexmap <<-EOF
		anon 16P
		fill 0 16P
		$(for at in 'migrate_in migrate' 'migrate_home home' 'fault_home check' 			'evict_run put'; do
			i=$((i + 1))
			cat <<-END
				fork
				kid $i open $N
				kid $i fill 0 16P 2
				$([[ $at == migrate_in* ]] || echo "kid $i migrate 0 16P -> 16")
				put $STOP ${at% *}
				send $i ${at#* } $([[ $at == *put ]] && echo "$S/evict 1" || echo 0 16P)
				await $STOP ${at% *}
				asleep $i $STOPPED
				kill $i
				put $STOP none
				await $S/used 0
				await $S/opens 0
			END
		done)
		check 0 16P
		open $N
		migrate 0 16P -> 16
		check 0 16P
	EOF
}

@test "memory that is given up while an eviction has it is let go of, and the rest comes home" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		fork
		kid 1 unmap
		$(stop_kid evict_run put "$S/evict" 1)
		advise dontneed 0 8P
		put $STOP none
		recv 1
		get $S/used -> 0
		is 0 8P 0
		check 8P 8P
	EOF
}

# Linux (6.12, 7.3) looks for the places of pages by an anon_vma that may be gone by
# then, or another's, of which a lock was taken and never let go
@test "who unmaps pages while an eviction has them waits for it" {
	pool p0 size=2M
	kexmap <<-EOF
		fork
		fork
		kid 2 open $N
		kid 2 anon 16P
		kid 2 fill 0 16P
		kid 2 migrate 0 16P -> 16
		$(stop_kid evict_run put "$S/evict" 1)
		send 2 unmap 0 8P
		asleep 2 __vm_munmap|__arm64_sys_munmap|__do_sys_munmap
		put $STOP none
		recv 1
		recv 2
		get $S/used -> 0
		kid 2 check 8P 8P
	EOF
}

@test "the memory of a process that ends while an eviction has pages of it stays until that is done" {
	region r0 size=2M
	pool p0 size=2M
	kexmap <<-EOF
		fork
		fork
		kid 2 open /dev/kex/r0
		kid 2 map 0 1P rw
		kid 2 open $N
		kid 2 anon 16P
		kid 2 fill 0 16P
		kid 2 migrate 0 16P -> 16
		get $KEX_CLASS/r0/mappings -> 1
		$(stop_kid evict_run put "$S/evict" 1)
		kill 2
		get $KEX_CLASS/r0/mappings -> 1
		put $STOP none
		recv 1
		await $KEX_CLASS/r0/mappings 0
		get $S/used -> 0
	EOF
}

@test "pages of a process that keeps its mmap_lock are busy, and go when it lets go" {
	region r0 size=2M
	pool p0 size=2M
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 anon 16P
		kid 1 fill 0 16P
		kid 1 migrate 0 16P -> 16
		kid 1 open /dev/kex/r0
		anon 1P
		$(stop_kid mmap_noted map 0 1P rw)
		run kexctl pool evict p0 2>$BATS_TEST_TMPDIR/said -> 0
		get $S/used -> $((16 * PAGE))
		put $STOP none
		recv 1
		run kexctl pool evict p0 2>$BATS_TEST_TMPDIR/done -> 0
		get $S/used -> 0
		kid 1 use 0
		kid 1 check 0 16P
	EOF
	slurp OUT "$BATS_TEST_TMPDIR/said"
	assert_contains "$OUT" "kexctl: pool 'p0': $((16 * PAGE / 1024))K in it still, or again: busy"
	slurp OUT "$BATS_TEST_TMPDIR/done"
	assert_eq "$OUT" ''
}

@test "where the pages that should go first are busy, a policy lets others go" {
	region r0 size=2M
	policy t0 algorithm=fifo granule=$PAGE
	pool p0 size=2M policy=t0
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 anon 16P
		kid 1 fill 0 16P
		kid 1 migrate 0 16P -> 16
		open $N
		anon 4P
		fill 0 4P
		migrate 0 4P -> 4
		kid 1 open /dev/kex/r0
		$(stop_kid mmap_noted map 0 1P rw)
		poolevict 2 -> 2
		get $S/used -> $((18 * PAGE))
		put $STOP none
		recv 1
		check 0 4P
	EOF
}

@test "a page that a CPU fault is just bringing home keeps no other from being evicted" {
	pool p0 size=2M fault_around=1
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 anon 16P
		kid 1 fill 0 16P
		kid 1 migrate 0 16P -> 16
		$(stop_kid fault_home check 0 1P)
		put $S/evict 1
		get $S/used -> $PAGE
		put $STOP none
		recv 1 -> ok
		get $S/used -> 0
		kid 1 check 0 16P
	EOF
}

@test "a look at a TiB by the mirror ends with its process" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 1024G r
		fork
		$(stop_kid snapshot_run snapshot 0 1024G)
		kill 1
	EOF
}

@test "an eviction ends with its process, and takes nothing more away" {
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 16P
		fill 0 16P
		migrate 0 16P -> 16
		fork
		$(stop_kid evict_step put "$S/evict" 1)
		kill 1
		where 0 16P -> pool:16
		get $S/migrated_out -> 0
		check 0 16P
	EOF
}

@test "a policy that is removed while a pool is given it is not found, or is kept" {
	policy t0
	pool p0 size=2M
	kexmap <<-EOF
		fork
		$(stop_kid policy_found put "$R/policy" t0)
		fork
		send 2 rmdir $KEX/policies/t0
		asleep 2 configfs_rmdir
		put $STOP none
		recv 1 -> ENOENT
		recv 2
		get $R/policy -> fifo
	EOF
	[ ! -e "$KEX/policies/t0" ]
}
