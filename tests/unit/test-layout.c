// SPDX-License-Identifier: GPL-2.0-only
/* Where things go in a picture. */
#include <stdlib.h>

#include "layout.h"
#include "test.h"

#define MAX	64

static size_t place(struct slot *slots, const uint64_t *lens, unsigned int min, size_t count,
		    unsigned int width)
{
	size_t i;

	for (i = 0; i < count; i++)
		slots[i] = (struct slot){ .len = lens[i], .min = min };
	return layout_row(slots, count, width);
}

static void what_has_room_is_true_to_scale(void **state)
{
	static const uint64_t lens[] = { 8, 4, 4, 16 };
	struct slot slots[4];

	(void)state;
	assert_int_equal(place(slots, lens, 2, 4, 64), 4);
	assert_int_equal(slots[0].at, 0);
	assert_int_equal(slots[0].width, 16);
	assert_int_equal(slots[1].at, 16);
	assert_int_equal(slots[1].width, 8);
	assert_int_equal(slots[2].width, 8);
	assert_int_equal(slots[3].at, 32);
	assert_int_equal(slots[3].width, 32);
}

static void the_small_get_what_they_need_and_the_others_the_rest_in_scale(void **state)
{
	static const uint64_t lens[] = { 4096, 1 << 20, 4096, 3 << 20 };
	struct slot slots[4];

	(void)state;
	assert_int_equal(place(slots, lens, 4, 4, 76), 4);
	assert_int_equal(slots[0].width, 4);
	assert_int_equal(slots[1].width, 17);
	assert_int_equal(slots[2].width, 4);
	assert_int_equal(slots[3].width, 51);
	assert_int_equal(slots[3].at, 25);
}

static void what_does_not_fit_is_for_the_next_row(void **state)
{
	static const uint64_t lens[] = { 1, 2, 3, 4, 5 };
	struct slot slots[5];

	(void)state;
	assert_int_equal(place(slots, lens, 4, 5, 10), 2);
	assert_int_equal(slots[0].width + slots[1].width, 10);
	assert_int_equal(layout_row(slots + 2, 3, 10), 2);
	assert_int_equal(slots[2].at, 0);
	assert_int_equal(slots[2].width + slots[3].width, 10);
	assert_int_equal(layout_row(slots + 4, 1, 10), 1);
	assert_int_equal(slots[4].width, 10);
}

static void a_label_that_is_too_long_gets_a_row_of_its_own(void **state)
{
	static const uint64_t lens[] = { 1, 1 };
	struct slot slots[2];

	(void)state;
	assert_int_equal(place(slots, lens, 99, 2, 10), 1);
	assert_int_equal(slots[0].width, 10);
}

static void the_largest_numbers_do_not_wrap(void **state)
{
	static const uint64_t lens[] = { 1, UINT64_MAX - 2, 1 };
	struct slot slots[3];

	(void)state;
	assert_int_equal(place(slots, lens, 3, 3, 1000), 3);
	assert_int_equal(slots[0].width, 3);
	assert_int_equal(slots[1].width, 994);
	assert_int_equal(slots[2].at, 997);
	assert_int_equal(layout_at(&slots[1], 0), 3);
	assert_int_equal(layout_at(&slots[1], UINT64_MAX - 2), 997);
	assert_int_equal(layout_at(&slots[1], (UINT64_MAX - 2) / 2), 499);
	assert_int_equal(layout_share(UINT64_MAX - 1, UINT64_MAX, 1000), 999);
}

static void check_row(const struct slot *slots, size_t n, unsigned int width)
{
	unsigned int at = 0;
	size_t i, j;

	for (i = 0; i < n; i++) {
		assert_int_equal(slots[i].at, at);
		assert_true(slots[i].width >= slots[i].min);
		at += slots[i].width;
		/* What is longer is not narrower, but for its label and one of rounding */
		for (j = 0; j < n; j++)
			if (slots[i].len >= slots[j].len && slots[j].width > slots[j].min)
				assert_true(slots[i].width + 1 >= slots[j].width);
	}
	assert_int_equal(at, width);
}

static void every_row_is_full_and_nothing_is_too_narrow(void **state)
{
	struct slot slots[MAX];
	unsigned int width, round;
	size_t count, n, from, i;

	(void)state;
	srand(1);
	for (round = 0; round < 5000; round++) {
		count = 1 + rand() % MAX;
		width = 1 + rand() % 200;
		for (i = 0; i < count; i++)
			slots[i] = (struct slot){
				.len = 1 + ((uint64_t)rand() >> rand() % 31 << rand() % 20),
				.min = 1 + rand() % 20,
			};
		for (from = 0; from < count; from += n) {
			n = layout_row(slots + from, count - from, width);
			assert_true(n > 0);
			check_row(slots + from, n, width);
		}
	}
}

static void a_share_shows_whether_it_is_nothing_or_all(void **state)
{
	static const struct {
		uint64_t part, whole;
		unsigned int width, share;
	} cases[] = {
		{ 0, 10, 10, 0 }, { 10, 10, 10, 10 }, { 5, 10, 10, 5 }, { 1, 1000, 10, 1 },
		{ 999, 1000, 10, 9 }, { 1, 2, 1, 1 }, { 1, 1, 1, 1 },
		{ 1, 2, 0, 0 }, { 0, 1, 1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(layout_share(cases[i].part, cases[i].whole, cases[i].width),
				 cases[i].share);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_room_is_true_to_scale),
		cmocka_unit_test(the_small_get_what_they_need_and_the_others_the_rest_in_scale),
		cmocka_unit_test(what_does_not_fit_is_for_the_next_row),
		cmocka_unit_test(a_label_that_is_too_long_gets_a_row_of_its_own),
		cmocka_unit_test(the_largest_numbers_do_not_wrap),
		cmocka_unit_test(every_row_is_full_and_nothing_is_too_narrow),
		cmocka_unit_test(a_share_shows_whether_it_is_nothing_or_all),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
