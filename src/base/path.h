/* path - paths as text. No function here looks at a file system.
 *
 * Paths are byte strings separated by '/'; they need not be UTF-8. Returned strings are the
 * caller's to free.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* "a" + "b" → "a/b"; an absolute `rel` wins; an empty `rel` gives `base`. */
char *path_join(const char *base, const char *rel);

/* Collapses "//", "/./" and a trailing "/", and takes ".." textually (as if no component were a
 * symlink). An absolute path stays absolute; ".." at the top of it vanishes. */
char *path_clean(const char *path);

/* The part behind the last '/', pointing into `path`. */
const char *path_base(const char *path);

/* The parent: "a/b" → "a", "a" → "", "/a" → "/". */
char *path_dir(const char *path);

/* What follows "dir/" in `path` ("" for dir itself), or NULL when path is not dir or below it. */
const char *path_below(const char *path, const char *dir);

/* Whether it ends in `suffix` with something before it: ".py" does not end in ".py". */
bool path_ends(const char *path, const char *suffix);

/* Whether an executable has a Python's name: python, python3, python3.11. `exe` may be NULL. */
bool path_is_python(const char *exe);

/* Whether the bytes are valid UTF-8 without NUL (RFC 3629: no surrogates, no overlong forms). */
bool utf8_valid(const char *s, size_t len);
