/* elfstrip - shared libraries and programs without what nothing loads.
 *
 * The file's beginning, up to the last byte that a segment, a header or a SHF_ALLOC section
 * covers, stays where it is, byte for byte, but for e_shoff, e_shnum and e_shstrndx of the ELF
 * header. Behind it symbol tables, debug sections, notes and comments go, and what else is there
 * stays. So no loaded byte moves: that is what GNU strip gets wrong with files that patchelf has
 * been at. Section numbers that other sections may refer to (st_shndx of .dynsym) do not change.
 *
 * In doubt nothing is done: not ELF, an object or core file, an archive, damaged, bytes that no
 * header accounts for (a zip or a script behind the end), another layout than was expected. The
 * result is read again and every segment compared, in whole pages, before it is given back.
 *
 * patchelf puts a new segment behind everything, so that symbols lie in front of the last loaded
 * byte and cannot go. They are overwritten with zeroes then, where no page of a segment covers
 * them: the zip shrinks, the size stays, or grows by new section headers where those are loaded.
 *
 * Source: the System V gABI; 32 and 64 bit, both byte orders.
 */
#pragma once

#include "base/buf.h"

#include <stddef.h>

/* Why a file is left as it is. */
enum strip_reason {
	STRIP_DONE,
	STRIP_BLANKED, /* no smaller, with zeroes in the place of symbols */
	STRIP_NOT_ELF,
	STRIP_ARCHIVE,  /* ar: every symbol table in it is for the linker */
	STRIP_TYPE,     /* neither ET_DYN nor ET_EXEC */
	STRIP_NOTHING,  /* nothing behind the last loaded byte that could go */
	STRIP_DAMAGED,  /* truncated, or headers that contradict themselves */
	STRIP_APPENDED, /* bytes that no section accounts for */
	STRIP_UNUSUAL,  /* more or other sections than are understood */
	STRIP_CHECK,    /* the result did not compare equal */
	STRIP_REASONS,
};
extern const char *const strip_reason_names[STRIP_REASONS];

/* Puts the stripped file in `ret` (emptied first) when the answer is STRIP_DONE or STRIP_BLANKED;
 * else `ret` is empty. `data` must be aligned as malloc does. */
enum strip_reason elf_strip(const void *data, size_t len, struct buf *ret);
