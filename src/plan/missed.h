/* missed - what a run needs of the original that the layer lacks.
 *
 * Two kinds of evidence, each a set and no sequence, so that nothing depends on timing: names that
 * the run on the layer looked up in vain and that the original has; and files that the run on the
 * original used and that the layer lacks, whether or not the run on the layer came so far as to
 * look for them (a program that lists a directory never asks for what is not listed).
 *
 * Left out is what does not matter: bytecode in __pycache__ (its source decides, and brings it), a
 * source that the layer has as sourceless bytecode, a module that another form of the same module
 * goes before, a directory of which something is missed anyway.
 *
 * No I/O. Names are those inside the layer; a list is sorted bytewise without duplicates.
 */
#pragma once

#include "plan/inventory.h"
#include "trace.h"

#include <stdbool.h>

enum missed_how {
	MISSED_ASKED = 1 << 0, /* looked up in vain on the layer */
	MISSED_USED = 1 << 1,  /* used by the run on the original */
};

struct missed {
	char *name;
	size_t root, entry; /* of the original's inventory */
	unsigned how;       /* bit set of enum missed_how */
};

struct missed_list {
	struct missed *list;
	size_t n, cap;
};

#define CLEANUP_MISSED __attribute__((cleanup(missed_free)))

/* `layer` has one root, whose paths are the names. `asked` are absolute paths, resolved, of failed
 * look-ups; `was` is the trace of the run on the original. */
void missed_find(const struct inventory *original, const struct inventory *layer,
		 const struct trace *was, char *const *asked, size_t n_asked,
		 struct missed_list *ret);
/* A directory of the layer that has fewer names than the original's, and that a run listed: where a
 * difference has no other explanation. */
struct listing {
	char *name;      /* inside the layer */
	size_t now, was; /* how many names; bytecode caches do not count */
};
/* Of the directories `listed` (absolute, in terms of the original), sorted, those that have fewer
 * names. *ret is the caller's, and so are the names. */
size_t missed_listings(const struct inventory *original, const struct inventory *layer,
		       char *const *listed, size_t n_listed, struct listing **ret);
/* Adds those of another list. */
void missed_unite(struct missed_list *to, const struct missed_list *from);
void missed_free(struct missed_list *l);
/* "pkg.mod" of an importable file, "pkg" of pkg/__init__.py; NULL for anything else. The caller
 * frees. */
char *missed_module(const struct inventory *original, const struct missed *m);
