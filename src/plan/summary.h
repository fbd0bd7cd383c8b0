/* summary - a plan in numbers: in all, by package, by reason, by category.
 *
 * A package is a distribution, or for files that none owns the top-level name. Only files and
 * links count; bytes are those of the content before compression, of what is in a layer that was
 * made as it is there (plan/shipped.h).
 */
#pragma once

#include "plan/plan.h"

struct amount {
	uint64_t files, bytes, zipped; /* zipped: 0 when read from a directory */
};

/* One package, or one type of file (version ""). */
struct group_amount {
	char *name, *version; /* version "" when it is no distribution */
	struct amount all, kept;
};

struct summary {
	struct amount all, kept;
	struct amount all_bytecode, kept_bytecode; /* *.pyc among them */
	struct amount added;                       /* among the kept: not of the tree (compiled) */
	struct amount by_reason[REASONS];          /* kept, by main reason */
	struct amount by_category[CATEGORIES];     /* removed */
	uint64_t empty_dirs;                       /* kept directories with nothing kept in them */
	struct group_amount *packages;             /* largest first, then by name */
	size_t n_packages;
	struct group_amount *types; /* by file_type; likewise */
	size_t n_types;
};

/* The type of a file by its name: its last suffix in lower case (".py"), ".so" also for versioned
 * libraries (libz.so.1.2), "(none)" without one. The caller frees. */
char *file_type(const char *path);

/* The name of an entry's package, as summary.packages has it. The caller frees. */
char *summary_package(const struct plan *p, size_t root, size_t i);
/* The package of an entry: its distribution, else the top-level name below the site directory
 * that it lies in. The name is not terminated and lives as long as plan and inventory. */
struct package_name {
	const char *name, *version; /* version "" when it is no distribution */
	size_t len;
	bool is_dist;
};
struct package_name package_of(const struct plan *p, size_t root, size_t i);
/* How much of an entry's path leads to its site directory ("python/" in a zip: 7). */
size_t site_length(const struct plan *p, size_t root, const char *path);
void amount_add(struct amount *a, const struct entry *ent);
void amount_add_bytes(struct amount *a, uint64_t bytes);

void summary_make(const struct plan *p, struct summary *ret);
void summary_free(struct summary *s);
