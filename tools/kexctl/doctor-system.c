// SPDX-License-Identifier: GPL-2.0-only
/* The doctor's look at module, configfs, kernel configuration and permissions. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cfs.h"
#include "doctor.h"
#include "kconfig.h"

#define MODULE		"/sys/module/kex"
#define CLASS		"/sys/class/kex"
#define NODES		"/dev/kex"
#define GROUP		"kex"

/**
 * doctor_module_loaded - whether there is a driver at all
 */
bool doctor_module_loaded(void)
{
	return access(MODULE, F_OK) == 0;
}

static bool file_has(const char *path, const char *word)
{
	char *text = read_text(AT_FDCWD, path);
	bool has = text && strstr(text, word);

	free(text);
	return has;
}

static const char *kernel_release(void)
{
	static struct utsname uts;

	uname(&uts);
	return uts.release;
}

static void look_at_module(struct findings *list)
{
	char *version, *dep;

	if (doctor_module_loaded()) {
		version = read_text(AT_FDCWD, MODULE "/version");
		finding(list, VERDICT_OK, "module", NULL, NULL, "kex %s is loaded",
			version ? version : "of no version");
		free(version);
		return;
	}
	dep = xprintf("/lib/modules/%s/modules.dep", kernel_release());
	if (file_has(dep, "/kex.ko"))
		finding(list, VERDICT_FAIL, "module", NULL, "modprobe kex",
			"the module kex is not loaded");
	else
		finding(list, VERDICT_FAIL, "module", NULL,
			"make modules modules_install in kex's folder, depmod, and modprobe kex",
			"the module kex is not loaded, nor installed for kernel %s",
			kernel_release());
	free(dep);
}

static void look_at_configfs(struct findings *list)
{
	bool known = file_has("/proc/filesystems", "\tconfigfs");

	if (cfs_mounted())
		finding(list, VERDICT_OK, "configfs", NULL, NULL, "mounted on " CFS_MOUNTPOINT);
	else
		finding(list, VERDICT_FAIL, "configfs", NULL,
			known ? CFS_MOUNT : "modprobe configfs; " CFS_MOUNT,
			"not mounted on " CFS_MOUNTPOINT);
}

/* What kex is built, loaded or used with; a driver that is loaded has what is a FAIL */
static const struct option {
	const char *name;
	const char *value;
	const char *check;
	enum verdict verdict;
	const char *without;
} options[] = {
	{ "CONFIG_ARM64_PMEM", "y", "kernel-config", VERDICT_FAIL,
	  "kex cannot be built, for it could not clean caches" },
	{ "CONFIG_OF", "y", "kernel-config", VERDICT_FAIL, "kex cannot be told of any memory" },
	{ "CONFIG_MODULES", "y", "kernel-config", VERDICT_FAIL, "kex cannot be loaded" },
	{ "CONFIG_CONFIGFS_FS", "m", "configfs", VERDICT_FAIL, "kex cannot be loaded" },
	{ "CONFIG_DEVTMPFS", "y", "kernel-config", VERDICT_WARN,
	  "the kernel makes no nodes in " NODES },
};

static void look_at_options(struct findings *list, const char *config)
{
	bool loaded = doctor_module_loaded();
	const struct option *one;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(*options); i++) {
		one = &options[i];
		if ((loaded && one->verdict == VERDICT_FAIL) ||
		    kconfig_value(config, one->name) != 'n')
			continue;
		finding(list, one->verdict, one->check, NULL, NULL, "%s is off: %s", one->name,
			one->without);
		finding_fixed_by(list, "a kernel with %s=%s", one->name, one->value);
	}
}

/* Return: 1 when the module can have pools, 0 when not, -1 when it does not say */
static int features_pool(void)
{
	char *text = doctor_module_loaded() ? read_text(AT_FDCWD, CFS_KEX "/features") : NULL;
	char *word, *save;
	int has = text ? 0 : -1;

	for (word = text ? strtok_r(text, "\n", &save) : NULL; word;
	     word = strtok_r(NULL, "\n", &save))
		if (!strcmp(word, "pool"))
			has = 1;
	free(text);
	return has;
}

/* Return: the options that pools want and the configuration lacks, to be freed, or NULL */
static char *pools_miss(const char *config)
{
	static const char * const wants[] = { "CONFIG_DEVICE_PRIVATE", "CONFIG_HMM_MIRROR" };
	struct strings missing = { 0 };
	char *text = NULL;
	size_t i;

	for (i = 0; config && i < sizeof(wants) / sizeof(*wants); i++)
		if (kconfig_value(config, wants[i]) != 'y')
			strings_add(&missing, wants[i]);
	if (missing.count)
		text = strings_join(&missing, " and no ");
	strings_free(&missing);
	return text;
}

/* The module knows best; without it, the kernel's configuration does */
static void look_at_pools(struct findings *list, const char *config)
{
	int has = features_pool();

	char *missing = pools_miss(config);

	if (has < 0 && config)
		has = !missing;
	if (has > 0)
		finding(list, VERDICT_OK, "device-private", NULL, NULL,
			"CONFIG_DEVICE_PRIVATE and CONFIG_HMM_MIRROR: pools can be made");
	else if (!has)
		finding(list, VERDICT_WARN, "device-private", NULL,
			"for pools, a kernel with CONFIG_DEVICE_PRIVATE=y and CONFIG_HMM_MIRROR=y, "
			"such as Debian's 7.x; regions and windows do without",
			"no pools: kernel %s has no %s", kernel_release(),
			missing ? missing : "CONFIG_DEVICE_PRIVATE or CONFIG_HMM_MIRROR");
	free(missing);
}

static void look_at_devmem(struct findings *list, const char *config)
{
	bool strict = kconfig_value(config, "CONFIG_STRICT_DEVMEM") == 'y';
	bool claimed = kconfig_value(config, "CONFIG_IO_STRICT_DEVMEM") == 'y' &&
		       !file_has("/proc/cmdline", "iomem=relaxed");

	if (kconfig_value(config, "CONFIG_DEVMEM") != 'y')
		finding(list, VERDICT_WARN, "devmem", NULL,
			"kexctl region peek, poke, dump and load do what /dev/mem was for",
			"CONFIG_DEVMEM is off: there is no /dev/mem");
	else if (strict && claimed)
		finding(list, VERDICT_WARN, "devmem", NULL,
			"kexctl region peek, poke, dump and load do what /dev/mem was for; for "
			"/dev/mem itself boot with iomem=relaxed",
			"CONFIG_IO_STRICT_DEVMEM: /dev/mem does not map carve-outs, since a "
			"driver has them");
	else if (strict)
		finding(list, VERDICT_WARN, "devmem", NULL,
			"kexctl region peek, poke, dump and load do what /dev/mem was for",
			"CONFIG_STRICT_DEVMEM: /dev/mem does not map System RAM, nor what of it is "
			"reserved without no-map");
	else
		finding(list, VERDICT_OK, "devmem", NULL, NULL, "carve-outs can be mapped through /dev/mem");
}

static void look_at_config(struct findings *list)
{
	char *path, *config = kconfig_find(&path);
	bool packed = !config && errno == ENOPKG;

	if (config)
		finding(list, VERDICT_OK, "kernel-config", path, NULL, "kernel %s",
			kernel_release());
	else if (packed)
		finding(list, VERDICT_WARN, "kernel-config", KCONFIG_PACKED,
			"install gzip, or bring /boot/config-* of the kernel that runs",
			"gzip is missing, which unpacks it");
	else
		finding(list, VERDICT_WARN, "kernel-config", NULL,
			"modprobe configs, or bring /boot/config-* of the kernel that runs",
			"no configuration of kernel %s to read (%s)", kernel_release(), path);
	if (config)
		look_at_options(list, config);
	look_at_pools(list, config);
	if (config)
		look_at_devmem(list, config);
	free(config);
	free(path);
}

static bool is_live(const char *name)
{
	char *path = xprintf(CLASS "/%s", name);
	bool live = access(path, F_OK) == 0;

	free(path);
	return live;
}

static void no_node(struct findings *list, const char *name, const char *path, int err)
{
	/* It may have gone since its name was read */
	if (err != ENOENT || is_live(name))
		finding(list, VERDICT_FAIL, "node", path,
			"mount -t devtmpfs none /dev, or start udev", "%s", strerror(err));
}

/* Each live object has a node of its name, which udev gives to the group */
static void look_at_node(struct findings *list, const char *name, const struct group *group)
{
	char *path = xprintf(NODES "/%s", name);
	struct stat st;

	if (stat(path, &st))
		no_node(list, name, path, errno);
	else if (group && st.st_gid != group->gr_gid)
		finding(list, VERDICT_WARN, "node", path,
			"make install brings 60-kex.rules; then: udevadm control --reload, and "
			"udevadm trigger --subsystem-match=kex",
			"does not belong to the group " GROUP);
	free(path);
}

static void look_at_nodes(struct findings *list, const struct group *group)
{
	DIR *dir = open_list(AT_FDCWD, CLASS);
	struct strings names = { 0 };
	struct dirent *entry;
	size_t i;

	while (dir && (entry = readdir(dir)))
		if (*entry->d_name != '.' && *entry->d_name != '_')
			strings_add(&names, entry->d_name);
	if (dir)
		closedir(dir);
	strings_sort(&names);
	for (i = 0; i < names.count; i++)
		look_at_node(list, names.items[i], group);
	strings_free(&names);
}

static bool is_member(const struct group *group)
{
	gid_t *gids;
	int count, i;
	bool member = false;

	count = getgroups(0, NULL);
	gids = xrealloc(NULL, (count + 1) * sizeof(*gids));
	count = getgroups(count, gids);
	for (i = 0; i < count; i++)
		member |= gids[i] == group->gr_gid;
	free(gids);
	return member || getegid() == group->gr_gid;
}

static void look_at_group(struct findings *list)
{
	const struct group *group = getgrnam(GROUP);

	if (!group)
		finding(list, VERDICT_WARN, "group", NULL,
			"make install brings kex.conf for systemd-sysusers; or: groupadd --system "
			GROUP,
			"there is no group " GROUP ": nodes are root's alone");
	else if (geteuid() && !is_member(group))
		finding(list, VERDICT_WARN, "group", NULL,
			"usermod -aG " GROUP " for the user, who then logs in anew",
			"this user is not in the group " GROUP ", and may not open nodes");
	else
		finding(list, VERDICT_OK, "group", NULL, NULL, GROUP " exists");
	look_at_nodes(list, group);
}

/**
 * doctor_system - look at all that is not the device tree
 * @list: gets the findings
 */
void doctor_system(struct findings *list)
{
	look_at_module(list);
	look_at_configfs(list);
	look_at_config(list);
	look_at_group(list);
}
