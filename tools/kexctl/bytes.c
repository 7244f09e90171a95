// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verbs that look at the bytes of a region, or change them: dump and load copy
 * them as they are, peek and poke keep to one width of access.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "dev.h"
#include "guard.h"
#include "item.h"
#include "out.h"
#include "parse.h"

#define KIND	"region"

/* Copied between two looks at signals and the clock */
#define PIECE		0x100000

/* What takes less needs no progress; and no eye reads faster than that */
#define PROGRESS_AFTER_MS	1000
#define PROGRESS_EVERY_MS	200

/* As many as memtool and hexdump put into a line */
#define PEEK_LINE	16

/* A region whose node is open, and which part of it is meant */
struct span {
	struct item item;
	struct dev dev;
	uint64_t off;
	uint64_t len;
};

/* A copy under way */
struct copy {
	const struct item *item;
	const char *done_text;		/* such as "written" */
	uint64_t done;
	uint64_t total;			/* 0: not known */
	int64_t start_ms;
	int64_t told_ms;		/* 0: nothing yet */
	bool tell;
};

/* The widths by what memtool calls them */
const struct cmd_option width_options[] = {
	{ "byte", 'b', NULL, "8 bits at a time" },
	{ "word", 'w', NULL, "16 bits" },
	{ "long", 'l', NULL, "32 bits (default)" },
	{ "quad", 'q', NULL, "64 bits" },
	{ NULL, 0, NULL, NULL }
};

/* The last one typed counts, as with any option */
static unsigned int width_of(const struct cmd_args *args)
{
	size_t i = args->given_count;
	unsigned int shift;

	while (i--)
		for (shift = 0; width_options[shift].name; shift++)
			if (!strcmp(width_options[shift].name, args->given[i].name))
				return 1 << shift;
	return 4;
}

static enum status raw_only(const char *verb)
{
	if (globals.json || globals.names)
		return fail(USAGE, "region %s writes bytes as they are: not with --json or --names",
			    verb);
	return DONE;
}

/* Find the region and open its node; to be shut whatever is returned */
static enum status span_open(struct span *span, const char *name, const char *verb, bool write)
{
	enum status status;
	int err;

	span->dev.fd = -1;
	status = item_find(&kind_region, name, &span->item);
	if (status)
		return status;
	if (!item_is_live(&span->item))
		return fail_on(REFUSED, KIND, name, "%s: it is not live (first: kexctl region set "
			       "%s live=1)", verb, name);
	err = dev_open(name, write, &span->dev);
	return err ? refused_node(&span->item, verb, err) : DONE;
}

static void span_shut(struct span *span)
{
	dev_close(&span->dev);
	item_close(&span->item);
}

/* Whether @len bytes from @off lie inside; @typed is what a message calls them */
static enum status check_inside(const struct span *span, const char *what, const char *typed,
				uint64_t off, uint64_t len)
{
	char text[SIZE_TEXT_MAX];

	if (off <= span->dev.size && len <= span->dev.size - off)
		return DONE;
	return fail_on(REFUSED, KIND, span->item.name, "%s %s: ends behind the region (size %s)",
		       what, typed, format_size(span->dev.size, text));
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void copy_begin(struct copy *copy)
{
	copy->start_ms = now_ms();
	copy->tell = isatty(STDERR_FILENO);
	stop_begin();
}

static void copy_progress(struct copy *copy)
{
	char done[SIZE_TEXT_MAX], total[SIZE_TEXT_MAX];
	int64_t now;

	if (!copy->tell)
		return;
	now = now_ms();
	if (now - copy->start_ms < PROGRESS_AFTER_MS || now - copy->told_ms < PROGRESS_EVERY_MS)
		return;
	copy->told_ms = now;
	format_size(copy->done & ~(uint64_t)(PIECE - 1), done);
	if (copy->total)
		fprintf(stderr, "\r%s: %s of %s (%d%%)\033[K", copy->item->name, done,
			format_size(copy->total, total), (int)(copy->done * 100. / copy->total));
	else
		fprintf(stderr, "\r%s: %s\033[K", copy->item->name, done);
}

/* Does not return when a signal asked to stop */
static enum status copy_end(struct copy *copy, enum status status)
{
	if (copy->told_ms)
		fputs("\r\033[K", stderr);
	if (stop_asked()) {
		if (copy->total)
			fail_on(REFUSED, KIND, copy->item->name,
				"interrupted: %llu of %llu bytes are %s",
				(unsigned long long)copy->done, (unsigned long long)copy->total,
				copy->done_text);
		else
			fail_on(REFUSED, KIND, copy->item->name, "interrupted: %llu bytes are %s",
				(unsigned long long)copy->done, copy->done_text);
	}
	stop_end();
	return status;
}

/* A copy that fails in the middle says how far it got */
static enum status copy_failed(const struct copy *copy, const char *where, int err)
{
	return fail_on(REFUSED, KIND, copy->item->name, "%s: %s; %llu bytes are %s", where,
		       err == ENODEV ? "the region was revoked" : strerror(err),
		       (unsigned long long)copy->done, copy->done_text);
}

/* Return: 0, or the errno; a signal that asks to stop ends it early */
static int write_all(int fd, const char *buf, size_t len, uint64_t *done)
{
	ssize_t put;

	while (len && !stop_asked()) {
		put = write(fd, buf, len);
		if (put < 0 && errno != EINTR)
			return errno;
		if (put < 0)
			continue;
		*done += put;
		buf += put;
		len -= put;
	}
	return 0;
}

static enum status dump_pieces(const struct span *span, struct copy *copy, char *buf)
{
	uint64_t left;
	ssize_t got;
	int err;

	while (!stop_asked() && copy->done < span->len) {
		left = span->len - copy->done;
		got = dev_read(&span->dev, buf, left < PIECE ? left : PIECE,
			       span->off + copy->done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return copy_failed(copy, "dump", got ? errno : ENODEV);
		err = write_all(STDOUT_FILENO, buf, got, &copy->done);
		if (err)
			return copy_failed(copy, "cannot write the output", err);
		copy_progress(copy);
	}
	return DONE;
}

static enum status dump_span(struct span *span)
{
	struct copy copy = { .item = &span->item, .done_text = "written", .total = span->len };
	char *buf = xrealloc(NULL, PIECE);
	enum status status;

	copy_begin(&copy);
	status = copy_end(&copy, dump_pieces(span, &copy, buf));
	free(buf);
	return status;
}

static enum status dump_range(struct span *span, const char *typed)
{
	span->len = span->dev.size;
	if (typed && parse_range(typed, &span->off, &span->len))
		return USAGE;
	return check_inside(span, "range", typed ? typed : "all", span->off, span->len);
}

/**
 * bytes_dump - region dump NAME [RANGE]
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status bytes_dump(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->count > 1 ? args->names[1] : NULL;
	enum status status = raw_only("dump");
	struct span span = { .dev.fd = -1 };
	const char *cause;
	uint64_t off, len;

	if (status)
		return status;
	cause = typed ? parse_range(typed, &off, &len) : NULL;
	if (cause)
		return fail_on(USAGE, KIND, name, "range %s%s%s", typed, *typed ? ": " : "", cause);
	if (isatty(STDOUT_FILENO))
		return fail_on(REFUSED, KIND, name, "dump: these are bytes, no text for a terminal "
			       "(try: kexctl region dump %s | xxd)", name);
	status = span_open(&span, name, "dump", false);
	if (!status)
		status = dump_range(&span, typed);
	if (!status)
		status = dump_span(&span);
	span_shut(&span);
	return status;
}

/* What a file to be loaded has, as far as that can be known before */
struct source {
	const char *name;		/* as typed */
	int fd;
	bool known;
	uint64_t size;			/* if known */
};

static enum status source_failed(const struct span *span, const struct source *source, int err)
{
	return fail_on(err == ENOENT ? NOT_FOUND : REFUSED, KIND, span->item.name,
		       "load: file '%s': %s", source->name, strerror(err));
}

static enum status source_open(const struct span *span, struct source *source)
{
	struct stat st;
	off_t at;

	if (!strcmp(source->name, "-"))
		source->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		source->fd = open(source->name, O_RDONLY | O_CLOEXEC);
	if (source->fd < 0 || fstat(source->fd, &st))
		return source_failed(span, source, errno);
	if (S_ISDIR(st.st_mode))
		return source_failed(span, source, EISDIR);
	/* stdin may be a file, too, and be read in part already */
	at = lseek(source->fd, 0, SEEK_CUR);
	source->known = S_ISREG(st.st_mode) && at >= 0;
	source->size = source->known && st.st_size > at ? st.st_size - at : 0;
	return DONE;
}

static enum status check_fits(const struct span *span, const struct source *source)
{
	char size[SIZE_TEXT_MAX], off[SIZE_TEXT_MAX];

	if (!source->known || source->size <= span->len)
		return DONE;
	return fail_on(REFUSED, KIND, span->item.name, "load: file '%s' has %llu bytes, too many by"
		       " %llu (size %s, from offset %s); nothing is written", source->name,
		       (unsigned long long)source->size,
		       (unsigned long long)(source->size - span->len),
		       format_size(span->dev.size, size), format_size(span->off, off));
}

static enum status load_piece(const struct span *span, struct copy *copy, const char *buf,
			      size_t len)
{
	ssize_t put;

	while (len && !stop_asked()) {
		put = dev_write(&span->dev, buf, len, span->off + copy->done);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return copy_failed(copy, "load", put ? errno : ENODEV);
		copy->done += put;
		buf += put;
		len -= put;
	}
	return DONE;
}

/* Reads one byte more than there is room for: a longer source must not pass for loaded */
static enum status load_pieces(const struct span *span, const struct source *source,
			       struct copy *copy, char *buf)
{
	enum status status = DONE;
	uint64_t left;
	ssize_t got;

	while (!status && !stop_asked()) {
		left = span->len - copy->done;
		got = read(source->fd, buf, left < PIECE ? left + !left : PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return copy_failed(copy, source->name, errno);
		if (!got)
			break;
		if (!left)
			return copy_failed(copy, "load: the input goes on behind the region's end",
					   EFBIG);
		status = load_piece(span, copy, buf, got);
		copy_progress(copy);
	}
	return status;
}

static enum status load_span(struct span *span, const struct source *source)
{
	struct copy copy = { .item = &span->item, .done_text = "written", .total = source->size };
	char *buf = xrealloc(NULL, PIECE);
	enum status status;

	copy_begin(&copy);
	status = copy_end(&copy, load_pieces(span, source, &copy, buf));
	free(buf);
	return status;
}

static enum status load_source(struct span *span, struct source *source, const char *typed)
{
	enum status status;

	status = check_inside(span, "offset", typed, span->off, 0);
	if (status)
		return status;
	span->len = span->dev.size - span->off;
	status = source_open(span, source);
	if (!status)
		status = check_fits(span, source);
	if (!status && globals.dry_run)
		printf("dd if=%s of=/dev/kex/%s bs=1M seek=%llu oflag=seek_bytes conv=notrunc\n",
		       strcmp(source->name, "-") ? source->name : "/dev/stdin", span->item.name,
		       (unsigned long long)span->off);
	else if (!status)
		status = load_span(span, source);
	return status;
}

/**
 * bytes_load - region load NAME FILE [OFF]
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status bytes_load(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->count > 2 ? args->names[2] : "0";
	struct source source = { .name = args->names[1], .fd = -1 };
	struct span span = { .dev.fd = -1 };
	enum status status;
	const char *cause;

	cause = parse_size(typed, &span.off);
	if (cause)
		return fail_on(USAGE, KIND, name, "offset %s%s%s", typed, *typed ? ": " : "",
			       cause);
	status = span_open(&span, name, "load", true);
	if (!status)
		status = load_source(&span, &source, typed);
	if (source.fd >= 0)
		close(source.fd);
	span_shut(&span);
	return status;
}

/* An access across two would be two, or none at all on device memory */
static enum status check_aligned(const char *name, const char *typed, uint64_t off,
				 unsigned int width)
{
	unsigned int fits = width;

	if (!(off % width))
		return DONE;
	while (off % fits)
		fits /= 2;
	return fail_on(REFUSED, KIND, name, "offset %s: not a multiple of the %u bytes of an access "
		       "(did you mean 0x%llx, or -%c?)", typed, width,
		       (unsigned long long)(off - off % width),
		       fits == 4 ? 'l' : fits == 2 ? 'w' : 'b');
}

static enum status take_offset(const char *name, const char *typed, unsigned int width,
			       uint64_t *off)
{
	const char *cause = parse_size(typed, off);

	if (cause)
		return fail_on(USAGE, KIND, name, "offset %s%s%s", typed, *typed ? ": " : "",
			       cause);
	return check_aligned(name, typed, *off, width);
}

static enum status take_count(const char *name, const char *typed, uint64_t *count)
{
	const char *cause = typed ? parse_uint(typed, count) : NULL;

	if (cause)
		return fail_on(USAGE, KIND, name, "count %s%s%s", typed, *typed ? ": " : "", cause);
	if (!typed)
		*count = 1;
	return *count ? DONE : fail_on(REFUSED, KIND, name, "count %s: at least 1", typed);
}

/* A line when it is full, and the last one */
static void print_peeked(uint64_t off, unsigned int width, uint64_t value, bool first, bool last)
{
	if (first)
		printf("0x%08llx:", (unsigned long long)off);
	printf(" 0x%0*llx%s", 2 * (int)width, (unsigned long long)value, last ? "\n" : "");
}

static int peek_lines(const struct span *span, const struct dev_map *map, unsigned int width)
{
	uint64_t at, value;
	bool first, last;
	int err;

	for (at = 0; at < span->len; at += width) {
		err = dev_peek(map, at, width, &value);
		first = !(at % PEEK_LINE);
		if (err && !first)
			putchar('\n');
		if (err)
			return err;
		last = at + width == span->len || !((at + width) % PEEK_LINE);
		print_peeked(span->off + at, width, value, first, last);
	}
	return 0;
}

static int peek_words(const struct span *span, const struct dev_map *map, unsigned int width,
		      struct strings *words)
{
	uint64_t at, value;
	char *text;
	int err = 0;

	for (at = 0; !err && at < span->len; at += width) {
		err = dev_peek(map, at, width, &value);
		if (err)
			break;
		text = xprintf("0x%0*llx", 2 * (int)width, (unsigned long long)value);
		strings_add(words, text);
		free(text);
	}
	return err;
}

static int peek_record(const struct span *span, const struct dev_map *map, unsigned int width)
{
	struct strings words = { 0 };
	struct records list = { 0 };
	struct record *record;
	int err;

	err = peek_words(span, map, width, &words);
	if (!err) {
		record = records_add(&list, KIND, span->item.name);
		record_number(record, "offset", span->off);
		record_number(record, "width", width);
		record_list(record, "values", &words);
		out_show(&list);
	}
	records_free(&list);
	strings_free(&words);
	return err;
}

static enum status peek_span(struct span *span, unsigned int width)
{
	struct dev_map map;
	int err;

	err = dev_map(&span->dev, false, span->off, span->len, &map);
	if (err)
		return refused_node(&span->item, "peek", err);
	if (globals.json || globals.names)
		err = peek_record(span, &map, width);
	else
		err = peek_lines(span, &map, width);
	dev_unmap(&map);
	return err ? refused_node(&span->item, "peek", err) : DONE;
}

/* More than 2^64 bytes end behind every region */
static uint64_t bytes_of(uint64_t count, unsigned int width)
{
	return count > UINT64_MAX / width ? UINT64_MAX : count * width;
}

/**
 * bytes_peek - region peek NAME OFF [COUNT] with a width
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status bytes_peek(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->names[1];
	unsigned int width = width_of(args);
	struct span span = { .dev.fd = -1 };
	enum status status;
	uint64_t count = 0;

	status = take_offset(name, typed, width, &span.off);
	if (!status)
		status = take_count(name, args->count > 2 ? args->names[2] : NULL, &count);
	if (status)
		return status;
	span.len = bytes_of(count, width);
	status = span_open(&span, name, "peek", false);
	if (!status)
		status = check_inside(&span, "offset", typed, span.off, span.len);
	if (!status)
		status = peek_span(&span, width);
	span_shut(&span);
	return status;
}

static enum status take_value(const char *name, const char *typed, unsigned int width,
			      uint64_t *value)
{
	const char *cause = parse_uint(typed, value), *wider;

	if (cause)
		return fail_on(USAGE, KIND, name, "value %s%s%s", typed, *typed ? ": " : "", cause);
	if (width == 8 || !(*value >> (8 * width)))
		return DONE;
	wider = *value >> 32 ? "q" : *value >> 16 ? "l" : "w";
	return fail_on(REFUSED, KIND, name, "value %s: does not fit in %u bits (did you mean -%s?)",
		       typed, 8 * width, wider);
}

static enum status poke_span(struct span *span, uint64_t value)
{
	struct dev_map map;
	int err;

	/* There is no line of shell that keeps the width */
	if (globals.dry_run) {
		printf("# one %llu-bit store of 0x%0*llx at 0x%llx of /dev/kex/%s\n",
		       (unsigned long long)span->len * 8, 2 * (int)span->len,
		       (unsigned long long)value, (unsigned long long)span->off, span->item.name);
		return DONE;
	}
	err = dev_map(&span->dev, true, span->off, span->len, &map);
	if (!err) {
		err = dev_poke(&map, 0, span->len, value);
		dev_unmap(&map);
	}
	return err ? refused_node(&span->item, "poke", err) : DONE;
}

/**
 * bytes_poke - region poke NAME OFF VALUE with a width
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status bytes_poke(const struct cmd_args *args)
{
	const char *name = args->names[0], *typed = args->names[1];
	struct span span = { .dev.fd = -1, .len = width_of(args) };
	enum status status;
	uint64_t value = 0;

	status = take_offset(name, typed, span.len, &span.off);
	if (!status)
		status = take_value(name, args->names[2], span.len, &value);
	if (status)
		return status;
	status = span_open(&span, name, "poke", true);
	if (!status)
		status = check_inside(&span, "offset", typed, span.off, span.len);
	if (!status)
		status = poke_span(&span, value);
	span_shut(&span);
	return status;
}
