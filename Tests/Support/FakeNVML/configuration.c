// The text that describes the machine: README.md has the words.
#define _GNU_SOURCE
#include "fake.h"

#include <dlfcn.h>
#include <stdlib.h>

static gpu *current;

static long long field(const char *text, const char *key, long long otherwise) {
    size_t length = strlen(key);
    for (const char *at = text; (at = strstr(at, key)) != NULL; at++) {
        if ((at == text || at[-1] == ' ') && at[length] == '=') return strtoll(at + length + 1, NULL, 0);
    }
    return otherwise;
}

static int word(const char *text, const char *key, char *into, size_t size) {
    size_t length = strlen(key);
    for (const char *at = text; (at = strstr(at, key)) != NULL; at++) {
        if ((at == text || at[-1] == ' ') && at[length] == '=') {
            snprintf(into, size, "%.*s", (int)strcspn(at + length + 1, " "), at + length + 1);
            return 1;
        }
    }
    return 0;
}

// `me` is a word of `me,gfx`, and no word of `no-me`.
static int flag(const char *flags, const char *wanted) {
    char padded[160], looked[64];
    snprintf(padded, sizeof padded, ",%s,", flags);
    snprintf(looked, sizeof looked, ",%s,", wanted);
    return strstr(padded, looked) != NULL;
}

static int read_profile(gpu *into, const char *rest) {
    if (into->profile_count == MAX_PROFILES) return -1;
    profile *p = &into->profiles[into->profile_count++];
    char flags[96] = "-", starts[96] = "";
    word(rest, "name", p->name, sizeof p->name);
    word(rest, "flags", flags, sizeof flags);
    word(rest, "starts", starts, sizeof starts);
    p->nvml = (int)field(rest, "nvml", -1);
    p->id = (int)field(rest, "id", -1);
    p->slices = (int)field(rest, "slices", 0);
    p->max = (int)field(rest, "max", 0);
    p->sm = (int)field(rest, "sm", 0);
    p->memory_mib = (int)field(rest, "memory_mib", 0);
    p->ce = (int)field(rest, "ce", 0);
    p->dec = (int)field(rest, "dec", 0);
    p->enc = (int)field(rest, "enc", 0);
    p->jpg = (int)field(rest, "jpg", 0);
    p->ofa = (int)field(rest, "ofa", 0);
    p->size = (int)field(rest, "size", 1);
    p->media = flag(flags, "me");
    p->all_media = flag(flags, "me.all");
    p->no_media = flag(flags, "no-me");
    p->graphics = flag(flags, "gfx");
    for (char *at = starts; *at != '\0' && p->start_count < MAX_STARTS;) {
        p->starts[p->start_count++] = (int)strtol(at, &at, 10);
        if (*at == ',') at++;
    }
    return p->nvml < 0 || p->id < 0 || p->start_count == 0 ? -1 : 0;
}

static int read_model_line(gpu *into, const char *key, const char *rest) {
    if (strcmp(key, "name") == 0) snprintf(into->name, sizeof into->name, "%s", rest);
    else if (strcmp(key, "architecture") == 0) into->architecture = atoi(rest);
    else if (strcmp(key, "capability") == 0) sscanf(rest, "%d %d", &into->major, &into->minor);
    else if (strcmp(key, "device") == 0) into->pci_device = (unsigned)strtoul(rest, NULL, 0);
    else if (strcmp(key, "memory_mib") == 0) into->memory_mib = strtoull(rest, NULL, 10);
    else if (strcmp(key, "power_mw") == 0) into->power_mw = strtoull(rest, NULL, 10);
    else if (strcmp(key, "slices") == 0) {
        into->memory_slices = (int)field(rest, "memory", 0);
        into->compute_slices = (int)field(rest, "compute", 0);
        into->most_instances = (int)field(rest, "instances", 0);
    } else if (strcmp(key, "profile") == 0) return read_profile(into, rest);
    else return -1;
    return 0;
}

// Splits "key rest" in place; 0 for a blank line or a comment.
static int split(char *line, char **key, char **rest) {
    line[strcspn(line, "\r\n")] = '\0';
    *key = line + strspn(line, " \t");
    if (**key == '\0' || **key == '#') return 0;
    *rest = *key + strcspn(*key, " \t");
    if (**rest != '\0') *(*rest)++ = '\0';
    *rest += strspn(*rest, " \t");
    return 1;
}

static int load_model(gpu *into, const char *name) {
    const char *folder = getenv("FAKE_NVML_MODELS");
    char path[700], line[1024];
    snprintf(path, sizeof path, "%s/%s.gpu", folder ? folder : FAKE_MODELS, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) return -1;
    int result = 0;
    char *key, *rest;
    while (result == 0 && fgets(line, sizeof line, file)) {
        if (split(line, &key, &rest)) result = read_model_line(into, key, rest);
    }
    fclose(file);
    return result;
}

static int add_gpu(const char *model) {
    if (fake.gpu_count == MAX_GPUS) return -1;
    int index = fake.gpu_count;
    gpu *one = current = &fake.gpus[index];
    *one = (gpu){.magic = GPU_MAGIC, .index = index, .lost_after = -1, .resettable = 1};
    one->bus = 0x17 + (unsigned)index * 0x10;
    one->subsystem = 0x16c110de;
    one->power_mw = 300000;
    snprintf(one->uuid, sizeof one->uuid, "GPU-00000000-0000-4000-8000-%012x", index + 1);
    snprintf(one->vbios, sizeof one->vbios, "96.00.%02X.00.01", index);
    fake.gpu_count++;
    return load_model(one, model);
}

static int add_override(char kind, char *rest) {
    override *list = current ? current->overrides : fake.overrides;
    int *count = current ? &current->override_count : &fake.override_count;
    if (*count == MAX_OVERRIDES) return -1;
    override *one = &list[(*count)++];
    *one = (override){.kind = kind};
    size_t length = strcspn(rest, " ");
    snprintf(one->call, sizeof one->call, "%.*s", (int)length, rest);
    char *at = rest + length;
    while (one->count < 8) {
        char *end;
        long long value = strtoll(at, &end, 0);
        if (end == at) break;
        one->values[one->count++] = value;
        at = end;
    }
    return one->count == 0 ? -1 : 0;
}

static int read_instance(const char *rest) {
    const profile *p = profile_by_id(current, (int)field(rest, "profile", -1));
    return p && add_instance(current, p, (int)field(rest, "start", 0), (int)field(rest, "id", -1)) ? 0 : -1;
}

static int read_compute(const char *rest) {
    char uuid[96] = "";
    word(rest, "uuid", uuid, sizeof uuid);
    for (int i = 0; i < MAX_INSTANCES; i++) {
        instance *in = &current->instances[i];
        if (!in->used || in->id != field(rest, "gi", -1)) continue;
        int slices = in->profile->slices;
        int profile = (int)field(rest, "profile", slices == 7 ? 4 : slices - 1);
        return add_compute(
                   in, profile, (int)field(rest, "start", 0), (int)field(rest, "size", slices),
                   (int)field(rest, "id", -1), uuid[0] ? uuid : NULL, (int)field(rest, "mig", -1))
                   ? 0
                   : -1;
    }
    return -1;
}

static int read_process(const char *rest) {
    if (current->process_count == MAX_PROCESSES) return -1;
    char kind[16] = "compute";
    word(rest, "kind", kind, sizeof kind);
    current->processes[current->process_count++] = (process){
        .pid = (unsigned)field(rest, "pid", 1),
        .gi = (int)field(rest, "gi", -1),
        .ci = (int)field(rest, "ci", -1),
        .kind = kind[0],
        .memory = (unsigned long long)field(rest, "memory", 0),
    };
    return 0;
}

static int read_gpu_directive(const char *key, char *rest) {
    if (current == NULL) return -1;
    if (strcmp(key, "uuid") == 0) snprintf(current->uuid, sizeof current->uuid, "%s", rest);
    else if (strcmp(key, "called") == 0) snprintf(current->name, sizeof current->name, "%s", rest);
    else if (strcmp(key, "pci") == 0)
        return sscanf(rest, "%x:%x:%x", &current->domain, &current->bus, &current->slot) == 3 ? 0 : -1;
    else if (strcmp(key, "virtualization") == 0) current->virtualization = atoi(rest);
    else if (strcmp(key, "mig") == 0) return sscanf(rest, "%d %d", &current->mig, &current->mig_pending) == 2 ? 0 : -1;
    else if (strcmp(key, "resettable") == 0) current->resettable = strcmp(rest, "yes") == 0;
    else if (strcmp(key, "nvlinks") == 0) {
        current->nvlinks = atoi(rest);
        current->nvlink_version = (int)field(rest, "version", 4);
        current->nvlink_remote = (int)field(rest, "remote", 2);
    } else if (strcmp(key, "lost-after") == 0) current->lost_after = atol(rest);
    else if (strcmp(key, "instance") == 0) return read_instance(rest);
    else if (strcmp(key, "compute") == 0) return read_compute(rest);
    else if (strcmp(key, "process") == 0) return read_process(rest);
    else return -1;
    return 0;
}

static int read_directive(const char *key, char *rest) {
    if (strcmp(key, "driver") == 0) {
        snprintf(fake.driver, sizeof fake.driver, "%s", rest);
        snprintf(fake.nvml, sizeof fake.nvml, "12.%.70s", rest);
    } else if (strcmp(key, "cuda") == 0) fake.cuda = atoi(rest);
    else if (strcmp(key, "root") == 0) fake.root = strcmp(rest, "yes") == 0;
    else if (strcmp(key, "init") == 0) fake.init_code = atoi(rest);
    else if (strcmp(key, "profiles-need-mig") == 0) fake.profiles_need_mig = strcmp(rest, "yes") == 0;
    else if (strcmp(key, "named-profiles-need-mig") == 0) fake.named_profiles_need_mig = strcmp(rest, "yes") == 0;
    else if (strcmp(key, "profile-version") == 0) fake.profile_version = atoi(rest);
    else if (strcmp(key, "conf-compute") == 0) {
        sscanf(
            rest, "%d %d %d %d", &fake.conf_environment, &fake.conf_feature, &fake.conf_dev_tools, &fake.conf_multi);
    } else if (strcmp(key, "state") == 0) snprintf(fake.state_path, sizeof fake.state_path, "%s", rest);
    else if (strcmp(key, "uuids") == 0) fake.uuid_counter = strtoul(rest, NULL, 10);
    else if (strcmp(key, "gpu") == 0) return add_gpu(rest);
    else if (strcmp(key, "on") == 0) {
        int index = atoi(rest);
        if (index < 0 || index >= fake.gpu_count) return -1;
        current = &fake.gpus[index];
    } else if (strcmp(key, "set") == 0) return add_override('s', rest);
    else if (strcmp(key, "fail") == 0) return add_override('f', rest);
    else if (strcmp(key, "delay") == 0) return add_override('d', rest);
    else return read_gpu_directive(key, rest);
    return 0;
}

int read_directives(FILE *file, char *message, size_t size) {
    char line[1024], *key, *rest;
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        if (!split(line, &key, &rest)) continue;
        if (read_directive(key, rest) != 0) {
            snprintf(message, size, "line %d: cannot read '%s %s'", number, key, rest);
            return -1;
        }
    }
    return 0;
}

// FAKE_NVML names the file; otherwise it lies beside the library: `libnvidia-ml.so.1.conf`.
int load_configuration(char *message, size_t size) {
    char path[700];
    const char *named = getenv("FAKE_NVML");
    Dl_info self;
    if (named != NULL) snprintf(path, sizeof path, "%s", named);
    else if (dladdr((void *)load_configuration, &self) != 0) snprintf(path, sizeof path, "%s.conf", self.dli_fname);
    else return -1;
    fake = (machine){.root = 1, .cuda = 12080, .profile_version = 3, .conf_environment = 0};
    snprintf(fake.driver, sizeof fake.driver, "570.133.20");
    snprintf(fake.nvml, sizeof fake.nvml, "12.570.133.20");
    current = NULL;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        snprintf(message, size, "cannot open %s", path);
        return -1;
    }
    int result = read_directives(file, message, size);
    fclose(file);
    return result;
}
