/* What stands behind a reason: the line of source, the process, what --provides would change. */
#include "cmd/explain.h"

#include "base/mem.h"
#include "base/path.h"
#include "layer/content.h"
#include "plan/scan.h"
#include "trace/tracefile.h"

#include <string.h>

#define SOURCE_MAX ((size_t)64 << 20) /* bytes of a source whose line is shown */
#define LINE_SHOWN 200
/* Names of --provides that are tried for one path: each costs a whole decision. */
#define PROVIDES_MAX 16

/* --- lines ------------------------------------------------------------------------------------ */

static const char *find_line(const char *s, uint32_t line)
{
	for (uint32_t k = 1; s && k < line; k++) {
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	return s;
}

char *evidence_line(const struct case_file *c, size_t root, size_t i, uint32_t line)
{
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_ERROR struct error e = {0};
	const struct inventory_root *in = &c->inv.roots[root];
	const char *s;
	size_t n;

	if (!line || content_read(in, &in->entries[i], SOURCE_MAX, &text, &e) < 0)
		return NULL;
	s = find_line(text.data, line);
	if (!s)
		return NULL;
	s += strspn(s, " \t\f");
	n = strcspn(s, "\r\n");
	return xstrndup(s, n < LINE_SHOWN ? n : LINE_SHOWN);
}

char *evidence_source(const struct case_file *c, const struct chain_step *step)
{
	const struct cause *why = step->cause;

	if (why->reason == REASON_RULE || why->reason == REASON_USER ||
	    why->entry == INVENTORY_NONE)
		return NULL;
	return evidence_line(c, why->root, why->entry, why->line);
}

/* --- processes -------------------------------------------------------------------------------- */

/* The last one of that number among the first `before`: parents come first. */
static size_t find_process(const struct trace *t, int32_t pid, size_t before)
{
	while (before-- > 0)
		if (t->processes[before].pid == pid)
			return before;
	return SIZE_MAX;
}

const char *evidence_exe(const struct trace *t, int32_t pid)
{
	/* A child that executed nothing is what its parent is. */
	for (size_t k = find_process(t, pid, t->n_processes); k != SIZE_MAX;
	     k = find_process(t, t->processes[k].parent, k))
		if (t->processes[k].exe)
			return t->processes[k].exe;
	return "?";
}

int32_t evidence_parent(const struct trace *t, int32_t pid)
{
	size_t k = find_process(t, pid, t->n_processes);

	if (k == SIZE_MAX || find_process(t, t->processes[k].parent, k) == SIZE_MAX)
		return 0;
	return t->processes[k].parent;
}

bool evidence_touch(const struct case_file *c, size_t k, size_t root, size_t i, struct touch *ret)
{
	const struct inventory_root *r = &c->inv.roots[root];
	CLEANUP_FREE char *path = path_join(r->dir, r->entries[i].path);
	const struct trace_file *f = trace_find(&c->traces.list[k], path);

	if (!f || f->created)
		return false;
	*ret = (struct touch){c->in->keep[k], &c->traces.list[k], f};
	return true;
}

/* --- what the target has beside the layer ----------------------------------------------------- */

const struct fact *evidence_provided(const struct case_file *c, size_t root, size_t i)
{
	const struct facts *facts = c->inv.roots[root].entries[i].facts;
	const struct plan_options *opt = &c->in->plan;

	for (size_t k = 0; facts && k < facts->n; k++) {
		const struct fact *f = &facts->list[k];
		const char *name =
			f->kind == FACT_FROM ? fact_module(facts, f) : fact_name(facts, f);
		size_t len = strcspn(name, ".");

		if (f->flags || f->level || (f->kind != FACT_IMPORT && f->kind != FACT_FROM))
			continue;
		for (size_t q = 0; q < opt->n_provides; q++)
			if (strlen(opt->provides[q]) == len &&
			    memcmp(opt->provides[q], name, len) == 0)
				return f;
	}
	return NULL;
}

/* The name that is nowhere and because of which the entry cannot be imported; NULL: it can be. */
static char *missing_name(const struct plan *p, size_t root, size_t i)
{
	CLEANUP_CHAIN struct chain chain;
	const struct cause *last;

	chain_unimportable(p, root, i, &chain);
	last = chain.n ? chain.list[chain.n - 1].cause : NULL;
	return last && last->entry == INVENTORY_NONE ? xstrdup(last->text) : NULL;
}

/* Plans anew with these names; whether the entry is then kept, else the next name that it wants. */
static bool kept_with(const struct case_file *c, char *const *names, size_t n, size_t root,
		      size_t i, char **next)
{
	CLEANUP_PLAN struct plan p = {0};
	struct plan_options opt = c->in->plan;
	CLEANUP_FREE const char **all = xcalloc(opt.n_provides + n + 1, sizeof(*all));

	for (size_t k = 0; k < opt.n_provides; k++)
		all[k] = opt.provides[k];
	for (size_t k = 0; k < n; k++)
		all[opt.n_provides + k] = names[k];
	opt.n_provides += n;
	opt.provides = all;
	plan_make(c->traces.list, c->traces.n, &c->inv, &opt, &p);
	*next = missing_name(&p, root, i);
	return plan_kept(&p, root, i);
}

void evidence_provides(const struct case_file *c, size_t root, size_t i, struct buf *out)
{
	char *names[PROVIDES_MAX] = {0}, *next = missing_name(&c->plan, root, i);
	bool kept = false;
	size_t n = 0;

	while (next && !kept && n < PROVIDES_MAX) {
		names[n++] = TAKE_PTR(next);
		kept = kept_with(c, names, n, root, i, &next);
	}
	free(next);
	for (size_t k = 0; k < n; k++) {
		if (kept)
			buf_addf(out, "%s%s", k ? "," : "", names[k]);
		free(names[k]);
	}
}

const struct repaired *evidence_repaired(const struct case_file *c, size_t root, size_t i)
{
	for (size_t k = 0; k < c->other.n; k++)
		if (c->other.list[k].root == root && c->other.list[k].entry == i)
			return &c->other.list[k];
	return NULL;
}

bool evidence_applies(const struct case_file *c, const struct cause *why)
{
	if (why->reason == REASON_PACKAGE)
		return c->plan.safety == SAFETY_PACKAGE;
	return c->plan.safety != SAFETY_TRACE || !(REASONS_SOFT & 1U << why->reason);
}

enum safety evidence_level(const struct case_file *c, size_t root, size_t i)
{
	const struct decision *d = &c->plan.decisions[root][i];

	return d->further && !d->dropped ? (enum safety)d->level : SAFETY_ALL;
}
