/* choices - what else could be decided, and what it would cost: the levels and the levers.
 *
 * A lever is one line of a rules file that would change much: `drop` for a large file that no run
 * touched and that only a rule keeps, `keep` for what was left out. Refers to the plan, which must
 * outlive it; owns its list. Bytes are those of the content before compression, as in summary.h.
 */
#pragma once

#include "plan/summary.h"

/* What a layer of one level holds: for the chosen one and, where a survey is given, for the others
 * what a prune at that level gives, to the byte. */
struct level {
	bool known; /* the levels between static and all need a trace */
	bool exact; /* false: more would be compiled or stripped there than is known */
	struct amount kept, kept_bytecode;
};

/* What would become of the entries that a plan keeps, as prune does it: fills *ret (the caller frees
 * it), and whether that is all; a *ret that stays empty: nothing but RECORD changes. False: such a
 * layer cannot be made. */
struct shipped;
typedef bool level_survey(void *ctx, const struct plan *at, struct shipped *ret, bool *exact);

enum lever_kind {
	LEVER_DROP,     /* kept, untouched */
	LEVER_OPTIONAL, /* left out: the program says itself that it can do without */
	LEVER_FAR,      /* left out: of a dependency's dependency */
	LEVER_DIST,     /* left out: a distribution that no run touched, imported or requested */
	LEVER_HIGHER,   /* left out: a higher level would keep it */
	LEVERS,
};

/* The least that is worth a line, and the most lines of a kind. */
#define LEVER_MIN     ((uint64_t)64 << 10)
#define LEVERS_LISTED 10

struct lever {
	enum lever_kind kind;
	size_t root;
	char *path;            /* of a file; of a directory with '/' at its end (LEVER_DIST) */
	size_t entry;          /* the file; INVENTORY_NONE: a distribution */
	size_t dist;           /* LEVER_DIST: index into plan.dists */
	uint64_t files, bytes; /* what the rule drops or adds, at the least */
	const struct cause
		*cause; /* why it is kept; who asks for it; NULL: the user did, by name */
};

struct choices {
	const struct plan *plan;
	struct level levels[SAFETIES];
	struct lever *levers; /* by kind, then largest first, then by path */
	size_t n_levers, cap_levers;
};

#define CLEANUP_CHOICES __attribute__((cleanup(choices_free)))

/* `p` is what plan_make has made of the same traces and options. */
void choices_make(const struct plan *p, const struct trace *traces, size_t n_traces,
		  const struct plan_options *opt, level_survey *survey, void *ctx,
		  struct choices *ret);
void choices_free(struct choices *c);
