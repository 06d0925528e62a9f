/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker may ask of the kernel. Two lists: calls that are allowed, and calls that libraries
 * try out of habit and may be refused; anything else ends the process. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "media/worker.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"

static const int allowed[] = {
    /* descriptors we were given */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(fcntl),
    SCMP_SYS(ftruncate),
    SCMP_SYS(memfd_create),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory */
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    /* threads and time */
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(getcpu),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    /* signals to ourselves, the end */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* access is answered yes without being asked: cairo wants to know before it uses a font file that is open
 * already. geteuid too: SVT-AV1 asks before it gives its threads a priority, which nobody here may. clone3
 * hides its flags from a filter; refused, the C library falls back to clone. */
static const struct {
    int call, err;
} refused[] = {
    { SCMP_SYS(open), EACCES },
    { SCMP_SYS(openat), EACCES },
    { SCMP_SYS(access), 0 },
    { SCMP_SYS(faccessat), EACCES },
    { SCMP_SYS(faccessat2), EACCES },
    { SCMP_SYS(stat), EACCES },
    { SCMP_SYS(lstat), EACCES },
    { SCMP_SYS(readlink), EACCES },
    { SCMP_SYS(statfs), EACCES },
    { SCMP_SYS(readlinkat), EACCES },
    { SCMP_SYS(getdents64), EACCES },
    { SCMP_SYS(unlink), EACCES },
    { SCMP_SYS(clone3), ENOSYS },
    { SCMP_SYS(sysinfo), ENOSYS },
    { SCMP_SYS(sched_setaffinity), EPERM },
    { SCMP_SYS(geteuid), EPERM },
    { SCMP_SYS(prctl), EPERM },
    { SCMP_SYS(prlimit64), EPERM },
    { SCMP_SYS(getrlimit), EPERM },
    { SCMP_SYS(set_mempolicy), EPERM },
    { SCMP_SYS(mbind), EPERM },
};

/* Allowed by their arguments: to give one's turn away, no new executable page, a thread but no process, a
 * stat of a descriptor (glibc's fstat), a signal to ourselves. */
static int add_conditional(scmp_filter_ctx filter)
{
    int err = 0;
    const scmp_datum_t pid = (scmp_datum_t)getpid();
    err |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    err |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    err |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    err |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    err |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                            SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
    err |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 1,
                            SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0));
    err |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sched_setscheduler), 1,
                            SCMP_A1(SCMP_CMP_EQ, SCHED_IDLE, 0));
    err |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(sched_setscheduler), 1,
                            SCMP_A1(SCMP_CMP_NE, SCHED_IDLE, 0));
    err |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, pid, 0));
    return err;
}

static int add_rules(scmp_filter_ctx filter)
{
    int err = 0;
    for (size_t i = 0; i < VT_COUNT(allowed); i++)
        err |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < VT_COUNT(refused); i++)
        err |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(refused[i].err), refused[i].call, 0);
    return err | add_conditional(filter);
}

static int limit(int resource, rlim_t most)
{
    const struct rlimit value = { most, most };
    return setrlimit((__rlimit_resource_t)resource, &value);
}

int vt_worker_seal(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return VT_ERR_NOMEM;
    int err = add_rules(filter) | limit(RLIMIT_NOFILE, 32);
    /* Threads of the libraries exist by now; all of them get it. Sets no_new_privs as well. */
    err |= seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    err |= seccomp_load(filter);
    seccomp_release(filter);
    return err == 0 ? VT_OK : VT_ERR_IO;
}

int vt_worker_limit(void)
{
    int err = limit(RLIMIT_FSIZE, 64u << 20) | limit(RLIMIT_CORE, 0) | limit(RLIMIT_MEMLOCK, 0);
    err |= prctl(PR_SET_DUMPABLE, 0);
    err |= prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifndef VT_SANITIZED
    /* A sanitizer's shadow is terabytes of addresses. */
    err |= limit(RLIMIT_AS, (rlim_t)768 << 20);
#endif
    return err == 0 ? VT_OK : VT_ERR_IO;
}
