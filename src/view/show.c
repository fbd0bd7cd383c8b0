#include "view/show.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <string.h>

static char *megabytes(uint64_t bytes)
{
	return xasprintf("%.1f", (double)bytes / 1e6);
}

static struct libscols_table *new_table(const char *const *columns, size_t n)
{
	struct libscols_table *t = scols_new_table();

	for (size_t i = 0; t && i < n; i++)
		scols_table_new_column(t, columns[i], 0, i ? SCOLS_FL_RIGHT : 0);
	return t;
}

/* Fills a row; takes the cells. */
static void add_row(struct libscols_table *t, char **cells, size_t n)
{
	struct libscols_line *line = t ? scols_table_new_line(t, NULL) : NULL;

	for (size_t i = 0; i < n; i++) {
		if (!line || scols_line_refer_data(line, i, cells[i]) < 0)
			free(cells[i]);
	}
}

static void print_table(struct libscols_table *t, FILE *out)
{
	if (!t)
		return;
	scols_table_set_stream(t, out);
	scols_print_table(t);
	scols_unref_table(t);
	fputc('\n', out);
}

static void add_amounts(struct libscols_table *t, char *name, const struct amount *all,
			const struct amount *kept)
{
	char *cells[] = {
		name,
		xasprintf("%" PRIu64, all->files),
		megabytes(all->bytes),
		xasprintf("%" PRIu64, kept->files),
		megabytes(kept->bytes),
		xasprintf("%.0f %%",
			  all->bytes ? 100.0 * (double)kept->bytes / (double)all->bytes : 0.0)};

	add_row(t, cells, ARRAY_SIZE(cells));
}

static void show_packages(const struct summary *s, size_t top, FILE *out)
{
	static const char *const columns[] = {"PACKAGE", "FILES", "MB", "KEPT", "KEPT MB", "SHARE"};
	struct libscols_table *t = new_table(columns, ARRAY_SIZE(columns));
	struct amount rest = {0}, rest_kept = {0};
	size_t n_rest = s->n_packages > top ? s->n_packages - top : 0;

	for (size_t i = 0; i < s->n_packages; i++) {
		const struct group_amount *p = &s->packages[i];

		if (i < top) {
			add_amounts(t, xasprintf("%s %s", p->name, p->version), &p->all, &p->kept);
			continue;
		}
		rest.files += p->all.files;
		rest.bytes += p->all.bytes;
		rest_kept.files += p->kept.files;
		rest_kept.bytes += p->kept.bytes;
	}
	if (n_rest)
		add_amounts(t, xasprintf("(%zu more)", n_rest), &rest, &rest_kept);
	add_amounts(t, xstrdup("all"), &s->all, &s->kept);
	print_table(t, out);
}

static void show_amounts(const char *title, const char *const *names, const struct amount *amounts,
			 size_t n, FILE *out)
{
	const char *columns[] = {title, "FILES", "MB"};
	struct libscols_table *t = new_table(columns, ARRAY_SIZE(columns));

	for (size_t i = 0; i < n; i++) {
		char *cells[] = {xstrdup(names[i]), xasprintf("%" PRIu64, amounts[i].files),
				 megabytes(amounts[i].bytes)};

		if (amounts[i].files)
			add_row(t, cells, ARRAY_SIZE(cells));
		else
			for (size_t k = 0; k < ARRAY_SIZE(cells); k++)
				free(cells[k]);
	}
	print_table(t, out);
}

void show_summary(const struct summary *s, uint64_t zip_bytes, size_t top, FILE *out)
{
	show_packages(s, top, out);
	show_amounts("KEPT BECAUSE", reason_names, s->by_reason, REASONS, out);
	show_amounts("REMOVED", category_names, s->by_category, CATEGORIES, out);
	fprintf(out,
		"%" PRIu64 " of %" PRIu64 " files and %.1f of %.1f MB kept (%.1f MB without "
		"bytecode), %" PRIu64 " empty directories",
		s->kept.files, s->all.files, (double)s->kept.bytes / 1e6,
		(double)s->all.bytes / 1e6, (double)(s->kept.bytes - s->kept_bytecode.bytes) / 1e6,
		s->empty_dirs);
	if (zip_bytes)
		fprintf(out, "; %.1f MB zipped", (double)zip_bytes / 1e6);
	fputc('\n', out);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static struct json *amount_json(const struct amount *a)
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
			json_set(j, names[i], amount_json(&amounts[i]));
	return j;
}

static struct json *package_json(const struct group_amount *p)
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

void show_summary_json(const struct summary *s, uint64_t zip_bytes, FILE *out)
{
	CLEANUP_JSON struct json *j = json_object();
	CLEANUP_BUF struct buf text = {0};
	struct json *packages = json_array();

	json_set(j, "total", amount_json(&s->all));
	json_set(j, "total_bytecode", amount_json(&s->all_bytecode));
	json_set(j, "kept", amount_json(&s->kept));
	json_set(j, "kept_bytecode", amount_json(&s->kept_bytecode));
	json_set_int(j, "empty_directories", (int64_t)s->empty_dirs);
	json_set(j, "reasons", amounts_json(reason_names, s->by_reason, REASONS));
	json_set(j, "removed", amounts_json(category_names, s->by_category, CATEGORIES));
	for (size_t i = 0; i < s->n_packages; i++)
		json_append(packages, package_json(&s->packages[i]));
	json_set(j, "packages", packages);
	if (zip_bytes)
		json_set_int(j, "zip_bytes", (int64_t)zip_bytes);
	json_print_pretty(j, &text);
	fprintf(out, "%s\n", text.data);
}
