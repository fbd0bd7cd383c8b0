#include "cmd/zip_root.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "layer/zipin.h"
#include "plan/origin.h"

#include <errno.h>
#include <string.h>

#define CANDIDATES_SHOWN 10

static bool holds_python(const struct inventory_root *root)
{
	size_t at = inventory_lower_bound(root, "python");

	return at < root->n_entries && strcmp(root->entries[at].path, "python") == 0;
}

static int no_origin(const struct origins *o, const char *path, struct error *e)
{
	CLEANUP_BUF struct buf b = {0};

	if (!o->n)
		return error_set(e, ENOENT,
				 "the run touched no file of %s: record a command that uses the "
				 "tree it was unpacked to, or say where that was with --at DIR",
				 path);
	for (size_t i = 0; i < o->n && i < CANDIDATES_SHOWN; i++)
		buf_addf(&b, "\n  --at %s    (%zu files)", o->list[i].dir, o->list[i].files);
	return error_set(
		e, EINVAL,
		"it is not clear where %s was unpacked when the trace was recorded; say so "
		"behind its --root:%s%s",
		path, b.data, o->n > CANDIDATES_SHOWN ? "\n  …" : "");
}

/* A run that imports from the archive itself touches nothing but the archive. */
static bool imported_from(const struct inventory_root *root, const struct traces *traces)
{
	for (size_t k = 0; k < traces->n; k++)
		for (size_t i = 0; i < traces->list[k].n_files; i++)
			if (strcmp(traces->list[k].files[i].path, root->dir) == 0)
				return true;
	return false;
}

static int find_origin(struct inventory_root *root, const char *path, const struct traces *traces,
		       struct error *e)
{
	CLEANUP_ORIGINS struct origins o;

	origins_find(traces->list, traces->n, root, &o);
	if (!origins_clear(&o))
		return no_origin(&o, path, e);
	free(root->dir);
	root->dir = TAKE_PTR(o.list[0].dir);
	return 0;
}

int zip_root_add(const char *path, const char *prefix, const char *at, const struct traces *traces,
		 struct inventory *inv, struct error *e)
{
	CLEANUP_FREE char *clean = at ? path_clean(at) : NULL;
	struct zip *z = NULL;
	struct inventory_root *root;
	int r;

	if (clean && clean[0] != '/')
		return error_set(e, EINVAL, "--at %s is no absolute path", at);
	z = zip_open_archive(path, e);
	if (!z)
		return error_add(e, "the root %s is not a directory; as a zip", path);
	r = zip_tree_read(z, clean, prefix ? prefix : "", true, inv, e);
	if (r < 0)
		return r;
	root = &inv->roots[inv->n_roots - 1];
	if (!prefix && !holds_python(root)) {
		free(root->prefix);
		root->prefix = xstrdup("python");
	}
	if (at || !traces->n || imported_from(root, traces))
		return 0;
	return find_origin(root, path, traces, e);
}
