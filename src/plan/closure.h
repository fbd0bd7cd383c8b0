/* closure - what kept code may import or read beyond what the runs did: the level `closure`.
 *
 * Begins with what level `trace` keeps and follows the facts of kept sources (struct entry,
 * `facts`): imports, names in strings, plugins; then adds the other importable modules of touched
 * distributions and small data beside live modules, until nothing changes. Each module is looked
 * at once. Shared by the files that implement it; of no interest to others.
 */
#pragma once

#include "plan/modules.h"
#include "plan/plan.h"
#include "plan/scan.h"
#include "plan/units.h"

/* Data up to this size is kept beside live modules without being named. */
#define DATA_SMALL ((uint64_t)64 << 10)

/* Sources up to this size are cheap insurance: larger ones are tables. */
#define SOURCE_MAX ((uint64_t)256 << 10)
/* What can be done without is left out from this size on, with the libraries that it alone needs.
 * Smaller ones are not worth the risk. */
#define OPTIONAL_MIN ((uint64_t)256 << 10)

struct closure {
	struct plan *p;
	const struct plan_options *opt;
	const struct trace *traces;
	size_t n_traces;
	struct modules modules;
	struct units units;
	bool *unimportable; /* by module */
	size_t cursor;      /* into p->fresh: entries before it have been looked at */
	/* What is no module, by distribution and base name: heads of lists, and each entry's next. */
	struct strmap by_base;
	size_t **next_base; /* [root][entry] → code, or INVENTORY_NONE */
	/* Directories that are alternatives, by base name: heads of lists in `choices`. */
	struct strmap by_choice;
	struct choice {
		size_t code, next; /* next: index, or INVENTORY_NONE */
	} * choices;
	size_t n_choices, cap_choices;
	struct strmap groups; /* entry point groups that kept code asks for */
	bool groups_changed;
	/* Facts that lead from inside a function into a distribution that no run touched: followed
	 * when all else is. How often that has happened is the distance of what is kept now. */
	struct deferred {
		size_t module, fact;
	} * deferred, at; /* at: the fact that is followed now */
	size_t n_deferred, cap_deferred;
	unsigned distance;
	bool replaying;
};

/* Who asks for a module, and why. */
struct ask {
	size_t root, entry, unit;
	uint32_t line;
	enum reason reason;
	const char *text;
	bool ran; /* the asking module did, in a recorded run */
	bool in_function;
	bool guarded; /* by an except ImportError that does not raise again */
};

bool is_stdlib(const char *name, size_t len);

/* All entries of all roots under one number, so that maps and lists can hold them. */
static inline size_t closure_code(const struct plan *p, size_t root, size_t i)
{
	return i * p->inv->n_roots + root;
}

static inline void closure_decode(const struct plan *p, size_t code, size_t *root, size_t *i)
{
	*root = code % p->inv->n_roots;
	*i = code / p->inv->n_roots;
}

static inline const struct entry *closure_entry(const struct closure *c, const struct module *m)
{
	return &c->p->inv->roots[m->root].entries[m->entry];
}

/* imports.c: keeps the modules of that (dotted) name, if the closure may go there. False: it may
 * not, or there is none. */
bool reach(struct closure *c, const struct ask *ask, size_t module);
bool follow(struct closure *c, const struct ask *ask, const char *name, size_t len);
/* All that an import fact of a module asks for. */
void follow_import(struct closure *c, const struct module *m, const struct fact *f);
/* The absolute name of what a relative one means in a module: `level` dots and the rest. The
 * caller frees; NULL: it leads out. */
char *absolute_name(const struct module *m, unsigned level, const char *rest);

/* libraries.c: whether a native module is a compiled copy of a source that is there too. */
bool has_source(const struct closure *c, size_t module);
/* Marks the units of which a native module is kept. */
void note_native(struct closure *c);
/* Decides about native libraries that only functions import, or nothing at all. */
void pass_libraries(struct closure *c);

/* outside.c: adds to `names` what the runs imported from outside the roots. True: they used a
 * directory of sys.path there, with modules that nothing here can list. */
bool outside_names(const struct closure *c, struct strmap *names);

/* unimportable.c */
void unimportable_find(struct closure *c);

/* names.c */
void names_index(struct closure *c);
/* When the choices are marked. */
void choices_index(struct closure *c);
void follow_name(struct closure *c, const struct module *m, const struct fact *f);

/* data.c: whether a file is data, and neither junk nor what other data has been made from. */
bool is_data(const struct closure *c, size_t r, size_t i);

/* plugins.c, data.c: passes over everything. */
void pass_plugins(struct closure *c);
void pass_modules(struct closure *c);
void pass_data(struct closure *c);
void pass_packages(struct closure *c);

void closure_open(struct plan *p, const struct plan_options *opt, const struct trace *traces,
		  size_t n_traces, struct closure *ret);
/* Looks at what was kept since the last call, and all that follows from it. */
void closure_drain(struct closure *c);
/* Follows the facts that were put off, when nothing else is left to do. */
void closure_release(struct closure *c);
/* Says of what is not kept that it is unimportable, or of a distribution that no run touched. */
void closure_categorise(struct closure *c);
void closure_close(struct closure *c);
