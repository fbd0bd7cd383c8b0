#include "layer/sites.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

static bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);

	return n > k && strcmp(s + n - k, suffix) == 0;
}

static bool holds_dists(const char *dir)
{
	DIR *d = opendir(dir);
	bool found = false;
	struct dirent *de;

	while (d && !found && (de = readdir(d)))
		found = ends_with(de->d_name, ".dist-info") || ends_with(de->d_name, ".egg-info");
	if (d)
		closedir(d);
	return found;
}

/* What site.py and the *.pth files of common tools touch at every start. */
static bool is_noise(const char *below)
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
	return false;
}

static void add_site(struct sites *s, char *dir)
{
	s->list = xreallocarray(s->list, s->n + 1, sizeof(*s->list));
	s->list[s->n++] = (struct site){.dir = dir};
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

void sites_find(const char *const *paths, size_t n, struct sites *ret)
{
	CLEANUP_STRMAP struct strmap seen = {0};

	*ret = (struct sites){0};
	for (size_t i = 0; i < n; i++) {
		look_at_ancestors(ret, &seen, paths[i]);
		for (size_t k = 0; k < ret->n; k++) {
			const char *below = path_below(paths[i], ret->list[k].dir);

			if (!below || !below[0])
				continue;
			ret->list[k].touched++;
			ret->list[k].used += !is_noise(below);
		}
	}
}

void sites_free(struct sites *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->list[i].dir);
	free(s->list);
	*s = (struct sites){0};
}
