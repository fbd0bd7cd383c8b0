/* fit - the safest layer under a limit of bytes.
 *
 * What no run touched is given up one unit at a time until the rest fits: a library, a large data
 * file, or all that a distribution has beyond what the runs touched. Weak evidence goes first, and
 * of equal evidence the unit that frees most. What fits again when others are gone comes back. What
 * the runs touched, what belongs to it and what the user asked for is never given up.
 */
#pragma once

#include "plan/plan.h"

/* How strongly something is known to be needed, weakest first. */
enum evidence {
	EVIDENCE_PACKAGE,  /* of a touched distribution, that is all */
	EVIDENCE_DATA,     /* lies beside what is used */
	EVIDENCE_NAME,     /* a string names it; a plugin; another module */
	EVIDENCE_FUNCTION, /* imported inside functions */
	EVIDENCE_IMPORT,   /* imported by the body of a kept module */
	EVIDENCE_RULE,     /* a built-in rule knows of it */
	EVIDENCES,
};
extern const char *const evidence_names[EVIDENCES];

struct given_up {
	size_t id;
	char *name; /* a file's path; a distribution's name, or the top-level name */
	bool is_file;
	size_t root, entry;     /* the file, or the largest one of a distribution */
	enum evidence evidence; /* the strongest of what it holds and asks for */
	struct cause cause;     /* why that entry was kept; the text is owned */
	uint64_t files, bytes;  /* bytecode that goes with sources included */
};

struct fit {
	bool **barred; /* [root][entry]: for plan_options; the plan refers to it */
	size_t **by;   /* [root][entry]: id of the unit with which it was barred */
	size_t next_id;
	size_t n_roots;
	struct given_up *list; /* in the order in which it was given up */
	size_t n, cap;
	uint64_t bytes; /* of the plan: content, RECORD as rewritten */
};

#define CLEANUP_FIT __attribute__((cleanup(fit_free)))

/* Bytes of content that a plan keeps, RECORD as rewritten; of a layer that is written (plan.shipped)
 * those that are in it. */
uint64_t fit_bytes(const struct plan *p);
/* Plans as plan_make does, within `limit` bytes. *ret must be zero, or the result of a call with a
 * larger limit: what was given up stays so. Both results are the caller's, *plan before *ret. ENOSPC:
 * even what the runs touched does not fit; the message says by how much. */
int plan_fit(const struct trace *traces, size_t n_traces, const struct inventory *inv,
	     const struct plan_options *opt, uint64_t limit, struct fit *ret, struct plan *plan,
	     struct error *e);
void fit_free(struct fit *f);
