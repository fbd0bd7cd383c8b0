/* Stripping: what is given back holds every loaded byte where it was (64 bit, little-endian files
 * are looked at here without libelf). */
#include "base/buf.h"
#include "fuzz.h"
#include "layer/elfstrip.h"

#include <elf.h>
#include <string.h>

static void check(const uint8_t *data, size_t size, const struct buf *out)
{
	Elf64_Ehdr eh;

	if (size < sizeof(eh) || data[EI_CLASS] != ELFCLASS64 || data[EI_DATA] != ELFDATA2LSB)
		return;
	memcpy(&eh, data, sizeof(eh));
	for (size_t i = 0; i < eh.e_phnum; i++) {
		Elf64_Phdr p, q;
		size_t at = eh.e_phoff + i * sizeof(p), from;

		CLAIM(at + sizeof(p) <= size && at + sizeof(p) <= out->len);
		memcpy(&p, data + at, sizeof(p));
		memcpy(&q, out->data + at, sizeof(q));
		/* The table may lie in the ELF header, whose three fields change. */
		if (at < sizeof(eh))
			return;
		CLAIM(memcmp(&p, &q, sizeof(p)) == 0);
		CLAIM(!p.p_filesz ||
		      (p.p_offset + p.p_filesz <= size && p.p_offset + p.p_filesz <= out->len));
		from = p.p_offset < sizeof(eh) ? sizeof(eh) : p.p_offset;
		if (p.p_type == PT_LOAD && p.p_offset + p.p_filesz > from)
			CLAIM(memcmp(data + from, out->data + from,
				     p.p_offset + p.p_filesz - from) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf out = {0}, again = {0};
	enum strip_reason r;
	/* Aligned as malloc does. */
	void *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	r = elf_strip(copy, size, &out);
	CLAIM(size == 0 || memcmp(copy, data, size) == 0);
	CLAIM((r == STRIP_DONE || r == STRIP_BLANKED) == (out.len > 0));
	if (out.len) {
		check(data, size, &out);
		r = elf_strip(out.data, out.len, &again);
		/* What was stripped is stripped. */
		CLAIM(r != STRIP_DAMAGED && r != STRIP_NOT_ELF && again.len <= out.len);
	}
	free(copy);
	return 0;
}
