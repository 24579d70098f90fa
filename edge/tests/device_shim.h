/* For libraries to preload that answer for one device path: what the v4l crate calls, open and
 * syscall(SYS_ioctl), led to the functions of whoever includes this at its end.
 *
 *   OPEN_DEVICE(path)           a descriptor, or -2 for a path that is not the device
 *   DESCRIPTOR                  that of the device once it is open, else below 0
 *   control(request, argument)  ioctl
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/syscall.h>

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define OPEN(name)                                  \
    int name(const char *path, int flags, ...) {    \
        REAL(name);                                 \
        va_list rest;                               \
        va_start(rest, flags);                      \
        int mode = va_arg(rest, int);               \
        va_end(rest);                               \
        int ours = OPEN_DEVICE(path);               \
        return ours == -2 ? real(path, flags, mode) : ours; \
    }
OPEN(open)
OPEN(open64)

long syscall(long which, ...) {
    REAL(syscall);
    long a[6];
    va_list rest;
    va_start(rest, which);
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    if (which == SYS_ioctl && DESCRIPTOR >= 0 && a[0] == DESCRIPTOR) return control(a[1], (void *)a[2]);
    return real(which, a[0], a[1], a[2], a[3], a[4], a[5]);
}
