// GPU instances and compute instances: where they may stand, making them, taking them away.
#include "fake.h"

const profile *profile_by_id(const gpu *of, int id) {
    for (int i = 0; i < of->profile_count; i++) {
        if (of->profiles[i].id == id) return &of->profiles[i];
    }
    return NULL;
}

int instance_count(const gpu *of) {
    int count = 0;
    for (int i = 0; i < MAX_INSTANCES; i++) count += of->instances[i].used;
    return count;
}

void clear_instances(gpu *of) {
    memset(of->instances, 0, sizeof of->instances);
    memset(of->migs, 0, sizeof of->migs);
}

static int overlap(int a, int a_size, int b, int b_size) { return a < b + b_size && b < a + a_size; }

static int media_clash(const profile *a, const profile *b) {
    if (a->all_media) return !b->no_media;
    if (b->all_media) return !a->no_media;
    return a->media && b->media;
}

// Whether memory slices, compute slices, instances, instances of the profile and media engines all suffice.
static int fits(const gpu *on, const profile *p, int start) {
    int compute = p->slices, all = 1, alike = 1;
    for (int i = 0; i < MAX_INSTANCES; i++) {
        const instance *other = &on->instances[i];
        if (!other->used) continue;
        if (overlap(start, p->size, other->start, other->profile->size)) return 0;
        if (media_clash(p, other->profile)) return 0;
        compute += other->profile->slices;
        all++;
        alike += other->profile == p;
    }
    return compute <= on->compute_slices && all <= on->most_instances && alike <= p->max;
}

static int listed(const profile *p, int start) {
    for (int i = 0; i < p->start_count; i++) {
        if (p->starts[i] == start) return 1;
    }
    return 0;
}

// Ids are reused: the lowest free one of the profile's class (whole GPU 0; halves from 1, quarters from 3, rest from 7).
static int free_id(const gpu *on, const profile *p) {
    int id = p->slices == on->compute_slices ? 0 : p->slices >= 3 ? 1 : p->slices == 2 ? 3 : 7;
    for (;; id++) {
        int taken = 0;
        for (int i = 0; i < MAX_INSTANCES; i++) taken |= on->instances[i].used && on->instances[i].id == id;
        if (!taken) return id;
    }
}

instance *add_instance(gpu *on, const profile *p, int start, int id) {
    for (int i = 0; i < MAX_INSTANCES; i++) {
        instance *slot = &on->instances[i];
        if (slot->used) continue;
        int chosen = id >= 0 ? id : free_id(on, p);
        memset(slot, 0, sizeof *slot);
        *slot = (instance){.used = 1, .id = chosen, .start = start, .profile = p, .gpu = on};
        return slot;
    }
    return NULL;
}

// A MIG device takes the lowest free index and a new UUID; its handle may be one that another device had.
compute *add_compute(instance *in, int profile, int start, int size, int id, const char *uuid, int mig_index) {
    gpu *on = in->gpu;
    int slot = 0, index = mig_index;
    while (slot < MAX_COMPUTES && in->computes[slot].used) slot++;
    if (index < 0) {
        for (index = 0; index < MAX_MIG && on->migs[index].compute != NULL;) index++;
    }
    if (slot == MAX_COMPUTES || index >= MAX_MIG) return NULL;
    compute *made = &in->computes[slot];
    *made = (compute){.used = 1, .id = id >= 0 ? id : slot, .profile = profile, .start = start, .size = size};
    made->mig_index = index;
    made->instance = in;
    if (uuid) snprintf(made->uuid, sizeof made->uuid, "%s", uuid);
    else snprintf(made->uuid, sizeof made->uuid, "MIG-%08lx-0000-5000-8000-%012x", ++fake.uuid_counter, on->index + 1);
    on->migs[index] = (mig_device){MIG_MAGIC, on, made};
    return made;
}

static int may_change(const gpu *one) {
    if (one->virtualization == 2 || one->profile_count == 0 || !one->mig) return NOT_SUPPORTED;
    return fake.root ? SUCCESS : NO_PERMISSION;
}

int nvmlDeviceGetGpuInstanceRemainingCapacity(void *device, unsigned id, unsigned *count) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) code = may_change(one);
    const profile *p = code == SUCCESS ? profile_by_id(one, (int)id) : NULL;
    if (code == SUCCESS && p == NULL) code = INVALID_ARGUMENT;
    if (code != SUCCESS) return leave(code);
    gpu trial = *one;
    *count = 0;
    for (int i = 0; i < p->start_count; i++) {
        if (fits(&trial, p, p->starts[i]) && add_instance(&trial, p, p->starts[i], -1)) ++*count;
    }
    return leave(SUCCESS);
}

static int create(gpu *one, const profile *p, int start, void **into) {
    if (!fits(one, p, start)) return INSUFFICIENT_RESOURCES;
    instance *made = add_instance(one, p, start, -1);
    if (made == NULL) return INSUFFICIENT_RESOURCES;
    *into = made;
    save_state();
    return SUCCESS;
}

int nvmlDeviceCreateGpuInstance(void *device, unsigned id, void **into) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) code = may_change(one);
    const profile *p = code == SUCCESS ? profile_by_id(one, (int)id) : NULL;
    if (code == SUCCESS && p == NULL) code = INVALID_ARGUMENT;
    if (code != SUCCESS) return leave(code);
    code = INSUFFICIENT_RESOURCES;
    for (int i = 0; i < p->start_count && code == INSUFFICIENT_RESOURCES; i++) code = create(one, p, p->starts[i], into);
    return leave(code);
}

int nvmlDeviceCreateGpuInstanceWithPlacement(void *device, unsigned id, const void *placement, void **into) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) code = may_change(one);
    const profile *p = code == SUCCESS ? profile_by_id(one, (int)id) : NULL;
    if (code == SUCCESS && (p == NULL || placement == NULL)) code = INVALID_ARGUMENT;
    if (code != SUCCESS) return leave(code);
    int start = (int)get32(placement, 0);
    if (!listed(p, start) || (int)get32(placement, 4) != p->size) return leave(INVALID_ARGUMENT);
    return leave(create(one, p, start, into));
}

int nvmlGpuInstanceDestroy(void *handle) {
    instance *in;
    int code = enter_instance(handle, __func__, &in);
    if (code == SUCCESS) code = may_change(in->gpu);
    for (int i = 0; code == SUCCESS && i < MAX_COMPUTES; i++) {
        if (in->computes[i].used) code = IN_USE;
    }
    if (code == SUCCESS) {
        in->used = 0;
        save_state();
    }
    return leave(code);
}

int nvmlDeviceGetGpuInstances(void *device, unsigned id, void **into, unsigned *count) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) code = may_change(one);
    if (code == SUCCESS && profile_by_id(one, (int)id) == NULL) code = INVALID_ARGUMENT;
    if (code != SUCCESS) return leave(code);
    *count = 0;
    for (int i = 0; i < MAX_INSTANCES; i++) {
        if (one->instances[i].used && one->instances[i].profile->id == (int)id) into[(*count)++] = &one->instances[i];
    }
    return leave(SUCCESS);
}

int nvmlDeviceGetGpuInstanceById(void *device, unsigned id, void **into) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) code = may_change(one);
    if (code != SUCCESS) return leave(code);
    for (int i = 0; i < MAX_INSTANCES; i++) {
        if (one->instances[i].used && one->instances[i].id == (int)id) {
            *into = &one->instances[i];
            return leave(SUCCESS);
        }
    }
    return leave(NOT_FOUND);
}

int nvmlGpuInstanceGetInfo(void *handle, void *value) {
    instance *in;
    int code = enter_instance(handle, __func__, &in);
    if (code == SUCCESS) {
        put_pointer(value, 0, in->gpu);
        put32(value, 8, (uint32_t)in->id);
        put32(value, 12, (uint32_t)in->profile->id);
        put32(value, 16, (uint32_t)in->start);
        put32(value, 20, (uint32_t)in->profile->size);
    }
    return leave(code);
}

// Compute profiles: 1, 2, 3, 4, 7, 8, 6 slices and two revisions; their ids are taken to be their numbers.
static int compute_slices(unsigned profile) {
    const int slices[COMPUTE_PROFILE_COUNT] = {1, 2, 3, 4, 7, 8, 6, 0, 0};
    return profile < COMPUTE_PROFILE_COUNT ? slices[profile] : -1;
}

static int compute_profile(void *handle, const char *call, unsigned index, unsigned engines, instance **in) {
    int code = enter_instance(handle, call, in);
    if (code != SUCCESS) return code;
    int slices = compute_slices(index);
    if (slices < 0 || engines != 0) return INVALID_ARGUMENT;
    return slices == 0 || slices > (*in)->profile->slices ? NOT_SUPPORTED : SUCCESS;
}

static void put_compute_profile(char *at, unsigned index, const instance *in) {
    const profile *p = in->profile;
    int slices = compute_slices(index);
    const int fields[] = {(int)index, slices, p->slices / slices, p->sm * slices / p->slices, p->ce, p->dec, p->enc,
                          p->jpg, p->ofa};
    for (int i = 0; i < 9; i++) put32(at, i * 4, (uint32_t)fields[i]);
}

int nvmlGpuInstanceGetComputeInstanceProfileInfo(void *handle, unsigned index, unsigned engines, void *value) {
    instance *in;
    int code = compute_profile(handle, __func__, index, engines, &in);
    if (code == SUCCESS) put_compute_profile(value, index, in);
    return leave(code);
}

int nvmlGpuInstanceGetComputeInstanceProfileInfoV(void *handle, unsigned index, unsigned engines, void *value) {
    instance *in;
    int code = compute_profile(handle, __func__, index, engines, &in);
    uint32_t version = code == SUCCESS ? get32(value, 0) : 0;
    if (code == SUCCESS && version != 0x02000088 && version != 0x0300008c) code = ARGUMENT_VERSION_MISMATCH;
    if (code == SUCCESS) {
        put_compute_profile((char *)value + 4, index, in);
        memset((char *)value + 40, 0, 96);
        if (compute_slices(index) == in->profile->slices)
            snprintf((char *)value + 40, 96, "MIG %.80s", in->profile->name);
        else snprintf((char *)value + 40, 96, "MIG %dc.%.80s", compute_slices(index), in->profile->name);
        if (version == 0x0300008c) put32(value, 136, 0);
    }
    return leave(code);
}

int nvmlGpuInstanceGetComputeInstancePossiblePlacements(void *handle, unsigned id, void *placements, unsigned *count) {
    instance *in;
    int code = compute_profile(handle, __func__, id, 0, &in);
    if (code != SUCCESS) return leave(code);
    unsigned possible = (unsigned)(in->profile->slices - compute_slices(id) + 1);
    if (placements && *count < possible) code = INSUFFICIENT_SIZE;
    for (unsigned i = 0; code == SUCCESS && placements && i < possible; i++) {
        put32(placements, (int)i * 8, i);
        put32(placements, (int)i * 8 + 4, (uint32_t)compute_slices(id));
    }
    *count = possible;
    return leave(code);
}

static int compute_fits(const instance *in, int start, int size) {
    if (start < 0 || start + size > in->profile->slices) return 0;
    for (int i = 0; i < MAX_COMPUTES; i++) {
        const compute *other = &in->computes[i];
        if (other->used && overlap(start, size, other->start, other->size)) return 0;
    }
    return 1;
}

static int create_compute(void *handle, const char *call, unsigned id, const void *placement, void **into) {
    instance *in;
    int code = compute_profile(handle, call, id, 0, &in);
    if (code == SUCCESS) code = may_change(in->gpu);
    if (code != SUCCESS) return code;
    int size = compute_slices(id);
    int first = placement ? (int)get32(placement, 0) : 0;
    int last = placement ? first : in->profile->slices - size;
    if (placement && ((int)get32(placement, 4) != size || first < 0 || first + size > in->profile->slices))
        return INVALID_ARGUMENT;
    for (int start = first; start <= last; start++) {
        if (!compute_fits(in, start, size)) continue;
        compute *made = add_compute(in, (int)id, start, size, -1, NULL, -1);
        if (made == NULL) return INSUFFICIENT_RESOURCES;
        *into = made;
        save_state();
        return SUCCESS;
    }
    return INSUFFICIENT_RESOURCES;
}

int nvmlGpuInstanceCreateComputeInstance(void *handle, unsigned id, void **into) {
    return leave(create_compute(handle, __func__, id, NULL, into));
}

int nvmlGpuInstanceCreateComputeInstanceWithPlacement(void *handle, unsigned id, const void *placement, void **into) {
    if (placement == NULL) return INVALID_ARGUMENT;
    return leave(create_compute(handle, __func__, id, placement, into));
}

int nvmlComputeInstanceDestroy(void *handle) {
    compute *c;
    int code = enter_compute(handle, __func__, &c);
    gpu *on = code == SUCCESS ? c->instance->gpu : NULL;
    if (code == SUCCESS) code = may_change(on);
    for (int i = 0; code == SUCCESS && i < on->process_count; i++) {
        if (on->processes[i].gi == c->instance->id && on->processes[i].ci == c->id) code = IN_USE;
    }
    if (code == SUCCESS) {
        on->migs[c->mig_index].compute = NULL;
        c->used = 0;
        save_state();
    }
    return leave(code);
}

int nvmlGpuInstanceGetComputeInstances(void *handle, unsigned id, void **into, unsigned *count) {
    instance *in;
    int code = enter_instance(handle, __func__, &in);
    if (code != SUCCESS) return leave(code);
    *count = 0;
    for (int i = 0; i < MAX_COMPUTES; i++) {
        if (in->computes[i].used && in->computes[i].profile == (int)id) into[(*count)++] = &in->computes[i];
    }
    return leave(SUCCESS);
}

int nvmlGpuInstanceGetComputeInstanceById(void *handle, unsigned id, void **into) {
    instance *in;
    int code = enter_instance(handle, __func__, &in);
    if (code != SUCCESS) return leave(code);
    for (int i = 0; i < MAX_COMPUTES; i++) {
        if (in->computes[i].used && in->computes[i].id == (int)id) {
            *into = &in->computes[i];
            return leave(SUCCESS);
        }
    }
    return leave(NOT_FOUND);
}

int nvmlComputeInstanceGetInfo_v2(void *handle, void *value) {
    compute *c;
    int code = enter_compute(handle, __func__, &c);
    if (code == SUCCESS) {
        put_pointer(value, 0, &c->instance->gpu->migs[c->mig_index]);
        put_pointer(value, 8, c->instance);
        put32(value, 16, (uint32_t)c->id);
        put32(value, 20, (uint32_t)c->profile);
        put32(value, 24, (uint32_t)c->start);
        put32(value, 28, (uint32_t)c->size);
    }
    return leave(code);
}
