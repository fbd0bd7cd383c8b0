/* modules - which dotted name is which entry.
 *
 * Every entry that Python's import could find below a directory of sys.path: sources, sourceless
 * bytecode, native modules, packages (by their __init__) and directories (namespace packages).
 * The directories of sys.path are taken to be the roots themselves, the parents of *.dist-info
 * and *.egg-info, and what *.pth files name below the roots. One name can have several entries.
 * Refers to the inventory; owns the rest.
 */
#pragma once

#include "plan/plan.h"

struct module {
	size_t root, entry;
	char *name;   /* dotted */
	size_t next;  /* another one of the same name, or INVENTORY_NONE */
	bool native;  /* *.so */
	bool package; /* an __init__ */
	bool dir;     /* a directory: a package, or maybe a namespace package */
};

struct modules {
	struct module *list;
	size_t n, cap;
	struct strmap by_name; /* → index of the first one */
	size_t **at;           /* [root][entry] → index into list, or INVENTORY_NONE */
	size_t *sorted;        /* indices by name; NULL until modules_from is asked */
};

void modules_build(const struct plan *p, struct modules *ret);
/* Index of the first module of that name, or INVENTORY_NONE. */
size_t modules_find(const struct modules *m, const char *name, size_t len);
/* Where in `sorted` (which is made when first asked for) the names from `name` on begin: those that
 * begin with it stand together there. */
size_t modules_from(struct modules *m, const char *name);
void modules_free(const struct plan *p, struct modules *m);

/* Length of the name of the package that a module's relative imports start from. */
size_t module_package(const struct module *one);
