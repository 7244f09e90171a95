// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of the ABI to words. Nothing here touches the system, so that all of it
 * is tested on the host (tests/unit).
 */
#include <stdio.h>
#include <stdlib.h>

#include "entry.h"
#include "parse.h"

#define COUNT(words)	(sizeof(words) / sizeof(*(words)))

/* A newer module may know more than this program */
static const char *word_of(const char * const *words, size_t count, unsigned int index)
{
	return index < count && words[index] ? words[index] : "unknown";
}

/**
 * level_word - the kernel's word for a level of page tables
 * @level: KEX_LEVEL_*
 */
const char *level_word(unsigned int level)
{
	static const char * const words[] = {
		[KEX_LEVEL_PGD] = "pgd",
		[KEX_LEVEL_P4D] = "p4d",
		[KEX_LEVEL_PUD] = "pud",
		[KEX_LEVEL_PMD] = "pmd",
		[KEX_LEVEL_PTE] = "pte",
	};

	return word_of(words, COUNT(words), level);
}

/**
 * type_word - the name of a memory type
 * @type: KEX_TYPE_*
 */
const char *type_word(unsigned int type)
{
	static const char * const words[] = {
		[KEX_TYPE_NONE] = "none",
		[KEX_TYPE_NORMAL] = "normal",
		[KEX_TYPE_TAGGED] = "normal-tagged",
		[KEX_TYPE_NORMAL_NC] = "normal-nc",
		[KEX_TYPE_DEVICE_NGNRNE] = "device-nGnRnE",
		[KEX_TYPE_DEVICE_NGNRE] = "device-nGnRE",
		[KEX_TYPE_OTHER] = "other-type",
	};

	return word_of(words, COUNT(words), type);
}

/**
 * frame_word - what there is at an address
 * @frame: KEX_FRAME_*
 */
const char *frame_word(unsigned int frame)
{
	static const char * const words[] = {
		[KEX_FRAME_HOLE] = "hole",
		[KEX_FRAME_NONE] = "none",
		[KEX_FRAME_ANON] = "anon",
		[KEX_FRAME_FILE] = "file",
		[KEX_FRAME_ZERO] = "zero",
		[KEX_FRAME_PFN] = "pfn",
		[KEX_FRAME_DRIVER] = "driver",
		[KEX_FRAME_DEVICE] = "device-private",
		[KEX_FRAME_EXCLUSIVE] = "device-exclusive",
		[KEX_FRAME_SWAP] = "swap",
		[KEX_FRAME_MIGRATION] = "migration",
		[KEX_FRAME_POISON] = "poison",
		[KEX_FRAME_GUARD] = "guard",
		[KEX_FRAME_OTHER] = "not-present",
	};

	return word_of(words, COUNT(words), frame);
}

/**
 * probe_word - an access that page probe is about
 * @probe: index of kex_ctl_probe.why
 */
const char *probe_word(unsigned int probe)
{
	static const char * const words[] = {
		[KEX_PROBE_PIN] = "o_direct",
		[KEX_PROBE_LONGTERM] = "rdma",
		[KEX_PROBE_READ] = "process_vm_readv",
		[KEX_PROBE_MIGRATE] = "migrate",
	};

	return word_of(words, COUNT(words), probe);
}

/**
 * why_words - why an access would succeed, or not
 * @why: KEX_PROBE_*
 */
const char *why_words(unsigned int why)
{
	static const char * const words[] = {
		[KEX_PROBE_YES] = "nothing is in the way",
		[KEX_PROBE_HOLE] = "nothing is mapped there",
		[KEX_PROBE_PFN] = "a mapping of bare physical memory (PFNMAP): there is no struct page to hold",
		[KEX_PROBE_NO_READ] = "the process may not read it",
		[KEX_PROBE_NO_WRITE] = "the process may not write it",
		[KEX_PROBE_END] = "behind the end of the file",
		[KEX_PROBE_WRITEBACK] = "shared with a file that is written back: not to be held for long",
		[KEX_PROBE_DAX] = "of a file that is memory itself (DAX)",
		[KEX_PROBE_HUGETLB] = "of the pool of huge pages (hugetlb)",
		[KEX_PROBE_SPECIAL] = "a mapping that the kernel treats apart",
		[KEX_PROBE_FILE] = "of a file or shared: only memory of the process's own moves",
		[KEX_PROBE_PINNED] = "pinned: somebody holds it for I/O",
		[KEX_PROBE_BUSY] = "on its way, or just changing: ask again",
		[KEX_PROBE_SWAP] = "swapped out: to be touched first",
		[KEX_PROBE_THERE] = "in a pool already",
		[KEX_PROBE_KERNEL] = "this kernel was built without CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR",
		[KEX_PROBE_OTHER] = "a page of another kind",
	};

	return word_of(words, COUNT(words), why);
}

/**
 * cause_word - why a range was invalidated
 * @cause: KEX_CAUSE_*
 */
const char *cause_word(unsigned int cause)
{
	static const char * const words[] = {
		[KEX_CAUSE_UNMAP] = "unmap",
		[KEX_CAUSE_CLEAR] = "clear",
		[KEX_CAUSE_PROTECT_VMA] = "protect-vma",
		[KEX_CAUSE_PROTECT_PAGE] = "protect-page",
		[KEX_CAUSE_SOFT_DIRTY] = "soft-dirty",
		[KEX_CAUSE_EXIT] = "exit",
		[KEX_CAUSE_MIGRATE] = "migrate",
		[KEX_CAUSE_EXCLUSIVE] = "exclusive",
		[KEX_CAUSE_OTHER] = "other",
		[KEX_CAUSE_LOST] = "lost",
	};

	return word_of(words, COUNT(words), cause);
}

static void add_block(const struct kex_ctl_entry *entry, struct strings *words)
{
	char size[SIZE_TEXT_MAX], *text;

	text = xprintf("block=%s", format_size(entry->len, size));
	strings_add(words, text);
	free(text);
}

static void add_present(const struct kex_ctl_entry *entry, struct strings *words)
{
	unsigned int flags = entry->flags;

	strings_add(words, "present");
	if (flags & KEX_ENTRY_BLOCK)
		add_block(entry, words);
	if (flags & KEX_ENTRY_PROTNONE)
		strings_add(words, "protnone");
	strings_add(words, flags & KEX_ENTRY_USER ? "user" : "kernel");
	strings_add(words, flags & KEX_ENTRY_WRITE ? "writable" : "read-only");
	if (flags & KEX_ENTRY_EXEC)
		strings_add(words, "exec");
	strings_add(words, flags & KEX_ENTRY_YOUNG ? "young" : "old");
	strings_add(words, flags & KEX_ENTRY_DIRTY ? "dirty" : "clean");
	if (flags & KEX_ENTRY_CONT)
		strings_add(words, "contiguous");
	if (flags & KEX_ENTRY_SPECIAL)
		strings_add(words, "special");
	strings_add(words, type_word(entry->type));
}

/* An entry above the last level that is for a page: present, in a pool, or migrating */
static bool is_huge(const struct kex_ctl_entry *entry)
{
	return entry->level < KEX_LEVEL_PTE && entry->frame != KEX_FRAME_NONE &&
	       entry->frame != KEX_FRAME_HOLE;
}

/**
 * entry_words - what an entry of a page table means
 * @entry: as the driver gives it
 * @words: out: appended
 */
void entry_words(const struct kex_ctl_entry *entry, struct strings *words)
{
	char *pool;

	if (entry->flags & KEX_ENTRY_FOLDED) {
		strings_add(words, "folded");
		return;
	}
	if (entry->flags & KEX_ENTRY_TABLE) {
		strings_add(words, "present");
		strings_add(words, "table");
		return;
	}
	if (entry->flags & KEX_ENTRY_PRESENT)
		add_present(entry, words);
	if (is_huge(entry))
		strings_add(words, "huge");
	strings_add(words, frame_word(entry->frame));
	if (*entry->pool) {
		pool = xprintf("pool=%.*s", KEX_NAME_SIZE, entry->pool);
		strings_add(words, pool);
		free(pool);
	}
}
