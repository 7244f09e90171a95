// SPDX-License-Identifier: GPL-2.0-only
/* What a full pool evicts, against plain models of each policy. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "test.h"

static const char * const words[] = { "fifo", "lru", "clock", "random" };

static u64 seed = 88172645463325252ULL;

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* --- a pool of one page per granule, as the driver keeps it ----------------- */

#define SLOTS	256
#define PAGES	1024

struct pool {
	struct kex_policy_params params;
	struct kex_sweep sweep;
	struct kex_granule slot[SLOTS];
	struct kex_victim victims[SLOTS];
	u32 page_of[SLOTS];
	int slot_of[PAGES * 16];
	u32 capacity, used, nr_victims;
	u32 evicted[SLOTS];		/* pages, in order, of the last access */
	u64 now, hits, accesses;
};

static struct pool *pool_new(enum kex_algorithm algorithm, u32 capacity,
			     unsigned int high, unsigned int low)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	pool->params = (struct kex_policy_params){
		.algorithm = algorithm, .high = high, .low = low, .granule = 4096,
	};
	pool->capacity = capacity;
	memset(pool->slot_of, 0xff, sizeof(pool->slot_of));
	kex_sweep_init(&pool->sweep, 42);
	return pool;
}

static void pool_evict(struct pool *pool, u64 need)
{
	struct kex_granule before[SLOTS];
	u32 i;

	memcpy(before, pool->slot, sizeof(before));
	pool->nr_victims = kex_policy_choose(&pool->params, pool->now, need, pool->slot,
					     pool->capacity, &pool->sweep, pool->victims);
	for (i = 0; i < pool->nr_victims; i++) {
		u32 at = pool->victims[i].index;

		assert_true(at < pool->capacity);
		/* in use, and not chosen twice */
		assert_int_equal(before[at].pages, 1);
		before[at].pages = 0;
		pool->evicted[i] = pool->page_of[at];
		pool->slot_of[pool->page_of[at]] = -1;
		pool->slot[at].pages = 0;
		pool->used--;
	}
}

/* One access of a page, with what it evicts in pool->evicted */
static bool pool_access(struct pool *pool, u32 page)
{
	int at = pool->slot_of[page];
	u64 need;
	u32 i;

	pool->now += 1000;
	pool->accesses++;
	pool->nr_victims = 0;
	if (at >= 0) {
		pool->hits++;
		pool->slot[at].used = pool->now;
		pool->slot[at].touched = true;
		return true;
	}
	need = kex_policy_excess(&pool->params, pool->capacity, pool->used, 1);
	if (need)
		pool_evict(pool, need);
	assert_true(pool->used < pool->capacity);
	for (i = 0; pool->slot[i].pages; i++)
		;
	pool->slot[i] = (struct kex_granule){
		.in = pool->now, .newest = pool->now, .used = pool->now,
		.pages = 1, .touched = true,
	};
	pool->page_of[i] = page;
	pool->slot_of[page] = i;
	pool->used++;
	return false;
}

/* --- the models: what a textbook does --------------------------------------- */

struct model {
	enum kex_algorithm algorithm;
	u32 capacity, low, high;
	u32 list[SLOTS];		/* fifo, lru: oldest first */
	u32 nr;
	int frame[SLOTS];		/* clock: page or -1 */
	bool ref[SLOTS];
	u32 hand;
	u32 evicted[SLOTS];
	u32 nr_evicted;
};

static void model_list_access(struct model *m, u32 page)
{
	u32 i;

	for (i = 0; i < m->nr && m->list[i] != page; i++)
		;
	if (i < m->nr) {
		if (m->algorithm == KEX_ALGORITHM_LRU) {
			memmove(&m->list[i], &m->list[i + 1],
				(m->nr - i - 1) * sizeof(m->list[0]));
			m->list[m->nr - 1] = page;
		}
		return;
	}
	if (m->nr + 1 > m->high) {
		while (m->nr > m->low) {
			m->evicted[m->nr_evicted++] = m->list[0];
			m->nr--;
			memmove(m->list, m->list + 1, m->nr * sizeof(m->list[0]));
		}
	}
	m->list[m->nr++] = page;
}

static void model_clock_access(struct model *m, u32 page)
{
	u32 i;

	for (i = 0; i < m->capacity; i++) {
		if (m->frame[i] == (int)page) {
			m->ref[i] = true;
			return;
		}
	}
	if (m->nr + 1 > m->high) {
		while (m->nr > m->low) {
			i = m->hand;
			m->hand = (m->hand + 1) % m->capacity;
			if (m->frame[i] < 0)
				continue;
			if (m->ref[i]) {
				m->ref[i] = false;
				continue;
			}
			m->evicted[m->nr_evicted++] = m->frame[i];
			m->frame[i] = -1;
			m->nr--;
		}
	}
	for (i = 0; m->frame[i] >= 0; i++)
		;
	m->frame[i] = page;
	m->ref[i] = true;
	m->nr++;
}

static void model_access(struct model *m, u32 page)
{
	m->nr_evicted = 0;
	if (m->algorithm == KEX_ALGORITHM_CLOCK)
		model_clock_access(m, page);
	else
		model_list_access(m, page);
}

static void evicts_as_its_model(enum kex_algorithm algorithm)
{
	int round, step;

	for (round = 0; round < 40; round++) {
		u32 capacity = 1 + rnd() % SLOTS;
		unsigned int high = 1 + rnd() % 100, low = 1 + rnd() % high;
		struct pool *pool = pool_new(algorithm, capacity, high, low);
		u32 span = 1 + rnd() % PAGES;
		struct model m = { .algorithm = algorithm, .capacity = capacity };

		m.high = capacity * high / 100 ?: 1;
		m.low = capacity * low / 100 ?: 1;
		/* marks that are equal make room for the page that comes */
		if (m.low == m.high)
			m.low--;
		memset(m.frame, 0xff, sizeof(m.frame));
		for (step = 0; step < 2000; step++) {
			u32 page = rnd() % span;

			pool_access(pool, page);
			model_access(&m, page);
			if (pool->nr_victims != m.nr_evicted ||
			    memcmp(pool->evicted, m.evicted,
				   m.nr_evicted * sizeof(m.evicted[0])))
				fail_msg("%s of %u, marks %u %u, step %d, page %u: %u, not %u",
					 words[algorithm], capacity, high, low, step, page,
					 pool->nr_victims, m.nr_evicted);
		}
		free(pool);
	}
}

static void fifo_evicts_what_came_first(void **state)
{
	(void)state;
	evicts_as_its_model(KEX_ALGORITHM_FIFO);
}

static void lru_evicts_what_was_not_used_for_longest(void **state)
{
	(void)state;
	evicts_as_its_model(KEX_ALGORITHM_LRU);
}

static void clock_passes_once_what_was_used(void **state)
{
	(void)state;
	evicts_as_its_model(KEX_ALGORITHM_CLOCK);
}

/* --- what has no single right order ------------------------------------------ */

static void full(struct kex_granule *granules, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		granules[i] = (struct kex_granule){
			.in = i, .newest = i, .used = i, .pages = 1, .touched = true,
		};
}

static void random_evicts_all_alike(void **state)
{
	struct kex_policy_params params = { .algorithm = KEX_ALGORITHM_RANDOM };
	struct kex_granule granules[64];
	struct kex_victim victims[64];
	struct kex_sweep sweep;
	int count[64] = { 0 };
	int round, i;

	(void)state;
	full(granules, 64);
	kex_sweep_init(&sweep, 0);
	for (round = 0; round < 16000; round++) {
		assert_int_equal(kex_policy_choose(&params, 1000, 4, granules, 64,
						   &sweep, victims), 4);
		for (i = 0; i < 4; i++)
			count[victims[i].index]++;
	}
	/* 1000 each; a tenth is more than three standard deviations */
	for (i = 0; i < 64; i++)
		assert_in_range(count[i], 870, 1130);
}

static void random_repeats_with_its_seed(void **state)
{
	struct kex_policy_params params = { .algorithm = KEX_ALGORITHM_RANDOM };
	struct kex_victim a[64], b[64];
	struct kex_granule granules[64];
	struct kex_sweep sweep;
	int i, same = 0;

	(void)state;
	full(granules, 64);
	kex_sweep_init(&sweep, 7);
	kex_policy_choose(&params, 1000, 64, granules, 64, &sweep, a);
	kex_sweep_init(&sweep, 7);
	kex_policy_choose(&params, 1000, 64, granules, 64, &sweep, b);
	for (i = 0; i < 64; i++)
		assert_int_equal(a[i].index, b[i].index);
	kex_sweep_init(&sweep, 8);
	kex_policy_choose(&params, 1000, 64, granules, 64, &sweep, b);
	for (i = 0; i < 64; i++)
		same += a[i].index == b[i].index;
	assert_in_range(same, 0, 32);
}

static void what_came_in_lately_stays(void **state)
{
	struct kex_granule granules[64];
	struct kex_victim victims[64];
	struct kex_sweep sweep;
	int algorithm, i;
	u32 n;

	(void)state;
	for (algorithm = 0; algorithm < 4; algorithm++) {
		struct kex_policy_params params = {
			.algorithm = algorithm, .min_resident_ms = 10,
		};

		kex_sweep_init(&sweep, 1);
		full(granules, 64);
		for (i = 0; i < 64; i++)
			granules[i].newest = i * 1000000ULL;
		/* 20 ms: those up to 10 ms have been there for long enough */
		n = kex_policy_choose(&params, 20000000, 64, granules, 64, &sweep, victims);
		assert_int_equal(n, 11);
		while (n--)
			assert_in_range(victims[n].index, 0, 10);
		/* one that is newer than now is not */
		full(granules, 1);
		granules[0].newest = 30000000;
		assert_int_equal(kex_policy_choose(&params, 20000000, 1, granules, 1,
						   &sweep, victims), 0);
	}
}

static void stops_at_what_is_needed(void **state)
{
	struct kex_granule granules[64];
	struct kex_victim victims[64];
	struct kex_sweep sweep;
	u32 algorithm, round, i, n;

	(void)state;
	for (algorithm = 0; algorithm < 4; algorithm++) {
		struct kex_policy_params params = { .algorithm = algorithm };

		kex_sweep_init(&sweep, 1);
		for (round = 0; round < 500; round++) {
			u32 pages[64];
			u64 need = 1 + rnd() % 300, sum = 0, all = 0;

			full(granules, 64);
			for (i = 0; i < 64; i++) {
				all += pages[i] = granules[i].pages = rnd() % 8;
				granules[i].touched = rnd() & 1;
			}
			n = kex_policy_choose(&params, 1000, need, granules, 64, &sweep,
					      victims);
			for (i = 0; i < n; i++) {
				assert_true(sum < need);
				assert_int_not_equal(pages[victims[i].index], 0);
				sum += pages[victims[i].index];
				pages[victims[i].index] = 0;
			}
			assert_true(sum >= (need < all ? need : all));
		}
	}
}

static void an_empty_pool_has_no_victims(void **state)
{
	struct kex_granule granules[4] = { { 0 } };
	struct kex_victim victims[4];
	struct kex_sweep sweep;
	int algorithm;

	(void)state;
	kex_sweep_init(&sweep, 1);
	for (algorithm = 0; algorithm < 4; algorithm++) {
		struct kex_policy_params params = { .algorithm = algorithm };

		assert_int_equal(kex_policy_choose(&params, 0, 5, granules, 4, &sweep,
						   victims), 0);
		assert_int_equal(kex_policy_choose(&params, 0, 5, granules, 0, &sweep,
						   victims), 0);
	}
}

static void a_hand_behind_a_pool_that_shrank_starts_anew(void **state)
{
	struct kex_policy_params params = { .algorithm = KEX_ALGORITHM_CLOCK };
	struct kex_sweep sweep = { .hand = 1000, .seed = 1 };
	struct kex_granule granules[4];
	struct kex_victim victims[4];

	(void)state;
	full(granules, 4);
	assert_int_equal(kex_policy_choose(&params, 1000, 1, granules, 4, &sweep, victims), 1);
	assert_int_equal(victims[0].index, 0);
}

static void marks_are_percent_of_the_capacity(void **state)
{
	struct kex_policy_params params = { .high = 90, .low = 50 };

	(void)state;
	assert_int_equal(kex_policy_mark(1000, 90), 900);
	assert_int_equal(kex_policy_mark(10, 1), 1);
	/* a pool of 2^52 pages: the product does not wrap */
	assert_true(kex_policy_mark(1ULL << 52, 100) == 1ULL << 52);
	assert_int_equal(kex_policy_excess(&params, 100, 80, 10), 0);
	assert_int_equal(kex_policy_excess(&params, 100, 80, 11), 30);
	assert_int_equal(kex_policy_excess(&params, 100, 50, 100), 0);
	params.low = params.high = 100;
	assert_int_equal(kex_policy_excess(&params, 1, 1, 1), 1);
}

static void what_is_evicted_at_once_makes_room_for_what_comes_at_once(void **state)
{
	struct kex_policy_params params = { .high = 100, .low = 100 };

	(void)state;
	assert_int_equal(kex_policy_excess(&params, 1000, 1000, 1), 1);
	assert_int_equal(kex_policy_excess(&params, 1000, 1000, 512), 512);
	/* never more than there is */
	assert_int_equal(kex_policy_excess(&params, 1000, 1000, 5000), 1000);
	params.high = 90;
	params.low = 50;
	assert_int_equal(kex_policy_excess(&params, 100, 80, 30), 30);
	assert_int_equal(kex_policy_excess(&params, 100, 80, 60), 50);
	/* also below the low mark: what comes together is not split for want of room */
	assert_int_equal(kex_policy_excess(&params, 100, 45, 60), 15);
	assert_int_equal(kex_policy_excess(&params, 100, 45, 91), 0);
}

static void pages_come_in_up_to_the_high_mark(void **state)
{
	struct kex_policy_params params = { .high = 80, .low = 50 };

	(void)state;
	assert_int_equal(kex_policy_room(&params, 100, 0, 80), 80);
	assert_int_equal(kex_policy_room(&params, 100, 0, 81), 80);
	assert_int_equal(kex_policy_room(&params, 100, 79, 512), 1);
	assert_int_equal(kex_policy_room(&params, 100, 80, 1), 0);
	/* it was lowered */
	assert_int_equal(kex_policy_room(&params, 100, 95, 1), 0);
	/* below the low mark nobody has to go, and yet not all can come */
	assert_int_equal(kex_policy_excess(&params, 100, 50, 100), 0);
	assert_int_equal(kex_policy_room(&params, 100, 50, 100), 30);
	params.high = 1;
	assert_int_equal(kex_policy_room(&params, 10, 0, 5), 1);
}

/* --- how well each does --------------------------------------------------------- */

static double zipf_sum[PAGES + 1];

static u32 zipf(void)
{
	double x = (double)(rnd() >> 11) / (double)(1ULL << 53) * zipf_sum[PAGES];
	u32 low = 0, high = PAGES;

	if (!zipf_sum[PAGES])
		for (low = 0; low < PAGES; low++)
			zipf_sum[low + 1] = zipf_sum[low] + 1 / pow(low + 1, 0.9);
	x = x ?: zipf_sum[PAGES] / 2;
	low = 0;
	while (low + 1 < high) {
		u32 mid = (low + high) / 2;

		if (zipf_sum[mid] <= x)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static u32 trace_zipf(u32 step)
{
	(void)step;
	return zipf();
}

/* the same, with all of a large file read through once in the middle */
static u32 trace_scan(u32 step)
{
	if (step >= 40000 && step < 70000 && step % 2)
		return PAGES + (step - 40000) / 2 % (PAGES * 15);
	return zipf();
}

/* round and round through a fifth more than there is room for */
static u32 trace_loop(u32 step)
{
	return step % (SLOTS + SLOTS / 5);
}

static double hit_rate(enum kex_algorithm algorithm, u32 (*trace)(u32 step))
{
	struct pool *pool = pool_new(algorithm, SLOTS, 100, 90);
	double rate;
	u32 step;

	seed = 88172645463325252ULL;
	for (step = 0; step < 100000; step++)
		pool_access(pool, trace(step));
	rate = 100.0 * pool->hits / pool->accesses;
	free(pool);
	return rate;
}

static void hit_rates_are_those_of_the_textbook(void **state)
{
	double rate[4][3];
	int a;

	(void)state;
	zipf();
	printf("# hit rate, percent   zipf   scan   loop\n");
	for (a = 0; a < 4; a++) {
		rate[a][0] = hit_rate(a, trace_zipf);
		rate[a][1] = hit_rate(a, trace_scan);
		rate[a][2] = hit_rate(a, trace_loop);
		printf("# %-16s %8.1f %6.1f %6.1f\n", words[a], rate[a][0], rate[a][1],
		       rate[a][2]);
	}
	/* recency pays where some pages are wanted more often */
	assert_true(rate[KEX_ALGORITHM_LRU][0] > rate[KEX_ALGORITHM_FIFO][0] + 1);
	assert_true(rate[KEX_ALGORITHM_CLOCK][0] > rate[KEX_ALGORITHM_FIFO][0]);
	/* and is the worst that can be where the oldest comes next */
	assert_true(rate[KEX_ALGORITHM_LRU][2] == 0);
	assert_true(rate[KEX_ALGORITHM_FIFO][2] == 0);
	assert_true(rate[KEX_ALGORITHM_RANDOM][2] > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifo_evicts_what_came_first),
		cmocka_unit_test(lru_evicts_what_was_not_used_for_longest),
		cmocka_unit_test(clock_passes_once_what_was_used),
		cmocka_unit_test(random_evicts_all_alike),
		cmocka_unit_test(random_repeats_with_its_seed),
		cmocka_unit_test(what_came_in_lately_stays),
		cmocka_unit_test(stops_at_what_is_needed),
		cmocka_unit_test(an_empty_pool_has_no_victims),
		cmocka_unit_test(a_hand_behind_a_pool_that_shrank_starts_anew),
		cmocka_unit_test(marks_are_percent_of_the_capacity),
		cmocka_unit_test(what_is_evicted_at_once_makes_room_for_what_comes_at_once),
		cmocka_unit_test(pages_come_in_up_to_the_high_mark),
		cmocka_unit_test(hit_rates_are_those_of_the_textbook),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
