/* verify_output - what two runs wrote, compared. */
#pragma once

#include "base/error.h"
#include "view/verify.h"

#define CLEANUP_DIFFERENCE __attribute__((cleanup(difference_free)))

/* Where two files differ first, byte by byte. */
int output_compare(int original, int layer, struct difference *ret, struct error *e);
void difference_free(struct difference *d);
/* The last line of a file that is not blank, shortened; NULL when there is none. */
char *output_last_line(int fd);
