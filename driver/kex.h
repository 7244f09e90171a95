/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: private structures and the prototypes of each layer
 *
 * Calls go down only:
 *
 *	main.c  chardev.c  configfs.c  sysfs.c	entry points
 *	inspect.c				observe
 *	map.c					verbs: the mm work
 *	region.c  object.c			objects: lifetime, node, counters
 *	carveout.c  dt.c			memory: ranges, no mm, no configfs
 *	attr.c  compat.h			used by all
 *
 * The one upward path is an ops table (kex_object_ops, kex_region_ops).
 */
#ifndef _KEX_H
#define _KEX_H

#include <linux/atomic.h>
#include <linux/configfs.h>
#include <linux/device.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <uapi/linux/kex.h>

/*
 * Lock order, outermost first. What is not nested has no order.
 *
 *	the platform device's lock
 *	  kex_bind_lock			carve-outs by name, one bind at a time
 *	   configfs' own		(inodes, su_mutex, fragment)
 *	    kex_carveouts_lock		the list of carve-outs
 *	    kex_carveout.lock		bound, live regions, wishes of its items
 *	      kex_nodes_lock		minors; open against take-down
 *	      kex_memory_lock		all claims on memory
 *	      kex_region.zap_lock	one zap at a time, its second pass included
 *	        mm.mmap_lock
 *	          kex_region.map_rwsem	write: change what may be mapped, and zap;
 *					read: insert entries, touch the bytes
 *	            address_space.i_mmap_rwsem, page-table locks
 *	          kex_region.mms_lock	spinlock
 *
 * ->mmap and ->fault are entered with mmap_lock held, so nothing that is held
 * there may be held around a copy to or from user space.
 */

/**
 * enum kex_attr_type - how the text of a configfs attribute is read
 * @KEX_ATTR_SIZE: bytes, with an optional K, M or G
 * @KEX_ATTR_OFFSET: 'auto' (KEX_OFFSET_AUTO) or bytes
 * @KEX_ATTR_UINT: a number
 * @KEX_ATTR_BOOL: 0 or 1
 * @KEX_ATTR_OCTAL: permission bits
 * @KEX_ATTR_ENUM: one of the words; the value is the word's index
 * @KEX_ATTR_TEXT: read-only list
 * @KEX_ATTR_TRIGGER: write-only 1
 */
enum kex_attr_type {
	KEX_ATTR_SIZE,
	KEX_ATTR_OFFSET,
	KEX_ATTR_UINT,
	KEX_ATTR_BOOL,
	KEX_ATTR_OCTAL,
	KEX_ATTR_ENUM,
	KEX_ATTR_TEXT,
	KEX_ATTR_TRIGGER,
};

enum kex_attr_access {
	KEX_ATTR_RO,
	KEX_ATTR_RW,
	KEX_ATTR_WO,
};

#define KEX_OFFSET_AUTO	U64_MAX

/**
 * struct kex_attr_desc - a configfs attribute as kex.yaml declares it
 * @name: file name
 * @words: NULL-ended words of an enum
 * @min: least value
 * @max: greatest value
 * @def: value of a new item
 * @multiple: power of two that it must be a multiple of, or 0
 * @type: how it is read and shown
 * @access: what the file allows
 * @page_multiple: must be a multiple of PAGE_SIZE
 * @live: may be written while the item is live
 */
struct kex_attr_desc {
	const char *name;
	const char * const *words;
	u64 min;
	u64 max;
	u64 def;
	u64 multiple;
	enum kex_attr_type type;
	enum kex_attr_access access;
	bool page_multiple;
	bool live;
};

int kex_attr_parse(const struct kex_attr_desc *desc, const char *page, u64 *val);
ssize_t kex_attr_show(const struct kex_attr_desc *desc, u64 val, char *page);
int kex_parse_size(const char *text, u64 *val);
int kex_parse_range(const char *text, u64 size, u64 *off, u64 *len);
int kex_check_range(u64 size, u64 off, u64 len);
bool kex_name_valid(const char *name);

struct kex_carveout;

/**
 * struct kex_extent - one physical range of a carve-out
 * @start: physical address
 * @size: bytes
 * @mapped: the kernel maps it, too (reserved memory without no-map)
 * @pool: who hands out its pages
 */
struct kex_extent {
	phys_addr_t start;
	u64 size;
	bool mapped;
	struct gen_pool *pool;
};

/**
 * struct kex_dt_region - a region that the device tree asks for
 * @name: label of the child node
 * @offset: bytes from the carve-out's first
 * @size: bytes
 * @cache: KEX_CACHE_*
 */
struct kex_dt_region {
	const char *name;
	u64 offset;
	u64 size;
	unsigned int cache;
};

/**
 * struct kex_dt - a carve-out's node
 * @name: label, else the node's name without its unit address
 * @ext: the ranges in order, without pools
 * @prop: the property that gives them
 * @nr: number of ranges
 * @size: bytes in all
 * @mapped: the kernel maps some of it: write-back is the only attribute
 * @cache: what regions have that name no attribute, KEX_CACHE_*
 * @regions: regions to make at bind
 * @nr_regions: number of them
 */
struct kex_dt {
	const char *name;
	struct kex_extent *ext;
	const char *prop;
	unsigned int nr;
	u64 size;
	bool mapped;
	unsigned int cache;
	struct kex_dt_region *regions;
	unsigned int nr_regions;
};

int kex_dt_read(struct device *dev, struct kex_dt *dt);

/**
 * struct kex_memory - the claimed bytes behind one binding of a carve-out
 * @ref: one for the binding, one per region; the claim ends with the last
 * @node: in the list of all claims
 * @co: carve-out, for its weak pointer here; a reference
 * @size: sum of the extents
 * @mapped: the kernel maps some of it: write-back is the only attribute
 * @nr: number of extents
 * @ext: the extents in the device tree's order
 *
 * Outlives the platform device while a revoked region still has open files:
 * that region's bytes must reach nobody else, not even after another bind.
 */
struct kex_memory {
	struct kref ref;
	struct list_head node;
	struct kex_carveout *co;
	u64 size;
	bool mapped;
	unsigned int nr;
	struct kex_extent ext[];
};

/**
 * struct kex_carveout - a named carve-out, from its first bind to module exit,
 * or until that bind has failed
 * @group: its folder in configfs; owns this structure
 * @regions_group: the folder regions/
 * @node: in the list of carve-outs
 * @lock: guards @dev, @regions and the items below @group
 * @dev: the bound platform device, or NULL
 * @regions: live regions
 * @fixed: configfs items of regions from the device tree; kex_bind_lock
 * @mem: memory of the present binding (which holds a reference), or of an
 *       earlier one that quarantined regions keep (which does not);
 *       kex_memory_lock
 * @cache: what a new item's cache attribute is, KEX_CACHE_*
 * @ready: the regions of the device tree have their memory: others may go live
 * @kept: a bind has succeeded: the folder stays, and takes items
 * @name: DT label, else node name
 */
struct kex_carveout {
	struct config_group group;
	struct config_group regions_group;
	struct list_head node;
	struct mutex lock;
	struct device *dev;
	struct list_head regions;
	struct list_head fixed;
	struct kex_memory *mem;
	unsigned int cache;
	bool ready;
	bool kept;
	char name[KEX_NAME_SIZE];
};

void kex_carveout_init(struct kex_carveout *co, const char *name);
int kex_carveout_bind(struct kex_carveout *co, struct device *dev,
		      const struct kex_dt *dt);
void kex_carveout_unbind(struct kex_carveout *co);
u64 kex_carveout_size(struct kex_carveout *co);
u64 kex_carveout_free(struct kex_carveout *co);
u64 kex_carveout_largest_free(struct kex_carveout *co);

int kex_memory_alloc(struct kex_memory *mem, u64 size, u64 *offset,
		     phys_addr_t *phys);
void kex_memory_free(struct kex_memory *mem, phys_addr_t phys, u64 size);
void kex_memory_put(struct kex_memory *mem);

struct kex_object;

/**
 * struct kex_object_ops - what each kind of object brings
 * @fops: file operations of its node
 * @release: frees it; called when the last reference is gone
 */
struct kex_object_ops {
	const struct file_operations *fops;
	void (*release)(struct kex_object *obj);
};

/**
 * struct kex_object - what region, window and pool have in common
 * @ref: one for being live, one per open file
 * @ops: see struct kex_object_ops
 * @inode: holds the address_space that every open file shares, so that one
 *	   call reaches each mapping: split, moved or forked
 * @dev: device in class kex while published, else NULL
 * @opens: open files; written under kex_nodes_lock
 * @hidden: no more opens; kex_nodes_lock
 * @minor: kept until release, and then the last to be used again, so that an
 *	   old node hardly ever leads to a new object; -1 before publishing
 * @kind: KEX_KIND_*
 * @mode: permission bits of the node
 * @name: unique over all live objects
 */
struct kex_object {
	struct kref ref;
	const struct kex_object_ops *ops;
	struct inode *inode;
	struct device *dev;
	unsigned int opens;
	bool hidden;
	int minor;
	unsigned int kind;
	umode_t mode;
	char name[KEX_NAME_SIZE];
};

int kex_objects_init(const struct file_operations *fops,
		     const struct attribute_group **groups);
void kex_objects_exit(void);
int kex_object_init(struct kex_object *obj, unsigned int kind, const char *name,
		    umode_t mode, const struct kex_object_ops *ops);
int kex_object_publish(struct kex_object *obj, struct device *parent);
int kex_object_hide(struct kex_object *obj, bool force);
void kex_object_unpublish(struct kex_object *obj);
struct kex_object *kex_object_open(unsigned int minor);
void kex_object_close(struct kex_object *obj);
void kex_object_put(struct kex_object *obj);

/**
 * struct kex_region_params - what a region shall be
 * @name: see kex_name_valid()
 * @size: bytes, a multiple of the page
 * @offset: KEX_OFFSET_AUTO, or bytes over the extents in order
 * @cache: KEX_CACHE_*
 * @mode: permission bits of the node
 * @scrub: zero it when it goes live and when it is given back
 * @lazy: mmap inserts nothing, faults do
 */
struct kex_region_params {
	const char *name;
	u64 size;
	u64 offset;
	unsigned int cache;
	umode_t mode;
	bool scrub;
	bool lazy;
};

/**
 * struct kex_region_ops - how a region tells who made it
 * @revoked: the region is no longer live, for a reason that is not its maker's
 *	     doing; called with the carve-out's lock held
 */
struct kex_region_ops {
	void (*revoked)(void *owner);
};

/**
 * struct kex_region - a live region, or a revoked one that has open files
 * @obj: name, node, references
 * @ops: see struct kex_region_ops
 * @owner: argument of @ops
 * @node: in kex_carveout.regions; the carve-out's lock
 * @co: its carve-out, which @mem keeps
 * @mem: the memory that @phys is in; a reference
 * @size: bytes
 * @offset: bytes from the carve-out's first
 * @phys: physical address of the first byte
 * @cache: KEX_CACHE_*
 * @scrub: see struct kex_region_params
 * @lazy: see struct kex_region_params
 * @wb: kernel's mapping of a write-back region, else NULL
 * @io: kernel's mapping of any other, else NULL
 * @zap_lock: one zap at a time
 * @map_rwsem: guards @revoked, and @evicted against zaps
 * @revoked: nothing may be mapped or touched any more
 * @evicted: a bit per page: zapped by an evict and not touched since
 * @mms_lock: guards @mms
 * @mms: address spaces that entered ->mmap since the last zap
 * @faults: page faults served
 * @evictions: evicts done
 * @restores: faults that brought an evicted page back
 */
struct kex_region {
	struct kex_object obj;
	const struct kex_region_ops *ops;
	void *owner;
	struct list_head node;
	struct kex_carveout *co;
	struct kex_memory *mem;
	u64 size;
	u64 offset;
	phys_addr_t phys;
	unsigned int cache;
	bool scrub;
	bool lazy;
	void *wb;
	void __iomem *io;

	struct mutex zap_lock;
	struct rw_semaphore map_rwsem;
	bool revoked;
	unsigned long *evicted;

	spinlock_t mms_lock;
	struct list_head mms;

	atomic64_t faults;
	atomic64_t evictions;
	atomic64_t restores;
};

static inline struct kex_region *to_kex_region(struct kex_object *obj)
{
	return container_of(obj, struct kex_region, obj);
}

static inline unsigned long kex_region_pages(const struct kex_region *region)
{
	return region->size >> PAGE_SHIFT;
}

struct kex_region *kex_region_create(struct kex_carveout *co,
				     const struct kex_region_params *params,
				     const struct kex_object_ops *obj_ops,
				     const struct kex_region_ops *ops, void *owner);
int kex_region_retire(struct kex_region *region);
void kex_region_unlist(struct kex_region *region);
void kex_region_release(struct kex_object *obj);
void kex_region_sync(struct kex_region *region, u64 off, u64 len, unsigned int dir);
void kex_region_read(struct kex_region *region, void *to, u64 off, size_t len);
void kex_region_write(struct kex_region *region, u64 off, const void *from,
		      size_t len);

int kex_map_mmap(struct kex_region *region, struct vm_area_struct *vma);
void kex_map_prune(struct kex_region *region);
void kex_map_release(struct kex_object *obj);
int kex_map_evict(struct kex_region *region, u64 off, u64 len);
void kex_map_revoke(struct kex_region *region);
unsigned int kex_map_state(struct kex_region *region);

u64 kex_inspect_mappings(struct kex_region *region);
int kex_inspect_resident(struct kex_region *region, u64 *bytes);
int kex_inspect_users(struct kex_region *region, char **text, size_t *len);

extern const struct file_operations kex_node_fops;
extern const struct kex_object_ops kex_region_object_ops;
extern const struct attribute_group *kex_sysfs_groups[];

int kex_configfs_init(void);
void kex_configfs_exit(void);
struct kex_carveout *kex_configfs_carveout(const char *name);
int kex_configfs_add(struct kex_carveout *co);
void kex_configfs_keep(struct kex_carveout *co);
void kex_configfs_drop(struct kex_carveout *co);
int kex_configfs_add_fixed(struct config_group *parent, struct config_group *group);
bool kex_name_taken(const char *name);

extern struct configfs_subsystem kex_subsys;
extern const struct config_item_type kex_regions_type;

bool kex_configfs_fixed_taken(struct kex_carveout *co, const char *name);
int kex_configfs_fixed(struct kex_carveout *co, const struct kex_dt_region *dt);
void kex_configfs_drop_fixed(struct kex_carveout *co);

#endif /* _KEX_H */
