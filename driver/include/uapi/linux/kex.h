/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * kex: regions of set-aside physical memory
 *
 * The ABI of the nodes /dev/kex/<name>. Names, ranges and life of an object
 * are set through configfs and read through sysfs; what belongs to one open
 * file is done here.
 */
#ifndef _UAPI_LINUX_KEX_H
#define _UAPI_LINUX_KEX_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KEX_ABI_VERSION	1

/* An object's name with its terminating NUL: [a-z0-9][a-z0-9._-]{0,30} */
#define KEX_NAME_SIZE	32

/**
 * DOC: Conventions
 *
 * Every structure starts with argsz, the size in bytes that the caller knows.
 * A smaller size than the first published one is EINVAL. Bytes beyond what
 * the driver knows must be zero (E2BIG), and the driver writes no more than
 * argsz bytes back, so that old programs run on new drivers and the reverse.
 * flags and reserved fields that are not described must be zero. Numbers
 * carry no size (_IO), as in VFIO.
 *
 * One errno has one meaning:
 *
 * ======= ==================================================================
 * EINVAL  argsz too small, unknown flag, reserved field not zero, length 0,
 *         offset or length not a multiple of the page where it must be
 * ERANGE  the range ends behind the object; a window of more than 1 TiB
 * E2BIG   argsz above one page, or non-zero bytes behind what the driver knows;
 *         more pieces than one call takes
 * EFAULT  the argument cannot be read or written; an address that is not in user
 *         space
 * EBADF   a file is not open for what the call needs; no such descriptor
 * EBUSY   a piece overlaps another; that memory is changed all the time
 * EXDEV   a region of another carve-out or cache attribute
 * EPERM   the window is another file's; another process is meant and
 *         CAP_SYS_PTRACE is missing, or a physical address, and CAP_SYS_ADMIN is;
 *         KEX_POKE where the process may not write
 * ESRCH   no such process, or it has no memory of its own
 * ENXIO   the page is not in the pool; the address is no carve-out's
 * ENODEV  the object was revoked; only close and munmap make sense now
 * ENOTTY  unknown number
 * EINTR   a fatal signal came first
 * EMFILE  the process has as many files as it may have, or ENFILE: all have
 * ENOMEM  no memory for the answer, or to note what a range is in for
 * ENOSPC  write() at or behind the object's end
 * ======= ==================================================================
 */

/* Unused in the kernel's ioctl-number.rst */
#define KEX_IOC_MAGIC	0xBE

/* kex_info.cache, in the order of the configfs attribute's words */
#define KEX_CACHE_WRITE_BACK	0
#define KEX_CACHE_WRITE_COMBINE	1
#define KEX_CACHE_UNCACHED	2
#define KEX_CACHE_DEVICE	3

/* kex_info.state */
#define KEX_STATE_RESIDENT	0
#define KEX_STATE_EVICTED	1
#define KEX_STATE_HELD		2

/* What a touch of held memory meets, in the order of the configfs attribute's words */
#define KEX_HOLE_SIGBUS		0
#define KEX_HOLE_ZERO		1
#define KEX_HOLE_SCRATCH	2
#define KEX_HOLE_WAIT		3

/* kex_info.kind */
#define KEX_KIND_REGION		0
#define KEX_KIND_WINDOW		1
#define KEX_KIND_POOL		2

/* kex_info.valid */
#define KEX_INFO_PHYS		(1 << 0)

/**
 * struct kex_info - what an object is and how it fares
 * @argsz: in: size of this structure
 * @flags: 0
 * @kind: out: KEX_KIND_*
 * @cache: out: KEX_CACHE_*
 * @state: out: KEX_STATE_*
 * @valid: out: which of the fields marked below are filled in, KEX_INFO_*
 * @size: out: bytes
 * @phys: out: physical address of the first byte if KEX_INFO_PHYS; else 0:
 *        shown with CAP_SYS_ADMIN only, as in /proc/PID/pagemap
 * @resident: out: bytes now reachable through page tables, each counted once
 * @mappings: out: virtual memory areas over the object, in all processes
 * @opens: out: open files, those that only a mapping keeps open included
 * @faults: out: page faults served
 * @evictions: out: evictions done
 * @restores: out: faults that brought evicted or held memory back
 * @name: out: NUL-terminated; of an anonymous window the region's whose file made
 *        it (20 characters of it), a colon and a number
 */
struct kex_info {
	__u32 argsz;
	__u32 flags;
	__u32 kind;
	__u32 cache;
	__u32 state;
	__u32 valid;
	__aligned_u64 size;
	__aligned_u64 phys;
	__aligned_u64 resident;
	__aligned_u64 mappings;
	__aligned_u64 opens;
	__aligned_u64 faults;
	__aligned_u64 evictions;
	__aligned_u64 restores;
	char name[KEX_NAME_SIZE];
};

/*
 * KEX_INFO - describe the object behind this file
 * @arg: struct kex_info
 * Return: 0, or -1 with EINVAL, E2BIG, EFAULT, ENODEV, EINTR or ENOMEM.
 */
#define KEX_INFO	_IO(KEX_IOC_MAGIC, 0x00)

/* kex_sync.dir */
#define KEX_SYNC_TO_DEVICE	(1 << 0)	/* clean: the device sees what the CPU wrote */
#define KEX_SYNC_FROM_DEVICE	(1 << 1)	/* invalidate: the CPU sees what the device wrote */

/**
 * struct kex_sync - cache maintenance of a part of a region
 * @argsz: size of this structure
 * @flags: 0
 * @off: bytes from the region's first; need not be aligned
 * @len: bytes, not 0
 * @dir: KEX_SYNC_*; both bits clean, then invalidate
 * @reserved: 0
 */
struct kex_sync {
	__u32 argsz;
	__u32 flags;
	__aligned_u64 off;
	__aligned_u64 len;
	__u32 dir;
	__u32 reserved;
};

/*
 * KEX_SYNC - make a range of a write-back region coherent with a device
 * @arg: struct kex_sync
 *
 * To the point of coherency, for that range only; nothing is remembered. Lines
 * that the range covers in part are cleaned before they are invalidated.
 * Regions of other cache attributes need none: the call succeeds and does
 * nothing. KEX_SYNC_FROM_DEVICE discards what the CPU wrote and therefore needs
 * a file that is open for writing.
 * Return: 0, or -1 with EINVAL, ERANGE, E2BIG, EFAULT, EBADF, or with some of it
 * done ENODEV or EINTR.
 */
#define KEX_SYNC	_IO(KEX_IOC_MAGIC, 0x01)

/**
 * struct kex_range - a part of an object
 * @argsz: size of this structure
 * @flags: 0
 * @off: bytes from the object's first, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 */
struct kex_range {
	__u32 argsz;
	__u32 flags;
	__aligned_u64 off;
	__aligned_u64 len;
};

/*
 * KEX_EVICT - clear every page-table entry over a range, in every process
 * @arg: struct kex_range
 *
 * Each mapping stays. The next touch of a page faults and brings it back with
 * the same bytes; kex_info counts it under restores. Needs a file that is open
 * for writing.
 * Return: 0, or -1 with EINVAL, ERANGE, E2BIG, EFAULT, EBADF, EINTR, ENOMEM or
 * ENODEV.
 */
#define KEX_EVICT	_IO(KEX_IOC_MAGIC, 0x02)

/*
 * KEX_HOLD - take a range away until KEX_RESTORE
 * @arg: struct kex_range
 *
 * As KEX_EVICT, but a touch meets the object's hole mode instead of the memory.
 * Does not nest: however often a range is held, one restore lets it go. read()
 * and write() still reach the bytes. It is in force at once; a signal that ends
 * the call finds it not begun, or in force but for an mmap() under way. Needs a
 * file that is open for writing.
 * Return: 0, or -1 with EINVAL, ERANGE, E2BIG, EFAULT, EBADF, EINTR, ENOMEM or
 * ENODEV.
 */
#define KEX_HOLD	_IO(KEX_IOC_MAGIC, 0x03)

/*
 * KEX_RESTORE - let go of what is held in a range
 * @arg: struct kex_range
 *
 * The next touch of a page brings it back. A range that is not held, or only
 * in part, is no error; what was evicted does not count as such any more. Needs
 * a file that is open for writing.
 * Return: 0, or -1 with EINVAL, ERANGE, E2BIG, EFAULT, EBADF, EINTR, ENODEV, or
 * ENOMEM with some of it let go.
 */
#define KEX_RESTORE	_IO(KEX_IOC_MAGIC, 0x04)

/**
 * struct kex_eventfd - who is told of changes
 * @argsz: size of this structure
 * @flags: 0
 * @fd: an eventfd, or -1 for none
 * @reserved: 0
 */
struct kex_eventfd {
	__u32 argsz;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

/*
 * KEX_EVENTFD - signal an eventfd with each change of state
 * @arg: struct kex_eventfd
 *
 * That is each evict, hold, restore and revoke, and what else makes poll()
 * report POLLPRI. An open file has one eventfd: another takes its place.
 * Return: 0, or -1 with EINVAL (also: not an eventfd), E2BIG, EFAULT, EBADF (no
 * such descriptor) or ENODEV.
 */
#define KEX_EVENTFD	_IO(KEX_IOC_MAGIC, 0x05)

/**
 * struct kex_window_create - a window that belongs to the file that makes it
 * @argsz: size of this structure
 * @flags: 0
 * @size: bytes, a multiple of the page, at most 1 TiB
 * @hole: KEX_HOLE_*: what a touch meets where nothing is lent, or what is lent is
 *        held
 * @reserved: 0
 */
struct kex_window_create {
	__u32 argsz;
	__u32 flags;
	__aligned_u64 size;
	__u32 hole;
	__u32 reserved;
};

/*
 * KEX_WINDOW_CREATE - make an anonymous window; on a file of a region
 * @arg: struct kex_window_create
 *
 * A window is an address range that shows pieces of regions, of the carve-out
 * and the cache attribute of the region that this file is open on. Its file knows
 * mmap(), poll(), KEX_INFO, KEX_EVICT, KEX_HOLD, KEX_RESTORE and KEX_EVENTFD, and
 * may be passed to another process. This file is its owner: only through it are
 * pieces mapped and unmapped, and when it is closed for the last time, or its
 * region revoked, the window is revoked, mapped or not. So it is when the
 * window's own file is closed. Needs a file that is open for writing.
 * Return: a descriptor of the window, close-on-exec, or -1 with EINVAL, ERANGE,
 * E2BIG, EFAULT, EBADF, EMFILE, ENFILE, ENOMEM or ENODEV.
 */
#define KEX_WINDOW_CREATE	_IO(KEX_IOC_MAGIC, 0x06)

/* Most pieces of one KEX_WINDOW_MAP */
#define KEX_WINDOW_PIECES_MAX	10000

/**
 * struct kex_window_piece - pages of a region that a window shall show
 * @region_fd: a file of the region, open for reading and writing
 * @reserved: 0
 * @roff: bytes from the region's first, a multiple of the page
 * @woff: bytes from the window's first, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 */
struct kex_window_piece {
	__s32 region_fd;
	__u32 reserved;
	__aligned_u64 roff;
	__aligned_u64 woff;
	__aligned_u64 len;
};

/**
 * struct kex_window_map - pieces for a window
 * @argsz: size of this structure
 * @flags: 0
 * @window_fd: a window that this file made, or a named one, open for writing
 * @nr: number of pieces, 1 to KEX_WINDOW_PIECES_MAX
 * @pieces: address of an array of struct kex_window_piece
 */
struct kex_window_map {
	__u32 argsz;
	__u32 flags;
	__s32 window_fd;
	__u32 nr;
	__aligned_u64 pieces;
};

/*
 * KEX_WINDOW_MAP - let a window show pieces, all or none; on a file of a region
 * @arg: struct kex_window_map
 *
 * In any order, from any regions of the window's carve-out and cache attribute.
 * No two pieces of a window overlap; the same pages may be lent to several
 * windows, and several times to one. The region's file may be closed afterwards.
 * Mappings that exist show the pieces from then on, and later ones too. What is
 * held in the region is a hole in the window.
 * Return: 0, or -1 with nothing changed and EINVAL (also: not a window, or not a
 * region), ERANGE, EBUSY, EXDEV, EPERM, E2BIG, EFAULT, EBADF, EINTR, ENOMEM or
 * ENODEV (also: the window, or a region that is to lend, is revoked).
 */
#define KEX_WINDOW_MAP	_IO(KEX_IOC_MAGIC, 0x07)

/**
 * struct kex_window_unmap - a part of a window
 * @argsz: size of this structure
 * @flags: 0
 * @window_fd: as in struct kex_window_map
 * @reserved: 0
 * @woff: bytes from the window's first, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 */
struct kex_window_unmap {
	__u32 argsz;
	__u32 flags;
	__s32 window_fd;
	__u32 reserved;
	__aligned_u64 woff;
	__aligned_u64 len;
};

/*
 * KEX_WINDOW_UNMAP - a part of a window shows nothing any more; on a file of a
 * region
 * @arg: struct kex_window_unmap
 *
 * Any part: pieces that lie in it partly keep the rest. A part that shows
 * nothing is no error. When the call returns, no process reaches the bytes
 * through this part of the window.
 * Return: 0, or -1 with nothing changed and EINVAL (also: not a window), ERANGE,
 * EPERM, E2BIG, EFAULT, EBADF, EINTR, ENOMEM or ENODEV.
 */
#define KEX_WINDOW_UNMAP	_IO(KEX_IOC_MAGIC, 0x08)

/* kex_migrate.to */
#define KEX_MIGRATE_TO_POOL	0
#define KEX_MIGRATE_TO_RAM	1

/**
 * struct kex_migrate - a range of a process's memory that shall move
 * @argsz: size of this structure
 * @flags: 0
 * @pid: whose; 0 for the caller. Any other needs CAP_SYS_PTRACE
 * @to: KEX_MIGRATE_TO_*
 * @addr: first byte, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 * @moved: out: pages that moved; of memory that was never touched, pages of
 *         zeroes that came to be in the pool
 * @there: out: pages that were there already
 * @hole: out: pages of the range where nothing is mapped
 * @file: out: pages of a file, or shared memory
 * @pinned: out: pages that somebody holds for I/O
 * @busy: out: pages that could not be locked, or were in the middle of a change
 * @foreign: out: pages in another pool
 * @special: out: pages of another kind: device memory, huge TLB pages, swapped
 *           out, tagged
 * @full: out: pages that the pool, or system memory, had no room for
 */
struct kex_migrate {
	__u32 argsz;
	__u32 flags;
	__s32 pid;
	__u32 to;
	__aligned_u64 addr;
	__aligned_u64 len;
	__aligned_u64 moved;
	__aligned_u64 there;
	__aligned_u64 hole;
	__aligned_u64 file;
	__aligned_u64 pinned;
	__aligned_u64 busy;
	__aligned_u64 foreign;
	__aligned_u64 special;
	__aligned_u64 full;
};

/*
 * KEX_MIGRATE - move memory of a process into a pool, or back
 * @arg: struct kex_migrate
 *
 * Best effort: what did not move is counted by its reason. A full pool evicts by
 * its policy, even pages that came with the same call. To the process nothing
 * has changed: a page that the CPU touches comes back by itself. Needs a file
 * that is open for writing.
 * Return: 0, also when nothing moved; or -1 with EINVAL, E2BIG, EFAULT (also: the
 * range is not in user space), EBADF, EPERM, ESRCH, EINTR (what has moved stays),
 * ENOMEM or ENODEV.
 */
#define KEX_MIGRATE	_IO(KEX_IOC_MAGIC, 0x10)

/* Where a page is, a byte each */
#define KEX_PAGES_NONE		0	/* nowhere: never touched, or not mapped */
#define KEX_PAGES_RAM		1	/* system memory */
#define KEX_PAGES_ZERO		2	/* the system's page of zeroes */
#define KEX_PAGES_FILE		3	/* system memory, of a file or shared */
#define KEX_PAGES_POOL		4	/* this pool */
#define KEX_PAGES_FOREIGN	5	/* another pool */
#define KEX_PAGES_BUSY		6	/* on its way */
#define KEX_PAGES_SPECIAL	7	/* none of these */

/**
 * struct kex_pages - where the pages of a range are
 * @argsz: size of this structure
 * @flags: 0
 * @pid: whose; 0 for the caller. Any other needs CAP_SYS_PTRACE
 * @reserved: 0
 * @addr: first byte, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 * @vec: address of a byte per page, which is set to KEX_PAGES_*
 */
struct kex_pages {
	__u32 argsz;
	__u32 flags;
	__s32 pid;
	__u32 reserved;
	__aligned_u64 addr;
	__aligned_u64 len;
	__aligned_u64 vec;
};

/*
 * KEX_PAGES - say where the pages of a range are
 * @arg: struct kex_pages
 *
 * A snapshot, which may be old when it is read; nothing is touched by it.
 * Return: 0, or -1 with EINVAL, E2BIG, EFAULT, EPERM, ESRCH, EINTR, ENOMEM or
 * ENODEV.
 */
#define KEX_PAGES	_IO(KEX_IOC_MAGIC, 0x11)

/**
 * struct kex_peek - bytes of the caller that are in a pool
 * @argsz: size of this structure
 * @flags: 0
 * @addr: address of the first, as the process has it; need not be aligned
 * @len: how many, not 0
 * @buf: address of a buffer, elsewhere
 * @done: out: bytes copied
 */
struct kex_peek {
	__u32 argsz;
	__u32 flags;
	__aligned_u64 addr;
	__aligned_u64 len;
	__aligned_u64 buf;
	__aligned_u64 done;
};

/*
 * KEX_PEEK - read bytes where the device has them
 * KEX_POKE - write them there
 * @arg: struct kex_peek
 *
 * As the device would: the pages stay in the pool and no CPU fault happens. Ends
 * at the first page that is not in the pool, and at the first that the process
 * itself may not write (KEX_POKE). KEX_POKE needs a file that is open for
 * writing.
 * Return: 0 if anything was copied, with the number of bytes in @done; or -1 with
 * ENXIO, EINVAL, E2BIG, EFAULT, EBADF, EPERM, EBUSY (the process changes that
 * memory all the time), EINTR, ENOMEM or ENODEV.
 */
#define KEX_PEEK	_IO(KEX_IOC_MAGIC, 0x12)
#define KEX_POKE	_IO(KEX_IOC_MAGIC, 0x13)

/**
 * struct kex_pool_evict - how much a pool shall evict
 * @argsz: size of this structure
 * @flags: 0
 * @pages: in: how many; out: how many it was, which the granule may make more
 */
struct kex_pool_evict {
	__u32 argsz;
	__u32 flags;
	__aligned_u64 pages;
};

/*
 * KEX_POOL_EVICT - send back pages, chosen by the pool's policy
 * @arg: struct kex_pool_evict
 *
 * KEX_EVICT on a pool sends back those of a range of it. Needs a file that is open
 * for writing.
 * Return: 0, or -1 with EINVAL, E2BIG, EFAULT, EBADF, EINTR, ENOMEM or ENODEV.
 */
#define KEX_POOL_EVICT	_IO(KEX_IOC_MAGIC, 0x14)

/**
 * DOC: The node _ctl
 *
 * What follows is asked of /dev/kex/_ctl, which anybody may open: each call checks
 * what the caller may do. pid 0 is the caller; any other process needs
 * CAP_SYS_PTRACE, and what tells of physical addresses CAP_SYS_ADMIN, both in the
 * initial user namespace. Without, the call is EPERM, and says nothing of the
 * process. Answers are snapshots, which may be old when they are read: nothing is
 * touched by a look.
 *
 * A call works on a part of a long range only, and says where the next one is to
 * go on; so each takes a bounded time, and the caller may stop in between.
 */

/* Levels of page tables, in the kernel's words */
#define KEX_LEVEL_PGD	0
#define KEX_LEVEL_P4D	1
#define KEX_LEVEL_PUD	2
#define KEX_LEVEL_PMD	3
#define KEX_LEVEL_PTE	4
#define KEX_LEVELS	5

/* kex_ctl_entry.flags: what the bits of an entry mean */
#define KEX_ENTRY_FOLDED	(1 << 0)	/* the level above it, and no table of its own */
#define KEX_ENTRY_TABLE		(1 << 1)	/* leads to a table of the next level */
#define KEX_ENTRY_PRESENT	(1 << 2)	/* leads to memory; what follows is only set then */
#define KEX_ENTRY_PROTNONE	(1 << 3)	/* but not for the CPU: any touch faults */
#define KEX_ENTRY_USER		(1 << 4)	/* user mode may use it */
#define KEX_ENTRY_WRITE		(1 << 5)	/* may be written */
#define KEX_ENTRY_EXEC		(1 << 6)	/* user mode may run it */
#define KEX_ENTRY_YOUNG		(1 << 7)	/* was used */
#define KEX_ENTRY_DIRTY		(1 << 8)	/* was written */
#define KEX_ENTRY_CONT		(1 << 9)	/* one of a contiguous set */
#define KEX_ENTRY_BLOCK		(1 << 10)	/* memory at a level above the last: a large page */
#define KEX_ENTRY_SPECIAL	(1 << 11)	/* the kernel keeps no account of that memory */

/* kex_ctl_entry.type: the memory type, by what the CPU makes of it */
#define KEX_TYPE_NONE		0	/* not present */
#define KEX_TYPE_NORMAL		1	/* cached */
#define KEX_TYPE_TAGGED		2	/* cached, with memory tags */
#define KEX_TYPE_NORMAL_NC	3	/* not cached, writes may be combined */
#define KEX_TYPE_DEVICE_NGNRNE	4	/* no gathering, no reordering, no early answer */
#define KEX_TYPE_DEVICE_NGNRE	5	/* the same, with an early answer to writes */
#define KEX_TYPE_OTHER		6	/* none of these */

/* What there is at an address */
#define KEX_FRAME_HOLE		0	/* nothing is mapped */
#define KEX_FRAME_NONE		1	/* a mapping, and nothing there yet, or any more */
#define KEX_FRAME_ANON		2	/* memory of the process's own */
#define KEX_FRAME_FILE		3	/* of a file, or shared memory */
#define KEX_FRAME_ZERO		4	/* the page of zeroes */
#define KEX_FRAME_PFN		5	/* physical memory, as kex's regions are */
#define KEX_FRAME_DRIVER	6	/* a page that some driver, or the kernel, has put there */
#define KEX_FRAME_DEVICE	7	/* device-private memory, as in a pool: no CPU reaches it */
#define KEX_FRAME_EXCLUSIVE	8	/* a device has it for itself just now */
#define KEX_FRAME_SWAP		9	/* swapped out */
#define KEX_FRAME_MIGRATION	10	/* on its way */
#define KEX_FRAME_POISON	11	/* broken memory */
#define KEX_FRAME_GUARD		12	/* a touch is SIGSEGV or SIGBUS (MADV_GUARD_INSTALL) */
#define KEX_FRAME_OTHER		13	/* not present, for a reason of the kernel's */

/**
 * struct kex_ctl_entry - an entry of a page table, or some that are empty
 * @virt: first address that it stands for
 * @len: bytes from there; more than one entry's where they are empty
 * @table: physical address of the table
 * @value: the entry
 * @flags: KEX_ENTRY_*
 * @level: KEX_LEVEL_*
 * @type: KEX_TYPE_*
 * @frame: what it leads to, KEX_FRAME_*; KEX_FRAME_NONE of what is empty, and of a
 *         table
 * @reserved: 0
 * @pool: name of the pool of a KEX_FRAME_DEVICE of kex's, else empty
 */
struct kex_ctl_entry {
	__aligned_u64 virt;
	__aligned_u64 len;
	__aligned_u64 table;
	__aligned_u64 value;
	__u32 flags;
	__u16 level;
	__u16 type;
	__u32 frame;
	__u32 reserved;
	char pool[KEX_NAME_SIZE];
};

/* Least room for entries */
#define KEX_CTL_WALK_MIN	16

/**
 * struct kex_ctl_walk - what page tables say of a range
 * @argsz: size of this structure
 * @flags: 0
 * @pid: whose; 0 for the caller
 * @nr: in: room for entries, at least KEX_CTL_WALK_MIN; out: how many there are
 * @addr: first byte, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 * @entries: address of an array of struct kex_ctl_entry
 * @next: out: address behind what was looked at
 */
struct kex_ctl_walk {
	__u32 argsz;
	__u32 flags;
	__s32 pid;
	__u32 nr;
	__aligned_u64 addr;
	__aligned_u64 len;
	__aligned_u64 entries;
	__aligned_u64 next;
};

/*
 * KEX_CTL_WALK - walk the page tables of a process
 * @arg: struct kex_ctl_walk
 *
 * Entries come in the order of a walk: each table's entry, then what that table
 * has. Each call begins with the entries that lead to its first address. Takes no
 * lock of the process's, so that it cannot hang on one that does.
 * Return: 0, or -1 with EINVAL, E2BIG, EFAULT, EPERM, ESRCH, EINTR or ENOMEM.
 */
#define KEX_CTL_WALK	_IO(KEX_IOC_MAGIC, 0x20)

/**
 * struct kex_ctl_run - addresses that lead to memory that lies side by side
 * @virt: first address
 * @len: bytes
 * @phys: physical address of the first byte; 0 where there is none (memory that begins
 *        at 0 is not told from that). Of a pool's page that of its data
 * @offset: of that in the object that @name names
 * @frame: KEX_FRAME_*
 * @reserved: 0
 * @name: the region or pool that it is of, else empty
 */
struct kex_ctl_run {
	__aligned_u64 virt;
	__aligned_u64 len;
	__aligned_u64 phys;
	__aligned_u64 offset;
	__u32 frame;
	__u32 reserved;
	char name[KEX_NAME_SIZE];
};

/**
 * struct kex_ctl_phys - which memory a range leads to
 * @argsz: size of this structure
 * @flags: 0
 * @pid: whose; 0 for the caller
 * @nr: in: room for runs, not 0; out: how many there are
 * @addr: first byte, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 * @only: physical address of the memory that is of interest
 * @only_len: bytes of it; 0: all is
 * @runs: address of an array of struct kex_ctl_run
 * @next: out: address behind what was looked at
 */
struct kex_ctl_phys {
	__u32 argsz;
	__u32 flags;
	__s32 pid;
	__u32 nr;
	__aligned_u64 addr;
	__aligned_u64 len;
	__aligned_u64 only;
	__aligned_u64 only_len;
	__aligned_u64 runs;
	__aligned_u64 next;
};

/*
 * KEX_CTL_PHYS - say which memory the addresses of a process lead to
 * @arg: struct kex_ctl_phys
 *
 * Runs are as long as can be within one call; of what is mapped nowhere, too,
 * unless @only_len is given.
 * Return: 0, or -1 with EINVAL, E2BIG, EFAULT, EPERM, ESRCH, EINTR or ENOMEM.
 */
#define KEX_CTL_PHYS	_IO(KEX_IOC_MAGIC, 0x21)

/* kex_ctl_where.kind, beside KEX_KIND_* */
#define KEX_KIND_NONE	0xffffffff	/* it is no object's just now */

/**
 * struct kex_ctl_window - a window that shows memory
 * @offset: of the byte in the window
 * @name: of the window
 */
struct kex_ctl_window {
	__aligned_u64 offset;
	char name[KEX_NAME_SIZE];
};

/**
 * struct kex_ctl_where - what a physical address is
 * @argsz: size of this structure
 * @flags: 0
 * @phys: the address
 * @offset: out: of it in the carve-out
 * @object_offset: out: of it in the object
 * @kind: out: KEX_KIND_* of the object, or KEX_KIND_NONE
 * @nr: in: room for windows; out: how many show it, which may be more
 * @windows: address of an array of struct kex_ctl_window
 * @carveout: out: its name
 * @name: out: of the object
 */
struct kex_ctl_where {
	__u32 argsz;
	__u32 flags;
	__aligned_u64 phys;
	__aligned_u64 offset;
	__aligned_u64 object_offset;
	__u32 kind;
	__u32 nr;
	__aligned_u64 windows;
	char carveout[KEX_NAME_SIZE];
	char name[KEX_NAME_SIZE];
};

/*
 * KEX_CTL_WHERE - say which carve-out, region, pool and windows have a physical
 * address
 * @arg: struct kex_ctl_where
 *
 * Return: 0, or -1 with ENXIO (no carve-out's), EINVAL, E2BIG, EFAULT, EPERM, EINTR
 * or ENOMEM.
 */
#define KEX_CTL_WHERE	_IO(KEX_IOC_MAGIC, 0x22)

/**
 * struct kex_ctl_evict - a part of a process's mappings
 * @argsz: size of this structure
 * @flags: 0
 * @pid: whose; 0 for the caller
 * @reserved: 0
 * @addr: first byte, a multiple of the page
 * @len: bytes, a multiple of the page and not 0
 */
struct kex_ctl_evict {
	__u32 argsz;
	__u32 flags;
	__s32 pid;
	__u32 reserved;
	__aligned_u64 addr;
	__aligned_u64 len;
};

/*
 * KEX_CTL_EVICT - clear the page-table entries of a process over a range
 * @arg: struct kex_ctl_evict
 *
 * As KEX_EVICT, but of this process's mappings alone: others keep theirs, and the
 * object's state is not changed. The next touch faults. Each mapping counts under
 * evictions of its object. All of the range must be mapped from regions and
 * windows: else it is EINVAL, and nothing has changed.
 * Return: 0, or -1 with EINVAL, E2BIG, EFAULT, EPERM, ESRCH or EINTR.
 */
#define KEX_CTL_EVICT	_IO(KEX_IOC_MAGIC, 0x23)

/* Why something can, or cannot, be done to a page */
#define KEX_PROBE_YES		0
#define KEX_PROBE_HOLE		1	/* nothing is mapped */
#define KEX_PROBE_PFN		2	/* a mapping without struct pages, as kex's are */
#define KEX_PROBE_NO_READ	3	/* the process may not read it */
#define KEX_PROBE_NO_WRITE	4	/* the process may not write it */
#define KEX_PROBE_END		5	/* behind the end of the file */
#define KEX_PROBE_WRITEBACK	6	/* shared with a file that is written back */
#define KEX_PROBE_DAX		7	/* of a file that is memory itself */
#define KEX_PROBE_HUGETLB	8	/* of the pool of huge pages */
#define KEX_PROBE_SPECIAL	9	/* a mapping that the kernel treats apart */
#define KEX_PROBE_FILE		10	/* of a file, or shared memory */
#define KEX_PROBE_PINNED	11	/* somebody holds it for I/O */
#define KEX_PROBE_BUSY		12	/* on its way, or just changing */
#define KEX_PROBE_SWAP		13	/* swapped out */
#define KEX_PROBE_THERE		14	/* in a pool already */
#define KEX_PROBE_KERNEL	15	/* this kernel has no device-private memory */
#define KEX_PROBE_OTHER		16	/* a page of another kind */

/* Which accesses that is asked of, index of kex_ctl_probe.why */
#define KEX_PROBE_PIN		0	/* pinned for a short time, as by O_DIRECT read() */
#define KEX_PROBE_LONGTERM	1	/* pinned for long, as by RDMA and io_uring */
#define KEX_PROBE_READ		2	/* read, as process_vm_readv() */
#define KEX_PROBE_MIGRATE	3	/* migrated into a pool */
#define KEX_PROBES		4

/**
 * struct kex_ctl_probe - what could be done to a page
 * @argsz: size of this structure
 * @flags: 0
 * @pid: whose; 0 for the caller
 * @frame: out: KEX_FRAME_*
 * @addr: any byte of it
 * @why: out: KEX_PROBE_*, for each access
 */
struct kex_ctl_probe {
	__u32 argsz;
	__u32 flags;
	__s32 pid;
	__u32 frame;
	__aligned_u64 addr;
	__u32 why[KEX_PROBES];
};

/*
 * KEX_CTL_PROBE - say what could be done to a page, and why not
 * @arg: struct kex_ctl_probe
 *
 * From what the kernel would look at; nothing is tried, so nothing is faulted in
 * or fetched from a pool.
 * Return: 0, or -1 with EINVAL, E2BIG, EFAULT, EPERM, ESRCH, EINTR or ENOMEM.
 */
#define KEX_CTL_PROBE	_IO(KEX_IOC_MAGIC, 0x24)

/* kex_ctl_event.cause, as the kernel gives it */
#define KEX_CAUSE_UNMAP		0	/* munmap, mremap */
#define KEX_CAUSE_CLEAR		1	/* entries cleared: a zap, copy on write, MADV_DONTNEED */
#define KEX_CAUSE_PROTECT_VMA	2	/* mprotect */
#define KEX_CAUSE_PROTECT_PAGE	3	/* pages made read-only, as by fork */
#define KEX_CAUSE_SOFT_DIRTY	4	/* the soft-dirty bits were cleared */
#define KEX_CAUSE_EXIT		5	/* the address space is gone: exit or exec */
#define KEX_CAUSE_MIGRATE	6	/* a driver migrates it to its memory, or back */
#define KEX_CAUSE_EXCLUSIVE	7	/* a device gets it for itself */
#define KEX_CAUSE_OTHER		8	/* one that this driver does not know */
#define KEX_CAUSE_LOST		9	/* only says how many were lost */

/**
 * struct kex_ctl_event - an invalidation: what a read() of a watch gives
 * @time: ns of CLOCK_MONOTONIC
 * @start: first address that it was for, which may lie before what is watched
 * @end: address behind the last
 * @lost: events before this one that there was no room for
 * @cause: KEX_CAUSE_*
 * @reserved: 0
 */
struct kex_ctl_event {
	__aligned_u64 time;
	__aligned_u64 start;
	__aligned_u64 end;
	__aligned_u64 lost;
	__u32 cause;
	__u32 reserved;
};

/* Events that are kept for the reader of a watch */
#define KEX_CTL_WATCH_EVENTS	256

/* Watches of oneself without CAP_SYS_PTRACE: each makes it slower to take memory back */
#define KEX_CTL_WATCHES		64

/**
 * struct kex_ctl_watch - a part of a process's address space
 * @argsz: size of this structure
 * @flags: 0
 * @pid: whose; 0 for the caller
 * @reserved: 0
 * @addr: first byte, a multiple of the page
 * @len: bytes, a multiple of the page and not 0; need not be mapped
 */
struct kex_ctl_watch {
	__u32 argsz;
	__u32 flags;
	__s32 pid;
	__u32 reserved;
	__aligned_u64 addr;
	__aligned_u64 len;
};

/*
 * KEX_CTL_WATCH - watch what is invalidated of a range
 * @arg: struct kex_ctl_watch
 *
 * The descriptor is read for whole events, and polled. Each invalidation that
 * meets the range is one; those that come while KEX_CTL_WATCH_EVENTS wait are
 * counted in the next. Behind the event KEX_CAUSE_EXIT the file ends: read() is 0,
 * and poll() says POLLHUP.
 * Return: a descriptor, close-on-exec, or -1 with EINVAL, E2BIG, EFAULT, EPERM,
 * ESRCH, EMFILE (beyond KEX_CTL_WATCHES, too), ENFILE, EINTR or ENOMEM.
 */
#define KEX_CTL_WATCH	_IO(KEX_IOC_MAGIC, 0x25)

#endif /* _UAPI_LINUX_KEX_H */
