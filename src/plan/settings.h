/* settings - what a layer is held against: options, limits, budgets and accepted findings.
 *
 * They stand as lines in a baseline and come from the command line in the same words, which win:
 *
 *   option platform TAG            manylinux_2_26_aarch64 …
 *   option fail-on LEVEL           error, warning (default) or note
 *   limits lambda                  AWS Lambda's quotas
 *   budget room SIZE               what the function itself needs of them (default 10MB)
 *   budget total|zipped SIZE       bytes unzipped; bytes of the archive
 *   budget files N
 *   budget growth PERCENT          over the baseline: unzipped, zipped
 *   budget package:NAME SIZE
 *   accept ID [PATTERN]            a finding that is all right, by path or subject (fnmatch)
 *
 * A SIZE is a number of bytes, or one with kB, MB, GB (powers of 1000) or KiB, MiB, GiB. Sorted by
 * key without duplicates; the settings own their strings.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct setting {
	char *key;      /* "budget total"; of an accept the whole line */
	char *value;    /* "250MB"; "" of an accept */
	char *comments; /* whole '#' lines that stand before it in a file, or NULL */
	bool given;     /* on the command line, which wins */
};

struct settings {
	struct setting *list;
	size_t n;
};

#define CLEANUP_SETTINGS __attribute__((cleanup(settings_free)))

/* Whether a line is one of settings, by its first word. */
bool setting_is(const char *line);
/* Adds a line. EINVAL: malformed; EEXIST: there is one with this key (unless `given`: then it is
 * replaced). `comments` may be NULL. */
int settings_add(struct settings *s, const char *line, const char *comments, bool given,
		 struct error *e);
/* Adds those of `more` whose key is new. */
void settings_merge(struct settings *s, const struct settings *more);
const char *settings_value(const struct settings *s, const char *key);
/* False when there is none. The values were checked when they were added. */
bool settings_size(const struct settings *s, const char *key, uint64_t *ret);
void settings_format(const struct settings *s, struct buf *out);
void settings_free(struct settings *s);

/* "250MB" in bytes; false when it is none. */
bool size_parse(const char *text, uint64_t *ret);

/* --- platforms -------------------------------------------------------------------------------- */

enum libc_kind { LIBC_ANY, LIBC_GLIBC, LIBC_MUSL };

/* What a PEP 600 or PEP 656 platform tag promises. */
struct platform {
	enum libc_kind libc;
	unsigned major, minor; /* newest version of libc that it has; 0.0: not said */
	uint16_t machine;      /* e_machine */
	uint8_t class_;        /* EI_CLASS */
};

/* False when the tag is none that is known. */
bool platform_parse(const char *tag, struct platform *ret);
/* "aarch64"; NULL when the machine is not known. */
const char *machine_name(uint16_t machine, uint8_t class_);
