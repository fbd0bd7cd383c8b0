/* compile - source to bytecode, by a CPython of this machine.
 *
 * The Python is started for nothing else: isolated (-I -S -B, an empty environment, no site, no
 * current directory), without privileges, without sockets, unable to write a file, and bounded in
 * time and memory. It gets source text through a pipe and gives code objects back: it never sees
 * the tree, and no package is imported. Each file is compiled in a fork of the same fresh process
 * and with a fixed hash seed, so that the bytes depend on Python, source and name alone, not on
 * what was compiled before or on the number of workers (marshal writes reference counts into its
 * flags, and the order of sets).
 */
#pragma once

#include "base/error.h"
#include "layer/member.h"
#include "layer/pyc.h"

/* Finished bytecode, in a file without a name: memory stays bounded whatever the layer's size. */
struct spool;

struct spool *spool_new(struct error *e);
void spool_free(struct spool *s);
/* A member_transform: the member's `size` bytes at `at` of the spool in `arg`. */
member_transform spool_read;

struct python {
	char *exe;
	char tag[32]; /* sys.implementation.cache_tag */
	uint32_t magic;
	int minor;
};

/* Asks an executable what it is. EINVAL when it is not a CPython from 3.7 on, EPERM when everybody
 * may write to it. The caller frees exe. */
int python_probe(const char *exe, struct python *ret, struct error *e);

struct compile_job {
	const struct member *source;
	int optimize; /* as of compile(): 0, 1, 2 */
	uint64_t at;  /* out: of the whole pyc, in the spool */
	uint64_t len; /* out: 0 when it does not compile */
};

/* Compiles all. A source that does not compile is no error; a Python that cannot be run is. */
int compile_all(const struct python *py, struct compile_job *jobs, size_t n, unsigned workers,
		struct spool *spool, struct error *e);
