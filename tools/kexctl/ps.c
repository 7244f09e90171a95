// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command ps: who uses what. Mappings are the driver's own word, from
 * users, and so complete; who has a node open and maps nothing is seen in /proc.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "item.h"
#include "out.h"
#include "proc.h"
#include "sfs.h"
#include "user.h"

static struct record *add_user(struct records *list, const struct item *item, const char *use,
			       uint64_t pid, const char *comm)
{
	struct record *record = records_add(list, item->kind->schema->name, item->name);

	record_number(record, "pid", pid);
	record_text(record, "comm", comm);
	record_text(record, "use", use);
	return record;
}

static bool add_mapping(struct records *list, const struct item *item, char *line)
{
	struct record *record;
	struct user user;

	if (!user_parse(line, &user))
		return false;
	record = add_user(list, item, "mapped", user.pid, printable(user.comm));
	record_addr(record, "virt", user.start);
	record_size(record, "length", user.end - user.start);
	record_size(record, "offset", user.offset);
	record_text(record, "cache", user.cache);
	record_size(record, "resident", user.resident);
	record_text(record, "entry", user.entry);
	return true;
}

static bool maps_it(const struct records *list, size_t from, unsigned int pid)
{
	for (; from < list->count; from++)
		if (record_field(&list->items[from], "pid")->number == pid)
			return true;
	return false;
}

/* Those that have it open alone: a mapping says more */
static void add_opens(struct records *list, const struct item *item, size_t from)
{
	struct processes processes = { 0 };
	size_t i;

	processes_of(PROC_NODE, item->name, &processes);
	for (i = 0; i < processes.count; i++)
		if (!maps_it(list, from, processes.items[i].pid))
			add_user(list, item, "open", processes.items[i].pid,
				 processes.items[i].comm);
	processes_free(&processes);
}

/* /proc has many files to look through: not for what nobody has open */
static bool is_open(const char *name)
{
	struct sysfs_class_device *object = sfs_open(name);
	char *opens = object ? sfs_read(object, "opens") : NULL;
	bool any = opens && strcmp(opens, "0");

	free(opens);
	sfs_close(object);
	return any;
}

static enum status refused_users(const struct item *item, int err)
{
	if (err == EACCES)
		return refused_other(item, USERS, err);
	/* Nobody uses what was taken down meanwhile, or never was up */
	if (err == ENODEV)
		return DONE;
	if (err == ENOENT)
		return item_is_live(item) ? refused_other(item, USERS, EOPNOTSUPP) : DONE;
	return refused_other(item, USERS, err);
}

static enum status add_users(struct records *list, const struct item *item)
{
	size_t from = list->count;
	char *text, *line, *save;
	int err;

	err = sfs_read_table(item->name, USERS, &text);
	if (err)
		return refused_users(item, err);
	for (line = strtok_r(text, "\n", &save); !err && line; line = strtok_r(NULL, "\n", &save))
		if (!add_mapping(list, item, line))
			err = EPROTO;
	free(text);
	if (err)
		return refused_other(item, USERS, err);
	if (is_open(item->name))
		add_opens(list, item, from);
	return DONE;
}

static enum status add_named(const struct cmd_args *args, const char *name, struct records *list)
{
	enum status status;
	struct item item;

	(void)args;
	status = item_find(NULL, name, &item);
	if (!status)
		status = add_users(list, &item);
	item_close(&item);
	return status;
}

static enum status add_listed(struct records *list, struct item *item)
{
	enum status status = DONE;

	if (!item_open(item))
		status = add_users(list, item);
	item_shut(item);
	return status;
}

/* Stops at the first that is refused: the others will be, too */
static enum status add_all(struct records *list)
{
	struct items items = { 0 };
	enum status status;
	size_t i;

	status = items_list(NULL, &items);
	for (i = 0; !status && i < items.count; i++)
		status = add_listed(list, &items.items[i]);
	items_free(&items);
	return status;
}

static enum status ps(const struct cmd_args *args)
{
	static const char * const columns[] = { "name", "pid", "comm", "use", "virt", "length",
						"offset", "cache", "resident", "entry", NULL };
	struct records records = { 0 };
	enum status worst;

	worst = args->count ? each_name(args, &records, add_named) : add_all(&records);
	if (records.count || !worst)
		out_table(&records, columns);
	records_free(&records);
	return worst;
}

static const struct cmd cmds[] = {
	{
		.verb = "",
		.run = ps,
		.synopsis = "[NAME]...",
		.summary = "who has what mapped or open, a line for each mapping",
		.help = "For root. A process that has a node open and maps nothing has one line. virt is\n"
			"where its mapping starts, length and offset say of what, resident how many\n"
			"bytes of it page tables lead to, entry how large their entries are.\n"
			"\n"
			"Example:\n"
			"  kexctl ps fb0 --json | jq '.[].pid'",
		.min = 0,
		.max = -1,
	},
	{ .verb = NULL }
};

const struct noun noun_ps = {
	.name = "ps",
	.cmds = cmds,
};
