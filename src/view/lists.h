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
/* Tab-separated, with a head line: path, bytes, category, why. */
void removed_format(const struct plan *p, struct buf *out);
/* A field of such a list, escaped. */
void list_add_field(const char *s, struct buf *out);
