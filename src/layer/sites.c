#include "layer/sites.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

static bool holds_dists(const char *dir)
{
	DIR *d = opendir(dir);
	bool found = false;
	struct dirent *de;

	while (d && !found && (de = readdir(d)))
		found = path_ends(de->d_name, ".dist-info") || path_ends(de->d_name, ".egg-info");
	if (d)
		closedir(d);
	return found;
}

/* What site.py and the *.pth files of common tools touch at every start, and the packages that path
 * files import. */
static bool is_noise(const struct pth *pth, const char *below)
{
	static const char *const patterns[] = {"*.pth",
					       "_distutils_hack/*",
					       "__editable__*",
					       "sitecustomize.py",
					       "usercustomize.py",
					       "_virtualenv.py",
					       "__pycache__/sitecustomize.*",
					       "__pycache__/usercustomize.*",
					       "__pycache__/_virtualenv.*"};

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		if (fnmatch(patterns[i], below, 0) == 0)
			return true;
	return pth_imports(pth, below, strcspn(below, "/."));
}

static void add_site(struct sites *s, char *dir)
{
	s->list = xreallocarray(s->list, s->n + 1, sizeof(*s->list));
	s->list[s->n] = (struct site){.dir = dir};
	pth_read(dir, &s->list[s->n++].pth);
}

/* Looks at the ancestors of a path that were not looked at before, from the top. */
static void look_at_ancestors(struct sites *s, struct strmap *seen, const char *path)
{
	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		size_t len = (size_t)(p - path);
		bool is_new;
		size_t *site = strmap_add(seen, path, len, 0, &is_new);
		CLEANUP_FREE char *dir = NULL;

		if (*site)
			return;
		if (!is_new)
			continue;
		dir = xstrndup(path, len);
		*site = holds_dists(dir);
		if (*site) {
			add_site(s, TAKE_PTR(dir));
			return;
		}
	}
}

/* --- sources ---------------------------------------------------------------------------------- */

static bool ends_python(const char *name)
{
	return path_ends(name, ".py") || path_ends(name, ".pyc") || path_ends(name, ".so");
}

static bool is_listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void add_name(struct pth_source *s, const char *name, size_t len)
{
	CLEANUP_FREE char *text = xstrndup(name, len);

	if (is_listed(text, (const char *const *)s->names, s->n_names))
		return;
	s->names = xreallocarray(s->names, s->n_names + 1, sizeof(*s->names));
	s->names[s->n_names++] = TAKE_PTR(text);
}

/* Whether the touched file is of a module of this source, or of its metadata; then its top-level
 * name is one that was used. */
static bool use_source(struct pth_source *s, const char *path)
{
	const char *below = path_below(path, s->dir);
	size_t len = below ? strcspn(below, "/") : 0;
	CLEANUP_FREE char *top = len ? xstrndup(below, len) : NULL;
	bool metadata = top && (path_ends(top, ".dist-info") || path_ends(top, ".egg-info"));

	if (!top || (s->only && strcmp(top, s->only) != 0))
		return false;
	if (!metadata && !ends_python(path))
		return false;
	add_name(s, top, len);
	return true;
}

static bool in_site(const struct sites *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (path_below(path, s->list[i].dir))
			return true;
	return false;
}

static bool is_source(const struct sites *s, size_t site)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; i != site && k < s->list[i].pth.n_sources; k++)
			if (strcmp(s->list[i].pth.sources[k].dir, s->list[site].dir) == 0)
				return true;
	return false;
}

/* A source that holds its own metadata (setup.py develop) is no site of its own. */
static void drop_sources(struct sites *s)
{
	for (size_t i = 0; i < s->n;) {
		if (!is_source(s, i)) {
			i++;
			continue;
		}
		free(s->list[i].dir);
		pth_free(&s->list[i].pth);
		memmove(&s->list[i], &s->list[i + 1], (--s->n - i) * sizeof(*s->list));
	}
}

static void count(struct sites *s, const char *path, bool is_script)
{
	bool inside = in_site(s, path);

	for (size_t k = 0; k < s->n; k++) {
		struct site *site = &s->list[k];
		const char *below = path_below(path, site->dir);

		if (below && below[0]) {
			site->touched++;
			site->used += !is_noise(&site->pth, below);
		}
		for (size_t i = 0; !inside && !is_script && i < site->pth.n_sources; i++)
			site->used += use_source(&site->pth.sources[i], path);
	}
}

void sites_find(const char *const *paths, size_t n, const char *const *scripts, size_t n_scripts,
		struct sites *ret)
{
	CLEANUP_STRMAP struct strmap seen = {0};

	*ret = (struct sites){0};
	for (size_t i = 0; i < n; i++)
		look_at_ancestors(ret, &seen, paths[i]);
	drop_sources(ret);
	for (size_t i = 0; i < n; i++)
		count(ret, paths[i], is_listed(paths[i], scripts, n_scripts));
}

void sites_free(struct sites *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->list[i].dir);
		pth_free(&s->list[i].pth);
	}
	free(s->list);
	*s = (struct sites){0};
}
