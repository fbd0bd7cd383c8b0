#include "base/strmap.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

/* The keys come from outside: with a secret of this process nobody can choose keys that collide. */
static uint64_t secrets[2];

static void draw_secrets(void)
{
	if (getrandom(secrets, sizeof(secrets), 0) != (ssize_t)sizeof(secrets))
		abort(); /* since Linux 5.6 it only waits for the boot's entropy */
	secrets[1] |= 1;
}

/* Both halves of the product: each bit of the word reaches all of the result by way of the secret
 * (as in wyhash and foldhash). Eight bytes a step; uthash's own takes several times as long. */
static uint64_t fold(uint64_t h, uint64_t word)
{
	unsigned __int128 product = (unsigned __int128)(h ^ word) * secrets[1];

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

unsigned strmap_hash(const void *key, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *p = key;
	uint64_t h, word;

	pthread_once(&once, draw_secrets);
	h = fold(secrets[0], len);
	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = fold(h, word);
	}
	word = 0;
	memcpy(&word, p, len);
	h = fold(h, word);
	return (unsigned)(h ^ h >> 32);
}

#define HASH_FUNCTION(key, len, value) ((value) = strmap_hash(key, len))
#define uthash_malloc(size)            xmalloc(size)
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
	/* One long chain is chance and doubles the table; of n items one would come to n^1.5 buckets. */
	if (m->items)
		m->items->hh.tbl->noexpand =
			m->items->hh.tbl->num_buckets >= m->items->hh.tbl->num_items;
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
