#include "view/choices.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "view/table.h"
#include "view/why.h"

#include <inttypes.h>

/* Levers of one kind that people are shown; programs get all that were found. */
#define SHOWN 4

static const char *const kind_names[LEVERS] = {"drop", "optional", "far", "distribution", "higher"};

/* --- levels ----------------------------------------------------------------------------------- */

static char *level_mb(const struct level *l, uint64_t bytes)
{
	CLEANUP_FREE char *mb = table_mb(bytes);

	return xasprintf("%s%s", l->exact ? "" : "~", mb);
}

static void show_levels(const struct choices *c, FILE *out)
{
	static const char *const columns[] = {"LEVEL", "FILES", "MB", "WITHOUT BYTECODE"};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	bool inexact = false;

	for (int s = 0; s < SAFETIES; s++) {
		const struct level *l = &c->levels[s];
		bool chosen = s == (int)c->plan->safety;

		if (l->known)
			table_add(t,
				  (char *[]){xasprintf("%s%s", safety_names[s],
						       chosen ? " (chosen)" : ""),
					     table_count(l->kept.files), level_mb(l, l->kept.bytes),
					     level_mb(l, l->kept.bytes - l->kept_bytecode.bytes)});
		inexact |= l->known && !l->exact;
	}
	table_print(t, out);
	if (inexact)
		fputs("~ without what would still be compiled or stripped at that level\n\n", out);
}

static struct json *levels_json(const struct choices *c)
{
	struct json *all = json_array();

	for (int s = 0; s < SAFETIES; s++) {
		const struct level *l = &c->levels[s];
		struct json *j;

		if (!l->known)
			continue;
		j = json_object();
		json_set_string(j, "name", safety_names[s]);
		json_set_bool(j, "chosen", s == (int)c->plan->safety);
		json_set_bool(j, "exact", l->exact);
		json_set_int(j, "files", (int64_t)l->kept.files);
		json_set_int(j, "bytes", (int64_t)l->kept.bytes);
		json_set_int(j, "bytecode_bytes", (int64_t)l->kept_bytecode.bytes);
		json_append(all, j);
	}
	return all;
}

/* --- levers ----------------------------------------------------------------------------------- */

static void add_rule(const struct lever *l, struct buf *out)
{
	buf_addstr(out, l->kind == LEVER_DROP ? "drop " : "keep ");
	why_pattern(l->path, out);
}

/* "pkg/x.py:12 imports it", without the name that is asked for: the path says it. */
static void add_importer(const struct plan *p, const struct cause *c, struct buf *out)
{
	buf_addf(out, "%s:%" PRIu32 " imports it", p->inv->roots[c->root].entries[c->entry].path,
		 c->line);
}

static void add_why(const struct choices *c, const struct lever *l, struct buf *out)
{
	const struct plan *p = c->plan;

	switch (l->kind) {
	case LEVER_OPTIONAL:
	case LEVER_FAR:
		buf_addstr(out, "left out: ");
		why_left(p, l->root, l->entry, out);
		break;
	case LEVER_DIST:
		buf_addf(out, "left out: no run touched %s", p->dists[l->dist].name);
		if (l->cause) {
			buf_addstr(out, " and nothing requires it, but ");
			add_importer(p, l->cause, out);
		} else {
			buf_addstr(out, ", which was installed by name");
		}
		break;
	default:
		if (l->kind == LEVER_HIGHER)
			buf_addf(out, "left out, but --safety %s keeps it: ",
				 safety_names[p->decisions[l->root][l->entry].level]);
		else
			buf_addstr(out, "no run touched it; kept because of ");
		why_name(l->cause, out);
		buf_addstr(out, ": ");
		why_kept(p, l->root, l->entry, l->cause, out);
	}
}

static void show_levers(const struct choices *c, FILE *out)
{
	size_t of_kind[LEVERS] = {0};

	if (c->n_levers)
		fputs("Levers: lines for a rules file (--rules FILE) that would change much\n",
		      out);
	for (size_t k = 0; k < c->n_levers; k++) {
		const struct lever *l = &c->levers[k];
		CLEANUP_BUF struct buf rule = {0}, why = {0};

		if (of_kind[l->kind]++ >= SHOWN)
			continue;
		add_rule(l, &rule);
		add_why(c, l, &why);
		fprintf(out, "  %s  # %.1f MB: %s\n", rule.data, (double)l->bytes / 1e6, why.data);
	}
	if (c->n_levers)
		fputc('\n', out);
}

static struct json *levers_json(const struct choices *c)
{
	struct json *all = json_array();

	for (size_t k = 0; k < c->n_levers; k++) {
		const struct lever *l = &c->levers[k];
		CLEANUP_FREE char *path = path_join(c->plan->inv->roots[l->root].prefix, l->path);
		CLEANUP_BUF struct buf rule = {0}, why = {0};
		struct json *j = json_object();

		add_rule(l, &rule);
		add_why(c, l, &why);
		json_set_string(j, "kind", kind_names[l->kind]);
		json_set_bytes(j, "path", path);
		json_set_int(j, "files", (int64_t)l->files);
		json_set_int(j, "bytes", (int64_t)l->bytes);
		json_set_bytes(j, "why", why.data);
		json_set_bytes(j, "rule", rule.data);
		json_append(all, j);
	}
	return all;
}

void choices_show(const struct choices *c, FILE *out)
{
	show_levels(c, out);
	show_levers(c, out);
}

void choices_json(const struct choices *c, struct json *into)
{
	json_set(into, "levels", levels_json(c));
	json_set(into, "levers", levers_json(c));
}
