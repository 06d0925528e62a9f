/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/auth/probe.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { TEXT_BYTES = 16384 };
static const char last_piece[] = "\n{\"end\":true}\n";

/* An answer in its silence. */
struct silence {
    struct vt_http_req *req; /* NULL once the browser left or all was said */
    struct vt_timer timer;
    uint64_t size; /* of both pieces */
};

static void handle_closed(void *arg)
{
    free(arg);
}

static void handle_lost(void *state)
{
    struct silence *silence = state;
    silence->req = NULL;
    vt_timer_close(&silence->timer, handle_closed);
}

static void handle_over(void *arg)
{
    struct silence *silence = arg;
    vt_http_grow(silence->req, silence->size, VT_HTTP_WHOLE);
}

static void put(struct vt_buf *out, const char *name, struct vt_str value)
{
    vt_buf_printf(out, "%s\"%s\":", out->len > 1 ? "," : "", name);
    vt_buf_json_string(out, value.ptr ? value : VT_STR(""));
}

static void describe(struct vt_http_req *req, struct vt_buf *out)
{
    char peer[VT_HTTP_PEER];
    struct rlimit limit = { 0 };
    vt_http_peer(req, peer);
    getrlimit(RLIMIT_NOFILE, &limit);
    vt_buf_byte(out, '{');
    put(out, "peer", vt_str(peer));
    put(out, "client", vt_http_addr(req));
    put(out, "forwarded", vt_http_header(req, "x-forwarded-for"));
    put(out, "host", vt_http_header(req, "host"));
    put(out, "version", VT_STR(VT_VERSION));
    vt_buf_printf(out, ",\"descriptors\":%llu,\"now_ms\":%lld}", (unsigned long long)limit.rlim_cur,
                  (long long)vt_wall_ms());
}

static bool may_ask(struct vt_http_req *req, const struct vt_http_probe *probe)
{
    static const char scheme[] = "Bearer ";
    struct vt_str given = vt_http_header(req, "authorization");
    const size_t n = sizeof(scheme) - 1;
    if (given.len > n && memcmp(given.ptr, scheme, n) == 0 &&
        vt_probe_token_ok(probe->seal, vt_wall_ms(), (struct vt_str){ given.ptr + n, given.len - n }))
        return true;
    vt_http_problem(req, 401, "token-needed", "A token is needed",
                    "Only vitrine doctor asks here, with the key file and the clock of this server.");
    return false;
}

static uint64_t quiet_ms(struct vt_http_req *req)
{
    static const char name[] = "quiet=";
    struct vt_str query = vt_http_query(req);
    const size_t n = sizeof(name) - 1;
    uint64_t ms = 0;
    if (query.len > n && memcmp(query.ptr, name, n) == 0)
        vt_str_to_u64((struct vt_str){ query.ptr + n, query.len - n }, 0, VT_PROBE_QUIET_MS, &ms);
    return ms;
}

static void answer(struct vt_http_req *req, const struct vt_http_probe *probe, struct silence *silence,
                   struct vt_str first)
{
    int fd = memfd_create("probe", MFD_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, first.ptr, first.len) == (ssize_t)first.len &&
                      write(fd, last_piece, sizeof(last_piece) - 1) == sizeof(last_piece) - 1;
    if (!is_written) {
        if (fd >= 0)
            close(fd);
        free(silence);
        vt_http_problem(req, 503, "no-memory", "No memory", "Ask again.");
        return;
    }
    *silence = (struct silence){ .req = req, .size = first.len + sizeof(last_piece) - 1 };
    vt_timer_init(probe->loop, &silence->timer, handle_over, silence);
    vt_http_keep(req, silence, handle_lost);
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_stream(req, fd, "application/json");
    vt_http_grow(req, first.len, VT_HTTP_GROWS);
    vt_timer_start(&silence->timer, quiet_ms(req), 0);
}

static void handle_probe(struct vt_http_req *req, void *owner)
{
    const struct vt_http_probe *probe = owner;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf first = VT_BUF_INIT(TEXT_BYTES);
    struct silence *silence;
    if (!may_ask(req, probe))
        return;
    describe(req, &first);
    silence = first.failed ? NULL : malloc(sizeof(*silence));
    if (silence)
        answer(req, probe, silence, vt_buf_view(&first));
    else
        vt_http_problem(req, 503, "no-memory", "No memory", "Ask again.");
}

int vt_http_probe_mount(struct vt_net *net, const struct vt_http_probe *probe)
{
    return vt_http_route(net, VT_GET, "/doctor", 0, handle_probe, (void *)(uintptr_t)probe);
}
