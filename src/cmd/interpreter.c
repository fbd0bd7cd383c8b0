#include "cmd/interpreter.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"
#include "layer/elf.h"
#include "layer/tree.h"
#include "trace/interp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

/* --- which Python ----------------------------------------------------------------------------- */

struct names {
	char **list;
	size_t n;
};

static void names_add(struct names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->list[i], name) == 0)
			return;
	l->list = xreallocarray(l->list, l->n + 1, sizeof(*l->list));
	l->list[l->n++] = xstrdup(name);
}

static void names_free(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->list[i]);
	free(l->list);
	*l = (struct names){0};
}

#define CLEANUP_NAMES __attribute__((cleanup(names_free)))

static int choose_exe(const char *given, const struct traces *traces, char **ret, struct error *e)
{
	CLEANUP_NAMES struct names found = {0};
	CLEANUP_BUF struct buf list = {0};

	if (given && !path_is_python(given))
		return error_set(e, EINVAL, "cannot pack the interpreter: %s is no Python", given);
	for (size_t k = 0; !given && k < traces->n; k++)
		for (size_t i = 0; i < traces->list[k].n_processes; i++) {
			const char *exe = traces->list[k].processes[i].exe;

			if (path_is_python(exe))
				names_add(&found, exe);
		}
	for (size_t i = 0; i < found.n; i++)
		buf_addf(&list, "\n  --with-interpreter=%s", found.list[i]);
	if (found.n > 1)
		return error_set(e, EINVAL, "the run used several Pythons; say which to pack:%s",
				 list.data);
	if (!given && !found.n)
		return error_set(e, ENOENT,
				 "the trace names no Python to pack: name it with "
				 "--with-interpreter=EXE");
	*ret = realpath(given ? given : found.list[0], NULL);
	return *ret ? 0
		    : error_errno(e, errno, "cannot find the Python %s",
				  given ? given : found.list[0]);
}

/* PREFIX/lib/python3.N of PREFIX/bin/EXE: Python finds it by os.py, so the run has looked at that. */
static char *find_stdlib(const char *exe, const struct traces *traces)
{
	CLEANUP_FREE char *bin = path_dir(exe);
	CLEANUP_FREE char *prefix = path_dir(bin);
	CLEANUP_FREE char *pattern =
		xasprintf("%s/lib*/python3.*/os.py", strcmp(prefix, "/") == 0 ? "" : prefix);

	for (size_t k = 0; k < traces->n; k++)
		for (size_t i = 0; i < traces->list[k].n_files; i++) {
			const char *path = traces->list[k].files[i].path;

			if (fnmatch(pattern, path, FNM_PATHNAME) == 0)
				return path_dir(path);
		}
	return NULL;
}

/* --- what is read ----------------------------------------------------------------------------- */

static bool is_wanted(const char *name)
{
	return name[0] != '.' && strcmp(name, "site-packages") != 0 &&
	       strcmp(name, "dist-packages") != 0 && strcmp(name, "test") != 0 &&
	       strncmp(name, "config-", 7) != 0;
}

/* Links to absolute paths would lead out of the layer. The last root's. */
static void drop_absolute_links(struct inventory *inv)
{
	struct inventory_root *root = &inv->roots[inv->n_roots - 1];
	size_t n = 0;

	for (size_t i = 0; i < root->n_entries; i++) {
		struct entry *ent = &root->entries[i];

		if (ent->type != ENTRY_LINK || ent->link_target[0] != '/') {
			root->entries[n++] = *ent;
			continue;
		}
		free(ent->path);
		free(ent->link_target);
	}
	root->n_entries = n;
}

static int add_names(const char *dir, const char *prefix, const struct names *names,
		     struct inventory *inv, struct error *e)
{
	int r = tree_read_names(dir, prefix, names->list, names->n, inv, e);

	if (r == 0)
		drop_absolute_links(inv);
	return r;
}

static int add_stdlib(const char *dir, struct inventory *inv, struct error *e)
{
	CLEANUP_FREE char *prefix = xasprintf("lib/%s", path_base(dir));
	CLEANUP_NAMES struct names names = {0};
	DIR *d = opendir(dir);
	struct dirent *de;

	if (!d)
		return error_errno(e, errno, "cannot list the standard library %s", dir);
	while ((de = readdir(d)))
		if (is_wanted(de->d_name))
			names_add(&names, de->d_name);
	closedir(d);
	return add_names(dir, prefix, &names, inv, e);
}

/* The executable and the links beside it that name it: python3 → python3.11. */
static int add_exe(const char *exe, struct inventory *inv, struct error *e)
{
	static const char *const usual[] = {"python", "python3"};
	CLEANUP_FREE char *dir = path_dir(exe);
	CLEANUP_NAMES struct names names = {0};

	names_add(&names, path_base(exe));
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		CLEANUP_FREE char *path = path_join(dir, usual[i]);
		CLEANUP_FREE char *resolved = realpath(path, NULL);

		if (resolved && strcmp(resolved, exe) == 0)
			names_add(&names, usual[i]);
	}
	return add_names(dir, "bin", &names, inv, e);
}

/* --- shared libraries ------------------------------------------------------------------------- */

/* Where glibc's loader looks without being told (elf/dl-load.c; Debian's multiarch first). */
static const char *const system_dirs[] = {
	"/lib/" MULTIARCH, "/usr/lib/" MULTIARCH, "/lib64", "/usr/lib64", "/lib", "/usr/lib",
};

struct group {
	char *dir;
	struct names names;
};

struct libraries {
	const struct traces *traces;
	struct strmap mapped; /* base name → index of a touched library's path */
	struct names paths;
	struct strmap looked_for;
	struct group *groups;
	size_t n;
	char *home; /* where in the layer what comes from elsewhere goes */
};

static void libraries_free(struct libraries *l)
{
	strmap_free(&l->mapped);
	strmap_free(&l->looked_for);
	names_free(&l->paths);
	for (size_t i = 0; i < l->n; i++) {
		free(l->groups[i].dir);
		names_free(&l->groups[i].names);
	}
	free(l->groups);
	free(l->home);
}

static bool under_roots(const struct inventory *inv, const char *path)
{
	for (size_t r = 0; r < inv->n_roots; r++) {
		const char *below = path_below(path, inv->roots[r].dir);

		if (below && (!inv->roots[r].partial ||
			      inventory_find(&inv->roots[r], below) != INVENTORY_NONE))
			return true;
	}
	return false;
}

static struct group *group_of(struct libraries *l, const char *dir)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->groups[i].dir, dir) == 0)
			return &l->groups[i];
	l->groups = xreallocarray(l->groups, l->n + 1, sizeof(*l->groups));
	l->groups[l->n] = (struct group){.dir = xstrdup(dir)};
	return &l->groups[l->n++];
}

static void follow(struct libraries *l, const struct inventory *inv, const char *path,
		   const struct elf_facts *elf);

/* A library by a path that may be a link, and by the name that it is looked for; what it needs
 * follows. */
static bool add_library(struct libraries *l, const struct inventory *inv, const char *path,
			const char *name)
{
	CLEANUP_FREE char *resolved = realpath(path, NULL);
	CLEANUP_FREE char *dir = resolved ? path_dir(resolved) : NULL;
	CLEANUP_FREE char *beside = dir ? path_join(dir, name) : NULL;
	CLEANUP_CLOSE int fd = resolved ? open(resolved, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	struct elf_facts *elf = fd >= 0 ? elf_read(fd) : NULL;
	struct group *g;

	if (!elf)
		return false;
	if (!under_roots(inv, resolved)) {
		g = group_of(l, dir);
		names_add(&g->names, path_base(resolved));
		if (access(beside, F_OK) == 0)
			names_add(&g->names, name);
		follow(l, inv, resolved, elf);
	}
	elf_facts_free(elf);
	return true;
}

static bool add_from(struct libraries *l, const struct inventory *inv, const char *dir,
		     const char *name)
{
	CLEANUP_FREE char *path = path_join(dir, name);

	return add_library(l, inv, path, name);
}

/* The loader's order, but that what the run mapped under this name goes first. */
static void find(struct libraries *l, const struct inventory *inv, const char *origin,
		 const struct elf_facts *elf, const char *name)
{
	const size_t *at = strmap_find(&l->mapped, name, strlen(name));

	if (at && add_library(l, inv, l->paths.list[*at], name))
		return;
	for (size_t i = 0; i < elf->n_search; i++) {
		const char *search = elf->search[i];
		CLEANUP_FREE char *expanded = strncmp(search, "$ORIGIN", 7) == 0
						      ? xasprintf("%s%s", origin, search + 7)
						      : xstrdup(search);

		if (expanded[0] == '/' && add_from(l, inv, expanded, name))
			return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(system_dirs); i++)
		if (add_from(l, inv, system_dirs[i], name))
			return;
}

static void follow(struct libraries *l, const struct inventory *inv, const char *path,
		   const struct elf_facts *elf)
{
	CLEANUP_FREE char *origin = path_dir(path);

	for (size_t i = 0; i < elf->n_needed; i++) {
		const char *name = elf->needed[i];
		bool is_new;

		if (strchr(name, '/'))
			continue;
		strmap_add(&l->looked_for, name, strlen(name), 0, &is_new);
		if (is_new)
			find(l, inv, origin, elf, name);
	}
}

/* What the run mapped: under its own name, and under the link's that was asked for. */
static void find_mapped(struct libraries *l)
{
	for (size_t k = 0; k < l->traces->n; k++)
		for (size_t i = 0; i < l->traces->list[k].n_files; i++) {
			const struct trace_file *f = &l->traces->list[k].files[i];
			size_t at = l->paths.n;

			if (!(f->ops & TRACE_MAP) || f->created || !strstr(f->path, ".so"))
				continue;
			names_add(&l->paths, f->path);
			if (l->paths.n == at)
				continue;
			strmap_add(&l->mapped, path_base(f->path), strlen(path_base(f->path)), at,
				   NULL);
			for (size_t q = 0; q < f->n_requested; q++) {
				const char *base = path_base(f->requested[q]);

				strmap_add(&l->mapped, base, strlen(base), at, NULL);
			}
		}
}

static void collect(struct libraries *l, const struct inventory *inv)
{
	find_mapped(l);
	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			const struct entry *ent = &inv->roots[r].entries[i];
			CLEANUP_FREE char *path = path_join(inv->roots[r].dir, ent->path);

			if (ent->elf)
				follow(l, inv, path, ent->elf);
		}
	/* Loaded by name while it ran (dlopen). */
	for (size_t i = 0; i < l->paths.n; i++)
		add_library(l, inv, l->paths.list[i], path_base(l->paths.list[i]));
}

/* "/usr/lib/x86_64-linux-gnu" → "lib/x86_64-linux-gnu": one of the loader's own places, or NULL. */
static const char *place_of(const char *dir)
{
	const char *place = path_below(dir, "/usr");

	for (size_t i = 0; i < ARRAY_SIZE(system_dirs); i++)
		if (strcmp(dir, system_dirs[i]) == 0)
			return place ? place : dir + 1;
	return NULL;
}

/* libc is where the loader looks first; what was found by a path of its own goes there too. */
static void find_home(struct libraries *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; !l->home && k < l->groups[i].names.n; k++)
			if (strcmp(l->groups[i].names.list[k], "libc.so.6") == 0 &&
			    place_of(l->groups[i].dir))
				l->home = xstrdup(place_of(l->groups[i].dir));
}

static void forget(struct names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->list[i], name) == 0) {
			free(l->list[i]);
			l->list[i] = l->list[--l->n];
			return;
		}
}

/* The ELF interpreter, at the very place that the executable names. */
static int add_loader(struct libraries *l, const char *exe, struct inventory *inv, struct error *e)
{
	CLEANUP_FREE char *loader = NULL, *dir = NULL, *resolved = NULL, *real_dir = NULL;
	CLEANUP_NAMES struct names names = {0};

	if (!interp_of(exe, &loader))
		return error_errno(e, errno, "cannot read %s", exe);
	/* A static program needs none. */
	if (!loader)
		return 0;
	resolved = realpath(loader, NULL);
	if (loader[0] != '/' || !resolved)
		return error_errno(e, errno, "cannot find %s, the loader of %s", loader, exe);
	if (strcmp(path_base(loader), path_base(resolved)) != 0)
		return error_set(e, EINVAL,
				 "cannot pack %s: its loader %s is a link to another name (%s)",
				 exe, loader, resolved);
	dir = path_dir(loader);
	real_dir = path_dir(resolved);
	forget(&group_of(l, real_dir)->names, path_base(resolved));
	names_add(&names, path_base(resolved));
	return add_names(real_dir, dir + 1, &names, inv, e);
}

static int add_libraries(const char *exe, const struct traces *traces, struct inventory *inv,
			 struct error *e)
{
	struct libraries l = {.traces = traces};
	int r;

	inventory_index(inv);
	collect(&l, inv);
	find_home(&l);
	r = add_loader(&l, exe, inv, e);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		const struct group *g = &l.groups[i];
		const char *place = place_of(g->dir);

		if (g->names.n)
			r = add_names(g->dir,
				      place    ? place
				      : l.home ? l.home
					       : "lib",
				      &g->names, inv, e);
	}
	libraries_free(&l);
	return r;
}

/* --- the whole -------------------------------------------------------------------------------- */

int interpreter_add(const char *exe, const struct traces *traces, struct inventory *inv,
		    struct error *e)
{
	CLEANUP_FREE char *python = NULL, *stdlib = NULL;
	int r;

	if (!traces->n)
		return error_set(e, EINVAL,
				 "--with-interpreter packs what a run used: it needs --keep");
	r = choose_exe(exe, traces, &python, e);
	if (r < 0)
		return r;
	stdlib = find_stdlib(python, traces);
	if (!stdlib)
		return error_set(e, ENOENT,
				 "the run did not use the standard library of %s (lib/python3.N "
				 "beside its bin/)",
				 python);
	r = add_exe(python, inv, e);
	if (r == 0)
		r = add_stdlib(stdlib, inv, e);
	return r == 0 ? add_libraries(python, traces, inv, e) : r;
}
