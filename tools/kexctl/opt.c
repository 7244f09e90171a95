// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line to a noun, a verb and what belongs to it.
 *
 * getopt_long() does the splitting, told to keep the order, so that the options
 * that hold everywhere may stand everywhere. It takes unique prefixes of long
 * options; a script that uses one breaks when an option is added, so that every
 * match is compared with what was typed.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

/* getopt_long() gives back this plus the index of a long option */
#define LONG_BASE	256

const struct cmd_option global_options[] = {
	{ "json", 'j', NULL, "write JSON: an array of objects with name and kind" },
	{ "names", 0, NULL, "write bare names, one a line" },
	{ "dry-run", 0, NULL, "print the mkdir and echo lines, run none" },
	{ "help", 'h', NULL, "explain, as far as noun and verb are given" },
	{ "version", 0, NULL, "versions of tool, module and ABI" },
	{ NULL, 0, NULL, NULL }
};

static void list_add(struct cmd_option **list, size_t *count, struct cmd_option option)
{
	*list = xrealloc(*list, (*count + 1) * sizeof(**list));
	(*list)[(*count)++] = option;
}

/**
 * options_of - the options of a verb alone, without the global ones
 * @cmd: the verb, or NULL
 * @list: out: to be freed
 * Return: how many.
 */
size_t options_of(const struct cmd *cmd, struct cmd_option **list)
{
	const struct schema_attr *attr;
	const struct cmd_option *option;
	size_t count = 0;

	*list = NULL;
	if (!cmd)
		return 0;
	if (cmd->creates)
		for (attr = cmd->creates->wishes; attr->name; attr++)
			if (attr->option)
				list_add(list, &count, (struct cmd_option){
					attr->option, 0, attr->option_arg, attr->meaning });
	for (option = cmd->options; option && option->name; option++)
		list_add(list, &count, *option);
	return count;
}

/**
 * option_value - what was given for an option
 * @args: of the verb
 * @name: of the option
 * Return: the argument, "" for an option without one, NULL when it was not
 * given; the last one counts.
 */
const char *option_value(const struct cmd_args *args, const char *name)
{
	size_t i = args->given_count;

	while (i--)
		if (!strcmp(args->given[i].name, name))
			return args->given[i].value;
	return NULL;
}

/**
 * each_name - do the same for each name that was typed, past those that fail
 * @args: of the verb, given to @one
 * @list: given to @one
 * @one: what to do; it has written a message when it does not return DONE
 * Return: DONE, or the last other status.
 */
enum status each_name(const struct cmd_args *args, struct records *list,
		      enum status (*one)(const struct cmd_args *args, const char *name,
					 struct records *list))
{
	enum status status, worst = DONE;
	int i;

	for (i = 0; i < args->count; i++) {
		status = one(args, args->names[i], list);
		if (status)
			worst = status;
	}
	return worst;
}

/**
 * noun_is_command - whether a noun has no verbs, as in "kexctl features"
 * @noun: the noun
 */
bool noun_is_command(const struct noun *noun)
{
	return !*noun->cmds[0].verb;
}

/* Global options and those of the verb, in the form that getopt_long() wants */
struct option_table {
	struct cmd_option *options;
	struct option *getopt;
	char *letters;
	size_t count;
};

static void table_build(struct option_table *table, const struct cmd *cmd)
{
	const struct cmd_option *option;
	size_t i;

	free(table->options);
	table->count = options_of(cmd, &table->options);
	for (option = global_options; option->name; option++)
		list_add(&table->options, &table->count, *option);
	table->getopt = xrealloc(table->getopt, (table->count + 1) * sizeof(*table->getopt));
	for (i = 0; i < table->count; i++)
		table->getopt[i] = (struct option){
			.name = table->options[i].name,
			.has_arg = table->options[i].arg ? required_argument : no_argument,
			.val = LONG_BASE + i,
		};
	table->getopt[i] = (struct option){ 0 };
	free(table->letters);
	/* '-' keeps the order, ':' tells a missing argument from an unknown option */
	table->letters = xstrdup("-:");
	for (i = 0; i < table->count; i++)
		if (table->options[i].letter)
			xappend(&table->letters, "%c%s", table->options[i].letter,
				table->options[i].arg ? ":" : "");
}

static void table_free(struct option_table *table)
{
	free(table->options);
	free(table->getopt);
	free(table->letters);
}

/* "kexctl region", as far as it was understood, to begin a message with */
static char *place(const struct parsed *parsed)
{
	const struct cmd *cmd = parsed->cmd;

	if (!parsed->noun)
		return xstrdup("");
	if (!cmd || !*cmd->verb)
		return xprintf("%s: ", parsed->noun->name);
	return xprintf("%s %s: ", parsed->noun->name, cmd->verb);
}

/* Say that a word is none of those that there are, and which one is near it */
static enum status unknown_word(const struct parsed *parsed, const char *what, const char *word,
				const char *plural, const struct strings *known)
{
	const char *near = strings_nearest(known, word);
	char *all = strings_join(known, ", ");
	char *prefix = place(parsed);
	enum status status;

	if (near)
		status = fail(USAGE, "%sunknown %s '%s' (did you mean '%s'?; %s: %s)", prefix, what,
			      word, near, plural, all);
	else
		status = fail(USAGE, "%sunknown %s '%s' (%s: %s)", prefix, what, word, plural, all);
	free(prefix);
	free(all);
	return status;
}

static enum status unknown_option(const struct parsed *parsed, const struct option_table *table,
				  const char *typed)
{
	struct strings known = { 0 };
	enum status status;
	char *word, *text;
	size_t i;

	for (i = 0; i < table->count; i++) {
		text = xprintf("--%s", table->options[i].name);
		strings_add(&known, text);
		free(text);
	}
	word = xstrdup(typed);
	word[strcspn(word, "=")] = '\0';
	status = unknown_word(parsed, "option", word, "options", &known);
	free(word);
	strings_free(&known);
	return status;
}

static void known_nouns(struct strings *known)
{
	size_t i;

	for (i = 0; nouns[i]; i++)
		strings_add(known, nouns[i]->name);
}

static enum status missing_noun(void)
{
	struct strings known = { 0 };
	char *all;

	known_nouns(&known);
	all = strings_join(&known, ", ");
	fail(USAGE, "missing noun (nouns: %s)", all);
	free(all);
	strings_free(&known);
	return USAGE;
}

static enum status take_noun(struct parsed *parsed, const char *word)
{
	struct strings known = { 0 };
	enum status status;
	size_t i;

	for (i = 0; nouns[i]; i++) {
		if (!strcmp(nouns[i]->name, word)) {
			parsed->noun = nouns[i];
			if (noun_is_command(parsed->noun))
				parsed->cmd = parsed->noun->cmds;
			return DONE;
		}
	}
	known_nouns(&known);
	status = unknown_word(parsed, "noun", word, "nouns", &known);
	strings_free(&known);
	return status;
}

static enum status take_verb(struct parsed *parsed, const char *word)
{
	struct strings known = { 0 };
	const struct cmd *cmd;
	enum status status;

	for (cmd = parsed->noun->cmds; cmd->verb; cmd++) {
		if (!strcmp(cmd->verb, word)) {
			parsed->cmd = cmd;
			strings_free(&known);
			return DONE;
		}
		strings_add(&known, cmd->verb);
	}
	status = unknown_word(parsed, "verb", word, "verbs", &known);
	strings_free(&known);
	return status;
}

static enum status take_word(struct parsed *parsed, char *word)
{
	struct cmd_args *args = &parsed->args;

	if (!parsed->noun)
		return take_noun(parsed, word);
	if (!parsed->cmd)
		return take_verb(parsed, word);
	args->names = xrealloc(args->names, (args->count + 1) * sizeof(*args->names));
	args->names[args->count++] = word;
	return DONE;
}

static bool take_global(struct parsed *parsed, const char *name)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "json", &globals.json },
		{ "names", &globals.names },
		{ "dry-run", &globals.dry_run },
		{ "help", &parsed->help },
		{ "version", &parsed->version },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (!strcmp(flags[i].name, name)) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

static void take_option(struct parsed *parsed, const struct cmd_option *option, const char *value)
{
	struct cmd_args *args = &parsed->args;

	if (take_global(parsed, option->name))
		return;
	args->given = xrealloc(args->given, (args->given_count + 1) * sizeof(*args->given));
	args->given[args->given_count++] = (struct cmd_given){ option->name, value ? value : "" };
}

/* Whether a long option was typed in full; @typed may hold its argument too */
static bool typed_in_full(const char *typed, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(typed, "--", 2) && !strncmp(typed + 2, name, len) &&
	       (!typed[2 + len] || typed[2 + len] == '=');
}

static const struct cmd_option *option_of_letter(const struct option_table *table, int letter)
{
	const struct cmd_option *option = table->options;

	while (option->letter != letter)
		option++;
	return option;
}

/* An option that getopt_long() did not like */
static enum status bad_option(const struct parsed *parsed, const struct option_table *table,
			      int code, const char *typed)
{
	const struct cmd_option *option = NULL;
	char *prefix, letter[] = { '-', optopt, '\0' };
	enum status status;

	if (optopt >= LONG_BASE)
		option = &table->options[optopt - LONG_BASE];
	else if (code == ':')
		option = option_of_letter(table, optopt);
	if (!option || (optopt >= LONG_BASE && !typed_in_full(typed, option->name)))
		return unknown_option(parsed, table,
				      optopt && optopt < LONG_BASE ? letter : typed);
	prefix = place(parsed);
	if (code == ':' && optopt < LONG_BASE)
		status = fail(USAGE, "%soption '%s' needs a %s", prefix, letter, option->arg);
	else if (code == ':')
		status = fail(USAGE, "%soption '--%s' needs a %s", prefix, option->name,
			      option->arg);
	else
		status = fail(USAGE, "%soption '--%s' takes no argument", prefix, option->name);
	free(prefix);
	return status;
}

static enum status take(struct parsed *parsed, const struct option_table *table, int code,
			char *typed)
{
	const struct cmd_option *option;

	if (code == 1)
		return take_word(parsed, optarg);
	if (code == '?' || code == ':')
		return bad_option(parsed, table, code, typed);
	if (code < LONG_BASE) {
		option = option_of_letter(table, code);
		take_option(parsed, option, option->arg ? optarg : NULL);
		return DONE;
	}
	option = &table->options[code - LONG_BASE];
	if (!typed_in_full(typed, option->name))
		return unknown_option(parsed, table, typed);
	take_option(parsed, option, optarg);
	return DONE;
}

static enum status take_all(int argc, char **argv, struct parsed *parsed,
			    struct option_table *table)
{
	enum status status = DONE;
	const struct cmd *cmd;
	int code, at;

	/* 0 makes getopt_long() start afresh, however often it was called */
	optind = 0;
	opterr = 0;
	table_build(table, NULL);
	while (!status) {
		cmd = parsed->cmd;
		at = optind ? optind : 1;
		code = getopt_long(argc, argv, table->letters, table->getopt, NULL);
		if (code == -1)
			break;
		status = take(parsed, table, code, argv[at]);
		if (parsed->cmd != cmd)
			table_build(table, parsed->cmd);
	}
	while (!status && optind < argc)
		status = take_word(parsed, argv[optind++]);
	return status;
}

static enum status check_count(const struct parsed *parsed)
{
	const struct cmd *cmd = parsed->cmd;
	enum status status = DONE;
	char *prefix = place(parsed);

	if (parsed->args.count < cmd->min)
		status = fail(USAGE, "%smissing argument (%s)", prefix, cmd->synopsis);
	else if (cmd->max >= 0 && parsed->args.count > cmd->max)
		status = fail(USAGE, "%s'%s' is one argument too many", prefix,
			      parsed->args.names[cmd->max]);
	free(prefix);
	return status;
}

static enum status check_globals(const struct parsed *parsed)
{
	if (globals.json && globals.names)
		return fail(USAGE, "--json and --names exclude each other");
	if (globals.dry_run && parsed->cmd->changes && (globals.json || globals.names))
		return fail(USAGE, "--dry-run prints shell lines: not with --json or --names");
	return DONE;
}

/**
 * options_parse - understand a command line
 * @argc: as main()
 * @argv: as main()
 * @parsed: out, zeroed before; also sets the globals
 * Return: DONE, or USAGE after a message.
 */
enum status options_parse(int argc, char **argv, struct parsed *parsed)
{
	struct option_table table = { 0 };
	enum status status;

	status = take_all(argc, argv, parsed, &table);
	table_free(&table);
	if (status || parsed->help || parsed->version)
		return status;
	if (!parsed->noun)
		return missing_noun();
	if (!parsed->cmd)
		parsed->cmd = parsed->noun->cmds;
	parsed->args.noun = parsed->noun;
	parsed->args.cmd = parsed->cmd;
	status = check_count(parsed);
	return status ? status : check_globals(parsed);
}

/**
 * options_free - free what options_parse() made
 * @parsed: from options_parse()
 */
void options_free(struct parsed *parsed)
{
	free(parsed->args.names);
	free(parsed->args.given);
}
