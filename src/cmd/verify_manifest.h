/* verify_manifest - the manifest of a layer brought up to date when the layer was repaired.
 *
 * What was added is kept, with its reason (`repaired`, and what follows from it); sizes and totals
 * are those of the layer as it is now. Errors: a file that is no manifest, or not of that layer
 * (EINVAL); what reading and writing give. Nothing is written on an error.
 */
#pragma once

#include "base/error.h"
#include "cmd/verify_repair.h"

/* Whether `file` is the manifest of this layer: before the work. */
int manifest_check(const char *file, const struct inventory *layer, struct error *e);
/* Rewrites it for the layer as it is now and what the repair added. */
int manifest_update(const char *file, const struct inventory *layer, const struct repair *r,
		    struct error *e);
