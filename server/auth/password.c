/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"

/* 32 MiB and some 60 ms on a core of 2022. Raise LOG2_N when machines allow; texts of before stay
 * good and are reported as weak. */
enum { LOG2_N = 15, R = 8, P = 1, SALT_BYTES = 16, HASH_BYTES = 32, MEMORY_MOST = 256 << 20 };
enum { SALT_TEXT = 23, HASH_TEXT = 44 };

struct parameters {
    unsigned log2_n, r, p;
    char salt[SALT_TEXT], hash[HASH_TEXT];
};

/* The salt goes in as its text: no base64 reader is needed, and it is as random as before. */
static int derive(struct vt_str password, const struct parameters *with, char ret_hash[HASH_TEXT])
{
    unsigned char hash[HASH_BYTES];
    const int done = EVP_PBE_scrypt(
        password.ptr ? password.ptr : "", password.len, (const unsigned char *)with->salt, strlen(with->salt),
        (uint64_t)1 << with->log2_n, with->r, with->p, MEMORY_MOST, hash, sizeof(hash));
    /* What OpenSSL keeps for this thread: those of libuv's pool end after it and could not give it back. */
    OPENSSL_thread_stop();
    if (done != 1)
        return VT_ERR_NOMEM;
    vt_base64url(hash, sizeof(hash), ret_hash);
    vt_secret_wipe(hash, sizeof(hash));
    return VT_OK;
}

int vt_password_hash(struct vt_str password, char ret_text[VT_PASSWORD_TEXT])
{
    unsigned char salt[SALT_BYTES];
    struct parameters with = { .log2_n = LOG2_N, .r = R, .p = P };
    vt_random(salt, sizeof(salt));
    vt_base64url(salt, sizeof(salt), with.salt);
    int err = derive(password, &with, with.hash);
    if (!err)
        snprintf(ret_text, VT_PASSWORD_TEXT, "scrypt$%u$%u$%u$%s$%s", with.log2_n, with.r, with.p, with.salt,
                 with.hash);
    return err;
}

static int read_number(struct vt_str *rest, unsigned most, unsigned *ret_number)
{
    uint64_t value;
    int err = vt_str_to_u64(vt_str_cut(rest, '$'), 1, most, &value);
    if (!err)
        *ret_number = (unsigned)value;
    return err;
}

/* Bounds: a text from a damaged store must not ask for gigabytes or minutes. */
static int parse(struct vt_str text, struct parameters *ret)
{
    struct vt_str rest = text;
    if (!text.ptr || !vt_str_eq(vt_str_cut(&rest, '$'), VT_STR("scrypt")))
        return VT_ERR_INVALID;
    if (read_number(&rest, 18, &ret->log2_n) || read_number(&rest, 16, &ret->r) ||
        read_number(&rest, 4, &ret->p))
        return VT_ERR_INVALID;
    bool fits = vt_str_copy(ret->salt, sizeof(ret->salt), vt_str_cut(&rest, '$'));
    fits = vt_str_copy(ret->hash, sizeof(ret->hash), vt_str_cut(&rest, '$')) && fits;
    bool whole = rest.len == 0 && strlen(ret->hash) == HASH_TEXT - 1 && strlen(ret->salt) >= 16;
    return fits && whole ? VT_OK : VT_ERR_INVALID;
}

bool vt_password_verify(struct vt_str password, struct vt_str text, bool *ret_weak)
{
    static const struct parameters nobody = {
        .log2_n = LOG2_N, .r = R, .p = P, .salt = "AAAAAAAAAAAAAAAAAAAAAA"
    };
    struct parameters with;
    char hash[HASH_TEXT] = "";
    bool known = parse(text, &with) == VT_OK;
    bool derived = derive(password, known ? &with : &nobody, hash) == VT_OK;
    bool same = known && derived && vt_secret_eq(vt_str(hash), vt_str(with.hash));
    if (same && ret_weak)
        *ret_weak = with.log2_n < LOG2_N || with.r < R || with.p < P;
    vt_secret_wipe(hash, sizeof(hash));
    return same;
}
