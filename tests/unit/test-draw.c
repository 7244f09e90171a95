// SPDX-License-Identifier: GPL-2.0-only
/* Pictures of carve-outs, character by character, and as SVG. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "parse.h"
#include "test.h"

static const struct canvas ascii = { .width = 61 };

static struct part region(const char *name, uint64_t off, uint64_t size, const char *state,
			  uint64_t filled)
{
	return (struct part){
		.kind = PART_REGION, .name = xstrdup(name), .cache = xstrdup("write-back"),
		.state = xstrdup(state), .off = off, .size = size, .filled = filled,
	};
}

static struct part pool(const char *name, uint64_t off, uint64_t size, uint64_t filled)
{
	return (struct part){
		.kind = PART_POOL, .name = xstrdup(name), .off = off, .size = size,
		.filled = filled,
	};
}

static void view(struct scene *scene, const char *name, uint64_t size, char *pieces)
{
	struct view view = {
		.name = xstrdup(name), .hole = xstrdup("zero"), .state = xstrdup("resident"),
		.size = size,
	};

	assert_true(pieces_read(pieces, &view.pieces));
	scene_add_view(scene, view);
}

static void clear(struct scene *scene)
{
	while (scene->view_count)
		view_clear(&scene->views[--scene->view_count]);
	free(scene->views);
	parts_free(&scene->parts);
}

/* 60 MiB, so that a cell is a MiB */
static struct scene example(struct extent *extents, size_t count)
{
	struct scene scene = {
		.name = "fpga", .bound = true, .size = 60 << 20, .free = 36 << 20,
		.extents = extents, .extent_count = count,
	};

	parts_add(&scene.parts, pool("p0", 32 << 20, 8 << 20, 4 << 20));
	parts_add(&scene.parts, region("fb0", 0, 8 << 20, "resident", 4 << 20));
	parts_add(&scene.parts, region("cam", 8 << 20, 8 << 20, "held", 0));
	parts_fill(&scene.parts, scene.size, extents, count);
	return scene;
}

static char *drawn(const struct scene *scene, const struct canvas *canvas)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	draw_scene(to, scene, canvas);
	fclose(to);
	return text;
}

static void drawn_is(const struct scene *scene, const struct canvas *canvas, const char *want)
{
	char *got = drawn(scene, canvas);

	assert_string_equal(got, want);
	free(got);
}

static void parts_are_in_order_with_what_is_free_between(void **state)
{
	struct extent extents[] = { { 0x60000000, 20 << 20 }, { 0x40000000, 40 << 20 } };
	struct scene scene = example(extents, 2);
	static const struct {
		enum part_kind kind;
		uint64_t off, size;
		bool extent;
	} want[] = {
		{ PART_REGION, 0, 8, true }, { PART_REGION, 8, 8, false },
		{ PART_FREE, 16, 4, false }, { PART_FREE, 20, 12, true },
		{ PART_POOL, 32, 8, false }, { PART_FREE, 40, 20, false },
	};
	size_t i;

	(void)state;
	assert_int_equal(scene.parts.count, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(scene.parts.items[i].kind, want[i].kind);
		assert_int_equal(scene.parts.items[i].off, want[i].off << 20);
		assert_int_equal(scene.parts.items[i].size, want[i].size << 20);
		assert_int_equal(scene.parts.items[i].extent, want[i].extent);
	}
	clear(&scene);
}

static void what_cannot_be_while_things_change_is_left_out(void **state)
{
	struct parts parts = { 0 };

	(void)state;
	parts_add(&parts, region("a", 0, 8192, "resident", 0));
	parts_add(&parts, region("over-a", 4096, 8192, "resident", 0));
	parts_add(&parts, region("behind", 12288, 8192, "resident", 0));
	parts_add(&parts, region("wraps", UINT64_MAX - 4095, 8192, "resident", 0));
	parts_add(&parts, region("gone", 8192, 0, "resident", 0));
	parts_fill(&parts, 16384, NULL, 0);
	assert_int_equal(parts.count, 2);
	assert_string_equal(parts.items[0].name, "a");
	assert_int_equal(parts.items[1].kind, PART_FREE);
	assert_int_equal(parts.items[1].size, 8192);
	parts_free(&parts);
}

static void a_window_and_a_region_that_go_meanwhile_are_not_drawn(void **state)
{
	struct scene scene = { .name = "fpga", .bound = true, .size = 16384, .free = 16384 };
	char none[] = "", one[] = "0 fb0 0 4096", *before, *after;

	(void)state;
	parts_add(&scene.parts, region("fb0", OFF_NOWHERE, 8192, "resident", 0));
	parts_fill(&scene.parts, scene.size, NULL, 0);
	assert_int_equal(scene.parts.count, 1);
	assert_int_equal(scene.parts.items[0].kind, PART_FREE);
	before = drawn(&scene, &ascii);
	view(&scene, "w0", 0, none);
	view(&scene, "w1", 0, one);
	assert_int_equal(scene.view_count, 0);
	after = drawn(&scene, &ascii);
	assert_string_equal(after, before);
	free(before);
	free(after);
	clear(&scene);
}

static void a_bar_is_true_to_scale_and_shows_shares(void **state)
{
	struct scene scene = example(NULL, 0);

	(void)state;
	drawn_is(&scene, &ascii,
		 "|fb0    |cam    |16M            |p0     |20M                |\n"
		 "|###====|xxxxxxx|...............|@@@____|...................|\n"
		 "0x0                                                 0x3c00000\n");
	clear(&scene);
}

static void windows_stand_below_what_they_show(void **state)
{
	char near[] = "0 fb0 0 2097152\n4194304 fb0 6291456 2097152";
	char far[] = "0 fb0 4194304 4096";
	char none[] = "0 elsewhere 0 4096";
	struct scene scene = example(NULL, 0);

	(void)state;
	view(&scene, "w0", 8 << 20, near);
	view(&scene, "longer", 1 << 20, far);
	view(&scene, "none", 1 << 20, none);
	drawn_is(&scene, &ascii,
		 "|fb0    |cam    |16M            |p0     |20M                |\n"
		 "|###====|xxxxxxx|...............|@@@____|...................|\n"
		 " ^    ^^ w0\n"
		 "    ^ longer\n"
		 "0x0                                                 0x3c00000\n");
	clear(&scene);
}

static void ranges_have_an_edge_of_their_own(void **state)
{
	struct extent extents[] = { { 0x60000000, 32 << 20 }, { 0x40000000, 28 << 20 } };
	struct scene scene = example(extents, 2);

	(void)state;
	drawn_is(&scene, &ascii,
		 "|fb0    |cam    |16M            !p0     |20M                |\n"
		 "|###====|xxxxxxx|...............!@@@____|...................|\n"
		 "0x0                                                 0x3c00000\n");
	clear(&scene);
}

static void labels_that_need_more_room_get_more_rows(void **state)
{
	const char *name = "a.region-with-the-longest-name-";
	struct scene scene = { .name = "fpga", .bound = true, .size = 1 << 20 };

	(void)state;
	parts_add(&scene.parts, region(name, 0, 4096, "evicted", 0));
	parts_add(&scene.parts, region(name, 4096, 4096, "evicted", 0));
	parts_fill(&scene.parts, scene.size, NULL, 0);
	drawn_is(&scene, &ascii,
		 "|a.region-with-the-longest-name-                            |\n"
		 "|-----------------------------------------------------------|\n"
		 "0x0                                                    0x1000\n"
		 "|a.region-with-the-longest-name-|1016K                      |\n"
		 "|-------------------------------|...........................|\n"
		 "0x1000                                               0x100000\n");
	clear(&scene);
}

static void a_name_gives_a_terminal_no_orders(void **state)
{
	struct scene scene = { .name = "fpga", .bound = true, .size = 4096 };
	char *text;

	(void)state;
	parts_add(&scene.parts, region("a\033[31m\xc3\xa4", 0, 4096, "resident", 0));
	parts_fill(&scene.parts, scene.size, NULL, 0);
	text = drawn(&scene, &ascii);
	assert_non_null(strstr(text, "|a?[31m??"));
	free(text);
	clear(&scene);
}

static void colours_and_blocks_are_for_those_who_have_them(void **state)
{
	const struct canvas plain = { .width = 61, .utf8 = true };
	const struct canvas colour = { .width = 61, .utf8 = true, .colour = true };
	struct scene scene = example(NULL, 0);
	char *text;

	(void)state;
	text = drawn(&scene, &plain);
	assert_non_null(strstr(text, "│███▒▒▒▒│╳╳╳╳╳╳╳│···"));
	assert_null(strchr(text, '\033'));
	free(text);
	text = drawn(&scene, &colour);
	assert_non_null(strstr(text, "│\033[32m███▒▒▒▒\033[0m│\033[31m╳"));
	assert_non_null(strstr(text, "\033[1mfb0\033[0m"));
	free(text);
	clear(&scene);
}

static void the_legend_has_what_was_drawn_and_no_more(void **state)
{
	struct scene scene = example(NULL, 0);
	struct scenes scenes = { &scene, 1 };
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	draw_legend(to, &scenes, &ascii);
	fclose(to);
	assert_string_equal(text, ". free  # mapped  = not mapped  x held  @ pool, used\n"
			    "_ pool, unused\n");
	free(text);
	clear(&scene);
}

/* Every element is closed in its turn, attributes have quotes, and & starts an entity */
static void check_well_formed(const char *text)
{
	const char *open[16], *at = text, *end;
	size_t depth = 0, len[16];

	for (; (at = strpbrk(at, "<&")); at = end + 1) {
		if (*at == '&') {
			end = strchr(at, ';');
			assert_true(end && end - at <= 5);
			continue;
		}
		end = strchr(at, '>');
		assert_non_null(end);
		if (at[1] == '/') {
			assert_true(depth > 0);
			depth--;
			assert_int_equal(end - at - 2, len[depth]);
			assert_memory_equal(at + 2, open[depth], len[depth]);
		} else if (end[-1] != '/') {
			assert_true(depth < ARRAY_SIZE(open) && islower((unsigned char)at[1]));
			open[depth] = at + 1;
			len[depth++] = strcspn(at + 1, " >");
		}
	}
	assert_int_equal(depth, 0);
}

static void an_svg_is_well_formed_whatever_the_names_are(void **state)
{
	char pieces[] = "0 fb0 0 2097152\n4194304 fb0 6291456 2097152";
	struct extent extents[] = { { 0x60000000, 20 << 20 }, { 0x40000000, 40 << 20 } };
	struct scene scene[2] = { example(extents, 2), { .name = "<&\"\033>" } };
	struct scenes scenes = { scene, 2 };
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	free(scene[0].parts.items[1].name);
	scene[0].parts.items[1].name = xstrdup("</text>&\xff");
	view(&scene[0], "w0", 8 << 20, pieces);
	svg_draw(to, &scenes);
	fclose(to);
	check_well_formed(text);
	assert_non_null(strstr(text, ">&lt;/text&gt;&amp;?</text>"));
	assert_non_null(strstr(text, ">fb0</text>"));
	assert_non_null(strstr(text, "region fb0: 8M at 0x0, physical 0x60000000, write-back, "
			       "resident, 4M mapped"));
	assert_non_null(strstr(text, "pool p0: 8M at 0x2000000, physical 0x40c00000, 4M used"));
	assert_non_null(strstr(text, "not bound"));
	assert_non_null(strstr(text, "<polygon class=\"band\""));
	assert_null(strchr(text, '\033'));
	free(text);
	clear(&scene[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_in_order_with_what_is_free_between),
		cmocka_unit_test(what_cannot_be_while_things_change_is_left_out),
		cmocka_unit_test(a_window_and_a_region_that_go_meanwhile_are_not_drawn),
		cmocka_unit_test(a_bar_is_true_to_scale_and_shows_shares),
		cmocka_unit_test(windows_stand_below_what_they_show),
		cmocka_unit_test(ranges_have_an_edge_of_their_own),
		cmocka_unit_test(labels_that_need_more_room_get_more_rows),
		cmocka_unit_test(a_name_gives_a_terminal_no_orders),
		cmocka_unit_test(colours_and_blocks_are_for_those_who_have_them),
		cmocka_unit_test(the_legend_has_what_was_drawn_and_no_more),
		cmocka_unit_test(an_svg_is_well_formed_whatever_the_names_are),
	};

	return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
