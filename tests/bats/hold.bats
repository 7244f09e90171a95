#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Holding takes memory away from every mapping until it is restored. What a touch
# then meets is in hole.bats; here it is SIGBUS.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

setup_file() {
	# A fault brings back the page that was touched and no other
	echo 1 >/sys/module/kex/parameters/fault_around
}

teardown_file() {
	echo 64 >/sys/module/kex/parameters/fault_around
}

@test "a held region is reached by nobody, and a restore gives every byte back" {
	local cache populate i=0
	for cache in write-back write-combine uncached device; do
		for populate in eager lazy; do
			region "t$i" size=16P cache="$cache" populate="$populate"
			kexmap <<-EOF
				fork
				kid 1 open $N
				kid 1 map 0 16P
				kid 1 fill 0 16P 7
				open $N
				map 0 16P
				check 0 16P 7
				hold 0 16P
				touch 0 -> SIGBUS@0x0
				touch 0 w -> SIGBUS@0x0
				kid 1 touch 0 w -> SIGBUS@0x0
				kid 1 check 15P 1P 7 -> SIGBUS@$(printf 0x%x $((15 * PAGE)))
				get $S/state -> held
				get $S/resident -> 0
				restore 0 16P
				get $S/state -> resident
				check 0 16P 7
				kid 1 check 0 16P 7
				kid 1 fill 0 16P 8
				check 0 16P 8
			EOF
			i=$((i + 1))
		done
	done
}

@test "a held range leaves its neighbours alone, and so does its restore" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 3
		hold 4P 2P
		get $S/state -> held
		get $S/resident -> 14P
		faults 0 4P w -> 0
		faults 6P 10P w -> 0
		touch 4P -> SIGBUS@$(printf 0x%x $((4 * PAGE)))
		touch 5P w -> SIGBUS@$(printf 0x%x $((5 * PAGE)))
		check 0 4P 3
		check 6P 10P 3
		restore 4P 1P
		get $S/state -> held
		touch 4P
		touch 5P -> SIGBUS@$(printf 0x%x $((5 * PAGE)))
		faults 0 5P -> 0
		restore 0 16P
		faults 0 5P -> 0
		faults 6P 10P -> 0
		faults 5P 1P -> 1
		check 0 16P 3
	EOF
}

# seed: 1.6
@test "what is held before its first mmap is not in the mapping, eager or lazy" {
	local populate
	for populate in eager lazy; do
		region "t-$populate" size=16P populate="$populate"
		kexmap <<-EOF
			put $S/hold 1
			get $S/state -> held
			open $N
			map 0 16P
			map 4P 1P
			get $S/resident -> 0
			touch 0 w -> SIGBUS@0x0
			use 0
			touch 0 w -> SIGBUS@0x0
			put $S/restore 1
			fill 0 16P 1
			use 1
			check 0 1P 1
		EOF
	done
}

@test "an eager mmap of what is held in parts is filled but for those" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		pwrite 0 16P 5 -> 16P
		hold 0 1P
		hold 4P 4P
		hold 15P 1P
		map 0 16P
		get $S/resident -> 10P
		faults 1P 3P w -> 0
		faults 8P 7P w -> 0
		touch 0 -> SIGBUS@0x0
		check 1P 4P 5 -> SIGBUS@$(printf 0x%x $((4 * PAGE)))
		check 7P 1P 5 -> SIGBUS@$(printf 0x%x $((7 * PAGE)))
		check 15P 1P 5 -> SIGBUS@$(printf 0x%x $((15 * PAGE)))
		map 5P 2P
		touch 0 -> SIGBUS@0x0
		map 3P 2P
		faults 0 1P -> 0
		touch 1P -> SIGBUS@$(printf 0x%x "$PAGE")
		use 0
		restore 0 16P
		faults 1P 3P -> 0
		faults 0 1P -> 1
		faults 4P 4P -> 4
		check 0 16P 5
	EOF
}

@test "holds do not nest: one restore lets go of what was held twice" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 2
		hold 0 16P
		hold 0 16P
		hold 2P 4P
		restore 0 16P
		get $S/state -> resident
		check 0 16P 2
		hold 0 8P
		hold 4P 8P
		restore 6P 1P
		touch 6P
		touch 5P -> SIGBUS@$(printf 0x%x $((5 * PAGE)))
		touch 7P -> SIGBUS@$(printf 0x%x $((7 * PAGE)))
		touch 12P
		restore 0 12P
		get $S/state -> resident
		check 0 16P 2
	EOF
}

@test "an evict leaves held what is held, and evicts the rest" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 4
		hold 4P 4P
		evict 0 16P
		get $S/state -> held
		get $S/resident -> 0
		get $S/evictions -> 1
		touch 4P -> SIGBUS@$(printf 0x%x $((4 * PAGE)))
		faults 0 4P -> 4
		faults 8P 8P -> 8
		get $S/restores -> 12
		evict 5P 1P
		touch 5P -> SIGBUS@$(printf 0x%x $((5 * PAGE)))
		restore 0 16P
		faults 0 4P -> 0
		faults 4P 4P -> 4
		check 0 16P 4
	EOF
}

@test "a restore of what is not held is no error, and takes nothing away" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 6
		restore 0 16P
		restore 4P 1P
		faults 0 16P w -> 0
		get $S/state -> resident
		get $S/restores -> 0
		evict 0 16P
		get $S/state -> evicted
		restore 0 16P
		get $S/state -> resident
		get $S/resident -> 0
		faults 0 16P -> 16
		get $S/restores -> 16
		check 0 16P 6
	EOF
}

@test "state and the counters tell what is held and what came back" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		info state -> 0
		hold 8P 1P
		info state -> 2
		get $S/state -> held
		get $S/evictions -> 0
		hold 0 16P
		get $S/state -> held
		restore 0 15P
		get $S/state -> held
		restore 15P 1P
		get $S/state -> resident
		get $S/restores -> 0
		map 0 16P
		get $S/faults -> 0
		hold 0 16P
		touch 0 -> SIGBUS@0x0
		get $S/faults -> 0
		restore 0 16P
		faults 0 2P -> 2
		get $S/faults -> 2
		get $S/restores -> 2
		faults 0 2P w -> 0
		get $S/restores -> 2
		unmap
		map 0 16P
		get $S/faults -> 2
		evict 0 16P
		get $S/state -> evicted
		hold 3P 1P
		get $S/state -> held
		restore 3P 1P
		get $S/state -> resident
		get $S/evictions -> 1
	EOF
}

@test "a hold reaches forked, moved and split mappings, and those that are made later" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 9
		fork
		kid 1 check 0 16P 9
		map 0 16P r
		move
		unmap 4P 1P
		hold 0 16P
		touch 0 -> SIGBUS@0x0
		touch 8P -> SIGBUS@$(printf 0x%x $((8 * PAGE)))
		use 0
		move
		touch 0 w -> SIGBUS@0x0
		kid 1 touch 0 -> SIGBUS@0x0
		fork
		kid 2 touch 0 -> SIGBUS@0x0
		kid 2 open $N
		kid 2 map 0 16P
		kid 2 touch 0 -> SIGBUS@0x0
		restore 0 16P
		check 0 16P 9
		kid 1 check 0 16P 9
		kid 2 check 0 16P 9
		kid 2 fill 0 16P 10
		check 0 16P 10
	EOF
}

@test "sysfs holds and restores the whole region or a range of it" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		put $S/hold 1
		touch 0 -> SIGBUS@0x0
		put $S/restore 1
		faults 0 16P -> 16
		put $S/hold $((2 * PAGE)) $PAGE_TEXT
		get $S/resident -> 15P
		touch 2P -> SIGBUS@$(printf 0x%x $((2 * PAGE)))
		touch 3P
		put $S/restore $(printf 0x%x $((2 * PAGE))) $PAGE
		touch 2P
		put $S/hold 0 $((16 * PAGE))
		put $S/restore 0 $PAGE
		touch 0
		touch 1P -> SIGBUS@$(printf 0x%x "$PAGE")
	EOF
}

@test "what cannot be held or restored is refused, and nothing changes" {
	local line action
	region t0 size=16P
	hold "$N" $((16 * PAGE))
	put "$S/hold" "$((4 * PAGE)) $PAGE"
	for action in hold restore; do
		while IFS= read -r line; do
			assert_refused "${line%% *}" "$S/$action" "${line#* }"
		done <<-EOF
			EINVAL 
			EINVAL 0
			EINVAL x
			EINVAL -1
			EINVAL 1x
			EINVAL 0 0
			EINVAL 0 100
			EINVAL 100 $PAGE
			EINVAL 0 $PAGE 1
			EINVAL 0 ${PAGE}x
			EINVAL 0+$PAGE
			EINVAL 0 -$PAGE
			ERANGE 0 $((17 * PAGE))
			ERANGE $((16 * PAGE)) $PAGE
			ERANGE 1G $PAGE
			ERANGE $(printf %u -$PAGE) $((2 * PAGE))
			ERANGE 0 18446744073709551616
		EOF
	done
	assert_file "$S/state" held
	assert_file "$S/resident" $((15 * PAGE))
	kexmap <<-EOF
		open $N
		hold 0 0 -> EINVAL
		hold 1 1P -> EINVAL
		hold 0 1 -> EINVAL
		hold 0 17P -> ERANGE
		hold 16P 1P -> ERANGE
		hold $(printf %u -$PAGE) 2P -> ERANGE
		hold 2P $(printf %u -$PAGE) -> ERANGE
		restore 0 0 -> EINVAL
		restore 1 1P -> EINVAL
		restore 0 17P -> ERANGE
		restore $(printf %u -$PAGE) 2P -> ERANGE
		info state -> 2
		info resident -> 15P
		open $N r
		hold 0 1P -> EBADF
		restore 0 16P -> EBADF
		info resident -> 15P
		open /dev/zero
		hold 0 1P -> ENOTTY
	EOF
}

@test "read and write reach held memory, and its mapping finds what they wrote" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		hold 0 16P
		pread 0 16P -> 16P
		data 0 1
		pwrite 0 16P 2 -> 16P
		ioctl 0xbe01 sync len=16P dir=3
		get $S/state -> held
		touch 0 -> SIGBUS@0x0
		restore 0 16P
		check 0 16P 2
	EOF
}

@test "a debugger gets no byte of held memory, by whichever call" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		fill 0 16P 1
		fork
		kid 1 vmread 0 1P -> EFAULT
		kid 1 mem 0 1P -> 1P
		kid 1 data 0 1
		attach 1
		peek 1 8 -> ?
		hold 0 16P
		peek 1 8 -> EIO
		detach 1
		mem 0 1P -> EIO
		memw 0 1P 2 -> EIO
		kid 1 vmread 0 1P -> EFAULT
		kid 1 vmwrite 0 1P 3 -> EFAULT
		restore 0 1P
		mem 0 2P -> 1P
		data 0 1
		memw 0 2P 4 -> 1P
		restore 0 16P
		check 0 1P 4
		check 1P 15P 1
	EOF
}

@test "a held region can be revoked, unbound and taken down, and the next one is not held" {
	region t0 size=16P
	kexmap <<-EOF
		open $N
		map 0 16P
		hold 0 16P
		put $R/revoke 1
		touch 0 -> SIGBUS@0x0
		hold 0 16P -> ENODEV
		restore 0 16P -> ENODEV
		unmap
		close
		put $R/live 1
		get $S/state -> resident
		open $N
		map 0 16P
		fill 0 16P 1
		hold 0 8P
		put $R/live 0 -> EBUSY
		unmap
		close
		await $S/opens 0
		get $S/state -> held
		put $R/live 0
		put $R/live 1
		get $S/state -> resident
		get $S/evictions -> 0
		open $N
		map 0 16P
		is 0 16P 0
		hold 0 16P
	EOF
	unbind fpga
	assert_missing "$N" "$S"
	bind fpga
	put "$R/live" 1
	assert_file "$S/state" resident
}

@test "a region of one page is held as any other" {
	region t0 size=1P
	kexmap <<-EOF
		open $N
		map 0 1P
		fill 0 1P 1
		hold 0 1P
		get $S/state -> held
		touch 0 -> SIGBUS@0x0
		evict 0 1P
		get $S/state -> held
		restore 0 1P
		get $S/state -> resident
		check 0 1P 1
		get $S/restores -> 1
		evict 0 1P
		get $S/state -> evicted
		check 0 1P 1
		get $S/state -> resident
		get $S/restores -> 2
		hold 0 1P
		restore 0 1P
		restore 0 1P
		evict 0 1P
		get $S/state -> evicted
		restore 0 1P
		get $S/state -> resident
	EOF
}

# model_step OP FIRST NR: changes MODEL as the call must change the region
model_step() {
	local i
	for ((i = $2; i < $2 + $3; i++)); do
		case $1 in
		hold) MODEL[i]=h ;;
		restore) [ "${MODEL[i]}" = . ] || MODEL[i]=r ;;
		evict) [ "${MODEL[i]}" = h ] || MODEL[i]=e ;;
		esac
	done
}

# seed: 2.3
@test "after any sequence of holds, evicts and restores each page is as the last call on it says" {
	local i page pages=24 first nr op seed=${KEX_SEED:-$SRANDOM} state
	local -a MODEL ops=(hold hold restore restore evict)
	# Asked for again with KEX_SEED
	echo "# seed $seed" >&3
	RANDOM=$seed
	region t0 size=${pages}P
	for ((i = 0; i < pages; i++)); do
		MODEL[i]=.
	done
	{
		echo "open $N"
		echo "map 0 ${pages}P"
		echo "fill 0 ${pages}P 1"
		for ((i = 0; i < 150; i++)); do
			op=${ops[RANDOM % ${#ops[@]}]}
			first=$((RANDOM % pages))
			nr=$((RANDOM % (pages - first) + 1))
			((RANDOM % 3)) || nr=1
			echo "$op ${first}P ${nr}P"
			model_step "$op" "$first" "$nr"
			page=$((RANDOM % pages))
			case ${MODEL[page]} in
			h) echo "touch ${page}P -> SIGBUS@$(printf 0x%x $((page * PAGE)))" ;;
			*)
				[ "${MODEL[page]}" = . ] && nr=0 || nr=1
				echo "faults ${page}P 1P -> $nr"
				echo "check ${page}P 1P 1"
				MODEL[page]=.
				;;
			esac
			state=resident
			[[ ${MODEL[*]} == *[!e\ ]* ]] || state=evicted
			[[ ${MODEL[*]} != *h* ]] || state=held
			echo "get $S/state -> $state"
		done
	} >"$BATS_TEST_TMPDIR/script"
	kexmap <"$BATS_TEST_TMPDIR/script"
}
