/* A virtual camera without a driver, for the tests: a library to preload that answers for one device
 * path as v4l2loopback would and writes what it is given into a file.
 *
 *   OUTPUT_DEVICE   path that is the device
 *   OUTPUT_FILE     file that receives the pictures
 *   OUTPUT_CAPTURE  set: it is a camera and takes no pictures
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int descriptor = -1;
static struct v4l2_format now;

static int open_output(const char *path) {
    const char *device = getenv("OUTPUT_DEVICE");
    if (!device || strcmp(path, device)) return -2;
    return descriptor = syscall(SYS_openat, AT_FDCWD, getenv("OUTPUT_FILE"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
}

static int control(unsigned request, void *argument) {
    switch (request) {
    case (unsigned)VIDIOC_QUERYCAP: {
        struct v4l2_capability *answer = argument;
        memset(answer, 0, sizeof *answer);
        strcpy((char *)answer->driver, "shim");
        strcpy((char *)answer->card, "Output of the tests");
        answer->device_caps = getenv("OUTPUT_CAPTURE") ? V4L2_CAP_VIDEO_CAPTURE : V4L2_CAP_VIDEO_OUTPUT;
        answer->capabilities = answer->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case (unsigned)VIDIOC_S_FMT: {
        struct v4l2_format *format = argument;
        if (format->type != V4L2_BUF_TYPE_VIDEO_OUTPUT) break;
        format->fmt.pix.sizeimage = 2 * format->fmt.pix.width * format->fmt.pix.height;
        now = *format;
        return 0;
    }
    case (unsigned)VIDIOC_G_FMT: *(struct v4l2_format *)argument = now; return 0;
    }
    errno = EINVAL;
    return -1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define OPEN(name)                               \
    int name(const char *path, int flags, ...) { \
        REAL(name);                              \
        va_list rest;                            \
        va_start(rest, flags);                   \
        int mode = va_arg(rest, int);            \
        va_end(rest);                            \
        int ours = open_output(path);            \
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
    if (which == SYS_ioctl && descriptor >= 0 && a[0] == descriptor) return control(a[1], (void *)a[2]);
    return real(which, a[0], a[1], a[2], a[3], a[4], a[5]);
}
