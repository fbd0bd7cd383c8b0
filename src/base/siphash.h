/* siphash - SipHash-c-d, the keyed hash that CPython writes into hash-based bytecode.
 *
 * Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012). CPython uses 1-3 from 3.11,
 * 2-4 before (Python/pyhash.c). Input is read bytewise: no alignment is asked for, and the result
 * is the same on every byte order.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(int c_rounds, int d_rounds, uint64_t k0, uint64_t k1, const void *data,
		 size_t len);
