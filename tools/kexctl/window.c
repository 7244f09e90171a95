// SPDX-License-Identifier: GPL-2.0-only
/* The noun window: address ranges whose pages regions lend, piece by piece. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"
#include "proc.h"
#include "verb.h"
#include "window.h"

#define PIECES		"pieces"

/* The kernel takes as much at a time, and calls the rest cut */
#define MAP_TEXT_MAX	4094

/* A list that changes while it is read is read again; not for ever */
#define READ_TRIES	100

/* Words of a piece that is typed: WOFF REGION OFF+LEN */
#define PIECE_WORDS	3

/**
 * window_pieces - what is lent to a window
 * @item: with folders open
 * @list: out, zeroed before; sorted by place in the window
 * Return: 0, or the errno.
 */
int window_pieces(const struct item *item, struct pieces *list)
{
	int tries = READ_TRIES;
	char *text;
	bool good;

	do {
		text = cfs_read(&item->dir, PIECES);
	} while (!text && errno == EAGAIN && --tries);
	if (!text)
		return errno;
	good = pieces_read(text, list);
	free(text);
	return good ? 0 : EPROTO;
}

static void record_pieces(const struct item *item, struct record *record)
{
	struct pieces list = { 0 };

	if (!window_pieces(item, &list))
		pieces_record(&list, record, PIECES);
	pieces_free(&list);
}

static const char * const columns[] = {
	"name", "carveout", "size", "cache", "hole", "pieces", "state", "opens", "mappings",
	"resident", NULL
};

const struct kind kind_window = {
	.schema = &schema_window,
	.folder = "windows",
	.columns = columns,
	.record = record_pieces,
};

static bool is_lent(const struct item *window, const char *region)
{
	struct pieces list = { 0 };
	bool lent = false;
	size_t i;

	if (!window_pieces(window, &list))
		for (i = 0; !lent && i < list.count; i++)
			lent = !strcmp(list.items[i].region, region);
	pieces_free(&list);
	return lent;
}

/**
 * window_users - who uses a region by way of a window
 * @region: the region
 * Return: such as "pid 812 (cat) through window 'w0'", to be freed; NULL when
 * nobody was found.
 */
char *window_users(const struct item *region)
{
	char *all = NULL, *users;
	struct items list = { 0 };
	size_t i;

	if (items_list(&kind_window, &list))
		return NULL;
	for (i = 0; i < list.count; i++) {
		struct item *window = &list.items[i];

		users = !item_open(window) && is_lent(window, region->name) ?
			proc_users(PROC_NODE, window->name) : NULL;
		if (users)
			xappend(&all, "%s%s through window '%s'", all ? ", " : "", users,
				window->name);
		free(users);
		item_shut(window);
	}
	items_free(&list);
	return all;
}

static uint64_t size_of(const struct item *item)
{
	char *text = cfs_read(&item->dir, "size");
	uint64_t bytes = 0;

	if (text && parse_size(text, &bytes))
		bytes = 0;
	free(text);
	return bytes;
}

static bool lies_inside(uint64_t off, uint64_t len, uint64_t size)
{
	return off <= size && len <= size - off;
}

static bool is_window(const char *name)
{
	struct items list = { 0 };
	bool found;

	found = !items_list(&kind_window, &list) && items_find(&list, name);
	items_free(&list);
	return found;
}

/* A region that is not there, is elsewhere, or is not live */
static enum status check_region(const struct item *window, const struct piece *piece,
				struct item *region)
{
	enum status status;

	*region = (struct item){ 0 };
	if (is_window(piece->region))
		return fail_on(REFUSED, "window", window->name, "piece %s: '%s' is a window, and "
			       "regions alone lend", piece->typed, piece->region);
	status = item_find(&kind_region, piece->region, region);
	if (status)
		return status;
	if (strcmp(region->carveout, window->carveout))
		return fail_on(REFUSED, "window", window->name, "piece %s: the region is of carve-out "
			       "'%s', the window of '%s'", piece->typed, region->carveout,
			       window->carveout);
	if (!item_is_live(region))
		return fail_on(REFUSED, "window", window->name, "piece %s: the region is not live "
			       "(first: kexctl region set %s live=1)", piece->typed, piece->region);
	return DONE;
}

static enum status check_cache(const struct item *window, const struct piece *piece,
			       const struct item *region)
{
	char *ours = cfs_read(&window->dir, "cache"), *its = cfs_read(&region->dir, "cache");
	enum status status = DONE;

	if (ours && its && strcmp(ours, its))
		status = fail_on(REFUSED, "window", window->name, "piece %s: the region is %s, the "
				 "window %s (they must be the same)", piece->typed, its, ours);
	free(ours);
	free(its);
	return status;
}

static enum status check_range(const struct item *window, const struct piece *piece,
			       const struct item *region)
{
	uint64_t page = sysconf(_SC_PAGESIZE), size = size_of(window);
	char text[SIZE_TEXT_MAX];

	if (!piece->len || (piece->woff | piece->roff | piece->len) % page)
		return fail_on(REFUSED, "window", window->name, "piece %s: offsets and length must be "
			       "multiples of the %s page, and the length not 0", piece->typed,
			       format_size(page, text));
	if (!lies_inside(piece->woff, piece->len, size))
		return fail_on(REFUSED, "window", window->name, "piece %s: ends behind the window "
			       "(size %s)", piece->typed, format_size(size, text));
	size = size_of(region);
	if (!lies_inside(piece->roff, piece->len, size))
		return fail_on(REFUSED, "window", window->name, "piece %s: ends behind region '%s' "
			       "(size %s)", piece->typed, piece->region, format_size(size, text));
	return DONE;
}

/* @there: what the window has already, and before that what was typed */
static enum status check_place(const struct item *window, const struct piece *piece,
			       const struct piece *there, size_t count, bool typed)
{
	char text[SIZE_TEXT_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		if (!pieces_meet(piece, &there[i]))
			continue;
		if (typed)
			return fail_on(REFUSED, "window", window->name, "piece %s: overlaps piece %s",
				       piece->typed, there[i].typed);
		return fail_on(REFUSED, "window", window->name, "piece %s: overlaps piece %s, which "
			       "is there already (first: kexctl window unmap %s 0x%llx+%s)",
			       piece->typed, there[i].typed, window->name,
			       (unsigned long long)there[i].woff, format_size(there[i].len, text));
	}
	return DONE;
}

static enum status check_piece(const struct item *window, const struct pieces *list, size_t at,
			       const struct pieces *there)
{
	const struct piece *piece = &list->items[at];
	enum status status;
	struct item region;

	status = check_region(window, piece, &region);
	if (!status)
		status = check_cache(window, piece, &region);
	if (!status)
		status = check_range(window, piece, &region);
	if (!status)
		status = check_place(window, piece, list->items, at, true);
	if (!status)
		status = check_place(window, piece, there->items, there->count, false);
	item_close(&region);
	return status;
}

/* Why the kernel will refuse pieces, or has: it says so of all of them at once */
static enum status check_pieces(const struct item *window, const struct pieces *list)
{
	enum status status = DONE;
	struct pieces there = { 0 };
	size_t i;

	if (window_pieces(window, &there))
		pieces_free(&there);
	for (i = 0; !status && i < list->count; i++)
		status = check_piece(window, list, i, &there);
	pieces_free(&there);
	return status;
}

/* Whether it is the pieces that the kernel did not like */
static bool is_of_pieces(int err)
{
	switch (err) {
	case EBUSY:
	case EINVAL:
	case ENODEV:
	case ENOENT:
	case ERANGE:
	case EXDEV:
		return true;
	default:
		return false;
	}
}

static enum status map_text(const struct item *window, const struct pieces *list, const char *text)
{
	enum status status = DONE;
	int err;

	if (strlen(text) > MAP_TEXT_MAX)
		return fail_on(REFUSED, "window", window->name, "%zu pieces are too long a list for "
			       "one write (map them in several commands)", list->count);
	if (globals.dry_run)
		status = check_pieces(window, list);
	if (status)
		return status;
	err = cfs_write(&window->dir, "map", text);
	if (!err)
		return DONE;
	if (is_of_pieces(err))
		status = check_pieces(window, list);
	return status ? status : refused_other(window, "map", err);
}

static enum status map_pieces(const struct cmd_args *args, const struct pieces *list)
{
	struct item window = { 0 };
	enum status status;
	char *text;

	status = item_find(&kind_window, args->names[0], &window);
	if (!status)
		status = must_be_live(&window, "map");
	if (!status) {
		text = pieces_write(list);
		status = map_text(&window, list, text);
		free(text);
	}
	item_close(&window);
	return status;
}

static enum status map(const struct cmd_args *args)
{
	const char *name = args->names[0], *cause = NULL;
	struct pieces list = { 0 };
	enum status status = DONE;
	char *what;
	int i;

	if ((args->count - 1) % PIECE_WORDS)
		return fail_on(USAGE, "window", name, "map: a piece is WOFF REGION OFF+LEN, and '%s' "
			       "does not end one", args->names[args->count - 1]);
	for (i = 1; !cause && i < args->count; i += PIECE_WORDS)
		cause = pieces_take(args->names + i, &list, &what);
	if (cause) {
		status = fail_on(USAGE, "window", name, "%s: %s", what, cause);
		free(what);
	}
	if (!status)
		status = map_pieces(args, &list);
	if (!status)
		status = verb_acted(args);
	pieces_free(&list);
	return status;
}

static enum status unmap_range(const struct item *window, const char *typed, uint64_t off,
			       uint64_t len)
{
	char *text;
	int err;

	text = xprintf("%llu %llu", (unsigned long long)off, (unsigned long long)len);
	err = cfs_write(&window->dir, "unmap", text);
	free(text);
	if (err == EINVAL || err == ERANGE)
		return refused_range(window, "range", typed, err);
	return err ? refused_other(window, "unmap", err) : DONE;
}

static enum status unmap(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->names[1], *cause;
	struct item window = { 0 };
	uint64_t off = 0, len = 0;
	enum status status;

	cause = parse_range(typed, &off, &len);
	if (cause)
		return fail_on(USAGE, "window", name, "range %s%s%s", typed, *typed ? ": " : "",
			       cause);
	status = item_find(&kind_window, name, &window);
	if (!status)
		status = must_be_live(&window, "unmap");
	if (!status)
		status = unmap_range(&window, typed, off, len);
	if (!status)
		status = verb_acted(args);
	item_close(&window);
	return status;
}

static const struct cmd cmds[] = {
	{
		.verb = "list",
		.run = verb_list,
		.synopsis = "",
		.summary = "all windows, live or only configured, by name",
		.help = "Anonymous windows, which programs make by ioctl, have no name and are not\n"
			"listed.",
	},
	{
		.verb = "create",
		.run = verb_create,
		.synopsis = "NAME --size SIZE",
		.summary = "make an empty window and bring it up as /dev/kex/NAME",
		.help = "It takes no memory: regions of the same carve-out and cache attribute lend it\n"
			"theirs by map. When a step is refused, nothing is left behind.\n"
			"\n"
			"Examples:\n"
			"  kexctl window create w0 --size 1M\n"
			"  kexctl window create w1 --size 1G --hole scratch   write where nothing is lent",
		.min = 1,
		.max = 1,
		.changes = true,
		.options = create_options,
		.creates = &schema_window,
	},
	{
		.verb = "show",
		.run = verb_show,
		.synopsis = "NAME...",
		.summary = "all that is known of some windows, their pieces too",
		.help = "A piece is written as map takes it. In JSON, pieces is an array of objects\n"
			"with woff, region, roff and len.",
		.min = 1,
		.max = -1,
	},
	{
		.verb = "set",
		.run = verb_set,
		.synopsis = "NAME KEY=VALUE...",
		.summary = "change attributes, in the order given",
		.help = "A live window keeps its attributes: live=0 first, which gives back what was\n"
			"lent. When one is refused, those before it get their old values back.\n"
			"\n"
			"Example:\n"
			"  kexctl window set w0 live=0 size=2M hole=zero live=1",
		.min = 2,
		.max = -1,
		.changes = true,
	},
	{
		.verb = "map",
		.run = map,
		.synopsis = "NAME WOFF REGION OFF+LEN [WOFF REGION OFF+LEN]...",
		.summary = "show bytes of regions at offsets of the window, all pieces or none",
		.help = "Who has the window mapped sees them from then on, at the same addresses. No\n"
			"two pieces of a window overlap, but one range may be lent several times.\n"
			"\n"
			"Examples:\n"
			"  kexctl window map w0 0x0 fb0 0x10000+64K\n"
			"  kexctl window map w0 64K fb1 0+4K 68K fb0 0+4K     two in one step",
		.min = 4,
		.max = -1,
		.changes = true,
	},
	{
		.verb = "unmap",
		.run = unmap,
		.synopsis = "NAME OFF+LEN",
		.summary = "give back what a part of the window shows",
		.help = "Any part: a piece that lies there in part keeps the rest. A touch then meets\n"
			"what create --hole chose.\n"
			"\n"
			"Example:\n"
			"  kexctl window unmap w0 0x0+64K",
		.min = 2,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "delete",
		.run = verb_delete,
		.synopsis = "NAME...",
		.summary = "take windows down and remove them",
		.help = "One that is open or mapped stays as it was, unless --force is given. The\n"
			"regions keep their bytes.",
		.min = 1,
		.max = -1,
		.changes = true,
		.options = delete_options,
	},
	{
		.verb = "evict",
		.run = verb_zap,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "take its pages from every process; a touch brings them back",
		.help = "Of mappings of this window alone: not those of the regions, nor of other\n"
			"windows.",
		.min = 1,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "hold",
		.run = verb_zap,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "take what it shows from every process until it is restored",
		.help = "Of mappings of this window alone. A touch meets what create --hole chose; so\n"
			"it does where a region holds what it lends.",
		.min = 1,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "restore",
		.run = verb_zap,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "let go of what is held",
		.min = 1,
		.max = 2,
		.changes = true,
	},
	{ .verb = NULL }
};

const struct noun noun_window = {
	.name = "window",
	.summary = "Windows: address ranges whose pages regions lend, and can take back.",
	.kind = &kind_window,
	.cmds = cmds,
};
