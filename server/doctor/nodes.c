/* SPDX-License-Identifier: Apache-2.0 */
/* Several nodes: whether Redis answers, and whether the others could find this one. */
#include <string.h>

#include "server/base/err.h"
#include "server/doctor/doctor_internal.h"
#include "server/node/redis.h"

static bool is_near(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost", 9) == 0 ||
           strncmp(host, "[::1]", 5) == 0;
}

static const char *host_of(const char *url)
{
    const char *at = strrchr(url, '@'), *slashes = strstr(url, "//");
    return at ? at + 1 : slashes ? slashes + 2 : url;
}

static void look_at_answer(struct vt_doctor *doctor)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf said = VT_BUF_INIT(512);
    const struct vt_config *config = &doctor->config;
    int err = vt_redis_ask(config->redis, config->redis_password, &VT_STR("PING"), 1, &said);
    if (err == VT_OK) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "nodes.redis", "Redis answers at %s.", config->redis);
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "nodes.redis", "Redis at %s does not let this node in: %s.",
                  config->redis, said.len > 0 ? vt_buf_cstr(&said) : "no answer in half a second");
    vt_doctor_cure_option(doctor, "redis", "redis://127.0.0.1:6379");
    if (err == VT_ERR_INVALID)
        vt_doctor_cure_option(doctor, "redis-password", "the password of Redis' requirepass or ACL");
}

void vt_doctor_nodes(struct vt_doctor *doctor)
{
    const struct vt_config *config = &doctor->config;
    if (!config->redis[0])
        return;
    look_at_answer(doctor);
    if (is_near(host_of(config->redis)))
        return;
    vt_doctor_say(doctor, VT_DOCTOR_WARN, "nodes.line",
                  "What goes to Redis is not encrypted, and whoever reads it can bring lines in.");
    vt_doctor_cure(doctor, "keep Redis and the nodes in a network of their own, or lead it through a tunnel "
                           "(stunnel, WireGuard)");
    if (!is_near(config->node_address))
        return;
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "nodes.address",
                  "Nodes of other machines cannot reach this one at %s.", config->node_address);
    vt_doctor_cure_option(doctor, "node-address", "10.0.0.5:8090");
}
