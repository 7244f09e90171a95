// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/kex, through libsysfs. Nobody else calls that library: it skips a
 * write that would not change what reads back and calls that success, it reads
 * no more than a page, and what it does to errno is its own affair. So facts of
 * a line are read with it; actions are written plainly.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysfs/libsysfs.h>

#include "sfs.h"
#include "util.h"

#define CLASS	"kex"

/**
 * sfs_open - find a live object
 * @name: of the object
 * Return: a handle, or NULL when nothing of that name is live.
 */
struct sysfs_class_device *sfs_open(const char *name)
{
	return sysfs_open_class_device(CLASS, name);
}

/**
 * sfs_close - close a handle
 * @object: from sfs_open(), or NULL
 */
void sfs_close(struct sysfs_class_device *object)
{
	if (object)
		sysfs_close_class_device(object);
}

/**
 * sfs_read - read a fact of one line
 * @object: from sfs_open()
 * @attr: its name
 * Return: the text without newline, to be freed; NULL when it cannot be read,
 * be it for lack of permission or because the object has gone.
 */
char *sfs_read(struct sysfs_class_device *object, const char *attr)
{
	struct sysfs_attribute *found;
	char *text;

	found = sysfs_get_classdev_attr(object, attr);
	if (!found || !found->value)
		return NULL;
	text = xstrdup(found->value);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static char *path_of(const char *name, const char *attr)
{
	return xprintf(SYSFS_MNT_PATH "/" SYSFS_CLASS_NAME "/" CLASS "/%s/%s", name, attr);
}

/**
 * sfs_read_table - read a fact of many lines, which may be longer than a page
 * @name: of the object
 * @attr: name of the fact
 * @text: out: without the last newline, to be freed
 * Return: 0, or the errno.
 */
int sfs_read_table(const char *name, const char *attr, char **text)
{
	char *path = path_of(name, attr);
	int err;

	*text = read_text(AT_FDCWD, path);
	err = *text ? 0 : errno;
	free(path);
	return err;
}

/**
 * sfs_write - do an action, or print the line that would
 * @name: of the object
 * @attr: name of the action
 * @value: what to write
 * Return: 0, or the errno.
 */
int sfs_write(const char *name, const char *attr, const char *value)
{
	char *path = path_of(name, attr);
	int err = 0;

	if (globals.dry_run)
		printf("echo %s > %s\n", value, path);
	else
		err = write_text(AT_FDCWD, path, value);
	free(path);
	return err;
}
