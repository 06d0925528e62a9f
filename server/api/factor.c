/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/factor.h"

#include <stdio.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { WHAT_BYTES = 128, FACTOR_ARENA = 4096, CODE_RANDOM = 10, TOTP_CODE = 6 };

static struct vt_str place_of(const struct vt_store_person *person, char ret_text[WHAT_BYTES])
{
    snprintf(ret_text, WHAT_BYTES, "factor/%.*s/%.*s", VT_STR_ARG(person->site), VT_STR_ARG(person->person));
    return vt_str(ret_text);
}

int vt_factor_make(const struct vt_seal *seal, struct vt_manage *manage, const struct vt_store_person *person,
                   uint8_t ret_secret[VT_SEAL_BYTES])
{
    char place[WHAT_BYTES], sealed[VT_SEAL_TEXT];
    vt_random(ret_secret, VT_SEAL_BYTES);
    int err = vt_seal_put(seal, place_of(person, place), ret_secret, sealed);
    if (err)
        return err;
    const struct vt_manage_factor factor = { .secret = vt_str(sealed) };
    return vt_manage_factor_put(manage, person->site, person->person, &factor);
}

/* Notes the step, so that the code is good once. */
static int take_number(const struct vt_seal *seal, struct vt_manage *manage,
                       const struct vt_store_person *person, struct vt_str code, int64_t now_ms, bool confirm)
{
    struct vt_arena arena;
    struct vt_manage_factor factor;
    uint8_t secret[VT_SEAL_BYTES];
    char place[WHAT_BYTES];
    vt_arena_init(&arena, FACTOR_ARENA);
    int err = vt_manage_factor_get(manage, person->site, person->person, &arena, &factor);
    if (!err && factor.confirmed == confirm)
        err = VT_ERR_MISSING;
    if (!err)
        err = vt_seal_get(seal, place_of(person, place), factor.secret, secret);
    if (!err && !vt_totp_check(secret, VT_TOTP_SECRET, code, now_ms, factor.step, &factor.step))
        err = VT_ERR_STALE;
    factor.confirmed = true;
    if (!err)
        err = vt_manage_factor_put(manage, person->site, person->person, &factor);
    vt_secret_wipe(secret, sizeof(secret));
    vt_arena_finish(&arena);
    return err;
}

int vt_factor_confirm(const struct vt_seal *seal, struct vt_manage *manage,
                      const struct vt_store_person *person, struct vt_str code, int64_t now_ms)
{
    return take_number(seal, manage, person, code, now_ms, true);
}

/* Bound to the person, and without what people put between or around. */
static int hash_code(const struct vt_store_person *person, struct vt_str code, char ret_hash[VT_SHA256_TEXT])
{
    char text[WHAT_BYTES];
    int at = snprintf(text, sizeof(text), "%.*s/", VT_STR_ARG(person->person));
    for (size_t i = 0; i < code.len && at < WHAT_BYTES - 1; i++) {
        char ch = code.ptr[i];
        if (ch != '-' && ch != ' ')
            text[at++] = ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
    }
    int err = vt_sha256_hex((struct vt_str){ text, (size_t)at }, ret_hash);
    vt_secret_wipe(text, sizeof(text));
    return err;
}

int vt_factor_take(const struct vt_seal *seal, struct vt_manage *manage, const struct vt_store_person *person,
                   struct vt_str code, int64_t now_ms)
{
    char hash[VT_SHA256_TEXT];
    if (code.len == TOTP_CODE)
        return take_number(seal, manage, person, code, now_ms, false);
    int err = hash_code(person, code, hash);
    if (!err)
        err = vt_manage_recovery_use(manage, person->site, person->person, vt_str(hash));
    return err == VT_ERR_MISSING ? VT_ERR_STALE : err;
}

/* 50 bits, of letters and digits that are not mistaken for each other. */
static void make_code(char ret_code[VT_FACTOR_CODE_TEXT])
{
    static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz234567892"; /* 32, one digit twice */
    unsigned char bytes[CODE_RANDOM];
    vt_random(bytes, sizeof(bytes));
    for (size_t i = 0, at = 0; i < CODE_RANDOM; i++) {
        if (i == CODE_RANDOM / 2)
            ret_code[at++] = '-';
        ret_code[at++] = alphabet[bytes[i] & 31U];
    }
    ret_code[VT_FACTOR_CODE_TEXT - 1] = '\0';
    vt_secret_wipe(bytes, sizeof(bytes));
}

int vt_factor_make_codes(struct vt_manage *manage, const struct vt_store_person *person,
                         char ret_codes[VT_FACTOR_CODES][VT_FACTOR_CODE_TEXT])
{
    char hashes[VT_FACTOR_CODES][VT_SHA256_TEXT];
    struct vt_str list[VT_FACTOR_CODES];
    int err = VT_OK;
    for (size_t i = 0; i < VT_FACTOR_CODES && !err; i++) {
        make_code(ret_codes[i]);
        err = hash_code(person, vt_str(ret_codes[i]), hashes[i]);
        list[i] = vt_str(hashes[i]);
    }
    return err ? err : vt_manage_recovery_put(manage, person->site, person->person, list, VT_FACTOR_CODES);
}
