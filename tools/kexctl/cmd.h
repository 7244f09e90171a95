/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command table: what can be typed, what it calls, what its help says.
 * Parsing and all help are made from it; a new noun is a file with a struct
 * noun and a line in kexctl.c.
 */
#ifndef KEXCTL_CMD_H
#define KEXCTL_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "schema.gen.h"
#include "util.h"

struct kind;
struct records;

struct cmd_option {
	const char *name;	/* without the dashes; NULL ends a list */
	char letter;		/* or 0 */
	const char *arg;	/* what stands for its argument; NULL: takes none */
	const char *help;
};

struct cmd_given {
	const char *name;
	const char *value;	/* "" for an option without argument */
};

/* What was typed behind the verb, and which verb it was */
struct cmd_args {
	const struct noun *noun;
	const struct cmd *cmd;
	char **names;
	int count;
	struct cmd_given *given;
	size_t given_count;
};

struct cmd {
	const char *verb;	/* NULL ends a list; "" for a noun that is the command */
	enum status (*run)(const struct cmd_args *args);
	const char *synopsis;	/* what stands behind the verb, options left out */
	const char *summary;	/* one line */
	const char *help;	/* the rest, and examples */
	int min, max;		/* count of names; max < 0: any */
	bool changes;		/* what --dry-run prints rather than does */
	const struct cmd_option *options;
	const struct schema_object *creates;	/* has an option for each wish of it */
};

struct noun {
	const char *name;
	const char *summary;
	const struct kind *kind;	/* what it names is made in configfs; or NULL */
	const struct cmd *cmds;	/* the first is the default verb */
};

extern const struct noun * const nouns[];
extern const struct cmd_option global_options[];

extern const struct noun noun_carveout;
extern const struct noun noun_region;
extern const struct noun noun_window;
extern const struct noun noun_pool;
extern const struct noun noun_policy;
extern const struct noun noun_page;
extern const struct noun noun_features;
extern const struct noun noun_clear;
extern const struct noun noun_ps;
extern const struct noun noun_monitor;
extern const struct noun noun_map;
extern const struct noun noun_doctor;

/* opt.c */

struct parsed {
	const struct noun *noun;
	const struct cmd *cmd;
	struct cmd_args args;
	bool help;
	bool version;
};

enum status options_parse(int argc, char **argv, struct parsed *parsed);
void options_free(struct parsed *parsed);
size_t options_of(const struct cmd *cmd, struct cmd_option **list);
const char *option_value(const struct cmd_args *args, const char *name);
enum status each_name(const struct cmd_args *args, struct records *list,
		      enum status (*one)(const struct cmd_args *args, const char *name,
					 struct records *list));
bool noun_is_command(const struct noun *noun);

/* help.c */
void help_print(const struct parsed *parsed);
void help_hint(const struct parsed *parsed);
void version_print(void);

#endif /* KEXCTL_CMD_H */
