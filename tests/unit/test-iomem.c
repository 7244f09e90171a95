// SPDX-License-Identifier: GPL-2.0-only
/* /proc/iomem, as kernels write it. */
#include <stdlib.h>
#include <string.h>

#include "iomem.h"
#include "test.h"

static const char usual[] =
	"09000000-09000fff : pl011@9000000\n"
	"  09000000-09000fff : 9000000.pl011 pl011@9000000\n"
	"40000000-5fffffff : System RAM\n"
	"  40210000-4179ffff : Kernel code\n"
	"  5b000000-5b1fffff : reserved\n"
	"60000000-63ffffff : reserved\n"
	"  60000000-63ffffff : fpga\n"
	"64000000-7fffffff : System RAM";

static struct iomem parsed(const char *text)
{
	struct iomem list = { 0 };
	char *copy = xstrdup(text);

	assert_true(iomem_parse(copy, &list));
	free(copy);
	return list;
}

static void lines_have_their_depth_and_the_last_byte_counts(void **state)
{
	struct iomem list = parsed(usual);

	(void)state;
	assert_int_equal(list.count, 8);
	assert_int_equal(list.lines[1].depth, 1);
	assert_string_equal(list.lines[1].name, "9000000.pl011 pl011@9000000");
	assert_int_equal(list.lines[6].extent.start, 0x60000000);
	assert_int_equal(list.lines[6].extent.size, 0x4000000);
	assert_false(iomem_blank(&list));
	iomem_free(&list);
}

static void ram_reserved_and_claimed_are_told_apart(void **state)
{
	static const struct {
		struct extent extent;
		bool ram, reserved;
		const char *holder;
	} cases[] = {
		{ { 0x50000000, 0x1000 }, true, false, NULL },
		{ { 0x5b000000, 0x200000 }, true, true, NULL },
		{ { 0x5b000000, 0x200001 }, true, false, NULL },
		{ { 0x60000000, 0x4000000 }, false, true, "fpga" },
		{ { 0x63fff000, 0x2000 }, true, false, "fpga" },
		{ { 0x5ffff000, 0x1001 }, true, false, "fpga" },
		{ { 0x5ffff000, 0x1000 }, true, false, NULL },
		{ { 0x90000000, 0x1000 }, false, false, NULL },
		{ { 0x9000fff, 1 }, false, false, "9000000.pl011 pl011@9000000" },
		{ { 0x9000000, 0x1000 }, false, false, "pl011@9000000" },
		{ { 0x9001000, 1 }, false, false, NULL },
		{ { 0x60000000, 0 }, false, true, NULL },
	};
	struct iomem list = parsed(usual);
	const char *holder;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(iomem_is_ram(&list, &cases[i].extent), cases[i].ram);
		assert_int_equal(iomem_is_reserved(&list, &cases[i].extent), cases[i].reserved);
		holder = iomem_holder(&list, &cases[i].extent, NULL, true);
		assert_true(!holder == !cases[i].holder);
		if (holder)
			assert_string_equal(holder, cases[i].holder);
	}
	assert_null(iomem_holder(&list, &cases[3].extent, "fpga", true));
	iomem_free(&list);
}

static void what_memory_lies_in_is_no_holder_unless_asked_for(void **state)
{
	static const struct {
		struct extent extent;
		const char *holder, *around;
	} cases[] = {
		{ { 0x20000000, 0x100000 }, NULL, "window" },
		{ { 0x10000000, 0x100000 }, NULL, "window" },
		{ { 0x3eff0000, 0x10000 }, NULL, "window" },
		{ { 0x10200000, 0x1000 }, NULL, "disk" },
		{ { 0x10200000, 0x4000 }, "disk", "disk" },
		{ { 0x10100000, 0x200000 }, "disk", "disk" },
		{ { 0x10203000, 0x2000 }, "disk", "disk" },
		{ { 0x10000000, 0x2f000000 }, "window", "window" },
		{ { 0x3eff0000, 0x20000 }, "window", "window" },
	};
	struct iomem list = parsed("10000000-3effffff : window\n"
				   "  10200000-10203fff : disk");
	const char *holder;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		holder = iomem_holder(&list, &cases[i].extent, NULL, false);
		assert_true(!holder == !cases[i].holder);
		if (holder)
			assert_string_equal(holder, cases[i].holder);
		holder = iomem_holder(&list, &cases[i].extent, NULL, true);
		assert_non_null(holder);
		assert_string_equal(holder, cases[i].around);
	}
	iomem_free(&list);
}

static void without_rights_all_addresses_are_0(void **state)
{
	struct iomem list = parsed("00000000-00000000 : System RAM\n"
				   "  00000000-00000000 : Kernel code");

	(void)state;
	assert_true(iomem_blank(&list));
	iomem_free(&list);
	list = parsed("");
	assert_true(iomem_blank(&list));
	iomem_free(&list);
}

static void the_whole_address_space_does_not_wrap(void **state)
{
	struct iomem list = parsed("8000000000000000-ffffffffffffffff : reserved");
	struct extent top = { UINT64_MAX - 4095, 4096 }, below = { INT64_MAX, 1 };

	(void)state;
	assert_true(iomem_is_reserved(&list, &top));
	assert_false(iomem_is_reserved(&list, &below));
	iomem_free(&list);
}

static void other_lines_are_refused(void **state)
{
	static const char * const lines[] = { "x", "1 : a", "2-1 : a", "1-2", "-" };
	struct iomem list = { 0 };
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		strcpy(text, lines[i]);
		if (iomem_parse(text, &list))
			fail_msg("'%s' was taken", lines[i]);
		iomem_free(&list);
	}
}

static void extents_meet_when_they_share_a_byte(void **state)
{
	static const struct {
		struct extent a, b;
		bool meet;
	} cases[] = {
		{ { 0, 4096 }, { 4095, 1 }, true }, { { 0, 4096 }, { 4096, 4096 }, false },
		{ { 4096, 4096 }, { 0, 65536 }, true }, { { 0, 0 }, { 0, 4096 }, false },
		{ { UINT64_MAX, 1 }, { 0, 1 }, false },
		{ { UINT64_MAX, 1 }, { 0, UINT64_MAX }, false },
		{ { UINT64_MAX - 1, 2 }, { UINT64_MAX, 1 }, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(extents_meet(&cases[i].a, &cases[i].b), cases[i].meet);
		assert_int_equal(extents_meet(&cases[i].b, &cases[i].a), cases[i].meet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_their_depth_and_the_last_byte_counts),
		cmocka_unit_test(ram_reserved_and_claimed_are_told_apart),
		cmocka_unit_test(what_memory_lies_in_is_no_holder_unless_asked_for),
		cmocka_unit_test(without_rights_all_addresses_are_0),
		cmocka_unit_test(the_whole_address_space_does_not_wrap),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(extents_meet_when_they_share_a_byte),
	};

	return cmocka_run_group_tests_name("iomem", tests, NULL, NULL);
}
