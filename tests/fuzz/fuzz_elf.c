/* The dynamic section, from memory and from a file. */
#include "base/mem.h"
#include "fuzz.h"
#include "layer/elf.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[32];
	CLEANUP_CLOSE int fd = fuzz_file(data, size, path);
	struct elf_facts *a = elf_read_memory(data, size), *b = elf_read(fd);

	CLAIM(!a == !b);
	if (a) {
		CLAIM(a->n_needed == b->n_needed && a->n_search == b->n_search);
		for (size_t i = 0; i < a->n_needed; i++)
			CLAIM(strcmp(a->needed[i], b->needed[i]) == 0);
	}
	elf_facts_free(a);
	elf_facts_free(b);
	return 0;
}
