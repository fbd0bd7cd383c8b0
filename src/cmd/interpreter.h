/* interpreter - the traced Python itself as roots of the inventory (--with-interpreter).
 *
 * What an empty root directory needs to run it: the executable under bin/, its standard library
 * under lib/python3.N/, the ELF interpreter where the executable says (lib64/…), and the shared
 * libraries that anything in the layer may need, or that the run mapped, where that loader looks
 * for them (lib/…). Which of them stay is then decided as for every other file.
 *
 * Left out from the start: site-packages and dist-packages (roots of their own), test/, config-*
 * (for compiling against it), and links that lead to an absolute path. Only glibc's layout of
 * directories is known.
 */
#pragma once

#include "base/error.h"
#include "cmd/layer_input.h"

/* Adds the roots behind those that are there already. `exe` names the Python; NULL: the one that
 * the traces name. ENOENT when they name none, EINVAL when they name several or it is none that
 * can be packed. */
int interpreter_add(const char *exe, const struct traces *traces, struct inventory *inv,
		    struct error *e);
