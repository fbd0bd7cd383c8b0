/* Two traces merged: the same whichever comes first, and merged again with itself. */
#include "base/error.h"
#include "fuzz.h"
#include "trace/merge.h"
#include "trace/tracefile.h"

#include <stdbool.h>
#include <string.h>

static bool parse_both(const uint8_t *data, size_t size, bool turned, struct trace list[2])
{
	for (size_t k = 0; k < 2; k++) {
		CLEANUP_ERROR struct error e = {0};
		size_t len;
		const char *text = fuzz_part(data, size, turned ? 1 - k : k, &len);

		if (trace_parse(text, len, &list[k], &e) < 0) {
			if (k)
				trace_free(&list[0]);
			return false;
		}
	}
	return true;
}

static bool merge(const uint8_t *data, size_t size, bool turned, struct buf *text)
{
	static const char *const names[] = {"a.json", "b.json"};
	CLEANUP_ERROR struct error e = {0};
	struct trace list[2], all;
	bool merged;

	if (!parse_both(data, size, turned, list))
		return false;
	merged = traces_merge(list, names, 2, NULL, 0, &all, &e) == 0;
	CLAIM(merged || e.code);
	if (merged) {
		trace_format(&all, text);
		trace_free(&all);
	}
	trace_free(&list[0]);
	trace_free(&list[1]);
	return merged;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf a = {0}, b = {0};
	struct trace t;

	if (!merge(data, size, false, &a))
		return 0;
	CLAIM(merge(data, size, true, &b));
	CLAIM(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
	CLAIM(trace_parse(a.data, a.len, &t, &e) == 0);
	trace_free(&t);
	return 0;
}
