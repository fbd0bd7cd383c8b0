/* The encoding that a source declares (PEP 263): all that matters is whether its bytes can be read
 * as ASCII where Python's syntax is. */
#include "plan/scan_lex.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* "coding[:=][ \t]*([-\w.]+)" in a comment line; NULL when there is none. */
static const char *cookie(const char *line, const char *eol, size_t *len)
{
	const char *p = line;

	while (p < eol && (*p == ' ' || *p == '\t' || *p == '\f'))
		p++;
	if (p == eol || *p != '#')
		return NULL;
	for (; eol - p > 7; p++) {
		const char *name = p + 7;

		if (memcmp(p, "coding", 6) != 0 || (p[6] != ':' && p[6] != '='))
			continue;
		while (name < eol && (*name == ' ' || *name == '\t'))
			name++;
		for (*len = 0; name + *len < eol &&
			       (isalnum((unsigned char)name[*len]) || strchr("-_.", name[*len]));)
			(*len)++;
		if (*len)
			return name;
	}
	return NULL;
}

static const char *line_end(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

static bool is_blank(const char *line, const char *eol)
{
	while (line < eol && (*line == ' ' || *line == '\t' || *line == '\f'))
		line++;
	return line == eol || *line == '#';
}

static bool starts_with_any(const char *name, size_t len, const char *const *list)
{
	for (; *list; list++)
		if (len >= strlen(*list) && strncasecmp(name, *list, strlen(*list)) == 0)
			return true;
	return false;
}

void lexer_encoding(struct lexer *l)
{
	static const char *const foreign[] = {
		"utf-16", "utf_16",   "utf16", "utf-32",   "utf_32",  "utf32",
		"utf-7",  "utf_7",    "utf7",  "iso-2022", "iso2022", "iso_2022",
		"hz",     "punycode", "rot",   "idna",     NULL};
	static const char *const doubles[] = {
		"gb",    "big5",       "cp936", "cp932", "cp949", "cp950",   "ms949",    "uhc",
		"johab", "shift",      "sjis",  "ms932", "ms936", "mskanji", "ms-kanji", "s_jis",
		"hkscs", "csshiftjis", "936",   "932",   "949",   "950",     NULL};
	const char *eol, *name;
	size_t len;

	if (l->end - l->p >= 3 && memcmp(l->p, "\xef\xbb\xbf", 3) == 0)
		l->p += 3;
	eol = line_end(l->p, l->end);
	name = cookie(l->p, eol, &len);
	if (!name && eol < l->end && is_blank(l->p, eol)) {
		const char *second = eol + (*eol == '\r' && eol + 1 < l->end && eol[1] == '\n') + 1;

		name = cookie(second, line_end(second, l->end), &len);
	}
	if (!name)
		return;
	l->double_byte = starts_with_any(name, len, doubles);
	if (starts_with_any(name, len, foreign))
		lexer_invalid(l, "its encoding is not an extension of ASCII");
}
