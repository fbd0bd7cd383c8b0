/* The import scanner on arbitrary bytes: facts that hold together. */
#include "fuzz.h"
#include "plan/scan.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts f;

	scan_python((const char *)data, size, &(struct scan_options){0}, &f);
	for (size_t i = 0; i < f.n; i++) {
		const struct fact *one = &f.list[i];

		CLAIM(one->name < f.text_len && one->module < f.text_len && one->line);
		CLAIM(strlen(fact_name(&f, one)) + one->name < f.text_len);
	}
	facts_free(&f);
	return 0;
}
