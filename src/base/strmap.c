#include "base/strmap.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>
#include <uthash.h>

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
