#include "plan/missed.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/plan.h"

#include <string.h>

struct finder {
	const struct inventory *original;
	const struct inventory_root *layer;
	struct missed_list *out;
	struct strmap seen; /* name → index into out */
};

/* --- places ----------------------------------------------------------------------------------- */

/* The name inside the layer of an absolute path below a root, or NULL. Two roots may share a
 * place in the layer: what is asked for below one can lie in the other. */
static char *name_of(const struct inventory *original, const char *path)
{
	for (size_t r = 0; r < original->n_roots; r++) {
		const char *below = path_below(path, original->roots[r].dir);

		if (below && below[0])
			return path_join(original->roots[r].prefix, below);
	}
	return NULL;
}

/* --- what does not matter --------------------------------------------------------------------- */

static bool is_cache(const char *name)
{
	static const char cache[] = "__pycache__";
	const char *at = strstr(name, cache);

	for (; at; at = strstr(at + 1, cache))
		if ((at == name || at[-1] == '/') &&
		    (!at[strlen(cache)] || at[strlen(cache)] == '/'))
			return true;
	return false;
}

/* x.py where the layer has x.pyc in its place. */
static bool is_sourceless(const struct finder *f, const char *name)
{
	CLEANUP_FREE char *compiled = path_ends(name, ".py") ? xasprintf("%sc", name) : NULL;
	size_t root, i;

	return compiled && inventory_find(f->layer, compiled) != INVENTORY_NONE &&
	       !inventory_locate(f->original, compiled, &root, &i);
}

static void add(struct finder *f, char *name, enum missed_how how)
{
	CLEANUP_FREE char *taken = name;
	size_t root, i, *at;
	bool is_new;

	if (inventory_find(f->layer, name) != INVENTORY_NONE || is_cache(name) ||
	    !inventory_locate(f->original, name, &root, &i) || is_sourceless(f, name) ||
	    f->original->roots[root].entries[i].type == ENTRY_OTHER)
		return;
	at = strmap_add(&f->seen, name, strlen(name), f->out->n, &is_new);
	if (is_new) {
		f->out->list =
			array_grow(f->out->list, f->out->n, &f->out->cap, sizeof(*f->out->list));
		f->out->list[f->out->n++] =
			(struct missed){.name = TAKE_PTR(taken), .root = root, .entry = i};
	}
	f->out->list[*at].how |= how;
}

/* --- forms of one module ---------------------------------------------------------------------- */

/* How early FileFinder takes this form of a module: 0 the package, 1 native, 2 source, 3 sourceless
 * bytecode, 4 a directory without __init__; -1: no form of a module. *stem is "pkg/mod". */
static int form_of(const char *name, bool directory, char **stem)
{
	static const char *const suffixes[] = {".so", ".py", ".pyc"};
	const char *base = path_base(name);
	size_t dir = (size_t)(base - name);

	*stem = NULL;
	if (directory) {
		*stem = xstrdup(name);
		return 4;
	}
	for (int k = 0; k < (int)ARRAY_SIZE(suffixes); k++)
		if (path_ends(base, suffixes[k])) {
			size_t n = strcspn(base, ".");

			if (n == strlen("__init__") && strncmp(base, "__init__", n) == 0 && dir) {
				*stem = xstrndup(name, dir - 1);
				return 0;
			}
			*stem = xasprintf("%.*s%.*s", (int)dir, name, (int)n, base);
			return k + 1;
		}
	return -1;
}

/* The witness asks for every form that a module could have; only the first that the original has
 * would have been loaded. What the original's run did use stays. */
static void drop_shadowed(struct finder *f)
{
	CLEANUP_STRMAP struct strmap best = {0};
	struct missed_list *l = f->out;
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t k = 0; k < l->n; k++) {
			struct missed *m = &l->list[k];
			const struct entry *ent = &f->original->roots[m->root].entries[m->entry];
			CLEANUP_FREE char *stem = NULL;
			int form = form_of(m->name, ent->type == ENTRY_DIR, &stem);
			size_t *at;

			if (pass == 0 && form >= 0) {
				at = strmap_add(&best, stem, strlen(stem), (size_t)form, NULL);
				if ((size_t)form < *at)
					*at = (size_t)form;
			}
			if (pass == 0)
				continue;
			at = form >= 0 ? strmap_find(&best, stem, strlen(stem)) : NULL;
			if (at && *at < (size_t)form && !(m->how & MISSED_USED))
				free(m->name);
			else
				l->list[n++] = *m;
		}
	l->n = n;
}

/* A directory of which something else is missed needs no word of its own: it comes with that. */
static void drop_parents(struct finder *f)
{
	CLEANUP_STRMAP struct strmap parents = {0};
	struct missed_list *l = f->out;
	size_t n = 0;

	for (size_t k = 0; k < l->n; k++)
		for (const char *p = strchr(l->list[k].name, '/'); p; p = strchr(p + 1, '/'))
			strmap_add(&parents, l->list[k].name, (size_t)(p - l->list[k].name), 0,
				   NULL);
	for (size_t k = 0; k < l->n; k++) {
		struct missed *m = &l->list[k];

		if (strmap_find(&parents, m->name, strlen(m->name)))
			free(m->name);
		else
			l->list[n++] = *m;
	}
	l->n = n;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct missed *)a)->name, ((const struct missed *)b)->name);
}

static void sort(struct missed_list *l)
{
	if (l->n)
		qsort(l->list, l->n, sizeof(*l->list), by_name);
}

void missed_find(const struct inventory *original, const struct inventory *layer,
		 const struct trace *was, char *const *asked, size_t n_asked,
		 struct missed_list *ret)
{
	struct finder f = {.original = original, .layer = &layer->roots[0], .out = ret};
	char *name;

	for (size_t k = 0; k < n_asked; k++)
		if ((name = name_of(original, asked[k])))
			add(&f, name, MISSED_ASKED);
	for (size_t k = 0; k < was->n_files; k++)
		if (!was->files[k].created && (name = name_of(original, was->files[k].path)))
			add(&f, name, MISSED_USED);
	strmap_free(&f.seen);
	drop_shadowed(&f);
	sort(ret);
	drop_parents(&f);
}

/* --- listings --------------------------------------------------------------------------------- */

/* How many names a directory of this root holds directly. */
static size_t count_names(const struct inventory_root *root, const char *dir)
{
	CLEANUP_FREE char *prefix = dir[0] ? xasprintf("%s/", dir) : xstrdup("");
	size_t len = strlen(prefix), n = 0;

	for (size_t i = inventory_lower_bound(root, prefix);
	     i < root->n_entries && strncmp(root->entries[i].path, prefix, len) == 0; i++)
		n += !strchr(root->entries[i].path + len, '/') &&
		     !is_cache(root->entries[i].path + len);
	return n;
}

static int by_listing(const void *a, const void *b)
{
	return strcmp(((const struct listing *)a)->name, ((const struct listing *)b)->name);
}

size_t missed_listings(const struct inventory *original, const struct inventory *layer,
		       char *const *listed, size_t n_listed, struct listing **ret)
{
	size_t n = 0, cap = 0;

	*ret = NULL;
	for (size_t k = 0; k < n_listed; k++)
		for (size_t r = 0; r < original->n_roots; r++) {
			const struct inventory_root *root = &original->roots[r];
			const char *below = path_below(listed[k], root->dir);
			struct listing one = {0};

			if (!below)
				continue;
			one.name = path_join(root->prefix, below);
			one.now = count_names(&layer->roots[0], one.name);
			one.was = count_names(root, below);
			if (one.now >= one.was) {
				free(one.name);
				continue;
			}
			*ret = array_grow(*ret, n, &cap, sizeof(**ret));
			(*ret)[n++] = one;
		}
	if (n)
		qsort(*ret, n, sizeof(**ret), by_listing);
	return n;
}

void missed_unite(struct missed_list *to, const struct missed_list *from)
{
	size_t n = 0;

	for (size_t k = 0; k < from->n; k++) {
		to->list = array_grow(to->list, to->n, &to->cap, sizeof(*to->list));
		to->list[to->n] = from->list[k];
		to->list[to->n++].name = xstrdup(from->list[k].name);
	}
	sort(to);
	for (size_t k = 0; k < to->n; k++) {
		struct missed *last = n ? &to->list[n - 1] : NULL;

		if (last && strcmp(last->name, to->list[k].name) == 0) {
			last->how |= to->list[k].how;
			free(to->list[k].name);
		} else {
			to->list[n++] = to->list[k];
		}
	}
	to->n = n;
}

void missed_free(struct missed_list *l)
{
	for (size_t k = 0; k < l->n; k++)
		free(l->list[k].name);
	free(l->list);
	*l = (struct missed_list){0};
}

char *missed_module(const struct inventory *original, const struct missed *m)
{
	const struct inventory_root *root = &original->roots[m->root];
	const struct entry *ent = &root->entries[m->entry];
	CLEANUP_FREE char *stem = NULL;
	int form = form_of(ent->path, ent->type == ENTRY_DIR, &stem);

	if (form < 0 || form == 4)
		return NULL;
	for (char *p = stem; *p; p++) {
		if (strchr(".- ", *p))
			return NULL;
		if (*p == '/')
			*p = '.';
	}
	return TAKE_PTR(stem);
}
