/* SPDX-License-Identifier: Apache-2.0 */
/* A customer and people of the shop who remember all they are sent, and helpers that wait for a part of it.
 */
#ifndef VT_TESTS_CORE_PEOPLE_H
#define VT_TESTS_CORE_PEOPLE_H

#include "tests/unit/server/core_fixture.h"

struct human {
    struct client client;
    char texts[262144]; /* one message a line, as JSON */
    size_t texts_n;
    uint32_t c, epoch;
    char conv[64], tok[64];
};

static struct core core;

static inline void human_text(struct client *client, const json_t *message)
{
    struct human *human = client->arg;
    char *text = json_dumps(message, JSON_COMPACT);
    const json_t *d = json_object_get(message, "d");
    const json_t *conv = json_array_get(json_object_get(d, "convs"), 0);
    const json_t *from = conv ? conv : d;
    human->texts_n += (size_t)snprintf(human->texts + human->texts_n, sizeof(human->texts) - human->texts_n,
                                       "%s\n", text);
    assert_true(human->texts_n < sizeof(human->texts));
    free(text);
    if (json_object_get(message, "ok") && json_object_get(from, "c"))
        human->c = (uint32_t)json_integer_value(json_object_get(from, "c"));
    if (!conv)
        return;
    human->epoch = (uint32_t)json_integer_value(json_object_get(conv, "epoch"));
    snprintf(human->conv, sizeof(human->conv), "%s", json_string_value(json_object_get(conv, "conv")));
    if (json_object_get(conv, "tok"))
        snprintf(human->tok, sizeof(human->tok), "%s", json_string_value(json_object_get(conv, "tok")));
}

static inline void forget(struct human *human)
{
    human->texts[human->texts_n = 0] = '\0';
}

/* The line that holds `part`, or NULL. */
static inline const char *line_with(const struct human *human, const char *part)
{
    static char line[70000];
    const char *at = strstr(human->texts, part);
    if (!at)
        return NULL;
    while (at > human->texts && at[-1] != '\n')
        at--;
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static inline const char *wait_for(struct human *human, const char *part)
{
    int64_t until = vt_now_ms() + 60000;
    const char *line;
    while (!(line = line_with(human, part))) {
        core_turn(&core);
        usleep(100);
        if (vt_now_ms() > until)
            fail_msg("no %s in:\n%s", part, human->texts);
    }
    return line;
}

static inline const char *answer(struct human *human, uint32_t id)
{
    char part[32];
    snprintf(part, sizeof(part), "{\"id\":%u,", id);
    return wait_for(human, part);
}

static inline uint32_t ask(struct human *human, const char *op, const char *d)
{
    char cid[37];
    client_cid(cid);
    return client_ask(&human->client, op, strcmp(human->client.conn->origin, CORE_OURS) == 0 ? human->c : 0,
                      cid, d);
}

/* So long, and so many turns: on a busy machine the time may be over after one. */
static inline void settle(unsigned ms)
{
    int64_t until = vt_now_ms() + ms;
    for (unsigned turns = 0; turns < ms || vt_now_ms() < until; turns++) {
        core_turn(&core);
        usleep(500);
    }
}

static inline bool human_is_out(void *human)
{
    return ((struct human *)human)->client.code != 0;
}

/* What a hello brings may come from the store, whose thread takes the time it takes. */
static inline void expect_closed(struct human *human, int code)
{
    core_until(&core, human_is_out, human, "closed");
    assert_int_equal(human->client.code, code);
}

static inline void arrive(struct human *human, const char *person)
{
    char resume[256];
    forget(human);
    human->client.text = human_text;
    human->client.arg = human;
    client_open(&human->client, &core, person ? CORE_OURS : CORE_SHOP);
    snprintf(resume, sizeof(resume), "[{\"conv\":\"%s\",\"epoch\":0,\"s\":0,\"cs\":0,\"tok\":\"%s\"}]",
             human->conv, human->tok);
    if (person)
        client_hello_staff(&human->client, person, NULL);
    else
        client_hello_customer(&human->client, human->tok[0] ? resume : NULL);
    wait_for(human, "\"convs\"");
}

static inline uint32_t take(struct human *staff, const struct human *customer)
{
    char d[96];
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", customer->conv);
    return ask(staff, "claim.take", d);
}

/* Both are live. */
static inline void pair(struct human *customer, struct human *staff, const char *person)
{
    arrive(customer, NULL);
    arrive(staff, person);
    answer(customer, ask(customer, "queue.join", "{\"lang\":\"en\"}"));
    assert_non_null(strstr(answer(staff, take(staff, customer)), "reference"));
    wait_for(customer, "\"state\":\"live\"");
    wait_for(staff, "\"op\":\"snapshot\"");
}

static inline int people_setup(void **state)
{
    (void)state;
    core_init(&core);
    core_open(&core);
    return 0;
}

static inline int people_teardown(void **state)
{
    (void)state;
    core_close(&core);
    core_finish(&core);
    return 0;
}

#endif
