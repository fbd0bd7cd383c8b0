/* check_libraries - native files: what they need, and what machine and C library they are for. */
#include "plan/check.h"

#include "base/mem.h"
#include "base/path.h"

#include <fnmatch.h>
#include <string.h>

/* What manylinux platforms promise (PEP 600; auditwheel's policies), the loaders, musl's libc, and
 * the interpreter's own library. */
static bool is_system(const char *soname)
{
	static const char *const patterns[] = {
		"libc.so.6",       "libm.so.6",        "libdl.so.2",          "librt.so.1",
		"libpthread.so.0", "libutil.so.1",     "libnsl.so.1",         "libresolv.so.2",
		"libanl.so.1",     "libmvec.so.1",     "libgcc_s.so.1",       "libstdc++.so.6",
		"libatomic.so.1",  "libz.so.1",        "libexpat.so.1",       "libX11.so.6",
		"libXext.so.6",    "libXrender.so.1",  "libICE.so.6",         "libSM.so.6",
		"libGL.so.1",      "libglib-2.0.so.0", "libgthread-2.0.so.0", "libgobject-2.0.so.0",
		"ld-linux*.so.*",  "ld64.so.*",        "libc.musl-*.so.1",    "libpython3*.so*",
	};

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		if (fnmatch(patterns[i], soname, 0) == 0)
			return true;
	return false;
}

static bool needs(const struct elf_facts *elf, const char *pattern)
{
	for (size_t k = 0; k < elf->n_needed; k++)
		if (fnmatch(pattern, elf->needed[k], 0) == 0)
			return true;
	return false;
}

static void report_missing(struct check *c, const struct file_groups *missing)
{
	for (size_t k = 0; k < missing->n; k++) {
		const struct file_group *g = &missing->list[k];
		struct finding *one;

		one = findings_add(c->found, CHECK_LIBRARY_MISSING, g->paths[0], g->package,
				   g->n == 1 ? "%s needs %s, which is not in the layer."
					     : "%s and others need %s, which is not in the layer.",
				   g->paths[0], g->package);
		for (size_t i = 1; i < g->n && i < ARRAY_SIZE(g->paths); i++)
			finding_count(one, g->paths[i]);
		one->count = g->n;
	}
}

static void add_missing(struct check *c, size_t r, size_t i, struct file_groups *missing)
{
	const struct entry *ent = &c->in->survey->inv->roots[r].entries[i];
	size_t to_root, to;

	for (size_t k = 0; k < ent->elf->n_needed; k++) {
		const char *needed = ent->elf->needed[k];

		if (!is_system(path_base(needed)) &&
		    !elf_find(c->in->survey, r, i, needed, &to_root, &to))
			group_key(missing, needed, ent->path);
	}
}

/* Without a platform the machine of most native files is meant (a majority vote in one pass). */
static struct platform usual_machine(const struct inventory *inv)
{
	struct platform most = {0};
	size_t lead = 0;

	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++) {
			const struct elf_facts *elf = inv->roots[r].entries[i].elf;

			if (!elf)
				continue;
			if (!lead) {
				most.machine = elf->machine;
				most.class_ = elf->class_;
			}
			if (elf->machine == most.machine && elf->class_ == most.class_)
				lead++;
			else
				lead--;
		}
	return most;
}

struct libraries {
	const char *tag; /* the platform, NULL when none was named */
	struct platform wanted;
	struct file_groups missing, foreign, newer, libc;
};

static bool too_new(const struct platform *p, const struct elf_facts *elf)
{
	return p->libc == LIBC_GLIBC &&
	       (elf->glibc_major > p->major ||
		(elf->glibc_major == p->major && elf->glibc_minor > p->minor));
}

static bool wrong_libc(const struct platform *p, const struct elf_facts *elf)
{
	return (p->libc == LIBC_GLIBC && needs(elf, "libc.musl-*")) ||
	       (p->libc == LIBC_MUSL && needs(elf, "libc.so.6"));
}

static void judge(struct check *c, struct libraries *l, size_t r, size_t i)
{
	const struct elf_facts *elf = c->in->survey->inv->roots[r].entries[i].elf;
	struct file_group *g;

	if (elf->machine != l->wanted.machine || elf->class_ != l->wanted.class_) {
		group_entry(&l->foreign, c, r, i)->extra = elf->machine << 8 | elf->class_;
		return;
	}
	add_missing(c, r, i, &l->missing);
	if (wrong_libc(&l->wanted, elf)) {
		group_entry(&l->libc, c, r, i);
	} else if (too_new(&l->wanted, elf)) {
		size_t version = (size_t)elf->glibc_major << 16 | elf->glibc_minor;

		g = group_entry(&l->newer, c, r, i);
		g->extra = version > g->extra ? version : g->extra;
	}
}

static const char *machine_text(unsigned machine, unsigned class_)
{
	const char *name = machine_name((uint16_t)machine, (uint8_t)class_);

	return name ? name : "another machine";
}

static void report(struct check *c, const struct libraries *l)
{
	const char *wanted = machine_text(l->wanted.machine, l->wanted.class_);

	for (size_t k = 0; k < l->foreign.n; k++) {
		size_t extra = l->foreign.list[k].extra;
		CLEANUP_FREE char *what =
			xasprintf("for %s, not %s", machine_text(extra >> 8, extra & 0xff), wanted);
		CLEANUP_FREE char *one = xasprintf("is %s", what);
		CLEANUP_FREE char *many = xasprintf("are %s", what);

		group_report(&l->foreign.list[k], c->found, CHECK_FOREIGN_MACHINE, one, many);
	}
	for (size_t k = 0; k < l->newer.n; k++) {
		size_t version = l->newer.list[k].extra;
		CLEANUP_FREE char *what =
			xasprintf("glibc %zu.%zu; %s has %u.%u", version >> 16, version & 0xffff,
				  l->tag, l->wanted.major, l->wanted.minor);
		CLEANUP_FREE char *one = xasprintf("needs %s", what);
		CLEANUP_FREE char *many = xasprintf("need up to %s", what);

		group_report(&l->newer.list[k], c->found, CHECK_GLIBC_TOO_NEW, one, many);
	}
	for (size_t k = 0; k < l->libc.n; k++) {
		const char *other = l->wanted.libc == LIBC_MUSL ? "glibc" : "musl";
		CLEANUP_FREE char *one = xasprintf("needs %s", other);
		CLEANUP_FREE char *many = xasprintf("need %s", other);

		group_report(&l->libc.list[k], c->found, CHECK_WRONG_LIBC, one, many);
	}
	report_missing(c, &l->missing);
}

void check_libraries(struct check *c)
{
	const struct inventory *inv = c->in->survey->inv;
	struct libraries l = {.tag = settings_value(c->in->settings, "option platform")};

	if (!l.tag || !platform_parse(l.tag, &l.wanted))
		l.wanted = usual_machine(inv);
	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++)
			if (inv->roots[r].entries[i].elf)
				judge(c, &l, r, i);
	report(c, &l);
	groups_free(&l.missing);
	groups_free(&l.foreign);
	groups_free(&l.newer);
	groups_free(&l.libc);
}
