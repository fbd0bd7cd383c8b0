#include "base/siphash.h"

static uint64_t rotl(uint64_t x, int b)
{
	return x << b | x >> (64 - b);
}

/* Up to eight bytes, least significant first. */
static uint64_t word(const unsigned char *p, size_t n)
{
	uint64_t w = 0;

	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)p[i] << 8 * i;
	return w;
}

static void rounds(uint64_t v[4], int n)
{
	while (n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] = rotl(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[2] = rotl(v[2], 32);
	}
}

uint64_t siphash(int c_rounds, int d_rounds, uint64_t k0, uint64_t k1, const void *data, size_t len)
{
	uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
			 k1 ^ 0x7465646279746573};
	const unsigned char *p = data;
	uint64_t last = (uint64_t)len << 56;

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t w = word(p, 8);

		v[3] ^= w;
		rounds(v, c_rounds);
		v[0] ^= w;
	}
	last |= word(p, len);
	v[3] ^= last;
	rounds(v, c_rounds);
	v[0] ^= last;
	v[2] ^= 0xff;
	rounds(v, d_rounds);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
