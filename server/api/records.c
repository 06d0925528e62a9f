/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log, read. Its file has a thread of its own, so these rows answer by themselves. */
#include <fcntl.h>
#include <unistd.h>

#include "server/api/rows.h"

static int take_filter(struct vt_api_call *call)
{
    struct vt_audit_filter *filter = &call->filter;
    *filter = (struct vt_audit_filter){ .site = call->site,
                                        .verb = vt_api_query(call, "verb"),
                                        .actor = vt_api_query(call, "actor"),
                                        .object = vt_api_query(call, "object"),
                                        .newest = true };
    int err = vt_api_query_number(call, "from", 0, &filter->from);
    if (!err)
        err = vt_api_query_number(call, "to", 0, &filter->to);
    return err ? err : vt_api_query_number(call, "after", 0, &filter->after);
}

int vt_api_audit(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)manage;
    int err = vt_api_limit(call, &call->filter.limit);
    size_t limit = call->filter.limit;
    if (!err)
        err = take_filter(call);
    call->filter.limit = limit + 1; /* one more: is there another page? */
    return err;
}

static void handle_records(void *arg, int err, const struct vt_audit_record *records, size_t n)
{
    struct vt_api_call *call = arg;
    size_t limit = call->filter.limit - 1;
    if (err) {
        vt_api_answer_busy(call, "The audit log cannot be read.");
        return;
    }
    vt_buf_text(&call->out, "{\"records\":[");
    for (size_t i = 0; i < n && i < limit; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        vt_audit_write(&call->out, &records[i]);
    }
    vt_buf_byte(&call->out, ']');
    if (n > limit)
        vt_buf_printf(&call->out, ",\"next\":\"%lld\"", (long long)records[limit - 1].n);
    vt_buf_byte(&call->out, '}');
    vt_api_answer(call);
}

void vt_api_audit_after(struct vt_api_call *call)
{
    if (vt_audit_read(call->api->deps.audit, &call->filter, handle_records, call) != VT_OK)
        vt_api_answer_busy(call, "The audit log is behind.");
}

/* --- export -------------------------------------------------------------------------------- */

int vt_api_audit_export(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)manage;
    return take_filter(call);
}

static void handle_exported(void *arg, int err)
{
    struct vt_api_call *call = arg;
    if (err)
        vt_api_answer_busy(call, "The audit log cannot be read, or the disk is full.");
    else
        vt_api_answer(call);
}

void vt_api_audit_export_after(struct vt_api_call *call)
{
    call->fd = vt_api_unnamed(call->api->deps.config->data);
    if (call->fd < 0)
        vt_api_answer_busy(call, "There is no room for the file.");
    else if (vt_audit_export(call->api->deps.audit, &call->filter, call->fd, handle_exported, call) != VT_OK)
        vt_api_answer_busy(call, "The audit log is behind.");
}

/* --- verifying ----------------------------------------------------------------------------- */

int vt_api_audit_verify(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)call;
    (void)manage;
    return VT_OK;
}

static void handle_verified(void *arg, int err, const struct vt_audit_verdict *verdict)
{
    struct vt_api_call *call = arg;
    if (err) {
        vt_api_answer_busy(call, "The audit log cannot be read.");
        return;
    }
    vt_buf_printf(&call->out, "{\"whole\":%s,\"records\":%lld", verdict->broken ? "false" : "true",
                  (long long)verdict->records);
    if (verdict->broken)
        vt_buf_printf(&call->out, ",\"broken\":%lld", (long long)verdict->broken);
    if (verdict->why)
        vt_json_put_text(&call->out, "why", vt_str(verdict->why));
    vt_buf_printf(&call->out, ",\"head\":{\"n\":%lld,\"hash\":\"%s\"}}", (long long)verdict->head.n,
                  verdict->head.hash);
    vt_api_answer(call);
}

void vt_api_audit_verify_after(struct vt_api_call *call)
{
    if (vt_audit_verify(call->api->deps.audit, handle_verified, call) != VT_OK)
        vt_api_answer_busy(call, "The audit log is behind.");
}

int vt_api_unnamed(const char *data_dir)
{
    return open(data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}
