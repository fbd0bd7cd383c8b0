#include "plan/modules.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

/* --- directories of sys.path ------------------------------------------------------------------ */

struct bases {
	char **list;
	size_t n, cap;
};

static void add_base(struct bases *b, char *path)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->list[i], path) == 0) {
			free(path);
			return;
		}
	b->list = array_grow(b->list, b->n, &b->cap, sizeof(*b->list));
	b->list[b->n++] = path;
}

/* The directories that a *.pth file names (site.addpackage): lines that are no import. */
static void add_pth(const struct inventory_root *root, const struct entry *ent, struct bases *b)
{
	CLEANUP_FREE char *dir = path_dir(ent->path);
	CLEANUP_FREE char *full = path_join(root->dir, dir);
	const char *p = ent->text, *end = p + ent->text_len;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);
		CLEANUP_FREE char *line = xstrndup(p, len);
		CLEANUP_FREE char *joined = NULL, *clean = NULL;
		const char *below;

		p = eol ? eol + 1 : end;
		line[strcspn(line, "\r")] = '\0';
		if (!line[0] || line[0] == '#' || strncmp(line, "import", 6) == 0)
			continue;
		joined = path_join(full, line);
		clean = path_clean(joined);
		below = path_below(clean, root->dir);
		if (below && below[0] && inventory_find(root, below) != INVENTORY_NONE)
			add_base(b, xstrdup(below));
	}
}

static void find_bases(const struct plan *p, size_t r, struct bases *b)
{
	const struct inventory_root *root = &p->inv->roots[r];

	for (size_t k = 0; k < p->n_dists; k++)
		if (p->dists[k].root == r)
			add_base(b, xstrdup(p->dists[k].base));
	for (size_t i = 0; i < root->n_entries; i++)
		if (root->entries[i].text && path_ends(root->entries[i].path, ".pth"))
			add_pth(root, &root->entries[i], b);
	/* Of a standard library: its native modules (sysconfig's destshared). */
	if (inventory_find(root, "lib-dynload") != INVENTORY_NONE)
		add_base(b, xstrdup("lib-dynload"));
	add_base(b, xstrdup(""));
}

/* The rest of the path behind the longest base that it is below. */
static const char *below_base(const struct bases *b, const char *path)
{
	const char *best = path;

	for (size_t i = 0; i < b->n; i++) {
		const char *below = b->list[i][0] ? path_below(path, b->list[i]) : path;

		if (below && below[0] && below > best)
			best = below;
	}
	return best;
}

/* --- names ------------------------------------------------------------------------------------ */

/* Fills kind and returns the length of the base name without its suffix; 0: no module. */
static size_t stem(const struct entry *ent, const char *base, struct module *one)
{
	size_t n = strlen(base);

	if (ent->type == ENTRY_DIR) {
		one->dir = true;
		return strchr(base, '.') || strcmp(base, "__pycache__") == 0 ? 0 : n;
	}
	if (path_ends(base, ".py"))
		return n - 3;
	if (path_ends(base, ".so")) {
		one->native = true;
		return strcspn(base, ".");
	}
	if (path_ends(base, ".pyc") && !strstr(ent->path, "__pycache__/"))
		return n - 4;
	return 0;
}

/* The dotted name, or NULL. */
static char *module_name(const struct entry *ent, const char *below, struct module *one)
{
	const char *base = path_base(below);
	size_t dir = (size_t)(base - below), n = stem(ent, base, one);
	char *name;

	if (!n)
		return NULL;
	if (n == 8 && memcmp(base, "__init__", 8) == 0 && !one->dir) {
		one->package = true;
		if (!dir)
			return NULL;
		n = 0;
		dir--;
	}
	name = xstrndup(below, dir + n);
	for (char *s = name; *s; s++)
		if (*s == '/')
			*s = '.';
	return name;
}

static void add_module(struct modules *m, struct module one)
{
	size_t *head;
	bool is_new;

	m->list = array_grow(m->list, m->n, &m->cap, sizeof(*m->list));
	head = strmap_add(&m->by_name, one.name, strlen(one.name), m->n, &is_new);
	one.next = is_new ? INVENTORY_NONE : *head;
	*head = m->n;
	m->at[one.root][one.entry] = m->n;
	m->list[m->n++] = one;
}

static void add_root(const struct plan *p, size_t r, struct modules *m)
{
	const struct inventory_root *root = &p->inv->roots[r];
	struct bases b = {0};

	find_bases(p, r, &b);
	m->at[r] = xcalloc(root->n_entries, sizeof(**m->at));
	for (size_t i = 0; i < root->n_entries; i++) {
		const struct entry *ent = &root->entries[i];
		struct module one = {.root = r, .entry = i};

		m->at[r][i] = INVENTORY_NONE;
		if (ent->type != ENTRY_FILE && ent->type != ENTRY_DIR)
			continue;
		one.name = module_name(ent, below_base(&b, ent->path), &one);
		if (one.name)
			add_module(m, one);
	}
	for (size_t i = 0; i < b.n; i++)
		free(b.list[i]);
	free(b.list);
}

void modules_build(const struct plan *p, struct modules *ret)
{
	*ret = (struct modules){.at = xcalloc(p->inv->n_roots, sizeof(*ret->at))};
	for (size_t r = 0; r < p->inv->n_roots; r++)
		add_root(p, r, ret);
}

size_t modules_find(const struct modules *m, const char *name, size_t len)
{
	const size_t *at = strmap_find(&m->by_name, name, len);

	return at ? *at : INVENTORY_NONE;
}

static int by_name(const void *a, const void *b, void *list)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int r = strcmp(((const struct module *)list)[x].name,
		       ((const struct module *)list)[y].name);

	return r ? r : (x > y) - (x < y);
}

size_t modules_from(struct modules *m, const char *name)
{
	size_t low = 0, high = m->n;

	if (!m->sorted) {
		m->sorted = xcalloc(m->n + 1, sizeof(*m->sorted));
		for (size_t k = 0; k < m->n; k++)
			m->sorted[k] = k;
		qsort_r(m->sorted, m->n, sizeof(*m->sorted), by_name, m->list);
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(m->list[m->sorted[middle]].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void modules_free(const struct plan *p, struct modules *m)
{
	for (size_t r = 0; m->at && r < p->inv->n_roots; r++)
		free(m->at[r]);
	for (size_t i = 0; i < m->n; i++)
		free(m->list[i].name);
	free(m->at);
	free(m->list);
	free(m->sorted);
	strmap_free(&m->by_name);
	*m = (struct modules){0};
}

size_t module_package(const struct module *one)
{
	const char *dot;

	if (one->package)
		return strlen(one->name);
	dot = strrchr(one->name, '.');
	return dot ? (size_t)(dot - one->name) : 0;
}
