#include "layer/member.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/files.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct member *members_add(struct members *m, char *name, enum member_kind kind, uint32_t mode)
{
	m->list = array_grow(m->list, m->n, &m->cap, sizeof(*m->list));
	m->list[m->n] = (struct member){.name = name, .kind = kind, .mode = mode};
	return &m->list[m->n++];
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
	free(m->path);
	free(m->data);
	if (m->aux)
		member_free(m->aux);
	free(m->aux);
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

void members_free(struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		member_free(&m->list[i]);
	free(m->list);
	*m = (struct members){0};
}

static int read_source(const struct member *m, struct buf *ret, struct error *e)
{
	int r;

	if (m->data || !m->path) {
		buf_truncate(ret, 0);
		buf_add(ret, m->data ? m->data : "", m->data_len);
		return 0;
	}
	r = file_read(m->path, m->size, ret, e);
	if (r < 0 && r != -EFBIG)
		return r;
	if (r < 0 || ret->len != m->size)
		return error_set(e, EAGAIN,
				 "%s changed while the layer was written (it had %" PRIu64
				 " bytes): run prune again when nothing writes to the tree",
				 m->path, m->size);
	return 0;
}

int member_read(const struct member *m, struct buf *ret, struct error *e)
{
	int r = read_source(m, ret, e);

	return r == 0 && m->transform ? m->transform(m, ret, e) : r;
}
