/* names - strings in kept modules that name a module, a file or a directory.
 *
 * Programs import by names in tables ("litellm.llms.bedrock.chat", ".chat", "pkg.mod:attr") and
 * open files by names ("anthropic_tokenizer.json", "templates/index.html", "sqs"). A module is
 * looked for by its whole name, relative to the package at hand and to the top-level one; a file
 * in the same distribution. */
#include "plan/closure.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"

#include <ctype.h>
#include <string.h>

/* More files than this of one base name: only those near the module are meant. */
#define MATCHES_MAX 8
/* A directory that is named is kept, its small files only, if it is not larger than this. */
#define NAMED_DIR_MAX ((uint64_t)4 << 20)

/* --- modules ---------------------------------------------------------------------------------- */

static bool is_dotted(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '_' && s[i] != '.')
			return false;
	return len && !isdigit((unsigned char)s[0]);
}

/* The module of the longest beginning of a dotted name that is at most one component short of
 * it: the last one may be an attribute. */
static size_t longest_module(const struct closure *c, const char *name, size_t *len)
{
	size_t at = modules_find(&c->modules, name, *len);
	const char *dot;

	if (at != INVENTORY_NONE)
		return at;
	dot = memrchr(name, '.', *len);
	if (!dot)
		return INVENTORY_NONE;
	*len = (size_t)(dot - name);
	return modules_find(&c->modules, name, *len);
}

/* Follows it if the module's own name is longer than `more` bytes. */
static void name_module(struct closure *c, const struct ask *ask, const char *name, size_t more)
{
	size_t len = strlen(name), at = longest_module(c, name, &len);

	if (at != INVENTORY_NONE && len > more)
		follow(c, ask, name, len);
}

/* A string without dots below a package: tests and docs are not meant. */
static void word_below(struct closure *c, const struct ask *ask, const char *full)
{
	size_t at = modules_find(&c->modules, full, strlen(full));
	const struct module *to = at == INVENTORY_NONE ? NULL : &c->modules.list[at];

	if (to && !category_is_static((enum category)c->p->decisions[to->root][to->entry].category))
		follow(c, ask, full, strlen(full));
}

/* `name` below the package `package` (its first `len` bytes). */
static void name_below(struct closure *c, const struct ask *ask, const char *package, size_t len,
		       const char *name)
{
	CLEANUP_FREE char *full = len ? xasprintf("%.*s.%s", (int)len, package, name) : NULL;

	if (full && strchr(name, '.'))
		name_module(c, ask, full, len);
	else if (full)
		word_below(c, ask, full);
}

static void follow_module_name(struct closure *c, const struct module *m, const struct ask *ask,
			       const char *s)
{
	size_t level = strspn(s, "."), len = strcspn(s, ":"), top = strcspn(m->name, ".");
	CLEANUP_FREE char *name = xstrndup(s, len);
	CLEANUP_FREE char *full = NULL;

	if (level >= len || !is_dotted(s + level, len - level))
		return;
	if (level) {
		full = absolute_name(m, (unsigned)level, name + level);
		if (full)
			name_module(c, ask, full, strcspn(full, "."));
		return;
	}
	if (strchr(name, '.') || s[len] == ':')
		name_module(c, ask, name, strchr(name, '.') ? strcspn(name, ".") : 0);
	name_below(c, ask, m->name, module_package(m), name);
	if (module_package(m) != top && strchr(name, '.'))
		name_below(c, ask, m->name, top, name);
}

/* --- files ------------------------------------------------------------------------------------ */

static bool is_module_file(const struct closure *c, size_t r, size_t i)
{
	return c->modules.at[r][i] != INVENTORY_NONE;
}

/* A distribution's number and a base name. */
static void base_key(size_t unit, const char *base, size_t len, struct buf *ret)
{
	buf_add(ret, &unit, sizeof(unit));
	buf_add(ret, base, len);
}

void names_index(struct closure *c)
{
	const struct inventory *inv = c->p->inv;

	c->next_base = xcalloc(inv->n_roots, sizeof(*c->next_base));
	for (size_t r = 0; r < inv->n_roots; r++) {
		c->next_base[r] = xcalloc(inv->roots[r].n_entries, sizeof(**c->next_base));
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			const struct entry *ent = &inv->roots[r].entries[i];
			size_t *head, code = closure_code(c->p, r, i);
			CLEANUP_BUF struct buf key = {0};
			bool is_new;

			c->next_base[r][i] = INVENTORY_NONE;
			if (path_ends(ent->path, ".pyc") ||
			    (ent->type != ENTRY_DIR && is_module_file(c, r, i) && !ent->elf))
				continue;
			base_key(c->units.of[r][i], path_base(ent->path),
				 strlen(path_base(ent->path)), &key);
			head = strmap_add(&c->by_base, key.data, key.len, code, &is_new);
			if (!is_new)
				c->next_base[r][i] = *head;
			*head = code;
		}
	}
}

/* Whether a path ends with the named one, at a '/'. */
static bool path_ends_with(const char *path, const char *name, size_t len)
{
	size_t n = strlen(path);

	return n >= len && memcmp(path + n - len, name, len) == 0 &&
	       (n == len || path[n - len - 1] == '/');
}

/* Whether the entry lies in or below the directory of the module. */
static bool is_near(const struct closure *c, const struct module *m, size_t r, size_t i)
{
	const char *path = closure_entry(c, m)->path;
	size_t dir = (size_t)(path_base(path) - path);

	return r == m->root && strncmp(c->p->inv->roots[r].entries[i].path, path, dir) == 0;
}

static void keep_named(struct closure *c, const struct ask *ask, size_t r, size_t i)
{
	plan_keep_at(c->p, r, i,
		     &(struct cause){.reason = REASON_NAME,
				     .root = ask->root,
				     .entry = ask->entry,
				     .line = ask->line,
				     .text = (char *)(uintptr_t)ask->text});
}

/* What a directory is named for: data, libraries, links. */
static bool is_content(const struct closure *c, size_t r, size_t i)
{
	const struct entry *ent = &c->p->inv->roots[r].entries[i];

	return is_data(c, r, i) || ent->type == ENTRY_LINK ||
	       (ent->elf && !is_module_file(c, r, i));
}

/* The small data files below a directory, where that is not large as a whole. */
static void keep_named_dir(struct closure *c, const struct ask *ask, size_t r, size_t i,
			   uint64_t max_file, uint64_t max_sum)
{
	const struct inventory_root *root = &c->p->inv->roots[r];
	CLEANUP_FREE char *prefix = xasprintf("%s/", root->entries[i].path);
	size_t first = inventory_lower_bound(root, prefix), n = strlen(prefix), end;
	uint64_t sum = 0;

	for (end = first; end < root->n_entries && strncmp(root->entries[end].path, prefix, n) == 0;
	     end++)
		if (is_content(c, r, end))
			sum += root->entries[end].size;
	for (size_t k = first; sum <= max_sum && k < end; k++) {
		const struct entry *ent = &root->entries[k];

		if (ent->size <= max_file && is_content(c, r, k))
			keep_named(c, ask, r, k);
	}
}

/* Whether a directory holds modules: then it is a package, not data. */
static bool holds_modules(const struct closure *c, size_t r, size_t i)
{
	const struct inventory_root *root = &c->p->inv->roots[r];
	CLEANUP_FREE char *prefix = xasprintf("%s/", root->entries[i].path);
	size_t n = strlen(prefix);

	for (size_t k = inventory_lower_bound(root, prefix);
	     k < root->n_entries && strncmp(root->entries[k].path, prefix, n) == 0; k++)
		if (root->entries[k].type == ENTRY_FILE && is_module_file(c, r, k))
			return true;
	return false;
}

/* Whether a directory lies directly in one that the module lies in or below. */
static bool is_beside(const struct closure *c, const struct module *m, size_t r, size_t i)
{
	const char *dir = c->p->inv->roots[r].entries[i].path;

	return r == m->root &&
	       strncmp(closure_entry(c, m)->path, dir, (size_t)(path_base(dir) - dir)) == 0;
}

/* A lone word names a directory only nearby: as a path it would be a common word. */
static void keep_match(struct closure *c, const struct module *m, const struct ask *ask, size_t r,
		       size_t i, bool is_word)
{
	if (c->p->inv->roots[r].entries[i].type != ENTRY_DIR)
		keep_named(c, ask, r, i);
	else if ((!is_word || is_beside(c, m, r, i)) && !holds_modules(c, r, i))
		keep_named_dir(c, ask, r, i, DATA_SMALL, NAMED_DIR_MAX);
}

/* Files and directories of the module's own distribution. */
static void follow_file_name(struct closure *c, const struct module *m, const struct ask *ask,
			     const char *s)
{
	size_t len = strlen(s), count = 0;
	const size_t *head;

	while (len && s[len - 1] == '/')
		len--;
	for (; len && (*s == '/' || *s == '.') && memchr(s, '/', len); len--)
		s++;
	if (!len)
		return;
	for (int pass = 0; pass < 2; pass++) {
		const char *slash = memrchr(s, '/', len), *base = slash ? slash + 1 : s;
		CLEANUP_BUF struct buf key = {0};
		size_t r, i;

		base_key(ask->unit, base, len - (size_t)(base - s), &key);
		head = strmap_find(&c->by_base, key.data, key.len);
		for (size_t code = head ? *head : INVENTORY_NONE; code != INVENTORY_NONE;
		     code = c->next_base[r][i]) {
			closure_decode(c->p, code, &r, &i);
			if (!path_ends_with(c->p->inv->roots[r].entries[i].path, s, len))
				continue;
			if (!pass)
				count++;
			else if (count <= MATCHES_MAX || is_near(c, m, r, i))
				keep_match(c, m, ask, r, i, base == s);
		}
	}
}

/* --- choices ---------------------------------------------------------------------------------- */

/* A directory of alternatives: many directories, no modules, and a run read from one of them.
 * Any kept code may name another (botocore's services). */
static bool is_choice(const struct closure *c, size_t r, size_t i)
{
	const struct inventory_root *root = &c->p->inv->roots[r];
	CLEANUP_FREE char *dir = path_dir(root->entries[i].path);
	size_t at = dir[0] ? inventory_find(root, dir) : INVENTORY_NONE;

	return at != INVENTORY_NONE && c->p->decisions[r][at].choices;
}

void choices_index(struct closure *c)
{
	for (size_t r = 0; r < c->p->inv->n_roots; r++)
		for (size_t i = 0; i < c->p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &c->p->inv->roots[r].entries[i];
			const char *base = path_base(ent->path);
			struct choice one = {closure_code(c->p, r, i), INVENTORY_NONE};
			size_t *head;
			bool is_new;

			if (ent->type != ENTRY_DIR || !is_choice(c, r, i))
				continue;
			head = strmap_add(&c->by_choice, base, strlen(base), c->n_choices, &is_new);
			if (!is_new)
				one.next = *head;
			*head = c->n_choices;
			c->choices = array_grow(c->choices, c->n_choices, &c->cap_choices,
						sizeof(*c->choices));
			c->choices[c->n_choices++] = one;
		}
}

static void follow_choice(struct closure *c, const struct ask *ask, const char *s)
{
	const size_t *head = strmap_find(&c->by_choice, s, strlen(s));
	size_t r, i;

	for (size_t k = head ? *head : INVENTORY_NONE; k != INVENTORY_NONE;
	     k = c->choices[k].next) {
		closure_decode(c->p, c->choices[k].code, &r, &i);
		keep_named_dir(c, ask, r, i, UINT64_MAX, UINT64_MAX);
	}
}

void follow_name(struct closure *c, const struct module *m, const struct fact *f)
{
	const char *s = fact_name(closure_entry(c, m)->facts, f);
	struct ask ask = {.root = m->root,
			  .entry = m->entry,
			  .unit = c->units.of[m->root][m->entry],
			  .line = f->line,
			  .reason = REASON_NAME,
			  .in_function = true,
			  .text = s};
	bool is_new;

	if (f->flags & FACT_TYPING)
		return;
	if (!strpbrk(s, " /")) {
		follow_module_name(c, m, &ask, s);
		follow_choice(c, &ask, s);
		strmap_add(&c->groups, s, strlen(s), closure_code(c->p, m->root, m->entry),
			   &is_new);
		c->groups_changed |= is_new;
	}
	follow_file_name(c, m, &ask, s);
}
