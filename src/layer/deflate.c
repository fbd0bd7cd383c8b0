#include "layer/deflate.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zopfli/deflate.h>

#define LARGE         ((uint64_t)256 << 10) /* bytes, of members that may be begun early */
#define ZOPFLI_LARGE  ((size_t)1 << 20)
#define LEVEL_OPTIMAL 10
#define SCRATCH_MAX   ((size_t)1 << 20)

/* Of a member that is begun and not yet released. */
struct job {
	bool done;
	bool early; /* begun before members that are written before it */
	int result;
	struct error error;
	struct deflated out;
};

struct deflate_pool {
	const struct members *members;
	struct job **jobs; /* [member]; NULL: not begun; &released: over */
	int level;
	bool zopfli;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next;   /* first member that no worker has looked at */
	uint64_t left; /* bytes of content that are not begun */
	size_t *large; /* members of LARGE bytes and more, the largest first */
	size_t n_large, next_large;
	uint64_t running; /* bytes of content in the workers' hands */
	uint64_t results; /* bytes that wait to be released */
	uint64_t queued;  /* those of them that were not begun early */
	bool stop;
	pthread_t *threads;
	unsigned n_threads;
};

/* What a worker keeps from member to member. */
struct tools {
	struct libdeflate_compressor *compressor;
	struct buf in, out;
};

static struct job released;

/* Keeps the smaller of what is there and what Zopfli makes. */
static void try_zopfli(const struct buf *in, struct deflated *out)
{
	ZopfliOptions opt;
	unsigned char *data = NULL, bits = 0;
	size_t len = 0;

	ZopfliInitOptions(&opt);
	/* Zopfli's own advice: fewer rounds for what is large. */
	opt.numiterations = in->len > ZOPFLI_LARGE ? 5 : 15;
	ZopfliDeflate(&opt, 2, 1, (const unsigned char *)in->data, in->len, &bits, &data, &len);
	if (len < out->len) {
		free(out->data);
		*out = (struct deflated){.data = TAKE_PTR(data), .len = len};
	}
	free(data);
}

/* The result in memory of its own size. Small ones are copies: made smaller where they lie they
 * would leave holes between them, which grow with the number of members. */
static unsigned char *keep(struct buf *b, size_t len)
{
	if (b->cap <= SCRATCH_MAX)
		return (unsigned char *)xmemdup(b->data ? b->data : "", len);
	b->len = len; /* buf_take ends it there with a zero byte */
	return xreallocarray(buf_take(b), len ? len : 1, 1);
}

static void compress(struct tools *t, bool zopfli, struct deflated *out)
{
	const char *in = t->in.data ? t->in.data : "";
	size_t size = t->in.len, n = 0;

	*out = (struct deflated){.size = size, .crc = libdeflate_crc32(0, in, size)};
	if (size) {
		buf_truncate(&t->out, 0);
		buf_reserve(&t->out, size);
		/* Only what is smaller than the content is of use. */
		n = libdeflate_deflate_compress(t->compressor, in, size, t->out.data, size - 1);
	}
	out->stored = !n;
	out->len = n ? n : size;
	if (zopfli && size)
		try_zopfli(&t->in, out);
	if (!out->data)
		out->data = keep(out->stored ? &t->in : &t->out, out->len);
}

static void drop_large(struct buf *b)
{
	if (b->cap > SCRATCH_MAX)
		buf_free(b);
}

/* Runs a job that is begun, without the lock. */
static void run_job(const struct deflate_pool *p, size_t i, struct job *job, struct tools *t)
{
	job->result = member_read(&p->members->list[i], &t->in, &job->error);
	if (job->result == 0)
		compress(t, p->zopfli, &job->out);
	/* One huge file must not keep its buffers for all the small ones. */
	drop_large(&t->in);
	drop_large(&t->out);
}

static bool has_content(const struct member *m)
{
	return m->kind != MEMBER_DIR && !deflate_is_big(m);
}

bool deflate_is_big(const struct member *m)
{
	return m->entry && !m->data && !m->transform && m->size > DEFLATE_AHEAD;
}

static uint64_t weight(const struct member *m)
{
	return m->data ? m->data_len : m->size;
}

static bool is_open(const struct deflate_pool *p, size_t i)
{
	return !p->jobs[i] && has_content(&p->members->list[i]);
}

/* Whether as much may be begun now: one member at least, whatever its size. */
static bool has_room(const struct deflate_pool *p, uint64_t more)
{
	return (!p->running || p->running + p->results + more <= DEFLATE_AHEAD) &&
	       p->queued <= DEFLATE_RESULTS;
}

static void job_free(struct job *job)
{
	if (!job || job == &released)
		return;
	free(job->out.data);
	error_clear(&job->error);
	free(job);
}

/* With the lock held, as end(). */
static struct job *begin(struct deflate_pool *p, size_t i)
{
	p->left -= weight(&p->members->list[i]);
	p->running += weight(&p->members->list[i]);
	return p->jobs[i] = xcalloc(1, sizeof(struct job));
}

static void end(struct deflate_pool *p, size_t i)
{
	struct job *job = p->jobs[i];

	job->done = true;
	p->running -= weight(&p->members->list[i]);
	p->results += job->out.len;
	p->queued += job->early ? 0 : job->out.len;
	pthread_cond_broadcast(&p->changed);
}

/* Of members left the next one in order; unless the largest is as much work as there is for each
 * thread: begun later, it would keep one thread busy when the others have nothing left. Returns the
 * number of members when none is left. */
static size_t choose(struct deflate_pool *p)
{
	const struct member *list = p->members->list;

	while (p->next < p->members->n && !is_open(p, p->next))
		p->next++;
	while (p->next_large < p->n_large && !is_open(p, p->large[p->next_large]))
		p->next_large++;
	if (p->next_large < p->n_large &&
	    weight(&list[p->large[p->next_large]]) >= p->left / p->n_threads)
		return p->large[p->next_large];
	return p->next;
}

/* The next member to begin; waits while enough is ahead. With the lock held. */
static struct job *claim(struct deflate_pool *p, size_t *i)
{
	struct job *job;

	for (;;) {
		*i = choose(p);
		if (p->stop || *i >= p->members->n)
			return NULL;
		if (has_room(p, weight(&p->members->list[*i])))
			break;
		pthread_cond_wait(&p->changed, &p->lock);
	}
	job = begin(p, *i);
	job->early = *i != p->next;
	return job;
}

static void tools_open(const struct deflate_pool *p, struct tools *t)
{
	int level = p->zopfli ? DEFLATE_LEVEL_MAX : p->level;

	*t = (struct tools){.compressor = libdeflate_alloc_compressor(level)};
}

static void tools_close(struct tools *t)
{
	libdeflate_free_compressor(t->compressor);
	buf_free(&t->in);
	buf_free(&t->out);
}

static void *work(void *arg)
{
	struct deflate_pool *p = arg;
	struct tools t;
	struct job *job;
	size_t i;

	tools_open(p, &t);
	pthread_mutex_lock(&p->lock);
	while (t.compressor && (job = claim(p, &i))) {
		pthread_mutex_unlock(&p->lock);
		run_job(p, i, job, &t);
		pthread_mutex_lock(&p->lock);
		end(p, i);
	}
	pthread_mutex_unlock(&p->lock);
	tools_close(&t);
	return NULL;
}

static int by_weight(const void *a, const void *b, void *list)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	uint64_t v = weight(&((const struct member *)list)[x]),
		 w = weight(&((const struct member *)list)[y]);

	return v != w ? (v < w ? 1 : -1) : (x > y) - (x < y);
}

static void find_work(struct deflate_pool *p)
{
	size_t cap = 0;

	for (size_t i = 0; i < p->members->n; i++) {
		if (!has_content(&p->members->list[i]))
			continue;
		p->left += weight(&p->members->list[i]);
		if (weight(&p->members->list[i]) < LARGE)
			continue;
		p->large = array_grow(p->large, p->n_large, &cap, sizeof(*p->large));
		p->large[p->n_large++] = i;
	}
	if (p->n_large)
		qsort_r(p->large, p->n_large, sizeof(*p->large), by_weight, p->members->list);
}

/* Waits for what is begun; nothing more will be. */
static void halt(struct deflate_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	p->n_threads = 0;
}

static int by_entry(const void *a, const void *b, void *list)
{
	uintptr_t x = (uintptr_t)((const struct member *)list)[*(const size_t *)a].entry,
		  y = (uintptr_t)((const struct member *)list)[*(const size_t *)b].entry;

	return (x > y) - (x < y);
}

/* The jobs that are done and worked, by entry; their number. */
static size_t find_done(const struct deflate_pool *p, size_t *done)
{
	size_t n = 0;

	for (size_t i = 0; i < p->members->n; i++)
		if (p->jobs[i] && p->jobs[i] != &released && p->jobs[i]->result == 0)
			done[n++] = i;
	if (n)
		qsort_r(done, n, sizeof(*done), by_entry, p->members->list);
	return n;
}

/* The job that is done with the member's content, or SIZE_MAX. */
static size_t find_entry(const struct deflate_pool *p, const size_t *done, size_t n,
			 const struct member *m)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)p->members->list[done[middle]].entry < (uintptr_t)m->entry)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && p->members->list[done[low]].entry == m->entry ? done[low] : SIZE_MAX;
}

/* No more than leaves room for what the workers make. */
static void adopt(struct deflate_pool *p, struct deflate_pool *early)
{
	CLEANUP_FREE size_t *done = xcalloc(early->members->n + 1, sizeof(*done));
	size_t n;

	halt(early);
	n = find_done(early, done);
	for (size_t i = 0; i < p->members->n && p->results < DEFLATE_RESULTS / 2; i++) {
		const struct member *m = &p->members->list[i];
		bool as_it_is = m->entry && !m->data && !m->transform && has_content(m);
		size_t k = as_it_is ? find_entry(early, done, n, m) : SIZE_MAX;

		if (k == SIZE_MAX || !early->jobs[k])
			continue;
		p->jobs[i] = TAKE_PTR(early->jobs[k]);
		p->left -= weight(m);
		p->results += p->jobs[i]->out.len;
		p->jobs[i]->early = true;
	}
	for (size_t i = 0; i < early->members->n; i++)
		job_free(TAKE_PTR(early->jobs[i]));
}

/* At the levels that look at many ways to write a block (libdeflate.h) a compressor takes 6 MB and
 * only computes: more of them than cores are no faster. */
static unsigned workers(unsigned jobs, int level)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = cores < 1 ? 1 : (unsigned)cores;

	return !jobs || (level >= LEVEL_OPTIMAL && jobs > n) ? n : jobs;
}

struct deflate_pool *deflate_start(const struct members *m, int level, unsigned jobs,
				   struct deflate_pool *early)
{
	struct deflate_pool *p = xcalloc(1, sizeof(*p));

	jobs = workers(jobs, level);
	p->members = m;
	p->level = level;
	p->zopfli = level == DEFLATE_LEVEL_ZOPFLI;
	find_work(p);
	p->jobs = xcalloc(m->n, sizeof(*p->jobs));
	if (early)
		adopt(p, early);
	p->threads = xcalloc(jobs, sizeof(*p->threads));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	/* Fewer threads than asked for only take longer: the consumer compresses too. */
	pthread_mutex_lock(&p->lock);
	for (p->n_threads = 0; p->n_threads < jobs; p->n_threads++)
		if (pthread_create(&p->threads[p->n_threads], NULL, work, p) != 0)
			break;
	pthread_mutex_unlock(&p->lock);
	return p;
}

static void run_here(struct deflate_pool *p, size_t i, struct job *job)
{
	struct tools t;

	tools_open(p, &t);
	if (t.compressor)
		run_job(p, i, job, &t);
	else
		job->result = error_set(&job->error, ENOMEM, "cannot compress");
	tools_close(&t);
}

int deflate_take(struct deflate_pool *p, size_t i, struct deflated *ret, struct error *e)
{
	struct job *job;

	pthread_mutex_lock(&p->lock);
	job = p->jobs[i];
	if (job == &released) {
		pthread_mutex_unlock(&p->lock);
		return error_set(e, EINVAL, "%s is written already", p->members->list[i].name);
	}
	if (!job) {
		job = begin(p, i);
		pthread_mutex_unlock(&p->lock);
		run_here(p, i, job);
		pthread_mutex_lock(&p->lock);
		end(p, i);
	}
	while (!job->done)
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
	if (job->result < 0)
		return error_set(e, -job->result, "%s", error_text(&job->error));
	*ret = job->out;
	return 0;
}

void deflate_release(struct deflate_pool *p, size_t i)
{
	struct job *job;

	pthread_mutex_lock(&p->lock);
	job = p->jobs[i];
	p->jobs[i] = &released;
	p->results -= job->out.len;
	p->queued -= job->early ? 0 : job->out.len;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	job_free(job);
}

void deflate_stop(struct deflate_pool *p)
{
	halt(p);
	for (size_t i = 0; i < p->members->n; i++)
		job_free(p->jobs[i]);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->changed);
	free(p->threads);
	free(p->large);
	free(p->jobs);
	free(p);
}
