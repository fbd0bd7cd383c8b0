/* elfstrip's parts: what it knows of a file, for deciding, writing and checking. */
#pragma once

#include "layer/elfstrip.h"

#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>

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

static inline bool has_bytes(const GElf_Shdr *h)
{
	return h->sh_type != SHT_NOBITS && h->sh_type != SHT_NULL && h->sh_size;
}

static inline bool stays(const struct section *s)
{
	return s->fate == KEEP_IN_PLACE || s->fate == KEEP_BEHIND;
}

/* The loader maps whole pages. */
static inline uint64_t page_size(const GElf_Ehdr *eh)
{
	return eh->e_machine == EM_X86_64 || eh->e_machine == EM_386 ? 4096 : 65536;
}

static inline struct span pages_of(const GElf_Phdr *p, uint64_t page)
{
	return (struct span){p->p_offset & ~(page - 1),
			     (p->p_offset + p->p_filesz + page - 1) & ~(page - 1)};
}

/* For qsort: spans in the order of their beginnings. */
int strip_by_from(const void *a, const void *b);

/* elfstrip_write.c: whether section headers can be written where they are, given what becomes
 * zeroes; and the new file into st->out. */
void strip_settle(struct strip *st);
bool strip_write(struct strip *st);
/* elfstrip_check.c: whether the new file loads as the old one does. */
bool strip_check(const struct strip *st);
