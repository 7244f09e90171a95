// SPDX-License-Identifier: GPL-2.0-only
/* The helpers that every file needs. */
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "test.h"

static void what_is_not_ascii_is_not_printed(void **state)
{
	static const char * const pairs[][2] = {
		{ "", "" }, { " plain~", " plain~" }, { "a\033[31m\n\xff", "a?[31m??" },
		{ "\x7f\x80\t\xc3\xbc", "?????" },
	};
	char text[32];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		strcpy(text, pairs[i][0]);
		assert_string_equal(printable(text), pairs[i][1]);
	}
}

static void a_shell_reads_a_quoted_text_as_it_was(void **state)
{
	static const char * const pairs[][2] = {
		{ "", "''" }, { "map.svg", "map.svg" },
		{ "/tmp/a-b_c,d=e:f@g+h%1", "/tmp/a-b_c,d=e:f@g+h%1" },
		{ "a b", "'a b'" }, { "$(reboot)", "'$(reboot)'" }, { "it's", "'it'\\''s'" },
		{ "'", "''\\'''" }, { "~", "'~'" }, { "a;b", "'a;b'" }, { "a\nb", "'a\nb'" },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		text = shell_quoted(pairs[i][0]);
		assert_string_equal(text, pairs[i][1]);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_ascii_is_not_printed),
		cmocka_unit_test(a_shell_reads_a_quoted_text_as_it_was),
	};

	return cmocka_run_group_tests_name("util", tests, NULL, NULL);
}
