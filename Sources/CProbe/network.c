#define _GNU_SOURCE
#include "assay_network.h"

#include "assay_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Names and options.

static int resolve(const char *host, const char *port, int flags, struct addrinfo **found) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    int error = getaddrinfo(host, port, &hints, found);
    if (error == EAI_SYSTEM) return -errno;
    if (error == EAI_MEMORY) return -ENOMEM;
    return error == 0 ? 0 : -EDESTADDRREQ;
}

static int connect_within(const struct addrinfo *address, uint64_t deadline) {
    int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    int error = 0;
    if (connect(descriptor, address->ai_addr, address->ai_addrlen) != 0) error = errno;
    while (error == EINPROGRESS || error == EINTR) {
        uint64_t now = assay_nanoseconds();
        if (now >= deadline) {
            error = ETIMEDOUT;
            break;
        }
        struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
        int ready = poll(&wait, 1, (int)((deadline - now) / 1000000 + 1));
        if (ready < 0 && errno != EINTR) {
            error = errno;
        } else if (ready > 0) {
            socklen_t size = sizeof error;
            if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
        }
    }
    if (error != 0) {
        close(descriptor);
        return -error;
    }
    return descriptor;
}

static int set_blocking(int descriptor, bool blocking);

int assay_connect(const char *host, const char *port, int milliseconds) {
    uint64_t deadline = assay_nanoseconds() + (uint64_t)milliseconds * 1000000u;
    struct addrinfo *found = NULL;
    int status = resolve(host, port, 0, &found);
    if (status != 0) return status;
    status = -EDESTADDRREQ;
    for (struct addrinfo *address = found; address != NULL; address = address->ai_next) {
        status = connect_within(address, deadline);
        if (status >= 0) break;
    }
    freeaddrinfo(found);
    if (status >= 0) {
        int error = set_blocking(status, true);
        if (error != 0) {
            close(status);
            return error;
        }
    }
    return status;
}

static int listen_at(const struct addrinfo *address) {
    int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int yes = 1, no = 0;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (address->ai_family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(descriptor, address->ai_addr, address->ai_addrlen) != 0 || listen(descriptor, 64) != 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int assay_listen(const char *host, const char *port) {
    // Where there is no IPv6 at all, every address means every one of IPv4.
    const char *hosts[] = {host == NULL ? "::" : host, host == NULL ? "0.0.0.0" : NULL};
    int status = -EDESTADDRREQ;
    for (int attempt = 0; attempt < 2 && hosts[attempt] != NULL; attempt++) {
        struct addrinfo *found = NULL;
        status = resolve(hosts[attempt], port, AI_PASSIVE, &found);
        if (status != 0) continue;
        for (struct addrinfo *address = found; address != NULL; address = address->ai_next) {
            status = listen_at(address);
            if (status >= 0) break;
        }
        freeaddrinfo(found);
        if (status >= 0 || status == -EADDRINUSE || status == -EACCES) break;
    }
    return status;
}

static int name_of(int descriptor, int is_peer, struct sockaddr_storage *address, socklen_t *size) {
    *size = sizeof *address;
    int status = is_peer ? getpeername(descriptor, (struct sockaddr *)address, size)
                         : getsockname(descriptor, (struct sockaddr *)address, size);
    return status == 0 ? 0 : -errno;
}

/// An IPv4 address inside IPv6, as itself.
static void unwrap(struct sockaddr_storage *address, socklen_t *size) {
    if (address->ss_family != AF_INET6) return;
    struct sockaddr_in6 wide = *(struct sockaddr_in6 *)address;
    if (!IN6_IS_ADDR_V4MAPPED(&wide.sin6_addr)) return;
    struct sockaddr_in narrow = {.sin_family = AF_INET, .sin_port = wide.sin6_port};
    memcpy(&narrow.sin_addr, &wide.sin6_addr.s6_addr[12], 4);
    memcpy(address, &narrow, sizeof narrow);
    *size = sizeof narrow;
}

int assay_socket_name(int descriptor, int is_peer, char *host, size_t capacity) {
    struct sockaddr_storage address;
    socklen_t size;
    int status = name_of(descriptor, is_peer, &address, &size);
    if (status != 0) return status;
    unwrap(&address, &size);
    char port[16];
    if (getnameinfo(
            (struct sockaddr *)&address, size, host, (socklen_t)capacity, port, sizeof port,
            NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return -EAFNOSUPPORT;
    return atoi(port);
}

int assay_socket_family(int descriptor) {
    struct sockaddr_storage address;
    socklen_t size;
    if (name_of(descriptor, 0, &address, &size) != 0) return 0;
    unwrap(&address, &size);
    return address.ss_family == AF_INET ? 4 : address.ss_family == AF_INET6 ? 6 : 0;
}

int assay_socket_interface(int descriptor, char *name, size_t capacity) {
    struct sockaddr_storage address;
    socklen_t size;
    int status = name_of(descriptor, 0, &address, &size);
    if (status != 0) return status;
    unwrap(&address, &size);
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0) return -errno;
    status = -ENODEV;
    for (struct ifaddrs *one = all; one != NULL && status != 0; one = one->ifa_next) {
        if (one->ifa_addr == NULL || one->ifa_addr->sa_family != address.ss_family) continue;
        bool same = false;
        if (address.ss_family == AF_INET) {
            same = ((struct sockaddr_in *)one->ifa_addr)->sin_addr.s_addr ==
                   ((struct sockaddr_in *)&address)->sin_addr.s_addr;
        } else if (address.ss_family == AF_INET6) {
            same = memcmp(
                       &((struct sockaddr_in6 *)one->ifa_addr)->sin6_addr,
                       &((struct sockaddr_in6 *)&address)->sin6_addr, 16) == 0;
        }
        if (same) {
            snprintf(name, capacity, "%s", one->ifa_name);
            status = 0;
        }
    }
    freeifaddrs(all);
    return status;
}

int assay_socket_congestion(int descriptor, char *name, size_t capacity) {
    socklen_t size = (socklen_t)(capacity - 1);
    memset(name, 0, capacity);
    return getsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name, &size) == 0 ? 0 : -errno;
}

int assay_socket_segment(int descriptor) {
    int segment = 0;
    socklen_t size = sizeof segment;
    return getsockopt(descriptor, IPPROTO_TCP, TCP_MAXSEG, &segment, &size) == 0 ? segment : -errno;
}

int assay_socket_prepare(int descriptor, int stall_milliseconds) {
    int yes = 1, idle = 10, interval = 5, count = 4;
    struct timeval stall = {stall_milliseconds / 1000, stall_milliseconds % 1000 * 1000};
    if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof stall) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &stall, sizeof stall) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes) != 0)
        return -errno;
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
    return 0;
}

int assay_poll(void *sockets, size_t count, int64_t nanoseconds) {
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    int ready = ppoll(sockets, count, &limit, NULL);
    return ready < 0 ? -errno : ready;
}

/// Where the handler writes: the end that it may not wait at.
static int termination_end = -1;

static void on_termination(int signal) {
    (void)signal;
    int error = errno;
    ssize_t written = write(termination_end, "", 1);
    (void)written;
    errno = error;
}

int assay_termination(void) {
    // A handler and not a blocked signal: whatever thread the signal reaches, it does not end the process.
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -errno;
    termination_end = ends[1];
    struct sigaction action = {.sa_handler = on_termination, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0) return -errno;
    // A caller may have started this process with them blocked.
    int error = pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    return error != 0 ? -error : ends[0];
}

long assay_own_preemptions(void) {
    struct rusage used;
    return getrusage(RUSAGE_SELF, &used) == 0 ? used.ru_nivcsw : 0;
}

// Bytes.

/// What a failed call means: the other end is gone, it stalls, or the errno itself.
static int failure(void) {
    switch (errno) {
    case EAGAIN: return -ETIMEDOUT;
    case ECONNRESET:
    case EPIPE: return -EPIPE;
    default: return -errno;
    }
}

int assay_send_all(int descriptor, const void *buffer, size_t bytes) {
    const char *place = buffer;
    while (bytes > 0) {
        ssize_t sent = send(descriptor, place, bytes, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return failure();
        place += sent;
        bytes -= (size_t)sent;
    }
    return 0;
}

/// Receives so many bytes; 1 where the connection ended before the first of them.
static int receive_or_end(int descriptor, void *buffer, size_t bytes) {
    char *place = buffer;
    size_t left = bytes;
    while (left > 0) {
        ssize_t got = recv(descriptor, place, left, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failure();
        if (got == 0) return left == bytes ? 1 : -EPIPE;
        place += got;
        left -= (size_t)got;
    }
    return 0;
}

int assay_receive_all(int descriptor, void *buffer, size_t bytes) {
    int status = receive_or_end(descriptor, buffer, bytes);
    return status == 1 ? -EPIPE : status;
}

// One message at a time.

long assay_ping(int descriptor, void *buffer, size_t bytes, size_t capacity, uint64_t until_ns, uint64_t *nanoseconds) {
    unsigned char *message = buffer;
    size_t done = 0;
    while (done < capacity) {
        // Another first and last byte each time: a message that is late or cut cannot pass for this one.
        unsigned char mark = (unsigned char)(done % 251 + 1);
        message[0] = message[bytes - 1] = mark;
        uint64_t begin = assay_nanoseconds();
        int status = assay_send_all(descriptor, buffer, bytes);
        if (status == 0) status = assay_receive_all(descriptor, buffer, bytes);
        uint64_t end = assay_nanoseconds();
        if (status != 0) return status;
        if (message[0] != mark || message[bytes - 1] != mark) return -EBADMSG;
        nanoseconds[done++] = end - begin;
        if (end >= until_ns) break;
    }
    return (long)done;
}

long assay_echo(int descriptor, void *buffer, size_t bytes, uint64_t deadline_ns) {
    long messages = 0;
    while (true) {
        int status = receive_or_end(descriptor, buffer, bytes);
        if (status == 1) return messages;
        if (status == 0) status = assay_send_all(descriptor, buffer, bytes);
        if (status != 0) return status;
        messages++;
        if (assay_nanoseconds() > deadline_ns) return -ETIMEDOUT;
    }
}

// Many messages at a time.

long assay_pipeline(
    int descriptor, size_t bytes, int window, uint64_t from_ns, uint64_t until_ns, uint64_t window_ns, double *rates,
    size_t capacity) {
    char *message = calloc(1, bytes), *arrivals = malloc(1 << 16);
    long status = message != NULL && arrivals != NULL ? 0 : -ENOMEM;
    uint64_t sent = 0, returned = 0, received = 0, counted = 0, begin = 0;
    uint64_t started_ns = assay_nanoseconds();
    size_t noted = 0;
    bool ending = false;
    while (status == 0) {
        uint64_t now = assay_nanoseconds();
        if (now >= until_ns || noted == capacity) ending = true;
        if (begin == 0 && now >= from_ns) {
            begin = now;
            counted = returned;
        }
        if (begin != 0 && now - begin >= window_ns && !ending) {
            rates[noted++] = (double)(returned - counted) * 1e9 / (double)(now - begin);
            begin = now;
            counted = returned;
        }
        if (!ending && sent - returned < (uint64_t)window) {
            status = assay_send_all(descriptor, message, bytes);
            sent++;
            // The window is filled before arrivals are waited for.
            if (sent - returned < (uint64_t)window) continue;
        }
        if (sent == returned) break;
        ssize_t got = recv(descriptor, arrivals, 1 << 16, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            status = got == 0 ? -EPIPE : failure();
            break;
        }
        received += (uint64_t)got;
        returned = received / bytes;
        if (returned > sent) status = -EBADMSG;
    }
    // Where no window was complete, all of it is one.
    uint64_t elapsed = assay_nanoseconds() - started_ns;
    if (status == 0 && noted == 0 && capacity > 0 && returned > 0 && elapsed > 0)
        rates[noted++] = (double)returned * 1e9 / (double)elapsed;
    free(message);
    free(arrivals);
    return status != 0 ? status : (long)noted;
}

// Streams.

typedef struct {
    int descriptor, status;
    size_t block;
    uint64_t until_ns;
    _Atomic uint64_t bytes;
    _Atomic uint64_t *first_ns;
    _Atomic int *ended;
} stream;

static void *send_stream(void *argument) {
    stream *one = argument;
    char *block = malloc(one->block);
    if (block == NULL) {
        one->status = -ENOMEM;
        return NULL;
    }
    // Nothing on the way may compress it.
    uint64_t state = 0x9E3779B97F4A7C15u ^ (uint64_t)(uintptr_t)one;
    for (size_t place = 0; place < one->block; place++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        block[place] = (char)state;
    }
    while (one->status == 0 && assay_nanoseconds() < one->until_ns)
        one->status = assay_send_all(one->descriptor, block, one->block);
    free(block);
    if (one->status == 0 && shutdown(one->descriptor, SHUT_WR) != 0) one->status = -errno;
    return NULL;
}

static void *receive_stream(void *argument) {
    stream *one = argument;
    char *block = malloc(one->block);
    if (block == NULL) one->status = -ENOMEM;
    while (one->status == 0) {
        ssize_t got = recv(one->descriptor, block, one->block, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) one->status = failure();
        if (got <= 0) break;
        uint64_t nothing = 0;
        if (atomic_load_explicit(one->first_ns, memory_order_relaxed) == 0)
            atomic_compare_exchange_strong(one->first_ns, &nothing, assay_nanoseconds());
        atomic_fetch_add_explicit(&one->bytes, (uint64_t)got, memory_order_relaxed);
        if (assay_nanoseconds() > one->until_ns) one->status = -ETIMEDOUT;
    }
    free(block);
    atomic_fetch_add(one->ended, 1);
    return NULL;
}

enum { MOST_STREAMS = 64 };

int assay_send_streams(const int *descriptors, int count, size_t block, uint64_t duration_ns) {
    if (count < 1 || count > MOST_STREAMS || block == 0) return -EINVAL;
    stream streams[MOST_STREAMS] = {0};
    pthread_t threads[MOST_STREAMS];
    int started = 0, status = 0;
    uint64_t until = assay_nanoseconds() + duration_ns;
    for (; started < count && status == 0; started += status == 0) {
        streams[started].descriptor = descriptors[started];
        streams[started].block = block;
        streams[started].until_ns = until;
        status = -pthread_create(&threads[started], NULL, send_stream, &streams[started]);
    }
    for (int thread = 0; thread < started; thread++) {
        pthread_join(threads[thread], NULL);
        if (status == 0) status = streams[thread].status;
    }
    return status;
}

long assay_receive_streams(
    const int *descriptors, int count, uint64_t skip_ns, uint64_t window_ns, uint64_t deadline_ns, double *rates,
    size_t capacity) {
    if (count < 1 || count > MOST_STREAMS || window_ns == 0) return -EINVAL;
    stream streams[MOST_STREAMS] = {0};
    pthread_t threads[MOST_STREAMS];
    _Atomic uint64_t first = 0;
    _Atomic int ended = 0;
    int started = 0, status = 0;
    for (; started < count && status == 0; started += status == 0) {
        stream *one = &streams[started];
        one->descriptor = descriptors[started];
        one->block = 1 << 18;
        one->until_ns = deadline_ns;
        one->first_ns = &first;
        one->ended = &ended;
        status = -pthread_create(&threads[started], NULL, receive_stream, one);
    }
    if (status != 0)
        for (int thread = 0; thread < started; thread++) shutdown(descriptors[thread], SHUT_RDWR);
    size_t noted = 0;
    uint64_t last = 0, counted = 0, next = 0;
    while (status == 0 && atomic_load(&ended) == 0) {
        uint64_t begin = atomic_load(&first), now = assay_nanoseconds();
        if (begin != 0 && next == 0) next = begin + skip_ns;
        uint64_t wake = next == 0 ? now + 1000000u : next;
        if (wake > now + window_ns) wake = now + window_ns;
        struct timespec until = {(time_t)(wake / 1000000000u), (long)(wake % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        now = assay_nanoseconds();
        if (next == 0 || now < next || atomic_load(&ended) != 0) continue;
        uint64_t total = 0;
        for (int thread = 0; thread < started; thread++) total += atomic_load(&streams[thread].bytes);
        now = assay_nanoseconds();
        if (last != 0 && noted < capacity) rates[noted++] = (double)(total - counted) * 1e9 / (double)(now - last);
        counted = total;
        last = now;
        next = now + window_ns;
    }
    uint64_t total = 0;
    for (int thread = 0; thread < started; thread++) {
        pthread_join(threads[thread], NULL);
        if (status == 0) status = streams[thread].status;
        total += atomic_load(&streams[thread].bytes);
    }
    // Where no window was complete, all of it is one.
    uint64_t begin = atomic_load(&first), end = assay_nanoseconds();
    if (status == 0 && noted == 0 && capacity > 0 && begin != 0 && end > begin)
        rates[noted++] = (double)total * 1e9 / (double)(end - begin);
    return status != 0 ? status : (long)noted;
}

// The ring.

/// Sends and receives at the same time, so that a ring of senders cannot block itself.
static int exchange(
    int next, const void *out, size_t out_bytes, int previous, void *in, size_t in_bytes, uint64_t deadline_ns) {
    const char *from = out;
    char *to = in;
    while (out_bytes > 0 || in_bytes > 0) {
        bool moved = false;
        if (out_bytes > 0) {
            ssize_t sent = send(next, from, out_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN && errno != EINTR) return failure();
            if (sent > 0) {
                from += sent;
                out_bytes -= (size_t)sent;
                moved = true;
            }
        }
        if (in_bytes > 0) {
            ssize_t got = recv(previous, to, in_bytes, MSG_DONTWAIT);
            if (got == 0) return -EPIPE;
            if (got < 0 && errno != EAGAIN && errno != EINTR) return failure();
            if (got > 0) {
                to += got;
                in_bytes -= (size_t)got;
                moved = true;
            }
        }
        if (moved) continue;
        uint64_t now = assay_nanoseconds();
        if (now >= deadline_ns) return -ETIMEDOUT;
        struct pollfd waits[2] = {
            {.fd = out_bytes > 0 ? next : -1, .events = POLLOUT}, {.fd = in_bytes > 0 ? previous : -1, .events = POLLIN}};
        uint64_t left = (deadline_ns - now) / 1000000 + 1;
        if (poll(waits, 2, left > 10000 ? 10000 : (int)left) == 0 && left > 10000) return -ETIMEDOUT;
    }
    return 0;
}

static size_t part_start(size_t elements, int ranks, int part) {
    size_t each = elements / (size_t)ranks, more = elements % (size_t)ranks;
    return each * (size_t)part + ((size_t)part < more ? (size_t)part : more);
}

int assay_ring_sum(
    int next, int previous, int rank, int ranks, const float *input, float *work, float *scratch, size_t elements,
    uint64_t deadline_ns) {
    if (ranks < 2 || rank < 0 || rank >= ranks) return -EINVAL;
    // Each part goes round and gathers every rank's numbers...
    for (int step = 0; step < ranks - 1; step++) {
        int out = (rank - step + ranks) % ranks, in = (out - 1 + ranks) % ranks;
        size_t out_start = part_start(elements, ranks, out), out_count = part_start(elements, ranks, out + 1) - out_start;
        size_t in_start = part_start(elements, ranks, in), in_count = part_start(elements, ranks, in + 1) - in_start;
        const float *source = step == 0 ? input : work;
        int status = exchange(
            next, source + out_start, out_count * sizeof *work, previous, scratch, in_count * sizeof *work, deadline_ns);
        if (status != 0) return status;
        for (size_t element = 0; element < in_count; element++)
            work[in_start + element] = scratch[element] + input[in_start + element];
    }
    // ... and goes round once more, complete.
    for (int step = 0; step < ranks - 1; step++) {
        int out = (rank + 1 - step + ranks) % ranks, in = (out - 1 + ranks) % ranks;
        size_t out_start = part_start(elements, ranks, out), out_count = part_start(elements, ranks, out + 1) - out_start;
        size_t in_start = part_start(elements, ranks, in), in_count = part_start(elements, ranks, in + 1) - in_start;
        int status = exchange(
            next, work + out_start, out_count * sizeof *work, previous, work + in_start, in_count * sizeof *work,
            deadline_ns);
        if (status != 0) return status;
    }
    return 0;
}

/// Whole numbers below 2^24 in all sums, so that floats hold them exactly.
static float base(size_t element) { return (float)(element % 251 + 1); }

void assay_ring_fill(float *input, size_t elements, int rank) {
    for (size_t element = 0; element < elements; element++) input[element] = base(element) + (float)rank;
}

/// What a round adds to the first number of each part.
static float extra(int round) { return (float)(round % 1000); }

int assay_ring_check(const float *work, size_t elements, int ranks, int round, int all) {
    float ranks_sum = (float)(ranks * (ranks - 1) / 2), count = (float)ranks;
    for (int part = 0; part < ranks; part++) {
        size_t start = part_start(elements, ranks, part), end = part_start(elements, ranks, part + 1);
        if (start == end) continue;
        if (work[start] != count * (base(start) + extra(round)) + ranks_sum) return -EDOM;
        if (!all) continue;
        for (size_t element = start + 1; element < end; element++)
            if (work[element] != count * base(element) + ranks_sum) return -EDOM;
    }
    return 0;
}

int assay_ring_rounds(
    int next, int previous, int rank, int ranks, float *input, float *work, float *scratch, size_t elements, int rounds,
    uint64_t deadline_ns, uint64_t *nanoseconds) {
    int status = 0;
    for (int round = 0; round < rounds && status == 0; round++) {
        bool all = round == 0 || round == rounds - 1;
        // What an earlier round left must not pass for this one's sum.
        if (all) memset(work, 0, elements * sizeof *work);
        for (int part = 0; part < ranks; part++) {
            size_t start = part_start(elements, ranks, part);
            if (start < part_start(elements, ranks, part + 1))
                input[start] = base(start) + (float)rank + extra(round);
        }
        uint64_t begin = assay_nanoseconds();
        status = assay_ring_sum(next, previous, rank, ranks, input, work, scratch, elements, deadline_ns);
        if (nanoseconds != NULL) nanoseconds[round] = assay_nanoseconds() - begin;
        if (status == 0) status = assay_ring_check(work, elements, ranks, round, all);
    }
    return status;
}

static int set_blocking(int descriptor, bool blocking) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    return fcntl(descriptor, F_SETFL, flags) == 0 ? 0 : -errno;
}
