// SPDX-License-Identifier: GPL-2.0-only
/* kexctl: regions of set-aside physical memory, windows over them, pools; from the shell. */
#include <string.h>

#include "cmd.h"
#include "complete.h"
#include "out.h"

const struct noun * const nouns[] = {
	&noun_carveout,
	&noun_region,
	&noun_window,
	&noun_pool,
	&noun_policy,
	&noun_page,
	&noun_features,
	&noun_ps,
	&noun_monitor,
	&noun_map,
	&noun_doctor,
	&noun_clear,
	NULL
};

static enum status run(int argc, char **argv)
{
	struct parsed parsed = { 0 };
	enum status status;

	if (argc > 1 && !strcmp(argv[1], "--complete")) {
		complete(argc - 2, argv + 2);
		return DONE;
	}
	status = options_parse(argc, argv, &parsed);
	if (status)
		help_hint(&parsed);
	else if (parsed.help)
		help_print(&parsed);
	else if (parsed.version)
		version_print();
	else
		status = parsed.cmd->run(&parsed.args);
	options_free(&parsed);
	return status;
}

int main(int argc, char **argv)
{
	out_begin();
	return out_finish(run(argc, argv));
}
