/* prune_content - what prune changes in the content of a layer: bytecode, symbols.
 *
 * Works on the members that the plan gave, before they are written; RECORD files follow.
 */
#pragma once

#include "cmd/layer_input.h"
#include "layer/bytecode.h"
#include "layer/record.h"
#include "layer/strip.h"

#include <stdbool.h>
#include <stdio.h>

/* For a survey of another level: what the making of the chosen one has found out. */
struct known_content {
	const struct strmap *compiled; /* name → bytes; NULL: nothing was compiled */
	const char *tag;               /* of the Python that did, or "" */
	const struct plan *layer;      /* of the chosen level, or NULL */
	bool stripped;                 /* its libraries are */
	bool fast;                     /* its bytecode was chosen by BYTECODE_FAST */
};

struct prune_content {
	/* Options. */
	enum bytecode_mode bytecode;
	bool bytecode_given; /* else: fast, or as it is where nothing is traced */
	const char *python;  /* --python: compiles what is missing */
	bool strip;          /* --strip */
	unsigned jobs;
	/* Results. */
	struct bytecode_report report;
	struct strip_report stripped;
	struct error no_python; /* why nothing was compiled */
	struct record_log log;  /* what became of members, and why */
	bool unknown;           /* a survey: there is a library that was not stripped yet */
	/* Own. */
	struct known_content known;
	struct python found;
	struct spool *spool;
	const struct traces *traces;
};

/* Without --bytecode: fast, but as it is where nothing is traced. */
enum bytecode_mode content_default_bytecode(enum safety safety);
/* The option's value; false when there is no such mode. */
bool content_bytecode(struct prune_content *c, const char *value);
/* Changes the members; what it made for them lives until content_free. */
int content_apply(struct prune_content *c, const struct traces *traces, const struct inventory *inv,
		  struct members *m, struct error *e);
/* The same without compiling and stripping: what is stale, and what is missing. */
int content_survey(struct prune_content *c, const struct traces *traces,
		   const struct inventory *inv, struct members *m, struct error *e);
struct json;
/* A few lines for people; for programs a new object, which the caller frees. */
void content_print(const struct prune_content *c, FILE *out);
struct json *content_json(const struct prune_content *c);
void content_free(struct prune_content *c);
