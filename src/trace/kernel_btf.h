/* kernel_btf - the running kernel's type information, cut down to what one BPF object asks for.
 *
 * libbpf copies all of it (5 MB, 150,000 types) and searches it once per type that the object
 * uses: a third of what starting a recording costs. Here it is mapped or read once and walked once;
 * the slice holds the types of the wanted names with all that they contain. What pointers lead to
 * is left out: CO-RE compares pointers by their kind only (libbpf, bpf_core_fields_are_compat).
 *
 * Format: Documentation/bpf/btf.rst, include/uapi/linux/btf.h. Nothing in it is trusted: EBADMSG
 * when lengths or numbers do not fit, EOPNOTSUPP for a kind that is newer than this source.
 */
#pragma once

#include "base/buf.h"
#include "base/strmap.h"

#include <stddef.h>
#include <stdint.h>

struct kernel_btf;

#define CLEANUP_KERNEL_BTF __attribute__((cleanup(kernel_btf_cleanup)))

/* Returns 0 or -errno. */
int kernel_btf_open(const char *path, struct kernel_btf **ret);
void kernel_btf_free(struct kernel_btf *k);
void kernel_btf_cleanup(struct kernel_btf **k);

/* The number of the type definition of that name; 0 when there is none. */
uint32_t kernel_btf_typedef(const struct kernel_btf *k, const char *name);

/* How much of a type name counts: without the "___flavour" that CO-RE ignores. */
size_t kernel_btf_essential(const char *name);

/* Appends to *ret the structs, unions, enums and type definitions whose essential names are in
 * `wanted`, and what they contain. Returns 0 or -errno. */
int kernel_btf_slice(const struct kernel_btf *k, const struct strmap *wanted, struct buf *ret);
