// SPDX-License-Identifier: GPL-2.0-only
/* The noun carveout: what memory there is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "carveout.h"
#include "cmd.h"
#include "dt.h"
#include "item.h"
#include "parse.h"

#define KIND	"carveout"

#define NO_NODE	"no device-tree node with compatible = \"kex,carveout\" was bound; " \
		"kexctl doctor says why"

struct placed {
	char *name;
	uint64_t phys;
};

static int by_phys(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->phys != right->phys)
		return left->phys < right->phys ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void sort_by_phys(struct strings *names)
{
	struct placed *placed;
	size_t i;

	if (!names->count)
		return;
	placed = xrealloc(NULL, names->count * sizeof(*placed));
	for (i = 0; i < names->count; i++)
		placed[i] = (struct placed){ names->items[i], dt_carveout_phys(names->items[i]) };
	qsort(placed, names->count, sizeof(*placed), by_phys);
	for (i = 0; i < names->count; i++)
		names->items[i] = placed[i].name;
	free(placed);
}

/**
 * carveouts_by_name - the carve-outs that there are
 * @names: out, zeroed before; sorted by name
 * Return: DONE, or another status after a message.
 */
enum status carveouts_by_name(struct strings *names)
{
	const struct cfs_dir *root;
	struct cfs_dir dir;
	enum status status;
	int err;

	status = cfs_open_root(&root);
	if (status)
		return status;
	err = cfs_open(root, "carveouts", &dir);
	if (!err)
		err = cfs_list(&dir, names);
	cfs_close(&dir);
	return err ? fail(REFUSED, "%s/carveouts: %s", root->path, strerror(err)) : DONE;
}

/**
 * carveouts_by_address - the carve-outs that there are
 * @names: out, zeroed before; sorted by physical address
 * Return: DONE, or another status after a message.
 *
 * The device tree is asked for each, so only where the order is seen.
 */
enum status carveouts_by_address(struct strings *names)
{
	enum status status = carveouts_by_name(names);

	if (!status)
		sort_by_phys(names);
	return status;
}

/**
 * carveout_open - open the folder of a carve-out
 * @name: of the carve-out
 * @dir: out; to be closed whatever is returned
 * Return: 0, or the errno.
 */
int carveout_open(const char *name, struct cfs_dir *dir)
{
	const struct cfs_dir *root;
	char *path;
	int err;

	if (cfs_open_root(&root))
		return ENOENT;
	path = xprintf("carveouts/%s", name);
	err = cfs_open(root, path, dir);
	free(path);
	return err;
}

static bool carveout_bound(const char *name)
{
	struct cfs_dir dir = { .fd = -1 };
	char *text = NULL;
	bool bound;

	if (!carveout_open(name, &dir))
		text = cfs_read(&dir, "bound");
	bound = text && !strcmp(text, "1");
	free(text);
	cfs_close(&dir);
	return bound;
}

static enum status not_found(const char *name, const struct strings *known)
{
	const char *near = strings_nearest(known, name);
	char *all = strings_join(known, ", ");

	if (near)
		fail_on(NOT_FOUND, KIND, name, "not found (did you mean '%s'?)", near);
	else if (known->count)
		fail_on(NOT_FOUND, KIND, name, "not found (carve-outs: %s)", all);
	else
		fail_on(NOT_FOUND, KIND, name, "not found (there are none: " NO_NODE ")");
	free(all);
	return NOT_FOUND;
}

static bool is_one_of(const struct strings *known, const char *name)
{
	size_t i;

	for (i = 0; i < known->count; i++)
		if (!strcmp(known->items[i], name))
			return true;
	return false;
}

static enum status choose_first(const struct strings *known, char **name)
{
	size_t i;

	for (i = 0; i < known->count; i++) {
		if (carveout_bound(known->items[i])) {
			*name = xstrdup(known->items[i]);
			return DONE;
		}
	}
	if (!known->count)
		return fail(REFUSED, "there is no carve-out (" NO_NODE ")");
	return fail(REFUSED, "no carve-out is bound (to bind one: "
		    "echo DEVICE > /sys/bus/platform/drivers/kex/bind)");
}

/**
 * carveout_choose - the carve-out that something is to be made in
 * @wanted: its name, or NULL for the first bound one
 * @name: out: to be freed
 * Return: DONE, or another status after a message.
 */
enum status carveout_choose(const char *wanted, char **name)
{
	const char *cause = wanted ? parse_name(wanted) : NULL;
	struct strings known = { 0 };
	enum status status;

	if (cause)
		return fail_on(USAGE, KIND, wanted, "%s", cause);
	status = wanted ? carveouts_by_name(&known) : carveouts_by_address(&known);
	if (!status && !wanted) {
		status = choose_first(&known, name);
	} else if (!status) {
		if (is_one_of(&known, wanted))
			*name = xstrdup(wanted);
		else
			status = not_found(wanted, &known);
	}
	strings_free(&known);
	return status;
}

static enum status add_record(const char *name, struct records *list)
{
	struct record *record = records_add(list, KIND, name);
	const struct schema_attr *attr;
	struct cfs_dir dir;
	char *text;
	int err;

	err = carveout_open(name, &dir);
	for (attr = schema_carveout.wishes; !err && attr->name; attr++) {
		text = cfs_read(&dir, attr->name);
		if (text)
			attr_record(record, attr, text);
		else
			err = errno;
		free(text);
	}
	cfs_close(&dir);
	return err ? fail_on(REFUSED, KIND, name, "%s", strerror(err)) : DONE;
}

static enum status list(const struct cmd_args *args)
{
	static const char * const columns[] = { "name", "bound", "size", "free", "largest_free",
						NULL };
	struct strings names = { 0 };
	struct records records = { 0 };
	enum status status;
	size_t i;

	(void)args;
	status = carveouts_by_address(&names);
	for (i = 0; !status && i < names.count; i++)
		status = add_record(names.items[i], &records);
	if (!status)
		out_table(&records, columns);
	records_free(&records);
	strings_free(&names);
	return status;
}

static enum status show_one(const struct cmd_args *args, const char *name,
			    struct records *records)
{
	enum status status;
	char *found;

	(void)args;
	status = carveout_choose(name, &found);
	if (status)
		return status;
	status = add_record(found, records);
	free(found);
	return status;
}

static enum status show(const struct cmd_args *args)
{
	struct records records = { 0 };
	enum status worst = each_name(args, &records, show_one);

	if (records.count || !worst)
		out_show(&records);
	records_free(&records);
	return worst;
}

static const struct cmd cmds[] = {
	{
		.verb = "list",
		.run = list,
		.synopsis = "",
		.summary = "all carve-outs, by physical address",
		.help = "free is what no region holds, largest_free the longest piece of it, so the\n"
			"largest region that fits. While bound is 0, no region of it can go live.",
	},
	{
		.verb = "show",
		.run = show,
		.synopsis = "NAME...",
		.summary = "all that is known of some",
		.min = 1,
		.max = -1,
	},
	{ .verb = NULL }
};

const struct noun noun_carveout = {
	.name = "carveout",
	.summary = "Carve-outs: the memory that the device tree sets aside, one per platform device.",
	.cmds = cmds,
};
