/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror_css.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/mirror_text.h"
#include "server/origin.h"

enum { KEY_TEXT = VT_PERSON_TEXT + VT_SHA256_TEXT + 1, ORIGIN_TEXT = 256, PATH_TEXT = 512 };

struct text {
    char key[KEY_TEXT], site[VT_PERSON_TEXT];
    struct vt_buf css;
    struct vt_list link; /* in vt_css.by_use, the longest unused first */
};

struct ticket {
    char hash[VT_SHA256_TEXT]; /* of the ticket; "": free */
    char site[VT_PERSON_TEXT], origin[ORIGIN_TEXT];
    int64_t until_ms;
};

struct vt_css {
    struct vt_map by_key; /* to struct text, owned by by_use */
    struct vt_list by_use;
    size_t bytes;
    struct ticket tickets[VT_CSS_TICKETS];
    size_t next_ticket;
};

/* --- the texts ------------------------------------------------------------------------------------ */

static struct vt_css *css_of(struct vt_app *app)
{
    if (app->css)
        return app->css;
    app->css = calloc(1, sizeof(*app->css));
    if (app->css) {
        vt_map_init(&app->css->by_key);
        vt_list_init(&app->css->by_use);
    }
    return app->css;
}

static void drop(struct vt_css *css, struct text *text)
{
    vt_map_remove(&css->by_key, vt_str(text->key));
    vt_list_remove(&text->link);
    css->bytes -= text->css.len;
    vt_buf_finish(&text->css);
    free(text);
}

void vt_css_destroy(struct vt_css *css)
{
    if (!css)
        return;
    VT_LIST_EACH (text, &css->by_use, struct text, link)
        drop(css, text);
    vt_map_finish(&css->by_key);
    free(css);
}

static struct text *find(struct vt_css *css, struct vt_str site, struct vt_str hash)
{
    char key[KEY_TEXT];
    snprintf(key, sizeof(key), "%.*s/%.*s", VT_STR_ARG(site), VT_STR_ARG(hash));
    struct text *text = vt_map_get(&css->by_key, vt_str(key));
    if (text) {
        vt_list_remove(&text->link);
        vt_list_append(&css->by_use, &text->link);
    }
    return text;
}

struct vt_str vt_css_get(struct vt_app *app, struct vt_str site, struct vt_str hash)
{
    struct text *text = app->css ? find(app->css, site, hash) : NULL;
    return text ? vt_buf_view(&text->css) : (struct vt_str){ 0 };
}

/* The site's own longest unused go first, so that no site takes another's. */
static void make_room(struct vt_css *css, const char *site)
{
    size_t of_site = 0;
    VT_LIST_EACH (text, &css->by_use, struct text, link)
        of_site += strcmp(text->site, site) == 0 ? text->css.len : 0;
    VT_LIST_EACH (text, &css->by_use, struct text, link) {
        if (of_site <= VT_CSS_SITE && css->bytes <= VT_CSS_ALL)
            return;
        bool own = strcmp(text->site, site) == 0;
        if (!own && css->bytes <= VT_CSS_ALL)
            continue;
        of_site -= own ? text->css.len : 0;
        drop(css, text);
    }
}

void vt_css_keep(struct vt_app *app, const char *site, struct vt_css_texts *texts)
{
    struct vt_css *css = css_of(app);
    for (size_t i = 0; css && i < texts->n; i++) {
        if (find(css, vt_str(site), vt_str(texts->at[i].hash)))
            continue;
        struct text *text = calloc(1, sizeof(*text));
        if (!text)
            return;
        vt_str_copy(text->site, sizeof(text->site), vt_str(site));
        snprintf(text->key, sizeof(text->key), "%s/%s", site, texts->at[i].hash);
        if (vt_map_set(&css->by_key, vt_str(text->key), text) != VT_OK) {
            free(text);
            return;
        }
        text->css = texts->at[i].text;
        texts->at[i].text = (struct vt_buf)VT_BUF_INIT(0);
        vt_list_append(&css->by_use, &text->link);
        css->bytes += text->css.len;
    }
    if (css)
        make_room(css, site);
}

/* --- what comes ------------------------------------------------------------------------------------- */

static bool is_hash(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789abcdef", text.ptr[i]))
            return false;
    return text.len == VT_CSS_HASH;
}

static int read_text(const char *hash, const json_t *value, struct vt_css_text *ret, struct vt_buf *ret_why)
{
    struct vt_str text = { json_string_value(value), json_string_length(value) };
    char own[VT_SHA256_TEXT];
    if (!is_hash(vt_str(hash)) || !json_is_string(value) || text.len > VT_CSS_TEXT)
        return vt_buf_text(ret_why, "css maps SHA-256 hashes in lower-case hex to texts of at most 1 MiB."),
               VT_ERR_INVALID;
    if (vt_sha256_hex(text, own) != VT_OK)
        return VT_ERR_NOMEM;
    if (strcmp(own, hash) != 0)
        return vt_buf_printf(ret_why, "The text under %.8s… has another hash.", hash), VT_ERR_INVALID;
    memcpy(ret->hash, own, sizeof(own));
    vt_buf_init(&ret->text, 2 * VT_CSS_TEXT);
    vt_mirror_css(text, &ret->text);
    return ret->text.failed ? VT_ERR_NOMEM : VT_OK;
}

int vt_css_read(struct vt_str json, struct vt_css_texts *ret, struct vt_buf *ret_why)
{
    VT_CLEANUP(vt_json_unref)
    json_t *tree = vt_json_parse(json, VT_CSS_POST, ret_why);
    const char *hash;
    json_t *value, *css = json_object_get(tree, "css");
    *ret = (struct vt_css_texts){ 0 };
    if (!tree)
        return VT_ERR_INVALID;
    if (!json_is_object(css) || json_object_size(css) > VT_CSS_HASHES)
        return vt_buf_text(ret_why, "css must be an object of at most 64 texts by their hash."),
               VT_ERR_INVALID;
    json_object_foreach(css, hash, value)
    {
        int err = read_text(hash, value, &ret->at[ret->n], ret_why);
        ret->n++;
        if (err)
            return err;
    }
    return VT_OK;
}

void vt_css_texts_finish(struct vt_css_texts *texts)
{
    for (size_t i = 0; i < texts->n; i++)
        vt_buf_finish(&texts->at[i].text);
    texts->n = 0;
}

/* --- asking ------------------------------------------------------------------------------------------ */

static int make_ticket(struct vt_css *css, const struct vt_peer *peer, char ret[VT_ID_TEXT])
{
    struct ticket *ticket = &css->tickets[css->next_ticket++ % VT_CSS_TICKETS];
    struct vt_str origin = vt_conn_origin(peer->conn);
    vt_id_new(ret);
    *ticket = (struct ticket){ .until_ms = vt_now_ms() + VT_CSS_TICKET_MS };
    memcpy(ticket->site, peer->site, sizeof(ticket->site));
    if (!vt_str_copy(ticket->origin, sizeof(ticket->origin), origin))
        return VT_ERR_OVERLOADED;
    return vt_sha256_hex(vt_str(ret), ticket->hash) == VT_OK ? VT_OK : VT_ERR_OVERLOADED;
}

void vt_css_take_ticket(struct vt_app *app, struct vt_str text, struct vt_str origin,
                        char ret_site[VT_PERSON_TEXT])
{
    char hash[VT_SHA256_TEXT];
    ret_site[0] = '\0';
    if (!app->css || vt_sha256_hex(text, hash) != VT_OK)
        return;
    for (size_t i = 0; i < VT_CSS_TICKETS; i++) {
        struct ticket *ticket = &app->css->tickets[i];
        if (!ticket->hash[0] || !vt_secret_eq(vt_str(ticket->hash), vt_str(hash)))
            continue;
        if (vt_now_ms() < ticket->until_ms && vt_origin_same(vt_str(ticket->origin), origin))
            memcpy(ret_site, ticket->site, sizeof(ticket->site));
        *ticket = (struct ticket){ 0 };
        return;
    }
}

int vt_css_ask(struct vt_request *rq)
{
    const struct vt_msg_mirror_css *msg = rq->env->msg;
    struct vt_css *css = css_of(rq->app);
    struct vt_str missing[VT_CSS_HASHES];
    char ticket[VT_ID_TEXT], url[PATH_TEXT];
    struct vt_rep_mirror_css rep = { .missing = missing };
    if (!css)
        return VT_ERR_OVERLOADED;
    for (size_t i = 0; i < msg->hashes_n; i++) {
        if (!is_hash(msg->hashes[i]))
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/hashes", "SHA-256 in lower-case hex");
        if (!find(css, vt_str(rq->peer->site), msg->hashes[i]))
            missing[rep.missing_n++] = msg->hashes[i];
    }
    if (rep.missing_n > 0) {
        int err = make_ticket(css, rq->peer, ticket);
        if (err)
            return err;
        snprintf(url, sizeof(url), "%s/api/v1/mirror/css", vt_sites_own_first(rq->app->deps.sites));
        rep.url = vt_str(url);
        rep.ticket = vt_str(ticket);
    }
    return vt_reply_now(rq, NULL, &rep);
}
