#include "plan/pattern.h"

#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

enum token_kind {
	TOKEN_BYTE,  /* this byte */
	TOKEN_ANY,   /* ?: any byte but a slash */
	TOKEN_SET,   /* [...]: never a slash */
	TOKEN_STAR,  /* *: any run without a slash */
	TOKEN_DEEP,  /* ** at the end: any run */
	TOKEN_ABOVE, /* ** and a slash: nothing, or any run that ends in a slash */
};

struct pattern_token {
	uint8_t kind;
	uint8_t byte;
	uint16_t set;
};

/* --- compiling -------------------------------------------------------------------------------- */

struct source {
	const char *text;
	size_t len, at;
	struct pattern *p;
	struct error *e;
};

static int peek(const struct source *s, size_t ahead)
{
	return s->at + ahead < s->len ? (unsigned char)s->text[s->at + ahead] : -1;
}

static void emit(struct source *s, enum token_kind kind, int byte, size_t set)
{
	s->p->tokens[s->p->n_tokens++] = (struct pattern_token){
		.kind = (uint8_t)kind, .byte = (uint8_t)byte, .set = (uint16_t)set};
}

static const struct {
	const char *name;
	int (*test)(int);
} classes[] = {
	{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
	{"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
	{"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

static void set_range(unsigned char *set, int from, int to)
{
	for (int c = from; c <= to; c++)
		set[c / 8] |= (unsigned char)(1u << c % 8);
}

static int set_class(struct source *s, unsigned char *set, const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0)
			continue;
		for (int c = 0; c < 128; c++)
			if (classes[i].test(c))
				set_range(set, c, c);
		return 0;
	}
	return error_set(s->e, EINVAL, "there is no class [:%.*s:]", (int)len, name);
}

/* At "[:": the length of the class's name, or -1 when no ":]" closes it (then '[' is itself). */
static int class_name(const struct source *s)
{
	size_t n = 2;

	while (peek(s, n) >= 0 && peek(s, n) != ']')
		n++;
	return peek(s, n) == ']' && n > 2 && peek(s, n - 1) == ':' ? (int)n - 3 : -1;
}

static int open_set(struct source *s)
{
	return error_set(s->e, EINVAL,
			 "the set that '[' opens is not closed; a '[' of the name is written \\[");
}

/* One byte of a set, perhaps escaped; -1 at the end. */
static int set_byte(struct source *s)
{
	if (peek(s, 0) == '\\')
		s->at++;
	return s->at < s->len ? (unsigned char)s->text[s->at++] : -1;
}

/* One element: a class, a byte or a range; *last is the byte a range may start from, or -1. */
static int set_element(struct source *s, unsigned char *set, int *last)
{
	int c = peek(s, 0), name = c == '[' && peek(s, 1) == ':' ? class_name(s) : -1;

	if (name >= 0) {
		s->at += (size_t)name + 4;
		*last = -1;
		return set_class(s, set, s->text + s->at - name - 2, (size_t)name);
	}
	if (c == '-' && *last >= 0 && peek(s, 1) >= 0 && peek(s, 1) != ']') {
		s->at++;
		c = set_byte(s);
		if (c < 0)
			return open_set(s);
		set_range(set, *last, c);
		*last = -1;
		return 0;
	}
	c = set_byte(s);
	if (c < 0)
		return open_set(s);
	set_range(set, c, c);
	*last = c;
	return 0;
}

/* Behind '[': the first element may be a ']' itself. */
static int compile_set(struct source *s)
{
	struct pattern *p = s->p;
	unsigned char *set = p->sets[p->n_sets];
	bool negated = peek(s, 0) == '!' || peek(s, 0) == '^';
	int last = -1, r = 0;

	s->at += negated;
	do {
		if (s->at >= s->len)
			return open_set(s);
		r = set_element(s, set, &last);
	} while (r == 0 && peek(s, 0) != ']');
	s->at++;
	for (size_t i = 0; negated && i < sizeof(p->sets[0]); i++)
		set[i] = (unsigned char)~set[i];
	emit(s, TOKEN_SET, 0, p->n_sets++);
	return r;
}

/* At a run of stars. Two or more are one that crosses slashes when they are a whole component. */
static void compile_stars(struct source *s)
{
	size_t n = 0;
	bool bounded = s->at == 0 || s->text[s->at - 1] == '/';

	while (peek(s, n) == '*')
		n++;
	bounded = bounded && n > 1 && s->p->anchored;
	if (bounded && peek(s, n) == '/') {
		emit(s, TOKEN_ABOVE, 0, 0);
		n++;
	} else {
		emit(s, bounded && s->at + n == s->len ? TOKEN_DEEP : TOKEN_STAR, 0, 0);
	}
	s->at += n;
}

static int compile_one(struct source *s)
{
	int c = peek(s, 0);

	if (c == '*') {
		compile_stars(s);
		return 0;
	}
	s->at++;
	if (c == '[')
		return compile_set(s);
	if (c == '?') {
		emit(s, TOKEN_ANY, 0, 0);
		return 0;
	}
	if (c == '\\') {
		c = peek(s, 0);
		s->at++;
		if (c < 0)
			return error_set(s->e, EINVAL, "it ends in a backslash");
	}
	emit(s, TOKEN_BYTE, c, 0);
	return 0;
}

static void find_literal(struct pattern *p)
{
	size_t n = 0;

	p->literal = xcalloc(p->n_tokens + 1, 1);
	for (; n < p->n_tokens && p->tokens[n].kind == TOKEN_BYTE; n++)
		p->literal[n] = (char)p->tokens[n].byte;
	p->literal_len = n;
}

static void find_inner(struct pattern *p)
{
	size_t best = 0, from = 0, n = 0;

	for (size_t i = 0; i < p->n_tokens; i++) {
		n = p->tokens[i].kind == TOKEN_BYTE ? n + 1 : 0;
		if (n > best) {
			best = n;
			from = i + 1 - n;
		}
	}
	p->inner = xcalloc(best + 1, 1);
	for (size_t i = 0; i < best; i++)
		p->inner[i] = (char)p->tokens[from + i].byte;
}

int pattern_compile(const char *text, size_t len, struct pattern *ret, struct error *e)
{
	struct pattern p = {0};
	struct source s = {.p = &p, .e = e};
	int r = 0;

	if (len > PATTERN_MAX)
		return error_set(e, EINVAL, "it is longer than %d bytes", PATTERN_MAX);
	p.dir_only = len && text[len - 1] == '/';
	len -= p.dir_only;
	p.anchored = memchr(text, '/', len) != NULL;
	if (len && text[0] == '/') {
		text++;
		len--;
	}
	if (!len)
		return error_set(e, EINVAL, "it names nothing");
	s.text = text;
	s.len = len;
	p.tokens = xcalloc(len, sizeof(*p.tokens));
	p.sets = xcalloc(len, sizeof(*p.sets));
	while (r == 0 && s.at < s.len)
		r = compile_one(&s);
	find_literal(&p);
	find_inner(&p);
	if (r < 0)
		pattern_free(&p);
	else
		*ret = p;
	return r;
}

void pattern_free(struct pattern *p)
{
	free(p->tokens);
	free(p->sets);
	free(p->literal);
	free(p->inner);
	*p = (struct pattern){0};
}

/* --- matching --------------------------------------------------------------------------------- */

/* States: states[i] is set when the tokens before i have been matched. */
static void enter(const struct pattern *p, bool *states, size_t i)
{
	for (;; i++) {
		states[i] = true;
		if (i == p->n_tokens || p->tokens[i].kind < TOKEN_STAR)
			return;
	}
}

static bool token_takes(const struct pattern *p, const struct pattern_token *t, unsigned char c)
{
	switch (t->kind) {
	case TOKEN_BYTE:
		return t->byte == c;
	case TOKEN_SET:
		return c != '/' && (p->sets[t->set][c / 8] >> c % 8 & 1);
	default: /* TOKEN_ANY */
		return c != '/';
	}
}

static bool step(const struct pattern *p, const bool *from, bool *to, unsigned char c)
{
	bool alive = false;

	memset(to, 0, p->n_tokens + 1);
	for (size_t i = 0; i < p->n_tokens; i++) {
		const struct pattern_token *t = &p->tokens[i];

		if (!from[i])
			continue;
		if (t->kind == TOKEN_DEEP || (t->kind == TOKEN_STAR && c != '/')) {
			enter(p, to, i);
			alive = true;
		} else if (t->kind == TOKEN_ABOVE) {
			to[i] = alive = true;
			if (c == '/')
				enter(p, to, i + 1);
		} else if (t->kind < TOKEN_STAR && token_takes(p, t, c)) {
			enter(p, to, i + 1);
			alive = true;
		}
	}
	return alive;
}

/* From the start of `path`: whether it, or with `above` a directory above it, matches. */
static bool simulate(const struct pattern *p, const char *path, bool is_dir, bool above)
{
	bool buffers[2][64], *heap = NULL, *now = buffers[0], *next = buffers[1];
	bool found = false, alive = true;

	if (p->n_tokens >= ARRAY_SIZE(buffers[0])) {
		heap = xcalloc(2, p->n_tokens + 1);
		now = heap;
		next = heap + p->n_tokens + 1;
	}
	memset(now, 0, p->n_tokens + 1);
	enter(p, now, 0);
	for (; *path && alive && !found; path++) {
		bool *swap = now;

		if (*path == '/' && above && now[p->n_tokens])
			found = true;
		alive = step(p, now, next, (unsigned char)*path);
		now = next;
		next = swap;
	}
	found = found || (alive && now[p->n_tokens] && (is_dir || !p->dir_only));
	free(heap);
	return found;
}

static bool match_component(const struct pattern *p, const char *start, size_t len, bool is_dir)
{
	char name[256];
	CLEANUP_FREE char *heap = NULL;

	if (p->dir_only && !is_dir)
		return false;
	if (p->literal_len == p->n_tokens)
		return len == p->literal_len && memcmp(start, p->literal, len) == 0;
	if (len < p->literal_len || memcmp(start, p->literal, p->literal_len) != 0)
		return false;
	if (len >= sizeof(name)) {
		heap = xstrndup(start, len);
		return simulate(p, heap, is_dir, false);
	}
	memcpy(name, start, len);
	name[len] = '\0';
	return simulate(p, name, is_dir, false);
}

bool pattern_match(const struct pattern *p, const char *path, bool is_dir)
{
	if (p->anchored)
		return strncmp(path, p->literal, p->literal_len) == 0 && strstr(path, p->inner) &&
		       simulate(p, path, is_dir, true);
	for (;;) {
		size_t len = strcspn(path, "/");
		bool last = path[len] == '\0';

		if (match_component(p, path, len, !last || is_dir))
			return true;
		if (last)
			return false;
		path += len + 1;
	}
}
