#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# kexctl doctor: set-ups that are broken beside the device tree, each diagnosed
# with the remedy; where that is a line of shell, it is run, and mends it.

source "$BATS_TEST_DIRNAME/lib/kex.bash"
source "$BATS_TEST_DIRNAME/lib/doctor.bash"

teardown() {
	kex_teardown covers_off
}

# config NAME=VALUE...: the kernel is configured so, as far as /boot says
config() {
	over "/boot/config-$(uname -r)" "$(printf '%s\n' '# a comment' CONFIG_CONFIGFS_FS=m \
		CONFIG_ARM64_PMEM=y CONFIG_OF=y CONFIG_MODULES=y CONFIG_DEVTMPFS=y CONFIG_DEVMEM=y "$@")"
}

@test "nothing of a working set-up is a FAIL, and each carve-out is bound" {
	local version
	region fb0 size=64K
	slurp version /sys/module/kex/version
	doctor 0
	found OK module "kex $version is loaded"
	found OK configfs 'mounted on /sys/kernel/config'
	found OK kernel-config "/boot/config-$(uname -r)"
	found OK carve-out '/fpga-carveout: bound'
	found OK carve-out '/sram-carveout: bound'
	not_found FAIL ''
	not_found WARN no-map
	not_found WARN rights
}

@test "the module is not loaded: modprobe kex" {
	rmmod kex
	doctor 2
	found FAIL module 'not loaded' 'modprobe kex'
	found FAIL carve-out '/fpga-carveout: not bound: the module is not loaded' 'modprobe kex'
	not_found FAIL overlap
	remedy FAIL module
	bash -euc "$REMEDY"
	doctor 0
	found OK module
}

@test "the module is not installed for this kernel: build and install it" {
	rmmod kex
	over "/lib/modules/$(uname -r)/modules.dep" 'kernel/fs/configfs/configfs.ko:'
	doctor 2
	found FAIL module "not loaded, nor installed for kernel $(uname -r)" 'make modules modules_install'
	covers_off
	modprobe kex
}

@test "configfs is not mounted: mount it" {
	umount /sys/kernel/config
	doctor 2
	found FAIL configfs 'not mounted on /sys/kernel/config' 'mount -t configfs'
	remedy FAIL configfs
	bash -euc "$REMEDY"
	doctor 0
	found OK configfs
}

@test "the kernel has no configfs at all: another kernel" {
	rmmod kex
	over "/boot/config-$(uname -r)" '# CONFIG_CONFIGFS_FS is not set'
	doctor 2
	found FAIL configfs 'CONFIG_CONFIGFS_FS is off: kex cannot be loaded' CONFIG_CONFIGFS_FS=m
	covers_off
	modprobe kex
}

@test "the kernel lacks what kex is built or loaded with: another kernel, which is named" {
	local all=(CONFIG_ARM64_PMEM CONFIG_OF CONFIG_MODULES CONFIG_CONFIGFS_FS CONFIG_DEVTMPFS) others lacks
	rmmod kex
	for lacks in "${all[@]::4}"; do
		others=("${all[@]/$lacks}")
		over "/boot/config-$(uname -r)" "$(printf '%s=y\n' "${others[@]}")"
		doctor 2
		covers_off
		found FAIL '' "$lacks is off: kex cannot be" "a kernel with $lacks="
		not_found WARN kernel-config CONFIG_DEVTMPFS
	done
	over "/boot/config-$(uname -r)" "$(printf '%s=y\n' "${all[@]::4}")"
	doctor 2
	found WARN kernel-config 'CONFIG_DEVTMPFS is off' CONFIG_DEVTMPFS=y
	not_found FAIL kernel-config
	not_found FAIL configfs
	covers_off
	modprobe kex
	# One that is loaded has evidently what it needs
	over "/boot/config-$(uname -r)" CONFIG_DEVTMPFS=y
	doctor 0
	not_found WARN kernel-config
}

@test "there is no group kex: a warning" {
	over /etc/group 'root:x:0:'
	doctor 0
	found WARN group 'there is no group kex' 'groupadd --system kex'
}

@test "a node does not belong to the group: a warning that names udev's rule" {
	region fb0 size=64K
	over /etc/group $'root:x:0:\nkex:x:991:'
	doctor 0
	found OK group
	found WARN node '/dev/kex/fb0: does not belong to the group kex' 60-kex.rules
	chgrp 991 /dev/kex/fb0
	doctor 0
	not_found WARN node
}

@test "a user outside the group: a warning that names usermod, and no address" {
	region fb0 size=64K
	over /etc/group $'root:x:0:\nkex:x:991:'
	chgrp 991 /dev/kex/fb0
	exits 0 setpriv --reuid 1000 --regid 1000 --clear-groups kexctl doctor
	mapfile -t FINDINGS <<<"$OUT"
	found WARN group 'this user is not in the group kex' 'usermod -aG kex'
	found WARN rights '/proc/iomem' 'sudo kexctl doctor'
	[[ $OUT != *0x[46][0-9]* ]] || fail "$OUT"
	exits 0 setpriv --reuid 1000 --regid 1000 --groups 991 kexctl doctor
	mapfile -t FINDINGS <<<"$OUT"
	found OK group
}

@test "a live object without a node: devtmpfs" {
	region fb0 size=64K
	rm /dev/kex/fb0
	doctor 2
	found FAIL node '/dev/kex/fb0: No such file' devtmpfs
}

@test "an object that goes while it is looked at is no finding" {
	# What readdir() has seen and what leads nowhere then
	over /sys/class/kex
	ln -s ../../devices/virtual/kex/gone /sys/class/kex/gone
	doctor 0
	not_found FAIL node
}

@test "DEVICE_PRIVATE or HMM_MIRROR is absent: a warning that says what does without" {
	local word has=''
	while read -r word; do
		[ "$word" != pool ] || has=1
	done <"$KEX/features"
	doctor 0
	if [ -n "$has" ]; then
		found OK device-private
		over "$KEX/features" $'region\nevict'
		doctor 0
	fi
	found WARN device-private 'has no CONFIG_DEVICE_PRIVATE' CONFIG_DEVICE_PRIVATE=y
	covers_off
	# Without the module, the kernel's configuration tells
	rmmod kex
	config '# CONFIG_DEVICE_PRIVATE is not set' CONFIG_HMM_MIRROR=y
	doctor 2
	found WARN device-private 'has no CONFIG_DEVICE_PRIVATE'
	not_found WARN device-private CONFIG_HMM_MIRROR
	covers_off
	config CONFIG_DEVICE_PRIVATE=y
	doctor 2
	found WARN device-private 'has no CONFIG_HMM_MIRROR' CONFIG_HMM_MIRROR=y
	not_found WARN device-private CONFIG_DEVICE_PRIVATE
	covers_off
	config
	doctor 2
	found WARN device-private 'has no CONFIG_DEVICE_PRIVATE and no CONFIG_HMM_MIRROR'
	covers_off
	config CONFIG_DEVICE_PRIVATE=y CONFIG_HMM_MIRROR=y
	doctor 2
	found OK device-private
	covers_off
	modprobe kex
}

@test "strict devmem: a warning that names what to use instead" {
	local relaxed
	slurp relaxed /proc/cmdline
	config CONFIG_STRICT_DEVMEM=y CONFIG_IO_STRICT_DEVMEM=y
	doctor 0
	found WARN devmem CONFIG_IO_STRICT_DEVMEM 'kexctl region peek'
	found WARN devmem '' iomem=relaxed
	over /proc/cmdline "$relaxed iomem=relaxed"
	doctor 0
	found WARN devmem CONFIG_STRICT_DEVMEM 'kexctl region peek'
	not_found WARN devmem CONFIG_IO_STRICT_DEVMEM
	covers_off
	config CONFIG_DEVMEM=n
	doctor 0
	found OK devmem
	covers_off
	over "/boot/config-$(uname -r)" CONFIG_CONFIGFS_FS=m
	doctor 0
	found WARN devmem 'CONFIG_DEVMEM is off' 'kexctl region peek'
}

@test "what doctor says of /dev/mem is what /dev/mem does" {
	doctor 0
	# Where read() cannot have it, for want of a mapping of the kernel's, mmap() may
	if kexmap 'open /dev/mem' "map $FPGA_PHYS 1P" 'touch 0' 2>"$BATS_TEST_TMPDIR/devmem"; then
		not_found WARN devmem CONFIG_IO_STRICT_DEVMEM
		not_found WARN devmem 'there is no /dev/mem'
	else
		not_found OK devmem
		not_found WARN devmem CONFIG_STRICT_DEVMEM
		found WARN devmem
	fi
}

@test "no configuration of the kernel to read: a warning that says where it was looked for" {
	[ ! -e /proc/config.gz ] || skip "this kernel has /proc/config.gz"
	over /boot
	doctor 0
	found WARN kernel-config "/proc/config.gz, /boot/config-$(uname -r)" 'modprobe configs'
	not_found OK devmem
	not_found WARN devmem
}

@test "the configuration is packed, and gzip is missing: a warning that says so" {
	[ -e /proc/config.gz ] || skip "this kernel has no /proc/config.gz"
	[ -z "$(type -P gzip)" ] || skip "this guest has gzip"
	over /boot
	doctor 0
	found WARN kernel-config '/proc/config.gz: gzip is missing' 'install gzip'
	not_found WARN kernel-config 'no configuration'
}

@test "a log that a user may not read is not one without a line" {
	local restrict=/proc/sys/kernel/dmesg_restrict before
	before=$(<"$restrict")
	echo 1 >"$restrict"
	unbind sram
	try setpriv --reuid 1000 --regid 1000 --clear-groups kexctl doctor
	bind sram
	echo "$before" >"$restrict"
	assert_eq "$STATUS" 2
	mapfile -t FINDINGS <<<"$OUT"
	found FAIL carve-out "/sram-carveout: not bound; why is in the kernel's log, which is not for this user" \
		'sudo kexctl doctor'
	not_found FAIL carve-out 'somebody has unbound it'
}

@test "a carve-out that somebody has unbound: the line that binds it" {
	unbind sram
	kmsg_mark
	doctor 2
	found FAIL carve-out '/sram-carveout: not bound' "echo $DEVICE > $KEX_DRIVER/bind"
	found OK carve-out /fpga-carveout
	remedy FAIL carve-out
	bash -euc "$REMEDY"
	doctor 0
	found OK carve-out /sram-carveout
}

@test "what the log says of an object is not why its carve-out is not bound" {
	local what
	unbind sram
	for what in pool region window; do
		printf '<3>kex %s: /sram-carveout: %s '\''x0'\'': it cannot be had: do without\n' \
			"$DEVICE" "$what" >/dev/kmsg
		doctor 2
		found FAIL carve-out '/sram-carveout: not bound' "echo $DEVICE > $KEX_DRIVER/bind"
	done
	bind sram
}

@test "memory that a revoked region of its own still has is no other driver's" {
	region fb0 carveout=sram size=64K
	hold "$N" 64K
	unbind sram
	doctor 2
	not_found FAIL overlap
	found FAIL carve-out '/sram-carveout: not bound' "echo $DEVICE > $KEX_DRIVER/bind"
	bind sram
	doctor 0
}

@test "an overlay that came after the kernel had started: the bootloader has to apply it" {
	over /proc/iomem $'40000000-7fffffff : System RAM\n  40210000-4105ffff : Kernel code'
	doctor 2
	found FAIL reserved-memory '/reserved-memory/memory@60000000: the kernel uses this memory itself' \
		'have the bootloader apply the overlay'
}

@test "a machine without a device tree, and a tree without a carve-out" {
	over /sys/firmware/devicetree/base
	doctor 2
	found FAIL carve-out 'no node of the device tree is compatible with "kex,carveout"' docs/board-guide.md
	covers_off
	over /sys/firmware/devicetree
	doctor 2
	found FAIL device-tree 'started without one' 'boot with a device tree'
}

@test "--json has the same findings, and the exit status does not depend on the form" {
	local -i n=0 line
	doctor 0
	for line in "${!FINDINGS[@]}"; do
		[[ ${FINDINGS[line]} == '      fix: '* ]] || n+=1
	done
	exits 0 kexctl doctor --json
	jq -e --argjson n "$n" 'length == $n and
		all(.[]; .kind == "finding" and (.verdict | IN("OK", "WARN")) and has("text") and has("name")) and
		all(.[] | select(.verdict != "OK"); has("fix")) and
		any(.[]; .name == "carve-out" and .subject == "/fpga-carveout" and .text == "bound")' <<<"$OUT"
	unbind sram
	exits 2 kexctl doctor --json
	bind sram
	jq -e 'map(select(.verdict == "FAIL")) | length == 1 and .[0].subject == "/sram-carveout"' <<<"$OUT"
	exits 0 kexctl doctor --names
	assert_contains "$OUT" $'module\nconfigfs\n'
	exits 1 kexctl doctor fb0
	exits 2 bash -c 'kexctl doctor >/dev/full'
}
