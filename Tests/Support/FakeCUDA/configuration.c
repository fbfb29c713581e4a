#define _GNU_SOURCE
#include "fake.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct machine machine = {
    .driver = 12080, .peer_access = 1, .launch_ns = 2000, .call_ns = 100, .copy_ns = 1000, .wake_ns = 1500,
    .kernel_ns = 1000};
double now = 1e9;
_Thread_local struct context *current;
static long lost_after = -1, calls;

static void number(const char *word, const char *wanted, const char *text, double *value) {
    if (strcmp(word, wanted) == 0) *value = strtod(text, NULL);
}

static void read_line(char *line) {
    struct machine *m = &machine;
    char *rest = strchr(line, ' ');
    if (rest == NULL || line[0] == '#') return;
    *rest++ = '\0';
    rest[strcspn(rest, "\n")] = '\0';
    if (strcmp(line, "gpu") == 0) {
        if (m->count == MOST_GPUS) abort();
        struct gpu *gpu = &m->gpus[m->count];
        *gpu = (struct gpu){
            .sms = 2, .major = 9, .minor = 0, .clock_khz = 1980000, .memory_clock_khz = 3201000, .bus_bits = 6144,
            .l2 = 1 << 16, .memory = 1u << 30, .h2d = 55, .d2h = 50, .pageable = 10, .dram = 4000, .peer = 350,
            .fma = 50, .mma = 600, .blas = 700};
        snprintf(gpu->name, sizeof gpu->name, "%s", rest);
        snprintf(gpu->pci, sizeof gpu->pci, "0000:%02x:00.0", 0x17 + m->count);
        for (int i = 0; i < 16; i++) gpu->uuid[i] = (unsigned char)(i + 16 * m->count);
        m->count++;
        return;
    }
    if (strcmp(line, "driver") == 0) m->driver = atoi(rest);
    if (strcmp(line, "peer-access") == 0) m->peer_access = strcmp(rest, "yes") == 0;
    if (strcmp(line, "wrong") == 0) snprintf(m->wrong, sizeof m->wrong, "%s", rest);
    if (strcmp(line, "lost-after") == 0) lost_after = atol(rest);
    number(line, "launch-ns", rest, &m->launch_ns);
    number(line, "call-ns", rest, &m->call_ns);
    number(line, "copy-ns", rest, &m->copy_ns);
    number(line, "wake-ns", rest, &m->wake_ns);
    number(line, "kernel-ns", rest, &m->kernel_ns);
    if (strcmp(line, "fail") == 0 && m->fault_count < MOST_FAULTS) {
        struct fault *fault = &m->faults[m->fault_count++];
        if (sscanf(rest, "%63s %d after %ld", fault->call, &fault->code, &fault->after) < 2) abort();
    }
    if (m->count == 0) return;
    struct gpu *gpu = &m->gpus[m->count - 1];
    if (strcmp(line, "pci") == 0) snprintf(gpu->pci, sizeof gpu->pci, "%s", rest);
    if (strcmp(line, "capability") == 0) sscanf(rest, "%d.%d", &gpu->major, &gpu->minor);
    if (strcmp(line, "sms") == 0) gpu->sms = atoi(rest);
    if (strcmp(line, "memory") == 0) gpu->memory = strtoull(rest, NULL, 10);
    if (strcmp(line, "uuid") == 0)
        for (int i = 0; i < 16; i++) sscanf(rest + 2 * i, "%2hhx", &gpu->uuid[i]);
    number(line, "h2d", rest, &gpu->h2d);
    number(line, "d2h", rest, &gpu->d2h);
    number(line, "pageable", rest, &gpu->pageable);
    number(line, "dram", rest, &gpu->dram);
    number(line, "peer", rest, &gpu->peer);
    number(line, "fma", rest, &gpu->fma);
    number(line, "mma", rest, &gpu->mma);
    number(line, "blas", rest, &gpu->blas);
}

// When the library is loaded, so that its folder may go afterwards.
__attribute__((constructor)) static void configure(void) {
    Dl_info info;
    char path[4096], line[512];
    if (dladdr((void *)configure, &info) == 0) abort();
    snprintf(path, sizeof path, "%s.conf", info.dli_fname);
    FILE *file = fopen(path, "r");
    if (file == NULL) return;
    while (fgets(line, sizeof line, file) != NULL) read_line(line);
    fclose(file);
}

int enter(const char *call) {
    now += machine.call_ns;
    // CUDA_ERROR_LAUNCH_FAILED and the like stay: every later call answers the same.
    if (lost_after >= 0 && calls++ >= lost_after) return 719;
    for (int i = 0; i < machine.fault_count; i++) {
        struct fault *fault = &machine.faults[i];
        if (strcmp(fault->call, call) != 0) continue;
        if (fault->after > 0)
            fault->after--;
        else
            return fault->code;
    }
    return 0;
}

double fake_cuda_now(void) {
    // Reading a clock takes a moment too.
    return now += 20;
}

struct gpu *current_gpu(void) { return &machine.gpus[current != NULL ? current->gpu : 0]; }

void work(struct stream *stream, double seconds) {
    if (stream == NULL) {
        now += seconds * 1e9;
        return;
    }
    if (stream->ready < now) stream->ready = now;
    stream->ready += seconds * 1e9;
}
