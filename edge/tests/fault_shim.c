/* One call that fails, for the tests: a library to preload.
 *
 *   FAULT_UNDER   a folder: only calls on files in it are counted, and every ioctl through syscall()
 *   FAULT_CALL    open, read, write, sync, rename, map or control
 *   FAULT_AT      number of the call that fails, from 1; none for 0
 *   FAULT_ERROR   its errno, or 0: it does half of what it was asked for
 *   FAULT_LOG     file that gets a line "fault CALL PATH" when it fails, and at the end "count CALL NUMBER" of each
 *
 * Calls that a library makes without the C library's functions are not seen.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum call { OPEN, READ, WRITE, SYNC, RENAME, MAP, CONTROL, CALLS };
static const char *const names[CALLS] = {"open", "read", "write", "sync", "rename", "map", "control"};
static int counts[CALLS];

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* The kernel, without a way through this library. */
static long (*direct(void))(long, ...) {
    static long (*real)(long, ...);
    if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return real;
}

static void say(const char *line) {
    const char *path = getenv("FAULT_LOG");
    if (!path) return;
    int file = direct()(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return;
    direct()(SYS_write, file, line, strlen(line));
    direct()(SYS_close, file);
}

__attribute__((destructor)) static void report(void) {
    char line[64];
    for (int call = 0; call < CALLS; call++) {
        snprintf(line, sizeof line, "count %s %d\n", names[call], counts[call]);
        say(line);
    }
}

/* Whether this call, on this path, is the one: 0, its errno, or -1 for half of it. */
static int fault(enum call call, const char *path) {
    const char *chosen = getenv("FAULT_CALL"), *at = getenv("FAULT_AT"), *error = getenv("FAULT_ERROR");
    int number = __atomic_add_fetch(&counts[call], 1, __ATOMIC_RELAXED);
    if (!chosen || strcmp(chosen, names[call]) || !at || atoi(at) != number) return 0;
    char line[PATH_MAX + 32];
    snprintf(line, sizeof line, "fault %s %s\n", names[call], path);
    say(line);
    int found = error ? atoi(error) : EIO;
    return found ? found : -1;
}

static int is_ours(const char *path) {
    const char *folder = getenv("FAULT_UNDER");
    return folder && path && !strncmp(path, folder, strlen(folder));
}

static int fault_at(enum call call, int at, const char *path) {
    char whole[2 * PATH_MAX], folder[PATH_MAX], link[64];
    if (!path) return 0;
    if (path[0] != '/') {
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        long length = direct()(SYS_readlinkat, AT_FDCWD, at == AT_FDCWD ? "/proc/self/cwd" : link, folder, PATH_MAX - 1);
        if (length < 0) return 0;
        folder[length] = 0;
        snprintf(whole, sizeof whole, "%s/%s", folder, path);
        path = whole;
    }
    return is_ours(path) ? fault(call, path) : 0;
}

static int fault_on(enum call call, int file) {
    char path[PATH_MAX], link[64];
    if (file < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = direct()(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path) ? fault(call, path) : 0;
}

#define FAILS(found, nothing) \
    if (found > 0) { errno = found; return nothing; }
#define HALF(found, bytes) (found < 0 ? (bytes + 1) / 2 : bytes)

#define MODE int mode; va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest)
#define OPENS(name) \
    int name(const char *path, int flags, ...) { REAL(name); MODE; int found = fault_at(OPEN, AT_FDCWD, path); FAILS(found, -1) return real(path, flags, mode); }
#define OPENS_AT(name) \
    int name(int at, const char *path, int flags, ...) { REAL(name); MODE; int found = fault_at(OPEN, at, path); FAILS(found, -1) return real(at, path, flags, mode); }
OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)
DIR *opendir(const char *path) { REAL(opendir); int found = fault_at(OPEN, AT_FDCWD, path); FAILS(found, NULL) return real(path); }

ssize_t read(int file, void *data, size_t bytes) { REAL(read); int found = fault_on(READ, file); FAILS(found, -1) return real(file, data, HALF(found, bytes)); }
ssize_t write(int file, const void *data, size_t bytes) { REAL(write); int found = fault_on(WRITE, file); FAILS(found, -1) return real(file, data, HALF(found, bytes)); }
#define READS_AT(name, type) \
    ssize_t name(int file, void *data, size_t bytes, type at) { REAL(name); int found = fault_on(READ, file); FAILS(found, -1) return real(file, data, HALF(found, bytes), at); }
#define WRITES_AT(name, type) \
    ssize_t name(int file, const void *data, size_t bytes, type at) { REAL(name); int found = fault_on(WRITE, file); FAILS(found, -1) return real(file, data, HALF(found, bytes), at); }
READS_AT(pread, off_t)
READS_AT(pread64, off64_t)
WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off64_t)

int fsync(int file) { REAL(fsync); int found = fault_on(SYNC, file); FAILS(found, -1) return real(file); }
int fdatasync(int file) { REAL(fdatasync); int found = fault_on(SYNC, file); FAILS(found, -1) return real(file); }

int rename(const char *from, const char *to) { REAL(rename); int found = fault_at(RENAME, AT_FDCWD, to); FAILS(found, -1) return real(from, to); }
int renameat(int a, const char *from, int b, const char *to) { REAL(renameat); int found = fault_at(RENAME, b, to); FAILS(found, -1) return real(a, from, b, to); }
int renameat2(int a, const char *from, int b, const char *to, unsigned how) { REAL(renameat2); int found = fault_at(RENAME, b, to); FAILS(found, -1) return real(a, from, b, to, how); }
int link(const char *from, const char *to) { REAL(link); int found = fault_at(RENAME, AT_FDCWD, to); FAILS(found, -1) return real(from, to); }
int linkat(int a, const char *from, int b, const char *to, int how) { REAL(linkat); int found = fault_at(RENAME, b, to); FAILS(found, -1) return real(a, from, b, to, how); }

void *mmap(void *at, size_t bytes, int protection, int how, int file, off_t offset) { REAL(mmap); int found = fault_on(MAP, file); FAILS(found, MAP_FAILED) return real(at, bytes, protection, how, file, offset); }
void *mmap64(void *at, size_t bytes, int protection, int how, int file, off64_t offset) { REAL(mmap64); int found = fault_on(MAP, file); FAILS(found, MAP_FAILED) return real(at, bytes, protection, how, file, offset); }

/* The camera's way to the kernel. */
long syscall(long number, ...) {
    long a[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_ioctl) {
        int found = fault(CONTROL, "a device");
        FAILS(found, -1)
    }
    return direct()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
