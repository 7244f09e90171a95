#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The memory type in the page-table entries themselves, as a module of the
# tests' own finds it, which knows nothing of the driver.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# Offsets are right for pages of 64 KiB as well
CACHES=(write-back write-combine uncached device)
# What each of them is to an arm64 CPU
declare -gA TYPE=(
	[write-back]=MT_NORMAL
	[write-combine]=MT_NORMAL_NC
	[uncached]=MT_DEVICE_nGnRnE
	[device]=MT_DEVICE_nGnRE
)

setup_file() {
	insmod /kex/kexpte.ko
	echo 16 >/sys/module/kex/parameters/fault_around
}

teardown_file() {
	rmmod kexpte
	echo 64 >/sys/module/kex/parameters/fault_around
}

# entry OFF: lines for kexmap, that the entry of OFF is a writable
# page's: of the right TYPE, and one that no access has to trap on
entry() {
	cat <<-EOF
		pte $1 type -> ${TYPE[$cache]}
		pte $1 access -> rw
		pte $1 age -> young
		pte $1 dirt -> dirty
		pte $1 exec -> no
	EOF
}

@test "the module that looks at entries tells memory types, rights and holes apart" {
	region t0 size=1M
	region t1 size=1M cache=device
	kexmap <<-EOF
		open /dev/kex/t0
		map 0 1M
		pte 0 type -> MT_NORMAL
		unmap 512K 512K
		pte 448K type -> MT_NORMAL
		pte 512K -> none
		evict 0 64K
		pte 0 -> none
		open /dev/kex/t1
		map 0 1M
		pte 0 type -> MT_DEVICE_nGnRE
	EOF
}

@test "an eager mapping has entries of its cache attribute's type, young, dirty and writable before any touch" {
	local cache
	for cache in "${CACHES[@]}"; do
		region "t-$cache" size=1M cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 1M
			$(entry 0)
			$(entry 960K)
			faults 0 1M w -> 0
			$(entry 0)
		EOF
	done
}

@test "a page that is faulted in, lazily or after an evict, has the same entry, and so has its block" {
	local cache
	for cache in "${CACHES[@]}"; do
		region "l-$cache" size=64P cache="$cache" populate=lazy
		kexmap <<-EOF
			open $N
			map 0 64P
			pte 0 -> none
			faults 0 1P -> 1
			$(entry 0)
			$(entry 15P)
			pte 16P -> none
			touch 16P w
			$(entry 16P)
		EOF
		region "e-$cache" size=64P cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 64P
			evict 0 64P
			pte 32P -> none
			faults 32P 1P -> 1
			$(entry 32P)
			$(entry 47P)
			pte 48P -> none
		EOF
	done
}

@test "mprotect to read-only and back keeps the memory type" {
	local cache
	for cache in "${CACHES[@]}"; do
		region "t-$cache" size=1M cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 1M
			fill 0 1M 5
			protect r
			pte 0 type -> ${TYPE[$cache]}
			pte 0 access -> ro
			pte 0 exec -> no
			touch 0 w -> SIGSEGV@0x0
			evict 0 512K
			touch 64K
			pte 64K type -> ${TYPE[$cache]}
			pte 64K access -> ro
			protect rw
			pte 960K type -> ${TYPE[$cache]}
			touch 960K w
			$(entry 960K)
			touch 64K w
			$(entry 64K)
			touch 128K w
			$(entry 128K)
			check 0 1M 5
			protect n
			protect rw
			touch 192K w
			$(entry 192K)
		EOF
	done
}

@test "a forked child's entries are of the same type, inherited or faulted in" {
	local cache
	for cache in "${CACHES[@]}"; do
		region "t-$cache" size=1M cache="$cache"
		{
			cat <<-EOF
				open $N
				map 0 1M
				fill 0 1M 3
				fork
				kid 1 pte 0 type -> ${TYPE[$cache]}
				kid 1 pte 0 exec -> no
				kid 1 touch 0 w
			EOF
			entry 0 | sed 's/^/kid 1 /'
			cat <<-EOF
				evict 0 1M
				kid 1 pte 64K -> none
				kid 1 touch 64K w
			EOF
			entry 64K | sed 's/^/kid 1 /'
			cat <<-EOF
				kid 1 check 0 1M 3
				reap 1
			EOF
		} >"$BATS_TEST_TMPDIR/script"
		kexmap <"$BATS_TEST_TMPDIR/script"
	done
}

@test "a mapping for reading has read-only entries, and never executable ones unless write-back" {
	local cache
	for cache in "${CACHES[@]}"; do
		region "t-$cache" size=1M cache="$cache"
		kexmap <<-EOF
			open $N
			map 0 1M r
			pte 0 type -> ${TYPE[$cache]}
			pte 0 access -> ro
			pte 0 exec -> no
			evict 0 1M
			pte 0 -> none
			touch 0
			pte 0 type -> ${TYPE[$cache]}
			pte 0 access -> ro
			pte 0 exec -> no
			open $N r
			map 0 1M r
			pte 64K type -> ${TYPE[$cache]}
			pte 64K access -> ro
			pte 64K exec -> no
		EOF
	done
	kexmap <<-EOF
		open /dev/kex/t-write-back
		map 0 1M rx
		pte 0 type -> MT_NORMAL
		pte 0 access -> ro
		pte 0 exec -> yes
	EOF
}
