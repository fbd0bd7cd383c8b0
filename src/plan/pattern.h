/* pattern - one gitignore pattern, compiled (gitignore(5), "PATTERN FORMAT").
 *
 * A pattern without a slash (other than at its end) matches the last component at any depth;
 * with one it is anchored at the root. A trailing slash matches directories only. What matches a
 * directory covers all that lies below it. `*` and `?` and sets stop at a slash; a leading
 * "**" + "/", an inner one between slashes and a trailing one cross them.
 *
 * Matching is a simulation of all states at once: time is at most the product of the two
 * lengths, whatever the pattern. No function here does I/O. Errors: EINVAL with the cause (an
 * open set, a backslash at the end, an unknown class, an empty or too long pattern): git takes
 * these for patterns that never match.
 */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_MAX 4096 /* bytes */

struct pattern_token;

struct pattern {
	struct pattern_token *tokens;
	size_t n_tokens;
	unsigned char (*sets)[32]; /* bit sets of bytes, for [...] */
	size_t n_sets;
	char *literal; /* what every match begins with, unescaped; "" when there is nothing */
	size_t literal_len;
	char *inner; /* the longest run of bytes in it: every path that matches holds them */
	bool anchored, dir_only;
};

/* `text` is without sign and without blanks around it. */
int pattern_compile(const char *text, size_t len, struct pattern *ret, struct error *e);
/* Whether the pattern matches the path (relative to the root, clean) or a directory above it.
 * `is_dir` says what the path itself is. */
bool pattern_match(const struct pattern *p, const char *path, bool is_dir);
void pattern_free(struct pattern *p);
