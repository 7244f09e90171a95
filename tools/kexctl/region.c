// SPDX-License-Identifier: GPL-2.0-only
/* The noun region: named slices of a carve-out, each with a node. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "carveout.h"
#include "cmd.h"
#include "copy.h"
#include "item.h"
#include "out.h"
#include "parse.h"
#include "sfs.h"

#define KIND	"region"

/* Room for the name of any attribute */
#define KEY_SIZE	32

static enum status record_listed(struct item *item, struct records *records)
{
	int err = item_open(item);

	if (!err)
		item_record(item, records);
	item_shut(item);
	/* One that was removed meanwhile is not there to be listed */
	return err && err != ENOENT ? refused_other(item, NULL, err) : DONE;
}

static enum status list(const struct cmd_args *args)
{
	static const char * const columns[] = { "name", "carveout", "size", "offset", "cache",
						"state", "opens", "mappings", "resident", NULL };
	struct records records = { 0 };
	struct items items = { 0 };
	enum status status;
	size_t i;

	(void)args;
	status = items_list(&kind_region, &items);
	for (i = 0; !status && i < items.count; i++) {
		if (globals.names)
			records_add(&records, KIND, items.items[i].name);
		else
			status = record_listed(&items.items[i], &records);
	}
	if (!status)
		out_table(&records, columns);
	records_free(&records);
	items_free(&items);
	return status;
}

static enum status record_named(const char *name, struct records *records)
{
	enum status status;
	struct item item;

	status = item_find(&kind_region, name, &item);
	if (!status)
		item_record(&item, records);
	item_close(&item);
	return status;
}

static enum status show(const struct cmd_args *args)
{
	struct records records = { 0 };
	enum status worst = each_name(args, &records, record_named);

	if (records.count || !worst)
		out_show(&records);
	records_free(&records);
	return worst;
}

/* For --json and --names: what a verb has acted on, as it is now */
static enum status acted_on(const char *name)
{
	struct records records = { 0 };
	enum status status = DONE;

	if (globals.json || globals.names)
		status = record_named(name, &records);
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

	for (attr = schema_region.wishes; !status && attr->name; attr++) {
		given = attr->option ? option_value(args, attr->option) : NULL;
		if (!given && attr->required)
			return fail_on(USAGE, KIND, name, "%s missing (--%s %s)", attr->name,
				       attr->option, attr->option_arg);
		if (!given || !strcmp(attr->name, "live"))
			continue;
		status = wishes_add(wishes, KIND, name, attr,
				    attr->option_value ? attr->option_value : given);
	}
	return status;
}

static enum status create(const struct cmd_args *args)
{
	const char *name = args->names[0], *cause = parse_name(name);
	struct wishes wishes = { 0 };
	char *carveout = NULL;
	enum status status;

	if (cause)
		return fail_on(USAGE, KIND, name, "%s", cause);
	status = wishes_of_options(args, name, &wishes);
	if (!status)
		status = carveout_choose(option_value(args, "carveout"), &carveout);
	if (!status)
		status = item_create(&kind_region, name, carveout, &wishes,
				     !option_value(args, "no-live"));
	if (!status)
		status = acted_on(name);
	free(carveout);
	wishes_free(&wishes);
	return status;
}

static enum status unknown_key(const char *name, const char *key)
{
	const struct schema_attr *attr;
	struct strings known = { 0 };
	const char *near;
	char *all;

	for (attr = schema_region.wishes; attr->name; attr++)
		if (attr->access != SCHEMA_RO)
			strings_add(&known, attr->name);
	all = strings_join(&known, ", ");
	near = strings_nearest(&known, key);
	if (near)
		fail_on(USAGE, KIND, name, "%s: no such attribute (did you mean %s?)", key, near);
	else
		fail_on(USAGE, KIND, name, "%s: no attribute that can be set (those are: %s)",
			key, all);
	free(all);
	strings_free(&known);
	return USAGE;
}

static enum status wish_of_pair(const char *name, const char *pair, struct wishes *wishes)
{
	const struct schema_attr *attr;
	char key[KEY_SIZE];
	const char *value;

	if (!parse_pair(pair, key, sizeof(key), &value))
		return fail_on(USAGE, KIND, name, "'%s' is not KEY=VALUE", pair);
	attr = attr_find(schema_region.wishes, key);
	if (!attr || attr->access == SCHEMA_RO)
		return unknown_key(name, key);
	return wishes_add(wishes, KIND, name, attr, value);
}

static enum status set(const struct cmd_args *args)
{
	const char *name = args->names[0];
	struct wishes wishes = { 0 };
	enum status status = DONE;
	struct item item = { 0 };
	int i;

	for (i = 1; !status && i < args->count; i++)
		status = wish_of_pair(name, args->names[i], &wishes);
	if (!status)
		status = item_find(&kind_region, name, &item);
	if (!status)
		status = item_set(&item, &wishes);
	if (!status)
		status = acted_on(name);
	item_close(&item);
	wishes_free(&wishes);
	return status;
}

static enum status delete_one(const char *name, bool force, struct records *gone)
{
	enum status status;
	struct item item;

	status = item_find(&kind_region, name, &item);
	if (!status)
		status = item_delete(&item, force, NULL);
	if (!status)
		records_add(gone, KIND, name);
	item_close(&item);
	return status;
}

static enum status delete(const struct cmd_args *args)
{
	bool force = option_value(args, "force");
	enum status status, worst = DONE;
	struct records gone = { 0 };
	int i;

	for (i = 0; i < args->count; i++) {
		status = delete_one(args->names[i], force, &gone);
		if (status)
			worst = status;
	}
	out_acted(&gone);
	records_free(&gone);
	return worst;
}

/* What sysfs takes for all of an object, or for a range */
static enum status range_text(const char *name, const char *typed, char **text)
{
	uint64_t off, len;
	const char *cause;

	if (!typed) {
		*text = xstrdup("1");
		return DONE;
	}
	cause = parse_range(typed, &off, &len);
	if (cause)
		return fail_on(USAGE, KIND, name, "range %s%s%s", typed, *typed ? ": " : "", cause);
	*text = xprintf("%llu %llu", (unsigned long long)off, (unsigned long long)len);
	return DONE;
}

static enum status refused_range(const struct item *item, const char *typed, int err)
{
	const char *what = typed ? typed : "all";
	char *size, text[SIZE_TEXT_MAX];
	uint64_t bytes;
	enum status status;

	if (err == EINVAL)
		return fail_on(REFUSED, KIND, item->name, "range %s: start and length must be "
			       "multiples of the %s page, and the length not 0%s", what,
			       format_size(sysconf(_SC_PAGESIZE), text),
			       strchr(what, '-') ? " (END is inclusive)" : "");
	if (err != ERANGE)
		return refused_other(item, "evict", err);
	size = cfs_read(&item->dir, "size");
	if (!size || parse_size(size, &bytes))
		bytes = 0;
	status = fail_on(REFUSED, KIND, item->name, "range %s: ends behind the region (size %s)",
			 what, format_size(bytes, text));
	free(size);
	return status;
}

static enum status evict_item(const struct item *item, const char *typed, const char *text)
{
	int err;

	if (!item_is_live(item))
		return fail_on(REFUSED, KIND, item->name,
			       "evict: it is not live (first: kexctl region set %s live=1)",
			       item->name);
	err = sfs_write(item->name, "evict", text);
	return err ? refused_range(item, typed, err) : DONE;
}

static enum status evict(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->count > 1 ? args->names[1] : NULL;
	struct item item = { 0 };
	enum status status;
	char *text = NULL;

	status = range_text(name, typed, &text);
	if (!status)
		status = item_find(&kind_region, name, &item);
	if (!status)
		status = evict_item(&item, typed, text);
	if (!status)
		status = acted_on(name);
	item_close(&item);
	free(text);
	return status;
}

static enum status load(const struct cmd_args *args)
{
	enum status status = copy_load(args);

	return status ? status : acted_on(args->names[0]);
}

static enum status poke(const struct cmd_args *args)
{
	enum status status = access_poke(args);

	return status ? status : acted_on(args->names[0]);
}

static const struct cmd_option create_options[] = {
	{ "carveout", 0, "CARVEOUT", "where to make it; default: the first that is bound" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd_option delete_options[] = {
	{ "force", 0, NULL, "revoke it first: mappings go, users get SIGBUS and ENODEV" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd cmds[] = {
	{
		.verb = "list",
		.run = list,
		.synopsis = "",
		.summary = "all regions, live or only configured, by name",
	},
	{
		.verb = "create",
		.run = create,
		.synopsis = "NAME --size SIZE",
		.summary = "make a region and bring it up as /dev/kex/NAME",
		.help = "When a step is refused, nothing is left behind.\n"
			"\n"
			"Examples:\n"
			"  kexctl region create fb0 --size 8M\n"
			"  kexctl region create regs --size 64K --offset 0x100000 --cache device\n"
			"  kexctl region create old --size 1M --no-scrub      see the bytes of before",
		.min = 1,
		.max = 1,
		.changes = true,
		.options = create_options,
		.creates = &schema_region,
	},
	{
		.verb = "show",
		.run = show,
		.synopsis = "NAME...",
		.summary = "all that is known of some regions",
		.help = "What was wished comes from configfs, and for a live region the facts from\n"
			"/sys/class/kex. phys, the physical address, is shown to root alone.",
		.min = 1,
		.max = -1,
	},
	{
		.verb = "set",
		.run = set,
		.synopsis = "NAME KEY=VALUE...",
		.summary = "change attributes, in the order given",
		.help = "A live region keeps its attributes: live=0 first. When one is refused, those\n"
			"before it get their old values back.\n"
			"\n"
			"Example:\n"
			"  kexctl region set fb0 live=0 size=16M cache=write-combine live=1",
		.min = 2,
		.max = -1,
		.changes = true,
	},
	{
		.verb = "delete",
		.run = delete,
		.synopsis = "NAME...",
		.summary = "take regions down and remove them",
		.help = "One that is open or mapped stays as it was, unless --force is given; one that\n"
			"the device tree asks for always does.",
		.min = 1,
		.max = -1,
		.changes = true,
		.options = delete_options,
	},
	{
		.verb = "evict",
		.run = evict,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "take its pages from every process; a touch brings them back",
		.help = "Mappings stay, and so do the bytes. The next touch of a page faults; the fault\n"
			"is counted under restores.\n"
			"\n"
			"Examples:\n"
			"  kexctl region evict fb0\n"
			"  kexctl region evict fb0 0x10000+64K\n"
			"  kexctl region evict fb0 0x10000-0x1ffff            the same: END is inclusive",
		.min = 1,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "dump",
		.run = copy_dump,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "write its bytes to stdout",
		.help = "As they are, hence not to a terminal. What takes longer than a second shows\n"
			"its progress there, on stderr.\n"
			"\n"
			"Examples:\n"
			"  kexctl region dump fb0 >fb0.bin\n"
			"  kexctl region dump fb0 0x1000+256 | xxd",
		.min = 1,
		.max = 2,
	},
	{
		.verb = "load",
		.run = load,
		.synopsis = "NAME FILE [OFF]",
		.summary = "fill it with the bytes of a file, from an offset on",
		.help = "A file that is longer than the room changes nothing. '-' is stdin, which is\n"
			"written as far as there is room when its length cannot be known before.\n"
			"\n"
			"Examples:\n"
			"  kexctl region load fb0 splash.raw\n"
			"  zcat image.gz | kexctl region load fb0 - 0x100000",
		.min = 2,
		.max = 3,
		.changes = true,
	},
	{
		.verb = "peek",
		.run = access_peek,
		.synopsis = "NAME OFF [COUNT]",
		.summary = "read COUNT values (default 1), each by one load of its width",
		.help = "OFF must be a multiple of the width. JSON has offset and width in bytes, and\n"
			"values as strings.\n"
			"\n"
			"Examples:\n"
			"  kexctl region peek regs 0x40\n"
			"  kexctl region peek regs 0x40 16 -b",
		.min = 2,
		.max = 3,
		.options = width_options,
	},
	{
		.verb = "poke",
		.run = poke,
		.synopsis = "NAME OFF VALUE",
		.summary = "write a value by one store of its width",
		.help = "OFF must be a multiple of the width. Nothing is read.\n"
			"\n"
			"Examples:\n"
			"  kexctl region poke regs 0x40 0x80000001\n"
			"  kexctl region poke regs 0x44 0xff -b",
		.min = 3,
		.max = 3,
		.changes = true,
		.options = width_options,
	},
	{ .verb = NULL }
};

const struct noun noun_region = {
	.name = "region",
	.summary = "Regions: named slices of a carve-out, each with a node /dev/kex/NAME to map.",
	.cmds = cmds,
};
