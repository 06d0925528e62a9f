/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: what a site has decided, read from its JSON and checked, once and for everybody.
 *
 * `vitrine admin site set`, the admin pages and the server read with the same function, so what was
 * accepted is what runs. Unknown keys are refused; what is left out has its default. Everything
 * lives and dies with the struct. */
#ifndef VT_SETTINGS_H
#define VT_SETTINGS_H

#include "server/base/arena.h"
#include "server/hours.h"

enum { VT_SETTINGS_BYTES = 256 * 1024, VT_QUEUE_ID_TEXT = 65 };

struct vt_texts {
    struct vt_str *at;
    size_t n;
};

/* What customers read instead of a queue's name. */
struct vt_setting_label {
    struct vt_str lang, text; /* as BCP 47 */
};

/* The same in several languages; text under "" is for all of them. */
struct vt_setting_words {
    struct vt_setting_label *at;
    size_t n;
};

struct vt_setting_queue {
    struct vt_str id, name, department; /* absent: not said */
    struct vt_setting_label *label;     /* one per language; none: the name */
    size_t label_n;
    bool offered;              /* customers may choose it themselves */
    struct vt_texts languages; /* empty: any */
    struct vt_hours *hours;    /* owned zone; NULL: always open */
    struct vt_texts *groups;   /* logins; who is rung first, second, …; then everybody */
    size_t groups_n;
    uint32_t max; /* who may wait; 0: the server's limit */
};

/* The wire's notice_kind has these and the greeting. */
enum vt_setting_notice_kind { VT_SETTING_LOAD, VT_SETTING_SPECIAL, VT_SETTING_TIP };
struct vt_setting_notice {
    struct vt_str id, url, media;
    struct vt_setting_words text;
    enum vt_setting_notice_kind kind;
    int64_t from_ms, until_ms; /* 0: open */
    uint32_t waiting_over;     /* shown while more than so many wait in the queue */
};

struct vt_setting_canned {
    struct vt_str id, shortcut, text, lang, queue;
};

/* A public key of the shop: its tokens for customers. */
struct vt_setting_key {
    enum vt_setting_alg { VT_SETTING_RS256, VT_SETTING_ES256 } alg;
    struct vt_str kid, pem; /* kid absent: for tokens without one */
};

/* Selectors for the pages whose path fits `url`, where * is any text. */
struct vt_setting_mirror_rule {
    struct vt_str url;
    struct vt_texts mask, block, no_control;
};

/* The automatic helper (guide.h): an answer narrows what is shown. */
struct vt_setting_choice {
    struct vt_str id;
    struct vt_setting_words label;
    int facet; /* enum vt_facet, with `value`; -1: none */
    struct vt_str value, words;
    struct vt_str least_text, most_text; /* as written, decimals with a point */
    int64_t least, most;                 /* in hundredths; -1: open */
};
struct vt_setting_question {
    struct vt_str id;
    struct vt_setting_words text;
    bool budget; /* its answer is what the customer wants to spend */
    struct vt_setting_choice *choices;
    size_t choices_n;
};
struct vt_setting_category {
    struct vt_str id, type, words; /* type: of the catalogue */
    struct vt_setting_words label;
    struct vt_setting_question *questions;
    size_t questions_n;
    struct vt_texts best;
};
struct vt_setting_faq {
    struct vt_texts ask; /* each: words that are all in a question this answers */
    struct vt_setting_words answer;
};
struct vt_setting_helper {
    bool on;
    struct vt_setting_words greeting;
    struct vt_str currency; /* of budgets; there where one is asked for */
    struct vt_setting_category *categories;
    size_t categories_n;
    struct vt_texts best; /* skus, the best first, where no orders say it */
    struct vt_setting_faq *faq;
    size_t faq_n;
    struct {
        struct vt_str text; /* absent: none */
        struct vt_setting_words about;
    } code;
    struct {
        bool on;
        struct vt_str url;
    } bot;
};

/* When somebody is invited: all of what is written. */
struct vt_setting_invitation_when {
    uint32_t seconds, site_seconds; /* on the page, on the site; 0: any */
    struct vt_texts url;            /* words of which one is in the page's address */
    struct vt_texts types;          /* words of which one is in the type of the page's piece */
    uint32_t pieces;                /* seen; 0: any */
    struct vt_str bag;              /* a decimal: as much is in it; absent: any */
    bool returning;
    struct vt_texts languages;
};
struct vt_setting_invitation {
    struct vt_str id, name;
    struct vt_setting_words text; /* {piece} stands for the page's */
    bool staffed;                 /* only while somebody is there */
    struct vt_setting_invitation_when when;
};
struct vt_setting_invitations {
    bool on;
    uint32_t per_day; /* for one customer */
    struct vt_setting_invitation *rules;
    size_t rules_n;
};

enum { VT_TOTP_ASSOCIATE = 1, VT_TOTP_SUPERVISOR = 2, VT_TOTP_ADMIN = 4 };

struct vt_settings {
    struct vt_arena arena;           /* of all texts and lists */
    struct vt_setting_queue *queues; /* at least one: "main" when none is written */
    size_t queues_n;
    uint32_t cap; /* conversations an associate has at once; 0: the server's --capacity */
    struct vt_setting_notice *notices;
    size_t notices_n;
    struct {
        bool on;
        struct vt_setting_words text;
        struct vt_str sku;
    } greeting;
    struct vt_setting_canned *canned;
    size_t canned_n;
    struct vt_texts labels;
    struct {
        struct vt_str accent, on_accent, font; /* colours as #rrggbb */
        uint32_t radius;                       /* CSS px */
        bool has_radius;
    } theme;
    struct vt_texts image_hosts;
    uint32_t retention_days; /* 0: the server's default */
    uint32_t sticky_seconds, sticky_days;
    uint32_t ring_known, ring_first, ring_total, ring_card; /* seconds */
    bool rating;
    struct {
        bool on;
        uint32_t days;
    } recap;
    struct {
        enum vt_setting_credit { VT_SETTING_LAST, VT_SETTING_FIRST, VT_SETTING_SPLIT } rule;
        uint32_t days;
    } orders; /* to which sessions an order is credited, and for how long after them */
    struct {
        uint32_t limit[3], day[3]; /* by enum vt_attention_kind; unanswered, and a day: 0 no bound */
        struct vt_hours *quiet;    /* owned zone; NULL: none. "Open" is quiet */
    } attention;
    struct {
        uint32_t notes_month; /* of one customer; 0: nobody is told */
        uint32_t drop_percent;
    } watch;               /* pieces customers wait for */
    uint32_t require_totp; /* VT_TOTP_… */
    struct {
        bool enforced;
        struct vt_setting_key *keys; /* beside HS256 under the site's own */
        size_t keys_n;
    } identify;
    struct vt_texts mask; /* CSS selectors whose text never leaves the customer's browser */
    struct vt_texts push_hosts;
    struct {
        bool allowed;
        enum vt_setting_level { VT_SETTING_INPUTS, VT_SETTING_STRICT } level;
        struct vt_setting_mirror_rule *rules;
        size_t rules_n;
        struct vt_texts hosts;
        char version[17]; /* changes with the rules and the mask: the consent ledger names it */
    } mirror;
    struct vt_setting_helper helper;
    struct vt_setting_invitations invitations;
};

struct vt_settings_error {
    char field[200]; /* JSON pointer; "" for the whole */
    char msg[300];   /* what is wrong there and what is allowed: a sentence's end, as "must be …" */
};

/* NULL and `ret_error` filled, or the settings, owned by the caller. */
struct vt_settings *vt_settings_parse(struct vt_str json, struct vt_settings_error *ret_error);
void vt_settings_destroy(struct vt_settings *settings);
/* A primary tag as accounts have them: fr, de. */
bool vt_settings_is_tag(struct vt_str tag);
/* In `lang`, else its base ("fr" for "fr-CH"); absent: nothing is written for it. */
struct vt_str vt_settings_say(const struct vt_setting_words *words, struct vt_str lang);
/* The same, else what is for all languages, else English, else the first; absent: there are none. */
struct vt_str vt_settings_say_any(const struct vt_setting_words *words, struct vt_str lang);
/* What the customer who speaks `lang` reads: the language, else its base ("fr" for "fr-CH"), else the name.
 */
struct vt_str vt_settings_label(const struct vt_setting_queue *queue, struct vt_str lang);
/* The day of that moment by the site's clock, in days since 1970: of its quiet hours, else of its first queue
 * with hours, else UTC. */
uint32_t vt_settings_day(const struct vt_settings *settings, int64_t ms);
/* NULL: the site has no such queue. */
const struct vt_setting_queue *vt_settings_queue(const struct vt_settings *settings, struct vt_str id);

#endif
