// SPDX-License-Identifier: GPL-2.0-only
/* Pieces of windows, typed and read. */
#include <stdlib.h>
#include <string.h>

#include "piece.h"
#include "test.h"

static void what_the_kernel_has_is_read_and_shown_as_it_is_typed(void **state)
{
	char text[] = "0 fb0 65536 8192\n8192 longer.name-1 0 4096\n"
		      "18446744073709547520 a 18446744073709547520 4096";
	struct pieces list = { 0 };

	(void)state;
	assert_true(pieces_read(text, &list));
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0].typed, "0x0 fb0 0x10000+8K");
	assert_string_equal(list.items[1].region, "longer.name-1");
	assert_int_equal(list.items[1].woff, 8192);
	assert_string_equal(list.items[2].typed, "0xfffffffffffff000 a 0xfffffffffffff000+4K");
	pieces_free(&list);
	assert_true(pieces_read(text + strlen(text), &list));
	assert_int_equal(list.count, 0);
	pieces_free(&list);
}

static void other_lines_are_no_pieces(void **state)
{
	static const char * const lines[] = {
		"0", "0 a", "0 a 0", "x a 0 1", "0 a x 1", "0 a 0 -1",
	};
	struct pieces list = { 0 };
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		strcpy(text, lines[i]);
		if (pieces_read(text, &list))
			fail_msg("'%s' was taken", lines[i]);
		pieces_free(&list);
	}
}

static void what_is_typed_is_written_in_bytes(void **state)
{
	static const char * const words[] = {
		"0x10000", "fb0", "64K+4K",
		"1M", "fb1", "0-0xfff",
	};
	struct pieces list = { 0 };
	char *what = NULL, *text;

	(void)state;
	assert_null(pieces_take((char **)words, &list, &what));
	assert_null(pieces_take((char **)words + 3, &list, &what));
	text = pieces_write(&list);
	assert_string_equal(text, "65536 fb0 65536 4096; 1048576 fb1 0 4096");
	assert_string_equal(list.items[0].typed, "0x10000 fb0 64K+4K");
	free(text);
	pieces_free(&list);
}

static void a_word_that_cannot_be_read_is_named(void **state)
{
	static const struct {
		const char *words[3];
		const char *what;
	} cases[] = {
		{ { "x", "a", "0+4K" }, "offset x" },
		{ { "", "a", "0+4K" }, "offset " },
		{ { "0", "A", "0+4K" }, "region 'A'" },
		{ { "0", "a", "0" }, "range 0" },
		{ { "0", "a", "8K-4K" }, "range 8K-4K" },
	};
	struct pieces list = { 0 };
	char *what;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		what = NULL;
		assert_non_null(pieces_take((char **)cases[i].words, &list, &what));
		assert_string_equal(what, cases[i].what);
		free(what);
	}
	pieces_free(&list);
}

static void pieces_that_share_a_byte_meet(void **state)
{
	static const struct {
		uint64_t a, a_len, b, b_len;
		bool meet;
	} cases[] = {
		{ 0, 4096, 0, 4096, true }, { 0, 4096, 4096, 4096, false },
		{ 0, 8192, 4096, 4096, true }, { 4096, 4096, 0, 65536, true },
		{ UINT64_MAX - 4095, 4096, 0, 4096, false },
		{ UINT64_MAX - 4095, 4096, UINT64_MAX - 8191, 8192, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct piece a = { .woff = cases[i].a, .len = cases[i].a_len };
		struct piece b = { .woff = cases[i].b, .len = cases[i].b_len };

		assert_int_equal(pieces_meet(&a, &b), cases[i].meet);
		assert_int_equal(pieces_meet(&b, &a), cases[i].meet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_has_is_read_and_shown_as_it_is_typed),
		cmocka_unit_test(other_lines_are_no_pieces),
		cmocka_unit_test(what_is_typed_is_written_in_bytes),
		cmocka_unit_test(a_word_that_cannot_be_read_is_named),
		cmocka_unit_test(pieces_that_share_a_byte_meet),
	};

	return cmocka_run_group_tests_name("piece", tests, NULL, NULL);
}
