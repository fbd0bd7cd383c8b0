/* findings - what is wrong with a layer: one id each, a severity, a sentence and what to do.
 *
 * Ids are stable: baselines accept findings by them, and people's CI counts them. A finding is
 * identified by its id, path and subject; the sentence may change with the figures in it. Several
 * files with the same trouble in one package are one finding. The list owns everything.
 */
#pragma once

#include "base/json.h"
#include "plan/settings.h"

#include <stddef.h>
#include <stdint.h>

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE, SEVERITIES };
extern const char *const severity_names[SEVERITIES];

enum check_id {
	/* names in the archive */
	CHECK_ABSOLUTE_NAME,
	CHECK_PARENT_NAME,
	CHECK_BAD_NAME,
	CHECK_DUPLICATE_NAME,
	CHECK_NAME_CONFLICT,
	CHECK_LINK_OUTSIDE,
	/* files */
	CHECK_TRACED_MISSING,
	CHECK_INIT_MISSING,
	CHECK_SOURCE_MISSING,
	CHECK_STALE_BYTECODE,
	CHECK_WRONG_BYTECODE,
	CHECK_UNREADABLE_MODE,
	CHECK_JUNK,
	/* native libraries */
	CHECK_LIBRARY_MISSING,
	CHECK_FOREIGN_MACHINE,
	CHECK_GLIBC_TOO_NEW,
	CHECK_WRONG_LIBC,
	/* distributions */
	CHECK_LICENCE_MISSING,
	CHECK_METADATA_MISSING,
	CHECK_DUPLICATE_DISTRIBUTION,
	/* budgets and limits */
	CHECK_LIMIT_UNZIPPED,
	CHECK_LIMIT_ZIPPED,
	CHECK_BUDGET_TOTAL,
	CHECK_BUDGET_ZIPPED,
	CHECK_BUDGET_FILES,
	CHECK_BUDGET_PACKAGE,
	/* against the baseline */
	CHECK_TOTAL_GREW,
	CHECK_ZIPPED_GREW,
	CHECK_PACKAGE_ADDED,
	CHECK_PACKAGE_REMOVED,
	CHECK_PACKAGE_CHANGED,
	CHECK_LIBRARY_ADDED,
	CHECK_LIBRARY_REMOVED,
	CHECK_SONAME_CHANGED,
	CHECK_ACCEPT_UNUSED,
	CHECK_IDS,
};

struct check_rule {
	const char *name; /* "stale-bytecode" */
	enum severity severity;
	const char *title; /* what is wrong, in general */
	const char *todo;  /* what to do about it */
};
extern const struct check_rule check_rules[CHECK_IDS];

/* CHECK_IDS when there is none of that name. */
enum check_id check_id_by_name(const char *name);

#define EXAMPLES_MAX 5

struct finding {
	enum check_id id;
	char *path;     /* in the layer, "" for the layer as a whole; of several files the first */
	char *subject;  /* a package, a needed library …; "" when there is none */
	char *text;     /* the sentence */
	uint64_t count; /* files that it stands for */
	char *examples[EXAMPLES_MAX]; /* further paths, NULL at the end */
	bool accepted;                /* an accept line says that it is all right */
};

struct findings {
	struct finding *list;
	size_t n, cap;
};

#define CLEANUP_FINDINGS __attribute__((cleanup(findings_free)))

/* Adds a finding; `text` is formatted. Path and subject are copied and may be NULL. The result
 * is valid until the next call. */
struct finding *findings_add(struct findings *f, enum check_id id, const char *path,
			     const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* One more file for a finding that stands for several. */
void finding_count(struct finding *f, const char *path);
/* Marks what `accept` lines cover, adds CHECK_ACCEPT_UNUSED for those that cover nothing, and
 * sorts by severity, id, path and subject. */
void findings_finish(struct findings *f, const struct settings *s);
/* Findings that are not accepted, by severity. */
void findings_tally(const struct findings *f, size_t ret[SEVERITIES]);
/* Whether the check has failed, by `option fail-on`. */
bool findings_fail(const struct findings *f, const struct settings *s);
void findings_free(struct findings *f);
