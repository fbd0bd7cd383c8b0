/* The built-in rules: share/importtrace/rules as it was when the program was built, so that they
 * are there wherever the program is. */
#include "plan/rules.h"

#include <stddef.h>

__asm__(".pushsection .rodata\n"
	".global rules_builtin_text\n"
	"rules_builtin_text:\n"
	".incbin \"" RULES_BUILTIN "\"\n"
	".global rules_builtin_end\n"
	"rules_builtin_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char rules_builtin_text[], rules_builtin_end[];

int rules_builtin(struct rules *ret, struct error *e)
{
	return rules_parse(rules_builtin_text, (size_t)(rules_builtin_end - rules_builtin_text),
			   "the built-in rules", ret, e);
}
