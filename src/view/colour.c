#include "view/colour.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const codes[COLOURS] = {
	[COLOUR_ERROR] = "\033[1;31m", [COLOUR_WARNING] = "\033[33m", [COLOUR_NOTE] = "\033[36m",
	[COLOUR_GOOD] = "\033[32m",    [COLOUR_STRONG] = "\033[1m",
};

static bool wanted(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	int fd = fileno(out);

	return fd >= 0 && !(no && no[0]) && term && term[0] && strcmp(term, "dumb") != 0 &&
	       isatty(fd);
}

void colour_begin(FILE *out, enum colour c)
{
	if (wanted(out))
		fputs(codes[c], out);
}

void colour_end(FILE *out)
{
	if (wanted(out))
		fputs("\033[0m", out);
}

void colour_text(FILE *out, enum colour c, const char *text)
{
	colour_begin(out, c);
	fputs(text, out);
	colour_end(out);
}
