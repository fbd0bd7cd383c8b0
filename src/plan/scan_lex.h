/* scan_lex - tokens of a Python source, for plan/scan.c alone.
 *
 * Strings are decoded as they pass: adjacent ones are joined as the parser joins them, and what
 * they hold (also inside f-string expressions) becomes facts. Calls of import_module and
 * __import__ are noticed here too, because they can stand anywhere in an expression.
 */
#pragma once

#include "plan/scan.h"

enum token_kind { TOKEN_END, TOKEN_NEWLINE, TOKEN_NAME, TOKEN_NUMBER, TOKEN_STRING, TOKEN_OP };

/* Names that mean something here, by length (scan_words.c). */
enum word {
	WORD_NONE,
	WORD_AS,
	WORD_IF,
	WORD_DEF,
	WORD_FOR,
	WORD_TRY,
	WORD_CASE,
	WORD_ELIF,
	WORD_ELSE,
	WORD_FROM,
	WORD_LAZY,
	WORD_WITH,
	WORD_ASYNC,
	WORD_CLASS,
	WORD_MATCH,
	WORD_RAISE,
	WORD_WHILE,
	WORD_EXCEPT,
	WORD_IMPORT,
	WORD_LAMBDA,
	WORD_FINALLY,
	WORD_SUPPRESS,
	WORD_EXCEPTION,
	WORD___IMPORT__,
	WORD_IMPORT_ERROR,
	WORD_BASE_EXCEPTION,
	WORD_IMPORT_MODULE,
	WORD_TYPE_CHECKING,
	WORD_MODULE_NOT_FOUND_ERROR,
	WORDS,
};

/* As small as what a call gives back in registers: there are millions of them. */
struct token {
	const char *text; /* NAME; OP: its first character */
	uint32_t line;
	uint8_t kind; /* enum token_kind */
	uint8_t word; /* enum word; of all but NAME: WORD_NONE */
};

/* What the expression watcher expects next of a call that imports. */
enum call_state { CALL_NONE, CALL_NAMED, CALL_OPENED, CALL_ARGUMENT };

struct lexer {
	const char *p, *end;
	uint32_t line;
	size_t depth;      /* open brackets, in this f-string expression or outside any */
	unsigned fstrings; /* f-strings we are in */
	bool line_start;   /* the next token is the first of a logical line */
	uint32_t column;   /* indentation of that line (tabs to 8) */
	bool double_byte;  /* an encoding whose second bytes can look like ASCII */
	bool pushed;       /* `push` is the next token */
	struct token push;

	/* The string being joined. */
	char value[SCAN_STRING_MAX];
	size_t value_len;
	uint32_t value_line;
	bool value_open, value_bad, value_plain; /* plain: no f-string part so far */

	bool calls; /* the source can hold calls to notice */
	enum call_state call;
	uint32_t call_line;

	uint8_t flags; /* of facts found now (enum fact_flags) */
	const struct scan_options *opt;
	struct facts *out;
	uint32_t *seen; /* hash table of string facts: index + 1 */
	size_t n_seen, cap_seen;
};

void lexer_init(struct lexer *l, const char *source, size_t len, const struct scan_options *opt,
		struct facts *out);
void lexer_free(struct lexer *l);
struct token lexer_next(struct lexer *l);
void lexer_push(struct lexer *l, struct token t);
/* Passes names, numbers, operators and brackets whose tokens nobody wants to see; up to a string, or
 * what may end a statement, or with `inner` the end of the brackets that are open. */
void lexer_pass(struct lexer *l, bool inner);
/* Bytes of a NAME or OP. */
size_t lexer_length(const struct lexer *l, const struct token *t);
/* Passes a byte order mark and takes note of the declared encoding. */
void lexer_encoding(struct lexer *l);
/* Says why the source is invalid, the first time. */
void lexer_invalid(struct lexer *l, const char *why);

/* Classes of bytes. */
enum char_class {
	CHAR_NAME = 1,  /* of names and numbers; all beyond ASCII */
	CHAR_BLANK = 2, /* ' ' */
	CHAR_LINE = 4,  /* neither a newline nor NUL */
	CHAR_TEXT = 8,  /* of strings: printable ASCII without quotes, backslash and braces */
	CHAR_DULL = 16, /* between strings, brackets, comments and the ends of statements */
};
extern const uint8_t scan_chars[256];

static inline const char *scan_past(const char *p, const char *end, enum char_class class)
{
	while (p < end && scan_chars[(unsigned char)*p] & class)
		p++;
	return p;
}

enum word word_find(const char *s, size_t len);

static inline bool token_is(const struct token *t, enum word word)
{
	return t->word == word;
}

/* Whether it is one of a set: bits 1 << enum word. */
static inline bool token_among(const struct token *t, uint32_t words)
{
	return 1U << t->word & words;
}

static inline bool token_is_op(const struct token *t, char c)
{
	return t->kind == TOKEN_OP && t->text[0] == c;
}

/* Adds a fact and returns it; `module` may be NULL. Valid until the next is added. */
struct fact *facts_add(struct lexer *l, enum fact_kind kind, const char *name, size_t len,
		       uint32_t line);
/* Whether this string is already a fact; if not, the next fact will be it. */
bool lexer_seen_before(struct lexer *l, const char *s, size_t len);
uint32_t facts_text(struct facts *f, const char *s, size_t len);
