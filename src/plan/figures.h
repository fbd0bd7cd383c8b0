/* figures - what a layer holds, in numbers: the common ground of baselines, budgets and comparing.
 *
 * Made from a surveyed inventory, or read from a baseline (plan/baseline), which knows packages
 * and libraries only. Bytes are those of the content, zipped those of the compressed data without
 * the archive's own headers. Lists are sorted bytewise by name or path without duplicates. The
 * figures own what they point to.
 */
#pragma once

#include "plan/summary.h"

struct package_figures {
	char *name, *version; /* version "" when it is no distribution */
	struct amount amount;
};

struct library_figures {
	char *path;    /* below the site directory */
	char *package; /* name of its package */
	char *soname;  /* "" when it has none */
	uint64_t bytes, zipped;
	size_t root, entry; /* of the surveyed inventory */
};

struct file_figures {
	char *path; /* below the site directory */
	char *package;
	uint64_t bytes, zipped;
};

struct figures {
	bool zipped_known;      /* read from an archive */
	bool files_known;       /* categories, types and files are filled; not from a baseline */
	bool libraries_known;   /* not from a trace */
	uint64_t archive_bytes; /* size of the archive file; 0: none */
	struct amount total;
	struct package_figures *packages;
	size_t n_packages;
	struct library_figures *libraries;
	size_t n_libraries, cap_libraries;
	struct amount by_category[CATEGORIES];
	struct package_figures *types; /* by file_type; version "" */
	size_t n_types;
	struct file_figures *files;
	size_t n_files;
};

#define CLEANUP_FIGURES __attribute__((cleanup(figures_free)))

/* Counts every file and link. `names`, or NULL, is a survey of another tree that tells the package
 * of a file by its path below the site directory (for trees without metadata). */
void figures_make(const struct plan *survey, const struct plan *names, struct figures *ret);
/* Puts the lists in order, after somebody filled them by hand. */
void figures_sort(struct figures *f);
/* By name or path, or NULL; binary search. */
const struct package_figures *figures_package(const struct figures *f, const char *name);
struct library_figures *figures_library(const struct figures *f, const char *path);
void figures_free(struct figures *f);

/* --- two of them ------------------------------------------------------------------------------ */

/* One name in both: a zero amount where it is missing. The version of a native file is its soname,
 * and "" where the other side has no such file. Strings point into the figures. */
struct change {
	const char *name;
	const char *old_version, *new_version; /* NULL: not there */
	struct amount old, now;
};

struct changes {
	struct change *list; /* by how much the bytes changed, largest first, then by name */
	size_t n;
};

struct comparison {
	const struct figures *old, *now; /* must outlive it */
	struct changes packages, libraries;
	/* Empty unless both sides know their files. */
	struct changes categories, types, files;
	size_t same_packages; /* packages without a change, which are not listed */
};

#define CLEANUP_COMPARISON __attribute__((cleanup(comparison_free)))

/* Only what differs is listed. */
void figures_compare(const struct figures *old, const struct figures *now, struct comparison *ret);
void comparison_free(struct comparison *c);
