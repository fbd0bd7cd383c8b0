/* plugins - modules that are found, not imported by name.
 *
 * A namespace package that a run listed (pkgutil.iter_modules over tiktoken_ext), and the entry
 * points of groups whose name stands in a kept module (importlib.metadata.entry_points). */
#include "plan/closure.h"

#include "base/mem.h"
#include "base/path.h"

#include <ctype.h>
#include <string.h>

/* --- namespace packages ----------------------------------------------------------------------- */

/* "ns.child", not "ns.child.deeper" nor a module that is named from another directory on the path. */
static bool is_child(const char *name, const char *namespace)
{
	size_t n = strlen(namespace);

	return strncmp(name, namespace, n) == 0 && name[n] == '.' && !strchr(name + n + 1, '.');
}

static void keep_children(struct closure *c, const struct module *namespace)
{
	const struct inventory_root *root = &c->p->inv->roots[namespace->root];
	CLEANUP_FREE char *prefix = xasprintf("%s/", root->entries[namespace->entry].path);
	size_t n = strlen(prefix);

	for (size_t i = inventory_lower_bound(root, prefix);
	     i < root->n_entries && strncmp(root->entries[i].path, prefix, n) == 0; i++) {
		size_t k = c->modules.at[namespace->root][i];
		const struct module *m = k == INVENTORY_NONE ? NULL : &c->modules.list[k];

		if (m && !m->dir && !m->native && !c->unimportable[k] &&
		    is_child(m->name, namespace->name) &&
		    c->units.list[c->units.of[namespace->root][i]].allowed)
			plan_keep(c->p, namespace->root, i, REASON_PLUGIN, namespace->root,
				  namespace->entry);
	}
}

static void pass_namespaces(struct closure *c)
{
	for (size_t k = 0; k < c->modules.n; k++) {
		const struct module *m = &c->modules.list[k];
		CLEANUP_FREE char *init = NULL;

		if (!m->dir || !c->p->decisions[m->root][m->entry].listed)
			continue;
		init = xasprintf("%s/__init__.py", closure_entry(c, m)->path);
		if (inventory_find(&c->p->inv->roots[m->root], init) == INVENTORY_NONE)
			keep_children(c, m);
	}
}

/* --- entry points ----------------------------------------------------------------------------- */

/* "name = pkg.mod:attr [extra]": asks for pkg.mod. */
static void keep_target(struct closure *c, const struct ask *ask, const char *line, size_t len)
{
	const char *equals = memchr(line, '=', len);
	size_t n, skip;

	if (!equals)
		return;
	skip = (size_t)(equals + 1 - line);
	while (skip < len && isspace((unsigned char)line[skip]))
		skip++;
	for (n = 0; skip + n < len && !strchr(": [\t\r", line[skip + n]); n++)
		;
	follow(c, ask, line + skip, n);
}

/* Groups whose members are commands for people, whoever asks for them by name: no plugins. */
static bool is_commands(const char *group, size_t len)
{
	static const char *const groups[] = {"console_scripts", "gui_scripts",
					     "distutils.commands"};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (len == strlen(groups[i]) && memcmp(group, groups[i], len) == 0)
			return true;
	return false;
}

static bool is_group(struct closure *c, const char *line, size_t len, struct ask *ask)
{
	const size_t *code;
	size_t n = len;

	while (n && line[n - 1] != ']')
		n--;
	if (n < 3 || is_commands(line + 1, n - 2))
		return false;
	code = strmap_find(&c->groups, line + 1, n - 2);
	if (code)
		closure_decode(c->p, *code, &ask->root, &ask->entry);
	return code != NULL;
}

static void read_entry_points(struct closure *c, const struct entry *ent, size_t unit)
{
	struct ask ask = {.unit = unit, .reason = REASON_PLUGIN};
	const char *p = ent->text, *end = p + ent->text_len;
	bool asked = false;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);

		if (len && *p == '[')
			asked = is_group(c, p, len, &ask);
		else if (asked && len && *p != '#' && *p != ';')
			keep_target(c, &ask, p, len);
		p = eol ? eol + 1 : end;
	}
}

static void pass_entry_points(struct closure *c)
{
	for (size_t k = 0; k < c->p->n_dists; k++) {
		const struct dist *d = &c->p->dists[k];
		CLEANUP_FREE char *path = path_join(d->dir, "entry_points.txt");
		size_t at = inventory_find(&c->p->inv->roots[d->root], path);
		const struct entry *ent =
			at == INVENTORY_NONE ? NULL : &c->p->inv->roots[d->root].entries[at];

		if (ent && ent->text)
			read_entry_points(c, ent, k);
	}
}

void pass_plugins(struct closure *c)
{
	pass_namespaces(c);
	if (c->groups_changed)
		pass_entry_points(c);
	c->groups_changed = false;
}
