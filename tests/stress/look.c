// SPDX-License-Identifier: GPL-2.0-only
/* Reads and writes through mappings, and what they may and may not show. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kex.h>

#include "stress.h"

/* One word in so many is for clients to write */
#define WORDS_A_WRITE	8

/* What is written through a window: in front its number, and a part of its life's */
#define WINDOW_MARK	0x40000000UL

static sigjmp_buf jump;
static volatile sig_atomic_t armed;

static const char * const hole_words[] = { "sigbus", "zero", "scratch", "wait" };

static void on_sigbus(int sig)
{
	if (!armed) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	armed = 0;
	siglongjmp(jump, 1);
}

void look_init(void)
{
	/* NODEFER: the jump out of it need not touch the signal mask */
	sigaction(SIGBUS, &(struct sigaction){ .sa_handler = on_sigbus, .sa_flags = SA_NODEFER },
		  NULL);
}

bool access_word(volatile uint64_t *at, uint64_t *value, bool write)
{
	if (sigsetjmp(jump, 0))
		return false;
	armed = 1;
	if (write)
		*at = *value;
	else
		*value = *at;
	armed = 0;
	return true;
}

uint64_t pattern(unsigned long life, uint64_t off)
{
	uint64_t x = off / 8 + 1 + life * 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (x ^ (x >> 31)) | 1ULL << 63;
}

static bool is_for_writes(uint64_t off)
{
	return off / 8 % WORDS_A_WRITE == WORDS_A_WRITE - 1;
}

static bool is_written(unsigned long life, uint64_t off, uint64_t value)
{
	return is_for_writes(off) && value >> 32 == life;
}

static uint64_t window_mark(const struct window *window, unsigned long life)
{
	return WINDOW_MARK | (window - shared->window) << 24 | (life & 0xffffff);
}

uint64_t window_word(const struct window *window, unsigned long life)
{
	return window_mark(window, life) << 32 | draw(1U << 31);
}

bool word_is_window(const struct window *window, unsigned long life, uint64_t value)
{
	return value >> 32 == window_mark(window, life);
}

/* Lent to that window then or later: the number of a later life hides an earlier */
static bool is_lent_and_written(const struct region *region, unsigned long life, uint64_t off,
				uint64_t value)
{
	unsigned int i = value >> 56 & 0x3f;

	return is_for_writes(off) && value >> 62 == 1 && i < NR_WINDOWS &&
	       region->lent[i] >= life;
}

bool word_is_own(const struct region *region, unsigned long life, uint64_t off,
		 uint64_t value)
{
	return value == pattern(life, off) || is_written(life, off, value) ||
	       is_lent_and_written(region, life, off, value);
}

uint64_t draw_written(void)
{
	return (draw(page / 8 / WORDS_A_WRITE) + 1) * WORDS_A_WRITE * 8 - 8;
}

static bool word_is_hole(const struct view *view, uint64_t off, uint64_t value)
{
	switch (view->hole) {
	case KEX_HOLE_ZERO:
		return !value;
	case KEX_HOLE_SCRATCH:
		return !value || is_written(view->life, off, value);
	default:
		return false;
	}
}

unsigned int facts_begin(const struct view *view, unsigned int nr, struct facts *facts)
{
	unsigned int count;

	facts->over = view->region->over >= view->life;
	count = view->region->page[nr];
	atomic_thread_fence(memory_order_seq_cst);
	return count;
}

void facts_end(const struct view *view, unsigned int nr, struct facts *facts,
	       unsigned int count)
{
	bool same;

	atomic_thread_fence(memory_order_seq_cst);
	same = view->region->page[nr] == count;
	facts->up = view->region->life == view->life;
	facts->there = same && count % PAGE_STATES == PAGE_THERE;
	facts->held = same && count % PAGE_STATES == PAGE_HELD;
}

static void judge_word(const struct view *view, uint64_t off, const struct facts *facts,
		       uint64_t value)
{
	bool own = word_is_own(view->region, view->life, off, value);
	bool hole = word_is_hole(view, off, value);

	if (facts->over)
		wrong("%s, life %lu: read at %#zx after its end", view->region->name,
		      view->life, (size_t)off);
	if (!own && !hole)
		wrong("%s, life %lu, hole %s: %#zx shows %#llx, not %#llx", view->region->name,
		      view->life, hole_words[view->hole], (size_t)off,
		      (unsigned long long)value,
		      (unsigned long long)pattern(view->life, off));
	if (!facts->up)
		return;
	if (facts->held && !hole)
		wrong("%s, life %lu, hole %s: held, and %#zx shows its bytes",
		      view->region->name, view->life, hole_words[view->hole], (size_t)off);
	if (facts->there && !own)
		wrong("%s, life %lu, hole %s: there, and %#zx shows a hole",
		      view->region->name, view->life, hole_words[view->hole], (size_t)off);
}

static void judge_sigbus(const struct view *view, uint64_t off, const struct facts *facts,
			 bool write)
{
	did(DID_SIGBUS);
	if (!facts->up)
		return;
	if (facts->there)
		wrong("%s, life %lu: SIGBUS at %#zx, which is there", view->region->name,
		      view->life, (size_t)off);
	if (view->hole != KEX_HOLE_SIGBUS && !(write && view->hole == KEX_HOLE_ZERO))
		wrong("%s, life %lu: SIGBUS at %#zx, though hole is %s", view->region->name,
		      view->life, (size_t)off, hole_words[view->hole]);
}

/* Words of a page of the view, anywhere in it */
void look(const struct view *view, unsigned int nr)
{
	unsigned int at = draw(view->pages), words = page / 8, count;
	unsigned int region_page = view->first + at;
	struct facts facts;
	uint64_t value, off;
	bool got;

	while (nr--) {
		off = draw(words) * 8;
		count = facts_begin(view, region_page, &facts);
		got = access_word((uint64_t *)(view->addr + at * page + off), &value, false);
		facts_end(view, region_page, &facts, count);
		off += (uint64_t)region_page * page;
		if (got)
			judge_word(view, off, &facts, value);
		else
			judge_sigbus(view, off, &facts, false);
		did(DID_LOOK);
		if (facts.held)
			did(DID_LOOK_HELD);
	}
}

/* One of the words that are for this */
void scribble(const struct view *view)
{
	unsigned int at = draw(view->pages), region_page = view->first + at, count;
	uint64_t off = draw_written();
	uint64_t value = (uint64_t)view->life << 32 | draw(1U << 31);
	struct facts facts;
	bool got;

	count = facts_begin(view, region_page, &facts);
	got = access_word((uint64_t *)(view->addr + at * page + off), &value, true);
	facts_end(view, region_page, &facts, count);
	did(DID_WRITE);
	if (!got)
		judge_sigbus(view, off, &facts, true);
	else if (facts.over)
		wrong("%s, life %lu: written after its end", view->region->name, view->life);
	else if (facts.up && facts.held &&
		 (view->hole == KEX_HOLE_ZERO || view->hole == KEX_HOLE_SIGBUS))
		wrong("%s, life %lu: held with hole %s, and written", view->region->name,
		      view->life, hole_words[view->hole]);
}
