// SPDX-License-Identifier: GPL-2.0-only
/* Records as a table, as lines, as JSON and as names, byte by byte. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "test.h"

static FILE *captured;
static int saved = -1;

/* From here on stdout is a file */
static void capture_begin(void)
{
	fflush(stdout);
	captured = tmpfile();
	assert_non_null(captured);
	saved = dup(STDOUT_FILENO);
	dup2(fileno(captured), STDOUT_FILENO);
}

static char *capture_end(void)
{
	char *text = calloc(1, 8192);

	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(captured);
	assert_true(fread(text, 1, 8191, captured) < 8191);
	fclose(captured);
	return text;
}

static void captured_is(const char *want)
{
	char *got = capture_end();

	assert_string_equal(got, want);
	free(got);
}

static const char * const columns[] = { "name", "size", "state", "opens", NULL };

static void two_records(struct records *list)
{
	struct record *record;

	record = records_add(list, "region", "fb0");
	record_size(record, "size", 8 << 20);
	record_text(record, "state", "resident");
	record_number(record, "opens", 12);
	record = records_add(list, "region", "longer-name");
	record_size(record, "size", 100);
	record_text(record, "state", "configured");
}

static int reset(void **state)
{
	(void)state;
	globals = (struct globals){ 0 };
	return 0;
}

static void a_table_is_aligned(void **state)
{
	struct records list = { 0 };

	(void)state;
	two_records(&list);
	capture_begin();
	out_table(&list, columns);
	captured_is("NAME         SIZE  STATE       OPENS\n"
		    "fb0            8M  resident       12\n"
		    "longer-name   100  configured      -\n");
	records_free(&list);
}

static void an_empty_table_is_nothing(void **state)
{
	struct records list = { 0 };

	(void)state;
	capture_begin();
	out_table(&list, columns);
	out_show(&list);
	captured_is("");
}

static void show_gives_bytes_first(void **state)
{
	struct records list = { 0 };

	(void)state;
	two_records(&list);
	capture_begin();
	out_show(&list);
	captured_is("name:  fb0\n"
		    "kind:  region\n"
		    "size:  8388608 (8M)\n"
		    "state: resident\n"
		    "opens: 12\n"
		    "\n"
		    "name:  longer-name\n"
		    "kind:  region\n"
		    "size:  100\n"
		    "state: configured\n");
	records_free(&list);
}

static void names_stand_one_a_line(void **state)
{
	struct records list = { 0 };

	(void)state;
	two_records(&list);
	globals.names = true;
	capture_begin();
	out_table(&list, columns);
	captured_is("fb0\nlonger-name\n");
	records_free(&list);
}

static void json_has_types(void **state)
{
	struct records list = { 0 };
	json_object *array, *object;
	struct record *record;
	char *text;

	(void)state;
	record = records_add(&list, "region", "quo\"te\\\n/\xc3\xbc");
	record_size(record, "size", UINT64_MAX);
	record_number(record, "live", 0);
	record_text(record, "phys", "0x60000000");
	globals.json = true;
	capture_begin();
	out_show(&list);
	text = capture_end();
	array = json_tokener_parse(text);
	assert_true(json_object_is_type(array, json_type_array));
	assert_int_equal(json_object_array_length(array), 1);
	object = json_object_array_get_idx(array, 0);
	assert_string_equal(json_object_get_string(json_object_object_get(object, "name")),
			    "quo\"te\\\n/\xc3\xbc");
	assert_string_equal(json_object_get_string(json_object_object_get(object, "kind")),
			    "region");
	assert_true(json_object_get_uint64(json_object_object_get(object, "size")) == UINT64_MAX);
	assert_true(json_object_is_type(json_object_object_get(object, "live"), json_type_int));
	assert_true(json_object_is_type(json_object_object_get(object, "phys"),
					json_type_string));
	json_object_put(array);
	free(text);
	records_free(&list);
}

static void json_of_a_list_is_an_array(void **state)
{
	struct strings words = { 0 };
	struct records list = { 0 };
	struct record *record;
	char *text;

	(void)state;
	record = records_add(&list, "region", "fb0");
	strings_add(&words, "0x01");
	strings_add(&words, "0x02");
	record_list(record, "values", &words);
	assert_string_equal(record_field(record, "values")->text, "0x01 0x02");
	globals.json = true;
	capture_begin();
	out_show(&list);
	text = capture_end();
	assert_non_null(strstr(text, "\"0x01\","));
	assert_non_null(strstr(text, "\"0x02\""));
	free(text);
	strings_free(&words);
	records_free(&list);
}

static void json_of_nothing_is_an_empty_array(void **state)
{
	struct records list = { 0 };

	(void)state;
	globals.json = true;
	capture_begin();
	out_table(&list, columns);
	captured_is("[]\n");
}

static void what_was_acted_on_is_shown_to_scripts_alone(void **state)
{
	struct records list = { 0 };

	(void)state;
	two_records(&list);
	capture_begin();
	out_acted(&list);
	captured_is("");
	globals.names = true;
	capture_begin();
	out_acted(&list);
	captured_is("fb0\nlonger-name\n");
	globals.dry_run = true;
	capture_begin();
	out_acted(&list);
	captured_is("");
	records_free(&list);
}

static void a_stream_has_one_line_for_each(void **state)
{
	struct records list = { 0 };
	struct record *record = records_add(&list, "event", "fb0");

	(void)state;
	record_decimal(record, "time", "12.340000");
	record_size(record, "length", 4096);
	capture_begin();
	assert_true(out_stream(&list, "for people"));
	globals.json = true;
	assert_true(out_stream(&list, "for people"));
	globals.json = false;
	globals.names = true;
	assert_true(out_stream(&list, "for people"));
	captured_is("for people\n"
		    "[{\"name\":\"fb0\",\"kind\":\"event\",\"time\":12.340000,\"length\":4096}]\n"
		    "fb0\n");
	records_free(&list);
}

static void a_table_counts_in_a_list_and_has_its_lines_in_show(void **state)
{
	static const char * const keys[] = { "name", "pieces", NULL };
	struct records list = { 0 };
	struct field *field;

	(void)state;
	field = record_table(records_add(&list, "window", "w0"), "pieces");
	record_size(table_add(field, "one 0+4K"), "len", 4096);
	record_size(table_add(field, "two 0+8K"), "len", 8192);
	record_table(records_add(&list, "window", "w1"), "pieces");
	capture_begin();
	out_table(&list, keys);
	out_show(&list);
	globals.json = true;
	out_stream(&list, NULL);
	captured_is("NAME  PIECES\n"
		    "w0         2\n"
		    "w1         0\n"
		    "name:   w0\n"
		    "kind:   window\n"
		    "pieces: one 0+4K\n"
		    "        two 0+8K\n"
		    "\n"
		    "name:   w1\n"
		    "kind:   window\n"
		    "pieces: none\n"
		    "[{\"name\":\"w0\",\"kind\":\"window\",\"pieces\":[{\"len\":4096},{\"len\":8192}]},"
		    "{\"name\":\"w1\",\"kind\":\"window\",\"pieces\":[]}]\n");
	records_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_table_is_aligned, reset),
		cmocka_unit_test_setup(an_empty_table_is_nothing, reset),
		cmocka_unit_test_setup(show_gives_bytes_first, reset),
		cmocka_unit_test_setup(names_stand_one_a_line, reset),
		cmocka_unit_test_setup(json_has_types, reset),
		cmocka_unit_test_setup(json_of_a_list_is_an_array, reset),
		cmocka_unit_test_setup(json_of_nothing_is_an_empty_array, reset),
		cmocka_unit_test_setup(a_table_counts_in_a_list_and_has_its_lines_in_show, reset),
		cmocka_unit_test_setup(a_stream_has_one_line_for_each, reset),
		cmocka_unit_test_setup(what_was_acted_on_is_shown_to_scripts_alone, reset),
	};

	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
