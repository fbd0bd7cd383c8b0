/* trace.json: what is read is written and read the same. */
#include "base/error.h"
#include "fuzz.h"
#include "trace/tracefile.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf text = {0}, again = {0};
	struct trace t, u;

	if (trace_parse((const char *)data, size, &t, &e) < 0) {
		CLAIM(e.code);
		return 0;
	}
	trace_format(&t, &text);
	CLAIM(trace_parse(text.data, text.len, &u, &e) == 0);
	trace_format(&u, &again);
	CLAIM(text.len == again.len && memcmp(text.data, again.data, text.len) == 0);
	for (size_t i = 0; i < t.n_files; i++)
		CLAIM(trace_find(&t, t.files[i].path));
	trace_free(&t);
	trace_free(&u);
	return 0;
}
