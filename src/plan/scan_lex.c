#include "plan/scan_lex.h"

#include "base/mem.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define FSTRINGS_MAX 150       /* MAXFSTRINGLEVEL */
#define IMPORT_      "import_" /* in import_module and __import__ */

void lexer_invalid(struct lexer *l, const char *why)
{
	if (l->out->invalid)
		return;
	l->out->invalid = why;
	l->out->invalid_line = l->line;
}

/* --- string constants ------------------------------------------------------------------------- */

static void add_string(struct lexer *l)
{
	if (l->opt->wants && (!l->opt->wants(l->opt->ctx, l->value, l->value_len) ||
			      lexer_seen_before(l, l->value, l->value_len)))
		return;
	facts_add(l, FACT_STRING, l->value, l->value_len, l->value_line);
}

/* "pkg.%s" and "pkg.{}" begin with "pkg.". */
static size_t constant_beginning(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] != '%' && s[n] != '{')
		n++;
	return n;
}

/* The joined string ends here, before token `t` or (NULL) before an f-string's expression. */
static void value_finish(struct lexer *l, const struct token *t)
{
	bool whole = t && l->value_plain && (token_is_op(t, ',') || token_is_op(t, ')'));

	if (!l->value_open)
		return;
	l->value_open = false;
	if (l->call == CALL_ARGUMENT && !l->value_bad && l->value_len) {
		size_t n = whole ? l->value_len : constant_beginning(l->value, l->value_len);

		if (n)
			facts_add(l, whole ? FACT_DYNAMIC : FACT_PREFIX, l->value, n, l->call_line);
	}
	if (l->call == CALL_ARGUMENT)
		l->call = CALL_NONE;
	if (!l->value_bad && l->value_len)
		add_string(l);
}

static void value_open(struct lexer *l, bool plain)
{
	if (!l->value_open) {
		l->value_open = l->value_plain = true;
		l->value_bad = false;
		l->value_len = 0;
		l->value_line = l->line;
		if (l->call == CALL_OPENED)
			l->call = CALL_ARGUMENT;
	}
	l->value_plain &= plain;
}

/* Printable ASCII. */
static void value_add_text(struct lexer *l, const char *s, size_t n)
{
	if (l->value_bad)
		return;
	l->value_bad = n > SCAN_STRING_MAX - l->value_len;
	if (l->value_bad)
		return;
	memcpy(l->value + l->value_len, s, n);
	l->value_len += n;
}

static void value_add(struct lexer *l, unsigned char c)
{
	if (c < 0x20 || c > 0x7e || l->value_len == SCAN_STRING_MAX)
		l->value_bad = true;
	else if (!l->value_bad)
		l->value[l->value_len++] = (char)c;
}

/* --- string tokens ---------------------------------------------------------------------------- */

struct quote {
	char c;
	bool triple, raw, format, bytes;
};

static bool at_newline(const struct lexer *l)
{
	return *l->p == '\n' || *l->p == '\r';
}

/* "\r\n" is one newline, as is a lone "\r". */
static void skip_newline(struct lexer *l)
{
	if (*l->p == '\r' && l->p + 1 < l->end && l->p[1] == '\n')
		l->p++;
	l->p++;
	l->line++;
}

static void string_newline(struct lexer *l)
{
	l->value_bad = true;
	skip_newline(l);
}

static unsigned number_of(struct lexer *l, int base, int max_digits)
{
	unsigned n = 0;

	for (int i = 0; i < max_digits && l->p < l->end; i++, l->p++) {
		int c = tolower((unsigned char)*l->p);
		int d = c >= 'a' ? c - 'a' + 10 : c - '0';

		if (d < 0 || d >= base || (!isalnum(c)))
			break;
		n = n * (unsigned)base + (unsigned)d;
	}
	return n;
}

static void skip_name_escape(struct lexer *l)
{
	l->value_bad = true;
	if (l->p >= l->end || *l->p != '{')
		return;
	while (l->p < l->end && *l->p != '}' && *l->p != '\'' && *l->p != '"' && !at_newline(l))
		l->p++;
	if (l->p < l->end && *l->p == '}')
		l->p++;
}

static void add_code(struct lexer *l, unsigned code)
{
	if (code > 0x7e)
		l->value_bad = true;
	else
		value_add(l, (unsigned char)code);
}

/* Behind a backslash in a string that is not raw. */
static void escape(struct lexer *l)
{
	static const char simple[] = "\\'\"abfnrtv", meant[] = "\\'\"\a\b\f\n\r\t\v";
	char c = *l->p;
	const char *at = c ? strchr(simple, c) : NULL;

	if (at_newline(l)) {
		skip_newline(l);
	} else if (c >= '0' && c <= '7') {
		add_code(l, number_of(l, 8, 3));
	} else if (c == 'x' || c == 'u' || c == 'U') {
		l->p++;
		add_code(l, number_of(l, 16, c == 'x' ? 2 : c == 'u' ? 4 : 8));
	} else if (c == 'N') {
		l->p++;
		skip_name_escape(l);
	} else if (at) {
		value_add(l, (unsigned char)meant[at - simple]);
		l->p++;
	} else {
		value_add(l, '\\'); /* kept as it is; the character follows */
	}
}

/* One character, or two where an encoding's second byte can look like ASCII. */
static void one_character(struct lexer *l)
{
	unsigned char c = (unsigned char)*l->p++;

	value_add(l, c);
	if (c == 0)
		lexer_invalid(l, "it holds a NUL byte");
	if (l->double_byte && c >= 0x81 && !(c >= 0xa0 && c <= 0xa0) && l->p < l->end &&
	    (unsigned char)*l->p >= 0x40)
		l->p++;
}

static bool closes(const struct lexer *l, const struct quote *q)
{
	if (*l->p != q->c)
		return false;
	return !q->triple || (l->end - l->p >= 3 && l->p[1] == q->c && l->p[2] == q->c);
}

static void fstring_expression(struct lexer *l, const struct quote *q);

/* A brace in an f-string; true when a format spec ends here. */
static bool brace(struct lexer *l, const struct quote *q, bool spec)
{
	char c = *l->p;

	if (c == '}' && spec)
		return true;
	if (!spec && l->p + 1 < l->end && l->p[1] == c) {
		value_add(l, (unsigned char)c);
		l->p += 2;
		return false;
	}
	l->p++;
	if (c == '}') {
		lexer_invalid(l, "a single '}' in an f-string");
		return false;
	}
	value_finish(l, NULL);
	fstring_expression(l, q);
	value_open(l, false);
	return false;
}

static void backslash(struct lexer *l, const struct quote *q)
{
	l->p++;
	if (l->p >= l->end)
		return;
	if (q->format && (*l->p == '{' || *l->p == '}')) {
		value_add(l, '\\');
	} else if (!q->raw) {
		escape(l);
	} else {
		value_add(l, '\\');
		if (at_newline(l))
			string_newline(l);
		else if (*l->p == q->c || *l->p == '\\')
			one_character(l);
	}
}

/* The inside of a string up to its closing quote, or of a format spec up to its '}'. */
static void string_body(struct lexer *l, const struct quote *q, bool spec)
{
	while (l->p < l->end) {
		const char *text = l->p;
		char c;

		l->p = scan_past(text, l->end, CHAR_TEXT);
		value_add_text(l, text, (size_t)(l->p - text));
		if (l->p >= l->end)
			break;
		c = *l->p;
		if (closes(l, q)) {
			if (!spec)
				l->p += q->triple ? 3 : 1;
			else
				lexer_invalid(l, "an f-string ends inside a replacement field");
			return;
		}
		if (c == '\\') {
			backslash(l, q);
		} else if (c == '\n' || c == '\r') {
			if (!q->triple)
				break;
			string_newline(l);
		} else if (q->format && (c == '{' || c == '}')) {
			if (brace(l, q, spec))
				return;
		} else {
			one_character(l);
		}
	}
	lexer_invalid(l, "a string is not ended");
}

static void format_spec(struct lexer *l, const struct quote *q)
{
	value_open(l, false);
	string_body(l, q, true);
	value_finish(l, NULL);
	if (l->p < l->end && *l->p == '}')
		l->p++;
}

/* Behind the '{' of an f-string: tokens as anywhere, up to the '}' that belongs to it. */
static void fstring_expression(struct lexer *l, const struct quote *q)
{
	size_t outside = l->depth;
	bool done = false;

	if (l->fstrings >= FSTRINGS_MAX) {
		lexer_invalid(l, "f-strings are nested too deeply");
		l->p = l->end;
		return;
	}
	l->fstrings++;
	l->depth = 0;
	l->call = CALL_NONE;
	while (!done && l->p < l->end) {
		size_t depth = l->depth;
		struct token t = lexer_next(l);

		if (t.kind == TOKEN_END)
			break;
		if (depth || t.kind != TOKEN_OP)
			continue;
		done = t.text[0] == '}' || t.text[0] == ':';
		if (t.text[0] == ':')
			format_spec(l, q);
	}
	if (!done)
		lexer_invalid(l, "an f-string's expression is not ended");
	l->call = CALL_NONE;
	l->depth = outside;
	l->fstrings--;
}

/* At the opening quote; the prefix's letters are known. */
static void string(struct lexer *l, const char *prefix, size_t n)
{
	struct quote q = {.c = *l->p};

	for (size_t i = 0; i < n; i++) {
		q.raw |= (prefix[i] | 0x20) == 'r';
		q.bytes |= (prefix[i] | 0x20) == 'b';
		q.format |= (prefix[i] | 0x20) == 'f' || (prefix[i] | 0x20) == 't';
	}
	q.triple = l->end - l->p >= 3 && l->p[1] == q.c && l->p[2] == q.c;
	value_open(l, !q.format);
	l->value_bad |= q.bytes;
	l->p += q.triple ? 3 : 1;
	string_body(l, &q, false);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_prefix(const char *s, size_t n)
{
	if (n > 2)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!s[i] || !strchr("rRbBuUfFtT", s[i]))
			return false;
	return true;
}

static void skip_comment(struct lexer *l)
{
	for (;; l->p++) {
		l->p = scan_past(l->p, l->end, CHAR_LINE);
		if (l->p >= l->end || at_newline(l))
			return;
		lexer_invalid(l, "it holds a NUL byte");
	}
}

/* To the first character of the next logical line, past blank and comment lines. */
static void begin_line(struct lexer *l)
{
	uint32_t column = 0;

	for (; l->p < l->end; l->p++) {
		const char *text = scan_past(l->p, l->end, CHAR_BLANK);

		column += (uint32_t)(text - l->p);
		l->p = text;
		if (l->p >= l->end)
			break;
		if (*l->p == '\t')
			column = (column / 8 + 1) * 8;
		else if (*l->p == '\f')
			column = 0;
		else if (*l->p == '#')
			skip_comment(l);
		else if (!at_newline(l))
			break;
		if (l->p < l->end && at_newline(l)) {
			skip_newline(l);
			column = 0;
			l->p--;
		}
		if (l->p >= l->end)
			break;
	}
	l->column = column;
}

static struct token name_or_string(struct lexer *l)
{
	const char *text = l->p, *behind = scan_past(text, l->end, CHAR_NAME);
	struct token t = {.text = text, .line = l->line, .kind = TOKEN_NAME};
	size_t len = (size_t)(behind - text);

	l->p = behind;
	if (behind < l->end && (*behind == '\'' || *behind == '"') && is_prefix(text, len)) {
		t.kind = TOKEN_STRING;
		string(l, text, len);
	} else {
		t.word = (uint8_t)word_find(text, len);
	}
	return t;
}

static struct token number(struct lexer *l)
{
	struct token t = {.kind = TOKEN_NUMBER, .text = l->p, .line = l->line};

	do
		l->p = scan_past(l->p, l->end, CHAR_NAME);
	while (l->p < l->end && *l->p == '.' && l->p++);
	return t;
}

static struct token operator(struct lexer *l)
{
	struct token t = {.kind = TOKEN_OP, .text = l->p++, .line = l->line};

	switch (t.text[0]) {
	case '(':
	case '[':
	case '{':
		l->depth++;
		break;
	case ')':
	case ']':
	case '}':
		if (l->depth)
			l->depth--;
		else if (!l->fstrings)
			lexer_invalid(l, "a bracket closes that none opened");
		break;
	case '\0':
		lexer_invalid(l, "it holds a NUL byte");
		break;
	default:
		break;
	}
	return t;
}

static struct token end(struct lexer *l)
{
	struct token t = {.kind = TOKEN_END, .text = l->end, .line = l->line};

	if (l->depth && !l->fstrings)
		lexer_invalid(l, "a bracket is not closed");
	if (!l->line_start && !l->fstrings) {
		l->line_start = true;
		l->depth = 0;
		t.kind = TOKEN_NEWLINE;
	}
	return t;
}

/* Past what stands between tokens. True at a newline that ends a logical line. */
static bool skip_space(struct lexer *l)
{
	while (l->p < l->end) {
		char c = *l->p;

		if (c == ' ' || c == '\t' || c == '\f') {
			l->p++;
		} else if (c == '#') {
			skip_comment(l);
		} else if (c == '\n' || c == '\r') {
			skip_newline(l);
			if (!l->depth && !l->fstrings)
				return true;
		} else if (c == '\\' && l->p + 1 < l->end && (l->p[1] == '\n' || l->p[1] == '\r')) {
			l->p++;
			skip_newline(l);
		} else {
			return false;
		}
	}
	return false;
}

static struct token lex(struct lexer *l)
{
	uint32_t line = l->line;
	unsigned char c;

	if (l->line_start && !l->fstrings) {
		begin_line(l);
	} else if (skip_space(l)) {
		l->line_start = true;
		return (struct token){.kind = TOKEN_NEWLINE, .text = l->p, .line = line};
	}
	if (l->p >= l->end)
		return end(l);
	l->line_start = false;
	c = (unsigned char)*l->p;
	if (c == '\'' || c == '"') {
		struct token t = {.kind = TOKEN_STRING, .text = l->p, .line = l->line};

		string(l, NULL, 0);
		return t;
	}
	if (scan_chars[c] & CHAR_NAME)
		return is_digit(c) ? number(l) : name_or_string(l);
	if (c == '.' && l->p + 1 < l->end && is_digit((unsigned char)l->p[1]))
		return number(l);
	return operator(l);
}

static void watch_calls(struct lexer *l, const struct token *t)
{
	if (t->kind == TOKEN_STRING)
		return;
	value_finish(l, t);
	if (token_is(t, WORD_IMPORT_MODULE) || token_is(t, WORD___IMPORT__)) {
		l->call = CALL_NAMED;
		l->call_line = t->line;
	} else if (l->call == CALL_NAMED && token_is_op(t, '(')) {
		l->call = CALL_OPENED;
	} else {
		l->call = CALL_NONE;
	}
}

struct token lexer_next(struct lexer *l)
{
	struct token t;

	if (l->pushed) {
		l->pushed = false;
		return l->push;
	}
	t = lex(l);
	watch_calls(l, &t);
	return t;
}

size_t lexer_length(const struct lexer *l, const struct token *t)
{
	return t->kind == TOKEN_NAME ? (size_t)(scan_past(t->text, l->end, CHAR_NAME) - t->text)
				     : 1;
}

/* At a quote: back to the prefix before it, which is not before `from`. */
static const char *string_start(const char *from, const char *quote)
{
	const char *p = quote;

	while (p > from && quote - p < 3 && (scan_chars[(unsigned char)p[-1]] & CHAR_NAME))
		p--;
	return is_prefix(p, (size_t)(quote - p)) ? p : quote;
}

void lexer_pass(struct lexer *l, bool inner)
{
	const char *from = l->p;

	if (l->calls || l->value_open || l->pushed)
		return;
	while (!inner || l->depth) {
		l->p = scan_past(l->p, l->end, CHAR_DULL);
		if (l->p >= l->end)
			return;
		switch (*l->p) {
		case '(':
		case '[':
		case '{':
			l->depth++;
			break;
		case ')':
		case ']':
		case '}':
			if (!l->depth)
				return;
			l->depth--;
			break;
		case ':':
		case ';':
			if (!l->depth)
				return;
			break;
		case '\'':
		case '"':
			l->p = string_start(from, l->p);
			return;
		default:
			return;
		}
		l->p++;
	}
}

void lexer_push(struct lexer *l, struct token t)
{
	l->push = t;
	l->pushed = true;
}

void lexer_init(struct lexer *l, const char *source, size_t len, const struct scan_options *opt,
		struct facts *out)
{
	*l = (struct lexer){.p = source,
			    .end = source + len,
			    .line = 1,
			    .line_start = true,
			    .opt = opt,
			    .calls = len && memmem(source, len, IMPORT_, strlen(IMPORT_)),
			    .out = out};
	lexer_encoding(l);
}

void lexer_free(struct lexer *l)
{
	free(l->seen);
	l->seen = NULL;
}
