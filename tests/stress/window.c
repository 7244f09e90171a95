// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: their owners, which may be killed any time, and who looks through
 * them. The first window is a named one, the others are anonymous.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/kex.h>

#include "stress.h"

#define NR_LOOKERS	2
#define NR_FILES	4
#define MAX_CALL	4
#define NAME		"stressw"

/* What a looker gets, with the window's file */
struct window_job {
	unsigned long life;
	unsigned int pages;
	unsigned int hole;
};

/* A window that is up, for its owner */
static struct window *mine;
static struct window_job job;
static char carveout[16];
static unsigned int cache;
static int fd = -1;
/* Regions that may lend; the first one's file is the window's owner */
static struct view lender[NR_FILES];
/* By a map by name that may have met another life: nobody knows what it shows */
static bool unknown[MAX_PAGES];
static int file[NR_FILES];
static unsigned int nr_files;
/* Whether it is passed to lookers */
static bool shown;

static bool is_named(void)
{
	return mine == &shared->window[0];
}

static int set(const char *attr, const char *value)
{
	char path[192];

	snprintf(path, sizeof(path), KEX_CONFIGFS "/%s/windows/" NAME "/%s", carveout, attr);
	return write_text(path, value);
}

/* Looking */

/* A mapping of a part of a window */
struct sight {
	struct window *window;
	struct window_job job;
	unsigned int first, pages;
	bool writable;
	char *addr;
};

/* An access, and what is known of it */
struct access {
	struct slot *slot;
	struct view view;		/* what is lent, unless its region is NULL */
	struct facts facts;
	unsigned int at, count, seq;
	uint64_t off, value;		/* in the page */
	bool write, window_over, held, got;
};

static void bad_access(const struct sight *s, const struct access *a, const char *why)
{
	const struct region *lender = a->view.region;

	wrong("window %lu, hole %u, page %u (%s, life %lu, page %u): %s, and %s of %#llx %s",
	      s->job.life, s->job.hole, a->at, lender ? lender->name : "-", a->view.life,
	      a->view.first, why, a->write ? "a write" : "a read",
	      (unsigned long long)a->value, a->got ? "is done" : "gets SIGBUS");
}

static bool is_hole_word(const struct sight *s, const struct access *a)
{
	return !a->value || (s->job.hole == KEX_HOLE_SCRATCH &&
			     word_is_window(s->window, s->job.life, a->value));
}

/* What a hole may do: a reader who waits is never let through to it */
static bool is_like_hole(const struct sight *s, const struct access *a)
{
	switch (s->job.hole) {
	case KEX_HOLE_SIGBUS:
		return !a->got;
	case KEX_HOLE_ZERO:
		return a->write ? !a->got : a->got && !a->value;
	case KEX_HOLE_SCRATCH:
		return a->got && (a->write || is_hole_word(s, a));
	default:
		return false;
	}
}

static bool is_like_lent(const struct access *a)
{
	return a->got && (a->write || word_is_own(a->view.region, a->view.life,
						  (uint64_t)a->view.first * page + a->off,
						  a->value));
}

/* Of a window that is up and a slot that is what it was */
static void judge_access(const struct sight *s, const struct access *a)
{
	did(DID_WINDOW_LOOK);
	if (a->held) {
		did(DID_WINDOW_LOOK_HELD);
		if (!is_like_hole(s, a))
			bad_access(s, a, "the window is held there");
	} else if (!a->view.region) {
		did(DID_WINDOW_LOOK_NONE);
		if (!is_like_hole(s, a))
			bad_access(s, a, "nothing is lent");
	} else if (a->facts.over) {
		did(DID_WINDOW_LOOK_GONE);
		if (!is_like_hole(s, a))
			bad_access(s, a, "the region is gone");
	} else if (a->facts.up && a->facts.held) {
		did(DID_WINDOW_LOOK_HELD);
		if (!is_like_hole(s, a))
			bad_access(s, a, "the region is held there");
	} else if (a->facts.up && a->facts.there) {
		did(DID_WINDOW_LOOK_LENT);
		if (!is_like_lent(a))
			bad_access(s, a, "it is lent");
	} else if (!is_like_lent(a) && !is_like_hole(s, a)) {
		bad_access(s, a, "it is neither lent nor a hole");
	}
}

/* An anonymous window ends with its owner, and with the region whose file made it */
static bool is_up(const struct window *window, unsigned long life)
{
	return window->life == life && !window->dying &&
	       (window->owner == NR_REGIONS ||
		shared->region[window->owner].life == window->owner_life);
}

static bool is_gone(const struct slot *slot)
{
	return slot->region < NR_REGIONS && shared->region[slot->region].over >= slot->life;
}

/* Any page; or the next that shows something, first of all what is gone */
static unsigned int draw_slot(const struct sight *s)
{
	const struct slot *slot = &s->window->slot[s->first];
	unsigned int nr = draw(s->pages), which = draw(3), i, at;

	for (i = 0; which && i < s->pages; i++) {
		at = (nr + i) % s->pages;
		if (which == 1 ? slot[at].region < NR_REGIONS : is_gone(&slot[at]))
			return at;
	}
	return nr;
}

static void access_begin(const struct sight *s, struct access *a)
{
	struct slot *slot = &s->window->slot[a->at];
	unsigned int region;

	a->slot = slot;
	a->window_over = s->window->over >= s->job.life;
	a->seq = slot->seq;
	a->held = slot->held;
	region = slot->region;
	a->view.life = slot->life;
	a->view.first = slot->page;
	if (region >= NR_REGIONS)
		return;
	a->view.region = &shared->region[region];
	a->count = facts_begin(&a->view, a->view.first, &a->facts);
}

/* One word; of a slot that changed meanwhile nothing is known but that it is no other's */
static void access_window(const struct sight *s)
{
	unsigned int nr = draw_slot(s);
	struct access a = { .at = s->first + nr, .write = s->writable && !draw(4) };

	a.off = a.write ? draw_written() : draw(page / 8) * 8;
	if (a.write)
		a.value = window_word(s->window, s->job.life);
	access_begin(s, &a);
	atomic_thread_fence(memory_order_seq_cst);
	a.got = access_word((uint64_t *)(s->addr + nr * page + a.off), &a.value, a.write);
	atomic_thread_fence(memory_order_seq_cst);
	if (a.view.region)
		facts_end(&a.view, a.view.first, &a.facts, a.count);
	if (a.write)
		did(DID_WINDOW_WRITE);
	if (a.window_over && a.got)
		bad_access(s, &a, "the window is gone");
	if (is_up(s->window, s->job.life) && !(a.seq & 1) && a.slot->seq == a.seq)
		judge_access(s, &a);
}

static void fork_sight(const struct sight *s)
{
	unsigned int turns = draw(60);
	uint64_t seed = (uint64_t)draw(1U << 31) << 32 | draw(1U << 31);
	pid_t pid = fork();

	if (pid < 0)
		wrong("fork: %s", errno_name(errno));
	did(DID_WINDOW_FORK);
	if (pid)
		return;
	draw_seed(seed);
	while (turns-- && !shared->stop)
		access_window(s);
	_exit(0);
}

static void evict_window(const struct window *window, unsigned long life, int window_fd,
			 unsigned int pages)
{
	unsigned int first, nr;

	draw_pages(pages, &first, &nr);
	if (MAY(range_call(window_fd, KEX_EVICT, first, nr), "evict of a window", ENODEV))
		did(DID_WINDOW_EVICT);
	else if (is_up(window, life))
		wrong("window %lu: evict: ENODEV, though it is up", life);
}

static void look_at_window(struct window *window, const struct window_job *job, int window_fd)
{
	struct sight s = { .window = window, .job = *job, .writable = draw(2) };
	unsigned int turns = draw(400);

	draw_pages(job->pages, &s.first, &s.pages);
	s.addr = mmap(NULL, s.pages * page, PROT_READ | (s.writable ? PROT_WRITE : 0),
		      MAP_SHARED, window_fd, s.first * page);
	if (s.addr == MAP_FAILED) {
		if (errno != ENODEV || is_up(window, job->life))
			wrong("window %lu: mmap: %s", job->life, errno_name(errno));
		return;
	}
	did(DID_WINDOW_MMAP);
	while (turns-- && !shared->stop) {
		access_window(&s);
		if (!draw(24))
			evict_window(window, job->life, window_fd, job->pages);
		if (!draw(200))
			fork_sight(&s);
	}
	munmap(s.addr, s.pages * page);
}

/* Ends with its owner, of which it has nothing but a socket's other end */
static void looker(struct window *window, int from)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct window_job w;
	struct iovec iov = { &w, sizeof(w) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	int window_fd;

	while (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) == sizeof(w) && CMSG_FIRSTHDR(&msg)) {
		window_fd = *(int *)CMSG_DATA(CMSG_FIRSTHDR(&msg));
		did(DID_WINDOW_PASS);
		look_at_window(window, &w, window_fd);
		close(window_fd);
		msg.msg_controllen = sizeof(control.buf);
	}
	_exit(0);
}

static int looker_start(void)
{
	uint64_t seed = (uint64_t)draw(1U << 31) << 32 | draw(1U << 31);
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		wrong("socketpair: %s", errno_name(errno));
	pid = fork();
	if (pid < 0)
		wrong("fork: %s", errno_name(errno));
	if (!pid) {
		close(pair[0]);
		draw_seed(seed);
		looker(mine, pair[1]);
	}
	close(pair[1]);
	return pair[0];
}

/* A looker that is busy gets none */
static void looker_send(int to)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {};
	struct iovec iov = { &job, sizeof(job) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	*(int *)CMSG_DATA(head) = fd;
	if (sendmsg(to, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN &&
	    errno != EPIPE && errno != ECONNRESET && errno != ETOOMANYREFS)
		wrong("a window cannot be passed: %s", errno_name(errno));
}

/* Owning */

static bool named_up(void)
{
	static const char * const caches[] = {
		"write-back", "write-combine", "uncached", "device"
	};
	static const char * const holes[] = { "sigbus", "zero", "scratch", "wait" };
	char text[192];

	snprintf(text, sizeof(text), KEX_CONFIGFS "/%s/windows/" NAME, carveout);
	MAY(mkdir(text, 0777) ? -errno : 0, "mkdir of a window", EEXIST);
	snprintf(text, sizeof(text), "%zu\n", job.pages * page);
	MAY(set("size", text), "size of a window");
	MAY(set("cache", caches[cache]), "cache of a window");
	MAY(set("hole", holes[job.hole]), "hole of a window");
	if (!MAY(set("live", "1\n"), "live=1 of a window", ENODEV))
		return false;
	fd = open(KEX_DEV "/" NAME, O_RDWR | O_CLOEXEC);
	return MAY(fd < 0 ? -errno : 0, "open of a window");
}

static bool anonymous_up(void)
{
	struct kex_window_create create = {
		.argsz = sizeof(create), .size = job.pages * page, .hole = job.hole,
	};

	fd = ioctl(file[0], KEX_WINDOW_CREATE, &create);
	return MAY(fd < 0 ? -errno : 0, "a window is made", ENODEV);
}

static void close_lenders(void)
{
	while (nr_files)
		close(file[--nr_files]);
}

static void open_lenders(void)
{
	unsigned int tries = 12;

	while (tries-- && nr_files < NR_FILES) {
		file[nr_files] = open_region(&lender[nr_files], true);
		if (file[nr_files] >= 0)
			nr_files++;
	}
}

static bool up(void)
{
	unsigned int i;

	open_lenders();
	if (!nr_files)
		return false;
	snprintf(carveout, sizeof(carveout), "%s",
		 is_named() ? "fpga" : lender[0].region->carveout);
	cache = lender[0].cache;
	job.pages = draw(MAX_PAGES) + 1;
	job.hole = draw(4);
	job.life = mine->life + 1;
	if (!(is_named() ? named_up() : anonymous_up()))
		return false;
	for (i = 0; i < MAX_PAGES; i++) {
		mine->slot[i].region = NR_REGIONS;
		mine->slot[i].held = false;
		mine->slot[i].seq += 2 - (mine->slot[i].seq & 1);
		unknown[i] = false;
	}
	mine->owner = is_named() ? NR_REGIONS : lender[0].region - shared->region;
	mine->owner_life = lender[0].life;
	mine->life++;
	did(is_named() ? DID_WINDOW_NAMED : DID_WINDOW_ANONYMOUS);
	return true;
}

/* By live=0 only what nobody has open */
static void named_down(void)
{
	if ((!shown || draw(2)) && MAY(set("live", "0\n"), "live=0 of a window", EBUSY)) {
		did(DID_WINDOW_LIVE_0);
		return;
	}
	MAY(set("revoke", "1\n"), "revoke of a window");
	did(DID_WINDOW_REVOKE);
}

static void down(void)
{
	unsigned long life = mine->life;

	mine->life++;
	if (fd >= 0)
		close(fd);
	fd = -1;
	close_lenders();
	if (is_named())
		named_down();
	mine->over = life;
}

/* From now on nobody counts on a window that is its owner's alone */
void window_owner_dies(struct window *window)
{
	window->dying = window != &shared->window[0];
}

/* A window that was up, in whatever state its owner left it. A named one stays. */
void window_owner_ended(struct window *window)
{
	if (window == &shared->window[0])
		return;
	if (!(window->life & 1))
		window->life++;
	window->over = window->life - 1;
	window->dying = false;
}

static void slots_begin(unsigned int first, unsigned int nr)
{
	unsigned int i;

	for (i = first; i < first + nr; i++)
		if (!(mine->slot[i].seq & 1))
			mine->slot[i].seq++;
}

static void slots_end(unsigned int first, unsigned int nr)
{
	unsigned int i;

	for (i = first; i < first + nr; i++)
		if (!unknown[i])
			mine->slot[i].seq += mine->slot[i].seq & 1;
}

static bool is_near(const struct view *view)
{
	return !strcmp(view->region->carveout, carveout);
}

static bool fits(const struct view *view)
{
	return is_near(view) && view->cache == cache;
}

/*
 * A piece somewhere; may overlap, or be of a region of another kind. A tame one
 * rarely is, and is small.
 */
static unsigned int draw_piece(struct kex_window_piece *piece, bool tame)
{
	unsigned int which = draw(nr_files), tries = 8, limit = job.pages, first, nr, at;

	while (tame && tries-- && !fits(&lender[which]))
		which = draw(nr_files);
	if (tame && limit > 6)
		limit = 6;
	draw_pages(lender[which].pages, &first, &nr);
	if (nr > limit)
		nr = draw(limit) + 1;
	at = draw(job.pages - nr + 1);
	*piece = (struct kex_window_piece){
		.region_fd = file[which], .roff = first * page, .woff = at * page,
		.len = nr * page,
	};
	return which;
}

static bool overlap(const struct kex_window_piece *a, const struct kex_window_piece *b)
{
	return a->woff < b->woff + b->len && b->woff < a->woff + a->len;
}

/* Whether what is lent there may keep others out, or does so for sure */
static void find_taken(const struct kex_window_piece *piece, bool *some, bool *surely)
{
	unsigned int i;

	for (i = piece->woff / page; i < (piece->woff + piece->len) / page; i++) {
		struct slot *slot = &mine->slot[i];
		struct region *region;

		*some |= unknown[i];
		if (unknown[i] || slot->region == NR_REGIONS)
			continue;
		region = &shared->region[slot->region];
		*some |= region->over < slot->life;
		*surely |= region->life == slot->life;
	}
}

static int call_map(struct kex_window_piece *pieces, unsigned int nr)
{
	struct kex_window_map map = {
		.argsz = sizeof(map), .window_fd = fd, .nr = nr,
		.pieces = (uintptr_t)pieces,
	};

	return ioctl(file[0], KEX_WINDOW_MAP, &map) ? -errno : 0;
}

static int text_map(const struct kex_window_piece *pieces, const unsigned int *which,
		    unsigned int nr)
{
	char text[512];
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < nr; i++)
		len += snprintf(text + len, sizeof(text) - len, "%s%llu %s %llu %llu",
				i ? "; " : "", (unsigned long long)pieces[i].woff,
				lender[which[i]].region->name,
				(unsigned long long)pieces[i].roff,
				(unsigned long long)pieces[i].len);
	return set("map", text);
}

/*
 * Whoever looks through the window may write there from now on. By name it may
 * be another life that lends, if only one of the next few.
 */
static void note_lending(const struct view *view, bool text)
{
	atomic_ulong *lent = &view->region->lent[mine - shared->window];
	unsigned long life = view->life + (text ? 16 : 0);

	if (*lent < life)
		*lent = life;
}

static void note_lent(const struct kex_window_piece *piece, const struct view *view)
{
	unsigned int i;

	for (i = 0; i < piece->len / page; i++) {
		struct slot *slot = &mine->slot[piece->woff / page + i];

		slot->region = view->region - shared->region;
		slot->life = view->life;
		slot->page = piece->roff / page + i;
		unknown[piece->woff / page + i] = false;
	}
}

/* By name the region of today lends, which may be of a later life than our file */
static bool all_up(const unsigned int *which, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (lender[which[i]].region->life != lender[which[i]].life)
			return false;
	return true;
}

/* Calls go by the first lender's file, as good as any for a named window */
static bool caller_is_up(void)
{
	return lender[0].region->life == lender[0].life;
}

/* What is known of a call */
struct attempt {
	struct kex_window_piece piece[MAX_CALL];
	unsigned int which[MAX_CALL];
	unsigned int nr;
	bool overlap;	/* of its own pieces */
	bool text;	/* by name, which knows regions of the window's carve-out only */
	bool near;	/* all have the window's carve-out */
	bool fit;	/* and its cache attribute */
	bool maybe;	/* it may meet what is lent already */
	bool surely;	/* it must */
};

static void draw_attempt(struct attempt *a)
{
	bool tame = draw(4);
	unsigned int i, k;

	*a = (struct attempt){
		.nr = draw(tame ? 2 : MAX_CALL) + 1, .near = true, .fit = true,
		.text = is_named() && draw(2),
	};
	for (i = 0; i < a->nr; i++) {
		a->which[i] = draw_piece(&a->piece[i], tame);
		for (k = 0; k < i; k++)
			a->overlap |= overlap(&a->piece[i], &a->piece[k]);
		a->near &= is_near(&lender[a->which[i]]);
		a->fit &= fits(&lender[a->which[i]]);
		find_taken(&a->piece[i], &a->maybe, &a->surely);
	}
}

static void judge_attempt(const struct attempt *a, int ret)
{
	bool up = all_up(a->which, a->nr) && (a->text || caller_is_up());
	bool still = false, ignored = false;
	unsigned int i;

	for (i = 0; i < a->nr; i++)
		find_taken(&a->piece[i], &ignored, &still);
	switch (ret) {
	case 0:
		if (a->overlap || (up && !a->fit) || (a->surely && still))
			wrong("window %lu: a map that cannot be", mine->life);
		break;
	case -EBUSY:
		if (!a->overlap && !a->maybe)
			wrong("window %lu: map: EBUSY, and nothing is in the way", mine->life);
		break;
	case -EXDEV:
		if (up && a->fit)
			wrong("window %lu: map: EXDEV, and all are of one kind", mine->life);
		break;
	default:
		/* ENODEV, ENOENT, ERANGE: the region of that name is another today */
		if (up && !(ret == -ENOENT && a->text && !a->near))
			wrong("window %lu: map: %s", mine->life, errno_name(-ret));
	}
}

static void map_pieces(void)
{
	struct attempt a;
	unsigned int i;
	int ret;

	draw_attempt(&a);
	if (a.text && !all_up(a.which, a.nr))
		return;
	for (i = 0; i < a.nr; i++)
		note_lending(&lender[a.which[i]], a.text);
	for (i = 0; i < a.nr; i++)
		slots_begin(a.piece[i].woff / page, a.piece[i].len / page);
	ret = a.text ? text_map(a.piece, a.which, a.nr) : call_map(a.piece, a.nr);
	judge_attempt(&a, ret);
	if (MAY(ret, "map", EBUSY, EXDEV, ENODEV, ENOENT, ERANGE)) {
		did(a.text ? DID_WINDOW_MAP_TEXT : DID_WINDOW_MAP);
		for (i = 0; i < a.nr; i++)
			note_lent(&a.piece[i], &lender[a.which[i]]);
		if (a.text && !all_up(a.which, a.nr))
			for (i = 0; i < a.nr; i++)
				memset(unknown + a.piece[i].woff / page, true,
				       a.piece[i].len / page);
	} else {
		did(DID_WINDOW_REFUSED);
	}
	for (i = 0; i < a.nr; i++)
		slots_end(a.piece[i].woff / page, a.piece[i].len / page);
}

static void unmap_pieces(void)
{
	struct kex_window_unmap unmap = { .argsz = sizeof(unmap), .window_fd = fd };
	bool text = is_named() && draw(2);
	unsigned int first, nr, i;
	char line[64];
	int ret;

	draw_pages(job.pages, &first, &nr);
	unmap.woff = first * page;
	unmap.len = nr * page;
	snprintf(line, sizeof(line), "%zu %zu\n", first * page, nr * page);
	slots_begin(first, nr);
	ret = text ? set("unmap", line) :
		     ioctl(file[0], KEX_WINDOW_UNMAP, &unmap) ? -errno : 0;
	if (ret == -ENODEV && (text || caller_is_up()))
		wrong("window %lu: unmap: ENODEV, though it is up", mine->life);
	if (MAY(ret, "unmap", ENODEV)) {
		for (i = first; i < first + nr; i++) {
			mine->slot[i].region = NR_REGIONS;
			unknown[i] = false;
		}
		did(DID_WINDOW_UNMAP);
	}
	slots_end(first, nr);
}

/* Of the window itself, whatever is lent there */
static void hold_or_restore(bool hold)
{
	unsigned int first, nr, i;

	draw_pages(job.pages, &first, &nr);
	slots_begin(first, nr);
	if (MAY(range_call(fd, hold ? KEX_HOLD : KEX_RESTORE, first, nr), "hold of a window",
		ENODEV)) {
		for (i = first; i < first + nr; i++)
			mine->slot[i].held = hold;
		did(hold ? DID_WINDOW_HOLD : DID_WINDOW_RESTORE);
	} else if (is_up(mine, mine->life)) {
		wrong("window %lu: hold: ENODEV, though it is up", mine->life);
	}
	slots_end(first, nr);
}

static void live(const int *lookers)
{
	unsigned int turns = 10 + draw(draw(2) ? 100 : 600);

	shown = draw(4);
	while (turns-- && !shared->stop && is_up(mine, mine->life)) {
		switch (draw(12)) {
		case 0 ... 3:
			map_pieces();
			break;
		case 4:
		case 5:
			unmap_pieces();
			break;
		case 6:
		case 7:
			if (shown)
				looker_send(lookers[draw(NR_LOOKERS)]);
			break;
		case 8:
			evict_window(mine, mine->life, fd, job.pages);
			break;
		case 9:
			hold_or_restore(!draw(3));
			break;
		default:
			/* Lets the others in; nothing depends on it */
			usleep(draw(4000));
		}
	}
}

/* What the last owner of the named window left, which may have been killed */
static void named_begin(void)
{
	snprintf(carveout, sizeof(carveout), "fpga");
	if (!(mine->life & 1))
		mine->life++;
	MAY(set("revoke", "1\n"), "first revoke of a window", ENOENT);
	mine->over = mine->life - 1;
}

void window_owner(struct window *window)
{
	int lookers[NR_LOOKERS];
	unsigned int i;

	mine = window;
	for (i = 0; i < NR_LOOKERS; i++)
		lookers[i] = looker_start();
	if (is_named())
		named_begin();
	while (!shared->stop) {
		if (up()) {
			live(lookers);
			down();
		} else {
			close_lenders();
			usleep(1000);
		}
	}
}

/* Nobody is left who would make another; the anonymous have ended with their files */
void window_end(struct window *window)
{
	if (window != &shared->window[0])
		return;
	mine = window;
	named_begin();
	MAY(rmdir(KEX_CONFIGFS "/fpga/windows/" NAME) ? -errno : 0, "rmdir of a window",
	    ENOENT);
}
