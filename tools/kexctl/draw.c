// SPDX-License-Identifier: GPL-2.0-only
/*
 * A carve-out in characters: a bar in which everything has its place, in rows
 * when labels need more room; below it, where windows look. Nothing here
 * touches the system.
 */
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "layout.h"
#include "parse.h"

/* What fills a cell */
enum ink {
	INK_BLANK,
	INK_FREE,
	INK_MAPPED,		/* a region's bytes that page tables lead to */
	INK_REGION,		/* those that they do not */
	INK_EVICTED,
	INK_HELD,
	INK_USED,		/* a pool's bytes that hold some of a process */
	INK_POOL,
	INK_EDGE,
	INK_RANGE,		/* the edge between two ranges of memory */
	INK_WINDOW,
	INK_LABEL,
};

static const struct {
	const char *utf8, *ascii, *colour, *meaning;
} inks[] = {
	[INK_BLANK] = { " ", " ", "", NULL },
	[INK_FREE] = { "·", ".", "2", "free" },
	[INK_MAPPED] = { "█", "#", "32", "mapped" },
	[INK_REGION] = { "▒", "=", "32", "not mapped" },
	[INK_EVICTED] = { "░", "-", "33", "evicted" },
	[INK_HELD] = { "╳", "x", "31", "held" },
	[INK_USED] = { "▓", "@", "34", "pool, used" },
	[INK_POOL] = { "▁", "_", "34", "pool, unused" },
	[INK_EDGE] = { "│", "|", "", NULL },
	[INK_RANGE] = { "║", "!", "", "end of a range of memory" },
	[INK_WINDOW] = { "▔", "^", "36", "lent to a window" },
	[INK_LABEL] = { NULL, NULL, "1", NULL },
};

#define INK_COUNT	(sizeof(inks) / sizeof(*inks))

/* A line of cells; of a label, each cell has a character of its own */
struct line {
	enum ink *inks;
	char *label;
	unsigned int width;
};

static void line_begin(struct line *line, unsigned int width)
{
	unsigned int i;

	line->width = width;
	line->inks = xrealloc(NULL, width * sizeof(*line->inks));
	line->label = xrealloc(NULL, width);
	for (i = 0; i < width; i++)
		line->inks[i] = INK_BLANK;
}

static void line_fill(struct line *line, unsigned int at, unsigned int count, enum ink ink)
{
	for (; count && at < line->width; count--)
		line->inks[at++] = ink;
}

static void line_label(struct line *line, unsigned int at, const char *text, unsigned int room)
{
	for (; *text && room && at < line->width; room--) {
		line->inks[at] = INK_LABEL;
		/* A cell is a character, and a terminal takes no orders from a name */
		line->label[at++] = *text >= ' ' && *text <= '~' ? *text : '?';
		text++;
	}
}

static void put_ink(FILE *to, const struct line *line, unsigned int at,
		    const struct canvas *canvas)
{
	enum ink ink = line->inks[at];

	if (ink == INK_LABEL)
		fputc(line->label[at], to);
	else
		fputs(canvas->utf8 ? inks[ink].utf8 : inks[ink].ascii, to);
}

static void set_colour(FILE *to, const struct canvas *canvas, const char *colour)
{
	if (canvas->colour)
		fprintf(to, "\033[%sm", colour);
}

static void line_end(FILE *to, struct line *line, const struct canvas *canvas)
{
	unsigned int end = line->width, i;
	const char *now = "", *wanted;

	while (end && line->inks[end - 1] == INK_BLANK)
		end--;
	for (i = 0; i < end; i++) {
		wanted = inks[line->inks[i]].colour;
		if (strcmp(now, wanted) && *now)
			set_colour(to, canvas, "0");
		if (strcmp(now, wanted) && *wanted)
			set_colour(to, canvas, wanted);
		now = wanted;
		put_ink(to, line, i, canvas);
	}
	if (*now)
		set_colour(to, canvas, "0");
	fputc('\n', to);
	free(line->inks);
	free(line->label);
}

/* Some parts, side by side */
struct row {
	const struct scene *scene;
	const struct part *parts;
	const struct slot *slots;
	size_t count;
	unsigned int width;
};

static const char *label_of(const struct part *part, char buf[SIZE_TEXT_MAX])
{
	return part->name ? part->name : format_size(part->size, buf);
}

static enum ink ink_of(const struct part *part, bool filled)
{
	if (part->kind == PART_FREE)
		return INK_FREE;
	if (part->kind == PART_POOL)
		return filled ? INK_USED : INK_POOL;
	if (!strcmp(part->state, "held"))
		return INK_HELD;
	if (filled)
		return INK_MAPPED;
	return strcmp(part->state, "evicted") ? INK_REGION : INK_EVICTED;
}

/* Each part starts with an edge; so does what is behind the last one */
static void put_edges(struct line *line, const struct row *row)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		line_fill(line, row->slots[i].at, 1,
			  row->parts[i].extent && row->parts[i].off ? INK_RANGE : INK_EDGE);
	line_fill(line, row->width, 1, INK_EDGE);
}

static void draw_labels(FILE *to, const struct row *row, const struct canvas *canvas)
{
	char buf[SIZE_TEXT_MAX];
	struct line line;
	size_t i;

	line_begin(&line, row->width + 1);
	put_edges(&line, row);
	for (i = 0; i < row->count; i++)
		line_label(&line, row->slots[i].at + 1, label_of(&row->parts[i], buf),
			   row->slots[i].width - 1);
	line_end(to, &line, canvas);
}

static void draw_fill(FILE *to, const struct row *row, const struct canvas *canvas)
{
	unsigned int inside, filled;
	struct line line;
	size_t i;

	line_begin(&line, row->width + 1);
	put_edges(&line, row);
	for (i = 0; i < row->count; i++) {
		const struct part *part = &row->parts[i];

		inside = row->slots[i].width - 1;
		filled = layout_share(part->filled < part->size ? part->filled : part->size,
				      part->size, inside);
		line_fill(&line, row->slots[i].at + 1, filled, ink_of(part, true));
		line_fill(&line, row->slots[i].at + 1 + filled, inside - filled,
			  ink_of(part, false));
	}
	line_end(to, &line, canvas);
}

static const struct slot *slot_of(const struct row *row, const struct part *part)
{
	if (!part || part < row->parts || part >= row->parts + row->count)
		return NULL;
	return &row->slots[part - row->parts];
}

/* Return: behind the last cell that was marked; 0 when the row has none of it */
static unsigned int mark_piece(struct line *line, const struct row *row,
			       const struct piece *piece)
{
	const struct part *part = scene_part(row->scene, piece->region);
	const struct slot *slot = slot_of(row, part);
	struct slot inside;
	unsigned int from, to;

	if (!slot || piece->roff > part->size || piece->len > part->size - piece->roff)
		return 0;
	inside = (struct slot){ .len = slot->len, .at = slot->at + 1, .width = slot->width - 1 };
	from = layout_at(&inside, piece->roff);
	to = layout_at(&inside, piece->roff + piece->len);
	line_fill(line, from, to > from ? to - from : 1, INK_WINDOW);
	return to > from ? to : from + 1;
}

/* Its name stands behind the marks, or before them when there is no more room */
static void label_view(struct line *line, const char *name, unsigned int end)
{
	unsigned int len = strlen(name), first = 0;

	while (line->inks[first] == INK_BLANK)
		first++;
	if (end + 1 + len <= line->width)
		line_label(line, end + 1, name, len);
	else if (first > len)
		line_label(line, first - 1 - len, name, len);
	else
		line_label(line, 0, name, len);
}

static void draw_views(FILE *to, const struct row *row, const struct canvas *canvas)
{
	unsigned int end, at;
	struct line line;
	size_t i, j;

	for (i = 0; i < row->scene->view_count; i++) {
		const struct view *view = &row->scene->views[i];

		line_begin(&line, row->width + 1);
		for (end = 0, j = 0; j < view->pieces.count; j++) {
			at = mark_piece(&line, row, &view->pieces.items[j]);
			if (at > end)
				end = at;
		}
		if (end) {
			label_view(&line, view->name, end);
			line_end(to, &line, canvas);
		} else {
			free(line.inks);
			free(line.label);
		}
	}
}

/* Where the row starts, and where it ends */
static void draw_scale(FILE *to, const struct row *row, const struct canvas *canvas)
{
	const struct part *last = &row->parts[row->count - 1];
	char *from = xprintf("0x%llx", (unsigned long long)row->parts[0].off);
	char *end = xprintf("0x%llx", (unsigned long long)(last->off + last->size));
	int room = (int)row->width + 1 - (int)strlen(from);

	set_colour(to, canvas, "2");
	fprintf(to, "%s%*s", from, room > (int)strlen(end) ? room : (int)strlen(end) + 1, end);
	set_colour(to, canvas, "0");
	fputc('\n', to);
	free(end);
	free(from);
}

static void draw_rows(FILE *to, const struct scene *scene, struct slot *slots,
		      const struct canvas *canvas)
{
	struct row row = { .scene = scene, .width = canvas->width - 1 };
	size_t from;

	for (from = 0; from < scene->parts.count; from += row.count) {
		row.parts = scene->parts.items + from;
		row.slots = slots + from;
		row.count = layout_row(slots + from, scene->parts.count - from, row.width);
		draw_labels(to, &row, canvas);
		draw_fill(to, &row, canvas);
		draw_views(to, &row, canvas);
		draw_scale(to, &row, canvas);
	}
}

/**
 * draw_scene - the bar of a carve-out
 * @to: where to write
 * @scene: the carve-out
 * @canvas: at least 40 wide
 */
void draw_scene(FILE *to, const struct scene *scene, const struct canvas *canvas)
{
	const struct parts *parts = &scene->parts;
	char buf[SIZE_TEXT_MAX];
	struct slot *slots;
	size_t i;

	if (!parts->count)
		return;
	slots = xrealloc(NULL, parts->count * sizeof(*slots));
	for (i = 0; i < parts->count; i++)
		slots[i] = (struct slot){
			.len = parts->items[i].size,
			.min = 1 + strlen(label_of(&parts->items[i], buf)),
		};
	draw_rows(to, scene, slots, canvas);
	free(slots);
}

static void note_inks(const struct scene *scene, bool seen[INK_COUNT])
{
	size_t i, j;

	for (i = 0; i < scene->parts.count; i++) {
		const struct part *part = &scene->parts.items[i];

		seen[ink_of(part, true)] |= part->filled || part->kind == PART_FREE;
		seen[ink_of(part, false)] |= part->filled < part->size;
		seen[INK_RANGE] |= part->extent && part->off;
	}
	for (i = 0; i < scene->view_count; i++)
		for (j = 0; j < scene->views[i].pieces.count; j++)
			seen[INK_WINDOW] |= !!scene_part(scene,
							 scene->views[i].pieces.items[j].region);
}

static void put_meaning(FILE *to, enum ink ink, const struct canvas *canvas)
{
	if (*inks[ink].colour)
		set_colour(to, canvas, inks[ink].colour);
	fputs(canvas->utf8 ? inks[ink].utf8 : inks[ink].ascii, to);
	if (*inks[ink].colour)
		set_colour(to, canvas, "0");
	fprintf(to, " %s", inks[ink].meaning);
}

/**
 * draw_legend - what the characters mean that were drawn
 * @to: where to write
 * @scenes: what was drawn
 * @canvas: as it was drawn
 */
void draw_legend(FILE *to, const struct scenes *scenes, const struct canvas *canvas)
{
	bool seen[INK_COUNT] = { false };
	unsigned int at = 0, len;
	size_t i;

	for (i = 0; i < scenes->count; i++)
		note_inks(&scenes->items[i], seen);
	for (i = 0; i < INK_COUNT; i++) {
		if (!seen[i] || !inks[i].meaning)
			continue;
		len = 2 + strlen(inks[i].meaning);
		if (at && at + 2 + len > canvas->width) {
			fputc('\n', to);
			at = 0;
		} else if (at) {
			fputs("  ", to);
			at += 2;
		}
		put_meaning(to, i, canvas);
		at += len;
	}
	if (at)
		fputc('\n', to);
}
