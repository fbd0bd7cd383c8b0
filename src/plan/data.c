/* data - modules and data files that nothing names, but that the kept code probably reads.
 *
 * `module`: the other importable sources of touched distributions, and of those with a kept native
 * module, in which no scanner looks for imports; source is cheap, and a program reaches its own
 * modules in more ways than a scanner sees. `data`: small files in a
 * directory with live modules, small directories of data beside these, files beside one that a
 * run read (locales, encodings), their like in parallel directories (en/LC_MESSAGES/x.mo,
 * de/LC_MESSAGES/x.mo), and all of a data directory that a run listed: then the names are the
 * answer. */
#include "plan/closure.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

/* A sibling of touched data may be larger, but not out of proportion. */
#define SIBLING_MAX ((uint64_t)4 << 20)
/* More than this side by side: what a run read does not make it wanted. */
#define SIBLINGS_MAX ((uint64_t)8 << 20)
/* A directory of data beside live modules is kept up to this size as a whole. */
#define DIR_SMALL ((uint64_t)1 << 20)

static bool is_source(const struct module *m, const struct entry *ent)
{
	return !m->dir && !m->native && ent->type == ENTRY_FILE;
}

/* Whether the classic lists would delete it. Build tools that a run used are what it is about. */
static bool is_junk(const struct decision *d)
{
	return category_is_static((enum category)d->category) &&
	       d->category != CATEGORY_BUILD_TOOLS;
}

void pass_modules(struct closure *c)
{
	note_native(c);
	for (size_t k = 0; k < c->modules.n; k++) {
		const struct module *m = &c->modules.list[k];
		const struct decision *d = &c->p->decisions[m->root][m->entry];
		size_t unit = c->units.of[m->root][m->entry];

		if ((c->units.list[unit].touched || c->units.list[unit].native) &&
		    is_source(m, closure_entry(c, m)) && closure_entry(c, m)->size <= SOURCE_MAX &&
		    !c->unimportable[k] && !is_junk(d))
			plan_keep(c->p, m->root, m->entry, REASON_MODULE, c->units.list[unit].root,
				  c->units.list[unit].by);
	}
}

/* --- data ------------------------------------------------------------------------------------- */

struct data {
	struct closure *c;
	struct strmap live;  /* directories with a kept module → its entry */
	struct strmap read;  /* "dir\0suffix" of data that a run read → its entry */
	struct strmap alike; /* path with one component starred → a data file that a run read */
	struct strmap sums;  /* as `read` → bytes of all data there */
};

/* x.po beside x.mo: programs read the compiled one. */
static bool is_compiled(const struct inventory_root *root, const char *path)
{
	CLEANUP_FREE char *made = NULL;

	if (!path_ends(path, ".po"))
		return false;
	made = xasprintf("%.*s.mo", (int)(strlen(path) - strlen(".po")), path);
	return inventory_find(root, made) != INVENTORY_NONE;
}

bool is_data(const struct closure *c, size_t r, size_t i)
{
	const struct inventory_root *root = &c->p->inv->roots[r];
	const struct entry *ent = &root->entries[i];

	return ent->type == ENTRY_FILE && c->modules.at[r][i] == INVENTORY_NONE && !ent->elf &&
	       c->p->decisions[r][i].category == CATEGORY_DATA && !is_compiled(root, ent->path);
}

static char *dir_key(size_t r, const char *path)
{
	return xasprintf("%zu:%.*s", r, (int)(path_base(path) - path), path);
}

static char *sibling_key(size_t r, const char *path)
{
	const char *base = path_base(path), *dot = strrchr(base, '.');

	return xasprintf("%zu:%.*s*%s", r, (int)(base - path), path, dot ? dot : "");
}

/* The path with its k-th directory replaced by '*'; NULL when it has not that many. */
static char *alike_key(size_t r, const char *path, size_t k)
{
	const char *s = path, *end;

	while (k-- && s) {
		s = strchr(s, '/');
		s = s ? s + 1 : NULL;
	}
	end = s ? strchr(s, '/') : NULL;
	return end ? xasprintf("%zu:%.*s*%s", r, (int)(s - path), path, end) : NULL;
}

static void add_key(struct strmap *map, char *key, size_t value)
{
	strmap_add(map, key, strlen(key), value, NULL);
	free(key);
}

static void note_read(struct data *d, size_t r, size_t i)
{
	const char *path = d->c->p->inv->roots[r].entries[i].path;
	char *key;

	add_key(&d->read, sibling_key(r, path), i);
	for (size_t k = 1; (key = alike_key(r, path, k)); k++)
		add_key(&d->alike, key, i);
}

static void add_size(struct data *d, size_t r, const struct entry *ent)
{
	CLEANUP_FREE char *key = sibling_key(r, ent->path);

	*strmap_add(&d->sums, key, strlen(key), 0, NULL) += ent->size;
}

static void note(struct data *d)
{
	const struct plan *p = d->c->p;

	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];
			size_t module = d->c->modules.at[r][i];

			if (is_data(d->c, r, i))
				add_size(d, r, ent);
			if (!plan_kept(p, r, i) || ent->type == ENTRY_DIR)
				continue;
			if (module != INVENTORY_NONE)
				add_key(&d->live, dir_key(r, ent->path), i);
			else if (is_data(d->c, r, i) &&
				 (p->decisions[r][i].reasons & (1U << REASON_TRACED)))
				note_read(d, r, i);
		}
}

static size_t found(const struct strmap *map, char *key)
{
	const size_t *at = strmap_find(map, key, strlen(key));

	free(key);
	return at ? *at : INVENTORY_NONE;
}

/* The touched file that this one stands beside, or is alike in a parallel directory. */
static size_t sibling_of(const struct data *d, size_t r, const struct entry *ent)
{
	size_t at = found(&d->read, sibling_key(r, ent->path));
	char *key;

	if (at != INVENTORY_NONE && found(&d->sums, sibling_key(r, ent->path)) > SIBLINGS_MAX)
		at = INVENTORY_NONE;
	for (size_t k = 1; at == INVENTORY_NONE && (key = alike_key(r, ent->path, k)); k++)
		at = found(&d->alike, key);
	return at;
}

static bool is_listed_data(const struct data *d, size_t r, const struct entry *ent, size_t *dir)
{
	const struct inventory_root *root = &d->c->p->inv->roots[r];
	CLEANUP_FREE char *parent = path_dir(ent->path);

	*dir = parent[0] ? inventory_find(root, parent) : INVENTORY_NONE;
	return *dir != INVENTORY_NONE && d->c->p->decisions[r][*dir].listed &&
	       found(&d->live, dir_key(r, ent->path)) == INVENTORY_NONE;
}

/* --- directories of data beside modules -------------------------------------------------------- */

/* The end of what lies below a directory, and the sum of its data; false where there are modules. */
static bool measure(const struct closure *c, size_t r, size_t dir, size_t *first, size_t *end,
		    uint64_t *sum)
{
	const struct inventory_root *root = &c->p->inv->roots[r];
	CLEANUP_FREE char *prefix = xasprintf("%s/", root->entries[dir].path);
	size_t n = strlen(prefix), i = *first = inventory_lower_bound(root, prefix);

	for (*sum = 0; i < root->n_entries && *sum <= DIR_SMALL &&
		       strncmp(root->entries[i].path, prefix, n) == 0;
	     i++) {
		if (is_data(c, r, i))
			*sum += root->entries[i].size;
		else if (root->entries[i].type == ENTRY_FILE &&
			 c->modules.at[r][i] != INVENTORY_NONE)
			return false;
	}
	*end = i;
	return true;
}

/* Templates, themes, stylesheets, schemas: a directory without modules, not large as a whole,
 * that stands beside live ones. */
static void decide_dir(const struct data *d, size_t r, size_t dir)
{
	const struct entry *ent = &d->c->p->inv->roots[r].entries[dir];
	size_t cause = found(&d->live, dir_key(r, ent->path)), first, end;
	uint64_t sum;

	if (cause == INVENTORY_NONE || !measure(d->c, r, dir, &first, &end, &sum) ||
	    sum > DIR_SMALL)
		return;
	for (size_t i = first; i < end; i++)
		if (is_data(d->c, r, i))
			plan_keep(d->c->p, r, i, REASON_DATA, r, cause);
}

static void decide(const struct data *d, size_t r, size_t i)
{
	struct plan *p = d->c->p;
	const struct entry *ent = &p->inv->roots[r].entries[i];
	size_t cause = INVENTORY_NONE;

	if (ent->size <= DATA_SMALL)
		cause = found(&d->live, dir_key(r, ent->path));
	if (cause == INVENTORY_NONE && ent->size <= SIBLING_MAX)
		cause = sibling_of(d, r, ent);
	if (cause != INVENTORY_NONE || is_listed_data(d, r, ent, &cause))
		plan_keep(p, r, i, REASON_DATA, r, cause);
}

void pass_data(struct closure *c)
{
	struct data d = {.c = c};

	note(&d);
	for (size_t r = 0; r < c->p->inv->n_roots; r++)
		for (size_t i = 0; i < c->p->inv->roots[r].n_entries; i++)
			if (c->p->inv->roots[r].entries[i].type == ENTRY_DIR)
				decide_dir(&d, r, i);
			else if (!plan_kept(c->p, r, i) && is_data(c, r, i))
				decide(&d, r, i);
	strmap_free(&d.live);
	strmap_free(&d.read);
	strmap_free(&d.alike);
	strmap_free(&d.sums);
}

/* --- level package ---------------------------------------------------------------------------- */

void pass_packages(struct closure *c)
{
	for (size_t r = 0; r < c->p->inv->n_roots; r++)
		for (size_t i = 0; i < c->p->inv->roots[r].n_entries; i++) {
			const struct unit *unit = &c->units.list[c->units.of[r][i]];
			enum category category = (enum category)c->p->decisions[r][i].category;

			if (c->p->inv->roots[r].entries[i].type != ENTRY_DIR &&
			    (unit->touched || (unit->allowed && unit->dist != INVENTORY_NONE)) &&
			    (!category_is_static(category) || category == CATEGORY_BYTECODE))
				plan_keep(c->p, r, i, REASON_PACKAGE, unit->root, unit->by);
		}
}
