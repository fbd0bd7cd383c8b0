/* mounts - what processes of other mount namespaces mean by a path.
 *
 * A view is the mounts that a namespace had at a moment (include/event.h); view 0 is the
 * recorder's own. A file has the same identity in all of them: the device of its file system and
 * its path from that file system's root. mounts_locate goes from a path in a view to that identity
 * and from there to the path by which the recorder itself reaches the file.
 *
 * Sources: proc(5) on mountinfo, fs/namespace.c (lookup_mnt), fs/d_path.c.
 */
#pragma once

#include "event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mount_entry {
	uint32_t id, parent;
	uint32_t dev;        /* as the kernel holds it: major << 20 | minor */
	char *root, *point;  /* what of its file system it shows, and where */
	bool memory, kernel; /* EVENT_MEMORY, EVENT_KERNEL */
	bool top;            /* where look-ups begin */
};

struct mount_table {
	uint32_t number; /* of the view */
	struct mount_entry *items;
	size_t n, cap;
};

struct mounts {
	struct mount_table own; /* read from /proc/self/mountinfo when it is first needed */
	struct mount_table *views;
	size_t n_views, cap_views;
};

/* Where a located path lies. */
enum location {
	LOCATION_OK,     /* a path of the recorder's own */
	LOCATION_MEMORY, /* in a file system that lives in memory and that the run has mounted for
	                    itself: all that is in it was made by the run. The name given for it
	                    is no path: it does not start with '/' */
	LOCATION_UNSEEN, /* in a file system that the recorder has no path to */
};

/* One mount of a view, from its record. Takes both strings. */
void mounts_add(struct mounts *m, const struct event *ev, char *point, char *root);

/* The recorder's name for `path` (absolute, clean) of view `number`; the caller frees. With
 * `dev` not 0 the file is known to be on that device: when the path leads elsewhere, something
 * was mounted over it, and it is LOCATION_UNSEEN (*ret is NULL). */
enum location mounts_locate(struct mounts *m, uint32_t number, const char *path, uint32_t dev,
			    char **ret);

/* Adds the mounts of a text in the format of /proc/PID/mountinfo. */
void mounts_parse(struct mount_table *t, const char *text);

void mounts_free(struct mounts *m);
