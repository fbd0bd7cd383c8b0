#include "plan/figures.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

static bool counts(const struct entry *ent)
{
	return ent->type == ENTRY_FILE || ent->type == ENTRY_LINK;
}

/* A list of named amounts while it grows: what a name's index is. */
struct growing {
	struct strmap names;
	struct package_figures **list;
	size_t *n;
	size_t cap;
};

static struct package_figures *group_of(struct growing *g, const char *name, size_t len)
{
	bool is_new;
	size_t at = *strmap_add(&g->names, name, len, *g->n, &is_new);

	if (is_new) {
		*g->list = array_grow(*g->list, *g->n, &g->cap, sizeof(**g->list));
		(*g->list)[(*g->n)++] = (struct package_figures){.name = xstrndup(name, len)};
	}
	return &(*g->list)[at];
}

/* A distribution's version wins over the "" of stray files of the same name. */
static void set_version(struct package_figures *p, const char *version)
{
	if (p->version && (p->version[0] || !version[0]))
		return;
	free(p->version);
	p->version = xstrdup(version);
}

static void add_library(struct figures *f, const struct plan *p, size_t r, size_t i,
			const char *path, const struct package_name *package)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];

	f->libraries =
		array_grow(f->libraries, f->n_libraries, &f->cap_libraries, sizeof(*f->libraries));
	f->libraries[f->n_libraries++] = (struct library_figures){
		.path = xstrdup(path),
		.package = xstrndup(package->name, package->len),
		.soname = xstrdup(ent->elf->soname ? ent->elf->soname : ""),
		.bytes = ent->size,
		.zipped = ent->packed,
		.root = r,
		.entry = i};
}

/* Package and category of a path below the site directory, in another tree. */
static bool package_in(const struct plan *names, const char *path, struct package_name *ret,
		       uint8_t *category)
{
	for (size_t k = 0; names && k < names->n_dists; k++) {
		CLEANUP_FREE char *there = NULL;
		size_t i;

		/* One look for each site directory. */
		if (names->dists[k].beside)
			continue;
		there = path_join(names->dists[k].base, path);
		i = inventory_find(&names->inv->roots[names->dists[k].root], there);
		if (i != INVENTORY_NONE) {
			*ret = package_of(names, names->dists[k].root, i);
			*category = names->decisions[names->dists[k].root][i].category;
			return true;
		}
	}
	return false;
}

static void add_entry(struct figures *f, const struct plan *p, const struct plan *names, size_t r,
		      size_t i, struct growing *packages, struct growing *types)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];
	const char *path = ent->path + site_length(p, r, ent->path);
	CLEANUP_FREE char *suffix = file_type(path);
	uint8_t category = p->decisions[r][i].category;
	struct package_figures *package, *type;
	struct package_name name;

	if (!package_in(names, path, &name, &category))
		name = package_of(p, r, i);
	package = group_of(packages, name.name, name.len);
	set_version(package, name.version);
	amount_add(&package->amount, ent);
	amount_add(&f->total, ent);
	amount_add(&f->by_category[category], ent);
	type = group_of(types, suffix, strlen(suffix));
	set_version(type, "");
	amount_add(&type->amount, ent);
	if (ent->elf)
		add_library(f, p, r, i, path, &name);
	f->files[f->n_files++] = (struct file_figures){.path = xstrdup(path),
						       .package = xstrndup(name.name, name.len),
						       .bytes = ent->size,
						       .zipped = ent->packed};
}

void figures_make(const struct plan *survey, const struct plan *names, struct figures *ret)
{
	struct growing packages = {.list = &ret->packages, .n = &ret->n_packages};
	struct growing types = {.list = &ret->types, .n = &ret->n_types};
	size_t n = 0;

	*ret = (struct figures){.files_known = true, .libraries_known = true};
	for (size_t r = 0; r < survey->inv->n_roots; r++) {
		n += survey->inv->roots[r].n_entries;
		ret->zipped_known = survey->inv->roots[r].zip != NULL;
	}
	ret->files = xcalloc(n, sizeof(*ret->files));
	for (size_t r = 0; r < survey->inv->n_roots; r++)
		for (size_t i = 0; i < survey->inv->roots[r].n_entries; i++)
			if (counts(&survey->inv->roots[r].entries[i]))
				add_entry(ret, survey, names, r, i, &packages, &types);
	strmap_free(&packages.names);
	strmap_free(&types.names);
	figures_sort(ret);
}

/* The first member of each of these structs is the string that orders them. */
static int by_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Files come in order from a tree that has one site directory. */
static void sort(void *list, size_t n, size_t size)
{
	const char *at = list;
	size_t i = 1;

	while (i < n && by_first(at + (i - 1) * size, at + i * size) <= 0)
		i++;
	if (i < n)
		qsort(list, n, size, by_first);
}

void figures_sort(struct figures *f)
{
	sort(f->packages, f->n_packages, sizeof(*f->packages));
	sort(f->libraries, f->n_libraries, sizeof(*f->libraries));
	sort(f->types, f->n_types, sizeof(*f->types));
	sort(f->files, f->n_files, sizeof(*f->files));
}

const struct package_figures *figures_package(const struct figures *f, const char *name)
{
	return f->n_packages
		       ? bsearch(&name, f->packages, f->n_packages, sizeof(*f->packages), by_first)
		       : NULL;
}

struct library_figures *figures_library(const struct figures *f, const char *path)
{
	return f->n_libraries ? bsearch(&path, f->libraries, f->n_libraries, sizeof(*f->libraries),
					by_first)
			      : NULL;
}

static void free_groups(struct package_figures *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].name);
		free(list[i].version);
	}
	free(list);
}

void figures_free(struct figures *f)
{
	free_groups(f->packages, f->n_packages);
	free_groups(f->types, f->n_types);
	for (size_t i = 0; i < f->n_libraries; i++) {
		free(f->libraries[i].path);
		free(f->libraries[i].package);
		free(f->libraries[i].soname);
	}
	for (size_t i = 0; i < f->n_files; i++) {
		free(f->files[i].path);
		free(f->files[i].package);
	}
	free(f->libraries);
	free(f->files);
	*f = (struct figures){0};
}
