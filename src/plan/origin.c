#include "plan/origin.h"

#include "base/mem.h"
#include "base/strmap.h"

#include <string.h>

struct search {
	struct strmap files; /* of the archive */
	struct strmap dirs;  /* directory → index in found */
	struct origins *found;
	size_t cap;
};

static void vote(struct search *s, const char *path, size_t len)
{
	struct origins *o = s->found;
	bool is_new;
	size_t *at = strmap_add(&s->dirs, path, len, o->n, &is_new);

	if (is_new) {
		o->list = array_grow(o->list, o->n, &s->cap, sizeof(*o->list));
		o->list[o->n++] = (struct origin){.dir = len ? xstrndup(path, len) : xstrdup("/")};
	}
	o->list[*at].files++;
}

static void look_at(struct search *s, const char *path)
{
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/'))
		if (strmap_find(&s->files, p + 1, strlen(p + 1)))
			vote(s, path, (size_t)(p - path));
}

static int by_files(const void *a, const void *b)
{
	const struct origin *x = a, *y = b;

	if (x->files != y->files)
		return x->files > y->files ? -1 : 1;
	return strcmp(x->dir, y->dir);
}

void origins_find(const struct trace *traces, size_t n, const struct inventory_root *root,
		  struct origins *ret)
{
	struct search s = {.found = ret};

	*ret = (struct origins){0};
	for (size_t i = 0; i < root->n_entries; i++)
		if (root->entries[i].type == ENTRY_FILE)
			strmap_add(&s.files, root->entries[i].path, strlen(root->entries[i].path),
				   0, NULL);
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < traces[k].n_files; i++)
			if (traces[k].files[i].type == TRACE_TYPE_FILE &&
			    !traces[k].files[i].created)
				look_at(&s, traces[k].files[i].path);
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_files);
	strmap_free(&s.files);
	strmap_free(&s.dirs);
}

bool origins_clear(const struct origins *o)
{
	return o->n == 1 || (o->n > 1 && o->list[1].files < o->list[0].files / 10);
}

void origins_free(struct origins *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->list[i].dir);
	free(o->list);
	*o = (struct origins){0};
}
