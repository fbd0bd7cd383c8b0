#include "plan/fit.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/scan.h"
#include "plan/shipped.h"
#include "plan/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A data file from this size on is a unit of its own. */
#define FILE_MIN ((uint64_t)256 << 10)
/* How often it is tried to take something back: each costs a whole decision. */
#define RETURNS_MAX 16

const char *const evidence_names[EVIDENCES] = {"package",         "data",   "name",
					       "function import", "import", "rule"};

uint64_t fit_bytes(const struct plan *p)
{
	uint64_t sum = 0;

	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (plan_ships(p, r, i))
				sum += plan_bytes(p, r, i);
	for (size_t k = 0; p->shipped && k < p->shipped->n_extra; k++)
		sum += p->shipped->extra[k].bytes;
	for (size_t k = 0; !p->shipped && k < p->n_rewrites; k++) {
		const struct rewrite *w = &p->rewrites[k];

		sum += w->len;
		sum -= p->inv->roots[w->root].entries[w->entry].size;
	}
	return sum;
}

/* --- evidence --------------------------------------------------------------------------------- */

/* Whether the import that a cause names stands in a function. */
static bool is_in_function(const struct plan *p, const struct cause *c)
{
	const struct facts *facts =
		c->entry == INVENTORY_NONE ? NULL : p->inv->roots[c->root].entries[c->entry].facts;

	for (size_t k = 0; facts && k < facts->n; k++)
		if (facts->list[k].line == c->line && facts->list[k].kind != FACT_STRING)
			return facts->list[k].flags & (FACT_FUNCTION | FACT_LAZY);
	return false;
}

static enum evidence evidence_of(const struct plan *p, size_t r, size_t i)
{
	const struct decision *d = &p->decisions[r][i];

	switch (d->main) {
	case REASON_RULE:
		return EVIDENCE_RULE;
	case REASON_IMPORT:
		return is_in_function(p, plan_cause(p, r, i, REASON_IMPORT)) ? EVIDENCE_FUNCTION
									     : EVIDENCE_IMPORT;
	case REASON_DATA:
		return EVIDENCE_DATA;
	case REASON_PACKAGE:
		return EVIDENCE_PACKAGE;
	default:
		return EVIDENCE_NAME;
	}
}

/* --- units ------------------------------------------------------------------------------------ */

struct units_found {
	struct given_up *list;
	size_t n, cap;
	struct strmap by_name; /* of distributions → index */
	size_t **of;           /* [root][entry] → index, or INVENTORY_NONE */
};

/* What a soft reason keeps; the rest follows (bytecode, metadata, libraries that a library needs)
 * when the plan is made anew. */
static bool may_go(const struct plan *p, size_t r, size_t i)
{
	const struct decision *d = &p->decisions[r][i];

	return d->reasons && (REASONS_SOFT & 1U << d->main) &&
	       p->inv->roots[r].entries[i].type != ENTRY_DIR;
}

static struct given_up *new_unit(struct units_found *u, char *name, bool is_file)
{
	u->list = array_grow(u->list, u->n, &u->cap, sizeof(*u->list));
	u->list[u->n] = (struct given_up){.name = name, .is_file = is_file};
	return &u->list[u->n++];
}

static size_t unit_of(const struct plan *p, struct units_found *u, size_t r, size_t i)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];
	bool library = ent->elf || path_ends(ent->path, ".so");
	CLEANUP_FREE char *package = NULL;
	size_t *at;
	bool is_new;

	if (library || (ent->size >= FILE_MIN && !path_ends(ent->path, ".py"))) {
		new_unit(u, xstrdup(ent->path), true);
		return u->n - 1;
	}
	package = summary_package(p, r, i);
	at = strmap_add(&u->by_name, package, strlen(package), u->n, &is_new);
	if (is_new)
		new_unit(u, TAKE_PTR(package), false);
	return *at;
}

static void add_entry(const struct plan *p, struct given_up *unit, size_t r, size_t i)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];
	enum evidence evidence = evidence_of(p, r, i);

	if (!unit->files || evidence > unit->evidence) {
		unit->evidence = evidence;
		unit->cause = *plan_cause(p, r, i, (enum reason)p->decisions[r][i].main);
		unit->root = r;
		unit->entry = i;
	}
	unit->files++;
	unit->bytes += ent->size;
}

/* Bytecode that is kept because its source is goes with that: it counts, but is not barred. */
static void add_bytecode(const struct plan *p, struct units_found *u, size_t r)
{
	const struct inventory_root *root = &p->inv->roots[r];

	for (size_t i = 0; i < root->n_entries; i++) {
		CLEANUP_FREE char *source = NULL;
		size_t at;

		if (!plan_kept(p, r, i) || p->decisions[r][i].main != REASON_PAIR)
			continue;
		source = bytecode_source(root->entries[i].path);
		at = source ? inventory_find(root, source) : INVENTORY_NONE;
		if (at == INVENTORY_NONE || u->of[r][at] == INVENTORY_NONE)
			continue;
		u->list[u->of[r][at]].files++;
		u->list[u->of[r][at]].bytes += root->entries[i].size;
	}
}

/* Who asks for something is needed at least as much. */
static bool raise_askers(const struct plan *p, struct units_found *u, size_t r)
{
	bool raised = false;

	for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
		const struct cause *c;
		size_t asker;

		if (u->of[r][i] == INVENTORY_NONE)
			continue;
		c = plan_cause(p, r, i, (enum reason)p->decisions[r][i].main);
		asker = c->entry == INVENTORY_NONE ? INVENTORY_NONE : u->of[c->root][c->entry];
		if (asker == INVENTORY_NONE ||
		    u->list[asker].evidence >= u->list[u->of[r][i]].evidence)
			continue;
		u->list[asker].evidence = u->list[u->of[r][i]].evidence;
		raised = true;
	}
	return raised;
}

static void find_units(const struct plan *p, struct units_found *u)
{
	u->of = xcalloc(p->inv->n_roots, sizeof(*u->of));
	for (size_t r = 0; r < p->inv->n_roots; r++) {
		u->of[r] = xcalloc(p->inv->roots[r].n_entries + 1, sizeof(**u->of));
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			u->of[r][i] = may_go(p, r, i) ? unit_of(p, u, r, i) : INVENTORY_NONE;
			if (u->of[r][i] != INVENTORY_NONE)
				add_entry(p, &u->list[u->of[r][i]], r, i);
		}
		add_bytecode(p, u, r);
	}
	for (bool raised = true; raised;) {
		raised = false;
		for (size_t r = 0; r < p->inv->n_roots; r++)
			raised |= raise_askers(p, u, r);
	}
}

static void units_found_free(const struct plan *p, struct units_found *u)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		free(u->of[r]);
	free(u->of);
	for (size_t k = 0; k < u->n; k++)
		free(u->list[k].name);
	free(u->list);
	strmap_free(&u->by_name);
}

/* The weakest, of these the largest, of these the first by name. */
static bool goes_before(const struct given_up *a, const struct given_up *b)
{
	if (a->evidence != b->evidence)
		return a->evidence < b->evidence;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes;
	return strcmp(a->name, b->name) < 0;
}

/* --- giving up -------------------------------------------------------------------------------- */

static void give_up(struct fit *f, const struct plan *p, struct units_found *u, size_t unit)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (u->of[r][i] == unit) {
				f->barred[r][i] = true;
				f->by[r][i] = f->next_id;
			}
	f->list = array_grow(f->list, f->n, &f->cap, sizeof(*f->list));
	f->list[f->n] = u->list[unit];
	f->list[f->n].id = f->next_id++;
	if (f->list[f->n].cause.text)
		f->list[f->n].cause.text = xstrdup(f->list[f->n].cause.text);
	f->list[f->n++].name = xstrdup(u->list[unit].name);
}

/* Gives up what is needed to come from `bytes` to the limit, as far as that can be foretold; false:
 * there is nothing. */
static bool give_up_enough(struct fit *f, const struct plan *p, uint64_t limit)
{
	struct units_found u = {0};
	CLEANUP_FREE bool *gone = NULL;
	uint64_t left = f->bytes;
	bool any = false;

	find_units(p, &u);
	gone = xcalloc(u.n + 1, sizeof(*gone));
	while (left > limit) {
		size_t best = INVENTORY_NONE;

		for (size_t k = 0; k < u.n; k++)
			if (!gone[k] &&
			    (best == INVENTORY_NONE || goes_before(&u.list[k], &u.list[best])))
				best = k;
		if (best == INVENTORY_NONE)
			break;
		give_up(f, p, &u, best);
		gone[best] = any = true;
		left -= u.list[best].bytes < left ? u.list[best].bytes : left;
	}
	units_found_free(p, &u);
	return any;
}

/* --- coming back ------------------------------------------------------------------------------ */

/* Bars or unbars what went with a unit. */
static void set_barred(struct fit *f, const struct inventory *inv, size_t id, bool barred)
{
	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++)
			if (f->by[r][i] == id)
				f->barred[r][i] = barred;
}

struct job {
	const struct trace *traces;
	size_t n_traces;
	const struct inventory *inv;
	struct plan_options opt;
	uint64_t limit;
};

static void remake(const struct job *j, struct fit *f, struct plan *p)
{
	plan_free(p);
	plan_make(j->traces, j->n_traces, j->inv, &j->opt, p);
	f->bytes = fit_bytes(p);
}

static void forget(struct fit *f, size_t k)
{
	free(f->list[k].name);
	free(f->list[k].cause.text);
	memmove(&f->list[k], &f->list[k + 1], (f->n - k - 1) * sizeof(*f->list));
	f->n--;
}

struct returning {
	bool *in;    /* of this attempt, by index into fit.list */
	bool *alone; /* too much, tried by itself */
	size_t n, most;
};

/* The strongest first (they were given up last), as many as there is room for and `most` allows. */
static void choose(const struct fit *f, uint64_t room, struct returning *t)
{
	t->n = 0;
	for (size_t k = f->n; k-- > 0;) {
		t->in[k] = !t->alone[k] && t->n < t->most && f->list[k].bytes <= room;
		if (!t->in[k])
			continue;
		room -= f->list[k].bytes;
		t->n++;
	}
}

static void set_all(struct fit *f, const struct inventory *inv, const struct returning *t,
		    bool barred)
{
	for (size_t k = 0; k < f->n; k++)
		if (t->in[k])
			set_barred(f, inv, f->list[k].id, barred);
}

static void forget_all(struct fit *f, const struct plan *p, struct returning *t)
{
	for (size_t k = f->n; k-- > 0;) {
		const struct given_up *g = &f->list[k];

		if (!t->in[k])
			continue;
		if (!plan_kept(p, g->root, g->entry)) {
			/* Who asked for it is still gone. */
			set_barred(f, p->inv, g->id, true);
			t->alone[k] = true;
			continue;
		}
		forget(f, k);
		memmove(&t->alone[k], &t->alone[k + 1], f->n - k);
	}
}

/* What came with them was too much: fewer the next time. */
static void fewer(const struct fit *f, struct returning *t)
{
	for (size_t k = 0; t->n == 1 && k < f->n; k++)
		t->alone[k] |= t->in[k];
	t->most = t->n == 1 ? SIZE_MAX : t->n / 2;
}

static void take_back(const struct job *j, struct fit *f, struct plan *p)
{
	CLEANUP_FREE bool *in = xcalloc(f->n + 1, sizeof(*in)), *alone = xcalloc(f->n + 1, 1);
	struct returning t = {.in = in, .alone = alone, .most = SIZE_MAX};
	uint64_t bytes = f->bytes;

	for (size_t tries = 0; tries < RETURNS_MAX; tries++) {
		choose(f, j->limit - bytes, &t);
		if (!t.n)
			break;
		set_all(f, j->inv, &t, false);
		remake(j, f, p);
		if (f->bytes <= j->limit) {
			bytes = f->bytes;
			forget_all(f, p, &t);
			continue;
		}
		set_all(f, j->inv, &t, true);
		fewer(f, &t);
	}
	if (f->bytes != bytes)
		remake(j, f, p);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void start(struct fit *f, const struct inventory *inv)
{
	f->n_roots = inv->n_roots;
	f->next_id = 1;
	f->barred = xcalloc(inv->n_roots, sizeof(*f->barred));
	f->by = xcalloc(inv->n_roots, sizeof(*f->by));
	for (size_t r = 0; r < inv->n_roots; r++) {
		f->barred[r] = xcalloc(inv->roots[r].n_entries + 1, sizeof(**f->barred));
		f->by[r] = xcalloc(inv->roots[r].n_entries + 1, sizeof(**f->by));
	}
}

int plan_fit(const struct trace *traces, size_t n_traces, const struct inventory *inv,
	     const struct plan_options *opt, uint64_t limit, struct fit *ret, struct plan *plan,
	     struct error *e)
{
	struct job j = {traces, n_traces, inv, *opt, limit};

	if (!ret->barred)
		start(ret, inv);
	j.opt.barred = (const bool *const *)ret->barred;
	remake(&j, ret, plan);
	while (ret->bytes > limit) {
		if (!give_up_enough(ret, plan, limit))
			return error_set(e, ENOSPC,
					 "what the runs touched, what belongs to it and what the "
					 "rules keep takes %" PRIu64 " bytes, %" PRIu64
					 " more than there is room for",
					 ret->bytes, ret->bytes - limit);
		remake(&j, ret, plan);
	}
	take_back(&j, ret, plan);
	return 0;
}

void fit_free(struct fit *f)
{
	for (size_t r = 0; f->barred && r < f->n_roots; r++) {
		free(f->barred[r]);
		free(f->by[r]);
	}
	free(f->barred);
	free(f->by);
	for (size_t k = 0; k < f->n; k++) {
		free(f->list[k].name);
		free(f->list[k].cause.text);
	}
	free(f->list);
	*f = (struct fit){0};
}
