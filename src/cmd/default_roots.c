#include "cmd/default_roots.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"
#include "cmd/zip_root.h"
#include "layer/sites.h"
#include "layer/tree.h"
#include "layer/zipin.h"

#include <errno.h>
#include <string.h>

char *default_roots_prefix(const char *dir)
{
	static const char name[] = "/python";
	size_t n = strlen(name);

	for (const char *p = strstr(dir, name); p; p = strstr(p + 1, name))
		if (p[n] == '\0' || strncmp(p + n, "/lib/python3.", 13) == 0)
			return xstrdup(p + 1);
	return xstrdup("python");
}

/* The arguments of the traced commands as paths: a script among them is no module of a layer. */
static size_t find_scripts(const struct traces *traces, char ***ret)
{
	size_t n = 0, total = 0;

	for (size_t k = 0; k < traces->n; k++)
		total += traces->list[k].n_command;
	*ret = xcalloc(total + 1, sizeof(**ret));
	for (size_t k = 0; k < traces->n; k++)
		for (size_t i = 0; i < traces->list[k].n_command; i++) {
			const struct trace *t = &traces->list[k];
			CLEANUP_FREE char *path = path_join(t->cwd ? t->cwd : "/", t->command[i]);

			(*ret)[n++] = path_clean(path);
		}
	return n;
}

static void find_sites(const struct traces *traces, struct sites *ret)
{
	const char **paths;
	char **scripts;
	size_t n = 0, total = 0, n_scripts = find_scripts(traces, &scripts);

	for (size_t k = 0; k < traces->n; k++)
		total += traces->list[k].n_files;
	paths = xreallocarray(NULL, total, sizeof(*paths));
	for (size_t k = 0; k < traces->n; k++)
		for (size_t i = 0; i < traces->list[k].n_files; i++)
			if (traces->list[k].files[i].type == TRACE_TYPE_FILE)
				paths[n++] = traces->list[k].files[i].path;
	sites_find(paths, n, (const char *const *)scripts, n_scripts, ret);
	for (size_t i = 0; i < n_scripts; i++)
		free(scripts[i]);
	free(scripts);
	free(paths);
}

static int list_candidates(const struct sites *s, struct error *e)
{
	CLEANUP_BUF struct buf b = {0};

	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].used)
			buf_addf(&b, "\n  --root %s    (%zu files used)", s->list[i].dir,
				 s->list[i].used);
	return error_set(e, EINVAL,
			 "the run used more than one site directory; say which to pack (the option "
			 "can be repeated):%s",
			 b.data);
}

/* The site, then of each source what the run used of it. */
static int add_site(const struct site *site, struct inventory *inv, struct error *e)
{
	CLEANUP_FREE char *prefix = default_roots_prefix(site->dir);
	int r = tree_read(site->dir, prefix, inv, e);

	for (size_t i = 0; r == 0 && i < site->pth.n_sources; i++) {
		const struct pth_source *source = &site->pth.sources[i];
		CLEANUP_FREE char *inside = path_join(prefix, source->inside);

		if (source->n_names)
			r = tree_read_names(source->dir, inside, source->names, source->n_names,
					    inv, e);
	}
	return r;
}

/* --- archives on the path --------------------------------------------------------------------- */

/* Names of archives that zipimport is given. python311.zip would be the standard library. */
static bool is_archive_name(const char *name)
{
	static const char *const suffixes[] = {".zip", ".egg", ".whl"};
	size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (n > 4 && strcmp(name + n - 4, suffixes[i]) == 0)
			return strncmp(name, "python3", 7) != 0;
	return false;
}

/* Whether modules can be imported from it: one at the top, or a package. */
static bool holds_modules(const char *path)
{
	CLEANUP_ERROR struct error ignored = {0};
	struct zip *z = zip_open_archive(path, &ignored);
	bool found = false;

	for (size_t i = 0; z && !found && i < z->dir.n; i++) {
		const char *item = z->dir.items[i].path;
		size_t n = strlen(item);
		const char *slash = strchr(item, '/');

		found = n > 3 && strcmp(item + n - 3, ".py") == 0 &&
			(!slash || strcmp(slash, "/__init__.py") == 0);
	}
	if (z)
		zip_close_archive(z);
	return found;
}

/* Archives outside the site that the run read and modules can be imported from. */
static int add_archives(const struct traces *traces, const char *site, struct inventory *inv,
			struct error *e)
{
	CLEANUP_STRMAP struct strmap seen = {0};
	int r = 0;

	for (size_t k = 0; k < traces->n; k++)
		for (size_t i = 0; r == 0 && i < traces->list[k].n_files; i++) {
			const struct trace_file *f = &traces->list[k].files[i];
			bool is_new;

			if (f->created || !is_archive_name(path_base(f->path)) ||
			    !(f->ops & TRACE_OPEN) || (site && path_below(f->path, site)))
				continue;
			strmap_add(&seen, f->path, strlen(f->path), 0, &is_new);
			if (is_new && holds_modules(f->path))
				r = zip_root_add(f->path, NULL, NULL, traces, inv, e);
		}
	return r;
}

int default_roots_add(const struct traces *traces, const char *name, struct inventory *inv,
		      struct error *e)
{
	CLEANUP_SITES struct sites s = {0};
	const struct site *one = NULL;
	size_t used = 0, before = inv->n_roots;
	int r = 0;

	find_sites(traces, &s);
	for (size_t i = 0; i < s.n; i++)
		if (s.list[i].used) {
			one = &s.list[i];
			used++;
		}
	if (used > 1)
		return list_candidates(&s, e);
	if (one)
		r = add_site(one, inv, e);
	if (r == 0)
		r = add_archives(traces, one ? one->dir : NULL, inv, e);
	if (r < 0 || inv->n_roots > before)
		return r;
	return error_set(
		e, ENOENT,
		"the run in %s used no site directory (one that holds *.dist-info): record "
		"a command that imports the packages, or name the tree with --root DIR",
		name);
}
