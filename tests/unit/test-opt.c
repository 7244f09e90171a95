// SPDX-License-Identifier: GPL-2.0-only
/* Command lines, over a table of the test's own. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "test.h"

static enum status nothing(const struct cmd_args *args)
{
	(void)args;
	return DONE;
}

static const struct cmd_option make_options[] = {
	{ "size", 0, "SIZE", "" },
	{ "force", 0, NULL, "" },
	{ "byte", 'b', NULL, "" },
	{ "wide", 'w', NULL, "" },
	{ "count", 'n', "N", "" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd thing_cmds[] = {
	{ .verb = "list", .run = nothing, .synopsis = "" },
	{ .verb = "make", .run = nothing, .synopsis = "NAME", .min = 1, .max = 1,
	  .changes = true, .options = make_options },
	{ .verb = "show", .run = nothing, .synopsis = "NAME...", .min = 1, .max = -1 },
	{ .verb = NULL }
};

static const struct cmd word_cmds[] = {
	{ .verb = "", .run = nothing, .synopsis = "" },
	{ .verb = NULL }
};

static const struct noun noun_thing = { .name = "thing", .cmds = thing_cmds };
static const struct noun noun_word = { .name = "word", .cmds = word_cmds };
const struct noun * const nouns[] = { &noun_thing, &noun_word, NULL };

#define WORDS_MAX	12

/* The messages are many and meant; bats tests read them */
static enum status parse_unheard(int argc, char **argv, struct parsed *out)
{
	int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	enum status status;

	dup2(null, STDERR_FILENO);
	status = options_parse(argc, argv, out);
	dup2(saved, STDERR_FILENO);
	close(null);
	close(saved);
	return status;
}

static struct parsed parsed;

/* @line: words with a blank between; parsed.args points into it */
static enum status parse(const char *line)
{
	static char words[256], *argv[WORDS_MAX];
	int argc = 1;
	char *word;

	options_free(&parsed);
	parsed = (struct parsed){ 0 };
	globals = (struct globals){ 0 };
	argv[0] = (char *)"kexctl";
	strcpy(words, line);
	for (word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") ? word : (char *)"";
	argv[argc] = NULL;
	return parse_unheard(argc, argv, &parsed);
}

static void list_is_the_default_verb(void **state)
{
	(void)state;
	assert_int_equal(parse("thing"), DONE);
	assert_ptr_equal(parsed.cmd, &thing_cmds[0]);
	assert_int_equal(parse("word"), DONE);
	assert_ptr_equal(parsed.cmd, word_cmds);
}

static void global_options_stand_anywhere(void **state)
{
	static const char * const lines[] = {
		"-j thing show a", "thing -j show a", "thing show -j a", "thing show a -j",
		"--json thing show a", "thing show a --json",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(parse(lines[i]), DONE);
		assert_true(globals.json);
		assert_string_equal(parsed.cmd->verb, "show");
		assert_int_equal(parsed.args.count, 1);
		assert_string_equal(parsed.args.names[0], "a");
	}
}

static void options_take_arguments_in_both_forms(void **state)
{
	(void)state;
	assert_int_equal(parse("thing make a --size 8M --force"), DONE);
	assert_string_equal(option_value(&parsed.args, "size"), "8M");
	assert_string_equal(option_value(&parsed.args, "force"), "");
	assert_int_equal(parse("thing make --size=8M a"), DONE);
	assert_string_equal(option_value(&parsed.args, "size"), "8M");
	assert_null(option_value(&parsed.args, "force"));
	assert_int_equal(parse("thing make a --size --force"), DONE);
	assert_string_equal(option_value(&parsed.args, "size"), "--force");
	assert_int_equal(parse("thing make a --size 1 --size -2"), DONE);
	assert_string_equal(option_value(&parsed.args, "size"), "-2");
	assert_int_equal(parse("thing make a --size ''"), DONE);
	assert_string_equal(option_value(&parsed.args, "size"), "");
}

static void letters_of_a_verb_are_its_options(void **state)
{
	(void)state;
	assert_int_equal(parse("thing make a -bj"), DONE);
	assert_string_equal(option_value(&parsed.args, "byte"), "");
	assert_null(option_value(&parsed.args, "wide"));
	assert_true(globals.json);
	assert_int_equal(parse("thing make -w a"), DONE);
	assert_string_equal(option_value(&parsed.args, "wide"), "");
	assert_int_equal(parse("thing make a -n 3"), DONE);
	assert_string_equal(option_value(&parsed.args, "count"), "3");
	assert_int_equal(parse("thing make -bn4 a"), DONE);
	assert_string_equal(option_value(&parsed.args, "count"), "4");
	assert_string_equal(option_value(&parsed.args, "byte"), "");
	assert_int_equal(parse("thing make a --count=5"), DONE);
	assert_string_equal(option_value(&parsed.args, "count"), "5");
	assert_int_equal(parse("thing make a -n"), USAGE);
	assert_int_equal(parse("thing show a -b"), USAGE);
	assert_int_equal(parse("-b thing make a"), USAGE);
}

static void nothing_may_be_abbreviated(void **state)
{
	static const char * const lines[] = {
		"thin", "thing lis", "thing make a --siz 8M", "thing make a --siz=8M",
		"thing make a --s 8M", "thing make a --siz", "thing --jso", "--hel", "--j thing",
		"thing make a --forc", "--ver", "--dry", "Thing", "thing LIST",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (parse(lines[i]) != USAGE)
			fail_msg("'%s' was taken", lines[i]);
}

static void what_does_not_exist_is_refused(void **state)
{
	static const char * const lines[] = {
		"", "pool", "thing grow", "thing make a --colour red", "thing make a -x",
		"thing --size 8M make a", "thing make a --size", "thing list --size 8M",
		"thing make a --force=1", "--json=1 thing", "-jx thing", "thing ''", "''",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (parse(lines[i]) != USAGE)
			fail_msg("'%s' was taken", lines[i]);
}

static void the_number_of_names_is_checked(void **state)
{
	(void)state;
	assert_int_equal(parse("thing make"), USAGE);
	assert_int_equal(parse("thing make a b"), USAGE);
	assert_int_equal(parse("thing list a"), USAGE);
	assert_int_equal(parse("word a"), USAGE);
	assert_int_equal(parse("thing show"), USAGE);
	assert_int_equal(parse("thing show a b c"), DONE);
	assert_int_equal(parsed.args.count, 3);
	assert_int_equal(parse("thing show -- -a --json"), DONE);
	assert_int_equal(parsed.args.count, 2);
	assert_string_equal(parsed.args.names[1], "--json");
}

static void help_needs_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(parse("--help"), DONE);
	assert_null(parsed.noun);
	assert_int_equal(parse("thing -h"), DONE);
	assert_null(parsed.cmd);
	assert_int_equal(parse("thing make --help"), DONE);
	assert_string_equal(parsed.cmd->verb, "make");
	assert_true(parsed.help);
	assert_int_equal(parse("--help thing make"), DONE);
	assert_string_equal(parsed.cmd->verb, "make");
	assert_int_equal(parse("--version"), DONE);
	assert_true(parsed.version);
}

static void options_that_contradict_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("thing --json --names"), USAGE);
	assert_int_equal(parse("thing make a --dry-run --json"), USAGE);
	assert_int_equal(parse("thing make a --dry-run"), DONE);
	assert_int_equal(parse("thing list --dry-run --json"), DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_is_the_default_verb),
		cmocka_unit_test(global_options_stand_anywhere),
		cmocka_unit_test(options_take_arguments_in_both_forms),
		cmocka_unit_test(letters_of_a_verb_are_its_options),
		cmocka_unit_test(nothing_may_be_abbreviated),
		cmocka_unit_test(what_does_not_exist_is_refused),
		cmocka_unit_test(the_number_of_names_is_checked),
		cmocka_unit_test(help_needs_nothing_else),
		cmocka_unit_test(options_that_contradict_are_refused),
	};
	int failed = cmocka_run_group_tests_name("opt", tests, NULL, NULL);

	options_free(&parsed);
	return failed;
}
