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

#define ZOPFLI_LARGE ((size_t)1 << 20)

enum state { WAITING, RUNNING, DONE };

struct job {
	enum state state;
	int result;
	struct error error;
	struct deflated out;
};

struct deflate_pool {
	const struct members *members;
	struct job *jobs;
	int level;
	bool zopfli;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next;    /* first member that no worker has looked at */
	uint64_t ahead; /* bytes of content begun and not yet released */
	bool stop;
	pthread_t *threads;
	unsigned n_threads;
};

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

/* Takes the content where it is stored. */
static void compress(struct libdeflate_compressor *c, bool zopfli, struct buf *in,
		     struct deflated *out)
{
	uint32_t crc = libdeflate_crc32(0, in->data ? in->data : "", in->len);
	uint64_t size = in->len;

	if (in->len) {
		/* Only what is smaller than the content is of use. */
		out->data = xmalloc(in->len);
		out->len =
			libdeflate_deflate_compress(c, in->data, in->len, out->data, in->len - 1);
		out->stored = !out->len;
		if (out->stored)
			out->len = in->len;
		if (zopfli)
			try_zopfli(in, out);
	} else {
		out->stored = true;
	}
	if (out->stored) {
		free(out->data);
		out->data = (unsigned char *)buf_take(in);
	} else {
		out->data = xreallocarray(out->data, out->len, 1);
	}
	out->size = size;
	out->crc = crc;
}

/* Runs a job that the caller has marked RUNNING, without the lock. */
static void run_job(const struct deflate_pool *p, size_t i, struct libdeflate_compressor *c,
		    struct buf *in)
{
	const struct member *m = &p->members->list[i];
	struct job *job = &p->jobs[i];

	job->result = member_read(m, in, &job->error);
	if (job->result == 0)
		compress(c, p->zopfli, in, &job->out);
	/* One huge file must not keep its buffer for all the small ones. */
	if (in->cap > DEFLATE_AHEAD / 4)
		buf_free(in);
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
	return p->jobs[i].state == WAITING && has_content(&p->members->list[i]);
}

/* Whether as much may be begun now: one member at least, whatever its size. */
static bool has_room(const struct deflate_pool *p, uint64_t more)
{
	return !p->ahead || p->ahead + more <= DEFLATE_AHEAD;
}

/* The next member to begin, marked RUNNING; waits while enough is ahead. With the lock held. */
static bool claim(struct deflate_pool *p, size_t *i)
{
	for (;;) {
		while (p->next < p->members->n && !is_open(p, p->next))
			p->next++;
		if (p->stop || p->next >= p->members->n)
			return false;
		if (has_room(p, weight(&p->members->list[p->next])))
			break;
		pthread_cond_wait(&p->changed, &p->lock);
	}
	*i = p->next++;
	p->jobs[*i].state = RUNNING;
	p->ahead += weight(&p->members->list[*i]);
	return true;
}

static struct libdeflate_compressor *new_compressor(const struct deflate_pool *p)
{
	return libdeflate_alloc_compressor(p->zopfli ? DEFLATE_LEVEL_MAX : p->level);
}

static void *work(void *arg)
{
	struct deflate_pool *p = arg;
	struct libdeflate_compressor *c = new_compressor(p);
	CLEANUP_BUF struct buf in = {0};
	size_t i;

	pthread_mutex_lock(&p->lock);
	while (c && claim(p, &i)) {
		pthread_mutex_unlock(&p->lock);
		run_job(p, i, c, &in);
		pthread_mutex_lock(&p->lock);
		p->jobs[i].state = DONE;
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	libdeflate_free_compressor(c);
	return NULL;
}

struct deflate_pool *deflate_start(const struct members *m, int level, unsigned jobs)
{
	struct deflate_pool *p = xcalloc(1, sizeof(*p));

	if (!jobs)
		jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	p->members = m;
	p->level = level;
	p->zopfli = level == DEFLATE_LEVEL_ZOPFLI;
	p->jobs = xcalloc(m->n, sizeof(*p->jobs));
	p->threads = xcalloc(jobs, sizeof(*p->threads));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	/* Fewer threads than asked for only take longer: the consumer compresses too. */
	while (p->n_threads < jobs && pthread_create(&p->threads[p->n_threads], NULL, work, p) == 0)
		p->n_threads++;
	return p;
}

static void run_here(struct deflate_pool *p, size_t i)
{
	struct libdeflate_compressor *c = new_compressor(p);
	CLEANUP_BUF struct buf in = {0};

	if (c)
		run_job(p, i, c, &in);
	else
		p->jobs[i].result = error_set(&p->jobs[i].error, ENOMEM, "cannot compress");
	libdeflate_free_compressor(c);
}

int deflate_take(struct deflate_pool *p, size_t i, struct deflated *ret, struct error *e)
{
	struct job *job = &p->jobs[i];

	pthread_mutex_lock(&p->lock);
	if (job->state == WAITING) {
		job->state = RUNNING;
		p->ahead += weight(&p->members->list[i]);
		pthread_mutex_unlock(&p->lock);
		run_here(p, i);
		pthread_mutex_lock(&p->lock);
		job->state = DONE;
	}
	while (job->state != DONE)
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
	if (job->result < 0)
		return error_set(e, -job->result, "%s", error_text(&job->error));
	*ret = job->out;
	return 0;
}

void deflate_release(struct deflate_pool *p, size_t i)
{
	struct job *job = &p->jobs[i];

	free(TAKE_PTR(job->out.data));
	pthread_mutex_lock(&p->lock);
	p->ahead -= weight(&p->members->list[i]);
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

void deflate_stop(struct deflate_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	for (size_t i = 0; i < p->members->n; i++) {
		free(p->jobs[i].out.data);
		error_clear(&p->jobs[i].error);
	}
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->changed);
	free(p->threads);
	free(p->jobs);
	free(p);
}
