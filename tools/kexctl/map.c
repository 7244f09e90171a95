// SPDX-License-Identifier: GPL-2.0-only
/* The command map: a picture of the carve-outs, for a terminal, a file or a script. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "draw.h"
#include "guard.h"
#include "parse.h"

/* Of a picture where nobody says how wide it may be, and what is of use at all */
#define WIDTH_USUAL	80
#define WIDTH_MIN	40
#define WIDTH_MAX	200

static const char * const part_kinds[] = {
	[PART_FREE] = "free",
	[PART_REGION] = "region",
	[PART_POOL] = "pool",
};

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

static unsigned int terminal_width(void)
{
	struct winsize size;
	unsigned int width = WIDTH_USUAL;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	if (width > WIDTH_MAX)
		return WIDTH_MAX;
	return width < WIDTH_MIN ? WIDTH_MIN : width;
}

/* no-color.org, and terminals that know no colours */
static bool has_colour(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && term && *term &&
	       strcmp(term, "dumb");
}

/*
 * By the name of the locale: small systems have a terminal that knows UTF-8, and
 * no locale installed.
 */
static bool has_utf8(void)
{
	static const char * const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *charset;
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		if (!is_set(variables[i]))
			continue;
		charset = strchr(getenv(variables[i]), '.');
		return charset && (!strncasecmp(charset, ".utf-8", strlen(".utf-8")) ||
				   !strncasecmp(charset, ".utf8", strlen(".utf8")));
	}
	return false;
}

static struct canvas canvas_of_terminal(void)
{
	return (struct canvas){
		.width = terminal_width(),
		.colour = has_colour(),
		.utf8 = has_utf8(),
	};
}

static void record_phys(struct record *record, const struct scene *scene, uint64_t off)
{
	uint64_t phys;

	if (scene_phys(scene, off, &phys))
		record_addr(record, "phys", phys);
}

/* Which windows look at a region, as "w0,w1" */
static char *lent_to(const struct scene *scene, const struct part *part)
{
	char *names = NULL;
	size_t i, j;

	for (i = 0; part->kind == PART_REGION && i < scene->view_count; i++) {
		const struct view *view = &scene->views[i];

		for (j = 0; j < view->pieces.count; j++)
			if (!strcmp(view->pieces.items[j].region, part->name))
				break;
		if (j < view->pieces.count)
			xappend(&names, "%s%s", names ? "," : "", view->name);
	}
	return names;
}

/* What is known of a part beside its place, in lists for people and scripts alike */
static void record_part(struct record *record, const struct scene *scene,
			const struct part *part)
{
	char *lent;

	if (part->off != OFF_NOWHERE)
		record_phys(record, scene, part->off);
	record_size(record, "size", part->size);
	if (part->kind == PART_FREE)
		return;
	if (part->kind == PART_POOL) {
		record_size(record, "used", part->filled);
		return;
	}
	record_text(record, "cache", part->cache);
	record_text(record, "state", part->state);
	record_size(record, "resident", part->filled);
	lent = lent_to(scene, part);
	if (lent)
		record_text(record, "lent", lent);
	free(lent);
}

static void print_parts(const struct scene *scene)
{
	static const char * const columns[] = { "offset", "size", "kind", "name", "cache",
						"state", "resident", "used", "lent", NULL };
	static const char * const with_phys[] = { "offset", "phys", "size", "kind", "name",
						  "cache", "state", "resident", "used", "lent",
						  NULL };
	struct records list = { 0 };
	struct record *record;
	size_t i;

	for (i = 0; i < scene->parts.count; i++) {
		const struct part *part = &scene->parts.items[i];

		record = records_add(&list, part_kinds[part->kind],
				     part->name ? part->name : "-");
		record_addr(record, "offset", part->off);
		record_part(record, scene, part);
	}
	out_table(&list, scene->extents ? with_phys : columns);
	records_free(&list);
}

static void print_views(const struct scene *scene)
{
	static const char * const columns[] = { "window", "size", "hole", "state", "resident",
						"pieces", NULL };
	struct records list = { 0 };
	struct record *record;
	size_t i;

	for (i = 0; i < scene->view_count; i++) {
		const struct view *view = &scene->views[i];

		record = records_add(&list, "window", view->name);
		record_text(record, "window", view->name);
		record_size(record, "size", view->size);
		record_text(record, "hole", view->hole);
		record_text(record, "state", view->state);
		record_size(record, "resident", view->resident);
		record_number(record, "pieces", view->pieces.count);
	}
	if (list.count)
		putchar('\n');
	out_table(&list, columns);
	records_free(&list);
}

static void print_title(const struct scene *scene)
{
	char text[SIZE_TEXT_MAX];
	size_t i;

	printf("%s: ", scene->name);
	if (!scene->bound) {
		puts("not bound");
		return;
	}
	fputs(format_size(scene->size, text), stdout);
	for (i = 0; scene->extents && i < scene->extent_count; i++) {
		const struct extent *extent = &scene->extents[i];

		printf("%s 0x%llx-0x%llx", i ? "," : " at", (unsigned long long)extent->start,
		       (unsigned long long)(extent->start + extent->size - 1));
	}
	printf(", %s free", format_size(scene->free, text));
	if (scene->largest_free != scene->free)
		printf(", %s of it in one piece", format_size(scene->largest_free, text));
	putchar('\n');
}

/* What is not to be seen in the picture */
static void print_notes(const struct scene *scene)
{
	char *idle = strings_join(&scene->idle, ", "), text[SIZE_TEXT_MAX];
	uint64_t taken = scene->bound ? scene_taken(scene) : 0;
	size_t i;

	for (i = 0; i < scene->away.count; i++)
		printf("%spool %s, %s used", i ? "; " : "of system memory: ",
		       scene->away.items[i].name, format_size(scene->away.items[i].filled, text));
	if (i)
		putchar('\n');
	if (taken)
		printf("%s of what looks free was revoked, and is still open somewhere\n",
		       format_size(taken, text));
	if (*idle)
		printf("configured only: %s\n", idle);
	free(idle);
}

static void print_scenes(const struct scenes *list)
{
	const struct canvas canvas = canvas_of_terminal();
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct scene *scene = &list->items[i];

		print_title(scene);
		if (scene->parts.count) {
			putchar('\n');
			draw_scene(stdout, scene, &canvas);
			putchar('\n');
			print_parts(scene);
		}
		print_views(scene);
		print_notes(scene);
		putchar('\n');
	}
	draw_legend(stdout, list, &canvas);
}

static void json_ranges(struct record *record, const struct scene *scene)
{
	struct field *field = record_table(record, "ranges");
	struct record *row;
	uint64_t off = 0;
	size_t i;

	for (i = 0; scene->extents && i < scene->extent_count; i++) {
		row = table_add(field, "");
		record_size(row, "offset", off);
		record_phys(row, scene, off);
		record_size(row, "size", scene->extents[i].size);
		off += scene->extents[i].size;
	}
}

static struct record *json_part(struct field *field, const struct scene *scene,
				const struct part *part)
{
	struct record *row = table_add(field, "");

	record_text(row, "kind", part_kinds[part->kind]);
	if (part->name)
		record_text(row, "name", part->name);
	if (part->off != OFF_NOWHERE)
		record_size(row, "offset", part->off);
	record_part(row, scene, part);
	return row;
}

/* What has an offset is the carve-out, side by side; a pool of system memory has none */
static void json_parts(struct record *record, const struct scene *scene)
{
	struct field *field = record_table(record, "parts");
	size_t i;

	for (i = 0; i < scene->parts.count; i++)
		json_part(field, scene, &scene->parts.items[i]);
	for (i = 0; i < scene->away.count; i++)
		record_text(json_part(field, scene, &scene->away.items[i]), "backing", "system");
}

static void json_views(struct record *record, const struct scene *scene)
{
	struct field *field = record_table(record, "windows");
	struct record *row;
	size_t i;

	for (i = 0; i < scene->view_count; i++) {
		const struct view *view = &scene->views[i];

		row = table_add(field, "");
		record_text(row, "kind", "window");
		record_text(row, "name", view->name);
		record_size(row, "size", view->size);
		record_text(row, "hole", view->hole);
		record_text(row, "state", view->state);
		record_size(row, "resident", view->resident);
		pieces_record(&view->pieces, row, "pieces");
	}
}

/* An object for each carve-out: what is drawn of it, as numbers */
static void print_json(const struct scenes *list)
{
	struct records records = { 0 };
	struct record *record;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct scene *scene = &list->items[i];

		record = records_add(&records, "carveout", scene->name);
		record_number(record, "bound", scene->bound);
		record_size(record, "size", scene->size);
		record_size(record, "free", scene->free);
		record_size(record, "largest_free", scene->largest_free);
		record_size(record, "revoked", scene->bound ? scene_taken(scene) : 0);
		json_ranges(record, scene);
		json_parts(record, scene);
		json_views(record, scene);
	}
	out_show(&records);
	records_free(&records);
}

static enum status refused_file(const char *name, int err)
{
	return fail(REFUSED, "--svg %s: %s", name, strerror(err));
}

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t put;

	for (; len; text += put, len -= put) {
		put = write(fd, text, len);
		if (put < 0 && errno != EINTR)
			return errno;
		if (put < 0)
			put = 0;
	}
	return 0;
}

static int close_written(int fd, int err)
{
	if (close(fd) && !err)
		err = errno;
	return err;
}

/* A pipe or a device takes what it gets */
static int write_through(const char *name, const char *text, size_t len)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? errno : close_written(fd, write_all(fd, text, len));
}

/* As open() would have made it; what is replaced keeps its mode */
static mode_t mode_for(const struct stat *before)
{
	mode_t mask;

	if (before->st_mode)
		return before->st_mode & 07777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

/* Beside the old one, in whose place it comes when it is whole */
static int write_beside(const char *name, const struct stat *before, const char *text, size_t len)
{
	char *real = realpath(name, NULL), *beside;
	int fd, err;

	beside = xprintf("%s.XXXXXX", real ? real : name);
	fd = mkostemp(beside, O_CLOEXEC);
	err = fd < 0 ? errno : write_all(fd, text, len);
	if (!err && fchmod(fd, mode_for(before)))
		err = errno;
	/* Root leaves a user's file with its user */
	if (!err && before->st_mode && !geteuid() && fchown(fd, before->st_uid, before->st_gid))
		err = errno;
	if (fd >= 0)
		err = close_written(fd, err);
	if (!err && rename(beside, real ? real : name))
		err = errno;
	if (fd >= 0 && err)
		unlink(beside);
	free(beside);
	free(real);
	return err;
}

static bool is_stdout(const char *name)
{
	return !strcmp(name, "-");
}

static enum status write_svg(const char *name, const char *text, size_t len)
{
	struct stat before = { 0 };
	int err;

	if (is_stdout(name)) {
		fwrite(text, 1, len, stdout);
		return DONE;
	}
	if (stat(name, &before) && errno != ENOENT)
		return refused_file(name, errno);
	if (before.st_mode && access(name, W_OK))
		return refused_file(name, errno);
	if (before.st_mode && !S_ISREG(before.st_mode)) {
		err = write_through(name, text, len);
		return err ? refused_file(name, err) : DONE;
	}
	guard_begin();
	/* Else a limit of file sizes would end us, and half a file stay */
	signal(SIGXFSZ, SIG_IGN);
	err = write_beside(name, &before, text, len);
	guard_end();
	return err ? refused_file(name, err) : DONE;
}

static enum status map_svg(const char *name, const struct scenes *list)
{
	enum status status = DONE;
	size_t len = 0;
	char *text = NULL;
	FILE *to;

	if (globals.dry_run) {
		text = shell_quoted(name);
		printf("kexctl map --svg -%s%s\n", is_stdout(name) ? "" : " > ",
		       is_stdout(name) ? "" : text);
		free(text);
		return DONE;
	}
	to = open_memstream(&text, &len);
	if (to)
		svg_draw(to, list);
	if (!to || fclose(to))
		status = fail(REFUSED, "out of memory");
	if (!status)
		status = write_svg(name, text, len);
	free(text);
	return status;
}

static void map_names(const struct scenes *list)
{
	struct records records = { 0 };
	size_t i;

	for (i = 0; i < list->count; i++)
		records_add(&records, "carveout", list->items[i].name);
	out_names(&records);
	records_free(&records);
}

static enum status map(const struct cmd_args *args)
{
	const char *svg = option_value(args, "svg");
	struct scenes list = { 0 };
	enum status status;

	if (svg && (globals.json || globals.names))
		return fail(USAGE, "map: --svg is a form of its own: not with --json or --names");
	if (svg && !*svg)
		return fail(USAGE, "map: --svg: missing file (- is stdout)");
	status = scenes_take(&list);
	if (!status && svg)
		status = map_svg(svg, &list);
	else if (!status && globals.names)
		map_names(&list);
	else if (!status && globals.json)
		print_json(&list);
	else if (!status)
		print_scenes(&list);
	scenes_free(&list);
	return status;
}

static const struct cmd_option options[] = {
	{ "svg", 0, "FILE", "draw it as SVG into FILE; - is stdout" },
	{ NULL, 0, NULL, NULL }
};

static const struct cmd cmds[] = {
	{
		.verb = "",
		.run = map,
		.synopsis = "",
		.summary = "a picture of the carve-outs: regions, windows, pools, what is free",
		.help = "Parts are as wide as they are long, but wide enough for their labels. The\n"
			"filled part of a region stands for how much of it page tables lead to, that\n"
			"of a pool for how much it holds; not for which bytes those are. Below it are\n"
			"the bytes that windows show. Physical addresses are for those alone who see\n"
			"them in /proc/iomem.\n"
			"\n"
			"Colours are for a terminal, unless NO_COLOR is set; in a locale that is not\n"
			"UTF-8, the picture is ASCII. FILE is there whole or, after an error, as before.\n"
			"\n"
			"Examples:\n"
			"  kexctl map\n"
			"  kexctl map --svg map.svg\n"
			"  kexctl map --json | jq '.[0].parts[] | select(.kind == \"free\").size'",
		.options = options,
	},
	{ .verb = NULL }
};

const struct noun noun_map = {
	.name = "map",
	.cmds = cmds,
};
