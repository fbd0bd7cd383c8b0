/* zip_root - a zip as a --root: its place in the layer, and in the traces. */
#pragma once

#include "cmd/layer_input.h"

/* Adds the archive at `path`. `prefix` NULL: none when it holds python/, else python. `at` is where
 * it was unpacked for the traces; NULL: found by the traces, an error that lists the candidates
 * when they leave a choice. */
int zip_root_add(const char *path, const char *prefix, const char *at, const struct traces *traces,
		 struct inventory *inv, struct error *e);
