// One lock, the rules that all calls share, and what survives in a file between processes.
#define _GNU_SOURCE
#include "fake.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

machine fake;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int matches(const override *one, const char *call, long long selector) {
    char wanted[96];
    if (strcmp(one->call, call) == 0) return 1;
    snprintf(wanted, sizeof wanted, "%s:%lld", call, selector);
    return selector >= 0 && strcmp(one->call, wanted) == 0;
}

static const override *look(const override *list, int count, const char *call, long long selector, int kind) {
    for (int i = count - 1; i >= 0; i--) {
        if (list[i].kind == kind && matches(&list[i], call, selector)) return &list[i];
    }
    return NULL;
}

static const override *find(const gpu *of, const char *call, long long selector, int kind) {
    const override *found = of ? look(of->overrides, of->override_count, call, selector, kind) : NULL;
    return found ? found : look(fake.overrides, fake.override_count, call, selector, kind);
}

const override *overridden(const gpu *of, const char *call, long long selector) {
    return find(of, call, selector, 's');
}

static int faults(const gpu *of, const char *call) {
    const override *delay = find(of, call, -1, 'd');
    if (delay) {
        struct timespec time = {delay->values[0] / 1000, delay->values[0] % 1000 * 1000000};
        nanosleep(&time, NULL);
    }
    const override *failure = find(of, call, -1, 'f');
    return failure ? (int)failure->values[0] : SUCCESS;
}

int leave(int code) {
    pthread_mutex_unlock(&lock);
    return code;
}

int enter(const char *call) {
    pthread_mutex_lock(&lock);
    if (!fake.initialized && strcmp(call, "nvmlInit_v2") != 0) return UNINITIALIZED;
    load_state();
    return faults(NULL, call);
}

static int enter_on(gpu *on, const char *call) {
    on->calls++;
    if (on->lost_after >= 0 && on->calls > on->lost_after) return GPU_IS_LOST;
    return faults(on, call);
}

int enter_device(void *device, const char *call, gpu **found, mig_device **mig) {
    pthread_mutex_lock(&lock);
    if (!fake.initialized) return UNINITIALIZED;
    load_state();
    *mig = NULL;
    for (int i = 0; i < fake.gpu_count; i++) {
        gpu *one = &fake.gpus[i];
        if (device == one) {
            *found = one;
            return enter_on(one, call);
        }
        for (int j = 0; j < MAX_MIG; j++) {
            if (device == &one->migs[j] && one->migs[j].compute != NULL) {
                *found = one;
                *mig = &one->migs[j];
                return enter_on(one, call);
            }
        }
    }
    return INVALID_ARGUMENT;
}

int enter_gpu(void *device, const char *call, gpu **found) {
    mig_device *mig = NULL;
    int code = enter_device(device, call, found, &mig);
    return code == SUCCESS && mig ? INVALID_ARGUMENT : code;
}

int enter_instance(void *handle, const char *call, instance **found) {
    pthread_mutex_lock(&lock);
    if (!fake.initialized) return UNINITIALIZED;
    load_state();
    for (int i = 0; i < fake.gpu_count; i++) {
        for (int j = 0; j < MAX_INSTANCES; j++) {
            instance *one = &fake.gpus[i].instances[j];
            if (handle == one && one->used) {
                *found = one;
                return enter_on(one->gpu, call);
            }
        }
    }
    return INVALID_ARGUMENT;
}

int enter_compute(void *handle, const char *call, compute **found) {
    pthread_mutex_lock(&lock);
    if (!fake.initialized) return UNINITIALIZED;
    load_state();
    for (int i = 0; i < fake.gpu_count; i++) {
        for (int j = 0; j < MAX_INSTANCES; j++) {
            for (int k = 0; k < MAX_COMPUTES; k++) {
                compute *one = &fake.gpus[i].instances[j].computes[k];
                if (handle == one && one->used) {
                    *found = one;
                    return enter_on(one->instance->gpu, call);
                }
            }
        }
    }
    return INVALID_ARGUMENT;
}

int put_text(char *at, unsigned size, const char *text) {
    if (at == NULL) return INVALID_ARGUMENT;
    if (strlen(text) + 1 > size) return INSUFFICIENT_SIZE;
    strcpy(at, text);
    return SUCCESS;
}

// The state file holds the same directives as the configuration, so that one process sees what another did.
static struct timespec seen;

void load_state(void) {
    struct stat status;
    if (fake.state_path[0] == '\0' || stat(fake.state_path, &status) != 0) return;
    if (status.st_mtim.tv_sec == seen.tv_sec && status.st_mtim.tv_nsec == seen.tv_nsec) return;
    FILE *file = fopen(fake.state_path, "r");
    if (file == NULL) return;
    seen = status.st_mtim;
    for (int i = 0; i < fake.gpu_count; i++) clear_instances(&fake.gpus[i]);
    char message[256];
    if (read_directives(file, message, sizeof message) != 0) fprintf(stderr, "fake NVML: %s\n", message);
    fclose(file);
}

void save_state(void) {
    if (fake.state_path[0] == '\0') return;
    char path[600];
    snprintf(path, sizeof path, "%s.%d", fake.state_path, (int)getpid());
    FILE *file = fopen(path, "w");
    if (file == NULL) return;
    fprintf(file, "uuids %lu\n", fake.uuid_counter);
    for (int i = 0; i < fake.gpu_count; i++) {
        gpu *one = &fake.gpus[i];
        fprintf(file, "on %d\nmig %d %d\n", i, one->mig, one->mig_pending);
        for (int j = 0; j < MAX_INSTANCES; j++) {
            instance *in = &one->instances[j];
            if (!in->used) continue;
            fprintf(file, "instance profile=%d start=%d id=%d\n", in->profile->id, in->start, in->id);
            for (int k = 0; k < MAX_COMPUTES; k++) {
                compute *c = &in->computes[k];
                if (!c->used) continue;
                fprintf(
                    file, "compute gi=%d profile=%d start=%d size=%d id=%d mig=%d uuid=%s\n", in->id, c->profile,
                    c->start, c->size, c->id, c->mig_index, c->uuid);
            }
        }
    }
    fclose(file);
    rename(path, fake.state_path);
    struct stat status;
    if (stat(fake.state_path, &status) == 0) seen = status.st_mtim;
}
