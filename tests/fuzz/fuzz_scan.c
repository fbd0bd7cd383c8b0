/* The import scanner on arbitrary bytes: no crash, and facts that hold together. */
#include "plan/scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts f;

	scan_python((const char *)data, size, &(struct scan_options){0}, &f);
	for (size_t i = 0; i < f.n; i++) {
		const struct fact *one = &f.list[i];

		if (one->name >= f.text_len || one->module >= f.text_len || !one->line ||
		    strlen(fact_name(&f, one)) + one->name >= f.text_len)
			abort();
	}
	facts_free(&f);
	return 0;
}
