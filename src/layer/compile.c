#include "layer/compile.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "layer/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* --- the spool -------------------------------------------------------------------------------- */

struct spool {
	int fd;
	uint64_t end;
	pthread_mutex_t lock;
};

struct spool *spool_new(struct error *e)
{
	const char *dir = getenv("TMPDIR");
	struct spool *s;
	int fd;

	if (!dir || !dir[0])
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		CLEANUP_FREE char *name = xasprintf("%s/importtrace.XXXXXX", dir);

		fd = mkostemp(name, O_CLOEXEC);
		if (fd >= 0)
			unlink(name);
	}
	if (fd < 0) {
		error_errno(e, errno, "cannot write in %s (set TMPDIR to another directory)", dir);
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->fd = fd;
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static int spool_write(struct spool *s, const struct buf *b, uint64_t *ret_at, struct error *e)
{
	uint64_t at;

	pthread_mutex_lock(&s->lock);
	at = s->end;
	s->end += b->len;
	pthread_mutex_unlock(&s->lock);
	for (size_t done = 0; done < b->len;) {
		ssize_t n = pwrite(s->fd, b->data + done, b->len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, errno, "cannot write a temporary file");
		done += (size_t)n;
	}
	*ret_at = at;
	return 0;
}

int spool_read(const struct member *m, struct buf *content, struct error *e)
{
	const struct spool *s = m->arg;

	buf_truncate(content, 0);
	buf_reserve(content, m->size);
	while (content->len < m->size) {
		ssize_t n = pread(s->fd, content->data + content->len, m->size - content->len,
				  (off_t)(m->at + content->len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_errno(e, n < 0 ? errno : EIO, "cannot read a temporary file");
		content->len += (size_t)n;
	}
	content->data[content->len] = '\0';
	return 0;
}

/* --- one Python ------------------------------------------------------------------------------- */

/* Only modules that are part of the executable, so that nothing is looked for in a tree. It says
 * what it is in one line, then serves requests: optimisation level, lengths of name and source
 * (little-endian, four bytes each), name, source. The answer is a length and the code object; 0
 * says that it does not compile. */
static const char program[] =
	"import sys\n"
	"sys.path[:] = [p for p in sys.path if p]\n"
	"import posix, marshal\n"
	"num = lambda b: int.from_bytes(b, 'little')\n"
	"def get(n):\n"
	"    parts = []\n"
	"    while n:\n"
	"        b = posix.read(0, n)\n"
	"        if not b: posix._exit(0)\n"
	"        parts.append(b)\n"
	"        n -= len(b)\n"
	"    return b''.join(parts)\n"
	"def put(b):\n"
	"    b = memoryview(b)\n"
	"    while len(b): b = b[posix.write(1, b):]\n"
	"magic = num(sys.modules['_frozen_importlib_external'].MAGIC_NUMBER)\n"
	"put(('%s %s %d %d\\n' % (sys.implementation.name, sys.implementation.cache_tag, magic,\n"
	"     sys.version_info[1])).encode())\n"
	"while 1:\n"
	"    head = get(12)\n"
	"    name = get(num(head[4:8])).decode('utf-8', 'surrogateescape')\n"
	"    source = get(num(head[8:12]))\n"
	"    pid = posix.fork()\n"
	"    if not pid:\n"
	"        try:\n"
	"            code = marshal.dumps(compile(source, name, 'exec', dont_inherit=True,\n"
	"                                         optimize=num(head[0:4])))\n"
	"        except BaseException:\n"
	"            posix._exit(1)\n"
	"        put(len(code).to_bytes(4, 'little'))\n"
	"        put(code)\n"
	"        posix._exit(0)\n"
	"    if posix.waitpid(pid, 0)[1]: put(bytes(4))\n";

static int check_exe(const char *exe, struct error *e)
{
	struct stat st;

	if (stat(exe, &st) < 0)
		return error_errno(e, errno, "cannot find the Python %s", exe);
	if (!S_ISREG(st.st_mode) || access(exe, X_OK) < 0)
		return error_set(e, EACCES, "%s is not an executable file", exe);
	if (st.st_mode & 0002)
		return error_set(e, EPERM, "%s is not run: everybody may write to it", exe);
	return 0;
}

/* Reads up to the end of a line. */
static int receive_line(const struct sandbox *s, char *line, size_t size)
{
	for (size_t n = 0; n + 1 < size; n++) {
		int r = sandbox_receive(s, &line[n], 1);

		if (r < 0)
			return r;
		if (line[n] == '\n') {
			line[n] = '\0';
			return 0;
		}
	}
	return -EPROTO;
}

static int start(struct sandbox *s, const char *exe, struct python *ret, struct error *e)
{
	char *argv[] = {(char *)exe, "-S", "-s", "-B", "-W", "ignore", "-c", (char *)program, NULL};
	char *env[] = {"PYTHONHASHSEED=0", "PYTHONSAFEPATH=1", "LC_ALL=C.UTF-8", NULL};
	char line[200], name[32];
	struct python py = {.exe = NULL};
	int r = sandbox_start(s, exe, argv, env, e);

	if (r < 0)
		return r;
	r = receive_line(s, line, sizeof(line));
	if (r == 0 && (sscanf(line, "%31s %31s %u %d", name, py.tag, &py.magic, &py.minor) != 4 ||
		       strcmp(name, "cpython") != 0 || py.minor < 7))
		r = -EPROTO;
	if (r < 0) {
		sandbox_stop(s);
		return error_set(e, EINVAL, "%s does not answer like a CPython from 3.7 on", exe);
	}
	*ret = py;
	return 0;
}

int python_probe(const char *exe, struct python *ret, struct error *e)
{
	struct sandbox s = {.fd = -1};
	int r = check_exe(exe, e);

	if (r == 0)
		r = start(&s, exe, ret, e);
	if (r == 0)
		ret->exe = xstrdup(exe);
	sandbox_stop(&s);
	return r;
}

/* --- compiling -------------------------------------------------------------------------------- */

/* A code object is seldom twice its source. */
#define CODE_MAX ((uint32_t)1 << 30)

struct pool {
	const struct python *py;
	struct compile_job *jobs;
	struct spool *spool;
};

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static int request(const struct sandbox *s, const struct compile_job *job, const struct buf *source)
{
	unsigned char head[12];
	size_t n = strlen(job->source->name);
	int r;

	put32(head, (uint32_t)job->optimize);
	put32(head + 4, (uint32_t)n);
	put32(head + 8, (uint32_t)source->len);
	r = sandbox_send(s, head, sizeof(head));
	if (r == 0)
		r = sandbox_send(s, job->source->name, n);
	return r == 0 ? sandbox_send(s, source->data, source->len) : r;
}

/* The code object behind a header, or nothing. */
static int answer(const struct sandbox *s, struct buf *ret)
{
	unsigned char head[4] = {0};
	uint32_t len;
	int r = sandbox_receive(s, head, sizeof(head));

	len = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 |
	      (uint32_t)head[3] << 24;
	buf_truncate(ret, 0);
	if (r < 0 || len == 0)
		return r;
	if (len > CODE_MAX)
		return -EPROTO;
	buf_reserve(ret, PYC_HEADER + len);
	r = sandbox_receive(s, ret->data + PYC_HEADER, len);
	ret->len = r == 0 ? PYC_HEADER + len : 0;
	return r;
}

/* The Python is started when there is work, and anew when it has died of a file: that file then
 * stays source. */
static int compile_one(const struct pool *p, struct sandbox *s, struct compile_job *job,
		       struct buf *in, struct buf *out, struct error *e)
{
	struct python now;
	int r = member_read(job->source, in, e);

	if (r < 0 || in->len > CODE_MAX)
		return r;
	if (s->pid <= 0) {
		r = start(s, p->py->exe, &now, e);
		if (r < 0)
			return r;
		if (now.magic != p->py->magic)
			return error_set(e, EAGAIN, "%s is another Python now", p->py->exe);
	}
	r = request(s, job, in);
	if (r == 0)
		r = answer(s, out);
	if (r < 0) {
		sandbox_stop(s);
		return 0;
	}
	if (!out->len)
		return 0;
	put32((unsigned char *)out->data, p->py->magic);
	pyc_set_unchecked((unsigned char *)out->data,
			  pyc_source_hash(p->py->magic, p->py->minor, in->data, in->len));
	job->len = out->len;
	return spool_write(p->spool, out, &job->at, e);
}

static void work(struct parallel *p, void *ctx)
{
	const struct pool *pool = ctx;
	struct sandbox s = {.fd = -1};
	CLEANUP_BUF struct buf in = {0}, out = {0};
	size_t i;

	while (parallel_next(p, &i)) {
		CLEANUP_ERROR struct error e = {0};

		if (compile_one(pool, &s, &pool->jobs[i], &in, &out, &e) < 0)
			parallel_fail(p, &e);
	}
	sandbox_stop(&s);
}

int compile_all(const struct python *py, struct compile_job *jobs, size_t n, unsigned workers,
		struct spool *spool, struct error *e)
{
	struct pool pool = {.py = py, .jobs = jobs, .spool = spool};

	return parallel_run(n, workers, work, &pool, e);
}
