#include "plan/rules.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/path.h"

#include <errno.h>
#include <string.h>

/* --- parsing ---------------------------------------------------------------------------------- */

struct parser {
	struct rules *rs;
	struct buf comment; /* the block of comment lines right above */
	char *section_why;  /* the block above the section's head */
	bool fresh;         /* the block has begun at the line before: more lines extend it */
	unsigned line;
	size_t cap;
	struct error *e;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Less the blanks at the end; one behind a backslash may belong to a pattern. */
static size_t trimmed(const char *s, size_t len)
{
	while (len && is_blank(s[len - 1]) && !(len > 1 && s[len - 2] == '\\'))
		len--;
	return len;
}

static size_t blanks(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_blank(s[n]))
		n++;
	return n;
}

static void comment_line(struct parser *ps, const char *s, size_t len)
{
	size_t hashes = 0, skip;

	while (hashes < len && s[hashes] == '#')
		hashes++;
	skip = hashes + blanks(s + hashes, len - hashes);
	if (!ps->fresh)
		buf_truncate(&ps->comment, 0);
	if (ps->comment.len && len > skip)
		buf_addch(&ps->comment, ' ');
	buf_add(&ps->comment, s + skip, len - skip);
	ps->fresh = true;
}

/* Where the pattern ends: before blanks that a '#' follows, or before the blanks at the end; a
 * blank behind a backslash belongs to the pattern. *comment is where the comment's text begins,
 * or len. */
static size_t pattern_end(const char *s, size_t len, size_t *comment)
{
	size_t end = 0;

	*comment = len;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && i + 1 < len) {
			end = ++i + 1;
		} else if (s[i] == '#' && (i == 0 || end < i)) {
			*comment = i + 1 + blanks(s + i + 1, len - i - 1);
			break;
		} else if (!is_blank(s[i])) {
			end = i + 1;
		}
	}
	return end;
}

static const char *why_of(const struct parser *ps)
{
	if (ps->comment.len)
		return ps->comment.data;
	return ps->section_why ? ps->section_why : "";
}

static int rule_line(struct parser *ps, enum rule_verb verb, const char *s, size_t len)
{
	struct rules *rs = ps->rs;
	struct rule one = {.verb = verb, .line = ps->line, .section = rs->n_sections - 1};
	size_t comment, end;

	end = pattern_end(s, len, &comment);
	if (end && s[0] == '!')
		return error_set(
			ps->e, EINVAL,
			"'!' turns nothing round here: say keep or drop, and write \\! for "
			"a name that begins with it");
	if (pattern_compile(s, end, &one.pattern, ps->e) < 0)
		return error_add(ps->e, "the pattern '%.*s'", (int)end, s);
	one.text = xstrndup(s, end);
	one.why = comment < len ? xstrndup(s + comment, len - comment) : xstrdup(why_of(ps));
	rs->list = array_grow(rs->list, rs->n, &ps->cap, sizeof(*rs->list));
	rs->list[rs->n++] = one;
	return 0;
}

static bool valid_name(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", s[i]))
			return false;
	return len > 0;
}

/* [NAME] or [NAME if PATTERN] */
static int section_line(struct parser *ps, const char *s, size_t len)
{
	static const char word[] = "if";
	struct rules *rs = ps->rs;
	struct rule_section one = {.line = ps->line};
	size_t name, at;

	if (s[len - 1] != ']')
		return error_set(ps->e, EINVAL, "a section's head is [NAME] or [NAME if PATTERN]");
	s++;
	len -= 2;
	for (name = 0; name < len && !is_blank(s[name]);)
		name++;
	if (!valid_name(s, name))
		return error_set(ps->e, EINVAL,
				 "a section's name is made of a-z, 0-9, '-', '_' and '.', not "
				 "'%.*s'",
				 (int)name, s);
	at = name + blanks(s + name, len - name);
	if (at < len) {
		if (len - at < 4 || memcmp(s + at, word, 2) != 0 || !is_blank(s[at + 2]))
			return error_set(ps->e, EINVAL,
					 "behind a section's name only 'if PATTERN' may stand");
		at += 2 + blanks(s + at + 2, len - at - 2);
		if (pattern_compile(s + at, len - at, &one.condition, ps->e) < 0)
			return error_add(ps->e, "the condition '%.*s'", (int)(len - at), s + at);
		one.condition_text = xstrndup(s + at, len - at);
	}
	one.name = xstrndup(s, name);
	rs->sections = xreallocarray(rs->sections, rs->n_sections + 1, sizeof(one));
	rs->sections[rs->n_sections++] = one;
	free(ps->section_why);
	ps->section_why = ps->comment.len ? xstrdup(ps->comment.data) : NULL;
	buf_truncate(&ps->comment, 0);
	return 0;
}

static int one_line(struct parser *ps, const char *s, size_t len)
{
	static const char *const verbs[] = {[RULE_KEEP] = "keep", [RULE_DROP] = "drop"};
	size_t skip = blanks(s, len), word = 0;

	s += skip;
	len = trimmed(s, len - skip);
	if (memchr(s, '\0', len) || !utf8_valid(s, len))
		return error_set(ps->e, EINVAL, "it is not UTF-8 text");
	if (len && s[0] == '#') {
		comment_line(ps, s, len);
		return 0;
	}
	ps->fresh = false;
	if (!len) {
		buf_truncate(&ps->comment, 0);
		return 0;
	}
	if (s[0] == '[')
		return section_line(ps, s, len);
	while (word < len && !is_blank(s[word]))
		word++;
	skip = word + blanks(s + word, len - word);
	for (size_t v = 0; v < ARRAY_SIZE(verbs); v++)
		if (strlen(verbs[v]) == word && memcmp(s, verbs[v], word) == 0)
			return rule_line(ps, (enum rule_verb)v, s + skip, len - skip);
	return error_set(
		ps->e, EINVAL,
		"a rule is 'keep PATTERN' or 'drop PATTERN', with '# why' behind it; '%.*s' "
		"is neither keep nor drop",
		(int)word, s);
}

int rules_parse(const char *text, size_t len, const char *file, struct rules *ret, struct error *e)
{
	struct rules rs = {.file = xstrdup(file)};
	struct parser ps = {.rs = &rs, .e = e};
	int r = 0;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	while (r == 0 && len) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;

		ps.line++;
		r = one_line(&ps, text, n && text[n - 1] == '\r' ? n - 1 : n);
		n += newline != NULL;
		text += n;
		len -= n;
	}
	buf_free(&ps.comment);
	free(ps.section_why);
	if (r < 0) {
		rules_free(&rs);
		return error_add(e, "%s: line %u", file, ps.line);
	}
	*ret = rs;
	return 0;
}

void rules_free(struct rules *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		free(rs->list[i].text);
		free(rs->list[i].why);
		pattern_free(&rs->list[i].pattern);
	}
	for (size_t i = 0; i < rs->n_sections; i++) {
		free(rs->sections[i].name);
		free(rs->sections[i].condition_text);
		pattern_free(&rs->sections[i].condition);
	}
	free(rs->list);
	free(rs->sections);
	free(rs->file);
	*rs = (struct rules){0};
}

/* --- matching --------------------------------------------------------------------------------- */

size_t rules_match(const struct rules *rs, const char *path, bool is_dir, const bool *on)
{
	for (size_t i = rs->n; i-- > 0;) {
		const struct rule *one = &rs->list[i];

		if (on && one->section != RULES_NONE && !on[one->section])
			continue;
		if (pattern_match(&one->pattern, path, is_dir))
			return i;
	}
	return RULES_NONE;
}

static bool matches_anything(const struct rule *one, const struct inventory *inv)
{
	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			const struct entry *ent = &inv->roots[r].entries[i];

			if (pattern_match(&one->pattern, ent->path, ent->type == ENTRY_DIR))
				return true;
		}
	return false;
}

/* The pattern as a path to look for: without a slash at its ends. */
static const char *nearest_to(const struct rule *one, const struct inventory *inv)
{
	const char *start = one->text + (one->text[0] == '/');
	CLEANUP_FREE char *path = xstrdup(start);
	size_t len = strlen(path);

	if (len > 1 && path[len - 1] == '/')
		path[len - 1] = '\0';
	return inventory_nearest(inv, path);
}

int rules_check(const struct rules *rs, const struct inventory *inv, struct error *e)
{
	for (size_t i = 0; i < rs->n; i++) {
		const char *near;

		if (matches_anything(&rs->list[i], inv))
			continue;
		near = nearest_to(&rs->list[i], inv);
		return error_set(
			e, ENOENT, "%s: line %u: the pattern '%s' matches nothing under %s; %s%s%s",
			rs->file, rs->list[i].line, rs->list[i].text,
			inv->n_roots == 1 ? inv->roots[0].dir : "any root",
			near ? "the nearest path is '" : "patterns are relative to the root",
			near ? near : "", near ? "'" : "");
	}
	return 0;
}
