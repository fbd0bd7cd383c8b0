#include "layer/pyc.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/siphash.h"

#include <ctype.h>
#include <string.h>

/* --- headers ---------------------------------------------------------------------------------- */

#define FLAG_HASH  1u
#define FLAG_CHECK 2u

static uint64_t little(const unsigned char *p, int n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

/* The final and the development numbers of each version; from 3.11 on 50 are set aside for each.
 * PEP 552's header came with 3392. */
static int minor_of(uint32_t number)
{
	static const struct {
		uint16_t first, last;
		int minor;
	} old[] = {{3392, 3399, 7}, {3400, 3419, 8}, {3420, 3429, 9}, {3430, 3449, 10}};

	for (size_t i = 0; i < ARRAY_SIZE(old); i++)
		if (number >= old[i].first && number <= old[i].last)
			return old[i].minor;
	return number >= 3450 && number < 2900 + 50 * 100 ? (int)(number - 2900) / 50 : -1;
}

enum pyc_state pyc_probe(const void *data, size_t len, struct pyc *ret)
{
	const unsigned char *p = data;
	struct pyc h;
	uint32_t flags;

	if (len < 4 || p[2] != '\r' || p[3] != '\n')
		return PYC_DAMAGED;
	h.magic = (uint32_t)little(p, 4);
	h.minor = minor_of(h.magic & 0xffff);
	if (h.minor < 0)
		return PYC_FOREIGN;
	/* marshal's code object, with or without FLAG_REF. */
	if (len < PYC_PROBE || (p[PYC_HEADER] & 0x7f) != 'c')
		return PYC_DAMAGED;
	flags = (uint32_t)little(p + 4, 4);
	h.mtime = (uint32_t)little(p + 8, 4);
	h.size = (uint32_t)little(p + 12, 4);
	h.hash = little(p + 8, 8);
	if (flags & ~(FLAG_HASH | FLAG_CHECK))
		return PYC_DAMAGED;
	*ret = h;
	if (!(flags & FLAG_HASH))
		return flags ? PYC_DAMAGED : PYC_TIMED;
	return flags & FLAG_CHECK ? PYC_CHECKED : PYC_UNCHECKED;
}

bool pyc_is_current(const struct pyc *p, uint64_t size, int64_t mtime_ns)
{
	int64_t seconds = mtime_ns / 1000000000, ns = mtime_ns % 1000000000;
	/* os.stat() gives st_mtime as a float, importlib cuts it: near the end of a second that
	 * is the next one. */
	int64_t cut;

	if (ns < 0)
		seconds--, ns += 1000000000;
	cut = (int64_t)((double)seconds + 1e-9 * (double)ns);
	return p->mtime == (uint32_t)cut && p->size == (uint32_t)size;
}

uint64_t pyc_source_hash(uint32_t magic, int minor, const void *source, size_t len)
{
	return minor >= 11 ? siphash(1, 3, magic, 0, source, len)
			   : siphash(2, 4, magic, 0, source, len);
}

void pyc_set_unchecked(unsigned char header[PYC_HEADER], uint64_t hash)
{
	memcpy(header + 4, (unsigned char[]){FLAG_HASH, 0, 0, 0}, 4);
	for (int i = 0; i < 8; i++)
		header[8 + i] = (unsigned char)(hash >> 8 * i);
}

/* --- names ------------------------------------------------------------------------------------ */

#define CACHE "__pycache__/"

static bool take(char to[32], const char *from, size_t n)
{
	if (n == 0 || n >= 32)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

static const char *last_dot(const char *from, const char *end)
{
	while (end > from && end[-1] != '.')
		end--;
	return end > from ? end - 1 : NULL;
}

bool pyc_name_parse(const char *path, struct pyc_name *ret)
{
	const char *base = path_base(path), *end = base + strlen(base), *dot;
	size_t dir = (size_t)(base - path), cache = strlen(CACHE);

	ret->opt[0] = '\0';
	if (dir < cache || memcmp(base - cache, CACHE, cache) != 0 ||
	    (dir > cache && base[-(ptrdiff_t)cache - 1] != '/') || end - base < 5 ||
	    strcmp(end - 4, ".pyc") != 0)
		return false;
	end -= 4;
	dot = last_dot(base, end);
	if (dot && strncmp(dot, ".opt-", 5) == 0) {
		if (!take(ret->opt, dot + 5, (size_t)(end - dot - 5)))
			return false;
		end = dot;
		dot = last_dot(base, end);
	}
	if (!dot || dot == base || !take(ret->tag, dot + 1, (size_t)(end - dot - 1)))
		return false;
	ret->source = xasprintf("%.*s%.*s.py", (int)(dir - cache), path, (int)(dot - base), base);
	return true;
}

char *pyc_name_make(const char *source, const char *tag, const char *opt)
{
	const char *base = path_base(source);

	return xasprintf("%.*s" CACHE "%.*s.%s%s%s.pyc", (int)(base - source), source,
			 (int)strlen(base) - 3, base, tag, opt[0] ? ".opt-" : "", opt);
}

int pyc_tag_minor(const char *tag)
{
	static const char name[] = "cpython-3";
	size_t n = strlen(name), digits;
	int minor = 0;

	if (strncmp(tag, name, n) != 0)
		return -1;
	digits = strlen(tag + n);
	if (digits < 1 || digits > 2)
		return -1;
	for (const char *p = tag + n; *p; p++) {
		if (!isdigit((unsigned char)*p))
			return -1;
		minor = minor * 10 + (*p - '0');
	}
	return minor;
}

int pyc_opt_level(const char *opt)
{
	if (!opt[0])
		return 0;
	return (opt[0] == '1' || opt[0] == '2') && !opt[1] ? opt[0] - '0' : -1;
}
