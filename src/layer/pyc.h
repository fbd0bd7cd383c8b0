/* pyc - the headers of CPython's bytecode files, from 3.7 on (PEP 552), and their names (PEP 3147,
 * PEP 488).
 *
 * A file is hostile: only its first PYC_PROBE bytes are looked at, and what is not understood is
 * said to be so. Sources: Lib/importlib/_bootstrap_external.py (_classify_pyc, the list of magic
 * numbers, cache_from_source), Python/import.c (_imp.source_hash), Python/pyhash.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PYC_HEADER 16               /* bytes in front of the code object */
#define PYC_PROBE  (PYC_HEADER + 1) /* header and the type of what follows it */

enum pyc_state {
	PYC_TIMED,     /* ordinary: valid while the source has this size and mtime */
	PYC_CHECKED,   /* valid while the source has this hash */
	PYC_UNCHECKED, /* never checked */
	PYC_DAMAGED,   /* cut short, unknown flags, no code object */
	PYC_FOREIGN,   /* another implementation, or a CPython before 3.7 */
};

struct pyc {
	uint32_t magic; /* all four bytes, little-endian: the key of the source's hash */
	int minor;      /* of the CPython 3.x that wrote it; -1 when foreign */
	uint32_t mtime, size;
	uint64_t hash;
};

/* Reads the beginning of a file; *ret is set for TIMED, CHECKED and UNCHECKED. */
enum pyc_state pyc_probe(const void *data, size_t len, struct pyc *ret);
/* Whether CPython would take a TIMED pyc for a source with this size and time. */
bool pyc_is_current(const struct pyc *p, uint64_t size, int64_t mtime_ns);
/* importlib.util.source_hash() of the CPython with this magic number. */
uint64_t pyc_source_hash(uint32_t magic, int minor, const void *source, size_t len);
/* Makes the header an unchecked-hash one; the magic number and the code stay. */
void pyc_set_unchecked(unsigned char header[PYC_HEADER], uint64_t hash);

/* A name below __pycache__ taken apart; `source` is the caller's to free. */
struct pyc_name {
	char *source; /* x.py beside the __pycache__ directory */
	char tag[32]; /* "cpython-311" */
	char opt[32]; /* "" or the optimisation level: "1", "2" */
};

/* False when the path is not dir/__pycache__/NAME.TAG[.opt-LEVEL].pyc. */
bool pyc_name_parse(const char *path, struct pyc_name *ret);
/* The opposite; the caller frees. `source` ends in ".py". */
char *pyc_name_make(const char *source, const char *tag, const char *opt);
/* The minor version of a tag "cpython-3NN", or -1. */
int pyc_tag_minor(const char *tag);

/* What a workload's Python looks for. */
struct pyc_levels {
	char tag[32];  /* "" when nothing is known */
	unsigned opts; /* bit set of 1 << optimisation level (0, 1, 2) */
};

/* The level of a name's `opt`: 0, 1, 2, or -1 for one of somebody's own. */
int pyc_opt_level(const char *opt);
