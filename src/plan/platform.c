/* platform - what platform tags promise: PEP 513, 571, 599 (manylinux1, 2010, 2014), PEP 600
 * (manylinux_X_Y), PEP 656 (musllinux). */
#include "plan/settings.h"

#include "base/mem.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static const struct machine {
	const char *name;
	uint16_t machine;
	uint8_t class_;
} machines[] = {
	{"x86_64", EM_X86_64, ELFCLASS64}, {"aarch64", EM_AARCH64, ELFCLASS64},
	{"i686", EM_386, ELFCLASS32},      {"armv7l", EM_ARM, ELFCLASS32},
	{"ppc64le", EM_PPC64, ELFCLASS64}, {"s390x", EM_S390, ELFCLASS64},
	{"riscv64", EM_RISCV, ELFCLASS64}, {"arm64", EM_AARCH64, ELFCLASS64},
	{"loongarch64", 258, ELFCLASS64},
};

static bool parse_machine(const char *name, struct platform *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (strcmp(machines[i].name, name) == 0) {
			ret->machine = machines[i].machine;
			ret->class_ = machines[i].class_;
			return true;
		}
	return false;
}

const char *machine_name(uint16_t machine, uint8_t class_)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].machine == machine && machines[i].class_ == class_)
			return machines[i].name;
	return NULL;
}

/* "26_x86_64": a number and the '_' behind it. */
static const char *parse_number(const char *s, unsigned *ret)
{
	char *end = NULL;
	unsigned long n;

	if (!s || s[0] < '0' || s[0] > '9')
		return NULL;
	n = strtoul(s, &end, 10);
	*ret = (unsigned)n;
	return n < 1000 && *end == '_' ? end + 1 : NULL;
}

bool platform_parse(const char *tag, struct platform *ret)
{
	static const struct {
		const char *prefix;
		enum libc_kind libc;
		unsigned major, minor; /* 0: the tag says it */
	} kinds[] = {
		{"manylinux1_", LIBC_GLIBC, 2, 5},     {"manylinux2010_", LIBC_GLIBC, 2, 12},
		{"manylinux2014_", LIBC_GLIBC, 2, 17}, {"manylinux_", LIBC_GLIBC, 0, 0},
		{"musllinux_", LIBC_MUSL, 0, 0},
	};

	*ret = (struct platform){0};
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t n = strlen(kinds[i].prefix);
		const char *rest = tag + n;

		if (strncmp(tag, kinds[i].prefix, n) != 0)
			continue;
		ret->libc = kinds[i].libc;
		ret->major = kinds[i].major;
		ret->minor = kinds[i].minor;
		if (!ret->major)
			rest = parse_number(parse_number(rest, &ret->major), &ret->minor);
		return rest && parse_machine(rest, ret);
	}
	return strncmp(tag, "linux_", 6) == 0 && parse_machine(tag + 6, ret);
}
