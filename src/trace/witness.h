/* witness - makes visible which modules a Python looks for in vain.
 *
 * CPython's FileFinder lists a directory once and answers from that list: importing a module that
 * is not there makes no system call, and when the program swallows the ImportError no trace shows
 * it. So a private copy of the interpreter's `encodings` package, which every CPython imports
 * before anything of the program (with -I, -S and -E, in virtual environments and subprocesses
 * too), gets a few lines at its end: where FileFinder finds nothing, the files that would have
 * been the module are looked up with stat(), and the failed look-ups are in the trace. FileFinder's
 * answer stays its own; sys.meta_path is untouched. docs/verify.md says what a program could see.
 *
 * Source: CPython's Lib/importlib/_bootstrap_external.py (FileFinder), Python/pylifecycle.c
 * (init_fs_encoding imports encodings), 3.8 to 3.13.
 */
#pragma once

#include "base/error.h"

/* Of a file that a run touched: the encodings package whose __init__ it is, or NULL. The caller
 * frees. */
char *witness_package(const char *path);
/* Copies that package to `to`, which must not exist. File times are kept: bytecode is valid by
 * them. ENOENT when there is no __init__.py to add to. */
int witness_make(const char *package, const char *to, struct error *e);
