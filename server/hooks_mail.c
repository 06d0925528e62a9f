/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooks_mail.h"

#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/mail.h"
#include "server/outgoing/url.h"

enum { ARENA_BYTES = 1 << 20, TEXT_BYTES = 8192, BODY_BYTES = 65536 };

/* Host and path alone: the query may hold a secret of the shop's. */
static void put_address(struct vt_buf *out, struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(256);
    struct vt_url url;
    if (vt_url_parse(text, &url, &why) == VT_OK)
        vt_url_shown(&url, out);
}

static void write_text(const struct vt_store_site *site, const struct vt_hook *hook,
                       const struct vt_hook_try *tried, struct vt_buf *out)
{
    vt_buf_printf(out, "Hello,\n\nthe webhook of %.*s to\n\n", VT_STR_ARG(site->name));
    put_address(out, hook->url);
    vt_buf_text(out, "\n\nwas switched off, because what it was sent has not gone through");
    vt_buf_text(out, tried->end == VT_HOOK_GONE ? ": it says that it is gone.\n" : " for too long.\n");
    if (tried->why.ptr)
        vt_buf_printf(out, "The last try: %.*s\n", VT_STR_ARG(tried->why));
    vt_buf_text(out, "\nWhat happens meanwhile waits for a week. When the address works again, switch it on"
                     " under Webhooks in the admin pages, and it will be sent all of that.\n");
}

static int mail_one(struct vt_manage *manage, const struct vt_config *config,
                    const struct vt_store_site *site, struct vt_str to, struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(BODY_BYTES);
    char id[VT_ID_TEXT];
    int64_t now = vt_wall_ms();
    const struct vt_mail mail = { .site = site->site,
                                  .to = to,
                                  .from_name = site->name,
                                  .subject = VT_STR("A webhook was switched off"),
                                  .text = text };
    vt_id_new(id);
    int err = vt_mail_write(&mail, vt_str(config->mail_from), id, now, &body);
    const struct vt_store_mail row = { .site = site->site,
                                       .id = vt_str(id),
                                       .to = to,
                                       .body = vt_buf_view(&body),
                                       .created = now,
                                       .next = now };
    if (!err)
        err = vt_manage_mail_add(manage, &row, (uint32_t)config->mail_per_day);
    /* Too many mails to one admin is no reason to leave the address on. */
    return err == VT_ERR_RATE_LIMITED || err == VT_ERR_INVALID ? VT_OK : err;
}

int vt_hooks_mail_off(struct vt_manage *manage, const struct vt_config *config,
                      const struct vt_hook_try *tried)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(TEXT_BYTES);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_store_site site;
    struct vt_hook hook;
    struct vt_store_person *people = NULL;
    struct vt_str after = { 0 };
    size_t n = VT_MANAGE_PAGE;
    vt_arena_init(&arena, ARENA_BYTES);
    if (!config->mail_url[0])
        return VT_OK;
    int err = vt_manage_site_get(manage, tried->site, &arena, &site);
    if (!err)
        err = vt_hook_get(manage, tried->site, tried->hook, &arena, &hook);
    if (!err)
        write_text(&site, &hook, tried, &text);
    while (!err && n == VT_MANAGE_PAGE) {
        err = vt_manage_people(manage, tried->site, after, VT_MANAGE_PAGE, &arena, &people, &n);
        for (size_t i = 0; i < n && !err; i++) {
            bool is_admin = vt_str_eq(people[i].role, VT_STR("admin")) && !people[i].disabled;
            if (is_admin && people[i].mail.len > 0)
                err = mail_one(manage, config, &site, people[i].mail, vt_buf_view(&text));
            after = people[i].login;
        }
    }
    return err;
}
