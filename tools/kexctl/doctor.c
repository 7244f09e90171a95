// SPDX-License-Identifier: GPL-2.0-only
/* The command doctor: what is right, what is not, and how to mend it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "doctor.h"
#include "out.h"

static const char * const verdicts[] = {
	[VERDICT_OK] = "OK",
	[VERDICT_WARN] = "WARN",
	[VERDICT_FAIL] = "FAIL",
};

/**
 * finding - note one
 * @list: gets it
 * @verdict: how bad it is
 * @check: what was looked at; not copied
 * @subject: of it, such as a node, whose name may be any bytes; or NULL
 * @fix: what to do; or NULL
 * @fmt: what was found, as printf()
 */
void finding(struct findings *list, enum verdict verdict, const char *check, const char *subject,
	     const char *fix, const char *fmt, ...)
{
	struct finding *one;
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	one = &list->items[list->count++];
	*one = (struct finding){
		.verdict = verdict,
		.check = check,
		.subject = subject ? printable(xstrdup(subject)) : NULL,
		.text = printable(text ? text : xstrdup("out of memory")),
		.fix = fix ? printable(xstrdup(fix)) : NULL,
	};
}

/**
 * finding_fixed_by - say how to mend the last finding
 * @list: where it is
 * @fmt: what to do, as printf()
 */
void finding_fixed_by(struct findings *list, const char *fmt, ...)
{
	struct finding *last = &list->items[list->count - 1];
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	free(last->fix);
	last->fix = text ? printable(text) : NULL;
}

static void findings_free(struct findings *list)
{
	while (list->count) {
		struct finding *one = &list->items[--list->count];

		free(one->subject);
		free(one->text);
		free(one->fix);
	}
	free(list->items);
}

static void print_finding(const struct finding *one)
{
	printf("%-5s %s: %s%s%s\n", verdicts[one->verdict], one->check,
	       one->subject ? one->subject : "", one->subject ? ": " : "", one->text);
	if (one->fix)
		printf("      fix: %s\n", one->fix);
}

static void print_for_scripts(const struct findings *list)
{
	struct records records = { 0 };
	struct record *record;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct finding *one = &list->items[i];

		record = records_add(&records, "finding", one->check);
		record_text(record, "verdict", verdicts[one->verdict]);
		if (one->subject)
			record_text(record, "subject", one->subject);
		record_text(record, "text", one->text);
		if (one->fix)
			record_text(record, "fix", one->fix);
	}
	out_show(&records);
	records_free(&records);
}

static size_t count_of(const struct findings *list, enum verdict verdict)
{
	size_t count = 0, i;

	for (i = 0; i < list->count; i++)
		count += list->items[i].verdict == verdict;
	return count;
}

/* Without those of which there are none: a script may look for FAIL */
static void note_sums(const struct findings *list)
{
	struct strings sums = { 0 };
	char *text;
	int verdict;

	for (verdict = VERDICT_FAIL; verdict >= VERDICT_OK; verdict--) {
		if (!count_of(list, verdict))
			continue;
		text = xprintf("%zu %s", count_of(list, verdict), verdicts[verdict]);
		strings_add(&sums, text);
		free(text);
	}
	text = strings_join(&sums, ", ");
	note("%s", text);
	free(text);
	strings_free(&sums);
}

static enum status doctor(const struct cmd_args *args)
{
	struct findings list = { 0 };
	enum status status;
	size_t i;

	(void)args;
	doctor_system(&list);
	doctor_tree(&list);
	if (globals.json || globals.names)
		print_for_scripts(&list);
	for (i = 0; !globals.json && !globals.names && i < list.count; i++)
		print_finding(&list.items[i]);
	/* In their order, should both go to one place */
	fflush(stdout);
	note_sums(&list);
	status = count_of(&list, VERDICT_FAIL) ? REFUSED : DONE;
	findings_free(&list);
	return status;
}

static const struct cmd cmds[] = {
	{
		.verb = "",
		.run = doctor,
		.synopsis = "",
		.summary = "what is right with this machine, what is not, and how to mend it",
		.help = "Looks at the module, configfs, the kernel's configuration, the group kex, the\n"
			"live device tree and /proc/iomem; changes nothing. For root: to others\n"
			"/proc/iomem does not tell what the kernel made of the memory. FAIL: something\n"
			"cannot work; WARN: one can do without it, or it works in part. The exit status\n"
			"is 2 when a finding is FAIL.\n"
			"\n"
			"Examples:\n"
			"  kexctl doctor\n"
			"  kexctl doctor --json | jq -r '.[] | select(.verdict != \"OK\").fix'",
	},
	{ .verb = NULL }
};

const struct noun noun_doctor = {
	.name = "doctor",
	.cmds = cmds,
};
