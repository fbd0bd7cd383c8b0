/* baseline - what a layer was found to hold, and is held against: a small text file for git.
 *
 *   importtrace-baseline 1
 *   ## generated comments
 *   option platform manylinux_2_26_x86_64          (plan/settings: options, limits, budgets, accept)
 *   # a comment of one's own stays with the line below it
 *   accept junk numpy/testing/data
 *   package aiohttp 3.14.5 files=120 bytes=3333 zipped=1222
 *   library aiohttp/_http_parser.abi3.so package=aiohttp soname=- bytes=300 zipped=100
 *
 * One setting, package or library a line, each kind sorted, so that git merges two branches which
 * change different packages. For the same reason the totals are not a line of their own: they are
 * the sums of the package lines. Names are percent-encoded (RFC 3986) where they hold blanks,
 * control characters, '%', bytes above 0x7e; an empty one is "-". zipped=- where the layer was a
 * directory.
 *
 * Reading: EINVAL (not a baseline, or a line is wrong: its number is named), EEXIST (a setting
 * that is there twice), EPROTO (of a newer
 * version). Lines may come in any order.
 */
#pragma once

#include "base/error.h"
#include "plan/figures.h"
#include "plan/settings.h"

#define BASELINE_VERSION  1
#define BASELINE_FILE_MAX ((size_t)64 << 20)

struct baseline {
	struct settings settings;
	struct figures figures; /* packages, libraries and totals */
};

#define CLEANUP_BASELINE __attribute__((cleanup(baseline_free)))

int baseline_parse(const char *text, size_t len, struct baseline *ret, struct error *e);
void baseline_format(const struct settings *s, const struct figures *f, struct buf *out);
/* Whether a text begins like a baseline of whatever version. */
bool baseline_is(const char *text, size_t len);
void baseline_free(struct baseline *b);

/* A name as baselines write it. The caller frees. */
char *name_encode(const char *name);
