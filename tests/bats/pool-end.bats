#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# How pages leave a pool when their process, or the pool, comes to its end.

source "$BATS_TEST_DIRNAME/lib/kex.bash"

# seed: 3.3 5.2
@test "munmap, MADV_DONTNEED and mremap of pages in a pool lose none and free all" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		unmap 0 16P
		get $S/used -> 48P
		advise dontneed 16P 16P
		get $S/used -> 32P
		is 16P 16P 0
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		move
		where 0 64P -> pool:64
		check 0 64P
		migrate 0 64P -> 64
		unmap
		use 0
		unmap 16P 48P
		get $S/used -> 0
		get $S/migrated_in -> 192
	EOF
}

# seed: 3.3
@test "a process that ends, is killed or executes another frees its pages" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		anon 64P
		fork
		kid 1 open $N
		kid 1 fill 0 64P
		kid 1 migrate 0 64P -> 64
		get $S/used -> 64P
		kill 1
		await $S/used 0
		fork
		kid 2 open $N
		kid 2 fill 0 64P
		kid 2 migrate 0 64P -> 64
		kid 2 exit -> DEAD 0
		await $S/used 0
		fork
		kid 3 open $N
		kid 3 fill 0 64P
		kid 3 migrate 0 64P -> 64
		send 3 exec /bin/sleep 1000
		await $S/used 0
		await $S/opens 0
		kill 3
		get $S/migrated_in -> 192
		get $S/migrated_out -> 0
	EOF
	for i in 1 2 3; do
		kexmap "open $N" "anon 64P" "fill 0 64P" "migrate 0 64P -> 64"
	done
	assert_file "$S/used" 0
	assert_file "$S/opens" 0
}

@test "a child that executes another program leaves its parent's pages where they are" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		migrate 0 64P -> 64
		fork
		kid 1 where 0 64P -> pool:64
		kid 1 fill 0 8P 2
		kid 1 migrate 0 8P -> 8
		where 0 8P -> ram:8
		get $S/used -> 64P
		send 1 exec /bin/sleep 1000
		await $S/used $((56 * PAGE))
		where 0 64P -> ram:8,pool:56
		kill 1
		get $S/used -> 56P
		check 0 64P
		get $S/used -> 0
	EOF
}

@test "the last of the processes that share a page frees it" {
	need_pools
	pool p0 size=64P
	kexmap <<-EOF
		open $N
		anon 64P
		fill 0 64P
		fork
		migrate 0 64P -> 64
		unmap
		get $S/used -> 64P
		kid 1 check 0 32P
		get $S/used -> 32P
		kill 1
		await $S/used 0
	EOF
}

# seed: 3.3
@test "a revoke sends the pages home first, from every process" {
	need_pools
	pool p0 size=4M
	kexmap <<-EOF
		open $N
		anon 128P
		fill 0 128P
		fork
		kid 1 fill 0 64P 2
		kid 1 migrate 0 128P -> 128
		migrate 0 64P -> 64
		put $R/revoke 1
		get $R/live -> 0
		frame 0 -> present
		check 0 128P
		kid 1 check 0 64P 2
		kid 1 check 64P 64P
		migrate 0 64P -> ENODEV
		info size -> ENODEV
		get $FPGA/free -> $((FPGA_SIZE - (4 << 20)))
		put $R/live 1
		migrate 0 64P -> ENODEV
		get $FPGA/free -> $((FPGA_SIZE - (8 << 20)))
		close
		kid 1 close
		get $FPGA/free -> $((FPGA_SIZE - (4 << 20)))
	EOF
}

@test "an unbind sends the pages home first, and the pool comes up after a bind" {
	need_pools
	pool p0 size=256P
	device fpga
	kexmap <<-EOF
		open $N
		anon 256P
		fill 0 256P
		migrate 0 256P -> 256
		devread 0 16P -> 16P
		put $KEX_DRIVER/unbind $DEVICE
		get $R/live -> 0
		frame 0 -> present
		check 0 256P
		migrate 0 256P -> ENODEV
		put $KEX_DRIVER/bind $DEVICE
		put $R/live 1
		close
		open $N
		migrate 0 256P -> 256
		check 0 256P
	EOF
}

# seed: 3.3
@test "the module goes when its pools have gone, and comes again" {
	need_pools
	pool p0 size=64P
	kexmap "open $N" "anon 64P" "fill 0 64P" "migrate 0 64P -> 64"
	put "$R/live" 0
	rmdir "$R"
	exits 0 rmmod kex
	run ! grep -w p0 /proc/iomem
	exits 0 insmod /kex/kex.ko
	pool p0 size=64P
	kexmap "open $N" "anon 64P" "fill 0 64P" "migrate 0 64P -> 64" "check 0 64P"
}

@test "a pool of system memory gives it back" {
	need_pools
	pool p0 size=512P backing=system
	kexmap <<-EOF
		open $N
		anon 512P
		fill 0 512P
		migrate 0 512P -> 512
		unmap 0 256P
		get $S/used -> 256P
		put $R/revoke 1
		check 256P 256P
	EOF
}

# Kids migrate, fault, unmap and fork until it is revoked
@test "a pool revoked again and again in the middle of migrations loses no byte" {
	local i
	need_pools
	pool p0 size=2M
	kexmap <<-EOF
		anon 256P
		fill 0 256P
		fork
		fork
		$(for i in {1..15}; do
			cat <<-END
				kid 1 open $N
				kid 2 open $N
				kid 1 fill 0 256P $i
				send 1 migrate 0 256P
				send 2 migrate 0 256P
				put $R/revoke 1
				recv 1 -> ?
				recv 2 -> ?
				kid 1 check 0 256P $i
				kid 2 check 0 256P
				kid 1 close
				kid 2 close
				put $R/live 1
			END
		done)
		get $S/used -> 0
	EOF
}
