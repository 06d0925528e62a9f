/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/quota.h"
#include "server/store/mails.h"

enum { LOOK_MS = 1000, SENDING_MOST = 8, SITE_BYTES = 64, BUSY_BYTES = 4096, PASSWORD_BYTES = 1024 };

#define MINUTE_MS INT64_C(60000)
#define LIFE_MS   (INT64_C(3) * 24 * 60 * MINUTE_MS)

struct vt_mailer {
    struct vt_mailer_deps deps;
    char password[PASSWORD_BYTES];
    struct vt_timer look;
    bool reading;            /* the store is asked for what is due */
    bool more;               /* something came meanwhile */
    struct vt_list attempts; /* list of attempt.link: being sent, or their result being stored */
    size_t attempts_n;
    char last_site[SITE_BYTES]; /* whose turn it was */
    bool closing;
    vt_mail_tried_fn *tried; /* NULL: nobody asks */
    void *tried_arg;
};

static struct vt_metric sent = { .name = "vitrine_mails_total",
                                 .help = "Mails by how a try ended.",
                                 .labels = "result=\"sent\"",
                                 .kind = VT_METRIC_COUNTER };
static struct vt_metric put_off = { .name = "vitrine_mails_total",
                                    .help = "Mails by how a try ended.",
                                    .labels = "result=\"put-off\"",
                                    .kind = VT_METRIC_COUNTER };
static struct vt_metric dead = { .name = "vitrine_mails_total",
                                 .help = "Mails by how a try ended.",
                                 .labels = "result=\"dead\"",
                                 .kind = VT_METRIC_COUNTER };

static void add_metrics(void)
{
    static bool is_added;
    if (is_added)
        return;
    is_added = true;
    vt_metrics_add(&sent);
    vt_metrics_add(&put_off);
    vt_metrics_add(&dead);
}

static void look(void *arg);

/* --- a try --------------------------------------------------------------------------------- */

/* One mail on its way; texts are copies of what matters after it was read. */
struct attempt {
    struct vt_list link; /* in vt_mailer.attempts */
    struct vt_mailer *mailer;
    char *site, *id, *conv, *about; /* owned; the last two may be NULL */
    char *why;                      /* owned; NULL: none */
    int64_t created, next;
    uint32_t tries;
    enum vt_mail_state state; /* what the try came to */
    bool storing;             /* the store will call */
    bool unstored;            /* it could not write the result before */
};

static void attempt_free(struct attempt *attempt)
{
    attempt->mailer->attempts_n--;
    vt_list_remove(&attempt->link);
    free(attempt->site);
    free(attempt->id);
    free(attempt->conv);
    free(attempt->about);
    free(attempt->why);
    free(attempt);
}

static void attempt_end(struct attempt *attempt)
{
    struct vt_mailer *mailer = attempt->mailer;
    attempt_free(attempt);
    if (!mailer->closing)
        look(mailer); /* another may take its place */
}

/* What is not stored is still due: it stays under way, so that a disk that is full sends nothing twice. */
static void handle_stored(void *arg, int err)
{
    struct attempt *attempt = arg;
    if (err) {
        if (!attempt->unstored)
            vt_log(VT_LOG_ERROR, "mail.store", VT_LOG_T("id", attempt->id),
                   VT_LOG_T("err", vt_err_name(err)));
        attempt->unstored = true;
        attempt->storing = false;
        return;
    }
    if (!attempt->mailer->closing && attempt->mailer->tried && attempt->conv && attempt->about)
        attempt->mailer->tried(attempt->mailer->tried_arg,
                               &(struct vt_mail_tried){ .site = vt_str(attempt->site),
                                                        .conv = vt_str(attempt->conv),
                                                        .about = vt_str(attempt->about),
                                                        .state = attempt->state,
                                                        .tries = attempt->tries });
    attempt_end(attempt);
}

static void attempt_store(struct attempt *attempt)
{
    const struct vt_store_mail row = { .site = vt_str(attempt->site),
                                       .id = vt_str(attempt->id),
                                       .why = attempt->why ? vt_str(attempt->why) : (struct vt_str){ 0 },
                                       .tries = attempt->tries,
                                       .next = attempt->next };
    attempt->storing = true;
    if (vt_store_mail_tried(attempt->mailer->deps.store, &row, attempt->state, handle_stored, attempt) !=
        VT_OK)
        handle_stored(attempt, VT_ERR_FULL);
}

/* Said for ever: no such person, refused content. All else may be better later, a wrong password too. */
static bool is_final(const struct vt_outgoing_result *result)
{
    return result->err == VT_OUTGOING_REFUSED && result->status >= 550 && result->status <= 559;
}

static int64_t wait_ms(uint32_t tries)
{
    static const int minutes[] = { 1, 5, 15, 60, 240 };
    return MINUTE_MS * minutes[tries - 1 < VT_COUNT(minutes) ? tries - 1 : VT_COUNT(minutes) - 1];
}

static void note(const struct attempt *attempt, const struct vt_outgoing_result *result,
                 enum vt_mail_state state)
{
    vt_metric_inc(state == VT_MAIL_SENT ? &sent : state == VT_MAIL_DEAD ? &dead : &put_off, 1);
    if (state == VT_MAIL_SENT)
        vt_log(VT_LOG_INFO, "mail.sent", VT_LOG_T("id", attempt->id), VT_LOG_N("try", attempt->tries));
    else /* the server's words may name the person: they stay in the store */
        vt_log(VT_LOG_WARN, state == VT_MAIL_DEAD ? "mail.dead" : "mail.put-off", VT_LOG_T("id", attempt->id),
               VT_LOG_N("try", attempt->tries), VT_LOG_N("status", result->status),
               VT_LOG_T("why", result->err == VT_OUTGOING_REFUSED ? "refused" : result->why));
}

static void handle_tried(void *arg, const struct vt_outgoing_result *result)
{
    struct attempt *attempt = arg;
    int64_t now = vt_wall_ms();
    if (result->err == VT_OUTGOING_CLOSED) { /* no try: the next start begins where we are */
        attempt_end(attempt);
        return;
    }
    attempt->tries++;
    attempt->next = now + wait_ms(attempt->tries);
    attempt->state = VT_MAIL_SENT;
    if (result->err) {
        bool is_over = is_final(result) || attempt->next > attempt->created + LIFE_MS;
        attempt->state = is_over ? VT_MAIL_DEAD : VT_MAIL_WAITING;
        attempt->why = vt_str_dup(vt_str(result->why));
    }
    note(attempt, result, attempt->state);
    attempt_store(attempt);
}

static void attempt_begin(struct vt_mailer *mailer, const struct vt_store_mail *mail)
{
    const struct vt_config *config = mailer->deps.config;
    struct attempt *attempt = calloc(1, sizeof(*attempt));
    const struct vt_outgoing_mail request = { .site = mail->site,
                                              .url = vt_str(config->mail_url),
                                              .user = vt_str(config->mail_user),
                                              .password = vt_str(mailer->password),
                                              .from = vt_str(config->mail_from),
                                              .to = mail->to,
                                              .body = mail->body,
                                              .plain_ok = config->mail_plain };
    if (!attempt)
        return;
    attempt->mailer = mailer;
    vt_list_init(&attempt->link);
    vt_list_append(&mailer->attempts, &attempt->link);
    mailer->attempts_n++;
    attempt->site = vt_str_dup(mail->site);
    attempt->id = vt_str_dup(mail->id);
    attempt->conv = mail->conv.ptr ? vt_str_dup(mail->conv) : NULL;
    attempt->about = mail->about.ptr ? vt_str_dup(mail->about) : NULL;
    attempt->created = mail->created;
    attempt->tries = mail->tries;
    /* What cannot begin stays due. */
    if (!attempt->site || !attempt->id ||
        vt_outgoing_mail(mailer->deps.outgoing, &request, handle_tried, attempt) != VT_OK)
        attempt_free(attempt);
}

/* --- what is due ------------------------------------------------------------------------------ */

static size_t count_of(const struct vt_mailer *mailer, struct vt_str site)
{
    size_t n = 0;
    VT_LIST_EACH (attempt, (struct vt_list *)&mailer->attempts, struct attempt, link)
        n += vt_str_eq(vt_str(attempt->site), site);
    return n;
}

static bool has_share(const struct vt_mailer *mailer, struct vt_str site)
{
    return count_of(mailer, site) >= vt_quotas_share(mailer->deps.quotas, SENDING_MOST);
}

static void handle_due(void *arg, int err, const struct vt_store_mail *mails, size_t n)
{
    struct vt_mailer *mailer = arg;
    mailer->reading = false;
    if (mailer->closing)
        return;
    if (err)
        vt_log(VT_LOG_ERROR, "mail.read", VT_LOG_T("err", vt_err_name(err)));
    for (size_t i = 0; !err && i < n; i++) {
        vt_str_copy(mailer->last_site, sizeof(mailer->last_site), mails[i].site);
        if (!has_share(mailer, mails[i].site))
            attempt_begin(mailer, &mails[i]);
    }
    if (mailer->more)
        look(mailer);
}

/* What is under way is not read again, nor is a site that has its share of it. */
static void put_busy(const struct vt_mailer *mailer, struct vt_buf *out)
{
    VT_LIST_EACH (attempt, (struct vt_list *)&mailer->attempts, struct attempt, link) {
        vt_buf_printf(out, " %s ", attempt->id);
        if (has_share(mailer, vt_str(attempt->site)))
            vt_buf_printf(out, " %s ", attempt->site);
    }
}

static void look(void *arg)
{
    struct vt_mailer *mailer = arg;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf busy = VT_BUF_INIT(BUSY_BYTES);
    mailer->more = mailer->reading;
    if (mailer->reading || mailer->attempts_n >= SENDING_MOST)
        return;
    put_busy(mailer, &busy);
    const struct vt_mails_turn turn = { .now = vt_wall_ms(),
                                        .limit = SENDING_MOST - mailer->attempts_n,
                                        .after = vt_str(mailer->last_site),
                                        .busy = vt_buf_view(&busy) };
    mailer->reading = !busy.failed &&
                      vt_store_mails_due(mailer->deps.store, &turn, handle_due, mailer) == VT_OK;
}

static void handle_second(void *arg)
{
    struct vt_mailer *mailer = arg;
    VT_LIST_EACH (attempt, &mailer->attempts, struct attempt, link)
        if (attempt->unstored && !attempt->storing)
            attempt_store(attempt);
    look(mailer);
}

/* --- taking mails ------------------------------------------------------------------------------ */

struct promise {
    struct vt_mailer *mailer;
    vt_mail_fn *done;
    void *arg;
};

static void handle_put(void *arg, int err)
{
    struct promise *promise = arg;
    struct vt_mailer *mailer = promise->mailer;
    if (promise->done)
        promise->done(promise->arg, err);
    free(promise);
    if (!err && !mailer->closing)
        look(mailer);
}

int vt_mail_send(struct vt_mailer *mailer, const struct vt_mail *mail, vt_mail_fn *done, void *arg)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(VT_MAIL_BYTES);
    char id[VT_ID_TEXT];
    int64_t now = vt_wall_ms();
    if (!vt_mailer_is_set_up(mailer))
        return VT_ERR_MISSING;
    vt_id_new(id);
    int err = vt_mail_write(mail, vt_str(mailer->deps.config->mail_from), id, now, &body);
    struct promise *promise = err ? NULL : malloc(sizeof(*promise));
    if (!promise)
        return err ? err : VT_ERR_NOMEM;
    *promise = (struct promise){ mailer, done, arg };
    const struct vt_store_mail row = { .site = mail->site,
                                       .conv = mail->conv,
                                       .id = vt_str(id),
                                       .to = mail->to,
                                       .body = vt_buf_view(&body),
                                       .about = mail->about,
                                       .about_most = mail->about_most,
                                       .created = now,
                                       .next = now };
    err = vt_store_mail_put(mailer->deps.store, &row, (uint32_t)mailer->deps.config->mail_per_day, handle_put,
                            promise);
    if (err)
        free(promise);
    return err;
}

void vt_mailer_on_tried(struct vt_mailer *mailer, vt_mail_tried_fn *fn, void *arg)
{
    mailer->tried = fn;
    mailer->tried_arg = arg;
}

bool vt_mailer_is_set_up(const struct vt_mailer *mailer)
{
    return mailer->deps.config->mail_url[0] != '\0';
}

/* --- life --------------------------------------------------------------------------------------- */

/* The file's first line. */
static int read_password(struct vt_mailer *mailer, struct vt_buf *ret_error)
{
    const char *path = mailer->deps.config->mail_password_file;
    if (!path[0])
        return VT_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, mailer->password, sizeof(mailer->password) - 1) : -1;
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (n < 0) {
        vt_buf_printf(ret_error, "--mail-password-file %s cannot be read: %s.", path, strerror(why));
        return VT_ERR_IO;
    }
    mailer->password[n] = '\0';
    mailer->password[strcspn(mailer->password, "\r\n")] = '\0';
    return VT_OK;
}

struct vt_mailer *vt_mailer_create(const struct vt_mailer_deps *deps, struct vt_buf *ret_error)
{
    struct vt_mailer *mailer = calloc(1, sizeof(*mailer));
    if (!mailer) {
        vt_buf_text(ret_error, "No memory for the mail.");
        return NULL;
    }
    mailer->deps = *deps;
    if (read_password(mailer, ret_error) != VT_OK) {
        free(mailer);
        return NULL;
    }
    add_metrics();
    vt_list_init(&mailer->attempts);
    vt_timer_init(deps->loop, &mailer->look, handle_second, mailer);
    if (vt_mailer_is_set_up(mailer))
        vt_timer_start(&mailer->look, 0, LOOK_MS);
    return mailer;
}

void vt_mailer_close(struct vt_mailer *mailer)
{
    if (!mailer || mailer->closing)
        return;
    mailer->closing = true;
    vt_timer_close(&mailer->look, NULL);
}

void vt_mailer_destroy(struct vt_mailer *mailer)
{
    if (!mailer)
        return;
    VT_LIST_EACH (attempt, &mailer->attempts, struct attempt, link)
        attempt_free(attempt); /* whose result the store never took */
    vt_secret_wipe(mailer->password, sizeof(mailer->password));
    free(mailer);
}
