/* plan - which entries of an inventory are kept, and why.
 *
 * Pure data in, pure data out: traces, an inventory and options give a decision for each entry.
 * Deciding is a table of passes, each of which adds a reason; passes that can give one another
 * work are repeated until nothing changes. The first reason that an entry got is its main one,
 * all are kept. A level (--safety) is a prefix of the table. The plan owns what it points to,
 * but not the inventory, which must outlive it.
 */
#pragma once

#include "base/error.h"
#include "plan/inventory.h"
#include "plan/repaired.h"
#include "plan/rules.h"
#include "trace.h"

/* How far to go, from least to most (static aside, which looks at no trace). */
enum safety { SAFETY_STATIC, SAFETY_TRACE, SAFETY_CLOSURE, SAFETY_PACKAGE, SAFETY_ALL, SAFETIES };
#define SAFETY_DEFAULT SAFETY_CLOSURE
extern const char *const safety_names[SAFETIES]; /* for --safety */

/* Whether that level is decided by traces. */
static inline bool safety_needs_trace(enum safety s)
{
	return s != SAFETY_STATIC && s != SAFETY_ALL;
}

/* Why an entry is kept, strongest first. */
enum reason {
	REASON_NONE,
	REASON_TRACED,   /* touched by the run, not made by it */
	REASON_PAIR,     /* source ↔ bytecode, __init__ of a parent package */
	REASON_LINK,     /* a symlink on the way, or the target of a kept one */
	REASON_ELF,      /* needed by a kept ELF file */
	REASON_METADATA, /* of a distribution with a kept file */
	REASON_IMPORT,   /* imported by a kept module */
	REASON_MODULE,   /* another importable module of a touched distribution */
	REASON_NAME,     /* named by a string in a kept module */
	REASON_PLUGIN,   /* of a listed namespace package, or an entry point asked for */
	REASON_DATA,     /* small data beside live modules, sibling of touched data */
	REASON_RULE,     /* rule:NAME, the built-in rules; the cause's text is NAME */
	REASON_USER,    /* user:LINE, the user's rules; the cause's text is the pattern's comment */
	REASON_PACKAGE, /* level package: of a touched distribution */
	REASON_REPAIRED, /* missed by a run on the layer and added again */
	REASON_STATIC,   /* level static: no rule deletes it */
	REASON_ALL,      /* level all: everything, for comparison */
	REASONS,
};
extern const char *const reason_names[REASONS];
/* Reasons that a limit on the size outweighs: everything but what a run needs to start again. */
#define REASONS_SOFT                                                                           \
	(1U << REASON_IMPORT | 1U << REASON_MODULE | 1U << REASON_NAME | 1U << REASON_PLUGIN | \
	 1U << REASON_DATA | 1U << REASON_RULE | 1U << REASON_PACKAGE)

/* What kind of thing an entry is, when it is removed. */
enum category {
	CATEGORY_TESTS,
	CATEGORY_DOCS,
	CATEGORY_EXAMPLES,
	CATEGORY_BENCHMARKS,
	CATEGORY_BUILD_TOOLS,
	CATEGORY_METADATA,
	CATEGORY_BYTECODE,
	CATEGORY_STUBS,
	CATEGORY_C_SOURCES,
	CATEGORY_CONFIG,
	CATEGORY_VCS,
	CATEGORY_UNIMPORTABLE, /* a module that cannot be imported in this environment */
	CATEGORY_MODULE,       /* untouched module */
	CATEGORY_LIBRARY,      /* untouched native library */
	CATEGORY_DATA,         /* untouched data */
	CATEGORY_DIST,         /* of a distribution that no run touched */
	CATEGORY_SOURCE,       /* kept, but bytecode is in its place (plan/shipped.h) */
	CATEGORIES,
};
extern const char *const category_names[CATEGORIES];

enum category categorise(const struct entry *ent);
/* The same without what ent->elf says: CATEGORY_DATA for what may be a library. */
enum category category_by_name(const char *path);
/* Whether the classic rule lists delete this category. */
bool category_is_static(enum category c);

/* What made a reason apply: of each reason of an entry the first cause is remembered. */
struct cause {
	enum reason reason;
	uint32_t line;      /* in the asking entry's text, from 1; 0: not a matter of lines */
	size_t root, entry; /* the entry that asked; entry INVENTORY_NONE when none did */
	char *text;         /* the name, pattern or rule at work, or NULL */
	size_t next;        /* the same entry's next cause: index into plan.causes, or NONE */
};

/* Why the closure leaves out what kept code imports. */
enum left_why {
	LEFT_OPTIONAL,     /* a library that no run loaded, imported where ImportError is caught */
	LEFT_PENDING,      /* the same where it is not; decided when all imports are known */
	LEFT_FAR,          /* of a dependency's dependency, both imported inside functions only */
	LEFT_OUTSIDE,      /* of a distribution that no run touched and nothing declares */
	LEFT_UNIMPORTABLE, /* cannot be imported in this environment */
	LEFTS,
};

struct decision {
	uint32_t reasons; /* bit set of 1 << enum reason; 0: removed */
	uint32_t further; /* of a removed entry: the reasons that a higher level would give */
	uint8_t main;     /* enum reason: the first one */
	uint8_t level;    /* enum safety: the lowest level that keeps it; SAFETY_ALL: none other */
	uint8_t category; /* enum category, whether kept or not */
	bool dropped;     /* the user's rules drop it: no reason can keep it (cause: REASON_USER) */
	bool touched;     /* by a run, also where it is dropped */
	bool listed;      /* a directory that a run listed */
	bool choices;     /* a directory of alternatives, one of which a run read */
	bool left[LEFTS]; /* see struct left */
	size_t causes;    /* first of its causes: index into plan.causes, or INVENTORY_NONE */
};

/* What a kept module imports and the closure left out all the same; and what cannot be imported. */
struct left {
	enum left_why why;
	size_t root, entry;
	/* Where the import stands; the first one; reason REASON_IMPORT. LEFT_UNIMPORTABLE: what fails,
	 * with the line of `entry` itself (0: a package above it) that imports it; entry INVENTORY_NONE:
	 * the name in `text` is nowhere. */
	struct cause cause;
};

/* A distribution: its *.dist-info or *.egg-info directory and the entries it owns. */
struct dist {
	char *name, *version; /* as METADATA says, else from the directory's name */
	char *dir;            /* the dist-info directory, relative to the root */
	char *base;           /* its parent: what RECORD is relative to ("" for the root) */
	size_t root;
	bool beside;   /* root and base are those of the distribution before */
	size_t *files; /* indices of the root's entries that it owns; not sorted */
	size_t n_files, cap_files;
	size_t record;     /* entry of RECORD, or INVENTORY_NONE */
	size_t lost_lines; /* lines of RECORD that name nothing under the root */
};

/* New content for an entry (RECORD). */
struct rewrite {
	size_t root, entry;
	char *text;
	size_t len;
};

/* A built-in rule that matches an entry, or from `rules.n` on a section's condition that does. */
struct rule_hit {
	size_t root, entry, rule;
};

struct plan {
	const struct inventory *inv;
	enum safety safety;                   /* as in the options, as are the rules */
	const struct rules *user, *builtin;   /* builtin: NULL below closure */
	const struct repaired_list *repaired; /* as in the options */
	struct decision **decisions;          /* [root][entry] */
	struct dist *dists;
	size_t n_dists;
	size_t **owner; /* [root][entry] → index of its (first) dist, or INVENTORY_NONE */
	struct rewrite *rewrites;
	size_t n_rewrites;
	struct cause *causes;
	size_t n_causes, cap_causes;
	struct rule_hit *hits; /* of the built-in rules, in order; found when first wanted */
	size_t n_hits, cap_hits;
	bool hits_found;
	struct strmap by_basename; /* libraries: base name or soname → code of (root, entry) */
	bool changed;              /* a pass has kept something new */
	uint8_t stage;             /* enum safety: what is kept now is kept from this level on */
	size_t *fresh;             /* kept entries in the order they came (entry * roots + root) */
	size_t n_fresh, cap_fresh;
	const bool *const *barred; /* as in the options */
	size_t paired;             /* fresh entries that pass_pairs has looked at */
	struct left *left;
	size_t n_left, cap_left;
	size_t *left_order;            /* indices into left, for plan_left */
	const struct shipped *shipped; /* what became of it, when a layer was made; not owned */
};

#define CLEANUP_PLAN __attribute__((cleanup(plan_free)))

/* What the decision depends on beside traces and inventory. Zero-initialise and set `safety`. */
struct plan_options {
	enum safety safety;
	const struct rules *user;    /* the user's rules, or NULL; they must outlive the plan */
	const struct rules *builtin; /* the built-in ones, looked at from `closure` on, or NULL */
	const struct repaired_list *repaired; /* what runs on a layer missed, found; or NULL */
	const bool *const
		*barred; /* [root][entry]: what a limit on the size has no room for, or NULL */
	const char *const *provides; /* top-level names that the target has (--provides) */
	size_t n_provides;
};

/* Decides. `traces` is looked at from level trace on. */
void plan_make(const struct trace *traces, size_t n_traces, const struct inventory *inv,
	       const struct plan_options *opt, struct plan *ret);
/* Only looks: categories, distributions and owners of every entry, and nothing is kept. */
void plan_survey(const struct inventory *inv, struct plan *ret);
/* The same in two steps, while `elf` of the entries is still being read: only the second looks at
 * it. */
void plan_survey_names(const struct inventory *inv, struct plan *ret);
void plan_survey_natives(struct plan *p);
void plan_free(struct plan *p);

/* The cause of one of an entry's reasons, or NULL. The main reason's comes first in the list. */
const struct cause *plan_cause(const struct plan *p, size_t root, size_t i, enum reason reason);

/* --- for the passes --------------------------------------------------------------------------- */

bool plan_kept(const struct plan *p, size_t root, size_t i);
/* Adds a reason; an entry that is new sets p->changed. Nothing happens to a dropped entry. */
void plan_keep(struct plan *p, size_t root, size_t i, enum reason reason, size_t cause_root,
	       size_t cause);
/* The same with the line of the asking entry and a text (copied; may be NULL). */
void plan_keep_at(struct plan *p, size_t root, size_t i, const struct cause *why);
/* Notes what is left out; of each entry the first time. An entry that is kept in the end is
 * taken off the list. */
void plan_leave(struct plan *p, enum left_why why, size_t root, size_t i, size_t by_root, size_t by,
		uint32_t line, const char *text);
/* What is on that list in the end, or NULL. */
const struct left *plan_left(const struct plan *p, size_t root, size_t i, enum left_why why);
/* The user's rules drop the entry: before any reason is looked at. */
void plan_drop(struct plan *p, size_t root, size_t i, const struct cause *why);
/* Finds an absolute path under the roots. */
bool plan_locate(const struct plan *p, const char *path, size_t *root, size_t *i);

/* __pycache__/x.TAG.pyc → x.py (PEP 3147); NULL for another file. The caller frees. */
char *bytecode_source(const char *path);
void pass_pairs(struct plan *p);
void pass_links(struct plan *p);
void pass_elf(struct plan *p);
void pass_metadata(struct plan *p);
/* rules_pass.c: the user's rules of one verb, and the built-in ones. */
void pass_user(struct plan *p, enum rule_verb verb);
void pass_rules(struct plan *p);
/* Keeps the symlinks on the way of an absolute path that was asked for. */
void links_on_way(struct plan *p, const char *path, size_t cause_root, size_t cause);
/* Whether what the symlink (root, i) leads to is not kept, or of no root. */
bool link_dangles(const struct plan *p, size_t root, size_t i);

/* The library of the roots that the loader finds for a DT_NEEDED of the ELF file (root, i). */
bool elf_find(struct plan *p, size_t root, size_t i, const char *needed, size_t *to_root,
	      size_t *to);

/* dists.c */
void dists_find(struct plan *p);
void dists_rewrite(struct plan *p);
void dists_free(struct plan *p);

/* --- refusals --------------------------------------------------------------------------------- */

enum refusal {
	REFUSE_INCOMPLETE,
	REFUSE_FAILED,
	REFUSE_CHANGED,
	REFUSE_UNTOUCHED,
	REFUSE_LINKS,
	REFUSALS
};
extern const char *const refusal_names[REFUSALS]; /* for --force */

/* Why no layer should be made from this trace: fills texts[i] (the caller frees; NULL: no
 * objection) for each refusal. `name` is the trace's file, for the message. */
void refusals_find(const struct trace *t, const char *name, const struct inventory *inv,
		   char *texts[REFUSALS]);
