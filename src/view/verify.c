#include "view/verify.h"

#include "base/json.h"
#include "base/mem.h"
#include "plan/plan.h"
#include "view/escape.h"
#include "view/table.h"

#include <inttypes.h>
#include <string.h>

static const char *how_text(unsigned how)
{
	if (how & MISSED_ASKED)
		return "looked up in vain";
	return "used by the original, never reached on the layer";
}

/* --- people ----------------------------------------------------------------------------------- */

static void show_missed(const struct verify_report *r, const struct verify_job *job, size_t top,
			FILE *out)
{
	const struct missed_list *l = &job->missed;

	if (!l->n)
		return;
	fprintf(out, "  missed: %zu\n", l->n);
	for (size_t k = 0; k < l->n && k < top; k++) {
		CLEANUP_FREE char *module = missed_module(r->original, &l->list[k]);
		CLEANUP_FREE char *name = escape_text(l->list[k].name);
		CLEANUP_FREE char *shown = module ? escape_text(module) : NULL;

		fprintf(out, "    %s: %s%s%s%s\n", name, shown ? "module " : "", shown ? shown : "",
			shown ? ", " : "", how_text(l->list[k].how));
	}
	if (l->n > top)
		fprintf(out, "    (%zu more; --json lists all)\n", l->n - top);
}

static void show_listings(const struct verify_job *job, size_t top, FILE *out)
{
	if (!job->n_listings)
		return;
	fputs("  nothing was missed, but it listed directories that hold less than the "
	      "original's:\n",
	      out);
	for (size_t k = 0; k < job->n_listings && k < top; k++) {
		CLEANUP_FREE char *name = escape_text(job->listings[k].name);

		fprintf(out, "    %s: %zu of %zu names\n", name, job->listings[k].now,
			job->listings[k].was);
	}
	if (job->n_listings > top)
		fprintf(out, "    (%zu more; --json lists all)\n", job->n_listings - top);
}

static void show_line(const char *label, const char *line, FILE *out)
{
	CLEANUP_FREE char *text = line ? escape_text(line) : xstrdup("(it has ended)");

	fprintf(out, "    %s %s\n", label, text);
}

static void show_details(const struct verify_report *r, const struct verify_job *job, size_t top,
			 FILE *out)
{
	if (job->now != job->was)
		fprintf(out, "  exit code %d, on the original %d\n", job->now, job->was);
	if (job->output.differs) {
		fprintf(out, "  standard output differs, first in line %" PRIu64 ":\n",
			job->output.line);
		show_line("original:", job->output.original, out);
		show_line("layer:   ", job->output.layer, out);
	}
	if (job->unsteady)
		fprintf(out, "  %s\n", job->unsteady);
	show_missed(r, job, top, out);
	show_listings(job, top, out);
	if (job->last_line)
		show_line("standard error ends in:", job->last_line, out);
}

static const char *result(const struct verify_job *job)
{
	return job->passed ? "pass" : "FAIL";
}

static void show_table(const struct verify_report *r, FILE *out)
{
	const char *columns[] = {"COMMAND", "RESULT", "EXIT", "WAS", "MISSED", "OUTPUT"};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));

	for (size_t i = 0; i < r->n_jobs; i++) {
		const struct verify_job *job = &r->jobs[i];
		char *cells[] = {
			xstrdup(job->name),         xstrdup(result(job)),
			xasprintf("%d", job->now),  xasprintf("%d", job->was),
			table_count(job->missed.n), xstrdup(job->output.differs ? "differs" : "")};

		table_add(t, cells);
	}
	table_print(t, out);
}

static int by_size(const void *a, const void *b)
{
	const struct verify_addition *x = *(const struct verify_addition *const *)a,
				     *y = *(const struct verify_addition *const *)b;

	return x->bytes != y->bytes ? (x->bytes < y->bytes) - (x->bytes > y->bytes)
				    : strcmp(x->name, y->name);
}

/* Those that were missed, the largest first; what came with them is counted. */
static void show_additions(const struct verify_report *r, size_t top, FILE *out)
{
	CLEANUP_FREE const struct verify_addition **list =
		xcalloc(r->n_additions, sizeof(const struct verify_addition *));
	size_t n = 0;

	for (size_t i = 0; i < r->n_additions; i++)
		if (strcmp(r->additions[i].reason, reason_names[REASON_REPAIRED]) == 0)
			list[n++] = &r->additions[i];
	qsort(list, n, sizeof(*list), by_size);
	for (size_t i = 0; i < n && i < top; i++) {
		CLEANUP_FREE char *name = escape_text(list[i]->name);

		fprintf(out, "  %s: %.3f MB\n", name, (double)list[i]->bytes / 1e6);
	}
	if (r->n_additions > (n < top ? n : top))
		fprintf(out,
			"  (%zu more missed, and %zu that belong to them: the list beside the "
			"layer has all)\n",
			n > top ? n - top : 0, r->n_additions - n);
}

static void show_repair(const struct verify_report *r, size_t top, FILE *out)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < r->n_additions; i++)
		bytes += r->additions[i].bytes;
	if (!r->n_additions)
		return;
	fprintf(out, "repaired: %zu files, %.1f MB, in %zu round%s\n", r->n_additions,
		(double)bytes / 1e6, r->rounds, r->rounds == 1 ? "" : "s");
	show_additions(r, top, out);
}

void verify_show(const struct verify_report *r, size_t top, FILE *out)
{
	CLEANUP_FREE char *layer = escape_text(r->layer);
	size_t passed = 0;

	if (r->n_jobs > 1)
		show_table(r, out);
	for (size_t i = 0; i < r->n_jobs; i++) {
		passed += r->jobs[i].passed;
		if (r->jobs[i].passed && r->n_jobs > 1)
			continue;
		if (r->n_jobs > 1) {
			CLEANUP_FREE char *name = escape_text(r->jobs[i].name);

			fprintf(out, "%s:\n", name);
		}
		show_details(r, &r->jobs[i], top, out);
	}
	show_repair(r, top, out);
	for (size_t i = 0; i < r->n_notes; i++)
		fprintf(out, "note: %s\n", r->notes[i]);
	fprintf(out, "%s: %s: %zu of %zu command%s, %.1f MB", layer,
		r->passed ? "passed" : "FAILED", passed, r->n_jobs, r->n_jobs == 1 ? "" : "s",
		(double)r->layer_bytes / 1e6);
	if (r->zip_bytes)
		fprintf(out, ", %.1f MB zipped", (double)r->zip_bytes / 1e6);
	fputc('\n', out);
}

/* --- programs --------------------------------------------------------------------------------- */

static struct json *missed_json(const struct verify_report *r, const struct missed_list *l)
{
	struct json *list = json_array();

	for (size_t k = 0; k < l->n; k++) {
		CLEANUP_FREE char *module = missed_module(r->original, &l->list[k]);
		struct json *j = json_object();

		json_set_bytes(j, "path", l->list[k].name);
		if (module)
			json_set_bytes(j, "module", module);
		json_set_bool(j, "looked_up", l->list[k].how & MISSED_ASKED);
		json_set_bool(j, "used_by_original", l->list[k].how & MISSED_USED);
		json_append(list, j);
	}
	return list;
}

static struct json *listings_json(const struct verify_job *job)
{
	struct json *list = json_array();

	for (size_t k = 0; k < job->n_listings; k++) {
		struct json *j = json_object();

		json_set_bytes(j, "path", job->listings[k].name);
		json_set_int(j, "names", (int64_t)job->listings[k].now);
		json_set_int(j, "original_names", (int64_t)job->listings[k].was);
		json_append(list, j);
	}
	return list;
}

static struct json *job_json(const struct verify_report *r, const struct verify_job *job)
{
	struct json *j = json_object(), *o;

	json_set_bytes(j, "name", job->name);
	json_set_bytes(j, "command", job->command);
	json_set_bool(j, "passed", job->passed);
	json_set_int(j, "exit_code", job->now);
	json_set_int(j, "original_exit_code", job->was);
	json_set(j, "missed", missed_json(r, &job->missed));
	if (job->output.differs) {
		o = json_object();
		json_set_int(o, "line", (int64_t)job->output.line);
		if (job->output.original)
			json_set_bytes(o, "original", job->output.original);
		if (job->output.layer)
			json_set_bytes(o, "layer", job->output.layer);
		json_set(j, "output_differs", o);
	}
	if (job->n_listings)
		json_set(j, "listings", listings_json(job));
	if (job->unsteady)
		json_set_bytes(j, "unsteady", job->unsteady);
	if (job->last_line)
		json_set_bytes(j, "standard_error", job->last_line);
	return j;
}

static struct json *additions_json(const struct verify_report *r)
{
	struct json *list = json_array();

	for (size_t i = 0; i < r->n_additions; i++) {
		const struct verify_addition *a = &r->additions[i];
		struct json *j = json_object();

		json_set_bytes(j, "path", a->name);
		json_set_int(j, "bytes", (int64_t)a->bytes);
		json_set_string(j, "reason", a->reason);
		json_set_bytes(j, "why", a->why);
		json_append(list, j);
	}
	return list;
}

void verify_show_json(const struct verify_report *r, FILE *out)
{
	struct json *j = json_object(), *jobs = json_array(), *notes = json_array();
	CLEANUP_BUF struct buf text = {0};

	for (size_t i = 0; i < r->n_jobs; i++)
		json_append(jobs, job_json(r, &r->jobs[i]));
	for (size_t i = 0; i < r->n_notes; i++)
		json_append_bytes(notes, r->notes[i]);
	json_set_bytes(j, "layer", r->layer);
	json_set_bool(j, "passed", r->passed);
	json_set_int(j, "bytes", (int64_t)r->layer_bytes);
	if (r->zip_bytes)
		json_set_int(j, "zip_bytes", (int64_t)r->zip_bytes);
	json_set(j, "commands", jobs);
	if (r->repair) {
		json_set_int(j, "rounds", (int64_t)r->rounds);
		json_set(j, "repaired", additions_json(r));
	}
	json_set(j, "notes", notes);
	json_print_pretty(j, &text);
	fprintf(out, "%s\n", text.data);
	json_free(j);
}
