#define _GNU_SOURCE
#include "assay_job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const int watched[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
enum { WATCHED = sizeof watched / sizeof *watched };
static struct sigaction before[WATCHED];
static bool replaced[WATCHED];
static int wake[2] = {-1, -1};
static atomic_int stops;

static void note(int signal) {
    int error = errno;
    // Asked a second time, it ends as if nobody had watched.
    if (signal != SIGCHLD && atomic_fetch_add(&stops, 1) > 0) _exit(128 + signal);
    char byte = (char)signal;
    ssize_t written = write(wake[1], &byte, 1);
    (void)written;
    errno = error;
}

int assay_job_watch(void) {
    if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) return -errno;
    atomic_store(&stops, 0);
    for (int index = 0; index < WATCHED; index++) {
        if (replaced[index]) continue;
        struct sigaction old;
        if (sigaction(watched[index], NULL, &old) != 0) return -errno;
        // nohup: whoever ignored the signal meant it. An ignored SIGCHLD would take the children's status away.
        if (watched[index] != SIGCHLD && !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_IGN) continue;
        struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
        sigemptyset(&action.sa_mask);
        if (sigaction(watched[index], &action, &before[index]) != 0) return -errno;
        replaced[index] = true;
    }
    return 0;
}

void assay_job_unwatch(void) {
    for (int index = 0; index < WATCHED; index++) {
        if (!replaced[index]) continue;
        sigaction(watched[index], &before[index], NULL);
        replaced[index] = false;
    }
}

int assay_job_await(int output, int milliseconds) {
    struct pollfd places[2] = {{.fd = wake[0], .events = POLLIN}, {.fd = output, .events = POLLIN}};
    int ready = poll(places, output >= 0 ? 2 : 1, milliseconds);
    if (ready < 0 && errno != EINTR) return -errno;
    int found = 0;
    if (ready > 0) {
        if (output >= 0 && places[1].revents != 0) found |= ASSAY_JOB_OUTPUT;
        if (places[0].revents & POLLIN) {
            char bytes[64];
            while (read(wake[0], bytes, sizeof bytes) > 0) {}
            found |= ASSAY_JOB_CHILD;
        }
    }
    if (atomic_load(&stops) > 0) found |= ASSAY_JOB_STOP;
    return found;
}

bool assay_job_stop_asked(void) { return atomic_load(&stops) > 0; }

int assay_job_start(const char *command, int *output) {
    int ends[2] = {-1, -1};
    if (output != NULL && pipe2(ends, O_CLOEXEC) != 0) return -errno;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (output != NULL) {
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    } else {
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, 1, 2);
    }
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGCHLD);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    char *arguments[] = {"sh", "-c", (char *)command, NULL};
    pid_t process = 0;
    int error = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (output != NULL) close(ends[1]);
    if (error != 0) {
        if (output != NULL) close(ends[0]);
        return -error;
    }
    if (output != NULL) {
        // Ours alone: the file description of the reading end is not the job's.
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        *output = ends[0];
    }
    return process;
}

int assay_job_ended(int process) {
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return errno == EINTR ? 0 : -errno;
    return info.si_pid == process;
}

static uint64_t time_ns(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

int assay_job_collect(int process, assay_job_usage *usage) {
    struct rusage used;
    int status;
    pid_t ended;
    do ended = wait4(process, &status, 0, &used);
    while (ended < 0 && errno == EINTR);
    if (ended < 0) return -errno;
    *usage = (assay_job_usage){
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
        .user_ns = time_ns(used.ru_utime),
        .system_ns = time_ns(used.ru_stime),
        .peak_kib = used.ru_maxrss,
        .voluntary_switches = used.ru_nvcsw,
        .involuntary_switches = used.ru_nivcsw,
        .blocks_read = used.ru_inblock,
        .blocks_written = used.ru_oublock,
        .major_faults = used.ru_majflt,
    };
    return 0;
}

void assay_job_signal(int group, int signal) {
    if (group > 1) kill(-group, signal);
}

int assay_job_append(const char *path, int64_t length) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return -errno;
    // A lock of the process: what it starts does not inherit it, and its end, however it comes, gives it back. File
    // systems without locks are written to all the same.
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(descriptor, F_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES)) {
        close(descriptor);
        return -EAGAIN;
    }
    if (length >= 0 && ftruncate(descriptor, (off_t)length) != 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int assay_job_journal_holder(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) return 0;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int holder = 0;
    // A holder that this namespace of processes does not see has no number here.
    if (fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) holder = lock.l_pid > 0 ? lock.l_pid : -1;
    close(descriptor);
    return holder;
}
