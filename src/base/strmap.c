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

static uint32_t hash_of(const void *key, size_t len)
{
	const char *p = key;
	uint64_t h, word;

	h = fold(secrets[0], len);
	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = fold(h, word);
	}
	word = 0;
	for (size_t i = 0; i < len; i++)
		word = word << 8 | (unsigned char)p[i];
	h = fold(h, word);
	return (uint32_t)(h ^ h >> 32);
}

static void need_secrets(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, draw_secrets);
}

unsigned strmap_hash(const void *key, size_t len)
{
	need_secrets();
	return hash_of(key, len);
}

#define SLOTS_MIN   16
#define BLOCK_BYTES ((size_t)16 << 10)

struct item {
	size_t value, len;
	char key[];
};

struct strmap_slot {
	uint32_t hash;
	uint32_t len;      /* its low bits */
	struct item *item; /* NULL: free */
};

struct strmap_block {
	struct strmap_block *next;
	size_t used, size;
	char data[];
};

/* Where the key is, or the free slot where it would be. There is a free one: at most half are not. */
static struct strmap_slot *probe(const struct strmap *m, const char *key, size_t len, uint32_t hash)
{
	for (size_t at = hash & (m->cap - 1);; at = (at + 1) & (m->cap - 1)) {
		struct strmap_slot *s = &m->slots[at];

		if (!s->item || (s->hash == hash && s->len == (uint32_t)len &&
				 s->item->len == len && memcmp(s->item->key, key, len) == 0))
			return s;
	}
}

size_t *strmap_find(const struct strmap *m, const char *key, size_t len)
{
	struct item *it = m->n ? probe(m, key, len, hash_of(key, len))->item : NULL;

	return it ? &it->value : NULL;
}

static void grow(struct strmap *m)
{
	size_t cap = m->cap ? 2 * m->cap : SLOTS_MIN;
	struct strmap_slot *slots = xcalloc(cap, sizeof(*slots));

	need_secrets();
	for (size_t k = 0; k < m->cap; k++) {
		size_t at = m->slots[k].hash & (cap - 1);

		if (!m->slots[k].item)
			continue;
		while (slots[at].item)
			at = (at + 1) & (cap - 1);
		slots[at] = m->slots[k];
	}
	free(m->slots);
	m->slots = slots;
	m->cap = cap;
}

static struct item *new_item(struct strmap *m, const char *key, size_t len, size_t value)
{
	size_t bytes = (sizeof(struct item) + len + 1 + 7) & ~(size_t)7;
	struct strmap_block *b = m->block;
	struct item *it;

	if (!b || b->size - b->used < bytes) {
		size_t size = bytes > BLOCK_BYTES ? bytes
			      : m->n < SLOTS_MIN  ? bytes * 8
						  : BLOCK_BYTES;

		b = xmalloc(sizeof(*b) + size);
		*b = (struct strmap_block){.next = m->block, .size = size};
		m->block = b;
	}
	it = (struct item *)(void *)(b->data + b->used);
	b->used += bytes;
	*it = (struct item){.value = value, .len = len};
	memcpy(it->key, key, len);
	return it;
}

size_t *strmap_add(struct strmap *m, const char *key, size_t len, size_t value, bool *is_new)
{
	struct strmap_slot *s;
	uint32_t hash;

	if (2 * m->n >= m->cap)
		grow(m);
	hash = hash_of(key, len);
	s = probe(m, key, len, hash);
	if (is_new)
		*is_new = !s->item;
	if (!s->item) {
		*s = (struct strmap_slot){hash, (uint32_t)len, new_item(m, key, len, value)};
		m->n++;
	}
	return &s->item->value;
}

void strmap_free(struct strmap *m)
{
	while (m->block) {
		struct strmap_block *next = m->block->next;

		free(m->block);
		m->block = next;
	}
	free(m->slots);
	*m = (struct strmap){0};
}
