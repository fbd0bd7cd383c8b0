/* choices - the cost of each level and the levers, for people and for programs.
 *
 * For people each lever is the very line that goes into a rules file, with its reason as comment.
 */
#pragma once

#include "plan/choices.h"

#include <stdio.h>

/* A table of the levels, and the largest levers of each kind. */
void choices_show(const struct choices *c, FILE *out);

struct json;
/* Members "levels" (name, chosen, files, bytes, bytecode_bytes) and "levers" (kind, path in the
 * layer, files, bytes, why, rule) of `into`. */
void choices_json(const struct choices *c, struct json *into);
