#include "base/path.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

char *path_join(const char *base, const char *rel)
{
	size_t n = strlen(base), len = strlen(rel);
	char *path;

	if (rel[0] == '/' || n == 0)
		return xstrdup(rel);
	if (rel[0] == '\0')
		return xstrdup(base);
	path = xmalloc(n + 1 + len + 1);
	memcpy(path, base, n);
	if (base[n - 1] != '/')
		path[n++] = '/';
	memcpy(path + n, rel, len + 1);
	return path;
}

/* Drops the last component of a cleaned path under construction; false when there is none. */
static bool pop_component(struct buf *out, size_t top)
{
	size_t i = out->len;

	if (i <= top)
		return false;
	while (i > top && out->data[i - 1] != '/')
		i--;
	if (strcmp(out->data + i, "..") == 0)
		return false;
	buf_truncate(out, i > top ? i - 1 : top);
	return true;
}

char *path_clean(const char *path)
{
	struct buf out = {0};
	size_t top = path[0] == '/';

	buf_add(&out, "/", top);
	while (*path) {
		size_t n = strcspn(path, "/");
		bool up = n == 2 && path[0] == '.' && path[1] == '.';

		if (up && (pop_component(&out, top) || top)) {
			;
		} else if (n && !(n == 1 && path[0] == '.')) {
			if (out.len > top)
				buf_addch(&out, '/');
			buf_add(&out, path, n);
		}
		path += n + (path[n] == '/');
	}
	if (out.len == 0)
		buf_addch(&out, '.');
	return buf_take(&out);
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup("");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

const char *path_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n && dir[n - 1] == '/')
		n--;
	if (strncmp(path, dir, n) != 0)
		return NULL;
	if (path[n] == '\0')
		return path + n;
	return path[n] == '/' ? path + n + 1 : NULL;
}

bool path_ends(const char *path, const char *suffix)
{
	size_t n = strlen(path), k = strlen(suffix);

	return n > k && memcmp(path + n - k, suffix, k) == 0;
}

/* Length of the UTF-8 sequence that starts at s, 0 when it is not one. */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0x80   ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	if (n > left || s[0] == 0)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

bool path_is_python(const char *exe)
{
	return exe && strncmp(path_base(exe), "python", strlen("python")) == 0;
}

bool utf8_valid(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t n = utf8_sequence((const unsigned char *)s + i, len - i);

		if (!n)
			return false;
		i += n;
	}
	return true;
}
