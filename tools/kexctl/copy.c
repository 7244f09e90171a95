// SPDX-License-Identifier: GPL-2.0-only
/* The verbs dump and load: bytes of a region, as they are, to stdout and from a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "copy.h"
#include "guard.h"
#include "parse.h"
#include "span.h"

#define KIND	"region"

/* Copied between two looks at signals and the clock */
#define PIECE		0x100000

/* What takes less needs no progress; and no eye reads faster than that */
#define PROGRESS_AFTER_MS	1000
#define PROGRESS_EVERY_MS	200

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

static enum status raw_only(const char *verb)
{
	if (globals.json || globals.names)
		return fail(USAGE, "region %s writes bytes as they are: not with --json or --names",
			    verb);
	return DONE;
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
	return span_check(span, "range", typed ? typed : "all");
}

/**
 * copy_dump - region dump NAME [RANGE]
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status copy_dump(const struct cmd_args *args)
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

	status = span_check(span, "offset", typed);
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
 * copy_load - region load NAME FILE [OFF]
 * @args: what was typed
 * Return: the status, after a message when it is not DONE.
 */
enum status copy_load(const struct cmd_args *args)
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
