#include "layer/elf.h"

#include "base/mem.h"

#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* More entries than any real file has; bounds the work on a hostile one. */
#define DYN_MAX      4096
#define VERSIONS_MAX 4096
#define SEARCH_MAX   4096
/* Many entries may name one and the same long string. */
#define NAME_BYTES_MAX 4096

static void add(char ***list, size_t *n, char *s)
{
	*list = xreallocarray(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = s;
}

static void add_search(struct elf_facts *f, const char *paths)
{
	while (*paths && f->n_search < SEARCH_MAX) {
		size_t n = strcspn(paths, ":");

		if (n)
			add(&f->search, &f->n_search, xstrndup(paths, n));
		paths += n + (paths[n] == ':');
	}
}

static void add_dynamic(struct elf_facts *f, Elf *elf, size_t strings, const GElf_Dyn *dyn)
{
	const char *s;

	if (dyn->d_tag != DT_NEEDED && dyn->d_tag != DT_SONAME && dyn->d_tag != DT_RPATH &&
	    dyn->d_tag != DT_RUNPATH)
		return;
	s = elf_strptr(elf, strings, dyn->d_un.d_val);
	/* No name or list of directories is so long: it would be no path. */
	if (!s || strnlen(s, NAME_BYTES_MAX + 1) > NAME_BYTES_MAX)
		return;
	if (dyn->d_tag == DT_NEEDED)
		add(&f->needed, &f->n_needed, xstrdup(s));
	else if (dyn->d_tag != DT_SONAME)
		add_search(f, s);
	else if (!f->soname)
		f->soname = xstrdup(s);
}

static void read_dynamic(struct elf_facts *f, Elf *elf)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while ((scn = elf_nextscn(elf, scn))) {
		Elf_Data *data;
		GElf_Dyn dyn;

		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_DYNAMIC)
			continue;
		data = elf_getdata(scn, NULL);
		for (int i = 0; data && i < DYN_MAX && gelf_getdyn(data, i, &dyn); i++) {
			if (dyn.d_tag == DT_NULL)
				break;
			add_dynamic(f, elf, shdr.sh_link, &dyn);
		}
		return;
	}
}

/* "GLIBC_2.34" raises what the file needs; GLIBC_PRIVATE and the rest do not. */
static void add_version(struct elf_facts *f, const char *name)
{
	unsigned major, minor = 0;

	if (!name || sscanf(name, "GLIBC_%u.%u", &major, &minor) < 1 || major > UINT16_MAX ||
	    minor > UINT16_MAX)
		return;
	if (major < f->glibc_major || (major == f->glibc_major && minor <= f->glibc_minor))
		return;
	f->glibc_major = (uint16_t)major;
	f->glibc_minor = (uint16_t)minor;
}

/* One needed file's versions: a chain of offsets, bounded and only forward. */
static void read_vernaux(struct elf_facts *f, Elf *elf, Elf_Data *data, size_t strings, size_t at,
			 int *left)
{
	GElf_Vernaux aux;

	while ((*left)-- > 0 && at < data->d_size) {
		if (!gelf_getvernaux(data, (int)at, &aux))
			return;
		add_version(f, elf_strptr(elf, strings, aux.vna_name));
		if (!aux.vna_next)
			return;
		at += aux.vna_next;
	}
}

/* The versions of symbols that the file needs (gABI's GNU extension, LSB "Symbol Versioning"). */
static void read_versions(struct elf_facts *f, Elf *elf)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while ((scn = elf_nextscn(elf, scn))) {
		Elf_Data *data;
		GElf_Verneed need;
		size_t at = 0;
		int left = VERSIONS_MAX;

		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_GNU_verneed)
			continue;
		data = elf_getdata(scn, NULL);
		while (data && left-- > 0 && at < data->d_size) {
			if (!gelf_getverneed(data, (int)at, &need))
				return;
			read_vernaux(f, elf, data, shdr.sh_link, at + need.vn_aux, &left);
			if (!need.vn_next)
				return;
			at += need.vn_next;
		}
		return;
	}
}

static struct elf_facts *read_facts(Elf *elf)
{
	struct elf_facts *f = NULL;
	GElf_Ehdr ehdr;

	if (elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &ehdr)) {
		f = xcalloc(1, sizeof(*f));
		f->machine = ehdr.e_machine;
		f->class_ = ehdr.e_ident[EI_CLASS];
		read_dynamic(f, elf);
		read_versions(f, elf);
	}
	elf_end(elf);
	return f;
}

struct elf_facts *elf_read(int fd)
{
	char magic[SELFMAG];

	if (pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic) ||
	    memcmp(magic, ELFMAG, SELFMAG) != 0)
		return NULL;
	elf_version(EV_CURRENT);
	return read_facts(elf_begin(fd, ELF_C_READ, NULL));
}

struct elf_facts *elf_read_memory(const void *data, size_t len)
{
	if (len < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
		return NULL;
	elf_version(EV_CURRENT);
	return read_facts(elf_memory((char *)(uintptr_t)data, len));
}
