/* pth - what the path files of a site directory bring in (the "*.pth" of CPython's site module).
 *
 * A line is a directory for sys.path, relative to the site directory, or starts with "import" and
 * is executed at every start. Editable installs use both: a line with the source directory, or the
 * import of a finder that setuptools writes, whose MAPPING table names packages and where they lie.
 * Nothing is executed here. A path file or finder that cannot be read or is larger than 1 MiB says
 * nothing, as one that is damaged says nothing to Python.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pth_source {
	char *dir;    /* absolute: where the packages lie */
	char *only;   /* the one name in it that counts (a directory or a file), or NULL: any */
	char *inside; /* under which package they are imported: "" or "ns/sub" */
	/* Top-level names of dir that a run used; filled by sites_find, each once. */
	char **names;
	size_t n_names;
};

struct pth {
	struct pth_source *sources;
	size_t n_sources;
	char **imports; /* words behind an "import" in the lines that are executed */
	size_t n_imports;
};

void pth_read(const char *site, struct pth *ret);
/* Whether an executed line imports this top-level name: start-up, not the workload. */
bool pth_imports(const struct pth *p, const char *name, size_t len);
void pth_free(struct pth *p);
