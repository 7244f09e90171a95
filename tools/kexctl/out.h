/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes to stdout: records, each made once, written as an aligned table,
 * as key-value lines, as JSON or as bare names.
 */
#ifndef KEXCTL_OUT_H
#define KEXCTL_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

enum field_type {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_DECIMAL,		/* a number with a fraction, kept as its text */
	FIELD_SIZE,		/* bytes; people see 8M, JSON 8388608 */
	FIELD_LIST,		/* words with a blank between; JSON has an array */
	FIELD_TABLE,		/* lines; a list shows how many, JSON has an array of objects */
};

struct field {
	const char *key;	/* not copied: keys are literals of the program */
	enum field_type type;
	char *text;
	uint64_t number;
	struct rows *rows;	/* of a table */
};

struct record {
	struct field *fields;
	size_t count;
};

struct records {
	struct record *items;
	size_t count;
};

/* Lines of a table: what people see, and what JSON has */
struct rows {
	struct strings lines;
	struct records records;
};

struct record *records_add(struct records *list, const char *kind, const char *name);
void records_free(struct records *list);

void record_text(struct record *record, const char *key, const char *text);
void record_number(struct record *record, const char *key, uint64_t number);
void record_addr(struct record *record, const char *key, uint64_t addr);
void record_decimal(struct record *record, const char *key, const char *digits);
void record_list(struct record *record, const char *key, const struct strings *words);
void record_size(struct record *record, const char *key, uint64_t bytes);
struct field *record_table(struct record *record, const char *key);
struct record *table_add(struct field *field, const char *line);
const struct field *record_field(const struct record *record, const char *key);

void out_table(const struct records *list, const char * const *keys);
void out_names(const struct records *list);
void out_show(const struct records *list);
bool out_stream(const struct records *list, const char *text);
void out_acted(const struct records *list);
void out_begin(void);
enum status out_finish(enum status status);

#endif /* KEXCTL_OUT_H */
