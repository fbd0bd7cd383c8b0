/* METADATA, RECORD, entry_points.txt and top_level.txt of a distribution, each a part of the input:
 * who owns what, what is kept, RECORD rewritten, and rewritten once more by the writer. */
#include "base/mem.h"
#include "fuzz.h"
#include "layer/record.h"
#include "plan/plan.h"

#include <string.h>

static struct entry *add(struct inventory_root *root, const char *path, enum entry_type type)
{
	struct entry *ent;

	root->entries = xreallocarray(root->entries, root->n_entries + 1, sizeof(*ent));
	ent = &root->entries[root->n_entries++];
	*ent = (struct entry){.path = xstrdup(path), .type = type, .mode = 0644, .size = 3};
	return ent;
}

static void add_text(struct inventory_root *root, const char *path, const uint8_t *data,
		     size_t size, size_t part)
{
	struct entry *ent = add(root, path, ENTRY_FILE);
	const char *text = fuzz_part(data, size, part, &ent->text_len);

	ent->text = xmemdup(text, ent->text_len);
}

/* In order of their paths. */
static void make_tree(struct inventory *inv, const uint8_t *data, size_t size)
{
	struct inventory_root *root;

	inv->roots = xcalloc(1, sizeof(*inv->roots));
	inv->n_roots = 1;
	root = &inv->roots[0];
	*root = (struct inventory_root){.dir = xstrdup("/site"), .prefix = xstrdup("python")};
	add(root, "pkg", ENTRY_DIR);
	add(root, "pkg-1.0.dist-info", ENTRY_DIR);
	add_text(root, "pkg-1.0.dist-info/METADATA", data, size, 0);
	add_text(root, "pkg-1.0.dist-info/RECORD", data, size, 1);
	add_text(root, "pkg-1.0.dist-info/entry_points.txt", data, size, 2);
	add_text(root, "pkg-1.0.dist-info/top_level.txt", data, size, 3);
	add(root, "pkg/__init__.py", ENTRY_FILE);
	add(root, "pkg/data.txt", ENTRY_FILE);
	inventory_index(inv);
}

static void edit_record(const struct plan *p)
{
	static const unsigned char hash[32];
	CLEANUP_RECORD_LOG struct record_log log = {0};
	CLEANUP_MEMBERS struct members m = {0};
	struct member *one =
		members_add(&m, xstrdup("python/pkg-1.0.dist-info/RECORD"), MEMBER_FILE, 0644);

	if (!p->n_rewrites)
		return;
	one->data = xmemdup(p->rewrites[0].text, p->rewrites[0].len);
	one->data_len = one->size = p->rewrites[0].len;
	record_gone(&log, "python/pkg/data.txt", "gone");
	record_changed(&log, "python/pkg/__init__.py", hash, 5);
	record_added(&log, "python/pkg/__init__.py", "python/pkg/\"x\",y.pyc");
	record_apply(&log, &m);
	CLAIM(!memmem(m.list[0].data ? m.list[0].data : "", m.list[0].data_len, "\npkg/data.txt,",
		      14));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct trace_file file = {
		.path = "/site/pkg/__init__.py", .ops = TRACE_OPEN, .size = 3};
	struct trace t = {.files = &file, .n_files = 1, .complete = true};

	for (int level = SAFETY_TRACE; level <= SAFETY_PACKAGE; level++) {
		CLEANUP_INVENTORY struct inventory inv = {0};
		CLEANUP_PLAN struct plan p = {0};

		make_tree(&inv, data, size);
		plan_make(&t, 1, &inv, &(struct plan_options){.safety = (enum safety)level}, &p);
		CLAIM(plan_kept(&p, 0, inventory_find(&inv.roots[0], "pkg/__init__.py")));
		edit_record(&p);
	}
	return 0;
}
