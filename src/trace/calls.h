/* calls - which system calls touch files, as the tables that the kernel side works by. */
#pragma once

#include "event.h"

#include <stdbool.h>

/* Fills the table of this architecture's own calls. */
void calls_native(struct call table[CALL_NR_MAX]);

/* Fills the table of 32-bit (compat) calls; false when this architecture's are not known. */
bool calls_compat(struct call table[CALL_NR_MAX]);

/* Marks the numbers that are newer than this program. */
void calls_mark_unknown(struct call table[CALL_NR_MAX]);
