/* scan - what a Python source imports and which strings it holds, without parsing it.
 *
 * Bytes in, facts out: no I/O, no Python. A tokenizer that follows indentation, brackets and
 * strings of every prefix finds the statements; it agrees with CPython's ast on what it reports
 * (tests/scan). It never fails: a source that it cannot make sense of has `invalid` set and the
 * facts found so far. Time and memory are linear in the length; nesting is bounded as CPython's
 * own tokenizer bounds it (Parser/tokenizer.h: MAXINDENT 100, MAXFSTRINGLEVEL 150).
 *
 * Sources: the Python language reference (2. Lexical analysis, 5.7, 7.11), PEP 263 (encodings),
 * PEP 498 and 701 (f-strings), PEP 750 (t-strings), PEP 810 (lazy imports).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fact_kind {
	FACT_IMPORT,  /* import NAME */
	FACT_FROM,    /* from MODULE import NAME; NAME "*" for all */
	FACT_DYNAMIC, /* import_module("NAME") or __import__("NAME") */
	FACT_PREFIX, /* import_module(f"NAME{…}"), ("NAME" + …), ("NAME%s" % …): a beginning */
	FACT_STRING, /* a string constant, or a constant part of an f-string */
};

enum fact_flags {
	FACT_FUNCTION = 1,    /* inside a function */
	FACT_TYPING = 2,      /* under `if TYPE_CHECKING`: never run */
	FACT_CONDITIONAL = 4, /* under if, for, while, with, match or in a try statement */
	FACT_GUARDED = 8,     /* in a try whose except catches ImportError, or suppress() */
	FACT_RAISES = 16,     /* … and that handler raises again */
	FACT_LAZY = 32,       /* lazy import (3.15) */
};

struct fact {
	uint32_t name;   /* offset into facts.text */
	uint32_t module; /* FACT_FROM: offset of the module ("" for `from . import x`) */
	uint32_t line;   /* from 1 */
	uint16_t level;  /* leading dots of a relative import */
	uint8_t kind;    /* enum fact_kind */
	uint8_t flags;   /* enum fact_flags */
};

struct facts {
	struct fact *list; /* in the order of the source */
	size_t n, cap;
	char *text; /* NUL-terminated strings, one behind the other */
	size_t text_len, text_cap;
	const char *invalid; /* why it is no Python source (a literal), or NULL */
	uint32_t invalid_line;
};

/* Which strings are worth a fact. */
struct scan_options {
	/* NULL: all, each time. Otherwise only those it likes, each once. */
	bool (*wants)(const void *ctx, const char *s, size_t len);
	const void *ctx;
};

/* Only printable ASCII of at most this length becomes a FACT_STRING. */
#define SCAN_STRING_MAX 255
/* More facts than this in one source: it is called invalid. */
#define SCAN_FACTS_MAX ((size_t)2 << 20)

/* The caller frees *ret with facts_free. `len` at most UINT32_MAX (else invalid). */
void scan_python(const char *source, size_t len, const struct scan_options *opt, struct facts *ret);
void facts_free(struct facts *f);

static inline const char *fact_name(const struct facts *f, const struct fact *one)
{
	return f->text + one->name;
}

static inline const char *fact_module(const struct facts *f, const struct fact *one)
{
	return f->text + one->module;
}
