/* check_files - modes and junk. */
#include "plan/check.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

/* Names of directories and files that tools leave behind, beside what categorise() knows. */
static bool is_droppings(const char *path)
{
	static const char *const dirs[] = {".pytest_cache", ".mypy_cache", ".ruff_cache",
					   ".hypothesis",   ".tox",        ".nox",
					   ".cache",        ".idea",       ".vscode",
					   "__MACOSX",      "htmlcov",     ".ipynb_checkpoints"};
	static const char *const files[] = {".DS_Store", "Thumbs.db", ".coverage",
					    ".python-version"};

	for (const char *s = path; *s; s += strcspn(s, "/"), s += *s == '/') {
		size_t n = strcspn(s, "/");
		bool dir = s[n] == '/';
		const char *const *names = dir ? dirs : files;

		for (size_t k = 0; k < (dir ? ARRAY_SIZE(dirs) : ARRAY_SIZE(files)); k++)
			if (strlen(names[k]) == n && memcmp(names[k], s, n) == 0)
				return true;
	}
	return path_ends(path, "~") || path_ends(path, ".orig") || path_ends(path, ".rej") ||
	       path_ends(path, ".swp") || path_ends(path, ".pyo");
}

static bool is_junk(const struct check *c, size_t root, size_t i)
{
	const struct plan *p = c->in->survey;
	const char *path = p->inv->roots[root].entries[i].path;
	enum category k = p->decisions[root][i].category;

	if (k != CATEGORY_TESTS && k != CATEGORY_VCS && !is_droppings(path))
		return false;
	return !strmap_find(&c->traced, path, strlen(path));
}

static bool is_readable(const struct entry *ent)
{
	uint32_t want = ent->type == ENTRY_DIR ? 0005 : 0004;

	return ent->type == ENTRY_LINK || (ent->mode & want) == want;
}

void check_files(struct check *c)
{
	const struct inventory *inv = c->in->survey->inv;
	struct file_groups junk = {0}, modes = {0};

	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			const struct entry *ent = &inv->roots[r].entries[i];

			if (!is_readable(ent))
				group_entry(&modes, c, r, i);
			if (ent->type != ENTRY_DIR && is_junk(c, r, i))
				group_entry(&junk, c, r, i);
		}
	for (size_t k = 0; k < modes.n; k++)
		group_report(&modes.list[k], c->found, CHECK_UNREADABLE_MODE,
			     "cannot be read by every user", "cannot be read by every user");
	for (size_t k = 0; k < junk.n; k++)
		group_report(&junk.list[k], c->found, CHECK_JUNK,
			     "belongs to tests, caches or version control",
			     "belong to tests, caches or version control");
	groups_free(&junk);
	groups_free(&modes);
}
