// SPDX-License-Identifier: GPL-2.0-only
/* How the kernel was configured. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kconfig.h"
#include "util.h"
#include "test.h"

static const char config[] =
	"#\n"
	"# Automatically generated file; DO NOT EDIT.\n"
	"CONFIG_DEVMEM=y\n"
	"# CONFIG_STRICT_DEVMEM is not set\n"
	"CONFIG_CONFIGFS_FS=m\n"
	"CONFIG_DEVMEM_OTHER=m\n"
	"XCONFIG_ODD=y\n"
	"CONFIG_LAST=y";

static void an_option_is_found_by_its_whole_name(void **state)
{
	(void)state;
	assert_int_equal(kconfig_value(config, "CONFIG_DEVMEM"), 'y');
	assert_int_equal(kconfig_value(config, "CONFIG_CONFIGFS_FS"), 'm');
	assert_int_equal(kconfig_value(config, "CONFIG_LAST"), 'y');
	assert_int_equal(kconfig_value(config, "CONFIG_STRICT_DEVMEM"), 'n');
	assert_int_equal(kconfig_value(config, "CONFIG_ODD"), 'n');
	assert_int_equal(kconfig_value(config, "CONFIG_DEV"), 'n');
	assert_int_equal(kconfig_value("", "CONFIG_DEV"), 'n');
}

static void loads(const char *end, const char *command)
{
	char name[] = "/tmp/kex-kconfig.XXXXXX", *path, *line, *text;
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, config, strlen(config)), strlen(config));
	close(fd);
	path = xprintf("%s%s", name, end);
	line = xprintf(command, name, path);
	assert_int_equal(system(line), 0);
	text = kconfig_load(path);
	assert_non_null(text);
	assert_string_equal(text, config);
	unlink(path);
	unlink(name);
	assert_null(kconfig_load(path));
	free(text);
	free(line);
	free(path);
}

static void a_file_is_read_packed_or_not(void **state)
{
	(void)state;
	loads(".plain", "cp %s %s");
	loads(".gz", "gzip -c %s >%s");
}

static void what_is_no_gzip_is_no_configuration(void **state)
{
	char path[] = "/tmp/kex-kconfig.XXXXXX.gz";
	int fd = mkstemps(path, strlen(".gz"));

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, config, strlen(config)), strlen(config));
	close(fd);
	assert_null(kconfig_load(path));
	unlink(path);
}

static void that_gzip_is_missing_is_told_from_what_is_no_gzip(void **state)
{
	char path[] = "/tmp/kex-kconfig.XXXXXX.gz", *saved = xstrdup(getenv("PATH"));
	int fd = mkstemps(path, strlen(".gz"));

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_null(kconfig_load(path));
	assert_int_equal(errno, EIO);
	setenv("PATH", "/nowhere", 1);
	assert_null(kconfig_load(path));
	assert_int_equal(errno, ENOPKG);
	setenv("PATH", saved, 1);
	unlink(path);
	assert_null(kconfig_load(path));
	assert_int_equal(errno, ENOENT);
	free(saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_is_found_by_its_whole_name),
		cmocka_unit_test(a_file_is_read_packed_or_not),
		cmocka_unit_test(what_is_no_gzip_is_no_configuration),
		cmocka_unit_test(that_gzip_is_missing_is_told_from_what_is_no_gzip),
	};

	return cmocka_run_group_tests_name("kconfig", tests, NULL, NULL);
}
