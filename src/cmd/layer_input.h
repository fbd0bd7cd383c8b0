/* layer_input - what commands that decide about a layer have in common: traces, roots, the level
 * and the rules, with their options (--keep, --root, --safety, --rules, --force).
 *
 * Without --root the root is the one site directory that the traces used beyond start-up noise;
 * several are an error that lists them. Without --rules the user's rules are those in
 * .importtrace in the current directory, where there is one.
 */
#pragma once

#include "base/error.h"
#include "plan/plan.h"

#include <argp.h>

struct layer_input {
	char **keep; /* --keep */
	size_t n_keep;
	char **roots; /* --root DIR|ZIP[=PREFIX] */
	size_t n_roots;
	char **at; /* --at DIR of the root with the same index; NULL where there is none */
	bool forced[REFUSALS];
	bool with_interpreter;      /* --with-interpreter */
	const char *interpreter;    /* =EXE, or NULL: the traced one */
	char **provides;            /* --provides: plan.provides, owned */
	const char *rules_file;     /* --rules, or NULL */
	const char *repaired_file;  /* --repaired, or NULL */
	struct plan_options plan;   /* --safety; input_load sets the rules */
	struct rules user, builtin; /* what plan.user and plan.builtin point to */
	struct repaired_list repaired;
};
/* Zero-initialise but for the level. */
#define LAYER_INPUT_DEFAULT                         \
	{                                           \
		.plan = {.safety = SAFETY_DEFAULT } \
	}

#define REPAIRED_MAX ((size_t)256 << 20) /* bytes of --repaired FILE */

/* The options, for the `children` of a command's argp; its child input is the layer_input. */
extern const struct argp input_argp;

struct traces {
	struct trace *list;
	size_t n;
};

/* Reads the traces, the trees and the rules and checks the refusals; those that are forced become
 * warnings on stderr. The caller frees all, also after an error. `in` must not move afterwards. */
int input_load(struct layer_input *in, struct traces *traces, struct inventory *inv,
	       struct error *e);
/* Only the trees: those of --root, or without it the one that the traces used (`name` is theirs, for
 * messages). */
int input_roots(const struct layer_input *in, const struct traces *traces, const char *name,
		struct inventory *inv, struct error *e);
/* One layer as it is, without traces and rules. */
int input_layer(const char *layer, struct inventory *inv, struct error *e);
/* Appends to --keep or --root (not copied). */
void input_keep(struct layer_input *in, char *trace);
void input_root(struct layer_input *in, char *root);
void input_free(struct layer_input *in);
void traces_free(struct traces *t);
