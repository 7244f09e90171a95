# SPDX-License-Identifier: GPL-2.0-only
# Forwards to what does the work: see "make help".

KERNELS =
KERNEL =
TESTS =
TIME =
SEED =

# O= is a folder below which each part gets one of its own.
sub = $(if $(O),O=$(abspath $(O))/$(1))

help:
	@sed -n 's/^#: \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

#: demo             a guided run in a guest, on a stock kernel
#: test             all tests, in guests: KERNELS='6.1 7', TESTS='tests/bats/evict.bats'
#: test-debug       the same on a kernel with every detector, ended by a search for leaks
#: shell            a prompt in a guest: KERNEL=6.1
#: check            builds without warnings, static analysis, generated files, unit tests
#: unit             tests of pure logic on this machine
#: stress           ten minutes of everything at once: KERNEL=6.12 TIME=60 SEED=1
#: mutants          shows that the tests notice broken drivers and undone declarations
#: seeds            the tests that docs/seeds.md lists, and that list: KERNELS='6.1 7'
#: bench            guest instructions that mapping costs, beside /dev/mem: KERNEL=6.12
#:
#: modules          the module: KDIR= ARCH= CROSS_COMPILE= O=
#: modules_install  installs it: KDIR= INSTALL_MOD_PATH=
#: kexctl           the command: CROSS_COMPILE= CC= O=
#: install          kexctl, its completion, udev rule and group: DESTDIR= prefix=/usr/local
#: uninstall        removes them: DESTDIR= prefix=
#: schema           writes what is generated from configfs-schema/kex.yaml
#: clean            removes what was built (the lab's cache is ~/.cache/kex-lab)

demo:
	@tests/lab/demo

test:
	@tests/lab/suite $(if $(KERNELS),--kernels '$(KERNELS)') $(TESTS)

test-debug:
	@tests/lab/suite --kernels '$(or $(KERNELS),6.12-debug)' --timeout 2400 --per-guest 60 \
		$(or $(TESTS),$(wildcard tests/bats/*.bats tests/bats/host/*.bats))

shell:
	@tests/lab/run $(if $(KERNEL),--kernel '$(KERNEL)')

check:
	@tests/check/run

unit:
	$(MAKE) -C tests/unit

stress:
	@tests/stress/run $(if $(KERNEL),--kernel '$(KERNEL)') $(if $(TIME),--seconds '$(TIME)') \
		$(if $(SEED),--seed '$(SEED)')

mutants:
	@tests/mutants/run
	@tests/mutants/declare

seeds:
	@tests/seeds/run $(KERNELS)

bench:
	@bench/run $(if $(KERNEL),--kernel '$(KERNEL)')

modules modules_install:
	$(MAKE) -C driver $@ $(call sub,driver)

kexctl:
	$(MAKE) -C tools/kexctl $(call sub,kexctl)

# A relative DESTDIR is meant from here
install uninstall:
	$(MAKE) -C tools/kexctl $@ $(call sub,kexctl) $(if $(DESTDIR),DESTDIR=$(abspath $(DESTDIR)))

schema:
	configfs-schema/gen.py

clean:
	rm -rf build
	$(MAKE) -C tools/kexctl clean
	find driver \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name modules.order -o -name Module.symvers \) -type f -delete

.PHONY: help demo test test-debug shell check unit stress mutants seeds bench modules modules_install kexctl \
	install uninstall schema clean
