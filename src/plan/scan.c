/* Statements: which tokens stand at the beginning of one, and in which blocks it lies. */
#include "plan/scan.h"

#include "base/mem.h"
#include "plan/scan_lex.h"

#include <string.h>

#define BLOCKS_MAX 100 /* MAXINDENT */

/* A block of statements. The try statement among them that was met last is remembered, because
 * what it guards is known only when its handlers come. */
struct block {
	uint32_t column;
	uint8_t flags;     /* of facts in it */
	uint8_t functions; /* how many functions it lies in (up to 255) */
	bool is_match;     /* holds case clauses */
	bool is_handler;   /* of an except that catches ImportError: its try is `guard` */
	size_t guard;      /* of a handler: index of the block that holds the try statement */
	size_t try_begin, try_end; /* facts of the body of this block's last try statement */
	bool try_open;             /* no except was met yet */
};

struct scanner {
	struct lexer lexer;
	struct block blocks[BLOCKS_MAX];
	size_t n_blocks;
	uint8_t *functions; /* of each fact: how many functions it lies in */
	size_t n_functions, cap_functions;
	/* The block that a header just read opens. */
	struct block next;
	bool opens;
};

static struct block *top(struct scanner *s)
{
	return &s->blocks[s->n_blocks - 1];
}

/* Notes the function depth of the facts that were added since. */
static void note_functions(struct scanner *s)
{
	while (s->n_functions < s->lexer.out->n) {
		s->functions = array_grow(s->functions, s->n_functions, &s->cap_functions, 1);
		s->functions[s->n_functions++] = top(s)->functions;
	}
}

static void enter(struct scanner *s, uint32_t column)
{
	note_functions(s);
	if (s->n_blocks == BLOCKS_MAX) {
		lexer_invalid(&s->lexer, "blocks are nested too deeply");
		s->lexer.p = s->lexer.end;
		return;
	}
	s->next.column = column;
	s->blocks[s->n_blocks++] = s->next;
	s->lexer.flags = s->next.flags;
}

static void leave(struct scanner *s)
{
	note_functions(s);
	s->n_blocks--;
	s->lexer.flags = top(s)->flags;
}

/* Flags the facts of a try body, those of functions defined in it excepted. */
static void flag_body(struct scanner *s, const struct block *b, uint8_t flags)
{
	for (size_t i = b->try_begin; i < b->try_end; i++)
		if (s->functions[i] == b->functions)
			s->lexer.out->list[i].flags |= flags;
}

/* --- imports ---------------------------------------------------------------------------------- */

static void unexpected(struct scanner *s, struct token t)
{
	lexer_invalid(&s->lexer, "an import statement is not understood");
	lexer_push(&s->lexer, t);
}

struct dotted {
	char *text;
	size_t len, cap;
};

static void dotted_add(struct dotted *d, const char *s, size_t n)
{
	if (d->len + n + 1 > d->cap) {
		d->cap = 2 * d->cap + n + 64;
		d->text = xreallocarray(d->text, d->cap, 1);
	}
	memcpy(d->text + d->len, s, n);
	d->len += n;
}

/* NAME ('.' NAME)*; `t` is the first token, the token behind is pushed back. */
static bool dotted_name(struct scanner *s, struct token t, struct dotted *ret)
{
	ret->len = 0;
	for (;; t = lexer_next(&s->lexer)) {
		if (t.kind != TOKEN_NAME) {
			unexpected(s, t);
			return false;
		}
		dotted_add(ret, t.text, lexer_length(&s->lexer, &t));
		t = lexer_next(&s->lexer);
		if (!token_is_op(&t, '.'))
			break;
		dotted_add(ret, ".", 1);
	}
	lexer_push(&s->lexer, t);
	return true;
}

/* [as NAME]; true when a comma follows. */
static bool alias_ends(struct scanner *s)
{
	struct token t = lexer_next(&s->lexer);

	if (token_is(&t, WORD_AS)) {
		lexer_next(&s->lexer);
		t = lexer_next(&s->lexer);
	}
	if (token_is_op(&t, ','))
		return true;
	lexer_push(&s->lexer, t);
	return false;
}

static void add_import(struct scanner *s, const struct dotted *name, uint32_t line, uint8_t flags)
{
	facts_add(&s->lexer, FACT_IMPORT, name->text, name->len, line)->flags |= flags;
}

/* Behind `import`. */
static void import_statement(struct scanner *s, uint32_t line, uint8_t flags)
{
	struct dotted name = {0};

	do {
		if (!dotted_name(s, lexer_next(&s->lexer), &name))
			break;
		add_import(s, &name, line, flags);
	} while (alias_ends(s));
	free(name.text);
}

static void add_from(struct scanner *s, const struct token *name, const struct fact *like)
{
	struct fact *f = facts_add(&s->lexer, FACT_FROM, name->text, lexer_length(&s->lexer, name),
				   like->line);

	f->module = like->module;
	f->level = like->level;
	f->flags |= like->flags;
}

/* Behind `import` of a from statement: '*', or names, maybe in parentheses. */
static void from_names(struct scanner *s, const struct fact *like)
{
	struct token t = lexer_next(&s->lexer);
	bool parentheses = token_is_op(&t, '(');

	if (parentheses)
		t = lexer_next(&s->lexer);
	if (token_is_op(&t, '*')) {
		add_from(s, &t, like);
		return;
	}
	while (t.kind == TOKEN_NAME) {
		add_from(s, &t, like);
		if (!alias_ends(s))
			break;
		t = lexer_next(&s->lexer);
	}
	if (t.kind != TOKEN_NAME && !(parentheses && token_is_op(&t, ')')))
		unexpected(s, t);
}

/* Behind `from`. */
static void from_statement(struct scanner *s, uint32_t line, uint8_t flags)
{
	struct token t = lexer_next(&s->lexer);
	struct fact like = {.line = line, .flags = flags};
	struct dotted module = {0};
	bool ok = true;

	for (; token_is_op(&t, '.'); t = lexer_next(&s->lexer))
		like.level += like.level < UINT16_MAX;
	if (!token_is(&t, WORD_IMPORT)) {
		ok = dotted_name(s, t, &module);
		t = lexer_next(&s->lexer);
	} else if (!like.level) {
		ok = false;
	}
	like.module = facts_text(s->lexer.out, module.text ? module.text : "", module.len);
	free(module.text);
	if (ok && token_is(&t, WORD_IMPORT))
		from_names(s, &like);
	else
		unexpected(s, t);
}

/* --- other statements ------------------------------------------------------------------------- */

/* Of a compound statement; which words in its brackets matter. */
enum header_kind {
	HEADER_NONE,  /* a simple statement */
	HEADER_PLAIN, /* none */
	HEADER_IF,    /* TYPE_CHECKING, alone */
	HEADER_CATCH, /* exceptions, suppress */
};

/* What a header says that matters to the block it opens. */
struct header {
	bool catches, suppresses; /* names ImportError or a base of it; suppress */
	bool empty;               /* nothing between the keyword and ':' */
	bool only_typing;         /* nothing but a (dotted) TYPE_CHECKING */
	bool colon_last;          /* ':' was the last token of the line */
};

#define CATCHERS                                                                              \
	(1U << WORD_IMPORT_ERROR | 1U << WORD_MODULE_NOT_FOUND_ERROR | 1U << WORD_EXCEPTION | \
	 1U << WORD_BASE_EXCEPTION)

static void look_at(struct header *h, const struct token *t)
{
	h->empty = false;
	h->catches |= token_among(t, CATCHERS);
	h->suppresses |= token_is(t, WORD_SUPPRESS);
	if (!token_is_op(t, ')'))
		h->only_typing = token_is(t, WORD_TYPE_CHECKING);
}

/* Whether a condition can still be a name with dots, maybe in parentheses. */
static bool may_be_dotted(const struct token *t, bool after_name)
{
	if (t->kind == TOKEN_NAME || token_is_op(t, '('))
		return !after_name;
	return token_is_op(t, ')') || (token_is_op(t, '.') && after_name);
}

/* A ':' that is not the header's own: of a lambda, or of ":=". */
static bool is_inner_colon(struct scanner *s, size_t *lambdas)
{
	if (s->lexer.p < s->lexer.end && *s->lexer.p == '=')
		return true;
	if (!*lambdas)
		return false;
	(*lambdas)--;
	return true;
}

/* Passes what cannot matter. After a ':' the next token says whether that was the last one. */
static void pass(struct scanner *s, enum header_kind header, const struct header *h, bool plain)
{
	if (header == HEADER_NONE ? !h->colon_last
				  : header == HEADER_PLAIN || (header == HEADER_IF && !plain))
		lexer_pass(&s->lexer, header != HEADER_NONE);
}

/* Reads tokens up to the end of a simple statement, or with `header` to the ':' of a compound
 * one. The token that ended it is returned. */
static struct token rest_of_statement(struct scanner *s, enum header_kind header, struct header *h)
{
	bool plain = true, after_name = false;
	size_t lambdas = 0;
	struct token t;

	*h = (struct header){.empty = true};
	for (;;) {
		pass(s, header, h, plain);
		t = lexer_next(&s->lexer);
		if (t.kind == TOKEN_END || t.kind == TOKEN_NEWLINE)
			break;
		if (!s->lexer.depth) {
			if (token_is_op(&t, ';'))
				break;
			if (header && token_is_op(&t, ':') && !is_inner_colon(s, &lambdas))
				break;
			lambdas += token_is(&t, WORD_LAMBDA);
		}
		h->colon_last = token_is_op(&t, ':');
		plain &= may_be_dotted(&t, after_name);
		after_name = t.kind == TOKEN_NAME;
		look_at(h, &t);
	}
	h->only_typing &= plain;
	return t;
}

static void open_next(struct scanner *s, uint8_t flags)
{
	s->next = (struct block){.flags = top(s)->flags | flags, .functions = top(s)->functions};
	s->opens = true;
}

static void except_header(struct scanner *s, const struct header *h)
{
	struct block *b = top(s);

	note_functions(s);
	if (b->try_open)
		b->try_end = s->lexer.out->n;
	b->try_open = false;
	open_next(s, FACT_CONDITIONAL);
	if (!h->catches && !h->empty)
		return;
	flag_body(s, b, FACT_GUARDED);
	s->next.is_handler = true;
	s->next.guard = s->n_blocks - 1;
}

static void open_function(struct scanner *s)
{
	open_next(s, FACT_FUNCTION);
	s->next.flags &= (uint8_t) ~(FACT_GUARDED | FACT_RAISES);
	s->next.functions += s->next.functions < UINT8_MAX;
}

/* The end of a try body that is followed by something else than except. */
static void end_try(struct scanner *s)
{
	note_functions(s);
	if (top(s)->try_open)
		top(s)->try_end = s->lexer.out->n;
	top(s)->try_open = false;
}

/* Opens the block of a header that begins with `word`; false when it is no compound one. */
static bool open_compound(struct scanner *s, const struct token *word, const struct header *h)
{
	const uint32_t others = 1U << WORD_ELSE | 1U << WORD_FOR | 1U << WORD_WHILE |
				1U << WORD_FINALLY | 1U << WORD_ASYNC;

	if (token_is(word, WORD_DEF)) {
		open_function(s);
	} else if (token_is(word, WORD_CLASS)) {
		open_next(s, 0);
	} else if (token_is(word, WORD_IF) || token_is(word, WORD_ELIF)) {
		open_next(s, h->only_typing ? FACT_CONDITIONAL | FACT_TYPING : FACT_CONDITIONAL);
	} else if (token_is(word, WORD_TRY)) {
		open_next(s, FACT_CONDITIONAL);
		top(s)->try_begin = s->lexer.out->n;
		top(s)->try_open = true;
	} else if (token_is(word, WORD_EXCEPT)) {
		except_header(s, h);
	} else if (token_is(word, WORD_WITH)) {
		open_next(s, FACT_CONDITIONAL | (h->suppresses && h->catches ? FACT_GUARDED : 0));
	} else if (token_among(word, others)) {
		open_next(s, FACT_CONDITIONAL);
	} else {
		return false;
	}
	return true;
}

static enum header_kind header_of(const struct scanner *s, const struct token *word)
{
	const uint32_t plain = 1U << WORD_ELSE | 1U << WORD_FOR | 1U << WORD_WHILE |
			       1U << WORD_TRY | 1U << WORD_FINALLY | 1U << WORD_DEF |
			       1U << WORD_CLASS;

	if (token_among(word, plain) ||
	    (token_is(word, WORD_CASE) && s->blocks[s->n_blocks - 1].is_match))
		return HEADER_PLAIN;
	if (token_among(word, 1U << WORD_IF | 1U << WORD_ELIF))
		return HEADER_IF;
	return token_among(word, 1U << WORD_EXCEPT | 1U << WORD_WITH) ? HEADER_CATCH : HEADER_NONE;
}

/* Any statement but an import, from its first token. Returns the token that ended it. */
static struct token other_statement(struct scanner *s, struct token word)
{
	struct header h;
	struct token t;
	enum header_kind header;

	if (token_is(&word, WORD_ASYNC))
		word = lexer_next(&s->lexer);
	header = header_of(s, &word);
	if (token_is(&word, WORD_RAISE) && top(s)->is_handler)
		flag_body(s, &s->blocks[top(s)->guard], FACT_RAISES);
	if (word.kind != TOKEN_NAME)
		lexer_push(&s->lexer, word);
	t = rest_of_statement(s, header, &h);
	if (header && token_is_op(&t, ':')) {
		if (!open_compound(s, &word, &h))
			open_next(s, FACT_CONDITIONAL); /* case */
	} else if (!header && h.colon_last) {
		open_next(s, FACT_CONDITIONAL);
		s->next.is_match = token_is(&word, WORD_MATCH);
	}
	return t;
}

/* `lazy import …`: the word, unless it is a name like any other. */
static bool is_lazy(struct scanner *s, struct token *word)
{
	struct token t;

	if (!token_is(word, WORD_LAZY))
		return false;
	t = lexer_next(&s->lexer);
	if (!token_is(&t, WORD_IMPORT) && !token_is(&t, WORD_FROM)) {
		lexer_push(&s->lexer, t);
		return false;
	}
	*word = t;
	return true;
}

/* One statement; returns the token that ended it: NEWLINE, ';', END or a header's ':'. */
static struct token statement(struct scanner *s, struct token word)
{
	uint32_t line = word.line;
	uint8_t flags = 0;
	struct header h;

	if (word.kind == TOKEN_NEWLINE || word.kind == TOKEN_END)
		return word;
	if (top(s)->try_open && !token_is(&word, WORD_EXCEPT))
		end_try(s);
	if (is_lazy(s, &word))
		flags = FACT_LAZY;
	if (token_is(&word, WORD_IMPORT))
		import_statement(s, line, flags);
	else if (token_is(&word, WORD_FROM))
		from_statement(s, line, flags);
	else
		return other_statement(s, word);
	return rest_of_statement(s, HEADER_NONE, &h);
}

/* --- lines and blocks ------------------------------------------------------------------------- */

/* The first token of a logical line opens the block of the header before it, or closes some. */
static void indent(struct scanner *s)
{
	uint32_t column = s->lexer.column;

	if (s->opens && column > top(s)->column) {
		s->opens = false;
		enter(s, column);
		return;
	}
	if (s->opens)
		lexer_invalid(&s->lexer, "a block is missing");
	s->opens = false;
	while (s->n_blocks > 1 && top(s)->column > column)
		leave(s);
	if (top(s)->column != column)
		lexer_invalid(&s->lexer, "a line's indentation fits no block");
}

/* A logical line. `if x: import y` has its block on the line itself. */
static void logical_line(struct scanner *s, struct token t)
{
	size_t blocks;

	indent(s);
	blocks = s->n_blocks;
	for (;;) {
		struct token ended = statement(s, t);

		note_functions(s);
		if (ended.kind == TOKEN_END || ended.kind == TOKEN_NEWLINE)
			break;
		t = lexer_next(&s->lexer);
		if (t.kind == TOKEN_NEWLINE || t.kind == TOKEN_END)
			break;
		if (s->opens) {
			s->opens = false;
			enter(s, top(s)->column);
		}
	}
	while (s->n_blocks > blocks)
		leave(s);
}

void scan_python(const char *source, size_t len, const struct scan_options *opt, struct facts *ret)
{
	struct scanner s = {.n_blocks = 1};
	struct token t;

	*ret = (struct facts){0};
	lexer_init(&s.lexer, source, len, opt, ret);
	if (len >= UINT32_MAX) {
		lexer_invalid(&s.lexer, "it is too long");
		return;
	}
	while ((t = lexer_next(&s.lexer)).kind != TOKEN_END)
		logical_line(&s, t);
	free(s.functions);
	lexer_free(&s.lexer);
}
