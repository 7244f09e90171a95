// SPDX-License-Identifier: GPL-2.0-only
/* How the kernel was configured: where that stands, and what it says. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kconfig.h"
#include "util.h"

#define PACKED		".gz"

/* What a shell exits with that cannot find a command */
#define NO_COMMAND	127

/**
 * kconfig_value - what an option is set to
 * @config: the text, as of a .config
 * @option: such as "CONFIG_STRICT_DEVMEM"
 * Return: the first character of its value, 'n' when it is not set or not there.
 */
char kconfig_value(const char *config, const char *option)
{
	size_t len = strlen(option);
	const char *line;

	for (line = config; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, option, len) && line[len] == '=')
			return line[len + 1];
	return 'n';
}

/* gzip is on every system that can install a package, a library for it is not */
static char *unpack(const char *path)
{
	char *command = xprintf("gzip -dc <'%s' 2>/dev/null", path), *text = NULL;
	FILE *from = access(path, R_OK) ? NULL : popen(command, "r");
	size_t room = 0;
	int status;
	bool got;

	free(command);
	if (!from)
		return NULL;
	got = getdelim(&text, &room, '\0', from) > 0;
	status = pclose(from);
	if (!status && got)
		return text;
	free(text);
	errno = WIFEXITED(status) && WEXITSTATUS(status) == NO_COMMAND ? ENOPKG : EIO;
	return NULL;
}

/**
 * kconfig_load - read a configuration
 * @path: a name without quotes; one that ends in .gz is packed
 * Return: the text, to be freed; NULL with errno, which is ENOPKG where gzip is missing.
 */
char *kconfig_load(const char *path)
{
	size_t len = strlen(path);

	if (len > strlen(PACKED) && !strcmp(path + len - strlen(PACKED), PACKED))
		return unpack(path);
	return read_text(AT_FDCWD, path);
}

/**
 * kconfig_find - read the configuration of the kernel that runs
 * @path: out: where it was found, or where it was looked for; to be freed
 * Return: the text, to be freed; NULL with errno: ENOPKG: there is KCONFIG_PACKED, and
 * no gzip to read it with.
 */
char *kconfig_find(char **path)
{
	static const char * const places[] = { "/boot/config-%s", "/lib/modules/%s/config",
					       "/lib/modules/%s/build/.config" };
	char *text, *tried;
	struct utsname uts;
	size_t i;
	int err;

	*path = xstrdup(KCONFIG_PACKED);
	text = kconfig_load(*path);
	if (text)
		return text;
	err = errno;
	uname(&uts);
	tried = xstrdup(*path);
	for (i = 0; !text && i < sizeof(places) / sizeof(*places); i++) {
		const char *at = strstr(places[i], "%s");

		free(*path);
		*path = xprintf("%.*s%s%s", (int)(at - places[i]), places[i], uts.release, at + 2);
		xappend(&tried, ", %s", *path);
		text = kconfig_load(*path);
	}
	if (text) {
		free(tried);
		return text;
	}
	free(*path);
	*path = tried;
	errno = err;
	return NULL;
}
