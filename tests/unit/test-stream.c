// SPDX-License-Identifier: GPL-2.0-only
/* Limits of what comes as things happen, and who is waited for. */
#include <limits.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"
#include "test.h"

static void the_longest_time_is_as_long_as_can_be_and_does_not_wrap(void **state)
{
	static const struct {
		uint64_t us;
		int ms;
	} cases[] = {
		{ 0, 0 }, { 1, 1 }, { 1000, 1 }, { 1001, 2 }, { 597ULL * 3600000000, INT_MAX },
		{ (uint64_t)INT_MAX * 1000, INT_MAX }, { UINT64_MAX, INT_MAX },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(stream_wait_ms(cases[i].us), cases[i].ms);
	assert_true(stream_later_us(7, 5) == 12);
	assert_true(stream_later_us(7, UINT64_MAX) == UINT64_MAX);
	assert_true(stream_later_us(7, UINT64_MAX - 7) == UINT64_MAX);
}

/* The command lines of kexctl are no concern here */
const struct noun * const nouns[] = { NULL };

/* What stream_wait() says while stdout is the second of two ends */
static bool waits_before(int ends[2], bool reader)
{
	int saved = dup(STDOUT_FILENO);
	bool waits;

	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	if (!reader)
		close(ends[0]);
	waits = stream_wait(-1, -1, reader ? 0 : 10000);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	if (reader)
		close(ends[0]);
	return waits;
}

static void a_reader_that_has_gone_is_seen_though_nothing_comes(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(waits_before(ends, true));
	assert_int_equal(pipe(ends), 0);
	assert_false(waits_before(ends, false));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_true(waits_before(ends, true));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_false(waits_before(ends, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_time_is_as_long_as_can_be_and_does_not_wrap),
		cmocka_unit_test(a_reader_that_has_gone_is_seen_though_nothing_comes),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
