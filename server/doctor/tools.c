/* SPDX-License-Identifier: Apache-2.0 */
/* What the server starts and whom it writes to: a picture worker, the fonts for cards, the mail server. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/pool.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/doctor/doctor_internal.h"
#include "server/loop.h"

enum { WORKER_MS = 20000, MAIL_BYTES = 16384 };

/* --- a worker that decodes ----------------------------------------------------------------------- */

/* 2 x 2 pixels, a PNG of 8 bits a channel. */
static const unsigned char picture[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
    0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x02, 0x00, 0x00, 0x00, 0xfd,
    0xd4, 0x9a, 0x73, 0x00, 0x00, 0x00, 0x12, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x38,
    0x21, 0xa7, 0xa1, 0x61, 0x73, 0x89, 0x01, 0x42, 0x01, 0x00, 0x1f, 0x3a, 0x04, 0x89, 0xa6,
    0x93, 0x2a, 0xee, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

struct trial {
    bool is_over;
    enum vt_media_err err;
    char why[160];
};

static void handle_made(void *arg, const struct vt_media_result *result)
{
    struct trial *trial = arg;
    if (result->more)
        return;
    trial->is_over = true;
    trial->err = result->err;
    size_t len = strnlen(result->problem.detail, sizeof(trial->why) - 1);
    len -= len > 0 && result->problem.detail[len - 1] == '.';
    snprintf(trial->why, sizeof(trial->why), "%.*s", (int)len, result->problem.detail);
}

static void handle_late(void *arg)
{
    *(bool *)arg = true;
}

static int file_of(const void *bytes, size_t len)
{
    int fd = memfd_create("doctor", MFD_CLOEXEC);
    if (fd >= 0 && len > 0 && write(fd, bytes, len) != (ssize_t)len) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A pool of one worker, as the server has it. */
struct workshop {
    struct vt_loop *loop;
    struct vt_pool *pool;
};

static void run_job(struct workshop *shop, const struct vt_recipe *recipe, int source, int out,
                    struct trial *ret_trial)
{
    struct vt_timer timer;
    bool is_late = false, is_begun = false;
    *ret_trial = (struct trial){ .why = "no worker came up" };
    vt_timer_init(shop->loop, &timer, handle_late, &is_late);
    vt_timer_start(&timer, WORKER_MS, 0);
    while (!ret_trial->is_over && !is_late) {
        if (!is_begun && vt_pool_is_idle(shop->pool))
            is_begun = vt_pool_submit(shop->pool, recipe, source, out, WORKER_MS, handle_made, ret_trial) ==
                       VT_OK;
        uv_run(vt_loop_uv(shop->loop), UV_RUN_ONCE);
    }
    if (is_begun && !ret_trial->is_over)
        vt_pool_abandon(shop->pool, handle_made, ret_trial);
    vt_timer_close(&timer, NULL);
    uv_run(vt_loop_uv(shop->loop), UV_RUN_NOWAIT); /* the timer stands on our stack */
}

static void look_at_films(struct vt_doctor *doctor, struct workshop *shop, int master)
{
    static const char film[] =
        "{\"stills\":[{\"id\":\"doctor\",\"seconds\":0.5}],\"size\":[160,160],\"name\":\"\"}";
    static const struct {
        enum vt_recipe_kind kind;
        const char *codec, *package;
    } rows[] = { { VT_RECIPE_FILM, "H.264", "libopenh264-7" },
                 { VT_RECIPE_FILM_AV1, "AV1", "libsvtav1enc1" } };
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        const struct vt_recipe recipe = { .kind = rows[i].kind, .media = "doctor", .template_json = film };
        struct trial trial;
        run_job(shop, &recipe, master, -1, &trial);
        if (trial.is_over && trial.err == VT_MEDIA_OK) {
            vt_doctor_say(doctor, VT_DOCTOR_OK, "media.films", "A film was made in %s.", rows[i].codec);
            continue;
        }
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "media.films", "No film can be made in %s: %s.", rows[i].codec,
                      trial.why);
        vt_doctor_cure(doctor, "apt-get install --reinstall %s", rows[i].package);
    }
}

static void look_at_pictures(struct vt_doctor *doctor, struct workshop *shop)
{
    static const struct vt_recipe recipe = { .kind = VT_RECIPE_INGEST };
    int source = file_of(picture, sizeof(picture)), master = file_of(NULL, 0);
    struct trial trial = { .why = "no worker can be started" };
    if (shop->pool)
        run_job(shop, &recipe, source, master, &trial);
    if (trial.is_over && trial.err == VT_MEDIA_OK) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "media.worker",
                      "A picture worker started behind its filter and took a picture apart.");
        look_at_films(doctor, shop, master);
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "media.worker", "Pictures cannot be made: %s.", trial.why);
        vt_doctor_cure(doctor, "container: allow seccomp, memfd_create and clone (not --security-opt "
                               "seccomp=… that forbids them); memory of 768 MB a worker");
        vt_doctor_cure(doctor,
                       "systemd: no SystemCallFilter= without @system-service, no MemoryMax= below 1G; "
                       "ldd on the binary shows a missing library");
    }
    close(source);
    close(master);
}

static void look_at_worker(struct vt_doctor *doctor)
{
    const struct vt_pool_config config = { .binary = "/proc/self/exe", .workers = 1 };
    struct workshop shop = { .loop = vt_loop_create() };
    shop.pool = shop.loop ? vt_pool_open(vt_loop_uv(shop.loop), &config) : NULL;
    look_at_pictures(doctor, &shop);
    if (shop.pool) {
        vt_pool_close(shop.pool);
        vt_loop_run_dry(shop.loop);
    }
    if (shop.loop) {
        vt_loop_close_own(shop.loop);
        vt_loop_run(shop.loop);
        vt_loop_destroy(shop.loop);
    }
}

/* --- fonts --------------------------------------------------------------------------------------- */

static bool holds_file(const char *folder, const char *beginning)
{
    DIR *dir = opendir(folder);
    bool found = false;
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));)
        found = strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
    if (dir)
        closedir(dir);
    return found;
}

static void look_at_fonts(struct vt_doctor *doctor)
{
    static const struct {
        const char *folder, *file, *package, *for_;
    } fonts[] = {
        { "/usr/share/fonts/truetype/noto", "NotoSans-Regular", "fonts-noto-core", "names" },
        { "/usr/share/fonts/opentype/noto", "NotoSansCJK", "fonts-noto-cjk", "Chinese, Japanese, Korean" },
        { "/usr/share/fonts/truetype/noto", "NotoColorEmoji", "fonts-noto-color-emoji", "emoji" },
    };
    size_t missing = 0;
    for (size_t i = 0; i < VT_COUNT(fonts); i++) {
        if (holds_file(fonts[i].folder, fonts[i].file))
            continue;
        missing++;
        vt_doctor_say(
            doctor, VT_DOCTOR_WARN, "media.fonts",
            "The font for %s is not where Debian puts it: on cards and plates such letters are boxes.",
            fonts[i].for_);
        vt_doctor_cure(doctor, "apt-get install %s", fonts[i].package);
    }
    if (missing == 0)
        vt_doctor_say(doctor, VT_DOCTOR_OK, "media.fonts", "The fonts for cards and plates are there.");
}

/* --- mail ---------------------------------------------------------------------------------------- */

/* Reads replies until the last line of one ("250 …"); its code, 0: none came. */
static int read_reply(struct vt_line *line, struct vt_buf *text)
{
    char room[1024];
    vt_buf_reset(text);
    for (;;) {
        const char *at = vt_buf_cstr(text), *end;
        for (; (end = strstr(at, "\r\n")); at = end + 2)
            if (end - at >= 4 && at[3] == ' ')
                return atoi(at);
        ssize_t n = vt_line_read(line, room, sizeof(room), VT_DOCTOR_WAIT_MS);
        if (n <= 0 || vt_buf_append(text, room, (size_t)n) != VT_OK)
            return 0;
    }
}

static int say_hello(struct vt_line *line, struct vt_buf *text)
{
    return vt_line_send(line, VT_STR("EHLO vitrine-doctor\r\n")) == VT_OK ? read_reply(line, text) : 0;
}

/* "smtp://host[:port]" as an origin with its port. */
static bool mail_origin(const char *url, struct vt_origin *ret_origin, bool *ret_tls)
{
    char text[VT_ORIGIN_TEXT + 8];
    *ret_tls = strncmp(url, "smtps", 5) == 0;
    const char *host = strstr(url, "://");
    if (!host)
        return false;
    host += 3;
    const char *bracket = strchr(host, ']');
    bool has_port = strchr(bracket ? bracket : host, ':') != NULL;
    snprintf(text, sizeof(text), "http://%.250s%s", host, has_port ? "" : *ret_tls ? ":465" : ":25");
    return vt_origin_parse(vt_str(text), ret_origin) == VT_OK;
}

static const char *talk(struct vt_doctor *doctor, struct vt_line *line, const struct vt_origin *to, bool tls,
                        struct vt_buf *text)
{
    if (tls && vt_line_start_tls(line, to->host) != VT_OK)
        return "TLS does not come about";
    if (read_reply(line, text) != 220)
        return "it does not greet as a mail server does";
    if (say_hello(line, text) != 250)
        return "it does not take our EHLO";
    if (tls || doctor->config.mail_plain)
        return NULL;
    if (!strstr(vt_buf_cstr(text), "STARTTLS"))
        return "it offers no TLS (STARTTLS)";
    if (vt_line_send(line, VT_STR("STARTTLS\r\n")) != VT_OK || read_reply(line, text) != 220 ||
        vt_line_start_tls(line, to->host) != VT_OK)
        return "its TLS does not come about";
    return say_hello(line, text) == 250 ? NULL : "it goes silent behind TLS";
}

static void look_at_mail(struct vt_doctor *doctor)
{
    const char *url = doctor->config.mail_url, *why = NULL;
    char fault[VT_LINE_WHY];
    struct vt_line line = { .fd = -1 };
    struct vt_origin to;
    bool tls;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(MAIL_BYTES);
    if (!url[0]) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "mail.server",
                      "No mail server is set: no recap, no answer by mail, no reset of a password.");
        vt_doctor_cure_option(doctor, "mail-url", "smtp://mail.example:587");
        return;
    }
    if (!mail_origin(url, &to, &tls))
        return;     /* config has refused it before */
    to.tls = false; /* the line first; TLS when it is its turn */
    if (vt_line_open(&line, &to, VT_DOCTOR_WAIT_MS) == VT_OK)
        why = talk(doctor, &line, &to, tls, &text);
    else
        why = vt_str_copy(fault, sizeof(fault), vt_str(line.why)) ? fault : "it does not answer";
    if (!why)
        vt_line_send(&line, VT_STR("QUIT\r\n"));
    vt_line_close(&line);
    if (!why) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "mail.server",
                      "The mail server greets%s. `vitrine admin mail test` sends a mail.",
                      doctor->config.mail_plain && !tls ? ", unencrypted" : " behind TLS");
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "mail.server", "The mail server at %s:%u: %s.", to.host, to.port,
                  why);
    vt_doctor_cure_option(doctor, "mail-url", "smtp://mail.example:587");
    vt_doctor_cure(doctor, "or let this machine out to that port; many hosts close 25, so take 587 or 465");
}

void vt_doctor_tools(struct vt_doctor *doctor)
{
    look_at_worker(doctor);
    look_at_fonts(doctor);
    look_at_mail(doctor);
}
