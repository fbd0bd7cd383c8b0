#include "trace/kernel_btf.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define SIZE_MAX_BTF (1u << 28)

struct kernel_btf {
	void *map;
	size_t map_len;
	const char *types, *strings;
	uint32_t types_len, strings_len;
	uint32_t *offsets; /* of type number i, from 1 */
	uint32_t n;        /* the last number */
};

/* --- reading ---------------------------------------------------------------------------------- */

/* Bytes behind struct btf_type; -1 for a kind that is not known. */
static int64_t extra_len(uint32_t info)
{
	int64_t vlen = BTF_INFO_VLEN(info);

	switch (BTF_INFO_KIND(info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * (int64_t)sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * (int64_t)sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return vlen * (int64_t)sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * (int64_t)sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return vlen * (int64_t)sizeof(struct btf_enum64);
	default:
		return -1;
	}
}

static int index_types(struct kernel_btf *k)
{
	size_t cap = 0, n = 1;

	k->offsets = array_grow(NULL, 0, &cap, sizeof(*k->offsets));
	for (uint32_t at = 0; at < k->types_len; n++) {
		struct btf_type t;
		int64_t extra;

		if (k->types_len - at < sizeof(t))
			return -EBADMSG;
		memcpy(&t, k->types + at, sizeof(t));
		extra = extra_len(t.info);
		if (extra < 0)
			return -EOPNOTSUPP;
		if (extra > (int64_t)(k->types_len - at - sizeof(t)))
			return -EBADMSG;
		k->offsets = array_grow(k->offsets, n, &cap, sizeof(*k->offsets));
		k->offsets[n] = at;
		at += (uint32_t)(sizeof(t) + (size_t)extra);
	}
	k->n = (uint32_t)n - 1;
	return 0;
}

static int find_sections(struct kernel_btf *k)
{
	struct btf_header h;
	uint64_t rest;

	if (k->map_len < sizeof(h))
		return -EBADMSG;
	memcpy(&h, k->map, sizeof(h));
	if (h.magic != BTF_MAGIC || h.version != BTF_VERSION || h.hdr_len < sizeof(h) ||
	    h.hdr_len > k->map_len)
		return -EBADMSG;
	rest = k->map_len - h.hdr_len;
	if ((uint64_t)h.type_off + h.type_len > rest || (uint64_t)h.str_off + h.str_len > rest ||
	    h.str_len == 0)
		return -EBADMSG;
	k->types = (const char *)k->map + h.hdr_len + h.type_off;
	k->types_len = h.type_len;
	k->strings = (const char *)k->map + h.hdr_len + h.str_off;
	k->strings_len = h.str_len;
	return k->strings[h.str_len - 1] ? -EBADMSG : index_types(k);
}

/* Newer kernels let it be mapped; the others give it page by page. */
static int map_or_read(int fd, struct kernel_btf *k)
{
	size_t done = 0;
	ssize_t n;

	k->map = mmap(NULL, k->map_len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (k->map != MAP_FAILED)
		return 0;
	k->map = mmap(NULL, k->map_len, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (k->map == MAP_FAILED)
		return -errno;
	while (done < k->map_len) {
		n = read(fd, (char *)k->map + done, k->map_len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EBADMSG;
		done += (size_t)n;
	}
	return 0;
}

int kernel_btf_open(const char *path, struct kernel_btf **ret)
{
	CLEANUP_KERNEL_BTF struct kernel_btf *k = xcalloc(1, sizeof(*k));
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int r;

	k->map = MAP_FAILED;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size <= 0 || st.st_size > SIZE_MAX_BTF)
		return -EBADMSG;
	k->map_len = (size_t)st.st_size;
	r = map_or_read(fd, k);
	if (r == 0)
		r = find_sections(k);
	if (r == 0)
		*ret = TAKE_PTR(k);
	return r;
}

void kernel_btf_free(struct kernel_btf *k)
{
	if (!k)
		return;
	if (k->map != MAP_FAILED)
		munmap(k->map, k->map_len);
	free(k->offsets);
	free(k);
}

void kernel_btf_cleanup(struct kernel_btf **k)
{
	kernel_btf_free(*k);
}

/* --- looking up ------------------------------------------------------------------------------- */

static struct btf_type type_at(const struct kernel_btf *k, uint32_t id)
{
	struct btf_type t;

	memcpy(&t, k->types + k->offsets[id], sizeof(t));
	return t;
}

static const char *name_at(const struct kernel_btf *k, uint32_t offset)
{
	return offset < k->strings_len ? k->strings + offset : "";
}

uint32_t kernel_btf_typedef(const struct kernel_btf *k, const char *name)
{
	for (uint32_t id = 1; id <= k->n; id++) {
		struct btf_type t = type_at(k, id);

		if (BTF_INFO_KIND(t.info) == BTF_KIND_TYPEDEF &&
		    strcmp(name_at(k, t.name_off), name) == 0)
			return id;
	}
	return 0;
}

/* As libbpf's bpf_core_essential_name_len(). */
size_t kernel_btf_essential(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = len; i-- > 4;)
		if (name[i] != '_' && memcmp(name + i - 3, "___", 3) == 0 && name[i - 4] != '_')
			return i - 3;
	return len;
}

/* --- slicing ---------------------------------------------------------------------------------- */

struct slice {
	const struct kernel_btf *k;
	uint32_t *numbers; /* new, by old; 0: not taken */
	uint32_t *taken;   /* old, by new - 1 */
	size_t n, cap;
	struct buf types, strings;
	int failed;
};

/* The new number of an old type, which is taken if it was not yet. */
static uint32_t take(struct slice *s, uint32_t id)
{
	if (id == 0 || s->failed)
		return 0;
	if (id > s->k->n) {
		s->failed = -EBADMSG;
		return 0;
	}
	if (!s->numbers[id]) {
		s->taken = array_grow(s->taken, s->n, &s->cap, sizeof(*s->taken));
		s->taken[s->n++] = id;
		s->numbers[id] = (uint32_t)s->n;
	}
	return s->numbers[id];
}

static uint32_t add_name(struct slice *s, uint32_t offset)
{
	const char *name = name_at(s->k, offset);
	uint32_t at = (uint32_t)s->strings.len;

	if (!name[0])
		return 0;
	buf_add(&s->strings, name, strlen(name) + 1);
	return at;
}

static void add_members(struct slice *s, const char *from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct btf_member m;

		memcpy(&m, from + i * sizeof(m), sizeof(m));
		m.name_off = add_name(s, m.name_off);
		m.type = take(s, m.type);
		buf_add(&s->types, &m, sizeof(m));
	}
}

static void add_array(struct slice *s, const char *from)
{
	struct btf_array a;

	memcpy(&a, from, sizeof(a));
	a.type = take(s, a.type);
	a.index_type = take(s, a.index_type);
	buf_add(&s->types, &a, sizeof(a));
}

/* Both kinds of enumerators begin with the name. */
static void add_enumerators(struct slice *s, const char *from, uint32_t n, size_t size)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t name;

		memcpy(&name, from + i * size, sizeof(name));
		name = add_name(s, name);
		buf_add(&s->types, &name, sizeof(name));
		buf_add(&s->types, from + i * size + sizeof(name), size - sizeof(name));
	}
}

static void add_type(struct slice *s, uint32_t id)
{
	struct btf_type t = type_at(s->k, id);
	const char *from = s->k->types + s->k->offsets[id] + sizeof(t);
	uint32_t vlen = BTF_INFO_VLEN(t.info), kind = BTF_INFO_KIND(t.info);

	t.name_off = add_name(s, t.name_off);
	if (kind == BTF_KIND_PTR)
		t.type = 0;
	else if (kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
		 kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG)
		t.type = take(s, t.type);
	buf_add(&s->types, &t, sizeof(t));
	switch (kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		add_members(s, from, vlen);
		break;
	case BTF_KIND_ARRAY:
		add_array(s, from);
		break;
	case BTF_KIND_ENUM:
		add_enumerators(s, from, vlen, sizeof(struct btf_enum));
		break;
	case BTF_KIND_ENUM64:
		add_enumerators(s, from, vlen, sizeof(struct btf_enum64));
		break;
	case BTF_KIND_INT:
		buf_add(&s->types, from, 4);
		break;
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_DECL_TAG:
		s->failed = -EBADMSG; /* nothing contains one of these */
		break;
	}
}

static bool is_named(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
	       kind == BTF_KIND_ENUM64 || kind == BTF_KIND_TYPEDEF;
}

static void take_wanted(struct slice *s, const struct strmap *wanted)
{
	for (uint32_t id = 1; id <= s->k->n; id++) {
		struct btf_type t = type_at(s->k, id);
		const char *name;

		if (!is_named(BTF_INFO_KIND(t.info)))
			continue;
		name = name_at(s->k, t.name_off);
		if (name[0] && strmap_find(wanted, name, kernel_btf_essential(name)))
			take(s, id);
	}
}

static void finish(const struct slice *s, struct buf *ret)
{
	struct btf_header h = {.magic = BTF_MAGIC,
			       .version = BTF_VERSION,
			       .hdr_len = sizeof(h),
			       .type_len = (uint32_t)s->types.len,
			       .str_off = (uint32_t)s->types.len,
			       .str_len = (uint32_t)s->strings.len};

	buf_reserve(ret, sizeof(h) + s->types.len + s->strings.len);
	buf_add(ret, &h, sizeof(h));
	buf_add(ret, s->types.data, s->types.len);
	buf_add(ret, s->strings.data, s->strings.len);
}

int kernel_btf_slice(const struct kernel_btf *k, const struct strmap *wanted, struct buf *ret)
{
	struct slice s = {.k = k, .numbers = xcalloc(k->n + 1, sizeof(*s.numbers))};

	buf_add(&s.strings, "", 1);
	take_wanted(&s, wanted);
	for (size_t i = 0; i < s.n && !s.failed; i++)
		add_type(&s, s.taken[i]);
	if (!s.failed)
		finish(&s, ret);
	free(s.numbers);
	free(s.taken);
	buf_free(&s.types);
	buf_free(&s.strings);
	return s.failed;
}
