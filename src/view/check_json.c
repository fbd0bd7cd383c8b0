/* check_json - the formats of a check that are JSON: its own, SARIF 2.1.0, GitLab code quality. */
#include "view/check.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "version.h"
#include "view/escape.h"

#include <string.h>

static void print(const struct json *j, FILE *out)
{
	CLEANUP_BUF struct buf text = {0};

	json_print_pretty(j, &text);
	fprintf(out, "%s\n", text.data);
}

/* A text that is not a name to be read back: harmless, always a string. */
static void set_text(struct json *j, const char *key, const char *text)
{
	CLEANUP_FREE char *plain = escape_text(text);

	json_set_string(j, key, plain);
}

static struct json *message(const char *text)
{
	struct json *j = json_object();

	set_text(j, "text", text);
	return j;
}

/* --- its own ---------------------------------------------------------------------------------- */

static struct json *totals_json(const struct figures *f)
{
	struct json *j = json_object();

	json_set_int(j, "files", (int64_t)f->total.files);
	json_set_int(j, "bytes", (int64_t)f->total.bytes);
	if (f->zipped_known)
		json_set_int(j, "zipped", (int64_t)f->total.zipped);
	if (f->archive_bytes)
		json_set_int(j, "archive_bytes", (int64_t)f->archive_bytes);
	json_set_int(j, "packages", (int64_t)f->n_packages);
	json_set_int(j, "libraries", (int64_t)f->n_libraries);
	return j;
}

static struct json *finding_json(const struct finding *f)
{
	const struct check_rule *rule = &check_rules[f->id];
	CLEANUP_FREE char *fingerprint = finding_fingerprint(f);
	struct json *j = json_object(), *examples = json_array();

	json_set_string(j, "id", rule->name);
	json_set_string(j, "severity", severity_names[rule->severity]);
	json_set_bytes(j, "path", f->path);
	json_set_bytes(j, "subject", f->subject);
	set_text(j, "text", f->text);
	json_set_string(j, "todo", rule->todo);
	json_set_int(j, "count", (int64_t)f->count);
	for (size_t k = 0; k < EXAMPLES_MAX && f->examples[k]; k++)
		json_append_bytes(examples, f->examples[k]);
	json_set(j, "examples", examples);
	json_set_bool(j, "accepted", f->accepted);
	json_set_string(j, "fingerprint", fingerprint);
	return j;
}

static struct json *settings_json(const struct settings *s)
{
	struct json *list = json_array();

	for (size_t i = 0; i < s->n; i++) {
		CLEANUP_FREE char *line = xasprintf(
			"%s%s%s", s->list[i].key, s->list[i].value[0] ? " " : "", s->list[i].value);

		json_append_bytes(list, line);
	}
	return list;
}

static struct json *unused_json(const struct check_report *r)
{
	struct json *list = json_array();

	for (size_t k = 0; k < CHECK_IDS; k++)
		if (rule_unused(r, (enum check_id)k))
			json_append_string(list, check_rules[k].name);
	return list;
}

void check_show_json(const struct check_report *r, FILE *out)
{
	CLEANUP_JSON struct json *j = json_object();
	struct json *counts = json_object(), *findings = json_array();
	size_t tally[SEVERITIES], accepted = 0;

	json_set_string(j, "schema", "importtrace/check");
	json_set_int(j, "version", 1);
	json_set_string(j, "tool", "importtrace " IMPORTTRACE_VERSION);
	json_set_bytes(j, "layer", r->layer);
	if (r->baseline)
		json_set_bytes(j, "baseline", r->baseline);
	json_set_string(j, "result", r->failed ? "fail" : "pass");
	json_set_bool(j, "all_read", r->all_read);
	json_set(j, "totals", totals_json(r->in->now));
	if (r->in->baseline)
		json_set(j, "baseline_totals", totals_json(r->in->baseline));
	findings_tally(r->found, tally);
	for (size_t k = 0; k < SEVERITIES; k++)
		json_set_int(counts, severity_names[k], (int64_t)tally[k]);
	for (size_t i = 0; i < r->found->n; i++) {
		json_append(findings, finding_json(&r->found->list[i]));
		accepted += r->found->list[i].accepted;
	}
	json_set_int(counts, "accepted", (int64_t)accepted);
	json_set(j, "counts", counts);
	json_set(j, "settings", settings_json(r->in->settings));
	json_set(j, "not_applied", unused_json(r));
	json_set(j, "findings", findings);
	print(j, out);
}

/* --- GitLab ----------------------------------------------------------------------------------- */

static struct json *gitlab_finding(const struct check_report *r, const struct finding *f)
{
	static const char *const levels[SEVERITIES] = {"critical", "major", "info"};
	const struct check_rule *rule = &check_rules[f->id];
	CLEANUP_FREE char *fingerprint = finding_fingerprint(f);
	struct json *j = json_object(), *location = json_object(), *lines = json_object();

	set_text(j, "description", f->text);
	json_set_string(j, "check_name", rule->name);
	json_set_string(j, "fingerprint", fingerprint);
	json_set_string(j, "severity", levels[rule->severity]);
	set_text(location, "path", f->path[0] ? f->path : r->layer);
	json_set_int(lines, "begin", 1);
	json_set(location, "lines", lines);
	json_set(j, "location", location);
	return j;
}

void check_show_gitlab(const struct check_report *r, FILE *out)
{
	CLEANUP_JSON struct json *list = json_array();

	for (size_t i = 0; i < r->found->n; i++)
		if (!r->found->list[i].accepted)
			json_append(list, gitlab_finding(r, &r->found->list[i]));
	print(list, out);
}

/* --- SARIF ------------------------------------------------------------------------------------ */

static struct json *sarif_rule(const struct check_rule *rule)
{
	struct json *j = json_object(), *configuration = json_object();

	json_set_string(j, "id", rule->name);
	json_set(j, "shortDescription", message(rule->title));
	json_set(j, "help", message(rule->todo));
	json_set_string(configuration, "level", severity_names[rule->severity]);
	json_set(j, "defaultConfiguration", configuration);
	return j;
}

static struct json *sarif_tool(void)
{
	struct json *tool = json_object(), *driver = json_object(), *rules = json_array();

	json_set_string(driver, "name", "importtrace");
	json_set_string(driver, "version", IMPORTTRACE_VERSION);
	for (size_t k = 0; k < CHECK_IDS; k++)
		json_append(rules, sarif_rule(&check_rules[k]));
	json_set(driver, "rules", rules);
	json_set(tool, "driver", driver);
	return tool;
}

static struct json *sarif_location(const char *path)
{
	struct json *location = json_object(), *physical = json_object(), *artifact = json_object();
	CLEANUP_FREE char *uri = escape_uri(path);

	json_set_string(artifact, "uri", uri);
	json_set(physical, "artifactLocation", artifact);
	json_set(location, "physicalLocation", physical);
	return location;
}

static struct json *sarif_result(const struct check_report *r, const struct finding *f)
{
	const struct check_rule *rule = &check_rules[f->id];
	CLEANUP_FREE char *fingerprint = finding_fingerprint(f);
	struct json *j = json_object(), *locations = json_array(), *prints = json_object();
	struct json *suppressions, *one;

	json_set_string(j, "ruleId", rule->name);
	json_set_int(j, "ruleIndex", f->id);
	json_set_string(j, "level", severity_names[rule->severity]);
	json_set(j, "message", message(f->text));
	json_append(locations, sarif_location(f->path[0] ? f->path : path_base(r->layer)));
	json_set(j, "locations", locations);
	json_set_string(prints, "importtrace/v1", fingerprint);
	json_set(j, "partialFingerprints", prints);
	if (!f->accepted)
		return j;
	suppressions = json_array();
	one = json_object();
	json_set_string(one, "kind", "external");
	json_set_string(one, "justification", "accepted by the baseline or the command line");
	json_append(suppressions, one);
	json_set(j, "suppressions", suppressions);
	return j;
}

void check_show_sarif(const struct check_report *r, FILE *out)
{
	CLEANUP_JSON struct json *j = json_object();
	struct json *runs = json_array(), *run = json_object(), *results = json_array();

	json_set_string(j, "$schema",
			"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
			"sarif-schema-2.1.0.json");
	json_set_string(j, "version", "2.1.0");
	json_set(run, "tool", sarif_tool());
	for (size_t i = 0; i < r->found->n; i++)
		json_append(results, sarif_result(r, &r->found->list[i]));
	json_set(run, "results", results);
	json_append(runs, run);
	json_set(j, "runs", runs);
	print(j, out);
}
