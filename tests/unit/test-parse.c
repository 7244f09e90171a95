// SPDX-License-Identifier: GPL-2.0-only
/* Sizes, ranges, modes, names and pairs, at their limits. */
#include <string.h>

#include "parse.h"
#include "test.h"

/* What a parser must leave alone when it fails */
#define UNTOUCHED	0x1234567812345678ULL

static void size_is(const char *text, uint64_t want)
{
	uint64_t got = UNTOUCHED;
	const char *cause = parse_size(text, &got);

	if (cause)
		fail_msg("'%s': %s", text, cause);
	if (got != want)
		fail_msg("'%s': %#llx instead of %#llx", text, (unsigned long long)got,
			 (unsigned long long)want);
}

static void size_fails(const char *text, const char *want)
{
	uint64_t got = UNTOUCHED;
	const char *cause = parse_size(text, &got);

	if (!cause)
		fail_msg("'%s' was taken", text);
	if (!strstr(cause, want))
		fail_msg("'%s': \"%s\" does not say \"%s\"", text, cause, want);
	assert_int_equal(got, UNTOUCHED);
}

static void sizes_are_read_in_every_base(void **state)
{
	(void)state;
	size_is("0", 0);
	size_is("1", 1);
	size_is("4096", 4096);
	size_is("0x1000", 4096);
	size_is("0X1000", 4096);
	size_is("010", 8);
	size_is("0xfFfFfFfFfFfFfFfF", UINT64_MAX);
}

static void suffixes_are_powers_of_1024(void **state)
{
	(void)state;
	size_is("4K", 4096);
	size_is("4k", 4096);
	size_is("4KiB", 4096);
	size_is("4kib", 4096);
	size_is("64M", 64ULL << 20);
	size_is("64MiB", 64ULL << 20);
	size_is("1G", 1ULL << 30);
	size_is("1GiB", 1ULL << 30);
	size_is("1T", 1ULL << 40);
	size_is("0x10K", 16384);
	size_is("0K", 0);
}

static void sizes_up_to_64_bits_fit(void **state)
{
	(void)state;
	size_is("18446744073709551615", UINT64_MAX);
	size_is("16777215T", 16777215ULL << 40);
	size_is("18014398509481983K", 18014398509481983ULL << 10);
	size_fails("18446744073709551616", "64 bits");
	size_fails("0x10000000000000000", "64 bits");
	size_fails("99999999999999999999999999", "64 bits");
	size_fails("16777216T", "64 bits");
	size_fails("18014398509481984K", "64 bits");
	size_fails("17592186044416M", "64 bits");
	size_fails("17179869184G", "64 bits");
}

static void a_negative_size_is_refused_as_such(void **state)
{
	(void)state;
	size_fails("-1", "negative");
	size_fails("-0", "negative");
	size_fails("-8M", "negative");
	size_fails("-", "negative");
	size_fails("--", "negative");
}

static void junk_is_no_size(void **state)
{
	static const char * const junk[] = {
		"K", "8Q", "8MB", "8KB", "8Ki", "8KiBs", "8 M", " 8M", "8M ", "8M\n", "\t8", "+8",
		"8.5M", "8,5", "0x", "0xg", "08", "8K8", "1e3", "auto", "8B", "8iB", "\xc3\xbc",
		"8\xc2\xb5", "0b1", "8K1", "infinity", "8\x01",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(junk); i++)
		size_fails(junk[i], "not a size");
	size_fails("", "missing");
}

static void plain_numbers_have_no_suffix(void **state)
{
	static const char * const junk[] = { "1K", "x", "1 ", " 1", "+1", "0x" };
	uint64_t number = UNTOUCHED;
	size_t i;

	(void)state;
	assert_null(parse_uint("42", &number));
	assert_int_equal(number, 42);
	assert_null(parse_uint("18446744073709551615", &number));
	assert_int_equal(number, UINT64_MAX);
	number = UNTOUCHED;
	for (i = 0; i < ARRAY_SIZE(junk); i++)
		assert_string_equal(parse_uint(junk[i], &number), "not a number");
	assert_non_null(strstr(parse_uint("-1", &number), "negative"));
	assert_non_null(strstr(parse_uint("18446744073709551616", &number), "64 bits"));
	assert_string_equal(parse_uint("", &number), "missing");
	assert_int_equal(number, UNTOUCHED);
}

static void range_is(const char *text, uint64_t want_off, uint64_t want_len)
{
	uint64_t off = UNTOUCHED, len = UNTOUCHED;
	const char *cause = parse_range(text, &off, &len);

	if (cause)
		fail_msg("'%s': %s", text, cause);
	if (off != want_off || len != want_len)
		fail_msg("'%s': %#llx+%#llx", text, (unsigned long long)off,
			 (unsigned long long)len);
}

static void range_fails(const char *text, const char *want)
{
	uint64_t off, len;
	const char *cause = parse_range(text, &off, &len);

	if (!cause)
		fail_msg("'%s' was taken", text);
	if (!strstr(cause, want))
		fail_msg("'%s': \"%s\" does not say \"%s\"", text, cause, want);
}

static void a_range_is_start_and_length_or_inclusive_end(void **state)
{
	(void)state;
	range_is("0+4096", 0, 4096);
	range_is("0x10000+64K", 0x10000, 0x10000);
	range_is("1M+1M", 1 << 20, 1 << 20);
	range_is("0-0", 0, 1);
	range_is("0-4095", 0, 4096);
	range_is("0x10000-0x1ffff", 0x10000, 0x10000);
	range_is("4K-4K", 4096, 1);
	range_is("7+0", 7, 0);
}

static void a_range_ends_within_64_bits(void **state)
{
	(void)state;
	range_is("0+18446744073709551615", 0, UINT64_MAX);
	range_is("1-18446744073709551615", 1, UINT64_MAX);
	range_is("18446744073709551615+1", UINT64_MAX, 1);
	range_is("18446744073709551615+0", UINT64_MAX, 0);
	range_is("18446744073709551615-18446744073709551615", UINT64_MAX, 1);
	range_fails("18446744073709551615+2", "64 bits");
	range_fails("1+18446744073709551616", "64 bits");
	range_fails("18446744073709551616+1", "64 bits");
	range_fails("0-18446744073709551615", "64 bits");
	range_fails("0xfffffffffffff000+0x1001", "64 bits");
	range_is("0xfffffffffffff000+0x1000", 0xfffffffffffff000, 0x1000);
}

static void a_range_does_not_end_before_it_starts(void **state)
{
	(void)state;
	range_fails("4096-4095", "before it starts");
	range_fails("1-0", "before it starts");
}

static void junk_is_no_range(void **state)
{
	(void)state;
	range_fails("", "missing");
	range_fails("4096", "not a range");
	range_fails("x", "not a range");
	range_fails("+4096", "missing");
	range_fails("4096+", "missing");
	range_fails("4096-", "missing");
	range_fails("-4096+4096", "negative");
	range_fails("-1", "negative");
	range_fails("0+-1", "negative");
	range_fails("0--1", "negative");
	range_fails("0+4K+4K", "not a size");
	range_fails("0+4K ", "not a size");
	range_fails("0 +4K", "not a size");
	range_fails("0..4K", "not a range");
	range_fails("00000000000000000000000000000000000000000000000000000000000000000+1",
		    "not a range");
}

static void a_mode_is_octal(void **state)
{
	static const char * const junk[] = { "0o660", "rw", "8", "0669", "0x1b0", " 660", "660 ",
					     "+660" };
	uint64_t mode = UNTOUCHED;
	size_t i;

	(void)state;
	assert_null(parse_mode("0660", &mode));
	assert_int_equal(mode, 0660);
	assert_null(parse_mode("660", &mode));
	assert_int_equal(mode, 0660);
	assert_null(parse_mode("0", &mode));
	assert_int_equal(mode, 0);
	/* for the kernel to refuse */
	assert_null(parse_mode("7777", &mode));
	assert_int_equal(mode, 07777);
	for (i = 0; i < ARRAY_SIZE(junk); i++)
		assert_non_null(strstr(parse_mode(junk[i], &mode), "octal"));
	assert_non_null(strstr(parse_mode("-1", &mode), "negative"));
	assert_string_equal(parse_mode("", &mode), "missing");
	assert_non_null(strstr(parse_mode("7777777777777777777777777", &mode), "64 bits"));
}

static void good_names_are_taken(void **state)
{
	static const char * const good[] = {
		"a", "0", "fb0", "a.b_c-d", "9-9", "a..b", "abcdefghijklmnopqrstuvwxyz01234",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++)
		if (parse_name(good[i]))
			fail_msg("'%s': %s", good[i], parse_name(good[i]));
	assert_int_equal(strlen(good[ARRAY_SIZE(good) - 1]), NAME_LEN_MAX);
}

static void bad_names_are_refused(void **state)
{
	static const char * const bad[] = {
		"", ".", "..", ".a", "_ctl", "-a", "-", "/", "a/b", "A", "fB0", "a b", " a", "a\n",
		"f\xc3\xbc", "\xe5\x90\x8d", "a:b", "a*", "a@0", "abcdefghijklmnopqrstuvwxyz012345",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!parse_name(bad[i]))
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(strlen(bad[ARRAY_SIZE(bad) - 1]), NAME_LEN_MAX + 1);
	assert_non_null(strstr(parse_name(bad[ARRAY_SIZE(bad) - 1]), "31"));
}

static void a_pair_is_split_at_the_first_equals_sign(void **state)
{
	const char *value;
	char key[8];

	(void)state;
	assert_true(parse_pair("size=8M", key, sizeof(key), &value));
	assert_string_equal(key, "size");
	assert_string_equal(value, "8M");
	assert_true(parse_pair("a=", key, sizeof(key), &value));
	assert_string_equal(value, "");
	assert_true(parse_pair("a=b=c", key, sizeof(key), &value));
	assert_string_equal(value, "b=c");
	assert_true(parse_pair("1234567=x", key, sizeof(key), &value));
	assert_false(parse_pair("12345678=x", key, sizeof(key), &value));
	assert_false(parse_pair("size", key, sizeof(key), &value));
	assert_false(parse_pair("=8M", key, sizeof(key), &value));
	assert_false(parse_pair("", key, sizeof(key), &value));
}

static void a_formatted_size_reads_back_the_same(void **state)
{
	static const uint64_t sizes[] = {
		0, 1, 1023, 1024, 1025, 4096, 102400, 1 << 20, 3 << 20, 1ULL << 30, 1ULL << 40,
		1ULL << 63, UINT64_MAX, UINT64_MAX - 1023, 16777215ULL << 40,
	};
	char text[SIZE_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		size_is(format_size(sizes[i], text), sizes[i]);
	assert_string_equal(format_size(8 << 20, text), "8M");
	assert_string_equal(format_size(104 << 10, text), "104K");
	assert_string_equal(format_size(4097, text), "4097");
	assert_string_equal(format_size(0, text), "0");
	assert_string_equal(format_size(1ULL << 50, text), "1024T");
}

static void distance_counts_edits(void **state)
{
	char longest[80];

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(edit_distance("", ""), 0);
	assert_int_equal(edit_distance("", "abc"), 3);
	assert_int_equal(edit_distance("abc", ""), 3);
	assert_int_equal(edit_distance("size", "siz"), 1);
	assert_int_equal(edit_distance("size", "zise"), 2);
	assert_int_equal(edit_distance("kitten", "sitting"), 3);
	assert_true(edit_distance(longest, "a") >= 64);
	assert_true(edit_distance("a", longest) >= 64);
}

static void escapes_are_undone(void **state)
{
	static const char * const pairs[][2] = {
		{ "", "" }, { "plain", "plain" }, { "a\\040b", "a b" }, { "\\134\\011", "\\\t" },
		{ "\\", "\\" }, { "\\04", "\\04" }, { "\\400", "\\400" }, { "\\04x", "\\04x" },
	};
	char text[16];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		strcpy(text, pairs[i][0]);
		unescape_octal(text);
		assert_string_equal(text, pairs[i][1]);
	}
}

static void a_period_has_its_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t us;
	} good[] = {
		{ "0s", 0 }, { "5s", 5000000 }, { "200ms", 200000 }, { "7us", 7 },
		{ "2m", 120000000 }, { "1h", 3600000000 }, { "18446744073709551615us", UINT64_MAX },
	};
	static const char * const bad[] = {
		"", "5", "0", "s", "ms", "-1s", "+1s", " 1s", "1 s", "1s ", "1.5s", "1S", "1sec",
		"1d", "18446744073709551616us", "18446744073709551615ms", "5124095577h",
	};
	uint64_t us;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		us = 1;
		assert_null(parse_period(good[i].text, &us));
		assert_true(us == good[i].us);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (!parse_period(bad[i], &us))
			fail_msg("'%s' was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_read_in_every_base),
		cmocka_unit_test(suffixes_are_powers_of_1024),
		cmocka_unit_test(sizes_up_to_64_bits_fit),
		cmocka_unit_test(a_negative_size_is_refused_as_such),
		cmocka_unit_test(junk_is_no_size),
		cmocka_unit_test(plain_numbers_have_no_suffix),
		cmocka_unit_test(a_range_is_start_and_length_or_inclusive_end),
		cmocka_unit_test(a_range_ends_within_64_bits),
		cmocka_unit_test(a_range_does_not_end_before_it_starts),
		cmocka_unit_test(junk_is_no_range),
		cmocka_unit_test(a_period_has_its_unit),
		cmocka_unit_test(a_mode_is_octal),
		cmocka_unit_test(good_names_are_taken),
		cmocka_unit_test(bad_names_are_refused),
		cmocka_unit_test(a_pair_is_split_at_the_first_equals_sign),
		cmocka_unit_test(a_formatted_size_reads_back_the_same),
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(escapes_are_undone),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
