/* SPDX-License-Identifier: GPL-2.0-only */
/* Written by configfs-schema/gen.py from kex.yaml; do not edit. */
#ifndef KEXCTL_SCHEMA_GEN_H
#define KEXCTL_SCHEMA_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_type {
	SCHEMA_SIZE,		/* bytes; written with or without K, M, G */
	SCHEMA_OFFSET,		/* bytes, or auto */
	SCHEMA_UINT,
	SCHEMA_BOOL,		/* 0 | 1 */
	SCHEMA_OCTAL,
	SCHEMA_ENUM,		/* one of words */
	SCHEMA_TEXT,		/* any lines */
	SCHEMA_TRIGGER,		/* write-only: 1 */
	SCHEMA_WORD,		/* a name */
	SCHEMA_ADDRESS,		/* 0x... */
	SCHEMA_TABLE,		/* one line per thing, any length */
	SCHEMA_RANGE,		/* write-only: OFF LEN, or 1 in sysfs */
	SCHEMA_PIECES,		/* write-only: WOFF REGION ROFF LEN[; ...] */
};

enum schema_access {
	SCHEMA_RO,
	SCHEMA_RW,
	SCHEMA_WO,
};

/* A word of an enum or of a word list */
struct schema_word {
	const char *word;
	const char *meaning;
};

/*
 * An attribute: a wish in configfs, or a fact or action in sysfs. A pointer is
 * NULL where there is nothing to say.
 */
struct schema_attr {
	const char *name;
	enum schema_type type;
	enum schema_access access;
	unsigned int mode;		/* sysfs: file mode; configfs: 0 */
	bool integer;			/* JSON writes the value as a number */
	bool live;			/* may be written while live */
	bool required;			/* live=1 fails without it */
	bool page_multiple;
	uint64_t multiple;		/* other multiple in bytes, or 0 */
	uint64_t min;
	uint64_t max;
	const char *def;		/* default, as read back */
	const char *unit;
	const struct schema_word *words;	/* ends with .word == NULL */
	const char *option;		/* create: --option */
	const char *option_arg;		/* its argument; NULL: takes none, */
	const char *option_value;	/* and writes this */
	const char *meaning;
};

/* Each list ends with .name == NULL. */
struct schema_object {
	const char *name;
	const struct schema_attr *wishes;	/* configfs */
	const struct schema_attr *facts;	/* sysfs, or NULL */
};

static const struct schema_word schema_root_wishes_features[] = {
	{ "region",
	  "regions can be made through configfs" },
	{ "evict",
	  "the mappings of a region can be taken away and come back by fault" },
	{ "revoke",
	  "a region can be taken back from its users" },
	{ "scrub",
	  "memory is zeroed when it is handed out and when it is given back" },
	{ "populate-lazy",
	  "a mapping can be filled by faults instead of by mmap" },
	{ "sync",
	  "caches of a range can be cleaned and invalidated" },
	{ "users",
	  "the mappings of a region can be listed" },
	{ "hold",
	  "memory can be taken from its mappings until it is restored" },
	{ "hole",
	  "what a touch of held memory meets can be chosen" },
	{ "poll",
	  "changes of state wake poll, and signal an eventfd" },
	{ "window",
	  "address ranges can be made whose pages regions lend" },
	{ "huge",
	  "lazy mappings get page-table entries of 2 MiB where they fit" },
	{ "trace",
	  "what happens to mapped memory can be followed by tracepoints" },
	{ "pool",
	  "pages of processes can be migrated to a pool's memory and back" },
	{ NULL, NULL }
};

static const struct schema_attr schema_root_wishes[] = {
	{
		.name = "features",
		.type = SCHEMA_TEXT,
		.access = SCHEMA_RO,
		.max = 0,
		.words = schema_root_wishes_features,
		.meaning =
			"what this kernel and this build can do, one word per line",
	},
	{ .name = NULL }
};

__attribute__((unused))
static const struct schema_object schema_root = {
	.name = "root",
	.wishes = schema_root_wishes,
	.facts = NULL,
};

static const struct schema_attr schema_carveout_wishes[] = {
	{
		.name = "bound",
		.type = SCHEMA_BOOL,
		.access = SCHEMA_RO,
		.integer = true,
		.max = 1,
		.meaning =
			"1 while the platform device is bound to the driver",
	},
	{
		.name = "size",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"memory of the carve-out, all its ranges together",
	},
	{
		.name = "free",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"memory that no live object holds",
	},
	{
		.name = "largest_free",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"the longest contiguous free piece, so the largest region that fits",
	},
	{ .name = NULL }
};

__attribute__((unused))
static const struct schema_object schema_carveout = {
	.name = "carveout",
	.wishes = schema_carveout_wishes,
	.facts = NULL,
};

static const struct schema_word schema_region_wishes_cache[] = {
	{ "write-back",
	  "ordinary cached memory" },
	{ "write-combine",
	  "not cached, writes may be merged and reordered" },
	{ "uncached",
	  "not cached, strictly ordered, writes not acknowledged early" },
	{ "device",
	  "not cached, strictly ordered, writes may be acknowledged early" },
	{ NULL, NULL }
};

static const struct schema_word schema_region_wishes_populate[] = {
	{ "eager",
	  "mmap fills the whole mapping" },
	{ "lazy",
	  "the first touch of each part fills it" },
	{ NULL, NULL }
};

static const struct schema_word schema_region_wishes_hole[] = {
	{ "sigbus",
	  "the process gets SIGBUS" },
	{ "zero",
	  "reads see a page of zeroes, writes get SIGBUS" },
	{ "scratch",
	  "a page of the open file's own, zeroed at first, takes reads and writes" },
	{ "wait",
	  "the process sleeps until the memory is back; the kernel's own accesses get EFAULT" },
	{ NULL, NULL }
};

static const struct schema_attr schema_region_wishes[] = {
	{
		.name = "size",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RW,
		.integer = true,
		.required = true,
		.page_multiple = true,
		.min = 1,
		.max = UINT64_MAX,
		.def = "0",
		.unit = "bytes",
		.option = "size",
		.option_arg = "SIZE",
		.meaning =
			"length of the region",
	},
	{
		.name = "offset",
		.type = SCHEMA_OFFSET,
		.access = SCHEMA_RW,
		.integer = true,
		.page_multiple = true,
		.max = UINT64_MAX,
		.def = "auto",
		.unit = "bytes",
		.option = "offset",
		.option_arg = "OFFSET",
		.meaning =
			"where the region starts in its carve-out",
	},
	{
		.name = "cache",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RW,
		.max = 3,
		.def = "write-back",
		.words = schema_region_wishes_cache,
		.option = "cache",
		.option_arg = "ATTRIBUTE",
		.meaning =
			"cache attribute of every mapping of the region",
	},
	{
		.name = "mode",
		.type = SCHEMA_OCTAL,
		.access = SCHEMA_RW,
		.max = 0777,
		.def = "0660",
		.option = "mode",
		.option_arg = "MODE",
		.meaning =
			"file mode of the node /dev/kex/<region>",
	},
	{
		.name = "scrub",
		.type = SCHEMA_BOOL,
		.access = SCHEMA_RW,
		.integer = true,
		.max = 1,
		.def = "1",
		.option = "no-scrub",
		.option_value = "0",
		.meaning =
			"whether the memory is zeroed when the region goes live and when it is given back",
	},
	{
		.name = "populate",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RW,
		.max = 1,
		.def = "eager",
		.words = schema_region_wishes_populate,
		.option = "populate",
		.option_arg = "WHEN",
		.meaning =
			"when the page tables of a mapping are filled",
	},
	{
		.name = "hole",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RW,
		.max = 3,
		.def = "sigbus",
		.words = schema_region_wishes_hole,
		.option = "hole",
		.option_arg = "MODE",
		.meaning =
			"what a touch of held memory meets",
	},
	{
		.name = "live",
		.type = SCHEMA_BOOL,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.max = 1,
		.def = "0",
		.option = "no-live",
		.option_value = "0",
		.meaning =
			"whether the region exists, with memory and a node",
	},
	{
		.name = "revoke",
		.type = SCHEMA_TRIGGER,
		.access = SCHEMA_WO,
		.live = true,
		.min = 1,
		.max = 1,
		.meaning =
			"takes the region back from its users, whatever they do",
	},
	{ .name = NULL }
};

static const struct schema_word schema_region_facts_state[] = {
	{ "resident",
	  "the page tables may show the memory" },
	{ "evicted",
	  "an evict cleared everything, and nothing has been touched or mapped since" },
	{ "held",
	  "some of it is held, and a touch of that meets the hole mode" },
	{ NULL, NULL }
};

static const struct schema_word schema_region_facts_cache[] = {
	{ "write-back",
	  "ordinary cached memory" },
	{ "write-combine",
	  "not cached, writes may be merged and reordered" },
	{ "uncached",
	  "not cached, strictly ordered, writes not acknowledged early" },
	{ "device",
	  "not cached, strictly ordered, writes may be acknowledged early" },
	{ NULL, NULL }
};

static const struct schema_attr schema_region_facts[] = {
	{
		.name = "kind",
		.type = SCHEMA_WORD,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 0,
		.meaning =
			"what the object is: region, window or pool",
	},
	{
		.name = "carveout",
		.type = SCHEMA_WORD,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 0,
		.meaning =
			"name of the carve-out that the memory is from",
	},
	{
		.name = "size",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"length of the object",
	},
	{
		.name = "state",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 2,
		.words = schema_region_facts_state,
		.meaning =
			"whether the memory can be reached through page tables",
	},
	{
		.name = "opens",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "files",
		.meaning =
			"open files, those included that only a mapping keeps open",
	},
	{
		.name = "mappings",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "mappings",
		.meaning =
			"virtual memory areas over the object, in all processes",
	},
	{
		.name = "resident",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"memory now reachable through page tables",
	},
	{
		.name = "faults",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "faults",
		.meaning =
			"page faults served",
	},
	{
		.name = "evictions",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "evictions",
		.meaning =
			"evictions done",
	},
	{
		.name = "restores",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "faults",
		.meaning =
			"faults that brought evicted or held memory back",
	},
	{
		.name = "cache",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 3,
		.words = schema_region_facts_cache,
		.meaning =
			"cache attribute of every mapping",
	},
	{
		.name = "phys",
		.type = SCHEMA_ADDRESS,
		.access = SCHEMA_RO,
		.mode = 0400,
		.max = 0,
		.meaning =
			"physical address of the first byte, as 0x...",
	},
	{
		.name = "evict",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.mode = 0200,
		.page_multiple = true,
		.max = 0,
		.unit = "bytes",
		.meaning =
			"clears page-table entries in every process",
	},
	{
		.name = "hold",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.mode = 0200,
		.page_multiple = true,
		.max = 0,
		.unit = "bytes",
		.meaning =
			"takes memory away from every mapping until it is restored",
	},
	{
		.name = "restore",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.mode = 0200,
		.page_multiple = true,
		.max = 0,
		.unit = "bytes",
		.meaning =
			"lets go of what is held",
	},
	{
		.name = "users",
		.type = SCHEMA_TABLE,
		.access = SCHEMA_RO,
		.mode = 0440,
		.max = 0,
		.meaning =
			"who maps it, one line per mapping",
	},
	{ .name = NULL }
};

__attribute__((unused))
static const struct schema_object schema_region = {
	.name = "region",
	.wishes = schema_region_wishes,
	.facts = schema_region_facts,
};

static const struct schema_word schema_window_wishes_cache[] = {
	{ "write-back",
	  "ordinary cached memory" },
	{ "write-combine",
	  "not cached, writes may be merged and reordered" },
	{ "uncached",
	  "not cached, strictly ordered, writes not acknowledged early" },
	{ "device",
	  "not cached, strictly ordered, writes may be acknowledged early" },
	{ NULL, NULL }
};

static const struct schema_word schema_window_wishes_hole[] = {
	{ "sigbus",
	  "the process gets SIGBUS" },
	{ "zero",
	  "reads see a page of zeroes, writes get SIGBUS" },
	{ "scratch",
	  "a page of the open file's own, zeroed at first, takes reads and writes" },
	{ "wait",
	  "the process sleeps until the memory is back; the kernel's own accesses get EFAULT" },
	{ NULL, NULL }
};

static const struct schema_attr schema_window_wishes[] = {
	{
		.name = "size",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RW,
		.integer = true,
		.required = true,
		.page_multiple = true,
		.min = 1,
		.max = 1099511627776,
		.def = "0",
		.unit = "bytes",
		.option = "size",
		.option_arg = "SIZE",
		.meaning =
			"length of the window",
	},
	{
		.name = "cache",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RW,
		.max = 3,
		.def = "write-back",
		.words = schema_window_wishes_cache,
		.option = "cache",
		.option_arg = "ATTRIBUTE",
		.meaning =
			"cache attribute of every mapping, and of the regions that may lend to it",
	},
	{
		.name = "hole",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RW,
		.max = 3,
		.def = "sigbus",
		.words = schema_window_wishes_hole,
		.option = "hole",
		.option_arg = "MODE",
		.meaning =
			"what a touch meets where nothing is lent, or what is lent is held",
	},
	{
		.name = "mode",
		.type = SCHEMA_OCTAL,
		.access = SCHEMA_RW,
		.max = 0777,
		.def = "0660",
		.option = "mode",
		.option_arg = "MODE",
		.meaning =
			"file mode of the node /dev/kex/<window>",
	},
	{
		.name = "live",
		.type = SCHEMA_BOOL,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.max = 1,
		.def = "0",
		.option = "no-live",
		.option_value = "0",
		.meaning =
			"whether the window exists, with a node",
	},
	{
		.name = "revoke",
		.type = SCHEMA_TRIGGER,
		.access = SCHEMA_WO,
		.live = true,
		.min = 1,
		.max = 1,
		.meaning =
			"takes the window back from its users, whatever they do",
	},
	{
		.name = "map",
		.type = SCHEMA_PIECES,
		.access = SCHEMA_WO,
		.live = true,
		.max = 0,
		.meaning =
			"lends parts of regions to the window, all of those named or none",
	},
	{
		.name = "unmap",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.live = true,
		.max = 0,
		.meaning =
			"gives back what was lent for a part of the window",
	},
	{
		.name = "pieces",
		.type = SCHEMA_TABLE,
		.access = SCHEMA_RO,
		.max = 0,
		.meaning =
			"what is lent to the window, one line per piece",
	},
	{ .name = NULL }
};

static const struct schema_word schema_window_facts_state[] = {
	{ "resident",
	  "the page tables may show the memory" },
	{ "evicted",
	  "an evict cleared everything, and nothing has been touched or mapped since" },
	{ "held",
	  "some of it is held, and a touch of that meets the hole mode" },
	{ NULL, NULL }
};

static const struct schema_word schema_window_facts_cache[] = {
	{ "write-back",
	  "ordinary cached memory" },
	{ "write-combine",
	  "not cached, writes may be merged and reordered" },
	{ "uncached",
	  "not cached, strictly ordered, writes not acknowledged early" },
	{ "device",
	  "not cached, strictly ordered, writes may be acknowledged early" },
	{ NULL, NULL }
};

static const struct schema_attr schema_window_facts[] = {
	{
		.name = "kind",
		.type = SCHEMA_WORD,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 0,
		.meaning =
			"what the object is: region, window or pool",
	},
	{
		.name = "carveout",
		.type = SCHEMA_WORD,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 0,
		.meaning =
			"name of the carve-out that the memory is from",
	},
	{
		.name = "size",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"length of the object",
	},
	{
		.name = "state",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 2,
		.words = schema_window_facts_state,
		.meaning =
			"whether the memory can be reached through page tables",
	},
	{
		.name = "opens",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "files",
		.meaning =
			"open files, those included that only a mapping keeps open",
	},
	{
		.name = "mappings",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "mappings",
		.meaning =
			"virtual memory areas over the object, in all processes",
	},
	{
		.name = "resident",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"memory now reachable through page tables",
	},
	{
		.name = "faults",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "faults",
		.meaning =
			"page faults served",
	},
	{
		.name = "evictions",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "evictions",
		.meaning =
			"evictions done",
	},
	{
		.name = "restores",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "faults",
		.meaning =
			"faults that brought evicted or held memory back",
	},
	{
		.name = "cache",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 3,
		.words = schema_window_facts_cache,
		.meaning =
			"cache attribute of every mapping",
	},
	{
		.name = "evict",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.mode = 0200,
		.page_multiple = true,
		.max = 0,
		.unit = "bytes",
		.meaning =
			"clears page-table entries in every process",
	},
	{
		.name = "hold",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.mode = 0200,
		.page_multiple = true,
		.max = 0,
		.unit = "bytes",
		.meaning =
			"takes memory away from every mapping until it is restored",
	},
	{
		.name = "restore",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.mode = 0200,
		.page_multiple = true,
		.max = 0,
		.unit = "bytes",
		.meaning =
			"lets go of what is held",
	},
	{
		.name = "users",
		.type = SCHEMA_TABLE,
		.access = SCHEMA_RO,
		.mode = 0440,
		.max = 0,
		.meaning =
			"who maps it, one line per mapping",
	},
	{ .name = NULL }
};

__attribute__((unused))
static const struct schema_object schema_window = {
	.name = "window",
	.wishes = schema_window_wishes,
	.facts = schema_window_facts,
};

static const struct schema_word schema_pool_wishes_backing[] = {
	{ "carveout",
	  "memory of the carve-out, page i of the pool in its page i" },
	{ "system",
	  "pages of the system, taken one by one as the pool fills" },
	{ NULL, NULL }
};

static const struct schema_word schema_pool_wishes_policy[] = {
	{ "fifo",
	  "what came in first goes first" },
	{ "lru",
	  "what has not been used for longest goes first" },
	{ "clock",
	  "what has been used since it was looked at last is passed over once" },
	{ "random",
	  "any, with the same chance" },
	{ NULL, NULL }
};

static const struct schema_attr schema_pool_wishes[] = {
	{
		.name = "size",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RW,
		.integer = true,
		.required = true,
		.multiple = 2097152,
		.min = 1,
		.max = UINT64_MAX,
		.def = "0",
		.unit = "bytes",
		.option = "size",
		.option_arg = "SIZE",
		.meaning =
			"how much memory of processes the pool can hold",
	},
	{
		.name = "backing",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RW,
		.max = 1,
		.def = "carveout",
		.words = schema_pool_wishes_backing,
		.option = "backing",
		.option_arg = "WHERE",
		.meaning =
			"where the bytes lie while they are in the pool",
	},
	{
		.name = "mode",
		.type = SCHEMA_OCTAL,
		.access = SCHEMA_RW,
		.max = 0777,
		.def = "0660",
		.option = "mode",
		.option_arg = "MODE",
		.meaning =
			"file mode of the node /dev/kex/<pool>",
	},
	{
		.name = "policy",
		.type = SCHEMA_WORD,
		.access = SCHEMA_RW,
		.live = true,
		.max = 0,
		.def = "fifo",
		.words = schema_pool_wishes_policy,
		.option = "policy",
		.option_arg = "POLICY",
		.meaning =
			"name of the policy by which the pool evicts",
	},
	{
		.name = "fault_around",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.min = 1,
		.max = 512,
		.def = "64",
		.option = "fault-around",
		.option_arg = "PAGES",
		.meaning =
			"most pages that one CPU fault brings back",
	},
	{
		.name = "live",
		.type = SCHEMA_BOOL,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.max = 1,
		.def = "0",
		.option = "no-live",
		.option_value = "0",
		.meaning =
			"whether the pool exists, with memory and a node",
	},
	{
		.name = "revoke",
		.type = SCHEMA_TRIGGER,
		.access = SCHEMA_WO,
		.live = true,
		.min = 1,
		.max = 1,
		.meaning =
			"takes the pool down, whatever its users do",
	},
	{ .name = NULL }
};

static const struct schema_word schema_pool_facts_state[] = {
	{ "resident",
	  "the page tables may show the memory" },
	{ "evicted",
	  "an evict cleared everything, and nothing has been touched or mapped since" },
	{ "held",
	  "some of it is held, and a touch of that meets the hole mode" },
	{ NULL, NULL }
};

static const struct schema_attr schema_pool_facts[] = {
	{
		.name = "kind",
		.type = SCHEMA_WORD,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 0,
		.meaning =
			"what the object is: region, window or pool",
	},
	{
		.name = "carveout",
		.type = SCHEMA_WORD,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 0,
		.meaning =
			"name of the carve-out that the memory is from",
	},
	{
		.name = "size",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"length of the object",
	},
	{
		.name = "state",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RO,
		.mode = 0444,
		.max = 2,
		.words = schema_pool_facts_state,
		.meaning =
			"whether the memory can be reached through page tables",
	},
	{
		.name = "opens",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "files",
		.meaning =
			"open files, those included that only a mapping keeps open",
	},
	{
		.name = "mappings",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "mappings",
		.meaning =
			"virtual memory areas over the object, in all processes",
	},
	{
		.name = "resident",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"memory now reachable through page tables",
	},
	{
		.name = "faults",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "faults",
		.meaning =
			"page faults served",
	},
	{
		.name = "evictions",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "evictions",
		.meaning =
			"evictions done",
	},
	{
		.name = "restores",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "faults",
		.meaning =
			"faults that brought evicted or held memory back",
	},
	{
		.name = "users",
		.type = SCHEMA_TABLE,
		.access = SCHEMA_RO,
		.mode = 0440,
		.max = 0,
		.meaning =
			"who maps it, one line per mapping",
	},
	{
		.name = "offset",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"where the pool's memory starts in its carve-out",
	},
	{
		.name = "capacity",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"most bytes of processes that the pool can hold",
	},
	{
		.name = "used",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "bytes",
		.meaning =
			"bytes of processes that the pool holds now",
	},
	{
		.name = "init_us",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "microseconds",
		.meaning =
			"time that the kernel took to set up its descriptions of the pool's pages",
	},
	{
		.name = "migrated_in",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "pages",
		.meaning =
			"pages that came in",
	},
	{
		.name = "migrated_out",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "pages",
		.meaning =
			"pages that went back to system memory, for whatever reason",
	},
	{
		.name = "fault_pages",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "pages",
		.meaning =
			"pages that CPU faults brought back, neighbours included",
	},
	{
		.name = "policy_evictions",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RO,
		.mode = 0444,
		.integer = true,
		.max = UINT64_MAX,
		.unit = "pages",
		.meaning =
			"pages that the policy sent back to make room",
	},
	{
		.name = "evict",
		.type = SCHEMA_RANGE,
		.access = SCHEMA_WO,
		.mode = 0200,
		.page_multiple = true,
		.max = 0,
		.unit = "bytes",
		.meaning =
			"sends pages back to system memory",
	},
	{ .name = NULL }
};

__attribute__((unused))
static const struct schema_object schema_pool = {
	.name = "pool",
	.wishes = schema_pool_wishes,
	.facts = schema_pool_facts,
};

static const struct schema_word schema_policy_wishes_algorithm[] = {
	{ "fifo",
	  "what came in first goes first" },
	{ "lru",
	  "what has not been used for longest goes first" },
	{ "clock",
	  "what has been used since it was looked at last is passed over once" },
	{ "random",
	  "any, with the same chance" },
	{ NULL, NULL }
};

static const struct schema_attr schema_policy_wishes[] = {
	{
		.name = "algorithm",
		.type = SCHEMA_ENUM,
		.access = SCHEMA_RW,
		.max = 3,
		.def = "fifo",
		.words = schema_policy_wishes_algorithm,
		.option = "algorithm",
		.option_arg = "WORD",
		.meaning =
			"in which order pages are evicted",
	},
	{
		.name = "low",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.min = 1,
		.max = 100,
		.def = "90",
		.option = "low",
		.option_arg = "PERCENT",
		.meaning =
			"percent of a pool's capacity at which eviction stops",
	},
	{
		.name = "high",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.min = 1,
		.max = 100,
		.def = "100",
		.option = "high",
		.option_arg = "PERCENT",
		.meaning =
			"percent of a pool's capacity above which eviction starts",
	},
	{
		.name = "granule",
		.type = SCHEMA_SIZE,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.page_multiple = true,
		.min = 1,
		.max = 1073741824,
		.def = "2097152",
		.unit = "bytes",
		.option = "granule",
		.option_arg = "SIZE",
		.meaning =
			"bytes of a pool that are evicted as one",
	},
	{
		.name = "min_resident_ms",
		.type = SCHEMA_UINT,
		.access = SCHEMA_RW,
		.integer = true,
		.live = true,
		.max = 86400000,
		.def = "0",
		.unit = "milliseconds",
		.option = "min-resident-ms",
		.option_arg = "MS",
		.meaning =
			"what came in less long ago is not evicted",
	},
	{ .name = NULL }
};

__attribute__((unused))
static const struct schema_object schema_policy = {
	.name = "policy",
	.wishes = schema_policy_wishes,
	.facts = NULL,
};

#endif /* KEXCTL_SCHEMA_GEN_H */
