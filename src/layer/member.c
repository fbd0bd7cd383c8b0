#include "layer/member.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/path.h"
#include "layer/content.h"

#include <errno.h>
#include <string.h>

struct member *members_add(struct members *m, char *name, enum member_kind kind, uint32_t mode)
{
	m->list = array_grow(m->list, m->n, &m->cap, sizeof(*m->list));
	m->list[m->n] = (struct member){.name = name, .kind = kind, .mode = mode};
	return &m->list[m->n++];
}

void members_move(struct members *to, struct member *from)
{
	to->list = array_grow(to->list, to->n, &to->cap, sizeof(*to->list));
	to->list[to->n++] = *from;
	*from = (struct member){0};
}

void member_source(struct member *m, const struct inventory_root *root, const struct entry *ent)
{
	m->size = ent->size;
	m->root = root;
	m->entry = ent;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

void members_sort(struct members *m)
{
	if (m->n)
		qsort(m->list, m->n, sizeof(*m->list), by_name);
}

struct member *members_find(const struct members *m, const struct member *key)
{
	return m->n ? bsearch(key, m->list, m->n, sizeof(*m->list), by_name) : NULL;
}

static void member_free(struct member *m)
{
	free(m->name);
	free(m->data);
	if (m->aux)
		member_free(m->aux);
	free(m->aux);
}

void member_set_origin(struct member *m, const struct member *from)
{
	m->root = from->root;
	m->entry = from->entry;
	m->size = from->size;
	m->mtime_ns = from->mtime_ns;
	m->data = from->data ? xmemdup(from->data, from->data_len) : NULL;
	m->data_len = from->data_len;
}

struct member *member_origin(const struct member *m)
{
	struct member *one = xcalloc(1, sizeof(*one));

	*one = (struct member){.name = xstrdup(m->name), .kind = m->kind, .mode = m->mode};
	member_set_origin(one, m);
	return one;
}

char *member_path(const struct member *m)
{
	return m->entry ? path_join(m->root->dir, m->entry->path) : xstrdup(m->name);
}

int member_changed(const struct member *m, struct error *e)
{
	CLEANUP_FREE char *path = member_path(m);

	return error_set(e, EAGAIN,
			 "%s changed while the layer was written: run prune again when nothing "
			 "writes to the tree",
			 path);
}

uint64_t member_bytes(const struct member *m)
{
	return m->made ? m->made : m->data ? m->data_len : m->size;
}

void members_unique(struct members *m)
{
	size_t n = m->n ? 1 : 0;

	for (size_t i = 1; i < m->n; i++) {
		if (strcmp(m->list[n - 1].name, m->list[i].name) == 0)
			member_free(&m->list[i]);
		else
			m->list[n++] = m->list[i];
	}
	m->n = n;
}

int members_check_parents(const struct members *m, struct error *e)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *name = m->list[i].name;

		for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/')) {
			CLEANUP_FREE char *parent = xstrndup(name, (size_t)(p - name));
			struct member key = {.name = parent};
			const struct member *at = members_find(m, &key);

			if (at && at->kind != MEMBER_DIR)
				return error_set(
					e, EEXIST,
					"%s is no directory, but another root has %s: give "
					"them different prefixes with --root DIR=PREFIX",
					parent, name);
		}
	}
	return 0;
}

void members_free(struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		member_free(&m->list[i]);
	free(m->list);
	*m = (struct members){0};
}

static int read_source(const struct member *m, struct buf *ret, struct error *e)
{
	if (!m->data && m->entry)
		return content_read(m->root, m->entry, (size_t)m->entry->size, ret, e);
	buf_truncate(ret, 0);
	buf_add(ret, m->data ? m->data : "", m->data_len);
	return 0;
}

int member_read(const struct member *m, struct buf *ret, struct error *e)
{
	int r = read_source(m, ret, e);

	return r == 0 && m->transform ? m->transform(m, ret, e) : r;
}

static int peek_entry(const struct member *m, size_t n, struct buf *ret, struct error *e)
{
	struct content_stream *c = content_open(m->root, m->entry, e);
	ssize_t got = c ? content_next(c, ret->data, n, e) : -e->code;

	content_close(c);
	if (got > 0)
		ret->len = (size_t)got;
	return got < 0 ? (int)got : 0;
}

int member_peek(const struct member *m, size_t n, struct buf *ret, struct error *e)
{
	int r;

	if (!m->data && m->entry) {
		buf_truncate(ret, 0);
		buf_reserve(ret, n + 1);
		return peek_entry(m, n, ret, e);
	}
	r = read_source(m, ret, e);
	buf_truncate(ret, ret->len < n ? ret->len : n);
	return r;
}
