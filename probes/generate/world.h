/* world - a small file system in memory, and the random names that lead about in it.
 *
 * The generator keeps this beside the real tree: what a name means is worked out here, by rules
 * written down once more (path_resolution(7)), and never asked of the kernel or of the tracer.
 * Everything follows from the seed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind { DIRECTORY, PLAIN, SYMLINK, PROGRAM };

struct node {
	struct node *parent, *kids, *next;
	char *name;
	char *text; /* SYMLINK: what it holds */
	enum kind kind;
	bool made;   /* by the run; else by `prepare` */
	bool seen;   /* the run has shown that it is not a symlink (lstat, or made it) */
	bool frozen; /* must not be changed any more */
	bool hidden; /* on a file system that only its worker sees */
	bool linked; /* has a second name */
};

/* A mount of a worker's own namespace: `root` shows at `point` of `parent`. */
struct mount {
	struct mount *parent;
	struct node *point, *root;
};

/* Where a process can stand. */
struct spot {
	struct node *node;
	struct mount *mount;
};

struct random {
	uint64_t state;
};

uint32_t rnd(struct random *r, uint32_t below);
bool chance(struct random *r, uint32_t percent);

#define MOUNTS 8
#define DEPTH  64

struct world {
	struct node *top;  /* stands for `dir` */
	char dir[256];     /* absolute and resolved */
	struct node *root; /* what the process has as "/"; NULL: the real one */
	struct mount mounts[MOUNTS];
	int n_mounts;
};

void world_init(struct world *w, uint64_t seed, const char *dir, int workers);
struct node *node_add(struct node *parent, const char *name, enum kind kind);
void node_remove(struct node *n);
void node_move(struct node *n, struct node *parent, const char *name);
struct node *node_find(struct node *dir, const char *name, size_t len);
bool node_below(const struct node *n, const struct node *above);
/* Absolute real path; the caller frees. */
char *node_path(const struct world *w, const struct node *n);
/* A name that is free in the directory, often a nasty one. */
void fresh_name(struct random *r, const struct node *dir, char name[256]);
/* Some node below `top`, of a kind or (-1) any. */
struct node *pick(struct random *r, struct node *top, int kind);

/* The same below `own` or in a hidden file system. */
struct node *pick_own(struct world *w, struct random *r, struct node *own, int kind);

enum meaning { MEANS, MEANS_NOTHING, MEANS_OUTSIDE };

/* What a name means at a spot. MEANS_NOTHING: it does not exist; *ret is then the directory that
 * it would be made in, if there is one. */
enum meaning world_walk(struct world *w, struct spot start, const char *name, bool nofollow,
			struct spot *ret);
struct spot world_spot(struct world *w, struct node *n);

/* Spells a name for `n` from `start` (or an absolute one) by a random way; false: too long. */
bool spell(struct world *w, struct random *r, struct spot start, bool absolute, struct node *n,
	   char name[4096]);
