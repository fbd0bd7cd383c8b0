/* colour - SGR colours for people at terminals (ECMA-48, 8.3.117).
 *
 * A stream is coloured when it is a terminal that is not TERM=dumb and NO_COLOR is unset or empty
 * (https://no-color.org). Everything else - files, pipes, CI logs, every format for programs - gets
 * plain text, so there is no option for it.
 */
#pragma once

#include <stdio.h>

enum colour { COLOUR_ERROR, COLOUR_WARNING, COLOUR_NOTE, COLOUR_GOOD, COLOUR_STRONG, COLOURS };

/* From here on in that colour, to colour_end. Colours do not nest. */
void colour_begin(FILE *out, enum colour c);
void colour_end(FILE *out);
/* One text in that colour. */
void colour_text(FILE *out, enum colour c, const char *text);
