// SPDX-License-Identifier: GPL-2.0-only
/*
 * kex: what regions and windows have in common: an address range that can be
 * mapped, what state each page of it is in, and who is told of changes
 */
#include <linux/eventfd.h>
#include <linux/slab.h>

#include "compat.h"
#include "debug.h"
#include "kex.h"

/* Entries that a look at the state passes under the tree's lock at a time */
#define KEX_STATE_STEP	1024

/* The spaces of each kind nest: a window's fault looks into a region's state */
static struct lock_class_key kex_map_keys[KEX_KIND_POOL + 1];
static const char * const kex_map_names[] = {
	[KEX_KIND_REGION] = "kex_region.map_rwsem",
	[KEX_KIND_WINDOW] = "kex_window.map_rwsem",
	[KEX_KIND_POOL]	  = "kex_pool.map_rwsem",
};

/**
 * kex_space_init() - prepare a space with one reference
 * @space: zeroed, but for @size, @cache, @hole, @lazy and @co
 * @kind: KEX_KIND_*
 * @name: a valid name
 * @mode: permission bits of its node
 * @obj_ops: its kind's operations as an object
 * @ops: its kind's operations as a space
 *
 * Return: 0 or -ENOMEM, after which the caller frees the space.
 */
int kex_space_init(struct kex_space *space, unsigned int kind, const char *name,
		   umode_t mode, const struct kex_object_ops *obj_ops,
		   const struct kex_space_ops *ops)
{
	int ret;

	ret = kex_object_init(&space->obj, kind, name, mode, obj_ops);
	if (ret)
		return ret;
	space->ops = ops;
	INIT_LIST_HEAD(&space->live);
	mutex_init(&space->zap_lock);
	__init_rwsem(&space->map_rwsem, kex_map_names[kind], &kex_map_keys[kind]);
	init_rwsem(&space->table_rwsem);
	mt_init(&space->state);
	spin_lock_init(&space->mms_lock);
	INIT_LIST_HEAD(&space->mms);
	init_waitqueue_head(&space->wait);
	spin_lock_init(&space->files_lock);
	INIT_LIST_HEAD(&space->files);
	mutex_init(&space->users.lock);
	return 0;
}

/**
 * kex_space_destroy() - undo kex_space_init(), but for the object
 * @space: a space without references, files and mappings
 */
void kex_space_destroy(struct kex_space *space)
{
	kex_mms_forget(space);
	mtree_destroy(&space->state);
	kvfree(space->users.text);
}

/**
 * kex_space_publish() - make a space live: node, sysfs folder, carve-out's list
 * @space: a complete space of a bound carve-out, whose lock is held
 * @maker: who is told when it is taken
 *
 * Return: as kex_object_publish().
 */
int kex_space_publish(struct kex_space *space, struct kex_maker *maker)
{
	int ret;

	lockdep_assert_held(&space->co->lock);
	ret = kex_object_publish(&space->obj, space->co->dev);
	if (ret)
		return ret;
	space->maker = maker;
	list_add_tail(&space->live, &space->co->spaces);
	return 0;
}

/**
 * kex_space_unlist() - undo kex_space_publish()
 * @space: a hidden space; its carve-out's lock held
 *
 * The caller then gives up the first reference. The pages of a region stay
 * taken until the last file is closed.
 */
void kex_space_unlist(struct kex_space *space)
{
	lockdep_assert_held(&space->co->lock);
	list_del_init(&space->live);
	space->obj.ops->drop(&space->obj);
	kex_object_unpublish(&space->obj);
}

/**
 * kex_space_retire() - take a space down that nobody uses
 * @space: a live space; its carve-out's lock held
 *
 * The caller then gives up the first reference.
 *
 * Return: 0, -EBUSY while open or mapped, or what @empty of its kind says.
 */
int kex_space_retire(struct kex_space *space)
{
	const struct kex_object_ops *ops = space->obj.ops;
	int ret = 0;

	/* Looked at before, so that what is in use stays as it is */
	if (ops->empty)
		ret = READ_ONCE(space->obj.opens) ? -EBUSY : ops->empty(&space->obj);
	if (!ret)
		ret = kex_object_hide(&space->obj, false);
	if (!ret)
		kex_space_unlist(space);
	return ret;
}

/**
 * kex_space_page() - state of a page, and how far it is the same
 * @space: the space; map_rwsem held
 * @page: the page
 * @first: result: first page of the same entry
 * @last: result: last page of it; may lie behind the space's end
 *
 * Return: the state, 0 for resident.
 */
enum kex_page_state kex_space_page(struct kex_space *space, unsigned long page,
				   unsigned long *first, unsigned long *last)
{
	MA_STATE(mas, &space->state, page, page);
	void *entry;

	mtree_lock(&space->state);
	entry = mas_walk(&mas);
	*first = mas.index;
	*last = mas.last;
	mtree_unlock(&space->state);
	return entry ? xa_to_value(entry) : 0;
}

/* Does a mark leave a page as it is that is in state @now? */
static bool kex_state_stays(enum kex_page_state state, enum kex_page_state now)
{
	switch (state) {
	case KEX_PAGE_HELD:
		return false;
	case KEX_PAGE_RESTORED:
		return !now;
	default:
		return now == KEX_PAGE_HELD;
	}
}

/* As far as all pages, or none, from @page to @last stay as they are in a mark */
static bool kex_space_stays(struct kex_space *space, enum kex_page_state state,
			    unsigned long page, unsigned long *last)
{
	unsigned long next = page, first, end;
	bool stays = false;

	do {
		bool now = kex_state_stays(state, kex_space_page(space, next, &first, &end));

		if (next == page)
			stays = now;
		else if (now != stays)
			break;
		next = end + 1;
	} while (next && next <= *last);
	if (next && next <= *last)
		*last = next - 1;
	return stays;
}

/**
 * kex_space_run() - the pages behind a page that are all held, or all not
 * @space: the space; map_rwsem held
 * @page: the page
 * @last: last page to look at; result: last page of the run
 *
 * Return: whether @page is held.
 */
bool kex_space_run(struct kex_space *space, unsigned long page, unsigned long *last)
{
	return kex_space_stays(space, 0, page, last);
}

static int kex_space_store(struct kex_space *space, unsigned long first,
			   unsigned long last, enum kex_page_state state)
{
	return mtree_store_range(&space->state, first, last,
				 state ? xa_mk_value(state) : NULL,
				 GFP_KERNEL_ACCOUNT);
}

/*
 * Makes one entry of those of a page and the page behind, if they say the same:
 * what a fault brings back ends where its entry ends. Else, or without memory
 * for it, they stay two.
 */
static void kex_space_join(struct kex_space *space, unsigned long page)
{
	unsigned long first, last, next, end;
	enum kex_page_state state;

	state = kex_space_page(space, page, &first, &last);
	if (state && last == page &&
	    kex_space_page(space, page + 1, &next, &end) == state)
		kex_space_store(space, first, end, state);
}

/*
 * Undoes what a mark as evicted has done. An entry of just these pages is there,
 * so that they can at least be let count as restored, which needs no memory.
 */
static void kex_space_unmark(struct kex_space *space, unsigned long first,
			     unsigned long last)
{
	unsigned long page, end;

	for (page = first; page <= last; page = end + 1) {
		end = last;
		if (!kex_space_run(space, page, &end) &&
		    kex_space_store(space, page, end, 0))
			kex_space_store(space, page, end, KEX_PAGE_RESTORED);
	}
}

/**
 * kex_space_mark() - set the state of pages
 * @space: the space; map_rwsem held for writing
 * @first: first page
 * @last: last page
 * @state: KEX_PAGE_HELD; KEX_PAGE_EVICTED or 0, which leave held pages as they
 *	   are; or KEX_PAGE_RESTORED, which leaves resident pages as they are
 *
 * Return: 0, or -ENOMEM: of a mark as evicted all is undone (and what was evicted
 * before may no longer count as such), of any other some pages may be set.
 */
int kex_space_mark(struct kex_space *space, unsigned long first,
		   unsigned long last, enum kex_page_state state)
{
	unsigned long page, end;
	unsigned int i = 0;
	int ret = 0;

	lockdep_assert_held_write(&space->map_rwsem);
	for (page = first; page <= last; page = end + 1) {
		end = last;
		if (kex_space_stays(space, state, page, &end))
			continue;
		ret = kex_point_fails("mark", i++) ? -ENOMEM :
		      kex_space_store(space, page, end, state);
		if (ret)
			break;
	}
	if (ret) {
		if (state == KEX_PAGE_EVICTED && page > first)
			kex_space_unmark(space, first, page - 1);
		return ret;
	}
	if (first)
		kex_space_join(space, first - 1);
	kex_space_join(space, last);
	return 0;
}

/**
 * kex_space_any_held() - is one of these pages held?
 * @space: the space; map_rwsem held
 * @first: first page
 * @last: last page
 *
 * Return: whether.
 */
bool kex_space_any_held(struct kex_space *space, unsigned long first,
			unsigned long last)
{
	MA_STATE(mas, &space->state, first, first);
	bool held = false;
	void *entry;

	mtree_lock(&space->state);
	mas_for_each(&mas, entry, last) {
		held = xa_to_value(entry) == KEX_PAGE_HELD;
		if (held)
			break;
	}
	mtree_unlock(&space->state);
	return held;
}

/**
 * kex_space_touched() - pages have been made reachable
 * @space: the space; map_rwsem held
 * @first: first page
 * @last: last page; none of them is held
 *
 * Return: whether an evict or a hold had taken any of them away.
 */
bool kex_space_touched(struct kex_space *space, unsigned long first,
		       unsigned long last)
{
	unsigned long start, end;

	if (!kex_space_page(space, first, &start, &end) && end >= last)
		return false;
	/* Without memory for it they count once more at the next touch */
	kex_space_store(space, first, last, 0);
	return true;
}

/**
 * kex_space_state() - how a space fares
 * @space: the space
 *
 * Return: KEX_STATE_HELD if any of it is held; KEX_STATE_EVICTED if all of it
 * was evicted and nothing of it has been touched since; else
 * KEX_STATE_RESIDENT.
 */
unsigned int kex_space_state(struct kex_space *space)
{
	MA_STATE(mas, &space->state, 0, 0);
	unsigned int state = KEX_STATE_EVICTED, seen = 0;
	unsigned long next = 0;
	void *entry;

	mtree_lock(&space->state);
	mas_for_each(&mas, entry, kex_space_pages(space) - 1) {
		if (xa_to_value(entry) == KEX_PAGE_HELD) {
			mtree_unlock(&space->state);
			return KEX_STATE_HELD;
		}
		if (mas.index != next || xa_to_value(entry) != KEX_PAGE_EVICTED)
			state = KEX_STATE_RESIDENT;
		next = mas.last + 1;
		if (++seen % KEX_STATE_STEP)
			continue;
		mas_pause(&mas);
		mtree_unlock(&space->state);
		cond_resched();
		mtree_lock(&space->state);
	}
	mtree_unlock(&space->state);
	return next == kex_space_pages(space) ? state : KEX_STATE_RESIDENT;
}

/**
 * kex_space_changed() - tell those who wait that the state is another
 * @space: the space
 */
void kex_space_changed(struct kex_space *space)
{
	struct kex_file *file;

	atomic64_inc(&space->changes);
	wake_up_all(&space->wait);
	spin_lock(&space->files_lock);
	list_for_each_entry(file, &space->files, node)
		if (file->eventfd)
			kex_eventfd_signal(file->eventfd);
	spin_unlock(&space->files_lock);
}

/**
 * kex_space_pgprot() - protection of the entries of a mapping
 * @space: the space
 * @flags: the VMA's flags
 *
 * Young and dirty from the start: cores without hardware access and dirty bits
 * would else trap on the first write to each page, and nobody needs the bits,
 * since nothing is ever written back.
 *
 * Return: the protection.
 */
pgprot_t kex_space_pgprot(const struct kex_space *space, vm_flags_t flags)
{
	pgprot_t prot = vm_get_page_prot(flags);
	pte_t pte;

	switch (space->cache) {
	case KEX_CACHE_WRITE_COMBINE:
		prot = pgprot_writecombine(prot);
		break;
	case KEX_CACHE_UNCACHED:
		prot = pgprot_noncached(prot);
		break;
	case KEX_CACHE_DEVICE:
		prot = pgprot_device(prot);
		break;
	}
	if ((flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED))
		return prot;
	pte = pte_mkyoung(pte_mkdirty(pfn_pte(0, prot)));
	return __pgprot(pte_val(pte));
}
