#include "base/digest.h"

#include "base/buf.h"

#include <openssl/sha.h>

char *sha256_hex(const void *data, size_t len)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct buf out = {0};

	SHA256(data, len, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		buf_addf(&out, "%02x", digest[i]);
	return buf_take(&out);
}
