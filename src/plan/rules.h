/* rules - what is kept or dropped by name: the user's file and the built-in one.
 *
 * docs/rules.md describes the syntax: one rule on a line, `keep PATTERN  # why` or `drop PATTERN`,
 * gitignore patterns relative to the root of the tree, sections `[NAME]` or `[NAME if PATTERN]`.
 * The last rule that matches a path (or a directory above it) decides. Parsing and matching are
 * pure; rules own what they point to and outlive whatever refers to them.
 */
#pragma once

#include "base/error.h"
#include "plan/inventory.h"
#include "plan/pattern.h"

#define RULES_NONE SIZE_MAX

enum rule_verb { RULE_KEEP, RULE_DROP };

struct rule {
	enum rule_verb verb;
	char *text; /* the pattern as written */
	struct pattern pattern;
	char *why;      /* the comment, "" when there is none */
	unsigned line;  /* from 1 */
	size_t section; /* index into sections, or RULES_NONE */
};

struct rule_section {
	char *name;
	char *condition_text; /* NULL: no condition */
	struct pattern condition;
	unsigned line;
};

struct rules {
	char *file; /* for messages */
	struct rule *list;
	size_t n;
	struct rule_section *sections;
	size_t n_sections;
};

#define CLEANUP_RULES __attribute__((cleanup(rules_free)))

/* EINVAL: a line that is no rule; the message names the file and the line. *ret is filled only on
 * success. */
int rules_parse(const char *text, size_t len, const char *file, struct rules *ret, struct error *e);
/* The rules that the program carries (share/importtrace/rules), parsed. */
int rules_builtin(struct rules *ret, struct error *e);
/* Index of the last rule that matches the path, or RULES_NONE. `on` says for each section whether
 * its rules take part; NULL: all do. */
size_t rules_match(const struct rules *rs, const char *path, bool is_dir, const bool *on);
/* ENOENT: a rule matches nothing under the roots; the message names its line and the nearest
 * path. For a user's rules: that a built-in one matches nothing is ordinary. */
int rules_check(const struct rules *rs, const struct inventory *inv, struct error *e);
void rules_free(struct rules *rs);
