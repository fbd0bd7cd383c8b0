/* What the scanner found: a list that grows, and which strings are in it. */
#include "plan/scan_lex.h"

#include "base/mem.h"

#include <string.h>

/* --- facts ------------------------------------------------------------------------------------ */

uint32_t facts_text(struct facts *f, const char *s, size_t len)
{
	size_t at = f->text_len;

	if (at + len + 1 > f->text_cap) {
		f->text_cap = f->text_cap * 2 + len + 64;
		f->text = xreallocarray(f->text, f->text_cap, 1);
	}
	memcpy(f->text + at, s, len);
	f->text[at + len] = '\0';
	f->text_len += len + 1;
	return (uint32_t)at;
}

struct fact *facts_add(struct lexer *l, enum fact_kind kind, const char *name, size_t len,
		       uint32_t line)
{
	struct facts *f = l->out;

	f->list = array_grow(f->list, f->n, &f->cap, sizeof(*f->list));
	f->list[f->n] = (struct fact){.name = facts_text(f, name, len),
				      .line = line,
				      .kind = (uint8_t)kind,
				      .flags = l->flags};
	if (f->n + 1 >= SCAN_FACTS_MAX) {
		lexer_invalid(l, "more imports and names than any source holds");
		l->p = l->end;
	}
	return &f->list[f->n++];
}

void facts_free(struct facts *f)
{
	free(f->list);
	free(f->text);
	*f = (struct facts){0};
}

/* --- strings, each once ----------------------------------------------------------------------- */

static uint32_t hash(const char *s, size_t len)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619U;
	return h;
}

static void seen_grow(struct lexer *l)
{
	size_t cap = l->cap_seen ? l->cap_seen * 2 : 64;
	uint32_t *table = xcalloc(cap, sizeof(*table));

	for (size_t k = 0; k < l->cap_seen; k++) {
		const char *s;
		size_t at;

		if (!l->seen[k])
			continue;
		s = fact_name(l->out, &l->out->list[l->seen[k] - 1]);
		for (at = hash(s, strlen(s)) & (cap - 1); table[at]; at = (at + 1) & (cap - 1))
			;
		table[at] = l->seen[k];
	}
	free(l->seen);
	l->seen = table;
	l->cap_seen = cap;
}

bool lexer_seen_before(struct lexer *l, const char *s, size_t len)
{
	size_t at;

	if (2 * l->n_seen >= l->cap_seen)
		seen_grow(l);
	for (at = hash(s, len) & (l->cap_seen - 1); l->seen[at];
	     at = (at + 1) & (l->cap_seen - 1)) {
		const char *other = fact_name(l->out, &l->out->list[l->seen[at] - 1]);

		if (strncmp(other, s, len) == 0 && !other[len])
			return true;
	}
	l->seen[at] = (uint32_t)l->out->n + 1;
	l->n_seen++;
	return false;
}
