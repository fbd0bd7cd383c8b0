/* bytecode - what is known of the *.pyc files of an inventory, as data for the rules. */
#pragma once

#include "plan/inventory.h"

enum bytecode_state {
	BYTECODE_SOUND,   /* hash-based, of this source (or its source was not compared) */
	BYTECODE_TIMED,   /* valid while the source has this size and time */
	BYTECODE_OTHER,   /* hash-based, of another source */
	BYTECODE_DAMAGED, /* cut short, or no bytecode at all */
	BYTECODE_FOREIGN, /* of another implementation than CPython 3.7 and newer */
};

struct bytecode {
	size_t root, entry;
	enum bytecode_state state;
	uint32_t mtime, size; /* of BYTECODE_TIMED */
};

struct bytecodes {
	struct bytecode *list; /* by root and entry */
	size_t n, cap;
};
