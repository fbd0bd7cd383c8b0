#include "plan/choices.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/shipped.h"

#include <string.h>

/* --- levels ----------------------------------------------------------------------------------- */

/* Whether a plan at that level keeps the entry. */
static bool keeps(const struct plan *p, enum safety safety, size_t r, size_t i)
{
	const struct decision *d = &p->decisions[r][i];
	uint32_t reasons = d->reasons | d->further;

	if (d->dropped || safety == SAFETY_ALL)
		return !d->dropped;
	if (safety == SAFETY_STATIC) /* the decision's category may say more than the rule list */
		return (reasons & (1U << REASON_USER | 1U << REASON_REPAIRED)) ||
		       !category_is_static(categorise(&p->inv->roots[r].entries[i]));
	return reasons && d->level <= safety;
}

static void add_file_to_level(struct level *ret, const char *path, uint64_t bytes)
{
	amount_add_bytes(&ret->kept, bytes);
	if (path_ends(path, ".pyc"))
		amount_add_bytes(&ret->kept_bytecode, bytes);
}

/* The plan of another level: its decisions and RECORDs, all else is the given one's. */
static void plan_at(const struct plan *p, enum safety safety, struct plan *ret)
{
	size_t roots = p->inv->n_roots;

	*ret = *p;
	ret->safety = safety;
	ret->shipped = NULL;
	ret->rewrites = NULL;
	ret->n_rewrites = 0;
	ret->decisions = xcalloc(roots + 1, sizeof(*ret->decisions));
	for (size_t r = 0; r < roots; r++) {
		size_t n = p->inv->roots[r].n_entries;

		ret->decisions[r] = xreallocarray(NULL, n + 1, sizeof(**ret->decisions));
		memcpy(ret->decisions[r], p->decisions[r], n * sizeof(**ret->decisions));
		for (size_t i = 0; i < n; i++)
			ret->decisions[r][i].reasons = keeps(p, safety, r, i);
	}
	dists_rewrite(ret);
}

static void plan_at_free(struct plan *at)
{
	for (size_t r = 0; r < at->inv->n_roots; r++)
		free(at->decisions[r]);
	for (size_t k = 0; k < at->n_rewrites; k++)
		free(at->rewrites[k].text);
	free(at->decisions);
	free(at->rewrites);
}

static void add_level(const struct plan *p, struct level *ret)
{
	ret->known = true;
	for (size_t k = 0; p->shipped && k < p->shipped->n_extra; k++)
		add_file_to_level(ret, p->shipped->extra[k].path, p->shipped->extra[k].bytes);
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];

			if (ent->type != ENTRY_DIR && ent->type != ENTRY_OTHER &&
			    plan_ships(p, r, i))
				add_file_to_level(ret, ent->path, plan_bytes(p, r, i));
		}
	for (size_t k = 0; !p->shipped && k < p->n_rewrites; k++) {
		const struct rewrite *w = &p->rewrites[k];

		ret->kept.bytes += w->len;
		ret->kept.bytes -= p->inv->roots[w->root].entries[w->entry].size;
	}
}

/* --- levers ----------------------------------------------------------------------------------- */

static void add(struct choices *c, const struct lever *one)
{
	c->levers = array_grow(c->levers, c->n_levers, &c->cap_levers, sizeof(*c->levers));
	c->levers[c->n_levers++] = *one;
}

/* A file, and if it is a source the bytecode that goes with it (which a rule about it is about
 * too): as far as it is kept now, or not. */
static void measure(const struct plan *p, struct lever *one)
{
	const struct inventory_root *root = &p->inv->roots[one->root];
	const struct entry *ent = &root->entries[one->entry];
	bool kept = plan_kept(p, one->root, one->entry);
	CLEANUP_FREE char *dir = path_dir(ent->path), *cache = path_join(dir, "__pycache__/");
	size_t n = strlen(cache);

	one->files = 1;
	one->bytes = ent->size;
	one->path = ent->path;
	if (!path_ends(ent->path, ".py"))
		return;
	for (size_t i = inventory_lower_bound(root, cache);
	     i < root->n_entries && strncmp(root->entries[i].path, cache, n) == 0; i++) {
		CLEANUP_FREE char *source = bytecode_source(root->entries[i].path);

		if (!source || strcmp(source, ent->path) != 0 || plan_kept(p, one->root, i) != kept)
			continue;
		one->files++;
		one->bytes += root->entries[i].size;
	}
}

static void add_file(struct choices *c, enum lever_kind kind, size_t r, size_t i,
		     const struct cause *cause)
{
	struct lever one = {.kind = kind, .root = r, .entry = i, .dist = INVENTORY_NONE};

	/* Bytecode goes with its source. */
	if (path_ends(c->plan->inv->roots[r].entries[i].path, ".pyc"))
		return;
	one.cause = cause;
	measure(c->plan, &one);
	if (one.bytes < LEVER_MIN)
		return;
	one.path = xstrdup(one.path);
	add(c, &one);
}

/* Kept by level closure or package: no run touched it, and the user has not asked for it. */
static bool is_extra(const struct decision *d)
{
	return d->reasons && (d->level == SAFETY_CLOSURE || d->level == SAFETY_PACKAGE);
}

static void find_files(struct choices *c)
{
	const struct plan *p = c->plan;

	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct decision *d = &p->decisions[r][i];
			bool left = d->left[LEFT_OPTIONAL] || d->left[LEFT_FAR];

			if (p->inv->roots[r].entries[i].type == ENTRY_DIR || d->dropped)
				continue;
			if (is_extra(d))
				add_file(c, LEVER_DROP, r, i,
					 plan_cause(p, r, i, (enum reason)d->main));
			else if (!d->reasons && d->further && !left)
				add_file(c, LEVER_HIGHER, r, i, &p->causes[d->causes]);
		}
}

static void find_left(struct choices *c)
{
	const struct plan *p = c->plan;

	for (size_t k = 0; k < p->n_left; k++) {
		const struct left *one = &p->left[k];
		const struct decision *d = &p->decisions[one->root][one->entry];

		if (d->reasons || d->dropped)
			continue;
		if (one->why == LEFT_OPTIONAL)
			add_file(c, LEVER_OPTIONAL, one->root, one->entry, &one->cause);
		else if (one->why == LEFT_FAR && !d->left[LEFT_OPTIONAL])
			add_file(c, LEVER_FAR, one->root, one->entry, &one->cause);
	}
}

/* The top-level name of a distribution that holds most of its bytes, as a path with '/' at the end
 * of a directory, and what a rule that names it would add. */
static void measure_dist(const struct plan *p, size_t k, struct lever *one)
{
	const struct dist *d = &p->dists[k];
	const struct inventory_root *root = &p->inv->roots[d->root];
	CLEANUP_STRMAP struct strmap tops = {0};
	size_t best = INVENTORY_NONE;

	for (size_t f = 0; f < d->n_files; f++) {
		const struct entry *ent = &root->entries[d->files[f]];
		const char *below = d->base[0] ? path_below(ent->path, d->base) : ent->path;
		size_t len = below ? strcspn(below, "/") : 0, *sum;

		if (!len || ent->type == ENTRY_DIR || path_below(ent->path, d->dir))
			continue;
		len += below[len] == '/';
		len += (size_t)(below - ent->path);
		sum = strmap_add(&tops, ent->path, len, 0, NULL);
		*sum += ent->size;
		if (best == INVENTORY_NONE || *sum > one->bytes) {
			best = d->files[f];
			one->bytes = *sum;
			free(one->path);
			one->path = xstrndup(ent->path, len);
		}
	}
	for (size_t f = 0; one->path && f < d->n_files; f++)
		one->files +=
			strncmp(root->entries[d->files[f]].path, one->path, strlen(one->path)) == 0;
}

static bool is_used(const struct plan *p, const struct dist *d)
{
	for (size_t f = 0; f < d->n_files; f++)
		if (plan_kept(p, d->root, d->files[f]) ||
		    p->decisions[d->root][d->files[f]].dropped)
			return true;
	return false;
}

static bool was_requested(const struct plan *p, const struct dist *d)
{
	CLEANUP_FREE char *path = path_join(d->dir, "REQUESTED");

	return inventory_find(&p->inv->roots[d->root], path) != INVENTORY_NONE;
}

/* The first import that leads into each distribution from outside of what may be entered. */
static const struct cause **find_importers(const struct plan *p)
{
	const struct cause **by = xcalloc(p->n_dists + 1, sizeof(*by));

	for (size_t k = 0; k < p->n_left; k++) {
		size_t owner = p->owner[p->left[k].root][p->left[k].entry];

		if (p->left[k].why == LEFT_OUTSIDE && owner != INVENTORY_NONE && !by[owner])
			by[owner] = &p->left[k].cause;
	}
	return by;
}

static void find_dists(struct choices *c)
{
	const struct plan *p = c->plan;
	CLEANUP_FREE const struct cause **importers = find_importers(p);

	for (size_t k = 0; k < p->n_dists; k++) {
		struct lever one = {.kind = LEVER_DIST,
				    .root = p->dists[k].root,
				    .entry = INVENTORY_NONE,
				    .dist = k,
				    .cause = importers[k]};

		if (is_used(p, &p->dists[k]) || (!importers[k] && !was_requested(p, &p->dists[k])))
			continue;
		measure_dist(p, k, &one);
		if (one.bytes >= LEVER_MIN)
			add(c, &one);
		else
			free(one.path);
	}
}

static int compare(const void *a, const void *b)
{
	const struct lever *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* Sorts, and forgets what is far down its list. */
static void tidy(struct choices *c)
{
	size_t n = 0, of_kind[LEVERS] = {0};

	if (c->n_levers)
		qsort(c->levers, c->n_levers, sizeof(*c->levers), compare);
	for (size_t k = 0; k < c->n_levers; k++)
		if (of_kind[c->levers[k].kind]++ < LEVERS_LISTED)
			c->levers[n++] = c->levers[k];
		else
			free(c->levers[k].path);
	c->n_levers = n;
}

/* --- the whole -------------------------------------------------------------------------------- */

struct surveyor {
	level_survey *survey;
	void *ctx;
};

static void find_level(const struct plan *p, enum safety safety, const struct surveyor *by,
		       struct level *ret)
{
	CLEANUP_SHIPPED struct shipped shipped = {0};
	struct plan at;

	plan_at(p, safety, &at);
	ret->exact = false;
	if (!by->survey) {
		add_level(&at, ret);
	} else if (by->survey(by->ctx, &at, &shipped, &ret->exact)) {
		at.shipped = shipped.entries ? &shipped : NULL;
		add_level(&at, ret);
	}
	plan_at_free(&at);
}

/* `traced` is a plan of some level between static and all, where there are traces. */
static void find_levels(struct choices *c, const struct plan *traced, const struct surveyor *by)
{
	for (int s = 0; s < SAFETIES; s++) {
		bool needs_trace = safety_needs_trace((enum safety)s);

		if (needs_trace && !safety_needs_trace(traced->safety))
			continue;
		if (s != (int)c->plan->safety || c->plan->barred) {
			find_level(needs_trace ? traced : c->plan, (enum safety)s, by,
				   &c->levels[s]);
			continue;
		}
		c->levels[s].exact = true;
		add_level(c->plan, &c->levels[s]);
	}
}

void choices_make(const struct plan *p, const struct trace *traces, size_t n_traces,
		  const struct plan_options *opt, level_survey *survey, void *ctx,
		  struct choices *ret)
{
	const struct surveyor by = {survey, ctx};
	CLEANUP_PLAN struct plan other = {0};
	struct plan_options closure = *opt;

	*ret = (struct choices){.plan = p};
	closure.safety = SAFETY_CLOSURE;
	closure.barred = NULL;
	if (n_traces && (p->barred || !safety_needs_trace(p->safety))) {
		plan_make(traces, n_traces, p->inv, &closure, &other);
		find_levels(ret, &other, &by);
	} else {
		find_levels(ret, p, &by);
	}
	if (!safety_needs_trace(p->safety))
		return;
	find_files(ret);
	find_left(ret);
	find_dists(ret);
	tidy(ret);
}

void choices_free(struct choices *c)
{
	for (size_t k = 0; k < c->n_levers; k++)
		free(c->levers[k].path);
	free(c->levers);
	*c = (struct choices){0};
}
