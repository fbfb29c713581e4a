// A CUDA driver and cuBLAS with a clock of their own: what each call takes is stated in a configuration, so that what a
// probe must find is known. Written from CUDA's documentation and without the product's headers.
#ifndef FAKE_H
#define FAKE_H

#include <stddef.h>
#include <stdint.h>

enum { MOST_GPUS = 8, MOST_FAULTS = 32, MOST_BLOCKS = 256 };

struct gpu {
    char name[64];
    unsigned char uuid[16];
    char pci[32];
    int sms, major, minor, clock_khz, memory_clock_khz, bus_bits, l2;
    size_t memory, used;
    // Billions of bytes or trillions of operations a second.
    double h2d, d2h, pageable, dram, peer, fma, mma, blas;
};

struct fault {
    char call[64];
    int code;
    long after;
};

struct machine {
    int count, driver;
    int peer_access;
    // Host time of a launch, of any other call, of a copy's start, of a wait's end; device time of an empty kernel.
    double launch_ns, call_ns, copy_ns, wake_ns, kernel_ns;
    struct gpu gpus[MOST_GPUS];
    struct fault faults[MOST_FAULTS];
    int fault_count;
    char wrong[64];
};

struct context {
    int gpu;
};
struct stream {
    struct context *context;
    double ready;
};
struct event {
    double time;
    int recorded;
};

extern struct machine machine;
// The clock, nanoseconds.
extern double now;
extern _Thread_local struct context *current;

// Counts the call, lets its time pass, and gives the fault that is due, or 0.
int enter(const char *call);
struct gpu *current_gpu(void);
// Work of `seconds` on a stream (NULL is the legacy stream, waited for at once).
void work(struct stream *stream, double seconds);
// Whether an address lies, with all its bytes, in memory that was given out.
int is_device(uint64_t address, size_t bytes);
int is_pinned(const void *address, size_t bytes);

#endif
