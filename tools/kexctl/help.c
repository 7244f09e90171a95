// SPDX-License-Identifier: GPL-2.0-only
/* All help, made from the command table and the schema; and the versions. */
#include <ctype.h>
#include <fcntl.h>
#include <linux/kex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "out.h"

#define KEXCTL_VERSION	"0.1"
#define MODULE_DIR	"/sys/module/kex"

/* Where the second column starts; a longer first one gets a line of its own */
#define HELP_COLUMN	30
#define HELP_WIDTH	79

/* Fold a text at blanks into the second column, from where the line now is */
static void print_folded(const char *text, int at)
{
	int len;

	if (at >= HELP_COLUMN) {
		putchar('\n');
		at = 0;
	}
	while (*text) {
		len = strcspn(text, " ");
		if (at > HELP_COLUMN && at + 1 + len > HELP_WIDTH) {
			putchar('\n');
			at = 0;
		}
		if (at < HELP_COLUMN)
			at += printf("%*s", HELP_COLUMN - at, "");
		else
			at += printf(" ");
		at += printf("%.*s", len, text);
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

static void print_option(const struct cmd_option *option)
{
	int at;

	if (option->letter)
		at = printf("  -%c, --%s", option->letter, option->name);
	else
		at = printf("      --%s", option->name);
	if (option->arg)
		at += printf(" %s", option->arg);
	print_folded(option->help, at);
}

static void print_global_options(void)
{
	const struct cmd_option *option;

	puts("\nOptions that hold everywhere:");
	for (option = global_options; option->name; option++)
		print_option(option);
}

static void print_command(const struct noun *noun, const struct cmd *cmd)
{
	char *left = xprintf("  %s%s%s%s%s", noun->name, *cmd->verb ? " " : "", cmd->verb,
			     *cmd->synopsis ? " " : "", cmd->synopsis);

	print_folded(cmd->summary, printf("%s", left));
	free(left);
}

static void print_commands(const struct noun *noun)
{
	const struct cmd *cmd;

	for (cmd = noun->cmds; cmd->verb; cmd++)
		print_command(noun, cmd);
}

static void help_tool(void)
{
	size_t i;

	puts("Usage: kexctl NOUN [VERB] [NAME] [OPTION]...\n"
	     "\n"
	     "Physical memory that the device tree sets aside, as regions that programs map\n"
	     "and that can be taken back while they do.\n"
	     "\n"
	     "Commands ('list' is what a noun does without a verb):");
	for (i = 0; nouns[i]; i++)
		print_commands(nouns[i]);
	print_global_options();
	puts("\n"
	     "A SIZE is bytes: 4096, 0x1000, 64K, 8M, 1G. A range is OFF+LEN, or OFF-END with\n"
	     "the end inclusive. A NAME has up to 31 of a-z, 0-9, '.', '_', '-'.\n"
	     "\n"
	     "Examples:\n"
	     "  kexctl carveout list                   what there is, and how much is free\n"
	     "  kexctl region create fb0 --size 8M     make it; the node is /dev/kex/fb0\n"
	     "  kexctl region evict fb0                take its pages from every process\n"
	     "  kexctl region show fb0 --json          all facts, for a script\n"
	     "  kexctl region dump fb0 0x1000+256 | xxd\n"
	     "  kexctl window create w0 --size 1M      an address range of its own\n"
	     "  kexctl window map w0 0x0 fb0 0+64K     that shows a part of fb0\n"
	     "  kexctl region poke fb0 0x40 0x1 -l     one 32-bit store\n"
	     "  kexctl pool create p0 --size 64M       memory that processes' pages move into\n"
	     "  kexctl region hold fb0                 take it away until it is restored\n"
	     "  kexctl monitor fb0                     see that happen, and each fault\n"
	     "  kexctl ps                              who has what mapped or open\n"
	     "  kexctl page phys @0x60000000           who has that memory, and where\n"
	     "  kexctl map                             a picture of what is where\n"
	     "  kexctl doctor                          why something does not come up\n"
	     "  kexctl region delete fb0 --force       take it away, whoever uses it\n"
	     "\n"
	     "Exit status: 0 done, 1 usage, 2 refused by the kernel or by the state of things,\n"
	     "3 not found, 4 not supported by this kernel.\n"
	     "\n"
	     "'kexctl NOUN --help' and 'kexctl NOUN VERB --help' say more.");
}

static void help_noun(const struct noun *noun)
{
	printf("Usage: kexctl %s [VERB] [NAME] [OPTION]...\n\n%s\n\nCommands:\n", noun->name,
	       noun->summary);
	print_commands(noun);
	print_global_options();
	printf("\n'kexctl %s VERB --help' says more.\n", noun->name);
}

static void print_words(const struct schema_attr *attr)
{
	const struct schema_word *word;
	char *left;

	for (word = attr->words; word && word->word; word++) {
		left = xprintf("        %s%s", word->word,
			       attr->def && !strcmp(attr->def, word->word) ? " (default)" : "");
		print_folded(word->meaning, printf("%s", left));
		free(left);
	}
}

static void print_created(const struct schema_object *object)
{
	const struct schema_attr *attr;
	char *help;

	for (attr = object->wishes; attr->name; attr++) {
		if (!attr->option)
			continue;
		if (attr->required)
			help = xprintf("%s; required", attr->meaning);
		else if (attr->option_value)
			help = xprintf("write %s=%s (%s: %s)", attr->name, attr->option_value,
				       attr->name, attr->meaning);
		else if (attr->words)
			help = xstrdup(attr->meaning);
		else
			help = xprintf("%s; default %s", attr->meaning, attr->def);
		print_option(&(struct cmd_option){ attr->option, 0, attr->option_arg, help });
		free(help);
		print_words(attr);
	}
}

static void help_cmd(const struct noun *noun, const struct cmd *cmd)
{
	const struct cmd_option *option;
	bool any = cmd->creates || cmd->options;

	printf("Usage: kexctl %s%s%s%s%s%s\n\n", noun->name, *cmd->verb ? " " : "", cmd->verb,
	       *cmd->synopsis ? " " : "", cmd->synopsis, any ? " [OPTION]..." : "");
	printf("%c%s.\n", toupper((unsigned char)*cmd->summary), cmd->summary + 1);
	if (cmd->help)
		printf("\n%s\n", cmd->help);
	if (any)
		puts("\nOptions:");
	if (cmd->creates)
		print_created(cmd->creates);
	for (option = cmd->options; option && option->name; option++)
		print_option(option);
	print_global_options();
}

/**
 * help_print - explain on stdout, as far as noun and verb were given
 * @parsed: what was typed
 */
void help_print(const struct parsed *parsed)
{
	if (parsed->cmd)
		help_cmd(parsed->noun, parsed->cmd);
	else if (parsed->noun)
		help_noun(parsed->noun);
	else
		help_tool();
}

/**
 * help_hint - say on stderr where the help for a wrong command line is
 * @parsed: what was typed
 */
void help_hint(const struct parsed *parsed)
{
	const struct cmd *cmd = parsed->cmd;
	bool verb = cmd && *cmd->verb;

	note("try: kexctl %s%s%s%s--help", parsed->noun ? parsed->noun->name : "",
	     parsed->noun ? " " : "", verb ? cmd->verb : "", verb ? " " : "");
}

/* What the loaded module says of itself; one without a version is still loaded */
static char *module_version(void)
{
	char *version = read_text(AT_FDCWD, MODULE_DIR "/version");

	if (!version && access(MODULE_DIR, F_OK) == 0)
		version = xstrdup("loaded");
	return version ? version : xstrdup("not loaded");
}

/**
 * version_print - versions of the tool, the loaded module, and the ABI of nodes
 */
void version_print(void)
{
	char *module = module_version();
	struct records list = { 0 };
	struct record *record;

	if (globals.json) {
		record = records_add(&list, "tool", "kexctl");
		record_text(record, "version", KEXCTL_VERSION);
		record_number(record, "abi", KEX_ABI_VERSION);
		record = records_add(&list, "module", "kex");
		record_text(record, "version", module);
		out_show(&list);
	} else {
		printf("kexctl %s\nmodule %s\nABI %d\n", KEXCTL_VERSION, module, KEX_ABI_VERSION);
	}
	records_free(&list);
	free(module);
}
