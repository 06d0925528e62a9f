/* SPDX-License-Identifier: Apache-2.0 */
#include "media/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/image.h"
#include "media/wire.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"

enum { REST_AFTER_MS = 250, STACK_BYTES = 8 << 20 };

/* --- a worker ------------------------------------------------------------------------------------ */

/* The bytes as a file that can no longer change; -1 when the system has no room for them. */
static int sealed_file(const void *bytes, size_t len)
{
    int fd = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    for (size_t at = 0; fd >= 0 && at < len;) {
        ssize_t n = write(fd, (const char *)bytes + at, len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            close(fd);
            return -1;
        }
        at += (size_t)n;
    }
    if (fd >= 0)
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return fd;
}

struct reply {
    int socket;
    uint64_t job;
};

static int say(const struct reply *to, enum vt_wire_kind kind, const struct vt_image_result *result)
{
    struct vt_wire_result said = { .kind = kind,
                                   .job = to->job,
                                   .len = result->len,
                                   .width = result->width,
                                   .height = result->height,
                                   .rss_kb = vt_image_rss_kb(),
                                   .n_warnings = vt_image_warnings(),
                                   .problem = result->problem };
    int fd = result->len ? sealed_file(result->bytes, result->len) : -1;
    if (result->len && fd < 0) {
        vt_media_problem_set(&said.problem, VT_MEDIA_WORKER_DIED, "no memory to hand the picture over in");
        said.len = 0;
    }
    int err = vt_wire_send(to->socket, &said, sizeof(said), NULL, 0, &fd, fd >= 0 ? 1 : 0);
    if (fd >= 0)
        close(fd);
    return err;
}

static void handle_part(void *arg, const struct vt_image_result *part)
{
    say(arg, VT_WIRE_PART, part);
}

struct running {
    const struct vt_image_job *job;
    struct vt_image_result *result;
};

/* What nobody waits for runs only while nothing else wants the core. In a thread of its own: a thread that
 * gave its turn away may not take it back. The encoder's threads follow it. */
static void *run_idle(void *arg)
{
    const struct sched_param none = { .sched_priority = 0 };
    struct running *running = arg;
    sched_setscheduler(0, SCHED_IDLE, &none);
    vt_image_run(running->job, running->result);
    return NULL;
}

static bool is_for_nobody(const struct vt_recipe *recipe)
{
    return recipe->kind == VT_RECIPE_FILM_AV1 || (recipe->kind == VT_RECIPE_THUMB && recipe->effort > 0);
}

static void run(const struct vt_image_job *job, struct vt_image_result *result)
{
    struct running running = { job, result };
    pthread_attr_t attr;
    pthread_t thread;
    bool is_thread = false;
    if (is_for_nobody(job->recipe) && pthread_attr_init(&attr) == 0) {
        is_thread = pthread_attr_setstacksize(&attr, STACK_BYTES) == 0 &&
                    pthread_create(&thread, &attr, run_idle, &running) == 0;
        pthread_attr_destroy(&attr);
    }
    if (is_thread)
        pthread_join(thread, NULL);
    else
        vt_image_run(job, result);
}

static int run_job(int socket, struct vt_wire_job *job, char *text, const int *fds)
{
    struct reply to = { socket, job->job };
    struct vt_image_job todo = { .recipe = &job->recipe,
                                 .sources = fds,
                                 .n_sources = job->n_sources,
                                 .out_fd = job->has_out ? fds[job->n_sources] : -1,
                                 .part = handle_part,
                                 .arg = &to };
    struct vt_image_result result = { .len = 0 };
    job->recipe.template_json = job->text_len ? text : NULL;
    run(&todo, &result);
    int err = say(&to, VT_WIRE_DONE, &result);
    vt_image_result_finish(&result);
    return err;
}

struct message {
    struct vt_wire_job job;
    char text[VT_WIRE_TEXT_MAX];
};

static int take_job(int socket, struct message *message)
{
    int fds[VT_WIRE_FDS];
    size_t n_fds;
    int got = vt_wire_receive(socket, message, sizeof(*message), fds, &n_fds);
    if (got <= 0)
        return VT_ERR_GONE;
    const struct vt_wire_job *job = &message->job;
    bool is_sound = (size_t)got >= sizeof(*job) && job->kind == VT_WIRE_JOB &&
                    job->text_len <= VT_WIRE_TEXT_MAX &&
                    (size_t)got == offsetof(struct message, text) + job->text_len && job->n_sources >= 1 &&
                    n_fds == job->n_sources + (job->has_out ? 1 : 0);
    int err = is_sound ? run_job(socket, &message->job, message->text, fds) : VT_ERR_INVALID;
    for (size_t i = 0; i < n_fds; i++)
        close(fds[i]);
    return err;
}

/* Not between two jobs that follow each other: memory given back and faulted in again was a quarter of a
 * tile's price. */
static void rest_when_idle(int socket)
{
    struct pollfd next = { socket, POLLIN, 0 };
    if (poll(&next, 1, REST_AFTER_MS) == 0)
        vt_image_rest();
}

/* Never returns, and leaves by _exit: what the libraries registered for the end is not ours to run
 * behind the filter. */
static _Noreturn void run_worker(int socket)
{
    static struct message message;
    const struct vt_wire_result ready = { .kind = VT_WIRE_READY };

    if (vt_worker_limit() != VT_OK || vt_image_init() != VT_OK)
        _exit(EXIT_FAILURE);
    if (vt_worker_seal() != VT_OK) {
        dprintf(STDERR_FILENO,
                "vitrine: a picture worker may not put its filter up. A SystemCallFilter= around the "
                "server must let seccomp through.\n");
        _exit(EXIT_FAILURE);
    }
    if (vt_wire_send(socket, &ready, sizeof(ready), NULL, 0, NULL, 0) != VT_OK)
        _exit(EXIT_FAILURE);
    while (take_job(socket, &message) == VT_OK)
        rest_when_idle(socket);
    _exit(EXIT_SUCCESS);
}

/* --- the parent of the workers ------------------------------------------------------------------- */

#define CHILDREN_MAX 160 /* at once: twice the pool's most and its spare, for those still dying */

struct child {
    uint32_t number;
    pid_t pid; /* 0: free */
};

struct parent {
    struct child children[CHILDREN_MAX];
    int signals;
    pid_t pid;
};

static _Noreturn void become_worker(const struct parent *parent, int socket)
{
    sigset_t none;
    sigemptyset(&none);
    /* The parent may have died before the promise was made. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent->pid)
        _exit(EXIT_FAILURE);
    dup2(socket, VT_WIRE_CONTROL_FD);
    close_range(VT_WIRE_CONTROL_FD + 1, ~0U, 0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    run_worker(VT_WIRE_CONTROL_FD);
}

static void fork_worker(struct parent *parent, uint32_t number, int socket)
{
    struct child *child = NULL;
    for (size_t i = 0; i < CHILDREN_MAX && !child; i++)
        if (parent->children[i].pid == 0)
            child = &parent->children[i];
    pid_t pid = child ? fork() : -1;
    if (pid == 0)
        become_worker(parent, socket);
    /* On failure the socket closes below, which is all the pool needs to see. */
    if (pid > 0)
        *child = (struct child){ number, pid };
}

static void kill_number(struct parent *parent, uint32_t number)
{
    /* Only we reap, so the pid is still theirs. */
    for (size_t i = 0; i < CHILDREN_MAX; i++)
        if (parent->children[i].pid > 0 && parent->children[i].number == number)
            kill(parent->children[i].pid, SIGKILL);
}

static void reap(struct parent *parent)
{
    struct signalfd_siginfo info;
    pid_t pid;
    while (read(parent->signals, &info, sizeof(info)) > 0)
        ;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        for (size_t i = 0; i < CHILDREN_MAX; i++)
            if (parent->children[i].pid == pid)
                parent->children[i].pid = 0;
}

/* False at the end of the stream: the server is gone or wants us gone. */
static bool take_order(struct parent *parent)
{
    struct vt_wire_order order;
    int fds[VT_WIRE_FDS];
    size_t n_fds;
    int got = vt_wire_receive(VT_WIRE_CONTROL_FD, &order, sizeof(order), fds, &n_fds);
    if (got != sizeof(order))
        return false;
    if (order.kind == VT_WIRE_FORK && n_fds == 1)
        fork_worker(parent, order.worker, fds[0]);
    if (order.kind == VT_WIRE_KILL)
        kill_number(parent, order.worker);
    for (size_t i = 0; i < n_fds; i++)
        close(fds[i]);
    return true;
}

static int watch_children(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_SETMASK, &set, NULL);
    /* A Ctrl-C in the terminal goes to the whole group; the server ends us in its own time. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int vt_worker_main(int argc, char **argv)
{
    static struct parent parent;
    (void)argc;
    (void)argv;
    close_range(VT_WIRE_CONTROL_FD + 1, ~0U, 0);
    parent.pid = getpid();
    parent.signals = watch_children();
    if (parent.signals < 0 || fcntl(VT_WIRE_CONTROL_FD, F_GETFD) < 0)
        return EXIT_FAILURE;
    prctl(PR_SET_DUMPABLE, 0);
    for (bool goes_on = true; goes_on;) {
        struct pollfd wait[2] = { { VT_WIRE_CONTROL_FD, POLLIN, 0 }, { parent.signals, POLLIN, 0 } };
        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            break;
        if (wait[1].revents)
            reap(&parent);
        if (wait[0].revents)
            goes_on = take_order(&parent);
    }
    for (size_t i = 0; i < CHILDREN_MAX; i++)
        if (parent.children[i].pid > 0)
            kill(parent.children[i].pid, SIGKILL);
    return EXIT_SUCCESS;
}
