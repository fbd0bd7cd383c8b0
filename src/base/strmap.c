#include "base/strmap.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

/* Eight bytes a step; uthash's own takes several times as long. */
static unsigned strmap_hash(const void *key, size_t len)
{
	uint64_t h = len * UINT64_C(0x9e3779b97f4a7c15), word;
	const char *p = key;

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = (h ^ word) * UINT64_C(0xd6e8feb86659fd93);
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, p, len);
	h = (h ^ word) * UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return (unsigned)(h ^ h >> 29);
}

#define HASH_FUNCTION(key, len, value) ((value) = strmap_hash(key, len))
#include <uthash.h>

/* Short chains: a look at each item of one is a miss of the cache. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 3U

struct strmap_item {
	UT_hash_handle hh;
	size_t value;
	char key[];
};

size_t *strmap_find(const struct strmap *m, const char *key, size_t len)
{
	struct strmap_item *it = NULL;

	HASH_FIND(hh, m->items, key, len, it);
	return it ? &it->value : NULL;
}

size_t *strmap_add(struct strmap *m, const char *key, size_t len, size_t value, bool *is_new)
{
	struct strmap_item *it = NULL;
	unsigned hash;

	HASH_VALUE(key, len, hash);
	HASH_FIND_BYHASHVALUE(hh, m->items, key, len, hash, it);
	if (is_new)
		*is_new = !it;
	if (it)
		return &it->value;
	it = xmalloc(sizeof(*it) + len + 1);
	memcpy(it->key, key, len);
	it->key[len] = '\0';
	it->value = value;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, m->items, it->key, len, hash, it);
	return &it->value;
}

void strmap_free(struct strmap *m)
{
	struct strmap_item *it = m->items, *next;

	HASH_CLEAR(hh, m->items); /* the table; the list of items stays */
	for (; it; it = next) {
		next = it->hh.next;
		free(it);
	}
}
