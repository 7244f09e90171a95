// SPDX-License-Identifier: GPL-2.0-only
/* The noun policy: what full pools evict, when, and in which order. */
#include <string.h>

#include "item.h"
#include "verb.h"

/* Those that are always there have the names of the algorithms */
static bool is_builtin(const struct item *item)
{
	const struct schema_attr *attr = attr_find(schema_policy.wishes, "algorithm");
	const struct schema_word *word;

	for (word = attr->words; word->word; word++)
		if (!strcmp(word->word, item->name))
			return true;
	return false;
}

static const char * const columns[] = {
	"name", "algorithm", "low", "high", "granule", "min_resident_ms", NULL
};

const struct kind kind_policy = {
	.schema = &schema_policy,
	.folder = "policies",
	.apart = true,
	.columns = columns,
	.fixed = is_builtin,
};

static const struct cmd cmds[] = {
	{
		.verb = "list",
		.run = verb_list,
		.synopsis = "",
		.summary = "all policies, by name",
	},
	{
		.verb = "create",
		.run = verb_create,
		.synopsis = "NAME",
		.summary = "make a policy that pools can be given",
		.help = "Percents are of a pool's capacity. What shall evict early needs both marks: the\n"
			"low one may not be above the high one.\n"
			"\n"
			"Examples:\n"
			"  kexctl policy create cold --algorithm lru --high 90 --low 75\n"
			"  kexctl policy create fine --algorithm clock --granule 64K",
		.min = 1,
		.max = 1,
		.changes = true,
		.creates = &schema_policy,
	},
	{
		.verb = "show",
		.run = verb_show,
		.synopsis = "NAME...",
		.summary = "all that is known of some policies",
		.min = 1,
		.max = -1,
	},
	{
		.verb = "set",
		.run = verb_set,
		.synopsis = "NAME KEY=VALUE...",
		.summary = "change attributes, in the order given; pools follow at once",
		.help = "low and high together are written in the order in which they do not cross. The\n"
			"algorithm alone stays as it is while a live pool uses the policy. When one is\n"
			"refused, those before it get their old values back.\n"
			"\n"
			"Example:\n"
			"  kexctl policy set lru high=80 low=50",
		.min = 2,
		.max = -1,
		.changes = true,
	},
	{
		.verb = "delete",
		.run = verb_delete,
		.synopsis = "NAME...",
		.summary = "remove policies that no pool names",
		.help = "fifo, lru, clock and random are always there.",
		.min = 1,
		.max = -1,
		.changes = true,
	},
	{ .verb = NULL }
};

const struct noun noun_policy = {
	.name = "policy",
	.summary = "Policies: what a full pool evicts, when, and in which order.",
	.kind = &kind_policy,
	.cmds = cmds,
};
