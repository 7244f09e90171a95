// SPDX-License-Identifier: GPL-2.0-only
/* Entries of page tables, pages and events in words. */
#include <stdlib.h>
#include <string.h>

#include "entry.h"

#include "test.h"

static void assert_words(const struct kex_ctl_entry *entry, const char *want)
{
	struct strings words = { 0 };
	char *text;

	entry_words(entry, &words);
	text = strings_join(&words, " ");
	assert_string_equal(text, want);
	free(text);
	strings_free(&words);
}

static void test_tables(void **state)
{
	struct kex_ctl_entry entry = {
		.flags = KEX_ENTRY_TABLE | KEX_ENTRY_PRESENT,
		.frame = KEX_FRAME_NONE,
	};

	(void)state;
	assert_words(&entry, "present table");
	/* Whatever the level above it is */
	entry.flags = KEX_ENTRY_FOLDED;
	assert_words(&entry, "folded");
	entry.flags = 0;
	assert_words(&entry, "none");
}

static void test_present(void **state)
{
	struct kex_ctl_entry entry = {
		.level = KEX_LEVEL_PTE,
		.len = 4096,
		.flags = KEX_ENTRY_PRESENT,
		.type = KEX_TYPE_DEVICE_NGNRNE,
		.frame = KEX_FRAME_PFN,
	};

	(void)state;
	assert_words(&entry, "present kernel read-only old clean device-nGnRnE pfn");
	entry.flags |= KEX_ENTRY_USER | KEX_ENTRY_WRITE | KEX_ENTRY_YOUNG | KEX_ENTRY_DIRTY |
		       KEX_ENTRY_SPECIAL;
	entry.type = KEX_TYPE_NORMAL_NC;
	assert_words(&entry, "present user writable young dirty special normal-nc pfn");
	entry.flags |= KEX_ENTRY_BLOCK | KEX_ENTRY_CONT | KEX_ENTRY_EXEC;
	entry.flags &= ~KEX_ENTRY_SPECIAL;
	entry.level = KEX_LEVEL_PMD;
	entry.len = 2 << 20;
	entry.type = KEX_TYPE_NORMAL;
	entry.frame = KEX_FRAME_ANON;
	assert_words(&entry,
		     "present block=2M user writable exec young dirty contiguous normal huge anon");
	entry.level = KEX_LEVEL_PTE;
	entry.flags = KEX_ENTRY_PRESENT | KEX_ENTRY_PROTNONE;
	assert_words(&entry, "present protnone kernel read-only old clean normal anon");
}

static void test_absent(void **state)
{
	static const struct {
		unsigned int frame;
		const char *word;
	} frames[] = {
		{ KEX_FRAME_SWAP, "swap" },
		{ KEX_FRAME_MIGRATION, "migration" },
		{ KEX_FRAME_EXCLUSIVE, "device-exclusive" },
		{ KEX_FRAME_POISON, "poison" },
		{ KEX_FRAME_GUARD, "guard" },
		{ KEX_FRAME_OTHER, "not-present" },
		{ KEX_FRAME_DEVICE, "device-private" },
	};
	struct kex_ctl_entry entry = { .level = KEX_LEVEL_PTE, .value = 1 << 10 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		entry.frame = frames[i].frame;
		assert_words(&entry, frames[i].word);
	}
	strcpy(entry.pool, "p0");
	assert_words(&entry, "device-private pool=p0");
	/* A name as long as can be needs no end */
	memset(entry.pool, 'p', sizeof(entry.pool));
	assert_words(&entry, "device-private pool=pppppppppppppppppppppppppppppppp");
}

/* Every number of the ABI has a word of its own; what is behind them has "unknown" */
static void assert_all(const char *(*word)(unsigned int), unsigned int last)
{
	unsigned int i, j;

	for (i = 0; i <= last; i++) {
		assert_string_not_equal(word(i), "unknown");
		for (j = 0; j < i; j++)
			assert_string_not_equal(word(i), word(j));
	}
	assert_string_equal(word(last + 1), "unknown");
	assert_string_equal(word(-1), "unknown");
}

static void test_words(void **state)
{
	(void)state;
	assert_all(level_word, KEX_LEVEL_PTE);
	assert_all(type_word, KEX_TYPE_OTHER);
	assert_all(frame_word, KEX_FRAME_OTHER);
	assert_all(probe_word, KEX_PROBE_MIGRATE);
	assert_all(why_words, KEX_PROBE_OTHER);
	assert_all(cause_word, KEX_CAUSE_LOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_present),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
