// SPDX-License-Identifier: GPL-2.0-only
/* Lines of trace_pipe. */
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "test.h"

#define FIELDS	"name=fb0 off=0x10000 len=0x2000 reason=sysfs pages=2 ns=12345"

static char line[512];
static struct event event;

static bool parse(const char *text)
{
	event = (struct event){ 0 };
	strcpy(line, text);
	return event_parse(line, &event);
}

static void an_event_is_read_with_its_context(void **state)
{
	(void)state;
	assert_true(parse("          kexctl-812     [001] .....   123.456789: kex_hold: " FIELDS));
	assert_string_equal(event.word, "hold");
	assert_string_equal(event.name, "fb0");
	assert_string_equal(event.reason, "sysfs");
	assert_string_equal(event.time, "123.456789");
	assert_string_equal(event.comm, "kexctl");
	assert_int_equal(event.pid, 812);
	assert_int_equal(event.off, 0x10000);
	assert_int_equal(event.len, 0x2000);
	assert_int_equal(event.pages, 2);
	assert_int_equal(event.ns, 12345);
}

static void flags_may_be_missing_and_fields_may_be_added(void **state)
{
	(void)state;
	assert_true(parse("<...>-7 [000] 1.000000: kex_window_unmap: " FIELDS " more=1"));
	assert_string_equal(event.word, "unmap");
	assert_string_equal(event.comm, "<...>");
	assert_int_equal(event.pid, 7);
}

static void a_process_may_have_any_name(void **state)
{
	static const char * const names[] = {
		"a b", "a-1", "[0]", "-", "", "a: kex_evict: x", ": kex_", "a=b",
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "  %s-9 [000] d..1.  5.000001: kex_evict: " FIELDS,
			 names[i]);
		if (!parse(text))
			fail_msg("'%s' is no event", text);
		assert_string_equal(event.word, "evict");
		assert_string_equal(event.comm, names[i]);
		assert_int_equal(event.pid, 9);
		assert_string_equal(event.name, "fb0");
	}
}

static void what_is_no_event_is_refused(void **state)
{
	static const char * const lines[] = {
		"", "x", ": kex_", ": kex_evict: ", "a-1 [000] 1.0: kex_evict",
		"a-1 [000] 1.0: kex_other: " FIELDS,
		"a-1 [000] 1.0: other_evict: " FIELDS,
		"a-1 1.0: kex_evict: " FIELDS,
		"a [000] 1.0: kex_evict: " FIELDS,
		"[000] 1.0: kex_evict: " FIELDS,
		": kex_evict: " FIELDS,
		"a-1 [000] 1.0: kex_evict: name=fb0",
		"a-1 [000] 1.0: kex_evict: name=fb0 off=0 len=0 reason=sysfs pages=2",
		"a-1 [000] 1.0: kex_evict: name=fb0 off=x len=0 reason=sysfs pages=2 ns=1",
		"a-1 [000] 1.0: kex_evict: name=fb0 off=0 len=0 reason=sysfs pages=-2 ns=1",
		"a-1 [000] 1.0: kex_evict: " FIELDS " junk",
		"a-1 [000] 1.0: evict: name=x", "CPU:1 [LOST 3 EVENTS]",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (parse(lines[i]))
			fail_msg("'%s' was taken", lines[i]);
}

static void lost_events_are_counted(void **state)
{
	uint64_t count = 9;

	(void)state;
	assert_true(event_lost("CPU:1 [LOST 1234 EVENTS]", &count));
	assert_int_equal(count, 1234);
	assert_true(event_lost("CPU:12 [LOST EVENTS]", &count));
	assert_int_equal(count, 0);
	assert_false(event_lost("CPU:1 [LOST", &count));
	assert_false(event_lost("CPU:1 [LOST 3", &count));
	assert_false(event_lost("a-1 [000] 1.0: kex_evict: " FIELDS, &count));
	assert_false(event_lost("", &count));
}

static void durations_have_the_unit_that_fits(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0ns" }, { 999, "999ns" }, { 1000, "1.0us" }, { 12345, "12.3us" },
		{ 999999, "999.9us" }, { 4500000, "4.5ms" }, { 61000000000, "61.0s" },
		{ UINT64_MAX, "18446744073.7s" },
	};
	char text[NS_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(format_ns(cases[i].ns, text), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_read_with_its_context),
		cmocka_unit_test(flags_may_be_missing_and_fields_may_be_added),
		cmocka_unit_test(a_process_may_have_any_name),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(lost_events_are_counted),
		cmocka_unit_test(durations_have_the_unit_that_fits),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
