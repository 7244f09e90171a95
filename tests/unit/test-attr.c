// SPDX-License-Identifier: GPL-2.0-only
/* Values of attributes as the schema describes them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "test.h"

static const struct schema_attr *attr(const char *name)
{
	const struct schema_attr *found = attr_find(schema_region.wishes, name);

	if (!found)
		found = attr_find(schema_pool.wishes, name);
	assert_non_null(found);
	return found;
}

static void written_is(const char *name, const char *typed, const char *want)
{
	char *cause = NULL, *written = attr_parse(attr(name), typed, &cause);

	if (!written)
		fail_msg("%s %s: %s", name, typed, cause);
	assert_string_equal(written, want);
	free(written);
}

static void refused_for(const char *name, const char *typed, const char *want)
{
	char *cause = NULL, *written = attr_parse(attr(name), typed, &cause);

	if (written)
		fail_msg("%s %s was taken as %s", name, typed, written);
	if (!strstr(cause, want))
		fail_msg("%s %s: \"%s\" does not say \"%s\"", name, typed, cause, want);
	free(cause);
}

static int foreseen(const char *name, const char *typed)
{
	struct wish wish = { .attr = attr(name), .typed = typed };
	char *cause;
	int err;

	wish.written = attr_parse(wish.attr, typed, &cause);
	assert_non_null(wish.written);
	err = attr_foresee(&wish);
	free(wish.written);
	return err;
}

static void the_kernel_gets_plain_numbers(void **state)
{
	(void)state;
	written_is("size", "8MiB", "8388608");
	written_is("size", "0x1000", "4096");
	written_is("offset", "auto", "auto");
	written_is("offset", "1M", "1048576");
	written_is("mode", "660", "0660");
	written_is("scrub", "0", "0");
	written_is("cache", "write-combine", "write-combine");
	written_is("revoke", "1", "1");
	/* for the kernel to refuse */
	written_is("size", "0", "0");
	written_is("mode", "1777", "1777");
	written_is("scrub", "2", "2");
}

static void what_is_no_value_is_told_with_its_cause(void **state)
{
	(void)state;
	refused_for("size", "", "missing");
	refused_for("size", "auto", "not a size");
	refused_for("size", "-1", "negative");
	refused_for("offset", "Auto", "not a size");
	refused_for("mode", "rw", "octal");
	refused_for("scrub", "yes", "0 or 1");
	refused_for("cache", "writeback", "did you mean write-back?");
	refused_for("cache", "WRITE-BACK", "one of");
	refused_for("cache", "", "missing");
	refused_for("cache", "write-back ", "did you mean write-back?");
	refused_for("populate", "prefetched", "eager, lazy");
}

/* A name of something else: any that names are made of, as it was typed */
static void a_word_is_a_name_and_nothing_is_foreseen_of_it(void **state)
{
	struct records list = { 0 };
	struct record *record = records_add(&list, "pool", "a");

	(void)state;
	written_is("policy", "lru", "lru");
	written_is("policy", "none-such", "none-such");
	written_is("policy", "10", "10");
	written_is("policy", "0-a.b_c", "0-a.b_c");
	written_is("policy", "a23456789012345678901234567890b", "a23456789012345678901234567890b");
	refused_for("policy", "", "empty");
	refused_for("policy", "LRU", "not a name");
	refused_for("policy", "-lru", "not a name");
	refused_for("policy", "a b", "not a name");
	refused_for("policy", "a/b", "not a name");
	refused_for("policy", "a234567890123456789012345678901b", "31");
	assert_int_equal(foreseen("policy", "none-such"), 0);
	attr_record(record, attr("policy"), "10");
	assert_int_equal(record_field(record, "policy")->type, FIELD_TEXT);
	assert_string_equal(record_field(record, "policy")->text, "10");
	records_free(&list);
}

static void a_dry_run_foresees_ranges_and_multiples(void **state)
{
	long page = sysconf(_SC_PAGESIZE);
	char text[32];

	(void)state;
	assert_int_equal(foreseen("size", "0"), ERANGE);
	assert_int_equal(foreseen("size", "1"), EINVAL);
	snprintf(text, sizeof(text), "%ld", page);
	assert_int_equal(foreseen("size", text), 0);
	assert_int_equal(foreseen("offset", text), 0);
	snprintf(text, sizeof(text), "%ld", page + 1);
	assert_int_equal(foreseen("size", text), EINVAL);
	assert_int_equal(foreseen("offset", text), EINVAL);
	assert_int_equal(foreseen("offset", "auto"), 0);
	assert_int_equal(foreseen("offset", "0"), 0);
	assert_int_equal(foreseen("mode", "0777"), 0);
	assert_int_equal(foreseen("mode", "1000"), ERANGE);
	assert_int_equal(foreseen("scrub", "2"), ERANGE);
	assert_int_equal(foreseen("revoke", "0"), EINVAL);
	assert_int_equal(foreseen("revoke", "2"), ERANGE);
	assert_int_equal(foreseen("cache", "device"), 0);
}

static void fields_have_the_type_of_the_attribute(void **state)
{
	struct records list = { 0 };
	struct record *record = records_add(&list, "region", "a");

	(void)state;
	attr_record(record, attr("size"), "8388608");
	attr_record(record, attr("offset"), "auto");
	attr_record(record, attr("mode"), "0660");
	attr_record(record, attr("live"), "1");
	assert_int_equal(record_field(record, "size")->type, FIELD_SIZE);
	assert_int_equal(record_field(record, "size")->number, 8388608);
	assert_int_equal(record_field(record, "offset")->type, FIELD_TEXT);
	assert_int_equal(record_field(record, "mode")->type, FIELD_TEXT);
	assert_string_equal(record_field(record, "mode")->text, "0660");
	assert_int_equal(record_field(record, "live")->type, FIELD_NUMBER);
	assert_null(record_field(record, "cache"));
	records_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_gets_plain_numbers),
		cmocka_unit_test(what_is_no_value_is_told_with_its_cause),
		cmocka_unit_test(a_word_is_a_name_and_nothing_is_foreseen_of_it),
		cmocka_unit_test(a_dry_run_foresees_ranges_and_multiples),
		cmocka_unit_test(fields_have_the_type_of_the_attribute),
	};

	return cmocka_run_group_tests_name("attr", tests, NULL, NULL);
}
