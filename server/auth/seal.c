/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { KEY_BYTES = 32, FILE_LEAST = 32, FILE_MOST = 4096, NONCE = 12, TAG = 16 };
enum { SEALED = NONCE + VT_SEAL_BYTES + TAG };

struct vt_seal {
    uint8_t key[KEY_BYTES];
};

/* --- the key file -------------------------------------------------------------------------------- */

/* Whole or not at all: another process that starts at the same time must not read half of it. */
static int make_file(const char *path, struct vt_buf *ret_error)
{
    char name[VT_SEAL_PATH + 24];
    uint8_t bytes[KEY_BYTES];
    snprintf(name, sizeof(name), "%s.%ld", path, (long)getpid());
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    vt_random(bytes, sizeof(bytes));
    bool is_written = fd >= 0 && write(fd, bytes, sizeof(bytes)) == KEY_BYTES && fsync(fd) == 0;
    vt_secret_wipe(bytes, sizeof(bytes));
    bool is_there = is_written && (link(name, path) == 0 || errno == EEXIST);
    int why = errno;
    if (fd >= 0) {
        close(fd);
        unlink(name);
    }
    if (!is_there)
        vt_buf_printf(ret_error, "The key file %s cannot be made: %s.", path, strerror(why));
    return is_there ? VT_OK : VT_ERR_IO;
}

/* In systemd's folder of credentials the folder's rights protect the file. */
static bool is_ours_alone(int fd, bool is_credential)
{
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (is_credential || (info.st_mode & 077) == 0);
}

/* Any text or bytes will do, so an operator may make it by whatever is at hand. */
static int read_file(const char *path, bool is_credential, uint8_t ret_key[KEY_BYTES],
                     struct vt_buf *ret_error)
{
    uint8_t bytes[FILE_MOST + 1];
    unsigned key_len = 0;
    int err = VT_ERR_IO;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;
    if (n < 0)
        vt_buf_printf(ret_error, "The key file %s cannot be read: %s.", path, strerror(errno));
    else if (!is_ours_alone(fd, is_credential))
        vt_buf_printf(ret_error, "The key file %s can be read by others; run chmod 600 on it.", path);
    else if (n < FILE_LEAST || n > FILE_MOST)
        vt_buf_printf(ret_error,
                      "The key file %s must have %d to %d bytes; `openssl rand 32` makes a good one.", path,
                      FILE_LEAST, FILE_MOST);
    else if (EVP_Digest(bytes, (size_t)n, ret_key, &key_len, EVP_sha256(), NULL) != 1)
        vt_buf_text(ret_error, "No memory for the key file.");
    else
        err = VT_OK;
    vt_secret_wipe(bytes, sizeof(bytes));
    if (fd >= 0)
        close(fd);
    return err;
}

bool vt_seal_path(const char *data, const char *key_file, char ret_path[VT_SEAL_PATH])
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    snprintf(ret_path, VT_SEAL_PATH, "%s", key_file);
    if (key_file[0])
        return false;
    if (credentials) {
        snprintf(ret_path, VT_SEAL_PATH, "%s/vitrine.key", credentials);
        if (access(ret_path, F_OK) == 0)
            return true;
    }
    snprintf(ret_path, VT_SEAL_PATH, "%s/vitrine.key", data);
    return false;
}

static int load(const char *data, const char *key_file, uint8_t ret_key[KEY_BYTES], struct vt_buf *ret_error)
{
    char path[VT_SEAL_PATH];
    bool is_credential = vt_seal_path(data, key_file, path);
    if (!is_credential && !key_file[0] && access(path, F_OK) != 0 && make_file(path, ret_error) != VT_OK)
        return VT_ERR_IO;
    return read_file(path, is_credential, ret_key, ret_error);
}

struct vt_seal *vt_seal_open(const char *data, const char *key_file, struct vt_buf *ret_error)
{
    struct vt_seal *seal = calloc(1, sizeof(*seal));
    if (!seal) {
        vt_buf_text(ret_error, "No memory for the key file.");
        return NULL;
    }
    if (load(data, key_file, seal->key, ret_error) == VT_OK)
        return seal;
    vt_seal_close(seal);
    return NULL;
}

void vt_seal_close(struct vt_seal *seal)
{
    if (!seal)
        return;
    vt_secret_wipe(seal, sizeof(*seal));
    free(seal);
}

/* --- sealing ------------------------------------------------------------------------------------- */

/* 96 random bits a nonce: a key seals a few texts a year, so none comes twice. */
int vt_seal_put(const struct vt_seal *seal, struct vt_str what, const uint8_t secret[VT_SEAL_BYTES],
                char ret_text[VT_SEAL_TEXT])
{
    uint8_t bytes[SEALED];
    int n = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    vt_random(bytes, NONCE);
    bool ok = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, seal->key, bytes) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *)what.ptr, (int)what.len) == 1 &&
              EVP_EncryptUpdate(ctx, bytes + NONCE, &n, secret, VT_SEAL_BYTES) == 1 &&
              EVP_EncryptFinal_ex(ctx, bytes + NONCE + VT_SEAL_BYTES, &n) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, bytes + NONCE + VT_SEAL_BYTES) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        return VT_ERR_NOMEM;
    vt_base64url(bytes, sizeof(bytes), ret_text);
    return VT_OK;
}

int vt_seal_get(const struct vt_seal *seal, struct vt_str what, struct vt_str text,
                uint8_t ret_secret[VT_SEAL_BYTES])
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf sealed = VT_BUF_INIT(SEALED);
    int n = 0;
    if (text.len != VT_SEAL_TEXT - 1 || vt_base64url_read(text, &sealed) != VT_OK || sealed.len != SEALED)
        return VT_ERR_INVALID;
    uint8_t *bytes = (uint8_t *)sealed.data;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, seal->key, bytes) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &n, (const uint8_t *)what.ptr, (int)what.len) == 1 &&
              EVP_DecryptUpdate(ctx, ret_secret, &n, bytes + NONCE, VT_SEAL_BYTES) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, bytes + NONCE + VT_SEAL_BYTES) == 1 &&
              EVP_DecryptFinal_ex(ctx, ret_secret + VT_SEAL_BYTES, &n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        vt_secret_wipe(ret_secret, VT_SEAL_BYTES);
    return ok ? VT_OK : VT_ERR_INVALID;
}
