/* Notes what a program opens, makes, connects and sends, for the tests: a library to preload.
 *
 *   CALLS_LOG   file that gets a line per call: its name, a number, a path
 *
 * The number is the flags of open, 1 for an fopen that writes, or the address family of a socket.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void note(const char *call, long number, const char *text) {
    const char *path = getenv("CALLS_LOG");
    if (!path) return;
    char line[4400];
    int bytes = snprintf(line, sizeof line, "%s %ld %s\n", call, number, text ? text : "");
    int file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return;
    if (syscall(SYS_write, file, line, bytes) != bytes) abort();
    syscall(SYS_close, file);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define MODE int mode; va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest)
#define OPEN(name) \
    int name(const char *path, int flags, ...) { REAL(name); MODE; note("open", flags, path); return real(path, flags, mode); }
#define OPENAT(name) \
    int name(int at, const char *path, int flags, ...) { REAL(name); MODE; note("open", flags, path); return real(at, path, flags, mode); }
#define FOPEN(name) \
    FILE *name(const char *path, const char *how) { REAL(name); note("fopen", strpbrk(how, "wa+") != 0, path); return real(path, how); }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
FOPEN(fopen)
FOPEN(fopen64)

int creat(const char *path, mode_t mode) { REAL(creat); note("open", O_WRONLY, path); return real(path, mode); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); note("mkdir", 0, path); return real(path, mode); }
int rename(const char *from, const char *to) { REAL(rename); note("rename", 0, to); return real(from, to); }
int socket(int family, int type, int protocol) { REAL(socket); note("socket", family, ""); return real(family, type, protocol); }
int connect(int file, const struct sockaddr *to, socklen_t length) { REAL(connect); note("connect", to->sa_family, ""); return real(file, to, length); }
ssize_t sendto(int file, const void *data, size_t bytes, int flags, const struct sockaddr *to, socklen_t length) {
    REAL(sendto);
    if (to) note("sendto", to->sa_family, "");
    return real(file, data, bytes, flags, to, length);
}
