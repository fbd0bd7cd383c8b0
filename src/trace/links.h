/* links - which paths were symlinks, at the moment that a record speaks of.
 *
 * The recorder reads records a little after the calls they tell of, and by then the run may have
 * changed the tree. So what is known of a path comes first from the run itself: what it made,
 * moved and removed, and what it opened or lstat'ed. Only where that says nothing the disk is
 * asked. A symlink that has come there since the call is not what the call met: then nothing is
 * known (yet). The time of asking is kept: if it turns out that the run changed the path at about
 * that time, the answer may have been too young, and links.unsure counts it. Changes are those of
 * the recorded run; records come in order of the ends of their calls.
 *
 * Paths are the recorder's own, or names of LOCATION_MEMORY (trace/mounts.h), where everything is
 * known from the run. They may be longer than PATH_MAX.
 */
#pragma once

#include "base/strmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum link_state {
	LINK_NONE,       /* not known; from links_look: it is gone and nobody knows what it was */
	LINK_UNREADABLE, /* only from links_look */
	LINK_PLAIN,      /* not a symlink */
	LINK_SYMLINK,    /* the target is what it holds */
};

/* What a path was before the run changed it. */
struct link_past {
	char *target;
	enum link_state state;
	int64_t until_ns;
};

struct link_fact {
	char *path;
	char *target;
	enum link_state state;
	bool leaf;       /* known to have nothing below it */
	bool was_plain;  /* before the run, and the run has not changed it since */
	bool gone;       /* the run has removed it; `state` is what it was */
	int64_t read_ns; /* CLOCK_MONOTONIC when the disk was asked; 0: the run itself said it */
	struct link_past *past; /* oldest first */
	size_t n_past, cap_past;
};

struct links {
	struct strmap by_path; /* → index into facts */
	struct link_fact *facts;
	size_t n, cap;
	uint64_t unsure;   /* answers that may have been too young */
	char *unsure_path; /* the first of them */
	/* When the call ended that all that follows speaks of (CLOCK_MONOTONIC). A record may come
	 * late, when its path has changed since: then what it was at that time counts. */
	int64_t at_ns;
	bool last_word; /* a symlink on the disk counts even if it is younger than the record */
	/* While a move is looked into: where the disk has by now what was below moved_from. */
	const char *moved_from, *moved_to;
};

/* Looks at what is below a directory before the run begins, nearest first and no more than `most`
 * entries: so that of a file which the run looks up and at once removes it is known afterwards that
 * it was no symlink. */
void links_survey(struct links *l, const char *dir, size_t most);

/* What `path` is. The target is valid until the next call. */
enum link_state links_look(struct links *l, const char *path, const char **target);
enum presence { ABSENT, PRESENT, UNSURE };

/* Whether anything was at the path at links.at_ns: by what the run has made or shown, else by the
 * disk. UNSURE: what is there now may be younger than that. */
enum presence links_presence(const struct links *l, const char *path);
/* Whether other paths may lead through this one, for all that is known. */
bool links_may_lead(const struct links *l, const char *path);

/* What the run has shown or done, at links.at_ns. */

/* It has used the path, and it is not a symlink. */
void links_plain(struct links *l, const char *path);
/* It was at or below the path, which was a directory then. False: that was known. */
bool links_directory(struct links *l, const char *path);
/* It has made the path: a symlink to `target`, or with NULL something else. */
void links_made(struct links *l, const char *path, const char *target, bool directory);
void links_removed(struct links *l, const char *path, bool directory);
/* It has moved `from` to `to`: what the former was is what the latter is now, where the disk still
 * has that. To be called before links_moved. */
void links_settle(struct links *l, const char *from, const char *to);
/* It has moved `from` and all below it over `to`, or exchanged the two. */
void links_moved(struct links *l, const char *from, const char *to, bool exchange);
/* It has made a hard link `to` of `from`. */
void links_linked(struct links *l, const char *from, const char *to);

/* readlink and lstat for paths of any length. */
struct stat;
int path_lstat(const char *path, struct stat *st);
ssize_t path_readlink(const char *path, char *target, size_t size);
/* Whether a name that symlinks are followed in leads through what is no directory. */
bool path_meets_file(const char *name, bool nofollow);

void links_free(struct links *l);
