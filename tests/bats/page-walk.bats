#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl page walk: what the page tables of a process say.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/disk.bash"

teardown() {
	kex_teardown no_disk
}

# walked FILE: the lines of a walk of one address, without their head: VALUES by
# level, MEANS and TABLES
walked() {
	local name virt length table value means count=0
	declare -gA VALUES=() MEANS=() TABLES=()
	while read -r name virt length table value means; do
		[ "$name" != NAME ] || continue
		VALUES[$name]=$value MEANS[$name]=$means TABLES[$name]=$table
		count=$((count + 1))
	done <"$1"
	[ "$count" = 5 ] || fail "$1 has $count lines, want one for each level"
}

# user_space: TOP is the end of what addresses a process can have
user_space() {
	local line stack
	while read -r line; do
		[[ $line != *'[stack]' ]] || stack=${line%% *}
	done </proc/self/maps
	stack=$((0x${stack#*-}))
	for ((TOP = 1; TOP < stack; TOP *= 2)); do :; done
}

@test "seed 1.1: before an evict all levels lead on, and after it only the last is empty" {
	local level
	local -A before
	region fb0 size=4P
	kexmap <<-EOF
		open $N
		map 0 4P
		fill 0 4P
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/before -> 0
		evict 0 4P
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/after -> 0
		check 0 4P
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/again -> 0
	EOF
	walked "$BATS_TEST_TMPDIR/before"
	for level in pgd p4d pud pmd pte; do
		[ "${VALUES[$level]}" != 0x0 ] || fail "$level is empty before the evict"
		before[$level]=${VALUES[$level]}
	done
	assert_eq "${MEANS[pte]}" "present user writable young dirty special normal pfn"
	for level in pgd p4d pud pmd; do
		[[ ${MEANS[$level]} == 'present table' || ${MEANS[$level]} == folded ]] ||
			fail "$level: '${MEANS[$level]}'"
	done
	walked "$BATS_TEST_TMPDIR/after"
	for level in pgd p4d pud pmd; do
		assert_eq "${VALUES[$level]}" "${before[$level]}" "$level"
	done
	assert_eq "${VALUES[pte]}" 0x0
	assert_eq "${MEANS[pte]}" none
	walked "$BATS_TEST_TMPDIR/again"
	assert_eq "${VALUES[pte]}" "${before[pte]}"
}

@test "seed 1.1: an entry's value holds the physical address that the region has" {
	local phys
	region fb0 size=4P
	phys=$(<"$S/phys")
	kexmap <<-EOF
		open $N
		map 0 4P
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/walk -> 0
	EOF
	walked "$BATS_TEST_TMPDIR/walk"
	assert_eq $((VALUES[pte] & 0xffffffff & ~(PAGE - 1))) $((phys))
	# What is no table lies somewhere else than where it leads to
	[ "${TABLES[pte]}" != "$phys" ] && ((TABLES[pte] % PAGE == 0))
}

@test "an entry names the memory type of each cache attribute" {
	local cache type
	local -A types=([write-back]=normal [write-combine]=normal-nc
		[uncached]=device-nGnRnE [device]=device-nGnRE)
	for cache in "${!types[@]}"; do
		region "t-$cache" size=1P cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 1P
			run kexctl page walk \$PID \$ADDR -j >$BATS_TEST_TMPDIR/walk -> 0
		EOF
		type=$(jq -r '.[] | select(.name == "pte").type' "$BATS_TEST_TMPDIR/walk")
		assert_eq "$type" "${types[$cache]}" "$cache"
	done
}

@test "seed 1.5: the kind of each page is named: anon, file, zero, pfn, none" {
	local last
	region fb0 size=1P
	kexmap <<-EOF
		anon 4P
		fill 0 1P
		touch 1P
		run kexctl page walk \$PID \$ADDR+$((3 * PAGE)) >$BATS_TEST_TMPDIR/anon -> 0
		anon 1P rw shared
		fill 0 1P
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/file -> 0
		open $N
		map 0 1P
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/pfn -> 0
	EOF
	mapfile -t last < <(tail -n 3 "$BATS_TEST_TMPDIR/anon")
	[[ ${last[0]} == *'writable'*' anon' ]] || fail "${last[0]}"
	[[ ${last[1]} == *'read-only'*' zero' ]] || fail "${last[1]}"
	[[ ${last[2]} == *' none' ]] || fail "${last[2]}"
	walked "$BATS_TEST_TMPDIR/file"
	[[ ${MEANS[pte]} == *' file' ]] || fail "${MEANS[pte]}"
	walked "$BATS_TEST_TMPDIR/pfn"
	[[ ${MEANS[pte]} == *'special'*' pfn' ]] || fail "${MEANS[pte]}"
}

@test "seed 3.1: a page in a pool is device-private, of that pool, and not present" {
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		open $N
		anon 1P
		fill 0 1P
		migrate 0 1P -> 1
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/walk -> 0
		where 0 1P -> pool:1
	EOF
	walked "$BATS_TEST_TMPDIR/walk"
	assert_eq "${MEANS[pte]}" "device-private pool=p0"
	[ "${VALUES[pte]}" != 0x0 ]
}

@test "read-only, PROT_NONE and never written memory look so" {
	kexmap <<-EOF
		anon 1P
		fill 0 1P
		protect r
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/r -> 0
		protect -
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/none -> 0
	EOF
	walked "$BATS_TEST_TMPDIR/r"
	assert_contains "${MEANS[pte]}" 'present user read-only'
	walked "$BATS_TEST_TMPDIR/none"
	assert_contains "${MEANS[pte]}" 'present protnone'
	[[ ${MEANS[pte]} == *' anon' ]] || fail "${MEANS[pte]}"
}

@test "a block of a lazy region is one entry, of the pmd, with its size" {
	local features size
	slurp features "$KEX/features"
	[[ $'\n'$features$'\n' == *$'\n'huge$'\n'* ]] ||
		skip 'no huge in features: the kernel has no CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP'
	read -r size </sys/kernel/mm/transparent_hugepage/hpage_pmd_size
	((2 * size <= FPGA_SIZE)) || skip "the carve-out has no room for two entries of $((size >> 20)) MiB"
	region fb0 size=$((2 * size)) populate=lazy
	kexmap <<-EOF
		open $N
		map 0 $((2 * size))
		touch 0 w
		run kexctl page walk \$PID \$ADDR >$BATS_TEST_TMPDIR/walk -> 0
	EOF
	if [[ $(</sys/kernel/mm/transparent_hugepage/enabled) != *'[always]'* &&
		$(<"$BATS_TEST_TMPDIR/walk") != *block=* ]]; then
		skip 'this kernel makes large entries only with transparent huge pages set to always'
	fi
	walked "$BATS_TEST_TMPDIR/walk"
	assert_contains "${MEANS[pmd]}" "present block=$((size >> 20))M user writable"
	assert_contains "${MEANS[pmd]}" 'special normal huge pfn'
	assert_eq "${MEANS[pte]}" none
}

@test "a huge page of zeroes is zeroes, and can be pinned and read" {
	local size=/sys/kernel/mm/transparent_hugepage/hpage_pmd_size
	[ -r "$size" ] || skip 'this kernel has no transparent huge pages'
	try kexpage hugezero "$(<"$size")"
	[ "$STATUS" = 0 ] || fail "$OUT"$'\n'"$ERR"
	[ "$OUT" != none ] || skip 'this kernel made no huge page of zeroes'
	assert_eq "$OUT" zeroes
}

@test "a transparent huge page is a block of anonymous memory, and its middle leads into it" {
	local size=/sys/kernel/mm/transparent_hugepage/hpage_pmd_size phys
	[ -r "$size" ] || skip 'this kernel has no transparent huge pages'
	read -r size <"$size"
	((size <= 32 << 20)) || skip "a huge page is $((size >> 20)) MiB"
	# 32 MiB in one piece are rare in a guest of 1 GiB
	echo 1 >/proc/sys/vm/compact_memory
	kexmap <<-EOF
		anon $size huge
		fill 0 $size
		run grep AnonHugePages /proc/\$PID/smaps_rollup >$BATS_TEST_TMPDIR/huge -> 0
		run kexctl page walk \$PID \$((ADDR + $size / 2)) >$BATS_TEST_TMPDIR/walk -> 0
		run kexctl page phys \$PID \$ADDR+$size -j >$BATS_TEST_TMPDIR/phys -> 0
	EOF
	if ((size > 2 << 20)) && [[ $(<"$BATS_TEST_TMPDIR/huge") == *' 0 kB' ]]; then
		skip "the kernel had no $((size >> 20)) MiB in one piece"
	fi
	walked "$BATS_TEST_TMPDIR/walk"
	assert_contains "${MEANS[pmd]}" "present block=$((size >> 20))M user writable"
	[[ ${MEANS[pmd]} == *' huge anon' ]] || fail "${MEANS[pmd]}"
	assert_eq "${MEANS[pte]}" none
	assert_eq "$(jq -c '[.[] | [.length, .page]]' "$BATS_TEST_TMPDIR/phys")" "[[$size,\"anon\"]]"
	phys=$(jq -r '.[0].phys' "$BATS_TEST_TMPDIR/phys")
	((phys % size == 0))
}

@test "a huge page in a pool is one entry, and one run of the pool's memory" {
	local release
	need_pools
	read -r release </proc/sys/kernel/osrelease
	((${release%%.*} >= 7)) || skip "Linux $release has no large device folios"
	[ "$PAGE" = 4096 ] || skip 'huge pages are larger than a batch'
	pool p0 size=4M
	kexmap <<-EOF
		open $N
		anon 2M huge
		fill 0 2M
		migrate 0 2M -> 512
		run kexctl page walk \$PID \$((ADDR + 0x100000)) >$BATS_TEST_TMPDIR/walk -> 0
		run kexctl page phys \$PID \$ADDR+2M -j >$BATS_TEST_TMPDIR/phys -> 0
		where 0 2M -> pool:512
	EOF
	walked "$BATS_TEST_TMPDIR/walk"
	assert_eq "${MEANS[pmd]}" 'huge device-private pool=p0'
	assert_eq "${MEANS[pte]}" none
	assert_eq "$(jq -c '[.[] | [.length, .page, .pool]]' "$BATS_TEST_TMPDIR/phys")" \
		'[[2097152,"device-private","p0"]]'
}

@test "huge pages are blocks, or sets of contiguous entries, of every size that there is" {
	local pool size before now tried=''
	[ -d /sys/kernel/mm/hugepages ] || skip 'this kernel has no huge pages of its own (CONFIG_HUGETLBFS)'
	for pool in /sys/kernel/mm/hugepages/hugepages-*; do
		size=${pool##*-}
		size=$((${size%kB} * 1024))
		((size <= 32 << 20)) || continue
		read -r before <"$pool/nr_hugepages"
		echo $((before + 1)) >"$pool/nr_hugepages"
		read -r now <"$pool/nr_hugepages"
		if ((now <= before)); then
			echo "# no room for a page of $((size >> 10)) KiB" >&3
			continue
		fi
		try kexpage huge "$size"
		echo "$before" >"$pool/nr_hugepages"
		[ "$STATUS" = 0 ] || fail "$size: $ERR"
		tried+=" $OUT"
	done
	[ -n "$tried" ] || skip 'this kernel has no pools of huge pages up to 32 MiB (CONFIG_HUGETLBFS)'
	assert_contains "$tried" ' contiguous'
}

@test "addresses of 52 bits are walked over all levels" {
	exits 0 kexpage high
	[ "$OUT" != '48 bits' ] ||
		skip 'this kernel and CPU have addresses of 48 bits (7-va52 has more)'
	assert_contains "$OUT" '52 bits'
}

@test "seed 1.5: memory that is swapped out is named so" {
	disk 4096
	[ "$DISK" != - ] || skip 'this kernel has no block device of memory (CONFIG_BLK_DEV_RAM)'
	mkswap "$DISK" >"$BATS_TEST_TMPDIR/mkswap"
	swapon "$DISK"
	exits 0 kexpage swap
	assert_eq "$OUT" 'swap is swap'
}

@test "a level that this machine has not is folded into the one above, with its value" {
	local level text above='' folded=0
	exits 0 kexctl page walk $$ "0x$(head -c 12 /proc/$$/maps)"
	printf '%s\n' "$OUT" >"$BATS_TEST_TMPDIR/walk"
	walked "$BATS_TEST_TMPDIR/walk"
	for level in pgd p4d pud pmd pte; do
		if [ "${MEANS[$level]}" = folded ]; then
			assert_eq "${VALUES[$level]}" "${VALUES[$above]}" "$level"
			folded=$((folded + 1))
		fi
		above=$level
	done
	# 48 bits: four levels of 4 KiB pages, or 16 KiB; three of 64 KiB; 47 of 16 KiB: three;
	# 52 bits have one more
	text=$OUT
	exits 0 kexpage high
	[[ $OUT == 48* ]] || folded=$((folded + 1))
	((folded == 1 || folded == 2)) || fail "$folded levels are folded:"$'\n'"$text"
}

@test "walk agrees with phys and with pagemap on 10,000 pages in random order" {
	exits 0 kexpage agree 10000 1
	[[ $OUT == *' pages agree:'*'kexctl agrees: '* ]] || fail "$OUT"
}

@test "walk agrees with phys and with pagemap on 10,000 pages in random order, many in a pool" {
	need_pools
	pool p0 size=8M
	exits 0 kexpage agree 10000 2 "$N"
	[[ $OUT == *' pages agree:'*'kexctl agrees: '* ]] || fail "$OUT"
}

@test "all of user space, 256 TiB where a page has 4 KiB, is walked in few lines" {
	user_space
	kexmap <<-EOF
		anon 1P
		fill 0 1P
		run kexctl page walk \$PID 0+$((TOP / 2)) >$BATS_TEST_TMPDIR/low -> 0
		run kexctl page walk \$PID $((TOP / 2))+$((TOP / 2)) >$BATS_TEST_TMPDIR/high -> 0
	EOF
	(($(wc -l <"$BATS_TEST_TMPDIR/high") < 4000))
	# Nothing that is there is left out
	assert_contains "$(<"$BATS_TEST_TMPDIR/high")" ' anon'
	# and what is not there is as few lines as there are tables
	(($(wc -l <"$BATS_TEST_TMPDIR/low") < 20))
}

@test "a walk of tables that come and go sees what is there, or nothing, and never falls" {
	exits 0 kexpage race 3000
	assert_eq "$OUT" 'it stands'
}

@test "a process that ends in the middle of walks ends them, too" {
	local i
	user_space
	region fb0 size=1M
	for i in 1 2 3 4 5 6; do
		hold "$N" 1M
		kill -KILL "$HOLDER" &
		try kexctl page walk "$HOLDER" "$((TOP / 2))+$((TOP / 2))"
		wait "$!"
		[[ $STATUS == 0 || ($STATUS == 3 && $ERR == *'no such process'*) ]] ||
			fail "status $STATUS: $ERR"
	done
	try kexctl page walk "$HOLDER" "$((TOP / 2))+$((TOP / 2))"
	[ "$STATUS" = 3 ] && [ -z "$OUT" ]
}

@test "what cannot be walked is refused by its own errno, whichever call it is" {
	region fb0 size=4P
	exits 0 kexpage errors "$N"
	assert_contains "$OUT" 'all as they should be'
}

@test "who may not look is told nothing: neither of others nor of physical addresses" {
	exits 0 kexpage rights $$
	assert_eq "$OUT" 'nothing was told'
}
