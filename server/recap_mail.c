/* SPDX-License-Identifier: Apache-2.0 */
#include "server/recap_mail.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/log.h"
#include "server/media_film.h"
#include "server/media_service.h"
#include "server/template_address.h"

enum { TEXT_BYTES = 512 * 1024, HTML_BYTES = 1 << 20, PICTURES_BYTES = 6 << 20, EMAIL_MAX = 254 };

/* Of one recap: enough for a mistyped address or two, too few to be of use to anybody else. */
enum { MAILS_MOST = 5 };

static const char about[] = "recap ";

struct posting {
    struct vt_app *app;
    struct vt_recap *recap; /* owned */
    char to[EMAIL_MAX + 1];
    vt_mail_fn *done;
    void *arg;
    /* The piece being drawn. */
    size_t at;
    struct vt_template template;
    struct vt_buf json; /* the recipe's, or what the film is made of */
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1];
    /* What has been drawn. */
    struct vt_buf pictures[VT_RECAP_PIECES]; /* owned; empty: none */
    bool has_picture[VT_RECAP_PIECES];
    size_t bytes;
};

static void posting_free(struct posting *posting)
{
    for (size_t i = 0; i < VT_RECAP_PIECES; i++)
        vt_buf_finish(&posting->pictures[i]);
    vt_buf_finish(&posting->json);
    vt_recap_destroy(posting->recap);
    free(posting);
}

/* --- the mail -------------------------------------------------------------------------------------- */

static void handle_put(void *arg, int err)
{
    struct posting *posting = arg;
    posting->done(posting->arg, err);
    posting_free(posting);
}

static size_t list_files(const struct posting *posting, char (*names)[32],
                         struct vt_mail_file files[VT_RECAP_PIECES])
{
    const struct vt_recap_piece *pieces = posting->recap->pieces;
    size_t n = 0;
    for (size_t i = 0; i < posting->recap->pieces_n; i++) {
        if (!posting->has_picture[i])
            continue;
        snprintf(names[2 * n], sizeof(names[0]), "piece-%zu", i + 1);
        snprintf(names[2 * n + 1], sizeof(names[0]), "piece-%zu.%s", i + 1,
                 pieces[i].is_film ? "webp" : "jpg");
        files[n] = (struct vt_mail_file){ .cid = vt_str(names[2 * n]),
                                          .name = vt_str(names[2 * n + 1]),
                                          .type = vt_str(pieces[i].is_film ? "image/webp" : "image/jpeg"),
                                          .bytes = vt_buf_view(&posting->pictures[i]) };
        n++;
    }
    return n;
}

static int send_mail(struct posting *posting)
{
    const struct vt_recap *recap = posting->recap;
    const struct vt_site *site = vt_sites_by_id(posting->app->deps.sites, vt_str(recap->site));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf subject = VT_BUF_INIT(400), link = VT_BUF_INIT(VT_RECAP_LINK);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(TEXT_BYTES), html = VT_BUF_INIT(HTML_BYTES);
    char what[sizeof(about) + VT_ID_TEXT], names[2 * VT_RECAP_PIECES][32];
    struct vt_mail_file files[VT_RECAP_PIECES];
    int err = site ? vt_recap_link(posting->app->deps.sites, recap, &link) : VT_ERR_MISSING;
    if (!err)
        err = vt_recap_write_text(recap, site, vt_buf_view(&link), &text);
    if (!err)
        err = vt_recap_write_html(recap, site, vt_buf_view(&link), posting->has_picture, &html);
    if (err)
        return err;
    vt_recap_write_subject(recap, &subject);
    snprintf(what, sizeof(what), "%s%.*s", about, VT_STR_ARG(recap->sid));
    const struct vt_mail mail = { .site = vt_str(recap->site),
                                  .to = vt_str(posting->to),
                                  .from_name = vt_str(site->name),
                                  .subject = vt_buf_view(&subject),
                                  .text = vt_buf_view(&text),
                                  .html = vt_buf_view(&html),
                                  .files = files,
                                  .files_n = list_files(posting, names, files),
                                  .conv = vt_str(recap->conv),
                                  .about = vt_str(what),
                                  .about_most = MAILS_MOST };
    return vt_mail_send(posting->app->deps.mailer, &mail, handle_put, posting);
}

/* --- its pictures ------------------------------------------------------------------------------------ */

static void draw_next(struct posting *posting);

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    struct posting *posting = arg;
    struct vt_buf *picture = &posting->pictures[posting->at];
    (void)problem;
    if (bytes.ptr && posting->bytes + bytes.len <= PICTURES_BYTES && vt_buf_str(picture, bytes) == VT_OK) {
        posting->bytes += bytes.len;
        posting->has_picture[posting->at] = true;
    }
    posting->at++;
    draw_next(posting);
}

static void handle_found(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct posting *posting = arg;
    struct vt_recipe *recipe = &posting->recipe;
    vt_buf_reset(&posting->json);
    if (master && vt_template_text(&posting->template, &posting->json) == VT_OK) {
        *recipe = (struct vt_recipe){ .kind = VT_RECIPE_TEMPLATE,
                                      .format = VT_FMT_JPEG,
                                      .template_json = vt_buf_cstr(&posting->json) };
        vt_str_copy(recipe->media, sizeof(recipe->media), posting->recap->pieces[posting->at].media);
        if (vt_recipe_key(recipe, posting->key) == VT_OK) {
            const struct vt_media_order order = { .recipe = recipe, .key = posting->key, .master = master };
            vt_media_make(posting->app->deps.media, &order, handle_made, posting);
            return;
        }
    }
    handle_made(posting, problem, (struct vt_str){ 0 });
}

/* The picture of the very address that the page shows, so both are one in the cache. */
static bool read_piece(struct posting *posting, const struct vt_recap_piece *piece)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf address = VT_BUF_INIT(VT_TEMPLATE_ADDRESS_MAX);
    struct vt_media_problem problem;
    const struct vt_recap *recap = posting->recap;
    const struct vt_site *site = vt_sites_by_id(posting->app->deps.sites, vt_str(recap->site));
    if (!site || vt_address_recap(site, vt_str(recap->conv), piece->cs, piece->media, &address) != VT_OK)
        return false;
    const char *d = strstr(vt_buf_cstr(&address), "?d=");
    return d &&
           vt_template_decode_d(VT_TEMPLATE_RECAP, piece->media, vt_str(d + 3), &posting->template,
                                &problem) == VT_MEDIA_OK &&
           vt_template_of_kept(piece->body, piece->media, &posting->template, &problem) == VT_MEDIA_OK;
}

/* A film moves in the mail: as an animated picture, which leads to the page. */
static bool draw_film(struct posting *posting, const struct vt_recap_piece *piece)
{
    struct vt_media *media = posting->app->deps.media;
    char id[VT_SIGN_ID + 1], group[VT_MEDIA_GROUP];
    vt_buf_reset(&posting->json);
    if (!vt_str_copy(id, sizeof(id), piece->media) ||
        vt_media_film_text(media, piece->media, &posting->json) != VT_OK)
        return false;
    vt_media_group(vt_str(posting->recap->conv), group);
    const struct vt_media_film_order order = { .id = id,
                                               .text = vt_buf_cstr(&posting->json),
                                               .kind = VT_RECIPE_FILM_LOOK,
                                               .format = VT_FMT_WEBP,
                                               .group = vt_str(group) };
    vt_media_film(media, &order, handle_made, posting);
    return true;
}

static void draw_next(struct posting *posting)
{
    const struct vt_recap *recap = posting->recap;
    for (; posting->at < recap->pieces_n; posting->at++) {
        const struct vt_recap_piece *piece = &recap->pieces[posting->at];
        if (piece->is_film && draw_film(posting, piece))
            return;
        if (!piece->is_film && read_piece(posting, piece))
            break;
    }
    if (posting->at < recap->pieces_n) {
        vt_media_find(posting->app->deps.media, recap->pieces[posting->at].media, handle_found, posting);
        return;
    }
    int err = send_mail(posting);
    if (err)
        handle_put(posting, err);
}

int vt_recap_mail(struct vt_app *app, struct vt_recap *recap, struct vt_str to, vt_mail_fn *done, void *arg)
{
    struct posting *posting = calloc(1, sizeof(*posting));
    if (!posting) {
        vt_recap_destroy(recap);
        return VT_ERR_NOMEM;
    }
    posting->app = app;
    posting->recap = recap;
    vt_str_copy(posting->to, sizeof(posting->to), to);
    posting->done = done;
    posting->arg = arg;
    vt_buf_init(&posting->json, VT_TEMPLATE_JSON_MAX); /* more than a film takes */
    for (size_t i = 0; i < VT_RECAP_PIECES; i++)
        vt_buf_init(&posting->pictures[i], PICTURES_BYTES);
    draw_next(posting);
    return VT_OK;
}

/* --- what came of it --------------------------------------------------------------------------------- */

struct telling {
    enum vt_recap_word word;
    char sid[VT_ID_TEXT];
};

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct telling *telling = arg;
    if (!err)
        vt_recap_tell(conv, telling->word, vt_str(telling->sid), 0);
    free(telling);
}

void vt_recap_mail_tried(void *arg, const struct vt_mail_tried *tried)
{
    static const enum vt_recap_word words[] = { [VT_MAIL_WAITING] = VT_RECAP_WORD_DELAYED,
                                                [VT_MAIL_SENT] = VT_RECAP_WORD_SENT,
                                                [VT_MAIL_DEAD] = VT_RECAP_WORD_FAILED };
    const size_t n = strlen(about);
    bool again = tried->state == VT_MAIL_WAITING && tried->tries > 1; /* that it waits was said */
    if (again || tried->about.len <= n || memcmp(tried->about.ptr, about, n) != 0)
        return;
    struct telling *telling = calloc(1, sizeof(*telling));
    if (!telling)
        return;
    telling->word = words[tried->state];
    vt_str_copy(telling->sid, sizeof(telling->sid),
                (struct vt_str){ tried->about.ptr + n, tried->about.len - n });
    if (vt_conv_load(arg, tried->site, tried->conv, handle_loaded, telling) != VT_OK)
        free(telling);
}
