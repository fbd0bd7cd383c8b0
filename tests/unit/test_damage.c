/* Small zips, ELF files and pycs, cut at every byte and with every bit flipped: the readers refuse
 * or read right, in little time and memory. The files are the fuzz targets' seeds. */
#include "test.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "layer/elf.h"
#include "layer/pyc.h"
#include "layer/zipin.h"

#include <dirent.h>
#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Whether the input was accepted; asserts what must hold then. */
typedef bool reader(const char *data, size_t len);

/* --- the readers ------------------------------------------------------------------------------ */

static bool read_zip(const char *data, size_t len)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_INVENTORY struct inventory inv = {0};
	char path[32];
	int fd = memfd_create("zip", MFD_CLOEXEC);
	struct zip *z;
	int r;

	assert_int_equal(write_all(fd, data, len), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	z = zip_open_archive(path, &e);
	close(fd);
	if (!z) {
		assert_true(e.code > 0 && error_text(&e)[0]);
		return false;
	}
	for (size_t i = 0; i < z->dir.n; i++) {
		CLEANUP_BUF struct buf content = {0};
		CLEANUP_ERROR struct error ignored = {0};

		if (zip_item_read(z, i, 1 << 20, &content, &ignored) == 0)
			assert_int_equal(content.len, z->dir.items[i].size);
		else
			assert_true(error_text(&ignored)[0]);
	}
	r = zip_tree_read(z, "/site", "", true, &inv, &e);
	for (size_t i = 0; r == 0 && i < inv.roots[0].n_entries; i++) {
		const char *name = inv.roots[0].entries[i].path;
		CLEANUP_FREE char *clean = path_clean(name);

		assert_string_equal(clean, name);
		assert_true(name[0] != '/' && strcmp(name, "..") != 0);
		assert_true(strncmp(name, "../", 3) != 0);
	}
	return r == 0;
}

static bool read_elf(const char *data, size_t len)
{
	struct elf_facts *f = elf_read_memory(data, len);

	for (size_t i = 0; f && i < f->n_needed; i++)
		assert_true(strlen(f->needed[i]) < len);
	elf_facts_free(f);
	return f;
}

static bool read_pyc(const char *data, size_t len)
{
	struct pyc p = {0};
	enum pyc_state state = pyc_probe(data, len, &p);

	if (state == PYC_DAMAGED || state == PYC_FOREIGN)
		return false;
	assert_true(len >= PYC_PROBE && p.minor >= 7);
	return true;
}

/* --- the damage ------------------------------------------------------------------------------- */

/* How many of the damaged ones were accepted. */
static size_t damage(const char *data, size_t len, reader *read, bool accepts_shorter)
{
	/* A block of its own size: AddressSanitizer sees what is read behind it. */
	CLEANUP_FREE char *copy = xmemdup(data, len);
	size_t accepted = 0;

	for (size_t n = 0; n < len; n++) {
		CLEANUP_FREE char *cut = n ? xmalloc(n) : NULL;
		bool ok;

		if (n)
			memcpy(cut, data, n);
		ok = read(cut ? cut : "", n);
		assert_true(accepts_shorter || !ok);
	}
	for (size_t at = 0; at < len; at++)
		for (int bit = 0; bit < 8; bit++) {
			copy[at] ^= (char)(1 << bit);
			accepted += read(copy, len);
			copy[at] ^= (char)(1 << bit);
		}
	return accepted;
}

/* Every small seed of a target that the reader accepts as it is; the rest is damaged already. */
static void damage_seeds(const char *target, size_t max, reader *read, bool accepts_shorter)
{
	CLEANUP_FREE char *dir = xasprintf("%s/%s", REPLAY_SEEDS, target);
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort), whole = 0;

	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		CLEANUP_FREE char *path = path_join(dir, list[i]->d_name);
		CLEANUP_BUF struct buf data = {0};
		CLEANUP_ERROR struct error e = {0};

		if (list[i]->d_name[0] != '.' && file_read(path, 1 << 20, &data, &e) == 0 &&
		    data.len && data.len <= max && read(data.data, data.len)) {
			size_t accepted = damage(data.data, data.len, read, accepts_shorter);

			assert_true(accepted < 8 * data.len);
			whole++;
		}
		free(list[i]);
	}
	free(list);
	assert_true(whole > 0);
}

static void zips(void **state)
{
	(void)state;
	/* Nothing that was cut is taken for a whole archive. */
	damage_seeds("zip", 420, read_zip, false);
}

static void elves(void **state)
{
	(void)state;
	damage_seeds("elf", 2000, read_elf, true);
}

static void pycs(void **state)
{
	(void)state;
	damage_seeds("pyc", 100, read_pyc, true);
}

/* --- bombs ------------------------------------------------------------------------------------ */

/* 4,096 names that are one and the same string of 4 MB: 16 GB, were they copied. */
static void one_long_name_many_times(void **state)
{
	enum { NAMES = 4096, LONG = 4 << 20 };
	struct {
		Elf64_Ehdr eh;
		Elf64_Shdr sh[3];
		Elf64_Dyn dyn[NAMES];
	} * head;
	CLEANUP_BUF struct buf b = {0};
	CLEANUP_FREE char *name = xmalloc(LONG);
	struct elf_facts *f;

	(void)state;
	head = xcalloc(1, sizeof(*head));
	memcpy(head->eh.e_ident, ELFMAG, SELFMAG);
	head->eh.e_ident[EI_CLASS] = ELFCLASS64;
	head->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	head->eh.e_ident[EI_VERSION] = EV_CURRENT;
	head->eh.e_type = ET_DYN;
	head->eh.e_machine = EM_X86_64;
	head->eh.e_version = EV_CURRENT;
	head->eh.e_shoff = sizeof(head->eh);
	head->eh.e_ehsize = sizeof(head->eh);
	head->eh.e_shentsize = sizeof(head->sh[0]);
	head->eh.e_shnum = 3;
	head->sh[1] = (Elf64_Shdr){.sh_type = SHT_DYNAMIC,
				   .sh_offset = sizeof(head->eh) + sizeof(head->sh),
				   .sh_size = sizeof(head->dyn),
				   .sh_link = 2,
				   .sh_addralign = 8,
				   .sh_entsize = sizeof(head->dyn[0])};
	head->sh[2] = (Elf64_Shdr){.sh_type = SHT_STRTAB,
				   .sh_offset = sizeof(*head),
				   .sh_size = LONG,
				   .sh_addralign = 1};
	for (size_t i = 0; i < NAMES; i++)
		head->dyn[i] =
			(Elf64_Dyn){.d_tag = i & 1 ? DT_RUNPATH : DT_NEEDED, .d_un.d_val = i};
	memset(name, ':', LONG);
	memset(name, 'x', LONG / 2);
	name[LONG - 1] = '\0';
	buf_add(&b, (const char *)head, sizeof(*head));
	buf_add(&b, name, LONG);
	free(head);
	f = elf_read_memory(b.data, b.len);
	assert_non_null(f);
	assert_int_equal(f->n_needed, 0);
	assert_int_equal(f->n_search, 0);
	elf_facts_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zips),
		cmocka_unit_test(elves),
		cmocka_unit_test(pycs),
		cmocka_unit_test(one_long_name_many_times),
	};
#ifndef __SANITIZE_ADDRESS__
	/* AddressSanitizer reserves terabytes of addresses. */
	const struct rlimit limit = {.rlim_cur = 512 << 20, .rlim_max = 512 << 20};

	setrlimit(RLIMIT_AS, &limit);
#endif
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
