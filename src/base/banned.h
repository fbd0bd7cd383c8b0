/* banned - functions that this code does without, as compile errors. Included before every
 * source (Makefile), after the libc headers that declare them. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets mktemp atoi atol
