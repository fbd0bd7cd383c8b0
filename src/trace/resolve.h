/* resolve - names that calls gave, to the paths they meant.
 *
 * For calls that return no descriptor the kernel side knows only the name and its base; symlinks
 * are followed here, soon after the call, in the tracer's own view of the file system (calls made
 * in another root or mount namespace are counted as not traced). Directories are remembered: a
 * run asks for the same ones again and again. /proc/self is the traced process's own, and below
 * /proc/PID nothing is followed, because those links are not text.
 */
#pragma once

#include "base/strmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resolver {
	struct strmap dirs;  /* directory as asked for → index into resolved */
	struct strmap links; /* path → index into targets */
	char **resolved;
	bool *via;      /* whether a symlink was on that directory's way */
	char **targets; /* NULL: not a symlink */
	size_t n_resolved, cap_resolved, n_targets, cap_targets;
};

/* The path that `name` (absolute) means to process `tgid`; NULL after too many symlinks. With
 * `nofollow` a last component that is a symlink stands for itself. *via_link says whether any
 * symlink was followed. The caller frees. */
char *resolve(struct resolver *r, const char *name, uint32_t tgid, bool nofollow, bool *via_link);

/* The run has made or removed this path: what was remembered of it no longer holds. */
void resolver_forget(struct resolver *r, const char *path);
void resolver_free(struct resolver *r);
