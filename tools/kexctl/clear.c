// SPDX-License-Identifier: GPL-2.0-only
/* The command clear: back to nothing made, as rmmod needs it. */
#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "item.h"
#include "out.h"

static enum status clear_item(struct item *item, bool force, struct records *gone)
{
	int err = item_open(item);
	enum status status;
	bool fixed = false;

	/* One that was removed meanwhile is what was wanted */
	if (err == ENOENT)
		status = DONE;
	else
		status = err ? refused_other(item, NULL, err) : item_delete(item, force, &fixed);
	item_shut(item);
	if (!status && !err && !fixed)
		records_add(gone, item->kind->schema->name, item->name);
	return status;
}

static void tell(const struct kind *kind, size_t removed, size_t of)
{
	const char *noun = kind->schema->name;

	/* Of the others there may never have been one */
	if (globals.dry_run || (!of && kind != &kind_region))
		return;
	if (removed == of)
		note("cleared %zu %s", removed, removed == 1 ? noun : kind->folder);
	else
		note("cleared %zu of %zu %s", removed, of, kind->folder);
}

/* Goes on past what cannot be removed */
static enum status clear_kind(const struct kind *kind, bool force, struct records *gone)
{
	size_t before = gone->count, left = 0, i;
	enum status status, worst;
	struct items items = { 0 };

	worst = items_list(kind, &items);
	if (worst)
		return worst;
	for (i = 0; i < items.count; i++) {
		status = clear_item(&items.items[i], force, gone);
		if (status) {
			worst = status;
			left++;
		}
	}
	tell(kind, gone->count - before, gone->count - before + left);
	items_free(&items);
	return worst;
}

static enum status clear(const struct cmd_args *args)
{
	bool force = option_value(args, "force");
	enum status status, worst = DONE;
	struct records gone = { 0 };
	size_t i;

	for (i = 0; kinds[i]; i++) {
		status = clear_kind(kinds[i], force, &gone);
		if (status)
			worst = status;
	}
	/* The pools that named them have gone */
	status = clear_kind(&kind_policy, force, &gone);
	if (status)
		worst = status;
	out_acted(&gone);
	records_free(&gone);
	return worst;
}

static const struct cmd_option options[] = {
	{ "force", 0, NULL, "take away what is open or mapped, too" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd cmds[] = {
	{
		.verb = "",
		.run = clear,
		.synopsis = "",
		.summary = "remove all that was made, as rmmod needs it",
		.help = "One that is open or mapped stays, and the exit status tells; the others go.\n"
			"Regions from the device tree stay as they are, and so do the policies that are\n"
			"always there: they do not keep the module.",
		.changes = true,
		.options = options,
	},
	{ .verb = NULL }
};

const struct noun noun_clear = {
	.name = "clear",
	.cmds = cmds,
};
