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

/* Whether a module of that name, or a package above it, is unimportable. */
static bool name_is_bad(const struct closure *c, const char *name)
{
	for (const char *end = name;; end++) {
		size_t at;

		end += strcspn(end, ".");
		at = modules_find(&c->modules, name, (size_t)(end - name));
		/* Of several with one name (x.py and x.so) one may do. */
		while (at != INVENTORY_NONE && (c->unimportable[at] || c->modules.list[at].dir))
			at = c->modules.list[at].next;
		if (at == INVENTORY_NONE) {
			at = modules_find(&c->modules, name, (size_t)(end - name));
			while (at != INVENTORY_NONE && !c->unimportable[at])
				at = c->modules.list[at].next;
			if (at != INVENTORY_NONE)
				return true;
		}
		if (!*end)
			return false;
	}
}

static bool fact_fails(const struct search *s, const struct module *m, const struct facts *facts,
		       const struct fact *f)
{
	const char *text = f->kind == FACT_FROM ? fact_module(facts, f) : fact_name(facts, f);
	CLEANUP_FREE char *name = NULL;

	if (!is_unconditional(f))
		return false;
	if (!f->level && is_missing(s, text))
		return true;
	name = absolute_name(m, f->level, text);
	return name && name_is_bad(s->c, name);
}

static bool parent_is_bad(const struct closure *c, const struct module *m)
{
	const char *dot = strrchr(m->name, '.');
	CLEANUP_FREE char *parent = dot ? xstrndup(m->name, (size_t)(dot - m->name)) : NULL;

	return parent && name_is_bad(c, parent);
}

static bool is_bad(const struct search *s, const struct module *m)
{
	const struct entry *ent = closure_entry(s->c, m);

	if (m->dir || plan_kept(s->c->p, m->root, m->entry))
		return false;
	if (parent_is_bad(s->c, m))
		return true;
	for (size_t k = 0; ent->facts && k < ent->facts->n; k++)
		if (fact_fails(s, m, ent->facts, &ent->facts->list[k]))
			return true;
	return false;
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
	struct search s = {.c = c};
	bool changed = !names_come_from_elsewhere(c->p);

	c->unimportable = xcalloc(c->modules.n + 1, sizeof(*c->unimportable));
	add_files(&s);
	for (size_t k = 0; k < c->opt->n_provides; k++)
		strmap_add(&s.provided, c->opt->provides[k], strlen(c->opt->provides[k]), 0, NULL);
	while (changed) {
		changed = false;
		for (size_t k = 0; k < c->modules.n; k++)
			if (!c->unimportable[k] && is_bad(&s, &c->modules.list[k]))
				changed = c->unimportable[k] = true;
	}
	strmap_free(&s.files);
	strmap_free(&s.provided);
}
