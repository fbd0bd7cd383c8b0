/* fit - what was given up so that a layer fits, for people and for programs. */
#pragma once

#include "plan/fit.h"

#include <stdio.h>

void fit_show(const struct fit *f, const struct plan *p, FILE *out);

struct json;
/* An array: path or package, files, bytes, evidence, why; in the order in which it was given up. */
struct json *fit_json(const struct fit *f, const struct plan *p);
