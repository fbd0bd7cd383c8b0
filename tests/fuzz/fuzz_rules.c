/* A rules file and its patterns; the part behind "%%" is a path that they are held against. */
#include "base/error.h"
#include "base/mem.h"
#include "fuzz.h"
#include "plan/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_RULES struct rules rs = {0};
	size_t len, path_len;
	const char *text = fuzz_part(data, size, 0, &len);
	const char *last = fuzz_part(data, size, 1, &path_len);
	CLEANUP_FREE char *path = xstrndup(last, path_len);
	CLEANUP_FREE bool *on = NULL;
	size_t at;

	if (rules_parse(text, len, "rules", &rs, &e) < 0) {
		CLAIM(e.code && !rs.list);
		return 0;
	}
	on = xcalloc(rs.n_sections + 1, sizeof(*on));
	for (size_t k = 0; k < rs.n_sections; k++)
		on[k] = true;
	for (int dir = 0; dir < 2; dir++) {
		at = rules_match(&rs, path, dir, on);
		CLAIM(at == RULES_NONE || at < rs.n);
	}
	return 0;
}
