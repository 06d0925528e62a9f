/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `vitrine doctor` share: one examination and its findings.
 *
 * Each file looks at one thing: machine.c at the disk, the key and the process's limits, tools.c at the
 * workers and the mail server, nodes.c at Redis, public.c and tls.c at the public address and what stands before the server,
 * page.c at a page of the shop. They only look: what they write is a file they take away again. */
#ifndef VT_DOCTOR_INTERNAL_H
#define VT_DOCTOR_INTERNAL_H

#include <stdbool.h>

#include "server/auth/seal.h"
#include "server/base/buf.h"
#include "server/config.h"
#include "server/doctor/line.h"
#include "server/origin.h"

enum vt_doctor_level { VT_DOCTOR_OK, VT_DOCTOR_WARN, VT_DOCTOR_FAIL };
enum { VT_DOCTOR_FINDINGS = 96, VT_DOCTOR_SEEN = 640, VT_DOCTOR_CURE = 2048, VT_DOCTOR_WAIT_MS = 10000 };

struct vt_doctor_finding {
    enum vt_doctor_level level;
    const char *check;         /* "proxy.upgrade" */
    char seen[VT_DOCTOR_SEEN]; /* one sentence */
    char cure[VT_DOCTOR_CURE]; /* lines; empty: nothing to do */
};

struct vt_doctor {
    struct vt_config config;
    const char *config_file; /* NULL: none */
    const char *url, *page;  /* NULL: --base-url; none */
    bool json;
    bool is_nginx;                      /* the public answer's Server says so */
    struct vt_origin to;                /* the public address */
    char to_text[VT_ORIGIN_TEXT];       /* the same */
    char listen_text[VT_ORIGIN_TEXT];   /* where a proxy on this machine finds the server */
    struct vt_seal *seal;               /* owned; NULL: the key cannot be read */
    struct vt_doctor_finding *findings; /* owned */
    size_t n;
};

/* A finding; the cure's lines follow by the two calls below. */
void vt_doctor_say(struct vt_doctor *doctor, enum vt_doctor_level level, const char *check,
                   const char *format, ...) VT_PRINTF(4, 5);
/* One more line of the last finding's cure. */
void vt_doctor_cure(struct vt_doctor *doctor, const char *format, ...) VT_PRINTF(2, 3);
/* The line for each of the three proxies; NULL: that one does so by itself. */
void vt_doctor_cure_proxy(struct vt_doctor *doctor, const char *nginx, const char *apache, const char *caddy);
/* Where an option is set: `line 3 of /etc/vitrine.conf: data = …`, or how to set it. */
void vt_doctor_cure_option(struct vt_doctor *doctor, const char *option, const char *value);

/* The chapters, in this order. */
void vt_doctor_machine(struct vt_doctor *doctor);
void vt_doctor_tables(struct vt_doctor *doctor);
void vt_doctor_tools(struct vt_doctor *doctor);
void vt_doctor_nodes(struct vt_doctor *doctor); /* several of them: Redis */
/* False: nothing answers there. */
bool vt_doctor_public(struct vt_doctor *doctor);
void vt_doctor_page(struct vt_doctor *doctor);

/* machine.c: the limit of open files, and whose it is. */
void vt_doctor_descriptors(struct vt_doctor *doctor, uint64_t limit, const char *whose);

/* tls.c: of a line that is open; then of the server's own files. */
void vt_doctor_tls(struct vt_doctor *doctor, struct vt_line *line);
void vt_doctor_tls_files(struct vt_doctor *doctor);

#endif
