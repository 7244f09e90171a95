// SPDX-License-Identifier: GPL-2.0-only
/* A device tree whose properties are not what they should be. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"
#include "test.h"

static char folder[] = "/tmp/kex-tree.XXXXXX";

static void node(const char *path)
{
	char *name = xprintf(TREE_BASE "%s", path);

	assert_int_equal(mkdir(name, 0700), 0);
	free(name);
}

static void bytes(const char *path, const void *what, size_t len)
{
	char *name = xprintf(TREE_BASE "%s", path);
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(what, 1, len, file), len);
	fclose(file);
	free(name);
}

static void cells(const char *path, const uint32_t *what, size_t count)
{
	uint32_t big[16];
	size_t i;

	for (i = 0; i < count; i++)
		big[i] = htobe32(what[i]);
	bytes(path, big, count * sizeof(*big));
}

#define CELLS(path, ...) \
	cells(path, (uint32_t[]){ __VA_ARGS__ }, \
	      sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* Each test has a tree with a bus, and a node on it: one cell each, nothing translated */
static int tree_begin(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	node("");
	node("/bus");
	node("/bus/fpga");
	CELLS("/#address-cells", 1);
	CELLS("/#size-cells", 1);
	CELLS("/bus/#address-cells", 1);
	CELLS("/bus/#size-cells", 1);
	bytes("/bus/ranges", "", 0);
	CELLS("/bus/fpga/reg", 0x1000, 0x200);
	return 0;
}

static int tree_end(void **state)
{
	char *command = xprintf("rm -r '%s'", folder);
	int status = chdir("/") || system(command);

	(void)state;
	free(command);
	return status;
}

static void reg_is(uint64_t start, uint64_t size)
{
	struct extent extent;

	assert_true(tree_reg("/bus/fpga", 0, &extent));
	assert_true(extent.start == start);
	assert_true(extent.size == size);
	assert_false(tree_reg("/bus/fpga", 1, &extent));
}

static void no_reg(void)
{
	struct extent extent;

	assert_false(tree_reg("/bus/fpga", 0, &extent));
}

static void an_address_is_translated(void **state)
{
	(void)state;
	reg_is(0x1000, 0x200);
	CELLS("/bus/ranges", 0, 0x100, 0x10, 0x1000, 0x40001000, 0x1000);
	reg_is(0x40001000, 0x200);
	CELLS("/bus/ranges", 0x2000, 0x40001000, 0x1000);
	no_reg();
}

static void cells_whose_sum_wraps_name_no_memory(void **state)
{
	struct extent extent;

	(void)state;
	node("/bus/inner");
	node("/bus/inner/cam");
	CELLS("/bus/inner/#address-cells", 1);
	CELLS("/bus/inner/#size-cells", 1);
	bytes("/bus/inner/ranges", "", 0);
	CELLS("/bus/inner/cam/reg", 0x1000, 0x200);
	CELLS("/#address-cells", 2);
	CELLS("/bus/ranges", 0x1000, 1, 0, 0x200);
	assert_true(tree_reg("/bus/inner/cam", 0, &extent));
	assert_true(extent.start == 0x100000000);
	/* 1 + 2 + 0xfffffffe is 1 in 32 bits */
	CELLS("/bus/#size-cells", 0xfffffffe);
	CELLS("/bus/ranges", 0x1000);
	assert_false(tree_reg("/bus/inner/cam", 0, &extent));
}

static void huge_counts_of_cells_name_no_memory(void **state)
{
	static const uint32_t counts[] = { 3, 0x7fffffff, 0x80000000, 0xffffffff };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		CELLS("/bus/#address-cells", counts[i]);
		no_reg();
		assert_true(tree_reg_cells("/bus/fpga") == (size_t)counts[i] + 1);
		CELLS("/bus/#address-cells", 1);
		CELLS("/bus/#size-cells", counts[i]);
		no_reg();
		CELLS("/bus/#size-cells", 1);
		CELLS("/#address-cells", counts[i]);
		CELLS("/bus/ranges", 0x1000, 0x1000, 0x1000);
		no_reg();
		bytes("/bus/ranges", "", 0);
		CELLS("/#address-cells", 1);
	}
	reg_is(0x1000, 0x200);
}

static void properties_of_odd_length_are_told(void **state)
{
	struct cells odd;

	(void)state;
	bytes("/bus/fpga/reg", "\0\0\x10\0\0\0\x02\0\0", 9);
	assert_true(tree_cells("/bus/fpga", "reg", &odd));
	assert_int_equal(odd.count, 2);
	assert_false(odd.whole);
	free(odd.items);
	bytes("/bus/fpga/reg", "\0\0\x10", 3);
	no_reg();
	bytes("/bus/ranges", "\0\0\x10\0\0", 5);
	no_reg();
	bytes("/bus/#size-cells", "\1", 1);
	assert_int_equal(tree_width("/bus/fpga", "#size-cells"), 1);
	/* Without its NUL a text is none; in a list the last one ends where it ends */
	bytes("/bus/fpga/status", "okay", 4);
	assert_null(tree_text("/bus/fpga", "status"));
	assert_false(tree_enabled("/bus/fpga"));
	bytes("/bus/fpga/compatible", "a\0kex,carveout", 14);
	assert_true(tree_compatible("/bus/fpga", "kex,carveout"));
	assert_false(tree_compatible("/bus/fpga", "kex"));
}

static void empty_properties_hold_nothing(void **state)
{
	struct cells none;

	(void)state;
	bytes("/bus/fpga/reg", "", 0);
	no_reg();
	assert_true(tree_cells("/bus/fpga", "reg", &none));
	assert_int_equal(none.count, 0);
	assert_true(none.whole);
	free(none.items);
	bytes("/bus/fpga/compatible", "", 0);
	assert_false(tree_compatible("/bus/fpga", ""));
	assert_null(tree_text("/bus/fpga", "compatible"));
	bytes("/bus/#address-cells", "", 0);
	assert_int_equal(tree_width("/bus/fpga", "#address-cells"), 1);
	assert_false(tree_cells("/bus/fpga", "missing", &none));
	free(none.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_address_is_translated, tree_begin, tree_end),
		cmocka_unit_test_setup_teardown(cells_whose_sum_wraps_name_no_memory, tree_begin,
						tree_end),
		cmocka_unit_test_setup_teardown(huge_counts_of_cells_name_no_memory, tree_begin,
						tree_end),
		cmocka_unit_test_setup_teardown(properties_of_odd_length_are_told, tree_begin,
						tree_end),
		cmocka_unit_test_setup_teardown(empty_properties_hold_nothing, tree_begin,
						tree_end),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
