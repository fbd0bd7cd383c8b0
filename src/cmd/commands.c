#include "cmd/cmd.h"

#include <stddef.h>
#include <string.h>

const struct command *const commands[] = {
	&cmd_record,  &cmd_merge,  &cmd_prune,  &cmd_explain,    &cmd_verify, &cmd_check,
	&cmd_compare, &cmd_report, &cmd_doctor, &cmd_completion, NULL,
};

const struct command *command_find(const char *name)
{
	for (const struct command *const *c = commands; *c; c++)
		if (strcmp(name, (*c)->name) == 0)
			return *c;
	return NULL;
}
