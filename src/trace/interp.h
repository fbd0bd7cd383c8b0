/* interp - what the kernel opens by itself to execute a file, and no system call shows: the
 * interpreter of a `#!` line (fs/binfmt_script.c) and the PT_INTERP of an ELF file. */
#pragma once

/* The interpreter that `path` names, as written there; NULL when it names none or cannot be read.
 * The caller frees. */
char *interp_of(const char *path);
