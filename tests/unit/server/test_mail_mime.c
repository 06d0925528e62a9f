/* SPDX-License-Identifier: Apache-2.0 */
/* A mail as bytes: no value ends its header, everything is 7-bit in short lines, what went in comes out. */
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/mail.h"
#include "tests/unit/cm.h"

enum { NOW = 1795312800 }; /* Sun, 22 Nov 2026 02:00:00 +0000 */

static const struct vt_mail plain = { .to = { "anna@example.com", 16 },
                                      .subject = { "Hello", 5 },
                                      .text = { "Line one\nline two\n", 18 } };

static int write_mail(const struct vt_mail *mail, struct vt_buf *out)
{
    return vt_mail_write(mail, VT_STR("shop@maison.example"), "ID", (int64_t)NOW * 1000, out);
}

static void assert_short_ascii_lines(struct vt_buf *out)
{
    size_t column = 0;
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->data[i];
        assert_true(c < 0x80 && (c >= 0x20 || c == '\r' || c == '\n' || c == '\t'));
        assert_true(c != '\n' || (i > 0 && out->data[i - 1] == '\r'));
        assert_true(c != '\r' || out->data[i + 1] == '\n');
        column = c == '\n' ? 0 : column + 1;
        assert_true(column <= 79); /* 78 and the CR */
    }
}

static void assert_has(struct vt_buf *out, const char *text)
{
    if (!strstr(vt_buf_cstr(out), text))
        fail_msg("\"%s\" is not in:\n%s", text, vt_buf_cstr(out));
}

static size_t headers_of(struct vt_buf *out)
{
    const char *end = strstr(vt_buf_cstr(out), "\r\n\r\n");
    size_t n = 0;
    assert_non_null(end);
    for (const char *p = out->data; p < end; p = strstr(p, "\r\n") + 2)
        n += p[0] != ' ';
    return n;
}

static void writes_a_plain_mail(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(65536);
    (void)state;
    assert_int_equal(write_mail(&plain, &out), VT_OK);
    assert_short_ascii_lines(&out);
    assert_string_equal(vt_buf_cstr(&out), "Date: Sun, 22 Nov 2026 02:00:00 +0000\r\n"
                                           "From: <shop@maison.example>\r\n"
                                           "To: <anna@example.com>\r\n"
                                           "Subject: Hello\r\n"
                                           "Message-ID: <ID@maison.example>\r\n"
                                           "Auto-Submitted: auto-generated\r\n"
                                           "MIME-Version: 1.0\r\n"
                                           "Content-Type: text/plain; charset=utf-8\r\n"
                                           "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                           "Line one\r\nline two\r\n\r\n");
}

/* The subject, the name and the text are what a stranger may have a hand in. */
static void lets_no_value_end_its_header(void **state)
{
    static const char *const rows[] = { "x\r\nBcc: all@example.com",
                                        "x\nBcc: y",
                                        "x\r\n\r\nbody",
                                        "x\rBcc: y",
                                        "\r\nBcc: y",
                                        "=?UTF-8?B?DQpCY2M6IHk=?=",
                                        "\"<evil@example.com>\r\nBcc: y",
                                        "caf\xc3\xa9\r\nBcc: y" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf out = VT_BUF_INIT(65536);
        struct vt_mail mail = plain;
        mail.subject = mail.from_name = vt_str(rows[i]);
        assert_int_equal(write_mail(&mail, &out), VT_OK);
        assert_short_ascii_lines(&out);
        assert_int_equal(headers_of(&out), 9);
        assert_null(strstr(vt_buf_cstr(&out), "\r\nBcc"));
        assert_null(strstr(vt_buf_cstr(&out), "=?UTF-8?B?DQpC"));
    }
}

static void encodes_names_and_subjects(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(65536);
    struct vt_mail mail = plain;
    (void)state;
    mail.from_name = VT_STR("Maison \"V\\\"");
    mail.subject = VT_STR("Ros\xc3\xa9gold");
    assert_int_equal(write_mail(&mail, &out), VT_OK);
    assert_has(&out, "From: \"Maison \\\"V\\\\\\\"\"\r\n <shop@maison.example>\r\n");
    assert_has(&out, "Subject: =?UTF-8?B?Um9zw6lnb2xk?=\r\n");
}

/* Each encoded word holds whole characters, also where a cut by bytes would part one. */
static void cuts_words_between_characters(void **state)
{
    char subject[200] = "";
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf out = VT_BUF_INIT(65536);
        struct vt_mail mail = plain;
        memset(subject, 'a', shift);
        subject[shift] = '\0';
        for (int i = 0; i < 30; i++)
            strcat(subject, "\xf0\x9f\x92\x8d"); /* a ring */
        mail.subject = vt_str(subject);
        assert_int_equal(write_mail(&mail, &out), VT_OK);
        assert_short_ascii_lines(&out);
        /* A word that began inside a character would begin with one of the bytes 80 to bf: g to v in base64.
         */
        for (const char *word = vt_buf_cstr(&out); (word = strstr(word, "?B?")) != NULL; word += 3)
            assert_false(word[3] >= 'g' && word[3] <= 'v');
    }
}

static void quotes_text(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(65536);
    struct vt_mail mail = plain;
    (void)state;
    mail.text = VT_STR("a=b \ntrail\t\r\n\xc3\xa9\n.\nFrom x\n");
    assert_int_equal(write_mail(&mail, &out), VT_OK);
    assert_has(&out, "\r\n\r\na=3Db=20\r\ntrail=09\r\n=C3=A9\r\n.\r\nFrom x\r\n");
    vt_buf_reset(&out);
    char text[1001] = "";
    memset(text, 'x', 1000);
    mail.text = vt_str(text);
    assert_int_equal(write_mail(&mail, &out), VT_OK);
    assert_short_ascii_lines(&out);
}

static void nests_parts(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(65536);
    const struct vt_mail_file files[] = {
        { VT_STR("p1"), VT_STR("ring.jpg"), VT_STR("image/jpeg"), VT_STR("\xff\xd8\xff") },
        { { 0 }, VT_STR("talk.txt"), VT_STR("text/plain"), VT_STR("hello") },
    };
    struct vt_mail mail = plain;
    (void)state;
    mail.html = VT_STR("<img src=\"cid:p1\">");
    mail.unsubscribe = VT_STR("https://shop.example/u?x=1");
    mail.files = files;
    mail.files_n = 2;
    assert_int_equal(write_mail(&mail, &out), VT_OK);
    assert_short_ascii_lines(&out);
    const char *at = vt_buf_cstr(&out);
    static const char *const order[] = { "List-Unsubscribe: <https://shop.example/u?x=1>",
                                         "multipart/mixed",
                                         "multipart/alternative",
                                         "text/plain",
                                         "multipart/related",
                                         "text/html",
                                         "<img src=3D\"cid:p1\">",
                                         "image/jpeg",
                                         "Content-ID: <p1>",
                                         "inline",
                                         "\r\n/9j/\r\n",
                                         "attachment",
                                         "aGVsbG8=\r\n" };
    for (size_t i = 0; i < VT_COUNT(order); i++) {
        at = strstr(at, order[i]);
        if (!at)
            fail_msg("%s is missing, or comes too early", order[i]);
    }
}

static void refuses_bad_parts(void **state)
{
    static const struct vt_mail_file bad[] = {
        { VT_STR("p>1"), { 0 }, VT_STR("image/jpeg"), VT_STR("x") },
        { VT_STR("p1"), VT_STR("a\".jpg"), VT_STR("image/jpeg"), VT_STR("x") },
        { VT_STR("p1"), { 0 }, VT_STR("image/jpeg\r\nX: y"), VT_STR("x") },
        { VT_STR("p1"), { 0 }, { 0 }, VT_STR("x") },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf out = VT_BUF_INIT(65536);
        struct vt_mail mail = plain;
        mail.html = VT_STR("x");
        mail.files = &bad[i];
        mail.files_n = 1;
        assert_int_equal(write_mail(&mail, &out), VT_ERR_INVALID);
    }
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(65536);
    struct vt_mail mail = plain;
    mail.unsubscribe = VT_STR("https://x.example/>\r\nX: y");
    assert_int_equal(write_mail(&mail, &out), VT_ERR_INVALID);
    mail = plain;
    mail.reply_to = VT_STR("a@b.example\r\nX: y");
    assert_int_equal(write_mail(&mail, &out), VT_ERR_INVALID);
}

static void bounds_the_whole(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(300);
    (void)state;
    assert_int_equal(write_mail(&plain, &out), VT_ERR_FULL);
}

static void tells_addresses(void **state)
{
    static const char *const good[] = { "a@b.example", "anna.b+c@shop.example", "o'neill@x.example",
                                        "root@localhost", "x@127.0.0.1" };
    static const char *const bad[] = { "",
                                       "a",
                                       "@b.example",
                                       "a@",
                                       "a@b..example",
                                       ".a@b.example",
                                       "a.@b.example",
                                       "a..b@b.example",
                                       "a b@b.example",
                                       "a@b.example,c@d.example",
                                       "a@b.example\r\nRCPT TO:<c@d.example>",
                                       "<a@b.example>",
                                       "\"a\"@b.example",
                                       "a@b@c.example",
                                       "a@b.example/x",
                                       "a@b.example:25",
                                       "\xc3\xa9@b.example",
                                       "a@b\xc3\xa9.example",
                                       "a>@b.example" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(good); i++)
        if (!vt_mail_address_ok(vt_str(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < VT_COUNT(bad); i++)
        if (vt_mail_address_ok(vt_str(bad[i])))
            fail_msg("taken: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_plain_mail),
        cmocka_unit_test(lets_no_value_end_its_header),
        cmocka_unit_test(encodes_names_and_subjects),
        cmocka_unit_test(cuts_words_between_characters),
        cmocka_unit_test(quotes_text),
        cmocka_unit_test(nests_parts),
        cmocka_unit_test(refuses_bad_parts),
        cmocka_unit_test(bounds_the_whole),
        cmocka_unit_test(tells_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
