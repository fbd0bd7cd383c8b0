/* diagnose - why this machine cannot record, and the one thing to do.
 *
 * EPERM from bpf(2) is no proof of missing privilege: lockdown, seccomp and a missing BTF look
 * alike. So the causes are looked at one by one, the likeliest first.
 */
#pragma once

#include <stdbool.h>

/* One thing that recording needs. Texts are static or owned by the list (diagnosis_free). */
struct finding {
	bool ok;
	char *what;   /* "kernel type information (BTF)" */
	char *detail; /* what was found */
	char *remedy; /* what to do; NULL when ok */
};

#define DIAGNOSIS_MAX 8

/* The kernel's type information. */
#define BTF_PATH "/sys/kernel/btf/vmlinux"

struct diagnosis {
	struct finding findings[DIAGNOSIS_MAX];
	int n;
};

bool kernel_at_least(int major, int minor);

void diagnose(struct diagnosis *ret);
void diagnosis_free(struct diagnosis *d);

/* A sentence that explains an errno of loading or attaching, or NULL when nothing is known to be
 * missing. The caller frees. */
char *diagnose_failure(int code);
