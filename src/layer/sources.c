#include "layer/sources.h"

#include "base/mem.h"
#include "base/path.h"
#include "layer/content.h"
#include "plan/scan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define PTH_MAX     ((uint64_t)64 << 10)
#define THREADS_MAX 64
#define TOO_LONG    "it is too long to be scanned"

struct job {
	const struct inventory_root *root;
	struct entry *ent;
};

struct pool {
	struct job *jobs;
	size_t n, cap;
	atomic_size_t next;
	struct scan_options opt;
	pthread_mutex_t lock;
	struct error *e; /* the first one; under the lock */
	atomic_bool failed;
};

/* --- names that a string could mean ----------------------------------------------------------- */

/* Most strings are no word: a bit for some of their bytes says so before the map is asked. */
#define MARK_BITS 19

struct words {
	struct strmap map;
	uint64_t marks[(1U << MARK_BITS) / 64];
};

static uint32_t mark_of(const char *s, size_t len)
{
	uint32_t head = 0, tail = 0, h;

	if (len >= sizeof(head)) {
		memcpy(&head, s, sizeof(head));
		memcpy(&tail, s + len - sizeof(tail), sizeof(tail));
	} else {
		head = (unsigned char)s[0];
		tail = (unsigned char)s[len - 1] + 256U * (unsigned char)s[len / 2];
	}
	h = head * 0x9e3779b1U ^ tail * 0x85ebca77U ^ (uint32_t)len * 0xc2b2ae3dU;
	return (h ^ h >> 15) * 0x27d4eb2fU >> (32 - MARK_BITS);
}

static void add_word(struct words *words, const char *s, size_t len)
{
	uint32_t mark;

	if (len <= 1)
		return;
	mark = mark_of(s, len);
	words->marks[mark / 64] |= UINT64_C(1) << mark % 64;
	strmap_add(&words->map, s, len, 0, NULL);
}

static void add_groups(struct words *words, const struct entry *ent)
{
	const char *p = ent->text, *end = p + ent->text_len;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);
		const char *close = *p == '[' ? memchr(p, ']', len) : NULL;

		if (close)
			add_word(words, p + 1, (size_t)(close - p - 1));
		p = eol ? eol + 1 : end;
	}
}

static void find_words(const struct inventory *inv, struct words *words)
{
	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			const struct entry *ent = &inv->roots[r].entries[i];
			const char *base = path_base(ent->path), *dot = strrchr(base, '.');

			add_word(words, base, strlen(base));
			add_word(words, base, strcspn(base, "."));
			if (dot)
				add_word(words, base, (size_t)(dot - base));
			if (ent->text && strcmp(base, "entry_points.txt") == 0)
				add_groups(words, ent);
		}
}

static bool is_word(const struct words *words, const char *s, size_t len)
{
	uint32_t mark;

	if (len <= 1)
		return false;
	mark = mark_of(s, len);
	return (words->marks[mark / 64] >> mark % 64 & 1) && strmap_find(&words->map, s, len);
}

/* The whole, the last part of a path, the last or last but one part of a dotted name. */
static bool wants(const void *ctx, const char *s, size_t len)
{
	const struct words *words = ctx;
	const char *cut;

	if (is_word(words, s, len))
		return true;
	while (len && s[len - 1] == '/')
		len--;
	cut = memrchr(s, '/', len);
	if (cut)
		return is_word(words, cut + 1, len - (size_t)(cut + 1 - s));
	cut = memchr(s, ':', len);
	len = cut ? (size_t)(cut - s) : len;
	for (int parts = 0; parts < 2 && len; parts++) {
		cut = memrchr(s, '.', len);
		if (is_word(words, cut ? cut + 1 : s, len - (cut ? (size_t)(cut + 1 - s) : 0)))
			return true;
		len = cut ? (size_t)(cut - s) : 0;
	}
	return false;
}

/* --- reading and scanning --------------------------------------------------------------------- */

static void find_jobs(struct inventory *inv, struct pool *pool)
{
	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			struct entry *ent = &inv->roots[r].entries[i];
			bool pth = path_ends(ent->path, ".pth") && ent->size <= PTH_MAX;

			if (ent->type != ENTRY_FILE || ent->facts || ent->text ||
			    (!pth && !path_ends(ent->path, ".py")))
				continue;
			pool->jobs =
				array_grow(pool->jobs, pool->n, &pool->cap, sizeof(*pool->jobs));
			pool->jobs[pool->n++] = (struct job){&inv->roots[r], ent};
		}
}

static void scan(struct pool *pool, struct entry *ent, const struct buf *text)
{
	ent->facts = xcalloc(1, sizeof(*ent->facts));
	scan_python(text->data ? text->data : "", text->len, &pool->opt, ent->facts);
}

static int do_job(struct pool *pool, const struct job *job, struct buf *text, struct error *e)
{
	int r;

	if (job->ent->size > SOURCE_MAX) {
		job->ent->facts = xcalloc(1, sizeof(*job->ent->facts));
		job->ent->facts->invalid = TOO_LONG;
		return 0;
	}
	r = content_read(job->root, job->ent, SOURCE_MAX, text, e);
	if (r < 0)
		return r;
	if (path_ends(job->ent->path, ".py")) {
		scan(pool, job->ent, text);
	} else {
		job->ent->text_len = text->len;
		job->ent->text = xstrndup(text->data ? text->data : "", text->len);
	}
	return 0;
}

static void fail(struct pool *pool, struct error *e)
{
	pthread_mutex_lock(&pool->lock);
	if (!atomic_exchange(&pool->failed, true))
		*pool->e = *e;
	else
		error_clear(e);
	pthread_mutex_unlock(&pool->lock);
}

static void *work(void *ctx)
{
	struct pool *pool = ctx;
	CLEANUP_BUF struct buf text = {0};
	struct error e = {0};
	size_t i;

	while (!atomic_load(&pool->failed) && (i = atomic_fetch_add(&pool->next, 1)) < pool->n)
		if (do_job(pool, &pool->jobs[i], &text, &e) < 0) {
			fail(pool, &e);
			break;
		}
	return NULL;
}

static void run(struct pool *pool, unsigned jobs)
{
	pthread_t threads[THREADS_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = jobs ? jobs : cores > 0 ? (unsigned)cores : 1, started = 0;

	while (started + 1 < n && started < THREADS_MAX &&
	       pthread_create(&threads[started], NULL, work, pool) == 0)
		started++;
	work(pool);
	while (started)
		pthread_join(threads[--started], NULL);
}

int sources_scan(struct inventory *inv, unsigned jobs, struct error *e)
{
	struct words *words = xcalloc(1, sizeof(*words));
	struct pool pool = {
		.opt = {.wants = wants, .ctx = words}, .lock = PTHREAD_MUTEX_INITIALIZER, .e = e};

	find_words(inv, words);
	find_jobs(inv, &pool);
	run(&pool, jobs);
	free(pool.jobs);
	strmap_free(&words->map);
	free(words);
	return atomic_load(&pool.failed) ? -e->code : 0;
}
