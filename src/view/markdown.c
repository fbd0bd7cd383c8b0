/* markdown - comparisons and checks as a comment at a pull request: at most 65,536 characters there,
 * so every table and every cell is bounded. */
#include "view/check.h"
#include "view/compare.h"

#include "base/mem.h"
#include "base/path.h"
#include "view/escape.h"

#include <inttypes.h>
#include <string.h>

#define CELL_MAX    200
#define ROWS_MAX    20    /* of each table, if there is room */
#define COMMENT_MAX 65000 /* bytes; GitHub takes 65,536 characters */

char *markdown_cell(const char *text)
{
	size_t n = strlen(text), cut = n > CELL_MAX ? CELL_MAX : n;
	CLEANUP_FREE char *part = NULL, *safe = NULL;

	/* Not in the midst of a character. */
	while (cut < n && cut && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	part = xstrndup(text, cut);
	safe = escape_markdown(part);
	return xasprintf("%s%s", safe, cut < n ? "…" : "");
}

static void row(const char *name, uint64_t old, uint64_t now, bool bytes, FILE *out)
{
	CLEANUP_FREE char *a = bytes ? bytes_text(old) : xasprintf("%" PRIu64, old);
	CLEANUP_FREE char *b = bytes ? bytes_text(now) : xasprintf("%" PRIu64, now);
	CLEANUP_FREE char *change =
		bytes ? signed_bytes(old, now) : xasprintf("%+" PRId64, (int64_t)(now - old));

	fprintf(out, "| %s | %s | %s | %s |\n", name, a, b, change);
}

void markdown_totals(const struct figures *old, const struct figures *now, FILE *out)
{
	fputs("| | before | now | change |\n|---|---:|---:|---:|\n", out);
	row("files", old->total.files, now->total.files, false, out);
	row("unzipped", old->total.bytes, now->total.bytes, true, out);
	if (old->zipped_known && now->zipped_known)
		row("zipped", old->total.zipped, now->total.zipped, true, out);
	row("packages", old->n_packages, now->n_packages, false, out);
	row("native files", old->n_libraries, now->n_libraries, false, out);
	fputc('\n', out);
}

/* --- what changed ----------------------------------------------------------------------------- */

enum kind { KIND_NEW, KIND_GONE, KIND_GREW, KIND_SHRANK, KIND_OTHER, KINDS };

static enum kind kind_of(const struct change *c)
{
	return !c->old_version               ? KIND_NEW
	       : !c->new_version             ? KIND_GONE
	       : c->now.bytes > c->old.bytes ? KIND_GREW
	       : c->now.bytes < c->old.bytes ? KIND_SHRANK
					     : KIND_OTHER;
}

static void change_row(const struct change *c, FILE *out)
{
	CLEANUP_FREE char *why = change_reason(c);
	CLEANUP_FREE char *name = markdown_cell(c->name), *reason = markdown_cell(why);
	CLEANUP_FREE char *old = bytes_text(c->old.bytes), *now = bytes_text(c->now.bytes);
	CLEANUP_FREE char *change = signed_bytes(c->old.bytes, c->now.bytes);

	fprintf(out, "| %s | %s | %s | %s | %s |\n", name, old, now, change, reason);
}

static void fold(const char *what, const char *many, const struct changes *c, enum kind kind,
		 size_t top, FILE *out)
{
	static const char *const titles[KINDS] = {"New", "Gone", "Grew", "Shrank",
						  "Changed, of the same size"};
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < c->n; i++)
		n += kind_of(&c->list[i]) == kind;
	if (!n)
		return;
	fprintf(out,
		"<details><summary>%s: %zu %s</summary>\n\n"
		"| %s | before | now | change | why |\n|---|---:|---:|---:|---|\n",
		titles[kind], n, n == 1 ? what : many, what);
	for (size_t i = 0; i < c->n && shown < top; i++)
		if (kind_of(&c->list[i]) == kind) {
			change_row(&c->list[i], out);
			shown++;
		}
	if (n > shown)
		fprintf(out, "| (%zu more) | | | | |\n", n - shown);
	fputs("\n</details>\n\n", out);
}

void markdown_changes(const struct comparison *diff, size_t top, FILE *out)
{
	for (size_t k = 0; k < KINDS; k++)
		fold("package", "packages", &diff->packages, (enum kind)k, top, out);
	for (size_t k = 0; k < KINDS; k++)
		fold("native file", "native files", &diff->libraries, (enum kind)k, top, out);
	for (size_t k = 0; k < KINDS; k++)
		fold("file", "files", &diff->files, (enum kind)k, top, out);
}

/* With as many rows as make the whole short enough. */
static void show_bounded(void (*render)(const void *report, size_t rows, FILE *out),
			 const void *report, size_t rows, FILE *out)
{
	for (;; rows /= 2) {
		CLEANUP_FREE char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);

		if (!f) {
			render(report, 0, out);
			return;
		}
		render(report, rows, f);
		fclose(f);
		if (len <= COMMENT_MAX || !rows) {
			fwrite(text, 1, len, out);
			return;
		}
	}
}

static void render_compare(const void *report, size_t top, FILE *out)
{
	const struct compare_report *r = report;
	CLEANUP_FREE char *old = markdown_cell(r->old_name), *now = markdown_cell(r->new_name);

	fprintf(out, "### importtrace compare: %s → %s\n\n", old, now);
	markdown_totals(r->diff->old, r->diff->now, out);
	for (size_t k = 0; k < KINDS; k++)
		fold("category", "categories", &r->diff->categories, (enum kind)k, top, out);
	for (size_t k = 0; k < KINDS; k++)
		fold("type", "types", &r->diff->types, (enum kind)k, top, out);
	markdown_changes(r->diff, top, out);
}

void compare_show_markdown(const struct compare_report *r, size_t top, FILE *out)
{
	if (top == SIZE_MAX)
		render_compare(r, top, out);
	else
		show_bounded(render_compare, r, top, out);
}

/* --- a check ---------------------------------------------------------------------------------- */

static void finding_row(const struct finding *f, FILE *out)
{
	const struct check_rule *rule = &check_rules[f->id];
	CLEANUP_FREE char *text = markdown_cell(f->text), *todo = markdown_cell(rule->todo);

	fprintf(out, "| %s | %s | %s | %s |\n", severity_names[rule->severity], rule->name, text,
		todo);
}

static size_t finding_rows(const struct findings *f, enum severity from, enum severity to,
			   size_t rows, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		enum severity s = check_rules[f->list[i].id].severity;

		if (f->list[i].accepted || s < from || s > to)
			continue;
		if (!n)
			fputs("| | finding | what | what to do |\n|---|---|---|---|\n", out);
		if (n++ < rows)
			finding_row(&f->list[i], out);
	}
	if (n > rows)
		fprintf(out, "| | | (%zu more) | |\n", n - rows);
	if (n)
		fputc('\n', out);
	return n;
}

static void render_check(const void *report, size_t rows, FILE *out)
{
	const struct check_report *r = report;
	CLEANUP_FREE char *layer = markdown_cell(path_base(r->layer)), *totals = check_totals(r);
	size_t tally[SEVERITIES];

	findings_tally(r->found, tally);
	fprintf(out, "### importtrace check: %s %s\n\n%s: %s.%s\n\n", layer,
		r->failed ? "failed" : "passed", layer, totals,
		r->all_read ? "" : " Not every content was read (`--deep` does).");
	if (r->in->baseline)
		markdown_totals(r->in->baseline, r->in->now, out);
	if (!finding_rows(r->found, SEVERITY_ERROR, SEVERITY_WARNING, rows, out))
		fputs("No errors and no warnings.\n\n", out);
	if (r->in->baseline) {
		CLEANUP_COMPARISON struct comparison diff = {0};

		figures_compare(r->in->baseline, r->in->now, &diff);
		markdown_changes(&diff, rows, out);
	}
	if (tally[SEVERITY_NOTE]) {
		fprintf(out, "<details><summary>%zu note%s</summary>\n\n", tally[SEVERITY_NOTE],
			tally[SEVERITY_NOTE] == 1 ? "" : "s");
		finding_rows(r->found, SEVERITY_NOTE, SEVERITY_NOTE, rows, out);
		fputs("</details>\n", out);
	}
}

void check_show_markdown(const struct check_report *r, FILE *out)
{
	show_bounded(render_check, r, ROWS_MAX, out);
}
