/* fuzz - what the fuzz targets have in common.
 *
 * A target is LLVMFuzzerTestOneInput in fuzz_NAME.c: arbitrary bytes in, no crash, no leak, bounded
 * time and memory, and what it says about its result holds. The same file is linked with libFuzzer
 * (make fuzz) and with replay.c, which runs every seed and every find as a test (make test).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is claimed of a result, in every build. */
#define CLAIM(what)              \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

/* A file without a name that holds the input, and its path under /proc. The caller closes it. */
int fuzz_file(const uint8_t *data, size_t size, char path[32]);

/* The input's part `k` of several that a line "%%" parts; the last one goes to the end. "" and 0
 * when there are not as many. */
const char *fuzz_part(const uint8_t *data, size_t size, size_t k, size_t *len);
