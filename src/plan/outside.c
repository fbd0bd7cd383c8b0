/* outside - modules that the runs used from outside the roots.
 *
 * A second directory on PYTHONPATH, the interpreter's own site-packages, the program's own directory:
 * a name that was found there is not missing. The trace shows which modules were used; what else lies
 * beside them it does not. For the program's own directory that does not matter (a library does not
 * import the program), nor for what is installed with the interpreter (it is not in the layer); for
 * any other directory of sys.path it does. */
#include "plan/closure.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

static bool is_module_path(const char *path)
{
	return path_ends(path, ".py") || path_ends(path, ".pyc") || path_ends(path, ".abi3.so") ||
	       (path_ends(path, ".so") && strstr(path, ".cpython-"));
}

static int by_path(const void *path, const void *file)
{
	return strcmp(path, ((const struct trace_file *)file)->path);
}

/* The rest of the path below the standard library, or NULL: that is where os.py is, which every
 * start looks at (getpath.py's landmark). */
static const char *below_stdlib(const struct trace *t, const char *path)
{
	for (const char *s = strchr(path + 1, '/'); s; s = strchr(s + 1, '/')) {
		CLEANUP_FREE char *landmark = xasprintf("%.*s/os.py", (int)(s - path), path);

		if (bsearch(landmark, t->files, t->n_files, sizeof(*t->files), by_path))
			return s + 1;
	}
	return NULL;
}

/* What is installed below the standard library is not of it. */
static bool is_installed(const char *below)
{
	return strncmp(below, "site-packages/", 14) == 0 ||
	       strncmp(below, "dist-packages/", 14) == 0;
}

static bool is_below(const char *path, const char *dir)
{
	return dir[0] && path_below(path, dir);
}

/* Whether the path is beside the script that a word of the command line names. */
static bool is_beside_script(const struct trace *t, const char *word, const char *path)
{
	CLEANUP_FREE char *full = path_join(t->cwd ? t->cwd : "", word);
	CLEANUP_FREE char *clean = path_clean(word[0] == '/' ? word : full);
	CLEANUP_FREE char *dir = path_dir(clean);

	return path_ends(clean, ".py") && is_below(path, dir);
}

/* The working directory, or that of a script which the command line names. In a merged trace each
 * word is a whole command line. */
static bool is_own_code(const struct trace *t, const char *path)
{
	bool own = is_below(path, t->cwd ? t->cwd : "");

	for (size_t k = 0; !own && k < t->n_command; k++) {
		own = is_beside_script(t, t->command[k], path);
		for (const char *s = t->command[k]; !own && *s; s += strspn(s, " ")) {
			CLEANUP_FREE char *word = xstrndup(s, strcspn(s, " "));

			own = is_beside_script(t, word, path);
			s += strlen(word);
		}
	}
	return own;
}

/* Every part of the path may be the top-level name: where sys.path ends is not known. */
static void add_names(const char *path, struct strmap *names)
{
	for (const char *s = path; *s;) {
		size_t len = strcspn(s, "/"), n = strcspn(s, "./");

		if (n)
			strmap_add(names, s, n, 0, NULL);
		s += len + (s[len] == '/');
	}
}

bool outside_names(const struct closure *c, struct strmap *names)
{
	bool elsewhere = false;

	for (size_t k = 0; k < c->n_traces; k++) {
		const struct trace *t = &c->traces[k];

		for (size_t i = 0; i < t->n_files; i++) {
			const char *path = t->files[i].path, *below;

			if (t->files[i].created || t->files[i].type == TRACE_TYPE_DIR ||
			    !is_module_path(path) || inventory_covers(c->p->inv, path) ||
			    is_start_noise(path))
				continue;
			below = below_stdlib(t, path);
			if (below && !is_installed(below))
				continue;
			add_names(path, names);
			elsewhere |= !below && !is_own_code(t, path);
		}
	}
	return elsewhere;
}
