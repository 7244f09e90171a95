/* SPDX-License-Identifier: GPL-2.0-only */
/* Written by configfs-schema/gen.py from kex.yaml; do not edit. */
#ifndef KEX_ATTRS_GEN_H
#define KEX_ATTRS_GEN_H

enum kex_root_attr {
	KEX_ROOT_ATTR_FEATURES,
	KEX_ROOT_NR_ATTRS
};

static const char * const kex_root_features_words[] __maybe_unused = {
	"region",
	"evict",
	"revoke",
	"scrub",
	"populate-lazy",
	"sync",
	"users",
	"hold",
	"hole",
	"poll",
	"window",
	"huge",
	"trace",
	"pool",
	NULL
};

static const struct kex_attr_desc kex_root_attrs[KEX_ROOT_NR_ATTRS] __maybe_unused = {
	[KEX_ROOT_ATTR_FEATURES] = {
		.name = "features",
		.type = KEX_ATTR_TEXT,
		.access = KEX_ATTR_RO,
		.min = 0,
		.max = 0,
		.def = 0,
	},
};

/* X(name, index suffix, access), in declared order */
#define KEX_ROOT_CONFIGFS_ATTRS(X) \
	X(features, FEATURES, RO)

enum kex_carveout_attr {
	KEX_CARVEOUT_ATTR_BOUND,
	KEX_CARVEOUT_ATTR_SIZE,
	KEX_CARVEOUT_ATTR_FREE,
	KEX_CARVEOUT_ATTR_LARGEST_FREE,
	KEX_CARVEOUT_NR_ATTRS
};

static const struct kex_attr_desc kex_carveout_attrs[KEX_CARVEOUT_NR_ATTRS] __maybe_unused = {
	[KEX_CARVEOUT_ATTR_BOUND] = {
		.name = "bound",
		.type = KEX_ATTR_BOOL,
		.access = KEX_ATTR_RO,
		.min = 0,
		.max = 1,
		.def = 0,
	},
	[KEX_CARVEOUT_ATTR_SIZE] = {
		.name = "size",
		.type = KEX_ATTR_SIZE,
		.access = KEX_ATTR_RO,
		.min = 0,
		.max = U64_MAX,
		.def = 0,
	},
	[KEX_CARVEOUT_ATTR_FREE] = {
		.name = "free",
		.type = KEX_ATTR_SIZE,
		.access = KEX_ATTR_RO,
		.min = 0,
		.max = U64_MAX,
		.def = 0,
	},
	[KEX_CARVEOUT_ATTR_LARGEST_FREE] = {
		.name = "largest_free",
		.type = KEX_ATTR_SIZE,
		.access = KEX_ATTR_RO,
		.min = 0,
		.max = U64_MAX,
		.def = 0,
	},
};

/* X(name, index suffix, access), in declared order */
#define KEX_CARVEOUT_CONFIGFS_ATTRS(X) \
	X(bound, BOUND, RO) \
	X(size, SIZE, RO) \
	X(free, FREE, RO) \
	X(largest_free, LARGEST_FREE, RO)

enum kex_region_attr {
	KEX_REGION_ATTR_SIZE,
	KEX_REGION_ATTR_OFFSET,
	KEX_REGION_ATTR_CACHE,
	KEX_REGION_ATTR_MODE,
	KEX_REGION_ATTR_SCRUB,
	KEX_REGION_ATTR_POPULATE,
	KEX_REGION_ATTR_HOLE,
	KEX_REGION_ATTR_LIVE,
	KEX_REGION_ATTR_REVOKE,
	KEX_REGION_NR_ATTRS
};

static const char * const kex_region_cache_words[] __maybe_unused = {
	"write-back",
	"write-combine",
	"uncached",
	"device",
	NULL
};

static const char * const kex_region_populate_words[] __maybe_unused = {
	"eager",
	"lazy",
	NULL
};

static const char * const kex_region_hole_words[] __maybe_unused = {
	"sigbus",
	"zero",
	"scratch",
	"wait",
	NULL
};

static const struct kex_attr_desc kex_region_attrs[KEX_REGION_NR_ATTRS] __maybe_unused = {
	[KEX_REGION_ATTR_SIZE] = {
		.name = "size",
		.type = KEX_ATTR_SIZE,
		.access = KEX_ATTR_RW,
		.min = 1,
		.max = U64_MAX,
		.def = 0,
		.page_multiple = true,
	},
	[KEX_REGION_ATTR_OFFSET] = {
		.name = "offset",
		.type = KEX_ATTR_OFFSET,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = U64_MAX,
		.def = U64_MAX,
		.page_multiple = true,
	},
	[KEX_REGION_ATTR_CACHE] = {
		.name = "cache",
		.type = KEX_ATTR_ENUM,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 3,
		.def = 0,
		.words = kex_region_cache_words,
	},
	[KEX_REGION_ATTR_MODE] = {
		.name = "mode",
		.type = KEX_ATTR_OCTAL,
		.access = KEX_ATTR_RW,
		.min = 0000,
		.max = 0777,
		.def = 0660,
	},
	[KEX_REGION_ATTR_SCRUB] = {
		.name = "scrub",
		.type = KEX_ATTR_BOOL,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 1,
		.def = 1,
	},
	[KEX_REGION_ATTR_POPULATE] = {
		.name = "populate",
		.type = KEX_ATTR_ENUM,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 1,
		.def = 0,
		.words = kex_region_populate_words,
	},
	[KEX_REGION_ATTR_HOLE] = {
		.name = "hole",
		.type = KEX_ATTR_ENUM,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 3,
		.def = 0,
		.words = kex_region_hole_words,
	},
	[KEX_REGION_ATTR_LIVE] = {
		.name = "live",
		.type = KEX_ATTR_BOOL,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 1,
		.def = 0,
		.live = true,
	},
	[KEX_REGION_ATTR_REVOKE] = {
		.name = "revoke",
		.type = KEX_ATTR_TRIGGER,
		.access = KEX_ATTR_WO,
		.min = 1,
		.max = 1,
		.def = 0,
		.live = true,
	},
};

/* X(name, index suffix, access), in declared order */
#define KEX_REGION_CONFIGFS_ATTRS(X) \
	X(size, SIZE, RW) \
	X(offset, OFFSET, RW) \
	X(cache, CACHE, RW) \
	X(mode, MODE, RW) \
	X(scrub, SCRUB, RW) \
	X(populate, POPULATE, RW) \
	X(hole, HOLE, RW) \
	X(live, LIVE, RW) \
	X(revoke, REVOKE, WO)

enum kex_window_attr {
	KEX_WINDOW_ATTR_SIZE,
	KEX_WINDOW_ATTR_CACHE,
	KEX_WINDOW_ATTR_HOLE,
	KEX_WINDOW_ATTR_MODE,
	KEX_WINDOW_ATTR_LIVE,
	KEX_WINDOW_ATTR_REVOKE,
	KEX_WINDOW_ATTR_MAP,
	KEX_WINDOW_ATTR_UNMAP,
	KEX_WINDOW_ATTR_PIECES,
	KEX_WINDOW_NR_ATTRS
};

static const char * const kex_window_cache_words[] __maybe_unused = {
	"write-back",
	"write-combine",
	"uncached",
	"device",
	NULL
};

static const char * const kex_window_hole_words[] __maybe_unused = {
	"sigbus",
	"zero",
	"scratch",
	"wait",
	NULL
};

static const struct kex_attr_desc kex_window_attrs[KEX_WINDOW_NR_ATTRS] __maybe_unused = {
	[KEX_WINDOW_ATTR_SIZE] = {
		.name = "size",
		.type = KEX_ATTR_SIZE,
		.access = KEX_ATTR_RW,
		.min = 1,
		.max = 1099511627776,
		.def = 0,
		.page_multiple = true,
	},
	[KEX_WINDOW_ATTR_CACHE] = {
		.name = "cache",
		.type = KEX_ATTR_ENUM,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 3,
		.def = 0,
		.words = kex_window_cache_words,
	},
	[KEX_WINDOW_ATTR_HOLE] = {
		.name = "hole",
		.type = KEX_ATTR_ENUM,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 3,
		.def = 0,
		.words = kex_window_hole_words,
	},
	[KEX_WINDOW_ATTR_MODE] = {
		.name = "mode",
		.type = KEX_ATTR_OCTAL,
		.access = KEX_ATTR_RW,
		.min = 0000,
		.max = 0777,
		.def = 0660,
	},
	[KEX_WINDOW_ATTR_LIVE] = {
		.name = "live",
		.type = KEX_ATTR_BOOL,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 1,
		.def = 0,
		.live = true,
	},
	[KEX_WINDOW_ATTR_REVOKE] = {
		.name = "revoke",
		.type = KEX_ATTR_TRIGGER,
		.access = KEX_ATTR_WO,
		.min = 1,
		.max = 1,
		.def = 0,
		.live = true,
	},
	[KEX_WINDOW_ATTR_MAP] = {
		.name = "map",
		.type = KEX_ATTR_PIECES,
		.access = KEX_ATTR_WO,
		.min = 0,
		.max = 0,
		.def = 0,
		.live = true,
	},
	[KEX_WINDOW_ATTR_UNMAP] = {
		.name = "unmap",
		.type = KEX_ATTR_RANGE,
		.access = KEX_ATTR_WO,
		.min = 0,
		.max = 0,
		.def = 0,
		.live = true,
	},
	[KEX_WINDOW_ATTR_PIECES] = {
		.name = "pieces",
		.type = KEX_ATTR_TABLE,
		.access = KEX_ATTR_RO,
		.min = 0,
		.max = 0,
		.def = 0,
	},
};

/* X(name, index suffix, access), in declared order */
#define KEX_WINDOW_CONFIGFS_ATTRS(X) \
	X(size, SIZE, RW) \
	X(cache, CACHE, RW) \
	X(hole, HOLE, RW) \
	X(mode, MODE, RW) \
	X(live, LIVE, RW) \
	X(revoke, REVOKE, WO) \
	X(map, MAP, WO) \
	X(unmap, UNMAP, WO)

/* X(name): binary ones, of any length */
#define KEX_WINDOW_CONFIGFS_TABLES(X) \
	X(pieces)

enum kex_pool_attr {
	KEX_POOL_ATTR_SIZE,
	KEX_POOL_ATTR_BACKING,
	KEX_POOL_ATTR_MODE,
	KEX_POOL_ATTR_POLICY,
	KEX_POOL_ATTR_FAULT_AROUND,
	KEX_POOL_ATTR_LIVE,
	KEX_POOL_ATTR_REVOKE,
	KEX_POOL_NR_ATTRS
};

static const char * const kex_pool_backing_words[] __maybe_unused = {
	"carveout",
	"system",
	NULL
};

static const struct kex_attr_desc kex_pool_attrs[KEX_POOL_NR_ATTRS] __maybe_unused = {
	[KEX_POOL_ATTR_SIZE] = {
		.name = "size",
		.type = KEX_ATTR_SIZE,
		.access = KEX_ATTR_RW,
		.min = 1,
		.max = U64_MAX,
		.def = 0,
		.multiple = 2097152,
	},
	[KEX_POOL_ATTR_BACKING] = {
		.name = "backing",
		.type = KEX_ATTR_ENUM,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 1,
		.def = 0,
		.words = kex_pool_backing_words,
	},
	[KEX_POOL_ATTR_MODE] = {
		.name = "mode",
		.type = KEX_ATTR_OCTAL,
		.access = KEX_ATTR_RW,
		.min = 0000,
		.max = 0777,
		.def = 0660,
	},
	[KEX_POOL_ATTR_POLICY] = {
		.name = "policy",
		.type = KEX_ATTR_WORD,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 0,
		.def = 0,
		.live = true,
	},
	[KEX_POOL_ATTR_FAULT_AROUND] = {
		.name = "fault_around",
		.type = KEX_ATTR_UINT,
		.access = KEX_ATTR_RW,
		.min = 1,
		.max = 512,
		.def = 64,
		.live = true,
	},
	[KEX_POOL_ATTR_LIVE] = {
		.name = "live",
		.type = KEX_ATTR_BOOL,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 1,
		.def = 0,
		.live = true,
	},
	[KEX_POOL_ATTR_REVOKE] = {
		.name = "revoke",
		.type = KEX_ATTR_TRIGGER,
		.access = KEX_ATTR_WO,
		.min = 1,
		.max = 1,
		.def = 0,
		.live = true,
	},
};

/* X(name, index suffix, access), in declared order */
#define KEX_POOL_CONFIGFS_ATTRS(X) \
	X(size, SIZE, RW) \
	X(backing, BACKING, RW) \
	X(mode, MODE, RW) \
	X(policy, POLICY, RW) \
	X(fault_around, FAULT_AROUND, RW) \
	X(live, LIVE, RW) \
	X(revoke, REVOKE, WO)

enum kex_policy_attr {
	KEX_POLICY_ATTR_ALGORITHM,
	KEX_POLICY_ATTR_LOW,
	KEX_POLICY_ATTR_HIGH,
	KEX_POLICY_ATTR_GRANULE,
	KEX_POLICY_ATTR_MIN_RESIDENT_MS,
	KEX_POLICY_NR_ATTRS
};

static const char * const kex_policy_algorithm_words[] __maybe_unused = {
	"fifo",
	"lru",
	"clock",
	"random",
	NULL
};

static const struct kex_attr_desc kex_policy_attrs[KEX_POLICY_NR_ATTRS] __maybe_unused = {
	[KEX_POLICY_ATTR_ALGORITHM] = {
		.name = "algorithm",
		.type = KEX_ATTR_ENUM,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 3,
		.def = 0,
		.words = kex_policy_algorithm_words,
	},
	[KEX_POLICY_ATTR_LOW] = {
		.name = "low",
		.type = KEX_ATTR_UINT,
		.access = KEX_ATTR_RW,
		.min = 1,
		.max = 100,
		.def = 90,
		.live = true,
	},
	[KEX_POLICY_ATTR_HIGH] = {
		.name = "high",
		.type = KEX_ATTR_UINT,
		.access = KEX_ATTR_RW,
		.min = 1,
		.max = 100,
		.def = 100,
		.live = true,
	},
	[KEX_POLICY_ATTR_GRANULE] = {
		.name = "granule",
		.type = KEX_ATTR_SIZE,
		.access = KEX_ATTR_RW,
		.min = 1,
		.max = 1073741824,
		.def = 2097152,
		.page_multiple = true,
		.live = true,
	},
	[KEX_POLICY_ATTR_MIN_RESIDENT_MS] = {
		.name = "min_resident_ms",
		.type = KEX_ATTR_UINT,
		.access = KEX_ATTR_RW,
		.min = 0,
		.max = 86400000,
		.def = 0,
		.live = true,
	},
};

/* X(name, index suffix, access), in declared order */
#define KEX_POLICY_CONFIGFS_ATTRS(X) \
	X(algorithm, ALGORITHM, RW) \
	X(low, LOW, RW) \
	X(high, HIGH, RW) \
	X(granule, GRANULE, RW) \
	X(min_resident_ms, MIN_RESIDENT_MS, RW)

/* X(name, file mode): what /sys/class/kex/<name>/ has of objects of all kinds */
#define KEX_SYSFS_ATTRS(X) \
	X(kind, 0444) \
	X(carveout, 0444) \
	X(size, 0444) \
	X(state, 0444) \
	X(opens, 0444) \
	X(mappings, 0444) \
	X(resident, 0444) \
	X(faults, 0444) \
	X(evictions, 0444) \
	X(restores, 0444) \
	X(cache, 0444) \
	X(phys, 0400) \
	X(evict, 0200) \
	X(hold, 0200) \
	X(restore, 0200) \
	X(offset, 0444) \
	X(capacity, 0444) \
	X(used, 0444) \
	X(init_us, 0444) \
	X(migrated_in, 0444) \
	X(migrated_out, 0444) \
	X(fault_pages, 0444) \
	X(policy_evictions, 0444)

/* the same, of any length */
#define KEX_SYSFS_TABLES(X) \
	X(users, 0440)

/* X(name, file mode): what /sys/class/kex/<name>/ has of an object of this kind */
#define KEX_REGION_SYSFS_ATTRS(X) \
	X(kind, 0444) \
	X(carveout, 0444) \
	X(size, 0444) \
	X(state, 0444) \
	X(opens, 0444) \
	X(mappings, 0444) \
	X(resident, 0444) \
	X(faults, 0444) \
	X(evictions, 0444) \
	X(restores, 0444) \
	X(cache, 0444) \
	X(phys, 0400) \
	X(evict, 0200) \
	X(hold, 0200) \
	X(restore, 0200)

/* the same, of any length */
#define KEX_REGION_SYSFS_TABLES(X) \
	X(users, 0440)

/* X(name, file mode): what /sys/class/kex/<name>/ has of an object of this kind */
#define KEX_WINDOW_SYSFS_ATTRS(X) \
	X(kind, 0444) \
	X(carveout, 0444) \
	X(size, 0444) \
	X(state, 0444) \
	X(opens, 0444) \
	X(mappings, 0444) \
	X(resident, 0444) \
	X(faults, 0444) \
	X(evictions, 0444) \
	X(restores, 0444) \
	X(cache, 0444) \
	X(evict, 0200) \
	X(hold, 0200) \
	X(restore, 0200)

/* the same, of any length */
#define KEX_WINDOW_SYSFS_TABLES(X) \
	X(users, 0440)

/* X(name, file mode): what /sys/class/kex/<name>/ has of an object of this kind */
#define KEX_POOL_SYSFS_ATTRS(X) \
	X(kind, 0444) \
	X(carveout, 0444) \
	X(size, 0444) \
	X(state, 0444) \
	X(opens, 0444) \
	X(mappings, 0444) \
	X(resident, 0444) \
	X(faults, 0444) \
	X(evictions, 0444) \
	X(restores, 0444) \
	X(offset, 0444) \
	X(capacity, 0444) \
	X(used, 0444) \
	X(init_us, 0444) \
	X(migrated_in, 0444) \
	X(migrated_out, 0444) \
	X(fault_pages, 0444) \
	X(policy_evictions, 0444) \
	X(evict, 0200)

/* the same, of any length */
#define KEX_POOL_SYSFS_TABLES(X) \
	X(users, 0440)

#endif /* KEX_ATTRS_GEN_H */
