// SPDX-License-Identifier: GPL-2.0-only
/* Records to stdout: as a table, as key-value lines, as JSON, as bare names. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "parse.h"

/* A number of any field as text; a long text is used as it is */
#define CELL_TEXT_MAX	24

/* Why out_stream() failed; what cannot be written is not tried again */
static int stream_err;

static struct field *field_add(struct record *record, const char *key, enum field_type type)
{
	struct field *field;

	record->fields = xrealloc(record->fields, (record->count + 1) * sizeof(*record->fields));
	field = &record->fields[record->count++];
	*field = (struct field){ .key = key, .type = type };
	return field;
}

static struct record *records_grow(struct records *list)
{
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count] = (struct record){ 0 };
	return &list->items[list->count++];
}

/**
 * records_add - append a record
 * @list: starts zeroed
 * @kind: first two fields of every record
 * @name: first two fields of every record
 * Return: the record, valid until the next call.
 */
struct record *records_add(struct records *list, const char *kind, const char *name)
{
	struct record *record = records_grow(list);

	record_text(record, "name", name);
	record_text(record, "kind", kind);
	return record;
}

/**
 * records_free - free the records and empty the list
 * @list: the list
 */
void records_free(struct records *list)
{
	struct field *field;
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		for (j = 0; j < list->items[i].count; j++) {
			field = &list->items[i].fields[j];
			free(field->text);
			if (field->rows) {
				strings_free(&field->rows->lines);
				records_free(&field->rows->records);
			}
			free(field->rows);
		}
		free(list->items[i].fields);
	}
	free(list->items);
	*list = (struct records){ 0 };
}

/**
 * record_text - add a field that is a string everywhere
 * @record: gets the field
 * @key: the attribute's name
 * @text: copied
 */
void record_text(struct record *record, const char *key, const char *text)
{
	field_add(record, key, FIELD_TEXT)->text = xstrdup(text);
}

/**
 * record_number - add a field that is a count or a flag
 * @record: gets the field
 * @key: the attribute's name
 * @number: its value
 */
void record_number(struct record *record, const char *key, uint64_t number)
{
	field_add(record, key, FIELD_NUMBER)->number = number;
}

/**
 * record_size - add a field that is a number of bytes
 * @record: gets the field
 * @key: the attribute's name
 * @bytes: its value
 */
void record_size(struct record *record, const char *key, uint64_t bytes)
{
	field_add(record, key, FIELD_SIZE)->number = bytes;
}

/**
 * record_addr - add a field that is an address, or an offset to be read as one
 * @record: gets the field
 * @key: its name
 * @addr: the address; a string everywhere, since it may have more bits than a number
 *	  of JSON
 */
void record_addr(struct record *record, const char *key, uint64_t addr)
{
	struct field *field = field_add(record, key, FIELD_TEXT);

	field->text = xprintf("0x%llx", (unsigned long long)addr);
}

/**
 * record_decimal - add a field that is a number with a fraction
 * @record: gets the field
 * @key: the attribute's name
 * @digits: such as 12.345678; copied
 */
void record_decimal(struct record *record, const char *key, const char *digits)
{
	field_add(record, key, FIELD_DECIMAL)->text = xstrdup(digits);
}

/**
 * record_list - add a field that is a list of words
 * @record: gets the field
 * @key: the attribute's name
 * @words: copied; none has a blank
 */
void record_list(struct record *record, const char *key, const struct strings *words)
{
	struct field *field = field_add(record, key, FIELD_LIST);
	size_t len = 1, i;
	char *end;

	for (i = 0; i < words->count; i++)
		len += strlen(words->items[i]) + 1;
	field->text = xrealloc(NULL, len);
	*field->text = '\0';
	for (i = 0, end = field->text; i < words->count; i++) {
		if (i)
			*end++ = ' ';
		end = stpcpy(end, words->items[i]);
	}
}

/**
 * record_table - add a field that has lines of its own
 * @record: gets the field
 * @key: the attribute's name
 * Return: the field, for table_add(); valid until the record gets another one.
 */
struct field *record_table(struct record *record, const char *key)
{
	struct field *field = field_add(record, key, FIELD_TABLE);

	field->rows = xrealloc(NULL, sizeof(*field->rows));
	*field->rows = (struct rows){ 0 };
	return field;
}

/**
 * table_add - add a line to a table
 * @field: from record_table()
 * @line: what people see; copied
 * Return: what JSON has, empty; valid until the next call.
 */
struct record *table_add(struct field *field, const char *line)
{
	strings_add(&field->rows->lines, line);
	field->number++;
	return records_grow(&field->rows->records);
}

/**
 * record_field - look a field up
 * @record: where
 * @key: the attribute's name
 * Return: the field, or NULL when the record has none of that name.
 */
const struct field *record_field(const struct record *record, const char *key)
{
	size_t i;

	for (i = 0; i < record->count; i++)
		if (!strcmp(record->fields[i].key, key))
			return &record->fields[i];
	return NULL;
}

/* What a table shows in one place; a record without the field shows a dash */
static const char *cell(const struct record *record, const char *key, char buf[CELL_TEXT_MAX])
{
	const struct field *field = record_field(record, key);

	if (!field)
		return "-";
	if (field->text)
		return field->text;
	if (field->type == FIELD_SIZE)
		return format_size(field->number, buf);
	snprintf(buf, CELL_TEXT_MAX, "%llu", (unsigned long long)field->number);
	return buf;
}

struct column {
	const char *key;
	char head[CELL_TEXT_MAX];
	int width;
	bool numbers;		/* stand to the right, so that their digits line up */
};

static void column_fit(struct column *column, const struct records *list, const char *key)
{
	char buf[CELL_TEXT_MAX];
	const struct field *field;
	size_t i;
	int len;

	*column = (struct column){ .key = key };
	for (i = 0; key[i] && i < sizeof(column->head) - 1; i++)
		column->head[i] = toupper((unsigned char)key[i]);
	column->width = i;
	for (i = 0; i < list->count; i++) {
		field = record_field(&list->items[i], key);
		if (field && !field->text)
			column->numbers = true;
		len = strlen(cell(&list->items[i], key, buf));
		if (len > column->width)
			column->width = len;
	}
}

static void print_cell(const struct column *column, const char *text, bool last)
{
	if (column->numbers)
		printf("%*s", column->width, text);
	else if (last)
		fputs(text, stdout);
	else
		printf("%-*s", column->width, text);
	fputs(last ? "\n" : "  ", stdout);
}

/* @record NULL writes the head line */
static void print_row(const struct record *record, const struct column *columns, size_t count)
{
	char buf[CELL_TEXT_MAX];
	size_t i;

	for (i = 0; i < count; i++)
		print_cell(&columns[i], record ? cell(record, columns[i].key, buf) :
			   columns[i].head, i + 1 == count);
}

static void print_table(const struct records *list, const char * const *keys)
{
	struct column *columns;
	size_t count = 0, i;

	while (keys[count])
		count++;
	columns = xrealloc(NULL, count * sizeof(*columns));
	for (i = 0; i < count; i++)
		column_fit(&columns[i], list, keys[i]);
	print_row(NULL, columns, count);
	for (i = 0; i < list->count; i++)
		print_row(&list->items[i], columns, count);
	free(columns);
}

static json_object *list_json(const char *words)
{
	json_object *array = json_object_new_array();
	size_t len;

	for (; *words; words += len + strspn(words + len, " ")) {
		len = strcspn(words, " ");
		json_object_array_add(array, json_object_new_string_len(words, len));
	}
	return array;
}

static json_object *record_json(const struct record *record);

static json_object *table_json(const struct rows *rows)
{
	json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < rows->records.count; i++)
		json_object_array_add(array, record_json(&rows->records.items[i]));
	return array;
}

static json_object *field_json(const struct field *field)
{
	if (field->type == FIELD_TABLE)
		return table_json(field->rows);
	if (field->type == FIELD_LIST)
		return list_json(field->text);
	if (field->type == FIELD_TEXT)
		return json_object_new_string(field->text);
	if (field->type == FIELD_DECIMAL)
		return json_object_new_double_s(strtod(field->text, NULL), field->text);
	return json_object_new_uint64(field->number);
}

static json_object *record_json(const struct record *record)
{
	json_object *object = json_object_new_object();
	size_t i;

	for (i = 0; i < record->count; i++)
		json_object_object_add(object, record->fields[i].key,
				       field_json(&record->fields[i]));
	return object;
}

/* Always an array; without flags on one line */
static void put_json(const struct records *list, int flags)
{
	json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < list->count; i++)
		json_object_array_add(array, record_json(&list->items[i]));
	puts(json_object_to_json_string_ext(array, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(array);
}

static void print_json(const struct records *list)
{
	/* The pretty form of an empty array would be two lines */
	put_json(list, list->count ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : 0);
}

static void print_names(const struct records *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		puts(list->items[i].fields[0].text);
}

/* JSON and names look the same for every verb. Return: whether one was asked for */
static bool print_for_scripts(const struct records *list)
{
	if (globals.json)
		print_json(list);
	else if (globals.names)
		print_names(list);
	else
		return false;
	return true;
}

/**
 * out_table - write records as one line each, or as the global options say
 * @list: the records, sorted
 * @keys: fields to show, ends with NULL; JSON has all
 *
 * No record, no line: neither a head without a body.
 */
void out_table(const struct records *list, const char * const *keys)
{
	if (!print_for_scripts(list) && list->count)
		print_table(list, keys);
}

/**
 * out_names - write bare names, or JSON when it was asked for
 * @list: the records
 */
void out_names(const struct records *list)
{
	if (!print_for_scripts(list))
		print_names(list);
}

static bool has_suffix(const char *size)
{
	return size[strspn(size, "0123456789")];
}

/* The first stands behind the key, the others below it */
static void show_lines(const struct strings *lines, int indent)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		printf("%*s%s\n", i ? indent : 0, "", lines->items[i]);
	if (!i)
		puts("none");
}

static void show_field(const struct field *field, int width)
{
	char buf[SIZE_TEXT_MAX];

	printf("%s:%*s", field->key, width - (int)strlen(field->key), "");
	if (field->type == FIELD_TABLE) {
		show_lines(&field->rows->lines, width + 1);
		return;
	}
	if (field->text) {
		puts(field->text);
		return;
	}
	printf("%llu", (unsigned long long)field->number);
	if (field->type == FIELD_SIZE && has_suffix(format_size(field->number, buf)))
		printf(" (%s)", buf);
	putchar('\n');
}

static void show_record(const struct record *record)
{
	size_t width = 0, i;

	for (i = 0; i < record->count; i++)
		if (strlen(record->fields[i].key) > width)
			width = strlen(record->fields[i].key);
	for (i = 0; i < record->count; i++)
		show_field(&record->fields[i], width + 1);
}

/**
 * out_show - write all fields of records, a key and a value a line, or as the
 * global options say
 * @list: the records; an empty line stands between two
 */
void out_show(const struct records *list)
{
	size_t i;

	if (print_for_scripts(list))
		return;
	for (i = 0; i < list->count; i++) {
		if (i)
			putchar('\n');
		show_record(&list->items[i]);
	}
}

/**
 * out_stream - write records of which there will be more, at once
 * @list: the records; in JSON they are an array on a line of its own
 * @text: the line for people
 * Return: false, with errno, when stdout did not take it.
 */
bool out_stream(const struct records *list, const char *text)
{
	if (globals.json)
		put_json(list, 0);
	else if (globals.names)
		print_names(list);
	else
		puts(text);
	if (fflush(stdout) == 0)
		return true;
	stream_err = errno;
	return false;
}

/**
 * out_acted - write what a verb has acted on, for scripts that ask for it
 * @list: the records; people see nothing, since nothing went wrong
 */
void out_acted(const struct records *list)
{
	if (!globals.dry_run)
		print_for_scripts(list);
}

/*
 * Why a write failed that was some calls ago: nothing that succeeds clears errno.
 * What is no error of a write is of another call.
 */
static int earlier_err(int err)
{
	switch (err) {
	case EDQUOT:
	case EFBIG:
	case ENOSPC:
	case EPIPE:
		return err;
	default:
		return stream_err ? stream_err : EIO;
	}
}

/**
 * out_begin - let no file that is opened later be stdin, stdout or stderr
 *
 * Who closes one of them would have what is meant for it written into the next file
 * that is opened: into a region's memory, at worst. /dev/null takes the place, opened
 * such that using it fails as before.
 */
void out_begin(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			exit(REFUSED);
}

/**
 * out_finish - make sure that what was written has arrived
 * @status: what kexctl would exit with
 * Return: @status, or REFUSED after a message when stdout took less than all.
 */
enum status out_finish(enum status status)
{
	int earlier = earlier_err(errno);
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout))
		failed = true;
	/* A stdout that was closed from the start is no loss when nothing was written */
	else if (fclose(stdout) && errno != EBADF)
		failed = true;
	if (!failed)
		return status;
	return fail(REFUSED, "cannot write the output: %s", strerror(errno ? errno : earlier));
}
