#ifndef ASSAY_PROBE_H
#define ASSAY_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this code was compiled with optimisation: without it, loops measure the compiler.
bool assay_optimised(void);

/// The time stamp counter, after all earlier instructions; nanoseconds where there is no such counter.
uint64_t assay_ticks(void);
/// Nanoseconds of a clock that nobody adjusts.
uint64_t assay_nanoseconds(void);

/// The processors that this thread may run on, ascending, at most `capacity` of them; a negative errno on failure.
int assay_allowed_processors(int *processors, int capacity);
/// Pins this thread to one processor: 0 or a negative errno.
int assay_pin(int processor);
/// Lets this thread run on all of these processors: 0 or a negative errno.
int assay_pin_all(const int *processors, int count);
/// Puts this thread under SCHED_FIFO at that priority, or back under SCHED_OTHER at 0: 0 or a negative errno.
int assay_schedule(int priority);
/// Writes the system's words for an errno into a buffer; safe from several threads, unlike strerror.
void assay_error_text(int error, char *buffer, size_t capacity);
/// Keeps this process's pages in memory: 0 or a negative errno.
int assay_lock_memory(void);

// Computing.

/// Multiplies, shifts, exclusive-ors and adds in four independent chains: 16 operations an iteration.
uint64_t assay_integer_work(uint64_t iterations, uint64_t seed);
/// Multiplies and adds doubles in 16 independent chains: 32 operations an iteration.
double assay_float_work(uint64_t iterations, double seed);
/// Times blocks of work until a deadline, each thread pinned to its processor.
///
/// `nanoseconds` holds `capacity` durations a thread, `blocks` how many each thread has. Returns 0 or a negative errno.
int assay_timed_work(
    const int *processors, int threads, bool floating, uint64_t iterations, uint64_t duration_ns,
    uint64_t *nanoseconds, size_t capacity, size_t *blocks);

// Memory.

typedef enum {
    ASSAY_PAGES_DEFAULT = 0,
    ASSAY_PAGES_4K = 1,
    ASSAY_PAGES_TRANSPARENT_2M = 2,
    ASSAY_PAGES_RESERVED_2M = 3,
    ASSAY_PAGES_RESERVED_1G = 4,
} assay_pages;

/// Maps memory with pages of that kind, on their boundary; NULL with errno set on failure. `bytes` is a multiple of
/// the page's size. Nothing is touched.
void *assay_map(size_t bytes, assay_pages pages);
/// Gives the memory back.
void assay_unmap(void *base, size_t bytes);
/// Writes one byte every `stride` bytes.
void assay_touch(void *base, size_t bytes, size_t stride);
/// How many pages of the processor's own size of that range are in memory; negative errno on failure.
long assay_resident(void *base, size_t bytes);

typedef enum { ASSAY_STREAM_COPY = 0, ASSAY_STREAM_TRIAD = 1 } assay_stream_kernel;

/// Times a = b (copy) or a = b + s c (triad) over arrays of doubles, split among pinned threads.
///
/// The arrays are first written by the threads that use them, unless `initialised`. One duration a repetition; stops
/// early at `deadline_ns` of ``assay_nanoseconds``. Returns repetitions done or a negative errno; -EDOM where the
/// result is not what arithmetic says.
int assay_stream(
    const int *processors, int threads, double *a, double *b, double *c, size_t elements, assay_stream_kernel kernel,
    int repetitions, bool initialised, uint64_t deadline_ns, uint64_t *nanoseconds);

/// Links one node every `spacing` bytes into a single random cycle, and puts them out of the caches.
///
/// Returns the number of nodes, or a negative errno.
long assay_chase_build(void *base, size_t bytes, size_t spacing, uint64_t seed);
/// Follows the cycle for so many steps from a node; returns the node reached.
void *assay_chase(void *node, size_t steps);

// Detours.

/// A gap in a spinning loop: when it began, counted from the first reading, and how long it was, in ticks.
typedef struct {
    uint64_t start, length;
} assay_gap;

/// What a spinning thread saw.
typedef struct {
    /// The first reading.
    uint64_t begin;
    /// Ticks from the first reading to the last.
    uint64_t elapsed;
    /// Readings of the counter.
    uint64_t readings;
    /// The shortest step between two readings.
    uint64_t shortest;
    /// Gaps found; the loop ends early when there is no room for more.
    size_t gaps;
    /// 0, or the negative errno of pinning.
    int status;
} assay_spin;

/// Spins on each processor at once for so many ticks and notes every gap of at least `threshold` ticks.
///
/// `gaps` has room for `capacity` gaps a processor. Returns 0 or a negative errno.
int assay_detours(
    const int *processors, int threads, uint64_t ticks, uint64_t threshold, assay_gap *gaps, size_t capacity,
    assay_spin *spins);

// The kernel's answers.

/// Sleeps to `count` absolute times `interval_ns` apart; notes how late each wake-up was, in nanoseconds.
///
/// Times that had already passed are skipped, and counted in `overruns`. Returns wake-ups noted or a negative errno.
long assay_wakeups(uint64_t interval_ns, size_t count, uint64_t *late_ns, size_t *overruns);
/// Nanoseconds for so many of the cheapest real system calls (getppid).
uint64_t assay_system_calls(size_t count);
/// Nanoseconds for so many executions of CPUID leaf 0; 0 where there is no such instruction.
uint64_t assay_cpuids(size_t count);

// Storage.

/// One pattern of reads or writes.
typedef struct {
    int descriptor;
    bool is_write, is_random;
    /// Bytes an operation, a multiple of 4,096.
    size_t block;
    /// Blocks in the file.
    uint64_t blocks;
    uint64_t seed;
    /// Threads with one operation outstanding each.
    int depth;
    uint64_t duration_ns;
    /// Most operations, and room in `nanoseconds`, the duration of each.
    size_t capacity;
    uint64_t *nanoseconds;
} assay_io_pattern;

/// Runs the pattern; returns operations done or a negative errno (-EIO for a short one). `elapsed_ns` is for all.
long assay_io(const assay_io_pattern *pattern, uint64_t *elapsed_ns);
/// Writes a block at a random place and waits until the device has it (fdatasync), again and again; as above.
long assay_io_sync(const assay_io_pattern *pattern, uint64_t *elapsed_ns);
/// Whether a folder is on a file system that keeps files in memory: 1, 0 or a negative errno.
int assay_is_in_memory(const char *path);
/// Opens a file for reading and writing past the page cache: a descriptor or a negative errno. -EEXIST if it is there.
int assay_create_direct(const char *path);


// Processes.

/// Starts a program in a process group of its own: its input is empty, its complaints go nowhere, and its output goes to
/// a pipe whose reading end is `output`. `arguments` ends in NULL. Returns the process or a negative errno.
int assay_start(const char *path, char *const *arguments, int *output);

/// Has this process killed when the thread that started it ends.
void assay_end_with_parent(void);

/// What a process that ended has used.
typedef struct {
    /// Its exit status, or minus the signal that ended it.
    int status;
    /// Processor time in nanoseconds, user and system.
    uint64_t processor_ns;
    /// Times that another task took its processor from it.
    long preemptions;
    /// The most memory it had at once, in KiB.
    long peak_kib;
} assay_usage;

/// Takes leave of a process: 1 when it has ended, 0 when it still runs, a negative errno on failure.
int assay_collect(int process, bool wait, assay_usage *usage);
/// Ends a process group at once.
void assay_kill_group(int process);
/// Processor time of this process and its threads, in nanoseconds.
uint64_t assay_own_processor_ns(void);

#endif
