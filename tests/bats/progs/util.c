// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

_Noreturn void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

const char *errno_name(int err)
{
	const char *name = strerrorname_np(err);
	static char number[16];

	if (name)
		return name;
	snprintf(number, sizeof(number), "E%d", err);
	return number;
}

uint64_t parse_size(const char *text)
{
	unsigned int shift = 0;
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (end == text || errno || *text == '-')
		die("'%s' is not a size", text);
	if (!strcmp(end, "P"))
		return value * sysconf(_SC_PAGESIZE);
	switch (*end) {
	case 'G':
		shift += 10;
		/* fall through */
	case 'M':
		shift += 10;
		/* fall through */
	case 'K':
		shift += 10;
		end++;
	}
	if (*end)
		die("'%s' is not a size", text);
	return value << shift;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, len);
	ret = ret < 0 ? -errno : (size_t)ret == len ? 0 : -EIO;
	close(fd);
	return ret;
}

long read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	ret = read(fd, buf, size - 1);
	if (ret < 0)
		ret = -errno;
	close(fd);
	if (ret < 0)
		return ret;
	while (ret && buf[ret - 1] == '\n')
		ret--;
	buf[ret] = '\0';
	return ret;
}

uint64_t read_number(const char *path)
{
	char buf[64], *end;
	long len = read_text(path, buf, sizeof(buf));
	uint64_t value;

	if (len < 0)
		die("%s: %s", path, errno_name(-len));
	value = strtoull(buf, &end, 0);
	if (!len || *end)
		die("%s holds '%s', not a number", path, buf);
	return value;
}

long meminfo(const char *key)
{
	char line[256];
	FILE *file = fopen("/proc/meminfo", "r");
	long value = -1;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			value = strtol(line + strlen(key), NULL, 10);
	if (value < 0)
		die("no %s in /proc/meminfo", key);
	fclose(file);
	return value;
}

/* KiB in the per-CPU lists of all zones: lines "count: N" */
static long percpu_pages(void)
{
	char line[256], *colon;
	FILE *file = fopen("/proc/zoneinfo", "r");
	long pages = 0, seen = 0;

	while (file && fgets(line, sizeof(line), file)) {
		colon = strstr(line, " count:");
		if (!colon)
			continue;
		pages += strtol(colon + 7, NULL, 10);
		seen++;
	}
	if (!seen)
		die("no per-CPU counts in /proc/zoneinfo");
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

long free_memory(void)
{
	return meminfo("MemFree:") + percpu_pages();
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}
