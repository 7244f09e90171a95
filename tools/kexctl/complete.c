// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may stand where the cursor is: "kexctl --complete WORD..." gets the words
 * of a command line up to the cursor and prints, one a line, what the last one
 * can become. All of it is made from the table that parsing and help use; what
 * stands behind a verb is read off its synopsis.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carveout.h"
#include "cmd.h"
#include "complete.h"
#include "event.h"
#include "item.h"

/* In place of words: the shell knows better which files there are */
#define FILES	"@file"

/* More than any synopsis has */
#define SYNOPSIS_WORDS	16

/* As far as the words before the cursor say it */
struct place {
	const struct noun *noun;
	const struct cmd *cmd;
	const struct cmd_option *wants;	/* whose argument the last word is */
	struct cmd_option *options;	/* of the verb */
	size_t count;
	int names;			/* behind the verb, the last word left out */
};

static void print_word(const char *before, const char *word, const char *typed)
{
	size_t len = strlen(before);

	if (!strncmp(before, typed, strnlen(typed, len)) &&
	    (strlen(typed) <= len || !strncmp(word, typed + len, strlen(typed) - len)))
		printf("%s%s\n", before, word);
}

static void print_carveouts(const char *before, const char *typed)
{
	struct strings names = { 0 };
	size_t i;

	if (!carveouts_by_name(&names))
		for (i = 0; i < names.count; i++)
			print_word(before, names.items[i], typed);
	strings_free(&names);
}

static void print_items(const struct kind *kind, const char *before, const char *typed)
{
	struct strings names = { 0 };
	struct items items = { 0 };
	size_t i;

	if (!items_list(kind, &items))
		for (i = 0; i < items.count; i++)
			strings_add(&names, items.items[i].name);
	for (i = 0; i < names.count; i++)
		print_word(before, names.items[i], typed);
	strings_free(&names);
	items_free(&items);
}

/* What has the noun's kind; for a command that has none, whatever there is */
static void print_names(const struct noun *noun, const char *typed)
{
	size_t i;

	if (noun == &noun_carveout)
		print_carveouts("", typed);
	if (noun->kind)
		print_items(noun->kind, "", typed);
	for (i = 0; noun_is_command(noun) && kinds[i]; i++)
		print_items(kinds[i], "", typed);
}

static void print_values(const struct schema_attr *attr, const char *before, const char *typed)
{
	const struct schema_word *word;

	/* A name: all that there are, not just those that are always there */
	if (attr->type == SCHEMA_WORD) {
		print_items(&kind_policy, before, typed);
		return;
	}
	for (word = attr->words; word && word->word; word++)
		print_word(before, word->word, typed);
	if (attr->type == SCHEMA_BOOL) {
		print_word(before, "0", typed);
		print_word(before, "1", typed);
	}
}

/* KEY= as long as there is no '=', and then the values of that key */
static void print_pairs(const struct kind *kind, const char *typed)
{
	const struct schema_attr *attr;
	char *before;

	for (attr = kind ? kind->schema->wishes : NULL; attr && attr->name; attr++) {
		if (!attr_can_be_set(attr))
			continue;
		before = xprintf("%s=", attr->name);
		if (strchr(typed, '='))
			print_values(attr, before, typed);
		else
			print_word("", before, typed);
		free(before);
	}
}

/* The last of a list with commas, behind what stands there already */
static void print_events(const char *before, const char *typed)
{
	const struct event_kind *kind;
	const char *comma = strrchr(typed, ',');
	char *list;

	list = comma ? xprintf("%.*s", (int)(comma + 1 - typed), typed) : xstrdup(before);
	for (kind = event_kinds; kind->word; kind++)
		print_word(list, kind->word, typed);
	free(list);
}

/* The values of an option that creates, which is one of the schema's */
static void print_argument(const struct place *place, const struct cmd_option *option,
			   const char *before, const char *typed)
{
	const struct schema_object *object = place->cmd ? place->cmd->creates : NULL;
	const struct schema_attr *attr;

	if (!strcmp(option->arg, "CARVEOUT"))
		print_carveouts(before, typed);
	if (!strncmp(option->arg, "EVENT", strlen("EVENT")))
		print_events(before, typed);
	if (!strcmp(option->arg, "FILE"))
		puts(FILES);
	for (attr = object ? object->wishes : NULL; attr && attr->name; attr++)
		if (attr->option && !strcmp(attr->option, option->name))
			print_values(attr, before, typed);
}

static const struct cmd_option *option_of(const struct place *place, const char *typed)
{
	size_t len = strcspn(typed, "="), i;

	for (i = 0; i < place->count; i++) {
		if (place->options[i].letter && typed[1] == place->options[i].letter && !typed[2])
			return &place->options[i];
		if (len == strlen(place->options[i].name) + 2 &&
		    !strncmp(typed + 2, place->options[i].name, len - 2))
			return &place->options[i];
	}
	return NULL;
}

static void print_option(const struct cmd_option *option, const char *typed)
{
	print_word("--", option->name, typed);
}

static void print_options(const struct place *place, const char *typed)
{
	const struct cmd_option *option;
	size_t i;

	option = strchr(typed, '=') ? option_of(place, typed) : NULL;
	if (option && option->arg) {
		char *before = xprintf("--%s=", option->name);

		print_argument(place, option, before, typed);
		free(before);
		return;
	}
	for (i = 0; i < place->count; i++)
		print_option(&place->options[i], typed);
	for (option = global_options; option->name; option++)
		print_option(option, typed);
}

static bool repeats(const char *word)
{
	size_t len = strlen(word);

	return len > strlen("...") && !strcmp(word + len - strlen("..."), "...");
}

/*
 * The word of a synopsis for one place, as in "NAME [OFF+LEN]". What has "..."
 * behind it may repeat: the last word, or all from the last bracket on.
 */
static char *synopsis_word(const char *synopsis, int at)
{
	const char *words[SYNOPSIS_WORDS];
	char *copy, *word, *save;
	int count = 0, from = 0;

	copy = xstrdup(synopsis);
	for (word = strtok_r(copy, " ", &save); word && count < SYNOPSIS_WORDS;
	     word = strtok_r(NULL, " ", &save)) {
		if (*word == '[')
			from = count;
		words[count++] = word;
	}
	if (at >= count && count && repeats(words[count - 1]))
		at = *words[from] == '[' ? from + (at - from) % (count - from) : count - 1;
	word = xstrdup(at < count ? words[at] : "");
	free(copy);
	return word;
}

static void print_behind_verb(const struct place *place, const char *typed)
{
	char *word = synopsis_word(place->cmd->synopsis, place->names);

	if (strstr(word, "KEY=VALUE"))
		print_pairs(place->noun->kind, typed);
	else if (strstr(word, "REGION"))
		print_items(&kind_region, "", typed);
	else if (strstr(word, "NAME") && !place->cmd->creates)
		print_names(place->noun, typed);
	else if (strstr(word, "FILE"))
		puts(FILES);
	free(word);
}

static void print_nouns(const char *typed)
{
	size_t i;

	for (i = 0; nouns[i]; i++)
		print_word("", nouns[i]->name, typed);
}

static void print_verbs(const struct noun *noun, const char *typed)
{
	const struct cmd *cmd;

	for (cmd = noun->cmds; cmd->verb; cmd++)
		print_word("", cmd->verb, typed);
}

static void take_cmd(struct place *place, const struct cmd *cmd)
{
	place->cmd = cmd;
	place->count = options_of(cmd, &place->options);
}

static bool take_noun(struct place *place, const char *word)
{
	size_t i;

	for (i = 0; nouns[i]; i++)
		if (!strcmp(nouns[i]->name, word))
			place->noun = nouns[i];
	if (place->noun && noun_is_command(place->noun))
		take_cmd(place, place->noun->cmds);
	return place->noun;
}

static bool take_verb(struct place *place, const char *word)
{
	const struct cmd *cmd;

	for (cmd = place->noun->cmds; cmd->verb; cmd++)
		if (!strcmp(cmd->verb, word))
			take_cmd(place, cmd);
	return place->cmd;
}

/* Return: false when nothing sensible can follow */
static bool take_word(struct place *place, const char *word)
{
	if (place->wants) {
		place->wants = NULL;
		return true;
	}
	if (*word == '-' && word[1]) {
		place->wants = strchr(word, '=') ? NULL : option_of(place, word);
		if (place->wants && !place->wants->arg)
			place->wants = NULL;
		return true;
	}
	if (!place->noun)
		return take_noun(place, word);
	if (!place->cmd)
		return take_verb(place, word);
	place->names++;
	return true;
}

static void print_last(const struct place *place, const char *typed)
{
	if (place->wants)
		print_argument(place, place->wants, "", typed);
	else if (*typed == '-')
		print_options(place, typed);
	else if (!place->noun)
		print_nouns(typed);
	else if (!place->cmd)
		print_verbs(place->noun, typed);
	else
		print_behind_verb(place, typed);
}

/**
 * complete - print what the last word can become
 * @count: of @words
 * @words: behind "kexctl", up to the cursor; none is as good as an empty one
 */
void complete(int count, char **words)
{
	struct place place = { 0 };
	bool sensible = true;
	int i;

	for (i = 0; sensible && i + 1 < count; i++)
		sensible = take_word(&place, words[i]);
	if (sensible)
		print_last(&place, count ? words[count - 1] : "");
	free(place.options);
}
