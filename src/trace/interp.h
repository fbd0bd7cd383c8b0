/* interp - what the kernel opens by itself to execute a file, and no system call shows: the
 * interpreter of a `#!` line (fs/binfmt_script.c) and the PT_INTERP of an ELF file. */
#pragma once

#include <stdbool.h>

/* The interpreter that `path` names, as written there, or NULL when it names none; the caller
 * frees. False when the file cannot be read. */
bool interp_of(const char *path, char **ret);
