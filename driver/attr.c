// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: text to value and back, by the kernel's own parsers
 */
#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <linux/sysfs.h>

#include "kex.h"

/* Longest number with a suffix, sign or newline that makes sense, and some */
#define KEX_NUMBER_MAX	32

static int kex_suffix_shift(char c)
{
	switch (tolower(c)) {
	case 'k':
		return 10;
	case 'm':
		return 20;
	case 'g':
		return 30;
	default:
		return 0;
	}
}

/**
 * kex_parse_size() - read bytes such as 4096, 0x1000, 4K, 64M, 1G
 * @text: the text; one newline may end it
 * @val: result
 *
 * memparse() would take trailing junk and wrap silently, kstrtoull() knows no
 * suffix: so the suffix is taken off and the rest left to kstrtoull().
 *
 * Return: 0, -EINVAL if malformed, -ERANGE above 2^64 - 1.
 */
int kex_parse_size(const char *text, u64 *val)
{
	char buf[KEX_NUMBER_MAX];
	ssize_t len;
	int shift, ret;
	u64 n;

	len = strscpy(buf, text, sizeof(buf));
	if (len <= 0)
		return -EINVAL;
	if (buf[len - 1] == '\n')
		buf[--len] = '\0';
	shift = len ? kex_suffix_shift(buf[len - 1]) : 0;
	if (shift)
		buf[--len] = '\0';
	/* kstrtoull() would take a sign before and a newline after */
	if (!len || !isdigit(buf[0]) || !isxdigit(buf[len - 1]))
		return -EINVAL;
	ret = kstrtoull(buf, 0, &n);
	if (ret)
		return ret;
	return check_mul_overflow(n, 1ULL << shift, val) ? -ERANGE : 0;
}

/**
 * kex_check_range() - is a range made of pages and inside an object?
 * @size: the object's bytes
 * @off: first byte
 * @len: bytes
 *
 * Return: 0, -EINVAL if empty or misaligned, -ERANGE if it ends behind @size.
 */
int kex_check_range(u64 size, u64 off, u64 len)
{
	if (!len || !PAGE_ALIGNED(off) || !PAGE_ALIGNED(len))
		return -EINVAL;
	if (off > size || len > size - off)
		return -ERANGE;
	return 0;
}

/**
 * kex_parse_range() - read what an action of sysfs takes
 * @text: '1' for all of the object, or 'OFF LEN'
 * @size: the object's bytes
 * @off: result
 * @len: result
 *
 * Return: 0, -EINVAL if malformed or misaligned, -ERANGE if out of range.
 */
int kex_parse_range(const char *text, u64 size, u64 *off, u64 *len)
{
	const char *space = strchr(text, ' ');
	char first[KEX_NUMBER_MAX];
	int ret;

	if (!space) {
		if (!sysfs_streq(text, "1"))
			return -EINVAL;
		*off = 0;
		*len = size;
		return 0;
	}
	if (space - text >= (ptrdiff_t)sizeof(first))
		return -EINVAL;
	memcpy(first, text, space - text);
	first[space - text] = '\0';
	ret = kex_parse_size(first, off);
	if (!ret)
		ret = kex_parse_size(space + 1, len);
	if (!ret)
		ret = kex_check_range(size, *off, *len);
	return ret;
}

/**
 * kex_name_valid() - may an object have this name?
 * @name: the name
 *
 * Return: whether it matches [a-z0-9][a-z0-9._-]{0,30}.
 */
bool kex_name_valid(const char *name)
{
	size_t len = strnlen(name, KEX_NAME_SIZE);

	return len && len < KEX_NAME_SIZE && name[0] != '.' && name[0] != '_' &&
	       name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

/* As sysfs_match_string(), for a list that a NULL ends */
static int kex_parse_word(const char * const *words, const char *page, u64 *val)
{
	int i = __sysfs_match_string(words, -1, page);

	if (i < 0)
		return i;
	*val = i;
	return 0;
}

static int kex_parse_octal(const char *page, u64 *val)
{
	return isdigit(page[0]) ? kstrtoull(page, 8, val) : -EINVAL;
}

static int kex_parse_uint(const char *page, u64 *val)
{
	return isdigit(page[0]) ? kstrtoull(page, 0, val) : -EINVAL;
}

static int kex_parse_value(const struct kex_attr_desc *desc, const char *page,
			   u64 *val)
{
	switch (desc->type) {
	case KEX_ATTR_OFFSET:
	case KEX_ATTR_SIZE:
		return kex_parse_size(page, val);
	case KEX_ATTR_ENUM:
		return kex_parse_word(desc->words, page, val);
	case KEX_ATTR_OCTAL:
		return kex_parse_octal(page, val);
	case KEX_ATTR_UINT:
	case KEX_ATTR_BOOL:
	case KEX_ATTR_TRIGGER:
		return kex_parse_uint(page, val);
	case KEX_ATTR_TEXT:
	case KEX_ATTR_RANGE:
	case KEX_ATTR_PIECES:
	case KEX_ATTR_TABLE:
	case KEX_ATTR_WORD:
		break;
	}
	return -EINVAL;
}

/**
 * kex_attr_parse() - read the text that was written to a configfs attribute
 * @desc: the attribute
 * @page: the text
 * @val: result; untouched on error
 *
 * Return: 0, -EINVAL if malformed, -ERANGE if out of the attribute's range.
 */
int kex_attr_parse(const struct kex_attr_desc *desc, const char *page, u64 *val)
{
	u64 v = 0;
	int ret;

	if (desc->type == KEX_ATTR_OFFSET && sysfs_streq(page, "auto")) {
		*val = KEX_OFFSET_AUTO;
		return 0;
	}
	ret = kex_parse_value(desc, page, &v);
	if (ret)
		return ret;
	/* 0 is no wish: a trigger has nothing to switch off */
	if (desc->type == KEX_ATTR_TRIGGER && !v)
		return -EINVAL;
	if (v < desc->min || v > desc->max)
		return -ERANGE;
	if (desc->page_multiple && !PAGE_ALIGNED(v))
		return -EINVAL;
	if (desc->multiple && !IS_ALIGNED(v, desc->multiple))
		return -EINVAL;
	*val = v;
	return 0;
}

/**
 * kex_attr_show() - print a value as the attribute's file reads back
 * @desc: the attribute
 * @val: the value
 * @page: configfs' buffer
 *
 * Return: bytes printed.
 */
ssize_t kex_attr_show(const struct kex_attr_desc *desc, u64 val, char *page)
{
	switch (desc->type) {
	case KEX_ATTR_ENUM:
		return sysfs_emit(page, "%s\n", desc->words[val]);
	case KEX_ATTR_OCTAL:
		return sysfs_emit(page, "%04llo\n", val);
	case KEX_ATTR_OFFSET:
		if (val == KEX_OFFSET_AUTO)
			return sysfs_emit(page, "auto\n");
		fallthrough;
	default:
		return sysfs_emit(page, "%llu\n", val);
	}
}
