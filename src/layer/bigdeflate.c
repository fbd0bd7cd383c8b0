#include "layer/bigdeflate.h"

#include "base/mem.h"
#include "layer/content.h"
#include "layer/deflate.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { WINDOW = 32 << 10, MEM_LEVEL = 9 };

/* One piece, behind the window before it: input is contiguous, so that the window is at hand. */
struct piece {
	unsigned char *in; /* WINDOW + BIG_PIECE */
	size_t window, len;
	bool last;
	int level;
	unsigned char *out;
	size_t out_cap, out_len;
	bool failed;
};

struct bigdeflate {
	struct content_stream *content;
	const struct member *member;
	uint32_t crc;
	bool ended;
	unsigned n_threads;
	struct piece pieces[BIG_THREADS];
	size_t n, current, at; /* pieces of this round; which one is given, and from where */
};

static size_t room(void)
{
	/* zlib's bound for these parameters, and the empty block that ends a piece. */
	return BIG_PIECE + BIG_PIECE / 1000 + 1024;
}

struct bigdeflate *bigdeflate_open(const struct member *m, int level, unsigned jobs,
				   struct error *e)
{
	struct bigdeflate *b = xcalloc(1, sizeof(*b));
	long cores = jobs ? (long)jobs : sysconf(_SC_NPROCESSORS_ONLN);

	b->n_threads = cores < 1 ? 1 : cores > BIG_THREADS ? BIG_THREADS : (unsigned)cores;
	b->member = m;
	for (unsigned i = 0; i < b->n_threads; i++)
		b->pieces[i] = (struct piece){.in = xmalloc(WINDOW + BIG_PIECE),
					      .out = xmalloc(room()),
					      .out_cap = room(),
					      .level = level < 9 ? level : 9};
	b->content = content_open(m->root, m->entry, e);
	if (!b->content) {
		bigdeflate_close(b);
		return NULL;
	}
	return b;
}

static void *compress_piece(void *arg)
{
	struct piece *p = arg;
	z_stream z = {0};

	p->failed = true;
	if (deflateInit2(&z, p->level, Z_DEFLATED, -MAX_WBITS, MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return NULL;
	if (p->window)
		deflateSetDictionary(&z, p->in, (uInt)p->window);
	z.next_in = p->in + p->window;
	z.avail_in = (uInt)p->len;
	z.next_out = p->out;
	z.avail_out = (uInt)p->out_cap;
	p->failed =
		deflate(&z, p->last ? Z_FINISH : Z_SYNC_FLUSH) < Z_OK || z.avail_in || !z.avail_out;
	p->out_len = p->out_cap - z.avail_out;
	deflateEnd(&z);
	return NULL;
}

/* Reads the next piece into p; the window is the end of the one before it, which may be p. */
static int fill(struct bigdeflate *b, struct piece *p, const struct piece *before, struct error *e)
{
	size_t window = before ? before->len < WINDOW ? before->len : WINDOW : 0;
	ssize_t n = 1;

	if (window)
		memmove(p->in, before->in + before->window + before->len - window, window);
	p->window = window;
	for (p->len = 0; n > 0 && p->len<BIG_PIECE; p->len += n> 0 ? (size_t)n : 0)
		n = content_next(b->content, p->in + p->window + p->len, BIG_PIECE - p->len, e);
	if (n < 0)
		return (int)n;
	b->crc = libdeflate_crc32(b->crc, p->in + p->window, p->len);
	p->last = n == 0;
	return 0;
}

/* Reads the pieces of one round and compresses each in a thread. */
static int next_round(struct bigdeflate *b, struct error *e)
{
	pthread_t threads[BIG_THREADS];
	bool started[BIG_THREADS] = {false};
	const struct piece *before = b->n ? &b->pieces[b->n - 1] : NULL;
	int r = 0;

	b->n = b->current = b->at = 0;
	while (r == 0 && !b->ended && b->n < b->n_threads) {
		struct piece *p = &b->pieces[b->n];

		r = fill(b, p, before, e);
		if (r < 0)
			break;
		before = p;
		b->ended = p->last;
		started[b->n] = pthread_create(&threads[b->n], NULL, compress_piece, p) == 0;
		if (!started[b->n])
			compress_piece(p);
		b->n++;
	}
	for (size_t i = 0; i < b->n; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		if (r == 0 && b->pieces[i].failed)
			r = error_set(e, EIO, "cannot compress %s", b->member->name);
	}
	return r;
}

ssize_t bigdeflate_read(struct bigdeflate *b, void *to, size_t n, struct error *e)
{
	const struct piece *p;

	while (b->current < b->n && b->at == b->pieces[b->current].out_len) {
		b->current++;
		b->at = 0;
	}
	if (b->current == b->n) {
		if (b->ended)
			return 0;
		if (next_round(b, e) < 0)
			return -e->code;
	}
	p = &b->pieces[b->current];
	if (n > p->out_len - b->at)
		n = p->out_len - b->at;
	memcpy(to, p->out + b->at, n);
	b->at += n;
	return (ssize_t)n;
}

uint32_t bigdeflate_crc(const struct bigdeflate *b)
{
	return b->crc;
}

void bigdeflate_close(struct bigdeflate *b)
{
	if (!b)
		return;
	content_close(b->content);
	for (unsigned i = 0; i < b->n_threads; i++) {
		free(b->pieces[i].in);
		free(b->pieces[i].out);
	}
	free(b);
}
