/* The names that mean something to the scanner, and the classes of bytes. */
#include "plan/scan_lex.h"

#include <string.h>

/* In the place that word_find looks at: found by trial, no two have the same. */
#define PLACES 128

static const struct {
	char text[20];
	uint8_t len, word;
} words[PLACES] = {
	[9] = {"import_module", 13, WORD_IMPORT_MODULE},
	[10] = {"raise", 5, WORD_RAISE},
	[15] = {"while", 5, WORD_WHILE},
	[17] = {"def", 3, WORD_DEF},
	[18] = {"ImportError", 11, WORD_IMPORT_ERROR},
	[19] = {"elif", 4, WORD_ELIF},
	[21] = {"if", 2, WORD_IF},
	[30] = {"ModuleNotFoundError", 19, WORD_MODULE_NOT_FOUND_ERROR},
	[39] = {"for", 3, WORD_FOR},
	[41] = {"lambda", 6, WORD_LAMBDA},
	[48] = {"Exception", 9, WORD_EXCEPTION},
	[49] = {"BaseException", 13, WORD_BASE_EXCEPTION},
	[53] = {"from", 4, WORD_FROM},
	[56] = {"as", 2, WORD_AS},
	[61] = {"class", 5, WORD_CLASS},
	[66] = {"TYPE_CHECKING", 13, WORD_TYPE_CHECKING},
	[74] = {"match", 5, WORD_MATCH},
	[75] = {"async", 5, WORD_ASYNC},
	[76] = {"finally", 7, WORD_FINALLY},
	[79] = {"lazy", 4, WORD_LAZY},
	[80] = {"suppress", 8, WORD_SUPPRESS},
	[83] = {"with", 4, WORD_WITH},
	[86] = {"try", 3, WORD_TRY},
	[87] = {"except", 6, WORD_EXCEPT},
	[91] = {"import", 6, WORD_IMPORT},
	[114] = {"__import__", 10, WORD___IMPORT__},
	[122] = {"case", 4, WORD_CASE},
	[124] = {"else", 4, WORD_ELSE},
};

enum word word_find(const char *s, size_t len)
{
	size_t at = ((unsigned char)s[0] + 23U * (unsigned char)s[len - 1] + len) % PLACES;

	return words[at].len == len && memcmp(words[at].text, s, len) == 0
		       ? (enum word)words[at].word
		       : WORD_NONE;
}

/* clang-format off */
#define NAME  (CHAR_NAME | CHAR_LINE | CHAR_TEXT | CHAR_DULL)
#define DULL  (CHAR_LINE | CHAR_TEXT | CHAR_DULL)
#define OTHER (CHAR_LINE | CHAR_TEXT)

const uint8_t scan_chars[256] = {
	[1 ... '\t'] = CHAR_LINE | CHAR_DULL, ['\v' ... '\f'] = CHAR_LINE | CHAR_DULL,
	[0xe ... 0x1f] = CHAR_LINE | CHAR_DULL, [' '] = CHAR_BLANK | DULL, ['!'] = DULL,
	['"'] = CHAR_LINE, ['#'] = OTHER, ['$' ... '&'] = DULL, ['\''] = CHAR_LINE,
	['(' ... ')'] = OTHER, ['*' ... '/'] = DULL, ['0' ... '9'] = NAME, [':' ... ';'] = OTHER,
	['<' ... '@'] = DULL, ['A' ... 'Z'] = NAME, ['['] = OTHER, ['\\'] = CHAR_LINE, [']'] = OTHER,
	['^'] = DULL, ['_'] = NAME, ['`'] = DULL, ['a' ... 'z'] = NAME, ['{'] = CHAR_LINE, ['|'] = DULL,
	['}'] = CHAR_LINE, ['~'] = DULL, [0x7f] = CHAR_LINE | CHAR_DULL,
	[0x80 ... 0xff] = CHAR_NAME | CHAR_LINE | CHAR_DULL,
};
/* clang-format on */
