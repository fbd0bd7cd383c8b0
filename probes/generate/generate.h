/* generate - seeded random path operations and a log of what a trace of them must hold.
 *
 *   generate prepare SEED DIR             makes the tree (not to be traced)
 *   generate run SEED DIR LOG OPS [OVERLAY]
 *                                         works on it in several threads and processes; first
 *                                         mounts an overlayfs of these options on DIR
 *
 * DIR is absolute, resolved, and empty before `prepare`. Each worker writes LOG.N: pairs of
 * NUL-ended strings, what was done and the path, in order. What was done is a list of operations
 * as in a trace, and "made" (the call made the path) or "moved" (it is what the path of the pair
 * before was). A call that does not do what the world in memory says ends the program.
 */
#pragma once

#include "world.h"

#include <stdio.h>

struct worker {
	struct world world;
	struct random random;
	struct node *own; /* its subtree; everything else is only read */
	FILE *log;
	int number, ops;
	uint64_t seed;
	struct spot cwd;
	struct spot dirs[4]; /* open directories */
	int fds[4];
	bool may_exec; /* programs can be executed: the root is the real one */
};

__attribute__((noreturn)) void fail(const char *what, const char *name);
void expect(struct worker *w, const char *ops, const struct node *n);
void expect_path(struct worker *w, const char *ops, const char *path);

/* A name with the directory that it starts at, and what it means. */
struct named {
	char name[4096];
	int dirfd; /* or AT_FDCWD */
	struct spot to;
	enum meaning means;
	bool plain; /* no ".." and not absolute: it stays below its directory */
};

/* Spells a name for `n`. False: none was found. With `cwd_only` dirfd is AT_FDCWD. */
bool name_for(struct worker *w, struct node *n, bool nofollow, bool cwd_only, struct named *ret);

/* One random operation. */
void operate(struct worker *w);
/* generate_look.c: those that change nothing; generate_change.c: those that do. */
void look(struct worker *w);
void change(struct worker *w);

/* Sets up what a kind of worker sees: chroot, mounts of its own. False where it may not. */
bool enter_chroot(struct worker *w);
bool enter_mounts(struct worker *w);
bool enter_pivot(struct worker *w);
