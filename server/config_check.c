/* SPDX-License-Identifier: Apache-2.0 */
/* What no single row can say. Everything here is refused at the start with the option and its
 * source named, so that nobody finds out at the first customer. */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "server/base/err.h"
#include "server/config_internal.h"
#include "server/mail.h"
#include "server/outgoing/outgoing.h"

#define SOURCE(load, flag) ((load)->sources[vt_option_find(VT_STR(flag)) - vt_options])

static int check_word(struct vt_config_load *load, const char *source, const char *value,
                      const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strcmp(value, words[i]) == 0)
            return VT_OK;
    vt_config_refuse(load, "%s: ", source);
    vt_config_quote(load->error, vt_str(value));
    vt_buf_text(load->error, " is not one of");
    for (size_t i = 0; words[i]; i++)
        vt_buf_printf(load->error, "%s %s", i > 0 ? "," : "", words[i]);
    return VT_ERR_INVALID;
}

static int refuse_item(struct vt_config_load *load, const char *source, struct vt_str item,
                       const char *wanted)
{
    vt_config_refuse(load, "%s: ", source);
    vt_config_quote(load->error, item);
    vt_buf_printf(load->error, " is not %s", wanted);
    return VT_ERR_INVALID;
}

/* Takes the next item of a list parted by commas, without the spaces around it. */
static bool next_item(struct vt_str *list, struct vt_str *ret_item)
{
    if (!list->ptr)
        return false;
    const char *comma = list->len > 0 ? memchr(list->ptr, ',', list->len) : NULL;
    struct vt_str item = { list->ptr, comma ? (size_t)(comma - list->ptr) : list->len };
    *list = comma ? (struct vt_str){ comma + 1, list->len - item.len - 1 } : (struct vt_str){ NULL, 0 };
    while (item.len > 0 && item.ptr[0] == ' ')
        item = (struct vt_str){ item.ptr + 1, item.len - 1 };
    while (item.len > 0 && item.ptr[item.len - 1] == ' ')
        item.len--;
    *ret_item = item;
    return true;
}

/* AF_INET, AF_INET6 or 0. */
static int address_family(struct vt_str text)
{
    char address[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (!vt_str_copy(address, sizeof(address), text))
        return 0;
    if (inet_pton(AF_INET, address, bytes) == 1)
        return AF_INET;
    return inet_pton(AF_INET6, address, bytes) == 1 ? AF_INET6 : 0;
}

static bool is_listen_address(struct vt_str item)
{
    uint64_t port;
    const char *colon = item.len > 0 ? memrchr(item.ptr, ':', item.len) : NULL;
    if (!colon)
        return false;
    struct vt_str host = { item.ptr, (size_t)(colon - item.ptr) };
    if (vt_str_to_u64((struct vt_str){ colon + 1, item.len - host.len - 1 }, 0, 65535, &port) != VT_OK)
        return false;
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        return address_family((struct vt_str){ host.ptr + 1, host.len - 2 }) == AF_INET6;
    return vt_str_eq(host, VT_STR("localhost")) || address_family(host) == AF_INET;
}

static bool is_network(struct vt_str item)
{
    uint64_t bits;
    const char *slash = item.len > 0 ? memchr(item.ptr, '/', item.len) : NULL;
    struct vt_str address = { item.ptr, slash ? (size_t)(slash - item.ptr) : item.len };
    int family = address_family(address);
    if (!slash || family == 0)
        return family != 0;
    struct vt_str prefix = { slash + 1, item.len - address.len - 1 };
    return vt_str_to_u64(prefix, 0, family == AF_INET ? 32 : 128, &bits) == VT_OK;
}

static int check_list(struct vt_config_load *load, const char *source, const char *value, bool empty_is_fine,
                      bool (*is_good)(struct vt_str), const char *wanted)
{
    struct vt_str list = vt_str(value), item;
    if (value[0] == '\0' && empty_is_fine)
        return VT_OK;
    while (next_item(&list, &item))
        if (!is_good(item))
            return refuse_item(load, source, item, wanted);
    return VT_OK;
}

static int check_own_url(struct vt_config_load *load, const char *source, const char *url)
{
    if (url[0] == '\0')
        return VT_OK;
    const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
                       : strncmp(url, "http://", 7) == 0 ? url + 7
                                                         : "";
    if (host[0] == '\0' || strpbrk(host, "/?#@ "))
        return refuse_item(load, source, vt_str(url),
                           "an address of the form https://name[:port], without path or slash at its end");
    return VT_OK;
}

static int check_tls(struct vt_config_load *load, const struct vt_config *config)
{
    if ((config->tls_cert[0] != '\0') == (config->tls_key[0] != '\0'))
        return VT_OK;
    const char *given = config->tls_cert[0] ? "tls-cert" : "tls-key";
    const char *missing = config->tls_cert[0] ? "tls-key" : "tls-cert";
    return vt_config_refuse(load, "%s is given without %s: TLS needs both", given, missing);
}

static int check_outbox(struct vt_config_load *load, const struct vt_config *config)
{
    if (config->outbox_credit <= config->outbox_limit)
        return VT_OK;
    return vt_config_refuse(load,
                            "outbox-credit (from %.300s) may not be greater than outbox-limit (from %.300s)",
                            SOURCE(load, "outbox-credit"), SOURCE(load, "outbox-limit"));
}

static int check_mail(struct vt_config_load *load, const struct vt_config *config)
{
    if (config->mail_url[0] == '\0')
        return VT_OK;
    if (!vt_outgoing_mail_url_ok(vt_str(config->mail_url)))
        return refuse_item(load, SOURCE(load, "mail-url"), vt_str(config->mail_url),
                           "an address of the form smtp://name[:port] or smtps://name[:port]");
    if (config->mail_from[0] == '\0')
        return vt_config_refuse(load,
                                "mail-url is given without mail-from: mail needs an address to come from");
    if (!vt_mail_address_ok(vt_str(config->mail_from)))
        return refuse_item(load, SOURCE(load, "mail-from"), vt_str(config->mail_from),
                           "an address such as shop@example.com");
    return VT_OK;
}

/* It stands in the names of keys and rows. */
static int check_group(struct vt_config_load *load, const char *source, const char *group)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const size_t len = strlen(group);
    if (len > 0 && len <= 64 && strspn(group, letters) == len)
        return VT_OK;
    return vt_config_refuse(load, "%s: must be 1 to 64 letters, digits, dots, hyphens or underscores",
                            source);
}

int vt_config_check(struct vt_config_load *load)
{
    static const char *const formats[] = { "text", "json", NULL };
    static const char *const levels[] = { "debug", "info", "warn", "error", NULL };
    static const char network[] = "an address or a network such as 10.0.0.0/8 or ::1/128";
    const struct vt_config *config = load->config;
    int err = config->data[0] ? VT_OK : vt_config_refuse(load, "%s: is empty", SOURCE(load, "data"));
    if (err == VT_OK)
        err = check_word(load, SOURCE(load, "log-format"), config->log_format, formats);
    if (err == VT_OK)
        err = check_word(load, SOURCE(load, "log-level"), config->log_level, levels);
    if (err == VT_OK)
        err = check_list(load, SOURCE(load, "listen"), config->listen, false, is_listen_address,
                         "an address and port such as 127.0.0.1:8080 or [::1]:8080");
    if (err == VT_OK)
        err = check_list(load, SOURCE(load, "node-address"), config->node_address, false, is_listen_address,
                         "an address and port such as 10.0.0.5:8090");
    if (err == VT_OK)
        err = check_group(load, SOURCE(load, "group"), config->group);
    if (err == VT_OK)
        err = check_own_url(load, SOURCE(load, "base-url"), config->base_url);
    if (!err)
        err = check_own_url(load, SOURCE(load, "mirror-origin"), config->mirror_origin);
    if (err == VT_OK)
        err = check_tls(load, config);
    if (err == VT_OK)
        err = check_list(load, SOURCE(load, "trusted-proxies"), config->trusted_proxies, true, is_network,
                         network);
    if (err == VT_OK)
        err = check_list(load, SOURCE(load, "exempt-addresses"), config->exempt_addresses, true, is_network,
                         network);
    if (err == VT_OK)
        err = check_mail(load, config);
    return err == VT_OK ? check_outbox(load, config) : err;
}
