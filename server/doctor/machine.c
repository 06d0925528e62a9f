/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: disk, key, rights, descriptors, clock, and where requests of our own may go. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/doctor/doctor_internal.h"
#include "server/mounts.h"

enum { PATH_BYTES = 4096, FREE_FAIL = 5, FREE_WARN = 15, SYNC_WARN_MS = 50, SYNC_FAIL_MS = 500, SYNCS = 5 };

/* --- the data directory -------------------------------------------------------------------------- */

static bool look_at_rights(struct vt_doctor *doctor)
{
    const char *data = doctor->config.data;
    struct stat info;
    if (stat(data, &info) != 0) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "data.there", "The data directory %s cannot be looked at: %s.",
                      data, strerror(errno));
        vt_doctor_cure_option(doctor, "data", "/var/lib/vitrine");
        vt_doctor_cure(doctor, "or: install -d -m 700 -o vitrine -g vitrine %s", data);
        return false;
    }
    if (info.st_mode & 077) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "data.mode",
                      "The data directory %s may be entered by others (mode %03o).", data,
                      (unsigned)(info.st_mode & 0777));
        vt_doctor_cure(doctor, "chmod 700 %s", data);
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "data.mode", "The data directory %s is the server's alone.",
                      data);
    }
    if (geteuid() != info.st_uid) {
        vt_doctor_say(
            doctor, VT_DOCTOR_WARN, "data.owner",
            "The data directory belongs to user %u and the doctor runs as %u: what it says of rights "
            "is not what the server meets.",
            (unsigned)info.st_uid, (unsigned)geteuid());
        vt_doctor_cure(doctor, "run it as the server's user: sudo -u '#%u' vitrine doctor",
                       (unsigned)info.st_uid);
    }
    return true;
}

static void look_at_space(struct vt_doctor *doctor)
{
    struct statvfs fs;
    struct statfs kind;
    const char *data = doctor->config.data;
    if (statvfs(data, &fs) != 0 || fs.f_blocks == 0)
        return;
    unsigned percent = (unsigned)(fs.f_bavail * 100 / fs.f_blocks);
    unsigned inodes = fs.f_files ? (unsigned)(fs.f_favail * 100 / fs.f_files) : 100;
    enum vt_doctor_level level = percent < FREE_FAIL || inodes < FREE_FAIL   ? VT_DOCTOR_FAIL
                                 : percent < FREE_WARN || inodes < FREE_WARN ? VT_DOCTOR_WARN
                                                                             : VT_DOCTOR_OK;
    vt_doctor_say(doctor, level, "disk.space", "%u %% of the disk under %s is free, %u %% of its inodes.",
                  percent, data, inodes);
    if (level != VT_DOCTOR_OK) {
        vt_doctor_cure(doctor, "below %d %% pictures are no longer taken; make room, or", FREE_FAIL);
        vt_doctor_cure_option(doctor, "media-disk", "500m");
    }
    if (statfs(data, &kind) == 0 && (kind.f_type == 0x6969 || (unsigned long)kind.f_type == 0xff534d42UL ||
                                     (unsigned long)kind.f_type == 0xfe534d42UL)) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "disk.kind",
                      "The data directory lies on a network file system, where locks and commits cannot be "
                      "relied on.");
        vt_doctor_cure_option(doctor, "data", "/var/lib/vitrine (a disk of this machine)");
    }
}

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The time of one commit, in the middle of a few; -1: it cannot be written. */
static int sync_ms(const char *data)
{
    char path[PATH_BYTES], page[4096] = { 0 };
    int ms[SYNCS];
    snprintf(path, sizeof(path), "%s/.doctor-%ld", data, (long)getpid());
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    unlink(path);
    bool is_good = true;
    for (int i = 0; i < SYNCS && is_good; i++) {
        int64_t began = vt_now_ms();
        is_good = write(fd, page, sizeof(page)) == (ssize_t)sizeof(page) && fsync(fd) == 0;
        ms[i] = (int)(vt_now_ms() - began);
    }
    close(fd);
    if (!is_good)
        return -1;
    qsort(ms, SYNCS, sizeof(ms[0]), by_size);
    return ms[SYNCS / 2];
}

static void look_at_writing(struct vt_doctor *doctor)
{
    const char *data = doctor->config.data;
    int ms = sync_ms(data);
    if (ms < 0) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "disk.writable", "Nothing can be written in %s: %s.", data,
                      strerror(errno));
        vt_doctor_cure(doctor, "chown -R vitrine:vitrine %s, and mount it for writing", data);
        vt_doctor_cure(doctor, "systemd: StateDirectory=vitrine or ReadWritePaths=%s in the unit", data);
        return;
    }
    enum vt_doctor_level level = ms > SYNC_FAIL_MS   ? VT_DOCTOR_FAIL
                                 : ms > SYNC_WARN_MS ? VT_DOCTOR_WARN
                                                     : VT_DOCTOR_OK;
    vt_doctor_say(doctor, level, "disk.sync",
                  "The disk keeps what it is told in %d ms: each message waits for that.", ms);
    if (level != VT_DOCTOR_OK)
        vt_doctor_cure(doctor, "put the data directory on a disk of its own or an SSD (--data)");
}

/* --- secrets ------------------------------------------------------------------------------------- */

/* A file that must be the server's alone. False: it is not there. */
static bool look_at_secret(struct vt_doctor *doctor, const char *check, const char *path, const char *what)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, check, "%s %s cannot be read: %s.", what, path,
                      strerror(errno));
        vt_doctor_cure(doctor, "name a file that is there, or give the server's user the right to read it");
        return false;
    }
    if (info.st_mode & 077) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, check, "%s %s can be read by others (mode %03o).", what, path,
                      (unsigned)(info.st_mode & 0777));
        vt_doctor_cure(doctor, "chmod 600 %s", path);
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_OK, check, "%s %s is the server's alone.", what, path);
    }
    return true;
}

static void look_at_key(struct vt_doctor *doctor)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(2048);
    char path[VT_SEAL_PATH];
    bool is_credential = vt_seal_path(doctor->config.data, doctor->config.key_file, path);
    if (access(path, F_OK) != 0 && errno == ENOENT && !doctor->config.key_file[0]) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "key.mode",
                      "There is no key file yet; the server makes %s when it starts for the first time.",
                      path);
        return;
    }
    if (!is_credential && !look_at_secret(doctor, "key.mode", path, "The key file"))
        return;
    doctor->seal = vt_seal_open(doctor->config.data, doctor->config.key_file, &error);
    if (doctor->seal)
        return;
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "key.good", "%s", vt_buf_cstr(&error));
    vt_doctor_cure(doctor, "the server does not start like this; put the key back from its own copy");
}

/* --- limits, clock, options ---------------------------------------------------------------------- */

void vt_doctor_descriptors(struct vt_doctor *doctor, uint64_t limit, const char *whose)
{
    const uint64_t wanted = (uint64_t)doctor->config.max_sockets;
    if (limit / 10 * 9 >= wanted) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "limits.descriptors",
                      "%s may open %llu files: enough for %llu sockets.", whose, (unsigned long long)limit,
                      (unsigned long long)wanted);
        return;
    }
    vt_doctor_say(doctor, limit < 4096 ? VT_DOCTOR_FAIL : VT_DOCTOR_WARN, "limits.descriptors",
                  "%s may open %llu files: %llu sockets, and not the %llu of max-sockets.", whose,
                  (unsigned long long)limit, (unsigned long long)(limit / 10 * 9),
                  (unsigned long long)wanted);
    vt_doctor_cure(doctor, "systemd: LimitNOFILE=65536 in the [Service] part of vitrine.service");
    vt_doctor_cure(doctor, "a shell: ulimit -n 65536; a container: --ulimit nofile=65536");
}

static void look_at_clock(struct vt_doctor *doctor)
{
    struct timex time = { 0 };
    if (adjtimex(&time) < 0)
        return;
    if (time.status & STA_UNSYNC) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "clock.synchronised",
                      "Nothing keeps this machine's clock right; tokens and opening hours go by it.");
        vt_doctor_cure(doctor, "apt-get install systemd-timesyncd && timedatectl set-ntp true");
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "clock.synchronised", "The clock is kept right.");
    }
}

static void look_at_options(struct vt_doctor *doctor)
{
    const struct vt_config *config = &doctor->config;
    const bool is_public = doctor->to.tls;
    if (config->media_fetch_private) {
        vt_doctor_say(
            doctor, is_public ? VT_DOCTOR_FAIL : VT_DOCTOR_WARN, "options.development",
            "media-fetch-private is on, which is for development: a feed may make the server ask any "
            "address of your own network.");
        vt_doctor_cure_option(doctor, "media-fetch-private", "false");
    }
    if (config->mail_plain && !strstr(config->mail_url, "//127.") &&
        !strstr(config->mail_url, "//localhost")) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "options.mail-plain",
                      "mail-plain lets mail leave this machine unencrypted.");
        vt_doctor_cure_option(doctor, "mail-plain", "false");
    }
    if (config->trusted_proxies[0] &&
        (strstr(config->trusted_proxies, "0.0.0.0/0") || strstr(config->trusted_proxies, "::/0"))) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "options.trusted-proxies",
                      "trusted-proxies names every address: whoever connects may say to be anybody.");
        vt_doctor_cure_option(doctor, "trusted-proxies", "127.0.0.1,::1");
    }
    if (config->metrics_token[0] && doctor->config_file)
        look_at_secret(doctor, "options.file", doctor->config_file, "The configuration with metrics-token");
    if (config->mail_password_file[0])
        look_at_secret(doctor, "mail.password", config->mail_password_file, "The mail password's file");
}

static void look_at_web(struct vt_doctor *doctor)
{
    char folder[PATH_BYTES - 64], path[PATH_BYTES];
    vt_mounts_web(&doctor->config, folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/v1/vitrine.js", folder);
    if (folder[0] && access(path, R_OK) == 0) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "web.files", "The browser files are in %s.", folder);
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "web.files", "The browser files are not there: no %s.",
                  folder[0] ? path : "web folder beside the binary");
    vt_doctor_cure_option(doctor, "web", "/usr/share/vitrine/web");
}

/* --- the way out --------------------------------------------------------------------------------- */

/* True when the kernel would let a packet leave for it; none that means anything is sent. */
static bool may_reach(const char *address)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    inet_pton(AF_INET, address, &to.sin_addr);
    bool is_open = fd >= 0 && sendto(fd, "", 0, 0, (struct sockaddr *)&to, sizeof(to)) == 0;
    if (fd >= 0)
        close(fd);
    return is_open;
}

/* Only what this process may do is seen: under systemd the unit's own rules would not hold for it. */
static void look_at_egress(struct vt_doctor *doctor)
{
    static const char *const inside[] = { "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.0.1" };
    for (size_t i = 0; i < VT_COUNT(inside); i++) {
        if (!may_reach(inside[i]))
            continue;
        vt_doctor_say(
            doctor, VT_DOCTOR_WARN, "egress.rule",
            "No rule keeps this user from addresses inside your network, such as %s. The server asks "
            "none of them by itself; a rule of the machine would hold even if it did.",
            inside[i]);
        vt_doctor_cure(doctor, "systemd, in vitrine.service: IPAddressDeny=169.254.0.0/16 10.0.0.0/8 "
                               "172.16.0.0/12 192.168.0.0/16 (and IPAddressAllow= for mail and proxy)");
        vt_doctor_cure(doctor, "or nftables: meta skuid vitrine ip daddr { 169.254.0.0/16, 10.0.0.0/8, "
                               "172.16.0.0/12, 192.168.0.0/16 } ct state new reject");
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_OK, "egress.rule", "Addresses inside your network are out of reach.");
}

void vt_doctor_machine(struct vt_doctor *doctor)
{
    if (look_at_rights(doctor)) {
        look_at_space(doctor);
        look_at_writing(doctor);
    }
    look_at_key(doctor);
    look_at_options(doctor);
    look_at_web(doctor);
    look_at_clock(doctor);
    look_at_egress(doctor);
}
