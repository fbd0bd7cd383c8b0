/* bytecode - what a layer does with its *.pyc files (--bytecode).
 *
 * Zips normalise times and /opt is read-only: an ordinary pyc, valid by its source's size and
 * mtime, is stale in a layer and its source is compiled at every start. FAST gives each pyc that
 * is valid now an unchecked-hash header (PEP 552) with the true hash of its source, drops the
 * stale ones, and compiles what is missing when a Python is known. SOURCE drops bytecode that has
 * its source beside it. ONLY ships x.pyc in the place of x.py, but for modules whose source the
 * program itself reads (anyio does, with inspect.getsource, when it is imported): those are as in
 * FAST.
 *
 * Bytecode without its source among the members is left as it is, and so is that of other
 * implementations than CPython 3.7 or later, whose rules are not known here.
 */
#pragma once

#include "base/error.h"
#include "layer/compile.h"
#include "layer/member.h"
#include "layer/record.h"

#include <stdbool.h>

enum bytecode_mode { BYTECODE_AS_IS, BYTECODE_FAST, BYTECODE_SOURCE, BYTECODE_ONLY };

/* What another layer of the same tree did with a pyc. */
enum pyc_before { BEFORE_UNKNOWN, BEFORE_KEPT, BEFORE_LEFT_OUT };

struct bytecode_options {
	enum bytecode_mode mode;
	/* The Python that compiles what is missing, asked for when something is; NULL: there is
	 * none, and nothing is compiled. */
	const struct python *(*python)(void *ctx);
	void *ctx;
	/* What the workload's Python looks for: wanted also without one, to choose among what is
	 * there. An empty tag: that of `python`. */
	struct pyc_levels levels;
	/* ONLY: whether the workload read a source for another reason than to compile it, as far as
	 * that can be told when its bytecode is valid. NULL: none. */
	bool (*is_read)(const struct member *source, void *ctx);
	unsigned jobs; /* 0: one for each core */
	struct spool *spool;
	/* Without a Python: the sizes of what another layer of the same tree had compiled, by name;
	 * that counts as compiled, but cannot be written. May be NULL. */
	const struct strmap *known;
	/* FAST: what was found of a pyc before; for a survey, from several threads. May be NULL. */
	enum pyc_before (*before)(void *ctx, const char *name);
};

/* Numbers of files. */
struct bytecode_report {
	uint64_t rewritten; /* valid now, and from now on unchecked */
	uint64_t unchecked; /* were so already */
	uint64_t stale;     /* dropped */
	uint64_t damaged;   /* dropped: no bytecode, or of another version than its name says */
	uint64_t foreign;   /* left as they are */
	uint64_t compiled;
	uint64_t failed;     /* did not compile: stay source */
	uint64_t missing;    /* have no bytecode, and no Python was known */
	uint64_t dropped;    /* SOURCE, ONLY */
	uint64_t sourceless; /* ONLY: modules without source */
	uint64_t read;       /* ONLY: modules that keep their source, because it is read */
};

/* Changes the sorted list, which stays sorted. On an error it is to be thrown away. */
int bytecode_apply(struct members *m, const struct bytecode_options *opt, struct record_log *log,
		   struct bytecode_report *ret, struct error *e);
