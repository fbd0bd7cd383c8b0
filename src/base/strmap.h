/* strmap - byte strings to numbers.
 *
 * Keys are copied. Values are the caller's numbers, mostly indices into an array of its own.
 * Iteration order is not offered: whoever needs an order sorts.
 *
 * Open addressing with linear probing: hash and length lie in the table, so that most lookups read
 * one line of memory, and a key is only compared where it is almost certainly the one. That was a
 * third of deciding with chains of items (uthash).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct strmap_slot;
struct strmap_block;

/* Zero-initialise. */
struct strmap {
	size_t n;   /* keys */
	size_t cap; /* of slots: 0 or a power of two */
	struct strmap_slot *slots;
	struct strmap_block *block; /* the newest; items live in these */
};

#define CLEANUP_STRMAP __attribute__((cleanup(strmap_free)))

/* The value's place, or NULL. Valid until the map is freed. */
size_t *strmap_find(const struct strmap *m, const char *key, size_t len);
/* The value's place, made with `value` when the key is new; *is_new (may be NULL) says which. */
size_t *strmap_add(struct strmap *m, const char *key, size_t len, size_t value, bool *is_new);
void strmap_free(struct strmap *m);
/* The hash of a key, for tables that need less memory than a map: with a secret of this process. */
unsigned strmap_hash(const void *key, size_t len);
