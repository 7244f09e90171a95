/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that are made in configfs, of whatever kind: find them, make them,
 * change them, take them down. Each change is done whole or not at all.
 */
#ifndef KEXCTL_ITEM_H
#define KEXCTL_ITEM_H

#include "attr.h"
#include "cfs.h"

struct item;

struct kind {
	const struct schema_object *schema;
	const char *folder;		/* in its carve-out */
	bool apart;			/* or beside the carve-outs, of none */
	const char * const *columns;	/* of a list */
	/* What it has beside attributes of one value; or NULL */
	void (*record)(const struct item *item, struct record *record);
	/* Whether it cannot be removed, when that is to be known before; or NULL */
	bool (*fixed)(const struct item *item);
};

extern const struct kind kind_region;
extern const struct kind kind_window;
extern const struct kind kind_pool;
extern const struct kind kind_policy;
extern const struct kind * const kinds[];

struct item {
	const struct kind *kind;
	char *name;
	char *carveout;			/* "" if it is of none */
	struct cfs_dir home;		/* the carve-out's folder */
	struct cfs_dir folder;		/* what its kind lies in */
	struct cfs_dir dir;		/* its own */
	const struct wishes *asked;	/* for messages: what was typed; or NULL */
	bool made;			/* for messages: by this command */
};

struct items {
	struct item *items;
	size_t count;
};

enum status items_list(const struct kind *kind, struct items *list);
void items_free(struct items *list);
struct item *items_find(const struct items *list, const char *name);
int item_open(struct item *item);
void item_shut(struct item *item);
enum status item_find(const struct kind *kind, const char *name, struct item *item);
void item_close(struct item *item);
bool item_is_live(const struct item *item);
void item_record(const struct item *item, struct records *list);
char *item_value(const struct item *item, const struct wish *wish, const char *name);

enum status item_create(const struct kind *kind, const char *name, const char *carveout,
			const struct wishes *wishes, bool live);
enum status item_set(struct item *item, struct wishes *wishes);
enum status item_delete(const struct item *item, bool force, bool *fixed);

/* cause.c */
enum status must_be_live(const struct item *item, const char *verb);
enum status refused_mkdir(const struct item *item, int err);
enum status refused_write(const struct item *item, const struct wish *wish, int err);
enum status refused_rmdir(const struct item *item, int err);
enum status refused_node(const struct item *item, const char *what, int err);
enum status refused_range(const struct item *item, const char *what, const char *typed, int err);
enum status refused_other(const struct item *item, const char *what, int err);

#endif /* KEXCTL_ITEM_H */
