/* lists - every file of a plan with its reason: the manifest and the list of removed files
 * (docs/manifest.md).
 *
 * Both are the same for the same decisions, on any machine: they name paths inside the layer and
 * never where the tree lay. Sorted by path. A path that is not UTF-8 is path_b64 in the manifest;
 * in the list of removed files tabs, newlines and backslashes are \t, \n and \\.
 */
#pragma once

#include "base/buf.h"
#include "plan/plan.h"

#define MANIFEST_SCHEMA  "importtrace/manifest"
#define MANIFEST_VERSION 1

/* JSON, one file per line. */
void manifest_format(const struct plan *p, struct buf *out);
/* Its first lines, up to the files: how many and how many bytes are removed [0] and kept [1]. */
void manifest_head(const char *safety, const uint64_t files[2], const uint64_t bytes[2],
		   struct buf *out);
/* Tab-separated, with a head line: path, bytes, category, why. */
void removed_format(const struct plan *p, struct buf *out);
/* The same of what is kept because runs on a layer missed it, as verify --repair wrote it: path,
 * bytes, reason, why. Whether there is any. */
bool repaired_format(const struct plan *p, struct buf *out);
/* A field of such a list, escaped. */
void list_add_field(const char *s, struct buf *out);
