#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 */
uint32_t rnd(struct random *r, uint32_t below)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) >> 16) % below;
}

bool chance(struct random *r, uint32_t percent)
{
	return rnd(r, 100) < percent;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static void attach(struct node *n, struct node *parent)
{
	n->parent = parent;
	if (!parent)
		return;
	n->next = parent->kids;
	parent->kids = n;
}

static void detach(struct node *n)
{
	struct node **at = &n->parent->kids;

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	n->parent = NULL;
}

struct node *node_add(struct node *parent, const char *name, enum kind kind)
{
	struct node *n = calloc(1, sizeof(*n));

	n->name = strdup(name);
	n->kind = kind;
	n->hidden = parent && parent->hidden;
	attach(n, parent);
	return n;
}

void node_remove(struct node *n)
{
	detach(n);
}

void node_move(struct node *n, struct node *parent, const char *name)
{
	detach(n);
	free(n->name);
	n->name = strdup(name);
	attach(n, parent);
}

struct node *node_find(struct node *dir, const char *name, size_t len)
{
	for (struct node *n = dir->kids; n; n = n->next)
		if (strlen(n->name) == len && memcmp(n->name, name, len) == 0)
			return n;
	return NULL;
}

bool node_below(const struct node *n, const struct node *above)
{
	for (; n; n = n->parent)
		if (n == above)
			return true;
	return false;
}

char *node_path(const struct world *w, const struct node *n)
{
	char *path, *above;

	if (n == w->top)
		return strdup(w->dir);
	above = n->parent ? node_path(w, n->parent) : strdup("(removed)");
	if (asprintf(&path, "%s/%s", above, n->name) < 0)
		abort();
	free(above);
	return path;
}

static size_t count_kind(const struct node *top, int kind)
{
	size_t n = kind < 0 || (int)top->kind == kind;

	for (const struct node *k = top->kids; k; k = k->next)
		n += count_kind(k, kind);
	return n;
}

static struct node *nth(struct node *top, int kind, size_t *n)
{
	struct node *found = NULL;

	if ((kind < 0 || (int)top->kind == kind) && (*n)-- == 0)
		return top;
	for (struct node *k = top->kids; k && !found; k = k->next)
		found = nth(k, kind, n);
	return found;
}

struct node *pick(struct random *r, struct node *top, int kind)
{
	size_t n = count_kind(top, kind), at;

	if (!n)
		return NULL;
	at = rnd(r, (uint32_t)n);
	return nth(top, kind, &at);
}

/* --- names ------------------------------------------------------------------------------------ */

void fresh_name(struct random *r, const struct node *dir, char name[256])
{
	static const char *const nasty[] = {
		"plain",       "two words", "new\nline",    "quo\"te'",
		"back\\slash", "\x01\x02",  "\xff\xfe\x80", "\xc3\xa9t\xc3\xa9",
		"-rf",         "*",         "...",          " ",
		"tab\t",       "a.py",      "%s%n",         "{\"json\":[",
	};

	do {
		size_t n;

		if (chance(r, 8)) {
			memset(name, 'n', 250);
			n = 250;
		} else {
			const char *text = nasty[rnd(r, sizeof(nasty) / sizeof(*nasty))];

			n = strlen(text);
			memcpy(name, text, n);
		}
		snprintf(name + n, 256 - n, "%u", rnd(r, 9000) + 1000);
	} while (node_find((struct node *)(uintptr_t)dir, name, strlen(name)));
}

/* A symlink to somewhere below `top`, by a relative or an absolute text. */
static void add_symlink(struct world *w, struct random *r, struct node *top)
{
	struct node *dir = pick(r, top, DIRECTORY), *to = pick(r, top, -1), *n;
	char name[256], text[4096];

	fresh_name(r, dir, name);
	if (!spell(w, r, (struct spot){dir, NULL}, chance(r, 30), to, text) || strlen(text) > 1000)
		return;
	n = node_add(dir, name, SYMLINK);
	n->text = strdup(text);
}

static void add_tree(struct world *w, struct random *r, struct node *top, int n)
{
	char name[256];

	for (int i = 0; i < n; i++) {
		struct node *dir = pick(r, top, DIRECTORY);

		fresh_name(r, dir, name);
		node_add(dir, name, chance(r, 40) ? DIRECTORY : chance(r, 10) ? PROGRAM : PLAIN);
	}
	for (int i = 0; i < n / 4; i++)
		add_symlink(w, r, top);
}

/* A chain of directories whose path is longer than PATH_MAX. */
static void add_deep(struct random *r, struct node *top)
{
	char name[256];

	for (int i = 0; i < 22; i++) {
		memset(name, 'd', 250);
		snprintf(name + 250, 6, "%d", i);
		top = node_add(top, name, DIRECTORY);
		if (chance(r, 50))
			node_add(top, "leaf", PLAIN);
	}
}

void world_init(struct world *w, uint64_t seed, const char *dir, int workers)
{
	struct random r = {seed * 1000003};
	struct node *shared;

	snprintf(w->dir, sizeof(w->dir), "%s", dir);
	w->top = node_add(NULL, "", DIRECTORY);
	shared = node_add(w->top, "shared", DIRECTORY);
	add_tree(w, &r, shared, 40);
	for (int i = 0; i < workers; i++) {
		char name[16];
		struct node *own;

		snprintf(name, sizeof(name), "w%d", i);
		own = node_add(w->top, name, DIRECTORY);
		add_tree(w, &r, own, 30);
		if (i % 3 == 0)
			add_deep(&r, own);
	}
}

/* --- path_resolution(7) ----------------------------------------------------------------------- */

static struct spot cross(struct world *w, struct spot at)
{
	for (int i = 0; i < w->n_mounts; i++)
		if (w->mounts[i].point == at.node && w->mounts[i].parent == at.mount) {
			at = (struct spot){w->mounts[i].root, &w->mounts[i]};
			i = -1;
		}
	return at;
}

static bool same(struct spot a, struct spot b)
{
	return a.node == b.node && a.mount == b.mount;
}

static struct spot root_spot(struct world *w)
{
	return cross(w, (struct spot){w->root ? w->root : w->top, NULL});
}

struct spot world_spot(struct world *w, struct node *n)
{
	(void)w;
	return (struct spot){n, NULL};
}

static enum meaning up(struct world *w, struct spot *at)
{
	if (w->root && same(*at, root_spot(w)))
		return MEANS;
	while (at->mount && at->node == at->mount->root)
		*at = (struct spot){at->mount->point, at->mount->parent};
	if (at->node == w->top || !at->node->parent)
		return MEANS_OUTSIDE;
	at->node = at->node->parent;
	return MEANS;
}

/* The spot that an absolute name starts at; *name moves on behind it. */
static enum meaning start_absolute(struct world *w, const char **name, struct spot *at)
{
	size_t n = strlen(w->dir);

	*at = root_spot(w);
	if (w->root)
		return MEANS;
	if (strncmp(*name, w->dir, n) != 0 || ((*name)[n] && (*name)[n] != '/'))
		return MEANS_OUTSIDE;
	*name += n;
	return MEANS;
}

struct node *pick_own(struct world *w, struct random *r, struct node *own, int kind)
{
	struct node *n = NULL;
	int i = w->n_mounts ? (int)rnd(r, (uint32_t)w->n_mounts) : 0;

	if (w->n_mounts && w->mounts[i].root->hidden && chance(r, 50))
		n = pick(r, w->mounts[i].root, kind);
	return n ? n : pick(r, own, kind);
}

enum meaning world_walk(struct world *w, struct spot start, const char *name, bool nofollow,
			struct spot *ret)
{
	static __thread int depth;
	struct spot at = start;
	enum meaning m = MEANS;

	if (!*name)
		return MEANS_NOTHING;
	if (*name == '/')
		m = start_absolute(w, &name, &at);
	while (m == MEANS && *(name += strspn(name, "/"))) {
		size_t n = strcspn(name, "/");
		struct node *kid;

		if (at.node->kind != DIRECTORY) {
			ret->node = NULL;
			return MEANS_NOTHING;
		}
		if (n == 1 && name[0] == '.') {
			name += n;
			continue;
		}
		if (n == 2 && memcmp(name, "..", 2) == 0) {
			m = up(w, &at);
			name += n;
			continue;
		}
		kid = node_find(at.node, name, n);
		name += n;
		if (!kid) {
			*ret = at;
			if (*name)
				ret->node = NULL;
			return MEANS_NOTHING;
		}
		if (kid->kind == SYMLINK && (*name || !nofollow)) {
			ret->node = NULL;
			if (depth >= 8)
				return MEANS_OUTSIDE; /* not worth the kernel's count of 40 */
			depth++;
			m = world_walk(w, at, kid->text, false, &at);
			depth--;
			if (m == MEANS_NOTHING)
				ret->node = NULL;
		} else {
			at = cross(w, (struct spot){kid, at.mount});
		}
		if (m == MEANS && *name && at.node->kind != DIRECTORY) {
			ret->node = NULL;
			return MEANS_NOTHING;
		}
	}
	if (m == MEANS)
		*ret = at;
	return m;
}

/* --- spelling --------------------------------------------------------------------------------- */

static bool put(char name[4096], const char *text)
{
	size_t n = strlen(name), more = strlen(text);

	if (n + more >= 4000)
		return false;
	memcpy(name + n, text, more + 1);
	return true;
}

/* A symlink beside `n` that means the same. */
static struct node *alias_of(struct world *w, struct random *r, struct node *n)
{
	struct spot to;

	for (struct node *k = n->parent->kids; k; k = k->next)
		if (k->kind == SYMLINK && chance(r, 50) &&
		    world_walk(w, world_spot(w, n->parent), k->name, false, &to) == MEANS &&
		    to.node == n)
			return k;
	return NULL;
}

/* Decoration before a component of directory `dir`. */
static bool decorate(struct random *r, struct node *dir, char name[4096])
{
	if (chance(r, 8) && !put(name, "./"))
		return false;
	if (chance(r, 5) && name[0] && !put(name, "/"))
		return false;
	for (struct node *k = dir->kids; k && chance(r, 10); k = k->next)
		if (k->kind == DIRECTORY)
			return put(name, k->name) && put(name, "/../");
	return true;
}

static bool put_down(struct world *w, struct random *r, struct node *from, struct node *n,
		     char name[4096])
{
	struct node *alias;

	if (n == from)
		return true;
	if (!n->parent || !put_down(w, r, from, n->parent, name))
		return false;
	alias = alias_of(w, r, n);
	return (!name[0] || name[strlen(name) - 1] == '/' || put(name, "/")) &&
	       decorate(r, n->parent, name) && put(name, alias ? alias->name : n->name);
}

/* A name for something on a file system of the worker's own: by way of its mount point. */
static bool spell_hidden(struct world *w, struct random *r, struct spot start, bool absolute,
			 struct node *n, char name[4096])
{
	struct node *root = n;

	while (root->parent)
		root = root->parent;
	for (int i = 0; i < w->n_mounts; i++)
		if (w->mounts[i].root == root)
			return spell(w, r, start, absolute, w->mounts[i].point, name) &&
			       put_down(w, r, root, n, name);
	return false;
}

bool spell(struct world *w, struct random *r, struct spot start, bool absolute, struct node *n,
	   char name[4096])
{
	struct node *from = absolute ? (w->root ? w->root : w->top) : start.node;

	name[0] = '\0';
	if (n->hidden && (absolute || !node_below(n, from)))
		return spell_hidden(w, r, start, absolute, n, name);
	if (absolute && !put(name, w->root ? "/" : w->dir))
		return false;
	while (!node_below(n, from)) {
		if (absolute || !from->parent || !put(name, name[0] ? "/.." : ".."))
			return false;
		from = from->parent;
	}
	if (!put_down(w, r, from, n, name))
		return false;
	return name[0] || put(name, ".");
}
