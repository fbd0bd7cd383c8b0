/* elf - the dynamic section of ELF files (libelf's only room is layer/elf*.c).
 *
 * Files are hostile: whatever libelf cannot make sense of is simply not ELF for us, and the file
 * is then kept or removed like any other.
 */
#pragma once

#include "plan/inventory.h"

/* Facts of the open file, or NULL when it is not ELF or is damaged. The caller frees them with
 * elf_facts_free. An ELF file without a dynamic section has facts without names. */
struct elf_facts *elf_read(int fd);
/* The same of a file in memory; its first ELF_HEAD bytes are enough to know what it is (machine and
 * class, but no names). */
#define ELF_HEAD 64
struct elf_facts *elf_read_memory(const void *data, size_t len);
