#include "layer/strip.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "base/path.h"

#include <elf.h>
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

/* From here on a file is large: looked at by one thread at a time. */
#define LARGE ((uint64_t)2 << 20)

/* A member_transform: `made` is the size that was found beforehand. */
static int strip_content(const struct member *m, struct buf *content, struct error *e)
{
	struct buf out = {0};

	elf_strip(content->data, content->len, &out);
	if (out.len != m->made) {
		buf_free(&out);
		return member_changed(m, e);
	}
	buf_free(content);
	*content = out;
	return 0;
}

struct look {
	struct members *m;
	struct strip_file *files; /* [member]; name NULL: not ELF */
	unsigned char (*hashes)[32];
	pthread_mutex_t large;
};

static int is_elf(const struct member *m, bool *ret, struct error *e)
{
	CLEANUP_BUF struct buf head = {0};
	int r;

	*ret = false;
	if (m->kind != MEMBER_FILE || m->transform ||
	    (!(m->mode & 0111) && !strstr(path_base(m->name), ".so")))
		return 0;
	r = member_peek(m, SELFMAG, &head, e);
	*ret = r == 0 && head.len == SELFMAG && memcmp(head.data, ELFMAG, SELFMAG) == 0;
	return r;
}

static int look_inside(struct look *l, size_t i, struct error *e)
{
	CLEANUP_BUF struct buf in = {0}, out = {0};
	struct member *m = &l->m->list[i];
	struct strip_file *f = &l->files[i];
	int r = member_read(m, &in, e);

	if (r < 0)
		return r;
	*f = (struct strip_file){.name = m->name, .before = in.len, .after = in.len};
	f->reason = elf_strip(in.data, in.len, &out);
	if (f->reason != STRIP_DONE && f->reason != STRIP_BLANKED)
		return 0;
	f->after = m->made = out.len;
	if (!EVP_Digest(out.data, out.len, l->hashes[i], NULL, EVP_sha256(), NULL))
		return error_set(e, EIO, "cannot compute the SHA-256 of %s", m->name);
	m->transform = strip_content;
	return 0;
}

static int look(struct look *l, size_t i, struct error *e)
{
	struct member *m = &l->m->list[i];
	bool elf;
	int r = is_elf(m, &elf, e);

	if (r < 0 || !elf)
		return r;
	if (m->size < LARGE)
		return look_inside(l, i, e);
	pthread_mutex_lock(&l->large);
	r = look_inside(l, i, e);
	pthread_mutex_unlock(&l->large);
	return r;
}

static void work(struct parallel *p, void *ctx)
{
	size_t i;

	while (parallel_next(p, &i)) {
		CLEANUP_ERROR struct error e = {0};

		if (look(ctx, i, &e) < 0)
			parallel_fail(p, &e);
	}
}

static void sum_up(const struct look *l, struct record_log *log, struct strip_report *ret)
{
	ret->list = xcalloc(l->m->n, sizeof(*ret->list));
	for (size_t i = 0; i < l->m->n; i++) {
		const struct strip_file *f = &l->files[i];

		if (!f->name)
			continue;
		ret->list[ret->n] = *f;
		ret->list[ret->n++].name = xstrdup(f->name);
		ret->before += f->before;
		ret->after += f->after;
		ret->by_reason[f->reason]++;
		if (f->reason == STRIP_DONE || f->reason == STRIP_BLANKED)
			record_changed(log, f->name, l->hashes[i], f->after);
	}
}

int strip_apply(struct members *m, unsigned jobs, struct record_log *log, struct strip_report *ret,
		struct error *e)
{
	struct look l = {.m = m, .large = PTHREAD_MUTEX_INITIALIZER};
	int r;

	*ret = (struct strip_report){0};
	l.files = xcalloc(m->n, sizeof(*l.files));
	l.hashes = xcalloc(m->n, sizeof(*l.hashes));
	r = parallel_run(m->n, jobs, work, &l, e);
	if (r == 0)
		sum_up(&l, log, ret);
	pthread_mutex_destroy(&l.large);
	free(l.files);
	free(l.hashes);
	return r;
}

void strip_report_free(struct strip_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->list[i].name);
	free(r->list);
	*r = (struct strip_report){0};
}
