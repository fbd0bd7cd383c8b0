#include "layer/elfstrip.h"

#include "base/mem.h"

#include <ar.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

const char *const strip_reason_names[STRIP_REASONS] = {
	[STRIP_DONE] = "stripped",
	[STRIP_BLANKED] = "symbols between loaded parts: zeroes now",
	[STRIP_NOT_ELF] = "not ELF",
	[STRIP_ARCHIVE] = "an archive",
	[STRIP_TYPE] = "neither a library nor a program",
	[STRIP_NOTHING] = "nothing to strip behind the last loaded byte",
	[STRIP_DAMAGED] = "truncated or damaged",
	[STRIP_APPENDED] = "data that no section accounts for",
	[STRIP_UNUSUAL] = "an unusual layout",
	[STRIP_CHECK] = "the result did not compare equal",
};

/* From here on section numbers have escapes (SHN_LORESERVE). */
#define SECTIONS_MAX 0xff00

enum fate {
	KEEP_IN_PLACE,
	KEEP_BEHIND,
	BLANK, /* its bytes, in front of the last loaded one, become zeroes */
	DROP,
};

struct span {
	uint64_t from, to;
};

struct section {
	GElf_Shdr h;
	const char *name;
	enum fate fate;
	size_t number;     /* in the new file */
	uint64_t new_name; /* in the new string table */
};

struct strip {
	Elf *elf;
	const unsigned char *data;
	size_t len;
	GElf_Ehdr eh;
	size_t n, names; /* sections, and which of them holds their names */
	struct section *s;
	size_t n_new, new_names;
	uint64_t fixed; /* [0, fixed) stays in its place */
	bool rename;    /* the names' section is made anew */
	bool in_place;  /* so are the section headers, but where they were */
	uint64_t blanked;
	struct buf strings, *out;
};

static bool add_overflows(uint64_t a, uint64_t b, uint64_t *sum)
{
	return __builtin_add_overflow(a, b, sum);
}

static bool has_bytes(const GElf_Shdr *h)
{
	return h->sh_type != SHT_NOBITS && h->sh_type != SHT_NULL && h->sh_size;
}

/* --- reading ---------------------------------------------------------------------------------- */

static enum strip_reason read_header(struct strip *st)
{
	size_t phnum;

	if (elf_kind(st->elf) != ELF_K_ELF || !gelf_getehdr(st->elf, &st->eh))
		return STRIP_DAMAGED;
	if (st->eh.e_type != ET_DYN && st->eh.e_type != ET_EXEC)
		return STRIP_TYPE;
	if (st->eh.e_shoff == 0)
		return STRIP_NOTHING;
	if (st->eh.e_shoff > st->len ||
	    (size_t)st->eh.e_shnum * st->eh.e_shentsize > st->len - (size_t)st->eh.e_shoff)
		return STRIP_DAMAGED;
	if (elf_getshdrnum(st->elf, &st->n) < 0 || elf_getshdrstrndx(st->elf, &st->names) < 0 ||
	    elf_getphdrnum(st->elf, &phnum) < 0)
		return STRIP_DAMAGED;
	if (st->n == 0 || st->n >= SECTIONS_MAX || st->n != st->eh.e_shnum ||
	    st->names != st->eh.e_shstrndx || phnum != st->eh.e_phnum ||
	    st->eh.e_shentsize != gelf_fsize(st->elf, ELF_T_SHDR, 1, EV_CURRENT) ||
	    (phnum && st->eh.e_phentsize != gelf_fsize(st->elf, ELF_T_PHDR, 1, EV_CURRENT)) ||
	    st->eh.e_ehsize != gelf_fsize(st->elf, ELF_T_EHDR, 1, EV_CURRENT))
		return STRIP_UNUSUAL;
	return st->names && st->names < st->n ? STRIP_DONE : STRIP_UNUSUAL;
}

static enum strip_reason read_sections(struct strip *st)
{
	st->s = xcalloc(st->n, sizeof(*st->s));
	for (size_t i = 0; i < st->n; i++) {
		struct section *s = &st->s[i];
		Elf_Scn *scn = elf_getscn(st->elf, i);
		uint64_t end;

		if (!scn || !gelf_getshdr(scn, &s->h))
			return STRIP_DAMAGED;
		s->name = elf_strptr(st->elf, st->names, s->h.sh_name);
		if (!s->name)
			return STRIP_DAMAGED;
		if (has_bytes(&s->h) &&
		    (add_overflows(s->h.sh_offset, s->h.sh_size, &end) || end > st->len))
			return STRIP_DAMAGED;
		if (s->h.sh_link >= st->n)
			return STRIP_UNUSUAL;
	}
	return st->s[0].h.sh_type == SHT_NULL && st->s[st->names].h.sh_type == SHT_STRTAB
		       ? STRIP_DONE
		       : STRIP_UNUSUAL;
}

static bool cover(struct strip *st, uint64_t offset, uint64_t size)
{
	uint64_t end;

	if (add_overflows(offset, size, &end) || end > st->len)
		return false;
	if (size && end > st->fixed)
		st->fixed = end;
	return true;
}

/* The end of what is loaded or found by its place. */
static enum strip_reason find_fixed(struct strip *st)
{
	st->fixed = st->eh.e_ehsize;
	if (!cover(st, st->eh.e_phoff, (uint64_t)st->eh.e_phnum * st->eh.e_phentsize))
		return STRIP_DAMAGED;
	for (int i = 0; i < st->eh.e_phnum; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(st->elf, i, &p) || !cover(st, p.p_offset, p.p_filesz))
			return STRIP_DAMAGED;
	}
	for (size_t i = 1; i < st->n; i++)
		if ((st->s[i].h.sh_flags & SHF_ALLOC) && has_bytes(&st->s[i].h) &&
		    !cover(st, st->s[i].h.sh_offset, st->s[i].h.sh_size))
			return STRIP_DAMAGED;
	return STRIP_DONE;
}

/* --- deciding --------------------------------------------------------------------------------- */

static bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* For debuggers and linkers alone. Probes (.note.stapsdt) and the way to separate debug files
 * (.gnu_debuglink) are for those who look at a running program: they stay, and are small. */
static bool may_go(const struct section *s)
{
	static const char *const prefixes[] = {".debug",        ".zdebug",
					       ".stab",         ".gnu.build.attributes",
					       ".gnu.debuglto", ".gnu_debugdata"};
	static const char *const names[] = {".comment", ".gdb_index", ".line", ".gnu.lto_.opts"};

	if (s->h.sh_flags & SHF_ALLOC)
		return false;
	if (s->h.sh_type == SHT_SYMTAB || s->h.sh_type == SHT_SYMTAB_SHNDX ||
	    s->h.sh_type == SHT_REL || s->h.sh_type == SHT_RELA)
		return true;
	if (s->h.sh_type == SHT_NOTE)
		return strcmp(s->name, ".note.stapsdt") != 0;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (starts_with(s->name, prefixes[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(s->name, names[i]) == 0)
			return true;
	/* The strings of a symbol table: kept again if what refers to them is. */
	return s->h.sh_type == SHT_STRTAB && strcmp(s->name, ".strtab") == 0;
}

static enum fate fate_when_kept(const struct strip *st, const struct section *s)
{
	return has_bytes(&s->h) && s->h.sh_offset >= st->fixed ? KEEP_BEHIND : KEEP_IN_PLACE;
}

static bool stays(const struct section *s)
{
	return s->fate == KEEP_IN_PLACE || s->fate == KEEP_BEHIND;
}

/* Loaded relocations of a static program name the symbol table, but no symbol in it. */
static bool needs_link(const struct section *s, const struct section *to)
{
	bool relocations = s->h.sh_type == SHT_REL || s->h.sh_type == SHT_RELA;

	return !(relocations && (s->h.sh_flags & SHF_ALLOC) && to->h.sh_type == SHT_SYMTAB);
}

/* What a kept section refers to is kept. */
static bool keep_referred(struct strip *st, size_t i)
{
	struct section *to = &st->s[st->s[i].h.sh_link], *info = NULL;
	bool changed = false;

	if ((st->s[i].h.sh_flags & SHF_INFO_LINK) && st->s[i].h.sh_info < st->n)
		info = &st->s[st->s[i].h.sh_info];
	if (to != st->s && !stays(to) && needs_link(&st->s[i], to)) {
		to->fate = fate_when_kept(st, to);
		changed = true;
	}
	if (info && info != st->s && !stays(info)) {
		info->fate = fate_when_kept(st, info);
		changed = true;
	}
	return changed;
}

static void decide(struct strip *st)
{
	bool changed = true;
	uint64_t fixed = st->fixed;

	for (size_t i = 1; i < st->n; i++) {
		struct section *s = &st->s[i];

		s->fate = fate_when_kept(st, s);
		if (may_go(s) && i != st->names)
			s->fate = s->fate == KEEP_BEHIND || !has_bytes(&s->h) ? DROP : BLANK;
	}
	while (changed) {
		changed = false;
		for (size_t i = 1; i < st->n; i++)
			if (stays(&st->s[i]))
				changed |= keep_referred(st, i);
	}
	/* A section that begins before the end of what is fixed is fixed as a whole. What it then
	 * covers of others is there twice, which does no harm. */
	for (size_t i = 1; i < st->n; i++)
		if (st->s[i].fate == KEEP_IN_PLACE && has_bytes(&st->s[i].h) &&
		    st->s[i].h.sh_offset + st->s[i].h.sh_size > fixed)
			fixed = st->s[i].h.sh_offset + st->s[i].h.sh_size;
	st->fixed = fixed;
}

/* Sections up to the last one that a symbol may name keep their numbers. */
static void number(struct strip *st)
{
	size_t last = 0, next;

	for (size_t i = 1; i < st->n; i++) {
		const struct section *s = &st->s[i];

		if (!stays(s))
			continue;
		if (s->h.sh_flags & SHF_ALLOC)
			last = last > i ? last : i;
		if (s->h.sh_type == SHT_SYMTAB || s->h.sh_type == SHT_GROUP)
			last = st->n - 1;
	}
	next = last + 1;
	for (size_t i = 0; i < st->n; i++)
		if (i <= last)
			st->s[i].number = i;
		else if (stays(&st->s[i]))
			st->s[i].number = next++;
	st->n_new = next;
	st->new_names = st->s[st->names].number;
}

static int by_from(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Whether every byte behind what is fixed belongs to a section or the section headers, or is 0. */
static bool accounted_for(const struct strip *st)
{
	CLEANUP_FREE struct span *spans = xcalloc(st->n + 1, sizeof(*spans));
	uint64_t at = st->fixed;
	size_t n = 0;

	spans[n++] = (struct span){st->eh.e_shoff, st->eh.e_shoff + st->n * st->eh.e_shentsize};
	for (size_t i = 1; i < st->n; i++)
		if (has_bytes(&st->s[i].h))
			spans[n++] = (struct span){st->s[i].h.sh_offset,
						   st->s[i].h.sh_offset + st->s[i].h.sh_size};
	spans[n++] = (struct span){st->len, st->len};
	qsort(spans, n, sizeof(*spans), by_from);
	for (size_t i = 0; i < n; i++) {
		for (; at < spans[i].from; at++)
			if (st->data[at])
				return false;
		if (spans[i].to > at)
			at = spans[i].to;
	}
	return true;
}

/* --- what lies between loaded parts ------------------------------------------------------------ */

/* The loader maps whole pages. */
static uint64_t page_size(const GElf_Ehdr *eh)
{
	return eh->e_machine == EM_X86_64 || eh->e_machine == EM_386 ? 4096 : 65536;
}

static struct span pages_of(const GElf_Phdr *p, uint64_t page)
{
	return (struct span){p->p_offset & ~(page - 1),
			     (p->p_offset + p->p_filesz + page - 1) & ~(page - 1)};
}

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
	qsort(spans, *n, sizeof(*spans), by_from);
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
static void settle_blanks(struct strip *st)
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

static bool write_all_parts(struct strip *st)
{
	buf_add(st->out, st->data, st->fixed);
	blank_all(st);
	make_names(st);
	for (size_t i = 1; i < st->n; i++)
		if (st->s[i].fate == KEEP_BEHIND && !write_section(st, i))
			return false;
	return write_headers(st) && put_header(st);
}

/* --- checking --------------------------------------------------------------------------------- */

/* e_shoff, e_shnum and e_shstrndx may differ, nothing else. */
static bool same_header(const GElf_Ehdr *a, const GElf_Ehdr *b)
{
	GElf_Ehdr x = *a, y = *b;

	x.e_shoff = y.e_shoff = 0;
	x.e_shnum = y.e_shnum = 0;
	x.e_shstrndx = y.e_shstrndx = 0;
	return memcmp(&x, &y, sizeof(x)) == 0;
}

static bool same_segments(const struct strip *st, Elf *b)
{
	const char *da = (const char *)st->data, *db = st->out->data;
	Elf *a = st->elf;
	size_t na, nb;
	GElf_Ehdr eh;

	if (elf_getphdrnum(a, &na) < 0 || elf_getphdrnum(b, &nb) < 0 || na != nb ||
	    !gelf_getehdr(a, &eh))
		return false;
	for (size_t i = 0; i < na; i++) {
		GElf_Phdr p, q;
		struct span pages;

		if (!gelf_getphdr(a, (int)i, &p) || !gelf_getphdr(b, (int)i, &q) ||
		    memcmp(&p, &q, sizeof(p)) != 0)
			return false;
		if (!p.p_filesz)
			continue;
		if (p.p_offset + p.p_filesz > st->out->len)
			return false;
		pages = pages_of(&p, page_size(&eh));
		/* What lies behind the last loaded byte goes also where its page does not end. */
		if (pages.to > st->fixed)
			pages.to = st->fixed;
		if (pages.from < eh.e_ehsize)
			pages.from = eh.e_ehsize;
		if (pages.to > pages.from &&
		    memcmp(da + pages.from, db + pages.from, pages.to - pages.from) != 0)
			return false;
	}
	return true;
}

/* Each loaded section has its number, name, place and links as before. */
static bool same_sections(Elf *a, Elf *b)
{
	size_t n, names_a, names_b;

	if (elf_getshdrnum(a, &n) < 0 || elf_getshdrstrndx(a, &names_a) < 0 ||
	    elf_getshdrstrndx(b, &names_b) < 0)
		return false;
	for (size_t i = 1; i < n; i++) {
		Elf_Scn *sa = elf_getscn(a, i), *sb = elf_getscn(b, i);
		const char *name_a, *name_b;
		GElf_Shdr x, y;

		if (!sa || !gelf_getshdr(sa, &x))
			return false;
		if (!(x.sh_flags & SHF_ALLOC))
			continue;
		if (!sb || !gelf_getshdr(sb, &y))
			return false;
		name_a = elf_strptr(a, names_a, x.sh_name);
		name_b = elf_strptr(b, names_b, y.sh_name);
		y.sh_name = x.sh_name;
		if (x.sh_type == SHT_REL || x.sh_type == SHT_RELA)
			y.sh_link = x.sh_link;
		if (!name_a || !name_b || strcmp(name_a, name_b) != 0 ||
		    memcmp(&x, &y, sizeof(x)) != 0)
			return false;
	}
	return true;
}

static bool check(const struct strip *st)
{
	Elf *b = elf_memory(st->out->data, st->out->len);
	GElf_Ehdr x, y;
	bool same = b && gelf_getehdr(st->elf, &x) && gelf_getehdr(b, &y) && same_header(&x, &y) &&
		    same_segments(st, b) && same_sections(st->elf, b);

	elf_end(b);
	return same;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* New section headers behind the end must pay by what becomes zeroes. */
static bool worthwhile(const struct strip *st)
{
	return st->out->len < st->len || st->blanked / 8 > st->out->len - st->len;
}

static enum strip_reason strip(struct strip *st)
{
	enum strip_reason r = read_header(st);
	bool any = false;

	if (r == STRIP_DONE)
		r = read_sections(st);
	if (r == STRIP_DONE)
		r = find_fixed(st);
	if (r != STRIP_DONE)
		return r;
	decide(st);
	settle_blanks(st);
	for (size_t i = 1; i < st->n; i++)
		any |= !stays(&st->s[i]) && has_bytes(&st->s[i].h);
	if (!any)
		return STRIP_NOTHING;
	if (!accounted_for(st))
		return STRIP_APPENDED;
	number(st);
	if (!write_all_parts(st))
		return STRIP_UNUSUAL;
	if (!worthwhile(st))
		return STRIP_NOTHING;
	if (!check(st))
		return STRIP_CHECK;
	return st->out->len < st->len ? STRIP_DONE : STRIP_BLANKED;
}

enum strip_reason elf_strip(const void *data, size_t len, struct buf *ret)
{
	struct strip st = {.data = data, .len = len, .out = ret};
	enum strip_reason r;

	buf_truncate(ret, 0);
	if (len >= SARMAG && memcmp(data, ARMAG, SARMAG) == 0)
		return STRIP_ARCHIVE;
	if (len < EI_NIDENT || memcmp(data, ELFMAG, SELFMAG) != 0)
		return STRIP_NOT_ELF;
	elf_version(EV_CURRENT);
	/* libelf does not write to the image of a file that is only read. */
	st.elf = elf_memory((char *)data, len);
	if (!st.elf)
		return STRIP_DAMAGED;
	r = strip(&st);
	if (r != STRIP_DONE && r != STRIP_BLANKED)
		buf_truncate(ret, 0);
	elf_end(st.elf);
	buf_free(&st.strings);
	free(st.s);
	return r;
}
