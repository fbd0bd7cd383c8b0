/* A slice of type information holds what was asked for, as it was; and nothing in it is trusted. */
#include "test.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "trace/kernel_btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KERNEL "/sys/kernel/btf/vmlinux"

static struct strmap names(const char *const *list)
{
	struct strmap m = {0};

	for (; *list; list++)
		strmap_add(&m, *list, strlen(*list), 0, NULL);
	return m;
}

static __u32 same_type(const struct btf *a, __u32 ia, const struct btf *b, __u32 ib);

/* Kind, name and size are the same; so is what is contained, but for what pointers lead to. */
static void same_members(const struct btf *a, const struct btf_type *ta, const struct btf *b,
			 const struct btf_type *tb)
{
	const struct btf_member *ma = btf_members(ta), *mb = btf_members(tb);

	for (__u32 i = 0; i < btf_vlen(ta); i++) {
		assert_string_equal(btf__name_by_offset(a, ma[i].name_off),
				    btf__name_by_offset(b, mb[i].name_off));
		assert_int_equal(ma[i].offset, mb[i].offset);
		same_type(a, ma[i].type, b, mb[i].type);
	}
}

static __u32 same_type(const struct btf *a, __u32 ia, const struct btf *b, __u32 ib)
{
	const struct btf_type *ta = btf__type_by_id(a, ia), *tb = btf__type_by_id(b, ib);

	assert_non_null(ta);
	assert_non_null(tb);
	assert_int_equal(ta->info, tb->info);
	assert_string_equal(btf__name_by_offset(a, ta->name_off),
			    btf__name_by_offset(b, tb->name_off));
	if (btf_is_composite(ta)) {
		assert_int_equal(ta->size, tb->size);
		same_members(a, ta, b, tb);
	} else if (btf_is_array(ta)) {
		assert_int_equal(btf_array(ta)->nelems, btf_array(tb)->nelems);
		same_type(a, btf_array(ta)->type, b, btf_array(tb)->type);
	} else if (btf_is_mod(ta) || btf_is_typedef(ta)) {
		same_type(a, ta->type, b, tb->type);
	} else if (!btf_is_ptr(ta)) {
		assert_int_equal(ta->size, tb->size);
	}
	return ib;
}

static void of_this_kernel(void **state)
{
	static const char *const list[] = {"task_struct", "dentry", "file", "mount", NULL};
	CLEANUP_KERNEL_BTF struct kernel_btf *k = NULL;
	CLEANUP_STRMAP struct strmap wanted = names(list);
	CLEANUP_BUF struct buf out = {0};
	struct btf *all, *slice;
	__s32 id;

	(void)state;
	if (access(KERNEL, R_OK) < 0)
		skip();
	assert_int_equal(kernel_btf_open(KERNEL, &k), 0);
	assert_int_equal(kernel_btf_slice(k, &wanted, &out), 0);
	all = btf__parse(KERNEL, NULL);
	slice = btf__new(out.data, (__u32)out.len);
	assert_non_null(all);
	assert_non_null(slice);
	assert_true(btf__type_cnt(slice) < btf__type_cnt(all) / 20);
	for (size_t i = 0; list[i]; i++) {
		id = btf__find_by_name_kind(all, list[i], BTF_KIND_STRUCT);
		assert_true(id > 0);
		same_type(all, (__u32)id, slice,
			  (__u32)btf__find_by_name_kind(slice, list[i], BTF_KIND_STRUCT));
	}
	id = btf__find_by_name_kind(all, "btf_trace_sys_exit", BTF_KIND_TYPEDEF);
	assert_true(id > 0);
	assert_int_equal(kernel_btf_typedef(k, "btf_trace_sys_exit"), id);
	assert_int_equal(kernel_btf_typedef(k, "btf_trace_sys_exi"), 0);
	btf__free(all);
	btf__free(slice);
}

/* Every kind that can be contained, and two that cannot. */
static struct btf *small(void)
{
	struct btf *b = btf__new_empty();
	int i = btf__add_int(b, "int", 4, BTF_INT_SIGNED), p, a, c, e, u;

	p = btf__add_ptr(b, btf__add_func_proto(b, i));
	a = btf__add_array(b, i, i, 7);
	c = btf__add_const(b, btf__add_volatile(b, btf__add_typedef(b, "number", a)));
	e = btf__add_enum(b, "colour", 4);
	btf__add_enum_value(b, "RED", 1);
	u = btf__add_union(b, "either", 8);
	btf__add_field(b, "call", p, 0, 0);
	btf__add_field(b, "colour", e, 0, 0);
	btf__add_struct(b, "whole___old", 40);
	btf__add_field(b, "numbers", c, 0, 0);
	btf__add_field(b, "either", u, 256, 0);
	btf__add_struct(b, "other", 4);
	btf__add_field(b, "n", i, 0, 0);
	btf__add_var(b, "v", BTF_VAR_STATIC, i);
	return b;
}

static int open_bytes(const void *data, size_t len, struct kernel_btf **ret)
{
	char path[] = "/tmp/test_kernel_btf.XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, data, len), 0);
	close(fd);
	r = kernel_btf_open(path, ret);
	unlink(path);
	return r;
}

static void what_contains_what(void **state)
{
	static const char *const list[] = {"whole", NULL};
	CLEANUP_KERNEL_BTF struct kernel_btf *k = NULL;
	CLEANUP_STRMAP struct strmap wanted = names(list);
	CLEANUP_BUF struct buf out = {0};
	struct btf *b = small(), *slice;
	const void *raw;
	__u32 len;

	(void)state;
	raw = btf__raw_data(b, &len);
	assert_int_equal(open_bytes(raw, len, &k), 0);
	assert_int_equal(kernel_btf_slice(k, &wanted, &out), 0);
	slice = btf__new(out.data, (__u32)out.len);
	assert_non_null(slice);
	same_type(b, (__u32)btf__find_by_name_kind(b, "whole___old", BTF_KIND_STRUCT), slice,
		  (__u32)btf__find_by_name_kind(slice, "whole___old", BTF_KIND_STRUCT));
	assert_true(btf__find_by_name(slice, "other") < 0);
	assert_true(btf__find_by_name_kind(slice, "colour", BTF_KIND_ENUM) > 0);
	btf__free(slice);
	btf__free(b);
}

static void broken(void **state)
{
	static const char *const list[] = {"whole", "other", "number", NULL};
	CLEANUP_STRMAP struct strmap wanted = names(list);
	struct btf *b = small();
	const void *raw;
	char *copy;
	__u32 len;

	(void)state;
	raw = btf__raw_data(b, &len);
	copy = xmalloc(len);
	/* Each end, and each byte with each of some values: an answer, or an error. */
	for (__u32 i = 0; i < len; i++) {
		struct kernel_btf *k = NULL;

		assert_true(open_bytes(raw, i, &k) < 0);
		for (size_t v = 0; v < 4; v++) {
			CLEANUP_BUF struct buf out = {0};

			memcpy(copy, raw, len);
			copy[i] = (char[]){0, 1, 0x7f, (char)0xff}[v];
			if (open_bytes(copy, len, &k) == 0)
				(void)kernel_btf_slice(k, &wanted, &out);
			kernel_btf_free(TAKE_PTR(k));
		}
	}
	free(copy);
	btf__free(b);
}

static void essential_names(void **state)
{
	(void)state;
	assert_int_equal(kernel_btf_essential("task_struct"), 11);
	assert_int_equal(kernel_btf_essential("task_struct___old"), 11);
	assert_int_equal(kernel_btf_essential("a___b___c"), 5);
	assert_int_equal(kernel_btf_essential("___x"), 4);
	assert_int_equal(kernel_btf_essential("x____y"), 6);
	assert_int_equal(kernel_btf_essential(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_this_kernel),
		cmocka_unit_test(what_contains_what),
		cmocka_unit_test(broken),
		cmocka_unit_test(essential_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
