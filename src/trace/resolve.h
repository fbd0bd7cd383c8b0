/* resolve - names that calls gave, to the paths they meant.
 *
 * For calls that return no descriptor the kernel side knows only the name and its base; symlinks
 * are followed here, after the call, by what trace/links knows of them, and in the view of the
 * process (trace/mounts). Directories are remembered: a run asks for the same ones again and
 * again. /proc/self is the traced process's own (as are /proc/thread-self, /proc/mounts and /proc/net), and below
 * /proc/PID nothing is followed, because those links are not text: a name that goes on behind one
 * of them is not resolved.
 */
#pragma once

#include "base/strmap.h"
#include "trace/links.h"
#include "trace/mounts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resolver {
	struct links links;
	struct mounts mounts;
	struct strmap dirs; /* directory as asked for, in view 0 → index into resolved */
	char **resolved;
	bool *via; /* whether a symlink was on that directory's way */
	size_t n_resolved, cap_resolved;
	bool late; /* the record is older than others before it: nothing remembered holds for it */
};

/* What a process sees. */
struct sight {
	uint32_t view;
	uint32_t tgid, tid; /* process and, where it is known (else 0), thread that asks */
	const char *root;   /* its root directory, a path of the view; NULL: the view's own */
};

enum resolution {
	RESOLVED,
	RESOLVED_MEMORY,  /* LOCATION_MEMORY */
	UNRESOLVED_GONE,  /* a component is gone, and nobody knows whether it was a symlink */
	UNRESOLVED_SEEN,  /* LOCATION_UNSEEN */
	UNRESOLVED_OTHER, /* too many symlinks, no permission to look, behind /proc/PID/… */
};

/* What `name` (absolute, in the view; symlinks and ".." not yet followed) means. With `nofollow` a
 * last component that is a symlink stands for itself. *ret is the recorder's own path, or for
 * UNRESOLVED_GONE the component in question, else NULL; the caller frees. *via_link says whether
 * any symlink was followed. */
enum resolution resolve(struct resolver *r, const struct sight *sight, const char *name,
			bool nofollow, bool *via_link, char **ret);

/* The run has changed something at this path: what was remembered of directories may not hold. */
void resolver_forget(struct resolver *r, const char *path);
void resolver_free(struct resolver *r);
