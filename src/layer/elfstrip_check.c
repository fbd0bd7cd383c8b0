/* elfstrip, checking: the result is read again and compared with what it was made from. */
#include "layer/elfstrip_parts.h"

#include <string.h>

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

bool strip_check(const struct strip *st)
{
	Elf *b = elf_memory(st->out->data, st->out->len);
	GElf_Ehdr x, y;
	bool same = b && gelf_getehdr(st->elf, &x) && gelf_getehdr(b, &y) && same_header(&x, &y) &&
		    same_segments(st, b) && same_sections(st->elf, b);

	elf_end(b);
	return same;
}
