#define _GNU_SOURCE
#include "assay_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif

bool assay_optimised(void) {
#ifdef __OPTIMIZE__
    return true;
#else
    return false;
#endif
}

uint64_t assay_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)
uint64_t assay_ticks(void) {
    unsigned processor;
    uint64_t ticks = __rdtscp(&processor);
    _mm_lfence();
    return ticks;
}
/// For loops whose readings depend on nothing: order among themselves is all that is needed.
static inline uint64_t plain_ticks(void) { return __rdtsc(); }
static inline void flush_line(void *address) { _mm_clflush(address); }
static inline void flush_end(void) { _mm_mfence(); }
static inline void relax(void) { _mm_pause(); }
#elif defined(__aarch64__)
uint64_t assay_ticks(void) {
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
    return ticks;
}
static inline uint64_t plain_ticks(void) { return assay_ticks(); }
static inline void flush_line(void *address) { __asm__ volatile("dc civac, %0" ::"r"(address) : "memory"); }
static inline void flush_end(void) { __asm__ volatile("dsb ish" ::: "memory"); }
static inline void relax(void) { __asm__ volatile("yield"); }
#else
uint64_t assay_ticks(void) { return assay_nanoseconds(); }
static inline uint64_t plain_ticks(void) { return assay_nanoseconds(); }
static inline void flush_line(void *address) { (void)address; }
static inline void flush_end(void) {}
static inline void relax(void) {}
#endif

// Processors and priorities.

int assay_allowed_processors(int *processors, int capacity) {
    // Large machines need a larger mask than cpu_set_t; the kernel says EINVAL until it fits.
    for (int bits = 1024; bits <= 1 << 20; bits *= 2) {
        cpu_set_t *set = CPU_ALLOC(bits);
        if (set == NULL) return -ENOMEM;
        size_t size = CPU_ALLOC_SIZE(bits);
        if (sched_getaffinity(0, size, set) == 0) {
            int count = 0;
            for (int processor = 0; processor < bits && count < capacity; processor++)
                if (CPU_ISSET_S(processor, size, set)) processors[count++] = processor;
            CPU_FREE(set);
            return count;
        }
        int error = errno;
        CPU_FREE(set);
        if (error != EINVAL) return -error;
    }
    return -EINVAL;
}

int assay_pin_all(const int *processors, int count) {
    int highest = -1;
    for (int index = 0; index < count; index++) {
        if (processors[index] < 0 || processors[index] >= 1 << 20) return -EINVAL;
        if (processors[index] > highest) highest = processors[index];
    }
    if (highest < 0) return -EINVAL;
    cpu_set_t *set = CPU_ALLOC(highest + 1);
    if (set == NULL) return -ENOMEM;
    size_t size = CPU_ALLOC_SIZE(highest + 1);
    CPU_ZERO_S(size, set);
    for (int index = 0; index < count; index++) CPU_SET_S(processors[index], size, set);
    int status = sched_setaffinity(0, size, set) == 0 ? 0 : -errno;
    CPU_FREE(set);
    return status;
}

int assay_pin(int processor) { return assay_pin_all(&processor, 1); }

int assay_schedule(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return sched_setscheduler(0, priority > 0 ? SCHED_FIFO : SCHED_OTHER, &parameters) == 0 ? 0 : -errno;
}

void assay_error_text(int error, char *buffer, size_t capacity) {
    if (capacity == 0) return;
    // The GNU variant, which may answer with a constant instead of filling the buffer.
    const char *text = strerror_r(error, buffer, capacity);
    if (text != buffer) {
        strncpy(buffer, text, capacity - 1);
        buffer[capacity - 1] = 0;
    }
}

int assay_lock_memory(void) { return mlockall(MCL_CURRENT) == 0 ? 0 : -errno; }

// A team: threads pinned one to a processor, started together.

typedef int (*team_task)(int index, void *context);

typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int ready, go, status;
    int threads;
    const int *processors;
    team_task task;
    void *context;
    atomic_int arrived;
    atomic_uint generation;
} team;

typedef struct {
    team *team;
    int index;
} team_member;

static void team_fail(team *t, int status) {
    pthread_mutex_lock(&t->mutex);
    if (t->status == 0) t->status = status;
    pthread_mutex_unlock(&t->mutex);
}

static void *team_body(void *argument) {
    team_member *member = argument;
    team *t = member->team;
    int pinned = t->processors ? assay_pin(t->processors[member->index]) : 0;
    pthread_mutex_lock(&t->mutex);
    if (pinned != 0 && t->status == 0) t->status = pinned;
    t->ready++;
    pthread_cond_broadcast(&t->changed);
    while (t->go == 0) pthread_cond_wait(&t->changed, &t->mutex);
    int go = t->go;
    pthread_mutex_unlock(&t->mutex);
    if (go == 1) {
        int status = t->task(member->index, t->context);
        if (status != 0) team_fail(t, status);
    }
    return NULL;
}

/// Runs the task on every processor given at once; the first failure, or 0.
static int team_run(team *t, const int *processors, int threads, team_task task, void *context) {
    if (threads <= 0) return -EINVAL;
    memset(t, 0, sizeof *t);
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->changed, NULL);
    t->threads = threads;
    t->processors = processors;
    t->task = task;
    t->context = context;
    pthread_t *handles = calloc((size_t)threads, sizeof *handles);
    team_member *members = calloc((size_t)threads, sizeof *members);
    int started = 0, status = handles && members ? 0 : -ENOMEM;
    for (; status == 0 && started < threads; started++) {
        members[started] = (team_member){t, started};
        int error = pthread_create(&handles[started], NULL, team_body, &members[started]);
        if (error != 0) {
            status = -error;
            break;
        }
    }
    pthread_mutex_lock(&t->mutex);
    while (t->ready < started) pthread_cond_wait(&t->changed, &t->mutex);
    if (status != 0 && t->status == 0) t->status = status;
    t->go = t->status == 0 ? 1 : 2;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->mutex);
    for (int index = 0; index < started; index++) pthread_join(handles[index], NULL);
    status = t->status;
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->mutex);
    free(handles);
    free(members);
    return status;
}

/// Waits until every thread of the team is here. Spins: a sleeping barrier would cost more than what it delimits.
static void team_barrier(team *t) {
    unsigned generation = atomic_load_explicit(&t->generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(&t->arrived, 1, memory_order_acq_rel) == t->threads - 1) {
        atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&t->generation, generation + 1, memory_order_release);
        return;
    }
    for (unsigned spins = 0; atomic_load_explicit(&t->generation, memory_order_acquire) == generation; spins++) {
        if (spins < 100000) relax();
        else sched_yield();
    }
}

// Computing.

uint64_t assay_integer_work(uint64_t iterations, uint64_t seed) {
    uint64_t a = seed | 1, b = seed ^ 0x9E3779B97F4A7C15u, c = ~seed, d = seed + 0x2545F4914F6CDD1Du;
    for (uint64_t i = 0; i < iterations; i++) {
        a = (a ^ (a >> 29)) * 0xBF58476D1CE4E5B9u + i;
        b = (b ^ (b >> 31)) * 0x94D049BB133111EBu + i;
        c = (c ^ (c >> 27)) * 0xD6E8FEB86659FD93u + i;
        d = (d ^ (d >> 33)) * 0xFF51AFD7ED558CCDu + i;
    }
    return a ^ b ^ c ^ d;
}

double assay_float_work(uint64_t iterations, double seed) {
    double x[16];
    for (int lane = 0; lane < 16; lane++) x[lane] = seed + lane;
    // The recurrence tends to 1: it neither overflows nor reaches the slow denormal numbers.
    for (uint64_t i = 0; i < iterations; i++)
        for (int lane = 0; lane < 16; lane++) x[lane] = x[lane] * 0.75 + 0.25;
    double sum = 0;
    for (int lane = 0; lane < 16; lane++) sum += x[lane];
    return sum;
}

typedef struct {
    bool floating;
    uint64_t iterations, duration_ns, *nanoseconds;
    size_t capacity, *blocks;
    _Atomic uint64_t sink;
} timed_work;

static int timed_work_task(int index, void *context) {
    timed_work *work = context;
    uint64_t *durations = work->nanoseconds + (size_t)index * work->capacity;
    uint64_t begin = assay_nanoseconds(), last = begin, sum = 0;
    size_t done = 0;
    while (done < work->capacity && last - begin < work->duration_ns) {
        // The seed depends on the clock, so no call can be taken out of the loop.
        if (work->floating) sum += (uint64_t)assay_float_work(work->iterations, (double)(last & 0xFF));
        else sum += assay_integer_work(work->iterations, last);
        uint64_t now = assay_nanoseconds();
        durations[done++] = now - last;
        last = now;
    }
    work->blocks[index] = done;
    atomic_fetch_add(&work->sink, sum);
    return 0;
}

int assay_timed_work(
    const int *processors, int threads, bool floating, uint64_t iterations, uint64_t duration_ns,
    uint64_t *nanoseconds, size_t capacity, size_t *blocks) {
    team t;
    timed_work work = {
        .floating = floating, .iterations = iterations, .duration_ns = duration_ns, .nanoseconds = nanoseconds,
        .capacity = capacity, .blocks = blocks};
    return team_run(&t, processors, threads, timed_work_task, &work);
}

// Memory.

static size_t page_bytes(assay_pages pages) {
    switch (pages) {
    case ASSAY_PAGES_TRANSPARENT_2M:
    case ASSAY_PAGES_RESERVED_2M: return (size_t)2 << 20;
    case ASSAY_PAGES_RESERVED_1G: return (size_t)1 << 30;
    default: return 4096;
    }
}

void *assay_map(size_t bytes, assay_pages pages) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (pages == ASSAY_PAGES_RESERVED_2M) flags |= MAP_HUGETLB | (21 << MAP_HUGE_SHIFT);
    if (pages == ASSAY_PAGES_RESERVED_1G) flags |= MAP_HUGETLB | (30 << MAP_HUGE_SHIFT);
    // Reserved pages come on their boundary; for transparent ones, map more and give the ends back.
    size_t boundary = page_bytes(pages), spare = pages == ASSAY_PAGES_TRANSPARENT_2M ? boundary : 0;
    if (bytes == 0 || bytes % boundary != 0 || bytes > SIZE_MAX - spare) {
        errno = EINVAL;
        return NULL;
    }
    char *base = mmap(NULL, bytes + spare, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (base == MAP_FAILED) return NULL;
    if (spare > 0) {
        size_t head = (boundary - (uintptr_t)base % boundary) % boundary;
        if (head > 0) munmap(base, head);
        base += head;
        munmap(base + bytes, spare - head);
    }
    int advice = pages == ASSAY_PAGES_4K ? MADV_NOHUGEPAGE : pages == ASSAY_PAGES_TRANSPARENT_2M ? MADV_HUGEPAGE : -1;
    // A kernel without transparent huge pages refuses the advice: for small pages that is what was wanted.
    if (advice >= 0 && madvise(base, bytes, advice) != 0 && pages == ASSAY_PAGES_TRANSPARENT_2M) {
        int error = errno;
        munmap(base, bytes);
        errno = error;
        return NULL;
    }
    return base;
}

void assay_unmap(void *base, size_t bytes) { munmap(base, bytes); }

void assay_touch(void *base, size_t bytes, size_t stride) {
    volatile char *place = base;
    for (size_t offset = 0; offset < bytes; offset += stride) place[offset] = 1;
}

long assay_resident(void *base, size_t bytes) {
    size_t pages = (bytes + 4095) / 4096;
    unsigned char *present = malloc(pages);
    if (present == NULL) return -ENOMEM;
    long count = 0;
    if (mincore(base, bytes, present) != 0) count = -errno;
    else
        for (size_t page = 0; page < pages; page++) count += present[page] & 1;
    free(present);
    return count;
}

typedef struct {
    team *team;
    double *a, *b, *c;
    size_t elements;
    assay_stream_kernel kernel;
    int repetitions, done;
    bool initialised;
    uint64_t deadline_ns, *nanoseconds;
    atomic_bool stop;
    atomic_int wrong;
} stream_work;

static void copy_range(double *restrict a, const double *restrict b, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) a[i] = b[i];
}

static void triad_range(double *restrict a, const double *restrict b, const double *restrict c, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) a[i] = b[i] + 3.0 * c[i];
}

static int stream_task(int index, void *context) {
    stream_work *work = context;
    size_t threads = (size_t)work->team->threads, share = work->elements / threads;
    size_t from = share * (size_t)index, to = (size_t)index + 1 == threads ? work->elements : from + share;
    if (!work->initialised) {
        for (size_t i = from; i < to; i++) {
            work->a[i] = 0;
            work->b[i] = 2;
            work->c[i] = 0.5;
        }
    }
    for (int repetition = 0; repetition < work->repetitions; repetition++) {
        team_barrier(work->team);
        if (atomic_load(&work->stop)) break;
        uint64_t begin = assay_nanoseconds();
        if (work->kernel == ASSAY_STREAM_COPY) copy_range(work->a, work->b, from, to);
        else triad_range(work->a, work->b, work->c, from, to);
        team_barrier(work->team);
        if (index == 0) {
            uint64_t end = assay_nanoseconds();
            work->nanoseconds[repetition] = end - begin;
            work->done = repetition + 1;
            if (end >= work->deadline_ns) atomic_store(&work->stop, true);
        }
    }
    double expected = work->kernel == ASSAY_STREAM_COPY ? 2 : 3.5;
    size_t step = (to - from) / 64 + 1;
    for (size_t i = from; i < to; i += step)
        if (work->a[i] != expected) atomic_store(&work->wrong, 1);
    return 0;
}

int assay_stream(
    const int *processors, int threads, double *a, double *b, double *c, size_t elements, assay_stream_kernel kernel,
    int repetitions, bool initialised, uint64_t deadline_ns, uint64_t *nanoseconds) {
    team t;
    stream_work work = {
        .team = &t, .a = a, .b = b, .c = c, .elements = elements, .kernel = kernel, .repetitions = repetitions,
        .initialised = initialised, .deadline_ns = deadline_ns, .nanoseconds = nanoseconds};
    int status = team_run(&t, processors, threads, stream_task, &work);
    if (status != 0) return status;
    return atomic_load(&work.wrong) ? -EDOM : work.done;
}

static uint64_t next_random(uint64_t *state) {
    uint64_t mixed = *state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

long assay_chase_build(void *base, size_t bytes, size_t spacing, uint64_t seed) {
    size_t nodes = spacing >= sizeof(void *) ? bytes / spacing : 0;
    if (nodes < 2 || nodes > UINT32_MAX) return -EINVAL;
    uint32_t *order = malloc(nodes * sizeof *order);
    if (order == NULL) return -ENOMEM;
    for (size_t i = 0; i < nodes; i++) order[i] = (uint32_t)i;
    // Sattolo's shuffle: a permutation that is one cycle through all nodes.
    for (size_t i = nodes - 1; i > 0; i--) {
        size_t j = (size_t)(((unsigned __int128)next_random(&seed) * i) >> 64);
        uint32_t held = order[i];
        order[i] = order[j];
        order[j] = held;
    }
    char *place = base;
    for (size_t i = 0; i < nodes; i++) *(void **)(place + i * spacing) = place + (size_t)order[i] * spacing;
    free(order);
    for (size_t i = 0; i < nodes; i++) flush_line(place + i * spacing);
    flush_end();
    return (long)nodes;
}

void *assay_chase(void *node, size_t steps) {
    void *volatile *here = node;
    for (size_t step = 0; step < steps; step++) here = (void *volatile *)*here;
    return (void *)here;
}

// Detours.

typedef struct {
    uint64_t ticks, threshold;
    assay_gap *gaps;
    size_t capacity;
    assay_spin *spins;
} detour_work;

static int detour_task(int index, void *context) {
    const detour_work *work = context;
    assay_gap *gaps = work->gaps + (size_t)index * work->capacity;
    uint64_t threshold = work->threshold, readings = 0, shortest = UINT64_MAX;
    size_t found = 0, capacity = work->capacity;
    // Touched now, so that the loop below takes no page fault of its own.
    memset(gaps, 0, capacity * sizeof *gaps);
    uint64_t begin = assay_ticks(), last = begin, now = begin;
    while (now - begin < work->ticks) {
        now = plain_ticks();
        uint64_t step = now - last;
        if (__builtin_expect(step >= threshold, 0)) {
            gaps[found++] = (assay_gap){last - begin, step};
            if (found == capacity) break;
        } else if (step < shortest) {
            shortest = step;
        }
        last = now;
        readings++;
    }
    work->spins[index] = (assay_spin){begin, now - begin, readings, shortest == UINT64_MAX ? 0 : shortest, found, 0};
    return 0;
}

int assay_detours(
    const int *processors, int threads, uint64_t ticks, uint64_t threshold, assay_gap *gaps, size_t capacity,
    assay_spin *spins) {
    if (capacity == 0) return -EINVAL;
    team t;
    detour_work work = {ticks, threshold, gaps, capacity, spins};
    return team_run(&t, processors, threads, detour_task, &work);
}

// The kernel's answers.

long assay_wakeups(uint64_t interval_ns, size_t count, uint64_t *late_ns, size_t *overruns) {
    if (interval_ns == 0 || interval_ns > 1000000000u) return -EINVAL;
    struct timespec moment;
    if (clock_gettime(CLOCK_MONOTONIC, &moment) != 0) return -errno;
    uint64_t next = (uint64_t)moment.tv_sec * 1000000000u + (uint64_t)moment.tv_nsec + interval_ns;
    *overruns = 0;
    for (size_t wakeup = 0; wakeup < count; wakeup++) {
        moment.tv_sec = (time_t)(next / 1000000000u);
        moment.tv_nsec = (long)(next % 1000000000u);
        int error;
        do error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
        while (error == EINTR);
        if (error != 0) return -error;
        clock_gettime(CLOCK_MONOTONIC, &moment);
        uint64_t now = (uint64_t)moment.tv_sec * 1000000000u + (uint64_t)moment.tv_nsec;
        late_ns[wakeup] = now > next ? now - next : 0;
        next += interval_ns;
        while (next < now) {
            next += interval_ns;
            (*overruns)++;
        }
    }
    return (long)count;
}

uint64_t assay_system_calls(size_t count) {
    uint64_t begin = assay_nanoseconds();
    for (size_t call = 0; call < count; call++) syscall(SYS_getppid);
    return assay_nanoseconds() - begin;
}

uint64_t assay_cpuids(size_t count) {
#if defined(__x86_64__)
    uint64_t begin = assay_nanoseconds();
    for (size_t execution = 0; execution < count; execution++) {
        unsigned eax = 0, ebx, ecx = 0, edx;
        // Volatile: the compiler's own wrapper is taken out where nobody reads the registers.
        __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    }
    return assay_nanoseconds() - begin;
#else
    (void)count;
    return 0;
#endif
}

// Storage.

typedef struct {
    const assay_io_pattern *pattern;
    bool synchronise;
    uint64_t begin;
    _Atomic uint64_t next;
    atomic_bool stop;
    uint64_t *finished;
} io_work;

static int io_task(int index, void *context) {
    io_work *work = context;
    const assay_io_pattern *pattern = work->pattern;
    void *buffer;
    if (posix_memalign(&buffer, 4096, pattern->block) != 0) return -ENOMEM;
    uint64_t state = pattern->seed + (uint64_t)index * 0x632BE59BD9B4E019u;
    // Random content: devices and file systems that compress would flatter themselves.
    for (size_t i = 0; i + 8 <= pattern->block; i += 8) {
        uint64_t value = next_random(&state);
        memcpy((char *)buffer + i, &value, 8);
    }
    int status = 0;
    while (!atomic_load_explicit(&work->stop, memory_order_relaxed)) {
        uint64_t operation = atomic_fetch_add(&work->next, 1);
        if (operation >= pattern->capacity) break;
        uint64_t place = pattern->is_random
            ? (uint64_t)(((unsigned __int128)next_random(&state) * pattern->blocks) >> 64)
            : operation % pattern->blocks;
        off_t offset = (off_t)(place * pattern->block);
        uint64_t begin = assay_nanoseconds();
        ssize_t moved = pattern->is_write ? pwrite(pattern->descriptor, buffer, pattern->block, offset)
                                          : pread(pattern->descriptor, buffer, pattern->block, offset);
        if (moved >= 0 && work->synchronise && fdatasync(pattern->descriptor) != 0) moved = -1;
        int error = errno;
        uint64_t end = assay_nanoseconds();
        if (moved != (ssize_t)pattern->block) {
            status = moved < 0 ? -error : -EIO;
            atomic_store(&work->stop, true);
            break;
        }
        // Never 0, which means 'not done'.
        pattern->nanoseconds[operation] = end > begin ? end - begin : 1;
        work->finished[index] = end;
        if (end - work->begin >= pattern->duration_ns) atomic_store(&work->stop, true);
    }
    free(buffer);
    return status;
}

static long io_run(const assay_io_pattern *pattern, bool synchronise, uint64_t *elapsed_ns) {
    if (pattern->block == 0 || pattern->block % 4096 != 0 || pattern->blocks == 0 || pattern->depth <= 0
        || pattern->depth > 4096)
        return -EINVAL;
    team t;
    uint64_t *finished = calloc((size_t)pattern->depth, sizeof *finished);
    if (finished == NULL) return -ENOMEM;
    memset(pattern->nanoseconds, 0, pattern->capacity * sizeof *pattern->nanoseconds);
    io_work work = {
        .pattern = pattern, .synchronise = synchronise, .begin = assay_nanoseconds(), .finished = finished};
    int status = team_run(&t, NULL, pattern->depth, io_task, &work);
    uint64_t end = work.begin;
    for (int index = 0; index < pattern->depth; index++)
        if (finished[index] > end) end = finished[index];
    *elapsed_ns = end - work.begin;
    free(finished);
    if (status != 0) return status;
    long done = 0;
    for (size_t operation = 0; operation < pattern->capacity; operation++) {
        if (pattern->nanoseconds[operation] == 0) continue;
        // Close up: a thread that saw the stop left its place empty.
        pattern->nanoseconds[done++] = pattern->nanoseconds[operation];
    }
    return done;
}

long assay_io(const assay_io_pattern *pattern, uint64_t *elapsed_ns) { return io_run(pattern, false, elapsed_ns); }

long assay_io_sync(const assay_io_pattern *pattern, uint64_t *elapsed_ns) { return io_run(pattern, true, elapsed_ns); }

int assay_is_in_memory(const char *path) {
    struct statfs status;
    if (statfs(path, &status) != 0) return -errno;
    switch ((uint32_t)status.f_type) {
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
    case HUGETLBFS_MAGIC: return 1;
    default: return 0;
    }
}

int assay_create_direct(const char *path) {
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_DIRECT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return descriptor >= 0 ? descriptor : -errno;
}

// Processes.

extern char **environ;

int assay_start(const char *path, char *const *arguments, int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    pid_t process = 0;
    int error = posix_spawn(&process, path, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error != 0) {
        close(ends[0]);
        return -error;
    }
    *output = ends[0];
    return process;
}

void assay_end_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

static uint64_t time_ns(struct timeval time) { return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u; }

int assay_collect(int process, bool wait, assay_usage *usage) {
    struct rusage used;
    int status;
    pid_t ended;
    do ended = wait4(process, &status, wait ? 0 : WNOHANG, &used);
    while (ended < 0 && errno == EINTR);
    if (ended < 0) return -errno;
    if (ended == 0) return 0;
    usage->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    usage->processor_ns = time_ns(used.ru_utime) + time_ns(used.ru_stime);
    usage->preemptions = used.ru_nivcsw;
    usage->peak_kib = used.ru_maxrss;
    return 1;
}

void assay_kill_group(int process) {
    if (process > 1) kill(-process, SIGKILL);
}

uint64_t assay_own_processor_ns(void) {
    struct rusage used;
    if (getrusage(RUSAGE_SELF, &used) != 0) return 0;
    return time_ns(used.ru_utime) + time_ns(used.ru_stime);
}
