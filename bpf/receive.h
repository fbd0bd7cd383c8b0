/* receive - descriptors that messages have brought (SCM_RIGHTS): files that others may have opened.
 *
 * When recvmsg has returned, its struct msghdr says where the control messages are and how many
 * bytes of them there are; descriptors may be behind others (SCM_CREDENTIALS, timestamps). recvmmsg
 * fills one struct msghdr after the other. 32-bit callers have the same with smaller fields. The
 * cursor over all that is in the scratch: each step is one descriptor, control message or message.
 */
#pragma once

#include "call.h"
#include "emit.h"
#include "state.h"
#include "walk.h"

#define RECEIVED_STEPS 64 /* as many times as many steps: what is more is counted as lost */

/* include/linux/socket.h, include/uapi/linux/net.h */
#define SOL_SOCKET   1
#define SCM_RIGHTS   1
#define SYS_RECVMSG  17
#define SYS_RECVMMSG 19

/* Sizes and places in struct mmsghdr, which begins with a struct msghdr, and struct cmsghdr. */
struct layout {
	__u32 word; /* of a pointer or size_t: what control messages are aligned to */
	__u32 mmsghdr, control, control_len;
	__u32 cmsghdr;
};

static __always_inline struct layout layout_of(const struct received *r)
{
	if (r->compat)
		return (struct layout){4, 32, 16, 20, 12};
	return (struct layout){8, 64, 32, 40, 16};
}

/* A pointer or size_t of the caller. It has just been used by the kernel: not to be had is a loss. */
static __always_inline bool read_word(const struct received *r, __u64 address, __u64 *word)
{
	long failed;

	*word = 0;
	if (r->compat)
		failed = bpf_probe_read_user(word, 4, (void *)address);
	else
		failed = bpf_probe_read_user(word, 8, (void *)address);
	if (failed)
		count(COUNT_UNREADABLE);
	return !failed;
}

static __always_inline void next_message(struct received *r)
{
	struct layout l = layout_of(r);
	__u64 len;

	r->control = r->control_end = 0;
	if (read_word(r, r->message + l.control, &r->control) &&
	    read_word(r, r->message + l.control_len, &len))
		r->control_end = r->control + len;
	r->message += l.mmsghdr;
	r->messages--;
}

static __always_inline void next_control(struct received *r)
{
	struct layout l = layout_of(r);
	__u64 at = r->control, len;
	__s32 kind[2]; /* level and type */

	if (!read_word(r, at, &len) ||
	    bpf_probe_read_user(kind, sizeof(kind), (void *)(at + l.word)) != 0 ||
	    len < l.cmsghdr || len > r->control_end - at) {
		count(COUNT_UNREADABLE);
		r->control = r->control_end;
		return;
	}
	r->control += (len + l.word - 1) & ~(__u64)(l.word - 1);
	if (kind[0] == SOL_SOCKET && kind[1] == SCM_RIGHTS) {
		r->fd = at + l.cmsghdr;
		r->fds = (__u32)(len - l.cmsghdr) / sizeof(__s32);
	}
}

static __always_inline void next_fd(struct scratch *s)
{
	struct file *file = 0;
	__s32 fd;

	event_begin(s, EVENT_FILE, s->tgid);
	s->event.op = TRACE_OPEN;
	s->event.view = s->view;
	if (bpf_probe_read_user(&fd, sizeof(fd), (void *)s->received.fd) == 0)
		file = file_of((void *)bpf_get_current_task(), (__u32)fd);
	if (!file)
		count(COUNT_UNREADABLE);
	else if (add_file(s->which, (__u64)file)) {
		s->event.flags &= (__u16)~EVENT_CREATED;
		event_send(s->which);
	}
	s->received.fd += sizeof(fd);
	s->received.fds--;
}

/* 0 at the end. A function of its own, like walk_step. */
__noinline int received_step(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct received *r;

	if (!s)
		return 0;
	r = &s->received;
	if (r->fds)
		next_fd(s);
	else if (r->control + layout_of(r).cmsghdr <= r->control_end)
		next_control(r);
	else if (r->messages)
		next_message(r);
	else
		return 0;
	return 1;
}

__noinline int received_some(__u32 which)
{
	for (__u32 i = 0; i < RECEIVED_STEPS; i++)
		if (!received_step(which))
			return 0;
	return 1;
}

static __always_inline void on_receive(struct scratch *s, __u64 message, __u32 messages,
				       bool compat)
{
	int more = 1;

	s->received = (struct received){.message = message, .messages = messages, .compat = compat};
	for (__u32 i = 0; i < RECEIVED_STEPS && more; i++)
		more = received_some(s->which);
	if (more)
		count(COUNT_TRUNCATED);
}

/* The 32-bit call for all of sockets: which one it is, and the address of its arguments. */
static __always_inline void on_socketcall(struct scratch *s)
{
	__u32 nr = (__u32)arg(s, 0), args[2];

	if (nr != SYS_RECVMSG && nr != SYS_RECVMMSG)
		return;
	if (bpf_probe_read_user(args, sizeof(args), (void *)arg(s, 1)) != 0)
		count(COUNT_UNREADABLE);
	else
		on_receive(s, args[1], nr == SYS_RECVMSG ? 1 : (__u32)s->ret, true);
}
