// SPDX-License-Identifier: GPL-2.0-only
/* Verbs that mean the same for every kind of object that is made in configfs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "carveout.h"
#include "item.h"
#include "parse.h"
#include "sfs.h"
#include "verb.h"

/* Room for the name of any attribute */
#define KEY_SIZE	32

static const char *noun_of(const struct cmd_args *args)
{
	return args->noun->name;
}

static enum status record_listed(struct item *item, struct records *records)
{
	int err = item_open(item);

	if (!err)
		item_record(item, records);
	item_shut(item);
	/* One that was removed meanwhile is not there to be listed */
	return err && err != ENOENT ? refused_other(item, NULL, err) : DONE;
}

/**
 * verb_list - list: all objects of a kind, by name
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status verb_list(const struct cmd_args *args)
{
	const struct kind *kind = args->noun->kind;
	struct records records = { 0 };
	struct items items = { 0 };
	enum status status;
	size_t i;

	status = items_list(kind, &items);
	for (i = 0; !status && i < items.count; i++) {
		if (globals.names)
			records_add(&records, noun_of(args), items.items[i].name);
		else
			status = record_listed(&items.items[i], &records);
	}
	if (!status)
		out_table(&records, kind->columns);
	records_free(&records);
	items_free(&items);
	return status;
}

static enum status record_named(const struct cmd_args *args, const char *name,
				struct records *records)
{
	enum status status;
	struct item item;

	status = item_find(args->noun->kind, name, &item);
	if (!status)
		item_record(&item, records);
	item_close(&item);
	return status;
}

/**
 * verb_show - show NAME...: all that is known of some objects
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status verb_show(const struct cmd_args *args)
{
	struct records records = { 0 };
	enum status worst = each_name(args, &records, record_named);

	if (records.count || !worst)
		out_show(&records);
	records_free(&records);
	return worst;
}

/**
 * verb_acted - for --json and --names: what a verb has acted on, as it is now
 * @args: what was typed; the first name is the object's
 * Return: the status, after a message when it is not DONE.
 */
enum status verb_acted(const struct cmd_args *args)
{
	struct records records = { 0 };
	enum status status = DONE;

	if (globals.json || globals.names)
		status = record_named(args, args->names[0], &records);
	if (!status)
		out_acted(&records);
	records_free(&records);
	return status;
}

/* The options of create that the schema knows, live left out: it comes last */
static enum status wishes_of_options(const struct cmd_args *args, const char *name,
				     struct wishes *wishes)
{
	const struct schema_attr *attr;
	enum status status = DONE;
	const char *given;

	for (attr = args->noun->kind->schema->wishes; !status && attr->name; attr++) {
		given = attr->option ? option_value(args, attr->option) : NULL;
		if (!given && attr->required)
			return fail_on(USAGE, noun_of(args), name, "%s missing (--%s %s)",
				       attr->name, attr->option, attr->option_arg);
		if (!given || !strcmp(attr->name, "live"))
			continue;
		status = wishes_add(wishes, noun_of(args), name, attr,
				    attr->option_value ? attr->option_value : given);
	}
	return status;
}

/**
 * verb_create - create NAME with options: make an object and bring it up
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status verb_create(const struct cmd_args *args)
{
	const char *name = args->names[0], *cause = parse_name(name);
	struct wishes wishes = { 0 };
	char *carveout = NULL;
	enum status status;

	if (cause)
		return fail_on(USAGE, noun_of(args), name, "%s", cause);
	status = wishes_of_options(args, name, &wishes);
	if (!status && args->noun->kind->apart)
		carveout = xstrdup("");
	else if (!status)
		status = carveout_choose(option_value(args, "carveout"), &carveout);
	if (!status)
		status = item_create(args->noun->kind, name, carveout, &wishes,
				     !option_value(args, "no-live"));
	if (!status)
		status = verb_acted(args);
	free(carveout);
	wishes_free(&wishes);
	return status;
}

static enum status unknown_key(const struct cmd_args *args, const char *key)
{
	const struct schema_attr *attr;
	struct strings known = { 0 };
	const char *near;
	char *all;

	for (attr = args->noun->kind->schema->wishes; attr->name; attr++)
		if (attr_can_be_set(attr))
			strings_add(&known, attr->name);
	all = strings_join(&known, ", ");
	near = strings_nearest(&known, key);
	if (near)
		fail_on(USAGE, noun_of(args), args->names[0],
			"%s: no such attribute (did you mean %s?)", key, near);
	else
		fail_on(USAGE, noun_of(args), args->names[0],
			"%s: no attribute that can be set (those are: %s)", key, all);
	free(all);
	strings_free(&known);
	return USAGE;
}

static enum status wish_of_pair(const struct cmd_args *args, const char *pair,
				struct wishes *wishes)
{
	const struct schema_attr *attr;
	char key[KEY_SIZE];
	const char *value;

	if (!parse_pair(pair, key, sizeof(key), &value))
		return fail_on(USAGE, noun_of(args), args->names[0], "'%s' is not KEY=VALUE",
			       pair);
	attr = attr_find(args->noun->kind->schema->wishes, key);
	if (!attr || !attr_can_be_set(attr))
		return unknown_key(args, key);
	return wishes_add(wishes, noun_of(args), args->names[0], attr, value);
}

/**
 * verb_set - set NAME KEY=VALUE...: change attributes, in the order given
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status verb_set(const struct cmd_args *args)
{
	struct wishes wishes = { 0 };
	enum status status = DONE;
	struct item item = { 0 };
	int i;

	for (i = 1; !status && i < args->count; i++)
		status = wish_of_pair(args, args->names[i], &wishes);
	if (!status)
		status = item_find(args->noun->kind, args->names[0], &item);
	if (!status)
		status = item_set(&item, &wishes);
	if (!status)
		status = verb_acted(args);
	item_close(&item);
	wishes_free(&wishes);
	return status;
}

static enum status delete_one(const struct cmd_args *args, const char *name, struct records *gone)
{
	enum status status;
	struct item item;

	status = item_find(args->noun->kind, name, &item);
	if (!status)
		status = item_delete(&item, option_value(args, "force"), NULL);
	if (!status)
		records_add(gone, noun_of(args), name);
	item_close(&item);
	return status;
}

/**
 * verb_delete - delete NAME... [--force]: take objects down and remove them
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status verb_delete(const struct cmd_args *args)
{
	struct records gone = { 0 };
	enum status worst = each_name(args, &gone, delete_one);

	out_acted(&gone);
	records_free(&gone);
	return worst;
}

/* What sysfs takes for all of an object, or for a range */
static enum status range_text(const struct cmd_args *args, const char *typed, char **text)
{
	uint64_t off, len;
	const char *cause;

	if (!typed) {
		*text = xstrdup("1");
		return DONE;
	}
	cause = parse_range(typed, &off, &len);
	if (cause)
		return fail_on(USAGE, noun_of(args), args->names[0], "range %s%s%s", typed,
			       *typed ? ": " : "", cause);
	*text = xprintf("%llu %llu", (unsigned long long)off, (unsigned long long)len);
	return DONE;
}

static enum status refused_zap(const struct item *item, const char *verb, const char *typed,
			       int err)
{
	/* An action that is missing from an object that is there is of a newer module */
	if (err == ENOENT && item_is_live(item))
		err = EOPNOTSUPP;
	if (typed && (err == EINVAL || err == ERANGE))
		return refused_range(item, "range", typed, err);
	return refused_other(item, verb, err);
}

static enum status zap_item(const struct item *item, const char *verb, const char *typed,
			    const char *text)
{
	enum status status = must_be_live(item, verb);
	int err;

	if (status)
		return status;
	err = sfs_write(item->name, verb, text);
	return err ? refused_zap(item, verb, typed, err) : DONE;
}

/**
 * verb_zap - evict, hold and restore NAME [RANGE]: the action of the verb's name
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status verb_zap(const struct cmd_args *args)
{
	const char *typed = args->count > 1 ? args->names[1] : NULL;
	struct item item = { 0 };
	enum status status;
	char *text = NULL;

	status = range_text(args, typed, &text);
	if (!status)
		status = item_find(args->noun->kind, args->names[0], &item);
	if (!status)
		status = zap_item(&item, args->cmd->verb, typed, text);
	if (!status)
		status = verb_acted(args);
	item_close(&item);
	free(text);
	return status;
}

const struct cmd_option create_options[] = {
	{ "carveout", 0, "CARVEOUT", "where to make it; default: the first that is bound" },
	{ NULL, 0, NULL, NULL }
};

const struct cmd_option delete_options[] = {
	{ "force", 0, NULL, "revoke it first: mappings go, users get SIGBUS and ENODEV" },
	{ NULL, 0, NULL, NULL }
};
