/* check_dists - licences and metadata of what is in the layer (PEP 639, core metadata). */
#include "plan/check.h"

#include "base/mem.h"
#include "base/path.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

/* `below` is relative to the dist-info directory. */
static bool is_licence(const char *below)
{
	static const char *const patterns[] = {"licenses/*", "license_files/*", "LICEN[CS]E*",
					       "COPYING*", "UNLICEN[CS]E*"};

	/* Asked of every file: most need no fnmatch. */
	if (!below[0] || !strchr("LlCcUu", below[0]))
		return false;
	for (size_t k = 0; k < ARRAY_SIZE(patterns); k++)
		if (fnmatch(patterns[k], below, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static bool has_licence(const struct plan *p, const struct dist *d)
{
	const struct inventory_root *root = &p->inv->roots[d->root];
	CLEANUP_FREE char *prefix = xasprintf("%s/", d->dir);
	size_t n = strlen(prefix);

	for (size_t i = inventory_lower_bound(root, prefix);
	     i < root->n_entries && strncmp(root->entries[i].path, prefix, n) == 0; i++)
		if (root->entries[i].type != ENTRY_DIR && is_licence(root->entries[i].path + n))
			return true;
	for (size_t k = 0; k < d->n_files; k++)
		if (is_licence(path_base(root->entries[d->files[k]].path)))
			return true;
	return false;
}

static const struct entry *text_of(const struct plan *p, const struct dist *d, const char *name)
{
	CLEANUP_FREE char *path = path_join(d->dir, name);
	size_t i = inventory_find(&p->inv->roots[d->root], path);
	const struct entry *ent = i == INVENTORY_NONE ? NULL : &p->inv->roots[d->root].entries[i];

	return ent && ent->text ? ent : NULL;
}

/* A line of the text's header that begins with `name`, or NULL; *len is the rest's length. */
static const char *header(const struct entry *ent, const char *name, size_t *len)
{
	size_t n = strlen(name);

	for (const char *s = ent->text; s && *s && *s != '\n' && *s != '\r';) {
		size_t line = strcspn(s, "\r\n");

		if (strncasecmp(s, name, n) == 0) {
			s += n + strspn(s + n, " \t");
			*len = strcspn(s, "\r\n");
			return s;
		}
		s += line;
		s += *s == '\r';
		s += *s == '\n';
	}
	return NULL;
}

/* A licence that RECORD lists below the dist-info directory. */
static const char *recorded_licence(const struct plan *p, const struct dist *d, size_t *len)
{
	const struct entry *record = text_of(p, d, "RECORD");
	const char *dir = path_base(d->dir);
	size_t n = strlen(dir);

	for (const char *s = record ? record->text : NULL; s && *s;) {
		CLEANUP_FREE char *below = NULL;

		*len = strcspn(s, ",\n");
		if (*len > n + 1 && strncmp(s, dir, n) == 0 && s[n] == '/') {
			below = xstrndup(s + n + 1, *len - n - 1);
			if (is_licence(below))
				return s;
		}
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return NULL;
}

static void check_licence(struct check *c, const struct dist *d)
{
	const struct plan *p = c->in->survey;
	const struct entry *metadata = text_of(p, d, "METADATA");
	const char *name;
	size_t len;

	if (!metadata)
		metadata = text_of(p, d, "PKG-INFO");
	if (!metadata) {
		findings_add(c->found, CHECK_METADATA_MISSING, d->dir, d->name,
			     "%s has no METADATA.", d->dir);
		return;
	}
	if (has_licence(p, d))
		return;
	if ((name = header(metadata, "License-File:", &len)))
		findings_add(
			c->found, CHECK_LICENCE_MISSING, d->dir, d->name,
			"METADATA of %s names the licence file %.*s, which is not in the layer.",
			d->name, (int)(len > 200 ? 200 : len), name);
	else if ((name = recorded_licence(p, d, &len)))
		findings_add(c->found, CHECK_LICENCE_MISSING, d->dir, d->name,
			     "RECORD of %s lists %.*s, which is not in the layer.", d->name,
			     (int)(len > 200 ? 200 : len), name);
	else if (!header(metadata, "License:", &len) &&
		 !header(metadata, "License-Expression:", &len) &&
		 !header(metadata, "Classifier: License ::", &len))
		findings_add(c->found, CHECK_LICENCE_MISSING, d->dir, d->name,
			     "%s has neither a licence file nor a word about its licence.",
			     d->name);
}

/* PEP 503: "Foo._bar" and "foo-bar" are one distribution. */
static char *normal_name(const char *name)
{
	char *out = xstrdup(name), *to = out;

	for (const char *s = name; *s; s++) {
		if (!strchr("-_.", *s))
			*to++ = (char)tolower((unsigned char)*s);
		else if (to == out || to[-1] != '-')
			*to++ = '-';
	}
	*to = '\0';
	return out;
}

static void check_twice(struct check *c, struct strmap *seen, size_t k)
{
	const struct dist *d = &c->in->survey->dists[k];
	CLEANUP_FREE char *name = normal_name(d->name);
	CLEANUP_FREE char *key = xasprintf("%zu %s\n%s", d->root, d->base, name);
	bool is_new;
	size_t first = *strmap_add(seen, key, strlen(key), k, &is_new);

	if (!is_new)
		findings_add(c->found, CHECK_DUPLICATE_DISTRIBUTION, d->dir, d->name,
			     "%s and %s are both there.", c->in->survey->dists[first].dir, d->dir);
}

/* Top-level packages with code that no distribution owns any file of. */
static void check_unowned(struct check *c)
{
	const struct plan *p = c->in->survey;
	struct file_groups g = {0};
	CLEANUP_STRMAP struct strmap owned = {0};

	for (int round = 0; round < 2; round++)
		for (size_t r = 0; r < p->inv->n_roots; r++)
			for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
				const struct entry *ent = &p->inv->roots[r].entries[i];
				bool mine = p->owner[r][i] != INVENTORY_NONE;
				const char *top;
				size_t n;

				if (ent->type == ENTRY_DIR || mine != (round == 0) ||
				    (!mine && !ent->elf && !path_ends(ent->path, ".py")))
					continue;
				top = ent->path + site_length(p, r, ent->path);
				n = strcspn(top, "/");
				if (mine)
					strmap_add(&owned, top, n, 0, NULL);
				else if (!strmap_find(&owned, top, n))
					group_entry(&g, c, r, i);
			}
	for (size_t k = 0; k < g.n; k++)
		group_report(&g.list[k], c->found, CHECK_METADATA_MISSING,
			     "belongs to no distribution", "belong to no distribution");
	groups_free(&g);
}

void check_dists(struct check *c)
{
	CLEANUP_STRMAP struct strmap seen = {0};

	for (size_t k = 0; k < c->in->survey->n_dists; k++) {
		check_licence(c, &c->in->survey->dists[k]);
		check_twice(c, &seen, k);
	}
	check_unowned(c);
}
