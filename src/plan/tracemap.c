#include "plan/tracemap.h"

#include "base/mem.h"
#include "base/path.h"

#include <errno.h>
#include <string.h>

static void add_pair(struct tracemap *m, char *dir, char *prefix)
{
	m->list = xreallocarray(m->list, m->n + 1, sizeof(*m->list));
	m->list[m->n++] = (struct tracemap_pair){.dir = dir, .prefix = prefix};
}

/* --- voting ----------------------------------------------------------------------------------- */

struct candidate {
	char *dir, *prefix;
	size_t votes;
};

struct votes {
	struct strmap names;
	struct candidate *list;
	size_t n, cap;
};

static void vote(struct votes *v, const char *path, size_t dir_len, const char *prefix)
{
	CLEANUP_FREE char *key = xasprintf("%.*s\n%s", (int)dir_len, path, prefix);
	bool is_new;
	size_t at = *strmap_add(&v->names, key, strlen(key), v->n, &is_new);

	if (is_new) {
		v->list = array_grow(v->list, v->n, &v->cap, sizeof(*v->list));
		v->list[v->n++] = (struct candidate){.dir = xstrndup(path, dir_len),
						     .prefix = xstrdup(prefix)};
	}
	v->list[at].votes++;
}

/* Site directories of the layer: those that hold *.dist-info, else Lambda's own. */
static size_t add_sites(const struct plan *p, const char *sites[], size_t max)
{
	size_t n = 0;

	for (size_t k = 0; k < p->n_dists; k++) {
		bool known = false;

		for (size_t i = 0; i < n; i++)
			known |= strcmp(sites[i], p->dists[k].base) == 0;
		if (!known && n < max)
			sites[n++] = p->dists[k].base;
	}
	if (!n && inventory_find(&p->inv->roots[0], "python") != INVENTORY_NONE)
		sites[n++] = "python";
	if (!n)
		sites[n++] = "";
	return n;
}

/* Each directory above the path that could stand for a site directory. */
static void vote_path(struct votes *v, const struct plan *p, const char *path,
		      const char *const sites[], size_t n)
{
	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/'))
		for (size_t k = 0; k < n; k++) {
			CLEANUP_FREE char *name = path_join(sites[k], s + 1);

			if (s[1] && inventory_find(&p->inv->roots[0], name) != INVENTORY_NONE)
				vote(v, path, (size_t)(s - path), sites[k]);
		}
}

static const struct candidate *winner(const struct votes *v)
{
	const struct candidate *best = NULL;

	for (size_t i = 0; i < v->n; i++)
		if (!best || v->list[i].votes > best->votes ||
		    (v->list[i].votes == best->votes && strcmp(v->list[i].dir, best->dir) < 0))
			best = &v->list[i];
	return best;
}

static int find_tree(const struct trace *traces, size_t n_traces, const struct plan *p,
		     struct tracemap *m, struct error *e)
{
	const char *sites[16];
	size_t n = add_sites(p, sites, ARRAY_SIZE(sites));
	struct votes v = {0};
	const struct candidate *best;

	for (size_t k = 0; k < n_traces; k++)
		for (size_t i = 0; i < traces[k].n_files; i++)
			if (traces[k].files[i].type == TRACE_TYPE_FILE &&
			    !traces[k].files[i].created)
				vote_path(&v, p, traces[k].files[i].path, sites, n);
	best = winner(&v);
	if (best)
		add_pair(m, xstrdup(best->dir), xstrdup(best->prefix));
	for (size_t i = 0; i < v.n; i++) {
		free(v.list[i].dir);
		free(v.list[i].prefix);
	}
	free(v.list);
	strmap_free(&v.names);
	return m->n ? 0
		    : error_set(e, EINVAL,
				"the trace touched nothing that the layer holds; say where the "
				"traced "
				"tree was, with --root DIR=PREFIX");
}

/* --- the map ---------------------------------------------------------------------------------- */

/* "DIR=PREFIX", or DIR for Lambda's python/ when the layer has it. */
static int add_root(struct tracemap *m, const struct plan *p, const char *value, struct error *e)
{
	const char *equals = strrchr(value, '=');
	CLEANUP_FREE char *given =
		equals ? xstrndup(value, (size_t)(equals - value)) : xstrdup(value);
	bool lambda = inventory_find(&p->inv->roots[0], "python") != INVENTORY_NONE;

	if (given[0] != '/')
		return error_set(e, EINVAL,
				 "the root %s is not absolute; traces name absolute paths", given);
	add_pair(m, path_clean(given),
		 equals ? path_clean(equals + 1) : xstrdup(lambda ? "python" : ""));
	if (strcmp(m->list[m->n - 1].prefix, ".") == 0)
		m->list[m->n - 1].prefix[0] = '\0';
	return 0;
}

int tracemap_make(const struct trace *traces, size_t n_traces, const struct plan *survey,
		  const char *const *roots, size_t n_roots, struct tracemap *ret, struct error *e)
{
	int r = 0;

	*ret = (struct tracemap){0};
	for (size_t i = 0; r == 0 && i < n_roots; i++)
		r = add_root(ret, survey, roots[i], e);
	return r < 0 || n_roots ? r : find_tree(traces, n_traces, survey, ret, e);
}

char *tracemap_path(const struct tracemap *m, const char *traced)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *below = path_below(traced, m->list[i].dir);

		if (below)
			return path_join(m->list[i].prefix, below);
	}
	return NULL;
}

void tracemap_free(struct tracemap *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->list[i].dir);
		free(m->list[i].prefix);
	}
	free(m->list);
	*m = (struct tracemap){0};
}
