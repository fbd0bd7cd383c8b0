/* heard - a record of the kernel side taken apart: its strings as paths. */
#pragma once

#include "event.h"
#include "trace/resolve.h"

#include <stddef.h>

/* A record taken apart. Paths are those of the view, names absolute with symlinks not followed. */
struct heard {
	const struct event *ev;
	char *path, *name, *name2, *root;
	char *base, *base2; /* what relative names started at: directories, at that time */
	struct sight sight;
};

#define CLEANUP_HEARD __attribute__((cleanup(heard_cleanup)))

/* `data` is what stands behind the record. The strings are the caller's (heard_cleanup). */
void heard_take(struct heard *h, const struct event *ev, const char *data);
void heard_cleanup(struct heard *h);

/* Components from the leaf to the root, NUL-ended, to "/root/…/leaf"; the caller frees. */
char *path_of_components(const char *data, size_t len);
