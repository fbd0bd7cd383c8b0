/* digest - SHA-256 as text (libcrypto). */
#pragma once

#include <stddef.h>

#define SHA256_HEX_LEN 64

/* Lower-case hex digits. The caller frees. */
char *sha256_hex(const void *data, size_t len);
