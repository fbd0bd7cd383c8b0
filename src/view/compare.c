#include "view/compare.h"

#include "base/json.h"
#include "base/mem.h"
#include "plan/check.h"
#include "view/escape.h"
#include "view/table.h"

#include <inttypes.h>
#include <string.h>

char *signed_bytes(uint64_t old, uint64_t now)
{
	CLEANUP_FREE char *text = bytes_text(now > old ? now - old : old - now);

	return now == old ? xstrdup("±0") : xasprintf("%s%s", now > old ? "+" : "-", text);
}

char *change_reason(const struct change *c)
{
	int64_t files = (int64_t)(c->now.files - c->old.files);

	if (!c->old_version)
		return xasprintf("new%s%s", c->new_version[0] ? ": " : "", c->new_version);
	if (!c->new_version)
		return xasprintf("gone%s%s", c->old_version[0] ? ": " : "", c->old_version);
	if (strcmp(c->old_version, c->new_version) != 0)
		return xasprintf("%s → %s", c->old_version[0] ? c->old_version : "no version",
				 c->new_version[0] ? c->new_version : "no version");
	if (files)
		return xasprintf("%+" PRId64 " file%s", files,
				 files == 1 || files == -1 ? "" : "s");
	return xstrdup(c->now.files > 1 ? "as many files, of other sizes" : "");
}

static bool zipped(const struct comparison *d)
{
	return d->old->zipped_known && d->now->zipped_known;
}

/* --- text ------------------------------------------------------------------------------------- */

static char *mb_change(uint64_t old, uint64_t now)
{
	return xasprintf("%+.2f", ((double)now - (double)old) / 1e6);
}

static char *mb(uint64_t bytes)
{
	return xasprintf("%.2f", (double)bytes / 1e6);
}

static void add_row(struct table *t, char *name, const struct amount *old, const struct amount *now,
		    bool with_zip, char *why)
{
	char *cells[] = {name,
			 xasprintf("%" PRIu64, old->files),
			 xasprintf("%" PRIu64, now->files),
			 mb(old->bytes),
			 mb(now->bytes),
			 mb_change(old->bytes, now->bytes),
			 with_zip ? mb_change(old->zipped, now->zipped) : xstrdup("-"),
			 why};

	table_add(t, cells);
}

/* MB +/- and ZIPPED +/-: what it grew by. */
#define COMPARE_COLUMNS "FILES OLD", "NEW", "MB OLD", "NEW", "MB +/-", "ZIPPED +/-", "<WHY"

static void add_amount(struct amount *sum, const struct amount *one)
{
	sum->files += one->files;
	sum->bytes += one->bytes;
	sum->zipped += one->zipped;
}

static void show_changes(const char *title, const struct changes *c, bool with_zip, bool with_why,
			 size_t top, FILE *out)
{
	const char *columns[] = {title, COMPARE_COLUMNS};
	struct amount old = {0}, now = {0};
	struct table *t;

	if (!c->n)
		return;
	t = table_new(columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < c->n; i++) {
		const struct change *one = &c->list[i];

		if (i < top) {
			CLEANUP_FREE char *why = with_why ? change_reason(one) : xstrdup("");

			add_row(t, xstrdup(one->name), &one->old, &one->now, with_zip,
				xstrdup(why));
			continue;
		}
		add_amount(&old, &one->old);
		add_amount(&now, &one->now);
	}
	if (c->n > top)
		add_row(t, xasprintf("(%zu more)", c->n - top), &old, &now, with_zip, xstrdup(""));
	table_print(t, out);
}

static void show_totals(const struct compare_report *r, FILE *out)
{
	const char *columns[] = {"ALL", COMPARE_COLUMNS};
	const struct figures *old = r->diff->old, *now = r->diff->now;
	struct table *t = table_new(columns, ARRAY_SIZE(columns));

	add_row(t, xstrdup("total"), &old->total, &now->total, zipped(r->diff), xstrdup(""));
	table_print(t, out);
}

void compare_show_text(const struct compare_report *r, size_t top, FILE *out)
{
	const struct comparison *d = r->diff;
	CLEANUP_FREE char *old = escape_text(r->old_name), *now = escape_text(r->new_name);

	fprintf(out, "%s → %s\n\n", old, now);
	show_totals(r, out);
	show_changes("PACKAGE", &d->packages, zipped(d), true, top, out);
	show_changes("CATEGORY", &d->categories, zipped(d), false, top, out);
	show_changes("TYPE", &d->types, zipped(d), false, top, out);
	show_changes("NATIVE LIBRARY", &d->libraries, zipped(d), true, top, out);
	show_changes("FILE", &d->files, zipped(d), true, top, out);
	if (!d->packages.n && !d->files.n && !d->libraries.n)
		fputs("No difference.\n", out);
	else
		fprintf(out, "%zu package%s the same.\n", d->same_packages,
			d->same_packages == 1 ? " is" : "s are");
	if (!d->old->files_known || !d->now->files_known)
		fputs("Categories, types and files are not compared: a baseline does not hold "
		      "them.\n",
		      out);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static struct json *amount_json(const struct amount *a, bool with_zip)
{
	struct json *j = json_object();

	json_set_int(j, "files", (int64_t)a->files);
	json_set_int(j, "bytes", (int64_t)a->bytes);
	if (with_zip)
		json_set_int(j, "zipped", (int64_t)a->zipped);
	return j;
}

static const char *kind_of(const struct change *c)
{
	return !c->old_version               ? "added"
	       : !c->new_version             ? "removed"
	       : c->now.bytes > c->old.bytes ? "grew"
	       : c->now.bytes < c->old.bytes ? "shrank"
					     : "changed";
}

/* Sonames are known where both sides have the file. */
static struct json *changes_json(const struct comparison *d, const struct changes *c,
				 const char *version)
{
	bool sonames = version && strcmp(version, "soname") == 0;
	struct json *list = json_array();

	for (size_t i = 0; i < c->n; i++) {
		const struct change *one = &c->list[i];
		bool told = version && (!sonames || (one->old_version && one->new_version));
		struct json *j = json_object();

		json_set_bytes(j, "name", one->name);
		json_set_string(j, "change", kind_of(one));
		if (told && one->old_version) {
			CLEANUP_FREE char *key = xasprintf("old_%s", version);

			json_set_bytes(j, key, one->old_version);
		}
		if (told && one->new_version) {
			CLEANUP_FREE char *key = xasprintf("new_%s", version);

			json_set_bytes(j, key, one->new_version);
		}
		json_set(j, "old", amount_json(&one->old, d->old->zipped_known));
		json_set(j, "new", amount_json(&one->now, d->now->zipped_known));
		json_append(list, j);
	}
	return list;
}

void compare_show_json(const struct compare_report *r, FILE *out)
{
	const struct comparison *d = r->diff;
	CLEANUP_JSON struct json *j = json_object();
	CLEANUP_BUF struct buf text = {0};

	json_set_string(j, "schema", "importtrace/compare");
	json_set_int(j, "version", 1);
	json_set_bytes(j, "old", r->old_name);
	json_set_bytes(j, "new", r->new_name);
	json_set(j, "old_total", amount_json(&d->old->total, d->old->zipped_known));
	json_set(j, "new_total", amount_json(&d->now->total, d->now->zipped_known));
	json_set(j, "packages", changes_json(d, &d->packages, "version"));
	json_set_int(j, "same_packages", (int64_t)d->same_packages);
	json_set(j, "libraries", changes_json(d, &d->libraries, "soname"));
	if (d->old->files_known && d->now->files_known) {
		json_set(j, "categories", changes_json(d, &d->categories, NULL));
		json_set(j, "types", changes_json(d, &d->types, NULL));
		json_set(j, "files", changes_json(d, &d->files, NULL));
	}
	json_print_pretty(j, &text);
	fprintf(out, "%s\n", text.data);
}
