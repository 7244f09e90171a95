// SPDX-License-Identifier: GPL-2.0-only
/* The doctor's look at devices: which driver has one, and if none, why. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define CHECK		"carve-out"
#define DEVICES		"/sys/bus/platform/devices"
#define DRIVER		"kex"
#define LOG		"/dev/kmsg"

/* What the driver says of memory that others have */
#define IN_USE		" is in use by somebody else"

/* The kernel's longest record, and more */
#define RECORD_MAX	8192

/* Platform devices and their nodes, read once: there are many */
static struct strings devices, device_nodes;

static void list_devices(void)
{
	DIR *dir = open_list(AT_FDCWD, DEVICES);
	struct dirent *entry;
	char *node;

	while (dir && (entry = readdir(dir))) {
		node = *entry->d_name == '.' ? NULL : tree_of_device(entry->d_name);
		if (node) {
			strings_add(&devices, entry->d_name);
			strings_add(&device_nodes, node);
		}
		free(node);
	}
	if (dir)
		closedir(dir);
}

/* Return: the platform device of a node, or NULL */
static const char *device_of(const char *node)
{
	size_t i;

	if (!devices.count)
		list_devices();
	for (i = 0; i < devices.count; i++)
		if (!strcmp(device_nodes.items[i], node))
			return devices.items[i];
	return NULL;
}

/* Return: the driver that has a device, to be freed, or NULL */
static char *driver_of(const char *device)
{
	char *link = xprintf(DEVICES "/%s/driver", device), path[PATH_MAX];
	char *driver = NULL;

	if (realpath(link, path))
		driver = xstrdup(strrchr(path, '/') + 1);
	free(link);
	return driver;
}

/**
 * doctor_is_bound - whether kex has the device of a node
 * @node: the node
 */
bool doctor_is_bound(const char *node)
{
	const char *device = device_of(node);
	char *driver = device ? driver_of(device) : NULL;
	bool bound = driver && !strcmp(driver, DRIVER);

	free(driver);
	return bound;
}

/* "6,1234,56789,-;TEXT", then lines about the record: the text, if it starts so */
static char *text_of_record(char *record, const char *start)
{
	char *text = strchr(record, ';');

	if (!text || strncmp(text + 1, start, strlen(start)))
		return NULL;
	text += 1 + strlen(start);
	text[strcspn(text, "\n")] = '\0';
	return xstrdup(text);
}

/* "NODE: pool 'p0': ...": of what a bound carve-out has, or was asked for */
static bool is_of_object(const char *text, const char *node)
{
	static const char * const objects[] = { ": pool '", ": region '", ": window '" };
	size_t len = strlen(node), i;

	if (strncmp(text, node, len))
		return false;
	for (i = 0; i < sizeof(objects) / sizeof(*objects); i++)
		if (!strncmp(text + len, objects[i], strlen(objects[i])))
			return true;
	return false;
}

/*
 * What the driver said last of a device, its objects aside, to be freed; NULL: nothing,
 * as far as the log goes back. Return: 0, or why the log cannot be read.
 */
static int last_words(const char *device, const char *node, char **words)
{
	char *start, *text, record[RECORD_MAX + 1];
	ssize_t got;
	int fd, err;

	*words = NULL;
	fd = open(LOG, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno;
	start = xprintf(DRIVER " %s: ", device);
	/* EPIPE: records were overwritten, and there are more */
	while ((got = read(fd, record, RECORD_MAX)) > 0 || (got < 0 && errno == EPIPE)) {
		if (got < 0)
			continue;
		record[got] = '\0';
		text = text_of_record(record, start);
		if (!text)
			continue;
		if (is_of_object(text, node)) {
			free(text);
			continue;
		}
		free(*words);
		*words = text;
	}
	err = got < 0 && errno != EAGAIN ? errno : 0;
	close(fd);
	free(start);
	return err;
}

/**
 * doctor_is_refused - whether the driver said last that somebody else has the memory
 * @node: a carve-out
 *
 * False also where the log is not for this user.
 */
bool doctor_is_refused(const char *node)
{
	const char *device = device_of(node);
	char *words = NULL;
	bool refused;

	if (device)
		last_words(device, node, &words);
	refused = words && strstr(words, IN_USE);
	free(words);
	return refused;
}

/* The driver's lines end with a remedy, behind the last colon */
static void explain_by_log(struct findings *list, const char *node, char *words)
{
	char *remedy = strrchr(words, ':');

	if (remedy && remedy[1] == ' ') {
		*remedy = '\0';
		finding(list, VERDICT_FAIL, CHECK, node, remedy + 2,
			"not bound; the last line in the log is: %s", words);
	} else {
		finding(list, VERDICT_FAIL, CHECK, node, "see dmesg",
			"not bound; the last line in the log is: %s", words);
	}
}

static void explain_no_log(struct findings *list, const char *node, int err)
{
	if (err == EPERM || err == EACCES)
		finding(list, VERDICT_FAIL, CHECK, node, "sudo kexctl doctor",
			"not bound; why is in the kernel's log, which is not for this user");
	else
		finding(list, VERDICT_FAIL, CHECK, node, "see dmesg",
			"not bound; why is in the kernel's log (" LOG ": %s)", strerror(err));
}

static void explain(struct findings *list, const char *node, const char *device, bool wrong)
{
	char *words;
	int err;

	if (!doctor_module_loaded()) {
		finding(list, VERDICT_FAIL, CHECK, node, "modprobe kex",
			"not bound: the module is not loaded");
		return;
	}
	if (wrong) {
		finding(list, VERDICT_FAIL, CHECK, node,
			"mend that, in the tree that the kernel boots with, and boot it",
			"not bound, for what is said above");
		return;
	}
	err = last_words(device, node, &words);
	if (words) {
		explain_by_log(list, node, words);
	} else if (err) {
		explain_no_log(list, node, err);
	} else {
		finding(list, VERDICT_FAIL, CHECK, node, NULL,
			"not bound, and the log has no line on it: somebody has unbound it");
		finding_fixed_by(list, "echo %s > /sys/bus/platform/drivers/" DRIVER "/bind",
				 device);
	}
	free(words);
}

/**
 * doctor_bind - look at the device of a carve-out
 * @list: gets the finding
 * @node: the carve-out
 * @wrong: whether its node is known to be wrong
 */
void doctor_bind(struct findings *list, const char *node, bool wrong)
{
	const char *device = device_of(node);
	char *driver = device ? driver_of(device) : NULL;

	if (!device)
		finding(list, VERDICT_FAIL, CHECK, node,
			"put it right below the root, or below a node that is a simple-bus",
			"there is no platform device for it");
	else if (!driver)
		explain(list, node, device, wrong);
	else if (strcmp(driver, DRIVER))
		finding(list, VERDICT_FAIL, CHECK, node,
			"let kex,carveout be the first of its compatible",
			"the driver %s has it", driver);
	else
		finding(list, VERDICT_OK, CHECK, node, NULL, "bound");
	free(driver);
}
