/* repaired - what `verify --repair` added to a layer, read again from its layer.repaired.tsv.
 *
 * The files that a run on the layer missed (reason `repaired`) are kept as if they had been touched,
 * and what belongs to them follows by the rules; so a layer that is pruned anew holds what was
 * repaired before. Lines with other reasons are what followed: they are not needed. Hostile input:
 * each line is checked, time and memory are linear. No I/O.
 */
#pragma once

#include "base/error.h"
#include "plan/inventory.h"

#include <stdint.h>

struct repaired {
	char *name;         /* inside the layer */
	char *who;          /* the command that missed it, or "" */
	uint32_t line;      /* of the list, from 1 */
	size_t root, entry; /* set by repaired_find */
};

struct repaired_list {
	char *file; /* for messages */
	struct repaired *list;
	size_t n, cap;
};

#define REPAIRED_HEAD "path\tbytes\treason\twhy"

#define CLEANUP_REPAIRED __attribute__((cleanup(repaired_free)))

/* EINVAL: not such a list; the message names the file and the line. *ret is filled only on
 * success. */
int repaired_parse(const char *text, size_t len, const char *file, struct repaired_list *ret,
		   struct error *e);
/* Finds each in the tree. ENOENT: the tree has none of that name; the message names the line and the
 * nearest path. */
int repaired_find(struct repaired_list *l, const struct inventory *inv, struct error *e);
void repaired_free(struct repaired_list *l);
