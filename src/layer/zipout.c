#include "layer/zipout.h"

#include "base/mem.h"
#include "base/path.h"
#include "layer/bigdeflate.h"
#include "layer/deflate.h"
#include "layer/sink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <zip.h>

/* The member that libzip deals with now. */
struct current {
	const struct source *of; /* only compared */
	size_t i;
	bool big;   /* streamed, by layer/bigdeflate */
	bool known; /* `out` is, also when it is no longer held */
	bool held;  /* out.data, until it is released */
	struct deflated out;
	size_t at;
	struct bigdeflate *stream;
	uint32_t crc; /* of what was streamed */
};

struct zip_job {
	const struct members *members;
	const struct zip_options *opt;
	struct deflate_pool *pool;
	zip_t *za;
	struct error *e; /* the first error of a member or of the output */
	uint64_t done, total;
	struct sink sink; /* to the output */
	zip_error_t zip_error, member_error;
	struct current current;
};

/* --- the archive: a libzip source that is written to the outfile's descriptor ----------------- */

static zip_int64_t out_fail(struct zip_job *job)
{
	if (!job->e->code)
		error_errno(job->e, errno, "cannot write the archive");
	zip_error_set(&job->zip_error, ZIP_ER_WRITE, job->e->code);
	return -1;
}

static zip_int64_t out_seek(struct zip_job *job, void *data, zip_uint64_t len)
{
	zip_int64_t to = zip_source_seek_compute_offset(job->sink.at, job->sink.size, data, len,
							&job->zip_error);
	int r = to < 0 ? 0 : sink_seek(&job->sink, (uint64_t)to);

	errno = -r;
	return to < 0 ? -1 : r < 0 ? out_fail(job) : 0;
}

static zip_int64_t out_callback(void *ctx, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
	struct zip_job *job = ctx;
	int r;

	switch (cmd) {
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(
			ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
			ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
			ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE,
			ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE,
			ZIP_SOURCE_REMOVE, -1);
	case ZIP_SOURCE_STAT:
		zip_stat_init(data);
		((zip_stat_t *)data)->size = 0;
		((zip_stat_t *)data)->valid = ZIP_STAT_SIZE;
		return sizeof(zip_stat_t);
	case ZIP_SOURCE_WRITE:
		r = sink_write(&job->sink, data, len);
		errno = -r;
		return r < 0 ? out_fail(job) : (zip_int64_t)len;
	case ZIP_SOURCE_SEEK_WRITE:
		return out_seek(job, data, len);
	case ZIP_SOURCE_TELL_WRITE:
		return (zip_int64_t)job->sink.at;
	case ZIP_SOURCE_COMMIT_WRITE:
		r = sink_flush(&job->sink);
		errno = -r;
		return r < 0 ? out_fail(job) : 0;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&job->zip_error, data, len);
	default: /* nothing to open, begin, commit or free: the outfile's owner does that */
		return 0;
	}
}

/* --- one member: a source of ready-made data --------------------------------------------------- */

/* Of each member only this, as there is one for each until the archive is written. */
struct source {
	struct zip_job *job;
	uint32_t i;
	uint32_t index; /* in the archive */
};

/* For the progress alone. */
static uint64_t weight(const struct member *m)
{
	return m->data ? m->data_len : m->size;
}

/* Gives back what the current member holds; false when that is nothing. */
static bool current_leave(struct zip_job *job)
{
	struct current *c = &job->current;
	bool some = c->held || c->stream;

	if (c->stream) {
		c->crc = bigdeflate_crc(c->stream);
		bigdeflate_close(TAKE_PTR(c->stream));
	}
	if (c->held)
		deflate_release(job->pool, c->i);
	c->held = false;
	return some;
}

/* libzip deals with one source after the other (zip_close): stat, open, read, close, stat. What it
 * asks of another one is of a member not begun. */
static struct current *current_of(struct source *s)
{
	struct current *c = &s->job->current;

	if (c->of == s)
		return c;
	current_leave(s->job);
	*c = (struct current){
		.of = s, .i = s->i, .big = deflate_is_big(&s->job->members->list[s->i])};
	return c;
}

static int source_take(struct source *s)
{
	struct current *c = current_of(s);
	int r;

	if (c->known)
		return 0;
	r = deflate_take(s->job->pool, s->i, &c->out, s->job->e);
	if (r < 0)
		zip_error_set(&s->job->member_error, ZIP_ER_READ, -r);
	c->known = c->held = r == 0;
	return r;
}

/* libzip asks before and after reading; only then it needs the CRC, and it has counted itself how
 * many bytes there were. */
static zip_int64_t big_stat(const struct source *s, const struct current *c, zip_stat_t *st)
{
	zip_stat_init(st);
	st->size = s->job->members->list[s->i].size;
	st->comp_method = ZIP_CM_DEFLATE;
	st->crc = c->crc;
	st->encryption_method = ZIP_EM_NONE;
	st->valid =
		ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC | ZIP_STAT_ENCRYPTION_METHOD;
	return sizeof(*st);
}

static zip_int64_t source_stat(struct source *s, zip_stat_t *st)
{
	const struct current *c = current_of(s);

	if (c->big)
		return big_stat(s, c, st);
	if (source_take(s) < 0)
		return -1;
	/* libzip compresses what says it is stored, unless the entry is to be stored as well. That
	 * is known only now; libzip looks at the entry after this call (lib/zip_close.c). */
	if (c->out.stored && zip_set_file_compression(s->job->za, s->index, ZIP_CM_STORE, 0) < 0)
		return -1;
	zip_stat_init(st);
	st->size = c->out.size;
	st->comp_size = c->out.len;
	st->comp_method = c->out.stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE;
	st->crc = c->out.crc;
	st->encryption_method = ZIP_EM_NONE;
	st->valid = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC |
		    ZIP_STAT_ENCRYPTION_METHOD;
	return sizeof(*st);
}

static int source_open(struct source *s)
{
	const struct zip_options *opt = s->job->opt;
	struct current *c = current_of(s);

	c->at = 0;
	if (!c->big)
		return source_take(s);
	c->stream = bigdeflate_open(&s->job->members->list[s->i], opt->level, opt->jobs, s->job->e);
	if (!c->stream)
		zip_error_set(&s->job->member_error, ZIP_ER_READ, s->job->e->code);
	return c->stream ? 0 : -1;
}

static zip_int64_t source_read(struct source *s, void *to, zip_uint64_t len)
{
	struct current *c = current_of(s);
	size_t left, n;

	if (c->stream) {
		ssize_t got = bigdeflate_read(c->stream, to, len, s->job->e);

		if (got < 0)
			zip_error_set(&s->job->member_error, ZIP_ER_READ, s->job->e->code);
		return got < 0 ? -1 : got;
	}
	if (!c->held) {
		zip_error_set(&s->job->member_error, ZIP_ER_INTERNAL, 0);
		return -1;
	}
	left = c->out.len - c->at;
	n = len < left ? len : left;
	if (n)
		memcpy(to, c->out.data + c->at, n);
	c->at += n;
	return (zip_int64_t)n;
}

static void source_close(struct source *s)
{
	struct zip_job *job = s->job;

	if (!current_leave(job))
		return;
	job->done += weight(&job->members->list[s->i]);
	if (job->opt->progress.update)
		job->opt->progress.update(job->opt->progress.ctx, job->done, job->total);
}

static zip_int64_t source_callback(void *ctx, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
	struct source *s = ctx;

	switch (cmd) {
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ,
						      ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
						      ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
	case ZIP_SOURCE_STAT:
		return source_stat(s, data);
	case ZIP_SOURCE_OPEN:
		return source_open(s);
	case ZIP_SOURCE_READ:
		return source_read(s, data, len);
	case ZIP_SOURCE_CLOSE:
		source_close(s);
		return 0;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&s->job->member_error, data, len);
	case ZIP_SOURCE_FREE:
		free(s);
		return 0;
	default:
		zip_error_set(&s->job->member_error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* --- adding members --------------------------------------------------------------------------- */

struct dos_time {
	zip_uint16_t date, time;
};

/* The one date of all members. APPNOTE 4.4.6: MS-DOS date and time, from 1980 to 2107. */
static int archive_time(struct dos_time *ret, struct error *e)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	long long seconds = 0;
	char *end = NULL;
	struct tm tm;
	time_t t;

	*ret = (struct dos_time){.date = 1 << 5 | 1};
	if (!epoch || !epoch[0])
		return 0;
	errno = 0;
	seconds = strtoll(epoch, &end, 10);
	if (errno || *end || seconds < 0)
		return error_set(e, EINVAL, "SOURCE_DATE_EPOCH is '%s', not a number of seconds",
				 epoch);
	t = (time_t)seconds;
	if (!gmtime_r(&t, &tm) || tm.tm_year < 80 || tm.tm_year > 207)
		return 0;
	ret->date = (zip_uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
	ret->time = (zip_uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
	return 0;
}

static zip_flags_t name_encoding(const char *name)
{
	for (const char *p = name; *p; p++)
		if (*p & 0x80)
			return utf8_valid(name, strlen(name)) ? ZIP_FL_ENC_UTF_8 : ZIP_FL_ENC_RAW;
	return ZIP_FL_ENC_GUESS;
}

static zip_int64_t add_content(zip_t *za, struct zip_job *job, size_t i)
{
	const struct member *m = &job->members->list[i];
	struct source *s = xcalloc(1, sizeof(*s));
	zip_source_t *zs;
	zip_int64_t at;

	*s = (struct source){.job = job, .i = (uint32_t)i};
	zs = zip_source_function(za, source_callback, s);
	if (!zs) {
		free(s);
		return -1;
	}
	at = zip_file_add(za, m->name, zs, name_encoding(m->name));
	if (at < 0)
		zip_source_free(zs);
	else
		s->index = (uint32_t)at;
	return at;
}

static int add_member(zip_t *za, struct zip_job *job, size_t i, const struct dos_time *when)
{
	const struct member *m = &job->members->list[i];
	bool dir = m->kind == MEMBER_DIR;
	mode_t type = dir ? S_IFDIR : m->kind == MEMBER_LINK ? S_IFLNK : S_IFREG;
	zip_uint32_t attributes = (zip_uint32_t)(type | m->mode) << 16 | (dir ? 0x10 : 0);
	zip_int64_t at =
		dir ? zip_dir_add(za, m->name, name_encoding(m->name)) : add_content(za, job, i);

	if (at < 0 ||
	    zip_file_set_external_attributes(za, (zip_uint64_t)at, 0, ZIP_OPSYS_UNIX, attributes) <
		    0 ||
	    zip_file_set_dostime(za, (zip_uint64_t)at, when->time, when->date, 0) < 0)
		return error_set(job->e, EINVAL, "cannot add %s to the archive: %s", m->name,
				 zip_strerror(za));
	return 0;
}

static int add_members(zip_t *za, struct zip_job *job)
{
	struct dos_time when;
	int r = archive_time(&when, job->e);

	for (size_t i = 0; r == 0 && i < job->members->n; i++) {
		job->total += weight(&job->members->list[i]);
		r = add_member(za, job, i, &when);
	}
	return r;
}

static int open_archive(struct zip_job *job, zip_t **ret)
{
	zip_error_t *ze = &job->zip_error;
	zip_source_t *src = zip_source_function_create(out_callback, job, ze);

	*ret = src ? zip_open_from_source(src, ZIP_CREATE | ZIP_TRUNCATE, ze) : NULL;
	if (*ret)
		return 0;
	if (src)
		zip_source_free(src);
	return error_set(job->e, EIO, "cannot begin the archive: %s", zip_error_strerror(ze));
}

static int write_archive(struct zip_job *job)
{
	zip_t *za = NULL;
	int r = open_archive(job, &za);

	if (r < 0)
		return r;
	job->za = za;
	r = add_members(za, job);
	if (r < 0) {
		zip_discard(za);
		return r;
	}
	job->pool = deflate_start(job->members, job->opt->level, job->opt->jobs, job->opt->early);
	if (zip_close(za) < 0) {
		/* The member or the output has said it better than libzip can. */
		r = job->e->code ? -job->e->code
				 : error_set(job->e, EIO, "cannot write the archive: %s",
					     zip_strerror(za));
		zip_discard(za);
	}
	current_leave(job);
	deflate_stop(job->pool);
	return r;
}

int zip_write(const struct members *m, const struct zip_options *opt, struct outfile *out,
	      uint64_t *bytes, struct error *e)
{
	struct zip_job job = {.members = m, .opt = opt, .e = e};
	int r;

	if (m->n == 0)
		return error_set(e, EINVAL, "nothing is kept: there is no layer to write");
	sink_open(&job.sink, out->fd);
	zip_error_init(&job.zip_error);
	zip_error_init(&job.member_error);
	r = write_archive(&job);
	zip_error_fini(&job.zip_error);
	zip_error_fini(&job.member_error);
	*bytes = job.sink.size;
	sink_free(&job.sink);
	if (r < 0)
		return error_add(e, "%s", out->target);
	return 0;
}
