/* layer_input - what commands that decide about a layer have in common: traces and roots.
 *
 * Without --root the root is the one site directory that the traces used beyond start-up noise;
 * several are an error that lists them.
 */
#pragma once

#include "base/error.h"
#include "plan/plan.h"

struct layer_input {
	char **keep; /* --keep */
	size_t n_keep;
	char **roots; /* --root DIR[=PREFIX] */
	size_t n_roots;
	bool forced[REFUSALS];
};

struct traces {
	struct trace *list;
	size_t n;
};

/* Appends an option's value (not copied: argv lives on). */
void input_add(char ***list, size_t *n, char *value);
/* --force REASON; false when there is no such reason. */
bool input_force(struct layer_input *in, const char *reason);
/* Reads the traces and the trees and checks the refusals; those that are forced become warnings
 * on stderr. The caller frees both, also after an error. */
int input_load(const struct layer_input *in, struct traces *traces, struct inventory *inv,
	       struct error *e);
void input_free(struct layer_input *in);
void traces_free(struct traces *t);
