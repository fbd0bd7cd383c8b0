/* Headers and names of bytecode. */
#include "base/mem.h"
#include "fuzz.h"
#include "layer/pyc.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *path = xstrndup((const char *)data, size);
	struct pyc_name name;
	struct pyc p = {0};
	enum pyc_state state = pyc_probe(data, size, &p);

	if (state == PYC_TIMED || state == PYC_CHECKED || state == PYC_UNCHECKED) {
		unsigned char header[PYC_PROBE];
		struct pyc q = {0};

		CLAIM(size >= PYC_PROBE && p.minor >= 7);
		memcpy(header, data, sizeof(header));
		pyc_set_unchecked(header, pyc_source_hash(p.magic, p.minor, data, size));
		CLAIM(pyc_probe(header, sizeof(header), &q) == PYC_UNCHECKED);
		CLAIM(q.magic == p.magic && q.minor == p.minor);
	}
	if (pyc_name_parse(path, &name)) {
		CLEANUP_FREE char *again = pyc_name_make(name.source, name.tag, name.opt);

		CLAIM(strcmp(again, path) == 0);
		free(name.source);
	}
	return 0;
}
