/* check - the result of a check in each of its formats.
 *
 * Everything that comes from the layer is hostile and goes through view/escape. Accepted findings
 * are shown where the format has a place for them (JSON, SARIF's suppressions, JUnit's skipped).
 *
 * Formats: JUnit as the de facto schema of Jenkins and GitLab reads it; SARIF 2.1.0 (OASIS, errata
 * 01); GitHub workflow commands ("::error file=…,title=…::message"); GitLab's code quality report
 * (a subset of Code Climate's); Markdown for a comment at a pull request.
 */
#pragma once

#include "plan/check.h"

#include <stdio.h>

struct check_report {
	const char *layer;    /* as it was given */
	const char *baseline; /* its file, NULL when there is none */
	const struct check_input *in;
	const struct findings *found;
	bool failed;
	bool all_read; /* every content, not only what the rules look into */
};

/* The formats' names, NULL at the end. */
extern const char *const check_formats[];
/* False when there is no such format. */
bool check_show(const struct check_report *r, const char *format, FILE *out);

/* --- one function for each -------------------------------------------------------------------- */

void check_show_text(const struct check_report *r, FILE *out);
void check_show_json(const struct check_report *r, FILE *out);
void check_show_junit(const struct check_report *r, FILE *out);
void check_show_sarif(const struct check_report *r, FILE *out);
void check_show_github(const struct check_report *r, FILE *out);
void check_show_gitlab(const struct check_report *r, FILE *out);
void check_show_markdown(const struct check_report *r, FILE *out);

/* Identifies a finding over runs: SHA-256 of id, path and subject. The caller frees. */
char *finding_fingerprint(const struct finding *f);
/* What the rule needs and did not have ("a baseline"), or NULL when it was applied. */
const char *rule_unused(const struct check_report *r, enum check_id id);
/* The totals on one line, without its end. The caller frees. */
char *check_totals(const struct check_report *r);
