#include "layer/elfstrip_parts.h"

#include "base/mem.h"

#include <ar.h>
#include <string.h>

/* From here on section numbers have escapes (SHN_LORESERVE). */
#define SECTIONS_MAX 0xff00

const char *const strip_reason_names[STRIP_REASONS] = {
	[STRIP_DONE] = "stripped",
	[STRIP_BLANKED] = "symbols in front of a segment (patchelf): zeroes, only the zip shrinks",
	[STRIP_NOT_ELF] = "not ELF",
	[STRIP_ARCHIVE] = "an archive",
	[STRIP_TYPE] = "neither a library nor a program",
	[STRIP_NOTHING] = "nothing to strip behind the last loaded byte",
	[STRIP_DAMAGED] = "truncated or damaged",
	[STRIP_APPENDED] = "data that no section accounts for",
	[STRIP_UNUSUAL] = "an unusual layout",
	[STRIP_CHECK] = "the result did not compare equal",
};

static bool add_overflows(uint64_t a, uint64_t b, uint64_t *sum)
{
	return __builtin_add_overflow(a, b, sum);
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

int strip_by_from(const void *a, const void *b)
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
	qsort(spans, n, sizeof(*spans), strip_by_from);
	for (size_t i = 0; i < n; i++) {
		for (; at < spans[i].from; at++)
			if (st->data[at])
				return false;
		if (spans[i].to > at)
			at = spans[i].to;
	}
	return true;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* New section headers behind the end must pay by what becomes zeroes. */
static bool worthwhile(const struct strip *st)
{
	return st->out->len < st->len || st->blanked / 8 > st->out->len - st->len;
}

static enum strip_reason read_all(struct strip *st)
{
	enum strip_reason r = read_header(st);

	if (r == STRIP_DONE)
		r = read_sections(st);
	return r == STRIP_DONE ? find_fixed(st) : r;
}

/* Whether the result is understood as the original was. */
static bool reads_again(const struct buf *out)
{
	struct strip again = {.data = (const unsigned char *)out->data, .len = out->len};
	enum strip_reason r = STRIP_DAMAGED;

	again.elf = elf_memory(out->data, out->len);
	if (again.elf)
		r = read_all(&again);
	elf_end(again.elf);
	free(again.s);
	return r == STRIP_DONE;
}

static enum strip_reason strip(struct strip *st)
{
	enum strip_reason r = read_all(st);
	bool any = false;

	if (r != STRIP_DONE)
		return r;
	decide(st);
	strip_settle(st);
	for (size_t i = 1; i < st->n; i++)
		any |= !stays(&st->s[i]) && has_bytes(&st->s[i].h);
	if (!any)
		return STRIP_NOTHING;
	if (!accounted_for(st))
		return STRIP_APPENDED;
	number(st);
	if (!strip_write(st))
		return STRIP_UNUSUAL;
	if (!worthwhile(st))
		return STRIP_NOTHING;
	if (!reads_again(st->out) || !strip_check(st))
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
