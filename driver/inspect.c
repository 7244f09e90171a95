// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: who maps a region or window, and what page tables lead to
 *
 * All by walking the space's address_space under its lock: there are no lists
 * of VMAs to keep right through split, merge, move and fork.
 */
#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/pgtable.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_buf.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include "compat.h"
#include "kex.h"
#include "attrs.gen.h"

/* Room for a line of users, its longest comm escaped; for a few more; most of all */
#define KEX_COMM_ESCAPED	(4 * TASK_COMM_LEN)
#define KEX_USERS_LINE		(KEX_COMM_ESCAPED + 128)
#define KEX_USERS_SLACK		8
#define KEX_USERS_MAX		(SZ_64M / KEX_USERS_LINE)
/* Processes that a list of users remembers: to look for one is to pass them all */
#define KEX_USERS_KNOWN		8

static struct vm_area_struct *kex_vma_next(struct rb_node *node)
{
	return rb_entry_safe(node, struct vm_area_struct, shared.rb);
}

/* Every VMA over a mapping; i_mmap_rwsem held */
#define kex_for_each_vma(vma, mapping)						\
	for (vma = kex_vma_next(rb_first_cached(&(mapping)->i_mmap)); vma;	\
	     vma = kex_vma_next(rb_next(&vma->shared.rb)))

/**
 * kex_inspect_mappings() - how many VMAs there are over a space
 * @space: the space
 *
 * Return: their number, over all processes.
 */
u64 kex_inspect_mappings(struct kex_space *space)
{
	struct address_space *mapping = space->obj.inode->i_mapping;
	struct vm_area_struct *vma;
	u64 count = 0;

	i_mmap_lock_read(mapping);
	kex_for_each_vma(vma, mapping) {
		count++;
		cond_resched();
	}
	i_mmap_unlock_read(mapping);
	return count;
}

/*
 * First address at or behind @addr whose page table or PMD entry (then @leaf)
 * exists, or @end. The mapping's i_mmap_rwsem keeps the tables: they are freed
 * after the VMA has left the tree.
 */
static unsigned long kex_next_table(struct mm_struct *mm, unsigned long addr,
				    unsigned long end, bool *leaf)
{
	unsigned long next;
	pgd_t *pgd;
	p4d_t *p4d;
	pud_t *pud;
	pmd_t pmd;

	*leaf = false;
	for (; addr < end; addr = next) {
		next = pgd_addr_end(addr, end);
		pgd = pgd_offset(mm, addr);
		if (pgd_none(READ_ONCE(*pgd)))
			continue;
		next = p4d_addr_end(addr, end);
		p4d = p4d_offset(pgd, addr);
		if (p4d_none(READ_ONCE(*p4d)))
			continue;
		next = pud_addr_end(addr, end);
		pud = pud_offset(p4d, addr);
		if (pud_none(READ_ONCE(*pud)))
			continue;
		next = pmd_addr_end(addr, end);
		pmd = READ_ONCE(*pmd_offset(pud, addr));
		*leaf = pmd_leaf(pmd);
		if (!pmd_none(pmd))
			break;
	}
	return addr;
}

/**
 * struct kex_view - a part of a VMA, and what of a space it shows
 * @vma: the VMA, over the space or over a window that borrows of it
 * @start: first address
 * @end: behind the last
 * @page: page of the space that @start shows
 */
struct kex_view {
	struct vm_area_struct *vma;
	unsigned long start;
	unsigned long end;
	unsigned long page;
};

typedef void (*kex_view_fn)(const struct kex_view *view, void *arg);

/* Each VMA over a mapping, as far as it shows its pages @first to @last */
static void kex_mapping_views(struct address_space *mapping, unsigned long first,
			      unsigned long last, unsigned long page,
			      kex_view_fn see, void *arg)
{
	struct vm_area_struct *vma;
	unsigned long from, end;

	i_mmap_lock_read(mapping);
	kex_for_each_vma(vma, mapping) {
		from = max(first, vma->vm_pgoff);
		end = min(last + 1, vma->vm_pgoff + vma_pages(vma));
		if (from < end)
			see(&(struct kex_view){
				.vma = vma,
				.start = vma->vm_start + PFN_PHYS(from - vma->vm_pgoff),
				.end = vma->vm_start + PFN_PHYS(end - vma->vm_pgoff),
				.page = page + from - first,
			}, arg);
		cond_resched();
	}
	i_mmap_unlock_read(mapping);
}

/* Everything in any page table that may show a space: its VMAs, and windows' */
static void kex_space_views(struct kex_space *space, kex_view_fn see, void *arg)
{
	unsigned long last = kex_space_pages(space) - 1;
	struct interval_tree_node *node;
	struct kex_region *region;
	struct kex_piece *piece;

	kex_mapping_views(space->obj.inode->i_mapping, 0, last, 0, see, arg);
	if (space->obj.kind != KEX_KIND_REGION)
		return;
	region = to_kex_region(space);
	down_read(&space->map_rwsem);
	kex_for_each_lent(node, region, 0, last) {
		piece = container_of(node, struct kex_piece, in_region);
		kex_mapping_views(piece->window->space.obj.inode->i_mapping,
				  piece->in_window.start, piece->in_window.last,
				  node->start, see, arg);
	}
	up_read(&space->map_rwsem);
}

/**
 * struct kex_reach - what page tables lead to
 * @pages: bit for each page of the space that is counted, or NULL
 * @count: number of pages
 * @small: some by way of page tables
 * @large: some by way of PMD entries
 */
struct kex_reach {
	unsigned long *pages;
	unsigned long count;
	bool small;
	bool large;
};

/* One that several VMAs map counts once, if there are bits to tell */
static void kex_reach_page(struct kex_reach *reach, unsigned long page)
{
	if (!reach->pages || !__test_and_set_bit(page, reach->pages))
		reach->count++;
}

/* What holes show is none of the space's */
static bool kex_vma_reaches(struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long pfn;

	return kex_pfn_mapped(vma, addr, &pfn) && !kex_hole_shows(vma, pfn);
}

/* Adds the pages of a view that its page tables lead to */
static void kex_view_reach(const struct kex_view *view, void *arg)
{
	unsigned long addr = view->start, end, page;
	struct kex_reach *reach = arg;
	bool leaf;

	while (addr < view->end && !fatal_signal_pending(current)) {
		addr = kex_next_table(view->vma->vm_mm, addr, view->end, &leaf);
		end = pmd_addr_end(addr, view->end);
		for (; addr < end; addr += PAGE_SIZE) {
			page = view->page + PHYS_PFN(addr - view->start);
			if (reach->pages && test_bit(page, reach->pages))
				continue;
			if (!leaf && !kex_vma_reaches(view->vma, addr))
				continue;
			kex_reach_page(reach, page);
			if (leaf)
				reach->large = true;
			else
				reach->small = true;
		}
		cond_resched();
	}
}

/**
 * kex_inspect_resident() - how much of a space page tables lead to
 * @space: the space
 * @bytes: result; a page that several VMAs map, windows' included, counts once
 *
 * Return: 0, -ENOMEM, or -EINTR on a fatal signal.
 */
int kex_inspect_resident(struct kex_space *space, u64 *bytes)
{
	struct kex_reach reach = {};

	reach.pages = kvcalloc(BITS_TO_LONGS(kex_space_pages(space)), sizeof(long),
			       GFP_KERNEL_ACCOUNT);
	if (!reach.pages)
		return -ENOMEM;
	kex_space_views(space, kex_view_reach, &reach);
	kvfree(reach.pages);
	*bytes = (u64)reach.count << PAGE_SHIFT;
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static bool kex_process_has_mm(struct task_struct *process,
			       const struct mm_struct *mm)
{
	struct task_struct *thread;

	/* The first thread may be gone already, and the others live */
	for_each_thread(process, thread)
		if (READ_ONCE(thread->mm) == mm)
			return !(thread->flags & PF_KTHREAD);
	return false;
}

/* Which process an mm belongs to: the first, if several share it */
static pid_t kex_mm_pid(const struct mm_struct *mm, char comm[TASK_COMM_LEN])
{
	char name[TASK_COMM_LEN] = "-";
	struct task_struct *process;
	pid_t pid = 0;

	rcu_read_lock();
	for_each_process(process) {
		if (!kex_process_has_mm(process, mm))
			continue;
		pid = task_tgid_vnr(process);
		get_task_comm(name, process);
		break;
	}
	rcu_read_unlock();
	if (!name[0])
		name[0] = '-';
	memcpy(comm, name, sizeof(name));
	return pid;
}

/* As in /proc/mounts: blanks separate columns; and nothing for a terminal to obey */
static const char kex_comm_escape[] =
	"\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020"
	"\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037\177 \\";

/**
 * struct kex_user - whose an mm is
 * @mm: the mm; mmgrab()ed, so that no other comes to lie there
 * @pid: its process
 * @comm: the name of that
 */
struct kex_user {
	struct mm_struct *mm;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct kex_users - a list of mappings
 * @space: what is mapped
 * @text: a line for each
 * @known: whom it has asked for last
 * @next: which of them is forgotten next
 */
struct kex_users {
	const struct kex_space *space;
	struct seq_buf text;
	struct kex_user known[KEX_USERS_KNOWN];
	unsigned int next;
};

static const struct kex_user *kex_users_find(struct kex_users *users, struct mm_struct *mm)
{
	struct kex_user *user;

	for (user = users->known; user < users->known + KEX_USERS_KNOWN; user++)
		if (user->mm == mm)
			return user;
	user = &users->known[users->next++ % KEX_USERS_KNOWN];
	if (user->mm)
		mmdrop(user->mm);
	mmgrab(mm);
	user->mm = mm;
	user->pid = kex_mm_pid(mm, user->comm);
	return user;
}

static void kex_users_forget(struct kex_users *users)
{
	unsigned int i;

	for (i = 0; i < KEX_USERS_KNOWN && users->known[i].mm; i++)
		mmdrop(users->known[i].mm);
}

/* What a mapping without entries has of either is small */
static void kex_entry_print(const struct kex_reach *reach, struct seq_buf *text)
{
	if (reach->small && reach->large)
		seq_buf_printf(text, "mixed\n");
	else if (reach->large)
		seq_buf_printf(text, "%luM\n", PMD_SIZE >> 20);
	else
		seq_buf_printf(text, "%luK\n", PAGE_SIZE >> 10);
}

static void kex_users_see(const struct kex_view *view, void *arg)
{
	char escaped[KEX_COMM_ESCAPED];
	struct kex_users *users = arg;
	struct kex_reach reach = {};
	const struct kex_user *user;
	int len;

	user = kex_users_find(users, view->vma->vm_mm);
	len = string_escape_mem(user->comm, strlen(user->comm), escaped,
				sizeof(escaped) - 1, ESCAPE_OCTAL, kex_comm_escape);
	escaped[len] = '\0';
	kex_view_reach(view, &reach);
	seq_buf_printf(&users->text, "%d %s %lx-%lx %llu %s %llu ", user->pid, escaped,
		       view->start, view->end, (u64)view->page << PAGE_SHIFT,
		       kex_region_cache_words[users->space->cache],
		       (u64)reach.count << PAGE_SHIFT);
	kex_entry_print(&reach, &users->text);
}

static void kex_users_count(const struct kex_view *view, void *arg)
{
	size_t *lines = arg;

	(*lines)++;
}

/* No allocation under i_mmap_rwsem; what is mapped meanwhile may not fit */
static int kex_users_print(struct kex_space *space, char **text, size_t *len)
{
	struct kex_users users = { .space = space };
	size_t lines;

	while (!fatal_signal_pending(current)) {
		lines = KEX_USERS_SLACK;
		kex_space_views(space, kex_users_count, &lines);
		if (lines > KEX_USERS_MAX)
			return -E2BIG;
		*text = kvmalloc_array(lines, KEX_USERS_LINE, GFP_KERNEL);
		if (!*text)
			return -ENOMEM;
		seq_buf_init(&users.text, *text, lines * KEX_USERS_LINE);
		kex_space_views(space, kex_users_see, &users);
		kex_users_forget(&users);
		if (!seq_buf_has_overflowed(&users.text)) {
			*len = seq_buf_used(&users.text);
			return 0;
		}
		kvfree(*text);
		*text = NULL;
		users = (struct kex_users){ .space = space };
	}
	return -EINTR;
}

static void kex_listing_drop(struct kex_listing *list)
{
	lockdep_assert_held(&list->lock);
	kvfree(list->text);
	list->text = NULL;
}

/**
 * kex_inspect_users() - list the mappings of a space, and those of windows
 * @space: the space
 * @reader: who reads; he gets all pieces of one list, unless another reader comes
 *	    in between
 * @buf: result: a part of the list, which has a line for each part that shows the
 *	 space in one piece: 'pid comm start-end offset cache resident entry'
 * @off: first byte of that part; 0 makes a new list
 * @len: most bytes of it
 *
 * Return: bytes, 0 at the end; -ENOMEM, -E2BIG for a list of more than 64 MiB,
 * -EINTR on a fatal signal.
 */
ssize_t kex_inspect_users(struct kex_space *space, const void *reader, char *buf,
			  loff_t off, size_t len)
{
	struct kex_listing *list = &space->users;
	ssize_t ret = 0;

	if (mutex_lock_killable(&list->lock))
		return -EINTR;
	if (!off || !list->text || list->reader != reader) {
		kex_listing_drop(list);
		list->reader = reader;
		ret = kex_users_print(space, &list->text, &list->len);
	}
	if (!ret)
		ret = memory_read_from_buffer(buf, len, &off, list->text, list->len);
	if (ret <= 0)
		kex_listing_drop(list);
	mutex_unlock(&list->lock);
	return ret;
}
