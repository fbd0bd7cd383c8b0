#include "plan/plan.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/closure.h"

#include <string.h>

const char *const safety_names[SAFETIES] = {"static", "trace", "closure", "package", "all"};

const char *const reason_names[REASONS] = {
	"removed", "traced", "pair", "link", "elf",     "metadata", "import", "module", "name",
	"plugin",  "data",   "rule", "user", "package", "repaired", "static", "all",
};

bool plan_kept(const struct plan *p, size_t root, size_t i)
{
	return p->decisions[root][i].reasons != 0;
}

static size_t *causes_end(struct plan *p, struct decision *d)
{
	size_t *at = &d->causes;

	while (*at != INVENTORY_NONE)
		at = &p->causes[*at].next;
	return at;
}

static void add_cause(struct plan *p, struct decision *d, const struct cause *why)
{
	struct cause *c;

	p->causes = array_grow(p->causes, p->n_causes, &p->cap_causes, sizeof(*p->causes));
	c = &p->causes[p->n_causes];
	*c = *why;
	c->text = why->text ? xstrdup(why->text) : NULL;
	c->next = INVENTORY_NONE;
	*causes_end(p, d) = p->n_causes++;
}

static void begin(struct plan *p, size_t root, size_t i, enum reason reason)
{
	struct decision *d = &p->decisions[root][i];

	d->main = (uint8_t)reason;
	d->level = p->stage;
	p->changed = true;
	p->fresh = array_grow(p->fresh, p->n_fresh, &p->cap_fresh, sizeof(*p->fresh));
	p->fresh[p->n_fresh++] = i * p->inv->n_roots + root;
}

void plan_keep_at(struct plan *p, size_t root, size_t i, const struct cause *why)
{
	struct decision *d = &p->decisions[root][i];

	if (d->dropped || (d->reasons & (1u << why->reason)))
		return;
	if (p->barred && p->barred[root][i] && (REASONS_SOFT & 1U << why->reason))
		return;
	if (!d->reasons)
		begin(p, root, i, why->reason);
	d->reasons |= 1u << why->reason;
	add_cause(p, d, why);
}

void plan_leave(struct plan *p, enum left_why why, size_t root, size_t i, size_t by_root, size_t by,
		uint32_t line, const char *text)
{
	struct left *one;

	if (p->decisions[root][i].left[why])
		return;
	p->decisions[root][i].left[why] = true;
	p->left = array_grow(p->left, p->n_left, &p->cap_left, sizeof(*p->left));
	one = &p->left[p->n_left++];
	*one = (struct left){.why = why, .root = root, .entry = i};
	one->cause = (struct cause){.reason = REASON_IMPORT,
				    .root = by_root,
				    .entry = by,
				    .line = line,
				    .text = text ? xstrdup(text) : NULL,
				    .next = INVENTORY_NONE};
}

void plan_drop(struct plan *p, size_t root, size_t i, const struct cause *why)
{
	p->decisions[root][i].dropped = true;
	add_cause(p, &p->decisions[root][i], why);
}

void plan_keep(struct plan *p, size_t root, size_t i, enum reason reason, size_t cause_root,
	       size_t cause)
{
	plan_keep_at(p, root, i,
		     &(struct cause){.reason = reason, .root = cause_root, .entry = cause});
}

const struct cause *plan_cause(const struct plan *p, size_t root, size_t i, enum reason reason)
{
	for (size_t k = p->decisions[root][i].causes; k != INVENTORY_NONE; k = p->causes[k].next)
		if (p->causes[k].reason == reason)
			return &p->causes[k];
	return NULL;
}

bool plan_locate(const struct plan *p, const char *path, size_t *root, size_t *i)
{
	for (size_t r = 0; r < p->inv->n_roots; r++) {
		const char *below = path_below(path, p->inv->roots[r].dir);
		size_t at = below ? inventory_find(&p->inv->roots[r], below) : INVENTORY_NONE;

		if (at == INVENTORY_NONE)
			continue;
		*root = r;
		*i = at;
		return true;
	}
	return false;
}

/* A zip that the run itself read, to import from it: what it used in there cannot be seen. */
static void keep_archive(struct plan *p, const char *path)
{
	for (size_t r = 0; r < p->inv->n_roots; r++) {
		const struct inventory_root *root = &p->inv->roots[r];

		if (!root->zip || strcmp(root->dir, path) != 0)
			continue;
		for (size_t i = 0; i < root->n_entries; i++)
			plan_keep(p, r, i, REASON_TRACED, 0, INVENTORY_NONE);
	}
}

static void pass_traced(struct plan *p, const struct trace *t)
{
	for (size_t k = 0; k < t->n_files; k++) {
		const struct trace_file *f = &t->files[k];
		size_t root, i;

		if (f->created)
			continue;
		if (f->type == TRACE_TYPE_FILE) /* not the directory that it was unpacked to */
			keep_archive(p, f->path);
		if (!plan_locate(p, f->path, &root, &i))
			continue;
		plan_keep(p, root, i, REASON_TRACED, 0, INVENTORY_NONE);
		p->decisions[root][i].touched = true;
		p->decisions[root][i].listed |= (f->ops & TRACE_LIST) != 0;
		for (size_t q = 0; q < f->n_requested; q++)
			links_on_way(p, f->requested[q], root, i);
	}
}

/* What a run on the layer needed counts as what a run on the original touched. */
static void pass_repaired(struct plan *p)
{
	const struct repaired_list *l = p->repaired;

	for (size_t k = 0; l && k < l->n; k++)
		plan_keep_at(p, l->list[k].root, l->list[k].entry,
			     &(struct cause){.reason = REASON_REPAIRED,
					     .entry = INVENTORY_NONE,
					     .line = l->list[k].line,
					     .text = l->list[k].who});
}

static void pass_static(struct plan *p, bool all)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (all)
				plan_keep(p, r, i, REASON_ALL, 0, INVENTORY_NONE);
			else if (p->inv->roots[r].entries[i].type != ENTRY_DIR &&
				 !category_is_static(p->decisions[r][i].category))
				plan_keep(p, r, i, REASON_STATIC, 0, INVENTORY_NONE);
}

static void allocate(struct plan *p)
{
	const struct inventory *inv = p->inv;

	p->decisions = xcalloc(inv->n_roots, sizeof(*p->decisions));
	p->owner = xcalloc(inv->n_roots, sizeof(*p->owner));
	for (size_t r = 0; r < inv->n_roots; r++) {
		const struct inventory_root *root = &inv->roots[r];

		p->decisions[r] = xcalloc(root->n_entries, sizeof(**p->decisions));
		p->owner[r] = xcalloc(root->n_entries, sizeof(**p->owner));
		for (size_t i = 0; i < root->n_entries; i++) {
			p->decisions[r][i].category =
				(uint8_t)category_by_name(root->entries[i].path);
			p->decisions[r][i].causes = INVENTORY_NONE;
			p->owner[r][i] = INVENTORY_NONE;
		}
	}
}

/* The passes of every level from `trace` on; each may give the others work. */
static void base_passes(struct plan *p)
{
	pass_pairs(p);
	pass_links(p);
	pass_elf(p);
	pass_metadata(p);
}

static void settle(struct plan *p)
{
	do {
		p->changed = false;
		base_passes(p);
	} while (p->changed);
}

/* From strong evidence to weak: a pass has its turn when those before it find nothing more. */
static void close_over(struct closure *c)
{
	struct plan *p = c->p;

	do {
		p->changed = false;
		closure_drain(c);
		base_passes(p);
		if (!p->changed)
			pass_plugins(c);
		if (!p->changed)
			pass_modules(c);
		if (!p->changed)
			closure_release(c);
		if (!p->changed)
			pass_libraries(c);
		if (!p->changed)
			pass_rules(p);
		if (!p->changed)
			pass_data(c);
	} while (p->changed);
}

/* Whether a directory is a regular package of which nothing makes it one any more. */
static bool is_hollow(const struct plan *p, size_t r, size_t i)
{
	const struct inventory_root *root = &p->inv->roots[r];
	CLEANUP_FREE char *init = NULL;
	size_t at;

	if (root->entries[i].type != ENTRY_DIR || p->decisions[r][i].reasons != 1u << REASON_TRACED)
		return false;
	init = xasprintf("%s/__init__.py", root->entries[i].path);
	at = inventory_find(root, init);
	return at != INVENTORY_NONE && !plan_kept(p, r, at);
}

/* A run that walked through all of sys.path (pkgutil.iter_modules) listed packages that it did not
 * import. Kept as empty directories these would be namespace packages: `import x` would succeed
 * where the program counts on its failure. */
static void forget_hollow(struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (is_hollow(p, r, i)) {
				p->decisions[r][i].reasons = 0;
				p->decisions[r][i].main = REASON_NONE;
			}
}

/* Takes away what only a higher level than the chosen one keeps. */
static void cut(struct plan *p, enum safety safety)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			struct decision *d = &p->decisions[r][i];

			if (!d->reasons)
				d->level = SAFETY_ALL;
			if (d->level <= safety)
				continue;
			d->further = d->reasons;
			d->reasons = 0;
			d->main = REASON_NONE;
		}
}

/* Forgets of what was left out all that is kept, and of the rest what is nothing to decide. */
static void tidy_left(struct plan *p)
{
	size_t n = 0;

	for (size_t k = 0; k < p->n_left; k++)
		if (plan_kept(p, p->left[k].root, p->left[k].entry) ||
		    p->left[k].why == LEFT_PENDING)
			free(p->left[k].cause.text);
		else
			p->left[n++] = p->left[k];
	p->n_left = n;
}

/* --- what was left out, by entry -------------------------------------------------------------- */

static int compare_left(const struct left *a, size_t root, size_t i, enum left_why why)
{
	if (a->root != root)
		return a->root < root ? -1 : 1;
	if (a->entry != i)
		return a->entry < i ? -1 : 1;
	return a->why < why ? -1 : a->why > why;
}

static int by_entry(const void *a, const void *b, void *list)
{
	const struct left *left = list, *y = &left[*(const size_t *)b];

	return compare_left(&left[*(const size_t *)a], y->root, y->entry, y->why);
}

static void order_left(struct plan *p)
{
	p->left_order = xreallocarray(NULL, p->n_left + 1, sizeof(*p->left_order));
	for (size_t k = 0; k < p->n_left; k++)
		p->left_order[k] = k;
	qsort_r(p->left_order, p->n_left, sizeof(*p->left_order), by_entry, p->left);
}

const struct left *plan_left(const struct plan *p, size_t root, size_t i, enum left_why why)
{
	size_t from = 0, to = p->left_order ? p->n_left : 0;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const struct left *one = &p->left[p->left_order[middle]];
		int order = compare_left(one, root, i, why);

		if (order == 0)
			return one;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void decide(const struct trace *traces, size_t n_traces, const struct plan_options *opt,
		   struct plan *p)
{
	struct closure c;

	p->stage = SAFETY_TRACE;
	for (size_t k = 0; k < n_traces; k++)
		pass_traced(p, &traces[k]);
	pass_user(p, RULE_KEEP);
	pass_repaired(p);
	settle(p);
	closure_open(p, opt, traces, n_traces, &c);
	p->stage = SAFETY_CLOSURE;
	close_over(&c);
	tidy_left(p);
	closure_categorise(&c);
	p->stage = SAFETY_PACKAGE;
	pass_packages(&c);
	close_over(&c);
	closure_close(&c);
	forget_hollow(p);
	cut(p, opt->safety);
	order_left(p);
}

static void look(struct plan *p)
{
	allocate(p);
	dists_find(p);
}

void plan_survey_names(const struct inventory *inv, struct plan *ret)
{
	*ret = (struct plan){.inv = inv};
	look(ret);
}

void plan_survey_natives(struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (p->inv->roots[r].entries[i].elf)
				p->decisions[r][i].category =
					(uint8_t)categorise(&p->inv->roots[r].entries[i]);
}

void plan_survey(const struct inventory *inv, struct plan *ret)
{
	plan_survey_names(inv, ret);
	plan_survey_natives(ret);
}

void plan_make(const struct trace *traces, size_t n_traces, const struct inventory *inv,
	       const struct plan_options *opt, struct plan *ret)
{
	*ret = (struct plan){.inv = inv,
			     .safety = opt->safety,
			     .user = opt->user,
			     .builtin = opt->builtin,
			     .repaired = opt->repaired,
			     .barred = opt->barred};
	look(ret);
	plan_survey_natives(ret);
	pass_user(ret, RULE_DROP);
	if (!safety_needs_trace(opt->safety)) {
		ret->stage = (uint8_t)opt->safety;
		pass_static(ret, opt->safety == SAFETY_ALL);
		pass_user(ret, RULE_KEEP);
		pass_repaired(ret);
	} else {
		decide(traces, n_traces, opt, ret);
	}
	dists_rewrite(ret);
}

void plan_free(struct plan *p)
{
	dists_free(p);
	for (size_t r = 0; p->inv && r < p->inv->n_roots; r++) {
		free(p->decisions[r]);
		free(p->owner[r]);
	}
	for (size_t i = 0; i < p->n_rewrites; i++)
		free(p->rewrites[i].text);
	for (size_t i = 0; i < p->n_causes; i++)
		free(p->causes[i].text);
	for (size_t i = 0; i < p->n_left; i++)
		free(p->left[i].cause.text);
	free(p->left);
	free(p->left_order);
	free(p->fresh);
	free(p->causes);
	free(p->hits);
	free(p->decisions);
	free(p->owner);
	free(p->rewrites);
	strmap_free(&p->by_basename);
	*p = (struct plan){0};
}
