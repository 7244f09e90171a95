// SPDX-License-Identifier: GPL-2.0-only
/* configfs, relative to descriptors of its folders. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cfs.h"

#ifndef CONFIGFS_MAGIC
#define CONFIGFS_MAGIC	0x62656570
#endif

/**
 * cfs_mounted - whether configfs is where it belongs
 */
bool cfs_mounted(void)
{
	struct statfs fs;

	return statfs(CFS_MOUNTPOINT, &fs) == 0 && fs.f_type == CONFIGFS_MAGIC;
}

/* Say what lacks, and the exact way to get it */
static enum status explain_root(int err)
{
	bool loaded = access("/sys/module/kex", F_OK) == 0;
	bool mounted = cfs_mounted();

	if (err == EACCES || err == EPERM)
		return fail(REFUSED, "%s may be read by root alone (try: sudo)", CFS_KEX);
	if (!loaded && !mounted)
		return fail(REFUSED, "the module kex is not loaded, and configfs is not mounted "
			    "on %s (first: modprobe kex; then: %s)", CFS_MOUNTPOINT, CFS_MOUNT);
	if (!loaded)
		return fail(REFUSED, "the module kex is not loaded (modprobe kex)");
	if (!mounted)
		return fail(REFUSED, "configfs is not mounted on %s (%s)", CFS_MOUNTPOINT,
			    CFS_MOUNT);
	return fail(REFUSED, "%s: %s", CFS_KEX, strerror(err));
}

/**
 * cfs_open_root - open the folder of kex, once
 * @root: out: open until the program ends
 * Return: DONE, or REFUSED after a message that says what to do.
 */
enum status cfs_open_root(const struct cfs_dir **root)
{
	static struct cfs_dir kex = { .fd = -1, .path = CFS_KEX };

	*root = &kex;
	if (kex.fd < 0)
		kex.fd = open(CFS_KEX, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return kex.fd < 0 ? explain_root(errno) : DONE;
}

/**
 * cfs_open - open a folder
 * @at: the folder that it is in
 * @name: one name, or several with slashes
 * @dir: out; to be closed whatever is returned
 * Return: 0, or the errno.
 */
int cfs_open(const struct cfs_dir *at, const char *name, struct cfs_dir *dir)
{
	dir->path = xprintf("%s/%s", at->path, name);
	dir->fd = openat(at->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir->fd < 0 ? errno : 0;
}

/**
 * cfs_close - close a folder
 * @dir: from cfs_open() or zeroed
 */
void cfs_close(struct cfs_dir *dir)
{
	if (dir->path && dir->fd >= 0)
		close(dir->fd);
	free(dir->path);
	*dir = (struct cfs_dir){ .fd = -1 };
}

static bool is_folder(int fd, const char *name)
{
	struct stat st;

	return *name != '.' && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/**
 * cfs_list - the folders in a folder
 * @dir: where
 * @names: out, zeroed before; sorted by name
 * Return: 0, or the errno.
 */
int cfs_list(const struct cfs_dir *dir, struct strings *names)
{
	DIR *stream = open_list(dir->fd, ".");
	struct dirent *entry;

	if (!stream)
		return errno;
	while ((entry = readdir(stream)))
		if (is_folder(dirfd(stream), entry->d_name))
			strings_add(names, entry->d_name);
	closedir(stream);
	strings_sort(names);
	return 0;
}

/**
 * cfs_read - read an attribute
 * @dir: folder of its object
 * @attr: its name
 * Return: the text without newline, to be freed; NULL with errno.
 */
char *cfs_read(const struct cfs_dir *dir, const char *attr)
{
	return read_text(dir->fd, attr);
}

/**
 * cfs_write - write an attribute, or print the line that would
 * @dir: folder of its object
 * @attr: its name
 * @value: what to write
 * Return: 0, or the errno.
 */
int cfs_write(const struct cfs_dir *dir, const char *attr, const char *value)
{
	if (!globals.dry_run)
		return write_text(dir->fd, attr, value);
	/* A semicolon would end the command */
	printf(strchr(value, ';') ? "echo '%s' > %s/%s\n" : "echo %s > %s/%s\n", value, dir->path,
	       attr);
	return 0;
}

/**
 * cfs_mkdir - make an object, or print the line that would
 * @at: where
 * @name: of the object
 * @dir: out: its folder; to be closed whatever is returned
 * Return: 0, or the errno.
 */
int cfs_mkdir(const struct cfs_dir *at, const char *name, struct cfs_dir *dir)
{
	int err;

	if (globals.dry_run) {
		dir->path = xprintf("%s/%s", at->path, name);
		dir->fd = -1;
		printf("mkdir %s\n", dir->path);
		return 0;
	}
	if (mkdirat(at->fd, name, 0755))
		return errno;
	err = cfs_open(at, name, dir);
	if (err)
		unlinkat(at->fd, name, AT_REMOVEDIR);
	return err;
}

/**
 * cfs_rmdir - remove an object, or print the line that would
 * @at: where
 * @name: of the object
 * Return: 0, or the errno.
 */
int cfs_rmdir(const struct cfs_dir *at, const char *name)
{
	if (globals.dry_run) {
		printf("rmdir %s/%s\n", at->path, name);
		return 0;
	}
	return unlinkat(at->fd, name, AT_REMOVEDIR) ? errno : 0;
}
