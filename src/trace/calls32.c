/* The 32-bit numbers are macros of the same names as the native ones: a source of their own. */
#include "trace/calls.h"

#include "trace.h"

#include <string.h>

#ifdef __x86_64__
#include <asm/unistd_32.h>

#define CALL(name, ...) [__NR_##name] = __VA_ARGS__,

static const struct call compat[CALL_NR_MAX] = {
#include "trace/calls.def"
};

bool calls_compat(struct call table[CALL_NR_MAX])
{
	memcpy(table, compat, sizeof(compat));
	calls_mark_unknown(table);
	return true;
}
#else
bool calls_compat(struct call table[CALL_NR_MAX])
{
	memset(table, 0, CALL_NR_MAX * sizeof(*table));
	return false;
}
#endif
