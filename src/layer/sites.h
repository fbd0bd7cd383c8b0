/* sites - the site directories that a run used: the default roots of a prune.
 *
 * A site directory directly holds *.dist-info or *.egg-info. Only ancestors of touched files are
 * looked at, from the top down, and nothing below one that is found (tools vendor dist-info).
 * What its path files bring in from elsewhere (editable installs) belongs to it.
 */
#pragma once

#include "layer/pth.h"

#include <stddef.h>

struct site {
	char *dir;
	size_t touched; /* files below it that the run touched */
	size_t used;    /* of these, more than start-up noise: *.pth files and what they import;
			 * and files of its sources */
	struct pth pth; /* with the names that the run used of each source */
};

struct sites {
	struct site *list; /* sorted by dir */
	size_t n;
};

#define CLEANUP_SITES __attribute__((cleanup(sites_free)))

/* `paths` are absolute, resolved files, sorted bytewise (`n`), and `scripts` those that the
 * command line names: they are not part of a source that they lie in. A directory that cannot be
 * listed is no site directory. */
void sites_find(const char *const *paths, size_t n, const char *const *scripts, size_t n_scripts,
		struct sites *ret);
void sites_free(struct sites *s);
