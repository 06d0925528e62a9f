/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log from the command line, and the records of what the operator does there. */
#include <stdio.h>
#include <string.h>

#include "server/admin_internal.h"
#include "server/audit.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { PAGE = 256, PAGE_BYTES = 16 << 20, LINE_BYTES = 65536, BROKEN = 3 };

/* Commands that change something, by the verb of their record. */
static const struct {
    const char *words, *verb;
} recorded[] = {
    { "site add", "site.added" },
    { "site origin add", "site.changed" },
    { "site origin remove", "site.changed" },
    { "site set", "site.changed" },
    { "site rotate-secret", "secret.rotated" },
    { "associate add", "person.joined" },
    { "associate disable", "person.changed" },
    { "associate enable", "person.changed" },
    { "associate password", "password.changed" },
    { "token add", "token.made" },
    { "token remove", "token.removed" },
    { "invite", "person.invited" },
    { "export", "customer.exported" },
    { "erase", "customer.erased" },
};

static const char *verb_of(const struct vt_admin *admin)
{
    if (admin->values[VT_ADMIN_CONVERSATION])
        return strcmp(admin->command->words, "erase") == 0 ? "conversation.erased" : "conversation.exported";
    for (size_t i = 0; i < VT_COUNT(recorded); i++)
        if (strcmp(recorded[i].words, admin->command->words) == 0)
            return recorded[i].verb;
    return NULL;
}

static struct vt_audit_log *open_log(const struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_audit_log *log = vt_audit_log_open(admin->values[VT_ADMIN_DATA], &error);
    if (!log)
        vt_admin_fail("%s", vt_buf_cstr(&error));
    return log;
}

/* The internal names behind --site, --login and whose it was; those that are not there stay empty. */
static void name_object(struct vt_admin *admin, struct vt_audit_record *record)
{
    const char *key = admin->values[VT_ADMIN_SITE] ? admin->values[VT_ADMIN_SITE]
                                                   : admin->values[VT_ADMIN_KEY];
    const char *login = admin->values[VT_ADMIN_LOGIN];
    struct vt_store_site site;
    struct vt_store_person person;
    record->site = record->object = VT_STR("");
    if (key && vt_manage_site_find(admin->manage, vt_str(key), &admin->arena, &site) == VT_OK)
        record->site = record->object = site.site;
    if (admin->values[VT_ADMIN_CONVERSATION] || admin->values[VT_ADMIN_CUSTOMER])
        record->object = vt_str(admin->values[VT_ADMIN_CONVERSATION] ? admin->values[VT_ADMIN_CONVERSATION]
                                                                     : admin->values[VT_ADMIN_CUSTOMER]);
    if (login && vt_manage_person_find(admin->manage, vt_str(login), &admin->arena, &person) == VT_OK) {
        record->site = person.site;
        record->object = person.person;
    }
}

int vt_admin_record(struct vt_admin *admin)
{
    struct vt_audit_record record = { .time = vt_wall_ms(),
                                      .actor = VT_STR("operator"),
                                      .detail = VT_STR("{}") };
    const char *verb = verb_of(admin);
    if (!verb)
        return 0;
    record.verb = vt_str(verb);
    name_object(admin, &record);
    struct vt_audit_log *log = open_log(admin);
    int err = log ? vt_audit_log_append(log, &record, 1) : VT_OK;
    bool failed = !log || err;
    vt_audit_log_close(log);
    if (err)
        vt_admin_fail("It is done, but the audit log could not record it: %s.", vt_err_name(err));
    return failed ? VT_ADMIN_FAILED : 0;
}

/* --- audit list ---------------------------------------------------------------------------- */

static int print_all(struct vt_audit_log *log, struct vt_audit_filter *filter)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf line = VT_BUF_INIT(LINE_BYTES);
    struct vt_arena arena;
    int err = VT_OK;
    vt_arena_init(&arena, PAGE_BYTES);
    for (size_t n = PAGE; n == PAGE && !err;) {
        struct vt_audit_record *records = NULL;
        vt_arena_reset(&arena);
        err = vt_audit_log_read(log, filter, &arena, &records, &n);
        for (size_t i = 0; i < n && !err; i++) {
            vt_buf_reset(&line);
            vt_audit_write(&line, &records[i]);
            puts(vt_buf_cstr(&line));
            filter->after = records[i].n;
        }
    }
    vt_arena_finish(&arena);
    return err ? vt_admin_fail("The audit log cannot be read: %s.", vt_err_name(err)) : 0;
}

static int run_list(struct vt_admin *admin)
{
    struct vt_audit_filter filter = { .limit = PAGE };
    struct vt_store_site site;
    int status = admin->values[VT_ADMIN_SITE] ? vt_admin_find_site(admin, &site) : 0;
    if (status)
        return status;
    if (admin->values[VT_ADMIN_SITE])
        filter.site = site.site;
    struct vt_audit_log *log = open_log(admin);
    status = log ? print_all(log, &filter) : VT_ADMIN_FAILED;
    vt_audit_log_close(log);
    return status;
}

/* --- audit verify -------------------------------------------------------------------------- */

static int read_head(const char *text, struct vt_audit_head *ret_head)
{
    const char *colon = text ? strchr(text, ':') : NULL;
    uint64_t n;
    if (!colon || strlen(colon + 1) != VT_SHA256_TEXT - 1 ||
        vt_str_to_u64((struct vt_str){ text, (size_t)(colon - text) }, 1, INT64_MAX, &n) != VT_OK)
        return vt_admin_fail("--head must be N:HASH, as the log line audit.head tells it.");
    ret_head->n = (int64_t)n;
    vt_str_copy(ret_head->hash, sizeof(ret_head->hash), vt_str(colon + 1));
    return 0;
}

static int run_verify(struct vt_admin *admin)
{
    struct vt_audit_head known;
    struct vt_audit_verdict verdict;
    const char *head = admin->values[VT_ADMIN_HEAD];
    int status = head ? read_head(head, &known) : 0;
    struct vt_audit_log *log = status ? NULL : open_log(admin);
    if (!log)
        return VT_ADMIN_FAILED;
    int err = vt_audit_log_verify(log, head ? &known : NULL, &verdict);
    vt_audit_log_close(log);
    if (err)
        return vt_admin_fail("The audit log cannot be read: %s.", vt_err_name(err));
    if (!verdict.broken) {
        printf("whole: %lld records, head %lld:%s\n", (long long)verdict.records, (long long)verdict.head.n,
               verdict.head.hash);
        return 0;
    }
    printf("broken: record %lld: %s\n", (long long)verdict.broken, verdict.why);
    return BROKEN;
}

const struct vt_admin_command vt_admin_audit_commands[] = {
    { "audit list", 0, VT_ADMIN_BIT(SITE), NULL,
      "Prints the audit log as JSON, a line a record, oldest first.", run_list },
    { "audit verify", 0, VT_ADMIN_BIT(HEAD), NULL,
      "Looks whether the audit log is whole, and names the first record that is not.\nWith --head, also "
      "whether a head told before is still in it. Ends with status 3 when it is broken.",
      run_verify },
    { 0 },
};
