/* elfstrip, writing: what lies between loaded parts becomes zeroes, what lies behind is written anew. */
#include "layer/elfstrip_parts.h"

#include "base/mem.h"

#include <string.h>

/* --- what lies between loaded parts ------------------------------------------------------------ */

/* What must not change, in order: the header (which is written by itself), program headers, the
 * pages of segments, sections that stay, and the section headers. The caller frees. */
static struct span *untouchable(const struct strip *st, size_t *n)
{
	struct span *spans = xcalloc(st->n + st->eh.e_phnum + 3u, sizeof(*spans));
	uint64_t page = page_size(&st->eh);

	*n = 0;
	spans[(*n)++] = (struct span){0, st->eh.e_ehsize};
	spans[(*n)++] = (struct span){st->eh.e_phoff, st->eh.e_phoff + (uint64_t)st->eh.e_phnum *
									       st->eh.e_phentsize};
	for (int i = 0; i < st->eh.e_phnum; i++) {
		GElf_Phdr p;

		if (gelf_getphdr(st->elf, i, &p) && p.p_filesz)
			spans[(*n)++] = pages_of(&p, page);
	}
	for (size_t i = 1; i < st->n; i++)
		if (stays(&st->s[i]) && has_bytes(&st->s[i].h))
			spans[(*n)++] = (struct span){st->s[i].h.sh_offset,
						      st->s[i].h.sh_offset + st->s[i].h.sh_size};
	qsort(spans, *n, sizeof(*spans), strip_by_from);
	return spans;
}

static bool touches(const struct span *spans, size_t n, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < n; i++)
		if (spans[i].from < to && from < spans[i].to)
			return true;
	return false;
}

/* The section headers change: where they are, unless that is loaded too. */
void strip_settle(struct strip *st)
{
	size_t n;
	CLEANUP_FREE struct span *spans = untouchable(st, &n);
	uint64_t size = st->n * st->eh.e_shentsize;

	st->in_place = st->eh.e_shoff + size <= st->fixed &&
		       !touches(spans, n, st->eh.e_shoff, st->eh.e_shoff + size);
}

static void zero(struct strip *st, uint64_t from, uint64_t to)
{
	if (to <= from)
		return;
	memset(st->out->data + from, 0, to - from);
	st->blanked += to - from;
}

static void blank(struct strip *st, const struct section *s, const struct span *spans, size_t n)
{
	uint64_t at = s->h.sh_offset, end = at + s->h.sh_size;

	/* What lies behind what is fixed goes altogether. */
	if (end > st->fixed)
		end = st->fixed;
	for (size_t i = 0; i < n && at < end; i++) {
		zero(st, at, spans[i].from < end ? spans[i].from : end);
		if (spans[i].to > at)
			at = spans[i].to;
	}
	zero(st, at, end);
}

static void blank_all(struct strip *st)
{
	size_t n;
	CLEANUP_FREE struct span *spans = untouchable(st, &n);

	for (size_t i = 1; i < st->n; i++)
		if (st->s[i].fate == BLANK)
			blank(st, &st->s[i], spans, n);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Zeroes up to the alignment, which is a power of two and no larger than a page. */
static bool align(struct strip *st, uint64_t to)
{
	static const char zeroes[4096];

	if (to > sizeof(zeroes) || (to & (to - 1)))
		return false;
	if (to > 1)
		buf_add(st->out, zeroes, (size_t)(-st->out->len & (to - 1)));
	return true;
}

/* The names of what stays, each once. Not when the table serves something else too. */
static void make_names(struct strip *st)
{
	const struct section *names = &st->s[st->names];

	st->rename = names->fate == KEEP_BEHIND;
	for (size_t i = 1; i < st->n; i++)
		if (stays(&st->s[i]) && st->s[i].h.sh_link == st->names)
			st->rename = false;
	if (!st->rename)
		return;
	buf_addch(&st->strings, '\0');
	for (size_t i = 1; i < st->n; i++) {
		if (!stays(&st->s[i]))
			continue;
		st->s[i].new_name = st->strings.len;
		buf_add(&st->strings, st->s[i].name, strlen(st->s[i].name) + 1);
	}
}

static bool write_section(struct strip *st, size_t i)
{
	struct section *s = &st->s[i];

	if (!align(st, s->h.sh_addralign))
		return false;
	if (i == st->names && st->rename) {
		s->h.sh_offset = st->out->len;
		s->h.sh_size = st->strings.len;
		buf_add(st->out, st->strings.data, st->strings.len);
		return true;
	}
	buf_add(st->out, st->data + s->h.sh_offset, s->h.sh_size);
	s->h.sh_offset = st->out->len - s->h.sh_size;
	return true;
}

/* One native structure in the file's byte order. */
static bool to_file(const struct strip *st, void *to, Elf_Type type, void *from, size_t size)
{
	Elf_Data src = {.d_buf = from, .d_type = type, .d_size = size, .d_version = EV_CURRENT};
	Elf_Data dst = {.d_buf = to, .d_type = type, .d_size = size, .d_version = EV_CURRENT};
	unsigned order = st->eh.e_ident[EI_DATA];

	return st->eh.e_ident[EI_CLASS] == ELFCLASS32 ? elf32_xlatetof(&dst, &src, order) != NULL
						      : elf64_xlatetof(&dst, &src, order) != NULL;
}

static bool put_section_header(const struct strip *st, void *to, const GElf_Shdr *h)
{
	Elf64_Shdr wide = *h;
	Elf32_Shdr narrow = {
		.sh_name = h->sh_name,
		.sh_type = h->sh_type,
		.sh_flags = (Elf32_Word)h->sh_flags,
		.sh_addr = (Elf32_Addr)h->sh_addr,
		.sh_offset = (Elf32_Off)h->sh_offset,
		.sh_size = (Elf32_Word)h->sh_size,
		.sh_link = h->sh_link,
		.sh_info = h->sh_info,
		.sh_addralign = (Elf32_Word)h->sh_addralign,
		.sh_entsize = (Elf32_Word)h->sh_entsize,
	};

	return st->eh.e_ident[EI_CLASS] == ELFCLASS32
		       ? to_file(st, to, ELF_T_SHDR, &narrow, sizeof(narrow))
		       : to_file(st, to, ELF_T_SHDR, &wide, sizeof(wide));
}

static bool write_headers(struct strip *st)
{
	size_t size = st->eh.e_shentsize, table;
	CLEANUP_FREE unsigned char *headers = xcalloc(st->n_new, size);

	for (size_t i = 0; i < st->n; i++) {
		GElf_Shdr h = st->s[i].h;

		if (!stays(&st->s[i]))
			continue;
		if (st->rename)
			h.sh_name = (GElf_Word)st->s[i].new_name;
		h.sh_link = stays(&st->s[h.sh_link]) ? (GElf_Word)st->s[h.sh_link].number : 0;
		/* An empty section must not point behind the end. */
		if (!(h.sh_flags & SHF_ALLOC) && !has_bytes(&h) && h.sh_offset > st->fixed)
			h.sh_offset = st->fixed;
		if (h.sh_flags & SHF_INFO_LINK && h.sh_info < st->n)
			h.sh_info = (GElf_Word)st->s[h.sh_info].number;
		if (!put_section_header(st, headers + st->s[i].number * size, &h))
			return false;
	}
	if (st->in_place) {
		memset(st->out->data + st->eh.e_shoff, 0, st->n * size);
		memcpy(st->out->data + st->eh.e_shoff, headers, st->n_new * size);
		return true;
	}
	align(st, st->eh.e_ident[EI_CLASS] == ELFCLASS32 ? 4 : 8);
	table = st->out->len;
	buf_add(st->out, headers, st->n_new * size);
	st->eh.e_shoff = table;
	return true;
}

static bool put_header(struct strip *st)
{
	GElf_Ehdr *h = &st->eh;
	Elf32_Ehdr narrow = {
		.e_type = h->e_type,
		.e_machine = h->e_machine,
		.e_version = h->e_version,
		.e_entry = (Elf32_Addr)h->e_entry,
		.e_phoff = (Elf32_Off)h->e_phoff,
		.e_shoff = (Elf32_Off)h->e_shoff,
		.e_flags = h->e_flags,
		.e_ehsize = h->e_ehsize,
		.e_phentsize = h->e_phentsize,
		.e_phnum = h->e_phnum,
		.e_shentsize = h->e_shentsize,
	};

	h->e_shnum = narrow.e_shnum = (GElf_Half)st->n_new;
	h->e_shstrndx = narrow.e_shstrndx = (GElf_Half)st->new_names;
	memcpy(narrow.e_ident, h->e_ident, EI_NIDENT);
	return h->e_ident[EI_CLASS] == ELFCLASS32
		       ? to_file(st, st->out->data, ELF_T_EHDR, &narrow, sizeof(narrow))
		       : to_file(st, st->out->data, ELF_T_EHDR, h, sizeof(*h));
}

bool strip_write(struct strip *st)
{
	buf_add(st->out, st->data, st->fixed);
	blank_all(st);
	make_names(st);
	for (size_t i = 1; i < st->n; i++)
		if (st->s[i].fate == KEEP_BEHIND && !write_section(st, i))
			return false;
	return write_headers(st) && put_header(st);
}
