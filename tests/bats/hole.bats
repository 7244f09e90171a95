#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What a touch of held memory meets, in each of the four modes.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

CACHES=(write-back write-combine uncached device)

setup_file() {
	insmod /kex/kexpte.ko
}

teardown_file() {
	rmmod kexpte
}

@test "hole is a wish of a region that is not live" {
	region t0 size=64K
	assert_file "$R/hole" sigbus
	assert_refused EBUSY "$R/hole" zero
	assert_refused EBUSY "$R/hole" sigbus
	put "$R/live" 0
	put "$R/hole" zero
	put "$R/live" 1
	assert_refused EBUSY "$R/hole" sigbus
	assert_file "$R/hole" zero
	put "$R/revoke" 1
	assert_file "$R/hole" zero
}

@test "no hole mode shows while nothing is held" {
	local hole
	for hole in sigbus zero scratch wait; do
		region "t-$hole" size=16P hole="$hole"
		kexmap <<-EOF
			open $N
			map 0 16P
			fill 0 16P 1
			evict 0 16P
			check 0 16P 1
			fill 0 16P 2
			protect r
			protect rw
			fill 0 16P 3
			check 0 16P 3
		EOF
	done
}

@test "sigbus: reads and writes are a SIGBUS, those of the kernel an EFAULT" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		hold 0 1P
		touch 0 -> SIGBUS@0x0
		touch 8 w -> SIGBUS@0x8
		into 0 8 -> EFAULT
		from 0 8 -> EFAULT
		futex 0 -> EFAULT
		protect r
		touch 0 -> SIGBUS@0x0
		from 0 8 -> EFAULT
		pte 0 -> none
		fork
		kid 1 touch 0 -> SIGBUS@0x0
		restore 0 1P
		from 0 8 -> 8
		check 0 16P 1
	EOF
}

# seed: 2.2
@test "zero: reads see zeroes, whoever reads, and the page is read-only and clean" {
	local cache
	for cache in "${CACHES[@]}"; do
		region "t-$cache" size=16P cache="$cache" hole=zero
		kexmap <<-EOF
			open $N
			map 0 16P
			fill 0 16P 1
			hold 0 4P
			is 0 4P 0
			faults 0 4P -> 0
			check 4P 12P 1
			pte 0 access -> ro
			pte 0 dirt -> clean
			pte 0 exec -> no
			get $S/resident -> 12P
			get $S/state -> held
			from 0 1P -> 1P
			mem 0 1P -> 1P
			datais 0
			fork
			kid 1 is 0 4P 0
			kid 1 open $N r
			kid 1 map 0 16P r
			kid 1 is 0 4P 0
			restore 0 4P
			pte 0 -> none
			check 0 16P 1
			kid 1 check 0 16P 1
			fill 0 16P 2
			check 0 16P 2
		EOF
	done
}

@test "zero: no write goes through, by whatever way" {
	region t0 size=16P hole=zero
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		hold 0 4P
		touch 0 w -> SIGBUS@0x0
		touch 0
		touch 0 w -> SIGBUS@0x0
		into 0 8 -> EFAULT
		into 1P 8 -> EFAULT
		futex 0 -> EFAULT
		memw 0 1P 9 -> EIO
		memw 2P 1P 9 -> EIO
		protect r
		touch 0 w -> SIGSEGV@0x0
		protect rw
		touch 0 w -> SIGBUS@0x0
		pte 0 access -> ro
		pte 0 dirt -> clean
		protect n
		touch 0 -> SIGSEGV@0x0
		protect rw
		touch 0
		touch 0 w -> SIGBUS@0x0
		fork
		kid 1 touch 0 w -> SIGBUS@0x0
		kid 1 protect r
		kid 1 protect rw
		kid 1 touch 0 w -> SIGBUS@0x0
		kid 1 vmwrite 0 1P 9 -> EFAULT
		attach 1
		peek 1 0 -> 0x0
		detach 1
		map 0 16P r
		is 0 4P 0
		protect rw
		touch 0 w -> SIGBUS@0x0
		touch 3P w -> SIGBUS@$(printf 0x%x $((3 * PAGE)))
		move
		touch 0 w -> SIGBUS@0x0
		is 0 4P 0
		use 0
		is 0 4P 0
		restore 0 4P
		check 0 16P 1
	EOF
	# The page is everybody's
	region t1 size=16P hole=zero
	kexmap "open $N" 'map 0 16P' 'hold 0 16P' 'is 0 16P 0'
}

@test "zero: a page of it in a mapping for reading stays read-only when that may write" {
	local populate
	for populate in eager lazy; do
		region "t-$populate" size=16P hole=zero populate="$populate"
		kexmap <<-EOF
			open $N
			hold 4P 4P
			map 0 16P r
			is 0 16P 0
			protect rw
			fill 0 4P 1
			fill 8P 8P 1
			touch 4P w -> SIGBUS@$(printf 0x%x $((4 * PAGE)))
			touch 7P w -> SIGBUS@$(printf 0x%x $((7 * PAGE)))
			check 0 4P 1
			is 4P 4P 0
			restore 0 16P
			is 4P 4P 0
			fill 4P 4P 1
			check 0 16P 1
		EOF
	done
}

@test "zero: a mapping that is for writing alone is read by one fault, and not for ever" {
	region t0 size=16P hole=zero
	kexmap <<-EOF
		open $N
		map 0 16P w
		hold 0 16P
		fork
		send 1 faults 0 1P
		recv 1 -> 1
		send 1 pte 0 access
		recv 1 -> ro
		kill 1
		protect rw
		is 0 1P 0
		touch 0 w -> SIGBUS@0x0
		restore 0 16P
		fill 0 16P 1
		check 0 16P 1
	EOF
}

@test "scratch: a zeroed page of the file's own takes reads and writes, and the region's bytes stay" {
	local cache
	for cache in "${CACHES[@]}"; do
		region "t-$cache" size=16P cache="$cache" hole=scratch
		kexmap <<-EOF
			open $N
			map 0 16P
			fill 0 16P 1
			hold 0 4P
			is 0 4P 0
			pte 0 access -> rw
			pte 0 age -> young
			pte 0 dirt -> dirty
			pte 0 exec -> no
			faults 0 4P w -> 0
			get $S/resident -> 12P
			fill 0 1P 2
			check 0 1P 2
			pread 0 16P -> 16P
			data 0 1
			into 1P 8 -> 8
			from 0 1P -> 1P
			futex 2P
			mem 0 1P -> EIO
			memw 0 1P 9 -> EIO
			check 4P 12P 1
			restore 0 4P
			check 0 16P 1
		EOF
	done
}

@test "scratch: one page a file, shared by its mappings, by fork and by passing the file, with nobody else" {
	region t0 size=16P hole=scratch
	kexmap <<-EOF
		fork
		open $N
		map 0 16P
		fill 0 16P 1
		hold 0 16P
		fill 0 1P 2
		map 1P 1P
		use 0
		fork
		kid 2 check 0 1P 2
		kid 2 fill 0 1P 3
		check 0 1P 3
		pass 1
		kid 1 take
		kid 1 map 0 16P
		kid 1 check 0 1P 3
		kid 1 fill 0 1P 4
		check 0 1P 4
		kid 2 check 0 1P 4
		kid 2 open $N
		kid 2 map 0 16P
		kid 2 is 0 16P 0
		kid 2 fill 0 1P 5
		check 0 1P 4
		open $N
		map 0 16P
		is 0 16P 0
		restore 0 16P
		check 0 16P 1
		kid 2 check 0 16P 1
	EOF
}

@test "scratch: a mapping for reading shows the page read-only, one that may write shares it" {
	region t0 size=16P hole=scratch
	kexmap <<-EOF
		open $N
		hold 0 16P
		map 0 16P r
		is 0 1P 0
		pte 0 access -> ro
		touch 0 w -> SIGSEGV@0x0
		protect rw
		fill 0 1P 1
		check 0 1P 1
		open $N r
		map 0 16P r
		is 0 16P 0
		into 0 8 -> EFAULT
		protect rw -> EACCES
	EOF
}

@test "a revoke takes what holes show as well" {
	local hole
	for hole in zero scratch; do
		region "t-$hole" size=16P hole="$hole"
		kexmap <<-EOF
			open $N
			map 0 16P
			hold 0 16P
			is 0 1P 0
			put $R/revoke 1
			pte 0 -> none
			touch 0 -> SIGBUS@0x0
		EOF
	done
}

# waiting KID: lines for kexmap: the kid's touch of held memory sleeps
waiting() {
	cat <<-EOF
		send $1 check 0 16P 1
		asleep $1 kex_hole_wait
		busy $1 -> yes
	EOF
}

@test "wait: a touch sleeps until there is something to map, and then sees the right bytes" {
	local cache populate
	for cache in write-back device; do
		for populate in eager lazy; do
			region "w-$cache-$populate" size=16P cache="$cache" populate="$populate" hole=wait
			kexmap <<-EOF
				open $N
				map 0 16P
				fill 0 16P 1
				fork
				hold 0 16P
				$(waiting 1)
				get $S/state -> held
				get $S/resident -> 0
				pwrite 8 8 2 -> 8
				pwrite 8 8 1 -> 8
				restore 0 16P
				recv 1
				kid 1 fill 0 16P 2
				check 0 16P 2
				hold 0 1P
				send 1 fill 0 1P 3
				asleep 1 kex_hole_wait
				restore 0 1P
				recv 1
				check 0 1P 3
			EOF
		done
	done
}

@test "wait: a change that leaves the page held wakes nobody for good" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		fork
		hold 0 16P
		send 1 check 4P 1P 1
		asleep 1 kex_hole_wait
		restore 0 4P
		restore 5P 1P
		evict 0 16P
		hold 0 16P
		asleep 1 kex_hole_wait
		busy 1 -> yes
		restore 4P 1P
		recv 1
	EOF
}

@test "wait: the sleeper holds no lock of its process, which maps, unmaps, forks and is listed meanwhile" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		thread
		hold 0 16P
		$(waiting 1)
		maps 1
		map 4P 4P
		unmap
		map 0 16P r
		protect rw
		move
		evict 0 16P
		fork
		maps 2
		kid 2 unmap
		get $S/mappings -> 3
		get $S/resident -> 0
		busy 1 -> yes
		use 0
		restore 0 16P
		recv 1
		kid 2 use 0
		kid 2 check 0 16P 1
	EOF
}

@test "wait: several wait for one restore" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		fork
		fork
		thread
		thread
		hold 0 16P
		$(waiting 1)
		$(waiting 2)
		$(waiting 3)
		$(waiting 4)
		restore 0 16P
		recv 1
		recv 2
		recv 3
		recv 4
	EOF
}

@test "wait: what comes from the kernel does not wait, but is an EFAULT" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		hold 0 16P
		into 0 8 -> EFAULT
		from 0 8 -> EFAULT
		futex 0 -> EFAULT
		mem 0 1P -> EIO
		memw 0 1P -> EIO
		fork
		kid 1 vmread 0 1P -> EFAULT
		kid 1 from 0 8 -> EFAULT
		attach 1
		peek 1 0 -> EIO
		detach 1
		restore 0 16P
		check 0 16P 1
	EOF
}

@test "wait: a waiter can be killed, and then nobody uses the region" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		fork
		kid 1 open $N
		kid 1 map 0 16P
		kid 1 fill 0 16P 1
		put $S/hold 1
		$(waiting 1)
		kill 1
		await $S/opens 0
		get $S/state -> held
		put $R/live 0
	EOF
}

@test "wait: a waiter is stopped, goes on and takes signals, and waits again" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		fork
		hold 0 16P
		$(waiting 1)
		signal 1 STOP
		asleep 1 do_signal_stop
		signal 1 CONT
		asleep 1 kex_hole_wait
		signal 1 USR1
		asleep 1 kex_hole_wait
		busy 1 -> yes
		restore 0 16P
		recv 1
		kid 1 caught -> 1
	EOF
}

@test "wait: a debugger attaches to a waiter, looks and leaves" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		fork
		hold 0 16P
		$(waiting 1)
		attach 1
		maps 1
		peek 1 0 -> EIO
		busy 1 -> yes
		detach 1
		asleep 1 kex_hole_wait
		attach 1
		restore 0 16P
		busy 1 -> yes
		detach 1
		recv 1
	EOF
}

@test "wait: a waiter whose mapping goes away gets the SIGSEGV of any other" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		thread
		hold 0 16P
		send 1 touch 0
		asleep 1 kex_hole_wait
		unmap
		recv 1 -> SIGSEGV@0x0
		map 0 16P
		kid 1 use 1
		send 1 touch 1P w
		asleep 1 kex_hole_wait
		unmap 1P 1P
		recv 1 -> SIGSEGV@$(printf 0x%x "$PAGE")
		send 1 touch 0
		asleep 1 kex_hole_wait
		close
		unmap
		recv 1 -> SIGSEGV@0x0
		reap 1
		await $S/opens 0
		put $R/live 0
	EOF
}

@test "wait: a revoke, a delete by force and an unbind end the wait by SIGBUS" {
	region t0 size=16P hole=wait
	kexmap <<-EOF
		open $N
		map 0 16P
		fork
		hold 0 16P
		send 1 touch 0
		asleep 1 kex_hole_wait
		put $R/revoke 1
		recv 1 -> SIGBUS@0x0
	EOF
	wait_until 5 free_is fpga "$FPGA_SIZE"
	put "$R/live" 1
	exec {OUT}> >(exec kexmap -i >"$BATS_TEST_TMPDIR/replies" 3>&-)
	printf '%s\n' "open $N" 'map 0 16P' 'hold 0 16P' fork 'send 1 touch 0' \
		'asleep 1 kex_hole_wait' >&"$OUT"
	wait_until 10 replies_are 6
	unbind fpga
	bind fpga
	printf '%s\n' 'recv 1' >&"$OUT"
	wait_until 10 replies_are 7
	exec {OUT}>&-
	slurp OUT "$BATS_TEST_TMPDIR/replies"
	assert_eq "${OUT//$'\n'/ }" 'ok ok ok ok ok ok SIGBUS@0x0'
}

# replies_are N: for wait_until
replies_are() {
	local -a lines
	mapfile -t lines <"$BATS_TEST_TMPDIR/replies"
	((${#lines[@]} >= $1))
}
