#include "view/why.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/shipped.h"

#include <inttypes.h>
#include <string.h>

void why_name(const struct cause *c, struct buf *out)
{
	buf_addstr(out, reason_names[c->reason]);
	if (c->reason == REASON_RULE && c->text)
		buf_addf(out, ":%s", c->text);
	else if (c->reason == REASON_USER)
		buf_addf(out, ":%" PRIu32, c->line);
}

/* "path" or "path:line" of the entry that asked. */
static void add_asker(const struct plan *p, const struct cause *c, struct buf *out)
{
	if (c->entry == INVENTORY_NONE) {
		buf_addstr(out, "something kept");
		return;
	}
	buf_addstr(out, p->inv->roots[c->root].entries[c->entry].path);
	if (c->line && c->reason != REASON_USER && c->reason != REASON_RULE)
		buf_addf(out, ":%" PRIu32, c->line);
}

static const char *asker_path(const struct plan *p, const struct cause *c)
{
	return c->entry == INVENTORY_NONE ? "" : p->inv->roots[c->root].entries[c->entry].path;
}

static void add_pair(const struct plan *p, const char *path, const struct cause *c, struct buf *out)
{
	const char *base = path_base(path), *asker = asker_path(p, c);
	size_t dir = (size_t)(base - path);
	bool package = strncmp(base, "__init__.", 9) == 0 && strncmp(asker, path, dir) == 0 &&
		       !strstr(asker, "__pycache__/__init__.");

	if (strstr(path, "__pycache__/"))
		buf_addstr(out, "the bytecode of ");
	else
		buf_addstr(out, package ? "makes a package of the directory of "
					: "the source without which it cannot be imported: ");
	add_asker(p, c, out);
}

static void add_text(const char *before, const char *text, const char *after, struct buf *out)
{
	if (text && text[0])
		buf_addf(out, "%s%s%s", before, text, after);
}

const struct rule *why_rule(const struct plan *p, const struct cause *c)
{
	const struct rules *rs = c->reason == REASON_RULE   ? p->builtin
				 : c->reason == REASON_USER ? p->user
							    : NULL;

	for (size_t k = 0; rs && k < rs->n; k++)
		if (rs->list[k].line == c->line)
			return &rs->list[k];
	return NULL;
}

const char *why_rules_file(const struct plan *p, const struct cause *c)
{
	const struct rules *rs = c->reason == REASON_RULE ? p->builtin : p->user;

	return rs ? rs->file : "the rules";
}

static void add_user(const struct plan *p, const struct cause *c, struct buf *out)
{
	buf_addf(out, "line %" PRIu32 " of %s", c->line, why_rules_file(p, c));
	add_text(": ", c->text, "", out);
}

/* Metadata that requires the distribution, or a touched file of it. */
static void add_package(const struct plan *p, const struct cause *c, struct buf *out)
{
	const char *asker = asker_path(p, c);

	if (strstr(asker, ".dist-info/") || strstr(asker, ".egg-info/")) {
		buf_addstr(out, "of a distribution that is required: ");
		buf_addf(out, "%s asks for it", asker);
		return;
	}
	buf_addstr(out, "of a distribution that the run touched");
	add_text(": ", asker, "", out);
}

static void add_link(const struct plan *p, const struct entry *ent, const struct cause *c,
		     struct buf *out)
{
	buf_addstr(out, ent->type == ENTRY_LINK ? "the link on the way to " : "what ");
	add_asker(p, c, out);
	if (ent->type != ENTRY_LINK)
		buf_addstr(out, " points to");
}

void why_kept(const struct plan *p, size_t root, size_t i, const struct cause *c, struct buf *out)
{
	static const char *const behind[REASONS] = {
		[REASON_ELF] = " needs it",
		[REASON_IMPORT] = " imports it",
		[REASON_NAME] = " names it",
		[REASON_PLUGIN] = " asks for it",
	};
	static const char *const alone[REASONS] = {
		[REASON_TRACED] = "touched by the recorded run",
		[REASON_METADATA] = "metadata of a distribution with kept files",
		[REASON_MODULE] = "a module of a distribution that the run touched",
		[REASON_DATA] = "data beside what is kept",
		[REASON_REPAIRED] = "missed by a run on the layer",
		[REASON_STATIC] = "no static rule deletes it",
		[REASON_ALL] = "everything is kept",
	};
	const struct entry *ent = &p->inv->roots[root].entries[i];

	if (c->reason == REASON_PAIR) {
		add_pair(p, ent->path, c, out);
	} else if (c->reason == REASON_LINK) {
		add_link(p, ent, c, out);
	} else if (c->reason == REASON_RULE) {
		const struct rule *rule = why_rule(p, c);

		add_text("", rule ? rule->why : "", "", out);
	} else if (c->reason == REASON_USER) {
		add_user(p, c, out);
	} else if (c->reason == REASON_PACKAGE) {
		add_package(p, c, out);
	} else if (behind[c->reason] && c->entry != INVENTORY_NONE) {
		add_asker(p, c, out);
		buf_addstr(out, behind[c->reason]);
		add_text(" (", c->text, ")", out);
	} else {
		buf_addstr(out, alone[c->reason] ? alone[c->reason] : reason_names[c->reason]);
		if (c->entry != INVENTORY_NONE) {
			buf_addstr(out, ": ");
			add_asker(p, c, out);
		}
		add_text(" (", c->text, ")", out);
	}
}

/* "pkg/x.py:12 imports it", without the name that is asked for: the path says it. */
static void add_importer(const struct plan *p, const struct cause *c, struct buf *out)
{
	add_asker(p, c, out);
	buf_addstr(out, " imports it");
}

static void add_failing(const struct cause *c, struct buf *out)
{
	buf_addstr(out, "cannot be imported here: ");
	if (!c->line) {
		buf_addf(out, "its package %s cannot be", c->text);
		return;
	}
	buf_addf(out, "line %" PRIu32 " imports %s, which ", c->line, c->text);
	buf_addstr(out, c->entry == INVENTORY_NONE ? "is not installed" : "cannot be either");
}

static void add_distribution(const struct plan *p, size_t root, size_t i, struct buf *out)
{
	size_t owner = p->owner[root][i];

	buf_addstr(out, owner == INVENTORY_NONE ? "its distribution" : p->dists[owner].name);
}

bool why_left(const struct plan *p, size_t root, size_t i, struct buf *out)
{
	const struct left *one;

	if ((one = plan_left(p, root, i, LEFT_UNIMPORTABLE))) {
		add_failing(&one->cause, out);
	} else if ((one = plan_left(p, root, i, LEFT_OPTIONAL))) {
		buf_addstr(out, "no run loaded it, and ");
		add_importer(p, &one->cause, out);
		buf_addstr(out, " only where it can do without");
	} else if ((one = plan_left(p, root, i, LEFT_FAR))) {
		buf_addstr(out, "no run loaded it, and only ");
		add_importer(p, &one->cause, out);
		buf_addstr(out, ", in a dependency's dependency");
	} else if ((one = plan_left(p, root, i, LEFT_OUTSIDE))) {
		buf_addstr(out, "no run touched ");
		add_distribution(p, root, i, out);
		buf_addstr(out, " and nothing that is kept requires it, but ");
		add_importer(p, &one->cause, out);
	}
	return one != NULL;
}

/* The source of bytecode that is removed with it, or INVENTORY_NONE. */
static size_t removed_source(const struct plan *p, size_t root, size_t i)
{
	CLEANUP_FREE char *source = bytecode_source(p->inv->roots[root].entries[i].path);
	size_t at = source ? inventory_find(&p->inv->roots[root], source) : INVENTORY_NONE;

	return at != INVENTORY_NONE && !plan_kept(p, root, at) ? at : INVENTORY_NONE;
}

static void add_untouched(const struct plan *p, size_t root, size_t i, struct buf *out)
{
	size_t source = removed_source(p, root, i);

	if (source != INVENTORY_NONE) {
		buf_addf(out, "the bytecode of %s, which is removed",
			 p->inv->roots[root].entries[source].path);
	} else if (p->decisions[root][i].further) {
		buf_addf(out, "no run touched it; --safety %s would keep it",
			 safety_names[p->decisions[root][i].level]);
	} else if (p->decisions[root][i].category == CATEGORY_DIST) {
		buf_addstr(out, "no run touched ");
		add_distribution(p, root, i, out);
		buf_addstr(out, ", and nothing that is kept asks for this file");
	} else {
		buf_addstr(out, "no run touched it, and nothing that is kept asks for it");
	}
}

void why_removed(const struct plan *p, size_t root, size_t i, struct buf *out)
{
	const struct decision *d = &p->decisions[root][i];
	const struct cause *c = plan_cause(p, root, i, REASON_USER);

	if (plan_left_out(p, root, i)) {
		buf_addstr(out, plan_left_out(p, root, i));
		return;
	}
	if (d->dropped && c) {
		buf_addstr(out, "dropped by ");
		add_user(p, c, out);
		return;
	}
	if (p->barred && p->barred[root][i])
		buf_addstr(out, "given up, so that the layer fits (--fit)");
	else if (p->safety == SAFETY_STATIC)
		buf_addstr(out, "the classic rule list deletes it");
	else if (p->inv->roots[root].entries[i].type == ENTRY_OTHER)
		buf_addstr(out, "neither file, directory nor link");
	else if (!why_left(p, root, i, out))
		add_untouched(p, root, i, out);
}

void why_pattern(const char *path, struct buf *out)
{
	size_t len = strlen(path);

	buf_addch(out, '/');
	for (size_t i = 0; i < len; i++) {
		bool blank = path[i] == ' ' || path[i] == '\t';

		if (strchr("*?[\\#", path[i]) || (blank && (i + 1 == len || path[i + 1] == '#')))
			buf_addch(out, '\\');
		buf_addch(out, path[i]);
	}
}
