/* contents - what check and compare look at: a layer (zip or directory), and for comparing also a
 * trace or a baseline.
 */
#pragma once

#include "base/error.h"
#include "plan/baseline.h"
#include "plan/bytecode.h"
#include "plan/check.h"

enum contents_kind { CONTENTS_DIR, CONTENTS_ZIP, CONTENTS_TRACE, CONTENTS_BASELINE };

struct contents {
	enum contents_kind kind;
	struct inventory inv;       /* of a layer; of a trace what it touched below `tree` */
	struct plan survey;         /* of inv */
	struct figures figures;     /* of a baseline: those of the file */
	struct settings settings;   /* of a baseline */
	struct bytecodes bytecodes; /* of a layer */
	bool all_read;              /* of a layer: see enum contents_depth */
	struct bad_name *bad_names; /* of a zip */
	size_t n_bad_names;
	struct trace *trace; /* of a trace */
};

#define CLEANUP_CONTENTS __attribute__((cleanup(contents_free)))

/* What of a layer's contents is read. For sizes: what says which package a file belongs to, and of
 * native files that they are some (contents_sonames reads more). All of them: damage anywhere in a zip is found (EINVAL), and
 * hash-based bytecode is compared with its source. Usually all when they are at most
 * CONTENTS_ALL_MAX bytes unpacked, else what decisions read. */
enum contents_depth { CONTENTS_SIZES, CONTENTS_NEEDED, CONTENTS_USUAL, CONTENTS_ALL };
#define CONTENTS_ALL_MAX ((uint64_t)64 << 20)

/* A layer. An archive that cannot be checked (none, empty, encrypted, of a strange method) is an error; names
 * that are wrong are in bad_names, and their entries are left out. */
int contents_layer(const char *path, enum contents_depth depth, struct contents *ret,
		   struct error *e);
/* The baseline in a file. */
int contents_baseline(const char *path, struct contents *ret, struct error *e);
/* Whichever of the four it is. A trace has no figures yet: see contents_of_trace. */
int contents_any(const char *path, struct contents *ret, struct error *e);
/* Fills what a trace touched, in terms of the other side: below its site directory when that is a
 * layer, else below `tree` (NULL: the site directory that most traced files lie in). */
int contents_of_trace(struct contents *c, const struct contents *other, const char *tree,
		      struct error *e);
/* Reads the sonames of native files that both sides have and that are not known to be the same. */
int contents_sonames(struct contents *a, struct contents *b, struct error *e);
/* A directory of --root as traces name it: absolute, resolved where it is there. The caller frees. */
char *contents_root(const char *dir);
void contents_free(struct contents *c);
