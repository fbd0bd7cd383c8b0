#include "view/escape.h"

#include "base/buf.h"
#include "base/path.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Length of the UTF-8 sequence at s, 0 when there is none. */
static size_t sequence(const char *s)
{
	for (size_t n = 1; n <= 4; n++) {
		if (!s[n - 1])
			return 0;
		if (utf8_valid(s, n))
			return n;
	}
	return 0;
}

static bool is_control(const unsigned char *s, size_t n)
{
	if (n == 1)
		return s[0] < ' ' || s[0] == 0x7f;
	if (n == 2)
		return s[0] == 0xc2 && s[1] < 0xa0; /* C1 */
	/* U+2028, 2029, 202A…202E, 2066…2069 are e2 80 a8…ae and e2 81 a6…a9; U+FFFE, FFFF are no
	 * characters of XML. */
	return n == 3 && ((s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0xa8 && s[2] <= 0xae) ||
			  (s[0] == 0xe2 && s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9) ||
			  (s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe));
}

char *escape_text(const char *s)
{
	struct buf out = {0};

	while (*s) {
		size_t n = sequence(s), shown = n ? n : 1;

		if (n && !is_control((const unsigned char *)s, n))
			buf_add(&out, s, n);
		else
			for (size_t i = 0; i < shown; i++)
				buf_addf(&out, "\\x%02x", (unsigned char)s[i]);
		s += shown;
	}
	return buf_take(&out);
}

/* Replaces single characters of the harmless text by what `replace` says; NULL: as it is. */
static char *replaced(const char *s, const char *(*replace)(char c))
{
	struct buf out = {0};
	char *plain = escape_text(s);

	for (const char *p = plain; *p; p++) {
		const char *by = replace(*p);

		if (by)
			buf_addstr(&out, by);
		else
			buf_addch(&out, *p);
	}
	free(plain);
	return buf_take(&out);
}

static const char *xml(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

char *escape_xml(const char *s)
{
	return replaced(s, xml);
}

/* Backslash escapes do not stop GitHub's links, mentions and references; character references stop
 * links, but addresses (a@b), mentions (@) and references (#) are looked for in the finished text: a
 * zero-width space behind the sign parts them. */
static const char *markdown(char c)
{
	static const struct {
		char c;
		const char *by;
	} table[] = {
		{'&', "&amp;"},        {'<', "&lt;"},         {'>', "&gt;"},   {'|', "&#124;"},
		{'@', "&#64;&#8203;"}, {'#', "&#35;&#8203;"}, {':', "&#58;"},  {'`', "&#96;"},
		{'*', "&#42;"},        {'_', "&#95;"},        {'[', "&#91;"},  {']', "&#93;"},
		{'(', "&#40;"},        {')', "&#41;"},        {'!', "&#33;"},  {'~', "&#126;"},
		{'\\', "&#92;"},       {'{', "&#123;"},       {'}', "&#125;"}, {'$', "&#36;"},
		{'"', "&quot;"},       {'+', "&#43;"},        {'=', "&#61;"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].c == c)
			return table[i].by;
	return NULL;
}

/* "www." and "http://" become links by themselves: the character reference for ':' stops one, that
 * for the dot behind www the other. */
char *escape_markdown(const char *s)
{
	struct buf out = {0};
	char *text = replaced(s, markdown);

	for (const char *p = text; *p; p++)
		if (*p == '.' && p - text >= 3 && strncasecmp(p - 3, "www", 3) == 0)
			buf_addstr(&out, "&#46;");
		else
			buf_addch(&out, *p);
	free(text);
	return buf_take(&out);
}

static const char *github_data(char c)
{
	return c == '%' ? "%25" : NULL;
}

static const char *github_property(char c)
{
	return c == '%' ? "%25" : c == ':' ? "%3A" : c == ',' ? "%2C" : NULL;
}

char *escape_github_data(const char *s)
{
	return replaced(s, github_data);
}

char *escape_github_property(const char *s)
{
	return replaced(s, github_property);
}

char *escape_uri(const char *path)
{
	struct buf out = {0};

	for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || strchr("-._~/", *p);

		if (plain)
			buf_addch(&out, (char)*p);
		else
			buf_addf(&out, "%%%02X", *p);
	}
	return buf_take(&out);
}
