/* SPDX-License-Identifier: Apache-2.0 */
#include "server/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/list.h"
#include "server/base/map.h"

enum { HOUR_MS = 60 * 60 * 1000, CONV_KEY = VT_PERSON_TEXT + VT_CONV_TEXT };

enum kind { TICKET, CODE };

/* Found by the hash of its secret, so a lookup's time says nothing of how good a guess was. */
struct right {
    struct vt_list link; /* vt_uploads.by_age */
    enum kind kind;
    char hash[VT_SHA256_TEXT];
    char key_hash[VT_SHA256_TEXT]; /* of a code: its phone's key; "" until one has opened it */
    struct vt_upload upload;
};

/* When a conversation sent its last pictures, the oldest at `next`. */
struct count {
    struct vt_list link; /* vt_uploads.counts_by_age: by the last one sent */
    char conv[CONV_KEY];
    int64_t at_ms[VT_UPLOAD_HOUR]; /* 0: none */
    unsigned next;
    int64_t last_ms;
};

struct vt_uploads {
    struct vt_map by_hash; /* to right: tickets, codes, and codes again by their phone's key */
    struct vt_list by_age; /* list of right.link, oldest first: all live equally long */
    size_t n;
    struct vt_map counts;         /* "site/conv" to count, owned */
    struct vt_list counts_by_age; /* list of count.link */
};

struct vt_uploads *vt_uploads_create(void)
{
    struct vt_uploads *uploads = calloc(1, sizeof(*uploads));
    if (!uploads)
        return NULL;
    vt_map_init(&uploads->by_hash);
    vt_map_init(&uploads->counts);
    vt_list_init(&uploads->by_age);
    vt_list_init(&uploads->counts_by_age);
    return uploads;
}

static void drop(struct vt_uploads *uploads, struct right *right)
{
    vt_map_remove(&uploads->by_hash, vt_str(right->hash));
    if (right->key_hash[0])
        vt_map_remove(&uploads->by_hash, vt_str(right->key_hash));
    vt_list_remove(&right->link);
    uploads->n--;
    vt_secret_wipe(right, sizeof(*right));
    free(right);
}

static void drop_count(struct vt_uploads *uploads, struct count *count)
{
    vt_map_remove(&uploads->counts, vt_str(count->conv));
    vt_list_remove(&count->link);
    free(count);
}

void vt_uploads_destroy(struct vt_uploads *uploads)
{
    if (!uploads)
        return;
    VT_LIST_EACH (right, &uploads->by_age, struct right, link)
        drop(uploads, right);
    VT_LIST_EACH (count, &uploads->counts_by_age, struct count, link)
        drop_count(uploads, count);
    vt_map_finish(&uploads->by_hash);
    vt_map_finish(&uploads->counts);
    free(uploads);
}

/* --- twenty an hour ------------------------------------------------------------------------------- */

static void conv_key(const char *site, const char *conv, char ret_key[CONV_KEY])
{
    snprintf(ret_key, CONV_KEY, "%s/%s", site, conv);
}

bool vt_uploads_may(struct vt_uploads *uploads, const char *site, const char *conv, uint32_t *ret_after_ms)
{
    char key[CONV_KEY];
    int64_t now_ms = vt_now_ms();
    conv_key(site, conv, key);
    const struct count *count = vt_map_get(&uploads->counts, vt_str(key));
    int64_t oldest_ms = count ? count->at_ms[count->next] : 0;
    if (oldest_ms == 0 || now_ms - oldest_ms >= HOUR_MS)
        return true;
    *ret_after_ms = (uint32_t)(oldest_ms + HOUR_MS - now_ms);
    return false;
}

static struct count *count_of(struct vt_uploads *uploads, const char *key, int64_t now_ms)
{
    struct count *count = vt_map_get(&uploads->counts, vt_str(key));
    if (count)
        return count;
    VT_LIST_EACH (old, &uploads->counts_by_age, struct count, link) {
        if (now_ms - old->last_ms < HOUR_MS && uploads->counts.count < VT_UPLOAD_CONVS_MOST)
            break;
        drop_count(uploads, old);
    }
    count = calloc(1, sizeof(*count));
    if (!count)
        return NULL;
    vt_list_init(&count->link);
    vt_str_copy(count->conv, sizeof(count->conv), vt_str(key));
    if (vt_map_set(&uploads->counts, vt_str(key), count) != VT_OK) {
        free(count);
        return NULL;
    }
    return count;
}

static enum vt_upload_err count_one(struct vt_uploads *uploads, const struct vt_upload *upload)
{
    char key[CONV_KEY];
    uint32_t after_ms;
    int64_t now_ms = vt_now_ms();
    if (!vt_uploads_may(uploads, upload->site, upload->conv, &after_ms))
        return VT_UPLOAD_HOURLY;
    conv_key(upload->site, upload->conv, key);
    struct count *count = count_of(uploads, key, now_ms);
    if (!count)
        return VT_UPLOAD_FULL;
    count->at_ms[count->next] = count->last_ms = now_ms;
    count->next = (count->next + 1) % VT_UPLOAD_HOUR;
    vt_list_remove(&count->link);
    vt_list_append(&uploads->counts_by_age, &count->link);
    return VT_UPLOAD_OK;
}

/* --- tickets and codes ---------------------------------------------------------------------------- */

static void sweep(struct vt_uploads *uploads)
{
    int64_t now_ms = vt_now_ms();
    VT_LIST_EACH (right, &uploads->by_age, struct right, link) {
        if (right->upload.until_ms > now_ms)
            return;
        drop(uploads, right);
    }
}

static bool is_of(const struct right *right, const char *site, const char *conv)
{
    return strcmp(right->upload.site, site) == 0 && strcmp(right->upload.conv, conv) == 0;
}

/* One conversation must not use up what all share. */
static bool has_room(const struct vt_uploads *uploads, const struct vt_upload *upload)
{
    size_t n = 0;
    if (uploads->n >= VT_UPLOAD_RIGHTS_MOST)
        return false;
    VT_LIST_EACH (right, (struct vt_list *)&uploads->by_age, struct right, link)
        n += is_of(right, upload->site, upload->conv);
    return n < VT_UPLOAD_RIGHTS_CONV;
}

static enum vt_upload_err add(struct vt_uploads *uploads, enum kind kind, const char *secret,
                              struct vt_upload *upload)
{
    sweep(uploads);
    struct right *right = has_room(uploads, upload) ? calloc(1, sizeof(*right)) : NULL;
    if (!right)
        return VT_UPLOAD_FULL;
    upload->until_ms = vt_now_ms() + VT_UPLOAD_LIFE_MS;
    right->kind = kind;
    right->upload = *upload;
    if (vt_sha256_hex(vt_str(secret), right->hash) != VT_OK ||
        vt_map_set(&uploads->by_hash, vt_str(right->hash), right) != VT_OK) {
        free(right);
        return VT_UPLOAD_FULL;
    }
    vt_list_append(&uploads->by_age, &right->link);
    uploads->n++;
    return VT_UPLOAD_OK;
}

enum vt_upload_err vt_uploads_ticket(struct vt_uploads *uploads, struct vt_upload *upload)
{
    vt_id_new(upload->name);
    upload->left = 0;
    return add(uploads, TICKET, upload->name, upload);
}

enum vt_upload_err vt_uploads_code(struct vt_uploads *uploads, struct vt_upload *upload,
                                   char ret_secret[VT_ID_TEXT])
{
    vt_uploads_stop(uploads, upload->site, upload->conv, upload->who);
    vt_id_new(upload->name);
    vt_id_new(ret_secret);
    upload->left = VT_UPLOAD_PHONE_PICTURES;
    return add(uploads, CODE, ret_secret, upload);
}

void vt_uploads_stop(struct vt_uploads *uploads, const char *site, const char *conv, const char *who)
{
    VT_LIST_EACH (right, &uploads->by_age, struct right, link)
        if (right->kind == CODE && is_of(right, site, conv) && strcmp(right->upload.who, who) == 0)
            drop(uploads, right);
}

static struct right *find(struct vt_uploads *uploads, struct vt_str secret, char ret_hash[VT_SHA256_TEXT])
{
    sweep(uploads);
    if (!secret.ptr || vt_sha256_hex(secret, ret_hash) != VT_OK)
        return NULL;
    return vt_map_get(&uploads->by_hash, vt_str(ret_hash));
}

enum vt_upload_err vt_uploads_open(struct vt_uploads *uploads, struct vt_str secret, struct vt_str origin,
                                   char ret_key[VT_ID_TEXT], struct vt_upload *ret_upload)
{
    char hash[VT_SHA256_TEXT];
    struct right *right = find(uploads, secret, hash);
    if (!right || right->kind != CODE || strcmp(right->hash, hash) != 0)
        return VT_UPLOAD_UNKNOWN;
    if (right->key_hash[0])
        return VT_UPLOAD_OTHER;
    vt_id_new(ret_key);
    if (vt_sha256_hex(vt_str(ret_key), right->key_hash) != VT_OK ||
        vt_map_set(&uploads->by_hash, vt_str(right->key_hash), right) != VT_OK) {
        right->key_hash[0] = '\0';
        return VT_UPLOAD_UNKNOWN;
    }
    vt_str_copy(right->upload.origin, sizeof(right->upload.origin), origin);
    *ret_upload = right->upload;
    return VT_UPLOAD_OK;
}

enum vt_upload_err vt_uploads_take(struct vt_uploads *uploads, struct vt_str bearer, struct vt_str origin,
                                   struct vt_upload *ret_upload)
{
    char hash[VT_SHA256_TEXT];
    struct right *right = find(uploads, bearer, hash);
    if (!right || (right->kind == CODE && strcmp(right->key_hash, hash) != 0))
        return VT_UPLOAD_UNKNOWN;
    struct vt_upload upload = right->upload;
    bool is_here = origin.ptr && vt_str_eq(vt_str(upload.origin), origin);
    if (right->kind == TICKET) {
        drop(uploads, right);
        right = NULL;
    }
    if (!is_here)
        return VT_UPLOAD_UNKNOWN;
    if (right && upload.left == 0)
        return VT_UPLOAD_SPENT;
    enum vt_upload_err err = count_one(uploads, &upload);
    if (!err && right)
        upload.left = --right->upload.left;
    *ret_upload = upload;
    return err;
}

struct vt_str vt_upload_bearer(struct vt_str header)
{
    static const char scheme[] = "Bearer ";
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const size_t head = sizeof(scheme) - 1;
    const struct vt_str none = { NULL, 0 };
    if (!header.ptr || header.len != head + VT_ID_TEXT - 1 || strncasecmp(header.ptr, scheme, head) != 0)
        return none;
    for (size_t i = head; i < header.len; i++)
        if (header.ptr[i] == '\0' || !strchr(alphabet, header.ptr[i]))
            return none;
    return (struct vt_str){ header.ptr + head, header.len - head };
}
