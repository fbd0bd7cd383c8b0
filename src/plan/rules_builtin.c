/* The built-in rules: share/importtrace/rules as it was when the program was built, so that they
 * are there wherever the program is. */
#include "plan/rules.h"

#include "base/embed.h"

EMBED(rules_builtin_text, RULES_BUILTIN);

int rules_builtin(struct rules *ret, struct error *e)
{
	return rules_parse(rules_builtin_text,
			   (size_t)(rules_builtin_text_end - rules_builtin_text),
			   "share/importtrace/rules", ret, e);
}
