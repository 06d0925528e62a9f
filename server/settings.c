/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "server/api/json.h"
#include "server/auth/digest.h"
#include "server/auth/jwt.h"
#include "server/base/err.h"
#include "server/settings_helper.h"
#include "server/settings_hours.h"
#include "server/settings_invitations.h"
#include "server/settings_rows.h"

enum { ARENA_BYTES = 4 * VT_SETTINGS_BYTES };

/* --- single values ------------------------------------------------------------------------- */

/* A script may not be where an address is expected. */
static int check_url(struct vt_reading *reading, const void *value)
{
    const struct vt_str *url = value;
    bool good = url->ptr[0] == '/' || (url->len > 8 && memcmp(url->ptr, "https://", 8) == 0);
    return good && !memchr(url->ptr, ' ', url->len)
               ? VT_OK
               : vt_read_refuse(reading, "must begin with https:// or with / for a page of the shop");
}

/* A path of the shop; whatever follows ? or # never takes part. */
static int check_path(struct vt_reading *reading, const void *value)
{
    const struct vt_str *path = value;
    bool good = path->ptr[0] == '/' || path->ptr[0] == '*';
    return good && !memchr(path->ptr, '?', path->len) && !memchr(path->ptr, '#', path->len)
               ? VT_OK
               : vt_read_refuse(reading, "must be a path of the shop such as /account*, without ? or #");
}

static int check_hosts(struct vt_reading *reading, const void *value)
{
    const struct vt_texts *hosts = value;
    for (size_t i = 0; i < hosts->n; i++) {
        const struct vt_str *host = &hosts->at[i];
        bool good = isalnum((unsigned char)host->ptr[0]) != 0;
        for (size_t k = 0; k < host->len; k++)
            good &= isalnum((unsigned char)host->ptr[k]) || strchr(".-:", host->ptr[k]);
        if (!good) {
            vt_read_down_index(reading, i);
            return vt_read_refuse(reading, "must be a host such as img.shop.example, with a port if needed");
        }
    }
    return VT_OK;
}

/* Into a style sheet it goes as it is, so nothing but names, commas and quotes. */
static int check_font(struct vt_reading *reading, const void *value)
{
    const struct vt_str *font = value;
    for (size_t i = 0; i < font->len; i++)
        if (!isalnum((unsigned char)font->ptr[i]) && !strchr(" ,'-_", font->ptr[i]))
            return vt_read_refuse(reading, "must be font names parted by commas, as Georgia, serif");
    return VT_OK;
}

static int check_color(struct vt_reading *reading, const void *value)
{
    const struct vt_str *color = value;
    bool good = color->len == 7 && color->ptr[0] == '#';
    for (size_t i = 1; good && i < 7; i++)
        good = isxdigit((unsigned char)color->ptr[i]) != 0;
    return good ? VT_OK : vt_read_refuse(reading, "must be a colour such as #1a4d3e");
}

static int take_instant(struct vt_reading *reading, const json_t *value, void *to)
{
    int64_t ms = json_is_string(value) ? vt_zone_read_instant(vt_str(json_string_value(value))) : -1;
    if (ms < 0)
        return vt_read_refuse(reading, "must be a moment with its offset, as 2026-12-01T09:00:00+01:00");
    memcpy(to, &ms, sizeof(ms));
    return VT_OK;
}

static int take_roles(struct vt_reading *reading, const json_t *value, void *to)
{
    static const char *const words[] = { "associate", "supervisor", "admin" };
    uint32_t bits = 0;
    if (!json_is_array(value))
        return vt_read_refuse(reading, "must be a list");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *word = json_string_value(json_array_get(value, i));
        uint32_t bit = 0;
        for (size_t k = 0; word && k < VT_COUNT(words); k++)
            bit |= strcmp(word, words[k]) == 0 ? 1u << k : 0;
        if (!bit) {
            vt_read_down_index(reading, i);
            return vt_read_refuse(reading, "must be associate, supervisor or admin");
        }
        bits |= bit;
    }
    memcpy(to, &bits, sizeof(bits));
    return VT_OK;
}

/* {"en": "Rings", "fr": "Bagues"} */
static int take_label(struct vt_reading *reading, const json_t *value, void *to)
{
    struct vt_setting_queue *queue = VT_CONTAINER_OF(to, struct vt_setting_queue, label);
    struct vt_setting_words words = { 0 };
    if (!json_is_object(value))
        return vt_read_refuse(reading, "must be texts by language, as {\"fr\": \"Bagues\"}");
    int err = vt_settings_words(reading, value, 80, &words);
    queue->label = words.at;
    queue->label_n = words.n;
    return err;
}

/* --- tables -------------------------------------------------------------------------------- */

SHAPE(queue_shape, sizeof(struct vt_setting_queue),
      { AT(vt_setting_queue, id), TEXT(1, VT_QUEUE_ID_TEXT - 1), .required = true,
        .check = vt_read_check_id },
      { AT(vt_setting_queue, name), TEXT(1, 80), .required = true },
      { AT(vt_setting_queue, department), TEXT(1, 80) }, { AT(vt_setting_queue, languages), TEXTS(20, 35) },
      { AT(vt_setting_queue, offered), .kind = VT_ROW_FLAG },
      { AT(vt_setting_queue, label), .kind = VT_ROW_OWN, .take = take_label },
      { AT(vt_setting_queue, hours), .kind = VT_ROW_OWN, .take = vt_settings_take_hours },
      { AT(vt_setting_queue, groups), .kind = VT_ROW_OWN, .take = vt_settings_take_groups },
      { AT(vt_setting_queue, max), WHOLE(1, 100000) });

struct when {
    uint32_t waiting_over;
};
SHAPE(when_shape, sizeof(struct when),
      { NAMED("waitingOver", when, waiting_over), WHOLE(1, 100000), .required = true });

static int take_notice_text(struct vt_reading *reading, const json_t *value, void *to)
{
    return vt_settings_words(reading, value, 500, to);
}

static int take_greeting_text(struct vt_reading *reading, const json_t *value, void *to)
{
    return vt_settings_words(reading, value, 200, to);
}

static const char *const notice_words[] = { "load", "special", "tip", NULL };
SHAPE(notice_shape, sizeof(struct vt_setting_notice),
      { AT(vt_setting_notice, id), TEXT(1, 64), .required = true, .check = vt_read_check_id },
      { AT(vt_setting_notice, kind), .kind = VT_ROW_WORD, .words = notice_words, .required = true },
      { AT(vt_setting_notice, text), .kind = VT_ROW_OWN, .take = take_notice_text, .required = true },
      { AT(vt_setting_notice, url), TEXT(1, 2048), .check = check_url },
      { AT(vt_setting_notice, media), TEXT(1, 200) },
      { NAMED("from", vt_setting_notice, from_ms), .kind = VT_ROW_OWN, .take = take_instant },
      { NAMED("until", vt_setting_notice, until_ms), .kind = VT_ROW_OWN, .take = take_instant },
      { NAMED("when", vt_setting_notice, waiting_over), PART(when_shape) });

SHAPE(canned_shape, sizeof(struct vt_setting_canned),
      { AT(vt_setting_canned, id), TEXT(1, 64), .required = true, .check = vt_read_check_id },
      { AT(vt_setting_canned, shortcut), TEXT(1, 32), .required = true, .check = vt_read_check_id },
      { AT(vt_setting_canned, text), TEXT(1, 4000), .required = true },
      { AT(vt_setting_canned, lang), TEXT(2, 35) }, { AT(vt_setting_canned, queue), TEXT(1, 64) });

/* Rows of the small parts: offsets are those in struct vt_settings, less where the part begins. */
#define IN(part, label, field)                                                                               \
    .name = label, .offset = offsetof(struct vt_settings, field) - offsetof(struct vt_settings, part)
SHAPE(greeting_shape, 0, { IN(greeting, "on", greeting.on), .kind = VT_ROW_FLAG, .required = true },
      { IN(greeting, "text", greeting.text), .kind = VT_ROW_OWN, .take = take_greeting_text },
      { IN(greeting, "sku", greeting.sku), TEXT(1, 64) });
SHAPE(theme_shape, 0, { IN(theme, "accent", theme.accent), TEXT(1, 7), .check = check_color },
      { IN(theme, "onAccent", theme.on_accent), TEXT(1, 7), .check = check_color },
      { IN(theme, "radius", theme.radius), WHOLE(0, 40) },
      { IN(theme, "font", theme.font), TEXT(1, 200), .check = check_font });
SHAPE(retention_shape, 0, { IN(retention_days, "days", retention_days), WHOLE(1, 3650), .required = true });
SHAPE(sticky_shape, 0, { IN(sticky_seconds, "seconds", sticky_seconds), WHOLE(0, 15) },
      { IN(sticky_seconds, "days", sticky_days), WHOLE(0, 3) });
SHAPE(ring_shape, 0, { IN(ring_known, "known", ring_known), WHOLE(0, 120) },
      { IN(ring_known, "first", ring_first), WHOLE(0, 300) },
      { IN(ring_known, "total", ring_total), WHOLE(2, 1800) },
      { IN(ring_known, "card", ring_card), WHOLE(1, 120) });
SHAPE(rating_shape, 0, { IN(rating, "on", rating), .kind = VT_ROW_FLAG, .required = true });
SHAPE(recap_shape, 0, { IN(recap, "on", recap.on), .kind = VT_ROW_FLAG, .required = true },
      { IN(recap, "days", recap.days), WHOLE(1, 365) });
static const char *const credit_words[] = { "last", "first", "split", NULL };
SHAPE(orders_shape, 0, { IN(orders, "rule", orders.rule), .kind = VT_ROW_WORD, .words = credit_words },
      { IN(orders, "days", orders.days), WHOLE(1, 365) });
#define EACH_KIND(list)                                                                                      \
    { IN(attention, "pictures", attention.list[0]), WHOLE(0, 1000) },                                        \
        { IN(attention, "pushes", attention.list[1]), WHOLE(0, 1000) },                                      \
    {                                                                                                        \
        IN(attention, "prompts", attention.list[2]), WHOLE(0, 1000)                                          \
    }
SHAPE(attention_day_shape, 0, EACH_KIND(day));
SHAPE(attention_shape, 0, EACH_KIND(limit),
      { .name = "day", .kind = VT_ROW_OBJECT, .shape = &attention_day_shape },
      { IN(attention, "quiet", attention.quiet), .kind = VT_ROW_OWN, .take = vt_settings_take_quiet });
#undef EACH_KIND
SHAPE(watch_shape, 0, { IN(watch, "notesMonth", watch.notes_month), WHOLE(0, 30) },
      { IN(watch, "dropPercent", watch.drop_percent), WHOLE(1, 90) });
static const char *const alg_words[] = { "RS256", "ES256", NULL };
SHAPE(key_shape, sizeof(struct vt_setting_key),
      { AT(vt_setting_key, alg), .kind = VT_ROW_WORD, .words = alg_words, .required = true },
      { AT(vt_setting_key, kid), TEXT(1, 128) },
      { AT(vt_setting_key, pem), TEXT(1, 4096), .required = true });
SHAPE(identify_shape, 0,
      { IN(identify, "enforced", identify.enforced), .kind = VT_ROW_FLAG, .required = true },
      { IN(identify, "keys", identify.keys), .kind = VT_ROW_OBJECTS,
        .n_offset = offsetof(struct vt_settings, identify.keys_n) - offsetof(struct vt_settings, identify),
        .list_max = 4, .shape = &key_shape });

static const char *const level_words[] = { "inputs", "strict", NULL };
SHAPE(mirror_rule_shape, sizeof(struct vt_setting_mirror_rule),
      { AT(vt_setting_mirror_rule, url), TEXT(1, 200), .required = true, .check = check_path },
      { AT(vt_setting_mirror_rule, mask), TEXTS(16, 200) },
      { AT(vt_setting_mirror_rule, block), TEXTS(16, 200) },
      { NAMED("noControl", vt_setting_mirror_rule, no_control), TEXTS(16, 200) });
SHAPE(mirror_shape, 0, { IN(mirror, "allowed", mirror.allowed), .kind = VT_ROW_FLAG },
      { IN(mirror, "level", mirror.level), .kind = VT_ROW_WORD, .words = level_words },
      { IN(mirror, "rules", mirror.rules), .kind = VT_ROW_OBJECTS,
        .n_offset = offsetof(struct vt_settings, mirror.rules_n) - offsetof(struct vt_settings, mirror),
        .list_max = 24, .shape = &mirror_rule_shape },
      { IN(mirror, "hosts", mirror.hosts), TEXTS(32, 253), .check = check_hosts });

SHAPE(settings_shape, sizeof(struct vt_settings),
      { AT(vt_settings, queues), LIST(vt_settings, queues, 100, queue_shape) },
      { AT(vt_settings, cap), WHOLE(1, 20) },
      { AT(vt_settings, notices), LIST(vt_settings, notices, 50, notice_shape) },
      { AT(vt_settings, greeting), PART(greeting_shape) },
      { AT(vt_settings, canned), LIST(vt_settings, canned, 500, canned_shape) },
      { AT(vt_settings, labels), TEXTS(100, 40) }, { AT(vt_settings, theme), PART(theme_shape) },
      { NAMED("imageHosts", vt_settings, image_hosts), TEXTS(50, 255), .check = check_hosts },
      { NAMED("retention", vt_settings, retention_days), PART(retention_shape) },
      { NAMED("sticky", vt_settings, sticky_seconds), PART(sticky_shape) },
      { NAMED("ring", vt_settings, ring_known), PART(ring_shape) },
      { AT(vt_settings, rating), PART(rating_shape) }, { AT(vt_settings, recap), PART(recap_shape) },
      { AT(vt_settings, orders), PART(orders_shape) }, { AT(vt_settings, attention), PART(attention_shape) },
      { AT(vt_settings, watch), PART(watch_shape) },
      { NAMED("requireTotp", vt_settings, require_totp), .kind = VT_ROW_OWN, .take = take_roles },
      { AT(vt_settings, identify), PART(identify_shape) }, { AT(vt_settings, mask), TEXTS(100, 300) },
      { NAMED("pushHosts", vt_settings, push_hosts), TEXTS(50, 255), .check = check_hosts },
      { AT(vt_settings, mirror), PART(mirror_shape) },
      { AT(vt_settings, helper), PART(vt_settings_helper_shape) },
      { AT(vt_settings, invitations), PART(vt_settings_invitations_shape) });

/* --- what concerns several values ----------------------------------------------------------- */

static int refuse_at(struct vt_settings_error *error, const char *list, size_t index, const char *key,
                     const char *msg)
{
    snprintf(error->field, sizeof(error->field), "/%s/%zu/%s", list, index, key);
    snprintf(error->msg, sizeof(error->msg), "%s", msg);
    return VT_ERR_INVALID;
}

static int refuse(struct vt_settings_error *error, const char *field, const char *msg)
{
    snprintf(error->field, sizeof(error->field), "%s", field);
    snprintf(error->msg, sizeof(error->msg), "%s", msg);
    return VT_ERR_INVALID;
}

static int check_queues(const struct vt_settings *settings, struct vt_settings_error *error)
{
    for (size_t i = 0; i < settings->queues_n; i++)
        if (vt_settings_queue(settings, settings->queues[i].id) != &settings->queues[i])
            return refuse_at(error, "queues", i, "id", "is another queue's already");
    for (size_t i = 0; i < settings->canned_n; i++)
        if (settings->canned[i].queue.ptr && !vt_settings_queue(settings, settings->canned[i].queue))
            return refuse_at(error, "canned", i, "queue", "must be the id of one of the queues");
    return VT_OK;
}

static int check_notices(const struct vt_settings *settings, struct vt_settings_error *error)
{
    for (size_t i = 0; i < settings->notices_n; i++) {
        const struct vt_setting_notice *one = &settings->notices[i];
        if (one->until_ms > 0 && one->until_ms <= one->from_ms)
            return refuse_at(error, "notices", i, "until", "must be later than from");
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(one->id, settings->notices[k].id))
                return refuse_at(error, "notices", i, "id", "is another notice's already");
    }
    return VT_OK;
}

/* WCAG 2.2, relative luminance of #rrggbb. */
static double luminance(struct vt_str color)
{
    static const double weights[] = { 0.2126, 0.7152, 0.0722 };
    double sum = 0;
    for (size_t i = 0; i < 3; i++) {
        char hex[3] = { color.ptr[1 + 2 * i], color.ptr[2 + 2 * i], '\0' };
        double part = (double)strtoul(hex, NULL, 16) / 255.0;
        sum += weights[i] * (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static int check_contrast(const struct vt_settings *settings, struct vt_settings_error *error)
{
    struct vt_str accent = settings->theme.accent, on = settings->theme.on_accent;
    if (!accent.ptr)
        return on.ptr ? refuse(error, "/theme/onAccent", "needs an accent beside it") : VT_OK;
    if (!on.ptr)
        on = VT_STR("#ffffff");
    double a = luminance(accent), b = luminance(on);
    double ratio = a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
    if (ratio >= 4.5)
        return VT_OK;
    snprintf(error->field, sizeof(error->field), "/theme/accent");
    snprintf(error->msg, sizeof(error->msg),
             "has a contrast of %.2f : 1 with the text on it (%.*s); at least 4.5 : 1 is needed to be read",
             ratio, VT_STR_ARG(on));
    return VT_ERR_INVALID;
}

static int check_keys(const struct vt_settings *settings, struct vt_settings_error *error)
{
    static const enum vt_jwt_alg algs[] = {
        [VT_SETTING_RS256] = VT_JWT_RS256, [VT_SETTING_ES256] = VT_JWT_ES256
    };
    for (size_t i = 0; i < settings->identify.keys_n; i++)
        if (vt_jwt_check_key(algs[settings->identify.keys[i].alg], settings->identify.keys[i].pem) != VT_OK)
            return refuse_at(error, "identify/keys", i, "pem",
                             "must be a public key in PEM: RSA of 2048 bits or more for RS256, P-256 for "
                             "ES256");
    return VT_OK;
}

static int check_ring(const struct vt_settings *settings, struct vt_settings_error *error)
{
    if (settings->ring_known + settings->ring_first < settings->ring_total)
        return VT_OK;
    return refuse(error, "/ring/total", "must be longer than known and first together");
}

/* --- the whole ----------------------------------------------------------------------------- */

static void set_defaults(struct vt_settings *settings)
{
    settings->sticky_seconds = 15;
    settings->sticky_days = 3;
    settings->ring_known = 15;
    settings->ring_first = 20;
    settings->ring_total = 90;
    settings->ring_card = 20;
    settings->rating = true;
    settings->recap.on = true;
    settings->recap.days = 30;
    settings->orders.days = 30;
    memcpy(settings->attention.limit, (const uint32_t[]){ 6, 4, 2 }, sizeof(settings->attention.limit));
    memcpy(settings->attention.day, (const uint32_t[]){ 60, 60, 20 }, sizeof(settings->attention.day));
    settings->watch.notes_month = 4;
    settings->invitations.per_day = 3;
    settings->watch.drop_percent = 5;
    settings->theme.radius = UINT32_MAX;
    settings->mirror.allowed = true;
}

static int complete(struct vt_settings *settings)
{
    settings->theme.has_radius = settings->theme.radius != UINT32_MAX;
    if (settings->queues_n > 0)
        return VT_OK;
    settings->queues = vt_arena_array(&settings->arena, 1, sizeof(settings->queues[0]));
    if (!settings->queues)
        return VT_ERR_NOMEM;
    settings->queues[settings->queues_n++] = (struct vt_setting_queue){ .id = VT_STR("main") };
    return VT_OK;
}

/* The mirror's settings go to every customer with the welcome, which has 64 KiB for all of it. */
static int check_mirror(struct vt_settings *settings, const json_t *tree, struct vt_settings_error *error)
{
    enum { MOST = 24 * 1024 };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_SETTINGS_BYTES);
    char hash[VT_SHA256_TEXT];
    const char *const parts[] = { "mirror", "mask", "pushHosts" };
    for (size_t i = 0; i < VT_COUNT(parts); i++) {
        char *json = json_dumps(json_object_get(tree, parts[i]),
                                JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
        vt_buf_text(&text, json ? json : "-");
        free(json);
    }
    if (text.failed || text.len > MOST)
        return refuse(error, "/mirror", "must take no more than 24 KiB together with mask and pushHosts");
    if (vt_sha256_hex(vt_buf_view(&text), hash) != VT_OK)
        return VT_ERR_NOMEM;
    snprintf(settings->mirror.version, sizeof(settings->mirror.version), "%.12s", hash);
    return VT_OK;
}

struct vt_settings *vt_settings_parse(struct vt_str json, struct vt_settings_error *ret_error)
{
    VT_CLEANUP(vt_json_unref)
    json_t *tree = NULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(sizeof(ret_error->msg));
    struct vt_settings *settings = calloc(1, sizeof(*settings));
    *ret_error = (struct vt_settings_error){ .msg = "" };
    if (!settings)
        return NULL;
    vt_arena_init(&settings->arena, ARENA_BYTES);
    set_defaults(settings);
    tree = vt_json_parse(json, VT_SETTINGS_BYTES, &why);
    struct vt_reading reading = { .arena = &settings->arena, .error = ret_error };
    int err = tree ? vt_read_shape(&reading, &settings_shape, tree, settings)
                   : vt_read_refuse(&reading, "%s", vt_buf_cstr(&why));
    if (!err)
        err = complete(settings);
    if (!err)
        err = check_queues(settings, ret_error);
    if (!err)
        err = check_notices(settings, ret_error);
    if (!err)
        err = check_contrast(settings, ret_error);
    if (!err)
        err = check_ring(settings, ret_error);
    if (!err)
        err = check_keys(settings, ret_error);
    if (!err)
        err = check_mirror(settings, tree, ret_error);
    if (!err)
        err = vt_settings_check_helper(&settings->helper, ret_error);
    if (!err)
        err = vt_settings_check_invitations(&settings->invitations, ret_error);
    if (!err)
        return settings;
    vt_settings_destroy(settings);
    return NULL;
}

void vt_settings_destroy(struct vt_settings *settings)
{
    if (!settings)
        return;
    for (size_t i = 0; i < settings->queues_n; i++)
        if (settings->queues[i].hours)
            vt_zone_close(settings->queues[i].hours->zone);
    if (settings->attention.quiet)
        vt_zone_close(settings->attention.quiet->zone);
    vt_arena_finish(&settings->arena);
    free(settings);
}

const struct vt_setting_queue *vt_settings_queue(const struct vt_settings *settings, struct vt_str id)
{
    for (size_t i = 0; i < settings->queues_n; i++)
        if (vt_str_eq(settings->queues[i].id, id))
            return &settings->queues[i];
    return NULL;
}

bool vt_settings_is_tag(struct vt_str tag)
{
    for (size_t i = 0; i < tag.len; i++)
        if (tag.ptr[i] < 'a' || tag.ptr[i] > 'z')
            return false;
    return tag.len == 2 || tag.len == 3;
}

struct vt_str vt_settings_say(const struct vt_setting_words *words, struct vt_str lang)
{
    const char *dash = lang.ptr ? memchr(lang.ptr, '-', lang.len) : NULL;
    struct vt_str wanted[] = { lang, { lang.ptr, dash ? (size_t)(dash - lang.ptr) : lang.len } };
    for (size_t k = 0; k < VT_COUNT(wanted); k++)
        for (size_t i = 0; i < words->n; i++)
            if (vt_str_eq(words->at[i].lang, wanted[k]))
                return words->at[i].text;
    return (struct vt_str){ 0 };
}

struct vt_str vt_settings_say_any(const struct vt_setting_words *words, struct vt_str lang)
{
    struct vt_str said = vt_settings_say(words, lang);
    if (!said.ptr)
        said = vt_settings_say(words, VT_STR(""));
    if (!said.ptr)
        said = vt_settings_say(words, VT_STR("en"));
    return said.ptr || words->n == 0 ? said : words->at[0].text;
}

struct vt_str vt_settings_label(const struct vt_setting_queue *queue, struct vt_str lang)
{
    struct vt_setting_words words = { queue->label, queue->label_n };
    struct vt_str said = vt_settings_say(&words, lang);
    return said.ptr ? said : queue->name;
}
