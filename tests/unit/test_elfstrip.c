/* Stripping on ELF files made here, of both classes and byte orders: what goes, what stays where it
 * is, and what is left alone. tests/e2e/strip.bats does the same with real linkers and wheels. */
#include "test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "layer/elfstrip.h"

#include <ar.h>
#include <elf.h>
#include <stdbool.h>
#include <string.h>

/* --- an ELF writer ---------------------------------------------------------------------------- */

struct elf {
	bool wide, big;
	struct buf b;
};

static void put(struct elf *f, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		buf_addch(&f->b, (char)(v >> 8 * (f->big ? n - 1 - i : i)));
}

static void word(struct elf *f, uint64_t v)
{
	put(f, v, f->wide ? 8 : 4);
}

struct sh {
	const char *name;
	uint32_t type;
	uint64_t flags, offset, size;
	uint32_t link, info;
};

static void put_sh(struct elf *f, const struct sh *s, size_t name)
{
	put(f, name, 4);
	put(f, s->type, 4);
	word(f, s->flags);
	word(f, s->flags & SHF_ALLOC ? s->offset : 0);
	word(f, s->offset);
	word(f, s->size);
	put(f, s->link, 4);
	put(f, s->info, 4);
	word(f, 1);
	word(f, 0);
}

static void put_load(struct elf *f, uint64_t offset, uint64_t size)
{
	put(f, PT_LOAD, 4);
	if (f->wide)
		put(f, PF_R | PF_X, 4);
	word(f, offset);
	word(f, offset);
	word(f, offset);
	word(f, size);
	word(f, size);
	if (!f->wide)
		put(f, PF_R | PF_X, 4);
	word(f, 0x1000);
}

static void pad(struct elf *f, size_t to, char with)
{
	while (f->b.len < to)
		buf_addch(&f->b, with);
}

enum {
	SYMBOLS_LAST = 0,
	LOADED_LAST = 1, /* a second segment behind the symbols, as patchelf makes it */
	DEBUG_FIRST = 2, /* a debug section whose number is below that of a loaded one */
};

#define TEXT     0x100
#define TEXT_END 0x200

/* ELF header and two program headers, then .text; then at `at` comment, debug, symbols, strings;
 * a private section that must stay; names; headers. */
static void make(struct elf *f, int layout, struct sh *s, size_t *n)
{
	uint64_t at = layout & LOADED_LAST ? 0x20000 : 0x234, last = 0x50000;
	static const char names[] = "\0.text\0.comment\0.debug_info\0.symtab\0.strtab\0.mine\0"
				    ".shstrtab\0.last";
	struct sh list[] = {
		{"", SHT_NULL, 0, 0, 0, 0, 0},
		{".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, TEXT, TEXT_END - TEXT, 0, 0},
		{".comment", SHT_PROGBITS, SHF_MERGE | SHF_STRINGS, at, 0x40, 0, 0},
		{".debug_info", SHT_PROGBITS, 0, at + 0x40, 0x3000, 0, 0},
		{".symtab", SHT_SYMTAB, 0, at + 0x3040, 0x600, 5, 1},
		{".strtab", SHT_STRTAB, 0, at + 0x3640, 0x300, 0, 0},
		{".mine", SHT_PROGBITS, 0, at + 0x3940, 0x77, 0, 0},
		{".shstrtab", SHT_STRTAB, 0, at + 0x3a00, sizeof(names), 0, 0},
		{".last", SHT_PROGBITS, SHF_ALLOC, last, 0x80, 0, 0},
	};
	size_t count = layout & LOADED_LAST ? 9 : 8, table;

	if (layout & DEBUG_FIRST) {
		struct sh text = list[1];

		list[1] = list[3];
		list[3] = text;
	}
	table = layout & LOADED_LAST ? at + 0x4000 : at + 0x3b00;
	buf_truncate(&f->b, 0);
	buf_add(&f->b, "\177ELF", 4);
	put(f, f->wide ? ELFCLASS64 : ELFCLASS32, 1);
	put(f, f->big ? ELFDATA2MSB : ELFDATA2LSB, 1);
	put(f, EV_CURRENT, 1);
	pad(f, EI_NIDENT, 0);
	put(f, ET_DYN, 2);
	put(f, f->big ? EM_S390 : EM_X86_64, 2);
	put(f, EV_CURRENT, 4);
	word(f, TEXT);
	word(f, f->wide ? 64 : 52);
	word(f, table);
	put(f, 0, 4);
	put(f, f->wide ? 64 : 52, 2);
	put(f, f->wide ? 56 : 32, 2);
	put(f, layout & LOADED_LAST ? 2 : 1, 2);
	put(f, f->wide ? 64 : 40, 2);
	put(f, count, 2);
	put(f, 7, 2);
	put_load(f, 0, TEXT_END);
	if (layout & LOADED_LAST)
		put_load(f, last, 0x80);
	pad(f, TEXT, 0);
	pad(f, TEXT_END, 'T');
	pad(f, at, 0);
	for (size_t i = 1; i <= 6; i++)
		if (list[i].offset >= at) {
			pad(f, list[i].offset, 0);
			pad(f, list[i].offset + list[i].size, (char)('0' + i));
		}
	/* The order in the file is by place, not by number. */
	if (layout & DEBUG_FIRST)
		memset(f->b.data + list[1].offset, '1', list[1].size);
	pad(f, list[7].offset, 0);
	buf_add(&f->b, names, sizeof(names));
	pad(f, table, 0);
	for (size_t i = 0; i < count; i++) {
		const char *p = names;

		for (; strcmp(p, list[i].name) != 0; p += strlen(p) + 1)
			;
		put_sh(f, &list[i], (size_t)(p - names));
	}
	if (layout & LOADED_LAST) {
		pad(f, last, 0);
		pad(f, last + 0x80, 'L');
	}
	memcpy(s, list, count * sizeof(*list));
	*n = count;
}

/* --- looking at the result -------------------------------------------------------------------- */

static uint64_t get(const struct elf *f, const struct buf *b, size_t at, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char)b->data[at + (size_t)(f->big ? i : n - 1 - i)];
	return v;
}

static uint64_t header_field(const struct elf *f, const struct buf *b, size_t wide, size_t narrow,
			     int n)
{
	return get(f, b, f->wide ? wide : narrow, n);
}

/* The section with this name: its number, or 0; offset and size of its bytes. */
static size_t find(const struct elf *f, const struct buf *b, const char *name, uint64_t *offset,
		   uint64_t *size)
{
	int w = f->wide ? 8 : 4;
	uint64_t table = header_field(f, b, 40, 32, w), entry = f->wide ? 64 : 40;
	uint64_t n = header_field(f, b, 60, 48, 2), names = header_field(f, b, 62, 50, 2);
	uint64_t names_at;

	assert_true(table + n * entry <= b->len);
	assert_true(names < n);
	names_at = get(f, b, table + names * entry + (f->wide ? 24 : 16), w);
	for (uint64_t i = 1; i < n; i++) {
		uint64_t at = table + i * entry;

		if (get(f, b, at + 4, 4) == SHT_NULL ||
		    strcmp(b->data + names_at + get(f, b, at, 4), name) != 0)
			continue;
		*offset = get(f, b, at + (f->wide ? 24 : 16), w);
		*size = get(f, b, at + (f->wide ? 32 : 20), w);
		assert_true(*offset + *size <= b->len);
		return i;
	}
	return 0;
}

static void assert_gone(const struct elf *f, const struct buf *b, const char *name)
{
	uint64_t offset, size;

	assert_int_equal(find(f, b, name, &offset, &size), 0);
}

static void assert_bytes(const struct elf *f, const struct buf *b, const char *name, size_t n,
			 char with)
{
	uint64_t offset = 0, size = 0;

	assert_true(find(f, b, name, &offset, &size) != 0);
	assert_int_equal(size, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(b->data[offset + i], with);
}

/* Runs a check for both classes and byte orders. */
static void for_each(void (*check)(struct elf *))
{
	for (int i = 0; i < 4; i++) {
		struct elf f = {.wide = i & 1, .big = i & 2};

		check(&f);
		buf_free(&f.b);
	}
}

/* --- the tests -------------------------------------------------------------------------------- */

static void check_symbols_last(struct elf *f)
{
	CLEANUP_BUF struct buf out = {0};
	struct sh s[9];
	size_t n, header = f->wide ? 64 : 52;

	make(f, SYMBOLS_LAST, s, &n);
	assert_int_equal(elf_strip(f->b.data, f->b.len, &out), STRIP_DONE);
	assert_true(out.len < 0x600);
	assert_memory_equal(out.data + header, f->b.data + header, TEXT_END - header);
	assert_bytes(f, &out, ".text", TEXT_END - TEXT, 'T');
	assert_bytes(f, &out, ".mine", 0x77, '6');
	assert_gone(f, &out, ".symtab");
	assert_gone(f, &out, ".strtab");
	assert_gone(f, &out, ".comment");
	assert_gone(f, &out, ".debug_info");
	/* Once more: nothing is left to do. */
	{
		CLEANUP_BUF struct buf again = {0};

		assert_int_equal(elf_strip(out.data, out.len, &again), STRIP_NOTHING);
		assert_int_equal(again.len, 0);
	}
}

static void what_lies_behind_goes(void **state)
{
	(void)state;
	for_each(check_symbols_last);
}

static void check_loaded_last(struct elf *f)
{
	CLEANUP_BUF struct buf out = {0};
	struct sh s[9];
	size_t n, header = f->wide ? 64 : 52;

	make(f, LOADED_LAST, s, &n);
	assert_int_equal(elf_strip(f->b.data, f->b.len, &out), STRIP_BLANKED);
	assert_int_equal(out.len, f->b.len);
	assert_memory_equal(out.data + header, f->b.data + header, TEXT_END - header);
	assert_bytes(f, &out, ".last", 0x80, 'L');
	assert_bytes(f, &out, ".mine", 0x77, '6');
	assert_gone(f, &out, ".symtab");
	for (size_t i = s[2].offset; i < s[6].offset; i++)
		assert_int_equal(out.data[i], 0);
	assert_int_equal(find(f, &out, ".last", &(uint64_t){0}, &(uint64_t){0}), 8);
}

static void what_lies_between_becomes_zeroes(void **state)
{
	(void)state;
	for_each(check_loaded_last);
}

static void check_numbers(struct elf *f)
{
	CLEANUP_BUF struct buf out = {0};
	struct sh s[9];
	size_t n;

	make(f, DEBUG_FIRST, s, &n);
	assert_int_equal(elf_strip(f->b.data, f->b.len, &out), STRIP_DONE);
	assert_int_equal(find(f, &out, ".text", &(uint64_t){0}, &(uint64_t){0}), 3);
	assert_gone(f, &out, ".debug_info");
	assert_bytes(f, &out, ".mine", 0x77, '6');
}

static void loaded_sections_keep_their_numbers(void **state)
{
	(void)state;
	for_each(check_numbers);
}

static void check_left_alone(struct elf *f)
{
	CLEANUP_BUF struct buf out = {0};
	struct sh s[9];
	size_t n, len;

	/* A zip behind the end, and bytes in a gap. */
	make(f, SYMBOLS_LAST, s, &n);
	buf_addstr(&f->b, "PK");
	assert_int_equal(elf_strip(f->b.data, f->b.len, &out), STRIP_APPENDED);
	make(f, SYMBOLS_LAST, s, &n);
	f->b.data[s[6].offset + s[6].size + 1] = 'x';
	assert_int_equal(elf_strip(f->b.data, f->b.len, &out), STRIP_APPENDED);
	/* An object file. */
	make(f, SYMBOLS_LAST, s, &n);
	f->b.data[f->big ? 17 : 16] = ET_REL;
	assert_int_equal(elf_strip(f->b.data, f->b.len, &out), STRIP_TYPE);
	/* A segment that is not there. */
	make(f, SYMBOLS_LAST, s, &n);
	len = s[5].offset;
	assert_int_equal(elf_strip(f->b.data, len, &out), STRIP_DAMAGED);
	assert_int_equal(out.len, 0);
}

static void in_doubt_nothing_is_done(void **state)
{
	CLEANUP_BUF struct buf out = {0};

	(void)state;
	for_each(check_left_alone);
	assert_int_equal(elf_strip(ARMAG, SARMAG, &out), STRIP_ARCHIVE);
	assert_int_equal(elf_strip("#!/bin/sh\n", 10, &out), STRIP_NOT_ELF);
	assert_int_equal(elf_strip("", 0, &out), STRIP_NOT_ELF);
}

/* What is cut or has a bit flipped is refused or stripped right: in front of the end of .text nothing
 * but the three fields of the header may ever differ. */
static void assert_harmless(const struct elf *f, const char *data, size_t len)
{
	CLEANUP_BUF struct buf out = {0};
	enum strip_reason r = elf_strip(data, len, &out);
	size_t header = f->wide ? 64 : 52;

	if (r != STRIP_DONE && r != STRIP_BLANKED) {
		assert_int_equal(out.len, 0);
		return;
	}
	assert_true(out.len >= TEXT_END);
	/* The header's 3 fields are at 40, 60, 62 (64 bit) and 32, 48, 50. */
	assert_memory_equal(out.data, data, f->wide ? 40 : 32);
	assert_memory_equal(out.data + header, data + header, TEXT - header);
}

static void check_damage(struct elf *f)
{
	struct sh s[9];
	size_t n;

	for (int layout = 0; layout < 3; layout++) {
		CLEANUP_FREE char *copy = NULL;

		make(f, layout, s, &n);
		copy = xmalloc(f->b.len);
		for (size_t len = 0; len < f->b.len; len += len < 0x300 ? 1 : f->b.len / 300)
			assert_harmless(f, f->b.data, len);
		memcpy(copy, f->b.data, f->b.len);
		for (size_t at = 0; at < f->b.len; at += layout == LOADED_LAST ? 5 : 1) {
			if (at >= TEXT && at < f->b.len - 0x400)
				at = f->b.len - 0x400;
			for (int bit = 0; bit < 8; bit++) {
				copy[at] ^= (char)(1 << bit);
				assert_harmless(f, copy, f->b.len);
				copy[at] ^= (char)(1 << bit);
			}
		}
	}
}

static void damage_does_no_harm(void **state)
{
	(void)state;
	for_each(check_damage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lies_behind_goes),
		cmocka_unit_test(what_lies_between_becomes_zeroes),
		cmocka_unit_test(loaded_sections_keep_their_numbers),
		cmocka_unit_test(in_doubt_nothing_is_done),
		cmocka_unit_test(damage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
