/* A baseline: what is read is written and read the same. */
#include "fuzz.h"
#include "plan/baseline.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BASELINE struct baseline b = {0}, c = {0};
	CLEANUP_BUF struct buf text = {0}, again = {0};

	if (baseline_parse((const char *)data, size, &b, &e) < 0) {
		CLAIM(e.code && !b.figures.packages);
		return 0;
	}
	baseline_format(&b.settings, &b.figures, &text);
	CLAIM(baseline_parse(text.data, text.len, &c, &e) == 0);
	baseline_format(&c.settings, &c.figures, &again);
	CLAIM(text.len == again.len && memcmp(text.data, again.data, text.len) == 0);
	return 0;
}
