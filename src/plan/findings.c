#include "plan/findings.h"

#include "base/mem.h"
#include "plan/baseline.h"

#include <fnmatch.h>
#include <string.h>

const char *const severity_names[SEVERITIES] = {"error", "warning", "note"};

/* docs/check.md has a section for each; a test compares. */
const struct check_rule check_rules[CHECK_IDS] = {
	[CHECK_ABSOLUTE_NAME] = {"absolute-name", SEVERITY_ERROR,
				 "A name in the archive is absolute",
				 "Make the archive anew with names relative to its top."},
	[CHECK_PARENT_NAME] = {"parent-name", SEVERITY_ERROR,
			       "A name in the archive leads out of it with '..'",
			       "Do not unpack this archive; make it anew from a trusted tree."},
	[CHECK_BAD_NAME] = {"bad-name", SEVERITY_ERROR, "A name in the archive is no usable path",
			    "Make the archive anew with names that are plain relative paths."},
	[CHECK_DUPLICATE_NAME] = {"duplicate-name", SEVERITY_ERROR,
				  "Two entries of the archive have one name",
				  "Make the archive anew; which of the two is unpacked depends on "
				  "the tool."},
	[CHECK_NAME_CONFLICT] = {"name-conflict", SEVERITY_WARNING,
				 "Two names cannot both be unpacked everywhere",
				 "Rename one of the two files, or leave one out."},
	[CHECK_LINK_OUTSIDE] = {"link-outside", SEVERITY_ERROR,
				"A symbolic link leads out of the layer",
				"Put the target into the layer, or leave the link out."},
	[CHECK_TRACED_MISSING] = {"traced-missing", SEVERITY_ERROR,
				  "What the traced run used is not in the layer",
				  "Build the layer with 'importtrace prune --keep' and this trace, "
				  "or record the run anew."},
	[CHECK_INIT_MISSING] = {"init-missing", SEVERITY_ERROR,
				"A package's __init__ is missing: Python takes it for a namespace "
				"package without an error",
				"Add the package's __init__.py."},
	[CHECK_SOURCE_MISSING] = {"source-missing", SEVERITY_WARNING,
				  "Bytecode in __pycache__ without its source is never imported",
				  "Add the source, or remove the bytecode."},
	[CHECK_STALE_BYTECODE] = {"stale-bytecode", SEVERITY_WARNING,
				  "Bytecode that does not fit its source is compiled anew at each "
				  "cold start",
				  "Build the layer with 'importtrace prune', which writes "
				  "unchecked-hash bytecode, or compile with 'python -m compileall "
				  "--invalidation-mode unchecked-hash'."},
	[CHECK_WRONG_BYTECODE] =
		{"wrong-bytecode", SEVERITY_ERROR,
		 "Bytecode that is never checked was compiled from another source: "
		 "the source beside it is not what runs",
		 "Compile anew, or build the layer with 'importtrace prune'."},
	[CHECK_UNREADABLE_MODE] = {"unreadable-mode", SEVERITY_ERROR,
				   "Not readable for every user, as a function at run time must",
				   "chmod -R a+rX before packing; 'importtrace prune' does so."},
	[CHECK_JUNK] = {"junk", SEVERITY_WARNING,
			"No run needs this: tests, caches, version control",
			"Leave it out ('importtrace prune' does), or accept it where it is "
			"imported."},
	[CHECK_LIBRARY_MISSING] = {"library-missing", SEVERITY_ERROR,
				   "A shared library that is needed is neither in the layer nor "
				   "part of every system",
				   "Add the library to the layer, or accept the finding when the "
				   "target has it."},
	[CHECK_FOREIGN_MACHINE] = {"foreign-machine", SEVERITY_ERROR,
				   "A native file is for another processor",
				   "Install the packages for the target's processor (pip install "
				   "--platform)."},
	[CHECK_GLIBC_TOO_NEW] = {"glibc-too-new", SEVERITY_ERROR,
				 "A native file needs a newer glibc than the platform has",
				 "Take an older wheel, or build on the platform's own image."},
	[CHECK_WRONG_LIBC] = {"wrong-libc", SEVERITY_ERROR,
			      "A native file is made for another C library",
			      "Install the packages for the target's C library (glibc or musl)."},
	[CHECK_LICENCE_MISSING] =
		{"licence-missing", SEVERITY_WARNING,
		 "A distribution's licence is not in the layer",
		 "Keep the licence files of *.dist-info; 'importtrace prune' does."},
	[CHECK_METADATA_MISSING] =
		{"metadata-missing", SEVERITY_NOTE,
		 "Code without *.dist-info: its licence, version and entry points "
		 "are unknown",
		 "Keep *.dist-info, unless this is your own code."},
	[CHECK_DUPLICATE_DISTRIBUTION] = {"duplicate-distribution", SEVERITY_WARNING,
					  "Two versions of one distribution",
					  "Install into an empty directory."},
	[CHECK_LIMIT_UNZIPPED] =
		{"limit-unzipped", SEVERITY_ERROR, "Larger than AWS Lambda allows, unzipped",
		 "Record a smaller workload, look at what 'importtrace prune' lists "
		 "as levers, or use a container image."},
	[CHECK_LIMIT_ZIPPED] = {"limit-zipped", SEVERITY_ERROR,
				"Larger than AWS Lambda takes in a direct upload",
				"Make it smaller, or upload through S3 and accept this finding."},
	[CHECK_BUDGET_TOTAL] =
		{"budget-total", SEVERITY_ERROR, "Over the budget of bytes, unzipped",
		 "Look at 'importtrace compare' for what grew; or raise the budget."},
	[CHECK_BUDGET_ZIPPED] =
		{"budget-zipped", SEVERITY_ERROR, "Over the budget of bytes, zipped",
		 "Look at 'importtrace compare' for what grew; or raise the budget."},
	[CHECK_BUDGET_FILES] = {"budget-files", SEVERITY_ERROR, "Over the budget of files",
				"Look at 'importtrace compare' for what is new; or raise the "
				"budget."},
	[CHECK_BUDGET_PACKAGE] = {"budget-package", SEVERITY_ERROR, "A package is over its budget",
				  "Look at 'importtrace compare' for what grew; or raise the "
				  "budget."},
	[CHECK_TOTAL_GREW] = {"total-grew", SEVERITY_ERROR, "The layer has grown, unzipped",
			      "If it is meant to, accept the new sizes: check --update."},
	[CHECK_ZIPPED_GREW] = {"zipped-grew", SEVERITY_ERROR, "The layer has grown, zipped",
			       "If it is meant to, accept the new sizes: check --update."},
	[CHECK_PACKAGE_ADDED] = {"package-added", SEVERITY_ERROR,
				 "A package that the baseline does not have",
				 "If it is meant to be there: check --update."},
	[CHECK_PACKAGE_REMOVED] = {"package-removed", SEVERITY_ERROR,
				   "A package of the baseline is not in the layer",
				   "If it is meant to go: check --update."},
	[CHECK_PACKAGE_CHANGED] = {"package-changed", SEVERITY_NOTE,
				   "A package differs from the baseline",
				   "Nothing; the baseline takes it in with check --update."},
	[CHECK_LIBRARY_ADDED] = {"library-added", SEVERITY_ERROR,
				 "A native library that the baseline does not have",
				 "If it is meant to be there: check --update."},
	[CHECK_LIBRARY_REMOVED] = {"library-removed", SEVERITY_ERROR,
				   "A native library of the baseline is not in the layer",
				   "If it is meant to go: check --update."},
	[CHECK_SONAME_CHANGED] = {"soname-changed", SEVERITY_WARNING,
				  "A native library has another soname than in the baseline",
				  "Whatever links to it must be rebuilt; then check --update."},
	[CHECK_ACCEPT_UNUSED] = {"accept-unused", SEVERITY_NOTE,
				 "An accept line that covers no finding", "Remove the line."},
};

enum check_id check_id_by_name(const char *name)
{
	size_t i = 0;

	while (i < CHECK_IDS && strcmp(check_rules[i].name, name) != 0)
		i++;
	return (enum check_id)i;
}

struct finding *findings_add(struct findings *f, enum check_id id, const char *path,
			     const char *subject, const char *fmt, ...)
{
	struct finding *one;
	va_list ap;

	f->list = array_grow(f->list, f->n, &f->cap, sizeof(*f->list));
	one = &f->list[f->n++];
	*one = (struct finding){.id = id,
				.path = xstrdup(path ? path : ""),
				.subject = xstrdup(subject ? subject : ""),
				.count = 1};
	va_start(ap, fmt);
	one->text = xvasprintf(fmt, ap);
	va_end(ap);
	return one;
}

void finding_count(struct finding *f, const char *path)
{
	size_t k = f->count++ - 1;

	if (k < EXAMPLES_MAX)
		f->examples[k] = xstrdup(path);
}

/* --- accepting -------------------------------------------------------------------------------- */

static bool matches(const char *pattern, const char *text)
{
	CLEANUP_FREE char *coded = name_encode(text);

	return fnmatch(pattern, text, 0) == 0 || fnmatch(pattern, coded, 0) == 0;
}

/* `line` is "accept ID" or "accept ID PATTERN". */
static bool covers(const char *line, const struct finding *f)
{
	const char *id = line + strlen("accept "), *name = check_rules[f->id].name;
	size_t n = strcspn(id, " ");

	if (strlen(name) != n || memcmp(id, name, n) != 0)
		return false;
	return !id[n] || (f->path[0] && matches(id + n + 1, f->path)) ||
	       (f->subject[0] && matches(id + n + 1, f->subject));
}

static void accept(struct findings *f, const char *line)
{
	size_t n = f->n;
	bool used = false;

	for (size_t i = 0; i < n; i++)
		if (f->list[i].id != CHECK_ACCEPT_UNUSED && covers(line, &f->list[i]))
			f->list[i].accepted = used = true;
	if (!used)
		findings_add(f, CHECK_ACCEPT_UNUSED, NULL, line, "'%s' covers no finding.", line);
}

static int order(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int s = (int)check_rules[x->id].severity - (int)check_rules[y->id].severity;
	int r = s ? s : (int)x->id - (int)y->id;

	r = r ? r : strcmp(x->path, y->path);
	return r ? r : strcmp(x->subject, y->subject);
}

void findings_finish(struct findings *f, const struct settings *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->list[i].key, "accept ", 7) == 0)
			accept(f, s->list[i].key);
	if (f->n)
		qsort(f->list, f->n, sizeof(*f->list), order);
}

void findings_tally(const struct findings *f, size_t ret[SEVERITIES])
{
	memset(ret, 0, SEVERITIES * sizeof(*ret));
	for (size_t i = 0; i < f->n; i++)
		if (!f->list[i].accepted)
			ret[check_rules[f->list[i].id].severity]++;
}

bool findings_fail(const struct findings *f, const struct settings *s)
{
	size_t tally[SEVERITIES], n = 0;
	uint64_t worst = SEVERITY_WARNING;

	settings_size(s, "option fail-on", &worst);
	findings_tally(f, tally);
	for (size_t i = 0; i <= worst; i++)
		n += tally[i];
	return n > 0;
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->list[i].path);
		free(f->list[i].subject);
		free(f->list[i].text);
		for (size_t k = 0; k < EXAMPLES_MAX; k++)
			free(f->list[i].examples[k]);
	}
	free(f->list);
	*f = (struct findings){0};
}
