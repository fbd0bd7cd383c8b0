/* lookup - a command's candidates and their execution, as execvp(3) does it.
 *
 * execvp would search $PATH while it is traced, and the trace would hold our search beside the
 * command's own look-ups. So candidates are looked at before tracing begins, and only those that
 * can be executed are tried afterwards: a name without '/' in each directory of $PATH in turn,
 * going on after the errors that execvp goes on after, a file that is neither ELF nor `#!` by
 * /bin/sh.
 *
 * The errno that is left is the one that execvp leaves: env(1) and the shells derive 126 and 127
 * from it.
 */
#pragma once

#include <stddef.h>

struct candidate {
	char *path;
	int err; /* why it cannot be executed; 0: it is worth a try */
};

struct lookup {
	struct candidate *candidates;
	size_t n;
};

void lookup_command(const char *name, struct lookup *ret);
/* Tries the candidates. Returns, with the errno, only when none could be executed. */
int lookup_exec(const struct lookup *l, char **argv, char **envp);
void lookup_free(struct lookup *l);
