/* unimportable - modules that no workload can import in this environment.
 *
 * Their body imports, unconditionally and outside try, a top-level name that is nowhere, or
 * another such module; or a package above them is one. Only a name with no file at all counts as
 * missing: modules made at run time (six.moves), vendored ones and files put on sys.path have one
 * somewhere. A touched module was imported, or tried: it is not judged. */
#include "plan/closure.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

struct search {
	struct closure *c;
	struct strmap files;    /* base names up to the first '.', of everything under the roots */
	struct strmap provided; /* --provides, and what the runs used from elsewhere */
};

static void add_files(struct search *s)
{
	const struct inventory *inv = s->c->p->inv;

	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			const char *base = path_base(inv->roots[r].entries[i].path);

			strmap_add(&s->files, base, strcspn(base, "."), 0, NULL);
		}
}

static bool is_missing(const struct search *s, const char *name)
{
	size_t len = strcspn(name, ".");

	return len && !is_stdlib(name, len) && !strmap_find(&s->files, name, len) &&
	       !strmap_find(&s->provided, name, len);
}

/* Whether the fact runs whenever the module is imported. */
static bool is_unconditional(const struct fact *f)
{
	return f->flags == 0 && (f->kind == FACT_IMPORT || f->kind == FACT_FROM);
}

/* --- what depends on what --------------------------------------------------------------------- */

/* `module` fails, because of its line `line`, when the name whose first module holds this list
 * does. */
struct edge {
	size_t module, next;
	uint32_t line; /* 0: that is a package above it */
};

struct edges {
	size_t *heads; /* by first module of a name: index into list, or INVENTORY_NONE */
	struct edge *list;
	size_t n, cap;
};

static void add_edge(struct edges *e, size_t name, size_t module, uint32_t line)
{
	e->list = array_grow(e->list, e->n, &e->cap, sizeof(*e->list));
	e->list[e->n] = (struct edge){.module = module, .next = e->heads[name], .line = line};
	e->heads[name] = e->n++;
}

/* A module needs every package in the dotted name, and the module itself. */
static void depend_on(const struct closure *c, struct edges *e, size_t module, const char *name,
		      uint32_t line)
{
	for (const char *end = name;; end++) {
		size_t at;

		end += strcspn(end, ".");
		at = modules_find(&c->modules, name, (size_t)(end - name));
		if (at != INVENTORY_NONE && at != module)
			add_edge(e, at, module, line);
		if (!*end)
			return;
	}
}

static void depend_on_packages(const struct closure *c, struct edges *e, size_t module)
{
	const char *name = c->modules.list[module].name, *dot = strrchr(name, '.');
	CLEANUP_FREE char *parent = dot ? xstrndup(name, (size_t)(dot - name)) : NULL;

	if (parent)
		depend_on(c, e, module, parent, 0);
}

/* Notes what the module's imports need. The first one that fails by itself, or NULL. */
static const struct fact *look_at_imports(const struct search *s, struct edges *e, size_t module)
{
	const struct module *m = &s->c->modules.list[module];
	const struct facts *facts = closure_entry(s->c, m)->facts;

	/* What the scanner makes no sense of is not judged. */
	if (facts && facts->invalid)
		return NULL;
	for (size_t k = 0; facts && k < facts->n; k++) {
		const struct fact *f = &facts->list[k];
		const char *text =
			f->kind == FACT_FROM ? fact_module(facts, f) : fact_name(facts, f);
		CLEANUP_FREE char *name = NULL;

		if (!is_unconditional(f))
			continue;
		if (!f->level && is_missing(s, text))
			return f;
		name = absolute_name(m, f->level, text);
		if (name)
			depend_on(s->c, e, module, name, f->line);
	}
	return NULL;
}

/* Of several with one name (x.py and x.so) one may do. */
static bool name_fails(const struct closure *c, size_t first)
{
	bool any = false;

	for (size_t k = first; k != INVENTORY_NONE; k = c->modules.list[k].next) {
		if (!c->unimportable[k] && !c->modules.list[k].dir)
			return false;
		any |= c->unimportable[k];
	}
	return any;
}

struct queue {
	size_t *list;
	size_t n;
};

/* Because of its line `line`: a name that is nowhere, or another module (`by`). */
static void fail(struct closure *c, struct queue *q, size_t module, uint32_t line, const char *name,
		 const struct module *by)
{
	const struct module *m = &c->modules.list[module];

	if (c->unimportable[module] || m->dir || plan_kept(c->p, m->root, m->entry))
		return;
	c->unimportable[module] = true;
	q->list[q->n++] = module;
	plan_leave(c->p, LEFT_UNIMPORTABLE, m->root, m->entry, by ? by->root : 0,
		   by ? by->entry : INVENTORY_NONE, line, name);
}

/* The top-level name that an import asks for. */
static void fail_alone(struct closure *c, struct queue *q, size_t module, const struct fact *f)
{
	const struct facts *facts = closure_entry(c, &c->modules.list[module])->facts;
	const char *text = f->kind == FACT_FROM ? fact_module(facts, f) : fact_name(facts, f);
	CLEANUP_FREE char *top = xstrndup(text, strcspn(text, "."));

	fail(c, q, module, f->line, top, NULL);
}

static void find_all(const struct search *s, struct edges *e, struct queue *q)
{
	struct closure *c = s->c;

	for (size_t k = 0; k < c->modules.n; k++)
		e->heads[k] = INVENTORY_NONE;
	for (size_t k = 0; k < c->modules.n; k++) {
		const struct module *m = &c->modules.list[k];
		const struct fact *f;

		if (m->dir || plan_kept(c->p, m->root, m->entry))
			continue;
		depend_on_packages(c, e, k);
		f = look_at_imports(s, e, k);
		if (f)
			fail_alone(c, q, k, f);
	}
	for (size_t k = 0; k < q->n; k++) {
		const char *name = c->modules.list[q->list[k]].name;
		size_t first = modules_find(&c->modules, name, strlen(name));

		if (!name_fails(c, first))
			continue;
		for (size_t i = e->heads[first]; i != INVENTORY_NONE; i = e->list[i].next)
			fail(c, q, e->list[i].module, e->list[i].line, name,
			     &c->modules.list[q->list[k]]);
	}
}

/* Editable installs and .pth files bring names from outside that nothing here can list. */
static bool names_come_from_elsewhere(const struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];
			const char *base = path_base(ent->path);

			if (strncmp(base, "__editable__", 12) == 0 || strstr(base, ".egg-link"))
				return true;
			if (ent->text && strlen(base) > 4 &&
			    strcmp(base + strlen(base) - 4, ".pth") == 0 &&
			    (ent->text[0] == '/' || strstr(ent->text, "\n/") ||
			     strstr(ent->text, "..")))
				return true;
		}
	return false;
}

void unimportable_find(struct closure *c)
{
	CLEANUP_FREE size_t *heads = xcalloc(c->modules.n + 1, sizeof(*heads));
	CLEANUP_FREE size_t *failed = xcalloc(c->modules.n + 1, sizeof(*failed));
	struct search s = {.c = c};
	struct edges edges = {.heads = heads};
	struct queue queue = {.list = failed};

	c->unimportable = xcalloc(c->modules.n + 1, sizeof(*c->unimportable));
	if (!names_come_from_elsewhere(c->p) && !outside_names(c, &s.provided)) {
		add_files(&s);
		for (size_t k = 0; k < c->opt->n_provides; k++)
			strmap_add(&s.provided, c->opt->provides[k], strlen(c->opt->provides[k]), 0,
				   NULL);
		find_all(&s, &edges, &queue);
	}
	free(edges.list);
	strmap_free(&s.files);
	strmap_free(&s.provided);
}
