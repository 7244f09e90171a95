// SPDX-License-Identifier: GPL-2.0-only
/* Lines of the file users. */
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "user.h"

static void a_line_has_seven_columns_or_more(void **state)
{
	char line[] = "812 a\\040b ffff8000-ffff9000 8192 write-back 4096 2M more";
	char less[] = "812 a ffff8000-ffff9000 8192 write-back 4096";
	char junk[] = "812 a ffff8000 8192 write-back 4096 4K";
	struct user user;

	(void)state;
	assert_true(user_parse(line, &user));
	assert_int_equal(user.pid, 812);
	assert_string_equal(user.comm, "a b");
	assert_int_equal(user.start, 0xffff8000);
	assert_int_equal(user.end, 0xffff9000);
	assert_int_equal(user.offset, 8192);
	assert_string_equal(user.cache, "write-back");
	assert_int_equal(user.resident, 4096);
	assert_string_equal(user.entry, "2M");
	assert_false(user_parse(less, &user));
	assert_false(user_parse(junk, &user));
}

static void entry_is(const char *lines, const char *want)
{
	char text[512], *entry;

	strcpy(text, lines);
	entry = users_entry(text);
	if (want)
		assert_string_equal(entry, want);
	else
		assert_null(entry);
	free(entry);
}

#define LINE(resident, entry)	"1 a 0-1000 0 write-back " resident " " entry "\n"

static void the_entry_of_all_is_mixed_unless_they_agree(void **state)
{
	(void)state;
	entry_is("", NULL);
	entry_is(LINE("4096", "4K"), "4K");
	entry_is(LINE("4096", "2M") LINE("4096", "2M"), "2M");
	entry_is(LINE("4096", "2M") LINE("4096", "4K"), "mixed");
	entry_is(LINE("4096", "mixed"), "mixed");
	/* One that leads nowhere has no entries */
	entry_is(LINE("4096", "2M") LINE("0", "4K"), "2M");
	entry_is(LINE("0", "4K"), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_seven_columns_or_more),
		cmocka_unit_test(the_entry_of_all_is_mixed_unless_they_agree),
	};

	return cmocka_run_group_tests_name("user", tests, NULL, NULL);
}
