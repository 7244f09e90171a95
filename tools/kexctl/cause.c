// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the kernel refused: from an errno, an attribute and what can be seen
 * around it, to a cause and a remedy.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "item.h"
#include "parse.h"
#include "proc.h"
#include "sfs.h"
#include "window.h"

static const char *noun_of(const struct item *item)
{
	return item->kind->schema->name;
}

static uint64_t read_size(const struct cfs_dir *dir, const char *attr)
{
	char *text = cfs_read(dir, attr);
	uint64_t bytes = 0;

	if (text && parse_size(text, &bytes))
		bytes = 0;
	free(text);
	return bytes;
}

static enum status status_of(int err)
{
	if (err == EOPNOTSUPP)
		return UNSUPPORTED;
	return err == ENOENT ? NOT_FOUND : REFUSED;
}

/* What an errno means whatever was tried */
static const char *cause_of(int err)
{
	switch (err) {
	case EACCES:
	case EPERM:
	case EROFS:
		return "only root may do that (try: sudo)";
	case ENOENT:
		return "it has gone meanwhile";
	case ENODEV:
		return "it is not live any more";
	case EOPNOTSUPP:
		return "not supported by this kernel (kexctl features lists what is)";
	default:
		return strerror(err);
	}
}

/**
 * refused_other - say why something was refused that has no better message
 * @item: the item
 * @what: such as an attribute and its value, or NULL
 * @err: the errno
 * Return: the status.
 */
enum status refused_other(const struct item *item, const char *what, int err)
{
	return fail_on(status_of(err), noun_of(item), item->name, "%s%s%s", what ? what : "",
		       what ? ": " : "", cause_of(err));
}

/* A touch of held memory looks as one of memory that was taken away */
static bool is_held(const struct item *item)
{
	struct sysfs_class_device *object = item_is_live(item) ? sfs_open(item->name) : NULL;
	char *state = object ? sfs_read(object, "state") : NULL;
	bool held = state && !strcmp(state, "held");

	free(state);
	sfs_close(object);
	return held;
}

/**
 * refused_node - say why a node could not be used
 * @item: the item, live just now
 * @what: what was tried
 * @err: the errno
 * Return: the status.
 */
enum status refused_node(const struct item *item, const char *what, int err)
{
	char *mode;

	if (err == ENODEV && is_held(item))
		return fail_on(REFUSED, noun_of(item), item->name, "%s: that memory is held (to let "
			       "it go: kexctl %s restore %s)", what, noun_of(item), item->name);
	if (err == ENXIO || err == ENODEV)
		return fail_on(REFUSED, noun_of(item), item->name, "%s: revoked meanwhile, or its "
			       "device unbound", what);
	if (err == ENOENT)
		return fail_on(REFUSED, noun_of(item), item->name, "%s: there is no /dev/kex/%s "
			       "(is devtmpfs mounted?)", what, item->name);
	if (err != EACCES)
		return refused_other(item, what, err);
	mode = cfs_read(&item->dir, "mode");
	fail_on(REFUSED, noun_of(item), item->name, "%s: /dev/kex/%s is not yours to open so (mode "
		"%s; try: sudo)", what, item->name, mode ? mode : "unknown");
	free(mode);
	return REFUSED;
}

/**
 * must_be_live - whether an object exists, so that something can be done to it
 * @item: with folders open
 * @verb: what is to be done
 * Return: DONE, or REFUSED after a message.
 */
enum status must_be_live(const struct item *item, const char *verb)
{
	if (item_is_live(item))
		return DONE;
	return fail_on(REFUSED, noun_of(item), item->name, "%s: it is not live (first: kexctl %s "
		       "set %s live=1)", verb, noun_of(item), item->name);
}

/**
 * refused_range - say why a range of an object was refused
 * @item: with folders open
 * @what: such as "range"
 * @typed: what was typed
 * @err: EINVAL, or ERANGE where it does not lie inside
 * Return: the status.
 */
enum status refused_range(const struct item *item, const char *what, const char *typed, int err)
{
	char text[SIZE_TEXT_MAX];

	if (err == EINVAL)
		return fail_on(REFUSED, noun_of(item), item->name, "%s %s: start and length must be "
			       "multiples of the %s page, and the length not 0%s", what, typed,
			       format_size(sysconf(_SC_PAGESIZE), text),
			       strchr(typed, '-') ? " (END is inclusive)" : "");
	return fail_on(REFUSED, noun_of(item), item->name, "%s %s: ends behind the %s (size %s)",
		       what, typed, noun_of(item),
		       format_size(read_size(&item->dir, "size"), text));
}

/* The item that has the name already; a message says what it is */
static enum status refused_taken(const struct item *item)
{
	struct items list = { 0 };
	const struct item *holder = NULL;

	if (!items_list(NULL, &list))
		holder = items_find(&list, item->name);
	if (holder)
		fail_on(REFUSED, noun_of(item), item->name, "the name is taken by a %s of "
			"carve-out '%s' (take another one, or: kexctl %s delete %s)",
			noun_of(holder), holder->carveout, noun_of(holder), item->name);
	else
		fail_on(REFUSED, noun_of(item), item->name, "the name is taken by another kind of "
			"object (take another one)");
	items_free(&list);
	return REFUSED;
}

/* Which pools name a policy, such as "'p0', 'p1'"; NULL where none does */
static char *policy_users(const struct item *item)
{
	struct items list = { 0 };
	char *users = NULL, *named;
	size_t i;

	if (items_list(&kind_pool, &list))
		return NULL;
	for (i = 0; i < list.count; i++) {
		named = item_open(&list.items[i]) ? NULL : cfs_read(&list.items[i].dir, "policy");
		if (named && !strcmp(named, item->name))
			xappend(&users, "%s'%s'", users ? ", " : "", list.items[i].name);
		free(named);
		item_shut(&list.items[i]);
	}
	items_free(&list);
	return users;
}

/* A policy has no life of its own: pools that name it keep it */
static enum status refused_policy(const struct item *item)
{
	char *users = policy_users(item);

	fail_on(REFUSED, noun_of(item), item->name, "in use by %s%s (first: kexctl pool set NAME "
		"policy=fifo)", users ? "pool " : "a pool", users ? users : "");
	free(users);
	return REFUSED;
}

/**
 * refused_mkdir - say why an item could not be made
 * @item: the item
 * @err: the errno
 * Return: the status.
 */
enum status refused_mkdir(const struct item *item, int err)
{
	if (err == EEXIST && item->kind->apart)
		return fail_on(REFUSED, noun_of(item), item->name, "there is one already (to change "
			       "it: kexctl %s set %s)", noun_of(item), item->name);
	return err == EEXIST ? refused_taken(item) : refused_other(item, NULL, err);
}

/* Who has it: "in use by pid 812 (cat)" as far as can be seen */
static char *in_use(const struct item *item)
{
	char *users = proc_users(PROC_NODE, item->name), *more = window_users(item), *text;

	if (more)
		xappend(&users, "%s%s", users ? ", " : "", more);
	free(more);
	more = users ? NULL : proc_users(PROC_ANONYMOUS, NULL);
	if (users)
		text = xprintf("in use by %s", users);
	else if (more)
		text = xprintf("in use through an anonymous window, of which %s has one", more);
	else if (item->kind == &kind_pool)
		text = xstrdup("somebody keeps a page of it busy just now");
	else
		text = xstrdup("in use by a process that cannot be seen from here");
	free(more);
	free(users);
	return text;
}

/**
 * refused_rmdir - say why an item could not be removed
 * @item: the item
 * @err: the errno
 * Return: the status.
 */
enum status refused_rmdir(const struct item *item, int err)
{
	if (err == EBUSY && item->kind == &kind_policy)
		return refused_policy(item);
	if (err == EPERM && item->kind == &kind_policy)
		return fail_on(REFUSED, noun_of(item), item->name, "delete: it is always there; its "
			       "attributes can be changed");
	if (err == EBUSY)
		return fail_on(REFUSED, noun_of(item), item->name,
			       "went live again meanwhile (kexctl %s delete %s)", noun_of(item),
			       item->name);
	if (err == EPERM)
		return fail_on(REFUSED, noun_of(item), item->name, "delete: it comes from the device "
			       "tree, so it can be taken down, but not removed (kexctl %s set %s "
			       "live=0)", noun_of(item), item->name);
	return refused_other(item, "rmdir", err);
}

static uint64_t written_size(const struct wish *wish)
{
	uint64_t bytes = 0;

	return parse_size(wish->written, &bytes) ? 0 : bytes;
}

/* "not a multiple of the 4K page (did you mean 104K?)" */
static char *why_no_multiple(const struct wish *wish)
{
	uint64_t step = wish->attr->multiple, bytes = written_size(wish), up;
	char step_text[SIZE_TEXT_MAX], up_text[SIZE_TEXT_MAX];

	if (wish->attr->page_multiple)
		step = sysconf(_SC_PAGESIZE);
	if (!step || !(bytes % step))
		return NULL;
	format_size(step, step_text);
	up = bytes - bytes % step;
	if (up <= UINT64_MAX - step)
		up += step;
	return xprintf("not a multiple of the %s %s (did you mean %s?)", step_text,
		       wish->attr->page_multiple ? "page" : "step", format_size(up, up_text));
}

static char *why_out_of_range(const struct wish *wish)
{
	const struct schema_attr *attr = wish->attr;
	char min[SIZE_TEXT_MAX], max[SIZE_TEXT_MAX];

	if (attr->type == SCHEMA_OCTAL)
		return xprintf("out of range (at most %04llo)", (unsigned long long)attr->max);
	if (attr->page_multiple && attr->min && !written_size(wish))
		return xprintf("too small (at least one page, %s)",
			       format_size(sysconf(_SC_PAGESIZE), min));
	return xprintf("out of range (%s to %s)", format_size(attr->min, min),
		       format_size(attr->max, max));
}

/* A policy is as live as the pools that use it */
static char *why_used(const struct item *item)
{
	char *users = policy_users(item), *text;

	text = xprintf("cannot be changed while a live pool uses it%s%s (first: kexctl pool set "
		       "NAME live=0)", users ? ": " : "", users ? users : "");
	free(users);
	return text;
}

static char *why_live(const struct item *item)
{
	char *users, *text;

	if (item->kind == &kind_policy)
		return why_used(item);
	users = proc_users(PROC_NODE, item->name);
	text = xprintf("cannot be changed while live%s%s (%s: kexctl %s set %s live=0)",
		       users ? ", and it is in use by " : "", users ? users : "",
		       users ? "end them, then" : "first", noun_of(item), item->name);
	free(users);
	return text;
}

/* A size as it was typed, or else as it is set */
static const char *shown(const struct item *item, const char *attr, char text[SIZE_TEXT_MAX])
{
	size_t i = item->asked ? item->asked->count : 0;

	while (i--)
		if (!strcmp(item->asked->items[i].attr->name, attr))
			return item->asked->items[i].typed;
	return format_size(read_size(&item->dir, attr), text);
}

static bool reads(const struct item *item, const char *attr, const char *word)
{
	char *text = cfs_read(&item->dir, attr);
	bool same = text && !strcmp(text, word);

	free(text);
	return same;
}

/* live=1 could not get memory of that length */
static char *why_no_space(const struct item *item)
{
	uint64_t size = read_size(&item->dir, "size"), largest;
	char text[3][SIZE_TEXT_MAX];

	if (reads(item, "backing", "system"))
		return xprintf("size %s: more than this system has", shown(item, "size", text[0]));
	largest = read_size(&item->home, "largest_free");
	return xprintf("size %s: %s of carve-out '%s' is free (%s free, largest piece %s; "
		       "see: kexctl carveout list)", shown(item, "size", text[0]),
		       largest < size ? "no piece that long" : "no piece that long and aligned",
		       item->carveout, format_size(read_size(&item->home, "free"), text[1]),
		       format_size(largest, text[2]));
}

/* A region's place is a wish that reads back, a pool's a fact; others have none */
static bool read_place(const struct item *item, uint64_t *off)
{
	char *text = cfs_read(&item->dir, "offset");
	struct sysfs_class_device *object;
	bool found;

	if (!text) {
		object = sfs_open(item->name);
		text = object ? sfs_read(object, "offset") : NULL;
		sfs_close(object);
	}
	found = text && !parse_size(text, off);
	free(text);
	return found;
}

static bool overlap(const struct item *a, const struct item *b)
{
	uint64_t a_off, b_off;

	return read_place(a, &a_off) && read_place(b, &b_off) &&
	       a_off < b_off + read_size(&b->dir, "size") &&
	       b_off < a_off + read_size(&a->dir, "size");
}

/* Which live item of the same carve-out lies where this one wants to be: "pool 'p0'" */
static char *neighbour_of(const struct item *item)
{
	struct items list = { 0 };
	char *name = NULL;
	size_t i;

	if (items_list(NULL, &list))
		return NULL;
	for (i = 0; !name && i < list.count; i++) {
		struct item *other = &list.items[i];

		if (!strcmp(other->name, item->name) || strcmp(other->carveout, item->carveout))
			continue;
		if (!item_open(other) && item_is_live(other) && overlap(item, other))
			name = xprintf("%s '%s'", noun_of(other), other->name);
		item_shut(other);
	}
	items_free(&list);
	return name;
}

static char *why_quarantined(const struct item *item, const char *offset)
{
	char *users = proc_users(PROC_GONE, NULL), *text;

	text = xprintf("offset %s: held until users of a revoked %s close it%s%s (take another "
		       "one, or auto)", offset, noun_of(item), users ? ": " : "",
		       users ? users : "");
	free(users);
	return text;
}

static char *why_taken(const struct item *item)
{
	char *wanted = cfs_read(&item->dir, "offset"), *neighbour, *text;
	char text_of_offset[SIZE_TEXT_MAX];
	const char *offset;
	uint64_t bytes;
	bool automatic;

	automatic = !wanted || parse_size(wanted, &bytes);
	free(wanted);
	if (automatic)
		return NULL;
	offset = shown(item, "offset", text_of_offset);
	neighbour = neighbour_of(item);
	if (neighbour)
		text = xprintf("offset %s: taken by %s (take another one, or auto)", offset,
			       neighbour);
	else
		text = why_quarantined(item, offset);
	free(neighbour);
	return text;
}

static char *why_behind_end(const struct item *item)
{
	char text[3][SIZE_TEXT_MAX];

	return xprintf("offset %s: with size %s it ends behind carve-out '%s' (%s)",
		       shown(item, "offset", text[0]), shown(item, "size", text[1]), item->carveout,
		       format_size(read_size(&item->home, "size"), text[2]));
}

/* Going live fails for the sake of another attribute, which is then named */
static char *why_not_live(const struct item *item, int err)
{
	switch (err) {
	case ENOSPC:
		return why_no_space(item);
	case EBUSY:
		return why_taken(item);
	case ERANGE:
		return why_behind_end(item);
	case EOPNOTSUPP:
		if (item->kind != &kind_pool)
			return NULL;
		return xstrdup("live 1: this kernel was built without CONFIG_DEVICE_PRIVATE "
			       "or CONFIG_HMM_MIRROR (boot one that has both: kexctl features then "
			       "lists pool)");
	case ENODEV:
		return xprintf("live 1: carve-out '%s' is not bound (to bind it: echo DEVICE > "
			       "/sys/bus/platform/drivers/kex/bind)", item->carveout);
	case EINVAL:
		if (read_size(&item->dir, "size"))
			return NULL;
		return xprintf("live 1: no size is set (first: kexctl %s set %s size=SIZE)",
			       noun_of(item), item->name);
	default:
		return NULL;
	}
}

static char *why_in_use(const struct item *item)
{
	char *users = in_use(item), *text;

	text = xprintf("live 0: %s (end them, or: kexctl %s delete %s --force)", users,
		       noun_of(item), item->name);
	free(users);
	return text;
}

static bool is_live_attr(const struct wish *wish)
{
	return !strcmp(wish->attr->name, "live");
}

/* Of the two marks of a policy, which are never the wrong way round */
static char *why_crossed(const struct item *item, const struct wish *wish)
{
	bool low = !strcmp(wish->attr->name, "low");
	const char *name = low ? "high" : "low";
	char *other, *text, *remedy;

	if (!low && strcmp(wish->attr->name, "high"))
		return NULL;
	other = item_value(item, wish, name);
	if (item->made)
		remedy = xprintf("give --%s %s or %s", name, wish->written, low ? "more" : "less");
	else
		remedy = xstrdup("change that first");
	text = xprintf("%s %s, which is %s (%s)", low ? "above" : "below", name, other, remedy);
	free(remedy);
	free(other);
	return text;
}

static char *why_no_policy(void)
{
	struct items list = { 0 };
	struct strings known = { 0 };
	char *all, *text;
	size_t i;

	if (!items_list(&kind_policy, &list))
		for (i = 0; i < list.count; i++)
			strings_add(&known, list.items[i].name);
	all = strings_join(&known, ", ");
	text = xprintf("no such policy (policies: %s)", all);
	free(all);
	strings_free(&known);
	items_free(&list);
	return text;
}

/* Cause and remedy for an attribute that is itself the trouble */
static char *why_refused(const struct item *item, const struct wish *wish, int err)
{
	switch (err) {
	case EINVAL:
		if (wish->attr->type == SCHEMA_TRIGGER)
			return xstrdup("takes 1 alone");
		if (item->kind == &kind_policy && wish->attr->type == SCHEMA_UINT)
			return why_crossed(item, wish);
		return why_no_multiple(wish);
	case ERANGE:
		return why_out_of_range(wish);
	case EBUSY:
		return why_live(item);
	case ENOENT:
		return wish->attr->type == SCHEMA_WORD ? why_no_policy() : NULL;
	case ENOMEM:
		return is_live_attr(wish) && !strcmp(wish->written, "0") ?
			xstrdup("system memory has no room for its pages (free some, then again)") :
			NULL;
	default:
		return NULL;
	}
}

/* An object without this attribute is of an older module, or it has gone */
static int missing_attr(const struct item *item, const struct wish *wish, int err)
{
	char *live;

	if (err != ENOENT || wish->attr->type == SCHEMA_WORD)
		return err;
	live = cfs_read(&item->dir, "live");
	if (live)
		err = EOPNOTSUPP;
	free(live);
	return err;
}

/**
 * refused_write - say why an attribute could not be written
 * @item: with folders open
 * @wish: what was tried
 * @err: the errno
 * Return: the status.
 */
enum status refused_write(const struct item *item, const struct wish *wish, int err)
{
	char *text = NULL, *cause = NULL;

	err = missing_attr(item, wish, err);
	if (is_live_attr(wish) && !strcmp(wish->written, "1"))
		text = why_not_live(item, err);
	else if (is_live_attr(wish) && !strcmp(wish->written, "0") && err == EBUSY)
		text = why_in_use(item);
	else
		cause = why_refused(item, wish, err);
	if (!text)
		text = xprintf("%s %s: %s", wish->attr->name, wish->typed,
			       cause ? cause : cause_of(err));
	fail_on(status_of(err), noun_of(item), item->name, "%s", text);
	free(cause);
	free(text);
	return status_of(err);
}
