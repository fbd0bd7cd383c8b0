#include "trace/calls.h"

#include "trace.h"

#include <asm/unistd.h>
#include <string.h>

#define CALL(name, ...) [__NR_##name] = __VA_ARGS__,

static const struct call native[CALL_NR_MAX] = {
#include "trace/calls.def"
	[__NR_prctl] = {.kind = CALL_MARK, .name_arg = CALL_ARG_NONE},
};

void calls_mark_unknown(struct call table[CALL_NR_MAX])
{
	for (size_t nr = CALL_NR_KNOWN + 1; nr < CALL_NR_MAX; nr++)
		table[nr] = (struct call){.kind = CALL_UNKNOWN, .name_arg = CALL_ARG_NONE};
}

void calls_native(struct call table[CALL_NR_MAX])
{
	memcpy(table, native, sizeof(native));
	calls_mark_unknown(table);
}
