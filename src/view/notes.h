/* notes - what a user should know of a plan beside what is kept: sources that are none, files that a
 * run touched and the user's rules drop, and symlinks that lead to nothing in the layer. */
#pragma once

#include "plan/plan.h"

#include <stdio.h>

/* A line each, the first of many. */
void notes_show(const struct plan *p, FILE *out);

struct json;
/* Members "invalid", "dropped_touched" (path, line, why) and "dangling" (why: the symlink's target) of
 * `into`; all of them. */
void notes_json(const struct plan *p, struct json *into);
