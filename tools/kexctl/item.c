// SPDX-License-Identifier: GPL-2.0-only
/* Objects that are made in configfs: find, make, change, take down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carveout.h"
#include "guard.h"
#include "item.h"
#include "parse.h"
#include "sfs.h"
#include "user.h"

/* Those whose names are unique across kinds, users before what they use */
const struct kind * const kinds[] = {
	&kind_window,
	&kind_region,
	&kind_pool,
	NULL
};

/* State of an object that has no facts yet */
#define CONFIGURED	"configured"

static void item_fill(struct item *item, const struct kind *kind, const char *name,
		      const char *carveout)
{
	*item = (struct item){
		.kind = kind,
		.name = xstrdup(name),
		.carveout = xstrdup(carveout),
		.home.fd = -1,
		.folder.fd = -1,
		.dir.fd = -1,
	};
}

/*
 * Open the folders above an item, which need not be there itself. EOPNOTSUPP: the
 * module does not know this kind.
 */
static int open_folders(struct item *item)
{
	const struct cfs_dir *root;
	char *path;
	int err;

	if (cfs_open_root(&root))
		return ENOENT;
	if (item->kind->apart) {
		err = cfs_open(root, item->kind->folder, &item->folder);
		return err == ENOENT ? EOPNOTSUPP : err;
	}
	path = xprintf("carveouts/%s", item->carveout);
	err = cfs_open(root, path, &item->home);
	free(path);
	if (err)
		return err;
	err = cfs_open(&item->home, item->kind->folder, &item->folder);
	return err == ENOENT ? EOPNOTSUPP : err;
}

/**
 * item_open - open the folders of an item from a list
 * @item: the item; to be shut whatever is returned
 * Return: 0, or the errno.
 */
int item_open(struct item *item)
{
	int err = open_folders(item);

	return err ? err : cfs_open(&item->folder, item->name, &item->dir);
}

/**
 * item_shut - close the folders of an item from a list, of which there may be
 * more than files that a process may have open
 * @item: from item_open()
 */
void item_shut(struct item *item)
{
	cfs_close(&item->dir);
	cfs_close(&item->folder);
	cfs_close(&item->home);
}

/**
 * item_close - close the folders and forget the item
 * @item: the item, or a zeroed one
 */
void item_close(struct item *item)
{
	item_shut(item);
	free(item->name);
	free(item->carveout);
	item->name = NULL;
	item->carveout = NULL;
}

static int list_carveout(const struct kind *kind, const char *carveout, struct items *list)
{
	struct strings names = { 0 };
	struct item place;
	size_t i;
	int err;

	item_fill(&place, kind, "", carveout);
	err = open_folders(&place);
	if (!err)
		err = cfs_list(&place.folder, &names);
	for (i = 0; i < names.count; i++) {
		list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
		item_fill(&list->items[list->count++], kind, names.items[i], carveout);
	}
	strings_free(&names);
	item_close(&place);
	return err == EOPNOTSUPP ? 0 : err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static enum status list_kind(const struct kind *kind, const struct strings *carveouts,
			     struct items *list)
{
	size_t i;
	int err;

	if (kind->apart) {
		err = list_carveout(kind, "", list);
		return err ? fail(REFUSED, "%s: %s", kind->folder, strerror(err)) : DONE;
	}
	for (i = 0; i < carveouts->count; i++) {
		err = list_carveout(kind, carveouts->items[i], list);
		if (err)
			return fail_on(REFUSED, "carveout", carveouts->items[i], "%s: %s",
				       kind->folder, strerror(err));
	}
	return DONE;
}

/**
 * items_list - all items of a kind, live or not
 * @kind: the kind; NULL: all of @kinds
 * @list: out, zeroed before; sorted by name, folders not opened
 * Return: DONE, or another status after a message.
 */
enum status items_list(const struct kind *kind, struct items *list)
{
	const struct kind * const one[] = { kind, NULL };
	const struct kind * const *wanted = kind ? one : kinds;
	struct strings carveouts = { 0 };
	enum status status;

	status = carveouts_by_name(&carveouts);
	for (; !status && *wanted; wanted++)
		status = list_kind(*wanted, &carveouts, list);
	strings_free(&carveouts);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), by_name);
	return status;
}

/**
 * items_free - close all and empty the list
 * @list: the list
 */
void items_free(struct items *list)
{
	while (list->count)
		item_close(&list->items[--list->count]);
	free(list->items);
	list->items = NULL;
}

/**
 * items_find - look an item up
 * @list: from items_list()
 * @name: of the item
 * Return: the item, or NULL.
 */
struct item *items_find(const struct items *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!strcmp(list->items[i].name, name))
			return &list->items[i];
	return NULL;
}

static enum status not_found(const struct kind *kind, const char *name, const struct items *list)
{
	const char *noun = kind ? kind->schema->name : "object", *near;
	const char *plural = kind ? kind->folder : "objects";
	struct strings known = { 0 };
	char *all;
	size_t i;

	for (i = 0; i < list->count; i++)
		strings_add(&known, list->items[i].name);
	near = strings_nearest(&known, name);
	all = strings_join(&known, ", ");
	if (near)
		fail_on(NOT_FOUND, noun, name, "not found (did you mean '%s'?)", near);
	else if (known.count)
		fail_on(NOT_FOUND, noun, name, "not found (%s: %s)", plural, all);
	else
		fail_on(NOT_FOUND, noun, name, "not found (there are no %s)", plural);
	free(all);
	strings_free(&known);
	return NOT_FOUND;
}

static enum status find_in(const struct items *list, const struct kind *kind, const char *name,
			   struct item *item)
{
	const struct item *found = items_find(list, name);
	int err;

	if (!found)
		return not_found(kind, name, list);
	item_fill(item, found->kind, name, found->carveout);
	err = item_open(item);
	return err ? refused_other(item, NULL, err) : DONE;
}

/**
 * item_find - find an item by what was typed
 * @kind: the kind, or NULL for any
 * @name: the name
 * @item: out: folders open; to be closed whatever is returned
 * Return: DONE, or another status after a message.
 */
enum status item_find(const struct kind *kind, const char *name, struct item *item)
{
	const char *cause = parse_name(name);
	struct items list = { 0 };
	enum status status;

	*item = (struct item){ 0 };
	if (cause)
		return fail_on(USAGE, kind ? kind->schema->name : "object", name, "%s", cause);
	status = items_list(kind, &list);
	if (!status)
		status = find_in(&list, kind, name, item);
	items_free(&list);
	return status;
}

/**
 * item_is_live - whether the object exists
 * @item: with folders open
 */
bool item_is_live(const struct item *item)
{
	char *text = cfs_read(&item->dir, "live");
	bool live = text && !strcmp(text, "1");

	free(text);
	return live;
}

static void record_wishes(const struct item *item, struct record *record)
{
	const struct schema_attr *attr;
	char *text;

	for (attr = item->kind->schema->wishes; attr->name; attr++) {
		if (attr->access == SCHEMA_WO || attr->type == SCHEMA_TABLE)
			continue;
		text = cfs_read(&item->dir, attr->name);
		if (text)
			attr_record(record, attr, text);
		free(text);
	}
}

/* Left out: facts that repeat a wish, tables of many lines, what may not be read */
static void record_facts(struct sysfs_class_device *object, const struct item *item,
			 struct record *record)
{
	const struct schema_attr *attr;
	char *text;

	for (attr = item->kind->schema->facts; attr && attr->name; attr++) {
		if (attr->access == SCHEMA_WO || attr->type == SCHEMA_TABLE ||
		    record_field(record, attr->name))
			continue;
		text = sfs_read(object, attr->name);
		if (text)
			attr_record(record, attr, text);
		free(text);
	}
}

/* Whether mappings got large entries: root alone may know who maps it */
static void record_entry(const struct item *item, struct record *record)
{
	char *text, *entry = NULL;

	if (!sfs_read_table(item->name, USERS, &text)) {
		entry = users_entry(text);
		free(text);
	}
	if (entry)
		record_text(record, "entry", entry);
	free(entry);
}

/**
 * item_record - all that is known of an item
 * @item: with folders open
 * @list: gets the record
 */
void item_record(const struct item *item, struct records *list)
{
	struct record *record = records_add(list, item->kind->schema->name, item->name);
	struct sysfs_class_device *object;

	if (!item->kind->apart)
		record_text(record, "carveout", item->carveout);
	record_wishes(item, record);
	object = item_is_live(item) ? sfs_open(item->name) : NULL;
	if (object) {
		record_facts(object, item, record);
		record_entry(item, record);
	} else if (item->kind->schema->facts) {
		record_text(record, "state", CONFIGURED);
	}
	sfs_close(object);
	if (item->kind->record)
		item->kind->record(item, record);
}

static enum status write_wish(const struct item *item, const struct wish *wish)
{
	int err = cfs_write(&item->dir, wish->attr->name, wish->written);

	return err ? refused_write(item, wish, err) : DONE;
}

static enum status write_word(const struct item *item, const char *attr, const char *word)
{
	struct wish wish = {
		.attr = attr_find(item->kind->schema->wishes, attr),
		.typed = word,
		.written = (char *)word,
	};

	return write_wish(item, &wish);
}

/* A name is one of a policy */
static int foresee_name(const struct wish *wish)
{
	struct items list = { 0 };
	bool found;

	if (wish->attr->type != SCHEMA_WORD)
		return 0;
	found = !items_list(&kind_policy, &list) && items_find(&list, wish->written);
	items_free(&list);
	return found ? 0 : ENOENT;
}

/**
 * item_value - what another attribute is when the turn of a wish comes
 * @item: with folders open as far as they are there
 * @wish: one of those asked for
 * @name: of the other attribute
 * Return: the text, to be freed: as asked for before, as it is, or the default.
 */
char *item_value(const struct item *item, const struct wish *wish, const char *name)
{
	const struct wish *before = wish;
	char *text;

	while (item->asked && before-- > item->asked->items)
		if (!strcmp(before->attr->name, name))
			return xstrdup(before->written);
	text = cfs_read(&item->dir, name);
	return text ? text : xstrdup(attr_find(item->kind->schema->wishes, name)->def);
}

/* The low mark of a policy is never above the high one */
static int foresee_marks(const struct item *item, const struct wish *wish)
{
	bool low = !strcmp(wish->attr->name, "low"), crossed;
	uint64_t number, limit;
	char *other;

	if (item->kind != &kind_policy || (!low && strcmp(wish->attr->name, "high")))
		return 0;
	other = item_value(item, wish, low ? "high" : "low");
	crossed = !parse_uint(wish->written, &number) && !parse_uint(other, &limit) &&
		  (low ? number > limit : number < limit);
	free(other);
	return crossed ? EINVAL : 0;
}

/* The only wish for an attribute; NULL where there is none, or more than one */
static struct wish *only_wish(const struct wishes *wishes, const char *name)
{
	struct wish *found = NULL;
	size_t i;

	for (i = 0; i < wishes->count; i++) {
		if (strcmp(wishes->items[i].attr->name, name))
			continue;
		if (found)
			return NULL;
		found = &wishes->items[i];
	}
	return found;
}

/* Marks that are changed together cross the old ones in one order at most */
static void order_marks(const struct item *item, struct wishes *wishes)
{
	struct wish *low = only_wish(wishes, "low"), *high = only_wish(wishes, "high");
	struct wish *first, *last, swap;
	uint64_t wanted, limit;
	char *now;

	if (item->kind != &kind_policy || !low || !high)
		return;
	now = cfs_read(&item->dir, "high");
	if (now && !parse_uint(low->written, &wanted) && !parse_uint(now, &limit)) {
		first = wanted <= limit ? low : high;
		last = first == low ? high : low;
		if (first > last) {
			swap = *first;
			*first = *last;
			*last = swap;
		}
	}
	free(now);
}

/* What the kernel would refuse, a dry run has to find before its first line */
static enum status foresee(const struct item *item, const struct wishes *wishes)
{
	enum status status = DONE;
	size_t i;
	int err;

	for (i = 0; globals.dry_run && !status && i < wishes->count; i++) {
		err = attr_foresee(&wishes->items[i]);
		if (!err)
			err = foresee_name(&wishes->items[i]);
		if (!err)
			err = foresee_marks(item, &wishes->items[i]);
		if (err)
			status = refused_write(item, &wishes->items[i], err);
	}
	return status;
}

static int foresee_mkdir(const struct item *item)
{
	struct items list = { 0 };
	bool taken;

	if (!globals.dry_run)
		return 0;
	taken = !items_list(item->kind->apart ? item->kind : NULL, &list) &&
		items_find(&list, item->name);
	items_free(&list);
	return taken ? EEXIST : 0;
}

static enum status make_folder(struct item *item)
{
	int err;

	err = open_folders(item);
	if (err)
		return refused_other(item, NULL, err);
	err = foresee_mkdir(item);
	if (!err)
		err = cfs_mkdir(&item->folder, item->name, &item->dir);
	return err ? refused_mkdir(item, err) : DONE;
}

/* Return: whether a signal asks to stop; it ends the program at guard_end() */
static enum status stopped(void)
{
	return guard_hit() ? REFUSED : DONE;
}

static bool can_live(const struct item *item)
{
	return attr_find(item->kind->schema->wishes, "live");
}

static enum status create_steps(const struct item *item, const struct wishes *wishes, bool live)
{
	enum status status = stopped();
	size_t i;

	for (i = 0; !status && i < wishes->count; i++) {
		status = write_wish(item, &wishes->items[i]);
		if (!status)
			status = stopped();
	}
	if (!status && live && can_live(item))
		status = write_word(item, "live", "1");
	return status ? status : stopped();
}

/* Revoked, not taken down: something that looks into new nodes must not keep it */
static void create_undo(const struct item *item)
{
	int err;

	if (can_live(item))
		cfs_write(&item->dir, "revoke", "1");
	err = cfs_rmdir(&item->folder, item->name);
	if (err)
		refused_rmdir(item, err);
}

static enum status create_guarded(struct item *item, const struct wishes *wishes, bool live)
{
	enum status status = foresee(item, wishes);

	if (!status)
		status = make_folder(item);
	if (status)
		return status;
	status = create_steps(item, wishes, live);
	if (status && !globals.dry_run)
		create_undo(item);
	return status;
}

/**
 * item_create - make an object; when a step fails, nothing is left of it
 * @kind: what to make
 * @name: its name, that parse_name() liked
 * @carveout: an existing one; "" for a kind that is of none
 * @wishes: its attributes
 * @live: whether to bring it up
 * Return: DONE, or another status after a message.
 */
enum status item_create(const struct kind *kind, const char *name, const char *carveout,
			const struct wishes *wishes, bool live)
{
	enum status status;
	struct item item;

	item_fill(&item, kind, name, carveout);
	item.asked = wishes;
	item.made = true;
	guard_begin();
	status = create_guarded(&item, wishes, live);
	/* What is done is done: the exit status shall not tell otherwise */
	if (status)
		guard_end();
	item_close(&item);
	return status;
}

/* What an attribute read before it was written; NULL where it cannot be read */
static char *read_before(const struct item *item, const struct wish *wish)
{
	if (globals.dry_run || wish->attr->access == SCHEMA_WO)
		return NULL;
	return cfs_read(&item->dir, wish->attr->name);
}

static void set_undo(const struct item *item, const struct wishes *wishes, char **before,
		     size_t count)
{
	int err;

	while (count--) {
		if (!before[count])
			continue;
		err = cfs_write(&item->dir, wishes->items[count].attr->name, before[count]);
		if (err)
			refused_other(item, wishes->items[count].attr->name, err);
	}
}

static enum status set_guarded(const struct item *item, const struct wishes *wishes, char **before)
{
	enum status status = foresee(item, wishes);
	size_t i;

	if (!status)
		status = stopped();
	for (i = 0; !status && i < wishes->count; i++) {
		before[i] = read_before(item, &wishes->items[i]);
		status = write_wish(item, &wishes->items[i]);
		if (status) {
			/* not this one: it was refused */
			free(before[i]);
			before[i] = NULL;
		} else {
			status = stopped();
		}
	}
	if (status)
		set_undo(item, wishes, before, i);
	return status;
}

/**
 * item_set - change attributes in the order given, but for marks of a policy that
 * would cross; when one is refused, those before it get their old values back
 * @item: with folders open
 * @wishes: what to change
 * Return: DONE, or another status after a message.
 */
enum status item_set(struct item *item, struct wishes *wishes)
{
	char **before = xrealloc(NULL, (wishes->count + 1) * sizeof(*before));
	enum status status;
	size_t i;

	memset(before, 0, (wishes->count + 1) * sizeof(*before));
	order_marks(item, wishes);
	item->asked = wishes;
	guard_begin();
	status = set_guarded(item, wishes, before);
	/* As with create */
	if (status)
		guard_end();
	item->asked = NULL;
	for (i = 0; i < wishes->count; i++)
		free(before[i]);
	free(before);
	return status;
}

/*
 * What cannot be removed is EPERM before all else, so that a try does no harm to
 * what is live: that is EBUSY. A dry run has to know.
 */
static int delete_try(const struct item *item)
{
	if (globals.dry_run)
		return item->kind->fixed && item->kind->fixed(item) ? EPERM : EBUSY;
	return cfs_rmdir(&item->folder, item->name);
}

static enum status delete_guarded(const struct item *item, bool force, bool *fixed)
{
	bool was_live = item_is_live(item);
	enum status status = DONE;
	int err;

	err = delete_try(item);
	if (err == EPERM && fixed)
		*fixed = true;
	if (!err || (err == EPERM && fixed))
		return DONE;
	if (err == EPERM)
		return refused_rmdir(item, err);
	if (was_live || (force && can_live(item)))
		status = write_word(item, force ? "revoke" : "live", force ? "1" : "0");
	if (status)
		return status;
	err = cfs_rmdir(&item->folder, item->name);
	if (!err)
		return DONE;
	if (was_live && !force)
		cfs_write(&item->dir, "live", "1");
	return refused_rmdir(item, err);
}

/**
 * item_delete - take an object down and remove it; when it is refused, it is
 * as it was
 * @item: with folders open
 * @force: take it away from its users too, which cannot be undone
 * @fixed: out: whether it cannot be removed, which is then no failure; or NULL
 * Return: DONE, or another status after a message.
 */
enum status item_delete(const struct item *item, bool force, bool *fixed)
{
	enum status status;

	guard_begin();
	status = delete_guarded(item, force, fixed);
	guard_end();
	return status;
}
