#include "test.h"

#include "layer/elf.h"

#include <fcntl.h>
#include <features.h>
#include <string.h>
#include <unistd.h>

static void own_program_needs_this_glibc_at_most(void **state)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct elf_facts *f = elf_read(fd);
	bool libc = false;

	(void)state;
	close(fd);
	assert_non_null(f);
	for (size_t i = 0; i < f->n_needed; i++)
		libc |= strcmp(f->needed[i], "libc.so.6") == 0;
	assert_true(libc);
	assert_int_equal(f->glibc_major, 2);
	assert_in_range(f->glibc_minor, 2, __GLIBC_MINOR__);
	elf_facts_free(f);
}

static void no_elf_has_no_facts(void **state)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_null(elf_read(fd));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_program_needs_this_glibc_at_most),
		cmocka_unit_test(no_elf_has_no_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
