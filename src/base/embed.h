/* embed - a file's bytes inside the program.
 *
 * EMBED(name, "file") at file scope puts the bytes, with a NUL behind them, into read-only data:
 * `name` is the first byte and `name_end` the NUL. The assembler looks the file up along -I; the
 * Makefile names it as a prerequisite of the object, which no compiler does by itself.
 */
#pragma once

#define EMBED(name, file)                                                        \
	__asm__(".pushsection .rodata\n" #name ":\n.incbin \"" file "\"\n" #name \
		"_end:\n.byte 0\n.popsection\n");                                \
	extern const char name[] __attribute__((visibility("hidden")));          \
	extern const char name##_end[] __attribute__((visibility("hidden")))
