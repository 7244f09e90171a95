// SPDX-License-Identifier: GPL-2.0-only
/* The command features: what this kernel and this build can do. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfs.h"
#include "cmd.h"
#include "out.h"

static enum status features(const struct cmd_args *args)
{
	struct records records = { 0 };
	const struct cfs_dir *root;
	enum status status;
	char *text, *word;

	(void)args;
	status = cfs_open_root(&root);
	if (status)
		return status;
	text = cfs_read(root, "features");
	if (!text)
		return fail(REFUSED, "%s/features: %s", root->path, strerror(errno));
	for (word = strtok(text, "\n"); word; word = strtok(NULL, "\n"))
		records_add(&records, "feature", word);
	out_names(&records);
	records_free(&records);
	free(text);
	return DONE;
}

static const struct cmd cmds[] = {
	{
		.verb = "",
		.run = features,
		.synopsis = "",
		.summary = "what this kernel and module can do, one word a line",
	},
	{ .verb = NULL }
};

const struct noun noun_features = {
	.name = "features",
	.cmds = cmds,
};
