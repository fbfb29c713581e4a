// Passes TCP messages on between one who connects and a listener, after a wait that it keeps by spinning, and records how
// long it really held each message.
//
//   relay ADDRESS PORT TO-ADDRESS TO-PORT WAIT-NS RECORD
//
// Says 'ready' on standard output once it listens. On SIGTERM it writes RECORD: a line for every message of 8 bytes with its
// direction (> towards the listener) and the nanoseconds from the end of receiving it to the beginning of sending it on, and
// a last line 'preempted N' with how often another task took the processor from it.
//
// While there are connections it never sleeps: then waiting or not changes nothing in how it learns of a message.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, MESSAGE = 8, RECORDS = 1 << 21, BUFFER = 1 << 16 };

static volatile sig_atomic_t over;
static void stop(int signal) { (void)signal, over = 1; }

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static struct sockaddr_in address(const char *host, const char *port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    if (inet_pton(AF_INET, host, &result.sin_addr) != 1) exit(2);
    return result;
}

static int send_all(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count != 7) return 2;
    struct sockaddr_in here = address(arguments[1], arguments[2]), there = address(arguments[3], arguments[4]);
    uint64_t wait_ns = strtoull(arguments[5], NULL, 10);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    // Whoever started us may have blocked it in the thread that did.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) != 0 || listen(listener, 16) != 0) return 3;
    puts("ready");
    fflush(stdout);
    // ends[i] is passed on to ends[i ^ 1].
    int ends[MOST], closed[MOST] = {0}, used = 0;
    uint32_t *delays = malloc(RECORDS * sizeof *delays);
    unsigned char *directions = malloc(RECORDS);
    static char buffer[BUFFER];
    size_t records = 0;
    while (!over && delays != NULL && directions != NULL) {
        struct pollfd wait = {.fd = listener, .events = POLLIN};
        if (used + 2 <= MOST && poll(&wait, 1, used == 0 ? -1 : 0) > 0) {
            int near = accept(listener, NULL, NULL), far = socket(AF_INET, SOCK_STREAM, 0);
            if (near < 0) continue;
            if (connect(far, (struct sockaddr *)&there, sizeof there) != 0) {
                close(near);
                close(far);
                continue;
            }
            setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            setsockopt(far, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            closed[used] = closed[used + 1] = 0;
            ends[used++] = near;
            ends[used++] = far;
        }
        // Look for newcomers once in a while, not between every two messages.
        for (int turn = 0; turn < 2000 && used > 0 && !over; turn++) {
            for (int end = 0; end < used; end++) {
                if (closed[end]) continue;
                ssize_t got = recv(ends[end], buffer, BUFFER, MSG_DONTWAIT);
                if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
                if (got <= 0) {
                    closed[end] = 1;
                    shutdown(ends[end ^ 1], SHUT_WR);
                    continue;
                }
                uint64_t received = now(), sending;
                do sending = now();
                while (sending - received < wait_ns);
                send_all(ends[end ^ 1], buffer, (size_t)got);
                if (got == MESSAGE && records < RECORDS) {
                    uint64_t delay = sending - received;
                    directions[records] = end & 1;
                    delays[records++] = delay < UINT32_MAX ? (uint32_t)delay : UINT32_MAX;
                }
            }
        }
        for (int end = 0; end < used; end += 2) {
            if (!closed[end] || !closed[end + 1]) continue;
            close(ends[end]);
            close(ends[end + 1]);
            used -= 2;
            for (int half = 0; half < 2; half++) {
                ends[end + half] = ends[used + half];
                closed[end + half] = closed[used + half];
            }
            end -= 2;
        }
    }
    FILE *file = fopen(arguments[6], "w");
    if (file == NULL) return 3;
    for (size_t record = 0; record < records; record++)
        fprintf(file, "%c %u\n", directions[record] ? '<' : '>', delays[record]);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fprintf(file, "preempted %ld\n", usage.ru_nivcsw);
    return fclose(file) == 0 ? 0 : 3;
}
