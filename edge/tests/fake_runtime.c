/* An ONNX Runtime that says it has TensorRT and CUDA, for the tests. It writes down what the program asks
 * of them, lets nothing of it happen, and hands all else to a real one, which computes on the processor.
 *
 *   FAKE_REAL     the real library
 *   FAKE_LOG      file that gets a line per call: "tensorrt KEY=VALUE", "cuda KEY=VALUE", "session
 *                 KEY=VALUE", "dimension NAME=SIZE", "open" when a session is made
 *   FAKE_LACKS    providers whose libraries are missing, e.g. "tensorrt cuda"
 *   FAKE_NO_KERNELS  CUDA loads, but computes nothing, as on a GPU that the library was not built for
 *   FAKE_MILLIS   how long it takes to make a session with TensorRT
 *
 * The interface is a table of functions. Their places in it, and the table's length, are given to the
 * compiler: CREATE_STATUS, CREATE_SESSION, ...
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void *Status;
typedef struct {
    const void *(*get_api)(uint32_t);
    const char *(*get_version)(void);
} ApiBase;

static void **real;
static const ApiBase *real_base;
static int with_tensorrt;

static void note(const char *line) {
    const char *path = getenv("FAKE_LOG");
    FILE *log = path ? fopen(path, "a") : NULL;
    if (!log) return;
    fprintf(log, "%s\n", line);
    fclose(log);
}

static void note_pair(const char *what, const char *key, const char *value) {
    char line[4400];
    snprintf(line, sizeof line, "%s %s=%s", what, key, value);
    note(line);
}

static Status fail(const char *message) {
    enum { FAIL = 1 };
    return ((Status(*)(int, const char *))real[CREATE_STATUS])(FAIL, message);
}

static Status create_options(void **options) {
    *options = malloc(1);
    return NULL;
}

static void release_options(void *options) { free(options); }

static Status update(const char *provider, const char *const *keys, const char *const *values, size_t count) {
    for (size_t i = 0; i < count; i++) note_pair(provider, keys[i], values[i]);
    return NULL;
}

static Status update_tensorrt(void *options, const char *const *keys, const char *const *values, size_t count) {
    return update("tensorrt", keys, values, count);
}

static Status update_cuda(void *options, const char *const *keys, const char *const *values, size_t count) {
    return update("cuda", keys, values, count);
}

static int lacks(const char *provider) {
    const char *lacking = getenv("FAKE_LACKS");
    return lacking && strstr(lacking, provider);
}

static Status append_tensorrt(void *session_options, const void *options) {
    if (lacks("tensorrt")) return fail("Failed to load library libonnxruntime_providers_tensorrt.so with error: libnvinfer.so.10: cannot open shared object file");
    with_tensorrt = 1;
    return NULL;
}

/* Sessions on CUDA, and the options of the next one. */
static const void *cuda_options;
static void *cuda_sessions[64];

static Status append_cuda(void *session_options, const void *options) {
    if (!lacks("cuda")) cuda_options = session_options;
    return lacks("cuda") ? fail("Failed to load library libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file") : NULL;
}

static Status available(char ***names, int *count) {
    static char *all[] = {"TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"};
    *names = all;
    *count = 3;
    return NULL;
}

static Status release_available(char **names, int count) { return NULL; }

static Status add_entry(void *options, const char *key, const char *value) {
    note_pair("session", key, value);
    /* All that follows really is a fallback to the processor. */
    if (!strcmp(key, "session.disable_cpu_ep_fallback")) return NULL;
    return ((Status(*)(void *, const char *, const char *))real[ADD_ENTRY])(options, key, value);
}

static Status override_dimension(void *options, const char *name, int64_t size) {
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)size);
    note_pair("dimension", name, number);
    return ((Status(*)(void *, const char *, int64_t))real[OVERRIDE_DIMENSION])(options, name, size);
}

static Status create_session(const void *environment, const void *model, size_t bytes, const void *options, void **session) {
    const char *millis = getenv("FAKE_MILLIS");
    if (with_tensorrt && millis) usleep(1000 * atoi(millis));
    note("open");
    Status status = ((Status(*)(const void *, const void *, size_t, const void *, void **))real[CREATE_SESSION])(environment, model, bytes, options, session);
    if (status) return status;
    /* An address may be that of a session before, which is gone. */
    int place = -1;
    for (int i = 0; i < 64; i++) {
        if (cuda_sessions[i] == *session) cuda_sessions[i] = NULL;
        if (!cuda_sessions[i]) place = i;
    }
    if (options == cuda_options && place >= 0) cuda_sessions[place] = *session;
    cuda_options = NULL;
    return NULL;
}

static Status run(void *session, const void *options, const char *const *names, const void *const *inputs, size_t input_count, const char *const *output_names, size_t output_count, void **outputs) {
    for (int i = 0; i < 64 && getenv("FAKE_NO_KERNELS"); i++) {
        if (cuda_sessions[i] == session)
            return fail("Non-zero status code returned while running Add node. Name:'add' Status Message: CUDA error cudaErrorNoKernelImageForDevice:no kernel image is available for execution on the device");
    }
    return ((Status(*)(void *, const void *, const char *const *, const void *const *, size_t, const char *const *, size_t, void **))real[RUN])(session, options, names, inputs, input_count, output_names, output_count, outputs);
}

static const void *get_api(uint32_t version) {
    static void *table[FIELDS];
    real = (void **)real_base->get_api(version);
    if (!real) return NULL;
    memcpy(table, real, sizeof table);
    table[CREATE_SESSION] = create_session;
    table[RUN] = run;
    table[ADD_ENTRY] = add_entry;
    table[OVERRIDE_DIMENSION] = override_dimension;
    table[AVAILABLE] = available;
    table[RELEASE_AVAILABLE] = release_available;
    table[CREATE_TENSORRT] = table[CREATE_CUDA] = create_options;
    table[UPDATE_TENSORRT] = update_tensorrt;
    table[UPDATE_CUDA] = update_cuda;
    table[RELEASE_TENSORRT] = table[RELEASE_CUDA] = release_options;
    table[APPEND_TENSORRT] = append_tensorrt;
    table[APPEND_CUDA] = append_cuda;
    return table;
}

static const char *get_version(void) { return real_base->get_version(); }

const ApiBase *OrtGetApiBase(void) {
    static const ApiBase base = {get_api, get_version};
    void *library = dlopen(getenv("FAKE_REAL"), RTLD_NOW | RTLD_LOCAL);
    const ApiBase *(*get_base)(void) = library ? (const ApiBase *(*)(void))dlsym(library, "OrtGetApiBase") : NULL;
    if (!get_base) return NULL;
    real_base = get_base();
    return &base;
}
