#include "view/check.h"

#include "base/digest.h"
#include "base/mem.h"
#include "view/colour.h"
#include "view/escape.h"

#include <inttypes.h>
#include <string.h>

const char *const check_formats[] = {"text",   "json",   "junit",    "sarif",
				     "github", "gitlab", "markdown", NULL};

bool check_show(const struct check_report *r, const char *format, FILE *out)
{
	static void (*const shows[])(const struct check_report *, FILE *) = {
		check_show_text,   check_show_json,   check_show_junit,    check_show_sarif,
		check_show_github, check_show_gitlab, check_show_markdown,
	};

	for (size_t i = 0; check_formats[i]; i++)
		if (strcmp(check_formats[i], format) == 0) {
			shows[i](r, out);
			return true;
		}
	return false;
}

char *finding_fingerprint(const struct finding *f)
{
	CLEANUP_FREE char *key =
		xasprintf("%s\n%s\n%s", check_rules[f->id].name, f->path, f->subject);

	return sha256_hex(key, strlen(key));
}

const char *rule_unused(const struct check_report *r, enum check_id id)
{
	const struct settings *s = r->in->settings;

	if (id >= CHECK_TOTAL_GREW && id <= CHECK_SONAME_CHANGED && !r->in->baseline)
		return "a baseline";
	if (id == CHECK_WRONG_BYTECODE && !r->all_read)
		return "--deep";
	if (id <= CHECK_LINK_OUTSIDE && !r->in->archive)
		return "an archive";
	if (id == CHECK_TRACED_MISSING && !r->in->n_traces)
		return "a trace (--keep)";
	if ((id == CHECK_GLIBC_TOO_NEW || id == CHECK_WRONG_LIBC) &&
	    !settings_value(s, "option platform"))
		return "--platform";
	if ((id == CHECK_LIMIT_UNZIPPED || id == CHECK_LIMIT_ZIPPED) &&
	    !settings_value(s, "limits"))
		return "--limits";
	if (id == CHECK_BUDGET_TOTAL && !settings_value(s, "budget total"))
		return "--budget total=SIZE";
	if (id == CHECK_BUDGET_ZIPPED && !settings_value(s, "budget zipped"))
		return "--budget zipped=SIZE";
	if (id == CHECK_BUDGET_FILES && !settings_value(s, "budget files"))
		return "--budget files=N";
	return NULL;
}

char *check_totals(const struct check_report *r)
{
	const struct figures *f = r->in->now;
	CLEANUP_FREE char *size = bytes_text(f->total.bytes);
	CLEANUP_FREE char *zip = bytes_text(f->archive_bytes);

	return xasprintf("%" PRIu64 " files, %s unzipped%s%s%s; %zu packages, %zu native files",
			 f->total.files, size, f->archive_bytes ? ", " : "",
			 f->archive_bytes ? zip : "", f->archive_bytes ? " zipped" : "",
			 f->n_packages, f->n_libraries);
}

/* --- text ------------------------------------------------------------------------------------- */

#define SHOWN_MAX 20 /* findings of one id */

static const enum colour severity_colours[SEVERITIES] = {
	[SEVERITY_ERROR] = COLOUR_ERROR,
	[SEVERITY_WARNING] = COLOUR_WARNING,
	[SEVERITY_NOTE] = COLOUR_NOTE,
};

static size_t last_of_id(const struct findings *f, size_t i)
{
	while (i + 1 < f->n && f->list[i + 1].id == f->list[i].id)
		i++;
	return i;
}

static void show_id(const struct findings *f, size_t first, size_t last, FILE *out)
{
	const struct check_rule *rule = &check_rules[f->list[first].id];
	size_t shown = 0, more = 0;

	for (size_t i = first; i <= last; i++) {
		CLEANUP_FREE char *text = NULL;

		if (f->list[i].accepted)
			continue;
		if (shown == SHOWN_MAX) {
			more++;
			continue;
		}
		text = escape_text(f->list[i].text);
		if (!shown)
			colour_begin(out, severity_colours[rule->severity]);
		fprintf(out, "%-8s ", shown ? "" : severity_names[rule->severity]);
		if (!shown)
			colour_end(out);
		fprintf(out, "%-15s %s\n", shown ? "" : rule->name, text);
		shown++;
	}
	if (more)
		fprintf(out, "%-24s and %zu more (--format json lists all)\n", "", more);
	if (shown)
		fprintf(out, "%-24s → %s\n", "", rule->todo);
}

void check_show_text(const struct check_report *r, FILE *out)
{
	CLEANUP_FREE char *layer = escape_text(r->layer), *totals = check_totals(r);
	const struct findings *f = r->found;
	size_t tally[SEVERITIES], accepted = 0;

	fprintf(out, "%s: %s\n", layer, totals);
	if (!r->all_read)
		fputs("Only metadata, native files and heads of bytecode were read: damage "
		      "elsewhere is not seen; --deep reads all.\n",
		      out);
	for (size_t i = 0; i < f->n; i = last_of_id(f, i) + 1)
		show_id(f, i, last_of_id(f, i), out);
	findings_tally(f, tally);
	for (size_t i = 0; i < f->n; i++)
		accepted += f->list[i].accepted;
	colour_text(out, r->failed ? COLOUR_ERROR : COLOUR_GOOD, r->failed ? "FAILED" : "passed");
	fprintf(out, ": %zu error%s, %zu warning%s, %zu note%s", tally[SEVERITY_ERROR],
		tally[SEVERITY_ERROR] == 1 ? "" : "s", tally[SEVERITY_WARNING],
		tally[SEVERITY_WARNING] == 1 ? "" : "s", tally[SEVERITY_NOTE],
		tally[SEVERITY_NOTE] == 1 ? "" : "s");
	if (accepted)
		fprintf(out, ", %zu accepted", accepted);
	fputc('\n', out);
}

/* --- GitHub workflow commands ----------------------------------------------------------------- */

void check_show_github(const struct check_report *r, FILE *out)
{
	static const char *const levels[SEVERITIES] = {"error", "warning", "notice"};

	for (size_t i = 0; i < r->found->n; i++) {
		const struct finding *f = &r->found->list[i];
		const struct check_rule *rule = &check_rules[f->id];
		CLEANUP_FREE char *file = escape_github_property(f->path[0] ? f->path : r->layer);
		CLEANUP_FREE char *text = escape_github_data(f->text);
		CLEANUP_FREE char *todo = escape_github_data(rule->todo);

		if (!f->accepted)
			fprintf(out, "::%s file=%s,title=importtrace %s::%s %s\n",
				levels[rule->severity], file, rule->name, text, todo);
	}
}

/* --- JUnit ------------------------------------------------------------------------------------ */

static void junit_finding(const struct finding *f, FILE *out)
{
	const struct check_rule *rule = &check_rules[f->id];
	CLEANUP_FREE char *path = escape_xml(f->path), *subject = escape_xml(f->subject);
	CLEANUP_FREE char *text = escape_xml(f->text), *todo = escape_xml(rule->todo);

	fprintf(out, "    <testcase classname=\"importtrace.check.%s\" name=\"%s%s%s%s%s\">\n",
		rule->name, rule->name, path[0] ? " " : "", path, subject[0] ? " " : "", subject);
	if (f->accepted)
		fprintf(out, "      <skipped message=\"accepted: %s\"/>\n", text);
	else if (rule->severity == SEVERITY_NOTE)
		fprintf(out, "      <system-out>%s</system-out>\n", text);
	else
		fprintf(out, "      <failure type=\"%s\" message=\"%s\">%s\n%s</failure>\n",
			severity_names[rule->severity], text, text, todo);
	fputs("    </testcase>\n", out);
}

/* A rule without a finding is a test that passed, or was skipped for want of input. */
static void junit_rule(const struct check_report *r, enum check_id id, FILE *out)
{
	const char *unused = rule_unused(r, id), *name = check_rules[id].name;

	fprintf(out, "    <testcase classname=\"importtrace.check.%s\" name=\"%s\"", name, name);
	if (unused)
		fprintf(out, ">\n      <skipped message=\"needs %s\"/>\n    </testcase>\n", unused);
	else
		fputs("/>\n", out);
}

void check_show_junit(const struct check_report *r, FILE *out)
{
	CLEANUP_FREE char *layer = escape_xml(r->layer);
	size_t tests = 0, failures = 0, skipped = 0, of[CHECK_IDS] = {0};

	for (size_t i = 0; i < r->found->n; i++) {
		const struct finding *f = &r->found->list[i];

		of[f->id]++;
		tests++;
		skipped += f->accepted;
		failures += !f->accepted && check_rules[f->id].severity != SEVERITY_NOTE;
	}
	for (size_t k = 0; k < CHECK_IDS; k++) {
		tests += !of[k];
		skipped += !of[k] && rule_unused(r, (enum check_id)k);
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n"
		"  <testsuite name=\"importtrace check %s\" tests=\"%zu\" failures=\"%zu\" "
		"errors=\"0\" skipped=\"%zu\">\n",
		tests, failures, layer, tests, failures, skipped);
	for (size_t i = 0; i < r->found->n; i++)
		junit_finding(&r->found->list[i], out);
	for (size_t k = 0; k < CHECK_IDS; k++)
		if (!of[k])
			junit_rule(r, (enum check_id)k, out);
	fputs("  </testsuite>\n</testsuites>\n", out);
}
