/* dists - distributions, by their *.dist-info and *.egg-info directories: which entries they own,
 * which of their metadata stays, and a RECORD that lists what is kept.
 *
 * Sources: the core metadata specification, PEP 376 and PEP 627 (RECORD), PEP 639 (licences).
 * RECORD is hostile: a line that is absolute, leads out of the root or names nothing there is
 * counted and otherwise ignored. */
#include "plan/plan.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/path.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

static size_t find_in(const struct plan *p, const struct dist *d, const char *name)
{
	CLEANUP_FREE char *path = path_join(d->dir, name);

	return inventory_find(&p->inv->roots[d->root], path);
}

/* --- METADATA --------------------------------------------------------------------------------- */

/* The first value of an RFC 822 header, or NULL; headers end at the first empty line. */
static char *header(const struct entry *ent, const char *name)
{
	const char *p = ent->text, *end = p ? p + ent->text_len : NULL;
	size_t n = strlen(name);

	while (p && p < end && *p != '\n' && *p != '\r') {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);

		if (len > n + 1 && strncasecmp(p, name, n) == 0 && p[n] == ':') {
			const char *v = p + n + 1;
			size_t k = len - n - 1;

			while (k && (*v == ' ' || *v == '\t'))
				v++, k--;
			while (k && strchr(" \t\r", v[k - 1]))
				k--;
			return k ? xstrndup(v, k) : NULL;
		}
		p = eol ? eol + 1 : end;
	}
	return NULL;
}

/* Name and version from METADATA or PKG-INFO, else from "name-version.dist-info". */
static void name_dist(const struct plan *p, struct dist *d)
{
	size_t i = find_in(p, d, "METADATA");
	const char *base = path_base(d->dir), *dash = strchr(base, '-');
	const struct entry *ent;

	if (i == INVENTORY_NONE)
		i = find_in(p, d, "PKG-INFO");
	ent = i == INVENTORY_NONE ? NULL : &p->inv->roots[d->root].entries[i];
	d->name = ent ? header(ent, "Name") : NULL;
	d->version = ent ? header(ent, "Version") : NULL;
	if (!d->name)
		d->name = xstrndup(base, dash ? (size_t)(dash - base) : strcspn(base, "."));
	if (!d->version)
		d->version = dash ? xstrndup(dash + 1, strlen(dash + 1) - strlen(".dist-info"))
				  : xstrdup("");
}

/* --- RECORD ----------------------------------------------------------------------------------- */

/* The entry that a line of RECORD names, or INVENTORY_NONE. */
static size_t record_entry(const struct plan *p, const struct dist *d, const char *line, size_t len)
{
	CLEANUP_BUF struct buf field = {0};
	CLEANUP_FREE char *joined = NULL, *path = NULL;

	csv_first(line, len, &field);
	if (!field.len || field.data[0] == '/' || memchr(field.data, '\0', field.len))
		return INVENTORY_NONE;
	joined = path_join(d->base, field.data);
	path = path_clean(joined);
	return inventory_find(&p->inv->roots[d->root], path);
}

static void own(struct plan *p, size_t k, size_t i)
{
	struct dist *d = &p->dists[k];

	d->files = array_grow(d->files, d->n_files, &d->cap_files, sizeof(*d->files));
	d->files[d->n_files++] = i;
	if (p->owner[d->root][i] == INVENTORY_NONE)
		p->owner[d->root][i] = k;
}

static void own_recorded(struct plan *p, size_t k)
{
	struct dist *d = &p->dists[k];
	const struct entry *ent = &p->inv->roots[d->root].entries[d->record];
	struct csv l = {ent->text, ent->text + ent->text_len};
	const char *line;
	size_t len;

	while (ent->text && csv_next(&l, &line, &len)) {
		size_t i = len ? record_entry(p, d, line, len) : INVENTORY_NONE;

		if (i != INVENTORY_NONE)
			own(p, k, i);
		else
			d->lost_lines += len != 0;
	}
}

/* Everything at or below `path`. */
static void own_below(struct plan *p, size_t k, const char *path)
{
	const struct inventory_root *root = &p->inv->roots[p->dists[k].root];
	CLEANUP_FREE char *prefix = xasprintf("%s/", path);
	size_t i = inventory_find(root, path), n = strlen(prefix);

	if (i != INVENTORY_NONE && root->entries[i].type != ENTRY_DIR)
		own(p, k, i);
	for (i = inventory_lower_bound(root, prefix);
	     i < root->n_entries && strncmp(root->entries[i].path, prefix, n) == 0; i++)
		if (root->entries[i].type != ENTRY_DIR)
			own(p, k, i);
}

/* What a line of top_level.txt names. */
static void own_name(struct plan *p, size_t k, const char *name)
{
	CLEANUP_FREE char *path = path_join(p->dists[k].base, name);
	CLEANUP_FREE char *module = xasprintf("%s.py", path);

	if (!name[0] || strchr(name, '/'))
		return;
	own_below(p, k, path);
	own_below(p, k, module);
}

/* Without RECORD (an egg-info): what top_level.txt names. */
static void own_top_level(struct plan *p, size_t k)
{
	CLEANUP_STRMAP struct strmap seen = {0};
	struct dist *d = &p->dists[k];
	size_t i = find_in(p, d, "top_level.txt");
	const struct entry *ent = i == INVENTORY_NONE ? NULL : &p->inv->roots[d->root].entries[i];
	const char *line = ent ? ent->text : NULL, *end = line ? line + ent->text_len : NULL;
	bool is_new;

	while (line < end) {
		const char *eol = memchr(line, '\n', (size_t)(end - line));
		CLEANUP_FREE char *name = xstrndup(line, (size_t)((eol ? eol : end) - line));

		name[strcspn(name, "\r")] = '\0';
		strmap_add(&seen, name, strlen(name), 0, &is_new);
		if (is_new)
			own_name(p, k, name);
		line = eol ? eol + 1 : end;
	}
	own_below(p, k, d->dir);
}

static void add_dist(struct plan *p, size_t r, const struct entry *ent)
{
	struct dist *d;

	p->dists = xreallocarray(p->dists, p->n_dists + 1, sizeof(*p->dists));
	d = &p->dists[p->n_dists++];
	*d = (struct dist){.root = r, .dir = xstrdup(ent->path), .base = path_dir(ent->path)};
	d->beside = p->n_dists > 1 && d[-1].root == r && strcmp(d[-1].base, d->base) == 0;
	d->record = find_in(p, d, "RECORD");
	name_dist(p, d);
	if (d->record != INVENTORY_NONE)
		own_recorded(p, p->n_dists - 1);
	else
		own_top_level(p, p->n_dists - 1);
}

void dists_find(struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];

			if (ent->type == ENTRY_DIR && (path_ends(ent->path, ".dist-info") ||
						       path_ends(ent->path, ".egg-info")))
				add_dist(p, r, ent);
		}
}

/* --- the metadata pass ------------------------------------------------------------------------ */

static size_t first_kept(const struct plan *p, const struct dist *d)
{
	for (size_t k = 0; k < d->n_files; k++)
		if (plan_kept(p, d->root, d->files[k]))
			return d->files[k];
	return INVENTORY_NONE;
}

/* `below` is relative to the dist-info directory. */
static bool is_metadata(const char *below)
{
	static const char *const patterns[] = {
		"METADATA",         "PKG-INFO",      "WHEEL",      "RECORD",
		"entry_points.txt", "top_level.txt", "licenses/*", "LICEN[CS]E*",
		"license_files/*",  "COPYING*",      "NOTICE*",    "AUTHORS*",
	};

	for (size_t k = 0; k < ARRAY_SIZE(patterns); k++)
		if (fnmatch(patterns[k], below, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static void keep_metadata(struct plan *p, const struct dist *d, size_t cause)
{
	const struct inventory_root *root = &p->inv->roots[d->root];
	CLEANUP_FREE char *prefix = xasprintf("%s/", d->dir);
	size_t n = strlen(prefix);

	for (size_t i = inventory_lower_bound(root, prefix);
	     i < root->n_entries && strncmp(root->entries[i].path, prefix, n) == 0; i++)
		if (root->entries[i].type != ENTRY_DIR && is_metadata(root->entries[i].path + n))
			plan_keep(p, d->root, i, REASON_METADATA, d->root, cause);
}

void pass_metadata(struct plan *p)
{
	for (size_t k = 0; k < p->n_dists; k++) {
		size_t cause = first_kept(p, &p->dists[k]);

		if (cause != INVENTORY_NONE)
			keep_metadata(p, &p->dists[k], cause);
	}
}

/* --- RECORD, rewritten ------------------------------------------------------------------------ */

static void rewrite(struct plan *p, const struct dist *d)
{
	const struct entry *ent = &p->inv->roots[d->root].entries[d->record];
	struct csv l = {ent->text, ent->text + ent->text_len};
	struct buf out = {0};
	const char *line;
	size_t len;

	while (csv_next(&l, &line, &len)) {
		size_t i = len ? record_entry(p, d, line, len) : INVENTORY_NONE;

		if (i == INVENTORY_NONE || !plan_kept(p, d->root, i))
			continue;
		buf_add(&out, line, len);
		buf_addch(&out, '\n');
	}
	p->rewrites = xreallocarray(p->rewrites, p->n_rewrites + 1, sizeof(*p->rewrites));
	p->rewrites[p->n_rewrites] =
		(struct rewrite){.root = d->root, .entry = d->record, .len = out.len};
	p->rewrites[p->n_rewrites++].text = buf_take(&out);
}

void dists_rewrite(struct plan *p)
{
	for (size_t k = 0; k < p->n_dists; k++) {
		const struct dist *d = &p->dists[k];

		if (d->record != INVENTORY_NONE && plan_kept(p, d->root, d->record) &&
		    p->inv->roots[d->root].entries[d->record].text)
			rewrite(p, d);
	}
}

void dists_free(struct plan *p)
{
	for (size_t k = 0; k < p->n_dists; k++) {
		free(p->dists[k].name);
		free(p->dists[k].version);
		free(p->dists[k].dir);
		free(p->dists[k].base);
		free(p->dists[k].files);
	}
	free(p->dists);
}
