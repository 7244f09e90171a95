/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes as the schema describes them: what a person typed to what the
 * kernel reads, and what the kernel wrote to a field of a record.
 */
#ifndef KEXCTL_ATTR_H
#define KEXCTL_ATTR_H

#include "out.h"
#include "schema.gen.h"

/* An attribute and the value that it shall get */
struct wish {
	const struct schema_attr *attr;
	const char *typed;		/* for messages */
	char *written;			/* what the kernel gets */
};

struct wishes {
	struct wish *items;
	size_t count;
};

const struct schema_attr *attr_find(const struct schema_attr *list, const char *name);
bool attr_can_be_set(const struct schema_attr *attr);
char *attr_parse(const struct schema_attr *attr, const char *typed, char **cause);
int attr_foresee(const struct wish *wish);
void attr_record(struct record *record, const struct schema_attr *attr, const char *text);

enum status wishes_add(struct wishes *list, const char *kind, const char *name,
		       const struct schema_attr *attr, const char *typed);
void wishes_free(struct wishes *list);

#endif /* KEXCTL_ATTR_H */
