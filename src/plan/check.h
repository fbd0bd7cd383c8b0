/* check - the rules that a finished layer is held against. Pure: everything comes as data.
 *
 * Rules that look at one layer alone, at a trace, at settings (limits, budgets, a platform) and at
 * a baseline; each adds findings. docs/check.md describes them by id.
 */
#pragma once

#include "plan/baseline.h"
#include "plan/bytecode.h"
#include "plan/findings.h"
#include "plan/plan.h"
#include "trace.h"

/* What is wrong with an entry of an archive, as the archive has it: its reader's word. */
struct bad_name {
	enum check_id id;
	char *name;       /* bytes of the archive */
	const char *text; /* "its name is absolute": a sentence's end */
};

struct check_input {
	struct plan *survey; /* plan_survey */
	const struct figures *now;
	bool archive; /* from a zip: times are lost when it is unpacked */
	const struct bad_name *bad_names;
	size_t n_bad_names;
	const struct bytecodes *bytecodes;
	const struct trace *traces; /* of what must work */
	size_t n_traces;
	const char *const *roots; /* --root DIR[=PREFIX]: where the traced tree was; may be empty */
	size_t n_roots;
	const struct settings *settings;
	const struct figures *baseline; /* or NULL */
};

/* Applies every rule that there is input for. EINVAL when a trace cannot be held against the
 * layer: it is not complete, or touched nothing of it. */
int check_run(const struct check_input *in, struct findings *ret, struct error *e);

/* --- for the rules ---------------------------------------------------------------------------- */

struct check {
	const struct check_input *in;
	struct findings *found;
	struct strmap traced; /* paths in the layer that a traced run used */
};

/* Files with one trouble, by package: they become one finding each. */
struct file_group {
	char *package;
	const char *paths[EXAMPLES_MAX + 1];
	size_t n;
	size_t extra; /* the rule's own: a maximum, an index */
};

struct file_groups {
	struct strmap names;
	struct file_group *list;
	size_t n, cap;
};

/* The group of the entry's package, with the entry counted. */
struct file_group *group_entry(struct file_groups *g, const struct check *c, size_t root, size_t i);
/* The same by any other key. */
struct file_group *group_key(struct file_groups *g, const char *key, const char *path);
/* A finding for the group; its sentence begins "N files of PACKAGE". */
void group_report(const struct file_group *g, struct findings *f, enum check_id id,
		  const char *what_one, const char *what_many);
void groups_free(struct file_groups *g);

/* "12.3 MB", "999 bytes". The caller frees. */
char *bytes_text(uint64_t bytes);

void check_names(struct check *c);
void check_inits(struct check *c);
void check_bytecode(struct check *c);
void check_files(struct check *c);
void check_libraries(struct check *c);
void check_dists(struct check *c);
void check_budgets(struct check *c);
void check_baseline(struct check *c);
int check_traces(struct check *c, struct error *e);
