/* inventory - what lies under the roots, as data: the input of every decision.
 *
 * layer/tree fills it from directories, layer/zipin from zips; plan/ only reads it and never touches a file system, so
 * that tests and fuzzers can build one by hand. The inventory owns all it points to.
 *
 * Invariants: a root's entries are sorted bytewise by path without duplicates; every parent
 * directory of an entry is an entry itself; paths are relative to the root, without leading or
 * trailing '/', "." or "..". The root directory itself is no entry.
 */
#pragma once

#include "base/strmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entry_type {
	ENTRY_FILE,
	ENTRY_DIR,
	ENTRY_LINK,
	ENTRY_OTHER, /* socket, FIFO, device: never packed */
};

/* The dynamic section of an ELF file, as far as the loader's search needs it (gABI, ld.so(8)). */
struct elf_facts {
	char *soname;  /* NULL when there is none */
	char **needed; /* DT_NEEDED */
	size_t n_needed;
	char **search; /* DT_RPATH or DT_RUNPATH split at ':', $ORIGIN unexpanded */
	size_t n_search;
	uint16_t machine; /* e_machine */
	uint8_t class_;   /* EI_CLASS */
	/* The newest GLIBC_x.y symbol version that it needs (.gnu.version_r); 0.0: none. */
	uint16_t glibc_major, glibc_minor;
};

struct entry {
	char *path;
	enum entry_type type;
	uint32_t mode; /* st_mode & 07777 */
	uint64_t size; /* bytes; of a symlink: the length of its target */
	int64_t mtime_ns;
	char *link_target;     /* ENTRY_LINK only: as readlink gives it */
	struct elf_facts *elf; /* NULL: not ELF, or not readable as such */
	/* Whole content, for the files that decisions read (METADATA, RECORD, entry_points.txt,
	 * top_level.txt … of *.dist-info, PKG-INFO, requires.txt … of *.egg-info); NULL for others. */
	char *text;
	size_t text_len;
	size_t zip_item;     /* in the root's zip; INVENTORY_NONE for a directory that only follows
			  * from names */
	uint64_t packed;     /* bytes in the root's zip; 0 when the root is a directory */
	struct facts *facts; /* of a Python source that was scanned (plan/scan), else NULL */
};

struct zip;

struct inventory_root {
	/* Absolute, resolved. Of a zip: the directory that it was unpacked to for the trace, which
	 * need not exist here, or the archive's own path when there is no trace. */
	char *dir;
	char *prefix; /* where it goes in the layer: "python", "" …; no leading or trailing '/' */
	struct entry *entries;
	size_t n_entries;
	uint32_t *slots; /* path → index into entries + 1; open addressing, 0: free */
	size_t n_slots;  /* a power of two, or 0 */
	bool partial;    /* only some names of the directory were read */
	struct zip *zip; /* where the content is (layer/content reads it); NULL: in dir */
	void (*zip_free)(struct zip *);
};

struct inventory {
	struct inventory_root *roots;
	size_t n_roots;
	uint64_t
		unreadable; /* entries that could not be read; named by the warnings of tree_read */
};

#define CLEANUP_INVENTORY __attribute__((cleanup(inventory_free)))
#define INVENTORY_NONE    SIZE_MAX

/* Index of the entry with this path in the root, or INVENTORY_NONE. */
size_t inventory_find(const struct inventory_root *root, const char *path);
/* Index of the first entry that sorts at or behind `prefix`: those below a directory follow
 * "dir/" without a gap. n_entries when there is none. */
size_t inventory_lower_bound(const struct inventory_root *root, const char *prefix);
/* The entry that has this name inside the layer. */
bool inventory_locate(const struct inventory *inv, const char *name, size_t *root, size_t *i);
/* Whether an absolute path is a root's directory or below one. */
bool inventory_covers(const struct inventory *inv, const char *path);
/* The path of the entry that was probably meant by one that does not exist, under any root: a
 * similar one, else the first with the same last component, else the deepest directory on its
 * way. NULL when there is nothing of that kind. */
const char *inventory_nearest(const struct inventory *inv, const char *path);
/* Builds every root's index; call once after filling the entries. */
void inventory_index(struct inventory *inv);
void inventory_free(struct inventory *inv);
void elf_facts_free(struct elf_facts *f);
