#include "plan/units.h"

#include "base/mem.h"
#include "base/path.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- which unit an entry is of ---------------------------------------------------------------- */

static bool is_metadata(const char *path)
{
	return strstr(path, ".dist-info/") || strstr(path, ".egg-info/");
}

/* The map's place for the top-level name of a path, below the directory of sys.path it is in. */
static size_t *top_level(struct strmap *tops, size_t r, const char *path, size_t value,
			 bool *is_new)
{
	const char *site = strstr(path, "-packages/");
	size_t skip = site ? (size_t)(site - path) + strlen("-packages/") : 0;
	size_t len = skip + strcspn(path + skip, "/");
	CLEANUP_FREE char *key = xasprintf("%zu:%.*s", r, (int)len, path);

	return strmap_add(tops, key, strlen(key), value, is_new);
}

static size_t new_unit(struct units *u)
{
	u->list = xreallocarray(u->list, u->n + 1, sizeof(*u->list));
	u->list[u->n] = (struct unit){.dist = INVENTORY_NONE, .by = INVENTORY_NONE};
	return u->n++;
}

static void assign_owned(const struct plan *p, struct units *u, struct strmap *tops)
{
	for (size_t r = 0; r < p->inv->n_roots; r++) {
		const struct inventory_root *root = &p->inv->roots[r];

		u->of[r] = xcalloc(root->n_entries, sizeof(**u->of));
		for (size_t i = 0; i < root->n_entries; i++) {
			u->of[r][i] = p->owner[r][i];
			if (p->owner[r][i] != INVENTORY_NONE)
				top_level(tops, r, root->entries[i].path, p->owner[r][i], NULL);
		}
	}
}

static void assign_others(const struct plan *p, struct units *u, struct strmap *tops)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			size_t *of = &u->of[r][i], *top;
			bool is_new;

			if (*of != INVENTORY_NONE)
				continue;
			top = top_level(tops, r, p->inv->roots[r].entries[i].path, u->n, &is_new);
			*of = is_new ? new_unit(u) : *top;
		}
}

/* --- touched ---------------------------------------------------------------------------------- */

/* What site.py and the *.pth files of common tools touch at every start (as layer/sites has it,
 * for the same purpose). */
bool is_start_noise(const char *path)
{
	static const char *const parts[] = {"_distutils_hack/", "__editable__", "_virtualenv.",
					    "sitecustomize.", "usercustomize."};
	size_t n = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(path, parts[i]))
			return true;
	return n > 4 && strcmp(path + n - 4, ".pth") == 0;
}

static void touch(struct unit *one, size_t r, size_t i)
{
	if (one->touched)
		return;
	one->touched = true;
	one->root = r;
	one->by = i;
}

static void find_touched(const struct plan *p, struct units *u)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];
			uint32_t asked =
				1U << REASON_TRACED | 1U << REASON_USER | 1U << REASON_REPAIRED;

			if (ent->type != ENTRY_DIR && (p->decisions[r][i].reasons & asked) &&
			    !is_metadata(ent->path) && !is_start_noise(ent->path))
				touch(&u->list[u->of[r][i]], r, i);
		}
}

/* --- declared dependencies -------------------------------------------------------------------- */

/* PEP 503: "Foo.Bar_baz" and "foo-bar-baz" are one name. */
static char *normalise(const char *s, size_t len)
{
	char *out = xcalloc(len + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (!strchr("-_.", s[i]))
			out[n++] = (char)tolower((unsigned char)s[i]);
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	return out;
}

/* How many extras of one distribution are looked at: each reads its metadata again. */
#define EXTRAS_MAX 16

/* Whether the extra that a marker names ("extra == 'a'") is one of ",a,b,". */
static bool is_asked(const char *marker, const char *extras)
{
	const char *name = strpbrk(strstr(marker, "extra"), "'\"");
	CLEANUP_FREE char *key = NULL, *item = NULL;

	if (!name || !extras)
		return false;
	key = normalise(name + 1, strcspn(name + 1, "'\""));
	item = xasprintf(",%s,", key);
	return strstr(extras, item) != NULL;
}

/* Whether a marker (PEP 508) can hold here. In doubt it does: to allow a distribution costs
 * nothing where no kept code imports it. */
static bool marker_may_hold(const char *marker, const char *extras)
{
	static const char *const foreign[] = {"win32",  "Windows",    "'nt'",   "\"nt\"", "darwin",
					      "Darwin", "emscripten", "Jython", "jython"};

	if (strstr(marker, " or "))
		return !strstr(marker, "extra") || strstr(marker, "python_");
	if (strstr(marker, "extra") && !is_asked(marker, extras))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		const char *at = strstr(marker, foreign[i]);

		if (at && !strstr(marker, "!=") && !strstr(marker, "not in"))
			return false;
	}
	return true;
}

struct requirements {
	struct units *units;
	const struct strmap *names;
	size_t *queue, n, cap;
	size_t root, by, of; /* the metadata that is read now, and whose it is */
};

static void enqueue(struct requirements *q, size_t k)
{
	q->queue = array_grow(q->queue, q->n, &q->cap, sizeof(*q->queue));
	q->queue[q->n++] = k;
}

static void allow(struct requirements *q, size_t k)
{
	struct unit *one = &q->units->list[k];

	if (one->allowed)
		return;
	one->allowed = true;
	if (one->by == INVENTORY_NONE) {
		one->root = q->root;
		one->by = q->by;
	}
	enqueue(q, k);
}

/* Adds what is new of "[a,b]" to the extras of a distribution, which is then read again. */
static void ask_extras(struct requirements *q, size_t k, const char *s)
{
	struct unit *one = &q->units->list[k];
	size_t before = one->extras ? strlen(one->extras) : 0, n = 1;

	for (const char *c = one->extras; c && *c; c++)
		n += *c == ',';
	for (s++; *s && *s != ']' && n < EXTRAS_MAX; s += *s == ',') {
		size_t len = strcspn(s, ",]"), skip = strspn(s, " \t");
		CLEANUP_FREE char *key = NULL, *item = NULL, *old = one->extras;

		if (skip < len) {
			key = normalise(s + skip, strcspn(s + skip, " \t,]"));
			item = xasprintf(",%s,", key);
		}
		s += len;
		if (!item || (old && strstr(old, item))) {
			old = NULL;
			continue;
		}
		one->extras = xasprintf("%s%s,", old ? old : ",", key);
		n++;
	}
	if (one->extras && strlen(one->extras) > before)
		enqueue(q, k);
}

/* "name[extra] (>=1); marker" */
static void require(struct requirements *q, const char *value, size_t len)
{
	CLEANUP_FREE char *line = xstrndup(value, len);
	const char *name = line + strspn(line, " \t"), *marker = strchr(line, ';');
	size_t n = strcspn(name, " \t[(<>=!~;@,\r");
	CLEANUP_FREE char *key = normalise(name, n);
	const size_t *at = strmap_find(q->names, key, strlen(key));

	if (!at || (marker && !marker_may_hold(marker + 1, q->units->list[q->of].extras)))
		return;
	allow(q, *at);
	q->units->required = array_grow(q->units->required, q->units->n_required,
					&q->units->cap_required, sizeof(*q->units->required));
	q->units->required[q->units->n_required++] = (struct requirement){q->of, *at};
	name += n + strspn(name + n, " \t");
	if (*name == '[')
		ask_extras(q, *at, name);
}

static void require_all(struct requirements *q, const struct entry *metadata)
{
	static const char field[] = "Requires-Dist:";
	const char *p = metadata->text, *end = p ? p + metadata->text_len : NULL;

	while (p && p < end && *p != '\n' && *p != '\r') {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p), k = strlen(field);

		if (len > k && strncasecmp(p, field, k) == 0)
			require(q, p + k, len - k);
		p = eol ? eol + 1 : end;
	}
}

/* requires.txt of an egg-info: one requirement a line, up to the first section of an extra. */
static void require_lines(struct requirements *q, const struct entry *ent)
{
	const char *p = ent->text, *end = p ? p + ent->text_len : NULL;

	while (p && p < end && *p != '[') {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		require(q, p, (size_t)((eol ? eol : end) - p));
		p = eol ? eol + 1 : end;
	}
}

static size_t find_in(const struct plan *p, const struct dist *d, const char *name)
{
	CLEANUP_FREE char *path = path_join(d->dir, name);

	return inventory_find(&p->inv->roots[d->root], path);
}

static void require_of(const struct plan *p, const struct dist *d, struct requirements *q)
{
	static const char *const metadata[] = {"METADATA", "PKG-INFO"};
	const struct entry *entries = p->inv->roots[d->root].entries;
	size_t at;

	q->root = d->root;
	for (size_t i = 0; i < ARRAY_SIZE(metadata); i++)
		if ((q->by = at = find_in(p, d, metadata[i])) != INVENTORY_NONE)
			require_all(q, &entries[at]);
	q->by = at = find_in(p, d, "requires.txt");
	if (at != INVENTORY_NONE)
		require_lines(q, &entries[at]);
}

static void follow_requirements(const struct plan *p, struct units *u)
{
	CLEANUP_STRMAP struct strmap names = {0};
	struct requirements q = {.units = u, .names = &names, .by = INVENTORY_NONE};

	for (size_t k = 0; k < p->n_dists; k++) {
		CLEANUP_FREE char *key = normalise(p->dists[k].name, strlen(p->dists[k].name));

		strmap_add(&names, key, strlen(key), k, NULL);
		u->list[k].requested = find_in(p, &p->dists[k], "REQUESTED") != INVENTORY_NONE;
	}
	for (size_t k = 0; k < u->n; k++)
		if (u->list[k].touched || u->list[k].dist == INVENTORY_NONE)
			allow(&q, k);
	for (size_t k = 0; k < q.n; k++)
		if (q.queue[k] < p->n_dists) {
			q.of = q.queue[k];
			require_of(p, &p->dists[q.of], &q);
		}
	free(q.queue);
}

void units_build(const struct plan *p, struct units *ret)
{
	CLEANUP_STRMAP struct strmap tops = {0};

	*ret = (struct units){.of = xcalloc(p->inv->n_roots, sizeof(*ret->of))};
	for (size_t k = 0; k < p->n_dists; k++) {
		new_unit(ret);
		ret->list[k].dist = k;
	}
	assign_owned(p, ret, &tops);
	assign_others(p, ret, &tops);
	find_touched(p, ret);
	follow_requirements(p, ret);
}

void units_free(const struct plan *p, struct units *u)
{
	for (size_t r = 0; u->of && r < p->inv->n_roots; r++)
		free(u->of[r]);
	free(u->of);
	for (size_t k = 0; k < u->n; k++)
		free(u->list[k].extras);
	free(u->required);
	free(u->list);
	*u = (struct units){0};
}
