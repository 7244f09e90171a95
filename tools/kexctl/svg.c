// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carve-outs as SVG: boxes for what is in them, boxes for windows below, and
 * bands from what is lent to where it is seen. Nothing here touches the system.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "layout.h"
#include "parse.h"

/* Pixels */
#define WIDTH		960
#define MARGIN		24
#define INSIDE		(WIDTH - 2 * MARGIN)
#define TITLE_HEIGHT	44
#define BOX_HEIGHT	66
#define SCALE_HEIGHT	26
#define BAND_HEIGHT	54
#define VIEW_HEIGHT	48
#define VIEW_WIDTH	240
#define METER_HEIGHT	9
#define PADDING		6
#define LEGEND_HEIGHT	40

/* Of a character in the three sizes of text */
#define NAME_CHAR	8
#define SMALL_CHAR	7

static const char head[] =
	"<style>\n"
	"text { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1f2933; }\n"
	".title { font-size: 17px; font-weight: bold; }\n"
	".name { font-size: 13px; font-weight: bold; }\n"
	".small { font-size: 11px; fill: #52606d; }\n"
	".box { stroke: #3e4c59; stroke-width: 1; }\n"
	".free { fill: #ffffff; stroke: #9aa5b1; stroke-width: 1; stroke-dasharray: 4 3; }\n"
	".resident { fill: #dff3e4; }\n"
	".evicted { fill: #fdf0c8; }\n"
	".held { fill: #fbd9d7; }\n"
	".pool { fill: #dce8fb; }\n"
	".view { fill: #ddf1f4; }\n"
	".empty { fill: #ffffff; stroke: #3e4c59; stroke-width: 0.5; }\n"
	".mapped { fill: #2f9e5b; }\n"
	".used { fill: #2f6fd0; }\n"
	".lent { fill: #1d8a99; }\n"
	".band { fill: #1d8a99; fill-opacity: 0.16; }\n"
	".range { stroke: #1f2933; stroke-width: 4; }\n"
	"</style>\n";

/* What is drawn of one carve-out */
struct sheet {
	FILE *to;
	const struct scene *scene;
	struct slot *slots;	/* of the parts */
	unsigned int *tops;	/* of their rows */
	unsigned int y;
};

static void put_escaped(FILE *to, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		default:
			fputc(*text >= ' ' && *text <= '~' ? *text : '?', to);
		}
	}
}

static void put_text(FILE *to, const char *class, unsigned int x, unsigned int y,
		     const char *fmt, ...) PRINTF(5, 6);

static void put_text(FILE *to, const char *class, unsigned int x, unsigned int y,
		     const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	fprintf(to, "<text class=\"%s\" x=\"%u\" y=\"%u\">", class, x, y);
	put_escaped(to, text ? text : "");
	fputs("</text>\n", to);
	free(text);
}

static void put_box(FILE *to, const char *class, unsigned int x, unsigned int y,
		    unsigned int width, unsigned int height)
{
	fprintf(to, "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>\n", class, x,
		y, width, height);
}

static const char *class_of(const struct part *part)
{
	if (part->kind == PART_FREE)
		return "free";
	if (part->kind == PART_POOL)
		return "box pool";
	if (!strcmp(part->state, "held"))
		return "box held";
	return strcmp(part->state, "evicted") ? "box resident" : "box evicted";
}

static const char *what_is(const struct part *part)
{
	if (part->kind == PART_FREE)
		return "free";
	return part->kind == PART_POOL ? "pool" : "region";
}

/* What a pointer that rests there shows, and what is read aloud */
static void put_story(const struct sheet *sheet, const struct part *part)
{
	char text[SIZE_TEXT_MAX];
	FILE *to = sheet->to;
	uint64_t phys;

	fprintf(to, "<title>%s", what_is(part));
	if (part->name) {
		fputc(' ', to);
		put_escaped(to, part->name);
	}
	fprintf(to, ": %s at 0x%llx", format_size(part->size, text),
		(unsigned long long)part->off);
	if (scene_phys(sheet->scene, part->off, &phys))
		fprintf(to, ", physical 0x%llx", (unsigned long long)phys);
	if (part->kind == PART_REGION) {
		fputs(", ", to);
		put_escaped(to, part->cache);
		fputs(", ", to);
		put_escaped(to, part->state);
	}
	if (part->kind != PART_FREE)
		fprintf(to, ", %s %s", format_size(part->filled, text),
			part->kind == PART_POOL ? "used" : "mapped");
	fputs("</title>\n", to);
}

static void put_meter(FILE *to, const struct part *part, unsigned int x, unsigned int y,
		      unsigned int width)
{
	uint64_t filled = part->filled < part->size ? part->filled : part->size;

	put_box(to, "empty", x, y, width, METER_HEIGHT);
	put_box(to, part->kind == PART_POOL ? "used" : "mapped", x, y,
		layout_share(filled, part->size, width), METER_HEIGHT);
}

static bool has_room(const char *text, unsigned int width)
{
	return strlen(text) * SMALL_CHAR + PADDING <= width;
}

/* The lines below the name, as far as they are not wider than the box */
static void put_details(FILE *to, const struct part *part, unsigned int x, unsigned int y,
			unsigned int width)
{
	char size[SIZE_TEXT_MAX], filled[SIZE_TEXT_MAX], *more;

	format_size(part->size, size);
	if (part->kind == PART_POOL)
		more = xprintf("%s, %s used", size, format_size(part->filled, filled));
	else
		more = xprintf("%s %s", size, part->cache);
	if (has_room(more, width))
		put_text(to, "small", x, y, "%s", more);
	else if (has_room(size, width))
		put_text(to, "small", x, y, "%s", size);
	if (part->kind == PART_REGION && has_room(part->state, width))
		put_text(to, "small", x, y + 13, "%s", part->state);
	free(more);
}

static void put_part(const struct sheet *sheet, size_t i)
{
	const struct part *part = &sheet->scene->parts.items[i];
	unsigned int x = MARGIN + sheet->slots[i].at, y = sheet->tops[i];
	unsigned int width = sheet->slots[i].width;
	char text[SIZE_TEXT_MAX];
	FILE *to = sheet->to;

	fputs("<g>\n", to);
	put_story(sheet, part);
	put_box(to, class_of(part), x, y, width, BOX_HEIGHT);
	if (part->kind == PART_FREE) {
		put_text(to, "small", x + PADDING, y + 18, "%s", format_size(part->size, text));
	} else {
		put_text(to, "name", x + PADDING, y + 18, "%s", part->name);
		put_details(to, part, x + PADDING, y + 32, width - PADDING);
		put_meter(to, part, x, y + BOX_HEIGHT - METER_HEIGHT, width);
	}
	if (part->extent && part->off)
		fprintf(to, "<line class=\"range\" x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\"/>\n", x,
			y - 4, x, y + BOX_HEIGHT + 4);
	fputs("</g>\n", to);
}

/* Where parts start, as far as the numbers do not touch, and where the row ends */
static void put_scale(const struct sheet *sheet, size_t from, size_t count)
{
	const struct part *parts = sheet->scene->parts.items;
	const struct part *last = &parts[from + count - 1];
	unsigned int y = sheet->tops[from] + BOX_HEIGHT + 16, free_from = 0, x, end_x;
	char *end, *text;
	size_t i;

	end = xprintf("0x%llx", (unsigned long long)(last->off + last->size));
	end_x = INSIDE - strlen(end) * SMALL_CHAR;
	for (i = from; i < from + count; i++) {
		text = xprintf("0x%llx", (unsigned long long)parts[i].off);
		x = sheet->slots[i].at;
		if (x >= free_from && x + (strlen(text) + 1) * SMALL_CHAR <= end_x) {
			put_text(sheet->to, "small", MARGIN + x, y, "%s", text);
			free_from = x + (strlen(text) + 1) * SMALL_CHAR;
		}
		free(text);
	}
	put_text(sheet->to, "small", MARGIN + end_x, y, "%s", end);
	free(end);
}

static unsigned int width_of_label(const struct part *part)
{
	char text[SIZE_TEXT_MAX];

	if (part->name)
		return strlen(part->name) * NAME_CHAR + 2 * PADDING;
	return strlen(format_size(part->size, text)) * SMALL_CHAR + 2 * PADDING;
}

static void place_parts(struct sheet *sheet)
{
	const struct parts *parts = &sheet->scene->parts;
	size_t i, from, count;

	for (i = 0; i < parts->count; i++)
		sheet->slots[i] = (struct slot){
			.len = parts->items[i].size,
			.min = width_of_label(&parts->items[i]),
		};
	for (from = 0; from < parts->count; from += count) {
		count = layout_row(sheet->slots + from, parts->count - from, INSIDE);
		for (i = from; i < from + count; i++)
			sheet->tops[i] = sheet->y;
		put_scale(sheet, from, count);
		sheet->y += BOX_HEIGHT + SCALE_HEIGHT;
	}
}

/* Some bytes of a box of @width at @x, at least a pixel */
static struct slot place_bytes(unsigned int x, unsigned int width, uint64_t whole, uint64_t off,
			       uint64_t len)
{
	struct slot box = { .len = whole, .at = x, .width = width }, place;

	place.at = layout_at(&box, off);
	place.width = layout_at(&box, off + len) - place.at;
	if (!place.width)
		place.width = 1;
	return place;
}

static bool lies_inside(uint64_t off, uint64_t len, uint64_t size)
{
	return off <= size && len <= size - off;
}

/* From a piece of a region down to where a window shows it */
static void put_band(const struct sheet *sheet, const struct piece *piece,
		     const struct slot *seen, unsigned int top)
{
	const struct part *part = scene_part(sheet->scene, piece->region);
	struct slot lent;
	unsigned int y;
	size_t i;

	if (!part || !lies_inside(piece->roff, piece->len, part->size))
		return;
	i = part - sheet->scene->parts.items;
	y = sheet->tops[i] + BOX_HEIGHT;
	lent = place_bytes(MARGIN + sheet->slots[i].at, sheet->slots[i].width, part->size,
			   piece->roff, piece->len);
	fprintf(sheet->to, "<polygon class=\"band\" points=\"%u,%u %u,%u %u,%u %u,%u\"/>\n",
		lent.at, y, lent.at + lent.width, y, seen->at + seen->width, top, seen->at, top);
	put_box(sheet->to, "lent", lent.at, y - 2, lent.width, 4);
}

static void put_view(const struct sheet *sheet, const struct view *view, const struct slot *slot)
{
	unsigned int x = MARGIN + slot->at, width = slot->width - PADDING, y = sheet->y;
	char text[SIZE_TEXT_MAX], *more;
	FILE *to = sheet->to;
	struct slot seen;
	size_t i;

	fputs("<g>\n<title>window ", to);
	put_escaped(to, view->name);
	fprintf(to, ": %s, %zu pieces, holes: ", format_size(view->size, text), view->pieces.count);
	put_escaped(to, view->hole);
	fputs("</title>\n", to);
	put_box(to, "box view", x, y, width, VIEW_HEIGHT);
	for (i = 0; i < view->pieces.count; i++) {
		const struct piece *piece = &view->pieces.items[i];

		if (!lies_inside(piece->woff, piece->len, view->size))
			continue;
		seen = place_bytes(x, width, view->size, piece->woff, piece->len);
		put_band(sheet, piece, &seen, y);
		put_box(to, "lent", seen.at, y, seen.width, METER_HEIGHT);
	}
	put_text(to, "name", x + PADDING, y + 25, "%s", view->name);
	more = xprintf("window %s", format_size(view->size, text));
	if (has_room(more, width))
		put_text(to, "small", x + PADDING, y + 40, "%s", more);
	free(more);
	fputs("</g>\n", to);
}

static void put_views(struct sheet *sheet)
{
	const struct scene *scene = sheet->scene;
	struct slot *slots;
	unsigned int width;
	size_t i, from, count;

	if (!scene->view_count)
		return;
	slots = xrealloc(NULL, scene->view_count * sizeof(*slots));
	for (i = 0; i < scene->view_count; i++)
		slots[i] = (struct slot){
			.len = scene->views[i].size,
			.min = strlen(scene->views[i].name) * NAME_CHAR + 3 * PADDING,
		};
	sheet->y += BAND_HEIGHT - SCALE_HEIGHT;
	for (from = 0; from < scene->view_count; from += count) {
		count = scene->view_count - from;
		width = count < INSIDE / VIEW_WIDTH ? count * VIEW_WIDTH : INSIDE;
		count = layout_row(slots + from, count, width);
		for (i = from; i < from + count; i++)
			put_view(sheet, &scene->views[i], &slots[i]);
		sheet->y += VIEW_HEIGHT + PADDING;
	}
	free(slots);
}

static void put_title(struct sheet *sheet)
{
	const struct scene *scene = sheet->scene;
	char size[SIZE_TEXT_MAX], left[SIZE_TEXT_MAX];
	char *phys = NULL;
	uint64_t start;

	if (scene_phys(scene, 0, &start))
		phys = xprintf(" at 0x%llx", (unsigned long long)start);
	put_text(sheet->to, "title", MARGIN, sheet->y + 20, "%s", scene->name);
	if (scene->bound)
		put_text(sheet->to, "small", MARGIN, sheet->y + 36, "%s%s, %s free",
			 format_size(scene->size, size), phys ? phys : "",
			 format_size(scene->free, left));
	else
		put_text(sheet->to, "small", MARGIN, sheet->y + 36, "not bound");
	sheet->y += TITLE_HEIGHT;
	free(phys);
}

static void put_scene(struct sheet *sheet)
{
	size_t count = sheet->scene->parts.count, i;

	put_title(sheet);
	if (count) {
		sheet->slots = xrealloc(NULL, count * sizeof(*sheet->slots));
		sheet->tops = xrealloc(NULL, count * sizeof(*sheet->tops));
		place_parts(sheet);
		for (i = 0; i < count; i++)
			put_part(sheet, i);
		put_views(sheet);
		free(sheet->slots);
		free(sheet->tops);
	}
	sheet->y += MARGIN;
}

static void put_legend(FILE *to, unsigned int y)
{
	static const struct {
		const char *class, *text;
	} entries[] = {
		{ "box resident", "region" }, { "box evicted", "evicted" }, { "box held", "held" },
		{ "mapped", "mapped share" }, { "box pool", "pool" }, { "used", "used share" },
		{ "lent", "lent to a window" }, { "free", "free" },
	};
	unsigned int x = MARGIN;
	size_t i;

	for (i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		put_box(to, entries[i].class, x, y, 14, 12);
		put_text(to, "small", x + 20, y + 10, "%s", entries[i].text);
		x += 20 + (strlen(entries[i].text) + 2) * SMALL_CHAR;
	}
}

/**
 * svg_draw - draw carve-outs, one below the other
 * @to: gets the document; whether all was taken, its owner looks
 * @scenes: the carve-outs
 */
void svg_draw(FILE *to, const struct scenes *scenes)
{
	struct sheet sheet = { .y = MARGIN / 2 };
	char *body = NULL;
	size_t len = 0, i;

	/* How high it is, is known in the end */
	sheet.to = open_memstream(&body, &len);
	for (i = 0; sheet.to && i < scenes->count; i++) {
		sheet.scene = &scenes->items[i];
		put_scene(&sheet);
	}
	if (sheet.to)
		put_legend(sheet.to, sheet.y);
	if (!sheet.to || fclose(sheet.to)) {
		free(body);
		exit(fail(REFUSED, "out of memory"));
	}
	fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
		"viewBox=\"0 0 %u %u\" role=\"img\">\n<title>Carve-outs of kex</title>\n", WIDTH,
		sheet.y + LEGEND_HEIGHT, WIDTH, sheet.y + LEGEND_HEIGHT);
	fputs(head, to);
	fprintf(to, "<rect width=\"%u\" height=\"%u\" fill=\"#ffffff\"/>\n", WIDTH,
		sheet.y + LEGEND_HEIGHT);
	fwrite(body, 1, len, to);
	fputs("</svg>\n", to);
	free(body);
}
