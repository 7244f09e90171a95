// SPDX-License-Identifier: GPL-2.0-only
/* The noun region: named slices of a carve-out, each with a node. */
#include <stddef.h>

#include "access.h"
#include "copy.h"
#include "dt.h"
#include "item.h"
#include "verb.h"

static const char * const columns[] = {
	"name", "carveout", "size", "offset", "cache", "state", "opens", "mappings", "resident",
	NULL
};

static bool is_fixed(const struct item *item)
{
	return dt_has_region(item->carveout, item->name);
}

const struct kind kind_region = {
	.schema = &schema_region,
	.folder = "regions",
	.columns = columns,
	.fixed = is_fixed,
};

static enum status load(const struct cmd_args *args)
{
	enum status status = copy_load(args);

	return status ? status : verb_acted(args);
}

static enum status poke(const struct cmd_args *args)
{
	enum status status = access_poke(args);

	return status ? status : verb_acted(args);
}

static const struct cmd cmds[] = {
	{
		.verb = "list",
		.run = verb_list,
		.synopsis = "",
		.summary = "all regions, live or only configured, by name",
	},
	{
		.verb = "create",
		.run = verb_create,
		.synopsis = "NAME --size SIZE",
		.summary = "make a region and bring it up as /dev/kex/NAME",
		.help = "When a step is refused, nothing is left behind.\n"
			"\n"
			"Examples:\n"
			"  kexctl region create fb0 --size 8M\n"
			"  kexctl region create regs --size 64K --offset 0x100000 --cache device\n"
			"  kexctl region create old --size 1M --no-scrub      see the bytes of before",
		.min = 1,
		.max = 1,
		.changes = true,
		.options = create_options,
		.creates = &schema_region,
	},
	{
		.verb = "show",
		.run = verb_show,
		.synopsis = "NAME...",
		.summary = "all that is known of some regions",
		.help = "What was wished comes from configfs, and for a live region the facts from\n"
			"/sys/class/kex. phys, the physical address, and entry, the size of the\n"
			"page-table entries that mappings got (4K, 2M, mixed), are shown to root alone.",
		.min = 1,
		.max = -1,
	},
	{
		.verb = "set",
		.run = verb_set,
		.synopsis = "NAME KEY=VALUE...",
		.summary = "change attributes, in the order given",
		.help = "A live region keeps its attributes: live=0 first. When one is refused, those\n"
			"before it get their old values back.\n"
			"\n"
			"Example:\n"
			"  kexctl region set fb0 live=0 size=16M cache=write-combine live=1",
		.min = 2,
		.max = -1,
		.changes = true,
	},
	{
		.verb = "delete",
		.run = verb_delete,
		.synopsis = "NAME...",
		.summary = "take regions down and remove them",
		.help = "One that is open or mapped stays as it was, unless --force is given; one that\n"
			"the device tree asks for always does.",
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
		.help = "Mappings stay, and so do the bytes. The next touch of a page faults; the fault\n"
			"is counted under restores.\n"
			"\n"
			"Examples:\n"
			"  kexctl region evict fb0\n"
			"  kexctl region evict fb0 0x10000+64K\n"
			"  kexctl region evict fb0 0x10000-0x1ffff            the same: END is inclusive",
		.min = 1,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "hold",
		.run = verb_zap,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "take its memory from every process until it is restored",
		.help = "Mappings stay, and so do the bytes. A touch meets what create --hole chose:\n"
			"SIGBUS, zeroes, a scratch page, or sleep until the memory is back. read and\n"
			"write on the node still reach the bytes: dump and load work.\n"
			"\n"
			"Examples:\n"
			"  kexctl region hold fb0                 before its bitstream is reloaded\n"
			"  kexctl region hold fb0 0x10000+64K",
		.min = 1,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "restore",
		.run = verb_zap,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "let go of what is held",
		.help = "The next touch brings a page back, with the bytes that it has now. Held twice\n"
			"is let go at once, and what is not held stays as it is.\n"
			"\n"
			"Example:\n"
			"  kexctl region restore fb0",
		.min = 1,
		.max = 2,
		.changes = true,
	},
	{
		.verb = "dump",
		.run = copy_dump,
		.synopsis = "NAME [OFF+LEN]",
		.summary = "write its bytes to stdout",
		.help = "As they are, hence not to a terminal. What takes longer than a second shows\n"
			"its progress there, on stderr.\n"
			"\n"
			"Examples:\n"
			"  kexctl region dump fb0 >fb0.bin\n"
			"  kexctl region dump fb0 0x1000+256 | xxd",
		.min = 1,
		.max = 2,
	},
	{
		.verb = "load",
		.run = load,
		.synopsis = "NAME FILE [OFF]",
		.summary = "fill it with the bytes of a file, from an offset on",
		.help = "A file that is longer than the room changes nothing. '-' is stdin, which is\n"
			"written as far as there is room when its length cannot be known before.\n"
			"\n"
			"Examples:\n"
			"  kexctl region load fb0 splash.raw\n"
			"  zcat image.gz | kexctl region load fb0 - 0x100000",
		.min = 2,
		.max = 3,
		.changes = true,
	},
	{
		.verb = "peek",
		.run = access_peek,
		.synopsis = "NAME OFF [COUNT]",
		.summary = "read COUNT values (default 1), each by one load of its width",
		.help = "OFF must be a multiple of the width. JSON has offset and width in bytes, and\n"
			"values as strings.\n"
			"\n"
			"Examples:\n"
			"  kexctl region peek regs 0x40\n"
			"  kexctl region peek regs 0x40 16 -b",
		.min = 2,
		.max = 3,
		.options = width_options,
	},
	{
		.verb = "poke",
		.run = poke,
		.synopsis = "NAME OFF VALUE",
		.summary = "write a value by one store of its width",
		.help = "OFF must be a multiple of the width. Nothing is read.\n"
			"\n"
			"Examples:\n"
			"  kexctl region poke regs 0x40 0x80000001\n"
			"  kexctl region poke regs 0x44 0xff -b",
		.min = 3,
		.max = 3,
		.changes = true,
		.options = width_options,
	},
	{ .verb = NULL }
};

const struct noun noun_region = {
	.name = "region",
	.summary = "Regions: named slices of a carve-out, each with a node /dev/kex/NAME to map.",
	.kind = &kind_region,
	.cmds = cmds,
};
