#include "view/report.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "plan/shipped.h"
#include "view/choices.h"
#include "view/show.h"

#include <string.h>

const char *report_content(enum category c)
{
	switch (c) {
	case CATEGORY_MODULE:
	case CATEGORY_UNIMPORTABLE:
		return "module";
	case CATEGORY_LIBRARY:
		return "native library";
	case CATEGORY_DATA:
	case CATEGORY_DIST:
		return "data";
	default:
		return category_names[c];
	}
}

const char *report_decision(const struct report *r, size_t root, size_t i, bool *kept)
{
	const struct decision *d = &r->plan->decisions[root][i];

	if (kept)
		*kept = plan_ships(r->plan, root, i);
	if (!plan_ships(r->plan, root, i))
		return category_names[plan_category(r->plan, root, i)];
	return r->decided ? reason_names[d->main] : report_content(d->category);
}

char *report_path(const struct report *r, size_t root, size_t i)
{
	const struct inventory_root *dir = &r->plan->inv->roots[root];

	return path_join(dir->prefix, dir->entries[i].path);
}

char *report_why(const struct report *r, size_t root, size_t i)
{
	const struct decision *d = &r->plan->decisions[root][i];
	const struct cause *c =
		d->reasons ? plan_cause(r->plan, root, i, (enum reason)d->main) : NULL;
	CLEANUP_FREE char *asker = NULL, *line = NULL;

	if (plan_left_out(r->plan, root, i))
		return xstrdup(plan_left_out(r->plan, root, i));
	if (!r->decided || !c || (c->entry == INVENTORY_NONE && !c->text) ||
	    c->reason == REASON_MODULE || c->reason == REASON_PACKAGE)
		return NULL;
	asker = c->entry == INVENTORY_NONE ? NULL : report_path(r, c->root, c->entry);
	line = c->line ? xasprintf(":%u", c->line) : xstrdup("");
	if (!asker)
		return xstrdup(c->text);
	return c->text ? xasprintf("%s, asked for by %s%s", c->text, asker, line)
		       : xasprintf("asked for by %s%s", asker, line);
}

/* --- the document ----------------------------------------------------------------------------- */

static struct json *groups_json(const struct group_amount *list, size_t n)
{
	struct json *j = json_array();

	for (size_t i = 0; i < n; i++)
		json_append(j, show_group_json(&list[i]));
	return j;
}

static struct json *limit_json(const char *name, uint64_t limit, uint64_t used)
{
	struct json *j = json_object();

	json_set_string(j, "name", name);
	json_set_int(j, "limit", (int64_t)limit);
	json_set_int(j, "used", (int64_t)used);
	return j;
}

static struct json *limits_json(const struct report *r)
{
	struct json *j = json_array();

	json_append(j, limit_json("Lambda, unzipped", LAMBDA_UNZIPPED, r->summary->kept.bytes));
	if (r->zip_bytes)
		json_append(j, limit_json("Lambda, zipped upload", LAMBDA_ZIPPED, r->zip_bytes));
	return j;
}

static struct json *totals_json(const struct report *r)
{
	struct json *j = json_object();

	json_set(j, "all", show_amount_json(&r->summary->all));
	json_set(j, "kept", show_amount_json(&r->summary->kept));
	if (r->zip_bytes)
		json_set_int(j, "zip_bytes", (int64_t)r->zip_bytes);
	return j;
}

static void row_json(const struct report *r, size_t root, size_t i, struct buf *out)
{
	CLEANUP_FREE char *path = report_path(r, root, i), *why = report_why(r, root, i);
	CLEANUP_FREE char *package = summary_package(r->plan, root, i);
	CLEANUP_JSON struct json *j = json_object();
	bool kept;
	const char *decision = report_decision(r, root, i, &kept);

	json_set_bytes(j, "path", path);
	json_set_int(j, "bytes", (int64_t)plan_bytes(r->plan, root, i));
	if (r->zip_bytes && r->plan->inv->roots[root].zip)
		json_set_int(j, "zip_bytes", (int64_t)r->plan->inv->roots[root].entries[i].packed);
	json_set_bool(j, "kept", kept);
	json_set_string(j, "decision", decision);
	json_set_bytes(j, "package", package);
	if (why)
		json_set_bytes(j, "why", why);
	json_print(j, out);
}

static void files_json(const struct report *r, struct buf *out)
{
	const char *comma = "";

	for (size_t root = 0; root < r->plan->inv->n_roots; root++)
		for (size_t i = 0; i < r->plan->inv->roots[root].n_entries; i++) {
			if (r->plan->inv->roots[root].entries[i].type == ENTRY_DIR)
				continue;
			buf_addf(out, "%s\n", comma);
			row_json(r, root, i, out);
			comma = ",";
		}
}

/* The members before "files", which has one file per line and is written as it comes. */
void report_json(const struct report *r, struct buf *out)
{
	CLEANUP_JSON struct json *j = json_object();

	json_set_string(j, "schema", "importtrace/report");
	json_set_int(j, "version", 1);
	json_set_bytes(j, "title", r->title);
	json_set(j, "totals", totals_json(r));
	json_set(j, "limits", limits_json(r));
	json_set(j, "packages", groups_json(r->summary->packages, r->summary->n_packages));
	if (r->choices)
		choices_json(r->choices, j);
	json_set(j, "types", groups_json(r->summary->types, r->summary->n_types));
	json_print(j, out);
	buf_truncate(out, out->len - 1);
	buf_addstr(out, ",\"files\":[");
	files_json(r, out);
	buf_addstr(out, "]}\n");
}
