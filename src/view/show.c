#include "view/show.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "view/colour.h"
#include "view/table.h"

#include <inttypes.h>

#define BAR_WIDTH 20 /* a bar is a line of 80 columns */
#define FULL_AT   80 /* percent: from there on it is worth a look */

/* One row; where everything is kept, there is nothing to compare. */
static void add_amounts(struct table *t, char *name, const struct amount *all,
			const struct amount *kept, bool everything)
{
	char *cells[6] = {name, table_count(all->files), table_mb(all->bytes)};

	if (!everything) {
		cells[3] = table_count(kept->files);
		cells[4] = table_mb(kept->bytes);
		cells[5] = table_percent(kept->bytes, all->bytes);
	}
	table_add(t, cells);
}

static void add_to(struct amount *sum, const struct amount *a)
{
	sum->files += a->files;
	sum->bytes += a->bytes;
}

static char *group_label(const struct group_amount *g)
{
	return g->version[0] ? xasprintf("%s %s", g->name, g->version) : xstrdup(g->name);
}

static bool keeps_everything(const struct summary *s)
{
	return s->kept.files == s->all.files && s->kept.bytes == s->all.bytes;
}

void show_groups(const char *title, const struct group_amount *list, size_t n, size_t top,
		 const struct summary *sum, FILE *out)
{
	const char *columns[] = {title, "FILES", "MB", "KEPT", "KEPT MB", "SHARE"};
	bool everything = keeps_everything(sum);
	struct table *t = table_new(columns, everything ? 3 : ARRAY_SIZE(columns));
	struct amount rest = {0}, rest_kept = {0};

	for (size_t i = 0; i < n; i++) {
		const struct group_amount *g = &list[i];

		if (i < top) {
			add_amounts(t, group_label(g), &g->all, &g->kept, everything);
			continue;
		}
		add_to(&rest, &g->all);
		add_to(&rest_kept, &g->kept);
	}
	if (n > top)
		add_amounts(t, xasprintf("(%zu more)", n - top), &rest, &rest_kept, everything);
	add_amounts(t, xstrdup("all"), &sum->all, &sum->kept, everything);
	table_print(t, out);
}

void show_amounts(const char *title, const char *const *names, const struct amount *amounts,
		  size_t n, FILE *out)
{
	const char *columns[] = {title, "FILES", "MB"};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));

	for (size_t i = 0; i < n; i++)
		if (amounts[i].files)
			table_add(t, (char *[]){xstrdup(names[i]), table_count(amounts[i].files),
						table_mb(amounts[i].bytes)});
	table_print(t, out);
}

void show_reasons(const struct summary *s, FILE *out)
{
	show_amounts("KEPT BECAUSE", reason_names, s->by_reason, REASONS, out);
	show_amounts("REMOVED", category_names, s->by_category, CATEGORIES, out);
}

void show_totals(const struct summary *s, uint64_t zip_bytes, FILE *out)
{
	colour_begin(out, COLOUR_STRONG);
	if (!keeps_everything(s))
		fprintf(out, "%" PRIu64 " of %" PRIu64 " files and %.1f of %.1f MB kept",
			s->kept.files, s->all.files, (double)s->kept.bytes / 1e6,
			(double)s->all.bytes / 1e6);
	else
		fprintf(out, "%" PRIu64 " files, %.1f MB", s->all.files,
			(double)s->all.bytes / 1e6);
	fprintf(out, " (%.1f MB without bytecode)",
		(double)(s->kept.bytes - s->kept_bytecode.bytes) / 1e6);
	if (!keeps_everything(s) && s->empty_dirs)
		fprintf(out, ", %" PRIu64 " empty director%s", s->empty_dirs,
			s->empty_dirs == 1 ? "y" : "ies");
	if (s->added.files)
		fprintf(out, ", %" PRIu64 " compiled", s->added.files);
	if (zip_bytes)
		fprintf(out, "; %.1f MB zipped", (double)zip_bytes / 1e6);
	colour_end(out);
	fputc('\n', out);
}

static void show_limit(const char *name, uint64_t limit, uint64_t used, FILE *out)
{
	uint64_t full = used >= limit ? BAR_WIDTH : used * BAR_WIDTH / limit;
	bool over = used > limit;

	fprintf(out, "%-21s [", name);
	colour_begin(out, over                           ? COLOUR_ERROR
			  : used > limit / 100 * FULL_AT ? COLOUR_WARNING
							 : COLOUR_GOOD);
	for (uint64_t k = 0; k < full; k++)
		fputc('#', out);
	colour_end(out);
	for (uint64_t k = full; k < BAR_WIDTH; k++)
		fputc('.', out);
	fprintf(out, "] %5.1f %% of %.1f MB, %.1f MB %s\n", 100.0 * (double)used / (double)limit,
		(double)limit / 1e6, (double)(over ? used - limit : limit - used) / 1e6,
		over ? "over" : "left");
}

void show_limits(const struct summary *s, uint64_t zip_bytes, FILE *out)
{
	show_limit("Lambda, unzipped", LAMBDA_UNZIPPED, s->kept.bytes, out);
	if (zip_bytes)
		show_limit("Lambda, zipped upload", LAMBDA_ZIPPED, zip_bytes, out);
	fputc('\n', out);
}

void show_steps(const struct summary *s, FILE *out)
{
	static const char *const columns[] = {"STEP", "FILES", "MB", "LEFT MB", "LEFT"};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	uint64_t left = s->all.bytes;

	table_add(t, (char *[]){xstrdup("everything"), table_count(s->all.files), table_mb(left),
				table_mb(left), table_percent(left, left)});
	for (int c = 0; c < CATEGORIES; c++) {
		const struct amount *a = &s->by_category[c];

		if (!a->files)
			continue;
		left -= a->bytes;
		table_add(t, (char *[]){xasprintf("without %s", category_names[c]),
					xasprintf("-%" PRIu64, a->files),
					xasprintf("-%.1f", (double)a->bytes / 1e6), table_mb(left),
					table_percent(left, s->all.bytes)});
	}
	/* RECORD, what was compiled, what was stripped. */
	if (left != s->kept.bytes)
		table_add(
			t,
			(char *[]){xstrdup("made anew"), xasprintf("+%" PRIu64, s->added.files),
				   xasprintf("%+.1f", ((double)s->kept.bytes - (double)left) / 1e6),
				   table_mb(s->kept.bytes),
				   table_percent(s->kept.bytes, s->all.bytes)});
	table_print(t, out);
}

/* --- JSON ------------------------------------------------------------------------------------- */

struct json *show_amount_json(const struct amount *a)
{
	struct json *j = json_object();

	json_set_int(j, "files", (int64_t)a->files);
	json_set_int(j, "bytes", (int64_t)a->bytes);
	return j;
}

static struct json *amounts_json(const char *const *names, const struct amount *amounts, size_t n)
{
	struct json *j = json_object();

	for (size_t i = 0; i < n; i++)
		if (amounts[i].files)
			json_set(j, names[i], show_amount_json(&amounts[i]));
	return j;
}

struct json *show_group_json(const struct group_amount *p)
{
	struct json *j = json_object();

	json_set_bytes(j, "name", p->name);
	json_set_bytes(j, "version", p->version);
	json_set_int(j, "files", (int64_t)p->all.files);
	json_set_int(j, "bytes", (int64_t)p->all.bytes);
	json_set_int(j, "kept_files", (int64_t)p->kept.files);
	json_set_int(j, "kept_bytes", (int64_t)p->kept.bytes);
	return j;
}

struct json *show_summary_json(const struct summary *s, uint64_t zip_bytes)
{
	struct json *j = json_object(), *packages = json_array();

	json_set(j, "total", show_amount_json(&s->all));
	json_set(j, "total_bytecode", show_amount_json(&s->all_bytecode));
	json_set(j, "kept", show_amount_json(&s->kept));
	json_set(j, "kept_bytecode", show_amount_json(&s->kept_bytecode));
	json_set(j, "added", show_amount_json(&s->added));
	json_set_int(j, "empty_directories", (int64_t)s->empty_dirs);
	json_set(j, "reasons", amounts_json(reason_names, s->by_reason, REASONS));
	json_set(j, "removed", amounts_json(category_names, s->by_category, CATEGORIES));
	for (size_t i = 0; i < s->n_packages; i++)
		json_append(packages, show_group_json(&s->packages[i]));
	json_set(j, "packages", packages);
	if (zip_bytes)
		json_set_int(j, "zip_bytes", (int64_t)zip_bytes);
	return j;
}
