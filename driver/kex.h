/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kex: private structures and the prototypes of each layer
 *
 * Calls go down only:
 *
 *	main.c  chardev*.c  configfs*.c  sysfs.c	entry points
 *	inspect.c				observe; other processes: ctl.h
 *	map.c  huge.c  lend.c  zap.c  hole.c	verbs: the mm work
 *	region.c  window.c  space.c  mms.c  object.c	objects: lifetime, node, state
 *	carveout.c  dt.c			memory: ranges, no mm, no configfs
 *	attr.c  trace.h  compat.h		used by all
 *
 * The one upward path is an ops table (kex_object_ops, kex_space_ops, kex_maker).
 */
#ifndef _KEX_H
#define _KEX_H

#include <linux/atomic.h>
#include <linux/configfs.h>
#include <linux/device.h>
#include <linux/interval_tree.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/maple_tree.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <uapi/linux/kex.h>

/*
 * Lock order, outermost first. What is not nested has no order.
 *
 *	the platform device's lock
 *	  kex_bind_lock			carve-outs by name, one bind at a time
 *	   configfs' own		(inodes, su_mutex, fragment)
 *	    kex_carveouts_lock		the list of carve-outs
 *	    kex_carveout.lock		bound, live spaces, wishes of its items
 *	     kex_window.end_lock	an anonymous window ends once
 *	      kex_nodes_lock		minors; open against take-down
 *	      kex_memory_lock		all claims on memory
 *	      kex_listing.lock		a list that is being read in pieces
 *	      kex_space.zap_lock	one zap at a time waits for mmaps under way
 *	        mm.mmap_lock
 *	          kex_space.map_rwsem	write: change what may be mapped, and zap
 *					(a pool's: pool.h);
 *					read: insert entries, touch the bytes.
 *					A window's, then one region's
 *	            kex_space.table_rwsem	write: make a page table where a PMD
 *					entry fits; read: make a PMD entry
 *	              address_space.i_mmap_rwsem, page-table locks
 *	            kex_space.state	the tree's own spinlock
 *	            kex_space.files_lock	spinlock
 *	              kex_owners_lock	spinlock: who made which anonymous window
 *	          kex_space.mms_lock	spinlock
 *	          kex_watch.lock	spinlock, also from MMU notifiers
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
 * @KEX_ATTR_RANGE: write-only 'OFF LEN'
 * @KEX_ATTR_PIECES: write-only 'WOFF REGION ROFF LEN[; ...]'
 * @KEX_ATTR_TABLE: read-only lines, of any length
 * @KEX_ATTR_WORD: a name
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
	KEX_ATTR_RANGE,
	KEX_ATTR_PIECES,
	KEX_ATTR_TABLE,
	KEX_ATTR_WORD,
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
 * @windows_group: the folder windows/
 * @pools_group: the folder pools/
 * @node: in the list of carve-outs
 * @lock: guards @dev, @spaces and the items below @group
 * @dev: the bound platform device, or NULL
 * @spaces: live regions, named windows and pools
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
	struct config_group windows_group;
	struct config_group pools_group;
	struct list_head node;
	struct mutex lock;
	struct device *dev;
	struct list_head spaces;
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
struct kex_carveout *kex_carveout_at(u64 phys, u64 *offset, u64 *gap);

int kex_memory_alloc(struct kex_memory *mem, u64 size, u64 *offset,
		     phys_addr_t *phys);
void kex_memory_free(struct kex_memory *mem, phys_addr_t phys, u64 size);
void kex_memory_put(struct kex_memory *mem);

struct kex_object;

/**
 * struct kex_object_ops - what each kind of object brings
 * @fops: file operations of its node
 * @groups: what its folder in sysfs shows
 * @empty: it is to be taken down, unless somebody has it open: gives up what can be
 *	   had back only while it is live, or returns an errno; may be NULL
 * @stop: it is to be taken down, and nobody has it open: lets nobody come to use
 *	  it any more, or returns -EBUSY; kex_nodes_lock held; may be NULL
 * @drop: it is not live any more: gives up what it has of others, and takes back
 *	  what others have of it
 * @release: frees it; called when the last reference is gone
 */
struct kex_object_ops {
	const struct file_operations *fops;
	const struct attribute_group **groups;
	int (*empty)(struct kex_object *obj);
	int (*stop)(struct kex_object *obj);
	void (*drop)(struct kex_object *obj);
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

int kex_objects_init(const struct file_operations *fops);
void kex_objects_exit(void);
int kex_object_init(struct kex_object *obj, unsigned int kind, const char *name,
		    umode_t mode, const struct kex_object_ops *ops);
int kex_object_publish(struct kex_object *obj, struct device *parent);
int kex_object_hide(struct kex_object *obj, bool force);
void kex_object_unpublish(struct kex_object *obj);
struct kex_object *kex_object_open(unsigned int minor);
void kex_object_get_open(struct kex_object *obj);
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
 * @hole: KEX_HOLE_*
 */
struct kex_region_params {
	const char *name;
	u64 size;
	u64 offset;
	unsigned int cache;
	umode_t mode;
	bool scrub;
	bool lazy;
	unsigned int hole;
};

/**
 * enum kex_page_state - what kex_space.state has for a page; nothing if resident
 * @KEX_PAGE_EVICTED: zapped, and not touched since
 * @KEX_PAGE_RESTORED: let go of by a restore, and not touched since
 * @KEX_PAGE_HELD: a touch meets the hole mode
 */
enum kex_page_state {
	KEX_PAGE_EVICTED = 1,
	KEX_PAGE_RESTORED,
	KEX_PAGE_HELD,
};

struct kex_space;
struct kex_region;

/**
 * struct kex_run - pages of a space that lie side by side in memory
 * @region: the region whose bytes they are
 * @first: first page of the run, in the space
 * @nr: number of pages
 * @pfn: page frame of @first
 *
 * In a space's fault it is also what may be inserted: no page of it is held.
 */
struct kex_run {
	struct kex_region *region;
	unsigned long first;
	unsigned long nr;
	unsigned long pfn;
};

/**
 * struct kex_space_ops - what each kind of space brings
 * @find: the longest run around a page that may be mapped now; false if there
 *	  is none. Either way, what keeps it so is held for reading until @done
 * @find_all: a run of exactly so many pages, in whatever state but held; false,
 *	      with nothing taken, if there is none, or if it cannot be told without
 *	      a @wait
 * @done: undoes what @find or @find_all took
 *
 * All are called with the space's map_rwsem held for reading.
 */
struct kex_space_ops {
	bool (*find)(struct kex_space *space, unsigned long page, struct kex_run *run);
	bool (*find_all)(struct kex_space *space, unsigned long first,
			 unsigned long nr, bool wait, struct kex_run *run);
	void (*done)(struct kex_run *run);
};

/**
 * struct kex_maker - who made a live space
 * @revoked: the space is no longer live, for a reason that is not its maker's
 *	     doing; called with the carve-out's lock held
 */
struct kex_maker {
	void (*revoked)(struct kex_maker *maker);
};

/**
 * struct kex_listing - a list that is being read in pieces
 * @lock: guards the others
 * @reader: by whom; compared only
 * @text: the list, or NULL; until its end has been read, another reader comes, or
 *	  the space ends
 * @len: its length
 */
struct kex_listing {
	struct mutex lock;
	const void *reader;
	char *text;
	size_t len;
};

/**
 * struct kex_space - an object that can be mapped: a region or a window
 * @obj: name, node, references
 * @ops: see struct kex_space_ops
 * @co: its carve-out, which outlives it: a region's memory keeps it, and a
 *	window is made only after the first bind, from when on it stays
 * @maker: who made it, while it is in kex_carveout.spaces
 * @live: in kex_carveout.spaces; the carve-out's lock
 * @size: bytes
 * @cache: KEX_CACHE_*, of all of it
 * @hole: KEX_HOLE_*: what a touch meets where there is nothing to map
 * @lazy: mmap inserts nothing, faults do
 * @zap_lock: one zap at a time waits for mmaps under way
 * @map_rwsem: guards @revoked, and @state against zaps
 * @table_rwsem: keeps page tables from coming where a PMD entry is being made,
 *		 and the other way round
 * @revoked: nothing may be mapped or touched any more
 * @state: by page, enum kex_page_state as xarray values
 * @mms_lock: guards @mms
 * @mms: address spaces that entered ->mmap since the last zap
 * @changes: grows with each change of state; @wait is woken after it
 * @unmaps: grows with each munmap, for the faults in @wait
 * @wait: polling files and faults on holes of mode wait
 * @files_lock: guards @files
 * @files: open files, for their eventfds
 * @faults: page faults served
 * @evictions: evicts done
 * @restores: faults that brought evicted or held memory back
 * @users: the list of mappings, while it is read
 */
struct kex_space {
	struct kex_object obj;
	const struct kex_space_ops *ops;
	struct kex_carveout *co;
	struct kex_maker *maker;
	struct list_head live;
	u64 size;
	unsigned int cache;
	unsigned int hole;
	bool lazy;

	struct mutex zap_lock;
	struct rw_semaphore map_rwsem;
	struct rw_semaphore table_rwsem;
	bool revoked;
	struct maple_tree state;

	spinlock_t mms_lock;
	struct list_head mms;

	atomic64_t changes;
	atomic_t unmaps;
	wait_queue_head_t wait;
	spinlock_t files_lock;
	struct list_head files;

	atomic64_t faults;
	atomic64_t evictions;
	atomic64_t restores;

	struct kex_listing users;
};

static inline struct kex_space *to_kex_space(struct kex_object *obj)
{
	return container_of(obj, struct kex_space, obj);
}

static inline unsigned long kex_space_pages(const struct kex_space *space)
{
	return space->size >> PAGE_SHIFT;
}

int kex_space_init(struct kex_space *space, unsigned int kind, const char *name,
		   umode_t mode, const struct kex_object_ops *obj_ops,
		   const struct kex_space_ops *ops);
void kex_space_destroy(struct kex_space *space);
int kex_space_publish(struct kex_space *space, struct kex_maker *maker);
void kex_space_unlist(struct kex_space *space);
int kex_space_retire(struct kex_space *space);
unsigned int kex_space_state(struct kex_space *space);
enum kex_page_state kex_space_page(struct kex_space *space, unsigned long page,
				   unsigned long *first, unsigned long *last);
bool kex_space_run(struct kex_space *space, unsigned long page, unsigned long *last);
int kex_space_mark(struct kex_space *space, unsigned long first,
		   unsigned long last, enum kex_page_state state);
bool kex_space_any_held(struct kex_space *space, unsigned long first,
			unsigned long last);
bool kex_space_touched(struct kex_space *space, unsigned long first,
		       unsigned long last);
void kex_space_changed(struct kex_space *space);
int kex_mms_note(struct kex_space *space, struct mm_struct *mm);
int kex_mms_sync(struct kex_space *space, bool killable);
bool kex_mms_any(struct kex_space *space);
void kex_mms_prune(struct kex_space *space);
void kex_mms_forget(struct kex_space *space);
pgprot_t kex_space_pgprot(const struct kex_space *space, vm_flags_t flags);

/**
 * kex_lock_read() - take a semaphore for reading, if that is to be had
 * @sem: the semaphore
 * @wait: whether to wait for it
 *
 * Return: whether it is taken.
 */
static inline bool kex_lock_read(struct rw_semaphore *sem, bool wait)
{
	if (!wait)
		return down_read_trylock(sem);
	down_read(sem);
	return true;
}

/**
 * struct kex_file - an open file of a space
 * @space: the space; a reference, counted as open
 * @node: in kex_space.files
 * @seen: kex_space.changes when the file was last told of them
 * @eventfd: signalled with each change, or NULL; kex_space.files_lock
 * @scratch: the page that its mappings show in holes, or NULL before the first
 * @mirrors_lock: guards @mirrors
 * @mirrors: of a pool's file: the address spaces that its device looks into
 * @windows: anonymous windows that it made; kex_owners_lock
 */
struct kex_file {
	struct kex_space *space;
	struct list_head node;
	struct list_head windows;
	s64 seen;
	struct eventfd_ctx *eventfd;
	struct page *scratch;
	struct mutex mirrors_lock;
	struct list_head mirrors;
};

static inline struct kex_file *kex_vma_file(const struct vm_area_struct *vma)
{
	return vma->vm_file->private_data;
}

/**
 * struct kex_region - a live region, or a revoked one that has open files
 * @space: what can be mapped
 * @mem: the memory that @phys is in; a reference
 * @offset: bytes from the carve-out's first
 * @phys: physical address of the first byte
 * @scrub: see struct kex_region_params
 * @lent: what windows have of it, by its own pages; changed with map_rwsem held
 *	  for writing
 * @wb: kernel's mapping of a write-back region, else NULL
 * @io: kernel's mapping of any other, else NULL
 */
struct kex_region {
	struct kex_space space;
	struct kex_memory *mem;
	u64 offset;
	phys_addr_t phys;
	bool scrub;
	struct rb_root_cached lent;
	void *wb;
	void __iomem *io;
};

static inline struct kex_region *to_kex_region(struct kex_space *space)
{
	return container_of(space, struct kex_region, space);
}

/* How much is scrubbed or synced between two chances for others */
#define KEX_STEP	SZ_1M

struct kex_region *kex_region_create(struct kex_carveout *co,
				     const struct kex_region_params *params,
				     const struct kex_object_ops *obj_ops,
				     struct kex_maker *maker);
void kex_region_release(struct kex_object *obj);
void kex_region_sync(struct kex_region *region, u64 off, u64 len, unsigned int dir);
void kex_region_read(struct kex_region *region, void *to, u64 off, size_t len);
void kex_region_write(struct kex_region *region, u64 off, const void *from,
		      size_t len);

/* Of a window; bounds what is allocated to look at one. As in kex.yaml */
#define KEX_WINDOW_MAX_SIZE	BIT_ULL(40)

/**
 * struct kex_window_params - what a window shall be
 * @name: see kex_name_valid(), or of an anonymous one for messages only
 * @size: bytes, a multiple of the page
 * @cache: KEX_CACHE_*
 * @mode: permission bits of the node
 * @hole: KEX_HOLE_*
 */
struct kex_window_params {
	const char *name;
	u64 size;
	unsigned int cache;
	umode_t mode;
	unsigned int hole;
};

/**
 * struct kex_window - an address range that shows pieces of regions
 * @space: what can be mapped
 * @pieces: what is lent to it, by its own pages, without overlaps; changed with
 *	    map_rwsem held for writing
 * @anonymous: made by a file, and gone with it
 * @owner: that file, until it is closed; compared only
 * @owned: in kex_file.windows, which holds a reference, until it has ended;
 *	   kex_owners_lock
 * @end_lock: who ends an anonymous one keeps others waiting; guards @ended
 * @ended: revoked and emptied
 *
 * It has pieces only while somebody else holds a reference: a region's reader
 * may take one of a window that he finds by a piece.
 */
struct kex_window {
	struct kex_space space;
	struct rb_root_cached pieces;
	bool anonymous;
	const struct kex_file *owner;
	struct list_head owned;
	struct mutex end_lock;
	bool ended;
};

static inline struct kex_window *to_kex_window(struct kex_space *space)
{
	return container_of(space, struct kex_window, space);
}

/**
 * struct kex_piece - pages of a region that a window shows
 * @in_window: in kex_window.pieces
 * @in_region: in kex_region.lent
 * @node: of a list of pieces to be shown or freed
 * @window: which window has it, without a reference
 * @region: whose pages they are; a reference
 */
struct kex_piece {
	struct interval_tree_node in_window;
	struct interval_tree_node in_region;
	struct list_head node;
	struct kex_window *window;
	struct kex_region *region;
};

/* Each piece of a region that a range of pages has a part in; its map_rwsem held */
#define kex_for_each_lent(node, region, first, last)				\
	for (node = interval_tree_iter_first(&(region)->lent, first, last);	\
	     node; node = interval_tree_iter_next(node, first, last))

struct kex_window *kex_window_new(struct kex_carveout *co,
				  const struct kex_window_params *params,
				  const struct kex_object_ops *obj_ops);
struct kex_window *kex_window_create(struct kex_carveout *co,
				     const struct kex_window_params *params,
				     const struct kex_object_ops *obj_ops,
				     struct kex_maker *maker);
void kex_window_release(struct kex_object *obj);
struct kex_piece *kex_window_piece(struct kex_window *window, unsigned long page);
ssize_t kex_window_print(struct kex_window *window, char *text, size_t size);

int kex_map_mmap(struct kex_space *space, struct vm_area_struct *vma);
bool kex_map_is_ours(const struct vm_area_struct *vma);
vm_fault_t kex_map_page(struct vm_fault *vmf, struct kex_space *space,
			unsigned long pfn, pgprot_t prot);
void kex_map_count(struct kex_space *space, const struct kex_run *run, u64 start);

/**
 * struct kex_lend - what a window shall have
 * @region: of this region, which the caller keeps
 * @woff: first byte in the window
 * @roff: first byte in the region
 * @len: bytes
 */
struct kex_lend {
	struct kex_region *region;
	u64 woff;
	u64 roff;
	u64 len;
};

void kex_lend_end(struct kex_window *window);
int kex_lend_stop(struct kex_region *region);
void kex_lend_recall(struct kex_region *region);
void kex_lend_zap(struct kex_region *region, u64 off, u64 len);
void kex_lend_changed(struct kex_region *region, u64 off, u64 len);

/* Gone where kernels have no PMD entries for PFNMAP VMAs */
#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
vm_fault_t kex_huge_fault(struct vm_fault *vmf, unsigned int order);
void kex_huge_open(struct vm_area_struct *vma);
unsigned long kex_huge_area(struct file *file, unsigned long addr, unsigned long len,
			    unsigned long pgoff, unsigned long flags);
#define KEX_HUGE_VM_OPS		.huge_fault = kex_huge_fault, .open = kex_huge_open,
#define KEX_HUGE_FILE_OPS	.get_unmapped_area = kex_huge_area,
#else
#define KEX_HUGE_VM_OPS
#define KEX_HUGE_FILE_OPS
#endif

/**
 * enum kex_reason - what an event of trace.h happened for
 * @KEX_REASON_IOCTL: a call on an open file
 * @KEX_REASON_SYSFS: a write to an action in sysfs
 * @KEX_REASON_CONFIGFS: a write to an item in configfs
 * @KEX_REASON_UNBIND: the device was unbound
 * @KEX_REASON_OWNER: a window's owner closed its file
 * @KEX_REASON_POLICY: a pool's policy, to make room
 * @KEX_REASON_IN: a call that moves pages into a pool
 * @KEX_REASON_HOME: a call that moves them to system memory
 * @KEX_REASON_LAZY: a touch of what had no entry yet
 * @KEX_REASON_RESTORE: a touch of what had been evicted, or held and restored
 * @KEX_REASON_SIGBUS: a touch where nothing is mapped, and a signal for it.
 *		       From here on in the order of KEX_HOLE_*
 * @KEX_REASON_ZERO: the same, met with a page of zeroes
 * @KEX_REASON_SCRATCH: the same, met with a page of the file's own
 * @KEX_REASON_WAIT: the same, at the end of the wait
 * @KEX_REASON_REVOKED: a touch of what was revoked
 */
enum kex_reason {
	KEX_REASON_IOCTL,
	KEX_REASON_SYSFS,
	KEX_REASON_CONFIGFS,
	KEX_REASON_UNBIND,
	KEX_REASON_OWNER,
	KEX_REASON_POLICY,
	KEX_REASON_IN,
	KEX_REASON_HOME,
	KEX_REASON_LAZY,
	KEX_REASON_RESTORE,
	KEX_REASON_SIGBUS,
	KEX_REASON_ZERO,
	KEX_REASON_SCRATCH,
	KEX_REASON_WAIT,
	KEX_REASON_REVOKED,
};

int kex_lend_map(struct kex_window *window, const struct kex_lend *want, unsigned int nr,
		 enum kex_reason reason);
int kex_lend_unmap(struct kex_window *window, u64 off, u64 len, enum kex_reason reason);

int kex_zap_evict(struct kex_space *space, u64 off, u64 len,
		  enum kex_reason reason);
int kex_zap_hold(struct kex_space *space, u64 off, u64 len,
		 enum kex_reason reason);
int kex_zap_restore(struct kex_space *space, u64 off, u64 len,
		    enum kex_reason reason);
void kex_zap_revoke(struct kex_space *space, enum kex_reason reason);
int kex_zap_mappings(struct mm_struct *mm, unsigned long addr, unsigned long len);

int kex_hole_init(void);
void kex_hole_exit(void);
vm_fault_t kex_hole_insert(struct vm_fault *vmf, struct kex_space *space, u64 start);
vm_fault_t kex_hole_wait(struct vm_fault *vmf, s64 changes, u64 start);
void kex_hole_unmapped(struct kex_space *space);
bool kex_hole_is_zero(unsigned long pfn);
bool kex_hole_shows(const struct vm_area_struct *vma, unsigned long pfn);
int kex_hole_access(struct kex_space *space, void *buf, int len, bool write);
void kex_hole_release(struct kex_file *file);

u64 kex_inspect_mappings(struct kex_space *space);
int kex_inspect_resident(struct kex_space *space, u64 *bytes);
ssize_t kex_inspect_users(struct kex_space *space, const void *reader, char *buf,
			  loff_t off, size_t len);

struct kex_space *kex_file_space(struct file *file);
struct kex_file *kex_file_new(struct kex_space *space);
void kex_file_free(struct kex_file *kf);
bool kex_file_is_region(const struct file *file);
int kex_file_open(struct inode *inode, struct file *file);
int kex_file_release(struct inode *inode, struct file *file);
int kex_file_mmap(struct file *file, struct vm_area_struct *vma);
__poll_t kex_file_poll(struct file *file, struct poll_table_struct *wait);
long kex_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
long kex_file_range(struct file *file, void __user *uarg,
		    int (*act)(struct kex_space *space, u64 off, u64 len,
			       enum kex_reason reason));
long kex_window_ioctl(struct file *file, unsigned int cmd, void __user *uarg);
void kex_windows_disown(struct kex_file *owner);
void kex_windows_disown_all(struct kex_space *space);
int kex_arg_read(void *arg, size_t known, size_t least, void __user *uarg, u32 *argsz);

extern const struct file_operations kex_node_fops;
extern const struct kex_object_ops kex_region_object_ops;
extern const struct kex_object_ops kex_window_object_ops;
extern const struct attribute_group *kex_region_sysfs_groups[];
extern const struct attribute_group *kex_window_sysfs_groups[];
extern const struct attribute_group *kex_pool_sysfs_groups[];

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
extern const struct config_item_type kex_windows_type;
extern const struct config_item_type kex_pools_type;

bool kex_configfs_fixed_taken(struct kex_carveout *co, const char *name);
int kex_configfs_fixed(struct kex_carveout *co, const struct kex_dt_region *dt);
void kex_configfs_drop_fixed(struct kex_carveout *co);

#endif /* _KEX_H */
