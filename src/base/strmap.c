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

	HASH_FIND(hh, m->items, key, len, it);
	if (is_new)
		*is_new = !it;
	if (it)
		return &it->value;
	it = xcalloc(1, sizeof(*it) + len + 1);
	memcpy(it->key, key, len);
	it->value = value;
	HASH_ADD_KEYPTR(hh, m->items, it->key, len, it);
	return &it->value;
}

void strmap_free(struct strmap *m)
{
	struct strmap_item *it, *next;

	HASH_ITER(hh, m->items, it, next) {
		HASH_DEL(m->items, it);
		free(it);
	}
}
