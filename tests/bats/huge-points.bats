#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Races between whole PMD entries, pages and zaps, stopped in the middle: to the
# kernel it is a bug if a page table comes where such an entry is being made, or
# is asked for where there is one.
#
# lab: --points

source "$BATS_TEST_DIRNAME/lib/kex.bash"

PARAMETERS=/sys/module/kex/parameters
STOP=$PARAMETERS/stop

setup_file() {
	insmod /kex/kexpte.ko
}

teardown_file() {
	rmmod kexpte
	echo none >"$STOP"
	[ ! -e "$PARAMETERS/huge" ] || put "$PARAMETERS/huge" Y
}

# H is the size of an entry
huge() {
	echo none >"$STOP"
	[ -e "$PARAMETERS/huge" ] ||
		skip 'no huge in features: the kernel has no CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP'
	put "$PARAMETERS/huge" Y
	read -r H </sys/kernel/mm/transparent_hugepage/hpage_pmd_size
	((2 * H <= FPGA_SIZE)) || skip "the carve-out has no room for two entries of $((H >> 20)) MiB"
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

@test "a fault that fell back to pages finds the whole entry that came meanwhile" {
	huge
	region t0 size="$H" populate=lazy
	kexmap <<-EOF
		open $N
		pwrite 0 16P 1 -> 16P
		map 0 $H
		thread
		hold 64P 1P
		$(stop_kid fault_begun check 0 16P 1)
		restore 64P 1P
		touch 1P
		pte 0 level -> pmd
		put $STOP none
		recv 1
		pte 0 level -> pmd
		check 0 16P 1
	EOF
}

@test "a fault on a page that was held finds the whole entry that came meanwhile, whatever the hole" {
	local hole
	huge
	for hole in zero scratch sigbus wait; do
		region "t-$hole" size="$H" populate=lazy hole=$hole
		kexmap <<-EOF
			open $N
			pwrite 0 16P 1 -> 16P
			map 0 $H
			thread
			hold 0 1P
			$(stop_kid fault_begun check 0 16P 1)
			restore 0 1P
			touch 64P
			put $STOP none
			recv 1
			pte 0 level -> pmd
		EOF
		put "$R/live" 0
	done
}

@test "pages wait for a whole entry that is being made, and use it" {
	huge
	region t0 size="$H" populate=lazy
	kexmap <<-EOF
		open $N
		pwrite 0 16P 1 -> 16P
		map 0 $H
		thread
		thread
		$(stop_kid huge_found touch 0)
		put $PARAMETERS/huge N
		send 2 check 0 16P 1
		asleep 2 kex_map_page
		put $STOP none
		recv 1
		recv 2
		pte 0 level -> pmd
	EOF
}

@test "a hold or a revoke waits for a whole entry that is being made, and takes it" {
	huge
	region t0 size="$H" populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $H
		fork
		fork
		$(stop_kid huge_found touch 0)
		send 2 hold 64P 1P
		asleep 2 kex_
		put $STOP none
		recv 2
		recv 1
		kid 1 pte 64P -> none
		kid 1 touch 64P -> SIGBUS@$(printf 0x%x $((64 * PAGE)))
		restore 64P 1P
		kid 1 unmap
		kid 1 map 0 $H
		$(stop_kid huge_found touch 0)
		send 2 put $R/revoke 1
		asleep 2 kex_
		put $STOP none
		recv 2
		recv 1 -> ?
		kid 1 pte 0 -> none
		kid 1 touch 0 -> SIGBUS@0x0
	EOF
}

@test "a zap that is under way delays a whole entry, and does not cost it" {
	huge
	region t0 size=$((2 * H)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((2 * H))
		fork
		fork
		$(stop_kid zap_marked evict 0 1P)
		send 2 touch $H
		asleep 2 kex_huge_fault
		put $STOP none
		recv 1
		recv 2
		kid 2 pte $H level -> pmd
		get $S/faults -> 1
	EOF
}

@test "while a whole entry is being made, the process can map, unmap and fault elsewhere" {
	huge
	region t0 size=$((2 * H)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((2 * H))
		thread
		$(stop_kid huge_found touch 0)
		touch $H
		map 0 1P
		touch 0
		unmap
		put $STOP none
		recv 1
		use 0
		pte 0 level -> pmd
		pte $H level -> pmd
	EOF
}
