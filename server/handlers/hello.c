/* SPDX-License-Identifier: Apache-2.0 */
/* hello: who is there, for which site, and what they go on with. The reply is the welcome. */
#include <stdio.h>
#include <stdlib.h>

#include "server/ask.h"
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/join.h"
#include "server/log.h"
#include "server/mail.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/presence.h"
#include "server/profile.h"
#include "server/queue_status.h"
#include "server/rights.h"
#include "server/session.h"
#include "server/site.h"
#include "server/trail.h"

enum { CONVS_MAX = 16 };

/* A hello on its way to the welcome: several joins may have to finish first. */
struct welcome {
    struct vt_reply_to to;
    size_t asked, n, pending;
    struct {
        char conv[VT_CONV_TEXT], tok[VT_ID_TEXT], former[VT_ID_TEXT];
        struct vt_position from;
        struct vt_join *join; /* owned until flushed */
        struct welcome *welcome;
    } convs[CONVS_MAX];
    char customer[VT_ID_TEXT], sid[VT_ID_TEXT]; /* sid: of a guest's link */
    char *page;                                 /* owned JSON of page, or NULL */
    char lang[36];                              /* of the customer's page; "": not said */
    bool failed;
    int why; /* of failed: a refusal that is no fault of ours, or 0 */
};

static void welcome_free(struct welcome *welcome)
{
    free(welcome->page);
    free(welcome);
}

static void refuse(struct welcome *welcome, int err, const char *msg)
{
    struct vt_peer *peer = vt_peer_find(welcome->to.app, welcome->to.peer);
    for (size_t i = 0; i < welcome->n; i++)
        if (welcome->convs[i].join)
            vt_join_drop(welcome->convs[i].join);
    if (peer)
        peer->phase = VT_PHASE_NEW; /* another hello may do better, within the hello timeout */
    vt_reply_error(&welcome->to, err, msg);
    /* A fault of ours: come back, in so many ms. Staying would end in 4506, which is final. */
    if (peer && vt_err_row(err)->retry)
        vt_peer_close(peer, VT_CLOSE_OVERLOAD, "1000");
    welcome_free(welcome);
}

static struct vt_str caps[] = { { "bin1", 4 } };

enum { RULES_MOST = 32, HOSTS_MOST = 32, MASK_EACH = 16 };

struct mirror_told {
    struct vt_t_mirror_settings settings;
    struct vt_t_mirror_rule rules[RULES_MOST];
    struct vt_str hosts[HOSTS_MOST];
};

static void add_hosts(struct mirror_told *told, const struct vt_texts *hosts)
{
    for (size_t i = 0; i < hosts->n && told->settings.hosts_n < HOSTS_MOST; i++)
        told->hosts[told->settings.hosts_n++] = hosts->at[i];
}

/* What is masked everywhere becomes rules for every page; texts borrowed from the settings. */
static void describe_mirror(const struct vt_app *app, const struct vt_peer *peer,
                            const struct vt_settings *settings, struct mirror_told *ret)
{
    struct vt_t_mirror_settings *told = &ret->settings;
    *told = (struct vt_t_mirror_settings){ .allowed = settings->mirror.allowed,
                                           .level = (enum vt_mirror_level)settings->mirror.level,
                                           .version = vt_str(settings->mirror.version),
                                           .rules = ret->rules,
                                           .hosts = ret->hosts };
    for (size_t i = 0; i < settings->mask.n && told->rules_n < RULES_MOST; i += MASK_EACH) {
        size_t n = settings->mask.n - i < MASK_EACH ? settings->mask.n - i : MASK_EACH;
        ret->rules[told->rules_n++] = (struct vt_t_mirror_rule){ .url = VT_STR("*"),
                                                                 .mask = settings->mask.at + i,
                                                                 .mask_n = n };
    }
    for (size_t i = 0; i < settings->mirror.rules_n && told->rules_n < RULES_MOST; i++) {
        const struct vt_setting_mirror_rule *rule = &settings->mirror.rules[i];
        ret->rules[told->rules_n++] = (struct vt_t_mirror_rule){ .url = rule->url,
                                                                 .mask = rule->mask.at,
                                                                 .mask_n = rule->mask.n,
                                                                 .block = rule->block.at,
                                                                 .block_n = rule->block.n,
                                                                 .no_control = rule->no_control.at,
                                                                 .no_control_n = rule->no_control.n };
    }
    add_hosts(ret, &settings->mirror.hosts);
    add_hosts(ret, &settings->push_hosts);
    if (vt_peer_is_staff(peer) && app->deps.config->mirror_origin[0])
        told->origin = vt_str(app->deps.config->mirror_origin);
}

/* What the site has decided on beside its name; staff have a look of their own. `theme` and `mirror`
 * hold what `ret` names. */
static void describe_site(const struct vt_peer *peer, const struct vt_site *site, struct vt_t_theme *theme,
                          struct mirror_told *mirror, struct vt_t_site_info *ret)
{
    *ret = (struct vt_t_site_info){ .name = vt_str(site ? site->name : ""),
                                    .key = vt_str(site ? site->key : "") };
    if (site && peer->role != VT_ROLE_GUEST) {
        describe_mirror(peer->app, peer, site->settings, mirror);
        ret->mirror = &mirror->settings;
        ret->notes = (uint8_t)site->settings->watch.notes_month;
        ret->has_notes = ret->notes > 0;
    }
    if (!site || vt_peer_is_staff(peer))
        return;
    const struct vt_settings *settings = site->settings;
    *theme = (struct vt_t_theme){ .accent = settings->theme.accent,
                                  .on_accent = settings->theme.on_accent,
                                  .font = settings->theme.font,
                                  .radius = (uint16_t)settings->theme.radius,
                                  .has_radius = settings->theme.has_radius };
    ret->rating = settings->rating;
    ret->has_rating = true;
    ret->mail = peer->app->deps.mailer && vt_mailer_is_set_up(peer->app->deps.mailer);
    ret->has_mail = true;
    if (theme->accent.ptr || theme->font.ptr || theme->has_radius)
        ret->theme = theme;
}

static void send_welcome(struct welcome *welcome, struct vt_peer *peer)
{
    struct vt_app *app = welcome->to.app;
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(peer->site));
    struct vt_t_welcome_conv convs[CONVS_MAX];
    struct vt_t_chan ch[256];
    struct vt_t_theme theme;
    struct vt_rep_hello rep = {
        .conn = vt_str(peer->id),
        .node = vt_str(app->node),
        .hb = (uint32_t)app->deps.config->beat_idle,
        .max = (uint32_t)app->deps.config->text_up,
        .time = vt_wall_ms(),
        .caps = caps,
        .caps_n = VT_COUNT(caps),
        .me = { .id = vt_str(vt_peer_is_staff(peer) ? peer->person : NULL),
                .name = vt_str(peer->name),
                .role = peer->role },
        .convs = convs,
        .ch = ch,
    };
    struct mirror_told mirror;
    describe_site(peer, site, &theme, &mirror, &rep.site);
    for (size_t i = 0; i < welcome->n; i++) {
        struct vt_member *member = welcome->convs[i].join ? vt_join_member(welcome->convs[i].join) : NULL;
        if (!member)
            continue;
        vt_join_describe(welcome->convs[i].join, &convs[rep.convs_n]);
        memcpy(peer->token, welcome->convs[i].tok, sizeof(peer->token));
        if (peer->token[0])
            convs[rep.convs_n].tok = vt_str(welcome->convs[i].tok);
        rep.me.name = vt_str(vt_member_person(member)->name); /* a customer keeps the first name given */
        if (member->conv->session.state == VT_STATE_LIVE)
            rep.hb = (uint32_t)app->deps.config->beat_live;
        rep.convs_n++;
        rep.ch_n += vt_chans_list(member, ch + rep.ch_n, VT_COUNT(ch) - rep.ch_n);
    }
    vt_reply_ok(&welcome->to, NULL, &rep);
    vt_peer_beat(peer, rep.hb == (uint32_t)app->deps.config->beat_live);
}

static void finish(struct welcome *welcome)
{
    struct vt_app *app = welcome->to.app;
    struct vt_peer *peer = vt_peer_find(app, welcome->to.peer);
    if (!peer || welcome->failed) {
        refuse(welcome, welcome->why ? welcome->why : VT_ERR_STORE_UNAVAILABLE,
               welcome->why == VT_ERR_TOKEN_BAD ? "the session this link was for is over" : NULL);
        return;
    }
    peer->phase = VT_PHASE_OPEN;
    vt_conn_welcomed(peer->conn);
    send_welcome(welcome, peer);
    for (size_t i = 0; i < welcome->n; i++) {
        struct vt_join *join = VT_TAKE(welcome->convs[i].join);
        struct vt_member *member = join ? vt_join_member(join) : NULL;
        if (join)
            vt_join_flush(join, false);
        if (member && peer->phase == VT_PHASE_OPEN)
            vt_people_here(member);
        if (member && welcome->page)
            vt_trail_add_json(member->conv, welcome->page);
        if (member && peer->role == VT_ROLE_CUSTOMER)
            vt_profile_speaks(member->conv, vt_str(welcome->lang));
    }
    if (vt_peer_is_staff(peer)) {
        vt_presence_here(peer);
        vt_ask_tell(peer);
    } else if (peer->role == VT_ROLE_CUSTOMER) {
        memcpy(peer->lang, welcome->lang, sizeof(peer->lang));
        vt_queue_status(peer);
    }
    vt_log(VT_LOG_INFO, "peer.welcome", VT_LOG_T("peer", peer->id),
           VT_LOG_T("role", vt_role_name(peer->role)), VT_LOG_N("conversations", welcome->n));
    welcome_free(welcome);
}

static void one_done(struct welcome *welcome)
{
    if (--welcome->pending == 0)
        finish(welcome);
}

static void handle_token_stored(void *arg, int err)
{
    struct welcome *welcome = arg;
    if (err)
        welcome->failed = true;
    one_done(welcome);
}

/* A customer's next resume needs a token of its own, committed before it is handed out. */
static int store_token(struct welcome *welcome, size_t i)
{
    struct vt_peer *peer = vt_peer_find(welcome->to.app, welcome->to.peer);
    if (!peer)
        return VT_ERR_GONE;
    struct vt_store_resume row = { .site = vt_str(peer->site),
                                   .conv = vt_str(welcome->convs[i].conv),
                                   .role = vt_str(vt_role_name(peer->role)),
                                   .person = vt_str(peer->person),
                                   .origin = vt_conn_origin(peer->conn),
                                   .expires = vt_steady_ms() + welcome->to.app->deps.config->resume_life };
    vt_id_new(welcome->convs[i].tok);
    return vt_store_resume_put(welcome->to.app->deps.store, vt_str(welcome->convs[i].tok),
                               vt_str(welcome->convs[i].former[0] ? welcome->convs[i].former : NULL), &row,
                               handle_token_stored, welcome);
}

static size_t index_of(const struct welcome *welcome, const void *slot)
{
    return (size_t)((const char *)slot - (const char *)welcome->convs) / sizeof(welcome->convs[0]);
}

static void handle_joined(void *arg, struct vt_join *join, int err)
{
    struct welcome *welcome = *(struct welcome **)arg;
    size_t i = index_of(welcome, arg);
    struct vt_peer *peer = vt_peer_find(welcome->to.app, welcome->to.peer);
    welcome->convs[i].join = join;
    if (err)
        welcome->failed = true;
    bool resumes = peer && !vt_peer_is_staff(peer);
    if (!err && resumes && store_token(welcome, i) == VT_OK)
        return;
    if (resumes)
        welcome->failed = true;
    one_done(welcome);
}

/* A link is for one session: not for the next one, and not once it has ended. */
static bool is_over(const struct welcome *welcome, const struct vt_conversation *conv,
                    const struct vt_peer *peer)
{
    return peer->role == VT_ROLE_GUEST && (!vt_session_runs(&conv->session) ||
                                           (welcome->sid[0] && strcmp(welcome->sid, conv->session.sid) != 0));
}

/* The customer of a practice is a script in our own console; every other one is on a page of the shop's. */
static bool is_astray(const struct vt_conversation *conv, const struct vt_peer *peer)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    return peer->role == VT_ROLE_CUSTOMER && !vt_practice_is(conv) &&
           !(site && vt_site_origin_allowed(site, vt_conn_origin(peer->conn)));
}

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct welcome *welcome = *(struct welcome **)arg;
    size_t i = index_of(welcome, arg);
    struct vt_peer *peer = vt_peer_find(welcome->to.app, welcome->to.peer);
    if (!err && peer && (is_over(welcome, conv, peer) || is_astray(conv, peer)))
        welcome->why = err = VT_ERR_TOKEN_BAD;
    if (!err && peer && !vt_rights_conv(conv, peer))
        err = VT_ERR_NOT_FOUND;
    if (!err && peer)
        err = vt_join_start(conv, peer, welcome->convs[i].from, handle_joined, arg);
    if (!err && peer)
        return;
    /* A console's conversation that is gone is left out; a customer's or guest's is all there is. */
    if (peer && (!vt_peer_is_staff(peer) || err == VT_ERR_STORE_UNAVAILABLE))
        welcome->failed = true;
    if (peer && err == VT_ERR_CAP_REACHED)
        welcome->why = err;
    one_done(welcome);
}

static void load_all(struct welcome *welcome)
{
    struct vt_app *app = welcome->to.app;
    struct vt_peer *peer = vt_peer_find(app, welcome->to.peer);
    welcome->pending = 1;
    for (size_t i = 0; peer && i < welcome->n; i++) {
        welcome->convs[i].welcome = welcome;
        welcome->pending++;
        if (vt_conv_load(app, vt_str(peer->site), vt_str(welcome->convs[i].conv), handle_loaded,
                         &welcome->convs[i].welcome) != VT_OK) {
            welcome->pending--;
            welcome->failed = true;
        }
    }
    one_done(welcome);
}

/* --- customers -------------------------------------------------------------------------------- */

static void handle_created(void *arg, int err)
{
    struct welcome *welcome = arg;
    if (err)
        refuse(welcome, VT_ERR_STORE_UNAVAILABLE, NULL);
    else
        load_all(welcome);
}

static int create_conversation(struct welcome *welcome, struct vt_peer *peer)
{
    vt_id_new(welcome->convs[0].conv);
    vt_id_new(welcome->customer);
    vt_str_copy(peer->person, sizeof(peer->person), vt_str(welcome->customer));
    welcome->n = 1;
    struct vt_store_conv row = { .site = vt_str(peer->site),
                                 .conv = vt_str(welcome->convs[0].conv),
                                 .customer = vt_str(welcome->customer),
                                 .created = vt_wall_ms() };
    return vt_store_conv_create(welcome->to.app->deps.store, &row, handle_created, welcome);
}

static void handle_resume(void *arg, int err, const struct vt_store_resume *row)
{
    struct welcome *welcome = arg;
    struct vt_peer *peer = vt_peer_find(welcome->to.app, welcome->to.peer);
    if (!peer) {
        refuse(welcome, VT_ERR_TOKEN_BAD, NULL);
        return;
    }
    bool good = err == VT_OK && vt_str_eq(row->site, vt_str(peer->site)) &&
                vt_str_eq(row->role, vt_str(vt_role_name(peer->role))) &&
                vt_str_eq(row->origin, vt_conn_origin(peer->conn)) &&
                vt_str_eq(row->conv, vt_str(welcome->convs[0].conv));
    if (!good) {
        if (err != VT_OK && err != VT_ERR_MISSING) {
            refuse(welcome, VT_ERR_STORE_UNAVAILABLE, NULL);
            return;
        }
        vt_log(VT_LOG_WARN, "resume.refused", VT_LOG_T("peer", peer->id));
        refuse(welcome, VT_ERR_TOKEN_BAD,
               "the resume token is unknown, expired or of another page; say hello without resume");
        return;
    }
    vt_str_copy(peer->person, sizeof(peer->person), row->person);
    load_all(welcome);
}

/* --- guests, and customers who come back by a link ------------------------------------------- */

static void handle_once(void *arg, int err, const struct vt_store_once *once)
{
    struct welcome *welcome = arg;
    struct vt_peer *peer = vt_peer_find(welcome->to.app, welcome->to.peer);
    if (err || !peer) {
        refuse(welcome, err && err != VT_ERR_MISSING ? VT_ERR_STORE_UNAVAILABLE : VT_ERR_TOKEN_BAD,
               "the link has been used, has expired, or is of another site");
        return;
    }
    welcome->n = 1;
    vt_str_copy(welcome->convs[0].conv, sizeof(welcome->convs[0].conv), once->conv);
    vt_str_copy(welcome->sid, sizeof(welcome->sid), once->sid);
    if (peer->role == VT_ROLE_CUSTOMER && once->name.len > 0)
        vt_str_copy(peer->name, sizeof(peer->name), once->name);
    if (peer->role == VT_ROLE_GUEST) {
        vt_id_new(peer->person);
        vt_str_copy(peer->name, sizeof(peer->name),
                    once->name.len > 0 ? once->name
                    : peer->name[0]    ? vt_str(peer->name)
                                       : VT_STR("Guest"));
    }
    load_all(welcome);
}

static int hello_by_link(struct vt_request *rq, const struct vt_msg_hello *msg, struct welcome *welcome)
{
    struct vt_str kind = msg->role == VT_ROLE_GUEST ? VT_STR("guest") : VT_STR("back");
    return vt_store_once_take(rq->app->deps.store, vt_str(rq->peer->site), kind, msg->code, handle_once,
                              welcome);
}

static int resume_one(struct vt_request *rq, const struct vt_msg_hello *msg, struct welcome *welcome)
{
    const struct vt_t_resume *resume = &msg->resume[0];
    if (msg->resume_n > 1 || !resume->tok.ptr)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/resume",
                               "one conversation is resumed, with its tok");
    welcome->n = 1;
    vt_str_copy(welcome->convs[0].conv, sizeof(welcome->convs[0].conv), resume->conv);
    vt_str_copy(welcome->convs[0].former, sizeof(welcome->convs[0].former), resume->tok);
    welcome->convs[0].from = (struct vt_position){ resume->epoch, resume->s, resume->cs };
    return vt_store_resume_get(rq->app->deps.store, resume->tok, handle_resume, welcome);
}

static int hello_guest(struct vt_request *rq, const struct vt_msg_hello *msg, struct welcome *welcome)
{
    vt_str_copy(rq->peer->name, sizeof(rq->peer->name), msg->name);
    if (msg->resume_n == 0 && msg->code.len == 0)
        return vt_request_fail(rq, VT_ERR_TOKEN_BAD, "/d/code", "a guest comes by the link of a customer");
    return msg->resume_n == 0 ? hello_by_link(rq, msg, welcome) : resume_one(rq, msg, welcome);
}

static int hello_customer(struct vt_request *rq, const struct vt_msg_hello *msg, struct welcome *welcome)
{
    struct vt_peer *peer = rq->peer;
    uint8_t digits[2];
    vt_random(digits, sizeof(digits));
    snprintf(peer->name, sizeof(peer->name), "Visitor %u",
             1000u + (unsigned)(digits[0] << 8 | digits[1]) % 9000);
    if (msg->code.len > 0)
        return hello_by_link(rq, msg, welcome);
    return msg->resume_n == 0 ? create_conversation(welcome, peer) : resume_one(rq, msg, welcome);
}

/* --- staff ------------------------------------------------------------------------------------ */

static int hello_staff(struct vt_request *rq, const struct vt_msg_hello *msg, struct welcome *welcome)
{
    struct vt_peer *peer = rq->peer;
    struct vt_ticket ticket;
    if (!msg->token.ptr ||
        vt_tickets_take(rq->app->deps.tickets, msg->token, vt_conn_origin(peer->conn), &ticket) != VT_OK)
        return vt_request_fail(rq, VT_ERR_TOKEN_BAD, "/d/token",
                               "the ticket is used, expired or of another page; ask for a new one");
    if (strcmp(ticket.site, peer->site) != 0)
        return vt_request_fail(rq, VT_ERR_SITE_FORBIDDEN, "/d/site", "the login is of another site");
    bool supervises = strcmp(ticket.role, "supervisor") == 0 || strcmp(ticket.role, "admin") == 0;
    peer->role = supervises ? VT_ROLE_SUPERVISOR : VT_ROLE_ASSOCIATE;
    vt_str_copy(peer->person, sizeof(peer->person), vt_str(ticket.person));
    vt_str_copy(peer->name, sizeof(peer->name), vt_str(ticket.name));
    vt_str_copy(peer->login, sizeof(peer->login), vt_str(ticket.login));
    vt_str_copy(peer->languages, sizeof(peer->languages), vt_str(ticket.languages));
    peer->expires_ms = ticket.login_expires_ms;
    free(peer->queues); /* of a hello that failed later */
    peer->queues = ticket.queues[0] ? strdup(ticket.queues) : NULL;
    if (ticket.queues[0] && !peer->queues)
        return VT_ERR_OVERLOADED;
    for (size_t i = 0; i < msg->resume_n && i < CONVS_MAX; i++) {
        vt_str_copy(welcome->convs[i].conv, sizeof(welcome->convs[i].conv), msg->resume[i].conv);
        welcome->convs[i].from = (struct vt_position){ msg->resume[i].epoch, msg->resume[i].s,
                                                       msg->resume[i].cs };
        welcome->n++;
    }
    load_all(welcome);
    return VT_OK;
}

static int choose_site(struct vt_request *rq, const struct vt_msg_hello *msg)
{
    const struct vt_site *site = vt_sites_by_key(rq->app->deps.sites, msg->site);
    struct vt_str origin = vt_conn_origin(rq->peer->conn);
    bool customer = msg->role == VT_ROLE_CUSTOMER; /* console and guest page are served by us */
    bool own = vt_sites_origin_own(rq->app->deps.sites, origin);
    /* From our own pages a customer only comes back, into a practice: is_astray. */
    bool back = customer && own && (msg->code.len > 0 || msg->resume_n > 0);
    bool allowed = site && (customer ? back || vt_site_origin_allowed(site, origin) : own);
    if (!allowed) /* one answer for an unknown site and a foreign page */
        return vt_request_fail(rq, VT_ERR_SITE_FORBIDDEN, "/d/site",
                               "no site of this key answers to this page's origin");
    vt_str_copy(rq->peer->site, sizeof(rq->peer->site), vt_str(site->id));
    rq->peer->role = msg->role;
    return VT_OK;
}

static char *encode_page(const struct vt_t_page *page)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(16384);
    if (!page || vt_encode_body(&json, &vt_shape_page, page) != VT_OK)
        return NULL;
    return strdup(vt_buf_cstr(&json));
}

int vt_on_hello(struct vt_request *rq)
{
    const struct vt_msg_hello *msg = rq->env->msg;
    int err = choose_site(rq, msg);
    if (err)
        return err;
    struct welcome *welcome = calloc(1, sizeof(*welcome));
    if (!welcome)
        return VT_ERR_OVERLOADED;
    rq->peer->phase = VT_PHASE_JOINING;
    welcome->to = vt_reply_later(rq);
    welcome->page = msg->role == VT_ROLE_CUSTOMER ? encode_page(msg->page) : NULL;
    vt_str_copy(welcome->lang, sizeof(welcome->lang), msg->lang);
    err = msg->role == VT_ROLE_CUSTOMER ? hello_customer(rq, msg, welcome)
          : msg->role == VT_ROLE_GUEST  ? hello_guest(rq, msg, welcome)
                                        : hello_staff(rq, msg, welcome);
    if (err) {
        rq->peer->phase = VT_PHASE_NEW;
        rq->peer->requests_open--;
        welcome_free(welcome);
    }
    return err == VT_ERR_FULL ? VT_ERR_STORE_UNAVAILABLE : err;
}
