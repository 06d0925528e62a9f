/* SPDX-License-Identifier: Apache-2.0 */
/* Who may send a picture, and where it goes: tickets for one file, codes for a phone's camera.
 *
 * A ticket is 128 random bits, good for one POST within 10 minutes, bound to conversation, person, Origin
 * and the bytes that were declared. A code is what a QR picture holds: the first phone that opens it trades
 * it for a key of its own, and with that it may send up to 20 pictures within the same 10 minutes. All of it
 * is kept in memory under hashes alone: what did not survive a restart is asked for again. A conversation
 * may send 20 pictures an hour, whichever way. Loop thread only. */
#ifndef VT_UPLOAD_H
#define VT_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/ids.h"
#include "server/conversation.h"

enum {
    VT_UPLOAD_LIFE_MS = 10 * 60 * 1000,
    VT_UPLOAD_PHONE_PICTURES = 20,
    VT_UPLOAD_HOUR = 20,          /* pictures an hour and conversation */
    VT_UPLOAD_RIGHTS_MOST = 8192, /* tickets and codes at once, in all */
    VT_UPLOAD_RIGHTS_CONV = 32,   /* and of one conversation */
    VT_UPLOAD_CONVS_MOST = 8192,  /* conversations counted in the last hour */
    VT_UPLOAD_ORIGIN = 256
};

struct vt_uploads;

/* A right, by value. */
struct vt_upload {
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    char who[VT_WHO_TEXT];         /* the asker, told by file.state */
    char name[VT_ID_TEXT];         /* of the right, in file.state */
    char origin[VT_UPLOAD_ORIGIN]; /* the page that may use it */
    enum vt_file_use use;
    uint64_t bytes;   /* as declared; 0: a phone's, any */
    unsigned left;    /* of a phone: pictures after this one */
    int64_t until_ms; /* vt_now_ms */
};

enum vt_upload_err {
    VT_UPLOAD_OK,
    VT_UPLOAD_UNKNOWN, /* never was, expired, or used: who guesses learns no more than that */
    VT_UPLOAD_OTHER,   /* another phone has opened the code */
    VT_UPLOAD_SPENT,   /* the phone has sent all it may */
    VT_UPLOAD_HOURLY,  /* the conversation has */
    VT_UPLOAD_FULL
};

struct vt_uploads *vt_uploads_create(void); /* NULL: no memory */
void vt_uploads_destroy(struct vt_uploads *uploads);

/* Whether this conversation may send another now; else after how many ms. */
bool vt_uploads_may(struct vt_uploads *uploads, const char *site, const char *conv, uint32_t *ret_after_ms);

/* A ticket: name, left and until_ms are filled in. OK or FULL. */
enum vt_upload_err vt_uploads_ticket(struct vt_uploads *uploads, struct vt_upload *upload);
/* A code, in place of the one this person had in this conversation. `ret_secret` goes into the QR picture. */
enum vt_upload_err vt_uploads_code(struct vt_uploads *uploads, struct vt_upload *upload,
                                   char ret_secret[VT_ID_TEXT]);
/* Ends the code of a person, and the phone's key with it. */
void vt_uploads_stop(struct vt_uploads *uploads, const char *site, const char *conv, const char *who);

/* A phone opens a code and gets its key. OK, UNKNOWN or OTHER. */
enum vt_upload_err vt_uploads_open(struct vt_uploads *uploads, struct vt_str secret, struct vt_str origin,
                                   char ret_key[VT_ID_TEXT], struct vt_upload *ret_upload);
/* A ticket or a phone's key is used for one picture; OK counts it. Of another Origin it is UNKNOWN, and a
 * ticket is gone all the same. */
enum vt_upload_err vt_uploads_take(struct vt_uploads *uploads, struct vt_str bearer, struct vt_str origin,
                                   struct vt_upload *ret_upload);

/* The credentials of "Authorization: Bearer <22 characters>" (RFC 6750, section 2.1); absent: none. */
struct vt_str vt_upload_bearer(struct vt_str header);

#endif
