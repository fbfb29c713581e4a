#ifndef ASSAY_NETWORK_H
#define ASSAY_NETWORK_H

#include <stddef.h>
#include <stdint.h>

// Loops over connected TCP sockets, which block with time limits of their own (SO_RCVTIMEO, SO_SNDTIMEO). All return a
// negative errno on failure: -EPIPE where the other end is gone, -ETIMEDOUT where it stalls or `deadline_ns` of
// assay_nanoseconds() passes.

/// A stream socket, connected to an address within so many milliseconds; a descriptor or a negative errno.
///
/// `host` is a name or a numeric address. -EDESTADDRREQ where the name has no address.
int assay_connect(const char *host, const char *port, int milliseconds);
/// A listening stream socket; `host` NULL for every address, IPv6 and IPv4. A descriptor or a negative errno.
int assay_listen(const char *host, const char *port);
/// The numeric address of an end of a connection, `10.0.0.2` or `fe80::1%eth0`; its port or a negative errno.
int assay_socket_name(int descriptor, int is_peer, char *host, size_t capacity);
/// The address family of a socket, 4 or 6 (an IPv4 address inside IPv6 is 4); 0 where unknown.
int assay_socket_family(int descriptor);
/// The name of the interface that has the socket's own address: 0 or a negative errno.
int assay_socket_interface(int descriptor, char *name, size_t capacity);
/// The congestion control that the socket uses: 0 or a negative errno.
int assay_socket_congestion(int descriptor, char *name, size_t capacity);
/// The largest segment of the connection, in bytes.
int assay_socket_segment(int descriptor);
/// No delay, keep-alive that finds a dead peer within about 30 s, and a time limit for every wait: 0 or negative errno.
int assay_socket_prepare(int descriptor, int stall_milliseconds);
/// Waits for events on `count` sockets, an array of `struct pollfd`, with the clock's own resolution, at most so
/// many nanoseconds; 0 or less looks once.
///
/// How many sockets have some, 0 for none in time, or a negative errno (-EINTR where a signal came).
int assay_poll(void *sockets, size_t count, int64_t nanoseconds);
/// A descriptor that is readable once SIGINT or SIGTERM came, or a negative errno.
int assay_termination(void);
/// Times that another task took the processor from this process.
long assay_own_preemptions(void);

/// Sends all of it.
int assay_send_all(int descriptor, const void *buffer, size_t bytes);
/// Receives exactly so many bytes. -EPIPE where the connection ends before.
int assay_receive_all(int descriptor, void *buffer, size_t bytes);

/// Sends a message and waits for it to come back, again and again until `until_ns`; notes how long each took.
///
/// At least once. -EBADMSG where what comes back is not what was sent. Returns exchanges done.
long assay_ping(int descriptor, void *buffer, size_t bytes, size_t capacity, uint64_t until_ns, uint64_t *nanoseconds);
/// Sends every message of so many bytes back, until the other end has no more; returns messages.
long assay_echo(int descriptor, void *buffer, size_t bytes, uint64_t deadline_ns);

/// Keeps `window` messages under way until `until_ns`; notes messages that came back a second, window by window of time.
///
/// One send a message; windows that begin before `from_ns` are left out. Returns windows noted; where none was
/// complete, the whole time is one.
long assay_pipeline(
    int descriptor, size_t bytes, int window, uint64_t from_ns, uint64_t until_ns, uint64_t window_ns, double *rates,
    size_t capacity);

/// Sends blocks on all sockets at once, a thread each, for a time, and then ends the sending side of each.
int assay_send_streams(const int *descriptors, int count, size_t block, uint64_t duration_ns);
/// Receives on all sockets at once, a thread each, until all have ended; notes bytes a second, window by window.
///
/// The first `skip_ns` after the first byte are left out, and the window in which the first stream ends; where none was
/// complete, the whole time is one. Returns windows.
long assay_receive_streams(
    const int *descriptors, int count, uint64_t skip_ns, uint64_t window_ns, uint64_t deadline_ns, double *rates,
    size_t capacity);

/// Sums `elements` floats of all ranks on every rank, in a ring: a reduce-scatter and an all-gather.
///
/// Sends to `next`, receives from `previous`. `work` gets the sums; `scratch` has room for the largest part,
/// elements / ranks + 1. Parts differ by at most one element and may be empty.
int assay_ring_sum(
    int next, int previous, int rank, int ranks, const float *input, float *work, float *scratch, size_t elements,
    uint64_t deadline_ns);
/// Fills a rank's part of the sum with small whole numbers, whose sums are exact.
void assay_ring_fill(float *input, size_t elements, int rank);
/// -EDOM where the sums of all ranks' fillings in round `round` are wrong: all of them, or one in each part.
int assay_ring_check(const float *work, size_t elements, int ranks, int round, int all);
/// So many sums in a row, each with other numbers and each checked; notes how long each took, where wanted.
///
/// The first and the last are checked in full. -EDOM where a sum is wrong.
int assay_ring_rounds(
    int next, int previous, int rank, int ranks, float *input, float *work, float *scratch, size_t elements, int rounds,
    uint64_t deadline_ns, uint64_t *nanoseconds);

#endif
